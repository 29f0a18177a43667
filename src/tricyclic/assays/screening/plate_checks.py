"""Checks of one plate: number, window and scatter of the controls, and patterns over the plate."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tricyclic.assays.screening.plate_arrays import PlateArrays
from tricyclic.core.check import Check
from tricyclic.core.format import format_number
from tricyclic.core.plate import Role
from tricyclic.results.screening import PlatePattern, PlateQuality

AGM = "Assay Guidance Manual, HTS assay validation"
ZHANG = "Zhang et al. 1999, doi:10.1177/108705719900400206"
DEFAULT = "default threshold"
MIN_CONTROLS = 3
MIN_Z_PRIME = 0.4
MIN_SIGNAL_WINDOW = 2.0
MIN_SIGNAL_TO_BACKGROUND = 2.0
MAX_CV_PERCENT = 20.0
# Standard deviation of the low over that of the high control: the manual allows 1, and chance alone
# reaches 1.5.
MAX_LOW_SD_RATIO = 1.5
# Percent of the control window; the manual allows 20 %.
MAX_PATTERN_PERCENT = 10.0
PATTERN_P = 1e-3
REDUCE_SCATTER = "Find out why the control wells scatter: dispensing, edge, mixing, reading time"


def plate_checks(plate: PlateQuality, wells: PlateArrays) -> tuple[Check, ...]:
    """All checks whose value could be computed."""
    return (
        _controls_check(plate),
        *_z_prime_checks(plate),
        *_window_checks(plate),
        *_scatter_checks(plate),
        *_swapped_check(plate, wells),
        *_pattern_checks(plate),
    )


def _controls_check(plate: PlateQuality) -> Check:
    fewest = min(plate.high.n, plate.low.n)
    few = fewest < MIN_CONTROLS
    return Check(
        "few_control_wells",
        "warn" if few else "pass",
        f"{plate.high.n} high and {plate.low.n} low control wells",
        plate.name,
        float(fewest),
        MIN_CONTROLS,
        "",
        "Use at least three wells of each control, eight on a plate of a screen" if few else "",
        DEFAULT,
    )


def _z_prime_checks(plate: PlateQuality) -> Iterator[Check]:
    z, robust = plate.z_prime, plate.robust_z_prime
    if math.isfinite(z):
        fails = z < 0 and not robust >= MIN_Z_PRIME
        low = z < MIN_Z_PRIME
        advice = (
            "The bands of the controls overlap: repeat the plate, call no hits from it"
            if z < 0
            else REDUCE_SCATTER
        )
        yield Check(
            "z_prime",
            "fail" if fails else "warn" if low else "pass",
            f"Z' is {format_number(z, 2)}",
            plate.name,
            z,
            MIN_Z_PRIME,
            "",
            advice if low else "",
            f"{AGM}; {ZHANG}",
        )
    if math.isfinite(robust):
        yield Check(
            "robust_z_prime",
            "warn" if robust < MIN_Z_PRIME else "pass",
            f"Z' from medians is {format_number(robust, 2)}",
            plate.name,
            robust,
            MIN_Z_PRIME,
            "",
            REDUCE_SCATTER if robust < MIN_Z_PRIME else "",
            f"{ZHANG}, with median and MAD",
        )
    if z < MIN_Z_PRIME <= robust:
        yield Check(
            "control_outlier",
            "warn",
            "Z' is low but Z' from medians is not: single control wells are outliers",
            plate.name,
            robust - z,
            None,
            "",
            "Inspect the control wells; exclude a failed one with its reason",
            DEFAULT,
        )


def _window_checks(plate: PlateQuality) -> Iterator[Check]:
    window, ratio = plate.signal_window, plate.signal_to_background
    if math.isfinite(window):
        small = window < MIN_SIGNAL_WINDOW
        yield Check(
            "signal_window",
            "warn" if small else "pass",
            f"the signal window is {format_number(window, 2)} standard deviations",
            plate.name,
            window,
            MIN_SIGNAL_WINDOW,
            "SD",
            "Increase the signal, reduce the background or the scatter of the high control"
            if small
            else "",
            AGM,
        )
    if math.isfinite(ratio):
        small = ratio < MIN_SIGNAL_TO_BACKGROUND
        yield Check(
            "signal_to_background",
            "warn" if small else "pass",
            f"the higher control reads {format_number(ratio, 2)} times the lower",
            plate.name,
            ratio,
            MIN_SIGNAL_TO_BACKGROUND,
            "",
            "A small ratio is sufficient if the scatter is small: let Z' decide" if small else "",
            DEFAULT,
        )


def _scatter_checks(plate: PlateQuality) -> Iterator[Check]:
    # A low control near zero may have a large CV although it scatters little in readings.
    low_sd_is_small = plate.low.sd <= MAX_LOW_SD_RATIO * plate.high.sd
    for name, control, cv, excused in (
        ("cv_high", "high", plate.high.cv_percent, False),
        ("cv_low", "low", plate.low.cv_percent, low_sd_is_small),
    ):
        if math.isfinite(cv):
            wide = cv > MAX_CV_PERCENT and not excused
            yield Check(
                name,
                "warn" if wide else "pass",
                f"the CV of the {control} control is {format_number(cv, 2)} %",
                plate.name,
                cv,
                MAX_CV_PERCENT,
                "%",
                REDUCE_SCATTER if wide else "",
                AGM,
            )


def _swapped_check(plate: PlateQuality, wells: PlateArrays) -> Iterator[Check]:
    is_competition = any(well.role is Role.COMPETITION for well in wells.plate.wells)
    if wells.window < 0 and is_competition:
        yield Check(
            "controls_swapped",
            "fail",
            "total wells read less than non-specific ones",
            plate.name,
            advice="Check whether the layout interchanges the two kinds of controls",
            source=DEFAULT,
        )


def _pattern_checks(plate: PlateQuality) -> Iterator[Check]:
    rows: tuple[tuple[str, PlatePattern, str, str], ...] = (
        (
            "edge_pattern",
            plate.edge,
            "wells at the edge differ from the others by {} % of the window",
            (
                "Let plates warm up before use, seal or humidify; use edge wells for controls or "
                "not at all"
            ),
        ),
        (
            "row_pattern",
            plate.row,
            "rows differ by up to {} % of the window",
            "Check the channels of the dispenser and the needles of the washer",
        ),
        (
            "column_pattern",
            plate.column,
            "columns differ by up to {} % of the window",
            "Check the order of dispensing, the tips and the time between first and last column",
        ),
    )
    for name, pattern, message, advice in rows:
        size = abs(pattern.size_percent)
        if math.isfinite(size):
            large = size > MAX_PATTERN_PERCENT and pattern.p < PATTERN_P
            yield Check(
                name,
                "warn" if large else "pass",
                message.format(format_number(pattern.size_percent, 2)),
                plate.name,
                size,
                MAX_PATTERN_PERCENT,
                "%",
                advice if large else "",
                f"{DEFAULT}; the Assay Guidance Manual allows 20 %",
            )
