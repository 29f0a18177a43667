"""Lack-of-fit test: deviation of a curve from its points beyond the scatter of replicates."""

from __future__ import annotations

import numpy as np

from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_number
from tricyclic.errors import InputError
from tricyclic.fitting.profiles import ROUNDING
from tricyclic.results.binding import GroupComparison
from tricyclic.stats.statistics import extra_sum_of_squares


def known_scatter(result: Fit) -> np.ndarray:
    """Standard deviation of each reading, at least the errors of computing, shape (n,).

    Readings exactly on their curve (tables of textbooks, simulations without noise) have no scatter
    to weight them by; their residuals are then errors of computing, which no test may take for a
    deviation.
    """
    least = [ROUNDING * float(np.abs(part.series.y).max()) for part in result.parts]
    sd = [np.maximum(part.sd, one) for part, one in zip(result.parts, least, strict=True)]
    return np.asarray(np.maximum(np.concatenate(sd), np.finfo(float).tiny))


def without_scatter(result: Fit) -> bool:
    """Whether readings of a fit lie on their curve within the errors of computing."""
    sd = np.concatenate([part.sd for part in result.parts])
    return bool((sd < known_scatter(result)).any())


def lack_of_fit(result: Fit, *, alpha: float = 0.05) -> GroupComparison | None:
    """Replicates test of a fitted curve; None where the readings have no replicates.

    Parameters
    ----------
    result : Fit
        `ok`; readings at equal settings of one series are replicates.
    alpha : float
        Level of p below which the curve does not fit its points.

    Returns
    -------
    GroupComparison or None
        F of (scatter of replicate means about the curve) over (scatter of replicates about their
        mean), each reading weighted by 1 / variance as the variance model has it. None also where
        there are no more settings than parameters, so that any curve would pass through all means.

    Raises
    ------
    InputError
        If the fit failed.

    Notes
    -----
    Wells in several series of one fit (shared controls) count once per series. Bates & Watts 1988,
    Nonlinear Regression Analysis and its Applications, section 3.12.
    """
    if not result.ok:
        raise InputError(f"the fit failed: {result.message}", do="Test a fit that succeeded")
    pure = about_curve = 0.0
    settings = readings = 0
    known = np.split(known_scatter(result), np.cumsum([p.series.n for p in result.parts])[:-1])
    for part, sd in zip(result.parts, known, strict=True):
        index = part.series.replicate_index()
        weight = 1.0 / sd**2
        mean = (np.bincount(index, weight * part.series.y) / np.bincount(index, weight))[index]
        pure += float(weight @ (part.series.y - mean) ** 2)
        about_curve += float(weight @ (part.series.y - part.expected) ** 2)
        settings += int(index.max()) + 1
        readings += part.series.n
    between, within = settings - len(result.free), readings - settings
    if between <= 0 or within <= 0:
        return None
    # The errors of computing are no deviation: the denominator of F is at least their variance.
    lift = max(within - pure, 0.0) if without_scatter(result) else 0.0
    test = extra_sum_of_squares(about_curve + lift, between + within, pure + lift, within)
    numbers = (
        f"F({between}, {within}) = {format_number(test.statistic, 2)}, "
        f"p = {format_number(test.p, 2)}"
    )
    return GroupComparison(
        name="replicates test",
        statement=(
            f"the points deviate from the curve by more than replicates scatter ({numbers}): "
            "wrong curve, pipetting error or wrong settings"
            if test.p < alpha
            else f"the points deviate from the curve no more than replicates scatter ({numbers})"
        ),
        test="lack of fit F",
        p=test.p,
        statistic=test.statistic,
        df=test.df,
        details=(("sd of replicates over sd expected", float(np.sqrt(pure / within))),),
    )
