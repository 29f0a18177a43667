"""Draws a TimeCoursePlot: small panels over time with bands, baseline, readings and doses.

Panels are in rows of one, two or three and share the time axis, in minutes, hours or days. A band
is a tint of its line; the drug-free baseline is a thin dashed line; doses are ticks and sustained
doses bars, just above the time axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, MultipleLocator, NullLocator

from tricyclic.core.course_plot import TimeCoursePanel, TimeCoursePlot
from tricyclic.core.document import Figure
from tricyclic.plotting import style
from tricyclic.plotting.network import typeset

PANEL_MM, WIDE_PANEL_MM = 38.0, 46.0
LEFT_MM, BETWEEN_MM, RIGHT_MM = 15.5, 17.5, 3.0
# The note below the panels that explains the marks.
NOTE_LINE_MM, NOTE_GAP_MM = 3.1, 1.5
MAX_NOTE_LINES = 8
TITLE_MM, LINE_MM, GAP_MM, FOOT_MM = 5.0, 3.5, 3.0, 12.0
# How far a panel's title reaches out to the left of its axis, over the numbers of the axis.
OUT_MM = 10.0
MAX_TICKS = 90
# Above this many decades between lowest and highest, a logarithmic axis shows no more.
DECADES = 4.0


@dataclass(frozen=True)
class _PanelHeader:
    """Title and legend above every panel of a figure, in lines of text."""

    titles: tuple[str, ...]
    title_lines: int
    key_lines: int
    one_key: bool

    @property
    def high_mm(self) -> float:
        return LINE_MM * (self.title_lines + self.key_lines) + GAP_MM


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
    count = len(plot.panels)
    # one panel at a column's width, two or four in pairs, else threes
    across = 1 if count == 1 else 2 if count in (2, 4) else 3
    width: style.Width = "column" if count == 1 else "full"
    wide = style.WIDTHS_MM[width]
    each = (wide - LEFT_MM - RIGHT_MM - (across - 1) * BETWEEN_MM) / across
    high_panel = PANEL_MM if across == 3 else WIDE_PANEL_MM
    head = _head(plot, each)
    title = style.wrapped(plot.title, wide - 4, bold=True)
    space = wide - 4 - (_key_mm(plot.panels[0]) if head.one_key else 0.0)
    subtitle = style.wrapped(typeset(plot.subtitle), space) if plot.subtitle else ""
    n_lines = title.count("\n") + (subtitle.count("\n") + 1 if subtitle else 0)
    heading = TITLE_MM + LINE_MM * n_lines
    row = head.high_mm + high_panel + FOOT_MM
    note_width = (wide - 4) * style.FONT_PT / style.SMALL_PT
    note = style.wrapped(typeset(" ".join(_marks(plot))), note_width, lines=MAX_NOTE_LINES)
    foot = (note.count("\n") + 1) * NOTE_LINE_MM + NOTE_GAP_MM if note else 0.0
    high = heading + math.ceil(count / across) * row + foot
    first = min(float(trace.x[0]) for panel in plot.panels for trace in panel.traces)
    end = max(float(trace.x[-1]) for panel in plot.panels for trace in panel.traces)
    factor, unit = style.time_axis(end) if plot.time_unit else (1.0, "")
    x_title = f"{plot.x_title} ({unit})" if unit else plot.x_title
    with style.publication_style(text_as):
        canvas = Canvas(figsize=(wide * style.MM, high * style.MM))
        for k, panel in enumerate(plot.panels):
            left = LEFT_MM + (k % across) * (each + BETWEEN_MM)
            top = heading + (k // across) * row + head.high_mm
            axes = canvas.add_axes(
                (left / wide, 1 - (top + high_panel) / high, each / wide, high_panel / high)
            )
            for side in ("left", "bottom"):
                axes.spines[side].set_position(("outward", style.OFFSET_PT))
            _panel(axes, panel, factor)
            _x_axis(axes, (min(first, 0.0) * factor, end * factor), each, unit)
            _doses(axes, plot, factor)
            axes.set_xlabel(style.fitted(x_title, each + 6))
            axes.set_ylabel(style.fitted(typeset(panel.y_title), high_panel + 6))
            axes.yaxis.set_label_coords(-11.5 / each, 0.5)
            _over(axes, panel, head, head.titles[k], each)
        canvas.text(2.0 / wide, 1 - 1.2 / high, title, va="top", weight="bold")
        below = 1.2 + LINE_MM * (title.count("\n") + 1)
        canvas.text(2.0 / wide, 1 - below / high, subtitle, va="top")
        canvas.text(2.0 / wide, 1.2 / high, note, va="bottom", fontsize=style.SMALL_PT)
        if head.one_key:
            canvas.legend(
                handles=_handles(plot.panels[0], 40.0),
                loc="upper right",
                bbox_to_anchor=(1 - RIGHT_MM / wide, 1 - (below - 1.0) / high),
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
        if trace.low is not None and trace.high is not None:
            axes.fill_between(
                trace.x * factor,
                trace.low,
                trace.high,
                color=colour,
                alpha=0.18,
                linewidth=0,
                zorder=2,
            )
        axes.plot(trace.x * factor, trace.mean, color=colour, linewidth=0.9, zorder=3)
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
                capsize=2,
                capthick=0.8,
                zorder=4,
            )
        axes.plot(
            points.x * factor,
            points.y,
            linestyle="none",
            marker=style.symbol(k),
            color=colour,
            markersize=4.0,
            markeredgecolor="white",
            markeredgewidth=0.4,
            zorder=5,
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
    top = panel.top if math.isfinite(panel.top) else high
    low = min(0.0, float(values.min())) if values.size else 0.0
    # Where all values are 0 there is no scale; those of a user's own model may be tiny.
    highest = max(top, high)
    axes.set_ylim(low, low + ((highest if highest > low else low + 1e-12) - low) * 1.06)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))


def _x_axis(axes: Axes, limits: tuple[float, float], each: float, unit: str) -> None:
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
    ticks = plot.doses_h if len(plot.doses_h) <= MAX_TICKS else ()
    if ticks:
        axes.plot(
            np.array(ticks) * factor,
            np.full(len(ticks), -0.028),
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
            [-0.028, -0.028],
            transform=bottom,
            color=style.INK,
            linewidth=2.0,
            solid_capstyle="butt",
            clip_on=False,
            zorder=6,
        )


def _over(axes: Axes, panel: TimeCoursePanel, head: _PanelHeader, title: str, each: float) -> None:
    """Title and key over the panel."""
    up = GAP_MM / 2 + LINE_MM * head.key_lines
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
            label=style.fitted(typeset(trace.name), space_mm, size_pt=style.SMALL_PT),
        )
        for k, trace in enumerate(panel.traces)
    ]


def _key_mm(panel: TimeCoursePanel) -> float:
    return sum(
        style.width_mm(typeset(trace.name), size_pt=style.SMALL_PT) + 9 for trace in panel.traces
    )


def _key_columns(panel: TimeCoursePanel, each: float) -> int:
    longest = max(
        (style.width_mm(typeset(trace.name), size_pt=style.SMALL_PT) for trace in panel.traces),
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
    if any(trace.low is not None for panel in plot.panels for trace in panel.traces):
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
