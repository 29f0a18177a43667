"""A peak shape that several peaks share, as a density on a grid.

Times are reduced: 0 at the apex, in units of the width at half height over 2.3548 (the standard
deviation, for a Gaussian). A shape is evaluated by interpolation, so that a learned one costs no
more than a formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tricyclic.numerics.peaks.emg import emg

FloatArray = NDArray[np.float64]

# Width at half height of a Gaussian in standard deviations.
FWHM = 2.0 * float(np.sqrt(2.0 * np.log(2.0)))
STEP = 0.02
FRONT, BACK = -10.0, 30.0


@dataclass(frozen=True)
class PeakShape:
    """A density of area 1 with its apex at 0 and a width at half height of 2.3548.

    Attributes
    ----------
    density : ndarray
        At reduced times from -10 to 30 in steps of 0.02.
    source : str
        How it was obtained: "EMG" or "learned".
    """

    density: FloatArray
    source: str = "EMG"

    @cached_property
    def slope(self) -> FloatArray:
        """Derivative of the density at the nodes of the grid."""
        return np.asarray(np.gradient(self.density, STEP), dtype=np.float64)

    @cached_property
    def _cubics(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Coefficients of the cubic Hermite polynomial from each node to the next."""
        a, b = self.density[:-1], self.density[1:]
        da, db = self.slope[:-1] * STEP, self.slope[1:] * STEP
        return a, da, 3.0 * (b - a) - 2.0 * da - db, 2.0 * (a - b) + da + db

    def columns(self, reduced: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Density and its derivative at reduced times; 0 outside of the grid."""
        u = np.asarray(reduced, dtype=np.float64)
        place = (u - FRONT) / STEP
        index = np.clip(place.astype(np.int64), 0, self.density.size - 2)
        s = np.clip(place - index, 0.0, 1.0)
        a, da, c2, c3 = (each[index] for each in self._cubics)
        inside = (place >= 0.0) & (place <= self.density.size - 1)
        value = (a + s * (da + s * (c2 + s * c3))) * inside
        slope = (da + s * (2.0 * c2 + 3.0 * s * c3)) / STEP * inside
        return value, slope

    @property
    def height(self) -> float:
        """Density at the apex: height of a peak of area 1 and reduced width 1."""
        return float(self.density.max())

    def extent(self, fraction: float) -> tuple[float, float]:
        """Reduced times at which the front and the tail cross a fraction of the height."""
        return crossing(self.density, grid(), fraction)

    def tailing(self, fraction: float = 0.05) -> float:
        """Symmetry factor: width at a fraction of the height over twice its front part."""
        front, back = self.extent(fraction)
        return (back - front) / (-2.0 * front)


def grid() -> FloatArray:
    """Reduced times of the nodes of a shape."""
    return FRONT + STEP * np.arange(round((BACK - FRONT) / STEP) + 1, dtype=np.float64)


def crossing(density: FloatArray, time: FloatArray, fraction: float) -> tuple[float, float]:
    """Times at which a single peak crosses a fraction of its height, before and behind the apex."""
    apex = int(np.argmax(density))
    level = fraction * density[apex]
    front = np.flatnonzero(density[: apex + 1] < level)
    back = np.flatnonzero(density[apex:] < level)
    first = int(front[-1]) if front.size else 0
    last = apex + int(back[0]) if back.size else density.size - 1
    return (
        _between(time, density, first, min(first + 1, apex), level),
        _between(time, density, last, max(last - 1, apex), level),
    )


def _between(time: FloatArray, density: FloatArray, low: int, high: int, level: float) -> float:
    rise = density[high] - density[low]
    part = (level - density[low]) / rise if rise > 0.0 else 0.0
    return float(time[low] + min(max(part, 0.0), 1.0) * (time[high] - time[low]))


def summit(time: FloatArray, signal: FloatArray) -> float:
    """Time of the apex of the parabola through the largest reading and its neighbours."""
    at = int(np.argmax(signal))
    if not 0 < at < time.size - 1:
        return float(time[at])
    left, middle, right = signal[at - 1 : at + 2]
    bend = left - 2.0 * middle + right
    offset = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return float(time[at] + offset * (time[at] - time[at - 1]))


def emg_shape(tau_over_sigma: float) -> PeakShape:
    """The shape of an exponentially modified Gaussian of a ratio of tau to sigma."""
    fine = grid()
    return reduced_shape(fine, emg(fine, 0.0, 1.0, tau_over_sigma), "EMG")


def reduced_shape(time: FloatArray, density: FloatArray, source: str) -> PeakShape:
    """A peak in reduced form.

    Parameters
    ----------
    time, density : ndarray
        One peak on an evenly spaced grid that is fine beside its width.
    source : str
        See `PeakShape`.
    """
    front, back = crossing(density, time, 0.5)
    width = (back - front) / FWHM
    values = np.interp(summit(time, density) + width * grid(), time, density, left=0.0, right=0.0)
    values = np.maximum(values, 0.0)
    return PeakShape(values / (values.sum() * STEP), source)
