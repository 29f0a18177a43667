"""Compares two measurements: ratio, interval and test, over runs that are paired or not.

Concentrations and densities are compared as logarithms, so that the result is a ratio; slopes and
percentages as differences. Use `assays.binding.compare_curves` for two curves of one run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tricyclic.assays.pooling import power_of_ten
from tricyclic.core.estimate import P_SCALES, Estimate, Qualifier, format_interval
from tricyclic.core.format import format_number, format_p, pluralize
from tricyclic.errors import InputError
from tricyclic.results.comparison import MeasuredQuantity, MeasurementComparison
from tricyclic.stats.statistics import (
    MeanEstimate,
    df_from_half_width,
    difference,
    equal_variances_p,
    mean_with_interval,
    paired,
    t_quantile,
    with_t_interval,
)
from tricyclic.units import convert

Pairing = Literal["auto", "yes", "no"]
LN10 = math.log(10.0)
# Below this p of equal variances, a remark states that the runs scatter unequally.
UNEQUAL_SCATTER_P = 0.01
WITHIN_RUN = (
    "one run on {}: the interval is that of the wells of single runs and does not contain the "
    "variation between runs; repeat the experiment on other days to compare the compounds"
)
UNKNOWN_N = (
    "n is not stated on a side: its standard error is taken as that of a large group, so that the "
    "interval is too narrow where there were few runs"
)


@dataclass(frozen=True)
class _ComparedSide:
    """The values of one measurement on the scale of the comparison, by run."""

    values: dict[str, float]
    pooled: MeanEstimate


def compare_measurements(
    a: MeasuredQuantity,
    b: MeasuredQuantity,
    names: tuple[str, str],
    *,
    pairing: Pairing = "auto",
    confidence: float = 0.95,
) -> MeasurementComparison:
    """Compare b with a.

    Parameters
    ----------
    a, b : MeasuredQuantity
        Of the same quantity; a is the reference.
    names : tuple of two str
        What the statement calls them.
    pairing : {"auto", "yes", "no"}
        auto: runs are paired where both sides come from one source and have the same runs, or three
        or more in common.
    confidence : float
        Confidence level of the interval.

    Returns
    -------
    MeasurementComparison
        `ratio` is b / a. With a bound on either side it is a bound, without a test.

    Raises
    ------
    InputError
        If the quantities or units cannot be compared, or there is nothing to pair.

    Notes
    -----
    Two runs or more on both sides: Student's t of the paired differences, or Welch's t [Welch
    1947, doi:10.1093/biomet/34.1-2.28]. One run against several: Student's t with the scatter of
    the several, SD sqrt(1 + 1/n) on n - 1 degrees of freedom, which assumes that the single run
    scatters as they do. One run on both sides, or a table with standard errors and n alone: the
    difference of two means with their standard errors, by Satterthwaite.
    """
    b = _in_unit_of(a, b)
    logs = _on_logs(a, b)
    if any(not math.isfinite(one.pooled.value) for one in (a, b)):
        missing = names[0] if not math.isfinite(a.pooled.value) else names[1]
        raise InputError(
            f"{a.endpoint} is not determined", where=missing, do="Compare another quantity"
        )
    if any(e.qualifier != "=" for one in (a, b) for e in (one.pooled, *(e for _, e in one.runs))):
        return _with_bounds(a, b, names, confidence)
    sides = (_side(a, logs), _side(b, logs))
    shared = _paired_runs(a, b, sides, pairing, names)
    if shared:
        return _paired(a, b, names, sides, shared, logs, confidence)
    return _unpaired(a, b, names, sides, logs, confidence)


def completed(
    comparison: MeasurementComparison, log: MeanEstimate, confidence: float
) -> MeasurementComparison:
    """A comparison with ratio, difference of the negative logarithms, p and statement, from the
    difference of the logarithms b - a.
    """
    a, b, names = comparison.a, comparison.b, comparison.names
    common = {
        "confidence": confidence,
        "n_experiments": min(a.pooled.n_experiments, b.pooled.n_experiments),
        "method": comparison.test,
        "target": " / ".join(names[::-1]),
    }
    ratio = Estimate(
        name=f"{a.endpoint} ratio",
        value=power_of_ten(log.value),
        unit="",
        low=power_of_ten(log.low),
        high=power_of_ten(log.high),
        log10_se=log.se,
        **common,  # type: ignore[arg-type]
    )
    scale = P_SCALES.get(a.endpoint, "")
    change = None
    if scale:
        change = Estimate(
            name=f"{scale} difference",
            value=-log.value,
            unit="",
            low=-log.high,
            high=-log.low,
            se=log.se,
            **common,  # type: ignore[arg-type]
        )
    statement = _ratio_statement(a.endpoint, names, ratio, comparison.p)
    return replace(comparison, ratio=ratio, difference=change, statement=statement)


def _in_unit_of(a: MeasuredQuantity, b: MeasuredQuantity) -> MeasuredQuantity:
    if a.endpoint != b.endpoint:
        raise InputError(f"{b.endpoint} cannot be compared with {a.endpoint}")
    if a.pooled.unit == b.pooled.unit:
        return b
    where = f"{b.endpoint} of {b.compound or b.source}"
    factor = convert(1.0, b.pooled.unit, a.pooled.unit, where=where)

    def scaled(e: Estimate) -> Estimate:
        return replace(
            e,
            unit=a.pooled.unit,
            value=e.value * factor,
            low=e.low * factor,
            high=e.high * factor,
            se=e.se * factor,
        )

    return replace(b, pooled=scaled(b.pooled), runs=tuple((r, scaled(e)) for r, e in b.runs))


def _on_logs(a: MeasuredQuantity, b: MeasuredQuantity) -> bool:
    """Whether the quantity is compared as a ratio: all above 0, and no slope or percentage."""
    numbers = [e for one in (a, b) for e in (one.pooled, *(e for _, e in one.runs))]
    has_unit = a.pooled.unit not in ("", "%")
    was_log = all(not math.isnan(e.log10_se) for e in (a.pooled, b.pooled))
    return all(e.value > 0 for e in numbers) and (has_unit or was_log)


def _side(one: MeasuredQuantity, logs: bool) -> _ComparedSide:
    values: dict[str, list[float]] = {}
    for run, e in one.runs:
        values.setdefault(run, []).append(math.log10(e.value) if logs else e.value)
    means = {run: float(np.mean(of_run)) for run, of_run in values.items()}
    return _ComparedSide(means, mean_of(one.pooled, logs))


def mean_of(e: Estimate, logs: bool) -> MeanEstimate:
    """An estimate on the scale of a comparison, with the degrees of freedom of its interval."""
    value = math.log10(e.value) if logs else e.value
    se = e.log10_se if logs else e.se
    low, high = e.low, e.high
    if logs:
        low = math.log10(low) if low > 0 else -math.inf
        high = math.log10(high) if high > 0 else -math.inf
    closed = math.isfinite(low) and math.isfinite(high) and high >= low
    df = max(e.n_experiments - 1.0, 0.0)
    if math.isnan(se):
        if not closed:
            return MeanEstimate(value, math.nan, 0.0, -math.inf, math.inf)
        se = (high - low) / 2.0 / t_quantile(df or math.inf, e.confidence)
    if e.n_experiments == 0 and not closed:
        # A published mean ± SEM without n: as for large groups.
        df = math.inf
    elif df == 0.0:
        # One run: the interval is that of its wells.
        df = df_from_half_width((high - low) / 2.0 / se, e.confidence) if closed and se > 0 else 0.0
    return MeanEstimate(value, se, df, low, high)


def _paired_runs(
    a: MeasuredQuantity,
    b: MeasuredQuantity,
    sides: tuple[_ComparedSide, _ComparedSide],
    pairing: Pairing,
    names: tuple[str, str],
) -> list[str]:
    shared = [run for run in sides[0].values if run in sides[1].values]
    if pairing == "no":
        return []
    if pairing == "yes":
        if len(shared) < 2:
            raise InputError(
                f"{pluralize(len(shared), 'run')} of {names[0]} and {names[1]} have the same name",
                where="paired",
                allowed="Paired runs have the same name on both sides, and there are 2 or more",
                do='Omit it, or use "no"',
            )
        return shared
    alike = len(shared) == len(sides[0].values) == len(sides[1].values)
    enough = len(shared) >= 3 or (len(shared) == 2 and alike)
    return shared if a.source == b.source and enough else []


def _paired(
    a: MeasuredQuantity,
    b: MeasuredQuantity,
    names: tuple[str, str],
    sides: tuple[_ComparedSide, _ComparedSide],
    shared: Sequence[str],
    logs: bool,
    confidence: float,
) -> MeasurementComparison:
    first, second = ([side.values[run] for run in shared] for side in sides)
    tested = paired(second, first, confidence=confidence)
    lone = [run for side in sides for run in side.values if run not in shared]
    remarks: tuple[str, ...] = (
        (f"not paired and left out of the test: {', '.join(dict.fromkeys(lone))}",) if lone else ()
    )
    remarks += _unequal_scatter(
        first, second, names, "the test of paired differences does not assume equal scatter"
    )
    scale = power_of_ten if logs else float
    pairs = tuple(
        (run, scale(x), scale(y)) for run, x, y in zip(shared, first, second, strict=True)
    )
    noun = f"log10 {a.endpoint}" if logs else a.endpoint
    test = f"paired t test of {noun}, {pluralize(len(shared), 'pair')} of runs"
    outcome = _comparison(a, b, names, test, tested)
    return _finished(replace(outcome, pairs=pairs, remarks=remarks), tested, logs, confidence)


def _unpaired(
    a: MeasuredQuantity,
    b: MeasuredQuantity,
    names: tuple[str, str],
    sides: tuple[_ComparedSide, _ComparedSide],
    logs: bool,
    confidence: float,
) -> MeasurementComparison:
    n = [len(side.values) for side in sides]
    noun = f"log10 {a.endpoint}" if logs else a.endpoint
    remarks: tuple[str, ...] = ()
    if min(n) >= 2:
        means = [
            mean_with_interval(list(side.values.values()), confidence=confidence) for side in sides
        ]
        tested = difference(means[1], means[0], confidence=confidence)
        first, second = (list(side.values.values()) for side in sides)
        remarks = _unequal_scatter(
            first,
            second,
            names,
            "Welch's test does not assume equal scatter",
        )
        test = f"Welch t test of {noun}, {n[0]} and {n[1]} runs"
    elif min(n) == 1 and max(n) >= 2:
        tested = _one_against_several(sides, n, confidence)
        single, several = (names[0], names[1]) if n[0] == 1 else (names[1], names[0])
        test = f"t test of {noun}, one run against {max(n)}"
        remarks = (
            f"one run of {single}: it is assumed to scatter as the {max(n)} runs of {several} do",
        )
    else:
        tested = difference(sides[1].pooled, sides[0].pooled, confidence=confidence)
        counts = [one.pooled.n_experiments for one in (a, b)]
        n_of = " and ".join(str(count) if count else "not stated" for count in counts)
        test = f"t test of {noun} from two standard errors, n = {n_of}"
        alone = [name for name, count in zip(names, counts, strict=True) if count == 1]
        if not math.isfinite(tested.low):
            alone, test = [], "none, because a side has no standard error"
        if len(alone) == 2:
            remarks = (WITHIN_RUN.format("each side"),)
        elif 0 in counts and math.isfinite(tested.low):
            remarks = (UNKNOWN_N,)
        elif alone:
            remark = (
                f"one run of {alone[0]}: its standard error is that of its wells and does not "
                "contain the variation between runs"
            )
            remarks = (remark,)
    return _finished(
        replace(_comparison(a, b, names, test, tested), remarks=remarks), tested, logs, confidence
    )


def _unequal_scatter(
    first: Sequence[float], second: Sequence[float], names: tuple[str, str], consequence: str
) -> tuple[str, ...]:
    """A remark where the runs of one side scatter more than those of the other."""
    p, ratio = equal_variances_p(first, second)
    if not p < UNEQUAL_SCATTER_P:
        return ()
    more, less = names if ratio > 1 else names[::-1]
    times = format_number(max(ratio, 1 / ratio), 2)
    return (
        (
            f"the runs of {more} scatter {times} times as much as those of {less} (F test of the "
            f"variances, {format_p(p)}): look for the cause; {consequence}"
        ),
    )


def _one_against_several(
    sides: tuple[_ComparedSide, _ComparedSide], n: Sequence[int], confidence: float
) -> MeanEstimate:
    several = list(sides[0 if n[0] > 1 else 1].values.values())
    means = [float(np.mean(list(side.values.values()))) for side in sides]
    sd = float(np.std(several, ddof=1))
    se = sd * math.sqrt(1.0 + 1.0 / len(several))
    return with_t_interval(means[1] - means[0], se, len(several) - 1.0, confidence)


def _comparison(
    a: MeasuredQuantity,
    b: MeasuredQuantity,
    names: tuple[str, str],
    test: str,
    tested: MeanEstimate,
) -> MeasurementComparison:
    statistic = tested.value / tested.se if tested.se > 0 else math.nan
    return MeasurementComparison(a, b, names, None, None, test, statistic, (tested.df,), tested.p)


def _finished(
    comparison: MeasurementComparison, tested: MeanEstimate, logs: bool, confidence: float
) -> MeasurementComparison:
    if logs:
        return completed(comparison, tested, confidence)
    a, b, names = comparison.a, comparison.b, comparison.names
    change = Estimate(
        name=f"{a.endpoint} difference",
        value=tested.value,
        unit=a.pooled.unit,
        low=tested.low,
        high=tested.high,
        confidence=confidence,
        se=tested.se,
        n_experiments=min(a.pooled.n_experiments, b.pooled.n_experiments),
        method=comparison.test,
        target=" - ".join(names[::-1]),
    )
    word = "higher" if tested.value > 0 else "lower"
    text = (
        f"{a.endpoint} of {names[1]} is {format_number(abs(tested.value))} {word} than that of "
        f"{names[0]} ({_interval(change)}{_p(comparison.p)})"
    )
    return replace(comparison, difference=change, statement=text + _verdict(change, 0.0))


def _with_bounds(
    a: MeasuredQuantity, b: MeasuredQuantity, names: tuple[str, str], confidence: float
) -> MeasurementComparison:
    """The ratio of two numbers of which one or both are bounds, or contain runs that are."""
    opposite: dict[Qualifier, Qualifier] = {"=": "=", ">": "<", "<": ">"}
    signs = {b.pooled.qualifier, opposite[a.pooled.qualifier]} - {"="}
    if not signs:
        # Runs with bounds were pooled into a value (Tobit), which has its standard error.
        tested = difference(mean_of(b.pooled, True), mean_of(a.pooled, True), confidence=confidence)
        test = f"t test of log10 {a.endpoint}, pooled with bounds of single runs"
        outcome = _comparison(a, b, names, test, tested)
        return completed(outcome, tested, confidence)
    value = b.pooled.value / a.pooled.value
    sign = signs.pop() if len(signs) == 1 else None
    ratio = Estimate(
        name=f"{a.endpoint} ratio",
        value=value if sign else math.nan,
        unit="",
        low=value if sign == ">" else 0.0,
        high=value if sign == "<" else math.inf,
        confidence=confidence,
        qualifier=sign or "=",
        n_experiments=min(a.pooled.n_experiments, b.pooled.n_experiments),
        method="ratio with a bound",
        target=" / ".join(names[::-1]),
    )
    test = "none, because a side is a bound"
    if sign is None:
        text = f"both {a.endpoint} are bounds, which do not limit their ratio"
    else:
        more = "more" if sign == ">" else "less"
        text = (
            f"{a.endpoint} of {names[1]} is {more} than {format_number(value)} times that of "
            f"{names[0]}; a bound has no confidence interval"
        )
    return MeasurementComparison(a, b, names, ratio, None, test, statement=text)


def _ratio_statement(endpoint: str, names: tuple[str, str], ratio: Estimate, p: float) -> str:
    text = (
        f"{endpoint} of {names[1]} is {format_number(ratio.value)} times that of {names[0]} "
        f"({_interval(ratio)}{_p(p)})"
    )
    return text + _verdict(ratio, 1.0)


def _verdict(estimate: Estimate, null: float) -> str:
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return ": no interval, which needs further runs or standard errors"
    if estimate.low <= null <= estimate.high:
        return ": the interval includes " + ("no difference" if null == 0 else "a ratio of 1")
    return ""


def _interval(e: Estimate) -> str:
    if not (math.isfinite(e.low) and math.isfinite(e.high)):
        return "no CI"
    return f"{100 * e.confidence:g} % CI {format_interval(e)}"


def _p(p: float) -> str:
    return "" if math.isnan(p) else f", {format_p(p)}"
