"""Draws a TimeCoursePlot: small panels over time with bands, baseline, readings and doses.

Panels are in rows of one, two or three and share the time axis, in minutes, hours or days. A band
is a tint of its line; the drug-free baseline is a thin dashed line; doses are ticks and sustained
doses bars, just above the time axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, MultipleLocator, NullLocator

from tricyclic.core.course_plot import TimeCoursePanel, TimeCoursePlot
from tricyclic.core.document import Figure
from tricyclic.plotting import style
from tricyclic.plotting.curve_axes import (
    millimetres_high,
    millimetres_wide,
    power_of,
    show_power,
    with_power,
)
from tricyclic.plotting.network import typeset

PANEL_MM, WIDE_PANEL_MM = 38.0, 46.0
LEFT_MM, BETWEEN_MM, RIGHT_MM = 15.5, 17.5, 3.0
# The note below the panels that explains the marks.
NOTE_LINE_MM, NOTE_GAP_MM = 3.1, 2.5
MAX_NOTE_LINES = 8
TITLE_MM, LINE_MM, GAP_MM, FOOT_MM = 5.0, 3.5, 3.0, 12.0
# How far a panel's title reaches out to the left of its axis, over the numbers of the axis.
OUT_MM = 10.0
MAX_TICKS = 90
# Gap between axis and plot wide enough for the marks of doses.
MIN_GAP_PT = 4.0
# Above this many decades between lowest and highest, a logarithmic axis shows no more.
DECADES = 4.0
# Narrowest panel beside another.
LEAST_PANEL_MM = 24.0
# The axis starts at 0 where the values move over more than this share of the highest.
FROM_ZERO = 0.5
# Least range of an axis relative to the highest value, so that noise does not fill the panel.
LEAST_SPAN = 0.05
# Courses closer than this share of the axis lie on each other.
COINCIDE = 0.008


@dataclass(frozen=True)
class _PanelHeader:
    """Title and legend above every panel of a figure, in lines of text."""

    titles: tuple[str, ...]
    title_lines: int
    key_lines: int
    one_key: bool

    @property
    def high_mm(self) -> float:
        lines = self.title_lines + self.key_lines
        return LINE_MM * lines * style.current().scale + GAP_MM


def plot_courses(
    plot: TimeCoursePlot, *, pdf: bool = True, text_as: style.TextAs = "text"
) -> Figure:
    """Draw courses over time.

    Parameters
    ----------
    plot : TimeCoursePlot
        Only positions are computed here.
    pdf : bool
        Whether the PDF is written too.
    text_as : {"text", "path"}
        Text stays text, for editing, or becomes outlines, for submission.
    """
    count, scale = len(plot.panels), style.current().scale
    width: style.Width = "column" if count == 1 else "full"
    wide = style.page_mm(width)
    across = panels_across(count, wide)
    each = (wide - LEFT_MM * scale - RIGHT_MM - (across - 1) * BETWEEN_MM * scale) / across
    head = _head(plot, each)
    has_title = style.current().title
    title = style.wrapped(plot.title, wide - 4, bold=True) if has_title else ""
    space = wide - 4 - (_key_mm(plot.panels[0]) if head.one_key else 0.0)
    subtitle = typeset(plot.subtitle) if has_title else ""
    # The key stands beside the subtitle where both fit on one line, else below it.
    key_below = head.one_key and bool(subtitle) and style.width_mm(subtitle) > space
    subtitle = style.wrapped(subtitle, wide - 4 if key_below else space) if subtitle else ""
    n_lines = title.count("\n") + (subtitle.count("\n") + 1 if subtitle else 0) + key_below
    heading = TITLE_MM + LINE_MM * n_lines * scale if title else 2.0 + LINE_MM * head.one_key
    note_width = (wide - 4) * style.font_pt() / style.small_pt()
    note = " ".join(_marks(plot)) if has_title else ""
    note = style.wrapped(typeset(note), note_width, lines=MAX_NOTE_LINES)
    foot = (note.count("\n") + 1) * NOTE_LINE_MM * scale + NOTE_GAP_MM if note else 0.0
    rows = math.ceil(count / across)
    high_panel = PANEL_MM if across == 3 else WIDE_PANEL_MM
    around = head.high_mm + FOOT_MM * scale
    own_height = style.current().height_mm
    if own_height:
        high_panel = max((own_height - heading - foot) / rows - around, 10.0)
    row = around + high_panel
    high = heading + rows * row + foot
    with style.publication_style(text_as):
        canvas = style.blank(wide, high)
        for k, panel in enumerate(plot.panels):
            left = LEFT_MM * scale + (k % across) * (each + BETWEEN_MM * scale)
            top = heading + (k // across) * row + head.high_mm
            axes = canvas.add_axes(
                (left / wide, 1 - (top + high_panel) / high, each / wide, high_panel / high)
            )
            style.offset_spines(axes)
            _draw_panel(axes, plot, panel, (each, high_panel))
            axes.yaxis.set_label_coords(-11.5 * scale / each, 0.5)
            _over(axes, panel, head, head.titles[k], each)
        canvas.text(2.0 / wide, 1 - 1.2 / high, title, va="top", weight="bold")
        below = 1.2 + LINE_MM * scale * (title.count("\n") + 1)
        canvas.text(2.0 / wide, 1 - below / high, subtitle, va="top")
        canvas.text(2.0 / wide, 1.2 / high, note, va="bottom", fontsize=style.small_pt())
        if head.one_key:
            # Below the descenders of the subtitle.
            below += (LINE_MM * scale * (subtitle.count("\n") + 1) + 1.3) * key_below
            canvas.legend(
                handles=_handles(plot.panels[0], 40.0),
                loc="upper right",
                bbox_to_anchor=(1 - RIGHT_MM / wide, 1 - (below - 1.0 if title else 1.2) / high),
                ncols=len(plot.panels[0].traces),
                columnspacing=1.2,
            )
        return style.finish(
            canvas,
            name=plot.name,
            caption=_caption(plot),
            alt=_alt(plot),
            width=width,
            pdf=pdf,
        )


def draw_panel(axes: Axes, plot: TimeCoursePlot, panel: TimeCoursePanel) -> None:
    """Draw one panel into axes of the user, in the current style.

    Parameters
    ----------
    axes : Axes
        Its ranges, ticks and axis titles are set; it gets no title.
    plot : TimeCoursePlot
        With the doses and the unit of time.
    panel : TimeCoursePanel
    """
    _draw_panel(axes, plot, panel, (millimetres_wide(axes), millimetres_high(axes)))
    if len(panel.traces) > 1 and style.current().legend:
        axes.legend(handles=_handles(panel, 60.0))


def panels_across(count: int, wide: float) -> int:
    """Panels in a row: one alone, two or four in pairs, else threes, as many as fit."""
    across = 1 if count == 1 else 2 if count in (2, 4) else 3
    scale = style.current().scale
    while across > 1:
        used = LEFT_MM * scale + RIGHT_MM + (across - 1) * BETWEEN_MM * scale
        if (wide - used) / across >= LEAST_PANEL_MM * scale:
            break
        across -= 1
    return across


def _draw_panel(
    axes: Axes, plot: TimeCoursePlot, panel: TimeCoursePanel, size_mm: tuple[float, float]
) -> None:
    first = min(float(trace.x[0]) for one in plot.panels for trace in one.traces)
    end = max(float(trace.x[-1]) for one in plot.panels for trace in one.traces)
    factor, unit = style.time_axis(end) if plot.time_unit else (1.0, "")
    _panel(axes, panel, factor)
    draw_time_axis(axes, (min(first, 0.0) * factor, end * factor), size_mm[0], unit)
    _doses(axes, plot, factor)
    x_title = f"{plot.x_title} ({unit})" if unit else plot.x_title
    axes.set_xlabel(style.fitted(x_title, size_mm[0] + 6))
    power = 0 if panel.log else power_of(max(abs(limit) for limit in axes.get_ylim()))
    axes.set_ylabel(style.fitted(with_power(typeset(panel.y_title), power), size_mm[1] + 6))
    if style.current().grid:
        axes.grid(color=style.PALE, linewidth=0.4, zorder=0)
        axes.set_axisbelow(True)


def _head(plot: TimeCoursePlot, each: float) -> _PanelHeader:
    titles = tuple(
        style.wrapped(typeset(panel.title), each + OUT_MM + 2, lines=2) for panel in plot.panels
    )
    names = {tuple(trace.name for trace in panel.traces) for panel in plot.panels}
    several = len(plot.panels[0].traces)
    one_key = len(names) == 1 and len(plot.panels) > 1 and 1 < several <= 4
    keys = 0 if one_key else max(_key_lines(panel, each) for panel in plot.panels)
    return _PanelHeader(titles, max(title.count("\n") + 1 for title in titles), keys, one_key)


def _panel(axes: Axes, panel: TimeCoursePanel, factor: float) -> None:
    if math.isfinite(panel.level):
        axes.axhline(panel.level, color=style.GREY, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
    for k, trace in enumerate(panel.traces):
        colour = style.colour(k)
        if trace.low is not None and trace.high is not None and style.current().band:
            axes.fill_between(
                trace.x * factor,
                trace.low,
                trace.high,
                color=colour,
                alpha=0.18,
                linewidth=0,
                zorder=2,
            )
        axes.plot(
            trace.x * factor,
            trace.mean,
            color=colour,
            linewidth=0.75 * style.current().line_width_pt,
            linestyle=_line(panel, k),
            zorder=3,
        )
    names = [trace.name for trace in panel.traces]
    for points in panel.points:
        k = names.index(points.name) if points.name in names else len(names)
        # Beside one line readings are ink; beside several they take the colour of theirs.
        colour = style.colour(k) if len(names) > 1 else style.INK
        if points.error is not None:
            axes.errorbar(
                points.x * factor,
                points.y,
                np.nan_to_num(points.error),
                fmt="none",
                ecolor=colour,
                elinewidth=0.8,
                capsize=style.current().cap_pt,
                capthick=0.8,
                zorder=4,
            )
        axes.plot(
            points.x * factor,
            points.y,
            linestyle="none",
            zorder=5,
            **(style.marker(k, 4.0) | ({"markerfacecolor": colour} if len(names) == 1 else {})),
        )
    _y_axis(axes, panel)


def _y_axis(axes: Axes, panel: TimeCoursePanel) -> None:
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
    axes.set_ylim(*_y_limits(panel, values, high))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    show_power(axes)


def _y_limits(panel: TimeCoursePanel, values: np.ndarray, high: float) -> tuple[float, float]:
    """From 0 where the values move over much of their height, else around what moves."""
    if math.isfinite(panel.top):
        low = min(0.0, float(values.min())) if values.size else 0.0
        return low, low + (max(panel.top, high) - low) * 1.06
    lowest = float(values.min()) if values.size else 0.0
    size = max(abs(lowest), abs(high))
    # Where all values are 0 there is no scale; those of a user's own model may be tiny.
    span = max(high - lowest, LEAST_SPAN * size) or 1e-12
    if lowest >= 0 and high - lowest >= FROM_ZERO * high:
        return 0.0, max(high, 1e-12) * 1.06
    middle = 0.5 * (lowest + high)
    low, top = middle - 0.58 * span, middle + 0.58 * span
    return (max(low, 0.0) if lowest >= 0 else low), top


def _line(panel: TimeCoursePanel, k: int) -> Any:
    """Line of a course: dashed over an earlier one that it coincides with, so that both show."""
    trace = panel.traces[k]
    span = max(float(np.nanmax(one.mean)) for one in panel.traces) or 1.0
    hidden = sum(
        other.x.size == trace.x.size
        and bool(np.nanmax(np.abs(other.mean - trace.mean)) <= COINCIDE * span)
        for other in panel.traces[:k]
    )
    return (0, (4.0 / hidden, 4.0)) if hidden else style.dashes(k)


def draw_time_axis(axes: Axes, limits: tuple[float, float], each: float, unit: str) -> None:
    """Ticks where a reader counts: whole hours that divide a day, days, weeks."""
    axes.set_xlim(*limits)
    length = limits[1] - limits[0]
    most = int(each / 7)  # a number takes some 7 mm
    for step in {"h": (1, 2, 3, 6, 12, 24), "days": (1, 2, 7, 14, 28, 56)}.get(unit, ()):
        if 2 <= length / step <= most:
            axes.xaxis.set_major_locator(MultipleLocator(step))
            return
    axes.xaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 3, 5, 6, 10]))


def _doses(axes: Axes, plot: TimeCoursePlot, factor: float) -> None:
    """Ticks and bars at the bottom of the panel, where no course hides them."""
    bottom = axes.get_xaxis_transform()
    # In the gap below the axes, or just above an axis without a gap.
    place = -0.028 if style.current().axis_offset_pt >= MIN_GAP_PT else 0.025
    ticks = plot.doses_h if len(plot.doses_h) <= MAX_TICKS else ()
    if ticks:
        axes.plot(
            np.array(ticks) * factor,
            np.full(len(ticks), place),
            transform=bottom,
            linestyle="none",
            marker="^",
            markersize=2.6,
            color=style.INK,
            markeredgewidth=0,
            clip_on=False,
            zorder=6,
        )
    for start, end in plot.sustained_h:
        axes.plot(
            [start * factor, end * factor],
            [place, place],
            transform=bottom,
            color=style.INK,
            linewidth=2.0,
            solid_capstyle="butt",
            clip_on=False,
            zorder=6,
        )


def _over(axes: Axes, panel: TimeCoursePanel, head: _PanelHeader, title: str, each: float) -> None:
    """Title and key over the panel."""
    up = GAP_MM / 2 + LINE_MM * head.key_lines * style.current().scale
    axes.annotate(
        title,
        (0, 1),
        xycoords="axes fraction",
        xytext=(-OUT_MM * 72 / 25.4, up * 72 / 25.4),
        textcoords="offset points",
        va="bottom",
        linespacing=1.15,
    )
    if len(panel.traces) > 1 and not head.one_key:
        columns = _key_columns(panel, each)
        axes.legend(
            handles=_handles(panel, (each + OUT_MM) / columns - 8),
            loc="lower left",
            bbox_to_anchor=(-OUT_MM / each, 1.0 + 0.3 / each),
            ncols=columns,
            columnspacing=1.0,
            labelspacing=0.2,
        )


def _handles(panel: TimeCoursePanel, space_mm: float) -> list[Line2D]:
    return [
        Line2D(
            [],
            [],
            color=style.colour(k),
            linestyle=_line(panel, k),
            label=style.fitted(typeset(trace.name), space_mm, size_pt=style.small_pt()),
        )
        for k, trace in enumerate(panel.traces)
    ]


def _key_mm(panel: TimeCoursePanel) -> float:
    return sum(
        style.width_mm(typeset(trace.name), size_pt=style.small_pt()) + 9 for trace in panel.traces
    )


def _key_columns(panel: TimeCoursePanel, each: float) -> int:
    longest = max(
        (style.width_mm(typeset(trace.name), size_pt=style.small_pt()) for trace in panel.traces),
        default=0.0,
    )
    return max(1, min(3, int((each + OUT_MM) / (longest + 9))))


def _key_lines(panel: TimeCoursePanel, each: float) -> int:
    return math.ceil(len(panel.traces) / _key_columns(panel, each)) if len(panel.traces) > 1 else 0


def _caption(plot: TimeCoursePlot) -> str:
    title = ". ".join(part for part in (plot.title, plot.subtitle) if part)
    return " ".join([style.one_line(title) + ".", *_marks(plot)])


def _marks(plot: TimeCoursePlot) -> list[str]:
    """What every mark of the figure means, a sentence each."""
    parts = []
    has_band = any(t.low is not None for panel in plot.panels for t in panel.traces)
    if has_band and style.current().band:
        parts.append(f"Shaded: {plot.band_label or 'band over the parameter sets'}.")
    if plot.no_band:
        parts.append(f"Lines without a shaded band: {plot.no_band}.")
    if any(math.isfinite(panel.level) for panel in plot.panels):
        parts.append("Dashed: drug-free baseline.")
    if plot.doses_h:
        parts.append("Triangles: doses.")
    if plot.sustained_h:
        parts.append("Bar: while the drug is given.")
    if any(panel.points for panel in plot.panels):
        parts.append(f"Symbols: {plot.points_label}.")
    if plot.caption:
        parts.append(style.one_line(plot.caption))
    return parts


def _alt(plot: TimeCoursePlot) -> str:
    lines = [
        f"{panel.title}: {trace.name + ' ' if len(panel.traces) > 1 else ''}"
        f"from {float(trace.mean[0]):.3g} to {float(trace.mean[-1]):.3g} {panel.y_title}, "
        f"between {float(trace.mean.min()):.3g} and {float(trace.mean.max()):.3g}"
        for panel in plot.panels
        for trace in panel.traces
    ]
    return f"{plot.title}. {'; '.join(lines[:12])}."
