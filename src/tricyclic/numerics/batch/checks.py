"""Checks of profile limits at other slopes: a steep curve can have a second valley in hill."""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import sweep
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    FIXED_SLOPE,
    GL,
    HLL,
    LANES,
    LN_HILL,
    NULL,
    RSS,
    Array,
    C,
    F,
)
from tricyclic.numerics.batch.search import load, plateau_side, set_trial
from tricyclic.numerics.batch.steps import (
    closest_doses,
    has_steps,
    slope_at_dose,
    steep_is_lower,
    steps_of,
)
from tricyclic.numerics.batch.trials import (
    TRIED_C,
    TRIED_LN_HILL,
    TRIED_SIDE,
    TRIED_SUM,
    try_curve,
)
from tricyclic.numerics.batch.walk import load_all_lanes, profile

# Permitted rise, as a share of the sum about a flat line, up to which a curve is precise.
PRECISE = 3e-3
# Rise of steep curves, as a multiple of the permitted one, from which a limit of a precise curve is
# not looked at.
CLEARLY_HIGHER = 2.0
# Slopes at which a limit is checked, sides that are checked in one sweep.
CHECKED_SLOPES = 16
EVEN_SLOPES = 14
# Distance in ln hill of the slopes of the second look.
FINE_STEP = 0.2
CHECKED_SIDES = LANES // CHECKED_SLOPES
# Values of log10 IC50 and slopes at which an open side is looked at.
OPEN_PLACES = 4
OPEN_SLOPES = LANES // OPEN_PLACES
# Slopes of the first look at a limit; the others of its trials are those that meet a reading.
TRIED_SLOPES = LANES - 2
# Height of a valley, as a share of the permitted rise, up to which a first look sends for a second.
NEARLY = 1.02
# Share of the sum without a curve up to which a difference may be one of rounding.
ROUNDING = 1e-13
# Share of the permitted rise by which the best of these slopes may be higher than the optimum.
COARSE = 0.1
# Share of the second difference by which the valley between them may be lower than a parabola.
SPARE = 0.15
# Share of the permitted rise by which the best of the closer slopes may be higher.
FINE = 0.01


class SideList(NamedTuple):
    """List of sides of curves: `task` is 2 * curve + side; log10 IC50 and ln hill from which its
    search goes on; a log10 IC50 inside the limit; `size`, shape (1,), how many there are.
    """

    task: Array
    c: Array
    ln_hill: Array
    inside: Array
    size: Array


@compiled()
def new_sides(most):
    """Space for a list of up to `most` sides."""
    return SideList(
        np.empty(most, np.int64),
        np.empty(most),
        np.empty(most),
        np.empty(most),
        np.zeros(1, np.int64),
    )


@compiled(allocates=False)
def add_side(sides, task, c, ln_hill, inside):
    """Append a side to a list."""
    k = sides.size[0]
    sides.task[k], sides.c[k], sides.ln_hill[k], sides.inside[k] = task, c, ln_hill, inside
    sides.size[0] = k + 1


@compiled(allocates=False)
def is_coarse(b, curves, problem, rises):
    """Whether the permitted rise of curve b is no small share of the sum about a flat line."""
    return rises[b] > PRECISE * _square_about_mean(b, curves, problem)


@compiled(allocates=False)
def _square_about_mean(b, curves, problem):
    """Sum of squares of the readings of curve b about their mean."""
    if problem.mode == BOTH_FREE:
        return curves.facts[b, NULL]
    total = moment = square = 0.0
    for i in range(problem.n_points):
        w, m = curves.points[b, 1, i], curves.points[b, 2, i]
        total += w
        moment += w * m
        square += w * m * m
    return square - moment * moment / total


@compiled(allocates=False)
def look_at_limits(uncertain, curves, problem, rises, improved, steps, trials, suspect):
    """Add those limits to `suspect` at which another slope may be below the permitted sum: the
    first and quick one of the checks.
    """
    for k in range(uncertain.size[0]):
        b, c, own = uncertain.task[k] >> 1, uncertain.c[k], uncertain.ln_hill[k]
        if improved[b]:
            continue
        sums, slope = steps_of(b, curves, problem, steps), curves.facts[b, FIXED_SLOPE]
        rise, rss = rises[b], curves.state[b, RSS]
        if (
            has_steps(sums)
            and not is_coarse(b, curves, problem, rises)
            and not steep_is_lower(c, rss, CLEARLY_HIGHER * rise, slope, problem, sums)
        ):
            continue
        plateau = plateau_side(c, problem, curves.facts, b)
        low, width = _range_of_slopes(closest_doses(sums), problem)
        tooth = width / (TRIED_SLOPES - 1)
        for lane in range(LANES):
            trials[TRIED_C + lane], trials[TRIED_SIDE + lane] = c, plateau
            trials[TRIED_LN_HILL + lane] = low + tooth * lane
        for lane in range(TRIED_SLOPES, LANES):
            at = slope_at_dose(lane > TRIED_SLOPES, c, slope, problem, sums)
            trials[TRIED_LN_HILL + lane] = problem.ln_hill_high if math.isnan(at) else at
        base = try_curve(curves.points[b], problem, slope, trials)
        spare = ROUNDING * base
        below = rss + rise * (1.0 - 1e-3) + spare
        nearly = rss + rise * NEARLY + spare
        seen = False
        for lane in range(LANES):
            value = trials[TRIED_SUM + lane]
            if value < below:
                seen = True
            elif abs(trials[TRIED_LN_HILL + lane] - own) >= tooth:
                # In the valley of the limit itself, only a lower sum is another one.
                if lane < TRIED_SLOPES:
                    value = _valley(lane, 0, TRIED_SLOPES, 0.0, trials)
                seen = seen or value < nearly
        if seen:
            add_side(suspect, uncertain.task[k], c, own, uncertain.inside[k])


@compiled(allocates=False)
def _valley(lane, first, end, spare, trials):
    """Lowest residual sum near a trial between neighbours with other slopes, by a parabola, less
    `spare` times its second difference where the slopes lie too far apart for one.
    """
    value = trials[TRIED_SUM + lane]
    if first < lane < end - 1:
        before, after = trials[TRIED_SUM + lane - 1], trials[TRIED_SUM + lane + 1]
        bend = before - 2.0 * value + after
        if value <= before and value <= after and bend > 0.0:
            value -= (after - before) ** 2 / (8.0 * bend) + spare * bend
    return value


@compiled(allocates=False)
def check_limits(uncertain, fine, curves, problem, lanes, rises, improved, steps, slopes, lower):
    """Compare limits with other slopes at the same log10 IC50; where one has a lower sum, the side
    is added to `lower`, with that slope. `fine`: with slopes about `ln_hill` of the list, instead
    of all slopes but that one.
    """
    count = problem.n_points
    for first in range(0, uncertain.size[0], CHECKED_SIDES):
        end = min(first + CHECKED_SIDES, uncertain.size[0])
        for k in range(first, end):
            b, c = uncertain.task[k] >> 1, uncertain.c[k]
            low, tooth = _checked_slopes(b, curves, problem, steps)
            plateau = plateau_side(c, problem, curves.facts, b)
            slope = curves.facts[b, FIXED_SLOPE]
            if fine:
                tooth = FINE_STEP
                low = uncertain.ln_hill[k] - 0.5 * (CHECKED_SLOPES - 1) * tooth
            for j in range(CHECKED_SLOPES):
                lane = (k - first) * CHECKED_SLOPES + j
                load(lanes.points, lane, curves.points, b, count)
                at = low + tooth * j
                if not fine and j >= EVEN_SLOPES:
                    sums = steps_of(b, curves, problem, steps)
                    at = slope_at_dose(j > EVEN_SLOPES, c, slope, problem, sums)
                    at = problem.ln_hill_high if math.isnan(at) else at
                slopes[lane] = min(max(at, problem.ln_hill_low), problem.ln_hill_high)
                set_trial(lanes.trial, lane, c, slopes[lane], plateau, slope)
        sweep(lanes.points, count, lanes.trial, problem.mode, lanes.out)
        for k in range(first, end):
            b = uncertain.task[k] >> 1
            tooth = FINE_STEP if fine else _checked_slopes(b, curves, problem, steps)[1]
            best, at = math.inf, 0.0
            for j in range(CHECKED_SLOPES):
                lane = (k - first) * CHECKED_SLOPES + j
                value, here = lanes.out[F * LANES + lane], slopes[lane]
                gl, hll = lanes.out[GL * LANES + lane], lanes.out[HLL * LANES + lane]
                own = uncertain.ln_hill[k]
                even = fine or j < EVEN_SLOPES
                near = even and not fine and abs(here - own) < tooth
                if even and _promises(here, gl, hll, tooth, problem):
                    value -= gl * gl / hll
                    here -= gl / hll
                    near = near or (not fine and abs(here - own) < 0.5 * tooth)
                if value < best and not near:
                    best, at = value, here
            if not improved[b] and best - curves.state[b, RSS] < rises[b] * (1.0 - 1e-3):
                add_side(lower, uncertain.task[k], uncertain.c[k], at, uncertain.inside[k])


@compiled(allocates=False)
def check_open(opened, curves, problem, lanes, rises, improved, steps, trials):
    """Look for a lower residual sum than the optimum on the sides that are open without a search:
    at `OPEN_PLACES` values of log10 IC50 up to the bound, with `OPEN_SLOPES` slopes each, then with
    as many closer slopes about the best ones.
    """
    for k in range(opened.size[0]):
        b, side = opened.task[k] >> 1, opened.task[k] & 1
        if improved[b]:
            continue
        state, facts = curves.state[b], curves.facts[b]
        edge = facts[C_HIGH] if side == 1 else facts[C_LOW]
        closest = closest_doses(steps_of(b, curves, problem, steps))
        low, width = _range_of_slopes(closest, problem)
        tooth = width / (OPEN_SLOPES - 1)
        for place in range(OPEN_PLACES):
            c = state[C] + (edge - state[C]) * (1 + place) / OPEN_PLACES
            plateau = plateau_side(c, problem, curves.facts, b)
            for lane in range(place * OPEN_SLOPES, (place + 1) * OPEN_SLOPES):
                trials[TRIED_C + lane], trials[TRIED_SIDE + lane] = c, plateau
                trials[TRIED_LN_HILL + lane] = low + tooth * (lane - place * OPEN_SLOPES)
        base = try_curve(curves.points[b], problem, facts[FIXED_SLOPE], trials)
        enough = state[RSS] * (1.0 - 1e-8) - 1e-2 * rises[b] + ROUNDING * base
        # The slopes lie too far apart to show small gains.
        if not _deepest(SPARE, trials)[0] < enough + COARSE * rises[b]:
            continue
        _try_closer_slopes(low, width, trials)
        try_curve(curves.points[b], problem, facts[FIXED_SLOPE], trials)
        best, at = _deepest(0.0, trials)
        if not best < enough + FINE * rises[b]:
            continue
        load_all_lanes(b, curves, problem, lanes)
        c = trials[TRIED_C + at]
        best, ln_hill = profile(2, c, b, curves, problem, lanes)
        if best < state[RSS] * (1.0 - 1e-8) - 1e-2 * rises[b]:
            improved[b] = True
            state[C], state[LN_HILL], state[RSS] = c, ln_hill, best


@compiled(allocates=False)
def _try_closer_slopes(low, width, trials):
    """Replace the slopes at each place by those about the best of them."""
    tooth = width / (OPEN_SLOPES - 1)
    for first in range(0, LANES, OPEN_SLOPES):
        at = first
        for lane in range(first, first + OPEN_SLOPES):
            if trials[TRIED_SUM + lane] < trials[TRIED_SUM + at]:
                at = lane
        start = low + tooth * (at - first - 1)
        start = min(max(start, low), low + width - 2.0 * tooth)
        for lane in range(first, first + OPEN_SLOPES):
            trials[TRIED_LN_HILL + lane] = start + 2.0 * tooth * (lane - first) / (OPEN_SLOPES - 1)


@compiled(allocates=False)
def _deepest(spare, trials):
    """Lowest residual sum near all trials of an open side, and the number of that trial."""
    best, at = math.inf, 0
    for lane in range(LANES):
        first = lane - lane % OPEN_SLOPES
        value = _valley(lane, first, first + OPEN_SLOPES, spare, trials)
        if value < best:
            best, at = value, lane
    return best, at


@compiled(allocates=False)
def _promises(ln_hill, gl, hll, tooth, problem):
    """Whether the Newton step in ln hill is one towards a lower sum nearby, within the bounds."""
    return (
        hll > 0.0
        and abs(gl) < hll * tooth
        and problem.ln_hill_low <= ln_hill - gl / hll <= problem.ln_hill_high
    )


@compiled(allocates=False)
def _checked_slopes(b, curves, problem, steps):
    """Lowest ln hill of a check, and the distance to the next."""
    closest = closest_doses(steps_of(b, curves, problem, steps))
    low, width = _range_of_slopes(closest, problem)
    return low, width / (EVEN_SLOPES - 1)


@compiled(allocates=False)
def _range_of_slopes(closest, problem):
    """Lowest ln hill of a check, and how far it is to the highest: a step between the two closest
    doses.
    """
    low = problem.ln_hill_low
    high = math.log(4.0 / max(closest, 1e-3))
    return low, min(max(high, low + 1.0), problem.ln_hill_high) - low
