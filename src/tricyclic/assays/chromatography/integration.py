"""Integration of the trace itself, as a chromatography data system does it, beside the fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tricyclic.assays.chromatography.trace import EvenTrace, hann_smoothed
from tricyclic.core.format import pluralize
from tricyclic.errors import InputError

FloatArray = NDArray[np.float64]


def smoothed(trace: EvenTrace, width: float) -> FloatArray:
    """The signal under a Hann window of one standard deviation of a peak."""
    return hann_smoothed(trace.signal, max(3, int(width / trace.step) | 1) + 2)


def over_line(
    trace: EvenTrace,
    smooth: FloatArray,
    start: float,
    end: float,
    feet: tuple[float, float] | None = None,
) -> float:
    """Area of the trace over a straight line, signal x min.

    Parameters
    ----------
    trace : EvenTrace
        The readings.
    smooth : ndarray
        The same, smoothed, on which the line stands.
    start, end : float
        Times between which the area is.
    feet : tuple of float, optional
        Times at which the line meets the smoothed readings; default: start and end.
    """
    at = feet or (start, end)
    line = np.interp(at, trace.time, smooth)
    part = trace.between(start, end)
    time = np.concatenate(([start], trace.time[part], [end]))
    above = np.interp(time, trace.time, trace.signal) - np.interp(time, at, line)
    return float(np.trapezoid(above, time))


def tangent_feet(
    trace: EvenTrace, smooth: FloatArray, apex: float, reach: tuple[float, float]
) -> tuple[float, float]:
    """Times at which the tangent below a peak touches the trace on both sides.

    Parameters
    ----------
    trace : EvenTrace
        The readings.
    smooth : ndarray
        The same, smoothed.
    apex : float
        Time of the apex, min.
    reach : tuple of float
        Times between which the tangent may touch.
    """
    part = trace.between(*reach)
    hull = _lower_hull(trace.time[part], smooth[part])
    times = trace.time[int(part.start) + hull]
    at = int(np.clip(np.searchsorted(times, apex), 1, times.size - 1))
    return float(times[at - 1]), float(times[at])


def by_drop_line(
    trace: EvenTrace,
    smooth: FloatArray,
    apex: float,
    group: tuple[float, float],
    others: FloatArray,
) -> float:
    """Area over the baseline of a group of peaks, cut by perpendiculars at the valleys.

    Parameters
    ----------
    trace : EvenTrace
        The readings.
    smooth : ndarray
        The same, smoothed.
    apex : float
        Time of the apex, min.
    group : tuple of float
        Start and end of the group of peaks that are not separated.
    others : ndarray
        Apexes of the other peaks of the group.
    """
    start, end = group
    before, behind = others[others < apex], others[others > apex]
    if before.size:
        start = _valley(trace, smooth, float(before.max()), apex)
    if behind.size:
        end = _valley(trace, smooth, apex, float(behind.min()))
    return over_line(trace, smooth, start, end, group)


def within_limits(trace: EvenTrace, start: float, end: float, width: float, where: str) -> float:
    """Area between limits that a person set.

    Raises
    ------
    InputError
        If fewer than three readings are between them, or one is beyond the trace.
    """
    part = trace.between(start, end)
    count = part.stop - part.start
    beyond = start < trace.time[0] - trace.step or end > trace.time[-1] + trace.step
    if count < 3 or beyond:  # no area of fewer
        raise InputError(
            f"the manual limits of {start:g} and {end:g} min are not within the trace"
            if beyond and count
            else f"{pluralize(count, 'reading')} between the manual limits of {start:g} and "
            f"{end:g} min",
            where=where,
            allowed=f"The trace has readings from {trace.time[0]:g} to {trace.time[-1]:g} min",
        )
    return over_line(trace, smoothed(trace, width), start, end)


def _valley(trace: EvenTrace, smooth: FloatArray, start: float, end: float) -> float:
    part = trace.between(start, end)
    if part.stop <= part.start:
        return 0.5 * (start + end)
    return float(trace.time[part.start + int(np.argmin(smooth[part]))])


def _lower_hull(time: FloatArray, signal: FloatArray) -> NDArray[np.int64]:
    """Indices of the lower convex hull of points in order of time."""
    hull: list[int] = []
    x, y = time.tolist(), signal.tolist()  # single elements of an array are slow
    for i in range(len(x)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            turn = (x[b] - x[a]) * (y[i] - y[a]) - (y[b] - y[a]) * (x[i] - x[a])
            if turn > 0.0:
                break
            hull.pop()
        hull.append(i)
    return np.array(hull)
