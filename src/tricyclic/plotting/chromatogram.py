"""Draws chromatograms: a panel for each channel, its injections over each other, and the peaks
that the program of the instrument integrated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile, VendorPeak
from tricyclic.core.document import Figure
from tricyclic.plotting import style

PANEL_MM, GAP_MM, FOOT_MM, TITLE_MM = 40.0, 13.0, 12.0, 6.0
LEFT_MM, RIGHT_MM = 17.0, 3.0
# Panels of one figure, and injections that the legend names.
MAX_PANELS, MAX_NAMED = 6, 8
# A line has two points, the lowest and the highest reading, in each of so many parts of the axis.
PARTS = 1200
# Peaks of one panel with a label, and the least distance of two labels as share of the axis.
MAX_LABELS, LEAST_DISTANCE = 24, 0.012
# Space above the highest reading for labels.
LABEL_SPACE = 0.22


@dataclass(frozen=True)
class ChannelPanel:
    """The traces of one channel, and the peaks of a single injection.

    Parameters
    ----------
    name : str
    unit : str or None
    traces : tuple of Chromatogram
    labels : tuple of str
        Sample or file of each trace.
    peaks : tuple of VendorPeak
        Those of the channel where there is one injection.
    """

    name: str
    unit: str | None
    traces: tuple[Chromatogram, ...]
    labels: tuple[str, ...]
    peaks: tuple[VendorPeak, ...]


def channel_panels(injections: Sequence[ChromatogramFile]) -> tuple[ChannelPanel, ...]:
    """A panel for each channel and unit, in the order in which they occur."""
    groups: dict[tuple[str, str | None], list[tuple[Chromatogram, str]]] = {}
    for one in injections:
        for trace in one.traces:
            # The columns of a table are samples of one channel, whose name the table lacks.
            name = "signal" if trace.sample == trace.name else trace.name
            label = trace.sample or one.file
            groups.setdefault((name, trace.signal_unit), []).append((trace, label))
    peaks = injections[0].vendor_peaks if len(injections) == 1 else ()
    return tuple(
        ChannelPanel(
            name,
            unit,
            tuple(trace for trace, _ in pairs),
            _unique([label for _, label in pairs], injections),
            tuple(peak for peak in peaks if peak.channel == name),
        )
        for (name, unit), pairs in groups.items()
    )


def chromatogram_figure(
    injections: Sequence[ChromatogramFile], *, pdf: bool = True, text_as: style.TextAs = "text"
) -> Figure:
    """Draw the channels below each other, 174 mm wide."""
    every = channel_panels(injections)
    panels = every[:MAX_PANELS]
    scale = style.current().scale
    heading = TITLE_MM if style.current().title else 2.0
    own = style.current().height_mm
    foot, gap = FOOT_MM * scale, GAP_MM * scale
    around = heading + foot + gap * (len(panels) - 1) + TITLE_MM * scale
    high_panel = max((own - around) / len(panels), 10.0) if own else PANEL_MM
    wide, high = style.page_mm("full"), around + high_panel * len(panels)
    with style.publication_style(text_as):
        canvas = style.blank(wide, high)
        for k, panel in enumerate(panels):
            bottom = foot + (len(panels) - 1 - k) * (high_panel + gap)
            axes = canvas.add_axes(
                (
                    LEFT_MM * scale / wide,
                    bottom / high,
                    1 - (LEFT_MM * scale + RIGHT_MM) / wide,
                    high_panel / high,
                )
            )
            style.offset_spines(axes)
            draw_channel(axes, panel)
            if panel.name != "signal":
                axes.set_title(style.fitted(panel.name, wide - 40.0), loc="left", fontsize="medium")
            if k + 1 < len(panels):
                axes.set_xlabel("")
        title = injections[0].file if len(injections) == 1 else f"{len(injections)} injections"
        style.draw_title(canvas, title, width="full", height_mm=high, lines=1)
        names = ", ".join(panel.name for panel in panels)
        left_out = f" {len(every) - len(panels)} more are not drawn." if every[MAX_PANELS:] else ""
        peaks = sum(len(panel.peaks) for panel in panels)
        labelled = " Labels: peaks as the program of the instrument integrated them."
        return style.finish(
            canvas,
            name="chromatograms",
            caption=f"Chromatograms as recorded: {names}.{left_out}{labelled if peaks else ''}",
            alt=f"Chromatograms of {title}: {names}.",
            width="full",
            pdf=pdf,
        )


def draw_channel(axes: Axes, panel: ChannelPanel) -> None:
    """Draw the traces of one channel into axes."""
    several = len(panel.traces) > 1
    named = several and len(panel.traces) <= MAX_NAMED
    for number, (trace, label) in enumerate(zip(panel.traces, panel.labels, strict=True)):
        times, signal = envelope(trace)
        axes.plot(
            times,
            signal,
            color=style.colour(number % (len(style.COLOURS) - 1)) if several else style.INK,
            linewidth=0.6 if several else 0.7,
            solid_joinstyle="round",
            label=label if named else None,
        )
    low = min(float(trace.signal.min()) for trace in panel.traces)
    high = max(float(trace.signal.max()) for trace in panel.traces)
    span = (high - low) or 1.0
    axes.set_ylim(low - 0.03 * span, high + (LABEL_SPACE if panel.peaks else 0.05) * span)
    first = min(float(trace.time_min[0]) for trace in panel.traces)
    last = max(float(trace.time_min[-1]) for trace in panel.traces)
    axes.set_xlim(min(first, 0.0), last)
    if panel.peaks:
        _draw_peaks(axes, panel.traces[0], panel.peaks, span, last - first)
    axes.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel("time (min)")
    axes.set_ylabel(f"signal ({panel.unit})" if panel.unit else "signal (unit unknown)")
    if named:
        axes.legend(loc="upper right", handletextpad=0.4, borderpad=0.1)


def envelope(
    trace: Chromatogram, parts: int = PARTS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times and readings of a line that looks as all readings would: in each part of the axis the
    lowest and the highest reading, at their own times.
    """
    times, signal = trace.time_min, trace.signal
    if times.size <= 3 * parts:
        return times, signal
    part = np.minimum(((times - times[0]) / (times[-1] - times[0]) * parts).astype(int), parts - 1)
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    kept: set[int] = {0, int(times.size) - 1}
    ends = [*starts[1:].tolist(), int(times.size)]
    for start, end in zip(starts.tolist(), ends, strict=True):
        kept.add(start + int(np.argmin(signal[start:end])))
        kept.add(start + int(np.argmax(signal[start:end])))
    index = np.array(sorted(kept))
    return times[index], signal[index]


def _draw_peaks(
    axes: Axes,
    trace: Chromatogram,
    peaks: Sequence[VendorPeak],
    span: float,
    duration: float,
) -> None:
    """Limits of the integration as ticks on the trace, and a label above each apex."""
    placed: list[float] = []
    for peak in sorted(peaks, key=lambda one: -(one.area or 0.0)):
        for limit in (peak.start_min, peak.end_min):
            if limit is not None:
                at = float(np.interp(limit, trace.time_min, trace.signal))
                axes.plot(
                    [limit, limit],
                    [at - 0.02 * span, at + 0.02 * span],
                    color=style.colour(0),
                    linewidth=0.7,
                )
        crowded = any(
            abs(peak.retention_min - other) < LEAST_DISTANCE * duration for other in placed
        )
        inside = trace.time_min[0] <= peak.retention_min <= trace.time_min[-1]
        if crowded or len(placed) >= MAX_LABELS or not inside:
            continue
        placed.append(peak.retention_min)
        apex = float(np.interp(peak.retention_min, trace.time_min, trace.signal))
        axes.annotate(
            style.fitted(peak.name, 14.0) if peak.name else f"{peak.retention_min:.2f}",
            (peak.retention_min, apex),
            xytext=(0, 2),
            textcoords="offset points",
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=style.tiny_pt(),
            color=style.colour(0),
        )


def _unique(labels: list[str], injections: Sequence[ChromatogramFile]) -> tuple[str, ...]:
    """The samples, or the files where samples repeat."""
    files = [one.file for one in injections]
    if len(set(labels)) < len(labels) and len(files) == len(labels):
        return tuple(files)
    return tuple(labels)
