"""From IC50 to Ki, and from the numbers of single runs to one number with its interval and its error budget.

Affinities and densities are averaged, bounded and compared as logarithms. The independent run is the
unit: plates of one run are averaged within it, and a run that only says "above 10 uM" is carried as such.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.errors import InputError
from tricyclic.numerics.censored import censored_mean
from tricyclic.numerics.random_effects import mean_over_groups
from tricyclic.numerics.statistics import (
    Located,
    df_from_reach,
    difference,
    mean_of,
    t_quantile,
)
from tricyclic.records.estimate import Estimate, Relation
from tricyclic.units import convert

LN10 = math.log(10.0)
Scale = Literal["auto", "log", "linear"]
Unequal = Literal["auto", "run_means", "mixed"]
# Measured (benchmarks/interval_coverage.py): with fewer runs the mixed model's 95 % limits hold the truth in 98 to 100 % of
# studies and lie up to four times as far apart; the t interval of the run means holds it in 94 to 97 %.
MIXED_FROM_RUNS = 6


def ki_from_ic50(
    ic50_nM: float | ArrayLike, *, radioligand_nM: float, radioligand_kd_nM: float
) -> float | np.ndarray:
    """Turn the IC50 of a competitor into its affinity Ki.

    Parameters
    ----------
    ic50_nM : float or array, shape (experiments,)
        Competitor that halves specific binding [nM], above 0.
    radioligand_nM, radioligand_kd_nM : float
        Free radioligand in the well [nM], 0 or more; its Kd at the same target and temperature [nM], above 0.

    Returns
    -------
    float or array, shape (experiments,)
        Ki [nM], never above the IC50.

    Raises
    ------
    InputError
        If a concentration is not finite or outside the range above.

    Notes
    -----
    Ki = IC50 / (1 + radioligand / Kd), for one competitive site at equilibrium [cheng_1973,
    doi:10.1016/0006-2952(73)90196-2]. Where over a tenth of the radioligand is bound, fit
    `competition_with_depletion`, which needs no correction.
    """
    factor = _cheng_prusoff(radioligand_nM, radioligand_kd_nM)
    return _positive(ic50_nM, "IC50", "nM") / factor


def ic50_from_ki(
    ki_nM: float | ArrayLike, *, radioligand_nM: float, radioligand_kd_nM: float
) -> float | np.ndarray:
    """Tell the IC50 that a competitor of affinity Ki would show on a plate; the inverse of `ki_from_ic50`.

    Parameters
    ----------
    ki_nM : float or array, shape (experiments,)
        Affinity [nM], above 0.
    radioligand_nM, radioligand_kd_nM : float
        Free radioligand [nM], 0 or more; its Kd [nM], above 0.

    Returns
    -------
    float or array, shape (experiments,)
        IC50 [nM], never below the Ki; without depletion of either ligand.
    """
    factor = _cheng_prusoff(radioligand_nM, radioligand_kd_nM)
    return _positive(ki_nM, "Ki", "nM") * factor


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


def selectivity(a: Estimate, b: Estimate, *, confidence: float = 0.95) -> Estimate:
    """How many times more affine at a's target than at b's: Ki(b) / Ki(a), with its interval.

    Parameters
    ----------
    a, b : Estimate
        Ki (or IC50, Kd) of one compound at two targets, or of two compounds at one target, found independently.

    Returns
    -------
    Estimate
        Above 1 where a binds more tightly. A bound on either side makes the ratio a bound.

    Notes
    -----
    Difference of logarithms; limits by Welch and Satterthwaite, with the degrees of freedom that the two intervals
    imply. Where a number rests on one plate its error is that of the plate's wells, and the method says so.
    """
    for estimate in (a, b):
        if not (estimate.value > 0 and math.isfinite(estimate.value)):
            raise InputError(
                f"{estimate.name} is {estimate.value:g}",
                where=_of(estimate),
                allowed="A ratio needs values above 0",
            )
    value = convert(b.value, b.unit, a.unit) / a.value if a.unit != b.unit else b.value / a.value
    relation = _ratio_relation(b.relation, a.relation)
    targets = (a.target, b.target) if a.target != b.target else (a.subject, b.subject)
    told = Estimate(
        name="selectivity",
        value=value,
        unit="",
        confidence=confidence,
        relation=relation or "=",
        n=min(a.n, b.n),
        subject=a.subject if a.subject == b.subject else "",
        target=" over ".join(t for t in targets if t),
    )
    if relation is None:
        return replace(
            told,
            value=math.nan,
            low=0.0,
            high=math.inf,
            method=f"both {a.name} are bounds: no ratio",
        )
    if relation != "=":
        return replace(
            told,
            low=value if relation == ">" else 0.0,
            high=math.inf if relation == ">" else value,
            method=f"ratio of {a.name} with a bound",
        )
    found = difference(_as_located(b), _as_located(a), confidence=confidence)
    low, high = (
        _power(math.log10(value) + found.low - found.value),
        _power(math.log10(value) + found.high - found.value),
    )
    error = "" if min(a.n, b.n) > 1 else "; within-run error only"
    return replace(
        told,
        low=low,
        high=high,
        log10_se=found.se,
        method=f"ratio of {a.name}, n = {b.n} and {a.n}, Welch on {found.df:.1f} df{error}",
    )


def _cheng_prusoff(radioligand_nM: float, radioligand_kd_nM: float) -> float:
    if not (math.isfinite(radioligand_nM) and radioligand_nM >= 0):
        raise InputError(
            f"the radioligand (radioligand_nM) is {radioligand_nM:g} nM", allowed="It is 0 or more"
        )
    if not (math.isfinite(radioligand_kd_nM) and radioligand_kd_nM > 0):
        raise InputError(
            f"the Kd of the radioligand (radioligand_kd_nM) is {radioligand_kd_nM:g} nM",
            allowed="It is above 0",
        )
    return 1.0 + radioligand_nM / radioligand_kd_nM


def _positive(values: float | ArrayLike, name: str, unit: str) -> float | np.ndarray:
    array = np.asarray(values, float)
    bad = ~(np.isfinite(array) & (array > 0))
    if bad.any():
        raise InputError(
            f"{name} is {float(array[bad].flat[0]):g} {unit}", allowed="It is a number above 0"
        )
    return float(array) if array.ndim == 0 else array


def _same_kind(estimates: Sequence[Estimate]) -> list[Estimate]:
    if not estimates:
        raise InputError("there is nothing to pool", do="Hand in at least one run")
    first = estimates[0]
    out = []
    for e in estimates:
        if e.name != first.name:
            raise InputError(f"{e.name} cannot be pooled with {first.name}", where=_of(e))
        if not math.isfinite(e.value):
            raise InputError(
                f"{e.name} has no value", where=_of(e), do="Leave the run out and say why"
            )
        if e.unit == first.unit:
            out.append(e)
            continue
        factor = convert(1.0, e.unit, first.unit, where=_of(e))
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
            f"{low.name} is {low.value:g} {low.unit}, which has no logarithm", where=_of(low)
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
        value=_power(value) if logs else value,
        low=_power(low) if logs else low,
        high=_power(high) if logs else high,
        log10_se=se if logs else math.nan,
        se=math.nan if logs else se,
    )


def _mean(logs: bool) -> str:
    return "mean of log10" if logs else "mean"


def _power(exponent: float) -> float:
    if math.isnan(exponent):
        return math.nan
    return math.inf if exponent > 300 else 10.0**exponent if exponent > -300 else 0.0


def _as_located(estimate: Estimate) -> Located:
    """An estimate on the log10 scale, with the degrees of freedom that its interval implies."""
    value, se = math.log10(estimate.value), estimate.log10_se
    if math.isnan(se):
        closed = 0 < estimate.low <= estimate.high < math.inf
        if not closed:
            return Located(value, math.nan, 0.0, -math.inf, math.inf)
        reach = t_quantile(max(estimate.n - 1.0, 0.0) or math.inf, estimate.confidence)
        se = math.log10(estimate.high / estimate.low) / 2.0 / reach
    if 0 < estimate.low <= estimate.high < math.inf and se > 0:
        df = df_from_reach(math.log10(estimate.high / estimate.low) / 2.0 / se, estimate.confidence)
    else:
        df = estimate.n - 1.0
    return Located(value, se, df, math.nan, math.nan)


def _ratio_relation(top: Relation, bottom: Relation) -> Relation | None:
    """Relation of top / bottom; None where nothing follows."""
    turned: dict[Relation, Relation] = {"=": "=", ">": "<", "<": ">"}
    sides = {top, turned[bottom]} - {"="}
    if len(sides) == 2:
        return None
    return sides.pop() if sides else "="


def _of(estimate: Estimate) -> str:
    return estimate.where or " at ".join(
        part for part in (estimate.subject, estimate.target) if part
    )
