"""Residual sums of shallow curves at fixed places, for the curves of a series from one table.

A place is a log10 IC50, as a share of the range searched, and a slope. The shapes depend on doses
and bounds only, so that what is left for each curve is a dot product at each place. The table is
made anew where a curve has other doses, bounds or weights than the one before.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import exponential
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    FARTHEST,
    FIXED_SLOPE,
    HIGH_X,
    LANES,
    LN10,
    LOW_X,
    NONE_FREE,
    Array,
)

_FUSED = {"contract"}
# Even slopes at both bounds of log10 IC50, and fewer at four places between them: 32 pairs, one a
# lane. Where a plateau is fixed, shallow curves have their optimum at a bound.
_LEAST, _AT_BOUND, _BETWEEN = math.log(0.05), (8, math.log(1.0)), (4, math.log(0.7))
_LEAST_BETWEEN = math.log(0.1)
_FIRST_BETWEEN = 2 * _AT_BOUND[0]
_PLACES_BETWEEN = (LANES - _FIRST_BETWEEN) // _BETWEEN[0]
# Rows of the pairs: log10 IC50, ln hill, side times hill times ln 10; the sum of s and the spread
# about it, weighted; the sum of s times reading; the residual sum.
PLACE_C, PLACE_LN_HILL, _KAPPA, _S0, _SPREAD, _SM, PLACE_SUM = (row * LANES for row in range(7))


class Places(NamedTuple):
    """The table, and the curve for which it was made.

    `known`, shape (2, points + 4): doses and the range of doses and of log10 IC50; in its second
    row the weights; nan before the first curve. `shapes`, shape (points * LANES,): s at each dose;
    `rows`, shape (7 * LANES,).
    """

    known: Array
    shapes: Array
    rows: Array


@compiled()
def new_places(points):
    """Space for curves of that many doses."""
    return Places(np.full((2, points + 4), np.nan), np.zeros(points * LANES), np.zeros(7 * LANES))


@compiled(allocates=False)
def sum_at_places(points, facts, problem, places):
    """Fill the row of residual sums for a curve, `points` of shape (3, points)."""
    known, rows, count = places.known, places.rows, problem.n_points
    same = (
        known[0, count] == facts[LOW_X]
        and known[0, count + 1] == facts[HIGH_X]
        and known[0, count + 2] == facts[C_LOW]
        and known[0, count + 3] == facts[C_HIGH]
    )
    for i in range(count):
        same = same and known[0, i] == points[0, i]
    if not same:
        known[0, count], known[0, count + 1] = facts[LOW_X], facts[HIGH_X]
        known[0, count + 2], known[0, count + 3] = facts[C_LOW], facts[C_HIGH]
        _put_places(facts, problem, rows)
        for i in range(count):
            known[0, i] = points[0, i]
            _fill_shape(points[0, i], i * LANES, places.shapes, rows)
    for i in range(count):
        same = same and known[1, i] == points[1, i]
    if not same:
        for lane in range(LANES):
            rows[_S0 + lane] = rows[_SPREAD + lane] = 0.0
        for i in range(count):
            known[1, i] = points[1, i]
            _add_weight(points[1, i], i * LANES, places.shapes, rows)
        _finish_spread(1.0 if problem.mode == BOTH_FREE else 0.0, rows)
    for lane in range(LANES):
        rows[_SM + lane] = 0.0
    square = 0.0
    for i in range(count):
        w, m = points[1, i], points[2, i]
        square += w * m * m
        _add_reading(w * m, i * LANES, places.shapes, rows)
    _finish_sums(square, problem.mode == NONE_FREE, facts[FIXED_SLOPE], rows)


@compiled(allocates=False, inline=True)
def first_at_place(lane):
    """First lane of the place of a lane, and how many slopes follow there."""
    slopes = _AT_BOUND[0] if lane < _FIRST_BETWEEN else _BETWEEN[0]
    return lane - lane % slopes, slopes


@compiled(allocates=False, inline=True)
def valley_at_place(lane, rows):
    """Lowest residual sum near a pair between others with higher sums, by a parabola."""
    first, slopes = first_at_place(lane)
    value = rows[PLACE_SUM + lane]
    if first < lane < first + slopes - 1:
        before, after = rows[PLACE_SUM + lane - 1], rows[PLACE_SUM + lane + 1]
        bend = before - 2.0 * value + after
        if value <= before and value <= after and bend > 0.0:
            value -= (after - before) ** 2 / (8.0 * bend)
    return value


@compiled(allocates=False)
def _put_places(facts, problem, rows):
    """Write log10 IC50 and slope of all pairs."""
    width = facts[C_HIGH] - facts[C_LOW]
    for lane in range(LANES):
        first, slopes = first_at_place(lane)
        share, low, high = 1.0 if first > 0 else 0.0, _LEAST, _AT_BOUND[1]
        if lane >= _FIRST_BETWEEN:
            place = (first - _FIRST_BETWEEN) // slopes
            share, low, high = (1 + place) / (1 + _PLACES_BETWEEN), _LEAST_BETWEEN, _BETWEEN[1]
        c = facts[C_LOW] + width * share
        ln_hill = low + (high - low) * (lane - first) / (slopes - 1)
        ln_hill = min(max(ln_hill, problem.ln_hill_low), problem.ln_hill_high)
        side = problem.fixed_side
        if problem.mode == BOTH_FREE:
            side = 1.0 if 2.0 * c < facts[LOW_X] + facts[HIGH_X] else -1.0
        rows[PLACE_C + lane], rows[PLACE_LN_HILL + lane] = c, ln_hill
        rows[_KAPPA + lane] = side * math.exp(ln_hill) * LN10


@compiled(fastmath=_FUSED)
def _fill_shape(x, o, shapes, rows):
    """s of all pairs at a dose."""
    for lane in range(LANES):
        tau = (x - rows[PLACE_C + lane]) * rows[_KAPPA + lane]
        tau = tau if tau < FARTHEST else FARTHEST
        tau = tau if tau > -FARTHEST else -FARTHEST
        z = exponential(-abs(tau))
        most = 1.0 / (1.0 + z)
        shapes[o + lane] = z * most if tau > 0.0 else most


@compiled(fastmath=_FUSED)
def _add_weight(w, o, shapes, rows):
    for lane in range(LANES):
        s = shapes[o + lane]
        rows[_S0 + lane] += w * s
        rows[_SPREAD + lane] += w * s * s


@compiled(fastmath=_FUSED)
def _finish_spread(centred, rows):
    for lane in range(LANES):
        s0 = rows[_S0 + lane]
        spread = rows[_SPREAD + lane] - centred * s0 * s0
        rows[_SPREAD + lane] = spread if spread > 1e-290 else 1e-290


@compiled(fastmath=_FUSED)
def _add_reading(wm, o, shapes, rows):
    for lane in range(LANES):
        rows[_SM + lane] += wm * shapes[o + lane]


@compiled(fastmath=_FUSED)
def _finish_sums(square, given, slope, rows):
    for lane in range(LANES):
        sm, spread = rows[_SM + lane], rows[_SPREAD + lane]
        a = slope if given else sm / spread
        rows[PLACE_SUM + lane] = square - (2.0 * sm - a * spread) * a
