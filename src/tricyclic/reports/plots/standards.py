"""Figures of standard curves and of sensorgrams."""

from __future__ import annotations

from functools import partial

from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.sensorgram import draw_sensorgram, sensorgram
from tricyclic.plotting.standard_curve import draw_standard_curve, standard_curve
from tricyclic.results.sensorgram import SensorgramResult
from tricyclic.results.standard_curve import InterpolationResult


def interpolation_drawings(result: InterpolationResult) -> dict[str, Drawing]:
    """The standard curve with the samples."""
    return {
        "standard_curve": Drawing(
            partial(standard_curve, result),
            lambda axes: draw_standard_curve(axes, result),
            is_flexible=True,
            has_readings=True,
        )
    }


def sensorgram_drawings(result: SensorgramResult) -> dict[str, Drawing]:
    """All cycles with the fitted curve."""
    return {
        "sensorgram": Drawing(
            partial(sensorgram, result),
            lambda axes: draw_sensorgram(axes, result),
            is_flexible=True,
        )
    }
