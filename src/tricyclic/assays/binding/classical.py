"""Classical preparations of a competition: subtract the non-specific mean, or scale to the
controls.

They are fitted for comparison only. The readings of the controls enter as if they were exact, so
the intervals are too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tricyclic.core.series import Series

# Prepared readings of one compound and the values that are then fixed; None without control wells.
Prepared = tuple[Series, dict[str, float]] | None
Preparation = Callable[[Series, Sequence[Series]], Prepared]


def subtract_nonspecific(series: Series, controls: Sequence[Series]) -> Prepared:
    """Competition wells less the mean of the non-specific wells."""
    floor = _control_mean(controls, specific=False)
    if floor is None:
        return None
    return _competition_wells(series, series.y - floor, series.y_unit), {}


def scale_to_controls(series: Series, controls: Sequence[Series]) -> Prepared:
    """Competition wells in percent of the specific binding of the controls, both plateaus fixed."""
    floor, top = _control_mean(controls, specific=False), _control_mean(controls, specific=True)
    if floor is None or top is None or top <= floor:
        return None
    percent = 100.0 * (series.y - floor) / (top - floor)
    return _competition_wells(series, percent, "%"), {"top": 100.0, "bottom": 0.0}


def _control_mean(controls: Sequence[Series], *, specific: bool) -> float | None:
    readings = [
        series.y[((series.x["specific"] > 0) == specific) & (series.x["competitor_M"] == 0)]
        for series in controls
        if "specific" in series.x
    ]
    values = np.concatenate(readings) if readings else np.empty(0)
    return float(np.mean(values)) if values.size else None


def _competition_wells(series: Series, y: np.ndarray, unit: str) -> Series:
    competing = series.x["competitor_M"] > 0
    return Series(
        series.name,
        y[competing],
        unit,
        {"competitor_M": series.x["competitor_M"][competing]},
        series.experiment,
        series.group,
    )
