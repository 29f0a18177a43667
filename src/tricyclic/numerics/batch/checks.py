"""Checks of profile limits at other slopes: a steep curve can have a second valley in hill."""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tricyclic.numerics.batch.careful_step import STEEP
from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import sweep
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    FIXED_SLOPE,
    GL,
    HLL,
    LANES,
    NULL,
    RSS,
    Array,
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
    TRIED_BASE,
    TRIED_C,
    TRIED_LN_HILL,
    TRIED_SIDE,
    TRIED_SLOPE,
    TRIED_SUM,
    TRIES,
    try_curves,
)

# Permitted rise, as a share of the sum about a flat line, up to which a curve is precise.
PRECISE = 3e-3
# Rise of steep curves, as a multiple of the permitted one, from which a limit of a precise curve is
# not looked at.
CLEARLY_HIGHER = 2.0
# Slopes at which a limit is tried and checked, the last two of which are those that meet a reading;
# sides that are checked in one sweep.
CHECKED_SLOPES = TRIES
EVEN_SLOPES = CHECKED_SLOPES - 2
# Distance in ln hill of the slopes of the second look.
FINE_STEP = 0.2
CHECKED_SIDES = LANES // CHECKED_SLOPES
# Height of a valley, as a share of the permitted rise, up to which a first look sends for a second.
NEARLY = 1.05
# Share of the sum without a curve up to which a difference may be one of rounding.
ROUNDING = 1e-13


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


@compiled(allocates=False, inline=True)
def add_side(sides, task, c, ln_hill, inside):
    """Append a side to a list."""
    k = sides.size[0]
    sides.task[k], sides.c[k], sides.ln_hill[k], sides.inside[k] = task, c, ln_hill, inside
    sides.size[0] = k + 1


@compiled(allocates=False, inline=True)
def is_coarse(b, curves, problem, rises):
    """Whether the permitted rise of curve b is no small share of the sum about a flat line."""
    return rises[b] > PRECISE * _square_about_mean(b, curves, problem)


@compiled(allocates=False, inline=True)
def steep_from(b, curves, problem):
    """ln hill from which curve b is steep: `STEEP`, less where doses lie so far apart that a
    shallower curve already changes between two of them.
    """
    widest, last = 0.0, math.nan
    for i in range(problem.n_points):
        x = curves.points[b, 0, i]
        if curves.points[b, 1, i] > 0.0 and not math.isinf(x):
            # Comparisons with nan are false.
            widest = abs(x - last) if abs(x - last) > widest else widest
            last = x
    return STEEP if widest * math.exp(STEEP) <= 1.0 else -math.log(widest)


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
    first and quick one of the checks, of two sides at a time.
    """
    # Typed values: numba compiles a kernel once more for each constant that it is called with.
    first, second = np.int64(0), np.int64(TRIES)
    held = -1
    for k in range(uncertain.size[0]):
        b, c = uncertain.task[k] >> 1, uncertain.c[k]
        if improved[b]:
            continue
        sums, slope = steps_of(b, curves, problem, steps), curves.facts[b, FIXED_SLOPE]
        if (
            has_steps(sums)
            and not is_coarse(b, curves, problem, rises)
            and not steep_is_lower(
                c, curves.state[b, RSS], CLEARLY_HIGHER * rises[b], slope, problem, sums
            )
        ):
            continue
        _put_slopes(first if held < 0 else second, b, c, curves, problem, steps, trials)
        if held < 0:
            held = k
            continue
        one = uncertain.task[held] >> 1
        try_curves(curves.points[one], curves.points[b], problem, trials)
        _add_suspect(first, held, uncertain, curves, problem, rises, steps, trials, suspect)
        _add_suspect(second, k, uncertain, curves, problem, rises, steps, trials, suspect)
        held = -1
    if held >= 0:
        one = uncertain.task[held] >> 1
        try_curves(curves.points[one], curves.points[one], problem, trials)
        _add_suspect(first, held, uncertain, curves, problem, rises, steps, trials, suspect)


@compiled(allocates=False, inline=True)
def _put_slopes(first, b, c, curves, problem, steps, trials):
    """Put all slopes to be tried at a limit on the lanes from `first` on."""
    sums, slope = steps_of(b, curves, problem, steps), curves.facts[b, FIXED_SLOPE]
    plateau = plateau_side(c, problem, curves.facts, b)
    low, tooth = _checked_slopes(b, curves, problem, steps)
    for j in range(TRIES):
        lane = first + j
        trials[TRIED_C + lane], trials[TRIED_SIDE + lane] = c, plateau
        trials[TRIED_LN_HILL + lane], trials[TRIED_SLOPE + lane] = low + tooth * j, slope
    for j in range(EVEN_SLOPES, TRIES):
        at = slope_at_dose(j > EVEN_SLOPES, c, slope, problem, sums)
        trials[TRIED_LN_HILL + first + j] = problem.ln_hill_high if math.isnan(at) else at


@compiled(allocates=False, inline=True)
def _add_suspect(first, k, uncertain, curves, problem, rises, steps, trials, suspect):
    """Add side k to `suspect` if a trial, on the lanes from `first` on, is low enough."""
    b, own = uncertain.task[k] >> 1, uncertain.ln_hill[k]
    tooth = _checked_slopes(b, curves, problem, steps)[1]
    rise, rss = rises[b], curves.state[b, RSS]
    spare = ROUNDING * trials[TRIED_BASE + first]
    below = rss + rise * (1.0 - 1e-3) + spare
    nearly = rss + rise * NEARLY + spare
    for lane in range(first, first + TRIES):
        value = trials[TRIED_SUM + lane]
        # In the valley of the limit itself, only a lower sum is another one.
        if value >= below and abs(trials[TRIED_LN_HILL + lane] - own) >= tooth:
            value = _valley(lane, first, trials)
            if value < nearly:
                value = -math.inf
        if value < below:
            add_side(suspect, uncertain.task[k], uncertain.c[k], own, uncertain.inside[k])
            return


@compiled(allocates=False, inline=True)
def _valley(lane, first, trials):
    """Lowest residual sum near a trial between neighbours with other slopes, by a parabola."""
    value = trials[TRIED_SUM + lane]
    if 0 < lane - first < EVEN_SLOPES - 1:
        before, after = trials[TRIED_SUM + lane - 1], trials[TRIED_SUM + lane + 1]
        bend = before - 2.0 * value + after
        if value <= before and value <= after and bend > 0.0:
            value -= (after - before) ** 2 / (8.0 * bend)
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
def _promises(ln_hill, gl, hll, tooth, problem):
    """Whether the Newton step in ln hill is one towards a lower sum nearby, within the bounds."""
    return (
        hll > 0.0
        and abs(gl) < hll * tooth
        and problem.ln_hill_low <= ln_hill - gl / hll <= problem.ln_hill_high
    )


@compiled(allocates=False, inline=True)
def _checked_slopes(b, curves, problem, steps):
    """Lowest ln hill of a check, and the distance to the next."""
    closest = closest_doses(steps_of(b, curves, problem, steps))
    low, width = _range_of_slopes(closest, problem)
    return low, width / (EVEN_SLOPES - 1)


@compiled(allocates=False, inline=True)
def _range_of_slopes(closest, problem):
    """Lowest ln hill of a check, and how far it is to the highest: a step between the two closest
    doses.
    """
    low = problem.ln_hill_low
    high = math.log(4.0 / max(closest, 1e-3))
    return low, min(max(high, low + 1.0), problem.ln_hill_high) - low
