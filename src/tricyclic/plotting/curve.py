"""From a CurvePicture to the figure of curves, bands and readings.

Readings are symbols, excluded ones crosses; a curve is solid over the range that was measured and dashed beyond;
control wells stand beside a logarithmic axis, where zero has no place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from tricyclic.core.document import Figure
from tricyclic.core.plot_data import ControlLevel, CurvePicture, Trace
from tricyclic.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Corner = Literal["upper right", "lower right", "upper left", "lower left"]
GUTTER_MM = 7.0  # between the axis and the control wells beside it
PLACE_MM = 6.0  # for one level of control wells


def curve(
    picture: CurvePicture,
    *,
    width: style.Width = "column",
    height_mm: float = 0.0,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw curves with their readings.

    Parameters
    ----------
    picture : CurvePicture
        What is drawn; nothing is computed here but positions.
    width : {"column", "full"}
        84 or 174 mm.
    height_mm : float
        0: 66 mm, or 84 mm where the figure is wide.
    pdf : bool
        Whether the PDF is written too.
    text_as : {"text", "path"}
        Text stays text, for editing, or becomes outlines, for submission.
    """
    height = height_mm or (66.0 if width == "column" else 84.0)
    names = _names(picture)
    outside = len(names) > 6 or (len(names) > 3 and width == "full")
    wide = style.WIDTHS_MM[width]
    title = style.wrapped(picture.title, wide - 4, bold=True)
    heading = 3.5 * title.count("\n")
    height += heading
    with style.publication_style(text_as):
        canvas, axes = style.sheet(
            width,
            height,
            left_mm=16.5,
            right_mm=(42.0 if outside else 4.0) + (11.0 if picture.percent_of else 0.0),
            bottom_mm=13.0,
            top_mm=heading + (11.0 if picture.marks else 7.0),
        )
        tested = _tested(picture)
        low_y, high_y = _y_range(picture)
        axes.set_ylim(low_y, high_y)
        _x_axis(axes, picture, tested)
        for mark in picture.marks:
            _mark(axes, mark.x, mark.low, mark.high)
        for trace in picture.traces:
            _trace(axes, trace, names.index(trace.name), tested)
        _points(axes, picture, names)
        _levels(axes, picture, names, tested)
        _y_axis(axes, picture)
        _legend(axes, picture, names, outside)
        canvas.text(2.0 / wide, 1 - 1.2 / height, title, va="top", weight="bold")
        _marks_in_words(axes, picture)
        return style.finish(
            canvas,
            name=picture.name,
            caption=_caption(picture),
            alt=_alt(picture),
            width=width,
            pdf=pdf,
        )


def _names(picture: CurvePicture) -> list[str]:
    """All names in the order in which they take colours and symbols."""
    return list(dict.fromkeys([p.name for p in picture.points] + [t.name for t in picture.traces]))


def _tested(picture: CurvePicture) -> tuple[float, float]:
    if picture.tested is not None:
        return picture.tested
    x = np.concatenate([p.x for p in picture.points] or [t.x for t in picture.traces])
    x = x[np.isfinite(x)]
    return (float(x.min()), float(x.max())) if x.size else (0.0, 1.0)


def _y_range(picture: CurvePicture) -> tuple[float, float]:
    every = (
        [p.y for p in picture.points]
        + [t.mean for t in picture.traces]
        + [level.y for level in picture.levels]
    )
    every += [p.y + p.error for p in picture.points if p.error is not None]
    every += [p.y - p.error for p in picture.points if p.error is not None]
    values = np.concatenate(every)
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 1.0
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    span = (high - low) or 1.0
    # A band may run far beyond the readings where a curve is hardly held; it may widen the axis a little, no more.
    bands = [b for t in picture.traces for b in (t.low, t.high) if b is not None]
    if bands:
        band = np.concatenate(bands)
        band = band[np.isfinite(band)]
        if band.size:
            high = max(high, min(float(band.max()), high + 0.15 * span))
            low = min(low, max(float(band.min()), low - 0.10 * span))
    span = (high - low) or 1.0
    return (low - 0.04 * span if low < 0 else low), high + 0.05 * span


def _x_axis(axes: Axes, picture: CurvePicture, tested: tuple[float, float]) -> None:
    from matplotlib.ticker import MaxNLocator

    ends = [value for t in picture.traces for value in (t.x[np.isfinite(t.x)]) if t.x.size]
    low, high = min([tested[0], *ends]), max([tested[1], *ends])
    if picture.x_scale == "linear":
        low = min(0.0, low)
        pad = 0.02 * ((high - low) or 1.0)
        axes.set_xlim(low - (pad if low < 0 else 0.0), high + pad)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    else:
        if math.floor(high) - math.ceil(low) < 1:  # a decade at least, so that the axis can be read
            low, high = min(low, math.floor(low)), max(high, math.floor(low) + 1.0)
        room = {side: _room(picture, side) for side in ("left", "right")}
        per_decade = (_millimetres_wide(axes) - room["left"] - room["right"]) / (high - low)
        axes.set_xlim(low - room["left"] / per_decade, high + room["right"] / per_decade)
        step = max(1, math.ceil(6.5 / per_decade))
        axes.set_xticks(range(math.floor(high + 1e-9), math.ceil(low - 1e-9) - 1, -step))
        axes.spines["bottom"].set_bounds(low, high)
    axes.set_xlabel(style.fitted(picture.x_title, _millimetres_wide(axes) + 8))


def _room(picture: CurvePicture, side: str) -> float:
    """Millimetres that the control wells of one side need."""
    places = len({level.name for level in picture.levels if level.side == side})
    return GUTTER_MM + PLACE_MM * (places - 0.5) + 0.5 if places else 1.0


def _y_axis(axes: Axes, picture: CurvePicture) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_ylabel(style.fitted(picture.y_title, _millimetres_high(axes) + 6))
    axes.yaxis.set_label_coords(-13.0 / _millimetres_wide(axes), 0.5)
    if picture.percent_of is None:
        return
    zero, hundred = picture.percent_of

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
        # one point of the solid part closes the gap
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


def _points(axes: Axes, picture: CurvePicture, names: list[str]) -> None:
    many = sum(p.y.size for p in picture.points) > 150
    for points in picture.points:
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


def _levels(
    axes: Axes, picture: CurvePicture, names: list[str], tested: tuple[float, float]
) -> None:
    if picture.x_scale == "linear":
        return
    low, high = axes.spines["bottom"].get_bounds()
    left, right = axes.get_xlim()
    per_mm = (right - left) / _millimetres_wide(axes)
    places = list(dict.fromkeys((level.side, level.name) for level in picture.levels))
    for side, name in places:
        nearer = [place for place in places if place[0] == side].index((side, name))
        away = (GUTTER_MM + nearer * PLACE_MM) * per_mm
        middle = low - away if side == "left" else high + away
        for level in picture.levels:
            if (level.side, level.name) == (side, name):
                index = names.index(level.of) if level.of in names else 0
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
    """A stretch of axis of its own under control wells, with their name."""
    from matplotlib.transforms import ScaledTranslation

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


def _marks_in_words(axes: Axes, picture: CurvePicture) -> None:
    """What the marks say, in one line under the title, over the mark where there is one mark."""
    said = [mark.says or mark.name for mark in picture.marks if mark.says or mark.name]
    if not said:
        return
    text = style.fitted("; ".join(said), _millimetres_wide(axes), size_pt=style.SMALL_PT)
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


def _legend(axes: Axes, picture: CurvePicture, names: list[str], outside: bool) -> None:
    from matplotlib.lines import Line2D

    dotted, drawn = {p.name for p in picture.points}, {t.name for t in picture.traces}
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
    if any(p.excluded.any() for p in picture.points) or any(
        level.excluded.any() for level in picture.levels
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
    if len(names) < 2:  # the title names the one curve, the caption the crosses
        return
    if outside:
        beside = 1.0 + (15.0 if picture.percent_of else 3.0) / _millimetres_wide(axes)
        axes.legend(handles=handles[:16], loc="center left", bbox_to_anchor=(beside, 0.5))
    else:
        axes.legend(handles=handles, loc=_emptiest_corner(axes, picture))


def _emptiest_corner(axes: Axes, picture: CurvePicture) -> Corner:
    """The corner of the axes in which the fewest readings and stretches of curve lie."""
    x = np.concatenate([p.x for p in picture.points] + [t.x for t in picture.traces])
    y = np.concatenate([p.y for p in picture.points] + [t.mean for t in picture.traces])
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    across, up = (x - left) / (right - left), (y - low) / (high - low)
    crowd: dict[Corner, int] = {
        "upper right": int(np.sum((across > 0.55) & (up > 0.62))),
        "lower right": int(np.sum((across > 0.55) & (up < 0.38))),
        "upper left": int(np.sum((across < 0.45) & (up > 0.62))),
        "lower left": int(np.sum((across < 0.45) & (up < 0.38))),
    }
    return min(crowd, key=lambda corner: crowd[corner])


def _caption(picture: CurvePicture) -> str:
    parts = [f"{style.one_line(picture.title)}."]
    if picture.points:
        parts.append(f"Symbols: {picture.points_say}.")
    if any(trace.low is not None for trace in picture.traces):
        parts.append(f"Shaded: {picture.band_says}.")
    low, high = _tested(picture)
    if any((t.x < low - 1e-9).any() or (t.x > high + 1e-9).any() for t in picture.traces):
        parts.append("Dashed: beyond the range measured.")
    if picture.levels and picture.x_scale == "log10_M":
        parts.append("Open symbols beside the axis: control wells.")
    out = sum(int(p.excluded.sum()) for p in picture.points) + sum(
        int(c.excluded.sum()) for c in picture.levels
    )
    if out:
        parts.append(f"Crosses: {out} reading{'s' if out > 1 else ''} left out of the fit.")
    if any(not math.isnan(mark.low) for mark in picture.marks):
        parts.append("Dotted line and grey field: the estimate and its interval.")
    if picture.caption:
        last = style.one_line(picture.caption)
        parts.append(last[:1].upper() + last[1:] + ("" if last.endswith(".") else "."))
    return " ".join(parts)


def _alt(picture: CurvePicture) -> str:
    readings = sum(p.y.size for p in picture.points) + sum(level.y.size for level in picture.levels)
    said = "; ".join(mark.says for mark in picture.marks if mark.says)
    low, high = _tested(picture)
    return (
        f"{picture.title}: {picture.y_title} against {picture.x_title}, {readings} readings from {low:.3g} to {high:.3g}, "
        f"{len(picture.traces)} fitted curve{'s' if len(picture.traces) != 1 else ''}"
        + (f"; {said}" if said else "")
        + "."
    )
