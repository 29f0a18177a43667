"""Repeated measures of groups of subjects at the same times: tests of groups, times and of
whether the courses of the groups differ.

`compare_courses` takes the analysis of variance with the correction of Greenhouse & Geisser where
every subject was read at every time, and a mixed model where readings are missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from tricyclic.errors import InputError
from tricyclic.stats.mixed_model import DegreesOfFreedom, Errors, MixedModelFit, fit_mixed_model
from tricyclic.stats.statistics import TestResult

Floats = NDArray[np.float64]
Method = Literal["anova", "mixed"]


@dataclass(frozen=True)
class CourseTests:
    """Tests of time courses of two groups or more.

    Attributes
    ----------
    method : {"anova", "mixed"}
    groups, times, interaction : TestResult
        Of the groups over all times, of the times over all groups (each group counts the same),
        and of courses that differ between groups.
    epsilon : float
        Of Greenhouse & Geisser, which the degrees of freedom of `times` and `interaction` are
        multiplied by; nan for a mixed model.
    subjects, readings, missing : int
        `missing` counts the readings that subjects lack.
    model : MixedModelFit or None
    """

    method: Method
    groups: TestResult
    times: TestResult
    interaction: TestResult
    epsilon: float
    subjects: int
    readings: int
    missing: int
    model: MixedModelFit | None = None


def compare_courses(
    values: ArrayLike,
    group: ArrayLike,
    times: ArrayLike,
    *,
    method: Method | Literal["auto"] = "auto",
    errors: Errors = "serial",
    degrees_of_freedom: DegreesOfFreedom = "kenward-roger",
) -> CourseTests:
    """Test time courses of groups of subjects.

    Parameters
    ----------
    values : array, shape (subjects, times)
        nan where a reading is missing.
    group : array, shape (subjects,)
        Equal entries belong to one group; two groups or more with two subjects or more each.
    times : array, shape (times,)
        Increasing, any unit; two or more.
    method : {"auto", "anova", "mixed"}
        auto: anova where no reading is missing.
    errors : {"serial", "independent"}
        Of the readings of a subject in the mixed model.
    degrees_of_freedom : {"kenward-roger", "satterthwaite"}
        Of the mixed model.

    Returns
    -------
    CourseTests

    Raises
    ------
    InputError
        If a group has fewer than two subjects, a time has no reading in a group, or the analysis
        of variance is chosen although readings are missing.
    """
    y = np.asarray(values, float)
    names, index = np.unique(np.asarray(group).reshape(-1), return_inverse=True)
    at = np.asarray(times, float).reshape(-1)
    present = np.isfinite(y)
    kept = present.any(axis=1)
    y, index, present = y[kept], index[kept], present[kept]
    counts = np.bincount(index, minlength=names.size)
    if names.size < 2 or counts.min() < 2 or at.size < 2:
        raise InputError(
            f"{names.size} groups with {int(counts.min()) if counts.size else 0} subjects or more "
            f"at {at.size} times",
            allowed="Time courses are compared for two groups or more of two subjects or more, at "
            "two times or more",
        )
    complete = bool(present.all())
    if method == "anova" and not complete:
        raise InputError(
            f"{int((~present).sum())} readings are missing",
            allowed="The analysis of variance of repeated measures needs every reading",
            do="Use the mixed model",
        )
    if method == "anova" or (method == "auto" and complete):
        return _anova(y, index)
    return _mixed(y, index, at, present, errors, degrees_of_freedom)


def greenhouse_geisser(covariance: ArrayLike) -> float:
    """Epsilon of Greenhouse & Geisser 1959 (doi:10.1007/BF02289823), from 1/(k-1) to 1.

    Parameters
    ----------
    covariance : array, shape (k, k)
        Of the readings of a subject at k times.
    """
    contrasts = _orthonormal(np.asarray(covariance, float).shape[0])
    inner = contrasts @ np.asarray(covariance, float) @ contrasts.T
    trace = float(np.trace(inner))
    return trace**2 / (inner.shape[0] * float((inner * inner).sum())) if trace > 0 else 1.0


def _orthonormal(k: int) -> Floats:
    """Orthonormal contrasts among k times, shape (k - 1, k) (Helmert)."""
    rows = np.zeros((k - 1, k))
    for row in range(k - 1):
        rows[row, : row + 1] = 1.0
        rows[row, row + 1] = -(row + 1.0)
        rows[row] /= np.sqrt((row + 1.0) * (row + 2.0))
    return rows


def _differences(k: int) -> Floats:
    """Each of k but the first, less the first."""
    return np.hstack([-np.ones((k - 1, 1)), np.eye(k - 1)])


def _anova(y: Floats, index: NDArray[np.intp]) -> CourseTests:
    n, k = y.shape
    g = int(index.max()) + 1
    cells = np.eye(g)[index]
    gram = np.linalg.inv(cells.T @ cells)
    means = gram @ cells.T @ y
    residual = y - cells @ means
    df = n - g
    covariance = residual.T @ residual / df
    contrasts = _orthonormal(k)
    within = float(np.trace(contrasts @ covariance @ contrasts.T)) * df

    def hypothesis(rows: Floats, columns: Floats) -> float:
        effect = rows @ means @ columns.T
        return float(np.trace(effect.T @ np.linalg.solve(rows @ gram @ rows.T, effect)))

    level = np.full((1, k), 1.0 / np.sqrt(k))
    between_groups = hypothesis(_differences(g), level)
    error = float((level @ covariance @ level.T)[0, 0])
    epsilon = greenhouse_geisser(covariance)
    mean_of_groups = np.full((1, g), 1.0 / g)
    error_df = float(df * (k - 1))

    def corrected(square: float, count: float) -> TestResult:
        # Readings without scatter leave nothing to test against.
        f = square / count / (within / error_df) if within > 0 else float("nan")
        dfs = (epsilon * count, epsilon * error_df)
        return TestResult(f, dfs, float(fdtrc(*dfs, f)))

    f = between_groups / (g - 1) / error if error > 0 else float("nan")
    return CourseTests(
        "anova",
        TestResult(f, (g - 1.0, float(df)), float(fdtrc(g - 1, df, f))),
        corrected(hypothesis(mean_of_groups, contrasts), k - 1.0),
        corrected(hypothesis(_differences(g), contrasts), (g - 1.0) * (k - 1.0)),
        epsilon,
        n,
        n * k,
        0,
    )


def _mixed(
    y: Floats,
    index: NDArray[np.intp],
    times: Floats,
    present: NDArray[np.bool_],
    errors: Errors,
    degrees_of_freedom: DegreesOfFreedom,
) -> CourseTests:
    g, k = int(index.max()) + 1, times.size
    subject, column = np.nonzero(present)
    cell = index[subject] * k + column
    counts = np.bincount(cell, minlength=g * k)
    if not counts.all():
        empty = int(np.flatnonzero(counts == 0)[0]) % k
        raise InputError(
            f"at time {times[empty]:g} a group has no reading",
            allowed="Time courses are compared at times at which every group was read",
            do="Leave this time out",
        )
    fit = fit_mixed_model(y[present], np.eye(g * k)[cell], subject, times[column], errors=errors)
    over_groups, over_times = np.full((1, g), 1.0 / g), np.full((1, k), 1.0 / k)

    def tested(of_groups: Floats, of_times: Floats) -> TestResult:
        rows = np.asarray(np.kron(of_groups, of_times), float)
        return fit.test(rows, method=degrees_of_freedom)

    readings = int(present.sum())
    return CourseTests(
        "mixed",
        groups=tested(_differences(g), over_times),
        times=tested(over_groups, _differences(k)),
        interaction=tested(_differences(g), _differences(k)),
        epsilon=float("nan"),
        subjects=y.shape[0],
        readings=readings,
        missing=y.size - readings,
        model=fit,
    )
