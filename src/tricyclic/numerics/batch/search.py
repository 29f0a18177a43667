"""From prepared curves to their optima: exact Newton steps in log10 IC50 and ln hill, 32 curves side by side.

A lane whose curve has come to rest takes up the next one, so that a slow curve holds up nobody.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import math

import numpy as np
from numba import njit

from tricyclic.numerics.batch.kernels import (
    BOTH_FREE,
    DA_C,
    DA_L,
    DB_C,
    DB_L,
    FIELDS,
    GC,
    GL,
    HCC,
    HCL,
    HLL,
    INTERCEPT,
    LANES,
    LN10,
    MCC,
    MCL,
    MLL,
    RESULT_ROWS,
    SLOPE,
    TRIAL_KAPPA,
    TRIAL_ROWS,
    TRIAL_SLOPE,
    F,
    sweep,
)

# columns of what is known of a curve before the search
LOW_X, HIGH_X, C_LOW, C_HIGH, HELD_SLOPE, CENTRE, SCALE, PURE, WEIGHT, READINGS, DOSES, NULL = (
    range(12)
)
KNOWN_COLUMNS = 12

# columns of what the search finds; C and LN_HILL hold the start before it
C, LN_HILL, RSS, AT_INTERCEPT, AT_SLOPE, SIDE, INFO_CC, INFO_CL, INFO_LL, SURE = range(10)
FOUND_COLUMNS = 10

_STEP_IS_SMALL = 1e-5
_MOST_SWEEPS = 100
_STEEP = math.log(1.5)


@njit(cache=True, error_model="numpy")
def load(points, lane, store, b, count):
    """Copy the points of curve b, shape (curves, 3, count), to a lane."""
    for i in range(count):
        o = i * (FIELDS * LANES) + lane
        points[o] = store[b, 0, i]
        points[o + LANES] = store[b, 1, i]
        points[o + 2 * LANES] = store[b, 2, i]


@njit(cache=True, error_model="numpy")
def side_of(c, mode, fixed_side, known, b):
    """Which plateau s vanishes at: the nearer one, so that what is left of s keeps its digits."""
    if mode != BOTH_FREE:
        return fixed_side
    return 1.0 if 2.0 * c < known[b, LOW_X] + known[b, HIGH_X] else -1.0


@njit(cache=True, error_model="numpy")
def place(trial, lane, c, ln_hill, side, slope):
    """Write the trial parameters of a lane."""
    trial[lane] = c
    trial[TRIAL_KAPPA * LANES + lane] = side * math.exp(ln_hill) * LN10
    trial[TRIAL_SLOPE * LANES + lane] = slope


@njit(cache=True, error_model="numpy")
def _clip(value, low, high):
    return low if value < low else (high if value > high else value)


@njit(cache=True, error_model="numpy")
def _anchor(at, c, ln_hill):
    """Dose about which the valley of a steep curve turns; nan for a curve that is not steep."""
    if ln_hill < _STEEP or not at[MCC] > 0.0:
        return math.nan
    return c + _clip(-at[MCL] / at[MCC], -1.0, 1.0)


@njit(cache=True, error_model="numpy")
def _step(at, damping, c, ln_hill, c_low, c_high, l_low, l_high, free_hill, anchor):
    """Step in both parameters that stays in the box, the fall of the residual sum it promises, and whether it is pure Newton.

    A steep curve is settled by what it does at one dose, so its valley is bent in log10 IC50 and straight in the
    exponent at that dose, hill * (anchor - log10 IC50): steps are then taken in this and ln hill.
    """
    gc, gl = at[GC], at[GL]
    hold_c = (c <= c_low and gc >= 0.0) or (c >= c_high and gc <= 0.0)
    hold_l = not free_hill or (ln_hill <= l_low and gl >= 0.0) or (ln_hill >= l_high and gl <= 0.0)
    if hold_c and hold_l:
        return 0.0, 0.0, 0.0, True
    exact = damping == 0.0
    if hold_l or hold_c:
        own = at[HCC] + damping * at[MCC] if hold_l else at[HLL] + damping * at[MLL]
        if not own > 0.0:
            own = (at[MCC] if hold_l else at[MLL]) * (1.0 + damping) + 1e-300
            exact = False
        only = -(gc if hold_l else gl) / own
        if abs(only) > 1.0:
            only = math.copysign(1.0, only)
            exact = False
        dc = _clip(c + only, c_low, c_high) - c if hold_l else 0.0
        dl = 0.0 if hold_l else _clip(ln_hill + only, l_low, l_high) - ln_hill
        return dc, dl, -(gc * dc + gl * dl), exact
    # First unknown: log10 IC50, or the exponent at the anchor.
    bent = anchor == anchor
    per_hill = math.exp(-ln_hill) if bent else 0.0
    c_1, c_l = (-per_hill, anchor - c) if bent else (1.0, 0.0)
    g1, g2 = gc * c_1, gl + gc * c_l
    m11, m12 = at[MCC] * c_1 * c_1, (at[MCC] * c_l + at[MCL]) * c_1
    m22 = at[MLL] + (2.0 * at[MCL] + at[MCC] * c_l) * c_l
    h11, h12 = at[HCC] * c_1 * c_1, (at[HCC] * c_l + at[HCL]) * c_1 + gc * per_hill
    h22 = at[HLL] + (2.0 * at[HCL] + at[HCC] * c_l) * c_l - gc * c_l
    p, q, r = h11 + damping * m11, h12, h22 + damping * m22
    det = p * r - q * q
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
    new_l = _clip(ln_hill + d2, l_low, l_high)
    if new_l != ln_hill + d2:
        d2 = new_l - ln_hill
        d1 = -(g1 + q * d2) / p
        if not bent:
            d1 = _clip(d1, -1.0, 1.0)
    new_c = anchor - (math.exp(ln_hill) * (anchor - c) + d1) * math.exp(-new_l) if bent else c + d1
    if abs(new_c - c) > 1.0:
        new_c = c + math.copysign(1.0, new_c - c)
        exact = False
    if new_c < c_low or new_c > c_high:
        new_c = _clip(new_c, c_low, c_high)
        if not bent and r > 0.0:
            new_l = _clip(ln_hill + _clip(-(gl + q * (new_c - c)) / r, -1.0, 1.0), l_low, l_high)
    dc, dl = new_c - c, new_l - ln_hill
    return dc, dl, -(g1 * d1 + g2 * d2) if bent else -(gc * dc + gl * dl), exact


@njit(cache=True, error_model="numpy")
def search(store, known, found, jobs, count, mode, fixed_side, free_hill, l_low, l_high):
    """Run all curves named in jobs from their start to their optimum.

    Parameters
    ----------
    store : array, shape (curves, 3, count)
        Dose, weight, reading.
    known, found : array, shape (curves, KNOWN_COLUMNS), (curves, FOUND_COLUMNS)
        The second holds the start and is filled.
    jobs : array of int, shape (jobs,)
    """
    points = np.zeros(count * FIELDS * LANES)
    trial = np.zeros(TRIAL_ROWS * LANES)
    out = np.zeros(RESULT_ROWS * LANES)
    job = np.full(LANES, -1)
    spent = np.zeros(LANES, np.int64)
    damping = np.zeros(LANES)
    step = np.zeros((LANES, 3))
    at = np.zeros((LANES, DA_L + 1))
    here = np.zeros((LANES, 3))  # log10 IC50, ln hill, side of the best point so far
    following = 0
    busy = 0
    for lane in range(LANES):
        place(trial, lane, 0.0, 0.0, 1.0, 1.0)
        if following < jobs.size:
            _take(
                jobs[following],
                lane,
                store,
                known,
                found,
                count,
                mode,
                fixed_side,
                points,
                trial,
                job,
                spent,
                damping,
            )
            following += 1
            busy += 1
    while busy > 0:
        sweep(points, count, trial, mode, out)
        for lane in range(LANES):
            b = job[lane]
            if b < 0:
                continue
            spent[lane] += 1
            c, ln_hill = (
                trial[lane],
                found[b, LN_HILL] if spent[lane] == 1 else here[lane, 1] + step[lane, 1],
            )
            rss = out[F * LANES + lane]
            if spent[lane] == 1 or rss <= at[lane, F] * (1.0 + 1e-13) + 1e-31:
                for row in range(DA_L + 1):
                    at[lane, row] = out[row * LANES + lane]
                here[lane, 0], here[lane, 1] = c, ln_hill
                here[lane, 2] = 1.0 if trial[TRIAL_KAPPA * LANES + lane] > 0.0 else -1.0
                damping[lane] = 0.0 if damping[lane] < 0.05 else 0.1 * damping[lane]
                refused = False
            else:
                damping[lane] = max(10.0 * damping[lane], 0.1)
                refused = True
            anchor = _anchor(at[lane], here[lane, 0], here[lane, 1])
            dc, dl, gain, exact = _step(
                at[lane],
                damping[lane],
                here[lane, 0],
                here[lane, 1],
                known[b, C_LOW],
                known[b, C_HIGH],
                l_low,
                l_high,
                free_hill,
                anchor,
            )
            small = abs(dc) < _STEP_IS_SMALL and abs(dl) < _STEP_IS_SMALL
            rests = gain <= 1e-13 * at[lane, F] + 1e-31
            if (small and exact) or rests or spent[lane] >= _MOST_SWEEPS or damping[lane] > 1e12:
                # The last small step needs no sweep: its effect is known to second order.
                last = small and exact and not refused
                _tell(found, b, here[lane], at[lane], dc if last else 0.0, dl if last else 0.0)
                found[b, SURE] = 1.0 if small or rests else 0.0
                if following < jobs.size:
                    _take(
                        jobs[following],
                        lane,
                        store,
                        known,
                        found,
                        count,
                        mode,
                        fixed_side,
                        points,
                        trial,
                        job,
                        spent,
                        damping,
                    )
                    following += 1
                else:
                    job[lane] = -1
                    busy -= 1
            else:
                step[lane, 0], step[lane, 1] = dc, dl
                c = here[lane, 0] + dc
                place(
                    trial,
                    lane,
                    c,
                    here[lane, 1] + dl,
                    side_of(c, mode, fixed_side, known, b),
                    known[b, HELD_SLOPE],
                )


@njit(cache=True, error_model="numpy")
def _take(
    b, lane, store, known, found, count, mode, fixed_side, points, trial, job, spent, damping
):
    load(points, lane, store, b, count)
    c = found[b, C]
    place(
        trial,
        lane,
        c,
        found[b, LN_HILL],
        side_of(c, mode, fixed_side, known, b),
        known[b, HELD_SLOPE],
    )
    job[lane], spent[lane], damping[lane] = b, 0, 0.0


@njit(cache=True, error_model="numpy")
def _tell(found, b, here, at, dc, dl):
    found[b, C], found[b, LN_HILL], found[b, SIDE] = here[0] + dc, here[1] + dl, here[2]
    fall = at[GC] * dc + at[GL] * dl
    found[b, RSS] = max(at[F] + fall, 0.0) if at[F] > 0.0 else 0.0
    found[b, AT_INTERCEPT] = at[INTERCEPT] + at[DB_C] * dc + at[DB_L] * dl
    found[b, AT_SLOPE] = at[SLOPE] + at[DA_C] * dc + at[DA_L] * dl
    found[b, INFO_CC], found[b, INFO_CL], found[b, INFO_LL] = at[MCC], at[MCL], at[MLL]
