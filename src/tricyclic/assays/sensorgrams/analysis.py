"""Fits one site to sensorgrams, and reports rates and affinity in the units of the field."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tricyclic.assays.sensorgrams.traces import CycleTrace, series_of_traces
from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate, Fit, Qualifier
from tricyclic.core.format import format_number
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.curves.sensorgram import KD, KDS, with_affinity, with_switch_delays
from tricyclic.errors import FitFailedError, InputError
from tricyclic.fitting.derived import PROFILE, DerivedEstimate, derived_estimate
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.results.sensorgram import SensorgramCycle, SensorgramResult
from tricyclic.stats.patterns import few_runs_p
from tricyclic.units import convert

SWITCH_TIMES = "switch_times"
TO_NANOMOLAR, SECONDS = 1e9, 60.0
# Share of the complex that has to leave before koff can be read from it.
LEAST_DISSOCIATION = 0.05
# Share by which the fit in terms of the Kd may have the larger residual sum of squares.
SAME_OPTIMUM = 1e-6
# Range of concentrations about the Kd within which kon and Rmax are both determined.
LEAST_OVER_KD = 0.5
RUNS_LEVEL = 0.002
NAMES = {
    "rmax": "Rmax",
    "background": "baseline",
    "bulk": "bulk shift",
    "drift": "drift",
    "delay_min": "delay of the flow",
}


def fit_sensorgrams(
    traces: Sequence[CycleTrace],
    *,
    free: Sequence[str] = (),
    fixed: Mapping[str, float] | None = None,
    confidence: float = 0.95,
    y_unit: str = "RU",
    time_unit: str = "s",
    unused: tuple[str, ...] = (),
) -> SensorgramResult:
    """Fit all cycles with common rates and a common Rmax.

    Parameters
    ----------
    traces : sequence of CycleTrace
    free : sequence of str
        Of "background", "bulk", "drift", "delay_min" and "switch_times": what is fitted beside
        rates and Rmax. With "switch_times" every start and end of an injection is fitted by itself.
    fixed : mapping of str to float, optional
        Values of parameters that are not fitted.
    confidence : float
    y_unit, time_unit : str
    unused : tuple of str

    Raises
    ------
    InputError
        If the injections do not fit the readings.
    FitFailedError
        If the readings cannot determine the rates.
    """
    series, shift = series_of_traces(traces, y_unit=y_unit)
    model, switches = CURVES["sensorgram"], _switches(series) if SWITCH_TIMES in free else []
    free = [name for name in free if name != SWITCH_TIMES]
    if switches:
        if "delay_min" in free or "delay_min" in (fixed or {}):
            raise InputError(
                "delay_min shifts all switches, and each is fitted by itself",
                where="free",
                do="Omit delay_min, or switch_times",
            )
        model = with_switch_delays(model, switches, float(series.x["time_min"].min()))
    wanted = [name for name in ("log10_kon", "log10_koff", "rmax") if name not in (fixed or {})]
    delays = [f"switch_{i + 1}_min" for i in range(len(switches))]
    result = fit(
        series,
        model,
        fixed=fixed,
        free=free,
        intervals=[*wanted, *free, *delays],
        confidence=confidence,
    )
    if not result.ok:
        raise FitFailedError(f"the sensorgrams cannot be fitted: {result.message}")
    parts = (FitPart(series, model),)
    cycles = tuple(_cycle(result, number, trace) for number, trace in enumerate(traces))
    return SensorgramResult(
        (
            *_estimates(result, parts, y_unit),
            *_switch_estimates(result, switches, shift, time_unit),
        ),
        cycles,
        result,
        shift,
        time_unit,
        _checks(result, traces),
        unused,
    )


def _cycle(result: Fit, number: int, trace: CycleTrace) -> SensorgramCycle:
    (part,) = result.parts
    own = part.series.x["cycle"] == number
    residuals = part.series.y[own] - part.expected[own]
    injections = tuple(
        (one.start_min, one.end_min, one.concentration_M) for one in trace.injections
    )
    return SensorgramCycle(
        trace.name, injections, int(own.sum()), float(np.sqrt(np.mean(residuals**2)))
    )


def _affinity(result: Fit, part: FitPart) -> DerivedEstimate:
    """log10 of koff / kon with the limits that it has as a parameter in place of kon.

    Far below the Kd only kon times Rmax shows: along that ridge the search of a derived quantity
    takes a minute, and ends at the bounds of kon.
    """
    kon, koff = result["log10_kon"], result["log10_koff"]
    value, level = koff.value - kon.value, result.confidence
    fixed = {one.name: one.value for one in result.parameters if one.fixed}
    if kon.fixed:
        low, high = koff.low - kon.value, koff.high - kon.value
        return DerivedEstimate(value, koff.se, low, high, level)
    if koff.fixed:
        low, high = koff.value - kon.high, koff.value - kon.low
        return DerivedEstimate(value, kon.se, low, high, level)
    start = {one.name: one.value for one in result.free if one is not kon}
    again = fit(
        part.series,
        with_affinity(part.model),
        fixed=fixed,
        free=[one.name for one in result.free if one is not kon],
        intervals=[KD],
        confidence=result.confidence,
        starts=[{**start, KD: min(max(value, KDS[0]), KDS[1])}],
    )
    if not again.ok or again.rss > result.rss * (1.0 + SAME_OPTIMUM):
        return derived_estimate(result, [part], lambda v: v["log10_koff"] - v["log10_kon"])
    own = again[KD]
    return DerivedEstimate(value, own.se, own.low, own.high, level)


def _estimates(result: Fit, parts: Sequence[FitPart], y_unit: str) -> tuple[Estimate, ...]:
    kd = _affinity(result, parts[0])
    kon, koff = result["log10_kon"], result["log10_koff"]
    level = result.confidence

    def natural(
        name: str,
        unit: str,
        factor: float,
        value: float,
        low: float,
        high: float,
        se: float,
        method: str = PROFILE,
    ) -> Estimate:
        ends = [factor * 10.0**end if end != -math.inf else 0.0 for end in (low, high)]
        best = factor * 10.0**value
        qualifier: Qualifier = "="
        if math.isinf(high) and math.isfinite(low):
            # As everywhere, a value with one open side is its other limit.
            best, qualifier = ends[0], ">"
        elif math.isinf(low) and math.isfinite(high):
            best, qualifier = ends[1], "<"
        return Estimate(
            name,
            best,
            unit,
            ends[0],
            ends[1],
            level,
            qualifier,
            log10_se=se,
            method=method,
        )

    out = [
        natural("Kd (koff / kon)", "nM", TO_NANOMOLAR, kd.value, kd.low, kd.high, kd.se, kd.method),
        natural("kon", "1/(M s)", 1 / SECONDS, kon.value, kon.low, kon.high, kon.se),
        natural("koff", "1/s", 1 / SECONDS, koff.value, koff.low, koff.high, koff.se),
        natural(
            "residence time (1 / koff)", "min", 1.0, -koff.value, -koff.high, -koff.low, koff.se
        ),
    ]
    units = {"y": y_unit, "y/M": f"{y_unit}/M", "y/min": f"{y_unit}/min"}
    for one in result.free:
        label = NAMES.get(one.name)
        if label is None:
            continue
        unit = units.get(one.unit, one.unit)
        out.append(
            Estimate(
                label,
                one.value,
                unit,
                one.low,
                one.high,
                level,
                se=one.se,
                method="profile likelihood",
            )
        )
    return tuple(out)


def _switches(series: Series) -> list[float]:
    """Times at which the concentration changes, in any cycle, in rising order."""
    step, level = series.x["step_min"], series.x["concentration_M"]
    return sorted({float(at) for at in np.unique(step) if (level[step == at] > 0).any() or at > 0})


def _switch_estimates(
    result: Fit, switches: Sequence[float], shift: float, time_unit: str
) -> tuple[Estimate, ...]:
    """The fitted switch times in the unit of the table."""
    factor = convert(1.0, "min", time_unit)
    out = []
    for i, at in enumerate(switches):
        one, stated = result[f"switch_{i + 1}_min"], at + shift
        out.append(
            Estimate(
                f"switch at {stated * factor:g} {time_unit}",
                (stated + one.value) * factor,
                time_unit,
                (stated + one.low) * factor,
                (stated + one.high) * factor,
                result.confidence,
                se=one.se * factor,
                method="profile likelihood",
            )
        )
    return tuple(out)


def _checks(result: Fit, traces: Sequence[CycleTrace]) -> tuple[Check, ...]:
    checks = [*result.checks, _dissociation(result, traces), _concentrations(result, traces)]
    (part,) = result.parts
    p = few_runs_p((part.series.y - part.expected) > 0)
    checks.append(
        Check(
            "residual_runs",
            "warn" if p < RUNS_LEVEL else "pass",
            "the readings lie on one side of the curve for longer than scatter explains"
            if p < RUNS_LEVEL
            else "the readings scatter about the curve without a pattern",
            value=p,
            limit=RUNS_LEVEL,
            advice="Limits are then too narrow: free background, bulk, drift, delay_min or "
            "switch_times, leave "
            "out readings at the switches, or suspect transport to the surface or a second site"
            if p < RUNS_LEVEL
            else "",
        )
    )
    order = {"fail": 0, "warn": 1, "pass": 2}
    return tuple(sorted(checks, key=lambda check: order[check.level]))


def _dissociation(result: Fit, traces: Sequence[CycleTrace]) -> Check:
    """Whether enough of the complex dissociates for koff to be read from it."""
    longest = 0.0
    for trace in traces:
        ends = [one.end_min for one in trace.injections if one.concentration_M > 0]
        starts = [one.start_min for one in trace.injections]
        for end in ends:
            stop = min([s for s in starts if s >= end], default=float(trace.time_min.max()))
            longest = max(longest, stop - end)
    share = -math.expm1(-(10.0 ** result["log10_koff"].value) * longest)
    short = share < LEAST_DISSOCIATION
    return Check(
        "dissociation_too_short",
        "warn" if short else "pass",
        f"{format_number(100 * share, 2)} % of the complex leaves in the longest dissociation of "
        f"{format_number(longest)} min",
        value=100 * share,
        limit=100 * LEAST_DISSOCIATION,
        unit="%",
        advice="Follow the dissociation for longer, or report koff as an upper limit"
        if short
        else "",
        source="default threshold",
    )


def _concentrations(result: Fit, traces: Sequence[CycleTrace]) -> Check:
    """Whether the highest concentration comes near the Kd, so that Rmax is determined."""
    kd = 10.0 ** (result["log10_koff"].value - result["log10_kon"].value)
    highest = max(one.concentration_M for trace in traces for one in trace.injections)
    low = highest < LEAST_OVER_KD * kd
    return Check(
        "analyte_below_kd",
        "warn" if low else "pass",
        f"the highest concentration is {format_number(highest / kd, 2)} times the Kd",
        value=highest / kd,
        limit=LEAST_OVER_KD,
        unit="x Kd",
        advice="Rmax, and with it kon, is extrapolated: add higher concentrations" if low else "",
        source="default threshold",
    )
