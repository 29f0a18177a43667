"""Groups compared with one control: Student's t for one group, Dunnett for several, with or without
a covariate (analysis of covariance).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tricyclic.errors import InputError
from tricyclic.stats.statistics import MeanEstimate, t_probability, t_quantile, with_t_interval

Floats = NDArray[np.float64]

# Points of the numerical integral of Student's multivariate t, and the seed of its lattice.
MAX_POINTS = 20_000
SEED = 20_260


@dataclass(frozen=True)
class ControlComparison:
    """Differences of groups from one control.

    Attributes
    ----------
    names : tuple of str
        Of the groups compared.
    differences : tuple of MeanEstimate
        Group less control, with limits that hold for all groups together and p adjusted for them.
    unadjusted : tuple of float
        p of each difference alone.
    slope : MeanEstimate or None
        Of the covariate.
    residual_sd : float
        Standard deviation of a value within its group.
    """

    names: tuple[str, ...]
    differences: tuple[MeanEstimate, ...]
    unadjusted: tuple[float, ...]
    slope: MeanEstimate | None
    residual_sd: float


def compare_with_control(
    values: ArrayLike,
    group: Sequence[str],
    control: str,
    *,
    covariate: ArrayLike | None = None,
    confidence: float = 0.95,
) -> ControlComparison:
    """Compare every group with the control, assuming one scatter in all groups.

    Parameters
    ----------
    values : array, shape (n,)
        One per subject.
    group : sequence of str, length n
    control : str
        One of the groups.
    covariate : array, shape (n,), optional
        Taken into account with one slope for all groups (analysis of covariance).
    confidence : float
        Of all limits together.

    Returns
    -------
    ControlComparison
        Groups in the order in which they first occur.

    Raises
    ------
    InputError
        If there is no such control, no other group, or no values to spare for the scatter.

    Notes
    -----
    Single-step p values and limits from Student's multivariate t with the correlations of the
    differences [Dunnett 1955, doi:10.1080/01621459.1955.10501294; Hothorn et al. 2008,
    doi:10.1002/bimj.200810425]. One group against the control is Student's t.
    """
    y = np.asarray(values, float).reshape(-1)
    names = list(dict.fromkeys(group))
    if control not in names or len(names) < 2:
        raise InputError(
            f"group {control} among {', '.join(names) or 'none'}",
            allowed="The control is one of two groups or more",
        )
    others = [name for name in names if name != control]
    ordered = [control, *others]
    index = np.array([ordered.index(name) for name in group])
    columns = np.eye(len(ordered))[index]
    if covariate is not None:
        z = np.asarray(covariate, float).reshape(-1)
        columns = np.column_stack([columns, z - z.mean()])
    df = y.size - columns.shape[1]
    if df < 1 or np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise InputError(
            f"{y.size} values in {len(names)} groups",
            allowed="The scatter within groups needs more values than groups"
            + ("" if covariate is None else ", and a covariate that varies within them"),
        )
    gram = np.linalg.inv(columns.T @ columns)
    beta = gram @ columns.T @ y
    variance = float(((y - columns @ beta) ** 2).sum()) / df
    rows = np.zeros((len(others), columns.shape[1]))
    rows[:, 0] = -1.0
    rows[np.arange(len(others)), 1 + np.arange(len(others))] = 1.0
    differences, alone = many_to_one(
        rows @ beta, variance * rows @ gram @ rows.T, float(df), confidence=confidence
    )
    slope = None
    if covariate is not None:
        se = float(np.sqrt(variance * gram[-1, -1]))
        slope = with_t_interval(float(beta[-1]), se, float(df), confidence)
    return ControlComparison(tuple(others), differences, alone, slope, float(np.sqrt(variance)))


def many_to_one(
    estimates: ArrayLike, covariance: ArrayLike, df: float, *, confidence: float = 0.95
) -> tuple[tuple[MeanEstimate, ...], tuple[float, ...]]:
    """Correlated estimates with limits that hold together, and p adjusted for their number.

    Parameters
    ----------
    estimates : array, shape (k,)
    covariance : array, shape (k, k)
    df : float
        Degrees of freedom of the scatter that they share.
    confidence : float

    Returns
    -------
    tuple of MeanEstimate
        With adjusted p.
    tuple of float
        p of each alone.
    """
    value = np.asarray(estimates, float).reshape(-1)
    spread = np.asarray(covariance, float).reshape(value.size, value.size)
    se = np.sqrt(np.diag(spread))
    if not (se > 0).all():
        # Values without scatter leave nothing to test against.
        none = float("nan")
        return tuple(MeanEstimate(float(v), 0.0, df, none, none, none) for v in value), (
            (none,) * value.size
        )
    t = value / se
    alone = tuple(t_probability(float(one), df) for one in t)
    correlation = spread / np.outer(se, se)
    if value.size == 1:
        quantile, adjusted = t_quantile(df, confidence), list(alone)
    else:
        quantile = _simultaneous_quantile(correlation, df, confidence)
        # The integral has an error that exceeds small p; Bonferroni's is an upper bound of each.
        adjusted = [
            max(p, min(1.0, value.size * p, _exceeded(abs(float(one)), correlation, df)))
            for one, p in zip(t, alone, strict=True)
        ]
    bounded = tuple(
        MeanEstimate(float(v), float(s), df, float(v - quantile * s), float(v + quantile * s), p)
        for v, s, p in zip(value, se, adjusted, strict=True)
    )
    return bounded, alone


def _exceeded(t: float, correlation: Floats, df: float) -> float:
    """Probability that one of several correlated t exceeds t in size."""
    from scipy.stats import multivariate_t

    size = correlation.shape[0]
    inside = multivariate_t.cdf(
        np.full(size, t),
        shape=correlation,
        df=df,  # type: ignore[arg-type]  # any number above 0
        lower_limit=np.full(size, -t),
        maxpts=MAX_POINTS,
        random_state=SEED,
    )
    return 1.0 - float(inside)


def _simultaneous_quantile(correlation: Floats, df: float, confidence: float) -> float:
    from scipy.optimize import brentq

    low = t_quantile(df, confidence)
    # Bonferroni's is never below it.
    high = t_quantile(df, 1.0 - (1.0 - confidence) / correlation.shape[0])

    def excess(t: float) -> float:
        return _exceeded(t, correlation, df) - (1.0 - confidence)

    if excess(high) >= 0:
        return high
    return float(brentq(excess, low, high, xtol=1e-6))
