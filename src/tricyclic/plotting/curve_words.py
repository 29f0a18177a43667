"""The caption of a CurvePlot, and its text for screen readers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.plot_data import CurvePlot
from tricyclic.plotting import style
from tricyclic.plotting.curve_axes import tested_range


def curve_legend(plots: Sequence[CurvePlot]) -> str:
    """Sentences that explain the symbols of several figures, each once.

    Parameters
    ----------
    plots : sequence of CurvePlot
    """
    labels = list(dict.fromkeys(plot.points_label for plot in plots if plot.points))
    parts = [f"Symbols: {', or '.join(labels)}."] if labels else []
    parts += [
        part for plot in plots for part in _explanation(plot) if not part.startswith("Symbols")
    ]
    parts += [_of_several_runs([style.one_line(p.caption) for p in plots if _of_all_runs(p)])]
    return " ".join(part for part in dict.fromkeys(parts) if part)


def _of_several_runs(captions: Sequence[str]) -> str:
    """How runs are drawn on one scale; what the captions end with in common stands once."""
    halves = [caption.rstrip(".").partition("; ") for caption in dict.fromkeys(captions)]
    if not halves:
        return ""
    how = ", or ".join(first[:1].lower() + first[1:] for first, *_ in halves)
    ends = dict.fromkeys(end for *_, end in halves if end)
    return f"Several runs: {'; '.join([how, *ends])}."


def _of_all_runs(plot: CurvePlot) -> bool:
    """Whether a figure shows all runs of an assay; its caption is that of its kind."""
    return bool(plot.assay and not plot.plate and plot.caption)


def _explanation(plot: CurvePlot) -> list[str]:
    """What symbols, bands and lines are, in sentences that do not depend on the readings."""
    parts = []
    if plot.points:
        parts.append(f"Symbols: {plot.points_label}.")
    if style.current().band and any(trace.low is not None for trace in plot.traces):
        parts.append(f"Shaded: {plot.band_label}.")
    low, high = tested_range(plot)
    if any((t.x < low - 1e-9).any() or (t.x > high + 1e-9).any() for t in plot.traces):
        parts.append("Dashed: beyond the range measured.")
    if plot.levels and plot.x_scale == "log10_M":
        parts.append("Open symbols beside the axis: control wells.")
    has_interval = any(not math.isnan(mark.low) for mark in plot.marks)
    if style.current().estimates and has_interval:
        parts.append("Dotted line and grey field: the estimate and its interval.")
    return parts


def caption_of(plot: CurvePlot, *, explain: bool = True) -> str:
    """What every mark of the figure means; without `explain` what is of this figure alone."""
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


def alt_of(plot: CurvePlot) -> str:
    """The figure in a sentence, for screen readers."""
    readings = sum(p.y.size for p in plot.points) + sum(level.y.size for level in plot.levels)
    labels = "; ".join(mark.label for mark in plot.marks if mark.label)
    low, high = tested_range(plot)
    return (
        f"{plot.title}: {plot.y_title} against {plot.x_title}, "
        f"{readings} readings from {low:.3g} to {high:.3g}, "
        f"{len(plot.traces)} fitted curve{'s' if len(plot.traces) != 1 else ''}"
        + (f"; {labels}" if labels else "")
        + "."
    )
