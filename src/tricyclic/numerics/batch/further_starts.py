"""A second start for curves that may have a better optimum elsewhere: a step, or a shallow curve.

The search may end on the flat ground beside a step, where no slope leads to it. The best step of
all, with one dose on its slope or none, is known in closed form from sums over the doses, and a
search from it ends at least as low. Shallow curves that the grid of starts does not have are tried
at the places of places.py.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    CONVERGED,
    FIXED_SLOPE,
    HIGH_X,
    LANES,
    LN10,
    LN_HILL,
    LOW_X,
    NONE_FREE,
    PURE,
    RSS,
    STATE_COLUMNS,
    C,
)
from tricyclic.numerics.batch.places import (
    PLACE_C,
    PLACE_LN_HILL,
    new_places,
    sum_at_places,
    valley_at_place,
)
from tricyclic.numerics.batch.search import search

# ln hill from which a curve may be beside a better step, and the share of the sum about the mean
# that has to be left by any other curve.
LN_STEEP = math.log(5.0)
MUCH_LEFT = 0.1
# Share of the sum by which a step has to be better.
BETTER = 1e-8
# Shares of the way within which a dose counts as on the slope.
ON_SLOPE = 1e-6
# How near to the best sum a shallow curve has to be, to be a start.
PROMISING = 1.1
# Exponent of the curve at the doses beside the slope: their readings are those of the plateaus.
FAR = 16.0
# Distance of neighbours that are infinitely far away, in decades.
NO_NEIGHBOUR = 1.0


@compiled()
def search_further(curves, problem, pending):
    """Search again from their best step or shallow curve the curves that may be better there.

    Parameters
    ----------
    curves : Curves
        `state` has the optima and is improved.
    problem : Problem
    pending : array of int, shape (pending,)
    """
    if not problem.free_hill:
        return
    able, chosen = np.zeros(pending.size, np.int64), np.zeros(pending.size, np.int64)
    saved = np.zeros((pending.size, STATE_COLUMNS))
    order = np.zeros(problem.n_points, np.int64)
    below = np.zeros((3, problem.n_points + 1))
    places = new_places(problem.n_points)
    count = n_able = 0
    for b in pending:
        state = curves.state[b]
        left = state[RSS] > MUCH_LEFT * _about_mean(curves.points[b])
        if not (left or state[LN_HILL] > LN_STEEP or state[CONVERGED] == 0.0):
            continue
        able[n_able] = b
        n_able += 1
        saved[count] = state
        if _begin_at_step(curves.points[b], curves.facts[b], state, problem, order, below):
            chosen[count] = b
            count += 1
    _search_again(curves, problem, chosen[:count], saved)
    # The better of the two is now the one that a shallow curve has to be near.
    count = 0
    for b in able[:n_able]:
        state, facts = curves.state[b], curves.facts[b]
        saved[count] = state
        if not _begin_shallow(curves.points[b], facts, state, problem, places):
            if state[CONVERGED] != 0.0:
                continue
            # Along a ridge, on which the search went out of breath: from its end, or from here.
            _begin_at_bound(facts, state)
        chosen[count] = b
        count += 1
    _search_again(curves, problem, chosen[:count], saved)


@compiled()
def _search_again(curves, problem, chosen, saved):
    """Search the curves named in `chosen` from their new starts; those that end no better get back
    what was `saved`, shape (chosen, STATE_COLUMNS).
    """
    if chosen.size == 0:
        return
    search(curves, problem, chosen)
    for k in range(chosen.size):
        state = curves.state[chosen[k]]
        as_good = state[RSS] <= saved[k, RSS] * (1.0 + BETTER)
        settled = as_good and state[CONVERGED] > saved[k, CONVERGED]
        if not (state[RSS] < saved[k, RSS] or settled):
            state[:] = saved[k]


@compiled(allocates=False)
def _about_mean(points):
    """Weighted sum of squares about the mean, whatever plateaus are fixed."""
    sm = mm = 0.0
    for i in range(points.shape[1]):
        sm += points[1, i] * points[2, i]
        mm += points[1, i] * points[2, i] * points[2, i]
    return mm - sm * sm


@compiled(allocates=False)
def _begin_at_step(points, facts, state, problem, order, below):
    """Write the best step into the state of a curve where it is better than the optimum; gives
    whether it is.

    Parameters
    ----------
    points : array, shape (3, count)
        Dose, weight and mean reading; the weights sum to 1.
    facts, state : array
    problem : Problem
    order : array of int, shape (count,)
        Scratch: doses of weight above 0 in ascending order.
    below : array, shape (3, count + 1)
        Scratch: sums of weight, weight times reading and weight times its square.
    """
    used = _sort_doses(points, order)
    for i in range(used):
        w, m = points[1, order[i]], points[2, order[i]]
        below[0, i + 1] = below[0, i] + w
        below[1, i + 1] = below[1, i] + w * m
        below[2, i + 1] = below[2, i] + w * m * m
    least, at, share = state[RSS] - BETTER * (state[RSS] + facts[PURE]), -1, 0.5
    for i in range(used):
        low, low_rss = _level(below, 0, i, -1.0, problem, facts)
        high, high_rss = _level(below, i + 1, used, 1.0, problem, facts)
        way = (points[2, order[i]] - low) / (high - low) if high != low else math.nan
        on_slope = ON_SLOPE < way < 1.0 - ON_SLOPE and not math.isinf(points[0, order[i]])
        if on_slope and low_rss + high_rss < least:
            least, at, share = low_rss + high_rss, i, way
        # No dose on the slope, which lies between this dose and the next.
        high, high_rss = _level(below, i, used, 1.0, problem, facts)
        if i > 0 and low_rss + high_rss < least:
            least, at, share = low_rss + high_rss, i, math.nan
    if at < 0:
        return False
    x = points[0, order[at]]
    down = x - points[0, order[at - 1]] if at > 0 else math.inf
    if math.isnan(share):
        down = NO_NEIGHBOUR if math.isinf(down) else down
        x = x if not math.isinf(x) else points[0, order[at - 1]] + down
        gap, logit, middle = 0.5 * down, 0.0, x - 0.5 * down
    else:
        up = points[0, order[at + 1]] - x if at + 1 < used else math.inf
        gap, logit, middle = min(down, up), math.log(share / (1.0 - share)), x
        gap = NO_NEIGHBOUR if math.isinf(gap) else gap
    ln_hill = min(math.log((FAR + abs(logit)) / (LN10 * gap)), problem.ln_hill_high)
    state[LN_HILL] = max(ln_hill, problem.ln_hill_low)
    middle -= logit / (LN10 * math.exp(state[LN_HILL]))
    state[C] = min(max(middle, facts[C_LOW]), facts[C_HIGH])
    return True


@compiled(allocates=False)
def _begin_shallow(points, facts, state, problem, places):
    """Write the shallow curve that promises the lowest sum into the state of a curve where that is
    near the sum of the optimum; gives whether it is.
    """
    sum_at_places(points, facts, problem, places)
    least, at = PROMISING * state[RSS], -1
    for lane in range(LANES):
        value = valley_at_place(lane, places.rows)
        if value < least:
            least, at = value, lane
    if at < 0:
        return False
    state[C], state[LN_HILL] = places.rows[PLACE_C + at], places.rows[PLACE_LN_HILL + at]
    return True


@compiled(allocates=False)
def _begin_at_bound(facts, state):
    """Begin at the bound of log10 IC50 where the midpoint is beyond the doses on that side."""
    if state[C] < facts[LOW_X]:
        state[C] = facts[C_LOW]
    elif state[C] > facts[HIGH_X]:
        state[C] = facts[C_HIGH]


@compiled(allocates=False)
def _sort_doses(points, order):
    """List the doses of weight above 0 in ascending order; gives how many there are."""
    used = 0
    for i in range(points.shape[1]):
        if not points[1, i] > 0.0:
            continue
        k = used
        while k > 0 and points[0, order[k - 1]] > points[0, i]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = i
        used += 1
    return used


@compiled(allocates=False)
def _level(below, first, last, side, problem, facts):
    """Level of the doses first to last of a step, and the sum of squares about it; `side` is -1
    below the step and 1 above it.
    """
    weight = below[0, last] - below[0, first]
    total = below[1, last] - below[1, first]
    squares = below[2, last] - below[2, first]
    if problem.mode != BOTH_FREE and side == problem.fixed_side:
        level = 0.0
    elif problem.mode == NONE_FREE:
        level = facts[FIXED_SLOPE]
    else:
        level = total / weight if weight > 0.0 else math.nan
    return level, max(squares - 2.0 * level * total + level * level * weight, 0.0)
