"""The optimum of a problem under a variance model, and how far each parameter may move from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.core.analysis_options import Variance
from tricyclic.fitting.problem import Problem
from tricyclic.numerics.least_squares import Optimum, covariance_of, jacobian, minimise
from tricyclic.numerics.profile_likelihood import profile_limit
from tricyclic.stats.variance import counting_variance, proportional_cv

_ROUNDS = 25


class Search:
    """A problem under a variance model, with the weights that its readings have at present."""

    def __init__(self, problem: Problem, variance: Variance) -> None:
        self.problem, self.variance = problem, variance
        self.counts = variance in ("poisson", "counting")
        groups = int(problem.scatter.max()) + 1
        self.cv = np.full(groups, 0.05 if variance == "counting" else 0.0)
        series = [part.series for part in problem.parts]
        zero = [np.zeros(s.n) for s in series]
        self.slope = np.concatenate(
            [
                z if s.counting_slope is None else s.counting_slope
                for s, z in zip(series, zero, strict=True)
            ]
        )
        self.offset = np.concatenate(
            [
                z if s.counting_offset is None else s.counting_offset
                for s, z in zip(series, zero, strict=True)
            ]
        )
        self.sd = np.ones(groups)
        self.typical = np.ones(len(problem.free))
        self.weight = 1.0 / self._variance(self._smoothed())

    def _smoothed(self) -> np.ndarray:
        # Before there is a curve, replicates stand for one another.
        out = self.problem.y.copy()
        for part, span in zip(self.problem.parts, self.problem.spans, strict=True):
            index = part.series.replicate_index()
            out[span] = (np.bincount(index, part.series.y) / np.bincount(index))[index]
            if not self.counts:
                spread = float(np.ptp(part.series.y))
                out[span] = np.maximum(np.abs(out[span]), 0.05 * spread)
        return out

    def _variance(self, expected: np.ndarray) -> np.ndarray:
        if self.counts:
            return counting_variance(
                expected, self.slope, self.offset, self.cv[self.problem.scatter]
            )
        sd = self.sd[self.problem.scatter]
        return np.asarray(
            sd**2 if self.variance == "constant" else (sd * self._size(expected)) ** 2
        )

    def _size(self, expected: np.ndarray) -> np.ndarray:
        # A proportional error never falls below a thousandth of the largest reading's.
        size = np.abs(expected)
        for group in range(self.sd.size):
            member = self.problem.scatter == group
            size[member] = np.maximum(size[member], 1e-3 * size[member].max(initial=0.0) + 1e-300)
        return np.asarray(size)

    def _minimise(self, start: np.ndarray, tolerance: float = 1e-12) -> Optimum:
        p = self.problem
        return minimise(
            p.expected, p.y, self.weight, start, p.low, p.high, self.typical, tolerance=tolerance
        )

    def best_of(self, starts: Sequence[np.ndarray]) -> tuple[Optimum, int, int]:
        """Best optimum over the starts, how many ended there, how many were tried."""
        ends = []
        for start in starts:
            self.typical = np.maximum(np.abs(start), 1e-3)
            ends.append((self._minimise(start, 1e-9), self.typical))
        best, size = min(ends, key=lambda end: end[0].rss if np.isfinite(end[0].rss) else np.inf)
        near = best.rss * (1 + 1e-5) + 1e-12 * float(self.weight @ self.problem.y**2)
        self.typical = np.maximum(np.abs(best.x), size)
        return best, sum(end.rss <= near for end, _ in ends), len(ends)

    def reweight(self, found: Optimum) -> Optimum:
        """Alternate between the curve and the variance it implies until neither moves."""
        if self.variance == "constant" and self.sd.size == 1:
            return self._minimise(found.x)
        for _ in range(_ROUNDS):
            self._estimate_scatter(found)
            before = found
            found = self._minimise(before.x)
            if np.all(
                np.abs(found.x - before.x) <= 1e-7 * np.maximum(np.abs(before.x), self.typical)
            ):
                break
        return found

    def _estimate_scatter(self, found: Optimum) -> None:
        p = self.problem
        expected = p.expected(found.x[None, :])[0]
        residual = p.y - expected
        gradient = (
            jacobian(p.expected, found.x, self.typical) if self.variance == "counting" else None
        )
        for group in range(self.sd.size):
            member = p.scatter == group
            if gradient is not None:
                self.cv[group] = proportional_cv(
                    residual[member],
                    expected[member],
                    self.slope[member],
                    self.offset[member],
                    gradient[member],
                )
            elif self.variance in ("constant", "proportional") and self.sd.size > 1:
                unit = (
                    residual[member]
                    if self.variance == "constant"
                    else residual[member] / self._size(expected)[member]
                )
                freedom = max(unit.size * (1.0 - len(p.free) / p.y.size), 1.0)
                self.sd[group] = np.sqrt(max(float(unit @ unit) / freedom, 1e-300))
        self.weight = 1.0 / self._variance(expected)

    def scale(self, rss: float) -> float:
        """Variance of a reading of weight one."""
        df = self.problem.y.size - len(self.problem.free)
        estimated = rss / df
        return max(estimated, 1.0) if self.counts else estimated

    def covariance(self, found: Optimum) -> np.ndarray:
        """Covariance of the free parameters; one that sits on its bound has none."""
        p = self.problem
        movable = ~self.on_bound(found)
        slopes = jacobian(p.expected, found.x, self.typical, fine=True)
        cov = np.zeros((found.x.size, found.x.size))
        cov[np.ix_(movable, movable)] = covariance_of(slopes[:, movable], self.weight) * self.scale(
            found.rss
        )
        return cov

    def on_bound(self, found: Optimum) -> np.ndarray:
        """Which free parameters sit on a bound, shape (p,)."""
        p = self.problem
        near = 1e-6 * np.maximum(np.abs(found.x), self.typical)
        return np.asarray((found.x - p.low <= near) | (p.high - found.x <= near))

    def limits(
        self, found: Optimum, wanted: Sequence[int], confidence: float
    ) -> tuple[dict[int, tuple[float, float]], Optimum]:
        """Profile limits of the wanted parameters; a lower optimum met on the way replaces the one found."""
        from scipy.special import stdtrit

        critical = float(
            stdtrit(self.problem.y.size - len(self.problem.free), 0.5 + 0.5 * confidence)
        )
        for _ in range(4):
            cov = self.covariance(found)
            limits: dict[int, tuple[float, float]] = {}
            better: Optimum | None = None
            for i in wanted:
                ends = []
                for direction in (-1.0, 1.0):
                    value, lower = self._limit(found, cov, i, direction, critical)
                    ends.append(value)
                    better = lower or better
                limits[i] = (ends[0], ends[1])
            if better is None:
                break
            found = self.reweight(better)
        return limits, found

    def _limit(
        self, found: Optimum, cov: np.ndarray, i: int, direction: float, critical: float
    ) -> tuple[float, Optimum | None]:
        p = self.problem
        others = np.arange(found.x.size) != i
        se = float(np.sqrt(cov[i, i])) if np.isfinite(cov[i, i]) and cov[i, i] > 0 else float("nan")
        slope = (
            np.where(np.isfinite(cov[others, i]), cov[others, i], 0.0) / cov[i, i]
            if se == se
            else np.zeros(int(others.sum()))
        )
        step = (
            direction * critical * (se if se == se else 0.1 * max(abs(found.x[i]), self.typical[i]))
        )
        bound = float(p.high[i] if direction > 0 else p.low[i])
        if not np.isfinite(bound):
            bound = found.x[i] + direction * 1e6 * max(abs(found.x[i]), self.typical[i])
        if direction * (bound - found.x[i]) <= 1e-9 * self.typical[i]:
            return direction * np.inf, None
        low, high, typical = p.low[others], p.high[others], self.typical[others]

        def profile(value: float, rest: np.ndarray) -> tuple[float, np.ndarray]:
            def held(x: np.ndarray) -> np.ndarray:
                full = np.empty((x.shape[0], found.x.size))
                full[:, i] = value
                full[:, others] = x
                return p.expected(full)

            end = minimise(
                held,
                p.y,
                self.weight,
                np.clip(rest, low, high),
                low,
                high,
                typical,
                tolerance=1e-10,
            )
            return end.rss, end.x

        limit = profile_limit(
            profile,
            float(found.x[i]),
            found.x[others],
            slope,
            found.rss,
            self.scale(found.rss),
            critical,
            step,
            bound,
        )
        if limit.better is None:
            return (limit.value if limit.closed else direction * np.inf), None
        value, rest = limit.better
        x = np.empty(found.x.size)
        x[i], x[others] = value, rest
        return direction * np.inf, Optimum(x, 0.0, True)
