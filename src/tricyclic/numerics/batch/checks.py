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
    C_HIGH,
    C_LOW,
    FIXED_SLOPE,
    GL,
    HLL,
    LANES,
    LN_HILL,
    RSS,
    Array,
    C,
    F,
)
from tricyclic.numerics.batch.search import load, plateau_side, set_trial
from tricyclic.numerics.batch.steps import fill_steps, slope_at_dose
from tricyclic.numerics.batch.walk import load_all_lanes, profile

# Slopes at which a limit is checked, sides that are checked in one sweep.
CHECKED_SLOPES = 16
EVEN_SLOPES = 14
# Distance in ln hill of the slopes of the second look.
FINE_STEP = 0.2
CHECKED_SIDES = LANES // CHECKED_SLOPES
# Values of log10 IC50 and slopes at which an open side is looked at.
OPEN_PLACES = 4
OPEN_SLOPES = LANES // OPEN_PLACES
# Share of the permitted rise by which the best of these slopes may be higher than the optimum.
COARSE = 0.1


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
            low, tooth = _checked_slopes(b, curves, problem)
            plateau = plateau_side(c, problem, curves.facts, b)
            slope = curves.facts[b, FIXED_SLOPE]
            if fine:
                tooth = FINE_STEP
                low = uncertain.ln_hill[k] - 0.5 * (CHECKED_SLOPES - 1) * tooth
            else:
                fill_steps(b, curves, problem, steps)
            for j in range(CHECKED_SLOPES):
                lane = (k - first) * CHECKED_SLOPES + j
                load(lanes.points, lane, curves.points, b, count)
                at = low + tooth * j
                if not fine and j >= EVEN_SLOPES:
                    at = slope_at_dose(j > EVEN_SLOPES, c, slope, problem, steps)
                    at = problem.ln_hill_high if math.isnan(at) else at
                slopes[lane] = min(max(at, problem.ln_hill_low), problem.ln_hill_high)
                set_trial(lanes.trial, lane, c, slopes[lane], plateau, slope)
        sweep(lanes.points, count, lanes.trial, problem.mode, lanes.out)
        for k in range(first, end):
            b = uncertain.task[k] >> 1
            tooth = FINE_STEP if fine else _checked_slopes(b, curves, problem)[1]
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
def check_open(opened, curves, problem, lanes, rises, improved):
    """Look for a lower residual sum than the optimum on the sides that are open without a search:
    at `OPEN_PLACES` values of log10 IC50 up to the bound, with `OPEN_SLOPES` slopes each.
    """
    for k in range(opened.size[0]):
        b, side = opened.task[k] >> 1, opened.task[k] & 1
        if improved[b]:
            continue
        state, facts = curves.state[b], curves.facts[b]
        edge = facts[C_HIGH] if side == 1 else facts[C_LOW]
        low, tooth = _checked_slopes(b, curves, problem)
        tooth *= (EVEN_SLOPES - 1) / (OPEN_SLOPES - 1)
        load_all_lanes(b, curves, problem, lanes)
        for lane in range(LANES):
            c = state[C] + (edge - state[C]) * (1 + lane // OPEN_SLOPES) / OPEN_PLACES
            plateau = plateau_side(c, problem, curves.facts, b)
            at = low + tooth * (lane % OPEN_SLOPES)
            set_trial(lanes.trial, lane, c, at, plateau, facts[FIXED_SLOPE])
        sweep(lanes.points, problem.n_points, lanes.trial, problem.mode, lanes.out)
        best, place = math.inf, edge
        for lane in range(LANES):
            value = lanes.out[F * LANES + lane]
            gl, hll = lanes.out[GL * LANES + lane], lanes.out[HLL * LANES + lane]
            if _promises(low + tooth * (lane % OPEN_SLOPES), gl, hll, tooth, problem):
                value -= gl * gl / hll
            if value < best:
                best, place = value, lanes.trial[lane]
        enough = state[RSS] * (1.0 - 1e-8) - 1e-2 * rises[b]
        # The slopes lie too far apart to show small gains.
        if best < enough + COARSE * rises[b]:
            best, at = profile(2, place, b, curves, problem, lanes)
            if best < enough:
                improved[b] = True
                state[C], state[LN_HILL], state[RSS] = place, at, best


@compiled(allocates=False)
def _promises(ln_hill, gl, hll, tooth, problem):
    """Whether the Newton step in ln hill is one towards a lower sum nearby, within the bounds."""
    return (
        hll > 0.0
        and abs(gl) < hll * tooth
        and problem.ln_hill_low <= ln_hill - gl / hll <= problem.ln_hill_high
    )


@compiled(allocates=False)
def _checked_slopes(b, curves, problem):
    """Lowest ln hill of a check, and the distance to the next; the highest is a step between the
    two closest doses.
    """
    points = curves.points[b]
    closest = math.inf
    for i in range(problem.n_points):
        for j in range(i):
            gap = abs(points[0, i] - points[0, j])
            if gap < closest and points[1, i] > 0.0 and points[1, j] > 0.0:
                closest = gap
    low = problem.ln_hill_low
    high = math.log(4.0 / max(closest, 1e-3))
    high = min(max(high, low + 1.0), problem.ln_hill_high)
    return low, (high - low) / (EVEN_SLOPES - 1)
