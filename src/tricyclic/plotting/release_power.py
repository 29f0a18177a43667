"""Draws the power of an evoked-release study over its number of cultures."""

from __future__ import annotations

from matplotlib.axes import Axes

from tricyclic.core.document import Figure
from tricyclic.core.format import pluralize
from tricyclic.plotting import style
from tricyclic.plotting.power_axes import draw_power_axes
from tricyclic.results.release_design import ReleaseDesignResult


def release_power(result: ReleaseDesignResult, *, pdf: bool = True) -> Figure:
    """Draw the power, 84 mm wide."""
    with style.publication_style():
        height = style.page_height_mm(62.0)
        canvas, axes = style.sheet(
            "column", height, left_mm=15.0, right_mm=4.0, bottom_mm=13.0, top_mm=8.0
        )
        draw_release_power(axes, result)
        title = f"Power to show a ratio of {result.ratio:g}"
        style.draw_title(canvas, title, width="column", height_mm=height, lines=1)
        plan = result.plan
        words = (
            f"{plan.cultures} cultures with {pluralize(plan.wells, 'well')} of each arm have a "
            f"power of {100 * plan.power:.0f} %"
        )
        return style.finish(
            canvas,
            name="power",
            caption=f"Power to show a ratio of net release of {result.ratio:g}, by wells of an arm "
            f"in each culture; scatter {result.source}. {words} (circle).",
            alt=f"Power over independent cultures. {words}.",
            width="column",
            pdf=pdf,
        )


def draw_release_power(axes: Axes, result: ReleaseDesignResult) -> None:
    """Draw the power into axes."""
    for k, (wells, plans) in enumerate(result.curves):
        axes.plot(
            [one.cultures for one in plans],
            [100.0 * one.power for one in plans],
            color=style.colour(k),
            linestyle=style.DASHES[k % len(style.DASHES)],
            linewidth=style.current().line_width_pt,
            label=pluralize(wells, "well"),
        )
    place = [wells for wells, _ in result.curves].index(result.plan.wells)
    draw_power_axes(
        axes,
        result.plan.cultures,
        result.plan.power,
        target=result.target,
        over="independent cultures",
        place=place,
    )
    if style.current().legend:
        axes.legend(loc="lower right")
