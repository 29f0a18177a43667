"""Checks of the control wells of a binding plate: number, specific binding, window, counting."""

from __future__ import annotations

import math

import numpy as np

from tricyclic.assays.binding.check_limits import (
    AGM,
    DEFAULT,
    MAX_COUNTING_CV,
    MAX_COUNTING_SHARE,
    MAX_FILTER_PERCENT,
    MIN_CONTROL_WELLS,
    MIN_SIGNAL_WINDOW,
    MIN_SPECIFIC_PERCENT,
    MIN_Z_PRIME,
)
from tricyclic.assays.binding.fitted_wells import FittedWells
from tricyclic.core.check import Check, Level
from tricyclic.core.format import format_number

Floats = np.ndarray


def control_checks(wells: FittedWells) -> tuple[Check, ...]:
    """All checks of total and non-specific wells."""
    return (
        *number_of_controls(wells),
        *background_level(wells),
        *specific_binding(wells),
        *signal_window(wells),
    )


def number_of_controls(wells: FittedWells) -> tuple[Check, ...]:
    """Whether there are enough total and non-specific wells to estimate their scatter."""
    tabulated = not (wells.total.size or wells.nonspecific.size)
    if not wells.competes or wells.over_time or tabulated:
        return ()
    counts = {"total": wells.total.size, "non-specific": wells.nonspecific.size}
    fewest = min(counts.values())
    level: Level = "warn" if fewest < MIN_CONTROL_WELLS else "pass"
    listed = " and ".join(f"{n} {name} wells" for name, n in counts.items())
    return (
        Check(
            "few_control_wells",
            level,
            f"the plate has {listed}",
            value=float(fewest),
            limit=float(MIN_CONTROL_WELLS),
            advice="Use three or more wells of each kind of control" if level == "warn" else "",
            source=DEFAULT,
        ),
    )


def background_level(wells: FittedWells) -> tuple[Check, ...]:
    """Whether the background was subtracted twice: by the counter and by the analysis."""
    if not (wells.background > 0 and wells.nonspecific.size):
        return ()
    net = float(wells.nonspecific.mean())
    twice = net <= 0.0
    return (
        Check(
            "background_level",
            "warn" if twice else "pass",
            f"non-specific wells read {format_number(net + wells.background)} on average, "
            f"the background is {format_number(wells.background)}",
            value=net + wells.background,
            limit=wells.background,
            unit=wells.series[0].y_unit,
            advice="If the counter has subtracted the background already, set it to 0"
            if twice
            else "",
        ),
    )


def specific_binding(wells: FittedWells) -> tuple[Check, ...]:
    """Specific share of binding; where it is small, whether the filter retains too much or the
    sites are too few.
    """
    if not (wells.total.size and wells.nonspecific.size):
        return ()
    total, blank = float(wells.total.mean()), float(wells.nonspecific.mean())
    if total <= 0:
        return (
            Check(
                "specific_percent",
                "fail",
                "total wells read no more than background",
                advice="Check the file and the background that was provided",
            ),
        )
    specific = 100.0 * (1.0 - blank / total)
    on_filter = _filter_percent(wells, blank)
    of_added = (
        "" if math.isnan(on_filter) else f" ({format_number(on_filter, 2)} % of what was added)"
    )
    shares = (
        f"non-specific binding is {format_number(100 - specific, 2)} % of total binding{of_added}, "
        f"specific {format_number(specific, 2)} %"
    )
    if specific >= MIN_SPECIFIC_PERCENT:
        enough = f"{format_number(specific, 2)} % of total binding is specific"
        return (
            _nonspecific_check("pass", shares, specific),
            _specific_check("pass", enough, specific),
        )
    if not _is_above(wells.total, wells.nonspecific):
        message = f"total wells do not read more than non-specific ones: {shares}"
        advice = (
            "There is no specific binding to analyse; check tissue, radioligand and the roles of "
            "the wells"
        )
        return (_specific_check("fail", message, specific, advice),)
    # One cause gives one warning: too much on the filter, or too few sites.
    if not on_filter <= MAX_FILTER_PERCENT:
        advice = (
            "Soak the filters in polyethyleneimine, wash longer or colder, use less radioligand or "
            "membrane"
        )
        return (_nonspecific_check("warn", shares, specific, advice),)
    advice = (
        "The filter is clean but there are few sites: use more protein, or tissue with more of the "
        "target"
    )
    return (_specific_check("warn", shares, specific, advice),)


def signal_window(wells: FittedWells) -> tuple[Check, ...]:
    """Z' and signal window between total and non-specific wells."""
    if min(wells.total.size, wells.nonspecific.size) < MIN_CONTROL_WELLS:
        return ()
    total, blank = float(wells.total.mean()), float(wells.nonspecific.mean())
    sd_total, sd_blank = float(wells.total.std(ddof=1)), float(wells.nonspecific.std(ddof=1))
    span = total - blank
    if span <= 0 or sd_total <= 0:
        return ()
    z = 1.0 - 3.0 * (sd_total + sd_blank) / span
    window = (span - 3.0 * (sd_total + sd_blank)) / sd_total
    advice = "Look for the cause of the scatter of controls: pipetting, harvesting, counting time"
    return (
        Check(
            "z_prime",
            "warn" if z < MIN_Z_PRIME else "pass",
            f"Z' of the control wells is {format_number(z, 2)}",
            value=z,
            limit=MIN_Z_PRIME,
            advice=advice if z < MIN_Z_PRIME else "",
            source=f"{AGM}; Zhang et al. 1999",
        ),
        Check(
            "signal_window",
            "warn" if window < MIN_SIGNAL_WINDOW else "pass",
            f"total and non-specific wells are {format_number(window, 2)} standard deviations "
            "apart, beyond three of each",
            value=window,
            limit=MIN_SIGNAL_WINDOW,
            unit="SD",
            advice=advice if window < MIN_SIGNAL_WINDOW else "",
            source=AGM,
        ),
    )


def counting_error(wells: FittedWells) -> tuple[Check, ...]:
    """Share of counting error in the scatter of total wells."""
    rows = wells.is_total & wells.at_reference
    slope = _concatenated(tuple(one.counting_slope for one in wells.series))
    offset = _concatenated(tuple(one.counting_offset for one in wells.series))
    if slope is None or offset is None or not rows.any():
        return ()
    counting = float((slope * (wells.expected + wells.background) + offset)[rows].mean())
    variance = float((np.concatenate([part.sd for part in wells.fit.parts])[rows] ** 2).mean())
    blank = (
        float(wells.expected[wells.is_nonspecific & wells.at_reference].mean())
        if wells.nonspecific.size
        else 0.0
    )
    specific = float(wells.expected[rows].mean()) - blank
    share = min(100.0 * counting / variance, 100.0) if variance > 0 else math.nan
    cv = 100.0 * math.sqrt(counting) / specific if specific > 0 else math.inf
    too_much = share > MAX_COUNTING_SHARE and cv > MAX_COUNTING_CV
    times = format_number((cv / MAX_COUNTING_CV) ** 2, 2)
    return (
        Check(
            "counting_error_share",
            "warn" if too_much else "pass",
            f"counting makes {format_number(share, 2)} % of the variance of total wells, "
            f"{format_number(cv, 2)} % of their specific reading",
            value=share,
            limit=MAX_COUNTING_SHARE,
            unit="%",
            source=DEFAULT,
            advice=f"Count longer: {MAX_COUNTING_CV:g} % needs {times} times the time"
            if too_much
            else "",
        ),
    )


def _filter_percent(wells: FittedWells, blank: float) -> float:
    """Radioligand in non-specific wells, in percent of what was added; nan where unknown."""
    hot = wells.column("radioligand_M", 0.0)[wells.is_total & wells.at_reference]
    added = wells.per_molar * float(hot.mean()) if wells.per_molar and hot.size else 0.0
    return 100.0 * blank / added if added > 0 else math.nan


def _nonspecific_check(level: Level, message: str, specific: float, advice: str = "") -> Check:
    return Check(
        "nsb_percent",
        level,
        message,
        value=100 - specific,
        limit=100 - MIN_SPECIFIC_PERCENT,
        unit="%",
        source=AGM,
        advice=advice,
    )


def _specific_check(level: Level, message: str, specific: float, advice: str = "") -> Check:
    return Check(
        "specific_percent",
        level,
        message,
        value=specific,
        limit=MIN_SPECIFIC_PERCENT,
        unit="%",
        source=AGM,
        advice=advice,
    )


def _is_above(high: Floats, low: Floats) -> bool:
    """Whether the mean of one set of wells is more than three standard errors above another."""
    if high.size < 2 or low.size < 2:
        return bool(high.mean() > low.mean())
    error = math.sqrt(high.var(ddof=1) / high.size + low.var(ddof=1) / low.size)
    return bool(high.mean() - low.mean() > 3.0 * error)


def _concatenated(columns: tuple[Floats | None, ...]) -> Floats | None:
    known = [column for column in columns if column is not None]
    return np.concatenate(known) if len(known) == len(columns) else None
