"""The optimum of a problem under a variance model, and the profile limits of its parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.fitting.problem import FitProblem
from tricyclic.fitting.variance_model import VarianceModel
from tricyclic.numerics.least_squares import LeastSquaresResult, covariance, jacobian, least_squares
from tricyclic.stats.variance import counting_variance, power_of_mean, proportional_cv

# Rounds of curve and variance before they are taken as they are.
MAX_REWEIGHTING = 25
# Rounds after which not only the parameters but also the curve or the weights may show that nothing
# changes: the share of the standard deviation of each reading by which the curve may still move,
# and that of each weight, whose estimate is no more precise, where it moves no less than before.
ROUNDS_BY_PARAMETERS = 5
SAME_CURVE, SAME_WEIGHT = 1e-6, 5e-3
# Share of the best residual sum by which other starts may end higher and still agree with it.
AGREEMENT = 1e-5
# Share of the best residual sum up to which a further start is searched: the nodes of a grid are as
# near to their minimum as that.
PROMISING = 1.5
# Coefficient of variation from which the estimate of the pipetting error starts.
FIRST_CV = 0.05
# Power of the expected reading from which the estimate of the power starts.
FIRST_POWER = 0.5


class WeightedSearch:
    """A problem under a variance model, with the present weights of its readings."""

    def __init__(self, problem: FitProblem, model: VarianceModel) -> None:
        self.problem, self.model = problem, model
        self.variance, self.counts = model.name, model.counts
        groups = int(problem.scatter.max()) + 1
        self.cv = np.full(groups, FIRST_CV if self.variance == "counting" else 0.0)
        self.power_is_estimated = model.of_mean and bool(np.isnan(model.power))
        self.power = FIRST_POWER if self.power_is_estimated else model.power
        self.slope = np.concatenate(
            [_or_zero(part.series.counting_slope, part.series.n) for part in problem.parts]
        )
        self.offset = np.concatenate(
            [_or_zero(part.series.counting_offset, part.series.n) for part in problem.parts]
        )
        self.sd = np.ones(groups)
        self.typical = np.ones(len(problem.free))
        self.weight = 1.0 / self._variance(self._replicate_means())

    @property
    def scatter_parameters(self) -> int:
        """Parameters of the scatter that are estimated."""
        if self.variance == "poisson":
            return 0
        return self.sd.size + self.power_is_estimated

    def best_of(
        self, starts: Sequence[np.ndarray], further: Sequence[np.ndarray] = ()
    ) -> tuple[LeastSquaresResult, int, int]:
        """The best optimum over the starts, how many ended there, and how many were tried.

        Parameters
        ----------
        starts : sequence of array, shape (p,)
        further : sequence of array, shape (p,)
            Starts that are searched where they are nearly as good as the best optimum before them,
            and count only where they end lower.
        """
        optima = []
        for start in starts:
            self.typical = np.maximum(np.abs(start), 1e-3)
            optima.append((self._minimum_from(start, 1e-9), self.typical))
        best, size = min(optima, key=lambda one: one[0].rss if np.isfinite(one[0].rss) else np.inf)
        for start in further:
            if not self._sum_at(start) <= PROMISING * best.rss:
                continue
            self.typical = np.maximum(np.abs(start), 1e-3)
            other = self._minimum_from(start, 1e-9)
            if other.rss < best.rss * (1 - AGREEMENT):
                best, size = other, self.typical
                optima.append((best, size))
        near = best.rss * (1 + AGREEMENT) + 1e-12 * float(self.weight @ self.problem.y**2)
        self.typical = np.maximum(np.abs(best.x), size)
        return best, sum(one.rss <= near for one, _ in optima), len(optima)

    def reweight(self, optimum: LeastSquaresResult) -> LeastSquaresResult:
        """Alternate between the curve and the variance that it implies until neither changes.

        Where the readings do not determine a parameter, it may go on changing while curve and
        weights do not; these then decide.
        """
        if self.variance == "constant" and self.sd.size == 1:
            return self._along_ridge(self._minimum_from(optimum.x))
        moved = np.inf
        for rounds in range(1, MAX_REWEIGHTING + 1):
            scatter = self.cv.copy(), self.sd.copy(), self.power, self.weight
            self._estimate_scatter(optimum)
            moved_before, moved = moved, float(np.max(np.abs(self.weight / scatter[-1] - 1.0)))
            if rounds > ROUNDS_BY_PARAMETERS and moved_before <= moved <= SAME_WEIGHT:
                # The optimum is that of the scatter before.
                self.cv, self.sd, self.power, self.weight = scatter
                break
            before, optimum = optimum, self._minimum_from(optimum.x, warm=rounds > 1)
            change = np.abs(optimum.x - before.x)
            if np.all(change <= 1e-7 * np.maximum(np.abs(before.x), self.typical)):
                break
            if rounds >= ROUNDS_BY_PARAMETERS and self._same_curve(before, optimum):
                break
        return self._along_ridge(optimum)

    def _along_ridge(self, optimum: LeastSquaresResult) -> LeastSquaresResult:
        """The optimum, or the lower end of the ridge on which the search for it stopped.

        A ridge often ends on a bound, which only a search in the box reaches.
        """
        if optimum.converged:
            return optimum
        p = self.problem
        end = least_squares(
            p.expected, p.y, self.weight, optimum.x, p.low, p.high, self.typical, in_box=True
        )
        return end if end.rss <= optimum.rss else optimum

    def _same_curve(self, one: LeastSquaresResult, other: LeastSquaresResult) -> bool:
        """Whether two optima expect the same readings, compared with the scatter of each."""
        expected = self.problem.expected(np.array([one.x, other.x]))
        moved = np.abs(expected[1] - expected[0]) * np.sqrt(self.weight)
        return bool(np.max(moved) <= SAME_CURVE * np.sqrt(self.scale(other.rss)))

    def scale(self, rss: float) -> float:
        """Variance of a reading of weight one."""
        df = self.problem.y.size - len(self.problem.free)
        estimated = rss / df
        # No reading is more precise than its counts.
        return max(estimated, 1.0) if self.counts else estimated

    def scale_at(self, optimum: LeastSquaresResult) -> float:
        """Variance of a reading of weight one, at an optimum."""
        return self.scale(optimum.rss)

    def critical(self, confidence: float) -> float:
        """Standard errors within which a limit of this confidence would lie on a straight curve."""
        from scipy.special import stdtrit

        df = self.problem.y.size - len(self.problem.free)
        return float(stdtrit(df, 0.5 + 0.5 * confidence))

    def reading_variance(self, optimum: LeastSquaresResult) -> np.ndarray:
        """Variance of each reading at an optimum, shape (n,)."""
        return np.asarray((1.0 / self.weight) * self.scale(optimum.rss))

    def log_likelihood(self, optimum: LeastSquaresResult) -> float:
        """Log-likelihood at an optimum.

        Where the scatter is estimated, at its maximum-likelihood value rss / n.
        """
        expected = self.problem.expected(optimum.x[None, :])[0]
        likely = 1.0 if self.counts else optimum.rss / self.problem.y.size
        spread = 1.0 / self.weight
        return -0.5 * float(
            np.sum(
                np.log(2 * np.pi * spread * likely)
                + (self.problem.y - expected) ** 2 / (spread * likely)
            )
        )

    def covariance(self, optimum: LeastSquaresResult, held: np.ndarray | None = None) -> np.ndarray:
        """Covariance of the free parameters; 0 for those at a bound, and for those `held` at their
        values, shape (p,) of bool.
        """
        p = self.problem
        inside = ~self.on_bound(optimum)
        if held is not None:
            inside &= ~held
        slopes = jacobian(p.expected, optimum.x, self.typical, fine=True)
        cov = np.zeros((optimum.x.size, optimum.x.size))
        cov[np.ix_(inside, inside)] = covariance(slopes[:, inside], self.weight) * self.scale(
            optimum.rss
        )
        return cov

    def on_bound(self, optimum: LeastSquaresResult) -> np.ndarray:
        """Which free parameters are at a bound, shape (p,)."""
        p = self.problem
        near = 1e-6 * np.maximum(np.abs(optimum.x), self.typical)
        return np.asarray((optimum.x - p.low <= near) | (p.high - optimum.x <= near))

    def _minimum_from(
        self, start: np.ndarray, tolerance: float = 1e-12, *, warm: bool = False
    ) -> LeastSquaresResult:
        p = self.problem
        return least_squares(
            p.expected,
            p.y,
            self.weight,
            start,
            p.low,
            p.high,
            self.typical,
            tolerance=tolerance,
            warm=warm,
        )

    def _sum_at(self, x: np.ndarray) -> float:
        residual = self.problem.y - self.problem.expected(x[None, :])[0]
        return float(self.weight @ residual**2)

    def _estimate_scatter(self, optimum: LeastSquaresResult) -> None:
        """Set the scatter of each group, and the weights, from the residuals at an optimum."""
        p = self.problem
        expected = p.expected(optimum.x[None, :])[0]
        residual = p.y - expected
        if self.power_is_estimated:
            self.power = power_of_mean(
                residual * np.sqrt(p.weight),
                self._size(expected),
                jacobian(p.expected, optimum.x, self.typical) * np.sqrt(p.weight)[:, None],
                p.scatter,
            )
        gradient = (
            jacobian(p.expected, optimum.x, self.typical) if self.variance == "counting" else None
        )
        for group in range(self.sd.size):
            own = p.scatter == group
            if gradient is not None:
                self.cv[group] = proportional_cv(
                    residual[own], expected[own], self.slope[own], self.offset[own], gradient[own]
                )
            elif not self.counts and self.sd.size > 1:
                unit = residual[own] * np.sqrt(p.weight[own])
                if self.model.of_mean:
                    unit = unit / self._size(expected)[own] ** self.power
                # Each group loses its share of the degrees of freedom that the curve takes.
                df = max(unit.size * (1.0 - len(p.free) / p.y.size), 1.0)
                self.sd[group] = np.sqrt(max(float(unit @ unit) / df, 1e-300))
        self.weight = 1.0 / self._variance(expected)

    def _replicate_means(self) -> np.ndarray:
        """Expected readings before there is a curve: the means of their replicates."""
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
        own = sd**2
        if self.variance == "proportional":
            own = (sd * self._size(expected)) ** 2
        elif self.model.of_mean:
            own = (sd * self._size(expected) ** self.power) ** 2
        return np.asarray(own / self.problem.weight)

    def _size(self, expected: np.ndarray) -> np.ndarray:
        """Absolute expected readings, at least a thousandth of the largest of their group, so that
        no reading near 0 gets all the weight.
        """
        size = np.abs(expected)
        for group in range(self.sd.size):
            own = self.problem.scatter == group
            size[own] = np.maximum(size[own], 1e-3 * size[own].max(initial=0.0) + 1e-300)
        return np.asarray(size)


def _or_zero(values: np.ndarray | None, n: int) -> np.ndarray:
    return np.zeros(n) if values is None else values
