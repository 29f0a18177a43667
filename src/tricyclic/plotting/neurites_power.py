"""Draws the power of a neurite experiment over its number of cultures."""

from __future__ import annotations

from matplotlib.axes import Axes

from tricyclic.core.document import Figure
from tricyclic.core.format import pluralize
from tricyclic.plotting import style
from tricyclic.plotting.power_axes import draw_power_axes
from tricyclic.results.neurites_design import NeuritesDesignResult


def neurites_power_plot(result: NeuritesDesignResult, *, pdf: bool = True) -> Figure:
    """Draw the power, 84 mm wide."""
    with style.publication_style():
        height = style.page_height_mm(62.0)
        canvas, axes = style.sheet(
            "column", height, left_mm=15.0, right_mm=4.0, bottom_mm=13.0, top_mm=8.0
        )
        draw_neurites_power(axes, result)
        style.draw_title(
            canvas,
            f"Power to show {result.difference:+g} points",
            width="column",
            height_mm=height,
            lines=1,
        )
        plan = result.plan
        words = (
            f"{pluralize(plan.cultures, 'culture')} with {pluralize(plan.wells, 'well')} of "
            f"{pluralize(plan.fields, 'field')} of {pluralize(plan.cells, 'cell')} have a power of "
            f"{100 * plan.power:.0f} %"
        )
        return style.finish(
            canvas,
            name="power",
            caption=f"Power of the paired t test at {100 * result.level:.3g} % to show a "
            f"difference of {result.difference:+g} points from {result.percent:.3g} %; scatter "
            f"{result.source}. {words} (circle).",
            alt=f"Power over cultures. {words}.",
            width="column",
            pdf=pdf,
        )


def draw_neurites_power(axes: Axes, result: NeuritesDesignResult) -> None:
    """Draw the power into axes."""
    axes.plot(
        [one.cultures for one in result.curve],
        [100.0 * one.power for one in result.curve],
        color=style.colour(0),
        linewidth=style.current().line_width_pt,
    )
    draw_power_axes(
        axes,
        result.plan.cultures,
        result.plan.power,
        target=result.target,
        over="independent cultures",
    )
