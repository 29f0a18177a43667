"""Profile limits of the parameters of a fit, each confirmed by a search from several starts.

Where slope or plateau are barely determined, the profile of a parameter has several valleys and
bent ridges. A search that only follows the last point then ends too high, and the limit is too
close. Here every limit is searched again from the points of the whole space, and every point that
was met inside the criterion, for whichever parameter, counts for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.curves._guesses import whole_space
from tricyclic.fitting.problem import FitProblem
from tricyclic.fitting.search import WeightedSearch
from tricyclic.numerics.least_squares import LeastSquaresResult, least_squares
from tricyclic.numerics.profile_likelihood import ProfileLimit, profile_limit

# Starts that a thorough search takes to their minimum.
STARTS = 3
# Distance, in sizes of a parameter, up to which the profile of one without a bound is searched.
FARTHEST = 1e6
# Tolerances of a minimum on a profile: for its value, and to distinguish valleys.
FINE, COARSE = 1e-10, 1e-5
# Nodes of the whole space that are kept as points inside the criterion.
NODES = 400
# Lower optima that may be met on the way before the limits are left out.
MAX_OPTIMA = 6
# Rounds over all parameters, each with the points that the others have met.
ROUNDS = 3
# Residuals below this share of the largest reading are errors of computing, not of measurement.
ROUNDING = 1e-9


def profile_limits(
    search: WeightedSearch, optimum: LeastSquaresResult, wanted: Sequence[int], confidence: float
) -> tuple[dict[int, tuple[float, float]], LeastSquaresResult]:
    """Profile limits of the wanted parameters, and the optimum that they belong to.

    A lower optimum that is met on the way replaces the first one.

    Parameters
    ----------
    search : WeightedSearch
    optimum : LeastSquaresResult
    wanted : sequence of int
        Positions among the free parameters.
    confidence : float
    """
    limits: dict[int, tuple[float, float]] = {}
    if not wanted:
        return limits, optimum
    for _ in range(MAX_OPTIMA):
        profiles = ProfileSearch(search, optimum, confidence)
        limits = profiles.limits(wanted)
        if profiles.better is None:
            break
        optimum = search.reweight(profiles.better)
    return limits, optimum


def lies_on_curve(problem: FitProblem, x: np.ndarray) -> bool:
    """Whether all readings lie on the curve within the errors of computing: there is no scatter
    from which limits could be estimated.

    Parameters
    ----------
    problem : FitProblem
    x : array, shape (free parameters,)
    """
    largest = float(np.abs(problem.y).max(initial=0.0))
    residuals = problem.y - problem.expected(x[None, :])[0]
    return bool(np.abs(residuals).max(initial=0.0) <= ROUNDING * largest)


def degenerate_limits(
    search: WeightedSearch, optimum: LeastSquaresResult, wanted: Sequence[int]
) -> dict[int, tuple[float, float]]:
    """Limits of readings without scatter: the value itself, or open where the readings do not
    depend on it.
    """
    variance = np.diag(search.covariance(optimum))
    return {
        i: (float(optimum.x[i]), float(optimum.x[i]))
        if np.isfinite(variance[i])
        else (-np.inf, np.inf)
        for i in wanted
    }


class ProfileSearch:
    """The profiles of all parameters about one optimum.

    Parameters
    ----------
    search : WeightedSearch
        The problem with its present weights.
    optimum : LeastSquaresResult
    confidence : float

    Attributes
    ----------
    better : LeastSquaresResult or None
        A lower optimum that was met on the way.
    """

    def __init__(
        self, search: WeightedSearch, optimum: LeastSquaresResult, confidence: float
    ) -> None:
        self.search, self.problem, self.optimum = search, search.problem, optimum
        self.critical = search.critical(confidence)
        self.scale = search.scale_at(optimum)
        self.allowed = optimum.rss + self.critical**2 * self.scale
        self.better: LeastSquaresResult | None = None
        self.covariance = search.covariance(optimum)
        # A fixed parameter is compensated by the others beyond their own bounds of the search.
        self.low, self.high = self.problem.wide_bounds
        # Full vectors of parameters whose residual sum lies within the criterion.
        self.inside: list[np.ndarray] = [optimum.x]
        self._spread_over_space()

    def limits(self, wanted: Sequence[int]) -> dict[int, tuple[float, float]]:
        """Both limits of the wanted parameters, infinite where a side is open.

        Where `better` is set afterwards, they belong to no optimum.
        """
        ends: dict[tuple[int, float], ProfileLimit] = {}
        for _ in range(ROUNDS):
            refuted = [
                (i, direction)
                for i in wanted
                for direction in (-1.0, 1.0)
                if (i, direction) not in ends or self._refuted(i, direction, ends[i, direction])
            ]
            if not refuted:
                break
            for i, direction in refuted:
                limit = self._limit(i, direction)
                if self.better is not None:
                    return {}
                ends[i, direction] = limit
        return {i: (self._end(ends[i, -1.0], -1.0), self._end(ends[i, 1.0], 1.0)) for i in wanted}

    def _end(self, limit: ProfileLimit, direction: float) -> float:
        return limit.value if limit.closed else direction * np.inf

    def _refuted(self, i: int, direction: float, limit: ProfileLimit) -> bool:
        """Whether a point inside the criterion lies beyond a limit."""
        if not limit.closed:
            return False
        return self._beyond(i, direction, limit.value) is not None

    def _limit(self, i: int, direction: float) -> ProfileLimit:
        """One limit of parameter i."""
        p, x, cov = self.problem, self.optimum.x, self.covariance
        size = max(abs(x[i]), self.search.typical[i])
        others = np.arange(x.size) != i
        known = np.isfinite(cov[i, i]) and cov[i, i] > 0
        slope = np.zeros(int(others.sum()))
        if known:
            slope = np.where(np.isfinite(cov[others, i]), cov[others, i], 0.0) / cov[i, i]
        step = self.critical * (float(np.sqrt(cov[i, i])) if known else 0.1 * size)
        bound = float(p.high[i] if direction > 0 else p.low[i])
        if not np.isfinite(bound):
            bound = x[i] + direction * FARTHEST * size
        if direction * (bound - x[i]) <= 1e-9 * self.search.typical[i]:
            return ProfileLimit(direction * np.inf, False)

        def inside_bounds(value: float, at: np.ndarray) -> bool:
            full = np.empty(x.size)
            full[i], full[others] = value, at
            return bool(np.all(full >= p.low) and np.all(full <= p.high))

        def beyond(value: float) -> tuple[float, np.ndarray] | None:
            point = self._beyond(i, direction, value)
            return None if point is None else (float(point[i]), point[others])

        limit = profile_limit(
            lambda value, starts: self._minimum(i, value, list(starts), FINE, 1),
            float(x[i]),
            x[others],
            slope,
            self.optimum.rss,
            self.scale,
            self.critical,
            direction * min(step, abs(bound - x[i])),
            bound,
            thorough=lambda value, starts: self._thorough(i, value, starts),
            beyond=beyond,
            possible=inside_bounds,
        )
        if limit.better is not None:
            lower = np.empty(x.size)
            lower[i], lower[others] = limit.better
            self.better = LeastSquaresResult(lower, 0.0, True)
        return limit

    def _beyond(self, i: int, direction: float, value: float) -> np.ndarray | None:
        """The point inside the criterion that lies farthest beyond a value of parameter i."""
        farthest = max(self.inside, key=lambda point: direction * point[i])
        margin = 1e-3 * abs(value - self.optimum.x[i]) + 1e-9 * self.search.typical[i]
        return farthest if direction * (farthest[i] - value) > margin else None

    def _thorough(self, i: int, value: float, given: np.ndarray) -> tuple[float, np.ndarray]:
        """The profile from given starts, the optimum, known points, and the first guesses."""
        others = np.arange(self.optimum.x.size) != i
        nearest = sorted(self.inside, key=lambda point: abs(point[i] - value))[:2]
        starts = [*given, *(point[others] for point in (self.optimum.x, *nearest))]
        if others.any():
            fixed = self.problem.with_fixed(self.problem.free[i].name, value)
            with whole_space():
                starts += fixed.starts(None)
        return self._minimum(i, value, starts, COARSE, STARTS)

    def _minimum(
        self, i: int, value: float, starts: Sequence[np.ndarray], tolerance: float, most: int
    ) -> tuple[float, np.ndarray]:
        """Least residual sum at a value of parameter i from the best starts, `most` at most."""
        search, p = self.search, self.problem
        others = np.arange(self.optimum.x.size) != i

        def expected(x: np.ndarray) -> np.ndarray:
            full = np.empty((x.shape[0], others.size))
            full[:, i] = value
            full[:, others] = x
            return p.expected(full)

        low, high = self.low[others], self.high[others]
        tried = np.clip(np.array(starts), low, high)
        if len(tried) > 1:
            tried = _different(tried, self._sums(expected(tried)))[:most]
        best, at = np.inf, tried[0]
        for one in tried:
            end = least_squares(
                expected,
                p.y,
                search.weight,
                one,
                low,
                high,
                search.typical[others],
                tolerance=tolerance,
                in_box=True,
            )
            if end.rss < best:
                best, at = end.rss, end.x
        if best < self.allowed:
            full = np.empty(others.size)
            full[i], full[others] = value, at
            self.inside.append(full)
        return best, at

    def _sums(self, expected: np.ndarray) -> np.ndarray:
        sums = np.sum(self.search.weight * (expected - self.problem.y) ** 2, axis=1)
        return np.where(np.isfinite(sums), sums, np.inf)

    def _spread_over_space(self) -> None:
        """Keep the nodes of the whole space that lie within the criterion."""
        if len(self.problem.parts) > 1 or self.optimum.x.size < 2:
            return
        with whole_space(NODES):
            nodes = np.array(self.problem.starts(None))
        sums = self._sums(self.problem.expected(nodes))
        self.inside += list(nodes[sums < self.allowed])


def _different(points: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Points in the order of their residual sums, without those that repeat another."""
    order = np.argsort(sums, kind="stable")
    kept = [order[0]]
    for j in order[1:]:
        if sums[j] > sums[kept[-1]] * (1 + 1e-9):
            kept.append(j)
    return points[kept]
