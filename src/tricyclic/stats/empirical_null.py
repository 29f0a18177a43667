"""The distribution of readings without effect, from the side on which no effect lies.

Where the scatter of a screen is not normal, p values of normal readings promise a false discovery
rate that does not hold. Readings without effect are as often too low as too high, so those on the
side opposite to effects show how far chance alone reaches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, gammaln, stdtr, stdtrit

Floats = NDArray[np.float64]

# Degrees of freedom that are tried for the tails.
TAILS = np.concatenate([np.arange(1.0, 6.0, 0.25), np.arange(6.0, 21.0, 1.0)])
# Probability that normal readings seem to have heavy tails.
TAIL_P = 1e-3
MIN_READINGS = 40
# Median of the absolute value of a standard normal reading.
MEDIAN_ABSOLUTE = 0.6744897501960817
# Standard deviations from which a reading on the other side is one that chance does not explain,
# and how many of them are taken as evidence.
FAR, MIN_FAR = 4.5, 3


@dataclass(frozen=True)
class EmpiricalNull:
    """Student's t with a scale at which the median of its absolute value is that of a normal.

    Parameters
    ----------
    df : float
        Degrees of freedom of the tails; inf where they are those of the nominal distribution.
    p : float
        Of the likelihood ratio against the nominal distribution.
    """

    df: float
    p: float

    @property
    def is_heavy(self) -> bool:
        """Whether the tails are heavier than nominal."""
        return math.isfinite(self.df)

    def upper_tail(self, z: Floats, readings: Floats) -> Floats:
        """One-sided p of z, which combines so many readings, shape (n,)."""
        df = self.df * readings
        return np.asarray(stdtr(df, -z / _scale(df)), float)


def fit_null(z: Floats, df: Floats) -> EmpiricalNull:
    """Tails of the readings without effect, from those below 0.

    Parameters
    ----------
    z : array, shape (n,)
        Readings in robust standard deviations from their median.
    df : array, shape (n,)
        Nominal degrees of freedom: z of normal readings follow Student's t with so many, because
        the standard deviation is estimated.

    Notes
    -----
    Maximum likelihood of the degrees of freedom of a half t, whose scale is fixed by the median
    absolute deviation; one-sided likelihood ratio against the nominal distribution. An application
    of the empirical null of Efron [2004, doi:10.1198/016214504000000089] to tails.
    """
    below = z < 0
    if below.sum() < MIN_READINGS:
        return EmpiricalNull(math.inf, math.nan)
    # Readings are counted by size, because a screen has hundreds of thousands.
    pairs = np.column_stack([np.round(-z[below], 2), np.round(df[below], 1)])
    (size, nominal), count = _counted(pairs)
    likelihood = [_log_likelihood(size, np.minimum(tail, nominal), count) for tail in TAILS]
    best = int(np.argmax(likelihood))
    ratio = 2.0 * (likelihood[best] - _log_likelihood(size, nominal, count))
    p = 0.5 * float(chdtrc(1, max(ratio, 0.0)))
    return EmpiricalNull(float(TAILS[best]) if p < TAIL_P else math.inf, p)


def mirrored_q(z: Floats, *, null: np.ndarray) -> tuple[Floats, int]:
    """False discovery rate of each z from the readings as far on the other side.

    Parameters
    ----------
    z : array, shape (n,)
    null : array of bool, shape (n,)
        Readings that may stand for chance on the other side.

    Returns
    -------
    array, shape (n,)
        Smallest (1 + readings below -t) / readings above t, for t up to z; 0 where fewer than
        three readings lie far on the other side.
    int
        Number of readings far on the other side.

    Notes
    -----
    The estimator of knockoffs [Barber & Candes 2015, doi:10.1214/15-AOS1337]. It demands twenty
    discoveries at a rate of 5 %, so it is used only where readings lie so far on the other side
    that chance does not explain them.
    """
    other = np.sort(-z[null & (z < 0)])
    far = int((other >= FAR).sum())
    if far < MIN_FAR:
        return np.zeros(z.size), far
    order = np.argsort(-z)
    beyond = other.size - np.searchsorted(other, z[order], side="left")
    share = np.minimum((1.0 + beyond) / np.arange(1.0, z.size + 1.0), 1.0)
    share[z[order] <= 0] = 1.0
    q = np.empty(z.size)
    q[order] = np.minimum.accumulate(share[::-1])[::-1]
    return q, far


def _scale(df: Floats) -> Floats:
    return np.asarray(MEDIAN_ABSOLUTE / stdtrit(df, 0.75), float)


def _counted(pairs: Floats) -> tuple[Floats, Floats]:
    """Different rows of an array, as columns, and how often each occurs."""
    different, count = np.unique(pairs, axis=0, return_counts=True)
    return different.T, count.astype(float)


def _log_likelihood(size: Floats, df: Floats, count: Floats) -> float:
    scale = _scale(df)
    constant = gammaln((df + 1.0) / 2.0) - gammaln(df / 2.0) - 0.5 * np.log(df * math.pi)
    shape = -(df + 1.0) / 2.0 * np.log1p((size / scale) ** 2 / df)
    return float(count @ (constant + shape - np.log(scale)))
