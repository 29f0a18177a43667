"""Optima of prepared curves: exact Newton steps in log10 IC50 and ln hill, 32 curves in parallel.

A lane whose curve has converged takes the next one, so that a slow curve delays no other.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tricyclic.numerics.batch.careful_step import STEEP, careful_step
from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import sweep
from tricyclic.numerics.batch.layout import (
    AT_INTERCEPT,
    AT_SLOPE,
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    CONVERGED,
    CURVATURE,
    DA_C,
    DA_L,
    DB_C,
    DB_L,
    FIELDS,
    FIXED_SLOPE,
    GC,
    GL,
    HCC,
    HCL,
    HIGH_X,
    HLL,
    INFO_CC,
    INFO_CL,
    INFO_LL,
    INTERCEPT,
    L_BY_C,
    LANES,
    LN10,
    LN_HILL,
    LOW_X,
    MCC,
    MCL,
    MLL,
    RESULT_ROWS,
    RSS,
    SIDE,
    SLOPE,
    TRIAL_KAPPA,
    TRIAL_ROWS,
    TRIAL_SLOPE,
    Array,
    C,
    F,
    Lanes,
)

SMALL_STEP = 1e-5
MAX_SWEEPS = 100
MAX_DAMPING = 1e12
# Share of the sum up to which a step that promises no more of a fall is not made.
_SETTLED = 1e-13


# Rows of what the lanes of a search remember. The first are those of the sweep at the best point so
# far.
_AT_ROWS = DA_L + 1
(
    # Its log10 IC50, ln hill, hill, 1 / hill (of steep curves only) and side.
    _HERE_C,
    _HERE_L,
    _HILL,
    _PER_HILL,
    _HERE_SIDE,
    # Hill and 1 / hill of the point on trial.
    _TRIAL_HILL,
    _TRIAL_PER_HILL,
    # The step to it, whether it is pure Newton, and the fall of the residual sum it promises.
    _STEP_C,
    _STEP_L,
    _EXACT,
    _PROMISE,
    # What kind of step it is; for BENT the step in the exponent at the anchor, and the anchor.
    _KIND,
    _STEP_1,
    _ANCHOR,
    # Damping, sweeps spent, bounds of log10 IC50, the sum of the lowest and highest dose.
    _DAMPING,
    _SWEEPS,
    _LOW,
    _HIGH,
    _ENDS,
    # Whether the last trial was refused.
    _REFUSED,
    # How many steps in a row have promised about the same share of the fall of the one before.
    _STEADY,
) = ((_AT_ROWS + row) * LANES for row in range(21))
_ROWS = _AT_ROWS + 21
# Kinds of steps: one that needs the precautions of `careful_step`, one in log10 IC50 and ln hill,
# one in the unknowns of a steep curve.
_CAREFUL, _PLAIN, _BENT = 0.0, 1.0, 2.0
# Where a steep curve becomes a step, the sum falls to its limit like an exponential, and the fall
# that Newton steps promise shrinks by a factor of e each: the shares that count as such, and after
# how many of them in a row the steps that are left are made as one.
_LEAST_SHARE, _MOST_SHARE, _ENOUGH_STEADY = 0.25, 0.5, 2.0


class SearchLanes(NamedTuple):
    """What the lanes of a search remember.

    `task`, shape (LANES,): curve, -1 for none; `rows`, shape (_ROWS * LANES,); `at`, shape
    (_AT_ROWS,), scratch.
    """

    task: Array
    rows: Array
    at: Array


@compiled(allocates=False, inline=True)
def load(points, lane, table, b, count):
    """Copy the points of curve b, shape (curves, 3, count), to a lane."""
    for i in range(count):
        o = i * (FIELDS * LANES) + lane
        points[o] = table[b, 0, i]
        points[o + LANES] = table[b, 1, i]
        points[o + 2 * LANES] = table[b, 2, i]


@compiled(allocates=False, inline=True)
def plateau_side(c, problem, facts, b):
    """The nearer plateau: s vanishes there, so that its remainder keeps its digits."""
    if problem.mode != BOTH_FREE:
        return problem.fixed_side
    return 1.0 if 2.0 * c < facts[b, LOW_X] + facts[b, HIGH_X] else -1.0


@compiled(allocates=False, inline=True)
def set_trial(trial, lane, c, ln_hill, side, slope):
    """Write the trial parameters of a lane."""
    trial[lane] = c
    trial[TRIAL_KAPPA * LANES + lane] = side * math.exp(ln_hill) * LN10
    trial[TRIAL_SLOPE * LANES + lane] = slope


@compiled()
def search(curves, problem, pending):
    """Bring the curves named in `pending` from their start to their optimum.

    Parameters
    ----------
    curves : Curves
        `state` has the start and is filled.
    problem : Problem
    pending : array of int, shape (pending,)
    """
    lanes = Lanes(
        np.zeros(problem.n_points * FIELDS * LANES),
        np.zeros(TRIAL_ROWS * LANES),
        np.zeros(RESULT_ROWS * LANES),
    )
    work = SearchLanes(np.full(LANES, -1), np.zeros(_ROWS * LANES), np.zeros(_AT_ROWS))
    following = 0
    busy = 0
    for lane in range(LANES):
        set_trial(lanes.trial, lane, 0.0, 0.0, 1.0, 1.0)
        if following < pending.size:
            _begin(pending[following], lane, curves, problem, lanes, work)
            following += 1
            busy += 1
    task = work.task
    while busy > 0:
        sweep(lanes.points, problem.n_points, lanes.trial, problem.mode, lanes.out)
        _accept_or_refuse(lanes.out, lanes.trial, work.rows)
        if problem.free_hill:
            _plain_steps(problem.ln_hill_low, problem.ln_hill_high, work.rows)
        else:
            _plain_steps_in_c(work.rows)
        for lane in range(LANES):
            if task[lane] < 0 or not _advance(lane, curves, problem, lanes, work):
                continue
            if following < pending.size:
                _begin(pending[following], lane, curves, problem, lanes, work)
                following += 1
            else:
                task[lane] = -1
                busy -= 1


@compiled(allocates=False, inline=True)
def _begin(b, lane, curves, problem, lanes, work):
    """Put curve b on a lane."""
    load(lanes.points, lane, curves.points, b, problem.n_points)
    rows = work.rows
    work.task[lane] = b
    rows[_SWEEPS + lane] = rows[_DAMPING + lane] = rows[_STEP_L + lane] = 0.0
    rows[_STEADY + lane] = rows[_PROMISE + lane] = 0.0
    rows[_HERE_L + lane] = curves.state[b, LN_HILL]
    rows[_LOW + lane], rows[_HIGH + lane] = curves.facts[b, C_LOW], curves.facts[b, C_HIGH]
    rows[_ENDS + lane] = curves.facts[b, LOW_X] + curves.facts[b, HIGH_X]
    lanes.trial[TRIAL_SLOPE * LANES + lane] = curves.facts[b, FIXED_SLOPE]
    ln_hill = curves.state[b, LN_HILL]
    rows[_TRIAL_PER_HILL + lane] = math.exp(-ln_hill) if ln_hill >= STEEP else 0.0
    _set_point(lane, curves.state[b, C], ln_hill, problem, lanes, work)


@compiled(allocates=False, inline=True)
def _set_point(lane, c, ln_hill, problem, lanes, work):
    """Put a point on trial on a lane, whose 1 / hill is in its row."""
    rows = work.rows
    side = problem.fixed_side
    if problem.mode == BOTH_FREE:
        side = 1.0 if 2.0 * c < rows[_ENDS + lane] else -1.0
    rows[_TRIAL_HILL + lane] = math.exp(ln_hill)
    lanes.trial[lane] = c
    lanes.trial[TRIAL_KAPPA * LANES + lane] = side * rows[_TRIAL_HILL + lane] * LN10


@compiled(allocates=False, inline=True)
def _accept_or_refuse(out, trial, rows):
    """Take the trial point of each lane where the residual sum fell, else damp."""
    for lane in range(LANES):
        sweeps, damping = rows[_SWEEPS + lane] + 1.0, rows[_DAMPING + lane]
        fell = out[F * LANES + lane] <= rows[F * LANES + lane] * (1.0 + 1e-13) + 1e-31
        refused = 0.0 if fell or sweeps == 1.0 else 1.0
        more = 10.0 * damping if 10.0 * damping > 0.1 else 0.1
        less = 0.0 if damping < 0.05 else 0.1 * damping
        rows[_SWEEPS + lane], rows[_REFUSED + lane] = sweeps, refused
        rows[_DAMPING + lane] = more if refused == 1.0 else less
    for row in range(_AT_ROWS):
        for lane in range(LANES):
            o = row * LANES + lane
            rows[o] = rows[o] if rows[_REFUSED + lane] == 1.0 else out[o]
    for lane in range(LANES):
        refused = rows[_REFUSED + lane] == 1.0
        c, ln_hill = trial[lane], rows[_HERE_L + lane] + rows[_STEP_L + lane]
        side = 1.0 if trial[TRIAL_KAPPA * LANES + lane] > 0.0 else -1.0
        rows[_HERE_C + lane] = rows[_HERE_C + lane] if refused else c
        rows[_HERE_L + lane] = rows[_HERE_L + lane] if refused else ln_hill
        rows[_HERE_SIDE + lane] = rows[_HERE_SIDE + lane] if refused else side
        hill, per_hill = rows[_TRIAL_HILL + lane], rows[_TRIAL_PER_HILL + lane]
        rows[_HILL + lane] = rows[_HILL + lane] if refused else hill
        rows[_PER_HILL + lane] = rows[_PER_HILL + lane] if refused else per_hill


@compiled(allocates=False, inline=True)
def _plain_steps(l_low, l_high, rows):
    """Steps of `careful_step` in both parameters in all lanes, and in which of them they apply:
    where no bound is near, no step is too long and the sum is convex.

    One of kind BENT is finished by `_finish_bent`. No branches, so that the compiler makes vector
    instructions of it.
    """
    for lane in range(LANES):
        c, ln_hill, damping = rows[_HERE_C + lane], rows[_HERE_L + lane], rows[_DAMPING + lane]
        gc, gl = rows[GC * LANES + lane], rows[GL * LANES + lane]
        hcc, hcl = rows[HCC * LANES + lane], rows[HCL * LANES + lane]
        mcc, mcl = rows[MCC * LANES + lane], rows[MCL * LANES + lane]
        # The first unknown, as in careful_step.py.
        bent = (ln_hill >= STEEP) & (mcc > 0.0)
        turn = -mcl / mcc
        turn = turn if turn > -1.0 else -1.0
        turn = turn if turn < 1.0 else 1.0
        anchor = c + turn
        per_hill = rows[_PER_HILL + lane] if bent else 0.0
        c_1, c_l = -per_hill if bent else 1.0, anchor - c if bent else 0.0
        g1, g2 = gc * c_1, gl + gc * c_l
        m11, m22 = mcc * c_1 * c_1, rows[MLL * LANES + lane] + (2.0 * mcl + mcc * c_l) * c_l
        h22 = rows[HLL * LANES + lane] + (2.0 * hcl + hcc * c_l) * c_l - gc * c_l
        p, r = hcc * c_1 * c_1 + damping * m11, h22 + damping * m22
        q = (hcc * c_l + hcl) * c_1 + gc * per_hill
        det = p * r - q * q
        d1, d2 = -(r * g1 - q * g2) / det, -(p * g2 - q * g1) / det
        new_c, new_l = c + d1, ln_hill + d2
        dc, dl = new_c - c, new_l - ln_hill
        low, high = rows[_LOW + lane], rows[_HIGH + lane]
        near = (abs(d1) <= 1.0) & (abs(dc) <= 1.0) & (new_c >= low) & (new_c <= high)
        plain = (
            (p > 0.0)
            & (r > 0.0)
            & (det > 1e-9 * p * r)
            & (bent | near)
            & (abs(d2) <= 1.0)
            & (c > low)
            & (c < high)
            & (ln_hill > l_low)
            & (ln_hill < l_high)
            & (new_l >= l_low)
            & (new_l <= l_high)
        )
        kind = _BENT if bent else _PLAIN
        rows[_KIND + lane] = kind if plain else _CAREFUL
        rows[_STEP_C + lane], rows[_STEP_L + lane] = dc, dl
        rows[_STEP_1 + lane], rows[_ANCHOR + lane] = d1, anchor
        promise = -(g1 * d1 + g2 * d2) if bent else -(gc * dc + gl * dl)
        before = rows[_PROMISE + lane]
        steady = (
            bent
            & (damping == 0.0)
            & (dl > 0.0)
            & (promise > _LEAST_SHARE * before)
            & (promise < _MOST_SHARE * before)
        )
        rows[_STEADY + lane] = rows[_STEADY + lane] + 1.0 if steady else 0.0
        rows[_PROMISE + lane] = promise
        rows[_EXACT + lane] = 1.0 if damping == 0.0 else 0.0


@compiled(allocates=False, inline=True)
def _finish_bent(lane, highest, rows):
    """Log10 IC50 of a step in the exponent at the anchor, all steps that are left where their fall
    is steady; gives whether it needs no precautions.
    """
    c, anchor, step_1 = rows[_HERE_C + lane], rows[_ANCHOR + lane], rows[_STEP_1 + lane]
    if rows[_STEADY + lane] >= _ENOUGH_STEADY:
        left = rows[_PROMISE + lane] / (_SETTLED * rows[F * LANES + lane] + 1e-31)
        steps = math.log(left) if left > math.e else 1.0
        # The hill rises evenly.
        longer = math.log(1.0 + steps * rows[_STEP_L + lane])
        if rows[_HERE_L + lane] + longer < highest:
            rows[_STEP_L + lane] = longer
            step_1 *= steps
            rows[_EXACT + lane] = 0.0
        rows[_STEADY + lane] = 0.0
    per_hill = math.exp(-(rows[_HERE_L + lane] + rows[_STEP_L + lane]))
    rows[_TRIAL_PER_HILL + lane] = per_hill
    new_c = anchor - (rows[_HILL + lane] * (anchor - c) + step_1) * per_hill
    rows[_STEP_C + lane] = new_c - c
    return abs(new_c - c) <= 1.0 and rows[_LOW + lane] <= new_c <= rows[_HIGH + lane]


@compiled(allocates=False, inline=True)
def _plain_steps_in_c(rows):
    """As `_plain_steps`, where the slope is fixed."""
    for lane in range(LANES):
        c, damping, gc = rows[_HERE_C + lane], rows[_DAMPING + lane], rows[GC * LANES + lane]
        own = rows[HCC * LANES + lane] + damping * rows[MCC * LANES + lane]
        d1 = -gc / own
        new_c = c + d1
        low, high = rows[_LOW + lane], rows[_HIGH + lane]
        inside = (c > low) & (c < high) & (new_c >= low) & (new_c <= high)
        plain = (own > 0.0) & (abs(d1) <= 1.0) & inside
        rows[_KIND + lane] = _PLAIN if plain else _CAREFUL
        rows[_STEP_C + lane], rows[_STEP_L + lane] = new_c - c, 0.0
        rows[_PROMISE + lane] = -(gc * (new_c - c))
        rows[_EXACT + lane] = 1.0 if damping == 0.0 else 0.0


@compiled(allocates=False)
def _careful_step(lane, problem, work):
    """The step of a lane for which the plain one is none."""
    rows, at = work.rows, work.at
    for row in range(_AT_ROWS):
        at[row] = rows[row * LANES + lane]
    point = (rows[_HERE_C + lane], rows[_HERE_L + lane])
    bounds = (rows[_LOW + lane], rows[_HIGH + lane], problem.ln_hill_low, problem.ln_hill_high)
    dc, dl, promise, exact = careful_step(
        at, rows[_DAMPING + lane], point, bounds, problem.free_hill
    )
    rows[_STEP_C + lane], rows[_STEP_L + lane], rows[_PROMISE + lane] = dc, dl, promise
    rows[_EXACT + lane] = 1.0 if exact else 0.0


@compiled(allocates=False, inline=True)
def _advance(lane, curves, problem, lanes, work):
    """Use the sweep of a lane: make the next step or write the result; gives whether the curve is
    finished.
    """
    b, rows = work.task[lane], work.rows
    kind = rows[_KIND + lane]
    bent = kind == _BENT and _finish_bent(lane, problem.ln_hill_high, rows)
    if not bent and kind != _PLAIN:
        _careful_step(lane, problem, work)
    dc, dl = rows[_STEP_C + lane], rows[_STEP_L + lane]
    small = abs(dc) < SMALL_STEP and abs(dl) < SMALL_STEP and rows[_EXACT + lane] == 1.0
    settled = rows[_PROMISE + lane] <= _SETTLED * rows[F * LANES + lane] + 1e-31
    spent = rows[_SWEEPS + lane] >= MAX_SWEEPS or rows[_DAMPING + lane] > MAX_DAMPING
    if small or settled or spent:
        # The last small step needs no sweep: its effect is known to second order.
        last = small and rows[_REFUSED + lane] == 0.0
        _write(curves.state[b], rows, lane, dc if last else 0.0, dl if last else 0.0)
        _write_profile(curves.state[b], rows, lane, problem)
        near = abs(dc) < SMALL_STEP and abs(dl) < SMALL_STEP
        curves.state[b, CONVERGED] = 1.0 if near or settled else 0.0
        return True
    ln_hill = rows[_HERE_L + lane] + dl
    if not bent:
        rows[_TRIAL_PER_HILL + lane] = math.exp(-ln_hill) if ln_hill >= STEEP else 0.0
    _set_point(lane, rows[_HERE_C + lane] + dc, ln_hill, problem, lanes, work)
    return False


@compiled(allocates=False, inline=True)
def _write(state, rows, lane, dc, dl):
    """Write the optimum, a last small step beyond the best point, into the state of a curve."""
    state[C], state[LN_HILL] = rows[_HERE_C + lane] + dc, rows[_HERE_L + lane] + dl
    state[SIDE] = rows[_HERE_SIDE + lane]
    best = rows[F * LANES + lane]
    fall = rows[GC * LANES + lane] * dc + rows[GL * LANES + lane] * dl
    state[RSS] = max(best + fall, 0.0) if best > 0.0 else 0.0
    start, slope = rows[INTERCEPT * LANES + lane], rows[SLOPE * LANES + lane]
    state[AT_INTERCEPT] = start + rows[DB_C * LANES + lane] * dc + rows[DB_L * LANES + lane] * dl
    state[AT_SLOPE] = slope + rows[DA_C * LANES + lane] * dc + rows[DA_L * LANES + lane] * dl
    state[INFO_CC] = rows[MCC * LANES + lane]
    state[INFO_CL], state[INFO_LL] = rows[MCL * LANES + lane], rows[MLL * LANES + lane]


@compiled(allocates=False, inline=True)
def _write_profile(state, rows, lane, problem):
    """Write how the profile over log10 IC50 leaves the optimum into the state of a curve."""
    curvature, follow = rows[HCC * LANES + lane], 0.0
    inside = rows[_LOW + lane] < state[C] < rows[_HIGH + lane]
    if problem.free_hill:
        inside = inside and problem.ln_hill_low < state[LN_HILL] < problem.ln_hill_high
        follow = -rows[HCL * LANES + lane] / rows[HLL * LANES + lane]
        curvature += rows[HCL * LANES + lane] * follow
    state[CURVATURE], state[L_BY_C] = (curvature, follow) if inside else (math.nan, math.nan)
