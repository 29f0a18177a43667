"""Counts against concentration with a sigmoid and shifts of blocks: deviance, search,
dispersion and profiles. The fit itself is `binomial_curve`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, least_squares
from scipy.special import expit, logit, xlogy

from tricyclic.errors import InputError

Floats = NDArray[np.float64]
# Proportions of the curve stay so far from 0 and 1, where the logit is infinite.
LEAST = 1e-6
HILL_RANGE = (0.2, 6.0)
# The EC50 is searched so many decades beyond the concentrations.
DECADES_BEYOND = 2.0
# Of the place of a profile limit, and evaluations for it.
TOLERANCE, MAX_STEPS = 1e-5, 40
_START_HILLS = (0.7, 1.0, 2.0)


@dataclass(frozen=True)
class CurveCounts:
    """Counts of a curve, and how its parameters are laid out.

    Attributes
    ----------
    x : array, shape (n,)
        log10 of the concentrations, -inf without drug.
    y, n : array, shape (n,)
        Successes and totals.
    block : array of int, shape (n,)
    blocks : int
    ec50_range : tuple of (float, float)
    hill : float or None
        Fixed slope.
    """

    x: Floats
    y: Floats
    n: Floats
    block: NDArray[np.intp]
    blocks: int
    ec50_range: tuple[float, float]
    hill: float | None

    @property
    def parameters(self) -> int:
        """Number of parameters."""
        return 3 + (self.hill is None) + self.blocks - 1

    def split(self, theta: Floats) -> tuple[float, float, float, float, Floats]:
        """Bottom, top, log10 EC50, Hill slope, shifts."""
        fixed = self.hill is not None
        hill = self.hill if self.hill is not None else float(np.exp(theta[3]))
        free = theta[3:] if fixed else theta[4:]
        shifts = np.append(free, -free.sum())
        bottom, top = (float(v) for v in expit(theta[:2]))
        return bottom, top, float(theta[2]), hill, shifts

    def expected(self, theta: Floats) -> Floats:
        """Proportion of each count."""
        bottom, top, middle, hill, shifts = self.split(theta)
        mean = np.clip(sigmoid(bottom, top, middle, hill, self.x), LEAST, 1.0 - LEAST)
        return np.asarray(expit(logit(mean) + shifts[self.block]))

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Least and largest value of each parameter."""
        edge = float(logit(1.0 - LEAST))
        low = [-edge, -edge, self.ec50_range[0]]
        high = [edge, edge, self.ec50_range[1]]
        if self.hill is None:
            low.append(float(np.log(HILL_RANGE[0])))
            high.append(float(np.log(HILL_RANGE[1])))
        spread = [6.0] * (self.blocks - 1)
        return np.array([*low, *(-s for s in spread)]), np.array([*high, *spread])


def curve_counts(
    concentration: ArrayLike,
    successes: ArrayLike,
    totals: ArrayLike,
    block: Sequence[str],
    hill: float | None,
) -> CurveCounts:
    """Counts of a curve, checked."""
    c, y, n = (np.asarray(one, float).reshape(-1) for one in (concentration, successes, totals))
    if not (c.size == y.size == n.size == len(block)):
        raise InputError(
            f"{c.size} concentrations, {y.size} counts, {n.size} totals, {len(block)} blocks",
            allowed="Each count has its concentration, total and block",
        )
    if not (np.isfinite(c) & (c >= 0) & (y >= 0) & (y <= n) & (n > 0)).all():
        raise InputError(
            "a count or concentration is not possible",
            allowed="Concentrations are 0 or more, and counts 0 up to their total",
        )
    above = np.unique(c[c > 0])
    if above.size < 4:
        raise InputError(
            f"{above.size} concentrations above 0", allowed="A curve needs four or more"
        )
    names = list(dict.fromkeys(block))
    with np.errstate(divide="ignore"):
        x = np.log10(c)
    span = (
        float(np.log10(above[0])) - DECADES_BEYOND,
        float(np.log10(above[-1])) + DECADES_BEYOND,
    )
    index = np.array([names.index(one) for one in block])
    data = CurveCounts(x, y, n, index, len(names), span, hill)
    if data.y.size <= data.parameters:
        raise InputError(
            f"{data.y.size} counts for {data.parameters} parameters",
            allowed="There are more counts than parameters",
        )
    return data


def sigmoid(bottom: float, top: float, middle: float, hill: float, x: Floats) -> Floats:
    """Proportion at log10 concentrations x."""
    return np.asarray(bottom + (top - bottom) * expit(hill * np.log(10.0) * (x - middle)))


def _signed_roots(data: CurveCounts, theta: Floats, weight: Floats) -> Floats:
    """Signed square roots of the weighted deviance of each count."""
    p = np.clip(data.expected(theta), 1e-12, 1.0 - 1e-12)
    mean = data.n * p
    others = data.n - data.y
    parts = xlogy(data.y, data.y / mean) + xlogy(others, others / (data.n - mean))
    return np.asarray(np.sign(data.y - mean) * np.sqrt(np.maximum(2.0 * weight * parts, 0.0)))


def deviance_of(data: CurveCounts, theta: Floats, weight: Floats) -> float:
    """Weighted deviance."""
    return float((_signed_roots(data, theta, weight) ** 2).sum())


def least_deviance(
    data: CurveCounts,
    weight: Floats,
    starts: Sequence[Floats],
    fixed: tuple[int, float] | None = None,
) -> tuple[Floats, float]:
    """Parameters of the least deviance from the best of some starts, one of them held if wanted."""
    low, high = data.bounds
    free = np.array([k for k in range(low.size) if fixed is None or k != fixed[0]])

    def full(part: Floats, start: Floats) -> Floats:
        theta = start.copy()
        theta[free] = part
        if fixed is not None:
            theta[fixed[0]] = fixed[1]
        return theta

    best: tuple[Floats, float] | None = None
    for start in starts:
        inside = np.clip(start, low + 1e-9, high - 1e-9)

        def roots(part: Floats, at: Floats = inside) -> Floats:
            return _signed_roots(data, full(part, at), weight)

        fitted = least_squares(
            roots,
            inside[free],
            bounds=(low[free], high[free]),
            x_scale="jac",
            ftol=1e-10,
            xtol=1e-10,
            max_nfev=200,
        )
        if best is None or 2.0 * fitted.cost < best[1]:
            best = full(fitted.x, inside), float(2.0 * fitted.cost)
    assert best is not None
    return best


def _starts(data: CurveCounts) -> list[Floats]:
    """Starts over the EC50 and the slope; ends from the lowest and highest concentrations."""
    level = (data.y + 0.5) / (data.n + 1.0)
    order = np.argsort(data.x, kind="stable")
    quarter = max(1, data.x.size // 4)
    ends = [float(level[order[:quarter]].mean()), float(level[order[-quarter:]].mean())]
    finite = data.x[np.isfinite(data.x)]
    middles = np.quantile(finite, (0.25, 0.5, 0.75))
    per_block = np.array([logit(level[data.block == k]).mean() for k in range(data.blocks)])
    shifts = (per_block - per_block.mean())[:-1]
    slopes: Sequence[float] = _START_HILLS if data.hill is None else (1.0,)
    return [
        np.array([*logit(ends), middle, *([np.log(slope)] if data.hill is None else []), *shifts])
        for middle in middles
        for slope in slopes
    ]


def fit_with_dispersion(data: CurveCounts, df: int) -> tuple[Floats, Floats, float]:
    """Parameters, weights and correlation for which Pearson's statistic equals df."""
    theta, _ = least_deviance(data, np.ones_like(data.y), _starts(data))
    rho, weight = 0.0, np.ones_like(data.y)
    for _ in range(20):
        p = np.clip(data.expected(theta), 1e-9, 1.0 - 1e-9)
        pearson = (data.y - data.n * p) ** 2 / (data.n * p * (1.0 - p))

        def excess(r: float, pearson: Floats = pearson) -> float:
            return float((pearson / (1.0 + (data.n - 1.0) * r)).sum()) - df

        if excess(0.0) <= 0:
            last, rho = rho, 0.0
        elif excess(0.999) >= 0:
            last, rho = rho, 0.999
        else:
            last, rho = rho, float(brentq(excess, 0.0, 0.999, xtol=1e-12))
        weight = 1.0 / (1.0 + (data.n - 1.0) * rho)
        theta, _ = least_deviance(data, weight, [theta])
        if abs(rho - last) <= 1e-6 * max(rho, 1e-6):
            break
    return theta, weight, rho


def profile_limits(
    data: CurveCounts,
    theta: Floats,
    weight: Floats,
    most: float,
    k: int,
    ends: tuple[float, float],
) -> tuple[float, float]:
    """Where the deviance, with the other parameters fitted anew, first reaches a value on each side
    of the estimate; an end where it does not.
    """

    def side(end: float) -> float:
        state = [theta]

        def excess(value: float) -> float:
            starts = [state[-1].copy(), theta.copy()]
            for start in starts:
                start[k] = value
            fitted, deviance = least_deviance(data, weight, starts, (k, value))
            state.append(fitted)
            return deviance - most

        return _first_crossing(excess, float(theta[k]), end)

    return side(ends[0]), side(ends[1])


def _first_crossing(excess: Callable[[float], float], start: float, end: float) -> float:
    """First zero on a widening grid from the start, where the excess is below 0, to an end."""
    step, inside, below = 0.05 * float(np.sign(end - start)), start, -1.0
    if step == 0:
        return end
    while inside != end:
        outside = inside + step
        if (end - outside) * step <= 0:
            outside = end
        above = excess(outside)
        if above > 0:
            return _between(excess, inside, below, outside, above)
        inside, below, step = outside, above, 1.5 * step
    return float(end)


def _between(
    excess: Callable[[float], float], inside: float, below: float, outside: float, above: float
) -> float:
    """Zero between two places of known excess, by false position (Illinois).

    The places are not evaluated again: a search from another start may end elsewhere.
    """
    for _ in range(MAX_STEPS):
        if abs(outside - inside) <= TOLERANCE:
            break
        at = (inside * above - outside * below) / (above - below)
        value = excess(at)
        if value > 0:
            outside, above, below = at, value, 0.5 * below
        else:
            inside, below, above = at, value, 0.5 * above
        if abs(value) <= 1e-7:
            return at
    return 0.5 * (inside + outside)


def flat_deviance(data: CurveCounts, weight: Floats) -> tuple[float, int]:
    """Deviance of one proportion in each block, and its degrees of freedom."""
    total = 0.0
    for k in range(data.blocks):
        own = data.block == k
        y, n, w = data.y[own], data.n[own], weight[own]
        p = float(np.clip((w * y).sum() / (w * n).sum(), 1e-12, 1.0 - 1e-12))
        parts = xlogy(y, y / (n * p)) + xlogy(n - y, (n - y) / (n - n * p))
        total += float(2.0 * (w * parts).sum())
    return total, data.y.size - data.blocks
