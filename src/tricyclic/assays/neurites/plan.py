"""Plan of a neurite experiment: cultures, wells, fields and cells for a wanted power."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.assays.neurites.scatter import sampling_variance
from tricyclic.core.check import Check
from tricyclic.core.format import pluralize
from tricyclic.errors import InputError
from tricyclic.results.neurites import NeuriteScatter
from tricyclic.results.neurites_design import NeuritesDesignResult, PlannedNeurites
from tricyclic.stats.paired_power import paired_power

MAX_CULTURES = 60
# Numbers of wells and fields that the table compares; cultures up to which the power is drawn.
WELLS, FIELDS = (1, 2, 3, 4, 6), (1, 2, 3, 5, 10)
DRAWN = 12
# A scatter with fewer degrees of freedom is too uncertain to plan with.
FEW_DF = 4
HALVINGS = 40


@dataclass(frozen=True)
class NeuritePlan:
    """What is planned.

    Parameters
    ----------
    difference : float
        To show, in percentage points; not 0.
    percent : float
        Without drug.
    target : float
        Wanted power, from 0 to 1.
    comparisons : int
        Arms that are compared with the vehicle.
    cultures : int or None
        None for the number that is needed.
    wells, fields, cells : int
        Wells of an arm in a culture, fields of a well, cells of a field.
    """

    difference: float
    percent: float
    target: float = 0.8
    comparisons: int = 1
    cultures: int | None = None
    wells: int = 2
    fields: int = 3
    cells: int = 60

    def __post_init__(self) -> None:
        if not (math.isfinite(self.difference) and self.difference != 0):
            raise InputError(
                f"is {self.difference:g}",
                where="difference",
                allowed="It is in percentage points and not 0: 15 for a rise from 30 to 45 %",
            )
        if not 0 <= self.percent <= 100 or not 0 <= self.percent + self.difference <= 100:
            raise InputError(
                f"{self.percent:g} % and a difference of {self.difference:g} points",
                where="difference",
                allowed="Both percentages are from 0 to 100",
            )
        if not 0.05 < self.target < 1:
            raise InputError(
                f"is {self.target:g}", where="power", allowed="It is above 0.05 and below 1"
            )
        if self.cultures is not None and not 2 <= self.cultures <= MAX_CULTURES:
            raise InputError(
                f"is {self.cultures}", where="cultures", allowed=f"It is 2 to {MAX_CULTURES}"
            )
        for name in ("wells", "fields", "cells", "comparisons"):
            if not 1 <= getattr(self, name) <= 10_000:
                raise InputError(
                    f"is {getattr(self, name)}", where=name, allowed="It is 1 to 10000"
                )

    @property
    def level(self) -> float:
        """Of each test: that of the smallest p by Holm."""
        return 0.05 / self.comparisons


def plan_neurites(
    scatter: NeuriteScatter, plan: NeuritePlan, *, source: str = ""
) -> NeuritesDesignResult:
    """Power and size of an experiment.

    Parameters
    ----------
    scatter : NeuriteScatter
    plan : NeuritePlan
    source : str
        Where the scatter is from.

    Raises
    ------
    InputError
        If more cultures are needed than can be planned and no number is stated.

    Notes
    -----
    The variance of a difference between cultures is that of the effect itself, plus that of two
    percentages from their cells, fields and wells. The test is the paired t test, at 5 % over the
    number of comparisons.
    """
    needed = cultures_needed(scatter, plan, plan.wells, plan.fields)
    cultures = plan.cultures or (needed.cultures if needed else None)
    if cultures is None:
        raise InputError(
            f"more than {MAX_CULTURES} cultures are needed for {plan.difference:g} points",
            where="difference",
            do="State a larger difference, or --cultures to see its power",
        )
    grid = tuple(
        one
        for wells in WELLS
        for fields in FIELDS
        if (one := cultures_needed(scatter, plan, wells, fields)) is not None
    )
    curve = tuple(
        planned(scatter, plan, n, plan.wells, plan.fields)
        for n in range(2, max(DRAWN, cultures) + 1)
    )
    few = 0 < scatter.df < FEW_DF
    check = Check(
        "neurite_design_scatter",
        "warn" if few else "pass",
        f"the scatter between cultures has {scatter.df:g} degrees of freedom"
        if scatter.df > 0
        else "the scatter is stated",
        value=scatter.df,
        limit=float(FEW_DF),
        advice="Plan with a larger scatter, or with that of several experiments" if few else "",
    )
    return NeuritesDesignResult(
        scatter,
        source,
        plan.percent,
        plan.difference,
        plan.target,
        plan.level,
        plan.comparisons,
        planned(scatter, plan, cultures, plan.wells, plan.fields),
        needed,
        _detectable(scatter, plan, cultures),
        grid,
        curve,
        scatter.effect_sd,
        (check,),
        _remarks(plan),
    )


def planned(
    scatter: NeuriteScatter, plan: NeuritePlan, cultures: int, wells: int, fields: int
) -> PlannedNeurites:
    """Power with so many cultures, wells and fields."""
    variance = scatter.effect_sd**2 + sum(
        sampling_variance(
            percent,
            plan.cells * fields * wells,
            fields * wells,
            wells,
            scatter.correlation_fields,
            scatter.correlation_wells,
        )
        for percent in (plan.percent, plan.percent + plan.difference)
    )
    sd = math.sqrt(max(variance, 1e-12))
    power = paired_power(plan.difference, sd, cultures, level=plan.level)
    return PlannedNeurites(cultures, wells, fields, plan.cells, sd, power)


def cultures_needed(
    scatter: NeuriteScatter, plan: NeuritePlan, wells: int, fields: int
) -> PlannedNeurites | None:
    """Fewest cultures with the wanted power; None where more than 60 are needed."""
    for n in range(2, MAX_CULTURES + 1):
        one = planned(scatter, plan, n, wells, fields)
        if one.power >= plan.target:
            return one
    return None


def _detectable(scatter: NeuriteScatter, plan: NeuritePlan, cultures: int) -> float:
    """Smallest rise with the wanted power; nan where none up to 100 % has it."""

    def power(rise: float) -> float:
        own = NeuritePlan(
            rise,
            plan.percent,
            plan.target,
            plan.comparisons,
            cultures,
            plan.wells,
            plan.fields,
            plan.cells,
        )
        return planned(scatter, own, cultures, plan.wells, plan.fields).power

    low, high = 0.0, 100.0 - plan.percent
    if high <= 0 or power(high) < plan.target:
        return math.nan
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if power(middle) >= plan.target else (middle, high)
    return high


def _remarks(plan: NeuritePlan) -> tuple[str, ...]:
    if plan.comparisons == 1:
        return ()
    text = (
        f"{pluralize(plan.comparisons, 'arm')} against the vehicle: the power is that of one of "
        f"them at {100 * plan.level:.3g} %, which the smallest p needs by Holm's rule"
    )
    return (text,)
