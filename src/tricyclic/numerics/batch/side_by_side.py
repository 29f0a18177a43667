"""What the readings of 32 curves side by side show beside their fits: the range of the doses, the
signs of the residuals, and how far the means of the doses are from rising or falling throughout.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import NamedTuple

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.direction import ROW_BOTTOM, ROW_TOP
from tricyclic.numerics.batch.kernels import exponential
from tricyclic.numerics.batch.layout import LANES, LN10, OUT_C, OUT_HILL, Array

# Rows of the curves of a block.
AT_C, AT_KAPPA, AT_START, AT_CHANGE = range(4)
CURVE_ROWS = 4
# Rows of what the readings of a block show: expected reading at a dose; readings; residuals above
# 0, runs, sign of the last, least and largest size; largest reading; lowest and highest finite
# dose; whether there are readings without compound and at saturation; scratch.
(
    _EXPECTED,
    SEEN_N,
    SEEN_PLUS,
    SEEN_RUNS,
    _SIGN,
    SEEN_LEAST,
    SEEN_LARGEST,
    SEEN_SIZE,
    SEEN_LOWEST,
    SEEN_HIGHEST,
    SEEN_WITHOUT,
    SEEN_SATURATED,
    _BEFORE,
) = range(13)
SEEN_ROWS = 13
# Rows of the means of the doses of a block: number of doses, sum of their squared second
# differences (each over its variance), sum of squares about a rising and about a falling curve;
# scratch.
(
    SHAPE_LEVELS,
    SHAPE_SECOND,
    SHAPE_OFF_RISING,
    SHAPE_OFF_FALLING,
    _MEAN_1,
    _WEIGHT_1,
    _MEAN_2,
    _WEIGHT_2,
    _SUM_W,
    _SUM_WY,
) = range(10)
SHAPE_ROWS = 10
# Rows of a dose: mean, weight, least and largest mean so far, and of those still to come.
_LEVEL_MEAN, _LEVEL_WEIGHT, _LEVEL_LOW, _LEVEL_HIGH, _LEVEL_NEXT_LOW, _LEVEL_NEXT_HIGH = range(6)
LEVEL_ROWS = 6


class Block(NamedTuple):
    """A block of curves side by side.

    `rows` and `order`, shape (LANES, points): doses in ascending order, and their places; `source`,
    shape (LANES, points * replicates): place of each reading in that order; `fresh`, shape
    (points,): whether a dose differs from the one before it. `doses`, shape (points *
    LANES,), `values` and `weights`, shape (points * replicates * LANES,): in that order, readings
    nan where they are not used. `curve`, `seen`, `shape`, `levels`: by the rows above; `has_shape`,
    shape (1,): whether the last two are filled.
    """

    rows: Array
    order: Array
    source: Array
    fresh: Array
    doses: Array
    values: Array
    weights: Array
    curve: Array
    seen: Array
    shape: Array
    levels: Array
    has_shape: Array


@compiled(entry=True)
def list_designs(n, df, df_pure, designs, freedoms):
    """Mark the designs of curves, shape (doses, df among replicates), and degrees of freedom."""
    for k in range(n.size):
        if df[k] > 0.0:
            designs[int(n[k] - df_pure[k]), int(df_pure[k])] = True
            freedoms[int(df[k])] = True


@compiled(allocates=False)
def share_doses(x, block):
    """Put doses that all curves share on every lane."""
    points = x.size
    for lane in range(LANES):
        set_doses(lane, x, block)
    for p in range(1, points):
        block.fresh[p] = block.rows[0, p] != block.rows[0, p - 1]


@compiled(allocates=False)
def set_doses(lane, x, block):
    """Put the doses of a curve on a lane, ascending, nan last; equal ones keep their order."""
    row, order = block.rows[lane], block.order[lane]
    replicates = block.source.shape[1] // x.size
    for p in range(x.size):
        dose = x[p]
        q = p
        while q > 0 and (row[q - 1] > dose or (math.isnan(row[q - 1]) and not math.isnan(dose))):
            row[q], order[q] = row[q - 1], order[q - 1]
            q -= 1
        row[q], order[q] = dose, p
    for p in range(x.size):
        block.doses[p * LANES + lane] = row[p]
        for r in range(replicates):
            block.source[lane, p * replicates + r] = order[p] * replicates + r


@compiled(allocates=False, inline=True)
def load(lane, k, table, block, slots):
    """Copy curve k of a table, shape (curves, readings), in the order of its doses; nan where the
    dose is missing.
    """
    source, row = block.source, block.rows[lane]
    count = source.shape[1]
    if count > 1048576:
        return
    for slot in range(count):
        slots[slot * LANES + lane] = table[k, source[lane, slot]]
    p, replicates = row.size - 1, count // row.size
    while p >= 0 and math.isnan(row[p]):
        for slot in range(p * replicates, (p + 1) * replicates):
            slots[slot * LANES + lane] = math.nan
        p -= 1


@compiled(allocates=False, inline=True)
def set_curve(lane, k, fits, curve):
    """Parameters of curve k in a lane; a line at 0 where there is no fit."""
    c, hill = fits[OUT_C, k], fits[OUT_HILL, k]
    if math.isnan(c):
        curve[AT_C * LANES + lane], curve[AT_KAPPA * LANES + lane] = 0.0, 1.0
        curve[AT_START * LANES + lane] = curve[AT_CHANGE * LANES + lane] = 0.0
        return
    top, bottom = fits[ROW_TOP, k], fits[ROW_BOTTOM, k]
    start, end = (bottom, top) if hill > 0.0 else (top, bottom)
    curve[AT_C * LANES + lane], curve[AT_KAPPA * LANES + lane] = c, LN10 * abs(hill)
    curve[AT_START * LANES + lane], curve[AT_CHANGE * LANES + lane] = start, end - start


@compiled(allocates=False)
def _state(seen, lane):
    """What `_add` continues."""
    return (
        seen[SEEN_N * LANES + lane],
        seen[SEEN_PLUS * LANES + lane],
        seen[SEEN_RUNS * LANES + lane],
        seen[_SIGN * LANES + lane],
        seen[SEEN_LEAST * LANES + lane],
        seen[SEEN_LARGEST * LANES + lane],
        seen[SEEN_SIZE * LANES + lane],
    )


@compiled(allocates=False)
def _set_state(seen, lane, state):
    seen[SEEN_N * LANES + lane] = state[0]
    seen[SEEN_PLUS * LANES + lane] = state[1]
    seen[SEEN_RUNS * LANES + lane] = state[2]
    seen[_SIGN * LANES + lane] = state[3]
    seen[SEEN_LEAST * LANES + lane] = state[4]
    seen[SEEN_LARGEST * LANES + lane] = state[5]
    seen[SEEN_SIZE * LANES + lane] = state[6]


@compiled(allocates=False)
def _add(value, expected, state):
    """Count one reading, or none where it is nan."""
    n, plus, runs, before, least, largest, greatest = state
    size, off = abs(value), value - expected
    far = abs(off)
    sign = 1.0 if off > 0.0 else -1.0
    sign = sign if far < math.inf else before
    return (
        n + (1.0 if size < math.inf else 0.0),
        plus + (1.0 if off > 0.0 else 0.0),
        runs + (1.0 if sign != before else 0.0),
        sign,
        far if far < least else least,
        far if far > largest else largest,
        size if size > greatest else greatest,
    )


@compiled(allocates=False)
def residuals(points, replicates, fresh, doses, curve, values, seen):
    """Fill `seen`, shape (SEEN_ROWS * LANES,), from the readings of a block.

    Parameters
    ----------
    fresh : array, shape (points,)
        Whether the dose differs from the one before it.
    doses : array, shape (points * LANES,)
    curve : array, shape (CURVE_ROWS * LANES,)
    values : array, shape (points * replicates * LANES,)
    """
    # Never true; it lets the compiler assume that no index below can be negative.
    if points > 1048576 or replicates > 1048576:
        return
    for lane in range(LANES):
        seen[SEEN_N * LANES + lane] = 0.0
        seen[SEEN_PLUS * LANES + lane] = 0.0
        seen[SEEN_RUNS * LANES + lane] = 0.0
        seen[_SIGN * LANES + lane] = 0.0
        seen[SEEN_LEAST * LANES + lane] = math.inf
        seen[SEEN_LARGEST * LANES + lane] = 0.0
        seen[SEEN_SIZE * LANES + lane] = 0.0
        seen[SEEN_LOWEST * LANES + lane] = math.inf
        seen[SEEN_HIGHEST * LANES + lane] = -math.inf
        seen[SEEN_WITHOUT * LANES + lane] = 0.0
        seen[SEEN_SATURATED * LANES + lane] = 0.0
    for p in range(points):
        o = p * LANES
        if fresh[p]:
            for lane in range(LANES):
                tau = curve[AT_KAPPA * LANES + lane] * (
                    doses[o + lane] - curve[AT_C * LANES + lane]
                )
                far = abs(tau)
                far = far if far < 690.0 else 690.0
                z = exponential(-far)
                most = 1.0 / (1.0 + z)
                share = most if tau > 0.0 else z * most
                seen[_EXPECTED * LANES + lane] = (
                    curve[AT_START * LANES + lane] + curve[AT_CHANGE * LANES + lane] * share
                )
        for lane in range(LANES):
            seen[_BEFORE * LANES + lane] = seen[SEEN_N * LANES + lane]
        r = 0
        # Three readings at a time, which leaves the sums in registers.
        while r + 2 < replicates:
            s = (p * replicates + r) * LANES
            for lane in range(LANES):
                state = _state(seen, lane)
                expected = seen[_EXPECTED * LANES + lane]
                state = _add(values[s + lane], expected, state)
                state = _add(values[s + LANES + lane], expected, state)
                state = _add(values[s + 2 * LANES + lane], expected, state)
                _set_state(seen, lane, state)
            r += 3
        while r < replicates:
            s = (p * replicates + r) * LANES
            for lane in range(LANES):
                expected = seen[_EXPECTED * LANES + lane]
                _set_state(seen, lane, _add(values[s + lane], expected, _state(seen, lane)))
            r += 1
        for lane in range(LANES):
            dose = doses[o + lane]
            is_used = seen[SEEN_N * LANES + lane] > seen[_BEFORE * LANES + lane]
            low = dose if is_used and dose > -math.inf else math.inf
            high = dose if is_used and dose < math.inf else -math.inf
            lowest, highest = seen[SEEN_LOWEST * LANES + lane], seen[SEEN_HIGHEST * LANES + lane]
            seen[SEEN_LOWEST * LANES + lane] = low if low < lowest else lowest
            seen[SEEN_HIGHEST * LANES + lane] = high if high > highest else highest
            seen[SEEN_WITHOUT * LANES + lane] += 1.0 if is_used and dose == -math.inf else 0.0
            seen[SEEN_SATURATED * LANES + lane] += 1.0 if is_used and dose == math.inf else 0.0


@compiled(allocates=False)
def compare_levels(points, replicates, fresh, weighted, values, weights, levels, shape):
    """Fill `shape`, shape (SHAPE_ROWS * LANES,), from the means of the doses, for which `levels`,
    shape ((points + 2) * LEVEL_ROWS * LANES,), is scratch; gives the number of doses.

    The sum of squares about a monotone curve is that about the average of two: the highest mean so
    far and the lowest still to come, or the reverse.
    """
    # Never true; it lets the compiler assume that no index below can be negative.
    if points > 1048576 or replicates > 1048576:
        return 0
    for lane in range(LANES):
        levels[_LEVEL_LOW * LANES + lane] = math.inf
        levels[_LEVEL_HIGH * LANES + lane] = -math.inf
        shape[SHAPE_OFF_RISING * LANES + lane] = 0.0
        shape[SHAPE_OFF_FALLING * LANES + lane] = 0.0
        shape[_SUM_W * LANES + lane] = 0.0
        shape[_SUM_WY * LANES + lane] = 0.0
    count = 0
    for p in range(points):
        for r in range(replicates):
            s = (p * replicates + r) * LANES
            for lane in range(LANES):
                value = values[s + lane]
                w = weights[s + lane] if weighted else 1.0
                is_used = abs(value) < math.inf
                shape[_SUM_W * LANES + lane] += w if is_used else 0.0
                shape[_SUM_WY * LANES + lane] += w * value if is_used else 0.0
        if p + 1 < points and not fresh[p + 1]:
            continue
        count += 1
        o = count * (LEVEL_ROWS * LANES)
        for lane in range(LANES):
            w = shape[_SUM_W * LANES + lane]
            levels[o + _LEVEL_WEIGHT * LANES + lane] = w
            levels[o + _LEVEL_MEAN * LANES + lane] = shape[_SUM_WY * LANES + lane] / w
            shape[_SUM_W * LANES + lane] = 0.0
            shape[_SUM_WY * LANES + lane] = 0.0
        before = o - LEVEL_ROWS * LANES
        for lane in range(LANES):
            # nan where the dose has no reading, which is neither lower nor higher.
            mean = levels[o + _LEVEL_MEAN * LANES + lane]
            low = levels[before + _LEVEL_LOW * LANES + lane]
            high = levels[before + _LEVEL_HIGH * LANES + lane]
            levels[o + _LEVEL_LOW * LANES + lane] = mean if mean < low else low
            levels[o + _LEVEL_HIGH * LANES + lane] = mean if mean > high else high
    size = LEVEL_ROWS * LANES
    last = levels[(count + 1) * size :]
    for lane in range(LANES):
        last[_LEVEL_NEXT_LOW * LANES + lane] = math.inf
        last[_LEVEL_NEXT_HIGH * LANES + lane] = -math.inf
    for k in range(count, 0, -1):
        _compare_with_next(levels[k * size : (k + 1) * size], levels[(k + 1) * size :])
    for k in range(1, count + 1):
        o = k * size
        for lane in range(LANES):
            mean = levels[o + _LEVEL_MEAN * LANES + lane]
            w = levels[o + _LEVEL_WEIGHT * LANES + lane]
            low, high = (
                levels[o + _LEVEL_LOW * LANES + lane],
                levels[o + _LEVEL_HIGH * LANES + lane],
            )
            rising = mean - 0.5 * (high + levels[o + _LEVEL_NEXT_LOW * LANES + lane])
            falling = mean - 0.5 * (low + levels[o + _LEVEL_NEXT_HIGH * LANES + lane])
            shape[SHAPE_OFF_RISING * LANES + lane] += w * rising * rising if w > 0.0 else 0.0
            shape[SHAPE_OFF_FALLING * LANES + lane] += w * falling * falling if w > 0.0 else 0.0
    return count


@compiled(allocates=False)
def _compare_with_next(here, following):
    """Least and largest mean from a dose on, from those of the next one; slices, because the
    compiler does not see that an index which descends stays above 0.
    """
    for lane in range(LANES):
        mean = here[_LEVEL_MEAN * LANES + lane]
        low = following[_LEVEL_NEXT_LOW * LANES + lane]
        high = following[_LEVEL_NEXT_HIGH * LANES + lane]
        here[_LEVEL_NEXT_LOW * LANES + lane] = mean if mean < low else low
        here[_LEVEL_NEXT_HIGH * LANES + lane] = mean if mean > high else high


@compiled(allocates=False)
def second_differences(count, levels, shape):
    """Fill the number of doses of each lane, and the sum of the squared distances of each from the
    mean of its two neighbours, each over its variance, as in `monotone`.

    Parameters
    ----------
    count, levels, shape
        Of `compare_levels`.
    """
    if count > 1048576:
        return
    for lane in range(LANES):
        shape[SHAPE_LEVELS * LANES + lane] = 0.0
        shape[SHAPE_SECOND * LANES + lane] = 0.0
        shape[_MEAN_1 * LANES + lane] = shape[_WEIGHT_1 * LANES + lane] = 1.0
        shape[_MEAN_2 * LANES + lane] = shape[_WEIGHT_2 * LANES + lane] = 1.0
    for k in range(1, count + 1):
        o = k * (LEVEL_ROWS * LANES)
        for lane in range(LANES):
            mean = levels[o + _LEVEL_MEAN * LANES + lane]
            w = levels[o + _LEVEL_WEIGHT * LANES + lane]
            m1, w1 = shape[_MEAN_1 * LANES + lane], shape[_WEIGHT_1 * LANES + lane]
            m2, w2 = shape[_MEAN_2 * LANES + lane], shape[_WEIGHT_2 * LANES + lane]
            n = shape[SHAPE_LEVELS * LANES + lane]
            off = m1 - 0.5 * (m2 + mean)
            size = off * off / (1.0 / w1 + 0.25 * (1.0 / w2 + 1.0 / w))
            size = size if n > 1.5 else 0.0
            shape[SHAPE_SECOND * LANES + lane] += size if w > 0.0 else 0.0
            shape[SHAPE_LEVELS * LANES + lane] = n + 1.0 if w > 0.0 else n
            shape[_MEAN_2 * LANES + lane] = m1 if w > 0.0 else m2
            shape[_WEIGHT_2 * LANES + lane] = w1 if w > 0.0 else w2
            shape[_MEAN_1 * LANES + lane] = mean if w > 0.0 else m1
            shape[_WEIGHT_1 * LANES + lane] = w if w > 0.0 else w1
