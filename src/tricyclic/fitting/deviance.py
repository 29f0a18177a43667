"""Poisson and binomial readings by their exact likelihood, as least squares of deviance residuals.

The deviance is twice the log-likelihood below that of a curve through every reading. Written as a
sum of squares, one term for each reading, it has the same search, profiles and limits as the
residuals of a normal distribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tricyclic.core.estimate import Fit
from tricyclic.fitting.problem import FitPart, FitProblem
from tricyclic.fitting.search import WeightedSearch
from tricyclic.fitting.variance_model import VarianceModel
from tricyclic.numerics.least_squares import LeastSquaresResult, covariance, jacobian

# Expected shares and counts this close to their ends count as at them.
END = 1e-12
# Rise of a deviance residual, in its own unit, of an expected share or count outside its range.
STEEP = 1e3
# Least variance of a count: that of half a count.
LEAST = 0.25


def deviance_residuals(
    observed: np.ndarray, expected: np.ndarray, trials: np.ndarray | None
) -> np.ndarray:
    """Signed square roots of the terms of the deviance, the shape of `expected`.

    Parameters
    ----------
    observed : array, shape (n,)
        Counts, or shares of the trials that responded.
    expected : array, shape (n,) or (k, n)
        Their expectation; outside its range the residual rises steeply.
    trials : array, shape (n,), or None
        Binomial with these trials; Poisson for None.

    Notes
    -----
    McCullagh & Nelder 1989, Generalized Linear Models, section 2.3.
    """
    if trials is None:
        size = float(max(np.max(observed, initial=0.0), 1.0))
        mean = np.maximum(expected, END * size)
        half = _times_log(observed, observed / mean) - (observed - mean)
        outside = np.minimum(expected, 0.0) / size
    else:
        mean = np.clip(expected, END, 1.0 - END)
        half = trials * (
            _times_log(observed, observed / mean)
            + _times_log(1.0 - observed, (1.0 - observed) / (1.0 - mean))
        )
        outside = np.minimum(expected, 0.0) + np.maximum(expected - 1.0, 0.0)
    signed = np.sign(observed - mean) * np.sqrt(2.0 * np.maximum(half, 0.0))
    return np.asarray(signed - STEEP * outside)


def count_band(
    fit: Fit, middle: np.ndarray, sd: np.ndarray, confidence: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Confidence band of expected shares or counts, within their range.

    Parameters
    ----------
    fit : Fit
        With a deviance.
    middle, sd : array, shape (n,)
        Expected readings and their standard errors.
    confidence : float, optional
        By default that of the fit.
    """
    from scipy.special import expit, logit, ndtri, stdtrit

    tail = 0.5 + 0.5 * (fit.confidence if confidence is None else confidence)
    quasi = fit.variance.startswith("quasi")
    reach = float(stdtrit(fit.df, tail) if quasi else ndtri(tail)) * sd
    if fit.variance.endswith("binomial"):
        inside = np.clip(middle, END, 1.0 - END)
        own = reach / (inside * (1.0 - inside))
        low, high = expit(logit(inside) - own), expit(logit(inside) + own)
    else:
        inside = np.maximum(middle, END)
        low, high = inside * np.exp(-reach / inside), inside * np.exp(reach / inside)
    # Where a share or a count is fixed at the end of its range, it has no error.
    return np.where(sd > 0, low, middle), np.where(sd > 0, high, middle)


def _times_log(share: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """share * log(ratio), 0 where the share is 0."""
    return np.asarray(share * np.log(np.where(ratio > 0, ratio, 1.0)))


class DevianceProblem(FitProblem):
    """A fit problem in which the readings are 0 and the expected readings are minus the deviance
    residuals, so that the residual sum of squares is the deviance.

    Parameters
    ----------
    parts, fixed, free, signs
        As in `FitProblem`.
    family : {"poisson", "binomial"}
        Levels, which are parameters in the unit of the readings, stay within its range.
    """

    def __init__(
        self,
        parts: Sequence[FitPart],
        fixed: Mapping[str, float],
        free: Sequence[str],
        signs: Mapping[str, float] | None = None,
        *,
        family: str,
    ) -> None:
        super().__init__(
            parts, fixed, free, signs, levels=(0.0, 1.0 if family == "binomial" else np.inf)
        )
        self.observed, self.y = self.y, np.zeros_like(self.y)
        self.trials = (
            np.concatenate([np.asarray(part.series.trials) for part in parts])
            if family == "binomial"
            else None
        )

    def expected(self, x: np.ndarray) -> np.ndarray:
        """Minus the deviance residuals, shape (k, n)."""
        return -deviance_residuals(self.observed, self.mean(x), self.trials)

    def variance(self, mean: np.ndarray) -> np.ndarray:
        """Variance of each reading with these expectations, shape (n,), never 0."""
        if self.trials is None:
            return np.asarray(np.maximum(mean, LEAST))
        spread = self.trials * mean * (1.0 - mean)
        return np.asarray(np.maximum(spread, LEAST) / self.trials**2)


class DevianceSearch(WeightedSearch):
    """The optimum of a `DevianceProblem`: maximum likelihood."""

    problem: DevianceProblem

    def __init__(self, problem: DevianceProblem, model: VarianceModel) -> None:
        super().__init__(problem, model)
        self.weight = np.ones_like(problem.y)

    @property
    def scatter_parameters(self) -> int:
        """The dispersion, where it is estimated."""
        return 0 if self.model.scale_is_known else 1

    def reweight(self, optimum: LeastSquaresResult) -> LeastSquaresResult:
        """The optimum itself, with strict tolerance: the likelihood has no weights to adapt."""
        return self._along_ridge(self._minimum_from(optimum.x))

    def pearson(self, optimum: LeastSquaresResult) -> float:
        """Sum of squared residuals over their variances."""
        mean = self.problem.mean(optimum.x[None, :])[0]
        return float(np.sum((self.problem.observed - mean) ** 2 / self.problem.variance(mean)))

    def dispersion(self, optimum: LeastSquaresResult) -> float:
        """Pearson's sum over its degrees of freedom: 1 where the distribution sets the scatter."""
        return self.pearson(optimum) / (self.problem.y.size - len(self.problem.free))

    def scale_at(self, optimum: LeastSquaresResult) -> float:
        """1, or the dispersion of quasi-likelihood, which is never below 1."""
        return 1.0 if self.model.scale_is_known else max(self.dispersion(optimum), 1.0)

    def critical(self, confidence: float) -> float:
        """Of the normal distribution where the scatter is known, else of t."""
        if not self.model.scale_is_known:
            return super().critical(confidence)
        from scipy.special import ndtri

        return float(ndtri(0.5 + 0.5 * confidence))

    def log_likelihood(self, optimum: LeastSquaresResult) -> float:
        """Exact log-likelihood of the counts."""
        from scipy.special import gammaln, xlog1py, xlogy

        mean = self.problem.mean(optimum.x[None, :])[0]
        y, trials = self.problem.observed, self.problem.trials
        if trials is None:
            mean = np.maximum(mean, END)
            return float(np.sum(xlogy(y, mean) - mean - gammaln(y + 1.0)))
        hits, share = np.round(y * trials), np.clip(mean, END, 1.0 - END)
        ways = gammaln(trials + 1.0) - gammaln(hits + 1.0) - gammaln(trials - hits + 1.0)
        return float(np.sum(ways + xlogy(hits, share) + xlog1py(trials - hits, -share)))

    def covariance(self, optimum: LeastSquaresResult, held: np.ndarray | None = None) -> np.ndarray:
        """Inverse of the expected information times the scale; 0 for a parameter at its bound, or
        held at its value.
        """
        p = self.problem
        inside = ~self.on_bound(optimum)
        if held is not None:
            inside &= ~held
        mean = p.mean(optimum.x[None, :])[0]
        slopes = jacobian(p.mean, optimum.x, self.typical, fine=True)
        cov = np.zeros((optimum.x.size, optimum.x.size))
        cov[np.ix_(inside, inside)] = covariance(
            slopes[:, inside], 1.0 / p.variance(mean)
        ) * self.scale_at(optimum)
        return cov

    def reading_variance(self, optimum: LeastSquaresResult) -> np.ndarray:
        """Variance of each reading, dispersion included."""
        mean = self.problem.mean(optimum.x[None, :])[0]
        return self.problem.variance(mean) * self.scale_at(optimum)
