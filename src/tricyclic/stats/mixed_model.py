"""Linear mixed model of repeated readings: one random level per subject, and readings that are
independent or serially correlated.

Fitted by restricted maximum likelihood; tests of the fixed effects by Kenward & Roger or by
Satterthwaite, which hold for few subjects and for readings that are missing. Arrays in, frozen
results out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from tricyclic.errors import InputError
from tricyclic.stats.restricted_likelihood import (
    OVER_READINGS,
    Pattern,
    Solution,
    correlation_curvature,
    correlation_slope,
    patterns_of,
    rss_slopes,
    search,
)
from tricyclic.stats.statistics import MeanEstimate, TestResult, with_t_interval

Errors = Literal["independent", "serial"]
DegreesOfFreedom = Literal["kenward-roger", "satterthwaite"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MixedModelFit:
    """Fixed effects and variances of a mixed model.

    Attributes
    ----------
    coefficients : array, shape (p,)
    covariance : array, shape (p, p)
        Of the coefficients, not adjusted for the estimated variances.
    variance_between, variance_within : float
        Between subjects; of a reading about its subject's course.
    correlation : float
        Between readings one `unit_time` apart; 0 for independent errors.
    unit_time : float
        Shortest time between two readings of a subject.
    log_likelihood : float
        Restricted, of these columns of the fixed effects.
    """

    coefficients: Floats
    covariance: Floats
    variance_between: float
    variance_within: float
    correlation: float
    unit_time: float
    log_likelihood: float
    errors: Errors
    subjects: int
    readings: int
    _patterns: tuple[Pattern, ...]

    def contrast(
        self,
        weights: ArrayLike,
        *,
        method: DegreesOfFreedom = "kenward-roger",
        confidence: float = 0.95,
    ) -> MeanEstimate:
        """A weighted sum of the coefficients with its t interval and test against 0.

        Parameters
        ----------
        weights : array, shape (p,)
        method : {"kenward-roger", "satterthwaite"}
        confidence : float
        """
        row = np.asarray(weights, float).reshape(-1)
        tested = self.test(row[None, :], method=method)
        spread = self.covariance if method == "satterthwaite" else self._adjusted
        se = float(np.sqrt(row @ spread @ row))
        return with_t_interval(float(row @ self.coefficients), se, tested.df[1], confidence)

    def test(
        self, contrasts: ArrayLike, *, method: DegreesOfFreedom = "kenward-roger"
    ) -> TestResult:
        """F test that several weighted sums of the coefficients are 0.

        Parameters
        ----------
        contrasts : array, shape (l, p)
            Independent rows.
        method : {"kenward-roger", "satterthwaite"}

        Returns
        -------
        TestResult
            F, its two degrees of freedom, p.

        References
        ----------
        Kenward & Roger 1997, doi:10.2307/2533558; for several rows by Satterthwaite's rule, the
        rows are made independent and their degrees of freedom matched as in lmerTest [Kuznetsova
        et al. 2017, doi:10.18637/jss.v082.i13].
        """
        rows = np.atleast_2d(np.asarray(contrasts, float))
        effect = rows @ self.coefficients
        if method == "satterthwaite":
            return self._satterthwaite(rows, effect)
        count = float(rows.shape[0])
        plain = rows.T @ np.linalg.solve(rows @ self.covariance @ rows.T, rows)
        turned = [plain @ self.covariance @ p @ self.covariance for p in self._slopes]
        a1 = a2 = 0.0
        for i, first in enumerate(turned):
            for j, second in enumerate(turned):
                weight = self._variance_covariance[i, j]
                a1 += weight * float(np.trace(first) * np.trace(second))
                a2 += weight * float((first * second.T).sum())
        denominator, scale = _kenward_roger_denominator(a1, a2, count)
        f = scale / count * float(effect @ np.linalg.solve(rows @ self._adjusted @ rows.T, effect))
        return TestResult(f, (count, denominator), float(fdtrc(count, denominator, f)))

    def _satterthwaite(self, rows: Floats, effect: Floats) -> TestResult:
        values, vectors = np.linalg.eigh(rows @ self.covariance @ rows.T)
        turned = vectors.T @ rows
        squares = (vectors.T @ effect) ** 2 / values
        dfs = []
        for row, variance in zip(turned, values, strict=True):
            turned_row = row @ self.covariance
            slope = np.array([-turned_row @ p @ turned_row for p in self._slopes])
            dfs.append(2.0 * variance**2 / float(slope @ self._observed_covariance @ slope))
        count = float(len(dfs))
        f = float(squares.sum()) / count
        excess = sum(df / (df - 2.0) for df in dfs if df > 2.0)
        if count == 1.0:
            denominator = dfs[0]
        else:
            denominator = 2.0 * excess / (excess - count) if excess > count else 2.0
        return TestResult(f, (count, denominator), float(fdtrc(count, denominator, f)))

    @cached_property
    def _derivatives(self) -> _Derivatives:
        return _derivatives(self)

    @property
    def _slopes(self) -> list[Floats]:
        return self._derivatives.first

    @property
    def _variance_covariance(self) -> Floats:
        return self._derivatives.expected

    @cached_property
    def _observed_covariance(self) -> Floats:
        return _observed_covariance(self)

    @cached_property
    def _adjusted(self) -> Floats:
        """Covariance of the coefficients, adjusted for the estimated variances."""
        d, phi = self._derivatives, self.covariance
        middle = np.zeros_like(phi)
        for i, p_i in enumerate(d.first):
            for j, p_j in enumerate(d.first):
                change = d.second[i][j] - p_i @ phi @ p_j - 0.25 * d.curvature[i][j]
                middle += d.expected[i, j] * change
        adjusted = phi + 2.0 * phi @ middle @ phi
        return np.asarray((adjusted + adjusted.T) / 2.0)


@dataclass(frozen=True)
class _Derivatives:
    """Per variance parameter: X'V^-1 V_i V^-1 X with its sign (`first`), X'V^-1 V_i V^-1 V_j V^-1 X
    (`second`), X'V^-1 V_ij V^-1 X (`curvature`), and the covariance of the parameters from their
    expected information.
    """

    first: list[Floats]
    second: list[list[Floats]]
    curvature: list[list[Floats]]
    expected: Floats


def fit_mixed_model(
    values: ArrayLike,
    effects: ArrayLike,
    subject: ArrayLike,
    time: ArrayLike,
    *,
    errors: Errors = "independent",
) -> MixedModelFit:
    """Fit a mixed model with a random level per subject by restricted maximum likelihood.

    Parameters
    ----------
    values : array, shape (n,)
        Readings; one that is missing has no row.
    effects : array, shape (n, p)
        Columns of the fixed effects, independent of one another.
    subject : array, shape (n,)
        Equal entries belong to one subject.
    time : array, shape (n,)
        Of the reading, in any unit; each time once per subject.
    errors : {"independent", "serial"}
        serial: readings of a subject correlate the more the closer they are in time,
        correlation^(gap / shortest gap).

    Returns
    -------
    MixedModelFit

    Raises
    ------
    InputError
        If the columns are not independent, there are no readings to spare, or a time occurs twice
        for a subject.
    """
    y, x = np.asarray(values, float).reshape(-1), np.asarray(effects, float)
    t = np.asarray(time, float).reshape(-1)
    names, index = np.unique(np.asarray(subject).reshape(-1), return_inverse=True)
    n, p = x.shape
    if not (np.isfinite(y).all() and np.isfinite(x).all() and np.isfinite(t).all()):
        raise InputError("a reading is not a number", do="Leave out readings that are missing")
    if np.linalg.matrix_rank(x) < p or n - p < 2 or names.size < 2:
        raise InputError(
            f"{n} readings of {names.size} subjects for {p} fixed effects",
            allowed="A mixed model needs two subjects, independent effects and more readings than "
            "effects",
        )
    patterns, unit = patterns_of(y, x, index, t)
    ratio, correlation = search(patterns, n - p, errors == "serial")
    at = Solution.at(patterns, ratio, correlation, n - p)
    return MixedModelFit(
        coefficients=at.coefficients,
        covariance=at.within * at.inverse,
        variance_between=ratio * at.within,
        variance_within=at.within,
        correlation=correlation,
        unit_time=unit,
        log_likelihood=-0.5 * at.deviance,
        errors=errors,
        subjects=int(names.size),
        readings=n,
        _patterns=patterns,
    )


def _parameter_changes(fit: MixedModelFit, gaps: Floats) -> tuple[list[Floats], list[list[Floats]]]:
    """First and second derivatives of the covariance of a subject's readings by the variances
    between and within subjects and, for serial errors, the correlation.
    """
    zero = np.zeros_like(gaps)
    first = [np.ones_like(gaps), fit.correlation**gaps]
    second = [[zero, zero], [zero, zero]]
    if fit.errors == "serial":
        slope = correlation_slope(gaps, fit.correlation)
        first.append(fit.variance_within * slope)
        curved = fit.variance_within * correlation_curvature(gaps, fit.correlation)
        second = [[zero, zero, zero], [zero, zero, slope], [zero, slope, curved]]
    return first, second


def _derivatives(fit: MixedModelFit) -> _Derivatives:
    p = fit.coefficients.size
    k = 3 if fit.errors == "serial" else 2
    first = [np.zeros((p, p)) for _ in range(k)]
    second = [[np.zeros((p, p)) for _ in range(k)] for _ in range(k)]
    curvature = [[np.zeros((p, p)) for _ in range(k)] for _ in range(k)]
    traces = np.zeros((k, k))
    for pattern in fit._patterns:
        changes, bends = _parameter_changes(fit, pattern.gaps)
        covariance = fit.variance_between + fit.variance_within * fit.correlation**pattern.gaps
        inverse = np.linalg.inv(covariance)
        weighted = inverse @ pattern.x

        def sandwich(matrix: Floats, sides: Floats = weighted) -> Floats:
            return np.asarray(np.tensordot(sides, matrix @ sides, axes=OVER_READINGS))

        for i in range(k):
            first[i] -= sandwich(changes[i])
            for j in range(k):
                second[i][j] += sandwich(changes[i] @ inverse @ changes[j])
                curvature[i][j] += sandwich(bends[i][j])
                product = float(((inverse @ changes[i]) * (inverse @ changes[j]).T).sum())
                traces[i, j] += pattern.y.shape[0] * product
    phi = fit.covariance
    information = np.array(
        [
            [
                0.5
                * (
                    traces[i, j]
                    - 2.0 * float((phi * second[i][j].T).sum())
                    + float(((phi @ first[i]) * (phi @ first[j]).T).sum())
                )
                for j in range(k)
            ]
            for i in range(k)
        ]
    )
    return _Derivatives(first, second, curvature, _inverse_information(information))


def _inverse_information(information: Floats) -> Floats:
    """Inverse of an information matrix; a direction without information has no variance here.

    The matrix is scaled first, because variances may differ by orders of magnitude.
    """
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    scaled = information / np.outer(scale, scale)
    return np.asarray(np.linalg.pinv(scaled, rcond=1e-9, hermitian=True) / np.outer(scale, scale))


def _observed_covariance(fit: MixedModelFit) -> Floats:
    """Covariance of the variance parameters from the curvature of the restricted likelihood.

    A variance between subjects of 0 is taken as known.
    """
    df = fit.readings - fit.coefficients.size
    point = np.array([fit.variance_between, fit.variance_within, fit.correlation])
    free = [k for k in range(3 if fit.errors == "serial" else 2) if k != 0 or point[0] > 0]

    def gradient(at: Floats) -> Floats:
        between, within, correlation = (float(v) for v in at)
        solution = Solution.at(fit._patterns, between / within, correlation, df)
        # Deviance not profiled: df log s2 + rss / s2 + log|H| + log|X'H^-1X|, ratio = between / s2.
        rss = solution.within * df
        by_ratio, by_correlation = solution.gradient
        # The gradient of the profiled deviance holds the rss over the profiled variance.
        ratio_rss, correlation_rss = rss_slopes(fit._patterns, between / within, correlation, df)
        by_ratio += ratio_rss * (1.0 / within - 1.0 / solution.within)
        by_correlation += correlation_rss * (1.0 / within - 1.0 / solution.within)
        by_within = df / within - rss / within**2 - by_ratio * between / within**2
        return np.array([by_ratio / within, by_within, by_correlation])

    hessian = np.zeros((len(free), len(free)))
    for row, k in enumerate(free):
        step = 1e-4 * (point[k] if k < 2 else 1.0)
        above, below = point.copy(), point.copy()
        above[k] += step
        below[k] -= step
        change = (gradient(above) - gradient(below)) / (2.0 * step)
        hessian[row] = change[free]
    size = 3 if fit.errors == "serial" else 2
    full = np.zeros((size, size))
    full[np.ix_(free, free)] = 2.0 * np.linalg.inv((hessian + hessian.T) / 2.0)
    return full


def _kenward_roger_denominator(a1: float, a2: float, count: float) -> tuple[float, float]:
    """Denominator degrees of freedom of F, and the factor that F is multiplied by."""
    if a2 <= 0.0:
        return float("inf"), 1.0
    b = (a1 + 6.0 * a2) / (2.0 * count)
    g = ((count + 1.0) * a1 - (count + 4.0) * a2) / ((count + 2.0) * a2)
    below = 3.0 * count + 2.0 * (1.0 - g)
    c1, c2, c3 = g / below, (count - g) / below, (count + 2.0 - g) / below
    v0, v1, v2 = 1.0 + c1 * b, 1.0 - c2 * b, 1.0 - c3 * b
    share = 1.0 - a2 / count
    if abs(v0) < 1e-10:
        v0 = 0.0
    squared = 1.0 if abs(share) < 1e-12 and abs(v1) < 1e-12 else share / v1
    rho = squared**2 * v0 / (v2 * count)
    df = 4.0 + (count + 2.0) / (count * rho - 1.0)
    return df, df * share / (df - 2.0)
