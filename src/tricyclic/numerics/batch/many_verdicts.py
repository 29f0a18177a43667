"""Status and checks of many fitted sigmoids, from tables of critical values."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import fdtri, ncfdtr

from tricyclic.numerics.batch.inputs import Arrays
from tricyclic.numerics.batch.layout import OUT_DF, OUT_DF_PURE, OUT_N, read_only
from tricyclic.numerics.batch.monotone import MAX_LEVELS, MIN_DOSES, MIN_SHARE, critical_t
from tricyclic.numerics.batch.quick_checks import (
    Findings,
    Given,
    Rule,
    Tables,
    check_blocks,
)
from tricyclic.numerics.batch.side_by_side import list_designs
from tricyclic.numerics.batch.verdict import (
    FULL_SPAN_SD,
    LACK_OF_FIT_LEVEL,
    LEAST_POWER,
    MIN_READINGS_FOR_RUNS,
    PLATEAU_TOLERANCE,
    RUNS_LEVEL,
    SigmoidFacts,
    assess,
)
from tricyclic.stats.patterns import few_runs_limits

# For fewer curves, and for curves of more readings, the tables would take longer than `assess`.
MIN_CURVES = 256
MAX_READINGS = 256
# Curves that a thread takes at a time, a multiple of the lanes.
_PER_TASK = 4096


class ManySettings(NamedTuple):
    """Settings of the fits and of their verdict; `verdict.SigmoidFacts` describes them."""

    more: int
    flat_level: float
    reach: float
    bounds: tuple[float, float] | None
    hill_bounds: tuple[float, float]
    free_hill: bool
    top_is_known: bool
    bottom_is_known: bool


def assess_many(
    fits: np.ndarray,
    status: np.ndarray,
    arrays: Arrays,
    settings: ManySettings,
    facts_of: Callable[[np.ndarray | slice], SigmoidFacts],
    in_parts: Callable[[Callable[[int, int], None], int, int], None],
) -> Findings:
    """Status and checks of every curve, as `verdict.assess` gives them.

    Parameters
    ----------
    fits, status : array, shape (OUT_ROWS, curves), (curves,)
        Of `direction.combine`.
    arrays : Arrays
    settings : ManySettings
    facts_of : callable
        Gives the facts of some of the curves.
    in_parts : callable
        Calls a function of the first and the last curve for parts of (curves, curves per part), in
        threads.
    """
    curves = arrays.n_curves
    findings = Findings(
        np.empty(curves, np.uint8),
        np.empty(curves, np.int64),
        np.empty(curves, np.int8),
        np.empty(curves),
        np.empty(curves),
        np.ones(curves, bool),
    )
    readings = arrays.y.shape[1] * arrays.y.shape[2]
    if curves >= MIN_CURVES and readings <= MAX_READINGS:
        weight = read_only(np.ones((1, 1, 1)) if arrays.weight is None else arrays.weight)
        y = read_only(arrays.y)
        given = Given(
            read_only(arrays.x if arrays.x.ndim == 2 else arrays.x[None]),
            y,
            weight,
            arrays.weight is not None,
            y.reshape(curves, readings),
            weight.reshape(len(weight), -1),
            fits,
            status,
            _rule(settings),
            _tables(fits, arrays, settings),
        )

        def check(first: int, end: int) -> None:
            check_blocks(first, end, given, findings)  # type: ignore[no-untyped-call]  # a kernel

        in_parts(check, curves, _PER_TASK)
    if findings.undecided.any():
        _assess_others(findings, arrays, facts_of)
    return findings


def _assess_others(
    findings: Findings,
    arrays: Arrays,
    facts_of: Callable[[np.ndarray | slice], SigmoidFacts],
) -> None:
    """Assess the curves that are undecided."""
    every = bool(findings.undecided.all())
    rows = slice(None) if every else np.flatnonzero(findings.undecided)
    x = arrays.x if arrays.x.ndim == 1 else arrays.x[rows]
    weight = None if arrays.weight is None else arrays.weight[rows]
    verdicts = assess(facts_of(rows), x, arrays.y[rows], weight, significant_turns_only=True)
    findings.status[rows], findings.checks[rows] = verdicts.status, verdicts.checks
    findings.at_bound[rows] = verdicts.at_bound
    findings.lowest[rows], findings.highest[rows] = verdicts.lowest, verdicts.highest


def _rule(settings: ManySettings) -> Rule:
    low, high = settings.bounds if settings.bounds is not None else (math.nan, math.nan)
    return Rule(
        float(settings.reach),
        float(low),
        float(high),
        float(settings.hill_bounds[0]),
        float(settings.hill_bounds[1]),
        settings.free_hill,
        settings.top_is_known,
        settings.bottom_is_known,
        math.log(PLATEAU_TOLERANCE / (1.0 - PLATEAU_TOLERANCE)),
        MIN_SHARE,
        MIN_READINGS_FOR_RUNS,
        FULL_SPAN_SD,
    )


def _tables(fits: np.ndarray, arrays: Arrays, settings: ManySettings) -> Tables:
    """Critical values of the designs that these curves have."""
    points, replicates = arrays.y.shape[1:]
    most = points * replicates
    seen, freedoms = np.zeros((points + 1, most + 1), bool), np.zeros(most + 1, bool)
    list_designs(  # type: ignore[no-untyped-call]  # a kernel
        fits[OUT_N], fits[OUT_DF], fits[OUT_DF_PURE], seen, freedoms
    )
    flat, power = np.full(most + 1, np.nan), np.full(most + 1, np.nan)
    for df in np.flatnonzero(freedoms):
        flat[df] = fdtri(float(settings.more), float(df), 1.0 - settings.flat_level)
        power[df] = _log_noncentral(settings.more, int(df), settings.flat_level)
    lack, turns = np.full(seen.shape, np.nan), np.full((MAX_LEVELS + 1, most + 1), np.nan)
    designs = np.argwhere(seen)
    parameters = _parameters(fits)
    for doses, df_pure in designs.tolist():
        if doses > parameters and df_pure > 0:
            lack[doses, df_pure] = fdtri(
                float(doses - parameters), float(df_pure), 1.0 - LACK_OF_FIT_LEVEL
            )
        if doses >= MIN_DOSES:
            levels = min(doses, MAX_LEVELS)
            turns[levels, df_pure] = critical_t(levels, df_pure)
    runs = np.zeros((most + 1, most + 1), np.int64)
    for n in set(designs.sum(axis=1).tolist()):
        if n >= MIN_READINGS_FOR_RUNS:
            plus = np.arange(n + 1)
            runs[plus, n - plus] = few_runs_limits(n, RUNS_LEVEL)
    return Tables(flat, power, lack, turns, runs)


def _parameters(fits: np.ndarray) -> int:
    """Fitted parameters of a curve."""
    some = np.flatnonzero(fits[OUT_DF] > 0)
    return int(fits[OUT_N, some[0]] - fits[OUT_DF, some[0]]) if some.size else 0


@lru_cache(maxsize=4096)
def _log_noncentral(more: int, df: int, level: float) -> float:
    """Ln of the noncentrality at which the F test against a flat line has `LEAST_POWER`."""
    limit = float(fdtri(float(more), float(df), 1.0 - level))
    low, high = -20.0, 40.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        enough = 1.0 - ncfdtr(float(more), float(df), math.exp(middle), limit) >= LEAST_POWER
        low, high = (low, middle) if enough else (middle, high)
    return 0.5 * (low + high)
