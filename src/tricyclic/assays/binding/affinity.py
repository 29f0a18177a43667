"""Conversion between IC50 and Ki by Cheng and Prusoff, and selectivity as a ratio of two
affinities.

Affinities are compared as logarithms. A value that is only a bound ("> 10 uM") makes the ratio a
bound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.assays.pooling import estimate_label, pool_estimates, power_of_ten
from tricyclic.core.estimate import Estimate, Qualifier
from tricyclic.errors import InputError
from tricyclic.stats.statistics import (
    MeanEstimate,
    df_from_half_width,
    difference,
    t_quantile,
)
from tricyclic.units import convert

LN10 = math.log(10.0)


def ki_from_ic50(
    ic50_nM: float | ArrayLike, *, radioligand_nM: float, radioligand_kd_nM: float
) -> float | np.ndarray:
    """Affinity Ki of a competitor from its IC50.

    Parameters
    ----------
    ic50_nM : float or array, shape (experiments,)
        Concentration that halves specific binding [nM], above 0.
    radioligand_nM, radioligand_kd_nM : float
        Free radioligand in the well [nM], 0 or more; its Kd at the same target and temperature
        [nM], above 0.

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
    """IC50 of a competitor from its affinity Ki; the inverse of `ki_from_ic50`.

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


def selectivity(a: Estimate, b: Estimate, *, confidence: float = 0.95) -> Estimate:
    """Selectivity Ki(b) / Ki(a) with its interval.

    Parameters
    ----------
    a, b : Estimate
        Ki (or IC50, Kd) of one compound at two targets, or of two compounds at one target, measured
        independently.

    Returns
    -------
    Estimate
        Above 1 where a binds more tightly. A bound on either side makes the ratio a bound.

    Notes
    -----
    Difference of logarithms; limits by Welch and Satterthwaite, with the degrees of freedom that
    the two intervals imply. Where a number comes from one plate its error is that of the wells of
    the plate, and `method` states it.
    """
    for estimate in (a, b):
        if not (estimate.value > 0 and math.isfinite(estimate.value)):
            raise InputError(
                f"{estimate.name} is {estimate.value:g}",
                where=estimate_label(estimate),
                allowed="A ratio needs values above 0",
            )
    value = convert(b.value, b.unit, a.unit) / a.value if a.unit != b.unit else b.value / a.value
    qualifier = _ratio_qualifier(b.qualifier, a.qualifier)
    targets = (a.target, b.target) if a.target != b.target else (a.subject, b.subject)
    ratio = Estimate(
        name="selectivity",
        value=value,
        unit="",
        confidence=confidence,
        qualifier=qualifier or "=",
        n_experiments=min(a.n_experiments, b.n_experiments),
        subject=a.subject if a.subject == b.subject else "",
        target=" over ".join(t for t in targets if t),
    )
    if qualifier is None:
        return replace(
            ratio,
            value=math.nan,
            low=0.0,
            high=math.inf,
            method=f"both {a.name} are bounds: no ratio",
        )
    if qualifier != "=":
        return replace(
            ratio,
            low=value if qualifier == ">" else 0.0,
            high=math.inf if qualifier == ">" else value,
            method=f"ratio of {a.name} with a bound",
        )
    logs = difference(_log10_mean(b), _log10_mean(a), confidence=confidence)
    error = "" if min(a.n_experiments, b.n_experiments) > 1 else "; within-run error only"
    return replace(
        ratio,
        low=power_of_ten(math.log10(value) + logs.low - logs.value),
        high=power_of_ten(math.log10(value) + logs.high - logs.value),
        log10_se=logs.se,
        method=f"ratio of {a.name}, n = {b.n_experiments} and {a.n_experiments}, "
        f"Welch on {logs.df:.1f} df{error}",
    )


def paired_selectivity(
    a: Mapping[str, Estimate], b: Mapping[str, Estimate], *, confidence: float = 0.95
) -> Estimate:
    """Selectivity Ki(b) / Ki(a) of runs in which both targets were measured side by side.

    Parameters
    ----------
    a, b : mapping of str to Estimate
        By run, the Ki (or IC50, Kd) of one compound at each of two targets.
    confidence : float
        Confidence level of the interval.

    Returns
    -------
    Estimate
        Above 1 where a binds more tightly; n counts the pairs. Runs with one target only are left
        out, and `method` names them. A bound in a run makes the ratio of that run a bound.

    Raises
    ------
    InputError
        If no run has both targets, or one run has while others have a single target.

    Notes
    -----
    The logarithms of the ratios are pooled over runs: what both targets of a run have in common
    (the dilutions of the compound, the day) cancels. With runs that agree in this, the interval is
    narrower than that of two independent means; where runs oppose, it is wider.
    """
    both = [run for run in a if run in b]
    lone = [run for run in (*a, *b) if run not in both]
    names = _target_names(a, b)
    if not both:
        raise InputError(
            f"no run has both targets, {names}",
            do="Give assays of one day the same name of the run, or remove paired",
        )
    if len(both) == 1 and lone:
        raise InputError(
            f"only run {both[0]} has both targets, {names}",
            allowed="Paired differences need two runs or more that have both",
            do="Give assays of one day the same name of the run, or remove paired",
        )
    ratios = {run: selectivity(a[run], b[run], confidence=confidence) for run in both}
    # Two bounds that contradict each other do not limit the ratio of their run.
    open_runs = [run for run, ratio in ratios.items() if math.isnan(ratio.value)]
    used = [run for run in both if run not in open_runs]
    if not used:
        return ratios[both[0]]
    pooled = pool_estimates(
        [ratios[run] for run in used], runs=used, confidence=confidence, scale="log"
    )
    method = pooled.method.replace("mean of log10", "paired: mean of the differences of log10")
    if lone:
        method += f"; {', '.join(lone)} excluded, because only one target was measured there"
    if open_runs:
        method += f"; both targets are bounds in {', '.join(open_runs)}, which give no ratio"
    return replace(pooled, method=method)


def _target_names(a: Mapping[str, Estimate], b: Mapping[str, Estimate]) -> str:
    first, second = next(iter(a.values())), next(iter(b.values()))
    return f"{first.target or first.subject} and {second.target or second.subject}"


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


def _log10_mean(estimate: Estimate) -> MeanEstimate:
    """An estimate on the log10 scale, with the degrees of freedom that its interval implies."""
    value, se = math.log10(estimate.value), estimate.log10_se
    if math.isnan(se):
        closed = 0 < estimate.low <= estimate.high < math.inf
        if not closed:
            return MeanEstimate(value, math.nan, 0.0, -math.inf, math.inf)
        reach = t_quantile(max(estimate.n_experiments - 1.0, 0.0) or math.inf, estimate.confidence)
        se = math.log10(estimate.high / estimate.low) / 2.0 / reach
    if 0 < estimate.low <= estimate.high < math.inf and se > 0:
        df = df_from_half_width(
            math.log10(estimate.high / estimate.low) / 2.0 / se, estimate.confidence
        )
    else:
        df = estimate.n_experiments - 1.0
    return MeanEstimate(value, se, df, math.nan, math.nan)


def _ratio_qualifier(numerator: Qualifier, denominator: Qualifier) -> Qualifier | None:
    """Qualifier of a ratio; None where the bounds contradict."""
    inverted: dict[Qualifier, Qualifier] = {"=": "=", ">": "<", "<": ">"}
    sides = {numerator, inverted[denominator]} - {"="}
    if len(sides) == 2:
        return None
    return sides.pop() if sides else "="
