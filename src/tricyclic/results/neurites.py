"""Results of neurite outgrowth: values of cultures, effects of drugs, curves over concentration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tricyclic.core.check import Check
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.neurites import NeuriteTable
from tricyclic.errors import UnknownNameError
from tricyclic.numerics.binomial_curve import BinomialCurve
from tricyclic.results.base import Renderable
from tricyclic.stats.statistics import MeanEstimate

# percent: cells with a neurite of the threshold; odds: the same as a ratio of odds; longest: mean
# longest neurite of cells that have one; total: mean total length of all cells.
Measure = Literal["percent", "odds", "longest", "total"]
NeuriteScale = Literal["difference", "odds ratio", "ratio"]
MEASURES: dict[Measure, str] = {
    "percent": "cells with neurites",
    "odds": "odds of a neurite",
    "longest": "longest neurite",
    "total": "total length per cell",
}
SCALES: dict[Measure, NeuriteScale] = {
    "percent": "difference",
    "odds": "odds ratio",
    "longest": "ratio",
    "total": "ratio",
}


@dataclass(frozen=True)
class CultureValue:
    """One arm of one culture, its fields together.

    Attributes
    ----------
    culture : str
    arm : CultureArm
    wells, fields, cells, positive : int
        Wells is 0 where the table has none.
    percent, low, high : float
        Of the cells, with a neurite of the threshold; beta-binomial limits of this culture alone,
        for the scatter of its fields.
    longest, total : float
        Mean longest neurite of the cells that have one, mean total length of all cells, in the unit
        of the lengths; nan where not measured.
    """

    culture: str
    arm: CultureArm
    wells: int
    fields: int
    cells: int
    positive: int
    percent: float
    low: float
    high: float
    longest: float
    total: float


@dataclass(frozen=True)
class ArmSummary:
    """Mean of one arm over cultures.

    Attributes
    ----------
    arm : CultureArm
    n : int
        Cultures.
    cells, positive : int
        Of all cultures.
    percent : MeanEstimate
        Mean over cultures, each with equal weight.
    longest, total : MeanEstimate
        Geometric means.
    most : float
        Where no cell is positive: exact binomial upper limit of the percentage, cells taken as
        independent; nan otherwise.
    """

    arm: CultureArm
    n: int
    cells: int
    positive: int
    percent: MeanEstimate
    longest: MeanEstimate
    total: MeanEstimate
    most: float


@dataclass(frozen=True)
class NeuriteEffect:
    """One arm against another, within cultures.

    Attributes
    ----------
    name : str
        "imipramine 1 uM - vehicle".
    measure : {"percent", "odds", "longest", "total"}
    scale : {"difference", "odds ratio", "ratio"}
        A difference is in percentage points.
    value, low, high : float
        Limits of this effect alone.
    low_joint, high_joint : float
        Limits that hold for all effects of the family together.
    p, p_adjusted, df : float
    n : int
        Cultures in it.
    lacking : tuple of str
        Cultures without one of the arms.
    of_cultures : tuple of float
        The effect in each culture, on the same scale.
    undefined : str
        Why there is no value; empty where there is one.
    """

    name: str
    measure: Measure
    scale: NeuriteScale
    value: float
    low: float
    high: float
    low_joint: float
    high_joint: float
    p: float
    p_adjusted: float
    df: float
    n: int
    lacking: tuple[str, ...] = ()
    of_cultures: tuple[float, ...] = ()
    undefined: str = ""


@dataclass(frozen=True)
class NeuriteFamily:
    """Effects that were tested together.

    Attributes
    ----------
    question : str
        "drugs against the vehicle, with NGF".
    measure : {"percent", "odds", "longest", "total"}
    arms : tuple of CultureArm
        Of each effect.
    effects : tuple of NeuriteEffect
    test, reason, adjustment : str
    primary : bool
    """

    question: str
    measure: Measure
    arms: tuple[CultureArm, ...]
    effects: tuple[NeuriteEffect, ...]
    test: str
    reason: str
    adjustment: str
    primary: bool = False


@dataclass(frozen=True)
class NeuriteAntagonism:
    """What an antagonist does to the effect of a drug, on one measure.

    Attributes
    ----------
    drug, antagonist : str
        "imipramine 1 uM", "NE-100".
    measure : {"percent", "odds", "longest", "total"}
    effect, remaining, change, alone : NeuriteEffect
        Of the drug alone; of the drug under the antagonist; the second less (or over) the first,
        the interaction; of the antagonist without the drug.
    """

    drug: str
    antagonist: str
    measure: Measure
    effect: NeuriteEffect
    remaining: NeuriteEffect
    change: NeuriteEffect
    alone: NeuriteEffect


@dataclass(frozen=True)
class NeuriteResponse:
    """One measure over the concentrations of one drug.

    Attributes
    ----------
    drug, unit : str
    measure : {"percent", "longest", "total"}
    concentrations : tuple of float
        Above 0, ascending.
    trend : NeuriteEffect
        Per step of concentration, the vehicle as the lowest.
    downturn_p : float
        One-sided: the highest concentration lies below a lower one.
    downturn_from : str
        The lower one with the largest fall.
    curve : BinomialCurve or None
        Of the percentage; None for lengths, and where there are too few concentrations.
    ec50, ec50_low, ec50_high : float
        In `unit`; nan where the curve does not determine it.
    reason : str
        Why there is no curve or no EC50; empty where there is one.
    """

    drug: str
    unit: str
    measure: Measure
    concentrations: tuple[float, ...]
    trend: NeuriteEffect
    downturn_p: float
    downturn_from: str
    curve: BinomialCurve | None
    ec50: float
    ec50_low: float
    ec50_high: float
    reason: str


@dataclass(frozen=True)
class ThresholdEffect:
    """The primary comparison with another threshold.

    Attributes
    ----------
    threshold : float
        In soma diameters.
    arm : CultureArm
    percent, control_percent : float
        Means over cultures.
    difference, low, high : float
        In percentage points, with limits of this comparison alone.
    """

    threshold: float
    arm: CultureArm
    percent: float
    control_percent: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class NeuriteScatter:
    """Variances of percentages, as an experiment showed them, for the plan of the next one.

    Attributes
    ----------
    correlation_fields : float
        Intraclass correlation of cells in a field beyond those of other fields of the well (or of
        the arm of the culture, without wells); nan where no well has two fields.
    fields_p : float
        P that fields scatter so much by chance alone; nan where not known.
    correlation_wells : float
        Of cells in a well beyond those of other wells of the arm and culture; nan without wells.
    effect_sd : float
        Between cultures, of the difference of two arms beyond what fields and wells explain
        [percentage points].
    difference_sd : float
        Of the difference of two arms between cultures as the experiment was done.
    df : float
        Degrees of freedom of it.
    percent : float
        Mean of the arms that are compared.
    cells_per_field, fields_per_well, wells_per_arm : float
        Typical of the experiment.
    cultures : int
    """

    correlation_fields: float
    fields_p: float
    correlation_wells: float
    effect_sd: float
    difference_sd: float
    df: float
    percent: float
    cells_per_field: float
    fields_per_well: float
    wells_per_arm: float
    cultures: int


@dataclass(frozen=True, repr=False)
class NeuritesResult(Renderable):
    """Neurite outgrowth of cultures, measured or simulated, and the effects of drugs on it.

    `result["imipramine 1 uM"]` is the primary effect of that arm.

    Parameters
    ----------
    title : str
    table : NeuriteTable
        Fields and cells as they were read.
    threshold : float
        Length of a neurite that counts, in soma diameters; nan where the table does not state it.
    stimulus, vehicle : str
        "NGF"; how the arm without drug is called.
    values : tuple of CultureValue
    summaries : tuple of ArmSummary
        In the usual order of arms.
    families : tuple of NeuriteFamily
        The primary one first.
    stimulus_effects : tuple of NeuriteEffect
        With the stimulus less without, of the vehicle, for each measure.
    antagonists : tuple of NeuriteAntagonism
    responses : tuple of NeuriteResponse
    over_thresholds : tuple of ThresholdEffect
        Empty for counts of one threshold.
    scatter : NeuriteScatter or None
    without_ambiguous : NeuriteFamily or None
        The primary result without cells whose neurites cross others.
    left_out : tuple of (str, str)
        Fields that are not used, with the reason.
    cells_left_out : tuple of (str, int)
        Reasons for which cells are not used, and how many.
    synthetic : str
        How simulated data were made; empty for measured ones.
    remarks : tuple of str
    checks : tuple of Check
    confidence : float
    methods : str
    """

    title: str
    table: NeuriteTable
    threshold: float
    stimulus: str
    vehicle: str
    values: tuple[CultureValue, ...]
    summaries: tuple[ArmSummary, ...]
    families: tuple[NeuriteFamily, ...] = ()
    stimulus_effects: tuple[NeuriteEffect, ...] = ()
    antagonists: tuple[NeuriteAntagonism, ...] = ()
    responses: tuple[NeuriteResponse, ...] = ()
    over_thresholds: tuple[ThresholdEffect, ...] = ()
    scatter: NeuriteScatter | None = None
    without_ambiguous: NeuriteFamily | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    cells_left_out: tuple[tuple[str, int], ...] = ()
    synthetic: str = ""
    remarks: tuple[str, ...] = ()
    checks: tuple[Check, ...] = field(default=())
    confidence: float = 0.95
    methods: str = ""

    @property
    def cultures(self) -> tuple[str, ...]:
        """Names of the cultures, in order."""
        return tuple(dict.fromkeys(value.culture for value in self.values))

    @property
    def primary(self) -> NeuriteFamily | None:
        """The family of the primary result."""
        return next((family for family in self.families if family.primary), None)

    @property
    def length_unit(self) -> str:
        """Unit of the lengths; "" for counts."""
        return self.table.length_unit if self.table.cells else ""

    def label(self, arm: CultureArm) -> str:
        """An arm in words."""
        return arm.label(self.stimulus)

    def __getitem__(self, arm: str) -> NeuriteEffect:
        """The primary effect of an arm, by its label.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        family = self.primary
        by_name = (
            {
                self.label(one): effect
                for one, effect in zip(family.arms, family.effects, strict=True)
            }
            if family
            else {}
        )
        if arm not in by_name:
            raise UnknownNameError.among("arm", arm, by_name)
        return by_name[arm]
