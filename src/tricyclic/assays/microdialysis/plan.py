"""Plan of a microdialysis study: animals, baseline and window for a wanted power."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from tricyclic.assays.microdialysis.power import MAX_ANIMALS, animals_needed, planned_power
from tricyclic.core.check import Check
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import PlannedPower, ScatterOfFractions
from tricyclic.results.microdialysis_design import MicrodialysisDesignResult
from tricyclic.stats.control_rules import variance_limits

# Numbers of fractions of the baseline and of the window that the table compares.
BASELINES, WINDOWS = (1, 2, 3, 4, 6, 8), (2, 3, 4, 6, 9, 12)
# Animals up to which the power is drawn.
DRAWN = 20
# A scatter from fewer animals beyond the groups is too uncertain to plan with.
FEW_DF = 8
# Two-sided level whose upper limit is the one-sided one of 80 %.
CAUTIOUS = 0.6
LARGEST_RATIO = 1000.0
HALVINGS = 50


@dataclass(frozen=True)
class PowerPlan:
    """What is planned.

    Parameters
    ----------
    ratio : float
        Above 0 and not 1.
    target : float
        Wanted power, from 0 to 1.
    animals : int or None
        Per group; None for the number that is needed.
    baseline_fractions, window_fractions : int
    """

    ratio: float = 1.5
    target: float = 0.8
    animals: int | None = None
    baseline_fractions: int = 4
    window_fractions: int = 6

    def __post_init__(self) -> None:
        if not (math.isfinite(self.ratio) and self.ratio > 0 and self.ratio != 1):
            raise InputError(
                f"is {self.ratio:g}",
                where="ratio",
                allowed="It is above 0 and not 1: 1.5 for a rise by half, 0.5 for a fall by half",
            )
        if not 0.05 < self.target < 1:
            raise InputError(
                f"is {self.target:g}", where="power", allowed="It is above 0.05 and below 1"
            )
        if self.animals is not None and not 2 <= self.animals <= MAX_ANIMALS:
            raise InputError(
                f"is {self.animals}", where="animals", allowed=f"It is 2 to {MAX_ANIMALS}"
            )
        for name in ("baseline_fractions", "window_fractions"):
            if not 1 <= getattr(self, name) <= 100:
                raise InputError(f"is {getattr(self, name)}", where=name, allowed="It is 1 to 100")


def plan_study(
    scatter: ScatterOfFractions,
    plan: PowerPlan,
    *,
    groups: int = 0,
    source: str = "",
    fraction_min: float = math.nan,
) -> MicrodialysisDesignResult:
    """Power and sample size of a study.

    Parameters
    ----------
    scatter : ScatterOfFractions
    plan : PowerPlan
    groups : int
        Groups of the study that the scatter is from; 0 where it is stated.
    source : str
    fraction_min : float

    Raises
    ------
    InputError
        If the scatter is 0, or more animals are needed than can be planned and no number is stated.
    """
    sizes = {
        "baseline_fractions": plan.baseline_fractions,
        "window_fractions": plan.window_fractions,
    }
    if not (scatter.fraction_sd > 0 or scatter.response_sd > 0):
        raise InputError(
            "the scatter is 0", where="design", do="State it with --fraction-cv and --response-cv"
        )
    needed = animals_needed(scatter, plan.ratio, power=plan.target, **sizes)
    animals = plan.animals or (needed.animals_per_group if needed else None)
    if animals is None:
        raise InputError(
            f"more than {MAX_ANIMALS} animals in each group are needed for a ratio of "
            f"{plan.ratio:g}",
            where="ratio",
            do="State a larger effect, or --animals to see its power",
        )
    df = scatter.animals - groups if groups else 0
    factor = math.nan
    cautious = None
    if df > 0:
        high = variance_limits(scatter.log_ratio_sd**2, df, CAUTIOUS)[1]
        factor = math.sqrt(high) / scatter.log_ratio_sd if scatter.log_ratio_sd > 0 else math.nan
    if math.isfinite(factor):
        wider = replace(
            scatter,
            fraction_sd=factor * scatter.fraction_sd,
            response_sd=factor * scatter.response_sd,
        )
        cautious = animals_needed(wider, plan.ratio, power=plan.target, **sizes)
    curves = tuple(
        (
            k,
            tuple(
                planned_power(
                    scatter,
                    plan.ratio,
                    n,
                    baseline_fractions=k,
                    window_fractions=plan.window_fractions,
                )
                for n in range(2, max(DRAWN, animals) + 1)
            ),
        )
        for k in sorted({1, plan.baseline_fractions, 2 * plan.baseline_fractions})
    )
    return MicrodialysisDesignResult(
        scatter=scatter,
        source=source,
        ratio=plan.ratio,
        target=plan.target,
        plan=planned_power(scatter, plan.ratio, animals, **sizes),
        needed=needed,
        needed_cautious=cautious,
        cautious_factor=factor,
        detectable=_detectable(scatter, plan, animals),
        curves=curves,
        grid=_grid(scatter, plan),
        fraction_min=fraction_min,
        checks=_checks(scatter, df),
    )


def _grid(scatter: ScatterOfFractions, plan: PowerPlan) -> tuple[PlannedPower, ...]:
    smallest = []
    for k in sorted({*BASELINES, plan.baseline_fractions}):
        for m in sorted({*WINDOWS, plan.window_fractions}):
            one = animals_needed(
                scatter,
                plan.ratio,
                power=plan.target,
                baseline_fractions=k,
                window_fractions=m,
            )
            if one is not None:
                smallest.append(one)
    return tuple(smallest)


def _detectable(scatter: ScatterOfFractions, plan: PowerPlan, animals: int) -> float:
    """Smallest ratio above 1 with the wanted power; inf where none is small enough to state."""

    def lacking(log_ratio: float) -> float:
        one = planned_power(
            scatter,
            math.exp(log_ratio),
            animals,
            baseline_fractions=plan.baseline_fractions,
            window_fractions=plan.window_fractions,
        )
        return one.power - plan.target

    low, high = 0.0, math.log(LARGEST_RATIO)
    if lacking(high) < 0:
        return math.inf
    # The power rises with the effect, so that halving the interval ends at the ratio.
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if lacking(middle) >= 0 else (middle, high)
    return math.exp(high)


def _checks(scatter: ScatterOfFractions, df: int) -> tuple[Check, ...]:
    if df <= 0:
        return ()
    few = df < FEW_DF
    return (
        Check(
            "design_scatter",
            "warn" if few else "pass",
            f"the scatter is from {scatter.animals} animals, {df} beyond the groups",
            value=df,
            limit=FEW_DF,
            advice="Plan with the cautious number of animals" if few else "",
        ),
    )
