"""Readings of a CurvePlot as means with error bars: SEM, SD or 95 % confidence interval.

Wells of one set at one concentration are averaged. Sets of one name or one subject are independent
runs: then the mean is that of the means of the runs, n counts runs, and the line is the mean of the
curves of the runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.plot_data import CurvePlot, PointSet, Trace
from tricyclic.plotting.plot_style import Points
from tricyclic.stats.distributions import t_upper_quantile

Floats = np.ndarray
LABELS: dict[Points, str] = {
    "mean_sem": "mean ± SEM",
    "mean_sd": "mean ± SD",
    "mean_ci": "mean and 95 % CI",
}
CONFIDENCE = 0.95
# Decimals (of log10 M, or of the unit of the axis) to which equal positions agree.
DECIMALS = 9


def with_means(plot: CurvePlot, points: Points) -> CurvePlot:
    """The plot with its readings as means; as it is for single wells.

    Parameters
    ----------
    plot : CurvePlot
        Excluded readings stay single; sets that are means already stay as they are.
    points : {"wells", "mean_sem", "mean_sd", "mean_ci"}
    """
    if points == "wells" or all(one.error is not None for one in plot.points):
        return plot
    groups: dict[str, list[PointSet]] = {}
    for one in plot.points:
        groups.setdefault(one.subject or one.name, []).append(one)
    sets: list[PointSet] = []
    counts: list[int] = []
    for name, of_one in groups.items():
        if any(one.error is not None for one in of_one):
            sets += of_one
            continue
        x, y, error, n = _means(of_one, points)
        counts += n
        out = [(one.x[one.excluded], one.y[one.excluded]) for one in of_one]
        out_x, out_y = (np.concatenate(part) for part in zip(*out, strict=True))
        flags = np.r_[np.zeros(x.size, bool), np.ones(out_x.size, bool)]
        error = np.r_[error, np.full(out_x.size, math.nan)]
        sets.append(PointSet(name, np.r_[x, out_x], np.r_[y, out_y], flags, error=error))
    of_runs = any(len(of_one) > 1 for of_one in groups.values())
    label = f"{LABELS[points]} (n = {_range(counts)} {'runs' if of_runs else 'wells'})"
    traces = _mean_traces(plot.traces)
    caption = plot.caption
    if len(traces) < len(plot.traces):
        caption = f"Lines: mean of the fitted curves of the runs. {caption}"
    return replace(plot, points=tuple(sets), traces=traces, points_label=label, caption=caption)


def mean_and_error(values: Floats, points: Points) -> tuple[float, float]:
    """Mean of values and the half length of its error bar; nan for a single value.

    Parameters
    ----------
    values : array, shape (n,)
        At least one, all finite.
    points : {"mean_sem", "mean_sd", "mean_ci"}
    """
    mean = float(np.mean(values))
    if values.size < 2:
        return mean, math.nan
    sd = float(np.std(values, ddof=1))
    if points == "mean_sd":
        return mean, sd
    sem = sd / math.sqrt(values.size)
    if points == "mean_sem":
        return mean, sem
    return mean, sem * float(t_upper_quantile(values.size - 1, (1 - CONFIDENCE) / 2))


def _means(of_one: Sequence[PointSet], points: Points) -> tuple[Floats, Floats, Floats, list[int]]:
    """Positions, means, errors and numbers of values, by position."""
    values: dict[float, list[float]] = {}
    for one in of_one:
        used = ~one.excluded & np.isfinite(one.x) & np.isfinite(one.y)
        x = np.round(one.x[used], DECIMALS)
        for position in np.unique(x):
            own = one.y[used][x == position]
            # Wells of a run are replicates; what counts over several runs is the run.
            several = len(of_one) > 1
            values.setdefault(float(position), []).extend(
                [float(own.mean())] if several else own.tolist()
            )
    order = sorted(values)
    pairs = [mean_and_error(np.array(values[x]), points) for x in order]
    return (
        np.array(order),
        np.array([mean for mean, _ in pairs]),
        np.array([error for _, error in pairs]),
        [len(values[x]) for x in order],
    )


def _mean_traces(traces: Sequence[Trace]) -> tuple[Trace, ...]:
    """The mean curve of the runs of each subject, over the x that all of them have."""
    groups: dict[str, list[Trace]] = {}
    for one in traces:
        groups.setdefault(one.subject or one.name, []).append(one)
    means: list[Trace] = []
    for name, of_one in groups.items():
        if len(of_one) == 1 or not of_one[0].subject:
            means += [replace(one, name=one.subject or one.name) for one in of_one]
            continue
        low = max(float(one.x[0]) for one in of_one)
        high = min(float(one.x[-1]) for one in of_one)
        if low >= high:
            means += of_one
            continue
        x = np.linspace(low, high, of_one[0].x.size)
        curves = [np.interp(x, one.x, one.mean) for one in of_one]
        means.append(Trace(name, x, np.mean(curves, axis=0), subject=name))
    return tuple(means)


def _range(counts: Sequence[int]) -> str:
    if not counts:
        return "0"
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"
