"""Profile-likelihood limits of log10 IC50, 32 sides of curves at once.

The profile is the least residual sum at a given log10 IC50. Its signed root is nearly linear, so a
Newton step on the root, together with one in hill, needs three or four sweeps a side [Bates & Watts
1988, Nonlinear Regression Analysis, chapter 6]. A side that does not converge in this way is
searched in small steps and by regula falsi (walk.py).
"""

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
    FIELDS,
    FIXED_SLOPE,
    GC,
    GL,
    HCL,
    HLL,
    INFO_CL,
    INFO_LL,
    LANES,
    LN_HILL,
    MLL,
    RESULT_ROWS,
    RSS,
    TRIAL_ROWS,
    Array,
    C,
    F,
    Lanes,
)
from tricyclic.numerics.batch.search import STEEP, load, plateau_side, set_trial
from tricyclic.numerics.batch.walk import load_all_lanes, profile, wald_distance, walk

MAX_SWEEPS = 40
SMALL_STEP = 2e-4
SMALL_DRIFT = 3e-3
# State of a lane after a sweep: it continues, its side is finished, its side needs the slow search
# of walk.py, or its slope has to be checked.
GOES_ON, FINISHED, HARD, UNCERTAIN = range(4)


class LimitLanes(NamedTuple):
    """What each lane remembers: `task` is 2 * curve + side, -1 for none; sweeps; ln hill; the last
    point inside and outside.
    """

    task: Array
    sweeps: Array
    ln_hill: Array
    inside: Array
    outside: Array


@compiled()
def find_limits(curves, problem, pending, rises, limits, improved):
    """Fill `limits`, shape (curves, 2), of the curves named in `pending`; -inf or inf where a side
    does not close in the box.

    Parameters
    ----------
    curves : Curves
    problem : Problem
    pending : array of int
    rises : array, shape (curves,)
        How far the residual sum may rise.
    limits : array, shape (curves, 2)
    improved : array of bool, shape (curves,)
        Set where the walk met a lower residual sum than the optimum: the state then has that point.
    """
    lanes = Lanes(
        np.zeros(problem.n_points * FIELDS * LANES),
        np.zeros(TRIAL_ROWS * LANES),
        np.zeros(RESULT_ROWS * LANES),
    )
    work = LimitLanes(
        np.full(LANES, -1),
        np.zeros(LANES, np.int64),
        np.zeros(LANES),
        np.zeros(LANES),
        np.zeros(LANES),
    )
    uncertain = np.empty(2 * pending.size, np.int64)
    hard = np.empty(2 * pending.size, np.int64)
    n_uncertain = n_hard = busy = 0
    following = np.int64(0)
    for lane in range(LANES):
        set_trial(lanes.trial, lane, 0.0, 0.0, 1.0, 1.0)
        following = _begin(following, lane, pending, curves, problem, lanes, work, rises, limits)
        busy += work.task[lane] >= 0
    task = work.task
    while busy > 0:
        sweep(lanes.points, problem.n_points, lanes.trial, problem.mode, lanes.out)
        for lane in range(LANES):
            if task[lane] < 0:
                continue
            outcome = _advance(lane, curves, problem, lanes, work, rises, limits, improved)
            if outcome == HARD:
                hard[n_hard] = task[lane]
                n_hard += 1
            elif outcome == UNCERTAIN:
                uncertain[n_uncertain] = task[lane]
                n_uncertain += 1
            if outcome != GOES_ON:
                following = _begin(
                    following, lane, pending, curves, problem, lanes, work, rises, limits
                )
                busy -= task[lane] < 0
    for k in range(n_uncertain):
        b, side = uncertain[k] >> 1, uncertain[k] & 1
        if improved[b] or math.isinf(limits[b, side]):
            continue
        load_all_lanes(b, curves, problem, lanes)
        value, _ = profile(2, limits[b, side], b, curves, problem, lanes)
        if value - curves.state[b, RSS] < rises[b] * (1.0 - 1e-3):
            hard[n_hard] = uncertain[k]
            n_hard += 1
    for k in range(n_hard):
        b, side = hard[k] >> 1, hard[k] & 1
        if not improved[b]:
            walk(b, side, curves, problem, lanes, rises[b], limits, improved)


@compiled(allocates=False)
def _begin(following, lane, pending, curves, problem, lanes, work, rises, limits):
    """Put the next side that needs a search on a lane; gives the number of the side after it."""
    work.task[lane] = -1
    while following < 2 * pending.size:
        b, side = pending[following >> 1], following & 1
        following += 1
        away = 1.0 if side == 1 else -1.0
        state = curves.state[b]
        c0 = state[C]
        distance = wald_distance(state, rises[b], problem.free_hill)
        edge = curves.facts[b, C_HIGH] if side == 1 else curves.facts[b, C_LOW]
        if away * (c0 - edge) >= -1e-9:
            limits[b, side] = away * math.inf
            continue
        if distance < 1e-9:
            # Readings without scatter: the limits are the estimate as far as numbers can show.
            limits[b, side] = c0 + away * distance
            continue
        c = c0 + away * distance
        c = edge if away * (c - edge) > 0.0 else c
        dl = 0.0
        if problem.free_hill and state[INFO_LL] > 0.0:
            dl = -state[INFO_CL] / state[INFO_LL] * (c - c0)
        dl = -0.5 if dl < -0.5 else (0.5 if dl > 0.5 else dl)
        load(lanes.points, lane, curves.points, b, problem.n_points)
        ln_hill = state[LN_HILL]
        if problem.free_hill:
            ln_hill = min(max(ln_hill + dl, problem.ln_hill_low), problem.ln_hill_high)
        work.ln_hill[lane] = ln_hill
        plateau = plateau_side(c, problem, curves.facts, b)
        set_trial(lanes.trial, lane, c, ln_hill, plateau, curves.facts[b, FIXED_SLOPE])
        work.task[lane], work.sweeps[lane] = 2 * b + side, 0
        work.inside[lane], work.outside[lane] = c0, math.nan
        break
    return following


@compiled(allocates=False)
def _advance(lane, curves, problem, lanes, work, rises, limits, improved):
    """Use the sweep of a lane: move on, or finish the side. Gives what became of the lane."""
    b = work.task[lane] >> 1
    work.sweeps[lane] += 1
    c, ln_hill, c0 = lanes.trial[lane], work.ln_hill[lane], curves.state[b, C]
    gl, hll = lanes.out[GL * LANES + lane], lanes.out[HLL * LANES + lane]
    at_bound = (
        not problem.free_hill
        or (ln_hill <= problem.ln_hill_low and gl >= 0.0)
        or (ln_hill >= problem.ln_hill_high and gl <= 0.0)
    )
    inside, outside = work.inside[lane], work.outside[lane]
    closed = abs(outside - inside) < 1e-5 * abs(outside - c0)
    if work.sweeps[lane] > MAX_SWEEPS or (closed and work.sweeps[lane] > 8):
        return HARD
    if not at_bound and not (hll > 0.0 and abs(gl) < 0.25 * hll):
        # The slope is not yet optimal at this log10 IC50, so the value is not yet on the profile.
        dl = -gl / hll if hll > 0.0 else -gl / (lanes.out[MLL * LANES + lane] + 1e-300)
        dl = -0.4 if dl < -0.4 else (0.4 if dl > 0.4 else dl)
        work.ln_hill[lane] = min(max(ln_hill + dl, problem.ln_hill_low), problem.ln_hill_high)
    else:
        outcome = _step(lane, at_bound, curves, problem, lanes, work, rises, limits, improved)
        if outcome != GOES_ON:
            return outcome
        c = lanes.trial[lane]
    plateau = plateau_side(c, problem, curves.facts, b)
    set_trial(lanes.trial, lane, c, work.ln_hill[lane], plateau, curves.facts[b, FIXED_SLOPE])
    return GOES_ON


@compiled(allocates=False)
def _step(lane, at_bound, curves, problem, lanes, work, rises, limits, improved):
    """Newton step on the root of the profile; writes the next log10 IC50 and slope of the lane, or
    the limit.
    """
    b, side = work.task[lane] >> 1, work.task[lane] & 1
    away = 1.0 if side == 1 else -1.0
    state = curves.state[b]
    c, ln_hill, c0 = lanes.trial[lane], work.ln_hill[lane], state[C]
    rss, gc = lanes.out[F * LANES + lane], lanes.out[GC * LANES + lane]
    drift, follow, phi, slope = 0.0, 0.0, rss, 2.0 * gc
    if not at_bound:
        gl, hll = lanes.out[GL * LANES + lane], lanes.out[HLL * LANES + lane]
        hcl = lanes.out[HCL * LANES + lane]
        drift = -gl / hll
        follow = -hcl / hll
        phi = rss + gl * drift
        slope = 2.0 * (gc + hcl * drift)
    rise = phi - state[RSS]
    root, target = math.sqrt(max(rise, 0.0)), math.sqrt(rises[b])
    if rise < -1e-8 * state[RSS] - 1e-2 * rises[b] and rss < state[RSS]:
        improved[b] = True
        state[C], state[LN_HILL], state[RSS] = c, ln_hill, rss
        return FINISHED
    if root < target:
        work.inside[lane] = c
    else:
        work.outside[lane] = c
    distance = abs(c - c0)
    dc = away * max(distance, 1e-3)
    if root > 1e-3 * target and away * slope > 0.0:
        dc = (target - root) * 2.0 * root / slope
    edge = curves.facts[b, C_HIGH] if side == 1 else curves.facts[b, C_LOW]
    if (
        abs(dc) < SMALL_STEP * min(max(distance, 1e-7), 0.1)
        and abs(drift) < SMALL_DRIFT
        and distance > 0.0
    ):
        limit = c + dc
        limits[b, side] = limit if away * (limit - edge) <= 0.0 else away * math.inf
        # A steep curve can have a second valley in hill: search it before closing the side.
        steep = problem.free_hill and max(ln_hill, state[LN_HILL]) > STEEP
        return UNCERTAIN if steep else FINISHED
    if away * (c - edge) >= 0.0 and root < target:
        if abs(drift) < SMALL_DRIFT:
            limits[b, side] = away * math.inf
            return FINISHED
        new = c
    else:
        new = _next_point(c, dc, away, distance, edge, work.inside[lane], work.outside[lane])
    dl = drift + follow * (new - c)
    dl = -0.7 if dl < -0.7 else (0.7 if dl > 0.7 else dl)
    if problem.free_hill:
        work.ln_hill[lane] = min(max(ln_hill + dl, problem.ln_hill_low), problem.ln_hill_high)
    lanes.trial[lane] = new
    return GOES_ON


@compiled(allocates=False)
def _next_point(c, dc, away, distance, edge, inside, outside):
    """The next log10 IC50: the Newton step, between the points known to lie inside and outside,
    within the box.
    """
    new = c + dc
    if not math.isnan(outside):
        if away * (new - inside) <= 0.0 or away * (outside - new) <= 0.0:
            new = 0.5 * (inside + outside)
    else:
        farthest = away * min(1.5 * distance, 0.7)
        if away * (new - c - farthest) > 0.0 or away * (new - c) <= 0.0:
            new = c + farthest
    return edge if away * (new - edge) > 0.0 else new
