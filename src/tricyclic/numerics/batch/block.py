"""From a block of raw readings to fitted curves: collapse replicates, start on a grid, search, find limits, put back the scale.

The compiled code is kept beside this file and is made anew when this file changes; whoever changes one of the other
`batch_*.py` removes `__pycache__/*.nbi` first.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import math

import numpy as np
from numba import njit

from tricyclic.numerics.batch.kernels import (
    BOTH_FREE,
    FIELDS,
    LANES,
    NONE_FREE,
    RESULT_ROWS,
    TRIAL_ROWS,
    grid_by_shapes,
    grid_by_sweep,
    grid_by_table,
)
from tricyclic.numerics.batch.limits import find_limits
from tricyclic.numerics.batch.search import (
    AT_INTERCEPT,
    AT_SLOPE,
    C_HIGH,
    C_LOW,
    CENTRE,
    DOSES,
    FOUND_COLUMNS,
    HELD_SLOPE,
    HIGH_X,
    INFO_CC,
    INFO_CL,
    INFO_LL,
    KNOWN_COLUMNS,
    LN_HILL,
    LOW_X,
    NULL,
    PURE,
    READINGS,
    RSS,
    SCALE,
    SIDE,
    SURE,
    WEIGHT,
    C,
    load,
    place,
    search,
)

# what became of a curve; batch.STATUS holds the words
(
    FITS,
    FLAT,
    OPEN_BELOW,
    OPEN_ABOVE,
    OPEN_BOTH,
    TOUCHED,
    TOO_FEW,
    NONE_FINITE,
    CONSTANT,
    INFINITE,
    UNSURE,
) = range(11)

# rows of the result
(
    OUT_C,
    OUT_LOW,
    OUT_HIGH,
    OUT_HILL,
    OUT_TOP,
    OUT_BOTTOM,
    OUT_RSS,
    OUT_PURE,
    OUT_N,
    OUT_DF,
    OUT_DF_PURE,
    OUT_SE,
    OUT_F,
    OUT_SD,
) = range(14)
OUT_ROWS = 14

_BEYOND = 1.5  # decades beyond the doses that the grid of starts reaches
BLOCK = 1024


@njit(cache=True, error_model="numpy")
def _doses_of(row, place_of, doses):
    """Number the different doses of one curve in order of appearance; -1 where there is none."""
    count = 0
    for p in range(row.size):
        place_of[p] = -1
        if row[p] == row[p]:
            for k in range(count):
                if doses[k] == row[p]:
                    place_of[p] = k
                    break
            if place_of[p] < 0:
                doses[count] = row[p]
                place_of[p] = count
                count += 1
    return count


@njit(cache=True, error_model="numpy")
def _prepare(
    y, weight, weighted, place_of, doses, count, mode, top, bottom, parameters, store, known, sums
):
    """Collapse one curve's replicates to weighted means about a centre, in units of their largest distance from it."""
    replicates = y.shape[1]
    largest = heaviest = 0.0
    lowest, highest = math.inf, -math.inf
    for p in range(y.shape[0]):
        for r in range(replicates):
            value = y[p, r]
            if value != value or place_of[p] < 0:
                continue
            w = weight[p, r] if weighted else 1.0
            if not w > 0.0:
                continue
            if math.isinf(value) or math.isinf(w):
                return INFINITE
            largest = max(largest, abs(value))
            heaviest = max(heaviest, w)
            lowest, highest = min(lowest, value), max(highest, value)
    if highest < lowest:
        return NONE_FINITE
    before = 1.0
    if largest > 1e140:
        before = 1e-200
    elif largest < 1e-140:
        before = 1e200
    for k in range(count):
        sums[0, k] = sums[1, k] = sums[2, k] = 0.0
    n = 0
    per_heaviest = 1.0 / heaviest if heaviest > 1e-300 else 1e300
    for p in range(y.shape[0]):
        k = place_of[p]
        if k < 0:
            continue
        for r in range(replicates):
            value = y[p, r]
            w = weight[p, r] * per_heaviest if weighted else 1.0
            if value == value and w > 0.0:
                sums[0, k] += w
                sums[1, k] += w * (value * before)
                n += 1
    total = level = 0.0
    used = 0
    low_x, high_x = math.inf, -math.inf
    for k in range(count):
        if sums[0, k] > 0.0:
            total += sums[0, k]
            level += sums[1, k]
            sums[1, k] /= sums[0, k]
            used += 1
            if not math.isinf(doses[k]):
                low_x, high_x = min(low_x, doses[k]), max(high_x, doses[k])
    if mode == BOTH_FREE:
        centre = level / total
    elif top == top and bottom != bottom:
        centre = top * before
    else:
        centre = bottom * before
    scale = 0.0
    for k in range(count):
        if sums[0, k] > 0.0:
            scale = max(scale, abs(sums[1, k] - centre))
    pure = 0.0
    for p in range(y.shape[0]):
        k = place_of[p]
        if k < 0:
            continue
        for r in range(replicates):
            value = y[p, r]
            w = weight[p, r] * per_heaviest if weighted else 1.0
            if value == value and w > 0.0:
                off = value * before - sums[1, k]
                pure += w * off * off
    known[READINGS], known[DOSES] = n, used
    known[WEIGHT] = total * (heaviest if weighted else 1.0)
    known[CENTRE], known[SCALE] = centre / before, scale / before
    known[PURE] = pure / total
    if (highest * before - lowest * before) <= 1e-12 * (largest * before):
        return CONSTANT
    if used < parameters or n <= parameters or not low_x <= high_x:
        return TOO_FEW
    if not scale > 1e-12 * largest * before:
        return FLAT
    known[PURE] /= scale * scale
    known[LOW_X], known[HIGH_X] = low_x, high_x
    held = 0.0
    if mode == NONE_FREE:
        held = (top * before - bottom * before) / scale
    known[HELD_SLOPE] = held
    null = 0.0
    for k in range(count):
        w = sums[0, k] / total
        m = (sums[1, k] - centre) / scale if w > 0.0 else 0.0
        store[0, k] = doses[k]
        store[1, k], store[2, k] = w, m
        null += w * (m - held) ** 2
    known[NULL] = null
    return FITS


@njit(cache=True, error_model="numpy")
def _start(
    store,
    known,
    found,
    order,
    count,
    mode,
    fixed_side,
    tabled,
    table,
    gain_of,
    shapes,
    shares,
    hills,
):
    """Best node of the grid for the curves named in order, 32 at a time."""
    points = np.zeros(count * FIELDS * LANES)
    trial = np.zeros(TRIAL_ROWS * LANES)
    out = np.zeros(RESULT_ROWS * LANES)
    slope, best, node = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    first, width = np.zeros(LANES), np.ones(LANES)
    for begin in range(0, order.size, LANES):
        lanes = min(LANES, order.size - begin)
        for lane in range(lanes):
            b = order[begin + lane]
            load(points, lane, store, b, count)
            slope[lane] = known[b, HELD_SLOPE]
            first[lane] = known[b, LOW_X] - _BEYOND
            width[lane] = known[b, HIGH_X] - known[b, LOW_X] + 2.0 * _BEYOND
        if tabled:
            grid_by_table(points, count, table, gain_of, slope, best, node)
        elif shapes.shape[1] == count:
            grid_by_shapes(points, count, mode, shapes, slope, best, node)
        else:
            best[:] = -1e300
            for j in range(shares.size):
                for lane in range(lanes):
                    c = first[lane] + shares[j] * width[lane]
                    ln_hill = (
                        math.log(hills[j])
                        if hills[j] == hills[j]
                        else found[order[begin + lane], LN_HILL]
                    )
                    side = fixed_side
                    if mode == BOTH_FREE:
                        side = 1.0 if shares[j] < 0.5 else -1.0
                    place(trial, lane, c, ln_hill, side, slope[lane])
                grid_by_sweep(points, count, mode, trial, out, float(j), best, node)
        for lane in range(lanes):
            b, j = order[begin + lane], int(node[lane])
            c = first[lane] + shares[j] * width[lane]
            found[b, C] = min(max(c, known[b, C_LOW]), known[b, C_HIGH])
            if hills[j] == hills[j]:
                found[b, LN_HILL] = math.log(hills[j])


@njit(cache=True, nogil=True, error_model="numpy")
def fit_blocks(
    begin,
    end,
    y,
    weight,
    weighted,
    own_doses,
    rows,
    place_of,
    doses,
    mode,
    fixed_side,
    free_hill,
    held_hill,
    held_top,
    held_bottom,
    c_box,
    reach,
    hill_box,
    shares,
    hills,
    pattern,
    table,
    gain_of,
    shapes,
    t_critical,
    f_critical,
    want_limits,
    out,
    status,
):
    """Fit curves begin to end and fill out, shape (OUT_ROWS, curves), and status, shape (curves,).

    Parameters
    ----------
    y, weight : array, shape (curves, points, replicates)
        Readings, nan where missing; their weights (1 / variance up to a factor), looked at where `weighted`.
    own_doses : bool
        Whether each curve has its own row in `rows`, shape (curves, points), of log10 M; otherwise all
        share `doses`, shape (doses,), and `place_of`, shape (points,), says which point had which.
    held_hill, held_top, held_bottom : array, shape (curves,) or (1,)
        Held values, nan where fitted.
    shapes : array, shape (nodes, doses)
        Shape of every node, for curves of other weights; (1, 0) where doses or hills are their own.
    pattern : array, shape (doses,)
        Weights for which `table` and `gain_of` hold; empty where there is no table.
    t_critical, f_critical : array, shape (readings + 1,)
        By degrees of freedom.
    """
    points = y.shape[1]
    count = points if own_doses else doses.size
    l_low, l_high = math.log(hill_box[0]), math.log(hill_box[1])
    parameters = 1 + int(free_hill) + (2 if mode == BOTH_FREE else (0 if mode == NONE_FREE else 1))
    store = np.zeros((BLOCK, 3, count))
    known = np.zeros((BLOCK, KNOWN_COLUMNS))
    found = np.zeros((BLOCK, FOUND_COLUMNS))
    sums = np.zeros((3, count))
    jobs, plain, odd = (
        np.zeros(BLOCK, np.int64),
        np.zeros(BLOCK, np.int64),
        np.zeros(BLOCK, np.int64),
    )
    rises = np.zeros(BLOCK)
    limits = np.zeros((BLOCK, 2))
    improved = np.zeros(BLOCK, np.bool_)
    own_place, own = np.zeros(points, np.int64), np.zeros(points)
    for first in range(begin, end, BLOCK):
        size = min(BLOCK, end - first)
        many = plain_ones = odd_ones = 0
        for b in range(size):
            k = first + b
            top = held_top[k if held_top.size > 1 else 0]
            bottom = held_bottom[k if held_bottom.size > 1 else 0]
            store[b] = 0.0
            if own_doses:
                different = _doses_of(rows[k], own_place, own)
                state = _prepare(
                    y[k],
                    weight[k if weighted else 0],
                    weighted,
                    own_place,
                    own,
                    different,
                    mode,
                    top,
                    bottom,
                    parameters,
                    store[b],
                    known[b],
                    sums,
                )
            else:
                state = _prepare(
                    y[k],
                    weight[k if weighted else 0],
                    weighted,
                    place_of,
                    doses,
                    count,
                    mode,
                    top,
                    bottom,
                    parameters,
                    store[b],
                    known[b],
                    sums,
                )
            status[k] = state
            limits[b] = math.nan
            if state != FITS:
                continue
            known[b, C_LOW] = c_box[0] if c_box[0] == c_box[0] else known[b, LOW_X] - reach
            known[b, C_HIGH] = c_box[1] if c_box[1] == c_box[1] else known[b, HIGH_X] + reach
            if not free_hill:
                found[b, LN_HILL] = math.log(held_hill[k if held_hill.size > 1 else 0])
            jobs[many] = b
            many += 1
            same = pattern.size == count and not own_doses
            if same:
                for i in range(count):
                    if abs(store[b, 1, i] - pattern[i]) > 1e-12:
                        same = False
                        break
            if same:
                plain[plain_ones] = b
                plain_ones += 1
            else:
                odd[odd_ones] = b
                odd_ones += 1
        for order, tabled in ((plain[:plain_ones], True), (odd[:odd_ones], False)):
            _start(
                store,
                known,
                found,
                order,
                count,
                mode,
                fixed_side,
                tabled,
                table,
                gain_of,
                shapes,
                shares,
                hills,
            )
        again = jobs[:many]
        for _ in range(4):
            # A walk for limits that meets a better optimum sends its curve round once more.
            search(store, known, found, again, count, mode, fixed_side, free_hill, l_low, l_high)
            if not want_limits:
                break
            for b in again:
                improved[b] = False
                df = known[b, READINGS] - parameters
                rises[b] = t_critical[int(df)] ** 2 * (found[b, RSS] + known[b, PURE]) / df
            find_limits(
                store,
                known,
                found,
                again,
                rises,
                count,
                mode,
                fixed_side,
                free_hill,
                l_low,
                l_high,
                limits,
                improved,
            )
            again = again[improved[again]]
            if again.size == 0:
                break
        for b in range(size):
            _tell(
                b,
                first + b,
                known,
                found,
                limits,
                mode,
                free_hill,
                held_hill,
                held_top,
                held_bottom,
                parameters,
                l_low,
                l_high,
                hill_box,
                f_critical,
                want_limits,
                out,
                status,
            )


@njit(cache=True, error_model="numpy")
def _tell(
    b,
    k,
    known,
    found,
    limits,
    mode,
    free_hill,
    held_hill,
    held_top,
    held_bottom,
    parameters,
    l_low,
    l_high,
    hill_box,
    f_critical,
    want_limits,
    out,
    status,
):
    for row in range(OUT_ROWS):
        out[row, k] = math.nan
    if status[k] in (NONE_FINITE, INFINITE):
        out[OUT_N, k] = out[OUT_DF, k] = out[OUT_DF_PURE, k] = 0.0
        return
    n, doses, scale = known[b, READINGS], known[b, DOSES], known[b, SCALE]
    df = n - parameters
    out[OUT_N, k], out[OUT_DF, k], out[OUT_DF_PURE, k] = n, max(df, 0.0), n - doses
    if status[k] != FITS:
        return
    variance = (found[b, RSS] + known[b, PURE]) / df
    spread = scale * math.sqrt(known[b, WEIGHT])
    out[OUT_RSS, k] = (found[b, RSS] + known[b, PURE]) * spread * spread
    out[OUT_PURE, k] = known[b, PURE] * spread * spread
    out[OUT_SD, k] = math.sqrt(variance) * spread
    out[OUT_C, k], out[OUT_LOW, k], out[OUT_HIGH, k] = found[b, C], limits[b, 0], limits[b, 1]
    if free_hill:
        out[OUT_HILL, k] = min(max(math.exp(found[b, LN_HILL]), hill_box[0]), hill_box[1])
    else:
        out[OUT_HILL, k] = held_hill[k if held_hill.size > 1 else 0]
    near = known[b, CENTRE] + found[b, AT_INTERCEPT] * scale
    far = near + found[b, AT_SLOPE] * scale
    top, bottom = (far, near) if found[b, SIDE] > 0.0 else (near, far)
    held = held_top[k if held_top.size > 1 else 0]
    out[OUT_TOP, k] = held if held == held else top
    held = held_bottom[k if held_bottom.size > 1 else 0]
    out[OUT_BOTTOM, k] = held if held == held else bottom
    info, cross, own = found[b, INFO_CC], found[b, INFO_CL], found[b, INFO_LL]
    on_hill = free_hill and (
        found[b, LN_HILL] <= l_low + 1e-9 or found[b, LN_HILL] >= l_high - 1e-9
    )
    on_c = found[b, C] <= known[b, C_LOW] + 1e-9 or found[b, C] >= known[b, C_HIGH] - 1e-9
    if free_hill and not on_hill and own > 0.0:
        info -= cross * cross / own
    if info > 1e-14 * found[b, INFO_CC] and not on_c:
        out[OUT_SE, k] = math.sqrt(variance / info)
    more = parameters - (1 if mode == BOTH_FREE else 0)
    gain = max(known[b, NULL] - found[b, RSS], 0.0) / more
    out[OUT_F, k] = gain / variance if variance > 0.0 else math.inf
    below, above = math.isinf(limits[b, 0]), math.isinf(limits[b, 1])
    if found[b, SURE] == 0.0:
        status[k] = UNSURE
    elif out[OUT_F, k] < f_critical[int(df)]:
        status[k] = FLAT
    elif below and above:
        status[k] = OPEN_BOTH
    elif below:
        status[k] = OPEN_BELOW
    elif above:
        status[k] = OPEN_ABOVE
    elif on_hill or on_c:
        status[k] = TOUCHED
