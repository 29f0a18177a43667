"""Tests of the fitted curve of a plate against fuller curves, of which it is a special case.

Each test has its level for the curve that was fitted, depletion and masked sites included: the
fuller curve is that curve with one more freedom, not another approximation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.estimate import Fit
from tricyclic.core.series import Series
from tricyclic.fitting.choose import compare_models
from tricyclic.fitting.replicates import lack_of_fit
from tricyclic.fitting.restate import with_power
from tricyclic.results.binding import GroupComparison
from tricyclic.stats.statistics import extra_sum_of_squares

SLOPE_TEST = "Hill slope = 1"
TWO_SITE_TEST = "one site or two"
BACKGROUND_TEST = "background = 0"
PHASE_TEST = "one phase or several"
REPLICATES_TEST = "replicates test"
# The two sites are offered, under this label, where they fit better at this level.
OFFER_LEVEL = 0.05
TWO_SITES_LABEL = "one fit of the raw wells, two sites"
# In `GroupComparison.details`: p with the scatter of the points about the fuller curve as error.
P_OF_POINTS = "p with the scatter of points"
# The points of a plate deviate from any smooth curve where p of the fuller curve is below this.
POINTS_LEVEL = 0.05

_SLOPE = Parameter("hill", "", "slope of the competitor", low=0.05, high=20.0)
_PHASES = Parameter("time_exponent", "", "exponent of time", low=0.1, high=10.0)


def slope_curve(model: CurveModel) -> CurveModel | None:
    """The curve with a Hill slope of its competitor; None for a curve with two sites or a slope.

    The competitor acts as m (c / m)^nH with m its affinity: at nH = 1 the curve is unchanged, so
    that depletion, which makes an empirical slope differ from 1, does not.
    """
    names = {parameter.name for parameter in model.parameters}
    columns = {column.name for column in model.columns}
    centre = next((n for n in ("log10_ki", "log10_ic50") if n in names), None)
    if model.sigmoid or centre is None or "hill" in names or "competitor_M" not in columns:
        return None
    return replace(with_power(model, "competitor_M", _SLOPE, centre), name=f"{model.name}, slope")


def phase_curve(model: CurveModel, series: Sequence[Series]) -> CurveModel | None:
    """The time course stretched in time, (t / m)^b; None for a curve without time, or with a switch
    from association to dissociation.

    Two phases, or more, look stretched (b below 1); a lag gives b above 1.
    """
    names = {parameter.name for parameter in model.parameters}
    if "time_min" not in {column.name for column in model.columns} or "switch_min" in names:
        return None
    times = np.concatenate([one.x["time_min"] for one in series])
    if np.unique(times[times > 0]).size < 3:
        return None
    middle = float(np.exp(np.log(times[times > 0]).mean()))
    return replace(with_power(model, "time_min", _PHASES, middle), name=f"{model.name}, stretched")


def compare_with_fuller(
    simple: Fit,
    full: Fit,
    *,
    name: str,
    simple_name: str,
    full_name: str,
    p_calibrated: float = math.nan,
) -> GroupComparison:
    """Compare the fitted curve with a fuller one, with a second p for points that scatter.

    Notes
    -----
    An error of a concentration moves all replicates of a point, and the scatter of replicates does
    not contain it. Where the points deviate from the fuller curve too, `P_OF_POINTS` is from F with
    the deviation of the points as its denominator: points, not wells, are then the units.
    """
    comparison = compare_models(
        simple,
        full,
        name=name,
        simple_name=simple_name,
        full_name=full_name,
        p_calibrated=p_calibrated,
    )
    return replace(
        comparison,
        tests_fit=True,
        details=(*comparison.details, (P_OF_POINTS, _p_of_points(simple, full, comparison))),
    )


def p_of_shape(comparison: GroupComparison) -> float:
    """The p that counts against the curve: calibrated or nominal, or that of the points if it is
    larger.
    """
    p = comparison.p if math.isnan(comparison.p_calibrated) else comparison.p_calibrated
    of_points = dict(comparison.details).get(P_OF_POINTS, math.nan)
    return p if math.isnan(of_points) else max(p, of_points)


def _p_of_points(simple: Fit, full: Fit, comparison: GroupComparison) -> float:
    about_full = lack_of_fit(full)
    if about_full is None or not about_full.p < POINTS_LEVEL:
        return math.nan
    index = [part.series.replicate_index() for part in full.parts]
    between = sum(int(i.max()) + 1 for i in index) - len(full.free)
    of_full, of_simple = (_between_points(one, full, index) for one in (full, simple))
    gained = len(full.free) - len(simple.free)
    return extra_sum_of_squares(of_simple, between + gained, of_full, between).p


def _between_points(fit: Fit, weighting: Fit, index: Sequence[np.ndarray]) -> float:
    """Weighted squares of the means of replicates about a curve."""
    total = 0.0
    for part, weights, own in zip(fit.parts, weighting.parts, index, strict=True):
        weight = np.bincount(own, 1.0 / weights.sd**2)
        residual = np.bincount(own, (part.series.y - part.expected) / weights.sd**2) / weight
        total += float(weight @ residual**2)
    return total


def two_sites_fit_better(comparisons: Sequence[GroupComparison]) -> bool:
    """Whether two sites describe the wells better than the one of the fitted curve."""
    return any(
        test.name == TWO_SITE_TEST and test.tests_fit and test.p < OFFER_LEVEL
        for test in comparisons
    )
