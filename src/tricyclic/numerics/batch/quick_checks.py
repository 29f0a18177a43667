"""Status and checks of many fitted sigmoids, 32 curves side by side.

They are those of `verdict.assess`, without its numbers: a test compares F with its critical value,
and a curve is not searched for turns where it is too near to a monotone one. A curve that lies
within rounding of a threshold is left to `assess`.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.direction import ROW_BOTTOM, ROW_TOP
from tricyclic.numerics.batch.layout import (
    CONSTANT,
    INFINITE,
    LANES,
    LN10,
    NONE_FINITE,
    OUT_C,
    OUT_DF,
    OUT_DF_PURE,
    OUT_F,
    OUT_HIGH,
    OUT_HILL,
    OUT_LOW,
    OUT_N,
    OUT_PURE,
    OUT_RSS,
    TOO_FEW,
    Array,
)
from tricyclic.numerics.batch.monotone import MAX_LEVELS, MIN_DOSES, TURN_ROWS, is_turn, scan_turns
from tricyclic.numerics.batch.rules import FIT_FAILED, UNDECIDED, compare, conclude
from tricyclic.numerics.batch.scan import MINUS, PLUS, RUNS, SCANNED, scan_curve
from tricyclic.numerics.batch.side_by_side import (
    AT_C,
    AT_CHANGE,
    AT_KAPPA,
    AT_START,
    CURVE_ROWS,
    LEVEL_ROWS,
    SEEN_HIGHEST,
    SEEN_LARGEST,
    SEEN_LEAST,
    SEEN_LOWEST,
    SEEN_N,
    SEEN_PLUS,
    SEEN_ROWS,
    SEEN_RUNS,
    SEEN_SATURATED,
    SEEN_SIZE,
    SEEN_WITHOUT,
    SHAPE_LEVELS,
    SHAPE_OFF_FALLING,
    SHAPE_OFF_RISING,
    SHAPE_ROWS,
    SHAPE_SECOND,
    Block,
    compare_levels,
    load,
    residuals,
    second_differences,
    set_curve,
    set_doses,
    share_doses,
)

# Relative distance from a threshold within which `assess` decides.
_NEAR = 1e-6
# Residuals below this share of the plateaus may have the other sign after rounding.
_ROUNDING = 1e-12
# ln(share / (1 - share)) of the plateau that may be missing.
_LOG_ODDS_NEAR = 1e-9
# Distance in ln of the noncentrality within which `assess` decides about the power.
_POWER_NEAR = 2e-3
# Curves of a block whose turns are not settled by their fits, from which the means are compared.
_MANY_OPEN = 3


class Rule(NamedTuple):
    """Settings of the verdict; `verdict.SigmoidFacts` describes them. Bounds are nan where `reach`
    applies; `log_odds` is that of the share of the span by which a plateau may be missing.
    """

    reach: float
    c_low: float
    c_high: float
    hill_low: float
    hill_high: float
    free_hill: bool
    top_is_known: bool
    bottom_is_known: bool
    log_odds: float
    min_share: float
    min_readings_for_runs: int
    full_span_sd: float


class Tables(NamedTuple):
    """Critical values.

    `flat` and `power`, shape (df,): F of a flat line, and ln of the noncentrality of a complete
    curve with just enough power. `lack` and `turns`, shape (doses, df among replicates): F of lack
    of fit, and t of a turn (doses merged as there). `runs`, shape (plus, minus): most runs that are
    too few.
    """

    flat: Array
    power: Array
    lack: Array
    turns: Array
    runs: Array


class Findings(NamedTuple):
    """What is filled, shape (curves,); `undecided` where `assess` has to decide."""

    status: Array
    checks: Array
    at_bound: Array
    lowest: Array
    highest: Array
    undecided: Array


class Scratch(NamedTuple):
    """Space for `monotone.scan_turns` and `scan.scan_curve`."""

    mean: Array
    total: Array
    sums: Array
    ends: Array
    turn: Array
    scanned: Array


class Given(NamedTuple):
    """Curves, their fits and the settings.

    `x`, shape (1, points) or (curves, points): doses [log10 M], nan missing. `y` and `weight`,
    shape (curves, points, replicates); weight is used where `weighted`; `y_rows` and `weight_rows`:
    the same as (curves, readings). `fits`, shape (OUT_ROWS,
    curves), of `direction.combine`; `status`, shape (curves,), of the search.
    """

    x: Array
    y: Array
    weight: Array
    weighted: bool
    y_rows: Array
    weight_rows: Array
    fits: Array
    status: Array
    rule: Rule
    tables: Tables


@compiled(entry=True, nogil=True)
def check_blocks(begin, end, given, findings):
    """Fill the findings of curves begin to end."""
    _, points, replicates = given.y.shape
    slots = points * replicates * LANES
    block = Block(
        np.zeros((LANES, points)),
        np.zeros((LANES, points), np.int64),
        np.zeros((LANES, points * replicates), np.int64),
        np.ones(points, np.bool_),
        np.full(points * LANES, math.nan),
        np.full(slots, math.nan),
        np.ones(slots if given.weighted else LANES),
        np.zeros(CURVE_ROWS * LANES),
        np.zeros(SEEN_ROWS * LANES),
        np.zeros(SHAPE_ROWS * LANES),
        np.zeros(LEVEL_ROWS * LANES * (points + 2)),
        np.zeros(1, np.bool_),
    )
    scratch = Scratch(
        np.zeros(points),
        np.zeros(points),
        np.zeros((2, points + 1)),
        np.zeros((4, points + 1)),
        np.zeros(TURN_ROWS),
        np.zeros(SCANNED),
    )
    if given.x.shape[0] == 1:
        share_doses(given.x[0], block)
    for first in range(begin, end, LANES):
        _check_block(first, min(LANES, end - first), given, block, scratch, findings)


@compiled(allocates=False)
def _check_block(first, size, given, block, scratch, findings):
    _, points, replicates = given.y.shape
    for lane in range(size):
        k = first + lane
        if given.x.shape[0] > 1:
            set_doses(lane, given.x[k], block)
        load(lane, k, given.y_rows, block, block.values)
        if given.weighted:
            load(lane, k, given.weight_rows, block, block.weights)
            for slot in range(lane, points * replicates * LANES, LANES):
                if not block.weights[slot] > 0.0:
                    block.values[slot] = math.nan
        set_curve(lane, k, given.fits, block.curve)
    residuals(points, replicates, block.fresh, block.doses, block.curve, block.values, block.seen)
    block.has_shape[0] = False
    with_second = _needs_second_differences(first, size, given)
    block.has_shape[0] = with_second or _count_open(first, size, given, block) >= _MANY_OPEN
    if block.has_shape[0]:
        count = compare_levels(
            points,
            replicates,
            block.fresh,
            given.weighted,
            block.values,
            block.weights,
            block.levels,
            block.shape,
        )
        if with_second:
            second_differences(count, block.levels, block.shape)
    _conclude_block(first, size, given, block, scratch, findings)


@compiled(allocates=False)
def _is_tied(row):
    """Whether doses of a sorted row are equal."""
    tied = False
    for p in range(1, row.size):
        tied |= row[p] == row[p - 1]
    return tied


@compiled(allocates=False, inline=True)
def _has_fit(status):
    return status not in (TOO_FEW, NONE_FINITE, CONSTANT, INFINITE)


@compiled(allocates=False, inline=True)
def _least_turn(k, lane, given, block):
    """Square of the contrast that a significant turn has at least: infinite for a curve of too few
    doses, 0 where it is not known.
    """
    df_pure, pure = given.fits[OUT_DF_PURE, k], given.fits[OUT_PURE, k]
    doses = given.fits[OUT_N, k] - df_pure
    if doses < MIN_DOSES:
        return math.inf
    levels = min(doses, float(MAX_LEVELS))
    t = given.tables.turns[int(levels), int(df_pure)]
    square = (1.0 - _NEAR) * t * t
    if df_pure >= levels:
        return square * pure / df_pure
    if (
        not block.has_shape[0]
        or block.shape[SHAPE_LEVELS * LANES + lane] != doses
        or doses > levels
    ):
        return 0.0
    # With doses of its own a curve may have equal ones, which are not averaged here.
    if given.x.shape[0] > 1 and _is_tied(block.rows[lane]):
        return 0.0
    return square * (pure + block.shape[SHAPE_SECOND * LANES + lane]) / (df_pure + levels - 2.0)


@compiled(allocates=False, inline=True)
def _may_turn(k, lane, least, given, block):
    """Whether a curve is far enough from every monotone curve that is known, the first of them its
    fit, to have a turn of a squared contrast of `least`.

    A contrast of means of doses that falls where a monotone curve rises (or the reverse) is no
    larger than the same contrast of the distances from that curve, whose square is at most their
    weighted sum of squares (Cauchy and Schwarz). A turn has such a contrast whatever its form.
    """
    seen = block.seen
    # Of readings that differ by rounding errors nothing is known.
    if not seen[SEEN_LARGEST * LANES + lane] > 1e-9 * seen[SEEN_SIZE * LANES + lane]:
        return True
    pure, rss = given.fits[OUT_PURE, k], given.fits[OUT_RSS, k]
    if (rss - pure) * (1.0 + _NEAR) + 1e-9 * rss < least:
        return False
    if not block.has_shape[0]:
        return True
    rising = block.shape[SHAPE_OFF_RISING * LANES + lane]
    falling = block.shape[SHAPE_OFF_FALLING * LANES + lane]
    return not min(rising, falling) * (1.0 + _NEAR) < least


@compiled(allocates=False)
def _needs_second_differences(first, size, given):
    """Whether a curve of a block has fewer degrees of freedom among replicates than doses."""
    for k in range(first, first + size):
        df_pure = given.fits[OUT_DF_PURE, k]
        if df_pure < min(given.fits[OUT_N, k] - df_pure, float(MAX_LEVELS)):
            return True
    return False


@compiled(allocates=False, inline=True)
def _count_open(first, size, given, block):
    """Curves of a block that may have a turn, by their fits alone."""
    count = 0
    for lane in range(size):
        k = first + lane
        if _has_fit(given.status[k]):
            count += _may_turn(k, lane, _least_turn(k, lane, given, block), given, block)
    return count


@compiled(allocates=False)
def _turns(k, lane, given, block, scratch):
    """Whether a curve is not monotone."""
    if not _may_turn(k, lane, _least_turn(k, lane, given, block), given, block):
        return False
    for row in range(TURN_ROWS):
        scratch.turn[row] = math.nan
    scan_turns(
        block.rows[lane],
        block.order[lane],
        given.y[k],
        given.weight[k if given.weighted else 0],
        given.weighted,
        given.tables.turns,
        scratch.mean,
        scratch.total,
        scratch.sums,
        scratch.ends,
        scratch.turn,
    )
    return is_turn(scratch.turn, given.tables.turns, given.rule.min_share)


@compiled(allocates=False, inline=True)
def _lacks_fit(k, given):
    """Whether F of lack of fit is above its critical value."""
    fits = given.fits
    df_pure, pure, rss = fits[OUT_DF_PURE, k], fits[OUT_PURE, k], fits[OUT_RSS, k]
    df_lack = fits[OUT_DF, k] - df_pure
    if not (df_lack > 0.0 and df_pure > 0.0 and math.isfinite(rss) and pure > 0.0):
        return 0
    f = max(rss - pure, 0.0) / df_lack / (pure / df_pure)
    critical = given.tables.lack[int(fits[OUT_N, k] - df_pure), int(df_pure)]
    return compare(f, critical, _NEAR * critical)


@compiled(allocates=False, inline=True)
def _rounding(lane, block):
    """Error of computing in the residuals of a curve."""
    curve = block.curve
    return _ROUNDING * (abs(curve[AT_START * LANES + lane]) + abs(curve[AT_CHANGE * LANES + lane]))


@compiled(allocates=False, inline=True)
def _is_exact(lane, block):
    """Whether the residuals are certainly those of rounding only."""
    largest, size = block.seen[SEEN_LARGEST * LANES + lane], block.seen[SEEN_SIZE * LANES + lane]
    return largest + _rounding(lane, block) <= 1e-9 * size


@compiled(allocates=False)
def _has_few_runs(k, lane, given, block, scratch):
    """Whether the residuals have too few runs of equal sign."""
    curve, seen = block.curve, block.seen
    n, size = seen[SEEN_N * LANES + lane], seen[SEEN_SIZE * LANES + lane]
    # Residuals of rounding only have no runs to be counted.
    if n < given.rule.min_readings_for_runs or _is_exact(lane, block):
        return False
    rounding = _rounding(lane, block)
    largest, least = seen[SEEN_LARGEST * LANES + lane], seen[SEEN_LEAST * LANES + lane]
    plus, runs = seen[SEEN_PLUS * LANES + lane], seen[SEEN_RUNS * LANES + lane]
    if not (largest - rounding > 1e-9 * size and least > rounding):
        scanned = scratch.scanned
        for row in range(SCANNED):
            scanned[row] = 0.0
        scan_curve(
            block.rows[lane],
            block.order[lane],
            given.y[k],
            given.weight[k if given.weighted else 0],
            given.weighted,
            (
                curve[AT_C * LANES + lane],
                curve[AT_KAPPA * LANES + lane],
                curve[AT_START * LANES + lane],
                curve[AT_CHANGE * LANES + lane],
                1.0,
            ),
            scanned,
        )
        n, plus, runs = scanned[PLUS] + scanned[MINUS], scanned[PLUS], scanned[RUNS]
        if n < given.rule.min_readings_for_runs:
            return False
    return runs <= given.tables.runs[int(plus), int(n - plus)]


@compiled(allocates=False, inline=True)
def _power_is_low(k, lane, given, block):
    """Whether the design would not show a complete curve as different from a flat line."""
    replicates = given.y.shape[2]
    middle = 0.5 * (
        block.seen[SEEN_LOWEST * LANES + lane] + block.seen[SEEN_HIGHEST * LANES + lane]
    )
    n = total = sum_s = sum_ss = 0.0
    for p in range(given.y.shape[1]):
        w, used = 0.0, 0
        for r in range(replicates):
            slot = (p * replicates + r) * LANES + lane
            if abs(block.values[slot]) < math.inf:
                w += block.weights[slot] if given.weighted else 1.0
                used += 1
        if used:
            tau = LN10 * (block.doses[p * LANES + lane] - middle)
            s = 1.0 / (1.0 + math.exp(-min(max(tau, -690.0), 690.0)))
            n += used
            total += w
            sum_s += w * s
            sum_ss += w * s * s
    mean = sum_s / total
    spread = sum_ss / total - mean * mean
    if not spread > 0.0:
        return UNDECIDED
    noncentral = math.log(given.rule.full_span_sd**2 * spread * n)
    enough = compare(noncentral, given.tables.power[int(given.fits[OUT_DF, k])], _POWER_NEAR)
    return enough if enough == UNDECIDED else 1 - enough


@compiled(allocates=False, inline=True)
def _misses_plateau(k, lane, given, block):
    """Whether a plateau is neither known nor approached by the outermost dose."""
    rule, seen = given.rule, block.seen
    c, kappa = block.curve[AT_C * LANES + lane], block.curve[AT_KAPPA * LANES + lane]
    rises = given.fits[OUT_HILL, k] > 0.0
    low_is_known = rule.bottom_is_known if rises else rule.top_is_known
    high_is_known = rule.top_is_known if rises else rule.bottom_is_known
    low = high = 0
    if not (low_is_known or seen[SEEN_WITHOUT * LANES + lane] > 0.0):
        tau = kappa * (seen[SEEN_LOWEST * LANES + lane] - c)
        low = compare(tau, rule.log_odds, _LOG_ODDS_NEAR)
    if not (high_is_known or seen[SEEN_SATURATED * LANES + lane] > 0.0):
        tau = kappa * (seen[SEEN_HIGHEST * LANES + lane] - c)
        high = compare(-tau, rule.log_odds, _LOG_ODDS_NEAR)
    return 1 if low == 1 or high == 1 else min(low, high)


@compiled(allocates=False)
def _conclude_block(first, size, given, block, scratch, findings):
    """Status and checks of a block of curves; in one loop, because the arguments of a call are
    many.
    """
    fits, rule = given.fits, given.rule
    for lane in range(size):
        k = first + lane
        status = given.status[k]
        lowest = block.seen[SEEN_LOWEST * LANES + lane]
        highest = block.seen[SEEN_HIGHEST * LANES + lane]
        findings.lowest[k], findings.highest[k] = lowest, highest
        findings.at_bound[k], findings.undecided[k] = 0, False
        c = fits[OUT_C, k]
        if not _has_fit(status):
            findings.status[k], findings.checks[k] = status, FIT_FAILED
            continue
        if math.isnan(c):
            findings.undecided[k] = True
            continue
        c_low = lowest - rule.reach if math.isnan(rule.c_low) else rule.c_low
        c_high = highest + rule.reach if math.isnan(rule.c_high) else rule.c_high
        at_bound = int(c >= c_high - 1e-9) - int(c <= c_low + 1e-9)
        flat = fits[OUT_F, k] < given.tables.flat[int(fits[OUT_DF, k])]
        turns = _turns(k, lane, given, block, scratch)
        low_power = _power_is_low(k, lane, given, block) if flat else 0
        misses_plateau = _misses_plateau(k, lane, given, block)
        lacks_fit = _lacks_fit(k, given)
        if lacks_fit != 0 and _is_exact(lane, block):
            lacks_fit = 0
        few_runs = _has_few_runs(k, lane, given, block, scratch)
        findings.at_bound[k] = at_bound
        steepness = abs(fits[OUT_HILL, k])
        hill_at_bound = rule.free_hill and (
            steepness <= rule.hill_low * (1 + 1e-9) or steepness >= rule.hill_high * (1 - 1e-9)
        )
        findings.undecided[k] = min(low_power, misses_plateau, lacks_fit) == UNDECIDED
        findings.status[k], findings.checks[k] = conclude(
            status,
            turns,
            flat,
            low_power == 1,
            (at_bound, c < lowest or c > highest),
            (fits[OUT_LOW, k] < c_low, fits[OUT_HIGH, k] > c_high),
            (hill_at_bound, fits[ROW_TOP, k] < fits[ROW_BOTTOM, k], misses_plateau == 1),
            (fits[OUT_DF, k] == fits[OUT_DF_PURE, k], lacks_fit == 1, few_runs),
        )
