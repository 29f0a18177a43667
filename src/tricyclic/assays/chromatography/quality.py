"""Measures of one peak: signal to noise, width, tailing, plates, resolution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.numerics.peaks.shape import FWHM, PeakShape, crossing, summit

FloatArray = NDArray[np.float64]

# Below this ratio of height to noise, 5 % of the height is within the noise, and width and tailing
# are those of the shared shape.
LEAST_SN_MEASURED = 40.0


def half_width(width: float) -> float:
    """Width at half height of a width of the fit."""
    return FWHM * width


def plate_number(retention: float, width_half_height: float) -> float:
    """Theoretical plates, 5.54 (t / W_half)^2."""
    return 8.0 * float(np.log(2.0)) * (retention / width_half_height) ** 2


def resolution(first: float, second: float, width_first: float, width_second: float) -> float:
    """Resolution of two peaks, 1.18 dt / (sum of the widths at half height)."""
    factor = float(np.sqrt(2.0 * np.log(2.0)))
    return factor * abs(first - second) / (width_first + width_second)


def peak_to_peak(
    quiet: Sequence[tuple[float, FloatArray]], near: float, readings: int
) -> float | None:
    """Noise from peak to peak over a number of readings, in the two quiet stretches nearest."""
    nearest = sorted(quiet, key=lambda one: abs(one[0] - near))[:2]
    ranges = [float(np.ptp(piece[:readings])) for _, piece in nearest if piece.size >= readings]
    return float(np.mean(ranges)) if ranges else None


def measured_form(
    time: FloatArray, cleaned: FloatArray, apex: float, width: float
) -> tuple[float, float] | None:
    """Width at half height and tailing of a trace less baseline and other peaks.

    Returns
    -------
    tuple or None
        None where the trace does not fall below 5 % on both sides.
    """
    near = (time > apex - 5.0 * width) & (time < apex + 8.0 * width)
    part, at = cleaned[near], time[near]
    if part.size < 7:  # no form of fewer readings
        return None
    # Three readings are short beside a peak and take the noise off the crossings.
    smooth = np.convolve(part, [0.25, 0.5, 0.25], mode="same")
    top = int(np.argmax(smooth))
    level = 0.05 * smooth[top]
    if not (smooth[:top] < level).any() or not (smooth[top:] < level).any():
        return None
    low, high = crossing(smooth, at, 0.5)
    start, end = crossing(smooth, at, 0.05)
    return high - low, (end - start) / (2.0 * (summit(at, smooth) - start))


def shared_form(shape: PeakShape, width: float) -> tuple[float, float]:
    """Width at half height and tailing of the fitted shape."""
    return half_width(width), shape.tailing()
