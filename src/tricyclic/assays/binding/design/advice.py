"""Advice on a plan: runs and wells that reach a target precision, and what to change first.

Each change is tried by itself, and its effect on the pooled interval follows from the information
of the wells. A change that resolves a warning of a check comes before one that only narrows the
interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tricyclic.assays.binding.check_limits import (
    MAX_BOUND_PERCENT,
    MAX_COUNTING_CV,
    MAX_COUNTING_SHARE,
    MAX_RADIOLIGAND_OVER_KD,
    MIN_HALF_LIVES,
    MIN_SPECIFIC_PERCENT,
)
from tricyclic.assays.binding.design.chemistry import counts_in_wells, depletion, time_needed
from tricyclic.assays.binding.design.information import (
    Curves,
    expected_precision,
    pooled_width,
    runs_for,
    well_sensitivities,
)
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.experiment_plan import ExperimentPlan
from tricyclic.core.format import format_number
from tricyclic.errors import InputError
from tricyclic.results.design import DesignAdvice, TargetPrecision
from tricyclic.stats.statistics import t_quantile

MAX_RUNS = 60
# Largest volume of a well [uL] by wells of the plate, deep-well blocks of 96 included; assumed.
MAX_VOLUME_UL = {
    6: 10_000.0,
    12: 4000.0,
    24: 2000.0,
    48: 1000.0,
    96: 1000.0,
    384: 120.0,
    1536: 10.0,
}
# Volume of a well of an ordinary plate of 96 [uL].
FLAT_96_UL = 300.0
# More than this many times the planned wells are not suggested.
MAX_TIMES_WELLS = 100.0


def reach_target_precision(plan: ExperimentPlan, curves: Curves, width: float) -> TargetPrecision:
    """How the pooled interval of the least precise target can become as narrow as `width`.

    Parameters
    ----------
    plan : ExperimentPlan
    curves : mapping of str to CurveModel
    width : float
        Upper over lower limit, above 1.

    Raises
    ------
    InputError
        If no interval can be that narrow.
    """
    if not (math.isfinite(width) and width > 1):
        raise InputError(
            f"the target width is {format_number(width)} fold",
            where="target_width",
            allowed="Upper over lower limit, above 1: 2 means from 0.7 to 1.4 times the value",
        )
    worst = max(expected_precision(plan, curves), key=lambda target: target.se_log10)
    se, sd = worst.se_log10, plan.between_run_sd
    floor = pooled_width(0.0, sd, plan.runs)
    runs = runs_for(se, sd, width, max_runs=MAX_RUNS)
    times = _times_wells(se, sd, plan.runs, width)
    statement = _target_statement(plan, worst.pooled, width, floor, runs, times)
    return TargetPrecision(width, worst.pooled, floor, runs, times, statement)


def design_warnings(plan: ExperimentPlan) -> dict[str, str]:
    """Checks that every such plate would raise, from expected values alone: name and sentence."""
    warnings: dict[str, str] = {}
    expected = depletion(plan)
    if expected.bound_percent > MAX_BOUND_PERCENT:
        warnings["tracer_bound"] = (
            f"total wells bind {format_number(expected.bound_percent, 2)} % of the radioligand, "
            f"over {MAX_BOUND_PERCENT:g} %"
        )
    if plan.kind == "competition" and expected.radioligand_over_kd > MAX_RADIOLIGAND_OVER_KD:
        warnings["radioligand_over_kd"] = (
            f"the radioligand is at {format_number(expected.radioligand_over_kd, 2)} times its Kd, "
            f"over {MAX_RADIOLIGAND_OVER_KD:g}"
        )
    if expected.specific_percent < MIN_SPECIFIC_PERCENT:
        warnings["specific_percent"] = (
            f"{format_number(expected.specific_percent, 2)} % of total binding is specific, "
            f"under {MIN_SPECIFIC_PERCENT:g} %"
        )
    total = counts_in_wells(plan)[0]
    of_specific = 100.0 * total.counting_percent / expected.specific_percent
    if 100 * total.counting_share > MAX_COUNTING_SHARE and of_specific > MAX_COUNTING_CV:
        warnings["counting_error_share"] = (
            f"counting makes {format_number(100 * total.counting_share, 2)} % of the variance "
            "of total wells"
        )
    if plan.truth.kon_per_M_min and plan.conditions.incubation_min:
        needed = time_needed(plan)[0].alone_min
        if plan.conditions.incubation_min < needed * (1 - 1e-9):
            warnings["incubation_long_enough"] = (
                f"{format_number(plan.conditions.incubation_min)} min are less than "
                f"{MIN_HALF_LIVES:g} half-lives ({format_number(needed)} min)"
            )
    return warnings


def advise(
    plan: ExperimentPlan, curves: Curves, *, other_series: Sequence[ExperimentPlan] = ()
) -> tuple[DesignAdvice, ...]:
    """What to change first: every lever tried by itself, the most useful before the others.

    Parameters
    ----------
    plan : ExperimentPlan
    curves : mapping of str to CurveModel
    other_series : sequence of ExperimentPlan
        The plan with other concentrations on the same number of wells.

    Returns
    -------
    tuple of DesignAdvice
        Ordered by the warnings they resolve less those they raise, then by the gain of the pooled
        interval.
    """
    before = _Effect.of(plan, curves)
    advice: list[DesignAdvice] = []
    for lever, alternatives in _levers(plan, other_series):
        tried = [before.advice(lever, one, curves) for one in alternatives]
        if tried:
            advice.append(min(tried, key=_order))
    return tuple(sorted(advice, key=_order))


def _order(advice: DesignAdvice) -> tuple[int, float, float]:
    unresolved = len(advice.raises) - len(advice.resolves)
    return unresolved, -round(advice.gain, 4), -advice.gain_one_plate


@dataclass(frozen=True)
class _Alternative:
    """A changed plan; `times_wells` multiplies the wells of each run."""

    description: str
    plan: ExperimentPlan
    times_wells: float = 1.0


@dataclass(frozen=True)
class _Effect:
    """What a plan gives: log widths of the least precise target, percent bound, and warnings."""

    one_plate: float
    pooled: float
    bound: float
    warnings: frozenset[str]

    @classmethod
    def of(cls, plan: ExperimentPlan, curves: Curves, times_wells: float = 1.0) -> _Effect:
        """Of a plan, with so many times its wells in each run."""
        slopes = well_sensitivities(plan, curves)
        se = max(slopes.se(parameter) for _, parameter in plan.targets) / math.sqrt(times_wells)
        df = slopes.rows.shape[0] * times_wells - len(slopes.names)
        return cls(
            2 * t_quantile(df, 0.95) * se,
            _log10(pooled_width(se, plan.between_run_sd, plan.runs)),
            depletion(plan).bound_percent,
            frozenset(design_warnings(plan)),
        )

    def advice(self, lever: str, other: _Alternative, curves: Curves) -> DesignAdvice:
        """What another plan gains over this one."""
        new = _Effect.of(other.plan, curves, other.times_wells)
        return DesignAdvice(
            lever,
            other.description,
            _gain(self.pooled, new.pooled),
            _gain(self.one_plate, new.one_plate),
            _fold(new.one_plate),
            _fold(new.pooled),
            new.bound,
            tuple(sorted(self.warnings - new.warnings)),
            tuple(sorted(new.warnings - self.warnings)),
        )


def _levers(
    plan: ExperimentPlan, other_series: Sequence[ExperimentPlan]
) -> list[tuple[str, list[_Alternative]]]:
    """Each lever with its alternatives."""
    return [
        ("radioligand", _radioligand(plan)),
        ("protein", _protein(plan)),
        ("volume", _volume(plan)),
        ("counting time", _counting_time(plan)),
        ("replicates", _replicates(plan)),
        (
            "concentrations",
            [
                _Alternative("the proposed concentrations on as many wells", other)
                for other in other_series
            ],
        ),
        ("runs", _runs(plan)),
    ]


def _radioligand(plan: ExperimentPlan) -> list[_Alternative]:
    added, kd = plan.conditions.radioligand_nM, plan.truth.kd_nM
    varied = plan.kind != "competition" or any(well.radioligand_nM for well in plan.wells)
    if added is None or varied:
        return []
    own = added.value
    amounts = (0.25 * kd, 0.5 * kd, kd, 0.5 * own, 2 * own)
    return [
        _changed(
            plan,
            "radioligand_nM",
            amount,
            f"{format_number(amount, 2)} nM radioligand instead of {format_number(own, 2)} nM",
        )
        for amount in amounts
        if abs(amount / own - 1) > 0.05
    ]


def _protein(plan: ExperimentPlan) -> list[_Alternative]:
    if plan.conditions.protein_ug is None:
        return []
    own = plan.conditions.protein_ug.value
    return [
        _changed(
            plan,
            "protein_ug",
            own * k,
            f"{format_number(own * k, 2)} ug of protein per well instead of "
            f"{format_number(own, 2)} ug",
        )
        for k in (0.2, 0.25, 1 / 3, 0.5, 2.0)
    ]


def _volume(plan: ExperimentPlan) -> list[_Alternative]:
    own = plan.conditions.volume_uL
    if own is None:
        return []
    alternatives = []
    for volume in (own * 0.5, own * 2.0, own * 4.0):
        if volume > MAX_VOLUME_UL[plan.layout.size]:
            continue
        deep = plan.layout.size == 96 and volume > FLAT_96_UL
        alternatives.append(
            _Alternative(
                f"{format_number(volume)} uL per well instead of {format_number(own)} uL"
                f"{', in a deep-well block' if deep else ''}; "
                "the same protein, radioligand in proportion",
                replace(plan, conditions=replace(plan.conditions, volume_uL=volume)),
            )
        )
    return alternatives


def _counting_time(plan: ExperimentPlan) -> list[_Alternative]:
    own = plan.conditions.counting_time_min
    if own is None:
        return []
    return [
        _Alternative(
            f"count {format_number(own * k, 2)} min instead of {format_number(own, 2)} min",
            replace(plan, conditions=replace(plan.conditions, counting_time_min=own * k)),
        )
        for k in (2.0, 5.0)
    ]


def _replicates(plan: ExperimentPlan) -> list[_Alternative]:
    n = plan.replicates
    return [
        _Alternative(
            f"{2 * n} wells of each setting instead of {n}, on a second plate of the run where "
            "they do not fit",
            plan,
            times_wells=2.0,
        )
    ]


def _runs(plan: ExperimentPlan) -> list[_Alternative]:
    return [
        _Alternative(
            f"{plan.runs + 1} runs instead of {plan.runs}", replace(plan, runs=plan.runs + 1)
        )
    ]


def _changed(
    plan: ExperimentPlan,
    name: Literal["radioligand_nM", "protein_ug"],
    value: float,
    description: str,
) -> _Alternative:
    """The plan with another value of a measured condition; its relative error stays."""
    measured: MeasuredValue = getattr(plan.conditions, name)
    changed = replace(measured, value=value, se=measured.se * value / measured.value)
    conditions = (
        replace(plan.conditions, radioligand_nM=changed)
        if name == "radioligand_nM"
        else replace(plan.conditions, protein_ug=changed)
    )
    return _Alternative(description, replace(plan, conditions=conditions))


def _times_wells(se: float, sd: float, runs: int, width: float) -> float:
    """Factor on the wells of each run with which the pooled interval is as narrow as `width`; inf
    where none reaches it.
    """
    if pooled_width(0.0, sd, runs) >= width or math.isinf(se):
        return math.inf
    if pooled_width(se, sd, runs) <= width:
        return 1.0
    low, high = 0.0, math.log(1e6)
    for _ in range(60):
        middle = 0.5 * (low + high)
        narrow = pooled_width(se / math.exp(0.5 * middle), sd, runs) <= width
        low, high = (low, middle) if narrow else (middle, high)
    return math.exp(high)


def _target_statement(
    plan: ExperimentPlan, planned: float, width: float, floor: float, runs: int | None, times: float
) -> str:
    n, sd = plan.runs, plan.between_run_sd
    if planned <= width:
        return (
            f"{n} runs of this plate give {format_number(planned)} fold, "
            f"within the target of {format_number(width)} fold."
        )
    enough = (
        f"{runs} runs of this plate would give {format_number(width)} fold"
        if runs is not None
        else f"not even {MAX_RUNS} runs of this plate would give it"
    )
    if n < 2:
        return f"One run has no interval that includes the variation between runs; {enough}."
    if times > MAX_TIMES_WELLS:
        return (
            f"More wells cannot help: {n} runs that differ by SD {sd:g} (log10) leave "
            f"{format_number(floor)} fold however many wells each has, and the target is "
            f"{format_number(width)} fold. Runs dominate: {enough}."
        )
    return (
        f"{n} runs give {format_number(planned)} fold. With {format_number(times, 2)} times as "
        f"many wells in each run they would give {format_number(width)} fold; or {enough}."
    )


def _gain(before: float, after: float) -> float:
    if math.isinf(before):
        return 0.0 if math.isinf(after) else 1.0
    return 1.0 - after / before if before > 0 else 0.0


def _log10(fold: float) -> float:
    return math.log10(fold) if fold < math.inf else math.inf


def _fold(log_width: float) -> float:
    return 10**log_width if log_width < 300 else math.inf
