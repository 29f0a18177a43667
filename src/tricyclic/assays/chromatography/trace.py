"""One trace made ready for peak fitting: even steps, and the noise of its quiet parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.chromatogram import Chromatogram
from tricyclic.errors import InputError
from tricyclic.numerics.peaks.noise import NoiseModel, fit_noise, mad_sd
from tricyclic.numerics.peaks.window import Bend, polynomial

FloatArray = NDArray[np.float64]

# Steps of time that differ by more than this part are resampled.
_EVEN = 0.02
_FEWEST = 50
# A stretch with more than this many times the usual scatter holds a peak that is in no method.
_TOO_WILD = 2.0
_DEGREE = 2
# The tail of the solvent bends more than a parabola: where a polynomial of a higher degree leaves
# less than this part of the scatter, the difference is no noise.
_BENT_DEGREES, _BENT = (3, 4, 5), 0.6
# An autoregression fitted to short stretches misses part of the slowest noise, to which an area is
# most sensitive: in simulations (benchmarks/peaks.py) standard errors are too small by this.
_SLOW_NOISE = 1.08
# A baseline below a peak bends by what its sides have in common, and this part of the straightest
# of so many stretches on either side more or less: a stretch has noise and small peaks as well.
_SIDES, _STRETCHES, _BEND = 2, 2, 0.5
# What digits of a reading resolve of it, where a trace is constant.
_RESOLVED = 1e-12
# A reading is a spike beyond this many standard deviations of the step to the next one.
_SPIKE = 8.0


@dataclass(frozen=True)
class EvenTrace:
    """Readings at even steps.

    Attributes
    ----------
    time : ndarray
        Minutes.
    signal : ndarray
        In the unit of the detector.
    resampled : bool
        Whether the steps were uneven and the readings were interpolated.
    spikes : int
        Readings far from both neighbours that were replaced by interpolation.
    resolution : float
        Smallest step between two readings as recorded; noise below it is not seen.
    """

    time: FloatArray
    signal: FloatArray
    resampled: bool = False
    spikes: int = 0
    resolution: float = 0.0

    @property
    def step(self) -> float:
        """Minutes between two readings."""
        return float((self.time[-1] - self.time[0]) / (self.time.size - 1))

    def between(self, start: float, end: float) -> slice:
        """The readings from one time to another."""
        first, last = np.searchsorted(self.time, (start, end))
        return slice(int(first), int(last))


def prepare_trace(
    chromatogram: Chromatogram, *, start: float, end: float | None = None, where: str = ""
) -> EvenTrace:
    """The part of a trace that is evaluated, at even steps.

    Raises
    ------
    InputError
        If too few readings are in the part.
    """
    time, signal = chromatogram.time_min, chromatogram.signal
    part = (time >= start) & (time <= (np.inf if end is None else end))
    time, signal = time[part], signal[part]
    if time.size < _FEWEST:
        raise InputError(
            f"{time.size} readings are after the void time of {start:g} min",
            where=where,
            allowed=f"At least {_FEWEST} are needed",
            do="Check the void time and the end of the method",
        )
    resolution = smallest_step(signal)
    signal, spikes = without_spikes(signal)
    steps = np.diff(time)
    if float(np.abs(steps - steps.mean()).max()) <= _EVEN * float(steps.mean()):
        return EvenTrace(time, signal, spikes=spikes, resolution=resolution)
    even = np.linspace(time[0], time[-1], time.size)
    return EvenTrace(even, np.interp(even, time, signal), True, spikes, resolution)


def smallest_step(signal: FloatArray) -> float:
    """Smallest step between two readings; for equal readings, what a number can still resolve."""
    steps = np.abs(np.diff(signal))
    steps = steps[steps > 0.0]
    largest = float(np.abs(signal).max())
    least = _RESOLVED * (largest or 1.0)
    return max(float(steps.min()), least) if steps.size else least


def hann_smoothed(signal: FloatArray, readings: int) -> FloatArray:
    """Readings under a Hann window of an odd number of them."""
    kernel = np.hanning(readings)
    kernel = kernel / kernel.sum()
    return np.asarray(np.convolve(np.pad(signal, readings // 2, mode="edge"), kernel, "valid"))


def without_spikes(signal: FloatArray) -> tuple[FloatArray, int]:
    """Readings with those replaced that stick out alone, and how many they are.

    A bubble or a switch disturbs one reading or two; a peak that can be quantified has many.
    """
    reach = 3
    middle = np.median(np.lib.stride_tricks.sliding_window_view(signal, 2 * reach + 1), axis=1)
    apart = signal[reach:-reach] - middle
    # Scatter of neighbours, and the local change of the signal, which is large within a peak.
    scatter = mad_sd(np.diff(signal)) or float(np.std(np.diff(signal)))
    around = np.lib.stride_tricks.sliding_window_view(signal, 2 * reach + 1)
    spread = np.sort(around, axis=1)
    local = spread[:, -3] - spread[:, 2]
    spiky = np.abs(apart) > _SPIKE * scatter + 3.0 * local
    at = reach + np.flatnonzero(spiky)
    if not at.size:
        return signal, 0
    kept = np.ones(signal.size, dtype=bool)
    kept[at] = False
    index = np.arange(signal.size)
    return np.asarray(np.interp(index, index[kept], signal[kept])), int(at.size)


def quiet_noise(
    trace: EvenTrace, occupied: Sequence[tuple[float, float]], length: int
) -> tuple[NoiseModel, list[tuple[float, FloatArray]]] | None:
    """Noise in the stretches without a listed peak.

    Parameters
    ----------
    trace : EvenTrace
        The readings.
    occupied : sequence of (float, float)
        Start and end of the listed peaks, min.
    length : int
        Readings of a stretch: the length of the window of a peak.

    Returns
    -------
    tuple or None
        The noise model, and the middle time and the residuals of each stretch; None where too
        little of the trace is quiet.
    """
    free = np.ones(trace.time.size, dtype=bool)
    for start, end in occupied:
        free[trace.between(start, end)] = False
    edges = np.flatnonzero(np.diff(np.concatenate(([False], free, [False])).astype(int)))
    starts = [
        first
        for begin, stop in edges.reshape(-1, 2)
        for first in range(int(begin), int(stop) - length + 1, length)
    ]
    if not starts:
        return None
    stretches = np.array([trace.signal[first : first + length] for first in starts])
    residuals = _without_baseline(stretches, _DEGREE)
    scatter = np.array([mad_sd(one) for one in residuals])
    degrees = np.full(scatter.size, _DEGREE)
    for degree in _BENT_DEGREES:
        bent = _without_baseline(stretches, degree)
        bent_scatter = np.array([mad_sd(one) for one in bent])
        better = bent_scatter < _BENT * scatter
        residuals[better], scatter[better], degrees[better] = (
            bent[better],
            bent_scatter[better],
            degree,
        )
    usual = np.sort(scatter)[: max(1, scatter.size // 2 + 1)][-1]
    kept = [i for i in range(scatter.size) if scatter[i] <= _TOO_WILD * usual]
    pieces = [residuals[i] for i in kept]
    middles = [float(trace.time[starts[i] + length // 2]) for i in kept]
    model = fit_noise(pieces, parameters=int(sum(degrees[i] + 1 for i in kept)))
    model = replace(model, innovation_sd=_SLOW_NOISE * model.innovation_sd)
    return model, list(zip(middles, pieces, strict=True))


def usual_bend(
    trace: EvenTrace, quiet: Sequence[tuple[float, FloatArray]], near: float, length: int
) -> Bend:
    """How much a baseline bends near a time, from the quiet stretches before and behind it.

    Parameters
    ----------
    trace : EvenTrace
        The readings.
    quiet : sequence of (float, ndarray)
        Middle time and residuals of each quiet stretch, as `quiet_noise` gives them.
    near : float
        The time, min.
    length : int
        Readings of the window for which the bend is wanted.

    Returns
    -------
    Bend
        On the window, of the second and third degree; free where no stretch is quiet. What both
        sides bend at least is the mean.
    """
    before = [one for one in quiet if one[0] < near][-_STRETCHES:]
    behind = [one for one in quiet if one[0] >= near][:_STRETCHES]
    sides = [
        min((_bend_of(trace, *one) for one in side), key=lambda one: float(np.hypot(*one)))
        for side in (before, behind)
        if side
    ]
    if not sides:
        return Bend()
    least = np.finfo(float).tiny ** 0.25
    # All stretches are of one length.
    ratio = (length / quiet[0][1].size) ** np.array([2.0, 3.0])
    largest = max(float(np.hypot(*one)) for one in sides)
    both = np.array(sides)
    # The tail of a solvent bends many times less behind a peak than before it.
    alike = (np.sign(both) == np.sign(both[0])).all(axis=0) & (len(sides) == _SIDES)
    mean = np.where(alike, np.sign(both[0]) * np.abs(both).min(axis=0), 0.0) * ratio
    sd = np.maximum(_BEND * largest * ratio, least)
    return Bend(tuple(mean.tolist()), tuple(sd.tolist()))


def _bend_of(trace: EvenTrace, middle: float, piece: FloatArray) -> FloatArray:
    """Legendre coefficients of the second and third degree of a stretch, in signal."""
    first = int(np.clip(np.searchsorted(trace.time, middle) - piece.size // 2, 0, None))
    signal = trace.signal[first : first + piece.size]
    return np.asarray(np.linalg.lstsq(polynomial(signal.size, 3), signal, rcond=None)[0][2:])


def _without_baseline(stretches: FloatArray, degree: int) -> FloatArray:
    """Stretches of readings, shape (stretches, readings), less a polynomial each."""
    q = np.linalg.qr(polynomial(stretches.shape[1], degree))[0]
    return np.asarray(stretches - (stretches @ q) @ q.T)
