"""Constants of control charts and run rules (Western Electric, Nelson).

The constants are computed: d2 and d3 by integrating the distribution of the range of normal
readings, c4 from the gamma function.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, ndtr, stdtr

from tricyclic.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RunRule:
    """An improbable pattern of points on a control chart, with its number in its set."""

    number: int
    description: str


WESTERN_ELECTRIC = (
    RunRule(1, "one point beyond three sigma"),
    RunRule(2, "two of three points in a row beyond two sigma on one side"),
    RunRule(3, "four of five points in a row beyond one sigma on one side"),
    RunRule(4, "eight points in a row on one side of the centre"),
)
NELSON = (
    RunRule(1, "one point beyond three sigma"),
    RunRule(2, "nine points in a row on one side of the centre"),
    RunRule(3, "six points in a row rising, or falling"),
    RunRule(4, "fourteen points in a row alternating up and down"),
    RunRule(5, "two of three points in a row beyond two sigma on one side"),
    RunRule(6, "four of five points in a row beyond one sigma on one side"),
    RunRule(7, "fifteen points in a row within one sigma"),
    RunRule(8, "eight points in a row beyond one sigma, on either side"),
)


@lru_cache(maxsize=64)
def range_constants(n: int) -> tuple[float, float]:
    """Mean (d2) and standard deviation (d3) of the range of n standard normal readings.

    Notes
    -----
    d2 = integral of 1 - F(x)^n - (1 - F(x))^n [Tippett 1925, doi:10.1093/biomet/17.3-4.364]; the
    second moment is 2 times the integral over x < y of 1 - F(y)^n - (1 - F(x))^n + (F(y) - F(x))^n.
    """
    if n < 2:
        raise InputError(f"a range of {n} readings", allowed="A range needs two readings or more")

    nodes, weights = np.polynomial.legendre.leggauss(400)
    x, w = 9.0 * nodes, 9.0 * weights
    cdf = ndtr(x)
    d2 = float(w @ (1.0 - cdf**n - (1.0 - cdf) ** n))
    # The inner integral goes from x upwards, so its nodes depend on x.
    top = (x[:, None] + 9.0) / 2.0 + (9.0 - x[:, None]) / 2.0 * nodes
    upper, lower = ndtr(top), cdf[:, None]
    inner = 1.0 - upper**n - (1.0 - lower) ** n + (upper - lower) ** n
    second = 2.0 * float(w @ (((9.0 - x) / 2.0) * (inner @ weights)))
    return d2, float(np.sqrt(second - d2 * d2))


@lru_cache(maxsize=64)
def c4(n: int) -> float:
    """Mean of the standard deviation of n normal readings over their sigma."""
    if n < 2:
        raise InputError(
            f"a standard deviation of {n} readings", allowed="It needs two readings or more"
        )

    return sqrt(2.0 / (n - 1)) * exp(lgamma(n / 2.0) - lgamma((n - 1) / 2.0))


def rule_violations(
    z: ArrayLike, *, rules: tuple[RunRule, ...] = WESTERN_ELECTRIC
) -> tuple[tuple[RunRule, int], ...]:
    """The rules that the points violate, each with the point at which its pattern is complete.

    Parameters
    ----------
    z : array, shape (points,)
        Distance of each point from the centre line in its sigmas, in the order of the runs.
    rules : tuple of RunRule
        WESTERN_ELECTRIC or NELSON.

    Returns
    -------
    tuple of (RunRule, int)
        The index of the last point of the pattern, from 0; in order of the points.

    Notes
    -----
    Western Electric 1956, Statistical Quality Control Handbook; Nelson 1984,
    doi:10.1080/00224065.1984.11978921.
    """
    points = np.asarray(z, float)
    violations = [
        (rule, int(at))
        for rule in rules
        for at in np.flatnonzero(_PATTERNS[rule.description](points))
    ]
    return tuple(sorted(violations, key=lambda pair: (pair[1], pair[0].number)))


def _beyond(z: Floats, sigma: float, of: int, at_least: int) -> NDArray[np.bool_]:
    """Points beyond sigma for which `at_least` of the last `of` points are beyond on that side."""
    out = np.zeros(z.size, bool)
    for side in (z, -z):
        far = side > sigma
        counted = np.convolve(far, np.ones(of, int))[: z.size]
        out |= far & (counted >= at_least)
    return out


def _in_a_row(good: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    counted = np.convolve(good, np.ones(length, int))[: good.size]
    return np.asarray(counted >= length)


def _one_side(length: int) -> object:
    return lambda z: _in_a_row(z > 0, length) | _in_a_row(z < 0, length)


def _monotone(z: Floats) -> NDArray[np.bool_]:
    steps = np.diff(z, prepend=np.nan)
    return _in_a_row(steps > 0, 5) | _in_a_row(steps < 0, 5)


def _alternating(z: Floats) -> NDArray[np.bool_]:
    steps = np.diff(z)
    turned = np.zeros(z.size, bool)
    turned[2:] = steps[1:] * steps[:-1] < 0
    return _in_a_row(turned, 12)


_PATTERNS: dict = {  # type: ignore[type-arg]
    "one point beyond three sigma": lambda z: np.abs(z) > 3.0,
    "two of three points in a row beyond two sigma on one side": lambda z: _beyond(z, 2.0, 3, 2),
    "four of five points in a row beyond one sigma on one side": lambda z: _beyond(z, 1.0, 5, 4),
    "eight points in a row on one side of the centre": _one_side(8),
    "nine points in a row on one side of the centre": _one_side(9),
    "six points in a row rising, or falling": _monotone,
    "fourteen points in a row alternating up and down": _alternating,
    "fifteen points in a row within one sigma": lambda z: _in_a_row(np.abs(z) < 1.0, 15),
    "eight points in a row beyond one sigma, on either side": lambda z: _in_a_row(
        np.abs(z) > 1.0, 8
    ),
}


def variance_limits(variance: float, df: float, confidence: float) -> tuple[float, float]:
    """Limits of a variance of normal readings with df degrees of freedom (chi-squared)."""
    tail = (1.0 - confidence) / 2.0
    return float(df * variance / chdtri(df, tail)), float(df * variance / chdtri(df, 1.0 - tail))


def t_upper_tail(t: ArrayLike, df: ArrayLike) -> Floats:
    """One-sided p of Student's t, shape of the broadcast arrays."""
    return np.asarray(stdtr(np.asarray(df, float), -np.asarray(t, float)), float)
