"""Results of microdialysis: responses of animals, effects of treatments, recovery, power."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.check import Check
from tricyclic.core.fractions import AnimalCourse, BelowLimit, ResponseSettings
from tricyclic.errors import UnknownNameError
from tricyclic.results.base import Renderable
from tricyclic.results.dialysis_model import ModelledCourse
from tricyclic.stats.repeated_measures import CourseTests
from tricyclic.stats.statistics import MeanEstimate

Floats = NDArray[np.float64]
Primary = Literal["log ratio", "ancova"]
# Stated beside every effect of an uptake blocker on a percentage of baseline.
EXTRACTION_NOTE = (
    "blocking the uptake of a transmitter lowers the fraction that a probe extracts, shown for "
    "cocaine and amphetamine on dopamine (Olson & Justice 1993); percent of baseline then "
    "understates the rise in the tissue, which no net flux measures"
)


@dataclass(frozen=True)
class Baseline:
    """Mean of the last fractions before the treatment.

    Attributes
    ----------
    mean : float
        nan where no fraction before the treatment has a value.
    cv_percent : float
        Standard deviation over mean; nan for one fraction.
    names : tuple of str
        Fractions in it.
    stable : bool
        Whether the CV is at most that of the settings; true where it is unknown.
    early_response : bool
        Whether the last fraction before the treatment is far from the others.
    early_ratio : float
        The last fraction over the mean of the others; nan for one.
    """

    mean: float
    cv_percent: float
    names: tuple[str, ...]
    stable: bool
    early_response: bool
    early_ratio: float


@dataclass(frozen=True)
class AnimalResponse:
    """What a treatment did in one animal.

    Attributes
    ----------
    course : AnimalCourse
    baseline : Baseline
    percent : array, shape (fractions,)
        Values as percent of baseline; nan where missing.
    log_ratio : float
        Natural logarithm of the mean over the window of the primary result over the baseline.
    window_mean : float
        Mean over that window, in the unit of the course.
    coverage : float
        Share of that window that was measured, from 0 to 1.
    auc_net, auc_positive : float
        Area of percent of baseline less 100 over the measured part of the window [% min]; that of
        rises alone.
    cmax, cmax_percent, tmax_min : float
        Largest fraction after the treatment, and the middle of its window.
    return_min : float
        Middle of the first of two fractions in a row that are back at baseline after the maximum;
        nan where none are, or where the level never rose above that.
    missing : tuple of str
        Fractions without a value, with the reason.
    """

    course: AnimalCourse
    baseline: Baseline
    percent: Floats
    log_ratio: float
    window_mean: float
    coverage: float
    auc_net: float
    auc_positive: float
    cmax: float
    cmax_percent: float
    tmax_min: float
    return_min: float
    missing: tuple[str, ...]


@dataclass(frozen=True)
class GroupSummary:
    """Animals of one group: geometric mean of the window over the baseline [%], with limits."""

    group: str
    n: int
    percent: float
    low: float
    high: float
    baseline: MeanEstimate


@dataclass(frozen=True)
class TreatmentEffect:
    """One group against the control, as a ratio of geometric means.

    Attributes
    ----------
    group, control : str
    ratio, low, high : float
        Limits hold for all groups together where there are several.
    p : float
        Adjusted for the number of groups.
    p_alone : float
    df : float
    """

    group: str
    control: str
    ratio: float
    low: float
    high: float
    p: float
    p_alone: float
    df: float


@dataclass(frozen=True)
class TimeEffect:
    """One group against the control at one time; secondary."""

    group: str
    middle_min: float
    ratio: float
    p_alone: float
    p_holm: float
    n: tuple[int, int]


@dataclass(frozen=True)
class GroupEffects:
    """Effects of the treatments of one study.

    Attributes
    ----------
    primary : {"log ratio", "ancova"}
    test : str
        Which test and why, in words.
    scale, family : str
        Scale of the test; what the p values are adjusted over.
    summaries, effects : tuple
    slope : MeanEstimate or None
        Of the logarithm of the baseline in the analysis of covariance.
    courses : CourseTests or None
        Of percent of baseline on logarithms over the common times after the treatment; None with
        a remark where they could not be compared.
    courses_test : str
    at_times : tuple of TimeEffect
    remarks : tuple of str
    """

    primary: Primary
    test: str
    scale: str
    family: str
    summaries: tuple[GroupSummary, ...]
    effects: tuple[TreatmentEffect, ...]
    slope: MeanEstimate | None
    courses: CourseTests | None
    courses_test: str
    at_times: tuple[TimeEffect, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class ScatterOfFractions:
    """Scatter on natural logarithms, as a study showed it.

    Attributes
    ----------
    fraction_sd : float
        Of a fraction about the course of its animal.
    correlation : float
        Between successive fractions of an animal.
    response_sd : float
        Between animals of the logarithm of window over baseline, beyond what the scatter of the
        fractions explains.
    log_ratio_sd : float
        Within groups, of the primary result of the study as it was done.
    animals : int
    """

    fraction_sd: float
    correlation: float
    response_sd: float
    log_ratio_sd: float
    animals: int


@dataclass(frozen=True)
class PlannedPower:
    """Power of a two-sided test at 5 % for one size of a study."""

    animals_per_group: int
    baseline_fractions: int
    window_fractions: int
    ratio: float
    sd: float
    power: float


@dataclass(frozen=True)
class NoNetFlux:
    """Concentration in the tissue and extraction of a probe from several inlet concentrations.

    Attributes
    ----------
    extraction : MeanEstimate
        Extraction fraction (in vivo recovery): slope of (in - out) on in.
    intercept : MeanEstimate
        (in - out) at an inlet without analyte, in the unit of the concentrations.
    concentration : float
        Inlet concentration without net flux.
    low, high : float
        Its limits by Fieller's theorem; -inf and inf where they are not bounded.
    points : int
    remarks : tuple of str
    """

    extraction: MeanEstimate
    intercept: MeanEstimate
    concentration: float
    low: float
    high: float
    points: int
    remarks: tuple[str, ...] = ()

    @property
    def bounded(self) -> bool:
        """Whether the limits of the concentration are numbers."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


@dataclass(frozen=True)
class DynamicNoNetFlux:
    """No net flux between animals, each perfused with one concentration, in each time bin."""

    middle_min: tuple[float, ...]
    bins: tuple[NoNetFlux, ...]


@dataclass(frozen=True)
class CourseMean:
    """Mean of the animals of one group over one window, for tables and figures.

    Attributes
    ----------
    group : str
    start_min, end_min : float
        Mean over the animals [min after the treatment].
    n : int
        Animals with a value.
    percent, percent_sem : float
        Of baseline; the standard error is nan for one animal.
    value, value_sem : float
        In the unit of the result.
    """

    group: str
    start_min: float
    end_min: float
    n: int
    percent: float
    percent_sem: float
    value: float
    value_sem: float

    @property
    def middle_min(self) -> float:
        """Middle of the window."""
        return 0.5 * (self.start_min + self.end_min)


@dataclass(frozen=True, repr=False)
class MicrodialysisResult(Renderable):
    """Responses of the animals of a microdialysis study, measured or simulated, and the effects of
    its treatments.

    `result["r1"]` is the response of that animal.

    Parameters
    ----------
    title, analyte, unit : str
        Unit of the values ("nM", "fmol").
    responses : tuple of AnimalResponse
        In the order of the study.
    settings : ResponseSettings
    control : str
        Group that the others are compared with; empty where there is one group.
    effects : GroupEffects or None
        None where groups cannot be compared; `checks` then give the reason.
    sensitivity : tuple of (str, GroupEffects)
        The primary result with values below the limit of quantification used in each way.
    left_out : tuple of (str, str)
        Animals without a response, with the reason.
    scatter : ScatterOfFractions or None
    synthetic : str
        How simulated data were made; empty for measured ones.
    remarks : tuple of str
    checks : tuple of Check
    confidence : float
        Level of all limits.
    means : tuple of CourseMean
        Of each group, in order of time.
    flagged : tuple of str
        Animals whose baseline is unstable or rose before the treatment; they are used.
    without_flagged : GroupEffects or None
        The primary result without them; None where there are none, or fewer than three animals
        remain in a group.
    early : tuple of str
        Those of them whose last fraction before the treatment is far from the others.
    without_early : GroupEffects or None
        The primary result without those, where they are not all that are flagged.
    extraction_note : str
        What uptake blockers do to the extraction of the probe; empty where no drug of the study
        blocks uptake.
    recovery : MeanEstimate or None
        In vitro recovery of the probes, from 0 to 1; where single animals have their own, that of
        the others.
    recoveries : tuple of (str, MeanEstimate)
        In vitro recovery by animal, where it is known.
    file : str
    read_as, unused : tuple of str
        What was recognised in the file, and what was not used.
    modelled : tuple of ModelledCourse
        The model's course for groups whose treatment was stated; empty where it was not requested.
    methods : str
        Paragraphs for the methods section of a paper; empty where a study has its own.
    """

    title: str
    analyte: str
    unit: str
    responses: tuple[AnimalResponse, ...]
    settings: ResponseSettings
    control: str = ""
    effects: GroupEffects | None = None
    sensitivity: tuple[tuple[BelowLimit, GroupEffects], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    scatter: ScatterOfFractions | None = None
    synthetic: str = ""
    remarks: tuple[str, ...] = ()
    checks: tuple[Check, ...] = field(default=())
    confidence: float = 0.95
    means: tuple[CourseMean, ...] = ()
    flagged: tuple[str, ...] = ()
    without_flagged: GroupEffects | None = None
    early: tuple[str, ...] = ()
    without_early: GroupEffects | None = None
    extraction_note: str = ""
    recovery: MeanEstimate | None = None
    recoveries: tuple[tuple[str, MeanEstimate], ...] = ()
    file: str = ""
    read_as: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    modelled: tuple[ModelledCourse, ...] = ()
    methods: str = ""

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in order."""
        return tuple(dict.fromkeys(r.course.group for r in self.responses))

    def __getitem__(self, animal: str) -> AnimalResponse:
        """The response of an animal.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        by_name = {r.course.animal: r for r in self.responses}
        if animal not in by_name:
            raise UnknownNameError.among("animal", animal, by_name)
        return by_name[animal]

    def __iter__(self) -> Iterator[str]:
        return (r.course.animal for r in self.responses)

    def __contains__(self, name: object) -> bool:
        return name in tuple(self)
