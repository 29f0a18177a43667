"""The reference peak of an injection: it gives the shift and the width of all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.assays.chromatography.integration import smoothed, tangent_feet
from tricyclic.assays.chromatography.trace import (
    EvenTrace,
    hann_smoothed,
    quiet_noise,
    usual_bend,
)
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.numerics.peaks.learn import LonePeak, refit
from tricyclic.numerics.peaks.noise import LEAST_MISFIT, NoiseModel, fit_noise
from tricyclic.numerics.peaks.shape import FWHM, PeakShape, crossing
from tricyclic.numerics.peaks.window import polynomial

FloatArray = NDArray[np.float64]

# Extent of the window of a peak before and behind its apex, in widths: wide enough that the front
# and the tail of the shape are distinct from the baseline.
FRONT, BACK = 8.0, 10.0
# A peak this tall, in noise, has an area that depends on its shape and baseline, not on the noise.
TALL = 200.0
# A trace rises again beside a peak where it does so by this many times the noise.
_RISE_NOISE = 8.0
# The core of a peak, in widths either way.
_CORE = 2.5


@dataclass(frozen=True)
class Reference:
    """The reference peak and the noise of the trace.

    Attributes
    ----------
    compound : Compound
        Which compound it is.
    peak : LonePeak
        Its readings, apex and width.
    height : float
        In signal.
    noise : NoiseModel
        Of the trace.
    quiet : tuple of (float, ndarray)
        Middle time and residuals of each stretch without a peak.
    present : bool
        Whether a peak stands out of the noise; else time and width are those expected.
    limits : tuple of float
        Times beyond which unlisted peaks stand beside a tall one, min.
    """

    compound: Compound
    peak: LonePeak
    height: float
    noise: NoiseModel
    quiet: tuple[tuple[float, FloatArray], ...]
    present: bool
    limits: tuple[float, float] = (-np.inf, np.inf)

    @property
    def signal_to_noise(self) -> float:
        """Height over the standard deviation of the noise."""
        return self.height / self.noise.rms if self.present else 0.0


def peak_window(
    trace: EvenTrace, method: ChromatographyMethod, name: str, center: float, width: float
) -> slice:
    """The window of a lone peak: eight widths before and ten behind, not into a neighbour's."""
    start, end = center - FRONT * width, center + BACK * width
    for other in method:
        if other.name == name:
            continue
        scaled = other.retention_min * center / method.compound(name).retention_min
        if scaled < center:
            start = max(start, scaled + 0.4 * (center - scaled))
        else:
            end = min(end, center + 0.6 * (scaled - center))
    return trace.between(start, end)


def find_reference(
    trace: EvenTrace,
    method: ChromatographyMethod,
    shape: PeakShape,
    compound: Compound | None = None,
) -> Reference:
    """Find a compound: the internal standard, or else that with the tallest peak in its window."""
    chosen = compound or method.internal_standard
    candidates = (chosen,) if chosen is not None else method.compounds
    rough = max((_tallest(trace, one) for one in candidates), key=lambda hit: hit.height)
    noise, quiet = trace_noise(trace, method, rough)
    noise = _not_below_resolution(noise, trace.resolution)
    window = peak_window(trace, method, rough.compound.name, rough.center, rough.width)
    peak = _lone(trace, rough, noise, quiet, window)
    limits = (-np.inf, np.inf)
    if rough.height > TALL * noise.rms:
        limits = _free_of_others(trace, rough, peak)
        inside = trace.between(*limits)
        window = slice(max(window.start, inside.start), min(window.stop, inside.stop))
        peak = _lone(trace, rough, noise, quiet, window)
    fitted, area = refit(peak, shape)
    height = area * shape.height / fitted.width
    moved = abs(fitted.center - rough.compound.retention_min) <= rough.compound.window_min
    present = bool(height > 5.0 * noise.rms and moved and 0.3 < fitted.width / rough.width < 3.0)
    if not present:
        fitted, height = peak, 0.0
    return Reference(rough.compound, fitted, height, noise, tuple(quiet), present, limits)


def _lone(
    trace: EvenTrace,
    rough: _Rough,
    noise: NoiseModel,
    quiet: Sequence[tuple[float, FloatArray]],
    window: slice,
) -> LonePeak:
    readings = trace.signal[window]
    return LonePeak(
        trace.time[window],
        readings,
        noise.with_misfit(float(np.ptp(readings))),
        rough.center,
        rough.width,
        usual_bend(trace, quiet, rough.center, readings.size),
    )


def _free_of_others(trace: EvenTrace, rough: _Rough, peak: LonePeak) -> tuple[float, float]:
    """Times beyond which a trace leaves its tangent below a peak by more than a baseline bends."""
    smooth = smoothed(trace, rough.width)
    ends = float(peak.time[0]), float(peak.time[-1])
    feet = tangent_feet(trace, smooth, rough.center, ends)
    part = trace.between(*ends)
    time = trace.time[part]
    slope = np.diff(np.interp(feet, trace.time, smooth))[0] / (feet[1] - feet[0])
    above = smooth[part] - np.interp(feet[0], trace.time, smooth) - slope * (time - feet[0])
    # Half, because the bend is twice that of the stretches beside the peak.
    most = (
        0.5 * sum(peak.bend.sd) + _RISE_NOISE * peak.noise.rms + 2.0 * LEAST_MISFIT * rough.height
    )
    beyond = above > most
    before, behind = time[beyond & (time < feet[0])], time[beyond & (time > feet[1])]
    return (
        feet[0] - rough.width if before.size else -np.inf,
        feet[1] + rough.width if behind.size else np.inf,
    )


def shape_misfit(peak: LonePeak, shape: PeakShape) -> float:
    """Root mean square of what a shape leaves of a peak, over the height of the peak."""
    u = (peak.time - peak.center) / peak.width
    value = shape.columns(u)[0]
    columns = np.column_stack([value, polynomial(u.size, 2)])
    coefficients = np.linalg.lstsq(columns, peak.signal, rcond=None)[0]
    height = float(coefficients[0]) * shape.height
    core = np.abs(u) < _CORE
    residual = (peak.signal - columns @ coefficients)[core]
    return float(np.sqrt(np.mean(residual**2))) / height if height > 0.0 and core.any() else 0.0


@dataclass(frozen=True)
class _Rough:
    compound: Compound
    center: float
    width: float
    height: float


def _tallest(trace: EvenTrace, compound: Compound) -> _Rough:
    """The tallest point of a compound's window over the line between the window's ends."""
    window = trace.between(
        compound.retention_min - compound.window_min, compound.retention_min + compound.window_min
    )
    time, signal = trace.time[window], trace.signal[window]
    nominal = compound.retention_min / 90.0
    if time.size < 5:  # too few for a peak
        return _Rough(compound, compound.retention_min, nominal, 0.0)
    smooth = hann_smoothed(signal, max(5, int(nominal / trace.step) | 1))
    line = np.interp(time, [time[0], time[-1]], [smooth[0], smooth[-1]])
    above = smooth - line
    at = int(np.argmax(above))
    # Half of the height over the lower of the feet near it gives the width.
    reach = int(np.ceil(6.0 * nominal / trace.step))
    first, last = max(0, at - reach), min(time.size, at + reach)
    piece = smooth[first:last] - smooth[first:last].min()
    front, back = crossing(piece, time[first:last], 0.5)
    width = float(np.clip((back - front) / FWHM, 0.3 * nominal, 3.0 * nominal))
    return _Rough(compound, float(time[at]), width, float(piece.max()))


def _not_below_resolution(noise: NoiseModel, resolution: float) -> NoiseModel:
    """The noise, or that of rounding to a resolution, which hides smaller noise."""
    rounding = resolution / np.sqrt(12.0)
    if noise.rms >= rounding and noise.innovation_sd > 0.0:
        return noise
    least = max(rounding, noise.rms)
    return NoiseModel(np.empty(0), least, least)


def trace_noise(
    trace: EvenTrace, method: ChromatographyMethod, rough: _Rough
) -> tuple[NoiseModel, list[tuple[float, FloatArray]]]:
    """Noise of the stretches without a listed peak, or of the whole trace where there are none."""
    factor = rough.center / rough.compound.retention_min
    part = rough.width / rough.center
    occupied = [
        (
            one.retention_min * factor * (1.0 - 5.0 * part),
            one.retention_min * factor * (1.0 + 9.0 * part),
        )
        for one in method
    ]
    # Five widths at half height of the last peak, over which the noise from peak to peak counts;
    # where no stretch is that long, the window of the first.
    last, first = method.compounds[-1].retention_min, method.compounds[0].retention_min
    for extent in (5.1 * FWHM * last, (FRONT + BACK) * first):
        length = max(40, round(extent * factor * part / trace.step))
        quiet = quiet_noise(trace, occupied, length)
        if quiet is not None:
            return quiet
    # No quiet stretch: second differences hold little of any peak.
    bent = polynomial(trace.time.size, 3)
    piece = trace.signal - bent @ np.linalg.lstsq(bent, trace.signal, rcond=None)[0]
    return fit_noise([np.diff(piece, 2) / np.sqrt(6.0)], max_order=0), []
