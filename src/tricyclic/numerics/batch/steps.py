"""Profile of the steepest curves in closed form: steps between two doses.

A curve that is steep enough is a step, and its residual sum is the same wherever between two doses
it lies. The profile of log10 IC50 is therefore at most the sum of that step. Where all steps of a
side are below the permitted sum, the side is open. Where they cross it at a dose, the reading there
is part of the way from one plateau to the other, and the profile is that of three levels, whose
crossing is the root of a quadratic.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    FIXED_SLOPE,
    LN10,
    NONE_FREE,
    ONE_FREE,
    Array,
)

# Exponent, in e-folds, at the next dose from which a curve counts as a step.
STEP_EXPONENT = 36.0
# Slope, times the distance of the doses, of a curve that is nearly a step between them.
STEEPNESS = 8.0
# What `step_limit` concludes.
UNKNOWN, OPEN, CLOSED, FOLLOW = range(4)


# Rows of the sums of a curve: doses, weights, moments (weight times reading) and readings; sums
# over the doses below a step; by how much the step lowers the sum of squares of the doses below it,
# of those above it, and of both; that sum of squares and the least distance of two doses.
(
    _DOSE,
    _WEIGHT,
    _MOMENT,
    _READING,
    _BELOW_WEIGHT,
    _BELOW_MOMENT,
    _LOW_GAIN,
    _HIGH_GAIN,
    _GAIN,
    _OF_ALL,
) = range(10)
_BASE, _CLOSEST = 0, 1


class StepSums(NamedTuple):
    """Steps of a curve in the order of its doses, those of weight 0 left out.

    `sums`, shape (10, points + 1). `size`, shape (2,): number of doses, in its first place 0 where
    the bound of the slope allows no step between the closest ones.
    """

    sums: Array
    size: Array


class StepTable(NamedTuple):
    """The steps of all curves of a block, as far as they are `filled`, shape (curves,)."""

    sums: Array
    size: Array
    filled: Array


@compiled()
def new_steps(points, most):
    """Space for the steps of `most` curves."""
    return StepTable(
        np.zeros((most, 10, points + 1)),
        np.zeros((most, 2), np.int64),
        np.zeros(most, np.bool_),
    )


@compiled(allocates=False, inline=True)
def steps_of(b, curves, problem, table):
    """Steps of curve b, which are filled when they are first wanted."""
    steps = StepSums(table.sums[b], table.size[b])
    if not table.filled[b]:
        _fill_steps(b, curves, problem, steps)
        table.filled[b] = True
    return steps


@compiled(allocates=False, inline=True)
def has_steps(steps):
    """Whether the bound of the slope allows a step between any two doses."""
    return steps.size[0] > 0


@compiled(allocates=False, inline=True)
def closest_doses(steps):
    """Least distance of two doses."""
    return steps.sums[_OF_ALL, _CLOSEST]


@compiled(allocates=False)
def _fill_steps(b, curves, problem, steps):
    """Fill `steps` with those of curve b."""
    count = 0
    base = 0.0
    for i in range(problem.n_points):
        w = curves.points[b, 1, i]
        if not w > 0.0:
            continue
        x, m = curves.points[b, 0, i], curves.points[b, 2, i]
        k = count
        while k > 0 and steps.sums[_DOSE, k - 1] > x:
            steps.sums[_DOSE, k] = steps.sums[_DOSE, k - 1]
            steps.sums[_WEIGHT, k] = steps.sums[_WEIGHT, k - 1]
            steps.sums[_MOMENT, k] = steps.sums[_MOMENT, k - 1]
            steps.sums[_READING, k] = steps.sums[_READING, k - 1]
            k -= 1
        steps.sums[_DOSE, k], steps.sums[_WEIGHT, k], steps.sums[_MOMENT, k] = x, w, w * m
        steps.sums[_READING, k] = m
        base += w * m * m
        count += 1
    weight = moment = 0.0
    closest = math.inf
    for k in range(count):
        steps.sums[_BELOW_WEIGHT, k], steps.sums[_BELOW_MOMENT, k] = weight, moment
        weight += steps.sums[_WEIGHT, k]
        moment += steps.sums[_MOMENT, k]
        if k > 0 and steps.sums[_DOSE, k] - steps.sums[_DOSE, k - 1] < closest:
            closest = steps.sums[_DOSE, k] - steps.sums[_DOSE, k - 1]
    steps.sums[_BELOW_WEIGHT, count], steps.sums[_BELOW_MOMENT, count] = weight, moment
    steps.sums[_OF_ALL, _BASE], steps.sums[_OF_ALL, _CLOSEST] = base, closest
    slope = curves.facts[b, FIXED_SLOPE]
    for k in range(count + 1):
        w, a = steps.sums[_BELOW_WEIGHT, k], steps.sums[_BELOW_MOMENT, k]
        low, high = 0.0, 0.0
        if problem.mode == BOTH_FREE:
            if 0 < k < count:
                # Readings are centred, so that the sums above a dose follow from those below it.
                square = a * a / (w * (1.0 - w))
                low, high = square * (1.0 - w), square * w
        elif problem.mode == NONE_FREE:
            low = slope * (2.0 * a - slope * w)
        elif problem.fixed_side > 0.0:
            low = a * a / w if k > 0 else 0.0
        elif k < count:
            high = (moment - a) ** 2 / (weight - w)
        steps.sums[_LOW_GAIN, k], steps.sums[_HIGH_GAIN, k], steps.sums[_GAIN, k] = (
            low,
            high,
            low + high,
        )
    # Beyond the doses, a steep curve whose plateau there is fitted differs from the other plateau
    # at the outermost dose only.
    if count > 1:
        low_free = problem.mode == BOTH_FREE or (
            problem.mode == ONE_FREE and problem.fixed_side > 0.0
        )
        high_free = problem.mode == BOTH_FREE or (
            problem.mode == ONE_FREE and problem.fixed_side < 0.0
        )
        if low_free and not math.isinf(steps.sums[_DOSE, 0]):
            steps.sums[_GAIN, 0] = steps.sums[_GAIN, 1]
        if high_free and not math.isinf(steps.sums[_DOSE, count - 1]):
            steps.sums[_GAIN, count] = steps.sums[_GAIN, count - 1]
    steps.size[0] = steps.size[1] = count
    if not math.exp(problem.ln_hill_high) * LN10 * closest > STEP_EXPONENT:
        steps.size[0] = 0


@compiled(allocates=False)
def _moved_share(k, upward, needed, slope, problem, steps):
    """Share of dose k that has changed plateaus where the gain falls to `needed`, the largest one;
    nan if it is below that throughout.
    """
    count = steps.size[0]
    w, a = steps.sums[_WEIGHT, k], steps.sums[_MOMENT, k]
    shown_weight, shown_moment = steps.sums[_BELOW_WEIGHT, k], steps.sums[_BELOW_MOMENT, k]
    before = 0.0 if upward else 1.0
    if problem.fixed_side < 0.0:
        shown_weight = steps.sums[_BELOW_WEIGHT, count] - steps.sums[_BELOW_WEIGHT, k + 1]
        shown_moment = steps.sums[_BELOW_MOMENT, count] - steps.sums[_BELOW_MOMENT, k + 1]
        before = 1.0 - before
    # Gain times spread as a polynomial in v = before + sign * share.
    if problem.mode == NONE_FREE:
        n2, n1, n0 = -slope * slope * w, 2.0 * slope * a, 0.0
        n0 = slope * (2.0 * shown_moment - slope * shown_weight)
        d2, d1, d0 = 0.0, 0.0, 1.0
    else:
        n2, n1, n0 = a * a, 2.0 * a * shown_moment, shown_moment * shown_moment
        d2, d1, d0 = w, 0.0, shown_weight
        if problem.mode == BOTH_FREE:
            d2 -= w * w
            d1 -= 2.0 * w * shown_weight
            d0 -= shown_weight * shown_weight
    p2, p1, p0 = n2 - needed * d2, n1 - needed * d1, n0 - needed * d0
    sign = 1.0 - 2.0 * before
    q0 = p2 * before + p1 * before + p0
    q1 = sign * (p1 + 2.0 * p2 * before)
    square = q1 * q1 - 4.0 * p2 * q0
    if square < 0.0:
        return math.nan
    root = math.sqrt(square)
    half = -0.5 * (q1 + (root if q1 >= 0.0 else -root))
    one = q0 / half if half != 0.0 else math.nan
    two = half / p2 if p2 != 0.0 else math.nan
    share = one if 0.0 < one < 1.0 else math.nan
    if 0.0 < two < 1.0 and not two < share:
        share = two
    return share


@compiled(allocates=False)
def step_limit(side, c0, edge, rss, rise, slope, problem, steps):
    """What the steps show about a side of a curve whose profile is below the permitted sum at c0:
    UNKNOWN, OPEN, CLOSED or FOLLOW; log10 IC50 and ln hill; a log10 IC50 inside.

    CLOSED: the steepest curves cross the permitted sum at that log10 IC50. FOLLOW: the valley of
    steep curves continues there to moderate slopes.
    """
    count = steps.size[0]
    if count == 0:
        return UNKNOWN, 0.0, 0.0, 0.0
    needed = steps.sums[_OF_ALL, _BASE] - rss - rise
    k = 0
    while k < count and steps.sums[_DOSE, k] <= c0:
        k += 1
    first = k
    while steps.sums[_GAIN, k] > needed:
        if side == 1:
            if k == count or steps.sums[_DOSE, k] >= edge:
                return OPEN, 0.0, 0.0, 0.0
            k += 1
        else:
            if k == 0 or steps.sums[_DOSE, k - 1] <= edge:
                return OPEN, 0.0, 0.0, 0.0
            k -= 1
    if k == first:
        return UNKNOWN, 0.0, 0.0, 0.0
    dose = k - 1 if side == 1 else k
    return _cross_at(dose, side, edge, needed, slope, problem, steps)


@compiled(allocates=False)
def limit_at_dose(side, c0, ln_hill, edge, rss, rise, slope, problem, steps):
    """As `step_limit`, for a curve in the valley at (c0, ln hill) that leads to the next dose on
    that side with rising slopes.
    """
    count = steps.size[0]
    k = 0
    while k < count and steps.sums[_DOSE, k] <= c0:
        k += 1
    dose = k if side == 1 else k - 1
    if dose < 0 or dose >= count or math.isinf(steps.sums[_DOSE, dose]):
        return UNKNOWN, 0.0, 0.0, 0.0
    x = steps.sums[_DOSE, dose]
    if (edge - x) * (1.0 if side == 1 else -1.0) <= 0.0:
        return UNKNOWN, 0.0, 0.0, 0.0
    gap = _gap(dose, steps)
    if abs(x - c0) > 0.3 * gap or math.exp(ln_hill) * gap < 2.0:
        return UNKNOWN, 0.0, 0.0, 0.0
    needed = steps.sums[_OF_ALL, _BASE] - rss - rise
    after = k + 1 if side == 1 else k - 1
    if steps.sums[_GAIN, after] > needed:
        return step_limit(side, 2.0 * x - c0, edge, rss, rise, slope, problem, steps)
    return _cross_at(dose, side, edge, needed, slope, problem, steps)


@compiled(allocates=False)
def _levels(k, slope, problem, steps):
    """Levels of the doses below and above dose k."""
    count = steps.size[1]
    if problem.mode == NONE_FREE:
        return slope, 0.0
    low = high = 0.0
    if k > 0 and (problem.mode == BOTH_FREE or problem.fixed_side > 0.0):
        low = steps.sums[_BELOW_MOMENT, k] / steps.sums[_BELOW_WEIGHT, k]
    if k < count - 1 and (problem.mode == BOTH_FREE or problem.fixed_side < 0.0):
        high = (steps.sums[_BELOW_MOMENT, count] - steps.sums[_BELOW_MOMENT, k + 1]) / (
            steps.sums[_BELOW_WEIGHT, count] - steps.sums[_BELOW_WEIGHT, k + 1]
        )
    return low, high


@compiled(allocates=False, inline=True)
def slope_at_dose(above, c, slope, problem, steps):
    """ln hill at which a steep curve with that log10 IC50 meets the reading at the next dose above
    or below; nan if none does.
    """
    count = steps.size[1]
    k = 0
    while k < count and steps.sums[_DOSE, k] <= c:
        k += 1
    if not above:
        k -= 1
    if k < 0 or k >= count:
        return math.nan
    if problem.mode == BOTH_FREE and (k == 0 or k == count - 1):
        return math.nan
    low, high = _levels(k, slope, problem, steps)
    share = (steps.sums[_READING, k] - high) / (low - high)
    if not 0.0 < share < 1.0:
        return math.nan
    hill = math.log((1.0 - share) / share) / (LN10 * (steps.sums[_DOSE, k] - c))
    if not hill > 0.0:
        return math.nan
    return min(max(math.log(hill), problem.ln_hill_low), problem.ln_hill_high)


@compiled(allocates=False, inline=True)
def better_step(rss, rise, slope, problem, steps):
    """log10 IC50 and ln hill of a steep curve whose residual sum is lower than that of the optimum:
    a step between two doses, or one that meets the reading at a dose; nan if none is.
    """
    count = steps.size[0]
    # A curve has to be better by more than its search and that of the limits are exact.
    enough = steps.sums[_OF_ALL, _BASE] - rss * (1.0 - 1e-8) + 1e-2 * rise
    best, c, ln_hill = enough, math.nan, 0.0
    first = 1 if problem.mode == BOTH_FREE or problem.fixed_side > 0.0 else 0
    last = count - 1 if problem.mode == BOTH_FREE or problem.fixed_side < 0.0 else count
    if problem.mode == NONE_FREE:
        first = 0
    for k in range(1, count):
        gap = steps.sums[_DOSE, k] - steps.sums[_DOSE, k - 1]
        if steps.sums[_GAIN, k] > best and not math.isinf(gap):
            best = steps.sums[_GAIN, k]
            c, ln_hill = steps.sums[_DOSE, k] - 0.5 * gap, math.log(STEEPNESS / gap)
    for k in range(first, last):
        x, a = steps.sums[_DOSE, k], steps.sums[_MOMENT, k]
        gain = (
            steps.sums[_LOW_GAIN, k] + steps.sums[_HIGH_GAIN, k + 1] + a * steps.sums[_READING, k]
        )
        if gain > best and not math.isinf(x):
            low, high = _levels(k, slope, problem, steps)
            share = (steps.sums[_READING, k] - high) / (low - high)
            if 1e-6 < share < 1.0 - 1e-6:
                best = gain
                hill = STEEPNESS / _gap(k, steps)
                c = x + math.log(share / (1.0 - share)) / (LN10 * hill)
                ln_hill = math.log(hill)
    return c, ln_hill


@compiled(allocates=False)
def steep_is_lower(c, rss, rise, slope, problem, steps):
    """Whether a steep curve with that log10 IC50 is below the permitted sum: a step, or one that
    turns at the next dose below or above.
    """
    count = steps.size[0]
    if count == 0:
        return False
    needed = steps.sums[_OF_ALL, _BASE] - rss - rise * (1.0 - 1e-3)
    k = 0
    while k < count and steps.sums[_DOSE, k] <= c:
        k += 1
    if steps.sums[_GAIN, k] > needed:
        return True
    for dose in range(max(k - 1, 0), min(k + 1, count)):
        if steps.sums[_LOW_GAIN, dose] + steps.sums[_HIGH_GAIN, dose + 1] + steps.sums[
            _MOMENT, dose
        ] * steps.sums[_READING, dose] > needed and _turns(dose, slope, problem, steps):
            return True
    return False


@compiled(allocates=False)
def _turns(dose, slope, problem, steps):
    """Whether the reading at a dose lies between the levels of the doses below and above."""
    if problem.mode == BOTH_FREE and (dose == 0 or dose == steps.size[0] - 1):
        return False
    low, high = _levels(dose, slope, problem, steps)
    return 0.0 < (steps.sums[_READING, dose] - high) / (low - high) < 1.0


@compiled(allocates=False, inline=True)
def _gap(dose, steps):
    """Distance of a dose from its nearest neighbour."""
    gap = math.inf
    if dose > 0:
        gap = steps.sums[_DOSE, dose] - steps.sums[_DOSE, dose - 1]
    if dose < steps.size[0] - 1:
        gap = min(gap, steps.sums[_DOSE, dose + 1] - steps.sums[_DOSE, dose])
    return gap


@compiled(allocates=False)
def _cross_at(dose, side, edge, needed, slope, problem, steps):
    """Where the steepest curves that turn at a dose cross the permitted sum."""
    away = 1.0 if side == 1 else -1.0
    share = _moved_share(dose, side == 1, needed, slope, problem, steps)
    if math.isnan(share):
        return UNKNOWN, 0.0, 0.0, 0.0
    logit = math.log(share / (1.0 - share)) / LN10
    x, gap = steps.sums[_DOSE, dose], _gap(dose, steps)
    if share < 0.5:
        c = x + away * logit * math.exp(-problem.ln_hill_high)
        return CLOSED, c, problem.ln_hill_high, x
    hill = 1.5 / gap
    c = x + away * min(logit / hill, 0.5 * gap)
    c = edge if away * (c - edge) > 0.0 else c
    return FOLLOW, c, math.log(hill), x
