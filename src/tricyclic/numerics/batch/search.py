"""Optima of prepared curves: exact Newton steps in log10 IC50 and ln hill, 32 curves in parallel.

A lane whose curve has converged takes the next one, so that a slow curve delays no other.
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
    AT_INTERCEPT,
    AT_SLOPE,
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    CONVERGED,
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
# ln hill from which a curve counts as steep: it is then determined by what it does at one dose.
STEEP = math.log(1.5)


class SearchLanes(NamedTuple):
    """What each lane of a search remembers.

    `task`, shape (LANES,): curve, -1 for none; `sweeps` spent on it; `damping`; `step`, shape
    (LANES, 2), on trial; `at`, shape (LANES, DA_L + 1), the sweep at the best point; `here`, shape
    (LANES, 3): log10 IC50, ln hill and side of that point.
    """

    task: Array
    sweeps: Array
    damping: Array
    step: Array
    at: Array
    here: Array


@compiled(allocates=False)
def load(points, lane, table, b, count):
    """Copy the points of curve b, shape (curves, 3, count), to a lane."""
    for i in range(count):
        o = i * (FIELDS * LANES) + lane
        points[o] = table[b, 0, i]
        points[o + LANES] = table[b, 1, i]
        points[o + 2 * LANES] = table[b, 2, i]


@compiled(allocates=False)
def plateau_side(c, problem, facts, b):
    """The nearer plateau: s vanishes there, so that its remainder keeps its digits."""
    if problem.mode != BOTH_FREE:
        return problem.fixed_side
    return 1.0 if 2.0 * c < facts[b, LOW_X] + facts[b, HIGH_X] else -1.0


@compiled(allocates=False)
def set_trial(trial, lane, c, ln_hill, side, slope):
    """Write the trial parameters of a lane."""
    trial[lane] = c
    trial[TRIAL_KAPPA * LANES + lane] = side * math.exp(ln_hill) * LN10
    trial[TRIAL_SLOPE * LANES + lane] = slope


@compiled(allocates=False)
def clip(value, low, high):
    """A value within limits."""
    return low if value < low else (high if value > high else value)


@compiled(allocates=False)
def _anchor(at, c, ln_hill):
    """Dose about which the valley of a steep curve turns; nan for a curve that is not steep."""
    if ln_hill < STEEP or not at[MCC] > 0.0:
        return math.nan
    return c + clip(-at[MCL] / at[MCC], -1.0, 1.0)


@compiled(allocates=False)
def _step_in_one(at, damping, point, bounds, fixed_c):
    """Step in the only parameter that can move: ln hill where log10 IC50 is `fixed_c`, else log10
    IC50.

    Gives both steps, the promised fall of the residual sum, and whether it is a pure Newton step.
    """
    c, ln_hill = point
    c_low, c_high, l_low, l_high = bounds
    gc, gl = at[GC], at[GL]
    exact = damping == 0.0
    own = at[HLL] + damping * at[MLL] if fixed_c else at[HCC] + damping * at[MCC]
    if not own > 0.0:
        own = (at[MLL] if fixed_c else at[MCC]) * (1.0 + damping) + 1e-300
        exact = False
    only = -(gl if fixed_c else gc) / own
    if abs(only) > 1.0:
        only = math.copysign(1.0, only)
        exact = False
    dc = 0.0 if fixed_c else clip(c + only, c_low, c_high) - c
    dl = clip(ln_hill + only, l_low, l_high) - ln_hill if fixed_c else 0.0
    return dc, dl, -(gc * dc + gl * dl), exact


@compiled(allocates=False)
def _direction(at, damping, point, anchor):
    """Step in two unknowns, the terms that clipping it needs, and whether it is a pure Newton step.

    The first unknown is log10 IC50, or for a steep curve the exponent at the anchor, hill * (anchor
    - log10 IC50): the valley of a steep curve is bent in log10 IC50 and straight in that exponent.
    """
    c, ln_hill = point
    gc, gl = at[GC], at[GL]
    bent = not math.isnan(anchor)
    per_hill = math.exp(-ln_hill) if bent else 0.0
    c_1, c_l = (-per_hill, anchor - c) if bent else (1.0, 0.0)
    g1, g2 = gc * c_1, gl + gc * c_l
    m11, m12 = at[MCC] * c_1 * c_1, (at[MCC] * c_l + at[MCL]) * c_1
    m22 = at[MLL] + (2.0 * at[MCL] + at[MCC] * c_l) * c_l
    h11, h12 = at[HCC] * c_1 * c_1, (at[HCC] * c_l + at[HCL]) * c_1 + gc * per_hill
    h22 = at[HLL] + (2.0 * at[HCL] + at[HCC] * c_l) * c_l - gc * c_l
    p, q, r = h11 + damping * m11, h12, h22 + damping * m22
    det = p * r - q * q
    exact = damping == 0.0
    if not (p > 0.0 and r > 0.0 and det > 1e-9 * p * r):
        exact = False
        grow = 1.0 + max(damping, 1e-3)
        p, q, r = m11 * grow + 1e-300, m12, max(m22, 0.0) * grow + 1e-300
        det = p * r - q * q
        if not det > 0.0:
            q, det = 0.0, p * r
    d1 = -(r * g1 - q * g2) / det if det > 0.0 else -g1 / p
    d2 = -(p * g2 - q * g1) / det if det > 0.0 else -g2 / r
    far = abs(d2) if bent else max(abs(d1), abs(d2))
    if far > 1.0:
        d1, d2 = d1 / far, d2 / far
        exact = False
    return d1, d2, g1, g2, p, q, r, exact


@compiled(allocates=False)
def _step(at, damping, point, bounds, free_hill):
    """Step in both parameters that stays in the box, the fall of the residual sum it promises, and
    whether it is pure Newton.
    """
    c, ln_hill = point
    c_low, c_high, l_low, l_high = bounds
    gc, gl = at[GC], at[GL]
    fixed_c = (c <= c_low and gc >= 0.0) or (c >= c_high and gc <= 0.0)
    fixed_l = not free_hill or (ln_hill <= l_low and gl >= 0.0) or (ln_hill >= l_high and gl <= 0.0)
    if fixed_c and fixed_l:
        return 0.0, 0.0, 0.0, True
    if fixed_l or fixed_c:
        return _step_in_one(at, damping, point, bounds, not fixed_l)
    anchor = _anchor(at, c, ln_hill)
    bent = not math.isnan(anchor)
    d1, d2, g1, g2, p, q, r, exact = _direction(at, damping, point, anchor)
    new_l = clip(ln_hill + d2, l_low, l_high)
    if new_l != ln_hill + d2:
        d2 = new_l - ln_hill
        d1 = -(g1 + q * d2) / p
        if not bent:
            d1 = clip(d1, -1.0, 1.0)
    new_c = anchor - (math.exp(ln_hill) * (anchor - c) + d1) * math.exp(-new_l) if bent else c + d1
    if abs(new_c - c) > 1.0:
        new_c = c + math.copysign(1.0, new_c - c)
        exact = False
    if new_c < c_low or new_c > c_high:
        new_c = clip(new_c, c_low, c_high)
        if not bent and r > 0.0:
            new_l = clip(ln_hill + clip(-(gl + q * (new_c - c)) / r, -1.0, 1.0), l_low, l_high)
    dc, dl = new_c - c, new_l - ln_hill
    return dc, dl, -(g1 * d1 + g2 * d2) if bent else -(gc * dc + gl * dl), exact


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
    work = SearchLanes(
        np.full(LANES, -1),
        np.zeros(LANES, np.int64),
        np.zeros(LANES),
        np.zeros((LANES, 2)),
        np.zeros((LANES, DA_L + 1)),
        np.zeros((LANES, 3)),
    )
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
        for lane in range(LANES):
            if task[lane] < 0 or not _advance(lane, curves, problem, lanes, work):
                continue
            if following < pending.size:
                _begin(pending[following], lane, curves, problem, lanes, work)
                following += 1
            else:
                task[lane] = -1
                busy -= 1


@compiled(allocates=False)
def _begin(b, lane, curves, problem, lanes, work):
    """Put curve b on a lane."""
    load(lanes.points, lane, curves.points, b, problem.n_points)
    c = curves.state[b, C]
    side = plateau_side(c, problem, curves.facts, b)
    set_trial(lanes.trial, lane, c, curves.state[b, LN_HILL], side, curves.facts[b, FIXED_SLOPE])
    work.task[lane], work.sweeps[lane], work.damping[lane] = b, 0, 0.0


@compiled(allocates=False)
def _accept_or_refuse(lane, curves, lanes, work):
    """Take the trial point where the residual sum fell, else damp; gives whether it was refused."""
    out, at = lanes.out, work.at[lane]
    first = work.sweeps[lane] == 1
    rss = out[F * LANES + lane]
    if not (first or rss <= at[F] * (1.0 + 1e-13) + 1e-31):
        work.damping[lane] = max(10.0 * work.damping[lane], 0.1)
        return True
    ln_hill = work.here[lane, 1] + work.step[lane, 1]
    if first:
        ln_hill = curves.state[work.task[lane], LN_HILL]
    for row in range(DA_L + 1):
        at[row] = out[row * LANES + lane]
    work.here[lane, 0], work.here[lane, 1] = lanes.trial[lane], ln_hill
    work.here[lane, 2] = 1.0 if lanes.trial[TRIAL_KAPPA * LANES + lane] > 0.0 else -1.0
    work.damping[lane] = 0.0 if work.damping[lane] < 0.05 else 0.1 * work.damping[lane]
    return False


@compiled(allocates=False)
def _advance(lane, curves, problem, lanes, work):
    """Use the sweep of a lane: make the next step or write the result; gives whether the curve is
    finished.
    """
    b = work.task[lane]
    work.sweeps[lane] += 1
    refused = _accept_or_refuse(lane, curves, lanes, work)
    at, damping = work.at[lane], work.damping[lane]
    point = (work.here[lane, 0], work.here[lane, 1])
    bounds = (
        curves.facts[b, C_LOW],
        curves.facts[b, C_HIGH],
        problem.ln_hill_low,
        problem.ln_hill_high,
    )
    dc, dl, gain, exact = _step(at, damping, point, bounds, problem.free_hill)
    small = abs(dc) < SMALL_STEP and abs(dl) < SMALL_STEP
    settled = gain <= 1e-13 * at[F] + 1e-31
    if (small and exact) or settled or work.sweeps[lane] >= MAX_SWEEPS or damping > MAX_DAMPING:
        # The last small step needs no sweep: its effect is known to second order.
        last = small and exact and not refused
        _write(curves.state[b], work.here[lane], at, dc if last else 0.0, dl if last else 0.0)
        curves.state[b, CONVERGED] = 1.0 if small or settled else 0.0
        return True
    work.step[lane, 0], work.step[lane, 1] = dc, dl
    c = point[0] + dc
    side = plateau_side(c, problem, curves.facts, b)
    set_trial(lanes.trial, lane, c, point[1] + dl, side, curves.facts[b, FIXED_SLOPE])
    return False


@compiled(allocates=False)
def _write(state, here, at, dc, dl):
    """Write the optimum, a last small step beyond `here`, into the state of a curve."""
    state[C], state[LN_HILL], state[SIDE] = here[0] + dc, here[1] + dl, here[2]
    fall = at[GC] * dc + at[GL] * dl
    state[RSS] = max(at[F] + fall, 0.0) if at[F] > 0.0 else 0.0
    state[AT_INTERCEPT] = at[INTERCEPT] + at[DB_C] * dc + at[DB_L] * dl
    state[AT_SLOPE] = at[SLOPE] + at[DA_C] * dc + at[DA_L] * dl
    state[INFO_CC], state[INFO_CL], state[INFO_LL] = at[MCC], at[MCL], at[MLL]
