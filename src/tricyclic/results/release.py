"""Results of evoked release: wells, means of cultures, effects of drugs, potentiation curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.check import Check
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.release import ReleaseReading, SampleState, Sampling
from tricyclic.errors import UnknownNameError
from tricyclic.results.base import Renderable
from tricyclic.results.standard_curve import InterpolationResult

Floats = NDArray[np.float64]
EffectScale = Literal["ratio", "difference"]
CurveStatus = Literal["ec50", "not bracketed", "too few concentrations"]


@dataclass(frozen=True)
class ConvertedSamples:
    """Samples of a study in one unit, and the standards that converted them.

    Attributes
    ----------
    readings : tuple of ReleaseReading
        Samples alone, without standards.
    unit, per : str
        Of the values; "mg protein", "1e6 cells" or empty.
    curves : tuple of (str, InterpolationResult)
    checks : tuple of Check
    """

    readings: tuple[ReleaseReading, ...]
    unit: str
    per: str = ""
    curves: tuple[tuple[str, InterpolationResult], ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class ReleaseWell:
    """One well with its two samples.

    Attributes
    ----------
    culture, plate, well : str
    arm : CultureArm
    basal, stimulated : float
        As measured, in the unit of concentration; nan where there is none.
    basal_amount, net : float
        In the unit of the result: what the well had before, and what was released between the
        samples. net may be negative, and is kept so.
    fold : float
    states : tuple of (str, SampleState)
        Samples that were not measured: "basal" or "stimulated", and why.
    bounds : mapping of str to float
        Limit that a sample lies below or above, in the unit of concentration.
    scale : float
        Amounts of the result for one unit of concentration times uL; per protein or cells.
    order : float
    excluded : str
    """

    culture: str
    plate: str
    well: str
    arm: CultureArm
    basal: float
    stimulated: float
    basal_amount: float
    net: float
    fold: float
    states: tuple[tuple[str, SampleState], ...] = ()
    bounds: Mapping[str, float] = field(default_factory=dict)
    scale: float = 1.0
    order: float = float("nan")
    excluded: str = ""

    @property
    def name(self) -> str:
        """Culture, plate and well: "culture 2, plate 1, A03"."""
        parts = [f"culture {self.culture}", f"plate {self.plate}" if self.plate else "", self.well]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class CultureMean:
    """Wells of one arm of one culture.

    Attributes
    ----------
    culture : str
    arm : CultureArm
    n : int
        Wells with a net release.
    basal, net, fold : float
        Means over wells.
    net_sd : float
        Between wells; nan for one.
    negative : int
        Wells with a net release of 0 or below.
    """

    culture: str
    arm: CultureArm
    n: int
    basal: float
    net: float
    fold: float
    net_sd: float
    negative: int


@dataclass(frozen=True)
class ReleaseEffect:
    """One arm against another, over cultures.

    Attributes
    ----------
    arm, against : str
    scale : {"ratio", "difference"}
    value, low, high : float
        Limits of this comparison alone; nan where it is not defined.
    low_joint, high_joint : float
        Limits that hold for all comparisons of the family.
    p, p_adjusted, df : float
    n : int
        Cultures in it.
    lacking : tuple of str
        Cultures without one of the arms.
    undefined : str
        Why the ratio is not defined; empty where it is.
    """

    arm: str
    against: str
    scale: EffectScale
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
    undefined: str = ""


@dataclass(frozen=True)
class EffectFamily:
    """Comparisons that were tested together.

    Attributes
    ----------
    quantity : str
        "basal release", "net release".
    scale : {"ratio", "difference"}
    effects : tuple of ReleaseEffect
    test, adjustment : str
        Which test and why; what p and the joint limits are adjusted over.
    """

    quantity: str
    scale: EffectScale
    effects: tuple[ReleaseEffect, ...]
    test: str
    adjustment: str


@dataclass(frozen=True)
class AntagonistEffect:
    """What an antagonist does to the effect of a drug.

    Attributes
    ----------
    drug, antagonist : str
        "imipramine 1 uM", "NE-100".
    effect, remaining, change : ReleaseEffect
        Of the drug alone, of the drug under the antagonist, and the second over (or less) the
        first: the interaction. A ratio below 1, or a difference below 0, is a smaller effect.
    alone : ReleaseEffect
        Of the antagonist without the drug.
    """

    drug: str
    antagonist: str
    effect: ReleaseEffect
    remaining: ReleaseEffect
    change: ReleaseEffect
    alone: ReleaseEffect


@dataclass(frozen=True)
class PotentiationCurve:
    """Net release over the concentrations of one drug.

    Attributes
    ----------
    drug, unit : str
    concentrations : array, shape (k,)
        Above 0, increasing.
    percent, low, high : array, shape (k,)
        Net release in percent of the vehicle, geometric mean over cultures with limits; the ratio
        of means where a ratio is not defined, without limits.
    n : tuple of int
        Cultures at each.
    status : {"ec50", "not bracketed", "too few concentrations"}
    reason : str
        Why there is no EC50; empty where there is one.
    ec50, ec50_low, ec50_high : float
        In `unit`; limits may be 0 and inf where they are not bounded.
    max_percent, max_low, max_high : float
        Upper plateau at that EC50.
    hill : float
        Slope of the curve, fixed and not fitted.
    trend, trend_low, trend_high : float
        Factor of the net release per step of concentration (the vehicle is the lowest), or its
        change per step in percent of the vehicle where logarithms do not exist.
    trend_scale : {"ratio", "difference"}
    trend_p : float
    downturn_p : float
        One-sided: the highest concentration lies below a lower one.
    downturn_from : str
    grid, curve, curve_low, curve_high : array, shape (m,)
        The fitted curve with its band; empty without EC50.
    """

    drug: str
    unit: str
    concentrations: Floats
    percent: Floats
    low: Floats
    high: Floats
    n: tuple[int, ...]
    status: CurveStatus
    reason: str
    ec50: float
    ec50_low: float
    ec50_high: float
    max_percent: float
    max_low: float
    max_high: float
    hill: float
    trend: float
    trend_low: float
    trend_high: float
    trend_scale: EffectScale
    trend_p: float
    downturn_p: float
    downturn_from: str
    grid: Floats
    curve: Floats
    curve_low: Floats
    curve_high: Floats


@dataclass(frozen=True)
class ReleaseScatter:
    """Scatter on natural logarithms, as a study showed it; for its design.

    Attributes
    ----------
    well_sd : float
        Of the net release of a well about the mean of its arm and culture, over that mean.
    effect_sd : float
        Of the logarithm of an effect between cultures, beyond what the wells explain.
    log_ratio_sd : float
        Of the logarithm of an effect between cultures as the study was done.
    wells : float
        Wells of an arm and culture, harmonic mean.
    cultures : int
    """

    well_sd: float
    effect_sd: float
    log_ratio_sd: float
    wells: float
    cultures: int


@dataclass(frozen=True, repr=False)
class ReleaseResult(Renderable):
    """Evoked release of cultures, measured or simulated, and the effects of drugs on it.

    `result["imipramine 1 uM"]` is the net ratio of that arm to the vehicle.

    Parameters
    ----------
    title, transmitter, stimulus : str
        "glutamate", "BDNF".
    unit, value_unit : str
        Of basal and net release ("pmol/mg protein"), and of the samples ("uM").
    wells : tuple of ReleaseWell
    means : tuple of CultureMean
        For each culture and arm.
    sampling : Sampling
    basis : str
        How net release was computed, in words.
    cultures : tuple of str
    primary : {"ratio", "difference"}
    primary_arm : str
        Arm of the primary result; empty where all arms are, adjusted together.
    basal, ratio, difference : EffectFamily or None
        Of all drug arms against the vehicle.
    curves : tuple of PotentiationCurve
    antagonists : tuple of AntagonistEffect
    evoked : ReleaseEffect or None
        Net release of the vehicle with the stimulus, less that without.
    positive : ReleaseEffect or None
        Net release with the depolarisation control, less that without a stimulus.
    positive_name : str
    sensitivity : tuple of (str, EffectFamily)
        The primary result under other assumptions.
    standards : tuple of (str, InterpolationResult)
        Curves of the standards by plate.
    scatter : ReleaseScatter or None
    left_out : tuple of (str, str)
        Wells and cultures without a result, with the reason.
    synthetic : str
        How simulated data were made; empty for measured ones.
    confidence : float
    remarks : tuple of str
    checks : tuple of Check
    file : str
    read_as, unused : tuple of str
    methods : str
    """

    title: str
    transmitter: str
    stimulus: str
    unit: str
    value_unit: str
    wells: tuple[ReleaseWell, ...]
    means: tuple[CultureMean, ...]
    sampling: Sampling
    basis: str
    cultures: tuple[str, ...]
    primary: EffectScale = "ratio"
    primary_arm: str = ""
    basal: EffectFamily | None = None
    ratio: EffectFamily | None = None
    difference: EffectFamily | None = None
    curves: tuple[PotentiationCurve, ...] = ()
    antagonists: tuple[AntagonistEffect, ...] = ()
    evoked: ReleaseEffect | None = None
    positive: ReleaseEffect | None = None
    positive_name: str = ""
    sensitivity: tuple[tuple[str, EffectFamily], ...] = ()
    standards: tuple[tuple[str, InterpolationResult], ...] = ()
    scatter: ReleaseScatter | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    synthetic: str = ""
    confidence: float = 0.95
    remarks: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    file: str = ""
    read_as: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    methods: str = ""

    def __getitem__(self, arm: str) -> ReleaseEffect:
        """Net release of an arm over that of the vehicle.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        by_name = {one.arm: one for one in self.ratio.effects} if self.ratio else {}
        if arm not in by_name:
            raise UnknownNameError.among("arm", arm, by_name)
        return by_name[arm]

    @property
    def main(self) -> EffectFamily | None:
        """The family of the primary result."""
        return self.ratio if self.primary == "ratio" else self.difference
