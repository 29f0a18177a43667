"""Draws the power of a microdialysis study over its number of animals."""

from __future__ import annotations

from matplotlib.axes import Axes

from tricyclic.core.document import Figure
from tricyclic.plotting import style
from tricyclic.plotting.power_axes import draw_power_axes
from tricyclic.results.microdialysis_design import MicrodialysisDesignResult


def power_plot(result: MicrodialysisDesignResult, *, pdf: bool = True) -> Figure:
    """Draw the power, 84 mm wide."""
    with style.publication_style():
        height = style.page_height_mm(62.0)
        canvas, axes = style.sheet(
            "column", height, left_mm=15.0, right_mm=4.0, bottom_mm=13.0, top_mm=8.0
        )
        draw_power(axes, result)
        style.draw_title(
            canvas,
            f"Power to show a ratio of {result.ratio:g}",
            width="column",
            height_mm=height,
            lines=1,
        )
        plan = result.plan
        words = (
            f"{plan.animals_per_group} animals per group with {plan.baseline_fractions} fractions "
            f"of baseline and {plan.window_fractions} in the window have a power of "
            f"{100 * plan.power:.0f} %"
        )
        return style.finish(
            canvas,
            name="power",
            caption=f"Power of a two-sided test at 5 % to show a ratio of {result.ratio:g} between "
            f"two groups, by the number of baseline fractions; scatter {result.source}. "
            f"{words} (circle).",
            alt=f"Power over animals per group. {words}.",
            width="column",
            pdf=pdf,
        )


def draw_power(axes: Axes, result: MicrodialysisDesignResult) -> None:
    """Draw the power into axes."""
    for k, (fractions, plans) in enumerate(result.curves):
        axes.plot(
            [one.animals_per_group for one in plans],
            [100.0 * one.power for one in plans],
            color=style.colour(k),
            linestyle=style.DASHES[k % len(style.DASHES)],
            linewidth=style.current().line_width_pt,
            label=f"{fractions} baseline fraction{'' if fractions == 1 else 's'}",
        )
    place = [fractions for fractions, _ in result.curves].index(result.plan.baseline_fractions)
    draw_power_axes(
        axes,
        result.plan.animals_per_group,
        result.plan.power,
        target=result.target,
        over="animals per group",
        place=place,
    )
    if style.current().legend:
        axes.legend(loc="lower right")
