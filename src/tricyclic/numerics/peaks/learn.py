"""Learn the shape that peaks share from peaks that stand alone.

First an exponentially modified Gaussian; then a mixture of narrow Gaussians with weights of 0 or
more, which follows any smooth single peak (a tail of a Gaussian, a skewed normal, a
Fraser-Suzuki peak) without a formula for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares, nnls

from tricyclic.numerics.peaks.emg import emg_with_derivatives
from tricyclic.numerics.peaks.noise import NoiseModel
from tricyclic.numerics.peaks.shape import PeakShape, grid, reduced_shape
from tricyclic.numerics.peaks.window import FREE, Bend, beside_baseline, polynomial

FloatArray = NDArray[np.float64]

_ROUNDS = 4
# Standard deviation of a weight around that of the start, as a part of the weight and as a floor.
_PRIOR = 0.04
# Core of a peak either way, in widths, and the widths in which the floor of the prior falls by e
# beyond it, on the side of the tail and on the other.
_CORE, _TAIL_DECAY, _FRONT_DECAY = 2.5, 3.0, 1.0


@dataclass(frozen=True)
class LonePeak:
    """One well resolved peak.

    Attributes
    ----------
    time, signal : ndarray
        Readings of its window, at even steps.
    noise : NoiseModel
        Of the readings.
    center, width : float
        Apex, and width at half height over 2.3548.
    bend : Bend
        What is known of the baseline: front and tail of a tall peak cannot be distinguished from
        a bent baseline by the peak itself.
    """

    time: FloatArray
    signal: FloatArray
    noise: NoiseModel
    center: float
    width: float
    bend: Bend = FREE

    @property
    def unbent(self) -> FloatArray:
        """The readings less what their baseline is known to bend."""
        return self.signal - self.bend.usual(self.time.size)


def fit_emg(peak: LonePeak, degree: int = 3) -> tuple[float, float, float, float]:
    """Fit an exponentially modified Gaussian on a polynomial baseline.

    Returns
    -------
    tuple of float
        Center and sigma in the unit of time, tau over sigma, and area.
    """
    q = _baseline(peak, degree)
    target = _beside(peak, q, peak.unbent)

    def solve(p: FloatArray) -> tuple[FloatArray, float, FloatArray]:
        sigma = peak.width * float(np.exp(p[1]))
        center = peak.center + peak.width * p[0]
        parts = emg_with_derivatives(peak.time, center, sigma, p[2] * sigma)
        raw = np.column_stack(
            [
                parts[0],
                parts[1] * peak.width,
                parts[2] * sigma + parts[3] * p[2] * sigma,
                parts[3] * sigma,
            ]
        )
        columns = _beside(peak, q, raw)
        unit = columns[:, 0]
        square = max(float(unit @ unit), 1e-300)
        area = float(unit @ target) / square
        # Kaufman's approximation of the derivative of the projected residual.
        slopes = columns[:, 1:] * area
        slopes = slopes - np.outer(unit, unit @ slopes) / square
        return target - area * unit, area, -slopes

    def residuals(p: FloatArray) -> FloatArray:
        return solve(p)[0]

    def jacobian(p: FloatArray) -> FloatArray:
        return solve(p)[2]

    fitted = least_squares(
        residuals,
        np.array([-0.1, -0.1, 0.2]),
        jac=jacobian,
        bounds=([-3.0, -1.2, -6.0], [3.0, 0.8, 6.0]),
        x_scale=[0.1, 0.1, 0.3],
        max_nfev=40,
    )
    area = solve(fitted.x)[1]
    return (
        float(peak.center + peak.width * fitted.x[0]),
        float(peak.width * np.exp(fitted.x[1])),
        float(fitted.x[2]),
        area,
    )


def _baseline(peak: LonePeak, degree: int) -> FloatArray:
    """An orthonormal basis of the whitened baseline and, below it, of its prior."""
    whitened = peak.noise.whiten(polynomial(peak.time.size, degree))
    return np.linalg.qr(np.concatenate([whitened, peak.bend.prior(degree)]))[0]


def _beside(peak: LonePeak, baseline: FloatArray, values: FloatArray) -> FloatArray:
    """Whitened columns of readings without their part in a baseline of `_baseline`."""
    return beside_baseline(peak.noise.whiten(values), baseline)


def mixture_nodes() -> tuple[FloatArray, FloatArray]:
    """Centers and widths, in reduced time, of the Gaussians of a learned shape."""
    core = np.arange(-3.25, 3.01, 0.25)
    centers, widths = list(core), [0.3] * core.size
    # Towards the end of a front or a tail they widen with the distance.
    for side, last, end in ((1.0, core[-1], 9.0), (-1.0, core[0], 7.0)):
        place, width = abs(last), 0.3
        while place < end:
            width *= 1.18
            place += 0.8 * width
            centers.append(side * place)
            widths.append(width)
    return np.array(centers), np.array(widths)


def learn_shape(peaks: Sequence[LonePeak], start: PeakShape, degree: int = 3) -> PeakShape:
    """The common shape of well resolved peaks.

    Parameters
    ----------
    peaks : sequence of LonePeak
        With the center and width that `start` gave them.
    start : PeakShape
        A shape near theirs.
    degree : int
        Degree of the baseline of each peak.

    Returns
    -------
    PeakShape
    """
    shape, current = start, list(peaks)
    for _ in range(_ROUNDS):
        fitted = [refit(peak, shape, degree) for peak in current]
        current = [peak for peak, _ in fitted]
        shape = _mixture(current, [area for _, area in fitted], start, degree)
    return shape


def refit(peak: LonePeak, shape: PeakShape, degree: int = 3) -> tuple[LonePeak, float]:
    """A peak with center, width and area refitted for a shape."""
    q = _baseline(peak, degree)
    target = _beside(peak, q, peak.unbent)
    center, width, area = peak.center, peak.width, 0.0
    for _ in range(6):
        u = (peak.time - center) / width
        value, slope = shape.columns(u)
        raw = np.column_stack([value, -slope, -(value + u * slope)]) / width
        columns = _beside(peak, q, raw)
        b = np.linalg.lstsq(columns, target, rcond=None)[0]
        area = float(b[0])
        if not area > 0.0:
            break
        move = float(np.clip(b[1] / area, -0.5, 0.5))
        stretch = float(np.clip(b[2] / area, -0.3, 0.3))
        center += move * width
        width *= float(np.exp(stretch))
        if abs(move) + abs(stretch) < 1e-5:  # of a width
            break
    return replace(peak, center=center, width=width), area


def _plausible(centers: FloatArray, start: PeakShape) -> FloatArray:
    """How much of a peak may be at reduced times: all in its core, and less the farther from it.

    A wing that does not fall off is a neighbour or a baseline, not part of the peak.
    """
    decay = np.where((centers > 0.0) == (start.tailing() > 1.0), _TAIL_DECAY, _FRONT_DECAY)
    return np.asarray(np.exp(-np.maximum(np.abs(centers) - _CORE, 0.0) / decay))


def _mixture(
    peaks: Sequence[LonePeak], areas: Sequence[float], start: PeakShape, degree: int
) -> PeakShape:
    centers, widths = mixture_nodes()
    fine = grid()
    gaussians = np.exp(-0.5 * ((fine[:, None] - centers) / widths) ** 2) / (
        widths * np.sqrt(2.0 * np.pi)
    )
    # A prior at the start: what the readings do not decide (a far tail against the baseline)
    # stays as it is there.
    guess = nnls(gaussians, start.density)[0]
    precision = (_PRIOR * (guess + _PRIOR * _plausible(centers, start))) ** -2.0
    gram = np.diag(precision)
    along = precision * guess
    for peak, area in zip(peaks, areas, strict=True):
        u = (peak.time - peak.center) / peak.width
        raw = np.exp(-0.5 * ((u[:, None] - centers) / widths) ** 2) / (
            widths * np.sqrt(2.0 * np.pi)
        )
        raw = raw * (area / peak.width)
        parts = _beside(peak, _baseline(peak, degree), np.column_stack([raw, peak.unbent]))
        gram += parts[:, :-1].T @ parts[:, :-1]
        along += parts[:, :-1].T @ parts[:, -1]
    upper = np.linalg.cholesky(gram).T
    weights = nnls(upper, np.linalg.solve(upper.T, along))[0]
    return reduced_shape(fine, _falling(gaussians @ weights), "learned")


def _falling(density: FloatArray) -> FloatArray:
    """A density that falls on both sides of its apex: where one rises again, a neighbour is."""
    top = int(np.argmax(density))
    front = np.minimum.accumulate(density[: top + 1][::-1])[::-1]
    return np.concatenate([front, np.minimum.accumulate(density[top:])[1:]])
