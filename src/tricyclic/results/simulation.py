"""A simulated scenario: key numbers with bands, exposures, time courses, and comparisons with
measured data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from math import nan
from typing import Any

from tricyclic.core.dosing import Dosing
from tricyclic.core.time_course import TimeCourse
from tricyclic.io.frames import PandasFrame
from tricyclic.results.base import Axes, AxesOrFigure, OutputMapping, Renderable


@dataclass(frozen=True)
class Interval:
    """A number over the ensemble: the median and the limits of the band.

    The limits are nan for a single run, and where all parameter sets give the same number: then
    `no_band` contains the reason.
    """

    value: float
    low: float = nan
    high: float = nan
    no_band: str = ""


@dataclass(frozen=True)
class PotencyShift:
    """How much less potent drugs are at a target in the living brain than their published Ki.

    `factor` is Ki in the living brain over published Ki. `basis` is where it comes from: published
    Ki (no shift), the name of an ensemble, a source, "assumed", "set for this run". `parameter` is
    its name in the model; empty where the target has none.
    """

    factor: Interval
    basis: str
    parameter: str = ""


@dataclass(frozen=True)
class ObservableSummary:
    """Key numbers of one observable.

    `peak` is the value farthest from the drug-free baseline and `t_peak_h` its time;
    `peak_is_minimum` where it lies below. Percentages are of each parameter set's own baseline, nan
    where the observable has none. `unchanged`: it stayed within 0.1 % of the baseline.
    """

    name: str
    description: str
    unit: str
    baseline: Interval
    peak: Interval
    t_peak_h: float
    end: Interval
    peak_percent_of_baseline: Interval
    end_percent_of_baseline: Interval
    peak_is_minimum: bool
    unchanged: bool


@dataclass(frozen=True)
class OccupancySummary:
    """Occupancy of one target [%]: the peak, its time, and the value at the end.

    `potency_shift` is the loss of potency it was computed with; None where it is not known.
    """

    name: str
    description: str
    peak: Interval
    t_peak_h: float
    end: Interval
    potency_shift: PotencyShift | None = None


@dataclass(frozen=True)
class ExposureSummary:
    """Exposure to one drug in one compartment; `numbers` by the field names of an Exposure, over
    the ensemble.
    """

    drug: str
    compartment: str
    molar_mass: float
    numbers: Mapping[str, Interval]


@dataclass(frozen=True)
class ComparedReading:
    """One reading beside the simulation; `errors` is their distance in standard errors, nan where
    none is stated.
    """

    time_h: float
    measured: float
    error: float
    simulated: float
    low: float
    high: float
    ratio: float
    errors: float
    inside: bool


@dataclass(frozen=True)
class CourseComparison:
    """A measured series beside an observable.

    `unit` is the unit of both; `relative` whether that is percent of baseline. `fold` is the
    geometric mean of the ratio of simulation and readings, as a factor of 1 or more; `rms_errors`
    the root mean square of the distances in standard errors; `share_inside` the share of readings
    inside the band, nan for a single run.
    """

    name: str
    unit: str
    relative: bool
    points: tuple[ComparedReading, ...]
    fold: float
    rms_errors: float
    share_inside: float


@dataclass(frozen=True, repr=False)
class SimulatedOutput(TimeCourse):
    """A time course of a simulation, which can be drawn and tabled by itself.

    Parameters
    ----------
    result : SimulationResult or None
        The simulation that it belongs to.
    """

    result: SimulationResult | None = None

    def plot(self, ax: Axes | None = None, **style: Any) -> AxesOrFigure:
        """Draw the output over time with matplotlib.

        Parameters
        ----------
        ax
            Axes to draw into; by default a new figure.
        **style
            As of `SimulationResult.plot`.

        Returns
        -------
        Axes
        """
        assert self.result is not None
        return self.result.plot(self.name, ax, **style)

    def to_frame(self) -> PandasFrame:
        """The output as a pandas DataFrame, one row for each time: its rows of the table "courses"
        of the simulation.
        """
        assert self.result is not None
        frame = self.result.to_frame("courses")
        return frame[frame["output"] == self.name].reset_index(drop=True)


@dataclass(frozen=True, repr=False)
class SimulationResult(OutputMapping[SimulatedOutput], Renderable):
    """A simulation.

    It contains its time courses by name: `list(result)`, `result["cortex_NE"]`, `result.items()`.

    Parameters
    ----------
    scenario, title, species : str
    dosing : tuple of Dosing
    horizon_h : float
    ensemble_size : int
        Runs behind each number; 1 is a single run at the library's values.
    ensemble : str
        Name of the ensemble; empty for none.
    coverage : float
        Share of the ensemble inside a band.
    values : mapping of str to float
        Parameters that the options set.
    observables, occupancies, exposures : tuple
        Key numbers of observables, targets and drugs.
    observable_courses, occupancy_courses, concentration_courses : tuple of TimeCourse
        Observables; occupancies [%]; drug concentrations [nM].
    comparisons : tuple of CourseComparison
        Measured series beside the simulated ones.
    remarks : tuple of str
        What to know before using the numbers.
    time_unit : str
        "h"; empty where a model of the user's own declares no unit of time, and times are plain
        numbers.
    """

    scenario: str
    title: str
    species: str
    dosing: tuple[Dosing, ...]
    horizon_h: float
    ensemble_size: int
    ensemble: str
    coverage: float
    values: Mapping[str, float]
    observables: tuple[ObservableSummary, ...]
    occupancies: tuple[OccupancySummary, ...]
    exposures: tuple[ExposureSummary, ...]
    observable_courses: tuple[TimeCourse, ...]
    occupancy_courses: tuple[TimeCourse, ...]
    concentration_courses: tuple[TimeCourse, ...]
    comparisons: tuple[CourseComparison, ...] = ()
    remarks: tuple[str, ...] = ()
    time_unit: str = "h"

    @property
    def courses(self) -> tuple[TimeCourse, ...]:
        """All time courses."""
        return (*self.observable_courses, *self.occupancy_courses, *self.concentration_courses)

    @cached_property
    def _by_name(self) -> dict[str, SimulatedOutput]:
        keys = [field.name for field in fields(TimeCourse)]
        outputs = {}
        for course in self.courses:
            values: dict[str, Any] = {key: getattr(course, key) for key in keys}
            outputs[course.name] = SimulatedOutput(**values, result=self)
        return outputs

    def _outputs(self) -> Mapping[str, SimulatedOutput]:
        return self._by_name

    def __getitem__(self, name: str) -> SimulatedOutput:
        courses = self._outputs()
        # A drug in a compartment is also known by its description: "desipramine, plasma, total".
        described = {course.description: course.name for course in self.concentration_courses}
        return super().__getitem__(name if name in courses else described.get(name, name))
