"""Error budget of each estimate: contributions of the wells, the Kd, the radioligand, the counter,
the volume and the protein, and which of them all runs share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.leverages import (
    ACTIVITY,
    EFFICIENCY,
    KD,
    NEGLIGIBLE,
    PROTEIN,
    RADIOLIGAND,
    Leverages,
    stated_numbers,
)
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.estimate import Estimate
from tricyclic.core.format import format_number
from tricyclic.results.binding import ErrorShare
from tricyclic.stats.statistics import t_quantile

LN10 = math.log(10.0)
WELLS = "wells and curve"


def error_budget(
    estimate: Estimate,
    conditions: BindingConditions,
    *,
    leverages: Mapping[str, float] | None = None,
) -> tuple[ErrorShare, ...]:
    """Contributions to the error of an estimate of one plate (Ki, Kd, Bmax, a rate).

    Parameters
    ----------
    estimate : Estimate
        With the standard error of its fit.
    conditions : BindingConditions
        Measured numbers with standard errors; an error of 0 is treated as exact and shown so.
    leverages : mapping of str to float, optional
        By name of the contribution, the change of the logarithm of the estimate per change of that
        of the number, from repeated fits (`leverages.leverages`); valid under depletion too. For
        others the formula below is used.

    Returns
    -------
    tuple of ErrorShare
        Largest first; shares of the variance of the decadic logarithm, adding up to 1. Empty where
        the estimate has no standard error.

    Notes
    -----
    First-order. With r = [L]/Kd, Ki changes by r/(1+r) of a relative change in Kd, and by -r/(1+r)
    of one in [L] (exact without depletion). A Kd from saturation is proportional to [L]; a Bmax is
    inversely proportional to specific activity, efficiency and protein. "wells and curve" is the
    standard error of the fit with these values fixed. A number is common to all runs, so that more
    runs do not reduce its contribution, unless it was measured anew in each run.
    """
    own = own_log10_se(estimate)
    if not math.isfinite(own):
        return ()
    by_formula = _by_formula(estimate, conditions)
    by = {**by_formula, **(leverages or {})}
    own_text = f"standard error of the fit, {format_number(100 * own * LN10, 2)} %"
    parts = [(WELLS, own_text, own, False)]
    for name, number in stated_numbers(conditions).items():
        leverage = abs(by.get(name, 0.0))
        if name not in by_formula and leverage < NEGLIGIBLE:
            continue
        error = leverage * number.se / (abs(number.value) * LN10) if number.value else 0.0
        text = f"{format_number(number.value)} {number.unit}".rstrip()
        text += f" ± {format_number(number.se, 2)}" if number.se else ", treated as exact"
        parts.append((name, text, error, not number.per_run))
    return _shares(parts, estimate)


def error_budgets(
    estimates: Sequence[Estimate], conditions: BindingConditions, leverages: Leverages
) -> tuple[ErrorShare, ...]:
    """The budgets of the estimates of a plate, one after the other: of each Ki, and of every other
    estimate that a stated error affects.
    """
    budgets = [
        error_budget(e, conditions, leverages=leverages.get((e.name, e.subject), {}))
        for e in estimates
        if e.qualifier == "=" and e.value > 0
    ]
    return tuple(
        share
        for budget in budgets
        if any(s.quantity == "Ki" or (s.name != WELLS and s.log10_se > 0) for s in budget)
        for share in budget
    )


def shares_of(
    budget: Sequence[ErrorShare], quantity: str, subject: str, where: str | None = None
) -> tuple[ErrorShare, ...]:
    """The budget of one estimate, of those of a plate or an assay."""
    return tuple(
        share
        for share in budget
        if (share.quantity, share.subject) == (quantity, subject) and where in (None, share.where)
    )


def pooled_budget(
    pooled: Estimate, budgets: Mapping[str, Sequence[Sequence[ErrorShare]]]
) -> tuple[ErrorShare, ...]:
    """Contributions to the error of a pooled number: the scatter between runs, and the errors that
    runs share.

    Parameters
    ----------
    pooled : Estimate
        From `pool_estimates`, two runs or more.
    budgets : mapping of str to sequence of sequences of ErrorShare
        By run, the budget of each of its plates, from `error_budget`. Errors that are not shared
        differ between runs and are part of their scatter.

    Notes
    -----
    A number that is stated differently for some runs (another batch of membranes) is common to the
    runs that state the same value: each value contributes with the share of its runs, and one that
    belongs to a single run is part of the scatter.
    """
    own = own_log10_se(pooled)
    own = 0.0 if math.isnan(own) else own
    text = f"n = {pooled.n_experiments}, standard error {format_number(100 * own * LN10, 2)} %"
    parts = [("between runs", text, own, False)]
    common: dict[str, dict[str, dict[str, list[float]]]] = {}
    for run, plates in budgets.items():
        for share in (share for plate in plates for share in plate if share.shared):
            of_value = common.setdefault(share.name, {}).setdefault(share.value, {})
            of_value.setdefault(run, []).append(share.log10_se)
    for name, by_value in common.items():
        shared = {value: runs for value, runs in by_value.items() if len(runs) > 1}
        if shared:
            errors = [
                sum(float(np.mean(of_run)) for of_run in runs.values()) / len(budgets)
                for runs in shared.values()
            ]
            parts.append((name, "; ".join(shared), math.hypot(*errors), True))
    return _shares(parts, pooled)


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
    own = own_log10_se(pooled)
    if systematic == 0.0 or math.isnan(own) or pooled.qualifier != "=":
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
        log10_se=math.hypot(own, systematic),
        se=math.nan,
        method=f"{pooled.method}; with the errors that all runs share",
    )


def own_log10_se(estimate: Estimate) -> float:
    """Standard error of the logarithm of an estimate; nan where it has none."""
    if not math.isnan(estimate.log10_se):
        return estimate.log10_se
    return estimate.se / (abs(estimate.value) * LN10) if estimate.value else math.nan


def _by_formula(estimate: Estimate, c: BindingConditions) -> dict[str, float]:
    """Leverages without depletion, of the numbers that enter an estimate."""
    radioligand, kd = c.radioligand_nM, c.radioligand_kd_nM
    if estimate.name == "Ki" and radioligand is not None and kd is not None:
        weight = radioligand.value / kd.value / (1.0 + radioligand.value / kd.value)
        # The activity matters where the radioligand was counted. Sites are fitted as a
        # concentration, so the protein does not enter a Ki.
        counted = weight if radioligand.per_run else 0.0
        return {
            KD: weight,
            RADIOLIGAND: -weight,
            ACTIVITY: counted,
            EFFICIENCY: counted,
            PROTEIN: 0.0,
        }
    if estimate.name.startswith("Kd"):
        return {RADIOLIGAND: 1.0}
    if estimate.name == "kon":
        return {RADIOLIGAND: -1.0}
    if estimate.name.startswith("Bmax") and estimate.unit in ("fmol/mg", "fmol", "pM"):
        by = {ACTIVITY: -1.0, EFFICIENCY: -1.0}
        return by | {PROTEIN: -1.0} if estimate.unit == "fmol/mg" else by
    return {}


def _shares(
    parts: Sequence[tuple[str, str, float, bool]], estimate: Estimate
) -> tuple[ErrorShare, ...]:
    total = sum(error**2 for _, _, error, _ in parts if math.isfinite(error))
    shares = [
        ErrorShare(
            name,
            value,
            error,
            error**2 / total if total > 0 and math.isfinite(error) else 0.0,
            shared,
            estimate.name,
            estimate.subject,
            estimate.where,
        )
        for name, value, error, shared in parts
    ]
    return tuple(sorted(shares, key=lambda share: -share.share))
