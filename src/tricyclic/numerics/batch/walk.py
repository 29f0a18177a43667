"""Slow and safe search for profile limits: steps outward until the profile has risen, then regula
falsi.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import sweep
from tricyclic.numerics.batch.layout import (
    C_HIGH,
    C_LOW,
    FIXED_SLOPE,
    GL,
    HLL,
    INFO_CC,
    INFO_CL,
    INFO_LL,
    LANES,
    LN_HILL,
    RSS,
    C,
    F,
)
from tricyclic.numerics.batch.search import load, plateau_side, set_trial

# Farthest first step outward, and the nearest one from a point inside [decades].
MAX_FIRST_STEP, NEAREST_STEP = 0.7, 1e-6


@compiled(allocates=False)
def wald_distance(state, rise, free_hill):
    """Distance from the optimum at which a quadratic profile has risen by `rise` [decades]."""
    info = state[INFO_CC]
    if free_hill and state[INFO_LL] > 0.0:
        info -= state[INFO_CL] ** 2 / state[INFO_LL]
    if not info > 1e-12 * state[INFO_CC]:
        return 0.5
    distance = math.sqrt(rise / info)
    return distance if distance < MAX_FIRST_STEP else MAX_FIRST_STEP


@compiled(allocates=False)
def profile(combs, c, b, curves, problem, lanes):
    """Least residual sum at log10 IC50 c over all slopes, and where: a comb of 32 slopes, finer
    ones, then one Newton step.

    The points of curve b are in every lane.
    """
    side = plateau_side(c, problem, curves.facts, b)
    own = curves.state[b, LN_HILL]
    low, high = (problem.ln_hill_low, problem.ln_hill_high) if problem.free_hill else (own, own)
    best, at, promised = math.inf, low, 0.0
    for _ in range(combs if problem.free_hill else 1):
        tooth = (high - low) / (LANES - 1)
        for lane in range(LANES):
            slope = curves.facts[b, FIXED_SLOPE]
            set_trial(lanes.trial, lane, c, low + tooth * lane, side, slope)
        sweep(lanes.points, problem.n_points, lanes.trial, problem.mode, lanes.out)
        for lane in range(LANES):
            if lanes.out[F * LANES + lane] < best:
                best, at, promised = lanes.out[F * LANES + lane], low + tooth * lane, 0.0
                gl, hll = lanes.out[GL * LANES + lane], lanes.out[HLL * LANES + lane]
                if (
                    problem.free_hill
                    and hll > 0.0
                    and abs(gl) < hll * tooth
                    and problem.ln_hill_low < at - gl / hll < problem.ln_hill_high
                ):
                    promised = gl * gl / hll
        low = max(at - 1.2 * tooth, problem.ln_hill_low)
        high = min(at + 1.2 * tooth, problem.ln_hill_high)
    # The promise can exceed what is left of a sum of nearly 0.
    return max(best - promised, 0.0), at


@compiled(allocates=False)
def load_all_lanes(b, curves, problem, lanes):
    """Copy the points of curve b to every lane."""
    for lane in range(LANES):
        load(lanes.points, lane, curves.points, b, problem.n_points)


@compiled(allocates=False)
def walk(b, side, inside, curves, problem, lanes, rise, limits, improved):
    """Find the limit of curve b on a side (0 lower, 1 upper) and write it into `limits`.

    Where the walk meets a lower residual sum than the optimum, that point is written into the state
    and `improved` is set.
    """
    load_all_lanes(b, curves, problem, lanes)
    state = curves.state[b]
    away = 1.0 if side == 1 else -1.0
    edge = curves.facts[b, C_HIGH] if side == 1 else curves.facts[b, C_LOW]
    rss, inner, target = state[RSS], inside, math.sqrt(rise)
    below = -target
    widest = max(0.5 * wald_distance(state, rise, problem.free_hill), 1e-3)
    reached = abs(inside - state[C])
    # The first point is the one inside: its rise shows how far it may still be to the limit.
    c, step = inside, 0.0 if reached > 0.0 else widest
    while True:
        if step > 0.0:
            c = inner + away * step
            c = edge if away * (c - edge) >= 0.0 else c
        value, hill = profile(2, c, b, curves, problem, lanes)
        if value < rss * (1.0 - 1e-8) - 1e-2 * rise:
            improved[b] = True
            state[C], state[LN_HILL], state[RSS] = c, hill, value
            return
        root = math.sqrt(max(value - rss, 0.0))
        gap = root - target
        if step == 0.0:
            if gap < 0.0:
                below = gap
                # The root rises about evenly.
                step = min(max(1.5 * reached * -gap / max(root, 1e-300), NEAREST_STEP), widest)
            else:
                inner, step = state[C], widest
            continue
        if gap >= 0.0:
            break
        if c == edge:
            limits[b, side] = away * math.inf
            return
        inner, below = c, gap
        step = min((1.5 if step >= widest else 3.0) * step, 0.3)
    limits[b, side] = _close_in(b, curves, problem, lanes, (inner, below), (c, gap), target)


@compiled(allocates=False)
def _close_in(b, curves, problem, lanes, inside, outside, target):
    """Crossing between a point inside the limit and one outside, each with its gap (method of
    Illinois).
    """
    inner, below = inside
    outer, above = outside
    rss = curves.state[b, RSS]
    last = 0
    for _ in range(100):
        if abs(outer - inner) < 1e-9:
            break
        c = (inner * above - outer * below) / (above - below)
        value, _ = profile(3, c, b, curves, problem, lanes)
        gap = math.sqrt(max(value - rss, 0.0)) - target
        if abs(gap) < 1e-8 * target:
            inner = outer = c
        elif gap < 0.0:
            inner, below = c, gap
            above *= 0.5 if last == -1 else 1.0
            last = -1
        else:
            outer, above = c, gap
            below *= 0.5 if last == 1 else 1.0
            last = 1
    return 0.5 * (inner + outer)
