"""Where the error of a number comes from: the wells, the Kd, the radioligand, the counter, the protein; and what all runs share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from tricyclic.core.conditions import BindingConditions, Measured
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.format import figures
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
    """Where the error of one plate's Ki, Kd or Bmax comes from.

    Parameters
    ----------
    fit : Fit
        In which `parameter` was fitted, on the log scale ("log10_ki", "log10_ic50", "log10_bmax", "log10_kd") or, for
        a density, on its own ("bmax").
    parameter : str
    conditions : BindingConditions
        What is stated, with standard errors; one of 0 is taken as exact and shown so.
    leverages : mapping of str to float, optional
        By name of the contribution, how the logarithm of a Ki moves with that of the number; found by fitting again, they
        hold under depletion too. Without them the formula below is used.
    shared : sequence of str
        Names of the contributions that are the same in every run, so that more runs do not shrink them. The radioligand
        added is one of them unless it was counted in each run.

    Returns
    -------
    tuple of ErrorShare
        Largest first; shares of the variance of the decadic logarithm, adding up to 1.

    Notes
    -----
    First-order. With r = [L]/Kd, Ki changes by r/(1+r) of a relative change in Kd, and by -r/(1+r) of one in [L]
    (exact without depletion). A Kd from saturation moves with [L] one to one; a Bmax moves against specific
    activity, efficiency and protein one to one. "fit" is the standard error at those values held.
    """
    found = fit[parameter]
    log = found.name.startswith("log10_")
    own = found.se if log else found.se / (abs(found.value) * LN10)
    kind = _kind(parameter)
    sources: list[tuple[str, Measured | None, float]] = []
    radioligand, kd = conditions.radioligand_nM, conditions.radioligand_kd_nM
    if kind == "ki" and radioligand is not None and kd is not None:
        own_leverage = radioligand.value / kd.value / (1.0 + radioligand.value / kd.value)
        by = {"Kd of the radioligand": own_leverage, "radioligand added": -own_leverage}
        if radioligand.per_run:
            by |= {"specific activity": own_leverage, "counting efficiency": own_leverage}
        by |= leverages or {}
        stated_as = {
            "Kd of the radioligand": kd,
            "radioligand added": radioligand,
            "specific activity": conditions.specific_activity_Ci_per_mmol,
            "counting efficiency": conditions.counting_efficiency,
            # Sites are fitted as a concentration, so the protein behind them does not enter a Ki.
            "protein": conditions.protein_ug,
        }
        sources += [(name, number, abs(by.get(name, 0.0))) for name, number in stated_as.items()]
    if kind == "kd":
        sources.append(("radioligand added", radioligand, 1.0))
    if kind == "bmax":
        sources += [
            ("specific activity", conditions.specific_activity_Ci_per_mmol, 1.0),
            ("counting efficiency", conditions.counting_efficiency, 1.0),
            ("protein", conditions.protein_ug, 1.0),
        ]
    what = {"ki": "wells and curve", "kd": "wells and curve", "bmax": "wells and curve"}[kind]
    parts = [(what, f"standard error of the fit, {figures(100 * own * LN10, 2)} %", own)]
    for name, stated, leverage in sources:
        if stated is None:
            continue
        error = leverage * stated.se / (abs(stated.value) * LN10) if stated.value else 0.0
        told = f"{figures(stated.value)} {stated.unit}"
        parts.append(
            (
                name,
                f"{told} ± {figures(stated.se, 2)}" if stated.se else f"{told}, taken as exact",
                error,
            )
        )
    common = set(shared)
    if radioligand is not None and not radioligand.per_run:
        common.add("radioligand added")
    return _shares([(name, value, error, name in common) for name, value, error in parts])


def pooled_budget(
    pooled: Estimate, budgets: Sequence[Sequence[ErrorShare]]
) -> tuple[ErrorShare, ...]:
    """Where the error of a pooled number comes from: the scatter of the runs, and what all runs share.

    Parameters
    ----------
    pooled : Estimate
        From `pool_estimates`, two runs or more.
    budgets : sequence of sequences of ErrorShare
        One per run, from `error_budget`. What is not shared differs from run to run, so it is in their scatter already.
    """
    own = 0.0 if math.isnan(pooled.log10_se) else pooled.log10_se
    parts = [
        (
            "between runs",
            f"n = {pooled.n}, standard error {figures(100 * own * LN10, 2)} %",
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
    """The pooled number with its interval widened by what all runs share (one Kd, one stock).

    Parameters
    ----------
    pooled : Estimate
        On the log scale.
    budget : sequence of ErrorShare
        Of one run or pooled; only shared contributions are used.

    Notes
    -----
    Half widths add as squares on the log scale: that of the runs on each side, and the normal limits of the shared errors
    [as in ISO/IEC Guide 98-3, with each part at its own degrees of freedom]. One effective number of degrees of freedom
    would let a well known Kd narrow the interval of few runs, which no error can do. This interval is the one to compare
    across laboratories; the narrower one compares compounds that share the errors.
    """
    systematic = math.sqrt(sum(share.log10_se**2 for share in budget if share.shared))
    if systematic == 0.0 or math.isnan(pooled.log10_se) or pooled.relation != "=":
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
    told = [
        ErrorShare(
            name,
            value,
            error,
            error**2 / total if total > 0 and math.isfinite(error) else 0.0,
            shared,
        )
        for name, value, error, shared in parts
    ]
    return tuple(sorted(told, key=lambda share: -share.share))
