"""Amounts of the analytes in the injections of a batch, from their peaks and the standards."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from tricyclic.assays.chromatography.acceptance import (
    QualityControl,
    carry_over_criteria,
    control_criteria,
    standards_criteria,
)
from tricyclic.assays.chromatography.calibration import (
    fit_calibration,
    limits_of,
    sensitivity_drift,
)
from tricyclic.core.calibration_line import CalibrationLine, CalibrationStandard, Weighting
from tricyclic.core.chromatography_method import ChromatographyMethod
from tricyclic.core.peak import InjectionPeaks, Peak
from tricyclic.core.sample_list import SampleList, SampleRow
from tricyclic.errors import InputError
from tricyclic.results.chromatography import (
    AnalyteBatch,
    BatchResult,
    Criterion,
    QuantifiedAmount,
    SensitivityDrift,
    Suitability,
)

NO_STANDARD = "the internal standard has no area, so that there is no ratio"
_NOT_ADDED = "without internal standard"
EXTRAPOLATED = "above the top standard: read from the line beyond its standards"


def quantify_batch(
    samples: SampleList,
    injections: Sequence[InjectionPeaks],
    method: ChromatographyMethod,
    *,
    unit: str,
    title: str = "",
    weighting: Weighting | Literal["auto"] = "auto",
    correct_drift: bool = False,
) -> BatchResult:
    """Read the analytes of every injection from the lines of the standards.

    Parameters
    ----------
    samples : SampleList
    injections : sequence of InjectionPeaks
        One for each row of the list, by its name.
    method : ChromatographyMethod
        With an internal standard, responses are areas over its area; without one, areas.
    unit : str
        Of the nominal amounts in the list.
    title : str
    weighting : {"auto", "1", "1/x", "1/x2"}
    correct_drift : bool
        Whether responses are multiplied by what the bracketing standards drifted.

    Returns
    -------
    BatchResult

    Raises
    ------
    InputError
        If an injection has no peaks, there are too few standards, or drift is to be corrected
        without standards that were repeated.
    """
    by_name = {one.injection: one for one in injections}
    missing = [row.name for row in samples.injected if row.name not in by_name]
    if missing:
        raise InputError(f"{missing[0]} has no peaks", where=samples.file or "sample list")
    standard = method.internal_standard
    analytes = tuple(
        _analyte(
            samples.of_analyte(one.name), by_name, method, one.name, unit, weighting, correct_drift
        )
        for one in method.analytes
    )
    return BatchResult(
        unit=unit,
        method=method,
        title=title,
        samples=samples,
        internal_standard=standard.name if standard else "",
        injections=tuple(by_name[row.name] for row in samples.injected),
        analytes=analytes,
        suitability=tuple(
            suitability_of(
                samples if one is standard else samples.of_analyte(one.name),
                by_name,
                one.name,
                standard.name if standard else "",
            )
            for one in (*method.analytes, *((standard,) if standard else ()))
        ),
    )


def _analyte(
    samples: SampleList,
    by_name: Mapping[str, InjectionPeaks],
    method: ChromatographyMethod,
    analyte: str,
    unit: str,
    weighting: Weighting | Literal["auto"],
    correct_drift: bool,
) -> AnalyteBatch:
    standard = method.internal_standard.name if method.internal_standard else ""

    def response(row: SampleRow) -> tuple[float, float]:
        if not row.file or (standard and not row.internal_standard):
            # Without a trace, or an area, which is no ratio: the line does not hold for it.
            return math.nan, math.nan
        return response_of(by_name[row.name], analyte, standard)

    drift = _drift(samples, response)
    if correct_drift and drift is None:
        raise InputError(
            "drift cannot be corrected",
            where=f"analyte {analyte}",
            allowed="The sample list has one standard at three places of the batch or more",
            do="Add its injections to the list, or leave the correction out",
        )
    factors = {
        row.name: drift.factor(row.order) if drift is not None and correct_drift else 1.0
        for row in samples
    }
    line = fit_calibration(
        [
            CalibrationStandard(
                row.name,
                row.amount,
                response(row)[0] * factors[row.name],
                row.excluded
                or (standard and not row.internal_standard and _NOT_ADDED)
                or _no_response(by_name[row.name][analyte], response(row)[0]),
            )
            for row in samples.of("standard")
        ],
        analyte=analyte,
        unit=unit,
        weighting=weighting,
    )
    blanks = [response(row)[0] for row in samples.of("blank") if not row.excluded]
    lowest = [
        (row.amount, by_name[row.name][analyte].signal_to_noise_rms or math.nan)
        for row in samples.of("standard")
        if line.is_lowest(row.amount) and not row.excluded
    ]
    limits = limits_of(line, blanks=blanks, signal_to_noise=lowest)
    loq = limits[-1].loq if math.isnan(limits[-1].sigma) else limits[0].loq
    amounts = tuple(
        _amount(
            row,
            by_name[row.name],
            analyte,
            standard,
            response(row),
            factors[row.name],
            line,
            loq,
        )
        for row in samples.injected
    )
    return AnalyteBatch(
        line,
        limits,
        amounts,
        (
            *standards_criteria(line),
            *control_criteria(_controls(amounts), samples=_samples(amounts), lowest=line.lowest),
            *_carry_over(samples, by_name, analyte, standard, line),
        ),
        drift,
        correct_drift,
    )


def response_of(
    injection: InjectionPeaks, analyte: str, internal_standard: str
) -> tuple[float, float]:
    """Area of an analyte, over that of the internal standard if it is named, and standard error.

    nan where one of them has no number.
    """
    peak = injection[analyte]
    area, se = _number(peak.area), _number(peak.area_se)
    if not internal_standard:
        return area, se
    reference = injection[internal_standard]
    below, below_se = _number(reference.area), _number(reference.area_se)
    if not below > 0:
        return math.nan, math.nan
    ratio = area / below
    relative = math.hypot(se / area if area else math.nan, below_se / below)
    return ratio, abs(ratio) * relative


def _no_response(peak: Peak, response: float) -> str:
    """Why a standard cannot be used; empty where it has a response."""
    if math.isfinite(response):
        return ""
    return peak.state if peak.area is None else "the internal standard has no area"


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _amount(
    row: SampleRow,
    injection: InjectionPeaks,
    analyte: str,
    standard: str,
    response: tuple[float, float],
    factor: float,
    line: CalibrationLine,
    loq: float,
) -> QuantifiedAmount:
    peak = injection[analyte]
    value, se = response[0] * factor, response[1] * factor
    remarks = list(peak.remarks)
    reference = _number(injection[standard].area) if standard else 1.0
    if not row.internal_standard and standard:
        reference = math.nan
    elif not reference > 0:
        remarks.append(NO_STANDARD)
    lod = peak.area_detectable / reference * factor / line.slope if reference > 0 else math.nan
    amount = line.amount(value)
    state = peak.state
    if state == "quantified" and amount < loq:
        state = "below LOQ"
    where = line.range_of(amount) if math.isfinite(amount) else None
    if where == "above the top standard":
        remarks.append(EXTRAPOLATED)
    return QuantifiedAmount(
        row=row,
        analyte=analyte,
        response=value,
        amount=amount,
        amount_se=line.amount_se(value, se) if math.isfinite(amount) else math.nan,
        state=state,
        range=where,
        lod=lod,
        loq=loq,
        drift_factor=factor,
        remarks=tuple(remarks),
    )


def _drift(
    samples: SampleList, response: Callable[[SampleRow], tuple[float, float]]
) -> SensitivityDrift | None:
    """Drift of the standard that was injected at most places; None with fewer than three."""
    rows = [row for row in samples.of("suitability", "standard") if not row.excluded]
    by_amount: dict[float, list[SampleRow]] = {}
    for row in rows:
        if response(row)[0] > 0:
            by_amount.setdefault(_level(row), []).append(row)
    groups = [of_amount for of_amount in by_amount.values() if len(of_amount) >= 3]
    if not groups:
        return None
    # Those that span the most of the batch.
    widest = max(groups, key=lambda g: (g[-1].order - g[0].order, len(g)))
    return sensitivity_drift([r.order for r in widest], [response(r)[0] for r in widest])


def _level(row: SampleRow) -> float:
    """Amount of a standard; those that are injected again and again may have none, and are one."""
    return row.amount if math.isfinite(row.amount) else -1.0


def _controls(amounts: Sequence[QuantifiedAmount]) -> list[QualityControl]:
    return [
        QualityControl(a.row.name, a.row.level or f"{a.row.amount:g}", a.row.amount, a.amount)
        for a in amounts
        if a.row.role == "quality control" and not a.row.excluded
    ]


def _samples(amounts: Sequence[QuantifiedAmount]) -> int:
    return sum(a.row.role == "sample" and not a.row.excluded for a in amounts)


def _carry_over(
    samples: SampleList,
    by_name: Mapping[str, InjectionPeaks],
    analyte: str,
    standard: str,
    line: CalibrationLine,
) -> tuple[Criterion, ...]:
    rows = samples.rows
    after = [
        row
        for before, row in pairwise(rows)
        if row.role == "blank"
        and not row.excluded
        and before.role == "standard"
        and before.amount >= line.highest
    ]

    def area(row: SampleRow, compound: str) -> float:
        value = _number(by_name[row.name][compound].area)
        return value if math.isfinite(value) else 0.0

    def mean(compound: str, of: Callable[[SampleRow], bool]) -> float:
        areas = [area(r, compound) for r in samples.of("standard") if not r.excluded and of(r)]
        return float(np.mean(areas)) if areas else math.nan

    return carry_over_criteria(
        mean(analyte, lambda r: line.is_lowest(r.amount)),
        [(row.name, area(row, analyte)) for row in after],
        typical_internal_standard=mean(standard, lambda _: True) if standard else math.nan,
        internal_standard=[
            (row.name, area(row, standard)) for row in after if not row.internal_standard
        ]
        if standard
        else (),
    )


def suitability_of(
    samples: SampleList,
    by_name: Mapping[str, InjectionPeaks],
    compound: str,
    internal_standard: str,
) -> Suitability:
    """Agreement of repeated standards for one compound.

    Responses of standards are compared within their level, and pooled over the levels.
    """
    rows = [r for r in samples.of("standard", "suitability") if not r.excluded]
    peaks: list[tuple[SampleRow, Peak]] = [
        (r, by_name[r.name][compound])
        for r in rows
        if by_name[r.name][compound].state == "quantified"
    ]
    retention = np.array([_number(p.retention_min) for _, p in peaks])
    own = compound == internal_standard
    levels: dict[float, list[float]] = {}
    for row, _ in peaks:
        value = response_of(by_name[row.name], compound, "" if own else internal_standard)[0]
        if value > 0:
            # The internal standard has one level.
            levels.setdefault(0.0 if own else _level(row), []).append(math.log(value))
    squares = [(np.array(v) - np.mean(v)) ** 2 for v in levels.values() if len(v) > 1]
    df = sum(len(v) - 1 for v in levels.values() if len(v) > 1)
    rsd = 100.0 * math.sqrt(sum(float(s.sum()) for s in squares) / df) if df else math.nan
    return Suitability(
        compound,
        len(peaks),
        float(100.0 * retention.std(ddof=1) / retention.mean()) if len(peaks) > 1 else math.nan,
        rsd,
        _median([p.tailing for _, p in peaks]),
        _median([p.plates for _, p in peaks]),
        min((p.resolution for _, p in peaks if p.resolution is not None), default=math.nan),
    )


def _median(values: Sequence[float | None]) -> float:
    known = [v for v in values if v is not None and math.isfinite(v)]
    return float(np.median(known)) if known else math.nan
