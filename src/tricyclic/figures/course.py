"""From a CoursePicture to the figure of courses over time: small panels with bands, the rest level, readings and doses.

Panels stand in rows of three (or two, or one) and share the stretch of time, which is told in minutes, hours or days
as a reader would. A band is a tint of its line; the drug-free rest is a thin dashed line; doses are ticks, sustained
doses bars, just above the time axis.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.figures import style
from tricyclic.records.course_picture import CoursePanel, CoursePicture
from tricyclic.records.document import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL_MM = 40.0
LEFT_MM, BETWEEN_MM, RIGHT_MM = 15.5, 17.5, 3.0
TOP_MM, HEAD_MM, FOOT_MM = 7.5, 8.5, 12.0
MOST_TICKS = 90
# Above this many decades between lowest and highest, a logarithmic axis shows no more.
DECADES = 4.0


def courses(picture: CoursePicture, *, pdf: bool = True, text_as: style.TextAs = "text") -> Figure:
    """Draw courses over time.

    Parameters
    ----------
    picture : CoursePicture
        What is drawn; nothing is computed here but positions.
    pdf : bool
        Whether the PDF is written too.
    text_as : {"text", "path"}
        Text stays text, for editing, or becomes outlines, for submission.
    """
    count = len(picture.panels)
    # one panel at a column's width, two or four in pairs, else threes
    across = 1 if count == 1 else 2 if count in (2, 4) else 3
    rows = math.ceil(count / across)
    width: style.Width = "column" if count == 1 else "full"
    wide = style.WIDTHS_MM[width]
    key = max(_key_lines(panel) for panel in picture.panels)
    high_panel = PANEL_MM if across == 3 else 46.0
    title = style.wrapped(picture.title, wide - 4, bold=True)
    heading = TOP_MM + 3.5 * title.count("\n")
    row = HEAD_MM + 3.2 * key + high_panel + FOOT_MM
    high = heading + rows * row
    each = (wide - LEFT_MM - RIGHT_MM - (across - 1) * BETWEEN_MM) / across
    end = max(float(trace.x[-1]) for panel in picture.panels for trace in panel.traces)
    factor, unit = _time_unit(end)
    with style.publication_style(text_as):
        from matplotlib.figure import Figure as Canvas

        canvas = Canvas(figsize=(wide * style.MM, high * style.MM))
        for k, panel in enumerate(picture.panels):
            left = LEFT_MM + (k % across) * (each + BETWEEN_MM)
            top = heading + (k // across) * row + HEAD_MM + 3.2 * key
            axes = canvas.add_axes(
                (left / wide, 1 - (top + high_panel) / high, each / wide, high_panel / high)
            )
            for side in ("left", "bottom"):
                axes.spines[side].set_position(("outward", style.OFFSET_PT))
            _panel(axes, panel, factor)
            _x_axis(axes, end * factor)
            _doses(axes, picture, factor)
            axes.set_xlabel(style.fitted(f"{picture.x_title} ({unit})", each + 6))
            _heads(axes, panel, each, high_panel, key)
        canvas.text(2.0 / wide, 1 - 1.2 / high, title, va="top", weight="bold")
        return style.finish(
            canvas, name=picture.name, caption=_caption(picture), alt=_alt(picture), width=width, pdf=pdf
        )


def _time_unit(end_h: float) -> tuple[float, str]:
    if end_h <= 2:
        return 60.0, "min"
    return (1.0, "h") if end_h <= 96 else (1 / 24, "days")


def _panel(axes: Axes, panel: CoursePanel, factor: float) -> None:
    if math.isfinite(panel.level):
        axes.axhline(panel.level, color=style.GREY, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
    for k, trace in enumerate(panel.traces):
        colour = style.colour(k)
        if trace.low is not None and trace.high is not None:
            axes.fill_between(
                trace.x * factor, trace.low, trace.high, color=colour, alpha=0.18, linewidth=0, zorder=2
            )
        axes.plot(trace.x * factor, trace.mean, color=colour, linewidth=1.0, zorder=3)
    names = [trace.name for trace in panel.traces]
    for points in panel.points:
        k = names.index(points.name) if points.name in names else len(names)
        if points.error is not None:
            axes.errorbar(
                points.x * factor, points.y, np.nan_to_num(points.error), fmt="none", ecolor=style.INK, elinewidth=0.8,
                capsize=2, capthick=0.8, zorder=4,
            )  # fmt: skip
        axes.plot(
            points.x * factor, points.y, linestyle="none", marker=style.symbol(k), color=style.INK, markersize=4.0,
            markeredgecolor="white", markeredgewidth=0.4, zorder=5,
        )  # fmt: skip
    _y_axis(axes, panel)


def _y_axis(axes: Axes, panel: CoursePanel) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    pieces = [trace.mean for trace in panel.traces] + [points.y for points in panel.points]
    pieces += [b for trace in panel.traces for b in (trace.low, trace.high) if b is not None]
    pieces += [p.y + np.nan_to_num(p.error) for p in panel.points if p.error is not None]
    values = np.concatenate([*pieces, [panel.level] if math.isfinite(panel.level) else []])
    values = values[np.isfinite(values)]
    high = float(values.max()) if values.size else 1.0
    if panel.log and high > 0:
        low = max(float(values[values > 0].min()), high * 10**-DECADES)
        axes.set_yscale("log")
        axes.set_ylim(10 ** math.floor(math.log10(low) + 1e-9), 10 ** (math.log10(high) + 0.12))
        axes.yaxis.set_major_locator(LogLocator(numticks=6))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        return
    top = panel.top if math.isfinite(panel.top) else high
    low = min(0.0, float(values.min())) if values.size else 0.0
    axes.set_ylim(low, low + (max(top, high, 1e-12) - low) * 1.06)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))


def _x_axis(axes: Axes, end: float) -> None:
    from matplotlib.ticker import MaxNLocator, MultipleLocator

    axes.set_xlim(0, end)
    # days go by weeks, hours by quarters of a day
    for step in (1, 2, 7, 14, 28) if end > 4 else ():
        if axes.get_xlabel() == "" and end / step <= 7 and end <= 400:
            axes.xaxis.set_major_locator(MultipleLocator(step))
            return
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 3, 5, 6, 10]))


def _doses(axes: Axes, picture: CoursePicture, factor: float) -> None:
    """Ticks and bars on the floor of the panel, where no course hides them."""
    floor = axes.get_xaxis_transform()
    ticks = picture.doses_h if len(picture.doses_h) <= MOST_TICKS else ()
    if ticks:
        axes.plot(
            np.array(ticks) * factor, np.full(len(ticks), -0.028), transform=floor, linestyle="none", marker="^", markersize=2.6,
            color=style.INK, markeredgewidth=0, clip_on=False, zorder=6,
        )  # fmt: skip
    for start, end in picture.sustained_h:
        axes.plot(
            [start * factor, end * factor], [-0.028, -0.028], transform=floor, color=style.INK, linewidth=2.0,
            solid_capstyle="butt", clip_on=False, zorder=6,
        )  # fmt: skip


def _heads(axes: Axes, panel: CoursePanel, each: float, high: float, lines: int) -> None:
    """Title, key and unit over the panel."""
    from matplotlib.lines import Line2D

    title = style.fitted(panel.title, each + 10)
    axes.annotate(
        title, (0, 1), xycoords="axes fraction", xytext=(-LEFT_MM * 0.55 / 25.4 * 72, 5 + 9.1 * lines), textcoords="offset points",
        va="bottom", fontsize=style.FONT_PT,
    )  # fmt: skip
    axes.set_ylabel(style.fitted(panel.y_title, high + 6))
    axes.yaxis.set_label_coords(-11.5 / each, 0.5)
    if len(panel.traces) > 1:
        handles = [
            Line2D(
                [],
                [],
                color=style.colour(k),
                label=style.fitted(trace.name, (each - 14) / _key_columns(panel), size_pt=style.SMALL_PT),
            )
            for k, trace in enumerate(panel.traces)
        ]
        axes.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.01), ncols=_key_columns(panel), columnspacing=1.0, labelspacing=0.25,
        )  # fmt: skip


def _key_columns(panel: CoursePanel) -> int:
    longest = max((len(trace.name) for trace in panel.traces), default=0)
    return 2 if longest <= 18 else 1


def _key_lines(panel: CoursePanel) -> int:
    return math.ceil(len(panel.traces) / _key_columns(panel)) if len(panel.traces) > 1 else 0


def _caption(picture: CoursePicture) -> str:
    parts = [f"{style.one_line(picture.title)}."]
    if any(trace.low is not None for panel in picture.panels for trace in panel.traces):
        parts.append(f"Shaded: {picture.band_says or 'band over the members'}.")
    if any(math.isfinite(panel.level) for panel in picture.panels):
        parts.append("Dashed: drug-free rest.")
    if picture.doses_h:
        parts.append("Triangles: doses.")
    if picture.sustained_h:
        parts.append("Bar: while the drug is given.")
    if any(panel.points for panel in picture.panels):
        parts.append("Symbols: measured.")
    if picture.caption:
        parts.append(style.one_line(picture.caption))
    return " ".join(parts)


def _alt(picture: CoursePicture) -> str:
    told = [
        f"{panel.title}: {trace.name + ' ' if len(panel.traces) > 1 else ''}from {float(trace.mean[0]):.3g} to {float(trace.mean[-1]):.3g} "
        f"{panel.y_title}, between {float(trace.mean.min()):.3g} and {float(trace.mean.max()):.3g}"
        for panel in picture.panels
        for trace in panel.traces
    ]
    return f"{picture.title}. {'; '.join(told[:12])}."
