"""Profile-likelihood limits of log10 IC50 of plain curves, 32 curves in step, by three sweeps.

Along the profile, log10 IC50 and ln hill are smooth functions of the signed root q of the rise of
the residual sum, with values and slopes known exactly at the optimum and at every swept point. The
first sweep lies on the upper side, where a quadratic profile has its limit; the polynomial through
it and the optimum leads to the second, at the lower limit; the polynomial through both leads to
the third, at the upper limit. Each limit is then the polynomial through these points at the q
wanted. A side on which the points do not confirm each other is left to limits.py.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import exponential, sweep
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    CURVATURE,
    FIXED_SLOPE,
    GC,
    GL,
    HCL,
    HIGH_X,
    HLL,
    L_BY_C,
    LANES,
    LN10,
    LN_HILL,
    LOW_X,
    RSS,
    TRIAL_KAPPA,
    TRIAL_SLOPE,
    C,
    F,
)
from tricyclic.numerics.batch.search import load

# Farthest that a point may lie from the q wanted, as a share of it, and the step in ln hill from it
# to the profile.
FARTHEST_Q = 0.01
FARTHEST_DRIFT = 1e-3
# The same of a point from which a search of its side should begin.
NEAR_Q = 0.3
NEAR_DRIFT = 0.2
# Largest curvature correction of a limit [decades]; what is neglected is a small share of it.
MAX_BEND = 1e-6
# Least distance of a limit from the estimate [decades]; readings without scatter lie below it.
LEAST_DISTANCE = 1e-7

# Rows of what the lanes remember: the optimum (log10 IC50, ln hill, residual sum, slopes of log10
# IC50 and ln hill by q there), the q wanted, the box.
(
    _C0,
    _L0,
    _RSS0,
    _C_BY_Q,
    _L_BY_Q,
    _TARGET,
    _LOW,
    _HIGH,
    _ENDS,
    # The point on trial: ln hill. The limits, nan where not confirmed.
    _TRIAL_L,
    _LOWER,
    _UPPER,
    # Where a search of the sides should begin: log10 IC50 and ln hill.
    _START_BELOW,
    _,
    _START_ABOVE,
    _,
) = (row * LANES for row in range(16))
# Rows of a point of the profile: q, log10 IC50 and its slope by q, ln hill and its slope by q, step
# in ln hill that led to it; twelve for the first upper, the lower and the second upper point.
_Q, _PC, _PC_BY_Q, _PL, _PL_BY_Q, _DRIFT = (row * LANES for row in range(6))
_FIRST, _BELOW, _ABOVE = ((16 + 6 * point) * LANES for point in range(3))
_ROWS = 16 + 18


@compiled()
def quick_space():
    """Space of `quick_limits`."""
    return np.zeros(_ROWS * LANES)


@compiled(allocates=False)
def quick_limits(curves, problem, some, rises, limits, guesses, lanes, rows):
    """Fill `limits`, shape (curves, 2), of the curves named in `some` where three sweeps suffice;
    nan elsewhere.

    Parameters
    ----------
    curves : Curves
    problem : Problem
    some : array of int
    rises : array, shape (curves,)
        How far the residual sum may rise.
    limits : array, shape (curves, 2)
    guesses : array, shape (curves, 2, 2)
        Filled with log10 IC50 and ln hill at or near the limits, nan where none are known.
    lanes : Lanes
    rows : array, from `quick_space`
    """
    # Typed values: numba compiles a kernel once more for each constant that it is called with.
    first, below, above = np.int64(_FIRST), np.int64(_BELOW), np.int64(_ABOVE)
    for begin in range(0, some.size, LANES):
        end = min(begin + LANES, some.size)
        for k in range(begin, end):
            b = some[k]
            load(lanes.points, k - begin, curves.points, b, problem.n_points)
            _begin(k - begin, curves.state[b], curves.facts[b], rises[b], lanes.trial, rows)
        _try_first(rows, lanes.trial)
        _read_point(problem, lanes, rows, first, 1.0)
        _try_below(rows, lanes.trial)
        _read_point(problem, lanes, rows, below, -1.0)
        _try_above(rows, lanes.trial)
        _read_point(problem, lanes, rows, above, 1.0)
        least, most = -math.inf, math.inf
        if problem.free_hill:
            least, most = problem.ln_hill_low, problem.ln_hill_high
        _confirm(rows, _BELOW, -1.0, _LOWER, _START_BELOW, least, most)
        _confirm(rows, _ABOVE, 1.0, _UPPER, _START_ABOVE, least, most)
        for k in range(begin, end):
            b, lane = some[k], k - begin
            limits[b, 0], limits[b, 1] = rows[_LOWER + lane], rows[_UPPER + lane]
            guesses[b, 0, 0] = rows[_START_BELOW + lane]
            guesses[b, 0, 1] = rows[_START_BELOW + LANES + lane]
            guesses[b, 1, 0] = rows[_START_ABOVE + lane]
            guesses[b, 1, 1] = rows[_START_ABOVE + LANES + lane]


@compiled(allocates=False, inline=True)
def _begin(lane, state, facts, rise, trial, rows):
    """Put a curve on a lane."""
    rows[_C0 + lane], rows[_L0 + lane], rows[_RSS0 + lane] = state[C], state[LN_HILL], state[RSS]
    rows[_C_BY_Q + lane], rows[_L_BY_Q + lane] = state[CURVATURE], state[L_BY_C]
    rows[_TARGET + lane] = rise
    rows[_LOW + lane], rows[_HIGH + lane] = facts[C_LOW], facts[C_HIGH]
    rows[_ENDS + lane] = facts[LOW_X] + facts[HIGH_X]
    trial[TRIAL_SLOPE * LANES + lane] = facts[FIXED_SLOPE]


@compiled(allocates=False, inline=True)
def _put_on_trial(lane, c, ln_hill, rows, trial):
    """Put a point on trial; one that is none, or too far, becomes the optimum."""
    good = (abs(c - rows[_C0 + lane]) < 3.0) & (abs(ln_hill - rows[_L0 + lane]) < 3.0)
    c = c if good else rows[_C0 + lane]
    ln_hill = ln_hill if good else rows[_L0 + lane]
    rows[_TRIAL_L + lane] = ln_hill
    trial[lane] = c
    trial[TRIAL_KAPPA * LANES + lane] = exponential(ln_hill) * LN10


@compiled(allocates=False, inline=True)
def _try_first(rows, trial):
    """Begin all lanes where a quadratic profile has its upper limit."""
    for lane in range(LANES):
        target = np.sqrt(rows[_TARGET + lane])
        by_q = 1.0 / np.sqrt(rows[_C_BY_Q + lane])
        rows[_TARGET + lane], rows[_C_BY_Q + lane] = target, by_q
        l_by_q = rows[_L_BY_Q + lane] * by_q
        rows[_L_BY_Q + lane] = l_by_q
        c, ln_hill = rows[_C0 + lane] + by_q * target, rows[_L0 + lane] + l_by_q * target
        _put_on_trial(lane, c, ln_hill, rows, trial)


@compiled(allocates=False, inline=True)
def _read_point(problem, lanes, rows, point, away):
    """Sweep, and put the point of the profile next to the trial into the rows from `point` on."""
    if problem.mode == BOTH_FREE:
        for lane in range(LANES):
            nearer_low = 2.0 * lanes.trial[lane] < rows[_ENDS + lane]
            kappa = lanes.trial[TRIAL_KAPPA * LANES + lane]
            lanes.trial[TRIAL_KAPPA * LANES + lane] = kappa if nearer_low else -kappa
    else:
        for lane in range(LANES):
            lanes.trial[TRIAL_KAPPA * LANES + lane] *= problem.fixed_side
    sweep(lanes.points, problem.n_points, lanes.trial, problem.mode, lanes.out)
    _find_profile(lanes.out, lanes.trial, rows, point, away, 1.0 if problem.free_hill else 0.0)


@compiled(allocates=False, inline=True)
def _find_profile(out, trial, rows, point, away, free):
    """The point of the profile one Newton step in ln hill from the trial of each lane."""
    for lane in range(LANES):
        per_own = free / out[HLL * LANES + lane]
        gl, hcl = out[GL * LANES + lane], out[HCL * LANES + lane]
        drift, follow = -gl * per_own, -hcl * per_own
        rise = out[F * LANES + lane] + gl * drift - rows[_RSS0 + lane]
        q = away * np.sqrt(rise)
        by_q = q / (out[GC * LANES + lane] + hcl * drift)
        rows[point + _Q + lane] = q
        rows[point + _PC + lane], rows[point + _PC_BY_Q + lane] = trial[lane], by_q
        rows[point + _PL + lane] = rows[_TRIAL_L + lane] + drift
        rows[point + _PL_BY_Q + lane] = follow * by_q
        # A saddle has no profile.
        rows[point + _DRIFT + lane] = drift if out[HLL * LANES + lane] > 0.0 else math.nan


@compiled(allocates=False, inline=True)
def _through_one(q, at, by_q, q_1, at_1, by_q_1):
    """Value at q of the cubic of value `at` and slope `by_q` at 0, `at_1` and `by_q_1` at q_1."""
    remainder, remainder_by_q = _remainder(at, by_q, q_1, at_1, by_q_1)
    return at + q * (by_q + q * (remainder + (q - q_1) * remainder_by_q))


@compiled(allocates=False, inline=True)
def _remainder(at, by_q, q_1, at_1, by_q_1):
    """Value and slope at q_1 of the polynomial that remains beyond value and slope at 0, divided by
    q squared.
    """
    remainder = ((at_1 - at) / q_1 - by_q) / q_1
    return remainder, ((by_q_1 - by_q) / q_1 - 2.0 * remainder) / q_1


@compiled(allocates=False, inline=True)
def _through_two(q, at, by_q, q_1, at_1, by_q_1, q_2, at_2, by_q_2):
    """Value at q of the polynomial of degree 5 with these values and slopes at 0, q_1 and q_2."""
    left_1, slope_1 = _remainder(at, by_q, q_1, at_1, by_q_1)
    left_2, slope_2 = _remainder(at, by_q, q_2, at_2, by_q_2)
    per_width = 1.0 / (q_2 - q_1)
    chord = (left_2 - left_1) * per_width
    bend, twist = (chord - slope_1) * per_width, (slope_1 + slope_2 - 2.0 * chord) * per_width
    off_1, off_2 = q - q_1, q - q_2
    remainder = left_1 + off_1 * (slope_1 + off_1 * (bend + off_2 * twist * per_width))
    return at + q * (by_q + q * remainder)


@compiled(allocates=False, inline=True)
def _try_below(rows, trial):
    """Put all lanes at their lower limit, as the optimum and the first point predict it."""
    for lane in range(LANES):
        q, q_1 = -rows[_TARGET + lane], rows[_FIRST + _Q + lane]
        at, by_q = rows[_FIRST + _PC + lane], rows[_FIRST + _PC_BY_Q + lane]
        c = _through_one(q, rows[_C0 + lane], rows[_C_BY_Q + lane], q_1, at, by_q)
        at, by_q = rows[_FIRST + _PL + lane], rows[_FIRST + _PL_BY_Q + lane]
        ln_hill = _through_one(q, rows[_L0 + lane], rows[_L_BY_Q + lane], q_1, at, by_q)
        _put_on_trial(lane, c, ln_hill, rows, trial)


@compiled(allocates=False, inline=True)
def _interpolate(lane, q, rows, upper):
    """Log10 IC50 and ln hill at q, through the optimum, the lower point and an upper one."""
    q_1, q_2 = rows[_BELOW + _Q + lane], rows[upper + _Q + lane]
    c = _through_two(
        q,
        rows[_C0 + lane],
        rows[_C_BY_Q + lane],
        q_1,
        rows[_BELOW + _PC + lane],
        rows[_BELOW + _PC_BY_Q + lane],
        q_2,
        rows[upper + _PC + lane],
        rows[upper + _PC_BY_Q + lane],
    )
    ln_hill = _through_two(
        q,
        rows[_L0 + lane],
        rows[_L_BY_Q + lane],
        q_1,
        rows[_BELOW + _PL + lane],
        rows[_BELOW + _PL_BY_Q + lane],
        q_2,
        rows[upper + _PL + lane],
        rows[upper + _PL_BY_Q + lane],
    )
    return c, ln_hill


@compiled(allocates=False, inline=True)
def _try_above(rows, trial):
    """Put all lanes at their upper limit, as the optimum and two points predict it."""
    for lane in range(LANES):
        c, ln_hill = _interpolate(lane, rows[_TARGET + lane], rows, _FIRST)
        _put_on_trial(lane, c, ln_hill, rows, trial)


@compiled(allocates=False, inline=True)
def _confirm(rows, point, away, row, start, least, most):
    """Limit of each lane on the side of a point, nan where it is not confirmed, and where a search
    should then begin; both within the bounds, of ln hill `least` and `most`. Comparisons with nan
    are false.
    """
    for lane in range(LANES):
        q, target = rows[point + _Q + lane], away * rows[_TARGET + lane]
        limit, _ = _interpolate(lane, target, rows, _ABOVE)
        by_q, l_by_q = rows[point + _PC_BY_Q + lane], rows[point + _PL_BY_Q + lane]
        newton = rows[point + _PC + lane] + by_q * (target - q)
        ln_hill = rows[point + _PL + lane] + l_by_q * (target - q)
        distance, off = away * (newton - rows[_C0 + lane]), abs(target - q)
        drift = abs(rows[point + _DRIFT + lane])
        in_box = (newton > rows[_LOW + lane]) & (newton < rows[_HIGH + lane])
        in_box = in_box & (ln_hill >= least) & (ln_hill <= most)
        plain = (by_q > 0.0) & (distance > LEAST_DISTANCE) & in_box
        confirmed = (
            plain
            & (off < FARTHEST_Q * rows[_TARGET + lane])
            & (drift < FARTHEST_DRIFT)
            & (abs(limit - newton) < MAX_BEND)
        )
        rows[row + lane] = limit if confirmed else math.nan
        useful = plain & (off < NEAR_Q * rows[_TARGET + lane]) & (drift < NEAR_DRIFT)
        rows[start + lane] = newton if useful else math.nan
        rows[start + LANES + lane] = ln_hill if useful else math.nan
