"""From a Plan and a wished width to advice: enough runs, enough wells, and what to change first.

Every change is tried on the plan by itself, with all else held, and its effect on the pooled interval is computed from
the information of the wells; a change that mends what a check would doubt comes before one that only narrows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tricyclic.assays.binding.checks import (
    BOUND_AT_MOST,
    COUNTING_CV_AT_MOST,
    COUNTING_SHARE_AT_MOST,
    HALF_LIVES,
    OVER_KD_AT_MOST,
    SPECIFIC_AT_LEAST,
)
from tricyclic.assays.binding.design.chemistry import counts_in_wells, depletion, time_needed
from tricyclic.assays.binding.design.information import (
    Curves,
    pooled_width,
    runs_for,
    slopes_of,
    widths,
)
from tricyclic.assays.binding.design.plan import Plan
from tricyclic.core.conditions import Measured
from tricyclic.core.format import figures
from tricyclic.errors import InputError
from tricyclic.stats.statistics import t_quantile

MOST_RUNS = 60
WORTH_SAYING = 0.01  # a hundredth of the interval
LARGEST_UL = {
    24: 2000.0,
    48: 1000.0,
    96: 1000.0,
    384: 120.0,
}  # by wells of the plate, deep-well blocks among them
FLAT_96_UL = 300.0  # what a well of an ordinary plate of 96 takes
MOST_WELLS = 100.0  # times as many wells as planned


@dataclass(frozen=True)
class Change:
    """One thing that could be done otherwise, with all else as planned.

    `gain` and `gain_one_plate` are the shares of the log width that the pooled interval and the interval of one plate lose
    (negative where they grow); `pooled` and `one_plate` the widths then, high over low, of the worst known of what is asked.
    `mends` and `costs` name the checks that then no longer, or newly, have a doubt.
    """

    what: str
    says: str
    gain: float
    gain_one_plate: float
    one_plate: float
    pooled: float
    bound_percent: float
    mends: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wished:
    """Whether the plan reaches a wished width, and how it could.

    `floor` is the width that so many runs leave however many wells they have; `runs` the fewest runs of the planned plate
    that do (None: not within sixty), `times_wells` by how much the wells of each run would have to grow to do it with the
    planned runs (inf: they cannot).
    """

    width: float
    planned: float
    floor: float
    runs: int | None
    times_wells: float
    says: str


def wished(plan: Plan, curves: Curves, width: float) -> Wished:
    """Say how the pooled interval of what is asked (its worst known part) can become as narrow as wished.

    Parameters
    ----------
    plan : Plan
    curves : mapping of str to CurveModel
    width : float
        High over low, above 1.

    Raises
    ------
    InputError
        If no interval can be that narrow.
    """
    if not (math.isfinite(width) and width > 1):
        raise InputError(
            f"the wished width is {figures(width)} fold",
            where="width",
            allowed="High limit over low limit, above 1: 2 means from 0.7 to 1.4 times the value",
        )
    worst = max(widths(plan, curves), key=lambda found: found.se_log10)
    se, sd, n = worst.se_log10, plan.between_run_sd, plan.runs
    floor = pooled_width(0.0, sd, n)
    runs = runs_for(se, sd, width, most=MOST_RUNS)
    times = _times_wells(se, sd, n, width)
    return Wished(
        width,
        worst.pooled,
        floor,
        runs,
        times,
        _told_wish(plan, worst.pooled, width, floor, runs, times),
    )


def doubts(plan: Plan) -> dict[str, str]:
    """What checks would doubt on every such plate, from what is expected alone: name of the check and a sentence."""
    found: dict[str, str] = {}
    chemistry = depletion(plan)
    if chemistry.bound_percent > BOUND_AT_MOST:
        found["tracer_bound"] = (
            f"total wells bind {figures(chemistry.bound_percent, 2)} % of the radioligand, over {BOUND_AT_MOST:g} %"
        )
    if plan.kind == "competition" and chemistry.radioligand_over_kd > OVER_KD_AT_MOST:
        found["radioligand_over_kd"] = (
            f"the radioligand is at {figures(chemistry.radioligand_over_kd, 2)} times its Kd, over {OVER_KD_AT_MOST:g}"
        )
    if chemistry.specific_percent < SPECIFIC_AT_LEAST:
        found["specific_percent"] = (
            f"{figures(chemistry.specific_percent, 2)} % of total binding is specific, under {SPECIFIC_AT_LEAST:g} %"
        )
    total = counts_in_wells(plan)[0]
    of_specific = 100.0 * total.counting_percent / chemistry.specific_percent
    if 100 * total.counting_share > COUNTING_SHARE_AT_MOST and of_specific > COUNTING_CV_AT_MOST:
        found["counting_error_share"] = (
            f"counting makes {figures(100 * total.counting_share, 2)} % of the variance of total wells"
        )
    if plan.truth.kon_per_M_min and plan.conditions.incubation_min:
        need = time_needed(plan)[0].alone_min
        if plan.conditions.incubation_min < need * (1 - 1e-9):
            found["incubation_long_enough"] = (
                f"{figures(plan.conditions.incubation_min)} min are less than {HALF_LIVES:g} half-lives ({figures(need)} min)"
            )
    return found


def changes(plan: Plan, curves: Curves, *, other_series: Sequence[Plan] = ()) -> tuple[Change, ...]:
    """What to change first: every lever tried by itself, the most useful before the others.

    Parameters
    ----------
    plan : Plan
    curves : mapping of str to CurveModel
    other_series : sequence of Plan
        The plan with other concentrations on the same number of wells.

    Returns
    -------
    tuple of Change
        Ordered by what they mend less what they newly raise, then by what the pooled interval gains.
    """
    before = _Effect.of(plan, curves)
    tried: list[Change] = []
    for what, options in _levers(plan, other_series):
        found = [before.change(what, says, other, curves, wells) for says, other, wells in options]
        if found:
            tried.append(min(found, key=_order))
    return tuple(sorted(tried, key=_order))


def _order(change: Change) -> tuple[int, float, float]:
    return len(change.costs) - len(change.mends), -round(change.gain, 4), -change.gain_one_plate


@dataclass(frozen=True)
class _Effect:
    """What a plan gives: log widths of the worst known number, tracer bound, and doubts."""

    one_plate: float
    pooled: float
    bound: float
    doubts: frozenset[str]

    @classmethod
    def of(cls, plan: Plan, curves: Curves, wells: float = 1.0) -> _Effect:
        """Of a plan, with so many times its wells in each run."""
        slopes = slopes_of(plan, curves)
        se = max(slopes.se(parameter) for _, parameter in plan.asked) / math.sqrt(wells)
        df = slopes.rows.shape[0] * wells - len(slopes.names)
        return cls(
            2 * t_quantile(df, 0.95) * se,
            _log10(pooled_width(se, plan.between_run_sd, plan.runs)),
            depletion(plan).bound_percent,
            frozenset(doubts(plan)),
        )

    def change(self, what: str, says: str, other: Plan, curves: Curves, wells: float) -> Change:
        """What another plan gains over this one."""
        new = _Effect.of(other, curves, wells)
        return Change(
            what,
            says,
            _gain(self.pooled, new.pooled),
            _gain(self.one_plate, new.one_plate),
            _fold(new.one_plate),
            _fold(new.pooled),
            new.bound,
            tuple(sorted(self.doubts - new.doubts)),
            tuple(sorted(new.doubts - self.doubts)),
        )


Option = tuple[str, Plan, float]


def _levers(plan: Plan, other_series: Sequence[Plan]) -> list[tuple[str, list[Option]]]:
    c = plan.conditions
    levers: list[tuple[str, list[Option]]] = []
    hot = c.radioligand_nM
    if (
        plan.kind == "competition"
        and hot is not None
        and not any(w.radioligand_nM for w in plan.wells)
    ):
        kd = plan.truth.kd_nM
        amounts = [
            a
            for a in (0.25 * kd, 0.5 * kd, kd, 0.5 * hot.value, 2 * hot.value)
            if abs(a / hot.value - 1) > 0.05
        ]
        levers.append(
            (
                "radioligand",
                [
                    _measured(
                        plan,
                        "radioligand_nM",
                        a,
                        f"{figures(a, 2)} nM radioligand instead of {figures(hot.value, 2)} nM",
                    )
                    for a in amounts
                ],
            )
        )
    if c.protein_ug is not None:
        own = c.protein_ug.value
        levers.append(
            (
                "protein",
                [
                    _measured(
                        plan,
                        "protein_ug",
                        own * k,
                        f"{figures(own * k, 2)} ug of protein a well instead of {figures(own, 2)} ug",
                    )
                    for k in (0.2, 0.25, 1 / 3, 0.5, 2.0)
                ],
            )
        )
    if c.volume_uL is not None:
        levers.append(
            (
                "volume",
                [
                    _volume(plan, c.volume_uL, c.volume_uL * k)
                    for k in (0.5, 2.0, 4.0)
                    if c.volume_uL * k <= LARGEST_UL.get(plan.layout.size, math.inf)
                ],
            )
        )
    if c.counting_time_min is not None:
        time = c.counting_time_min
        levers.append(
            (
                "counting time",
                [
                    (
                        f"count {figures(time * k, 2)} min instead of {figures(time, 2)} min",
                        replace(plan, conditions=replace(c, counting_time_min=time * k)),
                        1.0,
                    )
                    for k in (2.0, 5.0)
                ],
            )
        )
    n = plan.replicates
    levers.append(
        (
            "replicates",
            [
                (
                    f"{2 * n} wells of each setting instead of {n}, on a second plate of the run where they do not fit",
                    plan,
                    2.0,
                )
            ],
        )
    )
    if other_series:
        levers.append(
            (
                "concentrations",
                [
                    ("the proposed concentrations on as many wells", other, 1.0)
                    for other in other_series
                ],
            )
        )
    levers.append(
        (
            "runs",
            [
                (
                    f"{plan.runs + more} runs instead of {plan.runs}",
                    replace(plan, runs=plan.runs + more),
                    1.0,
                )
                for more in (1,)
            ],
        )
    )
    return levers


def _volume(plan: Plan, now: float, then: float) -> Option:
    deep = ", in a deep-well block" if plan.layout.size == 96 and then > FLAT_96_UL else ""
    says = f"{figures(then)} uL a well instead of {figures(now)} uL{deep}; the same protein, radioligand in proportion"
    return says, replace(plan, conditions=replace(plan.conditions, volume_uL=then)), 1.0


def _measured(
    plan: Plan, name: Literal["radioligand_nM", "protein_ug"], value: float, says: str
) -> Option:
    c = plan.conditions
    stated: Measured = getattr(c, name)
    changed = replace(stated, value=value, se=stated.se * value / stated.value)
    other = (
        replace(c, radioligand_nM=changed)
        if name == "radioligand_nM"
        else replace(c, protein_ug=changed)
    )
    return says, replace(plan, conditions=other), 1.0


def _times_wells(se: float, sd: float, runs: int, width: float) -> float:
    """Factor on the wells of each run with which the pooled interval gets as narrow as wished; inf where none does."""
    if pooled_width(0.0, sd, runs) >= width or math.isinf(se):
        return math.inf
    if pooled_width(se, sd, runs) <= width:
        return 1.0
    low, high = 0.0, math.log(1e6)
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (
            (low, middle)
            if pooled_width(se / math.exp(0.5 * middle), sd, runs) <= width
            else (middle, high)
        )
    return math.exp(high)


def _told_wish(
    plan: Plan, planned: float, width: float, floor: float, runs: int | None, times: float
) -> str:
    n, sd = plan.runs, plan.between_run_sd
    if planned <= width:
        return f"{n} runs of this plate give {figures(planned)} fold, within the wished {figures(width)} fold."
    enough = (
        f"{runs} runs of this plate would give {figures(width)} fold"
        if runs is not None
        else f"not even {MOST_RUNS} runs of this plate would give it"
    )
    if n < 2:
        return f"One run has no interval that speaks of other runs; {enough}."
    if times > MOST_WELLS:
        return (
            f"More wells cannot help: {n} runs that differ by SD {sd:g} (log10) leave {figures(floor)} fold however many wells each has, "
            f"and {figures(width)} fold is wished. Runs dominate: {enough}."
        )
    return f"{n} runs give {figures(planned)} fold. With {figures(times, 2)} times as many wells in each run they would give {figures(width)} fold; or {enough}."


def _gain(before: float, after: float) -> float:
    if math.isinf(before):
        return 0.0 if math.isinf(after) else 1.0
    return 1.0 - after / before if before > 0 else 0.0


def _log10(fold: float) -> float:
    return math.log10(fold) if fold < math.inf else math.inf


def _fold(log_width: float) -> float:
    return 10**log_width if log_width < 300 else math.inf
