"""Best node of the grid of starts of 32 curves at once, in single precision.

Only the order of the nodes matters here: half the bits are enough, and twice as many lanes fit into
a vector instruction. Nodes too close to the best for that are compared in double precision: among
those of a step between two doses only one may lead to the optimum.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    FARTHEST,
    FIXED_SLOPE,
    GRID_HILL,
    GRID_MARGIN,
    GRID_POWERS,
    HIGH_X,
    LANES,
    LN10,
    LN_HILL,
    LOW_X,
    NONE_FREE,
    Array,
)

_FUSED = {"contract"}
_LOG2_10 = math.log2(10.0)
# 1.5 * 2^23: adding it rounds to an integer, which is then in the low bits.
_MAGIC = np.float32(12582912.0)
# Beyond it s has no effect in single precision, and 2^120 does not overflow.
_FARTHEST = np.float32(120.0)
_ZERO, _ONE, _TWO = np.float32(0.0), np.float32(1.0), np.float32(2.0)
# Nodes whose gain is within this share of the best are compared in double precision.
_CLOSE = np.float32(5e-6)
_TINY, _WORST = np.float32(1e-30), np.float32(-1e30)
# A fixed slope beyond these is a step, or a flat line, in the grid.
_LEAST_HILL, _MOST_HILL = 1e-6, 1e6
# Taylor coefficients of 2^r, within 2e-7 of itself for r up to a half.
_P0, _P1, _P2, _P3, _P4, _P5, _P6 = (
    np.float32(math.log(2.0) ** k / math.factorial(k)) for k in range(7)
)
_HILLS = len(GRID_POWERS)

# Rows of a point in single precision: dose, weight, weight times reading.
_FIELDS = 3
_X, _W, _WM = (row * LANES for row in range(_FIELDS))
# Rows of the sums of one shape s: those of d, d^2 and d times reading, all weighted, where d is s
# less its value at the heaviest dose; last that value.
_SUMS = 4
_D, _DD, _DM, _HELD = (row * LANES for row in range(_SUMS))
_OF_HILL = _SUMS * LANES
# Rows after the sums of all slopes: log10 IC50 and slope of the node, range of its log10 IC50, the
# slope where it is fixed or the least of the grid, the heaviest dose, the difference of fixed
# plateaus, gain and number of the best node, gain of the second best, gains of the last nodes. One
# array contains all, because the compiler makes vector instructions only where few arrays could
# overlap.
_C, _KAPPA, _WIDTH, _LEAST, _HEAVIEST, _SLOPE, _BEST, _NODE, _SECOND, _GAINS = (
    (_HILLS * _SUMS + row) * LANES for row in range(10)
)
_ROWS = _HILLS * (_SUMS + 1) + 9


class NodeLanes(NamedTuple):
    """What the lanes of the grid remember.

    `points`, shape (count * _FIELDS * LANES,); `rows`, shape (_ROWS * LANES,); `heaviest`, shape
    (LANES,), is the number of the dose of the largest weight; `gains`, shape (nodes * LANES,).
    """

    points: Array
    rows: Array
    heaviest: Array
    gains: Array


@intrinsic
def _shifted(typing_context, p, t):
    def build(context, builder, signature, arguments):
        word = context.get_value_type(types.int32)
        number, power = (builder.bitcast(argument, word) for argument in arguments)
        moved = builder.add(number, builder.shl(power, word(23)))
        return builder.bitcast(moved, context.get_value_type(types.float32))

    return types.float32(types.float32, types.float32), build


def _times_power(p: np.float32, t: np.float32) -> np.float32:
    """P times 2^n, where n is in the low bits of t."""
    moved = int(np.float32(p).view(np.int32)) + (int(np.float32(t).view(np.int32)) << 23)
    return np.uint32(moved & 0xFFFFFFFF).view(np.float32)


# Compiled code takes 32-bit integers: numba itself would widen them to 64 and halve the lanes.
@overload(_times_power, jit_options={"forceinline": True})
def _compiled_times_power(p, t):
    return lambda p, t: _shifted(p, t)  # type: ignore[call-arg]


@compiled(fastmath=_FUSED)
def _power_of_two(v):
    """2^v in single precision, v within +-120; a polynomial, so that loops over it vectorise."""
    v = v if v < _FARTHEST else _FARTHEST
    v = v if v > -_FARTHEST else -_FARTHEST
    t = v + _MAGIC
    r = v - (t - _MAGIC)
    p = (((((_P6 * r + _P5) * r + _P4) * r + _P3) * r + _P2) * r + _P1) * r + _P0
    return _times_power(p, t)


@compiled()
def make_lanes(count, nodes):
    """Lanes for curves of `count` doses and a grid of `nodes`."""
    return NodeLanes(
        np.zeros(count * _FIELDS * LANES, np.float32),
        np.zeros(_ROWS * LANES, np.float32),
        np.zeros(LANES, np.int64),
        np.zeros(nodes * LANES, np.float32),
    )


@compiled(allocates=False, inline=True)
def begin_lanes(lanes, curves, some, problem):
    """Load the curves named in `some`, up to 32; doses about the middle of their range, so that
    they keep their digits.
    """
    points, rows, count = lanes.points, lanes.rows, problem.n_points
    for lane in range(some.size):
        b = some[lane]
        low, high = curves.facts[b, LOW_X], curves.facts[b, HIGH_X]
        middle = 0.5 * (low + high)
        heaviest = 0
        for i in range(count):
            o = i * (_FIELDS * LANES) + lane
            w = curves.points[b, 1, i]
            points[o + _X] = curves.points[b, 0, i] - middle
            points[o + _W] = w
            points[o + _WM] = w * curves.points[b, 2, i]
            heaviest = i if w > curves.points[b, 1, heaviest] else heaviest
        lanes.heaviest[lane] = heaviest
        rows[_HEAVIEST + lane] = points[heaviest * (_FIELDS * LANES) + lane + _X]
        rows[_SLOPE + lane] = curves.facts[b, FIXED_SLOPE]
        rows[_WIDTH + lane] = high - low + 2.0 * GRID_MARGIN
        hill = GRID_HILL
        if not problem.free_hill:
            hill = min(max(math.exp(curves.state[b, LN_HILL]), _LEAST_HILL), _MOST_HILL)
        rows[_LEAST + lane] = _LOG2_10 * hill
    for lane in range(LANES):
        rows[_BEST + lane] = rows[_SECOND + lane] = _WORST
        rows[_NODE + lane] = _ZERO


@compiled(allocates=False, inline=True)
def best_node(lanes, lane):
    """Number of the best node of a lane, and whether another is too close to it."""
    rows = lanes.rows
    return int(rows[_NODE + lane]), rows[_SECOND + lane] >= _close_to(rows[_BEST + lane])


@compiled(allocates=False, inline=True)
def _close_to(gain):
    return gain - _CLOSE * abs(gain)


@compiled(allocates=False)
def exact_best_node(lanes, lane, shares, hills, curves, problem, b):
    """Number of the best node of a lane with curve b, in double precision among those close to the
    best; their gains were kept.
    """
    least = _close_to(lanes.rows[_BEST + lane])
    most, node = -math.inf, 0
    for j in range(shares.size):
        if lanes.gains[j * LANES + lane] >= least:
            gain = _exact_gain(shares[j], hills[j], curves, problem, b)
            if gain > most:
                most, node = gain, j
    return node


@compiled(allocates=False)
def _exact_gain(along, hill, curves, problem, b):
    """Fall of the residual sum of curve b by a node, in double precision."""
    low, high = curves.facts[b, LOW_X], curves.facts[b, HIGH_X]
    c = low - GRID_MARGIN + along * (high - low + 2.0 * GRID_MARGIN)
    side = problem.fixed_side
    if problem.mode == BOTH_FREE:
        side = 1.0 if along < 0.5 else -1.0
    kappa = side * LN10 * (math.exp(curves.state[b, LN_HILL]) if math.isnan(hill) else hill)
    s0 = ss = sm = 0.0
    for i in range(problem.n_points):
        tau = min(max(kappa * (curves.points[b, 0, i] - c), -FARTHEST), FARTHEST)
        s = 1.0 / (1.0 + math.exp(tau))
        w = curves.points[b, 1, i]
        s0 += w * s
        ss += w * s * s
        sm += w * s * curves.points[b, 2, i]
    spread = max(ss - s0 * s0 if problem.mode == BOTH_FREE else ss, 1e-290)
    a = curves.facts[b, FIXED_SLOPE] if problem.mode == NONE_FREE else sm / spread
    return (2.0 * sm - a * spread) * a


@compiled(fastmath=_FUSED)
def _keep_better(number, gain, best, node, second):
    """Best gain, its number and the second best gain after a node."""
    better = gain > best
    lesser = best if better else gain
    return (
        gain if better else best,
        number if better else node,
        lesser if lesser > second else second,
    )


@compiled(fastmath=_FUSED)
def _keep_gains(rows, hills, gains, at):
    """Copy the gains of the last nodes."""
    for lane in range(hills * LANES):
        gains[at + lane] = rows[_GAINS + lane]


@compiled(allocates=False)
def nodes_by_table(lanes, count, table, gain, keep):
    """Best node for lanes that share doses and weights: one dot product per node.

    Parameters
    ----------
    lanes : NodeLanes
    count : int
    table : array, shape (nodes, count)
        Shapes, centred where both plateaus are fitted.
    gain : array, shape (nodes, 3)
        A node lowers the residual sum by gain . (dot^2, slope * dot, slope^2).
    keep : bool
        Whether the gains of all nodes are wanted.
    """
    for j in range(table.shape[0]):
        _dot(lanes.points, count, table[j], lanes.rows)
        _compare_dot(gain[j, 0], gain[j, 1], gain[j, 2], np.float32(j), lanes.rows)
        if keep:
            _keep_gains(lanes.rows, 1, lanes.gains, j * LANES)


@compiled(fastmath=_FUSED)
def _dot(points, count, shape, rows):
    # Never true; it lets the compiler assume that no index below can be negative.
    if count > 1048576:
        return
    for lane in range(LANES):
        rows[_D + lane] = _ZERO
    i = 0
    while i + 1 < count:
        one, two = shape[i], shape[i + 1]
        o = i * (_FIELDS * LANES) + _WM
        for lane in range(LANES):
            rows[_D + lane] += one * points[o + lane] + two * points[o + _FIELDS * LANES + lane]
        i += 2
    if i < count:
        one = shape[i]
        o = i * (_FIELDS * LANES) + _WM
        for lane in range(LANES):
            rows[_D + lane] += one * points[o + lane]


@compiled(fastmath=_FUSED)
def _compare_dot(square, cross, held, number, rows):
    """Gain of a node from its dot product; keep it where it is the best so far."""
    for lane in range(LANES):
        a, d = rows[_SLOPE + lane], rows[_D + lane]
        gain = (square * d + cross * a) * d + held * a * a
        best, node, second = rows[_BEST + lane], rows[_NODE + lane], rows[_SECOND + lane]
        best, node, second = _keep_better(number, gain, best, node, second)
        rows[_GAINS + lane] = gain
        rows[_BEST + lane], rows[_NODE + lane], rows[_SECOND + lane] = best, node, second


@compiled(fastmath=_FUSED)
def _gain(rows, o, centred, solved, slope):
    """Fall of the residual sum of a lane by the shape whose sums begin at o."""
    mean = centred * rows[o + _D]
    spread = rows[o + _DD] - mean * mean
    spread = spread if spread > _TINY else _TINY
    m = rows[o + _DM]
    a = solved * (m / spread) + (_ONE - solved) * slope
    return (_TWO * m - a * spread) * a


@compiled(fastmath=_FUSED)
def _compare_one_hill(rows, centred, solved, number):
    """Gain of a node; keep it where it is the best so far."""
    for lane in range(LANES):
        best, node, second = rows[_BEST + lane], rows[_NODE + lane], rows[_SECOND + lane]
        gain = _gain(rows, lane, centred, solved, rows[_SLOPE + lane])
        best, node, second = _keep_better(number, gain, best, node, second)
        rows[_GAINS + lane] = gain
        rows[_BEST + lane], rows[_NODE + lane], rows[_SECOND + lane] = best, node, second


@compiled(fastmath=_FUSED)
def _compare_all_hills(rows, centred, solved, number):
    """Gains of the nodes of all slopes, `number` and the following; keep the best so far."""
    for lane in range(LANES):
        slope = rows[_SLOPE + lane]
        best, node, second = rows[_BEST + lane], rows[_NODE + lane], rows[_SECOND + lane]
        one = _gain(rows, lane, centred, solved, slope)
        best, node, second = _keep_better(number, one, best, node, second)
        two = _gain(rows, _OF_HILL + lane, centred, solved, slope)
        best, node, second = _keep_better(number + _ONE, two, best, node, second)
        three = _gain(rows, 2 * _OF_HILL + lane, centred, solved, slope)
        best, node, second = _keep_better(number + _TWO, three, best, node, second)
        four = _gain(rows, 3 * _OF_HILL + lane, centred, solved, slope)
        best, node, second = _keep_better(number + _TWO + _ONE, four, best, node, second)
        rows[_GAINS + lane], rows[_GAINS + LANES + lane] = one, two
        rows[_GAINS + 2 * LANES + lane], rows[_GAINS + 3 * LANES + lane] = three, four
        rows[_BEST + lane], rows[_NODE + lane], rows[_SECOND + lane] = best, node, second


@compiled(allocates=False)
def nodes_by_shapes(lanes, count, mode, shapes, keep):
    """Best node for lanes that share doses and have weights of their own: three dot products per
    node.

    Parameters
    ----------
    lanes : NodeLanes
    count, mode : int
    shapes : array, shape (nodes, count)
        s at every dose, vanishing at the nearer plateau.
    keep : bool
        Whether the gains of all nodes are wanted.
    """
    solved = _ZERO if mode == NONE_FREE else _ONE
    centred = _ONE if mode == BOTH_FREE else _ZERO
    rows = lanes.rows
    for j in range(shapes.shape[0]):
        for lane in range(LANES):
            rows[_HELD + lane] = centred * shapes[j, lanes.heaviest[lane]]
        _sum_shape(lanes.points, count, shapes[j], rows)
        _compare_one_hill(rows, centred, solved, np.float32(j))
        if keep:
            _keep_gains(rows, 1, lanes.gains, j * LANES)


@compiled(fastmath=_FUSED)
def _sum_shape(points, count, shape, rows):
    if count > 1048576:
        return
    for lane in range(_HELD):
        rows[lane] = _ZERO
    i = 0
    while i + 1 < count:
        one, two = shape[i], shape[i + 1]
        o = i * (_FIELDS * LANES)
        p = o + _FIELDS * LANES
        for lane in range(LANES):
            d, e = one - rows[_HELD + lane], two - rows[_HELD + lane]
            wd, we = points[o + _W + lane] * d, points[p + _W + lane] * e
            rows[_D + lane] += wd + we
            rows[_DD + lane] += wd * d + we * e
            rows[_DM + lane] += points[o + _WM + lane] * d + points[p + _WM + lane] * e
        i += 2
    if i < count:
        one = shape[i]
        o = i * (_FIELDS * LANES)
        for lane in range(LANES):
            d = one - rows[_HELD + lane]
            wd = points[o + _W + lane] * d
            rows[_D + lane] += wd
            rows[_DD + lane] += wd * d
            rows[_DM + lane] += points[o + _WM + lane] * d


@compiled(fastmath=_FUSED)
def _sum_one_hill(points, count, centred, rows):
    """Sums of the shape of the slope of each lane."""
    if count > 1048576:
        return
    for lane in range(LANES):
        z = _power_of_two((rows[_HEAVIEST + lane] - rows[_C + lane]) * rows[_KAPPA + lane])
        rows[_HELD + lane] = centred / (_ONE + z)
    for lane in range(_HELD):
        rows[lane] = _ZERO
    for i in range(count):
        o = i * (_FIELDS * LANES)
        for lane in range(LANES):
            z = _power_of_two((points[o + _X + lane] - rows[_C + lane]) * rows[_KAPPA + lane])
            d = _ONE / (_ONE + z) - rows[_HELD + lane]
            wd = points[o + _W + lane] * d
            rows[_D + lane] += wd
            rows[_DD + lane] += wd * d
            rows[_DM + lane] += points[o + _WM + lane] * d


@compiled(fastmath=_FUSED)
def _sum_all_hills(points, count, centred, rows):
    """Sums of the shapes of all slopes of the grid: one exponential per dose, whose powers 1, 2, 4
    and 10 are those of the slopes.
    """
    if count > 1048576:
        return
    second, third, fourth = _OF_HILL, 2 * _OF_HILL, 3 * _OF_HILL
    for lane in range(4 * _OF_HILL):
        rows[lane] = _ZERO
    for lane in range(LANES):
        z = _power_of_two((rows[_HEAVIEST + lane] - rows[_C + lane]) * rows[_KAPPA + lane])
        z2 = z * z
        z4 = z2 * z2
        rows[_HELD + lane] = centred / (_ONE + z)
        rows[second + _HELD + lane] = centred / (_ONE + z2)
        rows[third + _HELD + lane] = centred / (_ONE + z4)
        rows[fourth + _HELD + lane] = centred / (_ONE + z4 * z4 * z2)
    for i in range(count):
        o = i * (_FIELDS * LANES)
        for lane in range(LANES):
            w, wm = points[o + _W + lane], points[o + _WM + lane]
            z = _power_of_two((points[o + _X + lane] - rows[_C + lane]) * rows[_KAPPA + lane])
            z2 = z * z
            z4 = z2 * z2
            d = _ONE / (_ONE + z) - rows[_HELD + lane]
            wd = w * d
            rows[_D + lane] += wd
            rows[_DD + lane] += wd * d
            rows[_DM + lane] += wm * d
            d = _ONE / (_ONE + z2) - rows[second + _HELD + lane]
            wd = w * d
            rows[second + _D + lane] += wd
            rows[second + _DD + lane] += wd * d
            rows[second + _DM + lane] += wm * d
            d = _ONE / (_ONE + z4) - rows[third + _HELD + lane]
            wd = w * d
            rows[third + _D + lane] += wd
            rows[third + _DD + lane] += wd * d
            rows[third + _DM + lane] += wm * d
            d = _ONE / (_ONE + z4 * z4 * z2) - rows[fourth + _HELD + lane]
            wd = w * d
            rows[fourth + _D + lane] += wd
            rows[fourth + _DD + lane] += wd * d
            rows[fourth + _DM + lane] += wm * d


@compiled(allocates=False)
def nodes_by_doses(lanes, problem, grid, keep):
    """Best node for lanes with doses or slopes of their own: every shape is evaluated.

    Parameters
    ----------
    lanes : NodeLanes
    problem : Problem
    grid : StartGrid
    keep : bool
        Whether the gains of all nodes are wanted.
    """
    points, rows, count = lanes.points, lanes.rows, problem.n_points
    solved = _ZERO if problem.mode == NONE_FREE else _ONE
    centred = _ONE if problem.mode == BOTH_FREE else _ZERO
    hills = _HILLS if problem.free_hill else 1
    for first in range(0, grid.shares.shape[1], hills):
        along = grid.shares[0, first]
        side = problem.fixed_side
        if problem.mode == BOTH_FREE:
            side = 1.0 if along < 0.5 else -1.0
        _place(np.float32(along - 0.5), np.float32(side), rows)
        if problem.free_hill:
            _sum_all_hills(points, count, centred, rows)
            _compare_all_hills(rows, centred, solved, np.float32(first))
        else:
            _sum_one_hill(points, count, centred, rows)
            _compare_one_hill(rows, centred, solved, np.float32(first))
        if keep:
            _keep_gains(rows, hills, lanes.gains, first * LANES)


@compiled(fastmath=_FUSED)
def _place(along, side, rows):
    """Log10 IC50 and slope of a node, its own in every lane."""
    for lane in range(LANES):
        rows[_C + lane] = along * rows[_WIDTH + lane]
        rows[_KAPPA + lane] = side * rows[_LEAST + lane]
