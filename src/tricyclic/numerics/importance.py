"""Importance weights: draws of an approximation become draws of the true density."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Above this shape of the tail the weights are unreliable.
TRUSTED_TAIL = 0.7


def importance_weights(log_ratio: Floats) -> tuple[Floats, float]:
    """Weights that sum to 1, the largest of them smoothed, and the shape of their tail.

    Parameters
    ----------
    log_ratio : array, shape (draws,)
        log of the true density over the density that was drawn from, up to a constant; -inf for a
        draw where the true density is 0.

    Returns
    -------
    array, shape (draws,), and float
        Weights; the shape of the generalised Pareto law of the largest ones, below 0.7 where they
        can be trusted.

    Notes
    -----
    Pareto-smoothed importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry 2024, J Mach Learn
    Res 25:72); the shape is estimated as by Zhang and Stephens 2009, Technometrics 51:316-325.
    """
    ratio = np.exp(log_ratio - np.max(log_ratio))
    n = len(ratio)
    tail = min(n // 5, int(3 * math.sqrt(n)))
    shape = math.inf
    if tail >= 5:
        cut = np.partition(ratio, n - tail - 1)[n - tail - 1]
        # A walker that stayed gives the same draw twice, so some may tie with the cut.
        largest = np.flatnonzero(ratio > cut)
        largest = largest[np.argsort(ratio[largest])]
        if len(largest) < 5:
            shape = -math.inf  # practically equal
        else:
            shape, size = _pareto(ratio[largest] - cut)
            if math.isfinite(shape):
                places = (np.arange(len(largest)) + 0.5) / len(largest)
                ratio[largest] = np.minimum(cut + _quantile(places, shape, size), 1.0)
    return ratio / ratio.sum(), shape


def effective_draws(weights: Floats) -> float:
    """Number of equal draws with the same information as the weighted ones."""
    return float(weights.sum() ** 2 / np.sum(weights**2))


def choose(weights: Floats, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Indices of n draws by systematic resampling, in random order; a draw of more than 1/n weight
    comes twice.
    """
    along = np.cumsum(weights) / weights.sum()
    marks = (np.arange(n) + rng.random()) / n
    return np.asarray(
        rng.permutation(np.minimum(np.searchsorted(along, marks), len(weights) - 1)), dtype=np.intp
    )


def weighted_quantiles(values: Floats, weights: Floats, shares: Floats) -> Floats:
    """Quantiles of weighted values, shape (shares,)."""
    order = np.argsort(values)
    along = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.asarray(np.interp(shares, along / weights.sum(), values[order]))


def _pareto(over: Floats) -> tuple[float, float]:
    n = len(over)
    grid = 30 + int(math.sqrt(n))
    first_quarter = over[int(n / 4 + 0.5) - 1]
    if first_quarter <= 0:
        return math.inf, math.nan
    slopes = 1.0 / over[-1] + (1.0 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (
        3.0 * first_quarter
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        shapes = np.log1p(-slopes[:, None] * over[None, :]).mean(axis=1)
        profile = n * (np.log(-slopes / shapes) - shapes - 1.0)
    good = np.isfinite(profile)
    if not good.any():
        return math.inf, math.nan
    share = np.exp(profile[good] - profile[good].max())
    slope = float(np.sum(slopes[good] * share) / share.sum())
    raw = float(np.log1p(-slope * over).mean())
    size = -raw / slope
    # Ten draws' worth of a prior of 0.5, as in the paper.
    return (n * raw + 5.0) / (n + 10.0), size


def _quantile(p: Floats, shape: float, size: float) -> Floats:
    if abs(shape) < 1e-9:
        return np.asarray(-size * np.log1p(-p))
    return np.asarray(size * np.expm1(-shape * np.log1p(-p)) / shape)
