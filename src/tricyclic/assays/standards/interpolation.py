"""Interpolates unknowns from a standard curve, and compares the standards with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.standards.curve import LOG_LOG, StandardCurve
from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.check import Check
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_number, list_names, pluralize
from tricyclic.errors import InputError
from tricyclic.fitting.replicates import lack_of_fit
from tricyclic.results.standard_curve import (
    CourseOfCurve,
    InterpolatedSample,
    InterpolationResult,
    SampleStatus,
    StandardLevel,
)

LACK_OF_FIT_LEVEL = 0.01
POINTS = 200
MOST_NAMED = 6


@dataclass(frozen=True)
class SampleReadings:
    """Readings of one sample at one dilution; `nominal` is the concentration of a control."""

    sample: str
    readings: np.ndarray
    dilution: float = 1.0
    nominal: float = math.nan


@dataclass(frozen=True)
class StandardReadings:
    """Standards: concentrations and readings, shape (n,), with weights where they are stated."""

    concentration: np.ndarray
    reading: np.ndarray
    weight: np.ndarray | None = None
    name: str = "standards"
    unit: str = ""
    y_unit: str = "unknown"


@dataclass(frozen=True)
class InterpolationMethod:
    """How the curve is fitted and which standards are accepted.

    Parameters
    ----------
    curve, variance, weights, confidence
        As in `StandardCurve`.
    acceptance_percent : float
        Largest deviation of the mean recovery from 100 %, and of the coefficient of variation;
        nan for no limit.
    acceptance_at_lloq_percent : float
        The same for the lowest accepted standard; nan for no other.
    """

    curve: str = "logistic_4pl"
    variance: FitVariance = "constant"
    weights: str = ""
    confidence: float = 0.95
    acceptance_percent: float = math.nan
    acceptance_at_lloq_percent: float = math.nan

    def __post_init__(self) -> None:
        for where, value in (
            ("accept", self.acceptance_percent),
            ("accept_at_lloq", self.acceptance_at_lloq_percent),
        ):
            if not math.isnan(value) and not 0 < value < 100:
                raise InputError(
                    f"is {value:g}", where=where, allowed="It lies between 0 and 100 %, such as 20"
                )


def interpolate_samples(
    standards: StandardReadings,
    samples: Sequence[SampleReadings],
    method: InterpolationMethod,
    *,
    unused: tuple[str, ...] = (),
) -> InterpolationResult:
    """Fit the standards and read the samples from the curve.

    Parameters
    ----------
    standards : StandardReadings
    samples : sequence of SampleReadings
        Each with one or more readings.
    method : InterpolationMethod
    unused : tuple of str
        What the file contains beside them.

    Raises
    ------
    InputError
        If the standards cannot determine the curve, or no standard is accepted.
    """
    curve = StandardCurve(
        standards.concentration,
        standards.reading,
        curve=method.curve,
        variance=method.variance,
        weights=method.weights,
        weight=standards.weight,
        confidence=method.confidence,
        y_unit=standards.y_unit,
        name=standards.name,
    )
    levels = _levels(curve, method)
    lowest, highest = _range(levels, curve, method, standards.name)
    interpolated = _interpolated(curve, samples, lowest, highest)
    x = np.geomspace(curve.lowest, curve.highest, POINTS)
    return InterpolationResult(
        curve=method.curve,
        description="straight line on logarithms" if curve.is_log else curve.model.description,
        unit=standards.unit,
        y_unit=standards.y_unit,
        weighting=_weighting(method, curve.fit, standards.weight is not None),
        fit=_in_unit(curve.fit, standards.unit),
        standards=levels,
        samples=interpolated,
        lowest=lowest,
        highest=highest,
        acceptance_percent=method.acceptance_percent,
        confidence=method.confidence,
        checks=_checks(curve, levels, interpolated, (lowest, highest), method, standards.unit),
        course=CourseOfCurve(x, curve.expected(x), *curve.band(x)),
        concentrations=curve.concentration,
        readings=curve.reading,
        unused=unused,
    )


def _in_unit(fit: Fit, unit: str) -> Fit:
    """The fit with its parameters in the unit of the standards, which need not be molar."""
    units = {
        "log10 M": f"log10 {unit}".strip(),
        "y/M": f"y/({unit})" if "/" in unit else f"y/{unit}" if unit else "y/concentration",
        "y/M^2": f"y/({unit})^2" if unit else "y/concentration^2",
    }
    return replace(
        fit,
        parameters=tuple(
            replace(one, unit=units.get(one.unit, one.unit)) for one in fit.parameters
        ),
    )


def _levels(curve: StandardCurve, method: InterpolationMethod) -> tuple[StandardLevel, ...]:
    levels = []
    for value in np.unique(curve.concentration):
        readings = curve.reading[curve.concentration == value]
        back = curve.back_calculated(readings) if value > 0 else np.full(readings.size, np.nan)
        beyond = int(np.isnan(back).sum()) if value > 0 else 0
        # A replicate beyond a plateau has no concentration; those that have one still do.
        measured = back[np.isfinite(back)]
        mean = float(np.mean(measured)) if measured.size else math.nan
        recovery = 100.0 * mean / float(value) if value > 0 else math.nan
        level = StandardLevel(
            float(value),
            readings.size,
            float(readings.mean()),
            _cv_percent(readings),
            mean,
            recovery,
            _cv_percent(back),
            n_beyond=beyond,
        )
        levels.append(level)
    limit = method.acceptance_percent
    return tuple(_accepted(levels, limit, method.acceptance_at_lloq_percent))


def _accepted(levels: Sequence[StandardLevel], limit: float, at_lloq: float) -> list[StandardLevel]:
    if math.isnan(limit):
        return list(levels)
    rated = []
    is_first = True
    for level in levels:
        if level.concentration == 0:
            rated.append(level)
            continue
        # Until one is accepted, each could be the lower limit of quantification.
        allowed = at_lloq if is_first and not math.isnan(at_lloq) else limit
        good = (
            abs(level.recovery_percent - 100.0) <= allowed
            and not level.cv_percent > allowed
            and not level.n_beyond
        )
        is_first = is_first and not good
        rated.append(StandardLevel(**{**vars(level), "accepted": good}))
    return rated


def _range(
    levels: Sequence[StandardLevel], curve: StandardCurve, method: InterpolationMethod, name: str
) -> tuple[float, float]:
    used = [level.concentration for level in levels if level.concentration > 0 and level.accepted]
    if len(used) < 2:
        raise InputError(
            f"{len(used)} of {pluralize(len(levels), 'standard')} recovered within "
            f"{method.acceptance_percent:g} %",
            where=name,
            allowed="A range needs two or more",
            do="Choose another curve or other weights, or look at the standards without accept",
        )
    # Beyond a turn of the curve a reading has two concentrations.
    top, bottom = 10.0 ** float(curve.log10_x[-1]), 10.0 ** float(curve.log10_x[0])
    return max(min(used), bottom), min(max(used), top)


def _interpolated(
    curve: StandardCurve, samples: Sequence[SampleReadings], lowest: float, highest: float
) -> tuple[InterpolatedSample, ...]:
    if not samples:
        return ()
    means = np.array([_mean(one.readings, is_log=curve.is_log) for one in samples])
    counts = np.array([one.readings.size for one in samples], float)
    inverse = curve.inverse(means, counts, lowest, highest)
    out = []
    for k, one in enumerate(samples):
        side, factor = float(inverse.side[k]), one.dilution
        status: SampleStatus = (
            "not determined"
            if math.isnan(side)
            else "above range"
            if side > 0
            else "below range"
            if side < 0
            else "in range"
        )
        bound = highest if side > 0 else lowest if side < 0 else math.nan
        concentration = float(inverse.concentration[k]) * factor
        out.append(
            InterpolatedSample(
                sample=one.sample,
                kind="unknown" if math.isnan(one.nominal) else "qc",
                dilution=factor,
                n=one.readings.size,
                reading=float(one.readings.mean()),
                reading_cv_percent=_cv_percent(one.readings),
                concentration=concentration,
                low=float(inverse.low[k]) * factor,
                high=float(inverse.high[k]) * factor,
                cv_percent=_cv_percent(curve.back_calculated(one.readings)),
                status=status,
                bound=bound * factor,
                nominal=one.nominal,
                recovery_percent=100.0 * concentration / one.nominal,
            )
        )
    return tuple(out)


def _mean(readings: np.ndarray, *, is_log: bool) -> float:
    """Mean of the readings as the curve has them: of their logarithms under log_log."""
    if not is_log:
        return float(readings.mean())
    return float(10.0 ** np.log10(readings).mean()) if (readings > 0).all() else math.nan


def _cv_percent(values: np.ndarray) -> float:
    if values.size < 2 or not np.isfinite(values).all() or values.mean() == 0:
        return math.nan
    return float(100.0 * values.std(ddof=1) / abs(values.mean()))


def _weighting(method: InterpolationMethod, fit: Fit, by_column: bool) -> str:
    if method.curve == LOG_LOG:
        return "constant relative error"
    words = [f"weights {method.weights}"] if method.weights else []
    words += ["weights of a column"] if by_column else []
    if method.variance == "power":
        words.append(f"SD in proportion to the reading to the power {format_number(fit.power, 2)}")
    elif method.variance != "constant":
        words.append(f"{method.variance} variance")
    return ", ".join(words) or "equal weights"


def _checks(
    curve: StandardCurve,
    levels: Sequence[StandardLevel],
    samples: Sequence[InterpolatedSample],
    within: tuple[float, float],
    method: InterpolationMethod,
    unit: str,
) -> tuple[Check, ...]:
    checks = list(curve.fit.checks)
    test = lack_of_fit(curve.fit)
    if test is not None:
        bad = test.p < LACK_OF_FIT_LEVEL
        checks.append(
            Check(
                "lack_of_fit",
                "warn" if bad else "pass",
                test.statement,
                value=test.p,
                limit=LACK_OF_FIT_LEVEL,
                advice="Try logistic_5pl or other weights" if bad else "",
            )
        )
    if not math.isnan(turn := curve.turning_point()):
        checks.append(
            Check(
                "standard_curve_turns",
                "warn",
                f"the curve turns at {_amount(turn, unit)}, within the standards: readings beyond "
                "have two concentrations, and the range ends there",
                value=turn,
                advice="Choose another curve, or leave out the standards beyond",
            )
        )
    if not math.isnan(method.acceptance_percent):
        checks.append(_recovery(levels, within, method.acceptance_percent, unit))
    outside = [one.sample for one in samples if one.status != "in range"]
    checks.append(
        Check(
            "samples_outside_range",
            "warn" if outside else "pass",
            f"{len(outside)} of {pluralize(len(samples), 'sample')} outside the range of the "
            f"standards: {list_names(outside, MOST_NAMED)}"
            if outside
            else "all samples lie within the range of the standards",
            value=float(len(outside)),
            limit=0.0,
            advice="Dilute those above the range, concentrate those below" if outside else "",
        )
    )
    order = {"fail": 0, "warn": 1, "pass": 2}
    return tuple(sorted(checks, key=lambda check: order[check.level]))


def _recovery(
    levels: Sequence[StandardLevel], within: tuple[float, float], limit: float, unit: str
) -> Check:
    refused = [level.concentration for level in levels if not level.accepted]
    inner = [value for value in refused if within[0] < value < within[1]]
    named = list_names([_amount(value, unit) for value in refused], MOST_NAMED)
    return Check(
        "standards_recovery",
        "warn" if refused else "pass",
        f"{len(refused)} of {pluralize(len(levels), 'standard')} recovered outside "
        f"{100 - limit:g} to {100 + limit:g} % or scattered by more than {limit:g} %: {named}"
        if refused
        else f"all standards recovered within {100 - limit:g} to {100 + limit:g} %",
        value=float(len(refused)),
        limit=0.0,
        advice=""
        if not refused
        else "A standard within the range is among them: check its preparation"
        if inner
        else "The range ends at the outermost standards that are accepted",
    )


def _amount(value: float, unit: str) -> str:
    return f"{format_number(value)} {unit}".rstrip()
