"""Noise of a detector: white, autocorrelated and periodic parts, estimated robustly.

The autocorrelated part is an autoregression fitted by Burg's method to pieces of residuals; its
filter turns the noise of a trace into white noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# Residuals beyond this many standard deviations count as this many.
_CLIP = 3.5
# Root mean square by which the shapes of peaks differ at least, over their height.
LEAST_MISFIT = 0.001
# Median absolute deviation of a normal distribution.
_MAD = 0.67448975


@dataclass(frozen=True)
class NoiseModel:
    """Autoregressive noise.

    Attributes
    ----------
    coefficients : ndarray
        e(t) = sum of coefficients[k] e(t - k - 1) + innovation; empty for white noise.
    innovation_sd : float
        Standard deviation of the innovations, in signal.
    rms : float
        Standard deviation of the noise itself, in signal.
    """

    coefficients: FloatArray
    innovation_sd: float
    rms: float

    @property
    def order(self) -> int:
        """Number of coefficients; a filtered piece is that much shorter."""
        return int(self.coefficients.size)

    def with_misfit(self, height: float, alike: float = 1.0) -> NoiseModel:
        """Noise with the part by which peaks differ from a shape, which grows with their height.

        Beside a tall peak it exceeds the noise of the detector. It has one sign over about a width
        of the peak, and is counted as white with the variance that a sum over a width has then: a
        fit follows the bulk of the peak, and does so alike for any rate of the readings.

        Parameters
        ----------
        height : float
            Height of the peak, in signal.
        alike : float
            Readings in a width of the peak.
        """
        share = misfit_share(height, self.rms)
        kept = (1.0 - share) ** 2
        misfit = LEAST_MISFIT * height * share * float(np.sqrt(max(alike, 1.0)))
        return replace(
            self,
            coefficients=self.coefficients * kept / (kept + share**2),
            innovation_sd=float(np.hypot(self.innovation_sd, misfit)),
        )

    def whiten(self, columns: FloatArray) -> FloatArray:
        """Filter columns (along axis 0) so that the noise in them is white with variance 1."""
        if not self.order:
            return columns / self.innovation_sd
        # By lags, not by `lfilter`, which filters one column after the other.
        filtered = columns[self.order :].astype(np.float64)
        for lag, coefficient in enumerate(self.coefficients, 1):
            filtered -= coefficient * columns[self.order - lag : -lag]
        return np.asarray(filtered / self.innovation_sd)

    @property
    def lag_one(self) -> float:
        """Correlation of two readings in a row."""
        if not self.order:
            return 0.0
        impulse = np.zeros(2000)
        impulse[0] = 1.0
        response = _filtered([1.0], np.concatenate(([1.0], -self.coefficients)), impulse)
        return float(response[1:] @ response[:-1] / (response @ response))

    @property
    def information(self) -> float:
        """Independent readings per reading, seen by a mean: 1 for white noise, less with memory."""
        long_run = self.innovation_sd / max(1.0 - float(self.coefficients.sum()), 1e-3)
        return float(min(1.0, (self.rms / long_run) ** 2)) if long_run > 0.0 else 1.0


def mad_sd(values: FloatArray) -> float:
    """Standard deviation by the median absolute deviation."""
    return float(np.median(np.abs(values - np.median(values))) / _MAD)


def misfit_share(height: float, rms: float) -> float:
    """Share of the least misfit of a shape in the variance of misfit and noise, 0 to 1."""
    misfit = LEAST_MISFIT * height
    return float((misfit / np.hypot(misfit, rms)) ** 2)


def fit_noise(
    pieces: Sequence[FloatArray], *, max_order: int = 10, parameters: int = 0
) -> NoiseModel:
    """Fit an autoregression to residuals in pieces between which time has gaps.

    Parameters
    ----------
    pieces : sequence of ndarray
        Residuals at even steps of time.
    max_order : int
        Largest number of coefficients; BIC chooses.
    parameters : int
        Number of parameters that the residuals have lost, for the variance.

    Returns
    -------
    NoiseModel
    """
    total = sum(piece.size for piece in pieces)
    scale = mad_sd(np.concatenate(pieces)) or float(np.std(np.concatenate(pieces)))
    if not scale > 0.0:
        return NoiseModel(np.empty(0), np.finfo(float).tiny ** 0.5, np.finfo(float).tiny ** 0.5)
    clipped = [np.clip(piece, -_CLIP * scale, _CLIP * scale) for piece in pieces]
    forward = [piece.copy() for piece in clipped]
    backward = [piece.copy() for piece in clipped]
    power = sum(float(piece @ piece) for piece in clipped) / total
    coefficients = np.empty(0)
    best = (total * np.log(power), coefficients)
    for order in range(1, max_order + 1):
        forward = [piece[1:] for piece in forward]
        backward = [piece[:-1] for piece in backward]
        pairs = [(f, b) for f, b in zip(forward, backward, strict=True) if f.size]
        above = sum(2.0 * float(f @ b) for f, b in pairs)
        below = sum(float(f @ f + b @ b) for f, b in pairs)
        if below <= 0.0:
            break
        reflection = above / below
        forward, backward = (
            [f - reflection * b for f, b in pairs],
            [b - reflection * f for f, b in pairs],
        )
        coefficients = np.concatenate(
            (coefficients - reflection * coefficients[::-1], [reflection])
        )
        power *= 1.0 - reflection**2
        if not power > 0.0:  # residuals that their predecessors predict exactly, as rounding does
            break
        score = total * np.log(power) + order * np.log(total)
        if score < best[0]:
            best = (score, coefficients)
    chosen = best[1]
    innovations = np.concatenate([_innovations(piece, chosen) for piece in pieces])
    sd = mad_sd(innovations) if innovations.size else scale
    plain = NoiseModel(chosen, sd, scale)
    # The baseline has taken slow parts of the noise, of which a piece has few.
    slow = total * plain.information
    lost = float(np.sqrt(slow / max(slow - parameters, 0.5 * slow)))
    return NoiseModel(chosen, lost * sd, lost * scale)


def _filtered(numerator: ArrayLike, denominator: ArrayLike, values: FloatArray) -> FloatArray:
    """`scipy.signal.lfilter`, whose import takes most of a second."""
    from scipy.signal import lfilter

    up, down = np.asarray(numerator, float), np.asarray(denominator, float)
    return np.asarray(lfilter(up, down, values))


def _innovations(piece: FloatArray, coefficients: FloatArray) -> FloatArray:
    if not coefficients.size:
        return piece
    kernel = np.concatenate(([1.0], -coefficients))
    return np.asarray(_filtered(kernel, [1.0], piece)[coefficients.size :])
