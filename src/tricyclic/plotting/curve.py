"""Draws a CurvePlot: fitted curves, bands and readings.

Readings are symbols, excluded ones crosses; a curve is solid over the measured range and dashed
beyond it; control wells are drawn beside a logarithmic axis, which has no zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from tricyclic.core.document import Figure
from tricyclic.core.plot_data import ControlLevel, CurvePlot, Trace
from tricyclic.plotting import style

Corner = Literal["upper right", "lower right", "upper left", "lower left"]
# Gap between the axis and the control wells beside it, and width of one group of control wells.
GUTTER_MM, PLACE_MM = 7.0, 6.0


def curve(
    plot: CurvePlot,
    *,
    width: style.Width = "column",
    height_mm: float = 0.0,
    pdf: bool = True,
    text_as: style.TextAs = "text",
    show_title: bool = True,
    explain: bool = True,
) -> Figure:
    """Draw curves with their readings.

    Parameters
    ----------
    plot : CurvePlot
        Only positions are computed here.
    width : {"column", "full"}
        84 or 174 mm.
    height_mm : float
        0: 66 mm, or 84 mm where the figure is wide.
    pdf : bool
        Whether the PDF is written too.
    text_as : {"text", "path"}
        Text stays text, for editing, or becomes outlines, for submission.
    show_title : bool
        Whether the title stands in the drawing; the caption has it in any case.
    explain : bool
        Whether the caption explains the symbols; `curve_legend` explains those of several figures.
    """
    height = height_mm or (66.0 if width == "column" else 84.0)
    names = _names(plot)
    outside = len(names) > 6 or (len(names) > 3 and width == "full")
    wide = style.WIDTHS_MM[width]
    title = style.wrapped(plot.title, wide - 4, bold=True) if show_title else ""
    heading = 3.5 * title.count("\n")
    height += heading
    with style.publication_style(text_as):
        canvas, axes = style.sheet(
            width,
            height,
            left_mm=16.5,
            right_mm=(42.0 if outside else 4.0) + (11.0 if plot.percent_window else 0.0),
            bottom_mm=13.0,
            top_mm=heading + (11.0 if plot.marks else 7.0) - (0.0 if show_title else 4.0),
        )
        tested = _tested(plot)
        low_y, high_y = _y_range(plot)
        axes.set_ylim(low_y, high_y)
        _x_axis(axes, plot, tested)
        for mark in plot.marks:
            _mark(axes, mark.x, mark.low, mark.high)
        for trace in plot.traces:
            _trace(axes, trace, names.index(trace.name), tested)
        _points(axes, plot, names)
        _levels(axes, plot, names, tested)
        _y_axis(axes, plot)
        _legend(axes, plot, names, outside)
        canvas.text(2.0 / wide, 1 - 1.2 / height, title, va="top", weight="bold")
        _marks_in_words(axes, plot)
        return style.finish(
            canvas,
            name=plot.name,
            caption=_caption(plot, explain=explain),
            alt=_alt(plot),
            width=width,
            pdf=pdf,
        )


def _names(plot: CurvePlot) -> list[str]:
    """All names in the order in which they take colours and symbols."""
    return list(dict.fromkeys([p.name for p in plot.points] + [t.name for t in plot.traces]))


def _tested(plot: CurvePlot) -> tuple[float, float]:
    if plot.tested is not None:
        return plot.tested
    x = np.concatenate([p.x for p in plot.points] or [t.x for t in plot.traces])
    x = x[np.isfinite(x)]
    return (float(x.min()), float(x.max())) if x.size else (0.0, 1.0)


def _y_range(plot: CurvePlot) -> tuple[float, float]:
    every = (
        [p.y for p in plot.points]
        + [t.mean for t in plot.traces]
        + [level.y for level in plot.levels]
    )
    every += [p.y + p.error for p in plot.points if p.error is not None]
    every += [p.y - p.error for p in plot.points if p.error is not None]
    values = np.concatenate(every)
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 1.0
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    span = (high - low) or 1.0
    # A band can be far wider than the readings where the fit is uncertain; it may extend the axis
    # only a little.
    bands = [b for t in plot.traces for b in (t.low, t.high) if b is not None]
    if bands:
        band = np.concatenate(bands)
        band = band[np.isfinite(band)]
        if band.size:
            high = max(high, min(float(band.max()), high + 0.15 * span))
            low = min(low, max(float(band.min()), low - 0.10 * span))
    span = (high - low) or 1.0
    return (low - 0.04 * span if low < 0 else low), high + 0.05 * span


def _x_axis(axes: Axes, plot: CurvePlot, tested: tuple[float, float]) -> None:
    ends = [value for t in plot.traces for value in (t.x[np.isfinite(t.x)]) if t.x.size]
    low, high = min([tested[0], *ends]), max([tested[1], *ends])
    if plot.x_scale == "linear":
        low = min(0.0, low)
        pad = 0.02 * ((high - low) or 1.0)
        axes.set_xlim(low - (pad if low < 0 else 0.0), high + pad)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    else:
        if math.floor(high) - math.ceil(low) < 1:
            # At least a decade, so that the axis can be read.
            low, high = min(low, math.floor(low)), max(high, math.floor(low) + 1.0)
        margin = {side: _margin_mm(plot, side) for side in ("left", "right")}
        per_decade = (_millimetres_wide(axes) - margin["left"] - margin["right"]) / (high - low)
        axes.set_xlim(low - margin["left"] / per_decade, high + margin["right"] / per_decade)
        step = max(1, math.ceil(6.5 / per_decade))
        axes.set_xticks(range(math.floor(high + 1e-9), math.ceil(low - 1e-9) - 1, -step))
        axes.spines["bottom"].set_bounds(low, high)
    axes.set_xlabel(style.fitted(plot.x_title, _millimetres_wide(axes) + 8))


def _margin_mm(plot: CurvePlot, side: str) -> float:
    """Width of the control wells on one side [mm]."""
    places = len({level.name for level in plot.levels if level.side == side})
    return GUTTER_MM + PLACE_MM * (places - 0.5) + 0.5 if places else 1.0


def _y_axis(axes: Axes, plot: CurvePlot) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_ylabel(style.fitted(plot.y_title, _millimetres_high(axes) + 12))
    axes.yaxis.set_label_coords(-13.0 / _millimetres_wide(axes), 0.5)
    if plot.percent_window is None:
        return
    zero, hundred = plot.percent_window

    def to_percent(y: np.ndarray) -> np.ndarray:
        return (y - zero) / (hundred - zero) * 100

    def from_percent(percent: np.ndarray) -> np.ndarray:
        return zero + percent / 100 * (hundred - zero)

    other = axes.secondary_yaxis("right", functions=(to_percent, from_percent))  # type: ignore[arg-type]
    other.set_yticks([0, 25, 50, 75, 100])
    other.spines["right"].set_visible(True)
    other.spines["right"].set_position(("outward", style.OFFSET_PT))
    other.spines["right"].set_bounds(0, 100)
    other.set_ylabel("specific binding (%)", labelpad=3)


def _millimetres_wide(axes: Axes) -> float:
    return float(axes.get_position().width * axes.get_figure(root=True).get_figwidth() / style.MM)  # type: ignore[union-attr]


def _millimetres_high(axes: Axes) -> float:
    return float(axes.get_position().height * axes.get_figure(root=True).get_figheight() / style.MM)  # type: ignore[union-attr]


def _trace(axes: Axes, trace: Trace, index: int, tested: tuple[float, float]) -> None:
    colour = style.colour(index)
    if trace.low is not None and trace.high is not None:
        axes.fill_between(
            trace.x, trace.low, trace.high, color=colour, alpha=0.16, linewidth=0, zorder=1
        )
    inside = (trace.x >= tested[0]) & (trace.x <= tested[1])
    axes.plot(trace.x[inside], trace.mean[inside], color=colour, zorder=2)
    for beyond in (trace.x <= tested[0], trace.x >= tested[1]):
        # One point of the solid part closes the gap.
        edge = np.flatnonzero(beyond)
        if edge.size:
            reach = np.clip([edge[0] - 1, edge[-1] + 1], 0, trace.x.size - 1)
            piece = slice(reach[0], reach[1] + 1)
            axes.plot(
                trace.x[piece],
                trace.mean[piece],
                color=colour,
                linestyle=(0, (3, 2)),
                linewidth=0.9,
                zorder=2,
            )


def _points(axes: Axes, plot: CurvePlot, names: list[str]) -> None:
    many = sum(p.y.size for p in plot.points) > 150
    for points in plot.points:
        index = names.index(points.name)
        used = ~points.excluded
        if points.error is not None:
            axes.errorbar(
                points.x[used],
                points.y[used],
                points.error[used],
                fmt="none",
                ecolor=style.colour(index),
                elinewidth=0.8,
                capsize=2,
                capthick=0.8,
                zorder=3,
            )
        axes.plot(
            points.x[used],
            points.y[used],
            linestyle="none",
            marker=style.symbol(index),
            color=style.colour(index),
            markeredgecolor="white",
            markeredgewidth=0.4,
            markersize=3.0 if many else 4.2,
            zorder=4,
        )
        _crosses(axes, points.x[~used], points.y[~used], index)


def _levels(axes: Axes, plot: CurvePlot, names: list[str], tested: tuple[float, float]) -> None:
    if plot.x_scale == "linear":
        return
    low, high = axes.spines["bottom"].get_bounds()
    left, right = axes.get_xlim()
    per_mm = (right - left) / _millimetres_wide(axes)
    places = list(dict.fromkeys((level.side, level.name) for level in plot.levels))
    for side, name in places:
        nearer = [place for place in places if place[0] == side].index((side, name))
        away = (GUTTER_MM + nearer * PLACE_MM) * per_mm
        middle = low - away if side == "left" else high + away
        for level in plot.levels:
            if (level.side, level.name) == (side, name):
                index = names.index(level.subject) if level.subject in names else 0
                _control_wells(axes, level, middle, per_mm, index)
        _gutter(axes, middle, 2.4 * per_mm, name)


def _control_wells(
    axes: Axes, level: ControlLevel, middle: float, per_mm: float, index: int
) -> None:
    """Wells of one level side by side, so that none hides another."""
    x = middle + (
        np.linspace(-1.8, 1.8, level.y.size) * per_mm if level.y.size > 1 else np.zeros(1)
    )
    used = ~level.excluded
    axes.plot(
        x[used],
        level.y[used],
        linestyle="none",
        marker=style.symbol(index),
        markersize=3.2,
        markerfacecolor="white",
        markeredgecolor=style.colour(index),
        markeredgewidth=0.8,
        zorder=4,
        clip_on=False,
    )
    _crosses(axes, x[~used], level.y[~used], index)


def _gutter(axes: Axes, middle: float, half: float, name: str) -> None:
    """A short axis of its own under control wells, with their name."""
    inches = axes.figure.dpi_scale_trans
    down = axes.get_xaxis_transform() + ScaledTranslation(0, -style.OFFSET_PT / 72, inches)
    axes.plot(
        [middle - half, middle + half],
        [0, 0],
        transform=down,
        color=style.INK,
        linewidth=0.8,
        clip_on=False,
    )
    below = axes.get_xaxis_transform() + ScaledTranslation(0, -(style.OFFSET_PT + 6.5) / 72, inches)
    label = style.fitted(name, 8.5, size_pt=style.SMALL_PT)
    axes.text(middle, 0, label, transform=below, ha="center", va="top", fontsize=style.SMALL_PT)


def _crosses(axes: Axes, x: np.ndarray, y: np.ndarray, index: int) -> None:
    if x.size:
        axes.plot(
            x,
            y,
            linestyle="none",
            marker="x",
            color=style.colour(index),
            markersize=5,
            markeredgewidth=1.1,
            zorder=5,
            clip_on=False,
        )


def _mark(axes: Axes, x: float, low: float, high: float) -> None:
    if not math.isfinite(x):
        return
    left, right = axes.get_xlim()
    if not (math.isnan(low) or math.isnan(high)):
        axes.axvspan(
            max(low, left), min(high, right), color=style.PALE, alpha=0.6, linewidth=0, zorder=0
        )
    if left <= x <= right:
        axes.axvline(x, color=style.GREY, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=1)
    axes.set_xlim(left, right)


def _marks_in_words(axes: Axes, plot: CurvePlot) -> None:
    """The labels of the marks in one line under the title."""
    labels = [mark.label or mark.name for mark in plot.marks if mark.label or mark.name]
    if not labels:
        return
    text = style.fitted("; ".join(labels), _millimetres_wide(axes), size_pt=style.SMALL_PT)
    axes.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        fontsize=style.SMALL_PT,
        color=style.GREY,
        va="bottom",
    )


def _legend(axes: Axes, plot: CurvePlot, names: list[str], outside: bool) -> None:
    dotted, drawn = {p.name for p in plot.points}, {t.name for t in plot.traces}
    handles = [
        Line2D(
            [],
            [],
            color=style.colour(i),
            marker=style.symbol(i) if name in dotted else "none",
            markersize=4,
            linestyle="-" if name in drawn else "none",
            label=style.fitted(name, 31.0, size_pt=style.SMALL_PT),
        )
        for i, name in enumerate(names)
    ]
    if any(p.excluded.any() for p in plot.points) or any(
        level.excluded.any() for level in plot.levels
    ):
        handles.append(
            Line2D(
                [],
                [],
                color=style.INK,
                marker="x",
                markersize=5,
                linestyle="none",
                label="left out of the fit",
            )
        )
    if len(names) < 2:
        # The title names a single curve, and the caption explains the crosses.
        return
    if outside:
        beside = 1.0 + (15.0 if plot.percent_window else 3.0) / _millimetres_wide(axes)
        axes.legend(handles=handles[:16], loc="center left", bbox_to_anchor=(beside, 0.5))
    else:
        axes.legend(handles=handles, loc=_emptiest_corner(axes, plot))


def _emptiest_corner(axes: Axes, plot: CurvePlot) -> Corner:
    """The corner of the axes with the fewest readings and points of curves."""
    x = np.concatenate([p.x for p in plot.points] + [t.x for t in plot.traces])
    y = np.concatenate([p.y for p in plot.points] + [t.mean for t in plot.traces])
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    across, up = (x - left) / (right - left), (y - low) / (high - low)
    crowd: dict[Corner, int] = {
        "upper right": int(np.sum((across > 0.55) & (up > 0.62))),
        "lower right": int(np.sum((across > 0.55) & (up < 0.38))),
        "upper left": int(np.sum((across < 0.45) & (up > 0.62))),
        "lower left": int(np.sum((across < 0.45) & (up < 0.38))),
    }
    return min(crowd, key=lambda corner: crowd[corner])


def curve_legend(plots: Sequence[CurvePlot]) -> str:
    """Sentences that explain the symbols of several figures, each once.

    Parameters
    ----------
    plots : sequence of CurvePlot
    """
    parts = [part for plot in plots for part in _explanation(plot)]
    parts += [f"Several runs: {style.one_line(p.caption)}" for p in plots if _of_all_runs(p)]
    return " ".join(dict.fromkeys(parts))


def _of_all_runs(plot: CurvePlot) -> bool:
    """Whether a figure shows all runs of an assay; its caption is that of its kind."""
    return bool(plot.assay and not plot.plate and plot.caption)


def _explanation(plot: CurvePlot) -> list[str]:
    """What symbols, bands and lines are, in sentences that do not depend on the readings."""
    parts = []
    if plot.points:
        parts.append(f"Symbols: {plot.points_label}.")
    if any(trace.low is not None for trace in plot.traces):
        parts.append(f"Shaded: {plot.band_label}.")
    low, high = _tested(plot)
    if any((t.x < low - 1e-9).any() or (t.x > high + 1e-9).any() for t in plot.traces):
        parts.append("Dashed: beyond the range measured.")
    if plot.levels and plot.x_scale == "log10_M":
        parts.append("Open symbols beside the axis: control wells.")
    if any(not math.isnan(mark.low) for mark in plot.marks):
        parts.append("Dotted line and grey field: the estimate and its interval.")
    return parts


def _caption(plot: CurvePlot, *, explain: bool) -> str:
    parts = [f"{style.one_line(plot.title)}."]
    parts += _explanation(plot) if explain else []
    out = sum(int(p.excluded.sum()) for p in plot.points) + sum(
        int(c.excluded.sum()) for c in plot.levels
    )
    if out:
        parts.append(f"Crosses: {out} reading{'s' if out > 1 else ''} left out of the fit.")
    if plot.caption and (explain or not _of_all_runs(plot)):
        last = style.one_line(plot.caption)
        parts.append(last[:1].upper() + last[1:] + ("" if last.endswith(".") else "."))
    return " ".join(parts)


def _alt(plot: CurvePlot) -> str:
    readings = sum(p.y.size for p in plot.points) + sum(level.y.size for level in plot.levels)
    labels = "; ".join(mark.label for mark in plot.marks if mark.label)
    low, high = _tested(plot)
    return (
        f"{plot.title}: {plot.y_title} against {plot.x_title}, "
        f"{readings} readings from {low:.3g} to {high:.3g}, "
        f"{len(plot.traces)} fitted curve{'s' if len(plot.traces) != 1 else ''}"
        + (f"; {labels}" if labels else "")
        + "."
    )
