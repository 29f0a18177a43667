"""The skeleton of all simulated experiments: simulate the arms, read, analyse, estimate the power.

An assay declares its arms, doses, settings, readings and analysis in a subclass of
VirtualExperiment; `run_experiment` is the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from tricyclic.core.course_plot import TimeCoursePlot
from tricyclic.core.dosing import Dosing
from tricyclic.core.plot_data import CurvePlot
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.scenario import Scenario
from tricyclic.io.library.library import Library
from tricyclic.io.write_tables import Columns
from tricyclic.results.binding import GroupComparison
from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.results.neurites import NeuritesResult
from tricyclic.results.release import ReleaseResult
from tricyclic.results.virtual_assay import (
    AssaySetting,
    PowerEstimate,
    VirtualAssayResult,
    VirtualEndpoint,
    VirtualGroup,
)
from tricyclic.simulation.compose import compose
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.virtual.common import Arm, Floats, draw_experiment_subjects, stream
from tricyclic.workflows.model.ensemble import at_parameter_set
from tricyclic.workflows.model.options import VirtualAssayOptions
from tricyclic.workflows.model.parameters import parse_values
from tricyclic.workflows.model.prepared import PreparedRun

# Sizes of an experiment for which the power is estimated.
SIZES = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30)
STEPS = 4

PowerTest = Callable[[str, Floats, Floats, Sequence[int], int, np.random.Generator], PowerEstimate]


@dataclass(frozen=True)
class Effect:
    """A difference between two arms whose power is estimated."""

    treated: Arm
    control: Arm

    @property
    def name(self) -> str:
        """ "imipramine 1 uM against vehicle"."""
        return f"{self.treated.label} against {self.control.label}"


@dataclass(frozen=True)
class ArmReadings:
    """ArmReadings of all simulated subjects.

    Parameters
    ----------
    arms : tuple of Arm
    outputs : mapping of str to array, shape (subjects, arms, replicates or fractions)
        Each kind of reading by its name.
    response : array, shape (subjects, arms)
        The number of each subject and arm that is compared between arms; nan where there is none.
    """

    arms: tuple[Arm, ...]
    outputs: Mapping[str, Floats]
    response: Floats

    def first(self, n: int) -> ArmReadings:
        """Those of the first `n` subjects."""
        outputs = {name: values[:n] for name, values in self.outputs.items()}
        return replace(self, outputs=outputs, response=self.response[:n])

    def output(self, name: str, arms: Sequence[Arm]) -> Floats:
        """One kind of reading in some arms, shape (subjects, arms, replicates or fractions)."""
        return np.asarray(self.outputs[name][:, [self._index(arm) for arm in arms]])

    def responses(self, arms: Sequence[Arm]) -> Floats:
        """The responses in some arms, shape (subjects, arms)."""
        return np.asarray(self.response[:, [self._index(arm) for arm in arms]])

    def response_of(self, arm: Arm) -> Floats:
        """The responses in one arm, shape (subjects,)."""
        return np.asarray(self.response[:, self._index(arm)])

    def _index(self, arm: Arm) -> int:
        return [one.name for one in self.arms].index(arm.name)


@dataclass(frozen=True)
class TypicalSubject:
    """The subject without variation that gives the true values: model, parameters, and their
    origin.
    """

    simulator: Simulator
    values: Mapping[str, float]
    label: str


@dataclass(frozen=True)
class Analysis:
    """What an assay reports about its readings; fields as in VirtualAssayResult."""

    endpoints: tuple[VirtualEndpoint, ...]
    columns: tuple[str, ...]
    groups: tuple[VirtualGroup, ...]
    comparisons: tuple[GroupComparison, ...]
    tables: Mapping[str, Columns]
    plots: tuple[CurvePlot | TimeCoursePlot, ...]
    remarks: tuple[str, ...] = ()
    microdialysis: MicrodialysisResult | None = None
    neurites: NeuritesResult | None = None
    release: ReleaseResult | None = None


class VirtualExperiment(ABC):
    """What one assay declares.

    Class attributes: `assay`, `title` and `sample_unit` as in VirtualAssayResult; `subject_noun`
    ("cultures"); `pool_size`, the subjects that are simulated to estimate the power; `power_test`,
    the test behind the power. Each experiment has its scenario, options, settings and arms.
    """

    assay: ClassVar[str]
    title: ClassVar[str]
    sample_unit: ClassVar[str]
    subject_noun: ClassVar[str]
    pool_size: ClassVar[int]

    scenario: Scenario
    options: VirtualAssayOptions
    settings: tuple[AssaySetting, ...]
    arms: tuple[Arm, ...]

    @property
    @abstractmethod
    def design(self) -> tuple[str, ...]:
        """Doses, sampling and size in words, one line each."""

    @property
    @abstractmethod
    def n_subjects(self) -> int:
        """Subjects of the experiment itself."""

    @property
    @abstractmethod
    def effects(self) -> tuple[Effect, ...]:
        """Differences whose power is estimated."""

    @property
    @abstractmethod
    def power_test(self) -> PowerTest:
        """The test behind the power."""

    @property
    def extra_cv(self) -> Mapping[str, float]:
        """Coefficients of variation between subjects, instead of those of the tables."""
        return {}

    @abstractmethod
    def dosing(self) -> tuple[Dosing, ...]:
        """The doses that the model contains; their amounts are those of the arms."""

    @abstractmethod
    def read(self, simulator: Simulator, subjects: Sequence[Mapping[str, float]]) -> ArmReadings:
        """Simulate all arms of all subjects, and read them with the errors of the assay."""

    @abstractmethod
    def analyse(self, readings: ArmReadings, typical: TypicalSubject) -> Analysis:
        """Analyse the readings as those of a real experiment, beside the true values."""


def run_experiment(
    experiment: VirtualExperiment, library: Library, on_progress: ProgressCallback | None
) -> VirtualAssayResult:
    """Simulate an experiment, analyse it, and estimate its power."""
    options = experiment.options
    report_progress(on_progress, 0, STEPS, "compiling the model")
    composed = compose(experiment.scenario, library.mechanisms, library.drugs, experiment.dosing())
    typical = typical_subject(experiment, composed, library)
    n = max(experiment.n_subjects, experiment.pool_size if options.experiments else 0)
    report_progress(
        on_progress,
        1,
        STEPS,
        f"simulating {n} {experiment.subject_noun} in {len(experiment.arms)} arms",
    )
    subjects = draw_experiment_subjects(
        composed,
        library.mechanisms,
        n,
        options.seed,
        extra_cv=experiment.extra_cv,
        typical=typical.values,
    )
    readings = experiment.read(typical.simulator, subjects)
    report_progress(on_progress, 2, STEPS, "analysing the readings")
    analysis = experiment.analyse(readings, typical)
    report_progress(on_progress, 3, STEPS, "estimating the power")
    power = estimate_power(experiment, readings)
    return VirtualAssayResult(
        assay=experiment.assay,
        title=experiment.title,
        scenario=experiment.scenario.name,
        seed=options.seed,
        design=(
            *experiment.design,
            f"seed {options.seed}; true values: a typical subject with {typical.label}",
        ),
        endpoints=analysis.endpoints,
        columns=analysis.columns,
        groups=analysis.groups,
        comparisons=analysis.comparisons,
        power=power,
        sample_unit=experiment.sample_unit,
        settings=experiment.settings,
        remarks=analysis.remarks,
        tables=analysis.tables,
        plots=analysis.plots,
        microdialysis=analysis.microdialysis,
        neurites=analysis.neurites,
        release=analysis.release,
    )


def typical_subject(
    experiment: VirtualExperiment, composed: ComposedModel, library: Library
) -> TypicalSubject:
    """The subject without variation: the library's values, or a parameter set of the ensemble, and
    the values that the options set.

    Raises
    ------
    InputError
        If the scenario has no ensemble, or not so many parameter sets, or a value is not possible.
    """
    options = experiment.options
    values = parse_values(options.set, composed)
    simulator = Simulator(composed)
    changed = "".join(f", {name} = {value:g}" for name, value in values.items())
    if options.parameter_set is None:
        return TypicalSubject(simulator, values, f"the library's values{changed}")
    prepared = PreparedRun(
        experiment.scenario,
        library.mechanisms,
        composed,
        experiment.dosing(),
        horizon_h=0.0,
        values=values,
        remarks=(),
        native_species=experiment.scenario.species,
    )
    prepared, label = at_parameter_set(prepared, library, options.parameter_set)
    return TypicalSubject(simulator, prepared.values, f"{label.removeprefix('with ')}{changed}")


def estimate_power(
    experiment: VirtualExperiment, readings: ArmReadings
) -> tuple[PowerEstimate, ...]:
    """Power of each effect by size, on the logarithm of the responses; none where no experiments
    are requested.
    """
    options = experiment.options
    if not options.experiments:
        return ()
    positive = np.where(readings.response > 0, readings.response, np.nan)
    logs = replace(readings, response=np.log10(positive))
    return tuple(
        experiment.power_test(
            effect.name,
            logs.response_of(effect.treated),
            logs.response_of(effect.control),
            SIZES,
            options.experiments,
            stream(options.seed, "power", effect.name),
        )
        for effect in experiment.effects
    )
