"""Draws the recovery of probes: readings of each, with means and limits."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number
from tricyclic.plotting import style
from tricyclic.plotting.curve_axes import millimetres_wide
from tricyclic.results.probe_recovery import MeanRecovery, ProbeRecovery, ProbeRecoveryResult
from tricyclic.stats.statistics import MeanEstimate

HEIGHT_MM, TITLE_MM, LEGEND_LINE_MM = 62.0, 8.0, 3.8
LEGEND_COLUMNS = 2
# Distance of the mean from the readings of its probe, and of the readings from each other.
MEAN_AT, READING_STEP = 0.25, 0.07


def probe_recovery_plot(result: ProbeRecoveryResult, *, pdf: bool = True) -> Figure:
    """Draw the readings of all probes with the means, 84 mm wide."""
    with style.publication_style():
        height = style.page_height_mm(HEIGHT_MM)
        rows = math.ceil(len(result.means) / LEGEND_COLUMNS) if len(result.means) > 1 else 0
        canvas, axes = style.sheet(
            "column",
            height,
            left_mm=15.0,
            right_mm=4.0,
            bottom_mm=9.0,
            top_mm=(TITLE_MM if style.current().title else 1.5)
            + (LEGEND_LINE_MM * rows if style.current().legend else 0.0),
        )
        draw_probe_recovery(axes, result)
        style.draw_title(
            canvas, "Probe recovery in vitro", width="column", height_mm=height, lines=1
        )
        words = "; ".join(_words(one) for one in result.means)
        level = f"{100 * result.confidence:g} % CI"
        last = " Last: means over probes." if _over_probes(result) else ""
        return style.finish(
            canvas,
            name="recovery",
            caption=f"Recovery of each probe in a bath: readings (symbols), mean and {level} "
            f"(bars).{last} {words}.",
            alt=f"Probe recovery in vitro. {words}.",
            width="column",
            pdf=pdf,
        )


def draw_probe_recovery(axes: Axes, result: ProbeRecoveryResult) -> None:
    """Draw the readings of all probes with the means into axes."""
    names = list(dict.fromkeys(one.probe for one in result.probes))
    ways = [_way(one) for one in result.means]
    wide = 1.0 / (len(ways) + 0.4)
    highest = max(100 * float(one.readings.max()) for one in result.probes)
    shown: set[str] = set()
    for one in result.probes:
        way = _way(one)
        k = ways.index(way)
        at = names.index(one.probe) + (k - (len(ways) - 1) / 2) * wide
        offsets = READING_STEP * wide * (np.arange(one.readings.size) % 3 - 1)
        axes.plot(
            at + offsets,
            100 * one.readings,
            linestyle="none",
            label=way if way not in shown else None,
            zorder=3,
            **style.marker(k, 3.4),
        )
        shown.add(way)
        _mean(axes, one.mean, at + MEAN_AT * wide, style.colour(k))
    means = _over_probes(result)
    for mean in means:
        k = ways.index(_way(mean))
        at = len(names) + (k - (len(ways) - 1) / 2) * wide
        _mean(axes, mean.mean, at, style.colour(k))
    if means:
        axes.axvline(len(names) - 0.5, color=style.GREY, linewidth=0.5)
        names.append("mean")
    axes.set_xlim(-0.6, len(names) - 0.4)
    wide_mm = 0.94 * millimetres_wide(axes) / len(names)
    labels = [style.fitted(n, wide_mm, size_pt=style.small_pt()) for n in names]
    axes.set_xticks(range(len(names)), labels, fontsize=style.small_pt())
    axes.tick_params(axis="x", length=0, pad=4)
    axes.set_ylabel("recovery (%)")
    # Limits of two readings may be far away: they end at the edge.
    estimates = [one.mean for one in result.probes] + [one.mean for one in result.means]
    limits = [100 * mean.high for mean in estimates]
    near = [one for one in limits if one < 1.5 * highest]
    axes.set_ylim(0.0, 1.05 * max([highest, *near]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    if style.current().legend and len(ways) > 1:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.01),
            ncols=LEGEND_COLUMNS,
            columnspacing=1.0,
            handletextpad=0.2,
            labelspacing=0.25,
        )


def _over_probes(result: ProbeRecoveryResult) -> list[MeanRecovery]:
    return [one for one in result.means if one.over == "probes"]


def _mean(axes: Axes, mean: MeanEstimate, at: float, colour: str) -> None:
    """A mean with its limits; a line alone where it has none."""
    value = 100 * mean.value
    axes.plot([at], [value], marker="_", color=colour, markersize=6.0, zorder=4)
    if math.isfinite(mean.low):
        axes.errorbar(
            [at],
            [value],
            [[value - 100 * mean.low], [100 * mean.high - value]],
            fmt="none",
            ecolor=colour,
            elinewidth=1.0,
            capsize=style.current().cap_pt,
            zorder=4,
        )


def _way(one: ProbeRecovery | MeanRecovery) -> str:
    if not math.isfinite(one.flow_uL_per_min):
        return one.method
    return f"{one.method}, {one.flow_uL_per_min:g} uL/min"


def _words(one: MeanRecovery) -> str:
    limits = (
        f" ({format_number(100 * one.mean.low)} to {format_number(100 * one.mean.high)})"
        if math.isfinite(one.mean.low)
        else ""
    )
    return f"{_way(one)}: {format_number(100 * one.mean.value)} %{limits}, n = {one.n} {one.over}"
