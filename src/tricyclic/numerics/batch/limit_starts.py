"""Where the searches for limits begin, and limits that need no search."""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

from tricyclic.numerics.batch.checks import add_side, is_coarse, steep_from
from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    FIXED_SLOPE,
    INFO_CL,
    INFO_LL,
    LN_HILL,
    RSS,
    C,
)
from tricyclic.numerics.batch.steps import (
    CLOSED,
    FOLLOW,
    OPEN,
    better_step,
    steep_is_lower,
    step_limit,
    steps_of,
)
from tricyclic.numerics.batch.walk import wald_distance


@compiled(allocates=False, inline=True)
def may_be_step(b, steep, curves, problem, rises):
    """Whether a step can be near the permitted sum; of a precise curve that is not steep, none."""
    return problem.free_hill and (
        curves.state[b, LN_HILL] > steep or is_coarse(b, curves, problem, rises)
    )


@compiled(allocates=False)
def begin_sides(
    pending, curves, problem, rises, limits, improved, steps, guesses, starts, uncertain
):
    """Write the limits that need no search, and list the sides to search and to check."""
    for b in pending:
        state = curves.state[b]
        c0, ln_hill = state[C], state[LN_HILL]
        distance = wald_distance(state, rises[b], problem.free_hill)
        steep = steep_from(b, curves, problem)
        by_steps = may_be_step(b, steep, curves, problem, rises)
        both = math.isfinite(limits[b, 0]) and math.isfinite(limits[b, 1])
        if both and not by_steps and max(guesses[b, 0, 1], guesses[b, 1, 1]) < steep:
            continue
        if by_steps:
            own, slope = steps_of(b, curves, problem, steps), curves.facts[b, FIXED_SLOPE]
            c, at = better_step(state[RSS], rises[b], slope, problem, own)
            if curves.facts[b, C_LOW] < c < curves.facts[b, C_HIGH]:
                improved[b] = True
                state[C], state[LN_HILL] = c, min(at, problem.ln_hill_high)
                continue
        for side in range(2):
            away = 1.0 if side == 1 else -1.0
            edge = curves.facts[b, C_HIGH] if side == 1 else curves.facts[b, C_LOW]
            if away * (c0 - edge) >= -1e-9:
                limits[b, side] = away * math.inf
                continue
            if distance < 1e-9:
                # Readings without scatter: the limits are the estimate as far as numbers can show.
                limits[b, side] = c0 + away * distance
                continue
            if by_steps:
                own, slope = steps_of(b, curves, problem, steps), curves.facts[b, FIXED_SLOPE]
                kind, c, at, x = step_limit(
                    side, c0, edge, state[RSS], rises[b], slope, problem, own
                )
                if kind == OPEN:
                    limits[b, side] = away * math.inf
                    continue
                if kind == CLOSED:
                    limits[b, side] = c
                    add_side(uncertain, 2 * b + side, c, at, x)
                    continue
                if kind == FOLLOW:
                    add_side(starts, 2 * b + side, c, at, x)
                    continue
            at = guesses[b, side, 1]
            if math.isfinite(limits[b, side]):
                _list_uncertain(
                    b,
                    side,
                    at,
                    steep,
                    by_steps,
                    curves,
                    problem,
                    rises,
                    limits,
                    steps,
                    uncertain,
                )
                continue
            if not math.isnan(at):
                add_side(starts, 2 * b + side, guesses[b, side, 0], at, c0)
                continue
            c = c0 + away * distance
            c = edge if away * (c - edge) > 0.0 else c
            dl = 0.0
            if problem.free_hill and state[INFO_LL] > 0.0:
                dl = -state[INFO_CL] / state[INFO_LL] * (c - c0)
            dl = -0.5 if dl < -0.5 else (0.5 if dl > 0.5 else dl)
            add_side(starts, 2 * b + side, c, ln_hill + dl, c0)


@compiled(allocates=False)
def _list_uncertain(b, side, at, steep, by_steps, curves, problem, rises, limits, steps, uncertain):
    """List a limit of quick_limits.py, at ln hill `at`, where a curve of another slope can have a
    lower sum there: a steep one, or any where a fixed plateau keeps curves from the readings.
    """
    state, limit = curves.state[b], limits[b, side]
    slope = curves.facts[b, FIXED_SLOPE]
    is_steep = problem.free_hill and max(at, state[LN_HILL]) > steep
    if is_steep or (
        by_steps
        and (
            (problem.mode != BOTH_FREE and is_coarse(b, curves, problem, rises))
            or steep_is_lower(
                limit, state[RSS], rises[b], slope, problem, steps_of(b, curves, problem, steps)
            )
        )
    ):
        add_side(uncertain, 2 * b + side, limit, at, state[C])
