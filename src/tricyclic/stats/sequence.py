"""Ramps, steps and cycles in a sequence of numbers.

For numbers that scatter independently about one level if nothing is wrong. Numbers that are
correlated for another reason (a moving average) seem to drift.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import kolmogorov, ndtr, ndtri

from tricyclic.stats.control_rules import range_constants

Floats = NDArray[np.float64]

# Longer sequences follow the asymptotic distributions.
MAX_SIMULATED = 200
_TESTS, _SIMULATIONS, _SEED = 3, 40_000, 20_261_129
_MAD_TO_SD = 1.4826022185056018
# Standard error of a median over that of a mean, for normal numbers.
_MEDIAN_SE = math.sqrt(math.pi / 2.0)


class SequenceTest(NamedTuple):
    """Test of a sequence for ramps, steps and cycles.

    Parameters
    ----------
    p : float
        Probability of so strong a pattern by chance, at most.
    size : float
        Range of the level over the sequence, less what scatter alone gives.
    step : int
        Index of the number before which the level changes most.
    period : float
        Period of the strongest cycle, in numbers; nan where no cycle is significant.
    """

    p: float
    size: float
    step: int
    period: float


def sequence_test(values: ArrayLike, level: float) -> SequenceTest:
    """Test a sequence for ramps, steps and cycles.

    Parameters
    ----------
    values : array, shape (n,)
        Numbers in their order, n of 8 or more.
    level : float
        p below which a cycle is reported.

    Notes
    -----
    The numbers are replaced by normal scores of their ranks, so that single outliers count little
    and the null distribution depends on n alone. Three statistics: the largest sum of deviations
    from the mean (steps and ramps; its limit is the Brownian bridge), the largest periodogram
    ordinate over their sum (cycles) [Fisher 1929, doi:10.1098/rspa.1929.0151], and the correlation
    of neighbours (several steps, alternation). p is three times the smallest, at most 1.
    """
    y = np.asarray(values, float)
    n = y.size
    ranks = np.argsort(np.argsort(y, kind="stable"), kind="stable")
    statistics = _statistics(_scores(n)[ranks][None])[:, 0]
    cusum, cycle, neighbours = _probabilities(statistics, n)
    p = min(1.0, _TESTS * min(cusum, cycle, neighbours))
    correlation, frequency = _correlation(_scores(n)[ranks]), _strongest(_scores(n)[ranks])
    size, step = _size(y)
    is_cycle = _TESTS * cycle < level and cycle < cusum
    if is_cycle:
        size = max(size, _peak_to_peak(y, frequency))
    elif _TESTS * neighbours < level and correlation < 0:
        size = max(size, _alternation(y))
    return SequenceTest(p, size, step, n / frequency if is_cycle else math.nan)


@lru_cache(maxsize=16)
def _scores(n: int) -> Floats:
    """Normal scores of so many ranks, of mean 0 and standard deviation 1 [Blom 1958]."""
    score = ndtri((np.arange(n) + 0.625) / (n + 0.25))
    score = np.asarray((score - score.mean()) / score.std())
    score.setflags(write=False)
    return score


def _statistics(score: Floats) -> Floats:
    """Largest sum of deviations, share of the largest periodogram ordinate, and absolute
    correlation of neighbours, shape (3, sequences), of scores of shape (sequences, n).
    """
    n = score.shape[1]
    cusum = np.abs(np.cumsum(score, axis=1)).max(axis=1) / math.sqrt(n)
    power = np.abs(np.fft.rfft(score, axis=1)[:, 1 : (n + 1) // 2]) ** 2
    g = power.max(axis=1) / power.sum(axis=1)
    neighbours = np.abs((score[:, 1:] * score[:, :-1]).sum(axis=1) + 1.0) / math.sqrt(n)
    return np.stack([cusum, g, neighbours])


def _probabilities(statistics: Floats, n: int) -> tuple[float, float, float]:
    """p of each statistic: simulated for short sequences, asymptotic for long ones."""
    if n <= MAX_SIMULATED:
        null = _null(n)
        above = (null >= statistics[:, None] * (1.0 - 1e-9)).sum(axis=1)
        cusum, cycle, neighbours = ((1.0 + above) / (1.0 + null.shape[1])).tolist()
        return cusum, cycle, neighbours
    cusum, g, neighbours = statistics.tolist()
    ordinates = (n + 1) // 2 - 1
    return (
        float(kolmogorov(cusum)),
        # The first term of the alternating series of Fisher's g is an upper bound.
        min(1.0, ordinates * (1.0 - g) ** (ordinates - 1)),
        2.0 * float(ndtr(-neighbours)),
    )


@lru_cache(maxsize=16)
def _null(n: int) -> Floats:
    """Statistics of shuffled scores, shape (3, simulations)."""
    rng = np.random.default_rng(_SEED + n)
    score = rng.permuted(np.tile(_scores(n), (_SIMULATIONS, 1)), axis=1)
    return _statistics(score)


def _correlation(score: Floats) -> float:
    return float(score[1:] @ score[:-1]) / score.size


def _strongest(score: Floats) -> int:
    """Index of the strongest frequency."""
    power = np.abs(np.fft.rfft(score)[1 : (score.size + 1) // 2])
    return 1 + int(power.argmax())


def _size(y: Floats) -> tuple[float, int]:
    """Range of moving medians less the range of such medians of scatter, and the largest step."""
    width = max(3, (y.size // 20) | 1)
    level = np.median(np.lib.stride_tricks.sliding_window_view(y, width), axis=1)
    # Differences of neighbours show the scatter without the drift.
    differences = np.diff(y)
    centre = float(np.median(differences))
    sd = _MAD_TO_SD * float(np.median(np.abs(differences - centre))) / math.sqrt(2.0)
    chance = range_constants(max(2, y.size // width))[0] * sd * _MEDIAN_SE / math.sqrt(width)
    size = math.sqrt(max(float(np.ptp(level)) ** 2 - chance**2, 0.0))
    jumps = np.abs(level[width:] - level[:-width])
    return size, int(np.argmax(jumps)) + width if jumps.size else 0


def _peak_to_peak(y: Floats, frequency: int) -> float:
    """Range of the sine of a frequency in the numbers."""
    return float(4.0 * np.abs(np.fft.rfft(y)[frequency]) / y.size)


def _alternation(y: Floats) -> float:
    """Difference between even and odd numbers."""
    return abs(float(np.median(y[::2]) - np.median(y[1::2])))
