"""Profile-likelihood limits of a quantity that is calculated from the parameters of a fit.

An EC90, a half-life, a span, a ratio: the limits are those that a fit with the quantity as a
parameter would give, whether or not the curve can be written in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.estimate import Fit
from tricyclic.curves._guesses import whole_space
from tricyclic.errors import InputError
from tricyclic.fitting.deviance import DevianceProblem
from tricyclic.fitting.problem import FitPart, FitProblem
from tricyclic.numerics.least_squares import jacobian, least_squares

Quantity = Callable[[Mapping[str, np.ndarray]], np.ndarray]

# Weights of the quantity against the readings, in inverse variances of it: large, so that a search
# ends near the value that it aims at; the next one where the profile is hollow at the limit, and a
# weaker pull leaps over it.
PULLS = (1e2, 1e4, 1e6)
# Steps away from the estimate, each twice the last, and refinements of a limit.
DOUBLINGS, REFINEMENTS = 40, 45
# Relative tolerance of the root of the rise of the residual sum at a limit.
TOLERANCE = 1e-6
# The same where the aims have met: there the sum is known no better.
COARSE_TOLERANCE = 1e-3
# Points of the whole space that are examined for valleys beyond a limit, and how often.
NODES, ROUNDS = 400, 3
# Part of the distance to a limit by which a point inside the criterion lies beyond it.
MARGIN = 1e-3
PROFILE, DELTA = "profile likelihood", "delta method"
# First step, relative to the quantity, where it has no standard error.
FIRST_STEP = 0.1


@dataclass(frozen=True)
class DerivedEstimate:
    """A quantity with its standard error (delta method) and its profile limits.

    A limit is -inf or inf where that side is open; all are nan where the parameters give none.
    `se` is nan where the quantity depends on a parameter without standard error.
    Where the search of a profile limit did not converge, `method` is "delta method", and both
    limits are of first order.
    """

    value: float
    se: float
    low: float
    high: float
    confidence: float
    method: str = PROFILE


def derived_estimate(
    fit: Fit,
    parts: Sequence[FitPart],
    quantity: Quantity,
    *,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    confidence: float | None = None,
) -> DerivedEstimate:
    """Estimate a quantity from a fit, with limits.

    Parameters
    ----------
    fit : Fit
        A fit that succeeded.
    parts : sequence of FitPart
        What was fitted.
    quantity : callable
        `quantity(values)` with all parameters by name, each of shape (k,) or a float, gives the
        quantity, shape (k,); nan where the parameters give none.
    bounds : (float, float)
        Beyond these a limit is open, as that of a half-way dose three decades beyond the doses.
    confidence : float, optional
        By default that of the fit.

    Returns
    -------
    DerivedEstimate

    Raises
    ------
    InputError
        If the fit failed, or the confidence is out of range.

    Notes
    -----
    The readings are fitted again with the quantity drawn towards a value by one more squared
    residual. Where that search ends, the residual sum is the least one for the quantity reached
    there, so that each search gives an exact point of the profile; the value is moved until the sum
    has risen by the criterion of the fit. Other definitions of the limits of a function of
    parameters: Venzon & Moolgavkar 1988, doi:10.2307/2347496.
    """
    if not fit.ok:
        raise InputError(f"the fit failed: {fit.message}", do="Use a fit that succeeded")
    level = fit.confidence if confidence is None else confidence
    if not 0.5 <= level < 1:
        raise InputError(
            f"is {level:g}",
            where="confidence",
            allowed="It lies between 0.5 and 1, such as 0.95",
        )
    with np.errstate(all="ignore"):
        profile = _Profile(fit, parts, quantity, level)
        value = profile.value
        if not math.isfinite(value):
            return DerivedEstimate(value, math.nan, math.nan, math.nan, level)
        ends = [profile.limit(direction, bounds) for direction in (-1.0, 1.0)]
    se = profile.se if profile.has_curvature else math.nan
    if any(math.isnan(end) for end in ends):
        reach = profile.critical * se
        return DerivedEstimate(value, se, value - reach, value + reach, level, DELTA)
    return DerivedEstimate(value, se, ends[0], ends[1], level)


class _Profile:
    def __init__(
        self, fit: Fit, parts: Sequence[FitPart], quantity: Quantity, confidence: float
    ) -> None:
        from scipy.special import ndtri, stdtrit

        self.problem = _problem(fit, parts)
        known = len(self.problem.free) > 0
        self.best = np.array([fit[slot.name].value for slot in self.problem.free])
        self.quantity = quantity
        quasi = fit.variance.startswith("quasi")
        tail = 0.5 + 0.5 * confidence
        if isinstance(self.problem, DevianceProblem):
            scale = max(fit.dispersion, 1.0) if quasi else 1.0
            self.weight = np.full(self.problem.y.size, 1.0 / scale)
        else:
            sd = np.concatenate([np.asarray(part.sd) for part in fit.parts])
            least = 1e-12 * float(np.abs(self.problem.y).max(initial=0.0)) + 1e-300
            self.weight = 1.0 / np.maximum(sd, least) ** 2
        is_exact = isinstance(self.problem, DevianceProblem) and not quasi
        self.critical = float(ndtri(tail) if is_exact else stdtrit(fit.df, tail))
        self.typical = np.maximum(np.abs(self.best), 1e-3)
        self.least = self._sum(self.best)
        self.value = float(self._of(self.best[None, :])[0])
        self.pull = PULLS[0]
        self.nodes: np.ndarray | None = None
        self.se, self.has_curvature = math.nan, True
        if known and math.isfinite(self.value):
            slopes = jacobian(lambda x: self._of(x)[:, None], self.best, self.typical)[0]
            order = [[one.name for one in fit.free].index(slot.name) for slot in self.problem.free]
            cov = fit.covariance[np.ix_(order, order)]
            used = slopes != 0
            # The step of the search needs a size also where it is no standard error to print.
            self.has_curvature = not any(
                math.isnan(fit[slot.name].se)
                for slot, is_used in zip(self.problem.free, used, strict=True)
                if is_used
            )
            variance = slopes[used] @ cov[np.ix_(used, used)] @ slopes[used]
            self.se = float(np.sqrt(variance)) if variance >= 0 else math.nan

    def limit(self, direction: float, bounds: tuple[float, float]) -> float:
        """One limit of the quantity; infinite where it is open, nan where it was not found."""
        has_se = math.isfinite(self.se) and self.se > 0
        if not self.best.size or self.se == 0:
            return self.value
        step = self.critical * self.se if has_se else FIRST_STEP * max(abs(self.value), 1e-3)
        bound = bounds[1] if direction > 0 else bounds[0]
        if direction * (bound - self.value) <= 0:
            return direction * math.inf
        start, end = self.best, math.nan
        for _ in range(ROUNDS):
            reached = self._limit_from(start, direction, step, bound)
            if math.isnan(reached) and start is not self.best:
                # The valley beyond has no limit of its own, and extends at least to here.
                return float(self._of(start[None, :])[0])
            end = reached
            beyond = self._beyond(direction, end, bound)
            if beyond is None:
                break
            start = beyond
        return end

    def _limit_from(self, start: np.ndarray, direction: float, step: float, bound: float) -> float:
        """A limit beyond a point inside the criterion; nan where no pull gives one."""
        for self.pull in PULLS:
            end = self._crossing(start, direction, step, bound)
            if not math.isnan(end):
                return end
        return math.nan

    def _beyond(self, direction: float, end: float, bound: float) -> np.ndarray | None:
        """The point of the whole space, inside the criterion, that lies farthest beyond a limit."""
        if not math.isfinite(end):
            return None
        margin = MARGIN * abs(end - self.value)
        inside = self._nodes_inside()
        if not len(inside):
            return None
        ahead = direction * (self._of(inside) - end)
        ahead[~np.isfinite(ahead)] = -math.inf
        far = int(np.argmax(ahead))
        return inside[far] if ahead[far] > margin else None

    def _nodes_inside(self) -> np.ndarray:
        """Points of the whole space whose residual sum lies within the criterion, (k, free)."""
        if self.nodes is None:
            nodes = np.empty((0, self.best.size))
            if len(self.problem.parts) == 1 and self.best.size > 1:
                with whole_space(NODES):
                    nodes = np.array(self.problem.starts(None))
                residual = self.problem.y - self.problem.expected(nodes)
                sums = residual**2 @ self.weight
                nodes = nodes[sums < self.least + self.critical**2]
            self.nodes = nodes
        return self.nodes

    def _crossing(self, start: np.ndarray, direction: float, step: float, bound: float) -> float:
        """Where the root of the rise is critical, from a point inside the criterion outwards."""
        first = float(self._of(start[None, :])[0])
        rise = max(self._sum(start) - self.least, 0.0)
        inside, outside = (first, math.sqrt(rise)), None
        aim, at = first, start
        for _ in range(DOUBLINGS):
            aim += direction * step
            step *= 2.0
            reached, root, at = self._point(aim, at, step)
            if root >= self.critical:
                outside = (aim, root)
                break
            if direction * (reached - bound) > 0 or not math.isfinite(reached):
                break
            inside = (aim, root)
        if outside is None:
            return direction * math.inf
        reached = self._refined(inside, outside, at)
        return direction * math.inf if direction * (reached - bound) > 0 else reached

    def _refined(
        self, inside: tuple[float, float], outside: tuple[float, float], at: np.ndarray
    ) -> float:
        """The quantity where the root of the rise is critical, between two aims (Illinois); nan
        where the rise leaps over it.
        """
        (a, f_a), (b, f_b) = inside, outside
        f_a, f_b = f_a - self.critical, f_b - self.critical
        reached, f, span = math.nan, math.inf, abs(b - a)
        for _ in range(REFINEMENTS):
            aim = b - f_b * (b - a) / (f_b - f_a)
            reached, root, at = self._point(aim, at, span)
            f = root - self.critical
            if abs(f) <= TOLERANCE * self.critical:
                return reached
            if abs(b - a) <= 1e-12 * abs(b):
                break
            if f * f_b < 0:
                a, f_a = b, f_b
            else:
                f_a /= 2.0
            b, f_b = aim, f
        return reached if abs(f) <= COARSE_TOLERANCE * self.critical else math.nan

    def _point(self, aim: float, at: np.ndarray, step: float) -> tuple[float, float, np.ndarray]:
        """A point of the profile near a value: the quantity, the root of the rise, the parameters.

        Searched from the last point and from the optimum; the lower of the two ends counts.
        """
        size = self.se if math.isfinite(self.se) and self.se > 0 else abs(step)
        pull = self.pull / size**2
        y = np.append(self.problem.y, aim)
        weight = np.append(self.weight, pull)

        def expected(x: np.ndarray) -> np.ndarray:
            return np.column_stack([self.problem.expected(x), self._of(x)])

        low, high = self.problem.low, self.problem.high
        ends = [
            least_squares(expected, y, weight, start, low, high, self.typical, in_box=True)
            for start in (at, self.best)
        ]
        best = min(ends, key=lambda end: end.rss if math.isfinite(end.rss) else math.inf).x
        rise = max(self._sum(best) - self.least, 0.0)
        return float(self._of(best[None, :])[0]), math.sqrt(rise), best

    def _sum(self, x: np.ndarray) -> float:
        residual = self.problem.y - self.problem.expected(x[None, :])[0]
        return float(self.weight @ residual**2)

    def _of(self, x: np.ndarray) -> np.ndarray:
        values: dict[str, np.ndarray] = {
            slot.name: np.full(x.shape[0], slot.fixed)
            for slot in self.problem.slots
            if slot.fixed is not None
        }
        values |= {slot.name: x[:, i] for i, slot in enumerate(self.problem.free)}
        return np.broadcast_to(np.asarray(self.quantity(values), float), (x.shape[0],))


def _problem(fit: Fit, parts: Sequence[FitPart]) -> FitProblem:
    """The problem of a fit, with what it fixed fixed and its directions as they were."""
    fixed = {one.name: one.value for one in fit.parameters if one.fixed}
    free = [one.name for one in fit.free]
    signs = {
        part.name_of("hill"): float(np.sign(fit[part.name_of("hill")].value))
        for part in parts
        if part.model.sigmoid
    }
    if math.isfinite(fit.deviance):
        family = "binomial" if fit.variance.endswith("binomial") else "poisson"
        return DevianceProblem(parts, fixed, free, signs, family=family)
    return FitProblem(parts, fixed, free, signs)
