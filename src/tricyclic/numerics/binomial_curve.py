"""Sigmoid curve of a proportion against concentration, for counts that scatter more than binomial
ones and differ between blocks (cultures).

Arrays in, frozen results out. For curves of continuous readings see `fitting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, fdtrc, fdtri, logit

from tricyclic.numerics.binomial_deviance import (
    HILL_RANGE,
    LEAST,
    CurveCounts,
    curve_counts,
    deviance_of,
    fit_with_dispersion,
    flat_deviance,
    least_deviance,
    profile_limits,
    sigmoid,
)
from tricyclic.stats.beta_binomial import ProportionEstimate
from tricyclic.stats.statistics import t_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BinomialCurve:
    """A sigmoid of a proportion on the logarithm of concentration.

    Attributes
    ----------
    bottom, top : ProportionEstimate
        Proportions without drug and at infinite concentration, of the mean block; a curve that
        falls has its top below its bottom.
    log10_ec50, log10_ec50_low, log10_ec50_high : float
        The wider limits of blocks and profile; -inf and inf where the counts do not bound it.
    log10_ec50_profile : tuple of (float, float)
        Profile-likelihood limits, which hold where blocks differ by their shifts alone.
    hill, hill_low, hill_high : float
        Equal where the slope was fixed.
    hill_fixed : bool
    limits_from : {"blocks", "profile"}
        What the limits of all parameters are computed from; the profile with two blocks or fewer.
    shifts : array, shape (blocks,)
        Of the blocks on the logit, with sum 0.
    without_block : array, shape (blocks, 4)
        Logits of bottom and top, log10 EC50 and ln Hill slope without each block; no rows where
        limits are those of the profile.
    correlation : float
        Intraclass correlation between the cells of a block and concentration, for which Pearson's
        statistic equals its degrees of freedom; 0 where the counts scatter no more than binomial
        ones.
    df : int
        Degrees of freedom of that scatter.
    deviance : float
        Weighted, at the estimates.
    improvement_p : float
        P of the F test of the curve against one proportion in each block.
    confidence : float
    """

    bottom: ProportionEstimate
    top: ProportionEstimate
    log10_ec50: float
    log10_ec50_low: float
    log10_ec50_high: float
    log10_ec50_profile: tuple[float, float]
    hill: float
    hill_low: float
    hill_high: float
    hill_fixed: bool
    limits_from: Literal["blocks", "profile"]
    shifts: Floats
    without_block: Floats
    correlation: float
    df: int
    deviance: float
    improvement_p: float
    confidence: float

    def proportion(self, concentration: ArrayLike) -> Floats:
        """The curve of the mean block.

        Parameters
        ----------
        concentration : array
            In the unit of the fit, 0 or more.
        """
        return self._at(concentration, self._parameters)

    def band(self, concentration: ArrayLike) -> tuple[Floats, Floats]:
        """Limits of the curve of the mean block at each concentration, of each alone; nan where
        there are fewer than three blocks.

        Parameters
        ----------
        concentration : array
        """
        centre = logit(self.proportion(concentration))
        if not len(self.without_block):
            return np.full_like(centre, np.nan), np.full_like(centre, np.nan)
        others = np.array([logit(self._at(concentration, row)) for row in self.without_block])
        reach = _jackknife_se(others) * t_quantile(len(others) - 1.0, self.confidence)
        return np.asarray(expit(centre - reach)), np.asarray(expit(centre + reach))

    @property
    def _parameters(self) -> Floats:
        ends = logit(np.clip([self.bottom.value, self.top.value], LEAST, 1.0 - LEAST))
        return np.array([*ends, self.log10_ec50, np.log(self.hill)])

    @staticmethod
    def _at(concentration: ArrayLike, parameters: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            x = np.log10(np.asarray(concentration, float))
        bottom, top = (float(one) for one in expit(parameters[:2]))
        return sigmoid(bottom, top, float(parameters[2]), float(np.exp(parameters[3])), x)


def fit_binomial_curve(
    concentration: ArrayLike,
    successes: ArrayLike,
    totals: ArrayLike,
    block: Sequence[str],
    *,
    hill: float | None = None,
    confidence: float = 0.95,
) -> BinomialCurve:
    """Fit a sigmoid with overdispersion and a shift of each block.

    Parameters
    ----------
    concentration : array, shape (n,)
        0 or more; 0 is a unit without drug.
    successes, totals : array, shape (n,)
        Of each block and concentration.
    block : sequence of str, length n
        Independent repeats (cultures).
    hill : float, optional
        Fixed slope; default: estimated.
    confidence : float

    Returns
    -------
    BinomialCurve

    Raises
    ------
    InputError
        If there are fewer than four concentrations above 0, or no degrees of freedom are left.

    Notes
    -----
    The proportion of a block is shifted on the logit: logit p = logit(curve) + shift. Counts are
    weighted by 1 / (1 + (n - 1) rho) [Williams 1982, doi:10.2307/2347977], with rho from Pearson's
    statistic. Limits are those of Student's t with the standard error of the jackknife over blocks
    [Tukey 1958, doi:10.1214/aoms/1177706647]: n is the number of blocks, and they hold where the
    EC50 or the ends themselves differ between blocks, as profile limits do not. Those of the EC50
    are at least as wide as its profile, cut where the weighted deviance has risen by F(1, df)
    [McCullagh & Nelder 1989, Generalized Linear Models, section 9.2]: alone the jackknife covers 89
    to 97 % and the profile 92 to 97 %, both together 96 to 99 % (benchmarks/neurites_tests.py).
    """
    data = curve_counts(concentration, successes, totals, block, hill)
    df = data.y.size - data.parameters
    theta, weight, rho = fit_with_dispersion(data, df)
    best = deviance_of(data, theta, weight)
    most = best + float(fdtri(1, df, confidence))
    edge = float(logit(1.0 - LEAST))
    low, high = profile_limits(data, theta, weight, most, 2, data.ec50_range)
    profile = (
        low if low > data.ec50_range[0] else float("-inf"),
        high if high < data.ec50_range[1] else float("inf"),
    )
    others = _without_each_block(data, theta, weight)
    if len(others):
        reach = _jackknife_se(others) * t_quantile(len(others) - 1.0, confidence)
        centre = np.array([*theta[:3], np.log(data.split(theta)[3])])
        limits = np.array([centre - reach, centre + reach])
        ends = (profile[0], profile[1])
        # The wider of both on each side: the jackknife misses what few blocks do not show, the
        # profile what blocks differ in beside their shifts.
        middle = (min(float(limits[0, 2]), ends[0]), max(float(limits[1, 2]), ends[1]))
        slopes = tuple(float(one) for one in np.exp(limits[:, 3]))
        sides = [tuple(float(one) for one in expit(limits[:, k])) for k in (0, 1)]
    else:
        middle = profile
        sides = [
            tuple(
                float(expit(one))
                for one in profile_limits(data, theta, weight, most, k, (-edge, edge))
            )
            for k in (0, 1)
        ]
        slopes = _slope_limits(data, theta, weight, most)
    bottom, top, log10_ec50, slope, shifts = data.split(theta)
    flat, spare = flat_deviance(data, weight)
    return BinomialCurve(
        bottom=ProportionEstimate(bottom, *_ends(sides[0])),
        top=ProportionEstimate(top, *_ends(sides[1])),
        log10_ec50=log10_ec50,
        log10_ec50_low=middle[0],
        log10_ec50_high=middle[1],
        log10_ec50_profile=profile,
        hill=slope,
        hill_low=slopes[0],
        hill_high=slopes[1],
        hill_fixed=hill is not None,
        limits_from="blocks" if len(others) else "profile",
        shifts=shifts,
        without_block=others,
        correlation=rho,
        df=df,
        deviance=best,
        improvement_p=float(fdtrc(spare - df, df, max(flat - best, 0.0) / (spare - df))),
        confidence=confidence,
    )


def _slope_limits(
    data: CurveCounts, theta: Floats, weight: Floats, most: float
) -> tuple[float, float]:
    if data.hill is not None:
        return data.hill, data.hill
    ends = (float(np.log(HILL_RANGE[0])), float(np.log(HILL_RANGE[1])))
    low, high = profile_limits(data, theta, weight, most, 3, ends)
    return float(np.exp(low)), float(np.exp(high))


def _without_each_block(data: CurveCounts, theta: Floats, weight: Floats) -> Floats:
    """Logits of the ends, log10 EC50 and ln slope without each block; no rows for fewer than three
    blocks, or where a concentration series is left without enough counts.
    """
    if data.blocks < 3:
        return np.empty((0, 4))
    rows = []
    shared = 3 if data.hill is not None else 4
    for k in range(data.blocks):
        keep = data.block != k
        index = np.unique(data.block[keep], return_inverse=True)[1]
        part = replace(
            data,
            x=data.x[keep],
            y=data.y[keep],
            n=data.n[keep],
            block=index,
            blocks=data.blocks - 1,
        )
        if part.y.size <= part.parameters or np.unique(part.x[np.isfinite(part.x)]).size < 4:
            return np.empty((0, 4))
        start = np.concatenate([theta[:shared], np.zeros(part.blocks - 1)])
        fitted, _ = least_deviance(part, weight[keep], [start])
        rows.append([*fitted[:3], np.log(part.split(fitted)[3])])
    return np.array(rows)


def _jackknife_se(without: Floats) -> Floats:
    """Standard error over blocks from the estimates without each of them."""
    n = len(without)
    spread = without - without.mean(axis=0)
    return np.asarray(np.sqrt((n - 1.0) / n * (spread**2).sum(axis=0)))


def _ends(limits: tuple[float, ...]) -> tuple[float, float]:
    low, high = limits
    return 0.0 if low <= 1.001 * LEAST else low, 1.0 if high >= 1.0 - 1.001 * LEAST else high
