"""From IC50 to Ki, and from the numbers of single runs to one number with its interval and its error budget.

Affinities and densities are averaged, bounded and compared as logarithms. The independent run is the
unit: plates of one run are averaged within it, and a run that only says "above 10 uM" is carried as such.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.assays.pooling import estimate_label, power_of_ten
from tricyclic.core.estimate import Estimate, Relation
from tricyclic.errors import InputError
from tricyclic.stats.statistics import (
    Located,
    df_from_reach,
    difference,
    t_quantile,
)
from tricyclic.units import convert

LN10 = math.log(10.0)


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
                where=estimate_label(estimate),
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
        power_of_ten(math.log10(value) + found.low - found.value),
        power_of_ten(math.log10(value) + found.high - found.value),
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
