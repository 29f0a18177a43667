"""Result of designing a binding experiment: the plan, what it is expected to show, and what to
change first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tricyclic.core.experiment_plan import ExperimentPlan
from tricyclic.core.protocol import Protocol
from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class DesignAdvice:
    """The effect of changing one thing of the plan and nothing else.

    Parameters
    ----------
    lever : str
        What is changed ("protein").
    description : str
        The change in words.
    gain, gain_one_plate : float
        Share of the log width by which the pooled interval, and that of one plate, become narrower;
        negative where they become wider.
    one_plate, pooled : float
        Their widths after the change, upper over lower limit, of the least precise target.
    bound_percent : float
        Percent of the radioligand that is bound after the change.
    resolves, raises : tuple of str
        Names of the checks that no longer, or newly, give a warning.
    """

    lever: str
    description: str
    gain: float
    gain_one_plate: float
    one_plate: float
    pooled: float
    bound_percent: float
    resolves: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()


@dataclass(frozen=True)
class TargetPrecision:
    """Whether the plan reaches a target width of the pooled interval, and how it could.

    Parameters
    ----------
    width, planned : float
        Target and expected width of the pooled 95 % CI, upper over lower limit.
    floor : float
        Width with the planned runs and an unlimited number of wells.
    runs : int or None
        Fewest runs of the planned plate that reach the target; None where 60 do not.
    times_wells : float
        Factor on the wells of each run that reaches it with the planned runs; inf where none does.
    statement : str
        The same as a sentence.
    """

    width: float
    planned: float
    floor: float
    runs: int | None
    times_wells: float
    statement: str


@dataclass(frozen=True)
class Depletion:
    """Bound radioligand in total wells, and its effect on a Ki by Cheng and Prusoff.

    Parameters
    ----------
    sites_nM, radioligand_nM : float
        Binding sites in the well, and added radioligand (in a saturation the one nearest to Kd).
    radioligand_over_kd : float
    bound_percent : float
        Percent of the added radioligand that is bound, specifically or not (in a saturation at the
        lowest concentration, where it is highest).
    specific_percent : float
        Percent of total binding that is specific.
    ic50_nM, cheng_prusoff_nM, cheng_prusoff_ratio : float
        Expected IC50, the Ki that follows from it by Cheng and Prusoff, and that Ki over the true
        one; nan in a saturation.
    """

    sites_nM: float
    radioligand_nM: float
    radioligand_over_kd: float
    bound_percent: float
    specific_percent: float
    ic50_nM: float = math.nan
    cheng_prusoff_nM: float = math.nan
    cheng_prusoff_ratio: float = math.nan


@dataclass(frozen=True)
class WellCounts:
    """Expected counts of one kind of well, and the share of its variance that is counting error.

    `counting_percent` is the standard error of counting in percent of the net counts;
    `counting_share` the fraction of the variance of the well.
    """

    kind: str
    cpm: float
    counts: float
    counting_percent: float
    counting_share: float


@dataclass(frozen=True)
class EquilibrationTime:
    """Time to equilibrium for one set of rates.

    Parameters
    ----------
    kon_per_M_min, koff_per_min, competitor_koff_per_min : float
        Rates of the radioligand, and the competitor's off-rate (nan in a saturation).
    alone_min : float
        Five half-lives of the radioligand without competitor, at its lowest occupancy [min].
    with_competitor_min : float
        Time until every well is within 3 % of its own equilibrium, relative to what total wells
        bind [min]; nan in a saturation.
    assumed : bool
        Whether a rate is assumed because none was provided.
    """

    kon_per_M_min: float
    koff_per_min: float
    competitor_koff_per_min: float
    alone_min: float
    with_competitor_min: float
    assumed: bool


@dataclass(frozen=True)
class DilutionSeries:
    """A set of concentrations with its controls, and how precisely it determines the target.

    Parameters
    ----------
    name : str
        "proposed", "usual" or "of the protocol".
    highest, lowest : float
        Concentrations in M (competition) or nM (saturation).
    points, replicates, totals, nonspecific, wells : int
        Concentrations, wells of each, control wells of either kind, and all wells.
    efficiency : float
        Relative to the best use of the same number of wells, if the expected value is exact.
    efficiency_over_range : float
        Its mean over the range in which the value is expected.
    width : float
        95 % CI of one plate, upper over lower limit.
    """

    name: str
    highest: float
    lowest: float
    points: int
    replicates: int
    totals: int
    nonspecific: int
    wells: int
    efficiency: float
    efficiency_over_range: float
    width: float


@dataclass(frozen=True)
class OptimalDesign:
    """The best shares of wells, if the expected value is exact: pairs of well and share."""

    criterion: str
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ExpectedPrecision:
    """Expected width of the 95 % CI, upper over lower limit: of one plate (error of its wells
    only), and of the pooled runs.
    """

    name: str
    se_log10: float
    one_plate: float
    pooled: float


@dataclass(frozen=True)
class RunsRow:
    """Expected width of the pooled 95 % CI with a number of runs: as planned, with twice the wells
    and with an unlimited number of wells in each run.
    """

    runs: int
    planned: float
    twice_the_wells: float
    unlimited_wells: float


@dataclass(frozen=True)
class TrialPerformance:
    """Performance of the analysis on simulated experiments, for one target.

    Parameters
    ----------
    name, unit : str
    true : float
        True value, in `unit`.
    plates, experiments : int
        How many were simulated.
    failed, open_ended : float
        Share of plates without an estimate, and with an unbounded interval.
    bias : float
        Geometric mean of estimate over true value.
    sd_log10 : float
        Standard deviation of single plates about the true value of their own run.
    width, width_90 : float
        Median and 90th percentile of the width of the interval of one plate, upper over lower.
    coverage_own_run, coverage_overall : float
        Share of single plates whose interval contains the value of their own run, and the value of
        all runs.
    coverage_se : float
        Monte-Carlo standard error of `coverage_own_run`.
    pooled_width, pooled_width_90, pooled_coverage, pooled_coverage_se : float
        The same of pooled intervals; nan for a single run.
    """

    name: str
    unit: str
    true: float
    plates: int
    experiments: int
    failed: float
    open_ended: float
    bias: float
    sd_log10: float
    width: float
    width_90: float
    coverage_own_run: float
    coverage_overall: float
    coverage_se: float
    pooled_width: float
    pooled_width_90: float
    pooled_coverage: float
    pooled_coverage_se: float


@dataclass(frozen=True)
class Assumption:
    """A number of the design that was not provided: its value as text, its source, and the
    condition of the assay that it sets, if any.
    """

    name: str
    value: str
    source: str
    condition: str = ""


@dataclass(frozen=True)
class DesignResult(Renderable):
    """A planned experiment, what it is expected to show, and what to change.

    Parameters
    ----------
    title : str
    plan : ExperimentPlan
        The proposed plate, or the one that was provided.
    proposed : bool
        Whether the plate is proposed.
    protocol : Protocol or None
    provided : mapping of str to object
        Conditions that the options provide, as typed.
    assumptions : tuple of Assumption
        Numbers that were not provided.
    depletion, times, counts, precision, series, optima
        What is expected; see their types.
    warnings : mapping of str to str
        Checks that every such plate would raise: name and sentence.
    advice : tuple of DesignAdvice
        What to change, the most useful first.
    target_precision : TargetPrecision or None
        Where a target width was given.
    runs_table : tuple of RunsRow
    performance : tuple of TrialPerformance
        Empty where nothing was simulated.
    check_rates : tuple of (str, float)
        Share of simulated plates on which each check is raised, the most frequent first.
    seed : int
        Of the simulations.
    """

    title: str
    plan: ExperimentPlan
    proposed: bool
    protocol: Protocol | None
    provided: Mapping[str, Any]
    assumptions: tuple[Assumption, ...]
    depletion: Depletion
    times: tuple[EquilibrationTime, ...]
    counts: tuple[WellCounts, ...]
    precision: tuple[ExpectedPrecision, ...]
    series: tuple[DilutionSeries, ...]
    optima: tuple[OptimalDesign, ...]
    warnings: Mapping[str, str]
    advice: tuple[DesignAdvice, ...]
    target_precision: TargetPrecision | None
    runs_table: tuple[RunsRow, ...]
    performance: tuple[TrialPerformance, ...] = field(default=())
    check_rates: tuple[tuple[str, float], ...] = field(default=())
    seed: int = 1
