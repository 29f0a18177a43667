"""Status and checks of fitted sigmoids, the same for one curve and for a million.

The kernels give a first status; it is derived again here from the numbers of the fit, so that a
curve that another engine fitted gets the same words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, fdtrc, fdtri, ncfdtr

from tricyclic.numerics.batch.layout import LN10, read_only
from tricyclic.numerics.batch.monotone import MonotoneTest, monotone_test
from tricyclic.numerics.batch.rules import (
    ABOVE,
    BELOW,
    CHECKS,
    HAS_FEW_RUNS,
    HILL_AT_BOUND,
    IS_FEW_DOSES,
    IS_FLAT,
    IS_OUTSIDE,
    IS_REVERSED,
    LACKS_FIT,
    LOW_POWER,
    MARKS,
    MISSES_PLATEAU,
    TURNS,
    conclude_all,
)
from tricyclic.numerics.batch.scan import (
    HIGHEST,
    LOWEST,
    MINUS,
    PLUS,
    RUNS,
    SATURATED,
    SCANNED,
    WITHOUT,
    scan,
)
from tricyclic.stats.patterns import few_runs_probability

# Checks that fail; the others warn. `ci_unbounded` fails where both sides are open.
FAILS = frozenset({"fit_failed", "flat", "not_monotone", "ic50_outside_range"})
# "flat" needs this power against a complete curve of a span of so many standard deviations of a
# reading; with less, the curve is not distinguishable from flat (default thresholds).
LEAST_POWER = 0.8
FULL_SPAN_SD = 10.0
# Share of the span by which the outermost dose may miss its plateau [Assay Guidance Manual].
PLATEAU_TOLERANCE = 0.2
LACK_OF_FIT_LEVEL = 0.01
RUNS_LEVEL = 0.002
MIN_READINGS_FOR_RUNS = 8
# Decades beyond the doses within which log10 IC50 is searched.
REACH = 3.0
_CHUNK = 20_000


@dataclass(frozen=True)
class SigmoidFacts:
    """Numbers of fitted sigmoids; all arrays have shape (curves,).

    Parameters
    ----------
    status : array of int
        Code of `layout` where there is no fit, or where the search did not converge; any other
        code is derived again.
    log10_ic50, log10_ic50_low, log10_ic50_high : array
        Estimate and limits; nan where no limits were computed.
    steepness : array
        Absolute hill.
    low_dose, high_dose : array
        Plateaus at low and at high doses.
    low_is_known, high_is_known : array of bool
        Whether each is a fixed value.
    top_below_bottom : array of bool
        Whether the plateaus contradict their names.
    hill_at_bound : array of bool
    f_flat : array
        F of the curve against a flat line.
    rss, pure, df, df_pure : array
        Weighted residual sum of squares and its part among replicates, with degrees of freedom.
    more : int
        Parameters that the curve has more than a flat line.
    flat_level : float
        Level of the F test against a flat line.
    reach : float
        Decades beyond the tested doses at which an IC50 or its limit is not determined.
    bounds : (low, high) or None
        Bounds of log10 IC50 instead of `reach`.
    log10_asymmetry : float
        Of a 5PL; 0 for a symmetrical curve.
    asymmetric_end : float
        End of a 5PL that has the exponent: -1 low doses, 1 high doses.
    """

    status: np.ndarray
    log10_ic50: np.ndarray
    log10_ic50_low: np.ndarray
    log10_ic50_high: np.ndarray
    steepness: np.ndarray
    low_dose: np.ndarray
    high_dose: np.ndarray
    low_is_known: np.ndarray
    high_is_known: np.ndarray
    top_below_bottom: np.ndarray
    hill_at_bound: np.ndarray
    f_flat: np.ndarray
    rss: np.ndarray
    pure: np.ndarray
    df: np.ndarray
    df_pure: np.ndarray
    more: int
    flat_level: float = 0.05
    reach: float = REACH
    bounds: tuple[float, float] | None = None
    log10_asymmetry: float = 0.0
    asymmetric_end: float = -1.0

    def rows(self, rows: slice) -> SigmoidFacts:
        """The facts of some of the curves."""
        arrays: dict[str, Any] = {
            name: value[rows] for name, value in vars(self).items() if isinstance(value, np.ndarray)
        }
        return replace(self, **arrays)


@dataclass(frozen=True)
class Verdicts:
    """Status codes, checks as bits of `CHECKS`, and the numbers that were checked; all arrays have
    shape (curves,).

    `at_bound` is -1 or 1 where log10 IC50 is the lower or upper bound of the search, which is no
    estimate; `open_below` and `open_above` whether a limit does not exist within the bounds;
    `missing_low` and `missing_high` are shares of the span between the outermost doses and their
    plateaus, `power` that against a complete curve, `runs` the sign changes of the residuals.
    """

    status: np.ndarray
    checks: np.ndarray
    monotone: MonotoneTest
    lowest: np.ndarray
    highest: np.ndarray
    at_bound: np.ndarray
    open_below: np.ndarray
    open_above: np.ndarray
    missing_low: np.ndarray
    missing_high: np.ndarray
    power: np.ndarray
    p_replicates: np.ndarray
    runs: np.ndarray
    p_runs: np.ndarray


def assess(
    facts: SigmoidFacts,
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None,
    *,
    significant_turns_only: bool = False,
) -> Verdicts:
    """Status and checks of every curve.

    Parameters
    ----------
    facts : SigmoidFacts
    x : array, shape (points,) or (curves, points)
        Doses as log10 molar; -inf without compound, inf at saturation, nan missing.
    y : array, shape (curves, points, replicates)
    weight : array of the same shape, or None
    significant_turns_only : bool
        Whether `monotone` may have zeros for curves without a significant turn, which is faster.
    """
    curves = y.shape[0]
    turns = monotone_test(x, y, weight=weight, significant_only=significant_turns_only)
    readings = _Readings(x if x.ndim == 2 else x[None], y, weight)
    parts = [
        _assess_rows(facts.rows(rows), readings.rows(rows), turns.not_monotone[rows])
        for rows in _slices(curves)
    ]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in _PARTS}
    return Verdicts(monotone=turns, **whole)


def check_names(bits: np.ndarray) -> np.ndarray:
    """Names of the checks of every curve, separated by commas, shape (curves,)."""
    values, place = np.unique(bits, return_inverse=True)
    words = [
        ", ".join(name for bit, name in enumerate(CHECKS) if int(value) >> bit & 1)
        for value in values
    ]
    return np.asarray(np.array(words, object)[place.reshape(-1)])


def lack_of_fit_p(
    rss: np.ndarray, pure: np.ndarray, df: np.ndarray, df_pure: np.ndarray
) -> np.ndarray:
    """P of the lack-of-fit F test from residual sums and degrees of freedom; nan where undefined.

    Parameters
    ----------
    rss, pure : array, shape (curves,)
        Residual sum of squares, and its part among replicates.
    df, df_pure : array, shape (curves,)
        Their degrees of freedom.
    """
    df_lack = df - df_pure
    with np.errstate(invalid="ignore", divide="ignore"):
        f = np.maximum(rss - pure, 0.0) / df_lack / (pure / df_pure)
        defined = (df_lack > 0) & (df_pure > 0) & np.isfinite(rss) & (pure > 0)
        return np.asarray(np.where(defined, fdtrc(df_lack, df_pure, f), np.nan))


_PARTS = (
    "status",
    "checks",
    "lowest",
    "highest",
    "at_bound",
    "open_below",
    "open_above",
    "missing_low",
    "missing_high",
    "power",
    "p_replicates",
    "runs",
    "p_runs",
)


@dataclass(frozen=True)
class _Readings:
    """Doses [log10 M], shape (1, points) or (curves, points); readings and weights, shape (curves,
    points, replicates).
    """

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None

    def rows(self, rows: slice | np.ndarray) -> _Readings:
        """The readings of some of the curves."""
        x = self.x if len(self.x) == 1 else self.x[rows]
        return _Readings(x, self.y[rows], None if self.weight is None else self.weight[rows])

    def flat(self) -> tuple[np.ndarray, np.ndarray]:
        """Doses and weights, shape (curves, readings); the weight of an unused reading is 0."""
        curves, points, replicates = self.y.shape
        x = np.repeat(self.x, replicates, axis=1)
        x = np.broadcast_to(x, (curves, points * replicates))
        weight = np.ones_like(self.y) if self.weight is None else self.weight
        weight, y = weight.reshape(x.shape), self.y.reshape(x.shape)
        used = ~np.isnan(x) & np.isfinite(y) & (weight > 0)
        return x, np.where(used, weight, 0.0)


def _slices(curves: int) -> Iterator[slice]:
    return (slice(first, first + _CHUNK) for first in range(0, max(curves, 1), _CHUNK))


def _assess_rows(
    facts: SigmoidFacts, readings: _Readings, turns: np.ndarray
) -> dict[str, np.ndarray]:
    scanned = _scanned(facts, readings)
    lowest, highest = scanned[LOWEST], scanned[HIGHEST]
    with np.errstate(all="ignore"):
        missing_low = _share(facts, lowest)
        missing_high = 1.0 - _share(facts, highest)
        df, place = np.unique(np.maximum(facts.df, 1.0), return_inverse=True)
        critical = fdtri(float(facts.more), df, 1.0 - facts.flat_level)[place.reshape(-1)]
        flat = facts.f_flat < critical
        power = _power(facts, readings, flat)
        p_replicates = lack_of_fit_p(facts.rss, facts.pure, facts.df, facts.df_pure)
        # No residual was counted where all are errors of rounding: no test applies to them.
        p_replicates[scanned[PLUS] + scanned[MINUS] == 0] = np.nan
        runs, p_runs = _residual_runs(scanned)
    bound = _bounds(facts, lowest, highest)
    seen_low = (scanned[WITHOUT] > 0) | facts.low_is_known
    seen_high = (scanned[SATURATED] > 0) | facts.high_is_known
    marks = np.empty((MARKS, flat.size), bool)
    marks[TURNS], marks[IS_FLAT], marks[LOW_POWER] = turns, flat, power < LEAST_POWER
    marks[IS_OUTSIDE] = (facts.log10_ic50 < lowest) | (facts.log10_ic50 > highest)
    marks[BELOW], marks[ABOVE] = bound.below, bound.above
    marks[HILL_AT_BOUND], marks[IS_REVERSED] = facts.hill_at_bound, facts.top_below_bottom
    marks[MISSES_PLATEAU] = (missing_low > PLATEAU_TOLERANCE) & ~seen_low
    marks[MISSES_PLATEAU] |= (missing_high > PLATEAU_TOLERANCE) & ~seen_high
    marks[IS_FEW_DOSES] = facts.df == facts.df_pure
    marks[LACKS_FIT], marks[HAS_FEW_RUNS] = p_replicates < LACK_OF_FIT_LEVEL, p_runs < RUNS_LEVEL
    status, bits = np.empty(flat.size, np.uint8), np.empty(flat.size, np.int64)
    conclude_all(  # type: ignore[no-untyped-call]  # a kernel
        facts.status.astype(np.uint8), marks, bound.at, status, bits
    )
    values = (
        status,
        bits,
        lowest,
        highest,
        bound.at,
        bound.below,
        bound.above,
        missing_low,
        missing_high,
        power,
        p_replicates,
        runs,
        p_runs,
    )
    return dict(zip(_PARTS, values, strict=True))


class _Bounds(NamedTuple):
    """Whether the estimate (-1, 0, 1) and its limits are at the bounds of the search or beyond."""

    at: np.ndarray
    below: np.ndarray
    above: np.ndarray


def _bounds(facts: SigmoidFacts, lowest: np.ndarray, highest: np.ndarray) -> _Bounds:
    low, high = lowest - facts.reach, highest + facts.reach
    if facts.bounds is not None:
        low, high = np.full_like(low, facts.bounds[0]), np.full_like(high, facts.bounds[1])
    at_low, at_high = facts.log10_ic50 <= low + 1e-9, facts.log10_ic50 >= high - 1e-9
    return _Bounds(
        at_high.astype(np.int8) - at_low.astype(np.int8),
        np.asarray(facts.log10_ic50_low < low),
        np.asarray(facts.log10_ic50_high > high),
    )


def _power(facts: SigmoidFacts, readings: _Readings, wanted: np.ndarray) -> np.ndarray:
    """Power of the F test against a complete curve with slope 1 in the middle of the doses and a
    span of `FULL_SPAN_SD` standard deviations of a reading of mean weight; nan where not wanted.
    """
    power = np.full(wanted.size, np.nan)
    rows = np.flatnonzero(wanted)
    if not rows.size:
        return power
    x, weight = readings.rows(rows).flat()
    inside = (weight > 0) & np.isfinite(x)
    low = np.where(inside, x, np.inf).min(axis=1)
    high = np.where(inside, x, -np.inf).max(axis=1)
    middle = 0.5 * (low + high)
    shape = np.where(weight > 0, expit(LN10 * (x - middle[:, None])), 0.0)
    total = weight.sum(axis=1)
    mean = (weight * shape).sum(axis=1) / total
    spread = (weight * (shape - mean[:, None]) ** 2).sum(axis=1) / total
    noncentral = FULL_SPAN_SD**2 * spread * (weight > 0).sum(axis=1)
    # Curves of the same design have the same power: each is calculated once.
    key = np.stack([facts.df[rows].astype(float), np.round(np.log(noncentral), 3)], axis=1)
    designs, place = np.unique(key, axis=0, return_inverse=True)
    limit = fdtri(float(facts.more), np.maximum(designs[:, 0], 1.0), 1.0 - facts.flat_level)
    each = 1.0 - ncfdtr(float(facts.more), designs[:, 0], np.exp(designs[:, 1]), limit)
    power[rows] = each[place.reshape(-1)]
    return power


def _share(facts: SigmoidFacts, x: np.ndarray) -> np.ndarray:
    """Share of the way from the plateau at low to that at high doses, at one dose per curve."""
    tau = LN10 * facts.steepness * (x - facts.log10_ic50)
    if facts.log10_asymmetry == 0.0:
        return np.asarray(expit(tau))
    power = 10.0**facts.log10_asymmetry
    lag = math.expm1(min(math.log(2.0) / power, 600.0))
    from_end = -facts.asymmetric_end * np.clip(tau, -690.0, 690.0)
    share = np.asarray((1.0 / (1.0 + lag * np.exp(-from_end))) ** power)
    return 1.0 - share if facts.asymmetric_end > 0 else share


def _scanned(facts: SigmoidFacts, readings: _Readings) -> np.ndarray:
    """Range of the doses and runs of the residuals of every curve, shape (SCANNED, curves)."""
    order = np.argsort(readings.x, axis=1, kind="stable")
    # A curve that is asymmetric at high doses is one at low doses, read from its other end.
    turned = facts.asymmetric_end > 0 and facts.log10_asymmetry != 0.0
    start, end = facts.low_dose, facts.high_dose
    start, end = (end, start) if turned else (start, end)
    curve = np.stack(
        [
            facts.log10_ic50,
            LN10 * (-facts.steepness if turned else facts.steepness),
            start,
            end - start,
            np.full_like(facts.log10_ic50, 10.0**facts.log10_asymmetry),
        ]
    )
    weighted = readings.weight is not None
    out = np.zeros((SCANNED, len(readings.y)))
    scan(  # type: ignore[no-untyped-call]  # a kernel
        np.ascontiguousarray(np.take_along_axis(readings.x, order, axis=1)),
        np.ascontiguousarray(order.astype(np.int64)),
        read_only(readings.y),
        read_only(readings.weight if readings.weight is not None else np.ones((1, 1, 1))),
        weighted,
        curve,
        out,
    )
    return out


def _residual_runs(scanned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sign changes of the residuals in the order of the doses, and the p of as few; nan for few
    readings and for residuals of rounding only.
    """
    key = scanned[[PLUS, MINUS, RUNS]].T.astype(np.int64)
    p = np.full(len(key), np.nan)
    rows = np.flatnonzero(key[:, 0] + key[:, 1] >= MIN_READINGS_FOR_RUNS)
    # One number per case, so that each probability is calculated once.
    code = (key[rows, 0] << 40) + (key[rows, 1] << 20) + key[rows, 2]
    _, first, where = np.unique(code, return_index=True, return_inverse=True)
    each = np.array([_few_runs(*map(int, key[rows[i]])) for i in first])
    if rows.size:
        p[rows] = each[where.reshape(-1)]
    return scanned[RUNS] - 1, p


@lru_cache(maxsize=100_000)
def _few_runs(plus: int, minus: int, runs: int) -> float:
    return few_runs_probability(plus, minus, runs)
