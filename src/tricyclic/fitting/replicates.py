"""Whether a curve misses its points by more than replicates miss one another: the lack-of-fit test."""

from __future__ import annotations

import numpy as np

from tricyclic.core.estimate import Fit
from tricyclic.core.format import figures
from tricyclic.errors import InputError
from tricyclic.results.binding import Comparison
from tricyclic.stats.statistics import extra_sum_of_squares


def lack_of_fit(found: Fit, *, alpha: float = 0.05) -> Comparison | None:
    """Replicates test of a fitted curve; None where the wells have no replicates to judge by.

    Parameters
    ----------
    found : Fit
        `ok`; readings at equal settings of one series are replicates.
    alpha : float
        Below which p the curve is said to miss its points.

    Returns
    -------
    Comparison or None
        F of (scatter of replicate means about the curve) over (scatter of replicates about their mean), each
        reading weighted by 1 / variance as the variance model has it. None also where there are no more
        settings than parameters, so that any curve would pass through all means.

    Notes
    -----
    Wells that stand in several series of one fit (shared controls) count once per series.
    Bates & Watts 1988, Nonlinear Regression Analysis and its Applications, section 3.12.
    """
    if not found.ok:
        raise InputError(f"the fit failed: {found.says}", do="Test a fit that succeeded")
    pure = about_curve = 0.0
    settings = readings = 0
    for part in found.parts:
        index = part.series.replicate_index()
        weight = 1.0 / part.sd**2
        mean = (np.bincount(index, weight * part.series.y) / np.bincount(index, weight))[index]
        pure += float(weight @ (part.series.y - mean) ** 2)
        about_curve += float(weight @ (part.series.y - part.expected) ** 2)
        settings += int(index.max()) + 1
        readings += part.series.n
    between, within = settings - len(found.free), readings - settings
    if between <= 0 or within <= 0:
        return None
    tested = extra_sum_of_squares(about_curve, between + within, pure, within)
    misses = tested.p < alpha
    told = f"F({between}, {within}) = {figures(tested.statistic, 2)}, p = {figures(tested.p, 2)}"
    says = (
        f"the curve misses its points by more than replicates miss one another ({told}): "
        "another curve, a pipetting slip or settings that are not what they are said to be"
        if misses
        else f"the points lie about the curve as replicates lie about their mean ({told})"
    )
    return Comparison(
        name="replicates test",
        says=says,
        test="lack of fit F",
        p=tested.p,
        statistic=tested.statistic,
        df=tested.df,
        details=(("sd of replicates over sd expected", float(np.sqrt(pure / within))),),
    )
