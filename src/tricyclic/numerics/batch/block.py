"""The steps for a block of curves: prepare, start on a grid, search, find limits, write the results
in the original units.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.further_starts import search_further
from tricyclic.numerics.batch.layout import (
    AT_BOUND,
    AT_INTERCEPT,
    AT_SLOPE,
    BLOCK,
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    CENTER,
    CONVERGED,
    DOSES,
    FACT_COLUMNS,
    FITTED,
    FLAT,
    HIGH_X,
    INFINITE,
    INFO_CC,
    INFO_CL,
    INFO_LL,
    LN10,
    LN_HILL,
    LOW_X,
    NONE_FINITE,
    NONE_FREE,
    NOT_CONVERGED,
    NULL,
    OPEN_ABOVE,
    OPEN_BELOW,
    OPEN_BOTH,
    OUT_C,
    OUT_DF,
    OUT_DF_PURE,
    OUT_F,
    OUT_HIGH,
    OUT_HIGH_DOSE,
    OUT_HILL,
    OUT_LOW,
    OUT_LOW_DOSE,
    OUT_N,
    OUT_PURE,
    OUT_ROWS,
    OUT_RSS,
    OUT_SD,
    OUT_SE,
    PURE,
    READINGS,
    RSS,
    SCALE,
    SIDE,
    STATE_COLUMNS,
    WEIGHT,
    Array,
    C,
    Criteria,
    Curves,
    Model,
    Problem,
    Readings,
    StartGrid,
)
from tricyclic.numerics.batch.limits import find_limits, limit_space
from tricyclic.numerics.batch.prepare import number_doses, prepare
from tricyclic.numerics.batch.search import search
from tricyclic.numerics.batch.start import find_starts
from tricyclic.numerics.batch.walk import wald_distance

# Rounds of search and limits: a curve for which a better optimum is met on the way to a limit is
# searched again.
MAX_ROUNDS = 8
# Standard error of ln hill from which a curve steeper than this is a step, whose hill is then the
# bound of the search instead of the arbitrary value at which the search stopped.
STEP_SE = 7.0
# Share of the sum about a flat line that counts as scatter where the readings have less.
NO_SCATTER = 1e-10
# Share of the sum without a curve up to which readings lie on their curve.
EXACT = 1e-14
# Distance in decades up to which limits of readings on their curve are those of a parabola.
SURE = 1e-4
LN_STEEP = math.log(5.0)
# Exponent, in e-folds, up to which a step counts as one that turns at the next dose.
REACHED = 8.0


@compiled(allocates=False, inline=True)
def _fixed(values, k):
    """The value of curve k, or that of all curves."""
    return values[k if values.size > 1 else 0]


@compiled(allocates=False, inline=True)
def _n_parameters(model):
    if model.mode == BOTH_FREE:
        return 3 + int(model.free_hill)
    return 1 + int(model.free_hill) + (0 if model.mode == NONE_FREE else 1)


@compiled(entry=True, nogil=True)
def fit_blocks(
    begin: int,
    end: int,
    readings: Readings,
    model: Model,
    grid: StartGrid,
    criteria: Criteria,
    out: Array,
    status: Array,
) -> None:
    """Fit curves begin to end and fill `out`, shape (OUT_ROWS, curves), and `status`, shape
    (curves,).
    """
    count = readings.most
    problem = Problem(
        count,
        model.mode,
        model.fixed_side,
        model.free_hill,
        math.log(model.hill_bounds[0]),
        math.log(model.hill_bounds[1]),
    )
    curves = Curves(
        np.zeros((BLOCK, 3, count)),
        np.zeros((BLOCK, FACT_COLUMNS)),
        np.zeros((BLOCK, STATE_COLUMNS)),
    )
    pending = np.zeros(BLOCK, np.int64)
    tabled = np.zeros(BLOCK, np.bool_)
    limits = np.zeros((BLOCK, 2))
    space = limit_space(count, BLOCK)
    for first in range(begin, end, BLOCK):
        size = min(BLOCK, end - first)
        n_pending = _prepare_block(
            first, size, readings, model, grid.pattern, curves, pending, tabled, status
        )
        limits[:size] = math.nan
        own = pending[:n_pending]
        _start_block(first, curves, problem, readings, grid, own, tabled[:n_pending])
        _search_block(curves, problem, model, criteria, own, limits, space)
        _write_block(first, size, curves, problem, model, criteria, limits, out, status)


@compiled()
def _start_block(first, curves, problem, readings, grid, pending, tabled):
    """Starts of the curves of a block, series by series."""
    begin = 0
    while begin < pending.size:
        series = _series(readings, first + pending[begin])
        end = begin + 1
        while end < pending.size and _series(readings, first + pending[end]) == series:
            end += 1
        own, by_table = pending[begin:end], tabled[begin:end]
        for with_table in (True, False):
            some = own[by_table == with_table]
            if some.size:
                find_starts(curves, problem, grid, series, some, with_table)
        begin = end


@compiled(allocates=False, inline=True)
def _series(readings, k):
    """Number of the series of doses of curve k."""
    return readings.series[k] if readings.series.size > 1 else readings.series[0]


@compiled()
def _prepare_block(first, size, readings, model, pattern, curves, pending, tabled, status):
    """Prepare the curves of a block; gives how many are to be searched, and lists them with whether
    the table of starts applies to them.
    """
    points = readings.y.shape[1]
    count = curves.points.shape[2]
    parameters = _n_parameters(model)
    sums = np.zeros((3, count))
    own_index, own_doses = np.zeros(points, np.int64), np.zeros(points)
    n_pending = 0
    for b in range(size):
        k = first + b
        if not _fixed(model.wanted, k):
            status[k] = NONE_FINITE
            continue
        plateaus = (_fixed(model.fixed_low_dose, k), _fixed(model.fixed_high_dose, k))
        curves.points[b] = 0.0
        series = _series(readings, k)
        dose_index, doses = readings.dose_index[series], readings.doses[series]
        different = count
        if readings.own_doses:
            different = number_doses(readings.rows[k], own_index, own_doses)
            dose_index, doses = own_index, own_doses
        facts = curves.facts[b]
        status[k] = prepare(
            readings.y[k],
            readings.weight[k if readings.weighted else 0],
            readings.weighted,
            dose_index,
            doses,
            different,
            model.mode,
            plateaus,
            parameters,
            curves.points[b],
            facts,
            sums,
        )
        if status[k] != FITTED:
            continue
        low, high = model.c_bounds[0], model.c_bounds[1]
        facts[C_LOW] = facts[LOW_X] - model.reach if math.isnan(low) else low
        facts[C_HIGH] = facts[HIGH_X] + model.reach if math.isnan(high) else high
        if not model.free_hill:
            curves.state[b, LN_HILL] = math.log(_fixed(model.fixed_hill, k))
        same = pattern.shape[1] == count and not readings.own_doses
        if same:
            for i in range(count):
                if abs(curves.points[b, 1, i] - pattern[series, i]) > 1e-12:
                    same = False
                    break
        pending[n_pending], tabled[n_pending] = b, same
        n_pending += 1
    return n_pending


@compiled()
def _search_block(curves, problem, model, criteria, pending, limits, space):
    """Optima of all curves, and their limits where those are wanted."""
    parameters = _n_parameters(model)
    rises = np.zeros(BLOCK)
    improved = np.zeros(BLOCK, np.bool_)
    exact = np.zeros(BLOCK, np.bool_)
    kept = np.empty((BLOCK, STATE_COLUMNS))
    again = pending
    for _ in range(MAX_ROUNDS):
        search(curves, problem, again)
        search_further(curves, problem, again)
        if not criteria.want_limits:
            break
        for b in again:
            improved[b] = False
            df = curves.facts[b, READINGS] - parameters
            total = curves.state[b, RSS] + curves.facts[b, PURE]
            rises[b] = criteria.t[int(df)] ** 2 * total / df
            exact[b] = total <= EXACT * curves.facts[b, NULL]
            if exact[b]:
                kept[b] = curves.state[b]
                # Where readings on their curve do not determine it, as at a step, rounding would
                # decide where a sum of 0 has risen.
                least = criteria.t[int(df)] ** 2 * NO_SCATTER * curves.facts[b, NULL] / df
                if not wald_distance(curves.state[b], least, problem.free_hill) < SURE:
                    exact[b], rises[b] = False, max(rises[b], least)
        find_limits(curves, problem, again, rises, limits, improved, space)
        for b in again:
            # What is lower than the sum of readings on their curve is so by rounding.
            if improved[b] and exact[b]:
                curves.state[b] = kept[b]
                improved[b] = False
                _close_limits(curves.state[b], rises[b], problem, limits[b])
        again = again[improved[again]]
        if again.size == 0:
            break


@compiled(allocates=False, inline=True)
def _close_limits(state, rise, problem, limits):
    """Fill the limits of readings on their curve that were not searched, shape (2,)."""
    distance = wald_distance(state, rise, problem.free_hill)
    limits[0] = state[C] - distance if math.isnan(limits[0]) else limits[0]
    limits[1] = state[C] + distance if math.isnan(limits[1]) else limits[1]


@compiled(allocates=False)
def _write_block(first, size, curves, problem, model, criteria, limits, out, status):
    """Write the curves of a block into the result."""
    for b in range(size):
        _write(b, first + b, curves, problem, model, criteria, limits, out, status)


@compiled(allocates=False, inline=True)
def _write(b, k, curves, problem, model, criteria, limits, out, status):
    """Write curve b of a block as column k of the result, in the units of its readings."""
    for row in range(OUT_ROWS):
        out[row, k] = math.nan
    if status[k] in (NONE_FINITE, INFINITE):
        out[OUT_N, k] = out[OUT_DF, k] = out[OUT_DF_PURE, k] = 0.0
        return
    facts, state = curves.facts[b], curves.state[b]
    n, parameters = facts[READINGS], _n_parameters(model)
    df = n - parameters
    out[OUT_N, k], out[OUT_DF, k], out[OUT_DF_PURE, k] = n, max(df, 0.0), n - facts[DOSES]
    if status[k] not in (FITTED, FLAT):
        return
    spread = facts[SCALE] * math.sqrt(facts[WEIGHT])
    if status[k] == FLAT:
        out[OUT_RSS, k] = out[OUT_PURE, k] = facts[PURE] * spread * spread
        out[OUT_SD, k], out[OUT_F, k] = math.sqrt(facts[PURE] / df) * spread, 0.0
        return
    variance = (state[RSS] + facts[PURE]) / df
    out[OUT_RSS, k] = (state[RSS] + facts[PURE]) * spread * spread
    out[OUT_PURE, k] = facts[PURE] * spread * spread
    out[OUT_SD, k] = math.sqrt(variance) * spread
    out[OUT_C, k], out[OUT_LOW, k], out[OUT_HIGH, k] = state[C], limits[b, 0], limits[b, 1]
    _write_shape(k, facts, state, model, out)
    if problem.free_hill and _is_step(state, max(variance, NO_SCATTER * facts[NULL] / n)):
        out[OUT_HILL, k] = model.hill_bounds[1]
        out[OUT_C, k] = state[C] = _step_place(curves.points[b], state, problem)
        # Limits of a step contain all places at which it is the same; comparisons with nan are
        # false.
        if limits[b, 0] > state[C]:
            limits[b, 0] = out[OUT_LOW, k] = state[C]
        if limits[b, 1] < state[C]:
            limits[b, 1] = out[OUT_HIGH, k] = state[C]
        state[LN_HILL] = problem.ln_hill_high
        # Nothing is left to be searched: no other step was better, nor any slope.
        state[CONVERGED] = 1.0
    hill_at_bound = problem.free_hill and (
        state[LN_HILL] <= problem.ln_hill_low + 1e-9
        or state[LN_HILL] >= problem.ln_hill_high - 1e-9
    )
    c_at_bound = state[C] <= facts[C_LOW] + 1e-9 or state[C] >= facts[C_HIGH] - 1e-9
    info, cross, own = state[INFO_CC], state[INFO_CL], state[INFO_LL]
    if problem.free_hill and not hill_at_bound and own > 0.0:
        info -= cross * cross / own
    if info > 1e-14 * state[INFO_CC] and not c_at_bound:
        out[OUT_SE, k] = math.sqrt(variance / info)
    more = parameters - (1 if model.mode == BOTH_FREE else 0)
    gain = max(facts[NULL] - state[RSS], 0.0) / more
    out[OUT_F, k] = gain / variance if variance > 0.0 else math.inf
    below, above = math.isinf(limits[b, 0]), math.isinf(limits[b, 1])
    if state[CONVERGED] == 0.0:
        status[k] = NOT_CONVERGED
    elif out[OUT_F, k] < criteria.f[int(df)]:
        status[k] = FLAT
    elif below and above:
        status[k] = OPEN_BOTH
    elif below:
        status[k] = OPEN_BELOW
    elif above:
        status[k] = OPEN_ABOVE
    elif hill_at_bound or c_at_bound:
        status[k] = AT_BOUND


@compiled(allocates=False, inline=True)
def _is_step(state, variance):
    """Whether the readings do not determine how steep the curve is, as between two doses."""
    own, cross, info = state[INFO_LL], state[INFO_CL], state[INFO_CC]
    if info > 0.0:
        own -= cross * cross / info
    return state[LN_HILL] > LN_STEEP and not own * STEP_SE * STEP_SE > variance


@compiled(allocates=False)
def _step_place(points, state, problem):
    """log10 IC50 at which the curve keeps its value at the next dose when its hill becomes the
    bound; shape of `points`: (3, points).
    """
    c, nearest = state[C], math.inf
    for i in range(problem.n_points):
        away = points[0, i] - c
        if points[1, i] > 0.0 and abs(away) < abs(nearest):
            nearest = away
    if not LN10 * math.exp(state[LN_HILL]) * abs(nearest) < REACHED:
        return c
    return c + nearest - nearest * math.exp(state[LN_HILL] - problem.ln_hill_high)


@compiled(allocates=False, inline=True)
def _write_shape(k, facts, state, model, out):
    """Slope and plateaus in the units of the readings; fixed ones as they were fixed."""
    if model.free_hill:
        low, high = model.hill_bounds[0], model.hill_bounds[1]
        out[OUT_HILL, k] = min(max(math.exp(state[LN_HILL]), low), high)
    else:
        out[OUT_HILL, k] = _fixed(model.fixed_hill, k)
    start = facts[CENTER] + state[AT_INTERCEPT] * facts[SCALE]
    end = start + state[AT_SLOPE] * facts[SCALE]
    low_dose, high_dose = (end, start) if state[SIDE] > 0.0 else (start, end)
    fixed = _fixed(model.fixed_low_dose, k)
    out[OUT_LOW_DOSE, k] = low_dose if math.isnan(fixed) else fixed
    fixed = _fixed(model.fixed_high_dose, k)
    out[OUT_HIGH_DOSE, k] = high_dose if math.isnan(fixed) else fixed
