"""Draws a CurvePlot: fitted curves, bands and readings.

Readings are symbols, excluded ones crosses; a curve is solid over the measured range and dashed
beyond it; control wells are drawn beside a logarithmic axis, which has no zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox, ScaledTranslation, TransformedBbox

from tricyclic.core.document import Figure
from tricyclic.core.plot_data import ControlLevel, CurvePlot, Trace
from tricyclic.plotting import style
from tricyclic.plotting.curve_axes import (
    GUTTER_MM,
    PLACE_MM,
    draw_x_axis,
    draw_y_axis,
    millimetres_high,
    millimetres_wide,
    set_y_range,
    tested_range,
    y_label,
)
from tricyclic.plotting.curve_words import alt_of, caption_of
from tricyclic.plotting.means import mean_and_error, with_means

Place = Literal["none", "inside", "beside", "below"]
Corner = Literal["upper right", "lower right", "upper left", "lower left"]
CORNERS: tuple[Corner, ...] = ("upper right", "lower right", "upper left", "lower left")
# Lines of text over the axes: the title, and one line for the estimates.
TITLE_MM, LINE_MM, MAX_LINES = 3.5, 3.0, 6
# Width of the symbol of a legend, height of an entry, and the highest legend, as a share of the
# axes, for which the axis is extended.
KEY_MM, ENTRY_MM, MAX_LEGEND = 8.0, 3.6, 0.6
# Names up to which a legend is in the axes, and the width from which it is beside them.
MAX_INSIDE, WIDE_MM = 6, 130.0
BOTTOM_MM = 13.0
# Share of the axes by which a symbol at their end may reach beyond them.
CLIP_BEYOND = 0.04


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
    width : {"third", "column", "full"}
        56, 84 or 174 mm, where the style has no width of its own.
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
    look = style.current()
    plot = with_means(plot, look.points)
    names = _names(plot)
    if len(names) > MAX_INSIDE:
        width = "full"
    wide = style.page_mm(width)
    title = style.wrapped(plot.title, wide - 4, bold=True) if show_title and look.title else ""
    estimates = _estimates_text(plot, wide - 20.5)
    lines = estimates.count("\n") + 1 if estimates else 0
    top = (TITLE_MM * (title.count("\n") + 1) if title else 0.0) + LINE_MM * lines + 3.0
    entries = [*names, *plot.notes]
    usual = look.height_mm or height_mm or (66.0 if wide < 130 else 84.0) * max(look.scale, 1.0)
    place = _legend_place(entries, wide, usual - BOTTOM_MM - top)
    key = _Key.of(entries, wide, look.scale) if place == "below" else _Key()
    height = usual
    if not look.height_mm:
        # Space for the lines beyond the usual one of each, and for a long legend.
        lines_mm = (11.0 if plot.marks else 7.0) - (0.0 if show_title else 4.0)
        height += max(0.0, top - lines_mm) * look.scale + key.high_mm
        beside = ENTRY_MM * look.scale * len(entries) + 20.0 if place == "beside" else 0.0
        height = max(height, beside)
    has_percent = plot.percent_window is not None and look.percent_axis
    high = height - (BOTTOM_MM + top) * look.scale - key.high_mm
    y_lines = y_label(plot, high, top * look.scale)[0].count("\n")
    with style.publication_style(text_as):
        canvas, axes = style.sheet(
            width,
            height,
            left_mm=16.5 + 3.3 * y_lines,
            right_mm=(42.0 if place == "beside" else 4.0) + (11.0 if has_percent else 0.0),
            bottom_mm=BOTTOM_MM + key.high_mm / look.scale,
            top_mm=top,
        )
        _draw(axes, plot, names, place=place, place_label=True)
        if place == "below":
            canvas.legend(
                handles=_handles(plot, names, key.space_mm),
                loc="lower left",
                bbox_to_anchor=(3.0 / wide, 1.0 / height),
                ncols=key.columns,
            )
        canvas.text(2.0 / wide, 1 - 1.2 / height, title, va="top", weight="bold")
        _write_estimates(axes, estimates)
        return style.finish(
            canvas,
            name=plot.name,
            caption=caption_of(plot, explain=explain),
            alt=alt_of(plot),
            width=width,
            pdf=pdf,
        )


@dataclass(frozen=True)
class _Key:
    """A legend below the axes: its columns, the width of a name and its height [mm]."""

    columns: int = 1
    space_mm: float = 0.0
    high_mm: float = 0.0

    @classmethod
    def of(cls, names: Sequence[str], wide: float, scale: float) -> _Key:
        """The legend of names in a figure of a width."""
        longest = max(style.width_mm(name, size_pt=style.small_pt()) for name in names)
        columns = max(1, min(3, int((wide - 6.0) / (longest + KEY_MM * scale))))
        rows = math.ceil(len(names) / columns)
        space = (wide - 6.0) / columns - KEY_MM * scale
        return cls(columns, space, ENTRY_MM * scale * rows + 2.0)


def _legend_place(names: Sequence[str], wide: float, high: float) -> Place:
    """Where the legend of axes so high is: none for one curve, inside for few, else outside."""
    if not style.current().legend or len(names) < 2:
        return "none"
    if wide >= WIDE_MM:
        return "beside" if len(names) > 3 else "inside"
    is_tall = ENTRY_MM * style.current().scale * len(names) + 1.5 > MAX_LEGEND * high
    return "below" if len(names) > MAX_INSIDE or is_tall else "inside"


def draw_curve(axes: Axes, plot: CurvePlot) -> None:
    """Draw curves with their readings into axes of the user, in the current style.

    Parameters
    ----------
    axes : Axes
        Its ranges, ticks and axis titles are set; it gets no title.
    plot : CurvePlot
    """
    plot = with_means(plot, style.current().points)
    names = _names(plot)
    is_shown = style.current().legend and len(names) > 1
    _draw(axes, plot, names, place="inside" if is_shown else "none", place_label=False)


def _draw(
    axes: Axes, plot: CurvePlot, names: list[str], *, place: Place, place_label: bool
) -> None:
    tested = tested_range(plot)
    set_y_range(axes, plot)
    draw_x_axis(axes, plot, tested, alone=place_label)
    if style.current().estimates and len(plot.marks) <= MAX_LINES:
        for mark in plot.marks:
            _mark(axes, mark.x, mark.low, mark.high)
    for trace in plot.traces:
        _trace(axes, trace, names.index(trace.name), tested)
    _points(axes, plot, names)
    _levels(axes, plot, names)
    draw_y_axis(axes, plot, place_label=place_label)
    if style.current().grid:
        axes.grid(color=style.PALE, linewidth=0.4, zorder=0)
        axes.set_axisbelow(True)
    if place in ("inside", "beside"):
        _legend(axes, plot, names, place)


def _names(plot: CurvePlot) -> list[str]:
    """All names in the order in which they take colours and symbols."""
    return list(dict.fromkeys([p.name for p in plot.points] + [t.name for t in plot.traces]))


def _trace(axes: Axes, trace: Trace, index: int, tested: tuple[float, float]) -> None:
    colour = style.colour(index)
    if trace.low is not None and trace.high is not None and style.current().band:
        axes.fill_between(
            trace.x, trace.low, trace.high, color=colour, alpha=0.16, linewidth=0, zorder=1
        )
    inside = (trace.x >= tested[0]) & (trace.x <= tested[1])
    line: Any = {"linestyle": (0, (3, 2))} if trace.dashed else {}
    axes.plot(trace.x[inside], trace.mean[inside], color=colour, zorder=2, **line)
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
                linewidth=0.75 * style.current().line_width_pt,
                zorder=2,
            )


def _points(axes: Axes, plot: CurvePlot, names: list[str]) -> None:
    few = sum(p.y.size for p in plot.points) <= 150
    for points in plot.points:
        index = names.index(points.name)
        used = ~points.excluded
        if points.error is not None:
            bars = axes.errorbar(
                points.x[used],
                points.y[used],
                points.error[used],
                fmt="none",
                ecolor=style.colour(index),
                elinewidth=0.8,
                capsize=style.current().cap_pt,
                capthick=0.8,
                zorder=3,
            )
            _show_whole(axes, bars.get_children())
        (symbols,) = axes.plot(
            points.x[used],
            points.y[used],
            linestyle="none",
            zorder=4,
            **style.marker(index, 0.0 if few else 3.0),
        )
        _show_whole(axes, [symbols])
        _crosses(axes, points.x[~used], points.y[~used], index)


def _show_whole(axes: Axes, artists: Sequence[Artist]) -> None:
    """Clip at a little more than the axes, so that a symbol at their end is not cut.

    Readings beyond axes that a user narrows stay hidden.
    """
    box = Bbox.from_extents(-CLIP_BEYOND, -CLIP_BEYOND, 1 + CLIP_BEYOND, 1 + CLIP_BEYOND)
    for artist in artists:
        artist.set_clip_box(TransformedBbox(box, axes.transAxes))


def _levels(axes: Axes, plot: CurvePlot, names: list[str]) -> None:
    if plot.x_scale == "linear":
        return
    low, high = axes.spines["bottom"].get_bounds()
    left, right = axes.get_xlim()
    per_mm = (right - left) / millimetres_wide(axes)
    places = list(dict.fromkeys((level.side, level.name) for level in plot.levels))
    for side, name in places:
        nearer = [place for place in places if place[0] == side].index((side, name))
        away = (GUTTER_MM + nearer * PLACE_MM) * per_mm
        middle = low - away if side == "left" else high + away
        for level in plot.levels:
            if (level.side, level.name) == (side, name):
                shared = style.SHARED if len(names) > 1 else 0
                index = names.index(level.subject) if level.subject in names else shared
                _control_wells(axes, level, middle, per_mm, index)
        _gutter(axes, middle, 2.4 * per_mm, name)


def _control_wells(
    axes: Axes, level: ControlLevel, middle: float, per_mm: float, index: int
) -> None:
    """Wells of one level side by side, so that none hides another; or their mean."""
    used = ~level.excluded
    if style.current().points != "wells" and used.any():
        mean, error = mean_and_error(level.y[used], style.current().points)
        axes.errorbar(
            [middle],
            [mean],
            [error],
            color=style.colour(index),
            elinewidth=0.8,
            capsize=style.current().cap_pt,
            capthick=0.8,
            zorder=4,
            clip_on=False,
            **style.marker(index),
        )
        _crosses(axes, np.full((~used).sum(), middle), level.y[~used], index)
        return
    x = middle + (
        np.linspace(-1.8, 1.8, level.y.size) * per_mm if level.y.size > 1 else np.zeros(1)
    )
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
    down = axes.get_xaxis_transform() + ScaledTranslation(
        0, -style.current().axis_offset_pt / 72, inches
    )
    axes.plot(
        [middle - half, middle + half],
        [0, 0],
        transform=down,
        color=style.INK,
        linewidth=0.8,
        clip_on=False,
    )
    below = axes.get_xaxis_transform() + ScaledTranslation(
        0, -(style.current().axis_offset_pt + 6.5) / 72, inches
    )
    label = style.fitted(name, 8.5, size_pt=style.small_pt())
    axes.text(middle, 0, label, transform=below, ha="center", va="top", fontsize=style.small_pt())


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
    # An interval over the whole axis would only shade it.
    if (low > left or high < right) and not math.isnan(low + high):
        axes.axvspan(
            max(low, left), min(high, right), color=style.PALE, alpha=0.6, linewidth=0, zorder=0
        )
    if left <= x <= right:
        axes.axvline(x, color=style.GREY, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=1)
    axes.set_xlim(left, right)


def _estimates_text(plot: CurvePlot, max_mm: float) -> str:
    """The labels of the marks on as many lines as they need; empty where the style has none."""
    labels = [mark.label or mark.name for mark in plot.marks if mark.label or mark.name]
    # A table has them where they are many.
    if not labels or len(plot.marks) > MAX_LINES or not style.current().estimates:
        return ""
    size = style.small_pt()
    lines = [labels[0]]
    for label in labels[1:]:
        longer = f"{lines[-1]}; {label}"
        if style.width_mm(style.one_line(longer), size_pt=size) <= max_mm:
            lines[-1] = longer
        else:
            lines.append(label)
    space = max_mm * style.font_pt() / size
    return "\n".join(style.wrapped(line, space, lines=2) for line in lines)


def _write_estimates(axes: Axes, text: str) -> None:
    """The estimates under the title."""
    axes.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        fontsize=style.small_pt(),
        color=style.GREY,
        va="bottom",
        linespacing=1.15,
    )


def _legend(axes: Axes, plot: CurvePlot, names: list[str], place: Place) -> None:
    if place == "beside":
        has_percent = plot.percent_window is not None and style.current().percent_axis
        beside = 1.0 + (15.0 if has_percent else 3.0) / millimetres_wide(axes)
        handles = _handles(plot, names, 31.0)
        axes.legend(handles=handles, loc="center left", bbox_to_anchor=(beside, 0.5))
    else:
        handles = _handles(plot, names, 40.0)
        axes.legend(handles=handles, loc=_free_corner(axes, plot, handles))


def _handles(plot: CurvePlot, names: list[str], space_mm: float) -> list[Line2D]:
    """One entry for each name, and one for readings left out."""
    dotted = {p.name for p in plot.points}
    # The solid one of two curves of a name is that of its symbols.
    drawn = {t.name for t in plot.traces}
    solid = {t.name for t in plot.traces if not t.dashed}
    handles = [
        Line2D(
            [],
            [],
            color=style.colour(i),
            linestyle="-" if name in solid else "--" if name in drawn else "none",
            label=style.fitted_apart(names, space_mm, size_pt=style.small_pt())[name],
            **(style.marker(i, 4.0) if name in dotted else {}),
        )
        for i, name in enumerate(names)
    ]
    if any(p.excluded.any() for p in plot.points) or any(
        level.excluded.any() for level in plot.levels
    ):
        cross = Line2D([], [], color=style.INK, marker="x", markersize=5, linestyle="none")
        cross.set_label("left out of the fit")
        handles.append(cross)
    handles += [
        Line2D([], [], ls="none", label=style.fitted(note, space_mm, size_pt=style.small_pt()))
        for note in plot.notes
    ]
    return handles


def _free_corner(axes: Axes, plot: CurvePlot, handles: Sequence[Line2D]) -> Corner:
    """The corner in which a legend hides the fewest readings and points of curves.

    Where it would hide some in every corner, the axis is extended upward until one is free.
    """
    scale = style.current().scale
    labels = [str(handle.get_label()) for handle in handles]
    text = max(style.width_mm(label, size_pt=style.small_pt()) for label in labels)
    wide = (text + KEY_MM * scale) / millimetres_wide(axes)
    high = (ENTRY_MM * scale * len(handles) + 1.5) / millimetres_high(axes)
    across, up = _drawn(axes, plot)
    crowd = {
        corner: int(np.sum(_beside(across, corner, wide) & _at_height(up, corner, high)))
        for corner in CORNERS
    }
    best = min(crowd, key=lambda corner: crowd[corner])
    if crowd[best] == 0 or high > MAX_LEGEND:
        return best
    tops: dict[Corner, float] = {
        corner: max(up[_beside(across, corner, wide)], default=0.0) / (1 - high)
        for corner in ("upper right", "upper left")
    }
    corner = min(tops, key=lambda corner: tops[corner])
    low, top = axes.get_ylim()
    axes.set_ylim(low, low + (top - low) * max(1.0, tops[corner]))
    return corner


def _drawn(axes: Axes, plot: CurvePlot) -> tuple[np.ndarray, np.ndarray]:
    """Places of readings and points of curves, as shares of the axes, across and up."""
    x = np.concatenate([p.x for p in plot.points] + [t.x for t in plot.traces])
    y = np.concatenate([p.y for p in plot.points] + [t.mean for t in plot.traces])
    (left, right), (low, top) = axes.get_xlim(), axes.get_ylim()
    sides = [np.full(level.y.size, 0.04 if level.side == "left" else 0.96) for level in plot.levels]
    is_log = plot.x_scale != "linear"
    across = np.concatenate([(x - left) / (right - left), *(sides if is_log else [])])
    heights = np.concatenate([y, *([level.y for level in plot.levels] if is_log else [])])
    is_seen = np.isfinite(across) & np.isfinite(heights)
    return across[is_seen], ((heights - low) / (top - low))[is_seen]


def _beside(across: np.ndarray, corner: Corner, wide: float) -> np.ndarray:
    """Which places are as far to the side as a legend in a corner."""
    return across > 1 - wide if corner.endswith("right") else across < wide


def _at_height(up: np.ndarray, corner: Corner, high: float) -> np.ndarray:
    """Which places are as high or low as a legend in a corner."""
    return up > 1 - high if corner.startswith("upper") else up < high
