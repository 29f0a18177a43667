"""From the numbers of single runs to one number with its interval; n counts independent runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from tricyclic.core.estimate import Estimate, Relation
from tricyclic.errors import InputError
from tricyclic.stats.censored import censored_mean
from tricyclic.stats.random_effects import mean_over_groups
from tricyclic.stats.statistics import (
    mean_of,
)
from tricyclic.units import convert

Scale = Literal["auto", "log", "linear"]


Unequal = Literal["auto", "run_means", "mixed"]


# Measured (benchmarks/interval_coverage.py): with fewer runs the mixed model's 95 % limits hold the truth in 98 to 100 % of
# studies and lie up to four times as far apart; the t interval of the run means holds it in 94 to 97 %.
MIXED_FROM_RUNS = 6


def pool_estimates(
    estimates: Sequence[Estimate],
    *,
    runs: Sequence[str] | None = None,
    confidence: float = 0.95,
    scale: Scale = "auto",
    unequal: Unequal = "auto",
    where: str = "",
) -> Estimate:
    """Pool what single runs found into one number; n counts runs.

    Parameters
    ----------
    estimates : sequence of Estimate
        One per plate, of the same name; units are converted to that of the first.
    runs : sequence of str, optional
        The independent run each belongs to; each is its own run where left out.
    confidence : float
        Of the interval.
    scale : {"auto", "log", "linear"}
        auto: logarithms for what is above 0 and has a unit or was found as a logarithm; as it is for slopes and percentages.
    unequal : {"auto", "run_means", "mixed"}
        What to do where runs have unequally many plates: the t interval of the run means, or a mixed model that gives
        runs of more plates more weight; auto takes the means below six runs, the mixed model from six on.
    where : str
        What the pooled number speaks of.

    Returns
    -------
    Estimate
        On the log scale `value` is the geometric mean and `log10_se` the standard error of its logarithm. A single run
        keeps its own interval. Where fewer than two runs gave a value the geometric mean of the bounds is a bound itself.

    Raises
    ------
    InputError
        If there is nothing to pool, names differ, units cannot be converted, or a value cannot be.

    Notes
    -----
    Mean of the runs and Student's t on runs - 1. Unequally many plates in six runs or more: restricted maximum likelihood
    with Kenward-Roger limits (`numerics.random_effects`), which are too wide for fewer. Bounded values: Tobit (`numerics.censored`).
    The interval speaks of repeating the run with the same Kd, stock and standards; see `with_shared_errors`.
    """
    listed = _same_kind(estimates)
    names = [str(run) for run in runs] if runs is not None else [str(i) for i in range(len(listed))]
    if len(names) != len(listed):
        raise InputError(f"{len(names)} runs are named for {len(listed)} estimates")
    logs = _on_logs(listed, scale)
    values = np.array([math.log10(e.value) if logs else e.value for e in listed])
    order = list(dict.fromkeys(names))
    index = np.array([order.index(name) for name in names])
    counts = np.bincount(index)
    n = len(order)
    if any(e.relation != "=" for e in listed):
        return _pooled_bounds(listed, values, index, counts, logs, confidence, where)
    first = listed[0]
    if n == 1:
        if len(listed) == 1:
            return replace(
                first,
                n=1,
                where=where or first.where,
                method=f"one run: {first.method or 'as given'}",
            )
        # Plates of one run say how plates scatter, not how runs do.
        return _estimate(
            first,
            float(values.mean()),
            math.nan,
            -math.inf,
            math.inf,
            1,
            logs,
            confidence,
            f"mean of {len(listed)} plates of one run; no interval without a second run",
            where,
        )
    equal = int(np.ptp(counts)) == 0
    if equal or unequal == "run_means" or (unequal == "auto" and n < MIXED_FROM_RUNS):
        means = np.bincount(index, values) / counts
        found = mean_of(means, confidence=confidence)
        plates = (
            ""
            if counts.max() == 1
            else f", {int(counts[0])} plates each"
            if equal
            else f", means of {len(listed)} plates"
        )
        return _estimate(
            first,
            found.value,
            found.se,
            found.low,
            found.high,
            n,
            logs,
            confidence,
            f"{_mean(logs)}, t on {n} runs{plates}",
            where,
        )
    mixed = mean_over_groups(values, index, confidence=confidence)
    return _estimate(
        first,
        mixed.value,
        mixed.se,
        mixed.low,
        mixed.high,
        n,
        logs,
        confidence,
        f"{_mean(logs)}, {len(listed)} plates in {n} runs: mixed model, REML, Kenward-Roger t on {mixed.df:.1f} df",
        where,
    )


def _same_kind(estimates: Sequence[Estimate]) -> list[Estimate]:
    if not estimates:
        raise InputError("there is nothing to pool", do="Hand in at least one run")
    first = estimates[0]
    out = []
    for e in estimates:
        if e.name != first.name:
            raise InputError(
                f"{e.name} cannot be pooled with {first.name}", where=estimate_label(e)
            )
        if not math.isfinite(e.value):
            raise InputError(
                f"{e.name} has no value",
                where=estimate_label(e),
                do="Leave the run out and say why",
            )
        if e.unit == first.unit:
            out.append(e)
            continue
        factor = convert(1.0, e.unit, first.unit, where=estimate_label(e))
        out.append(
            replace(
                e,
                unit=first.unit,
                value=e.value * factor,
                low=e.low * factor,
                high=e.high * factor,
                se=e.se * factor,
            )
        )
    return out


def _on_logs(estimates: Sequence[Estimate], scale: Scale) -> bool:
    above = all(e.value > 0 for e in estimates)
    if scale == "log" and not above:
        low = next(e for e in estimates if e.value <= 0)
        raise InputError(
            f"{low.name} is {low.value:g} {low.unit}, which has no logarithm",
            where=estimate_label(low),
        )
    # A number without a unit may still be one that was found as a logarithm, as a cooperativity is.
    plain = estimates[0].unit in ("", "%") and any(math.isnan(e.log10_se) for e in estimates)
    return scale == "log" or (scale == "auto" and above and not plain)


def _pooled_bounds(
    estimates: Sequence[Estimate],
    values: np.ndarray,
    index: np.ndarray,
    counts: np.ndarray,
    logs: bool,
    confidence: float,
    where: str,
) -> Estimate:
    low = np.where([e.relation == "<" for e in estimates], -np.inf, values)
    high = np.where([e.relation == ">" for e in estimates], np.inf, values)
    # The mean of a run's plates lies between the means of their bounds.
    with np.errstate(invalid="ignore"):
        low, high = np.bincount(index, low) / counts, np.bincount(index, high) / counts
    n, first = counts.size, estimates[0]
    seen = low == high
    if seen.sum() >= 2 and np.ptp(low[seen]) > 0:
        found = censored_mean(low, high, confidence=confidence)
        return _estimate(
            first,
            found.value,
            found.se,
            found.low,
            found.high,
            n,
            logs,
            confidence,
            f"{_mean(logs)} of {n} runs, {n - found.exact} of them bounds (Tobit), profile likelihood with t on {found.exact - 1} df",
            where,
        )
    plain = {True: "geometric mean", False: "mean"}[logs]
    if np.isfinite(low).all():
        return _estimate(
            first,
            float(low.mean()),
            math.nan,
            float(low.mean()),
            math.inf,
            n,
            logs,
            confidence,
            f"{plain} of the bounds of {n} runs; too few values for more",
            where,
            ">",
        )
    if np.isfinite(high).all():
        return _estimate(
            first,
            float(high.mean()),
            math.nan,
            -math.inf,
            float(high.mean()),
            n,
            logs,
            confidence,
            f"{plain} of the bounds of {n} runs; too few values for more",
            where,
            "<",
        )
    return replace(
        _estimate(
            first,
            0.0,
            math.nan,
            -math.inf,
            math.inf,
            n,
            logs,
            confidence,
            f"{n} runs bound it from both sides; too few values for a mean",
            where,
        ),
        value=math.nan,
    )


def _estimate(
    like: Estimate,
    value: float,
    se: float,
    low: float,
    high: float,
    n: int,
    logs: bool,
    confidence: float,
    method: str,
    where: str,
    relation: Relation = "=",
) -> Estimate:
    return Estimate(
        name=like.name,
        unit=like.unit,
        subject=like.subject,
        target=like.target,
        where=where,
        n=n,
        confidence=confidence,
        relation=relation,
        method=method,
        sources=like.sources,
        value=power_of_ten(value) if logs else value,
        low=power_of_ten(low) if logs else low,
        high=power_of_ten(high) if logs else high,
        log10_se=se if logs else math.nan,
        se=math.nan if logs else se,
    )


def _mean(logs: bool) -> str:
    return "mean of log10" if logs else "mean"


def power_of_ten(exponent: float) -> float:
    """10 to an exponent; 0 and inf beyond the range of a float, nan for nan."""
    if math.isnan(exponent):
        return math.nan
    return math.inf if exponent > 300 else 10.0**exponent if exponent > -300 else 0.0


def estimate_label(estimate: Estimate) -> str:
    """How an estimate is called in a sentence: its run or plate, else its subject and target."""
    return estimate.where or " at ".join(
        part for part in (estimate.subject, estimate.target) if part
    )
