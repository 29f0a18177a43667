"""Counts of successes that scatter more than binomial ones: the beta-binomial distribution.

Units (fields, wells) have proportions of their own, which scatter about that of their group.
Fitted by maximum likelihood; limits follow the profile likelihood. Arrays in, frozen results out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import digamma, gammaln, ndtr, ndtri, xlogy

from tricyclic.errors import InputError
from tricyclic.stats.distributions import chi_squared_upper_tail
from tricyclic.stats.statistics import TestResult

Floats = NDArray[np.float64]
# Below this ratio of rho to 1 - rho, differences of gammaln lose digits: sums are used instead.
SMALL_THETA = 1e-6
# Largest intraclass correlation of the search.
MAX_CORRELATION = 0.999
_EDGE = 1e-12


@dataclass(frozen=True)
class ProportionEstimate:
    """A proportion or correlation with its profile-likelihood limits, all from 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class BetaBinomialFit:
    """Proportions of groups of units with one intraclass correlation.

    Attributes
    ----------
    groups : tuple of str
    proportions : tuple of ProportionEstimate
        Of each group.
    correlation : ProportionEstimate
        Intraclass correlation rho: two of a unit agree so much more than two of different
        units of the group. The variance of a count of n is n p (1 - p) (1 + (n - 1) rho).
    log_likelihood, binomial_log_likelihood : float
        At the estimates; without extra scatter.
    units : int
    p_extra : float
        P of the likelihood-ratio test of rho = 0, one-sided.
    """

    groups: tuple[str, ...]
    proportions: tuple[ProportionEstimate, ...]
    correlation: ProportionEstimate
    log_likelihood: float
    binomial_log_likelihood: float
    units: int
    p_extra: float


def beta_binomial_log_probability(
    successes: ArrayLike, totals: ArrayLike, proportion: ArrayLike, correlation: float
) -> Floats:
    """Logarithm of the probability of each count; that of the binomial where correlation is 0.

    Parameters
    ----------
    successes, totals : array, shape (n,)
    proportion : float or array, shape (n,)
        From 0 to 1.
    correlation : float
        Intraclass correlation, from 0 to below 1.

    Notes
    -----
    Skellam 1948, doi:10.1111/j.2517-6161.1948.tb00014.x; with alpha = p (1 - rho) / rho and
    beta = (1 - p) (1 - rho) / rho.
    """
    y, n = np.asarray(successes, float), np.asarray(totals, float)
    p = np.broadcast_to(np.asarray(proportion, float), y.shape)
    ways = gammaln(n + 1.0) - gammaln(y + 1.0) - gammaln(n - y + 1.0)
    return np.asarray(ways + _kernel(y, n, p, correlation / (1.0 - correlation)))


def fit_beta_binomial(
    successes: ArrayLike,
    totals: ArrayLike,
    group: Sequence[str] | None = None,
    *,
    limits: bool = True,
    confidence: float = 0.95,
) -> BetaBinomialFit:
    """Fit proportions of groups, and one intraclass correlation, to counts of units.

    Parameters
    ----------
    successes, totals : array, shape (n,)
        Of each unit; 0 <= successes <= totals, totals above 0.
    group : sequence of str, length n, optional
        Group of each unit; default: one group.
    limits : bool
        Whether the proportions have limits, which take long for many groups; else they are nan.
    confidence : float
        Of each profile-likelihood interval.

    Returns
    -------
    BetaBinomialFit

    Raises
    ------
    InputError
        If a count is not possible, or there is none.

    Notes
    -----
    With few units in each group the maximum-likelihood correlation is too small, as a variance with
    divisor n is; `moment_correlation` is not.
    """
    y, n = _counts(successes, totals)
    names = tuple(dict.fromkeys(group)) if group is not None else ("",)
    index = (
        np.array([names.index(one) for one in group]) if group is not None else 0 * y.astype(int)
    )
    units = _Units(y, n, index, len(names))

    def at(rho: float) -> float:
        return float(units.best(rho)[1].sum())

    rho = _maximum(at)
    best, binomial = at(rho), at(0.0)
    drop = 0.5 * float(ndtri(0.5 + 0.5 * confidence)) ** 2
    correlation = ProportionEstimate(
        rho,
        _crossing(lambda r: at(r) - best + drop, rho, 0.0),
        _crossing(lambda r: at(r) - best + drop, rho, MAX_CORRELATION),
    )
    proportions = [
        _profiled(units, k, rho, best - drop if limits else None) for k in range(len(names))
    ]
    ways = float((gammaln(n + 1.0) - gammaln(y + 1.0) - gammaln(n - y + 1.0)).sum())
    root = float(np.sqrt(max(2.0 * (best - binomial), 0.0)))
    return BetaBinomialFit(
        names,
        tuple(proportions),
        correlation,
        best + ways,
        binomial + ways,
        int(y.size),
        float(ndtr(-root)) if root > 0 else 0.5,
    )


def moment_correlation(
    successes: ArrayLike, totals: ArrayLike, group: Sequence[str] | None = None
) -> float:
    """Intraclass correlation for which Pearson's statistic equals its degrees of freedom; 0 where
    the counts scatter no more than binomial ones, nan where no group has two units.

    Parameters
    ----------
    successes, totals : array, shape (n,)
    group : sequence of str, length n, optional

    Notes
    -----
    Williams 1982, doi:10.2307/2347977, method II: counts are weighted by 1 / (1 + (n - 1) rho).
    Degrees of freedom are counted, so few units in many groups do not make it small.
    """
    y, n = _counts(successes, totals)
    names = list(dict.fromkeys(group)) if group is not None else [""]
    index = (
        np.array([names.index(one) for one in group]) if group is not None else 0 * y.astype(int)
    )
    df = y.size - len(names)
    if df < 1:
        return float("nan")

    def excess(rho: float) -> float:
        weight = 1.0 / (1.0 + (n - 1.0) * rho)
        top, bottom = (np.bincount(index, weight * one) for one in (y, n))
        p = (top / bottom)[index]
        scatter = p * (1.0 - p)
        # A group of zeros, or of nothing else, has no scatter to compare.
        used = scatter > 0
        spare = int(used.sum()) - np.unique(index[used]).size
        if spare < 1:
            return float("nan")
        return float((weight * (y - n * p) ** 2 / n)[used] @ (1.0 / scatter[used])) - spare

    at_zero = excess(0.0)
    if np.isnan(at_zero):
        return float("nan")
    if at_zero <= 0:
        return 0.0
    if excess(MAX_CORRELATION) >= 0:
        return MAX_CORRELATION
    return float(brentq(excess, 0.0, MAX_CORRELATION, xtol=1e-10))


def excess_scatter(successes: ArrayLike, totals: ArrayLike, group: Sequence[str]) -> TestResult:
    """Whether units scatter about the proportion of their group more than binomial counts.

    Parameters
    ----------
    successes, totals : array, shape (n,)
    group : sequence of str, length n

    Returns
    -------
    TestResult
        Pearson's statistic, its degrees of freedom, and the upper tail of chi-squared; nan where no
        group with both outcomes has two units.
    """
    y, n = _counts(successes, totals)
    names = list(dict.fromkeys(group))
    index = np.array([names.index(one) for one in group])
    p = (np.bincount(index, y) / np.bincount(index, n))[index]
    used = (p > 0) & (p < 1)
    df = float(used.sum() - np.unique(index[used]).size)
    if df < 1:
        return TestResult(float("nan"), (0.0,), float("nan"))
    statistic = float((((y - n * p) ** 2)[used] / (n * p * (1.0 - p))[used]).sum())
    return TestResult(statistic, (df,), chi_squared_upper_tail(df, statistic))


def proportion_limits(
    successes: ArrayLike, totals: ArrayLike, correlation: float, *, confidence: float = 0.95
) -> ProportionEstimate:
    """Proportion of one group of units with likelihood limits, for a correlation that is known.

    Parameters
    ----------
    successes, totals : array, shape (n,)
    correlation : float
        Intraclass correlation, from 0 to below 1.
    confidence : float
    """
    y, n = _counts(successes, totals)
    units = _Units(y, n, np.zeros(y.size, int), 1)
    value, best = (float(one[0]) for one in units.best(correlation))
    drop = 0.5 * float(ndtri(0.5 + 0.5 * confidence)) ** 2
    theta = correlation / (1.0 - correlation)

    def excess(p: float) -> float:
        return float(units.likelihoods(np.array([p]), theta)[0]) - best + drop

    low = 0.0 if value <= 0 else _crossing(excess, value, _EDGE)
    high = 1.0 if value >= 1 else _crossing(excess, value, 1.0 - _EDGE)
    return ProportionEstimate(
        value, 0.0 if low <= _EDGE else low, high if high < 1 - _EDGE else 1.0
    )


def _counts(successes: ArrayLike, totals: ArrayLike) -> tuple[Floats, Floats]:
    y, n = np.asarray(successes, float).reshape(-1), np.asarray(totals, float).reshape(-1)
    if y.size != n.size or y.size == 0:
        raise InputError(f"{y.size} counts of {n.size} totals", allowed="Each count has its total")
    wrong = ~((y >= 0) & (y <= n) & (n > 0))
    if wrong.any():
        k = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"count {k + 1} is {y[k]:g} of {n[k]:g}", allowed="A count is 0 up to its total"
        )
    return y, n


def _kernel(y: Floats, n: Floats, p: Floats, theta: float) -> Floats:
    """Log-likelihood of each count without the number of ways; -inf where p is impossible."""
    q = 1.0 - p
    if theta == 0.0:
        return np.asarray(xlogy(y, p) + xlogy(n - y, q))
    if theta < SMALL_THETA:
        most = int(n.max())
        k = np.arange(most)[:, None]

        def rising(base: Floats, count: Floats) -> Floats:
            with np.errstate(divide="ignore"):
                terms = np.where(k < count, np.log(base + k * theta), 0.0)
            return np.asarray(terms.sum(axis=0))

        return rising(p, y) + rising(q, n - y) - rising(np.ones_like(p), n)
    a, b = p / theta, q / theta
    with np.errstate(invalid="ignore", divide="ignore"):
        up = np.where(y > 0, gammaln(a + y) - gammaln(a), 0.0)
        down = np.where(n > y, gammaln(b + n - y) - gammaln(b), 0.0)
    both = up + down - gammaln(1.0 / theta + n) + gammaln(1.0 / theta)
    return np.where(((p <= 0) & (y > 0)) | ((q <= 0) & (y < n)), -np.inf, both)


@dataclass(frozen=True)
class _Units:
    y: Floats
    n: Floats
    index: NDArray[np.intp]
    groups: int

    def best(self, rho: float) -> tuple[Floats, Floats]:
        """Proportion of the largest likelihood of each group at a correlation, and its likelihood.

        The likelihood is concave in the proportion, so its slope has one zero.
        """
        theta = rho / (1.0 - rho)
        total = np.bincount(self.index, self.n, self.groups)
        positive = np.bincount(self.index, self.y, self.groups)
        p = positive / total
        if theta >= SMALL_THETA:
            low, high = np.zeros(self.groups), np.ones(self.groups)
            for _ in range(52):
                p = 0.5 * (low + high)
                rising = self._slope(p, theta) > 0
                low, high = np.where(rising, p, low), np.where(rising, high, p)
            p = np.where(positive == 0, 0.0, np.where(positive == total, 1.0, p))
        return p, self.likelihoods(p, theta)

    def likelihoods(self, p: Floats, theta: float) -> Floats:
        """Log-likelihood of each group at its proportion."""
        each = _kernel(self.y, self.n, p[self.index], theta)
        return np.asarray(np.bincount(self.index, each, self.groups))

    def _slope(self, p: Floats, theta: float) -> Floats:
        a, b = p[self.index] / theta, (1.0 - p[self.index]) / theta
        with np.errstate(invalid="ignore"):
            up = np.where(self.y > 0, digamma(a + self.y) - digamma(a), 0.0)
            others = self.n - self.y
            down = np.where(others > 0, digamma(b + others) - digamma(b), 0.0)
        return np.asarray(np.bincount(self.index, up - down, self.groups))


def _maximum(at: Callable[[float], float]) -> float:
    """Correlation of the largest likelihood; 0 where none is above that of 0."""
    best = minimize_scalar(
        lambda z: -at(float(1.0 / (1.0 + np.exp(-z)))),
        bounds=(-16.0, float(np.log(MAX_CORRELATION / (1.0 - MAX_CORRELATION)))),
        method="bounded",
        options={"xatol": 1e-8},
    )
    return float(1.0 / (1.0 + np.exp(-best.x))) if -best.fun > at(0.0) + 1e-10 else 0.0


def _crossing(excess: Callable[[float], float], inside: float, end: float) -> float:
    """Where the excess of a profile over its limit is 0 between the estimate and an end."""
    if inside == end or excess(end) >= 0:
        return end
    return float(brentq(excess, inside, end, xtol=1e-9))


def _profiled(units: _Units, k: int, rho: float, least: float | None) -> ProportionEstimate:
    """Profile limits of the proportion of one group; the others and rho are fitted anew."""
    value = float(units.best(rho)[0][k])
    if least is None:
        return ProportionEstimate(value, float("nan"), float("nan"))

    def profile(p: float) -> float:
        def at(r: float) -> float:
            others = units.best(r)[0]
            others[k] = p
            return float(units.likelihoods(others, r / (1.0 - r)).sum())

        return at(_maximum(at)) - least

    low = 0.0 if value <= 0 else _crossing(profile, value, _EDGE)
    high = 1.0 if value >= 1 else _crossing(profile, value, 1.0 - _EDGE)
    return ProportionEstimate(
        value, 0.0 if low <= _EDGE else low, high if high < 1 - _EDGE else 1.0
    )
