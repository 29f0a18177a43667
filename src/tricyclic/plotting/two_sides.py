"""Draws two measurements side by side: runs, pairs, pooled values with intervals, ratio and p."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from tricyclic.core.document import Figure
from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.format import format_number, format_p
from tricyclic.plotting import style
from tricyclic.plotting.bracket import draw_bracket
from tricyclic.plotting.curve_axes import millimetres_wide
from tricyclic.plotting.drawing import Drawing
from tricyclic.results.comparison import MeasuredQuantity, MeasurementComparison

HEIGHT_MM = 66.0
# Where the runs and the pooled value of a side stand, from its middle.
RUNS_AT, POOLED_AT = -0.16, 0.16


def two_sides(comparison: MeasurementComparison, *, name: str, pdf: bool = True) -> Figure:
    """Runs of both sides with their pooled values, 84 mm wide; lines join the runs of a pair.

    Parameters
    ----------
    comparison : MeasurementComparison
    name : str
        Of the file.
    """
    with style.publication_style():
        height = style.page_height_mm(HEIGHT_MM)
        canvas, axes = style.sheet(
            "column", height, left_mm=17.0, right_mm=4.0, bottom_mm=13.0, top_mm=9.0
        )
        draw_two_sides(axes, comparison)
        axes.yaxis.set_label_coords(-13.0 * style.current().scale / millimetres_wide(axes), 0.5)
        sides = (comparison.a, comparison.b)
        runs = ", ".join(
            f"{label} n = {_n(side)}" for label, side in zip(comparison.names, sides, strict=True)
        )
        pairs = "; lines join the runs of one experiment" if comparison.pairs else ""
        confidence = f"{100 * comparison.a.pooled.confidence:g} %"
        return style.finish(
            canvas,
            name=name,
            caption=f"{comparison.statement}. Circles: single runs{pairs}; bars: pooled value with "
            f"its {confidence} CI; {runs}. {comparison.test}.",
            alt=f"{comparison.statement}.",
            width="column",
            pdf=pdf,
        )


def draw_two_sides(axes: Axes, comparison: MeasurementComparison) -> None:
    """Draw a comparison into axes; the axis is logarithmic where the result is a ratio."""
    sides = (comparison.a, comparison.b)
    logs = comparison.ratio is not None
    unit = comparison.a.pooled.unit
    if comparison.pairs:
        for _, a, b in comparison.pairs:
            axes.plot([RUNS_AT, 1 + RUNS_AT], [a, b], color=style.PALE, linewidth=0.9, zorder=1)
    paired = {run for run, _, _ in comparison.pairs}
    for k, side in enumerate(sides):
        _runs(axes, k, side, in_one_place=bool(paired))
        _pooled(axes, k, side.pooled, beside_runs=any(one.runs for one in sides))
    if logs:
        axes.set_yscale("log")
    _set_limits(axes, sides, logs)
    axes.set_xlim(-0.6, 1.6)
    axes.set_xticks(
        [0, 1],
        [style.wrapped(label, 0.43 * millimetres_wide(axes)) for label in comparison.names],
        fontsize=style.font_pt(),
    )
    axes.tick_params(axis="x", length=0, pad=5)
    axes.set_ylabel(f"{comparison.endpoint} ({unit})" if unit else comparison.endpoint)
    _bracket(axes, comparison)


def comparison_drawing(comparison: MeasurementComparison, name: str) -> Drawing:
    """The figure of a comparison, which can also be drawn into axes."""
    return Drawing(
        partial(two_sides, comparison, name=name),
        lambda axes: draw_two_sides(axes, comparison),
        is_flexible=True,
    )


def _n(side: MeasuredQuantity) -> int:
    return len({run for run, _ in side.runs}) or side.pooled.n_experiments


def _runs(axes: Axes, place: int, side: MeasuredQuantity, *, in_one_place: bool) -> None:
    values = [e.value for _, e in side.runs]
    if not values:
        return
    spread = np.zeros(len(values))
    if not in_one_place and len(values) > 1:
        spread = np.linspace(-0.1, 0.1, len(values))
    axes.plot(
        place + RUNS_AT + spread,
        values,
        linestyle="none",
        marker=style.symbol(place),
        markersize=4.4,
        markerfacecolor="white",
        markeredgecolor=style.colour(place),
        markeredgewidth=1.0,
        zorder=3,
    )
    for (_, e), x in zip(side.runs, place + RUNS_AT + spread, strict=True):
        if e.qualifier != "=":
            _arrow(axes, float(x), e, style.colour(place))


def _pooled(axes: Axes, place: int, estimate: Estimate, *, beside_runs: bool) -> None:
    # Alone it stands above its name, else beside its runs.
    colour, x = style.colour(place), place + (POOLED_AT if beside_runs else 0.0)
    if not math.isfinite(estimate.value):
        return
    axes.plot(
        [x - 0.13, x + 0.13],
        [estimate.value] * 2,
        color=colour,
        linewidth=2.0,
        solid_capstyle="butt",
        zorder=4,
    )
    if estimate.qualifier != "=":
        _arrow(axes, x, estimate, colour)
    elif math.isfinite(estimate.low) and math.isfinite(estimate.high):
        below, above = estimate.value - estimate.low, estimate.high - estimate.value
        axes.errorbar(
            [x],
            [estimate.value],
            [[max(0.0, below)], [max(0.0, above)]],
            fmt="none",
            ecolor=colour,
            elinewidth=1.0,
            capsize=3,
        )


def _arrow(axes: Axes, x: float, estimate: Estimate, colour: str) -> None:
    """An arrow in the direction in which a bound is open."""
    up = estimate.qualifier == ">"
    axes.annotate(
        "",
        (x, estimate.value),
        xytext=(0, 11 if up else -11),
        textcoords="offset points",
        arrowprops={"arrowstyle": "<-", "color": colour, "linewidth": 1.0},
    )


def _set_limits(axes: Axes, sides: Sequence[MeasuredQuantity], logs: bool) -> None:
    every = [
        x
        for side in sides
        for e in (side.pooled, *(e for _, e in side.runs))
        for x in (e.value, *((e.low, e.high) if e is side.pooled else ()))
        if math.isfinite(x) and (x > 0 or not logs)
    ]
    if not every:
        return
    low, high = min(every), max(every)
    if not logs:
        margin = 0.08 * (high - low or abs(high) or 1.0)
        axes.set_ylim(low - margin, high + margin)
        return
    # At least a third of a decade, so that small differences look small.
    margin = max(0.08 * math.log10(high / low), 0.5 * (0.35 - math.log10(high / low)), 0.05)
    axes.set_ylim(low * 10**-margin, high * 10**margin)
    decades = math.log10(high / low) + 2 * margin
    if decades < 1:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        numbers = (1.0,) if decades > 2 else (1.0, 2.0, 5.0)
        axes.yaxis.set_major_locator(LogLocator(subs=numbers, numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _bracket(axes: Axes, comparison: MeasurementComparison) -> None:
    """Ratio or difference with its interval and p, above both sides."""
    words = []
    outcome, noun = comparison.ratio, "ratio"
    if outcome is None:
        outcome, noun = comparison.difference, "difference"
    if outcome is not None and math.isfinite(outcome.value):
        sign = "" if outcome.qualifier == "=" else f"{outcome.qualifier} "
        limits = format_interval(outcome) if outcome.qualifier == "=" else ""
        limits = "" if limits in ("", "unbounded") else f" ({limits})"
        words.append(f"{noun} {sign}{format_number(outcome.value)}{limits}")
    if math.isfinite(comparison.p):
        words.append(format_p(comparison.p, below="<"))
    draw_bracket(axes, words)
