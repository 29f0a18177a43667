"""Error budget of an affinity or density: contributions of the wells, the Kd, the radioligand, the
counter and the protein, and which of them all runs share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.format import format_number
from tricyclic.results.binding import ErrorShare
from tricyclic.stats.statistics import t_quantile

LN10 = math.log(10.0)


def error_budget(
    fit: Fit,
    parameter: str,
    conditions: BindingConditions,
    *,
    leverages: Mapping[str, float] | None = None,
    shared: Sequence[str] = ("Kd of the radioligand", "specific activity", "counting efficiency"),
) -> tuple[ErrorShare, ...]:
    """Contributions to the error of a Ki, Kd or Bmax of one plate.

    Parameters
    ----------
    fit : Fit
        In which `parameter` was fitted, on the log scale ("log10_ki", "log10_ic50", "log10_bmax",
        "log10_kd") or, for a density, on the natural scale ("bmax").
    parameter : str
    conditions : BindingConditions
        Measured numbers with standard errors; an error of 0 is treated as exact and shown so.
    leverages : mapping of str to float, optional
        By name of the contribution, the change of log Ki per change of the logarithm of the number.
        From repeated fits, they are valid under depletion too. Without them the formula below is
        used.
    shared : sequence of str
        Names of the contributions that are the same in every run, so that more runs do not reduce
        them. The radioligand added is one of them unless it was counted in each run.

    Returns
    -------
    tuple of ErrorShare
        Largest first; shares of the variance of the decadic logarithm, adding up to 1.

    Notes
    -----
    First-order. With r = [L]/Kd, Ki changes by r/(1+r) of a relative change in Kd, and by -r/(1+r)
    of one in [L] (exact without depletion). A Kd from saturation is proportional to [L]; a Bmax is
    inversely proportional to specific activity, efficiency and protein. "wells and curve" is the
    standard error of the fit with these values fixed.
    """
    fitted = fit[parameter]
    log = fitted.name.startswith("log10_")
    own = fitted.se if log else fitted.se / (abs(fitted.value) * LN10)
    kind = _kind(parameter)
    sources: list[tuple[str, MeasuredValue | None, float]] = []
    radioligand, kd = conditions.radioligand_nM, conditions.radioligand_kd_nM
    if kind == "ki" and radioligand is not None and kd is not None:
        own_leverage = radioligand.value / kd.value / (1.0 + radioligand.value / kd.value)
        by = {"Kd of the radioligand": own_leverage, "radioligand added": -own_leverage}
        if radioligand.per_run:
            by |= {"specific activity": own_leverage, "counting efficiency": own_leverage}
        by |= leverages or {}
        numbers = {
            "Kd of the radioligand": kd,
            "radioligand added": radioligand,
            "specific activity": conditions.specific_activity_Ci_per_mmol,
            "counting efficiency": conditions.counting_efficiency,
            # Sites are fitted as a concentration, so the protein does not enter a Ki.
            "protein": conditions.protein_ug,
        }
        sources += [(name, number, abs(by.get(name, 0.0))) for name, number in numbers.items()]
    if kind == "kd":
        sources.append(("radioligand added", radioligand, 1.0))
    if kind == "bmax":
        sources += [
            ("specific activity", conditions.specific_activity_Ci_per_mmol, 1.0),
            ("counting efficiency", conditions.counting_efficiency, 1.0),
            ("protein", conditions.protein_ug, 1.0),
        ]
    own_text = f"standard error of the fit, {format_number(100 * own * LN10, 2)} %"
    parts = [("wells and curve", own_text, own)]
    for name, number, leverage in sources:
        if number is None:
            continue
        error = leverage * number.se / (abs(number.value) * LN10) if number.value else 0.0
        text = f"{format_number(number.value)} {number.unit}".rstrip()
        text += f" ± {format_number(number.se, 2)}" if number.se else ", treated as exact"
        parts.append((name, text, error))
    common = set(shared)
    if radioligand is not None and not radioligand.per_run:
        common.add("radioligand added")
    return _shares([(name, value, error, name in common) for name, value, error in parts])


def pooled_budget(
    pooled: Estimate, budgets: Sequence[Sequence[ErrorShare]]
) -> tuple[ErrorShare, ...]:
    """Contributions to the error of a pooled number: the scatter between runs, and the errors that
    all runs share.

    Parameters
    ----------
    pooled : Estimate
        From `pool_estimates`, two runs or more.
    budgets : sequence of sequences of ErrorShare
        One per run, from `error_budget`. Errors that are not shared differ between runs and are
        part of their scatter.
    """
    own = 0.0 if math.isnan(pooled.log10_se) else pooled.log10_se
    parts = [
        (
            "between runs",
            f"n = {pooled.n_experiments}, standard error {format_number(100 * own * LN10, 2)} %",
            own,
            False,
        )
    ]
    common: dict[str, list[ErrorShare]] = {}
    for budget in budgets:
        for share in budget:
            if share.shared:
                common.setdefault(share.name, []).append(share)
    for name, listed in common.items():
        parts.append(
            (name, listed[0].value, float(np.mean([share.log10_se for share in listed])), True)
        )
    return _shares(parts)


def with_shared_errors(pooled: Estimate, budget: Sequence[ErrorShare]) -> Estimate:
    """The pooled number with its interval widened by the errors that all runs share (Kd, stock).

    Parameters
    ----------
    pooled : Estimate
        On the log scale.
    budget : sequence of ErrorShare
        Of one run or pooled; only shared contributions are used.

    Notes
    -----
    Squares of the half widths add on the log scale: that of the runs on each side, and the normal
    limits of the shared errors [as in ISO/IEC Guide 98-3, with each part at its own degrees of
    freedom]. With one effective number of degrees of freedom, a precisely known Kd could narrow the
    interval of few runs, which no error can do. Use this interval to compare laboratories; the
    narrower one compares compounds that share the errors.
    """
    systematic = math.sqrt(sum(share.log10_se**2 for share in budget if share.shared))
    if systematic == 0.0 or math.isnan(pooled.log10_se) or pooled.qualifier != "=":
        return pooled
    reach = t_quantile(math.inf, pooled.confidence) * systematic
    middle = math.log10(pooled.value)
    below, above = (
        math.hypot(abs(middle - math.log10(end)), reach) if 0 < end < math.inf else math.inf
        for end in (pooled.low, pooled.high)
    )
    return replace(
        pooled,
        low=10 ** (middle - below),
        high=10 ** (middle + above),
        log10_se=math.hypot(pooled.log10_se, systematic),
        method=f"{pooled.method}; with the errors that all runs share",
    )


def _kind(parameter: str) -> Literal["ki", "kd", "bmax"]:
    own = parameter.split("[")[0]
    if "bmax" in own:
        return "bmax"
    return "kd" if own.startswith("log10_kd") else "ki"


def _shares(parts: Sequence[tuple[str, str, float, bool]]) -> tuple[ErrorShare, ...]:
    total = sum(error**2 for _, _, error, _ in parts if math.isfinite(error))
    shares = [
        ErrorShare(
            name,
            value,
            error,
            error**2 / total if total > 0 and math.isfinite(error) else 0.0,
            shared,
        )
        for name, value, error, shared in parts
    ]
    return tuple(sorted(shares, key=lambda share: -share.share))
