"""Pools estimates of single runs into one estimate with its interval; n counts independent runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np

from tricyclic.core.estimate import Estimate, Qualifier
from tricyclic.errors import InputError
from tricyclic.stats.censored import CensoredMean, censored_mean
from tricyclic.stats.random_effects import GroupedMean, mean_over_groups
from tricyclic.stats.statistics import MeanEstimate, mean_with_interval
from tricyclic.units import convert

Scale = Literal["auto", "log", "linear"]
Unequal = Literal["auto", "run_means", "mixed"]

# A standard deviation between runs, and with it a confidence level of a pooled number, needs two
# runs with different values.
MIN_EXACT_RUNS = 2


def pool_estimates(
    estimates: Sequence[Estimate],
    *,
    runs: Sequence[str] | None = None,
    confidence: float = 0.95,
    scale: Scale = "auto",
    unequal: Unequal = "auto",
    where: str = "",
) -> Estimate:
    """Pool the estimates of single runs into one; n counts runs.

    Parameters
    ----------
    estimates : sequence of Estimate
        One per plate, of the same name; units are converted to that of the first.
    runs : sequence of str, optional
        The independent run of each estimate; default: each is its own run.
    confidence : float
        Confidence level of the interval.
    scale : {"auto", "log", "linear"}
        auto: logarithms for values above 0 that have a unit or were fitted as a logarithm; the
        natural scale for slopes and percentages.
    unequal : {"auto", "run_means", "mixed"}
        Method where runs have unequal numbers of plates: the t interval of the run means (auto), or
        a mixed model that gives runs of more plates more weight.
    where : str
        Assay or group of the pooled estimate.

    Returns
    -------
    Estimate
        On the log scale `value` is the geometric mean and `log10_se` the standard error of its
        logarithm. A single run keeps its own interval. Where runs are bounds ("> 1 uM") and fewer
        than two have a value, the result is the bound that holds for every run, without a
        confidence level.

    Raises
    ------
    InputError
        If there is nothing to pool, names differ, units cannot be converted, or a value is not
        finite.

    Notes
    -----
    Mean of the runs and Student's t on runs - 1. Plates of one run are averaged first, also where
    runs have unequally many: their unweighted mean is unbiased, and its t interval contains the
    true value in 92 to 98 % of simulated studies. A mixed model (restricted maximum likelihood with
    Kenward-Roger limits, `stats.random_effects`) has more weight on runs of more plates, but its
    degrees of freedom collapse where runs hardly differ: with runs of 1, 1, 1, 1, 1 and 6 plates
    its interval is six times as wide (`benchmarks/interval_coverage.py`). Bounds: Tobit
    (`stats.censored`). The interval is for repeated runs with the same Kd, stock and standards;
    see `with_shared_errors`.
    """
    listed = _same_kind(estimates)
    names = [str(run) for run in runs] if runs is not None else [str(i) for i in range(len(listed))]
    if len(names) != len(listed):
        raise InputError(f"{len(names)} runs are named for {len(listed)} estimates")
    first = listed[0]
    pooling = _Pooling(first, _on_logs(listed, scale), confidence, where)
    values = np.array([math.log10(e.value) if pooling.logs else e.value for e in listed])
    order = list(dict.fromkeys(names))
    index = np.array([order.index(name) for name in names])
    counts = np.bincount(index)
    n = len(order)
    if any(e.qualifier != "=" for e in listed):
        return _pooled_bounds(pooling, listed, values, index, counts)
    if n == 1 and len(listed) == 1:
        method = f"one run: {first.method or 'as given'}"
        return replace(first, n_experiments=1, where=where or first.where, method=method)
    if n == 1:
        # The scatter of plates of one run is no estimate of the scatter between runs.
        method = f"mean of {len(listed)} plates of one run; no interval without a second run"
        return pooling.estimate(_unbounded(values.mean()), 1, method)
    equal = int(np.ptp(counts)) == 0
    if equal or unequal != "mixed":
        mean = mean_with_interval(np.bincount(index, values) / counts, confidence=confidence)
        plates = f", means of {len(listed)} plates"
        if equal:
            plates = "" if counts.max() == 1 else f", {int(counts[0])} plates each"
        return pooling.estimate(mean, n, f"{pooling.mean}, t on {n} runs{plates}")
    mixed = mean_over_groups(values, index, confidence=confidence)
    return pooling.estimate(
        mixed,
        n,
        f"{pooling.mean}, {len(listed)} plates in {n} runs: mixed model, REML, "
        f"Kenward-Roger t on {mixed.df:.1f} df",
    )


_Mean = MeanEstimate | GroupedMean | CensoredMean


@dataclass(frozen=True)
class _Pooling:
    """What all pooled estimates of one kind have in common."""

    like: Estimate
    logs: bool
    confidence: float
    where: str

    @property
    def mean(self) -> str:
        """The mean in words."""
        return "mean of log10" if self.logs else "mean"

    def scaled(self, value: float) -> float:
        """A value on the scale of the mean; -inf for the logarithm of 0."""
        if not self.logs:
            return value
        return math.log10(value) if value > 0 else -math.inf

    def estimate(self, mean: _Mean, n: int, method: str, qualifier: Qualifier = "=") -> Estimate:
        """The pooled estimate on the natural scale."""
        logs = self.logs
        return Estimate(
            name=self.like.name,
            unit=self.like.unit,
            subject=self.like.subject,
            target=self.like.target,
            where=self.where,
            n_experiments=n,
            confidence=self.confidence,
            qualifier=qualifier,
            method=method,
            sources=self.like.sources,
            value=power_of_ten(mean.value) if logs else mean.value,
            low=power_of_ten(mean.low) if logs else mean.low,
            high=power_of_ten(mean.high) if logs else mean.high,
            log10_se=mean.se if logs else math.nan,
            se=math.nan if logs else mean.se,
        )


def _unbounded(value: float, low: float = -math.inf, high: float = math.inf) -> MeanEstimate:
    """A mean without a standard error."""
    return MeanEstimate(float(value), math.nan, 0.0, float(low), float(high))


def _same_kind(estimates: Sequence[Estimate]) -> list[Estimate]:
    if not estimates:
        raise InputError("there is nothing to pool", do="Provide at least one run")
    first = estimates[0]
    converted = []
    for e in estimates:
        if e.name != first.name:
            raise InputError(
                f"{e.name} cannot be pooled with {first.name}", where=estimate_label(e)
            )
        if not math.isfinite(e.value):
            raise InputError(
                f"{e.name} has no value",
                where=estimate_label(e),
                do="Exclude the run with a reason",
            )
        if e.unit == first.unit:
            converted.append(e)
            continue
        factor = convert(1.0, e.unit, first.unit, where=estimate_label(e))
        converted.append(
            replace(
                e,
                unit=first.unit,
                value=e.value * factor,
                low=e.low * factor,
                high=e.high * factor,
                se=e.se * factor,
            )
        )
    return converted


def _on_logs(estimates: Sequence[Estimate], scale: Scale) -> bool:
    above = all(e.value > 0 for e in estimates)
    if scale == "log" and not above:
        low = next(e for e in estimates if e.value <= 0)
        raise InputError(
            f"{low.name} is {low.value:g} {low.unit}, which has no logarithm",
            where=estimate_label(low),
        )
    # A number without a unit may still be fitted as a logarithm, such as a cooperativity.
    plain = estimates[0].unit in ("", "%") and any(math.isnan(e.log10_se) for e in estimates)
    return scale == "log" or (scale == "auto" and above and not plain)


def _pooled_bounds(
    pooling: _Pooling,
    estimates: Sequence[Estimate],
    values: np.ndarray,
    index: np.ndarray,
    counts: np.ndarray,
) -> Estimate:
    low = np.where([e.qualifier == "<" for e in estimates], -np.inf, values)
    high = np.where([e.qualifier == ">" for e in estimates], np.inf, values)
    # The mean of the plates of a run lies between the means of their bounds.
    with np.errstate(invalid="ignore"):
        low, high = np.bincount(index, low) / counts, np.bincount(index, high) / counts
    n = counts.size
    exact = low == high
    if exact.sum() >= MIN_EXACT_RUNS and np.ptp(low[exact]) > 0:
        mean = censored_mean(low, high, confidence=pooling.confidence)
        return pooling.estimate(
            mean,
            n,
            f"{pooling.mean} of {n} runs, {n - mean.exact} of them bounds (Tobit), "
            f"profile likelihood with t on {mean.exact - 1} df",
        )
    if n == 1 and len(estimates) == 1:
        # The limits of one plate are those of its fit.
        method = f"one run: {estimates[0].method or 'as given'}"
        return replace(
            estimates[0], n_experiments=1, where=pooling.where or estimates[0].where, method=method
        )
    return _common_bound(pooling, estimates, (low, high), index, counts)


def _common_bound(
    pooling: _Pooling,
    estimates: Sequence[Estimate],
    bounds: tuple[np.ndarray, np.ndarray],
    index: np.ndarray,
    counts: np.ndarray,
) -> Estimate:
    """The bound that holds for every run, where too few runs have a value for their scatter.

    A run with a value enters with its own limit. A mean of the bounds would claim more than any
    run shows: of runs 0.5, > 1 and > 1 it is > 0.8, which the first run refutes.
    """
    n, (low, high) = counts.size, bounds
    exact = int((low == high).sum())
    runs = f"{n} runs, {exact} with a value and {n - exact} bounds"
    unknown = "; too few values for a confidence interval"
    for qualifier, limits, sign in (
        (">", [e.low for e in estimates], 1.0),
        ("<", [e.high for e in estimates], -1.0),
    ):
        closed = low if sign > 0 else high
        if not np.isfinite(closed).all():
            continue
        own = np.array(
            [pooling.scaled(_or_value(x, e)) for x, e in zip(limits, estimates, strict=True)]
        )
        of_runs = np.bincount(index, own) / counts
        bound = sign * float(np.min(sign * np.where(low == high, of_runs, closed)))
        if math.isfinite(bound):
            which = "lowest" if sign > 0 else "highest"
            method = f"{which} bound or limit of {runs}{unknown}"
            mean = MeanEstimate(bound, math.nan, 0.0, math.nan, math.nan)
            return pooling.estimate(mean, n, method, cast(Qualifier, qualifier))
    method = f"{runs} that do not limit it from one side{unknown}"
    return replace(pooling.estimate(_unbounded(0.0), n, method), value=math.nan)


def _or_value(limit: float, estimate: Estimate) -> float:
    return estimate.value if math.isnan(limit) else limit


def power_of_ten(exponent: float) -> float:
    """10 to an exponent; 0 and inf beyond the range of a float, nan for nan."""
    if math.isnan(exponent):
        return math.nan
    return math.inf if exponent > 300 else 10.0**exponent if exponent > -300 else 0.0


def estimate_label(estimate: Estimate) -> str:
    """Name of an estimate in a message: its run or plate, else its subject and target."""
    return estimate.where or " at ".join(
        part for part in (estimate.subject, estimate.target) if part
    )
