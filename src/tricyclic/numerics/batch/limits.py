"""Profile-likelihood limits of log10 IC50, 32 sides of curves at once.

Most limits of plain curves come from quick_limits.py, the others from here. The profile is the
least residual sum at a given log10 IC50. Its signed root is nearly linear, so a Newton step on the
root, together with one in hill, needs three or four sweeps a side [Bates & Watts 1988, Nonlinear
Regression Analysis, chapter 6]. A side that does not converge in this way is searched in small
steps and by regula falsi (walk.py).
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tricyclic.numerics.batch.checks import (
    SideList,
    add_side,
    check_limits,
    is_coarse,
    look_at_limits,
    new_sides,
    steep_from,
)
from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import sweep
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    FIELDS,
    FIXED_SLOPE,
    GC,
    GL,
    HCL,
    HIGH_X,
    HLL,
    LANES,
    LN_HILL,
    LOW_X,
    MLL,
    RESULT_ROWS,
    RSS,
    TRIAL_ROWS,
    Array,
    C,
    F,
    Lanes,
)
from tricyclic.numerics.batch.limit_starts import begin_sides
from tricyclic.numerics.batch.quick_limits import quick_limits, quick_space
from tricyclic.numerics.batch.search import load, plateau_side, set_trial
from tricyclic.numerics.batch.steps import (
    CLOSED,
    OPEN,
    UNKNOWN,
    StepTable,
    limit_at_dose,
    new_steps,
    steep_is_lower,
    steps_of,
)
from tricyclic.numerics.batch.trials import new_trials
from tricyclic.numerics.batch.walk import walk

MAX_SWEEPS = 40
# Sweeps after which the valley of a side is compared with that of a step at the next dose, and how
# many later again.
PATIENCE, AGAIN = 5, 4
SMALL_STEP = 2e-4
SMALL_DRIFT = 3e-3
# Step in ln hill from which a point is too far from the profile to lie outside a limit.
LARGE_DRIFT = 0.1
# State of a lane after a sweep: it continues, its side is finished, its side needs the slow search
# of walk.py, or its slope has to be checked.
GOES_ON, FINISHED, HARD, UNCERTAIN = range(4)
# Rounds of searches and checks.
MAX_CHECKS = 4
# Share of the distance from the optimum by which a search that has ended where it began has moved.
STAYED = 1e-3


class LimitLanes(NamedTuple):
    """What each lane remembers: `task` is 2 * curve + side, -1 for none; sweeps; ln hill; the last
    point inside and outside, and the last one inside as the derivatives there predict it; 1 where
    the side was not followed from the optimum, so that its limit has to be checked.
    """

    task: Array
    sweeps: Array
    ln_hill: Array
    inside: Array
    outside: Array
    nearly: Array
    doubtful: Array


class LimitSpace(NamedTuple):
    """Space of `find_limits`, for all blocks of a run.

    `rows` of `quick_limits`; `guesses`, shape (curves, 2, 2), the points at which it ended.
    """

    lanes: Lanes
    work: LimitLanes
    steps: StepTable
    slopes: Array
    rows: Array
    guesses: Array
    starts: SideList
    uncertain: SideList
    suspect: SideList
    hard: SideList
    looked_at: SideList
    trials: Array


@compiled()
def limit_space(n_points, most):
    """Space for `most` curves of `n_points` doses."""
    return LimitSpace(
        Lanes(
            np.zeros(n_points * FIELDS * LANES),
            np.zeros(TRIAL_ROWS * LANES),
            np.zeros(RESULT_ROWS * LANES),
        ),
        LimitLanes(
            np.full(LANES, -1),
            np.zeros(LANES, np.int64),
            np.zeros(LANES),
            np.zeros(LANES),
            np.zeros(LANES),
            np.zeros(LANES),
            np.zeros(LANES),
        ),
        new_steps(n_points, most),
        np.zeros(LANES),
        quick_space(),
        np.zeros((most, 2, 2)),
        new_sides(2 * most),
        new_sides(2 * most),
        new_sides(2 * most),
        new_sides(2 * most),
        new_sides(2 * most),
        new_trials(),
    )


@compiled(allocates=False)
def find_limits(curves, problem, pending, rises, limits, improved, space):
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
        Set where a lower residual sum than the optimum was met: the state then has that point.
    space : LimitSpace
    """
    lanes, work, steps, slopes = space.lanes, space.work, space.steps, space.slopes
    starts, uncertain, suspect, hard = space.starts, space.uncertain, space.suspect, space.hard
    looked_at, trials = space.looked_at, space.trials
    starts.size[0] = uncertain.size[0] = hard.size[0] = 0
    for b in pending:
        steps.filled[b] = False
    guesses = space.guesses
    quick_limits(curves, problem, pending, rises, limits, guesses, lanes, space.rows)
    begin_sides(
        pending,
        curves,
        problem,
        rises,
        limits,
        improved,
        steps,
        guesses,
        starts,
        uncertain,
    )
    # Typed values: numba compiles a kernel once more for each constant that it is called with.
    coarse, fine = np.bool_(False), np.bool_(True)
    for round in range(MAX_CHECKS):
        _search_sides(
            starts, curves, problem, lanes, work, rises, limits, improved, steps, uncertain, hard
        )
        starts.size[0] = 0
        last = round == MAX_CHECKS - 1
        lower = hard if last else starts
        looked_at.size[0] = suspect.size[0] = 0
        look_at_limits(uncertain, curves, problem, rises, improved, steps, trials, looked_at)
        check_limits(
            looked_at, coarse, curves, problem, lanes, rises, improved, steps, slopes, suspect
        )
        check_limits(suspect, fine, curves, problem, lanes, rises, improved, steps, slopes, lower)
        uncertain.size[0] = 0
        if round > 0 and not last:
            _settle(starts, curves, problem, rises, limits, steps, uncertain, hard)
        if starts.size[0] + uncertain.size[0] == 0:
            break
    for k in range(hard.size[0]):
        b, side = hard.task[k] >> 1, hard.task[k] & 1
        if not improved[b]:
            walk(b, side, hard.inside[k], curves, problem, lanes, rises[b], limits, improved)


@compiled(allocates=False)
def _search_sides(
    starts, curves, problem, lanes, work, rises, limits, improved, steps, uncertain, hard
):
    """Search all sides of `starts`; those without success are added to `hard`, those to be checked
    to `uncertain`.
    """
    following = 0
    busy = 0
    task = work.task
    for lane in range(LANES):
        task[lane] = -1
        set_trial(lanes.trial, lane, 0.0, 0.0, 1.0, 1.0)
        if following < starts.size[0]:
            _load_side(lane, following, starts, curves, problem, lanes, work)
            following += 1
            busy += 1
    while busy > 0:
        sweep(lanes.points, problem.n_points, lanes.trial, problem.mode, lanes.out)
        for lane in range(LANES):
            if task[lane] < 0:
                continue
            outcome = _advance(lane, curves, problem, lanes, work, rises, limits, improved)
            late = work.sweeps[lane] - PATIENCE
            if outcome == HARD or (outcome == GOES_ON and late >= 0 and late % AGAIN == 0):
                outcome = _turn_at_dose(
                    lane, outcome, curves, problem, lanes, work, rises, limits, steps
                )
            if outcome == GOES_ON:
                continue
            b, side = task[lane] >> 1, task[lane] & 1
            if outcome == FINISHED and _other_may_be_lower(
                limits[b, side], b, curves, problem, rises, steps
            ):
                outcome = UNCERTAIN
            if outcome == HARD:
                add_side(hard, task[lane], work.inside[lane], work.ln_hill[lane], work.inside[lane])
            elif outcome == UNCERTAIN and not math.isinf(limits[b, side]):
                add_side(
                    uncertain, task[lane], limits[b, side], work.ln_hill[lane], work.inside[lane]
                )
            if following < starts.size[0]:
                _load_side(lane, following, starts, curves, problem, lanes, work)
                following += 1
            else:
                task[lane] = -1
                busy -= 1


@compiled(allocates=False)
def _settle(starts, curves, problem, rises, limits, steps, uncertain, hard):
    """Keep in `starts` the sides that another search can bring on.

    The valley of a steep curve near a dose leads to the limit that the steps have there. A search
    that has ended where it began would do so again: that side is added to `hard`.
    """
    kept = 0
    for k in range(starts.size[0]):
        task, c, ln_hill, inside = starts.task[k], starts.c[k], starts.ln_hill[k], starts.inside[k]
        b, side = task >> 1, task & 1
        edge = curves.facts[b, C_HIGH] if side == 1 else curves.facts[b, C_LOW]
        kind, at, slope, x = limit_at_dose(
            side,
            c,
            ln_hill,
            edge,
            curves.state[b, RSS],
            rises[b],
            curves.facts[b, FIXED_SLOPE],
            problem,
            steps_of(b, curves, problem, steps),
        )
        if kind == OPEN:
            limits[b, side] = math.inf if side == 1 else -math.inf
        elif kind == CLOSED:
            limits[b, side] = at
            add_side(uncertain, task, at, slope, x)
        elif kind == UNKNOWN and abs(c - inside) < STAYED * abs(c - curves.state[b, C]):
            add_side(hard, task, inside, ln_hill, inside)
        else:
            if kind != UNKNOWN:
                c, ln_hill, inside = at, slope, x
            starts.task[kept], starts.c[kept] = task, c
            starts.ln_hill[kept], starts.inside[kept] = ln_hill, inside
            kept += 1
    starts.size[0] = kept


@compiled(allocates=False)
def _other_may_be_lower(limit, b, curves, problem, rises, steps):
    """Whether curves of another slope may be below the permitted sum at a limit: steep ones, or
    any where a fixed plateau keeps curves from the readings.
    """
    if (
        not problem.free_hill
        or not math.isfinite(limit)
        or not is_coarse(b, curves, problem, rises)
    ):
        return False
    if problem.mode != BOTH_FREE:
        return True
    slope, own = curves.facts[b, FIXED_SLOPE], steps_of(b, curves, problem, steps)
    return steep_is_lower(limit, curves.state[b, RSS], rises[b], slope, problem, own)


@compiled(allocates=False, inline=True)
def _load_side(lane, k, starts, curves, problem, lanes, work):
    """Put the start k on a lane."""
    b = starts.task[k] >> 1
    c, ln_hill = starts.c[k], curves.state[b, LN_HILL]
    if problem.free_hill:
        ln_hill = min(max(starts.ln_hill[k], problem.ln_hill_low), problem.ln_hill_high)
    load(lanes.points, lane, curves.points, b, problem.n_points)
    work.task[lane], work.sweeps[lane], work.ln_hill[lane] = starts.task[k], 0, ln_hill
    work.inside[lane], work.outside[lane] = starts.inside[k], math.nan
    work.nearly[lane] = starts.inside[k]
    work.doubtful[lane] = 0.0 if starts.inside[k] == curves.state[b, C] else 1.0
    plateau = plateau_side(c, problem, curves.facts, b)
    set_trial(lanes.trial, lane, c, ln_hill, plateau, curves.facts[b, FIXED_SLOPE])


@compiled(allocates=False)
def _turn_at_dose(lane, outcome, curves, problem, lanes, work, rises, limits, steps):
    """Use the steps at the next dose for a side that is slow because its slope rises towards that
    dose; gives what becomes of the lane.
    """
    b, side = work.task[lane] >> 1, work.task[lane] & 1
    if not problem.free_hill:
        return outcome
    edge = curves.facts[b, C_HIGH] if side == 1 else curves.facts[b, C_LOW]
    slope = curves.facts[b, FIXED_SLOPE]
    kind, c, ln_hill, x = limit_at_dose(
        side,
        work.nearly[lane],
        work.ln_hill[lane],
        edge,
        curves.state[b, RSS],
        rises[b],
        slope,
        problem,
        steps_of(b, curves, problem, steps),
    )
    if kind == UNKNOWN:
        return outcome
    if kind == OPEN:
        limits[b, side] = math.inf if side == 1 else -math.inf
        return FINISHED
    if kind == CLOSED:
        limits[b, side] = c
        work.ln_hill[lane] = ln_hill
        return UNCERTAIN
    if outcome == HARD or (work.sweeps[lane] > PATIENCE and work.doubtful[lane] > 0.0):
        return outcome
    work.ln_hill[lane], work.inside[lane], work.outside[lane] = ln_hill, x, math.nan
    work.doubtful[lane] = 1.0
    plateau = plateau_side(c, problem, curves.facts, b)
    set_trial(lanes.trial, lane, c, ln_hill, plateau, slope)
    return GOES_ON


@compiled(allocates=False, inline=True)
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


@compiled(allocates=False, inline=True)
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
        work.nearly[lane] = c
    # Off the profile, a sum that is too high shows nothing.
    if rss - state[RSS] < rises[b]:
        work.inside[lane] = c
    elif root >= target and abs(drift) < LARGE_DRIFT:
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
        steep = problem.free_hill and max(ln_hill, state[LN_HILL]) > steep_from(b, curves, problem)
        return UNCERTAIN if steep or work.doubtful[lane] > 0.0 else FINISHED
    if away * (c - edge) >= 0.0 and root < target:
        if abs(drift) < SMALL_DRIFT:
            limits[b, side] = away * math.inf
            return FINISHED
        new = c
    else:
        outside = c if root >= target else work.outside[lane]
        # Beyond the doses the profile of free plateaus changes slowly, up to the bound.
        outermost = curves.facts[b, HIGH_X] if side == 1 else curves.facts[b, LOW_X]
        farthest = min(1.5 * distance, 0.7)
        if problem.mode == BOTH_FREE and away * (c - outermost) >= 0.0:
            farthest = abs(edge - c)
        new = _next_point(c, dc, away, farthest, edge, work.inside[lane], outside)
    dl = drift + follow * (new - c)
    dl = -0.7 if dl < -0.7 else (0.7 if dl > 0.7 else dl)
    if problem.free_hill:
        work.ln_hill[lane] = min(max(ln_hill + dl, problem.ln_hill_low), problem.ln_hill_high)
    lanes.trial[lane] = new
    return GOES_ON


@compiled(allocates=False)
def _next_point(c, dc, away, farthest, edge, inside, outside):
    """The next log10 IC50: the Newton step, up to `farthest`, between the points known to lie
    inside and outside, within the box.
    """
    new = c + dc
    if not math.isnan(outside):
        if away * (new - inside) <= 0.0 or away * (outside - new) <= 0.0:
            new = 0.5 * (inside + outside)
    else:
        if away * (new - c) > farthest or away * (new - c) <= 0.0:
            new = c + away * farthest
    return edge if away * (new - edge) > 0.0 else new
