"""Figures of neurite outgrowth."""

from __future__ import annotations

from functools import partial

from tricyclic.plotting import style
from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.neurites import (
    dose_response_plot,
    draw_dose_response,
    draw_neurite_arms,
    draw_thresholds,
    neurite_arms_plot,
    thresholds_plot,
)
from tricyclic.plotting.neurites_power import draw_neurites_power, neurites_power_plot
from tricyclic.results.neurites import Measure, NeuritesResult
from tricyclic.results.neurites_design import NeuritesDesignResult


def neurites_drawings(result: NeuritesResult) -> dict[str, Drawing]:
    """The arms, each drug over concentration, lengths, and the effects over the threshold."""
    drawings = {
        "arms": Drawing(
            partial(neurite_arms_plot, result), lambda axes: draw_neurite_arms(axes, result)
        )
    }
    for response in result.responses:
        if response.measure == "percent" or result.table.cells:
            drawings[f"dose_response_{style.slug(response.drug)}_{response.measure}"] = Drawing(
                partial(dose_response_plot, result, response),
                partial(draw_dose_response, result=result, response=response),
                is_part=response.measure != "percent",
            )
    measures: tuple[Measure, ...] = ("longest", "total") if result.table.cells else ()
    for measure in measures:
        drawings[measure] = Drawing(
            partial(neurite_arms_plot, result, measure),
            partial(draw_neurite_arms, result=result, measure=measure),
        )
    if len({one.threshold for one in result.over_thresholds}) > 1:
        drawings["thresholds"] = Drawing(
            partial(thresholds_plot, result), lambda axes: draw_thresholds(axes, result)
        )
    return drawings


def neurites_design_drawings(result: NeuritesDesignResult) -> dict[str, Drawing]:
    """The power over cultures."""
    return {
        "power": Drawing(
            partial(neurites_power_plot, result), lambda axes: draw_neurites_power(axes, result)
        )
    }
