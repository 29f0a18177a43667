"""Checks of a batch: what a reader of its amounts should know first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tricyclic.assays.chromatography.acceptance import (
    CARRY_OVER,
    CARRY_OVER_SOURCE,
    CARRY_OVER_STANDARD,
    LEVELS,
    QC_WITHIN,
    QC_WITHIN_LEVEL,
    RUN_SOURCE,
    SOURCE,
    STANDARDS_WITHIN,
)
from tricyclic.core.check import Check, Level
from tricyclic.core.format import list_names, pluralize
from tricyclic.core.peak import OUTSIDE_WINDOW, UNFITTED, InjectionPeaks
from tricyclic.core.sample_list import SampleRow
from tricyclic.results.chromatography import AnalyteBatch, BatchResult

# Names that a message lists.
MAX_LISTED = 6
DRIFT_PERCENT = 15.0
RETENTION_PERCENT = 2.0
RESOLUTION = 1.0
PLATES, TAILING = 2000.0, 2.0
# Share of its window beyond which the peak of a standard is near the edge.
NEAR_EDGE = 0.7
# Area of an internal standard over its median in the batch.
AREA_LOW, AREA_HIGH = 50.0, 150.0
# An unlisted peak of a smaller share of the analyte's area does not matter.
UNLISTED_PERCENT = 5.0
VENDOR_PERCENT = 5.0
OWN = "default of tricyclic"


def batch_checks(result: BatchResult) -> tuple[Check, ...]:
    """All checks of a quantified batch."""
    checks: list[Check] = []
    for analyte in result.analytes:
        checks += _calibration(analyte)
        checks.append(_above_top(analyte))
        checks.append(_sensitivity(analyte))
        checks.append(_unlisted(result, analyte.analyte))
        checks += _peak_quality(result, analyte.analyte)
    checks += _unfitted(result)
    if result.internal_standard:
        checks += _internal_standard(result)
    checks.append(_retention(result))
    checks.append(_window(result))
    checks.append(_manual(result))
    if any(math.isfinite(one.difference_percent) for one in result.vendor):
        checks.append(_vendor(result))
    return tuple(checks)


def _calibration(analyte: AnalyteBatch) -> Iterator[Check]:
    name = analyte.analyte
    levels = len(analyte.line.levels)
    yield Check(
        "few_levels",
        "pass" if levels >= LEVELS else "warn",
        f"{pluralize(levels, 'level')} of standards",
        name,
        float(levels),
        float(LEVELS),
        advice="Add standards between those that there are",
        source=RUN_SOURCE,
    )
    yield _standards_outside(analyte)
    yield from _controls(analyte)
    limits = {"carry-over": CARRY_OVER, "carry-over of the internal standard": CARRY_OVER_STANDARD}
    for one in analyte.criteria:
        if one.kind not in limits or one.meets is None:
            continue
        yield Check(
            "carry_over",
            "pass" if one.meets else "warn",
            f"{one.name}: {one.value} ({_listed(one.names)})" if one.names else one.value,
            name,
            limit=limits[one.kind],
            unit="%",
            advice="Inject a blank after high standards and samples, and wash the needle longer"
            if not one.meets
            else "",
            source=CARRY_OVER_SOURCE,
        )


def _controls(analyte: AnalyteBatch) -> Iterator[Check]:
    name = analyte.analyte
    controls = [
        c
        for c in analyte.criteria
        if c.kind in ("controls", "controls of a level") and c.meets is not None
    ]
    failed = [c for c in controls if not c.meets]
    if controls:
        outside = tuple(dict.fromkeys(n for c in controls for n in c.names))
        worst = failed[0] if failed else None
        yield Check(
            "controls_outside",
            "fail" if failed else "pass",
            f"{worst.name}: {worst.value} ({_listed(outside)} not)"
            if worst
            else "quality controls agree with their amounts",
            name,
            advice="Do not use the amounts of this batch before the reason is known"
            if failed
            else "",
            limit=QC_WITHIN if worst is None or worst.kind == "controls" else QC_WITHIN_LEVEL,
            unit="%",
            source=SOURCE,
        )
        number = next(c for c in analyte.criteria if c.kind == "number of controls")
        yield Check(
            "few_quality_controls",
            "pass" if number.meets else "warn",
            f"{number.name}: {number.value}",
            name,
            advice=""
            if number.meets
            else "Inject quality controls of three levels, each twice or more, and 5 % of the "
            "number of samples in all",
            source=RUN_SOURCE,
        )
    else:
        yield Check(
            "no_quality_controls",
            "warn",
            "no quality controls were injected, so that nothing tests the line",
            name,
            advice="Inject quality controls of three levels with each batch",
            source=RUN_SOURCE,
        )


def _standards_outside(analyte: AnalyteBatch) -> Check:
    """Both limits of the standards; levels that were not injected are another check's."""
    of_kind = {one.kind: one for one in analyte.criteria}
    share, levels = of_kind["standards"], of_kind["levels"]
    failed = not share.meets or (len(analyte.line.levels) >= LEVELS and not levels.meets)
    of_levels = "" if levels.meets else f", {levels.value} levels"
    outside = f" ({_listed(share.names)} not)" if share.names else ""
    return Check(
        "standards_outside",
        "fail" if failed else "pass",
        f"back-calculated standards within their limits: {share.value}{of_levels}{outside}",
        analyte.analyte,
        limit=STANDARDS_WITHIN,
        unit="%",
        advice="Look at the residuals of the line; exclude a standard with a reason only"
        if failed
        else "",
        source=SOURCE,
    )


def _above_top(analyte: AnalyteBatch) -> Check:
    above = [
        a.row.name
        for a in analyte.amounts
        if a.range == "above the top standard" and a.row.role == "sample" and not a.row.excluded
    ]
    top = f"{analyte.line.highest:g} {analyte.line.unit}".rstrip()
    return Check(
        "samples_above_top",
        "warn" if above else "pass",
        f"{pluralize(len(above), 'sample')} above the top standard of {top} "
        f"({_listed(above)}): read from the line beyond its standards"
        if above
        else f"no sample is above the top standard of {top}",
        analyte.analyte,
        float(len(above)),
        0.0,
        advice="Dilute and inject them again, or add a higher standard" if above else "",
    )


def _sensitivity(analyte: AnalyteBatch) -> Check:
    drift = analyte.drift
    if drift is None:
        return Check(
            "sensitivity_drift",
            "warn",
            "no standard was injected at three places of the batch, so that drift is not known",
            analyte.analyte,
            limit=DRIFT_PERCENT,
            unit="%",
            advice="Inject one standard again after each 10 to 20 samples",
            source=OWN,
        )
    slope = drift.per_injection
    beyond = abs(drift.total_percent) > DRIFT_PERCENT and not slope.low <= 0.0 <= slope.high
    corrected = ", and is corrected" if analyte.drift_corrected else ""
    return Check(
        "sensitivity_drift",
        "warn" if beyond else "pass",
        f"the response of the repeated standard changes by {drift.total_percent:+.1f} % over the "
        f"batch{corrected}",
        analyte.analyte,
        drift.total_percent,
        DRIFT_PERCENT,
        "%",
        "Look for the reason; --correct-drift reads each injection between its standards"
        if beyond and not corrected
        else "",
        OWN,
    )


def _unlisted(result: BatchResult, analyte: str) -> Check:
    """Unlisted peaks that are fitted beside the analyte."""
    beside = []
    for row, injection in _with_amount(result, "sample", "quality control"):
        area = injection[analyte].area or 0.0
        width = injection[analyte].width_half_height_min or 0.0
        place = injection[analyte].retention_min or injection[analyte].expected_min
        for one in injection.unknown:
            near = one.beside == analyte or abs(one.retention_min - place) < 3.0 * width
            if near and one.area > UNLISTED_PERCENT / 100.0 * area:
                beside.append((row.name, one.retention_min))
    names = list(dict.fromkeys(name for name, _ in beside))
    at = float(np.median([t for _, t in beside])) if beside else math.nan
    return Check(
        "unlisted_peak",
        "warn" if names else "pass",
        f"an unlisted peak beside {analyte}, near {at:.2f} min, in "
        f"{pluralize(len(names), 'injection')} ({_listed(names)}); it is fitted, and no part of "
        f"{analyte}"
        if names
        else f"no unlisted peak beside {analyte}",
        analyte,
        float(len(names)),
        0.0,
        advice='Identify it, and list it in the method with the role "neighbour"' if names else "",
        source=OWN,
    )


def _peak_quality(result: BatchResult, analyte: str) -> Iterator[Check]:
    poor = [
        (separation, row.name, injection[analyte].nearest)
        for row, injection in _with_amount(result, "sample", "quality control", "standard")
        if (separation := injection[analyte].resolution) is not None
        and separation < RESOLUTION
        and not _has_small_neighbour(injection, analyte)
    ]
    worst = min(poor, default=None)
    yield Check(
        "resolution_low",
        "warn" if worst else "pass",
        f"resolution of {analyte} from its neighbour ({worst[2]}) below {RESOLUTION:g} in "
        f"{pluralize(len(poor), 'injection')} ({_listed([name for _, name, _ in poor])}), "
        f"{worst[0]:.2f} at least"
        if worst
        else f"{analyte} is separated from its neighbours",
        analyte,
        worst[0] if worst else None,
        RESOLUTION,
        advice="Areas of overlapping peaks depend on the shape that is fitted: separate them"
        if worst
        else "",
        source=OWN,
    )
    one = next(s for s in result.suitability if s.compound == analyte)
    for check, value, limit, is_poor, words in (
        ("plates_low", one.plates, PLATES, one.plates < PLATES, "theoretical plates"),
        ("tailing_high", one.tailing, TAILING, one.tailing > TAILING, "tailing factor"),
    ):
        if not math.isfinite(value):
            continue
        shown = f"{value:.0f}" if value > 100 else f"{value:.2f}"
        yield Check(
            check,
            "warn" if is_poor else "pass",
            f"{words} of {analyte} in the standards: {shown}",
            analyte,
            value,
            limit,
            advice="The column is worn or overloaded, or there is dead volume" if is_poor else "",
            source=OWN,
        )


def _unfitted(result: BatchResult) -> tuple[Check, ...]:
    """A warning where a window has more than peaks on a baseline; none where none has."""
    names = [
        f"{peak.compound} in {row.name}"
        for row, injection in _pairs(result)
        for peak in injection.peaks
        if any(remark.startswith(UNFITTED) for remark in peak.remarks)
    ]
    if not names:
        return ()
    return (
        Check(
            "unfitted_readings",
            "warn",
            f"{pluralize(len(names), 'peak')} with a step, a dip or a drift beside, which is not "
            f"fitted and may be part of the area ({_listed(names)})",
            value=float(len(names)),
            limit=0.0,
            advice="Look at the picture of the injection; set limits by hand, or exclude it",
            source=OWN,
        ),
    )


def _has_small_neighbour(injection: InjectionPeaks, analyte: str) -> bool:
    """Whether the nearest peak is an unlisted one too small to matter."""
    peak = injection[analyte]
    if peak.nearest != "unknown" or peak.retention_min is None:
        return False
    place = peak.retention_min
    nearest = min(injection.unknown, key=lambda u: abs(u.retention_min - place), default=None)
    return nearest is None or nearest.area < UNLISTED_PERCENT / 100.0 * (peak.area or 0.0)


def _internal_standard(result: BatchResult) -> Iterator[Check]:
    name = result.internal_standard
    pairs = [(row, injection) for row, injection in _pairs(result) if row.internal_standard]
    missing = [row.name for row, injection in pairs if not (injection[name].area or 0.0) > 0.0]
    yield Check(
        "internal_standard_missing",
        "warn" if missing else "pass",
        f"{pluralize(len(missing), 'injection')} without a peak of {name} ({_listed(missing)}): "
        "no amount is stated for them"
        if missing
        else f"every injection has a peak of {name}",
        name,
        float(len(missing)),
        0.0,
        advice="Inject them again, or exclude them with a reason" if missing else "",
    )
    areas = {row.name: injection[name].area for row, injection in pairs}
    known = {key: value for key, value in areas.items() if value and value > 0}
    middle = float(np.median(list(known.values()))) if known else math.nan
    shares = {key: 100.0 * value / middle for key, value in known.items()}
    odd = [key for key, share in shares.items() if not AREA_LOW <= share <= AREA_HIGH]
    furthest = max(odd, key=lambda key: abs(math.log(shares[key] / 100.0)), default="")
    yield Check(
        "internal_standard_area",
        "warn" if odd else "pass",
        f"the area of {name} is not {AREA_LOW:g} to {AREA_HIGH:g} % of its median in "
        f"{pluralize(len(odd), 'injection')} ({_listed(odd)}), {shares[furthest]:.0f} % in "
        f"{furthest}"
        if odd
        else f"areas of {name} agree over the batch",
        name,
        shares[furthest] if odd else None,
        AREA_HIGH if odd and shares[furthest] > AREA_HIGH else AREA_LOW,
        "%",
        "Look for a wrong volume, or for an internal standard that was not added" if odd else "",
        OWN,
    )


def _retention(result: BatchResult) -> Check:
    """Drift of the retention of the reference peak over the batch."""
    shifts = [
        (row.order, injection.shift_percent)
        for row, injection in _pairs(result)
        if injection.reference
    ]
    total = math.nan
    if len(shifts) >= 3:
        order, shift = (np.array(values, dtype=float) for values in zip(*shifts, strict=True))
        total = float(np.polyfit(order, shift, 1)[0] * np.ptp(order))
    beyond = abs(total) > RETENTION_PERCENT
    return Check(
        "retention_drift",
        "warn" if beyond else "pass",
        f"retention changes by {total:+.2f} % over the batch"
        if math.isfinite(total)
        else "too few injections with a reference peak to see a drift of the retention",
        "",
        total if math.isfinite(total) else None,
        RETENTION_PERCENT,
        "%",
        "Look for a change of temperature, flow or mobile phase" if beyond else "",
        OWN,
    )


def _window(result: BatchResult) -> Check:
    """Whether the windows of the method hold the peaks of the standards."""
    assert result.method is not None
    outside, edge = [], []
    for compound in (*result.method.analytes, result.method.internal_standard):
        if compound is None:
            continue
        for row, injection in _pairs(result, "standard", "suitability"):
            peak = injection[compound.name]
            if any(OUTSIDE_WINDOW in remark for remark in peak.remarks):
                outside.append(f"{compound.name} in {row.name}")
            elif (
                peak.retention_min is not None
                and abs(peak.retention_min - compound.retention_min)
                > NEAR_EDGE * compound.window_min
            ):
                edge.append(f"{compound.name} in {row.name}")
    level: Level = "fail" if outside else "warn" if edge else "pass"
    messages = {
        "fail": f"the window of the method misses a standard: {_listed(outside)}",
        "warn": f"standards are near the edge of the window of the method: {_listed(edge)}",
        "pass": "the windows of the method hold the peaks of the standards",
    }
    return Check(
        "method_window",
        level,
        messages[level],
        result.method.name,
        limit=100.0 * NEAR_EDGE,
        unit="% of the window",
        advice="Correct the retention_min of the compound, or widen its window_min"
        if level != "pass"
        else "",
        source=OWN,
    )


def _manual(result: BatchResult) -> Check:
    used = [
        f"{peak.compound} in {injection.injection}"
        for injection in result.injections
        for peak in injection.peaks
        if peak.manual is not None
    ]
    return Check(
        "manual_limits",
        "warn" if used else "pass",
        f"{pluralize(len(used), 'peak')} with limits set by hand ({_listed(used)})"
        if used
        else "no limits were set by hand",
        "",
        float(len(used)),
        0.0,
    )


def _vendor(result: BatchResult) -> Check:
    compared = [one for one in result.vendor if math.isfinite(one.difference_percent)]
    apart = [one for one in compared if abs(one.difference_percent) > VENDOR_PERCENT]
    worst = max(apart, key=lambda one: abs(one.difference_percent), default=None)
    names = [f"{one.compound} in {one.injection}" for one in apart]
    return Check(
        "vendor_areas",
        "warn" if apart else "pass",
        f"{len(apart)} of {len(compared)} areas differ from those of the instrument's program by "
        f"more than {VENDOR_PERCENT:g} % ({_listed(names)}), {worst.difference_percent:+.0f} % at "
        "most"
        if worst
        else f"{pluralize(len(compared), 'area')} within {VENDOR_PERCENT:g} % of those of the "
        "instrument's program",
        "",
        worst.difference_percent if worst else None,
        VENDOR_PERCENT,
        "%",
        "Look at the baselines of both" if worst else "",
        OWN,
    )


def _pairs(result: BatchResult, *roles: str) -> list[tuple[SampleRow, InjectionPeaks]]:
    """Rows that are not excluded, of these roles or of all, with their peaks."""
    by_name = {one.injection: one for one in result.injections}
    return [
        (row, by_name[row.name])
        for row in result.samples.injected
        if not row.excluded and (not roles or row.role in roles)
    ]


def _with_amount(result: BatchResult, *roles: str) -> list[tuple[SampleRow, InjectionPeaks]]:
    """Those of `_pairs` whose internal standard was seen: without it there is no amount."""
    name = result.internal_standard
    return [
        (row, injection)
        for row, injection in _pairs(result, *roles)
        if not name or (row.internal_standard and injection[name].area)
    ]


def _listed(names: Sequence[str]) -> str:
    return list_names(list(names), MAX_LISTED)
