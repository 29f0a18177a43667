"""From optima to profile-likelihood limits of log10 IC50, 32 sides of curves at once.

The profile is the least residual sum at a given log10 IC50. Its signed root is nearly straight, so that a
Newton step on the root, taken together with the hill that follows it, needs three or four sweeps a side
[Bates & Watts 1988, Nonlinear Regression Analysis, chapter 6]. What does not settle so is walked and bisected.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import math

import numpy as np
from numba import njit

from tricyclic.numerics.batch.kernels import (
    FIELDS,
    GC,
    GL,
    HCL,
    HLL,
    LANES,
    MLL,
    RESULT_ROWS,
    TRIAL_ROWS,
    F,
    sweep,
)
from tricyclic.numerics.batch.search import (
    C_HIGH,
    C_LOW,
    HELD_SLOPE,
    INFO_CC,
    INFO_CL,
    INFO_LL,
    LN_HILL,
    RSS,
    C,
    load,
    place,
    side_of,
)

_MOST_SWEEPS = 40
_STEP_IS_SMALL = 2e-4
_DRIFT_IS_SMALL = 3e-3
_STEEP = math.log(1.5)


@njit(cache=True, error_model="numpy")
def _wald(found, b, rise, free_hill):
    info = found[b, INFO_CC]
    if free_hill and found[b, INFO_LL] > 0.0:
        info -= found[b, INFO_CL] ** 2 / found[b, INFO_LL]
    if not info > 1e-12 * found[b, INFO_CC]:
        return 0.5
    reach = math.sqrt(rise / info)
    return reach if reach < 0.7 else 0.7


@njit(cache=True, error_model="numpy")
def find_limits(
    store,
    known,
    found,
    jobs,
    rises,
    count,
    mode,
    fixed_side,
    free_hill,
    l_low,
    l_high,
    limits,
    improved,
):
    """Fill limits, shape (curves, 2), of the curves named in jobs; -inf or inf where a side does not close in the box.

    Parameters
    ----------
    rises : array, shape (curves,)
        How far the residual sum may rise.
    improved : array of bool, shape (curves,)
        Set where the walk met a lower residual sum than the optimum: that point then stands in found.
    """
    points = np.zeros(count * FIELDS * LANES)
    trial = np.zeros(TRIAL_ROWS * LANES)
    out = np.zeros(RESULT_ROWS * LANES)
    job = np.full(LANES, -1)  # 2 * curve + side
    spent = np.zeros(LANES, np.int64)
    hill = np.zeros(LANES)
    inside = np.zeros(LANES)
    outside = np.zeros(LANES)
    doubtful = np.empty(2 * jobs.size, np.int64)
    doubtful_ones = 0
    hard = np.empty(2 * jobs.size, np.int64)
    hard_ones = 0
    following = 0
    busy = 0
    for lane in range(LANES):
        place(trial, lane, 0.0, 0.0, 1.0, 1.0)
        following = _take(
            following,
            lane,
            jobs,
            store,
            known,
            found,
            rises,
            count,
            mode,
            fixed_side,
            free_hill,
            l_low,
            l_high,
            points,
            trial,
            job,
            spent,
            hill,
            inside,
            outside,
            limits,
        )
        busy += job[lane] >= 0
    while busy > 0:
        sweep(points, count, trial, mode, out)
        for lane in range(LANES):
            if job[lane] < 0:
                continue
            b, side = job[lane] >> 1, job[lane] & 1
            away = 1.0 if side == 1 else -1.0
            spent[lane] += 1
            c, ln_hill, c0 = trial[lane], hill[lane], found[b, C]
            rss, gl = out[F * LANES + lane], out[GL * LANES + lane]
            hll = out[HLL * LANES + lane]
            held = (
                not free_hill
                or (ln_hill <= l_low and gl >= 0.0)
                or (ln_hill >= l_high and gl <= 0.0)
            )
            done = False
            closed = abs(outside[lane] - inside[lane]) < 1e-5 * abs(outside[lane] - c0)
            if spent[lane] > _MOST_SWEEPS or (closed and spent[lane] > 8):
                hard[hard_ones] = job[lane]
                hard_ones += 1
                done = True
            elif not held and not (hll > 0.0 and abs(gl) < 0.25 * hll):
                # The hill has not followed yet: let it, before anything is read off the profile.
                dl = -gl / hll if hll > 0.0 else -gl / (out[MLL * LANES + lane] + 1e-300)
                dl = -0.4 if dl < -0.4 else (0.4 if dl > 0.4 else dl)
                hill[lane] = min(max(ln_hill + dl, l_low), l_high)
            else:
                drift, follow, phi, slope = 0.0, 0.0, rss, 2.0 * out[GC * LANES + lane]
                if not held:
                    drift = -gl / hll
                    follow = -out[HCL * LANES + lane] / hll
                    phi = rss + gl * drift
                    slope = 2.0 * (out[GC * LANES + lane] + out[HCL * LANES + lane] * drift)
                rise = phi - found[b, RSS]
                root, wanted = math.sqrt(max(rise, 0.0)), math.sqrt(rises[b])
                if rise < -1e-8 * found[b, RSS] - 1e-2 * rises[b] and rss < found[b, RSS]:
                    improved[b] = True
                    found[b, C], found[b, LN_HILL], found[b, RSS] = c, ln_hill, rss
                    done = True
                else:
                    if root < wanted:
                        inside[lane] = c
                    else:
                        outside[lane] = c
                    reach = abs(c - c0)
                    dc = away * max(reach, 1e-3)
                    if root > 1e-3 * wanted and away * slope > 0.0:
                        dc = (wanted - root) * 2.0 * root / slope
                    edge = known[b, C_HIGH] if side == 1 else known[b, C_LOW]
                    if (
                        abs(dc) < _STEP_IS_SMALL * min(max(reach, 1e-7), 0.1)
                        and abs(drift) < _DRIFT_IS_SMALL
                        and reach > 0.0
                    ):
                        new = c + dc
                        limits[b, side] = new if away * (new - edge) <= 0.0 else away * math.inf
                        done = True
                        if free_hill and max(ln_hill, found[b, LN_HILL]) > _STEEP:
                            # A steep curve can have a second valley in hill: look there before calling the side closed.
                            doubtful[doubtful_ones] = job[lane]
                            doubtful_ones += 1
                    elif away * (c - edge) >= 0.0 and root < wanted:
                        if abs(drift) < _DRIFT_IS_SMALL:
                            limits[b, side] = away * math.inf
                            done = True
                        new = c
                    else:
                        new = c + dc
                        if outside[lane] == outside[lane]:
                            if (
                                away * (new - inside[lane]) <= 0.0
                                or away * (outside[lane] - new) <= 0.0
                            ):
                                new = 0.5 * (inside[lane] + outside[lane])
                        else:
                            most = away * min(1.5 * reach, 0.7)
                            new = (
                                c + most
                                if away * (new - c - most) > 0.0 or away * (new - c) <= 0.0
                                else new
                            )
                        if away * (new - edge) > 0.0:
                            new = edge
                    if not done:
                        dl = drift + follow * (new - c)
                        dl = -0.7 if dl < -0.7 else (0.7 if dl > 0.7 else dl)
                        hill[lane] = min(max(ln_hill + dl, l_low), l_high) if free_hill else ln_hill
                        trial[lane] = new
            if done:
                following = _take(
                    following,
                    lane,
                    jobs,
                    store,
                    known,
                    found,
                    rises,
                    count,
                    mode,
                    fixed_side,
                    free_hill,
                    l_low,
                    l_high,
                    points,
                    trial,
                    job,
                    spent,
                    hill,
                    inside,
                    outside,
                    limits,
                )
                busy -= job[lane] < 0
            else:
                c = trial[lane]
                place(
                    trial,
                    lane,
                    c,
                    hill[lane],
                    side_of(c, mode, fixed_side, known, b),
                    known[b, HELD_SLOPE],
                )
    for k in range(doubtful_ones):
        b, side = doubtful[k] >> 1, doubtful[k] & 1
        if improved[b] or math.isinf(limits[b, side]):
            continue
        for lane in range(LANES):
            load(points, lane, store, b, count)
        value, _ = _profile(
            2,
            limits[b, side],
            b,
            known,
            found,
            count,
            mode,
            fixed_side,
            free_hill,
            l_low,
            l_high,
            points,
            trial,
            out,
        )
        if value - found[b, RSS] < rises[b] * (1.0 - 1e-3):
            hard[hard_ones] = doubtful[k]
            hard_ones += 1
    for k in range(hard_ones):
        b, side = hard[k] >> 1, hard[k] & 1
        if not improved[b]:
            _walk(
                b,
                side,
                store,
                known,
                found,
                rises,
                count,
                mode,
                fixed_side,
                free_hill,
                l_low,
                l_high,
                points,
                trial,
                out,
                limits,
                improved,
            )


@njit(cache=True, error_model="numpy")
def _take(
    following,
    lane,
    jobs,
    store,
    known,
    found,
    rises,
    count,
    mode,
    fixed_side,
    free_hill,
    l_low,
    l_high,
    points,
    trial,
    job,
    spent,
    hill,
    inside,
    outside,
    limits,
):
    job[lane] = -1
    while following < 2 * jobs.size:
        b, side = jobs[following >> 1], following & 1
        following += 1
        away = 1.0 if side == 1 else -1.0
        c0 = found[b, C]
        reach = _wald(found, b, rises[b], free_hill)
        edge = known[b, C_HIGH] if side == 1 else known[b, C_LOW]
        if away * (c0 - edge) >= -1e-9:
            limits[b, side] = away * math.inf
            continue
        if reach < 1e-9:
            # Readings without scatter: the limits stand on the estimate as far as numbers can tell.
            limits[b, side] = c0 + away * reach
            continue
        c = c0 + away * reach
        c = edge if away * (c - edge) > 0.0 else c
        dl = (
            -found[b, INFO_CL] / found[b, INFO_LL] * (c - c0)
            if free_hill and found[b, INFO_LL] > 0.0
            else 0.0
        )
        dl = -0.5 if dl < -0.5 else (0.5 if dl > 0.5 else dl)
        load(points, lane, store, b, count)
        hill[lane] = (
            min(max(found[b, LN_HILL] + dl, l_low), l_high) if free_hill else found[b, LN_HILL]
        )
        place(
            trial, lane, c, hill[lane], side_of(c, mode, fixed_side, known, b), known[b, HELD_SLOPE]
        )
        job[lane], spent[lane], inside[lane], outside[lane] = 2 * b + side, 0, c0, math.nan
        break
    return following


@njit(cache=True, error_model="numpy")
def _profile(
    combs, c, b, known, found, count, mode, fixed_side, free_hill, l_low, l_high, points, trial, out
):
    """Least residual sum at c over all hills, and where: a comb of 32 hills, a finer one, then one Newton step."""
    side = side_of(c, mode, fixed_side, known, b)
    low, high = (l_low, l_high) if free_hill else (found[b, LN_HILL], found[b, LN_HILL])
    best, at, promised = math.inf, low, 0.0
    for _ in range(combs if free_hill else 1):
        tooth = (high - low) / (LANES - 1)
        for lane in range(LANES):
            place(trial, lane, c, low + tooth * lane, side, known[b, HELD_SLOPE])
        sweep(points, count, trial, mode, out)
        for lane in range(LANES):
            if out[F * LANES + lane] < best:
                best, at, promised = out[F * LANES + lane], low + tooth * lane, 0.0
                gl, hll = out[GL * LANES + lane], out[HLL * LANES + lane]
                if (
                    free_hill
                    and hll > 0.0
                    and abs(gl) < hll * tooth
                    and l_low < at - gl / hll < l_high
                ):
                    promised = gl * gl / hll
        low, high = max(at - 1.2 * tooth, l_low), min(at + 1.2 * tooth, l_high)
    return best - promised, at


@njit(cache=True, error_model="numpy")
def _walk(
    b,
    side,
    store,
    known,
    found,
    rises,
    count,
    mode,
    fixed_side,
    free_hill,
    l_low,
    l_high,
    points,
    trial,
    out,
    limits,
    improved,
):
    """Walk outward until the profile has risen, then close in on the crossing (Illinois): slow, sure."""
    for lane in range(LANES):
        load(points, lane, store, b, count)
    away = 1.0 if side == 1 else -1.0
    edge = known[b, C_HIGH] if side == 1 else known[b, C_LOW]
    rss, inner, wanted = found[b, RSS], found[b, C], math.sqrt(rises[b])
    below, above = -wanted, 0.0
    step = max(0.5 * _wald(found, b, rises[b], free_hill), 1e-3)
    outer = math.nan
    while outer != outer:
        c = inner + away * step
        c = edge if away * (c - edge) >= 0.0 else c
        value, hill = _profile(
            2,
            c,
            b,
            known,
            found,
            count,
            mode,
            fixed_side,
            free_hill,
            l_low,
            l_high,
            points,
            trial,
            out,
        )
        if value < rss * (1.0 - 1e-8) - 1e-2 * rises[b]:
            improved[b] = True
            found[b, C], found[b, LN_HILL], found[b, RSS] = c, hill, value
            return
        gap = math.sqrt(max(value - rss, 0.0)) - wanted
        if gap >= 0.0:
            outer, above = c, gap
        elif c == edge:
            limits[b, side] = away * math.inf
            return
        else:
            inner, below = c, gap
            step = min(1.5 * step, 0.3)
    last = 0
    for _ in range(100):
        if abs(outer - inner) < 1e-9:
            break
        c = (inner * above - outer * below) / (above - below)
        value, _ = _profile(
            3,
            c,
            b,
            known,
            found,
            count,
            mode,
            fixed_side,
            free_hill,
            l_low,
            l_high,
            points,
            trial,
            out,
        )
        gap = math.sqrt(max(value - rss, 0.0)) - wanted
        if abs(gap) < 1e-8 * wanted:
            inner = outer = c
        elif gap < 0.0:
            inner, below = c, gap
            above *= 0.5 if last == -1 else 1.0
            last = -1
        else:
            outer, above = c, gap
            below *= 0.5 if last == 1 else 1.0
            last = 1
    limits[b, side] = 0.5 * (inner + outer)
