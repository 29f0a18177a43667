"""Integration of the trace itself, as a chromatography data system does it, beside the fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.assays.chromatography.trace import EvenTrace
from tricyclic.errors import InputError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Integration:
    """Area of a peak by integration, in signal x min, with its limits."""

    area: float
    start_min: float
    end_min: float


def smoothed(trace: EvenTrace, width: float) -> FloatArray:
    """The signal under a Hann window of one standard deviation of a peak."""
    kernel = np.hanning(max(3, int(1.0 * width / trace.step) | 1) + 2)
    kernel = kernel / kernel.sum()
    half = kernel.size // 2
    padded = np.pad(trace.signal, half, mode="edge")
    return np.asarray(np.convolve(padded, kernel, mode="valid"))


def over_line(trace: EvenTrace, start: float, end: float, width: float) -> float:
    """Area of the trace over the straight line between its values at two times, signal x min."""
    line = np.interp([start, end], trace.time, smoothed(trace, width))
    part = trace.between(start, end)
    time = np.concatenate(([start], trace.time[part], [end]))
    signal = np.interp(time, trace.time, trace.signal)
    above = signal - np.interp(time, [start, end], line)
    return float(np.trapezoid(above, time))


def tangent(trace: EvenTrace, apex: float, width: float, reach: tuple[float, float]) -> Integration:
    """Area over the tangent that touches the trace on both sides of a peak from below.

    Parameters
    ----------
    trace : EvenTrace
        The readings.
    apex, width : float
        Time of the apex, and width at half height over 2.3548, min.
    reach : tuple of float
        Times between which the tangent may touch.
    """
    smooth = smoothed(trace, width)
    part = trace.between(*reach)
    first = int(part.start)
    hull = _lower_hull(trace.time[part], smooth[part])
    times = trace.time[first + hull]
    at = int(np.clip(np.searchsorted(times, apex), 1, times.size - 1))
    start, end = float(times[at - 1]), float(times[at])
    return Integration(over_line(trace, start, end, width), start, end)


def drop_line(
    trace: EvenTrace,
    apex: float,
    width: float,
    group: tuple[float, float],
    others: FloatArray,
) -> Integration:
    """Area over the baseline of a group of peaks, cut by perpendiculars at the valleys.

    Parameters
    ----------
    trace : EvenTrace
        The readings.
    apex, width : float
        Time of the apex, and width at half height over 2.3548, min.
    group : tuple of float
        Start and end of the group of peaks that are not separated.
    others : ndarray
        Apexes of the other peaks of the group.
    """
    smooth = smoothed(trace, width)
    start, end = group
    before, behind = others[others < apex], others[others > apex]
    if before.size:
        start = _valley(trace, smooth, float(before.max()), apex)
    if behind.size:
        end = _valley(trace, smooth, apex, float(behind.min()))
    line = np.interp(group, trace.time, smooth)
    part = trace.between(start, end)
    time = np.concatenate(([start], trace.time[part], [end]))
    above = np.interp(time, trace.time, trace.signal) - np.interp(time, group, line)
    return Integration(float(np.trapezoid(above, time)), start, end)


def within_limits(
    trace: EvenTrace, start: float, end: float, width: float, where: str
) -> Integration:
    """Area between limits that a person set.

    Raises
    ------
    InputError
        If fewer than three readings are between them.
    """
    part = trace.between(start, end)
    if part.stop - part.start < 3:  # no area of fewer
        raise InputError(
            f"{part.stop - part.start} readings are between the manual limits of {start:g} and "
            f"{end:g} min",
            where=where,
            allowed=f"The trace has readings from {trace.time[0]:g} to {trace.time[-1]:g} min",
        )
    return Integration(over_line(trace, start, end, width), start, end)


def _valley(trace: EvenTrace, smooth: FloatArray, start: float, end: float) -> float:
    part = trace.between(start, end)
    if part.stop <= part.start:
        return 0.5 * (start + end)
    return float(trace.time[part.start + int(np.argmin(smooth[part]))])


def _lower_hull(time: FloatArray, signal: FloatArray) -> NDArray[np.int64]:
    """Indices of the lower convex hull of points in order of time."""
    hull: list[int] = []
    for i in range(time.size):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            turn = (time[b] - time[a]) * (signal[i] - signal[a]) - (signal[b] - signal[a]) * (
                time[i] - time[a]
            )
            if turn > 0.0:
                break
            hull.pop()
        hull.append(i)
    return np.array(hull)
