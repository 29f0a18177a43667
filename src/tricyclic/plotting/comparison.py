"""Draws two or more conditions side by side: single runs, pooled values with intervals, and their
ratio.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from tricyclic.core.document import Figure
from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.format import format_number, format_p, format_quantity
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.bracket import draw_bracket
from tricyclic.results.binding import GroupComparison


def comparison(
    runs: Mapping[str, Sequence[Estimate]],
    pooled: Mapping[str, Estimate],
    compared: GroupComparison | None,
    *,
    name: str,
    title: str,
    y_title: str,
    published: bool = False,
    pdf: bool = True,
    text_as: style.TextAs = "text",
    show_title: bool = True,
    explain: bool = True,
    height_mm: float = 0.0,
) -> Figure:
    """Draw conditions side by side, 84 mm wide.

    Parameters
    ----------
    runs : mapping of condition to estimates
        One estimate per independent run, all in one unit.
    pooled : mapping of condition to estimate
        Mean with interval; conditions without one show their runs only.
    compared : GroupComparison or None
        Text of the bracket: ratio with interval, p.
    published : bool
        Whether `pooled` are published means with mean - SEM and mean + SEM as limits.
    show_title : bool
        Whether the title stands in the drawing; the caption has it in any case.
    explain : bool
        Whether the caption has the result as a sentence; False where the text has it.
    height_mm : float
        0: 64 mm, or 57 mm without a title.

    Raises
    ------
    InputError
        If no condition has a number.
    """
    conditions = list(dict.fromkeys([*runs, *pooled]))
    values = [e.value for group in runs.values() for e in group] + [
        e.value for e in pooled.values()
    ]
    ends = [x for e in pooled.values() for x in (e.low, e.high)]
    every = [x for x in values + ends if math.isfinite(x)]
    if not every:
        raise InputError("has no number", where=f"comparison {name}")
    with style.publication_style(text_as):
        height = height_mm or (64.0 if show_title else 57.0)
        top = 16.0 if show_title else 9.0
        canvas, axes = style.sheet(
            "column", height, left_mm=16.5, right_mm=4.0, bottom_mm=9.5, top_mm=top
        )
        _draw_conditions(axes, conditions, runs, pooled)
        axes.set_ylim(min(0.0, min(every)), max(every) * 1.06 if max(every) > 0 else 1.0)
        axes.set_ylabel(style.fitted(y_title, 40.0))
        axes.yaxis.set_label_coords(-12.5 / 63.5, 0.5)
        if compared is not None:
            _bracket(axes, compared, len(conditions))
        if show_title:
            style.draw_title(canvas, title, width="column", height_mm=height)
        statement = (
            f" {style.one_line(compared.statement).rstrip('.')}."
            if compared is not None and compared.statement
            else ""
        )
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. {_symbols(conditions, runs, pooled, published)}."
            f"{statement if explain else ''}",
            alt=f"{title}: "
            + "; ".join(
                f"{c} {format_quantity(e.value, e.unit)} ({format_interval(e)})"
                for c, e in pooled.items()
            )
            + f".{statement}",
            width="column",
            pdf=pdf,
        )


def _draw_conditions(
    axes: Axes,
    conditions: Sequence[str],
    runs: Mapping[str, Sequence[Estimate]],
    pooled: Mapping[str, Estimate],
) -> None:
    """Runs and pooled value of each condition above its name."""
    for k, condition in enumerate(conditions):
        _runs(axes, k, runs.get(condition, ()))
        if condition in pooled:
            _pooled(axes, k, pooled[condition])
    axes.set_xlim(-0.6, len(conditions) - 0.4)
    label_mm = 60.0 / len(conditions)
    axes.set_xticks(
        range(len(conditions)),
        [style.fitted(condition or "all runs", label_mm) for condition in conditions],
        fontsize=style.font_pt(),
    )
    axes.tick_params(axis="x", length=0, pad=5)


def _symbols(
    conditions: Sequence[str],
    runs: Mapping[str, Sequence[Estimate]],
    pooled: Mapping[str, Estimate],
    published: bool,
) -> str:
    """What the symbols are, and how many values each condition has."""
    n = {c: len(runs.get(c, ())) or pooled[c].n_experiments for c in conditions}
    counts = ", ".join(
        f"{c or 'all runs'} n = {n[c]}" if n[c] else f"{c}: n not stated" for c in conditions
    )
    if published:
        return f"Bar and whiskers: published mean ± SEM; {counts}"
    return (
        "Circles: single runs; bar and whiskers: pooled value with its "
        f"{_confidence(pooled)} interval; {counts}"
    )


def _confidence(pooled: Mapping[str, Estimate]) -> str:
    return f"{next((e.confidence for e in pooled.values()), 0.95) * 100:g} %"


def _runs(axes: Axes, place: int, runs: Sequence[Estimate]) -> None:
    """Runs in a row, so that none hides another."""
    if runs:
        x = place - 0.22 + (np.linspace(-0.12, 0.12, len(runs)) if len(runs) > 1 else np.zeros(1))
        axes.plot(
            x,
            [e.value for e in runs],
            linestyle="none",
            marker=style.symbol(place),
            markersize=4.4,
            markerfacecolor="white",
            markeredgecolor=style.colour(place),
            markeredgewidth=1.0,
            zorder=3,
        )


def _pooled(axes: Axes, place: int, estimate: Estimate) -> None:
    colour = style.colour(place)
    axes.plot(
        [place, place + 0.3],
        [estimate.value] * 2,
        color=colour,
        linewidth=2.0,
        solid_capstyle="butt",
    )
    low, high = estimate.low, estimate.high
    if math.isfinite(low) and math.isfinite(high):
        axes.errorbar(
            [place + 0.15],
            [estimate.value],
            [[max(0.0, estimate.value - low)], [max(0.0, high - estimate.value)]],
            fmt="none",
            ecolor=colour,
            elinewidth=1.0,
            capsize=3,
        )


def _bracket(axes: Axes, compared: GroupComparison, conditions: int) -> None:
    """Ratio and p above the conditions that were compared."""
    words = []
    if compared.ratio is not None:
        limits = format_interval(compared.ratio)
        words.append(
            f"ratio {format_number(compared.ratio.value)}" + (f" ({limits})" if limits else "")
        )
    p = compared.p_calibrated if math.isfinite(compared.p_calibrated) else compared.p
    if math.isfinite(p):
        words.append(format_p(p, below="<"))
    draw_bracket(axes, words, conditions)
