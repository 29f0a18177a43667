"""What scenarios predict for observations, for any set of parameters.

An ObservationPanel has every arm of the observations as a composed model and compiles each once.
The arms of a scenario share one drug-free steady state: without a drug they are the same animal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.model_unit import model_unit
from tricyclic.core.observation import BASELINE, Observation
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError, NumericsError
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.run import Simulator

Floats = NDArray[np.float64]
# Points in a window: peaks and troughs are read to a sixtieth of it, areas to well below a percent.
POINTS, AREA_POINTS = 61, 241
# Smallest prediction; keeps the logarithm of "none" finite.
MIN_PREDICTION = 1e-6
# Relative error of the solver: moves a prediction by less than 1e-4, where the best observation is
# known to 3e-2.
RTOL = 1e-5
# A distance from the baseline that has fallen to this share of itself has recovered.
RECOVERED = 1e-3


@dataclass(frozen=True)
class TreatmentArm:
    """One group of animals or dishes: a scenario and its dosing schedules."""

    scenario: str
    dosing: str


class ObservationPanel:
    """Observations with all their arms, ready for any set of parameters.

    It is sent to another process as its composed models, which are compiled there when first used.

    Parameters
    ----------
    observations : sequence of Observation
    composed : mapping of TreatmentArm to ComposedModel
        Every arm that `treatment_arms` lists; the drug-free arm of each scenario among them.

    Raises
    ------
    UnknownNameError
        If an observation is of a quantity that its scenario does not have.
    """

    def __init__(
        self, observations: Sequence[Observation], composed: Mapping[TreatmentArm, ComposedModel]
    ) -> None:
        self.observations = tuple(observations)
        self.composed = dict(composed)
        self._simulators: dict[TreatmentArm, Simulator] = {}
        self._quantities: dict[TreatmentArm, dict[str, None]] = {}
        self._times: dict[TreatmentArm, Floats] = {}
        for observation in self.observations:
            window = time_window(observation)
            for arm in treatment_arms((observation,), with_drug_free=False):
                for quantity in required_quantities(observation, self.composed[arm]):
                    self.composed[arm].quantity(quantity)
                    self._quantities.setdefault(arm, {})[quantity] = None
                self._times[arm] = np.union1d(self._times.get(arm, np.array([0.0])), window)

    def __reduce__(
        self,
    ) -> tuple[
        type[ObservationPanel], tuple[tuple[Observation, ...], dict[TreatmentArm, ComposedModel]]
    ]:
        return type(self), (self.observations, self.composed)

    def predict(self, values: Mapping[str, float]) -> Floats:
        """Predictions for the observations with these parameters, shape (observations,).

        Parameters
        ----------
        values : mapping of str to float
            By the names of an ensemble; those that an arm does not have are left out there.

        Returns
        -------
        array
            In the unit of each observation; nan throughout where a run fails.
        """
        try:
            runs = self._runs(values)
        except NumericsError:
            return np.full(len(self.observations), np.nan)
        return np.array([_prediction(row, runs, self.composed) for row in self.observations])

    def _runs(self, values: Mapping[str, float]) -> dict[TreatmentArm, _ArmRun]:
        steady: dict[str, tuple[dict[str, float], dict[str, float]]] = {}
        runs = {}
        for arm in sorted(self._quantities, key=lambda arm: (arm.scenario, arm.dosing)):
            simulator = self._simulator(arm)
            own = values_for(simulator.composed, values)
            if arm.scenario not in steady:
                steady[arm.scenario] = self._drug_free(arm.scenario, values)
            states, baseline = steady[arm.scenario]
            start = np.array([states.get(name, 0.0) for name in simulator.model.states])
            names, times = tuple(self._quantities[arm]), self._times[arm]
            # The solver needs an end; the row of the second time is not used.
            run_times = times if times.size > 1 else np.array([0.0, 1e-3])
            table = simulator.run(run_times, names, own, start=start, rtol=RTOL)
            of_drugs = [name for name in names if name not in baseline]
            if of_drugs:
                drug_baseline = simulator.baseline_values(of_drugs, own, start).tolist()
                baseline |= dict(zip(of_drugs, drug_baseline, strict=True))
            courses = dict(zip(names, table.T[:, : times.size], strict=True))
            runs[arm] = _ArmRun(times, courses, baseline)
        return runs

    def _drug_free(
        self, scenario: str, values: Mapping[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """States, and observed quantities, of the drug-free animal."""
        simulator = self._simulator(TreatmentArm(scenario, ""))
        own = values_for(simulator.composed, values)
        states = simulator.steady_state(own)
        observed = {
            name
            for arm, names in self._quantities.items()
            if arm.scenario == scenario
            for name in names
        }
        names = sorted(observed & simulator.composed.quantities.keys())
        baseline = simulator.baseline_values(names, own, states).tolist() if names else []
        return (
            dict(zip(simulator.model.states, states.tolist(), strict=True)),
            dict(zip(names, baseline, strict=True)),
        )

    def _simulator(self, arm: TreatmentArm) -> Simulator:
        if arm not in self._simulators:
            self._simulators[arm] = Simulator(self.composed[arm])
        return self._simulators[arm]


@dataclass(frozen=True)
class _ArmRun:
    """Quantities of one arm over time, and at the drug-free baseline."""

    time_h: Floats
    courses: Mapping[str, Floats]
    baseline: Mapping[str, float]


def treatment_arms(
    observations: Sequence[Observation], *, with_drug_free: bool = True
) -> tuple[TreatmentArm, ...]:
    """Every arm of the observations, and the drug-free arm of each scenario unless it is not
    needed.
    """
    arms: dict[TreatmentArm, None] = {}
    for row in observations:
        if with_drug_free:
            arms[TreatmentArm(row.scenario, "")] = None
        arms[TreatmentArm(row.scenario, row.dosing)] = None
        for arm in _reference_arms(row):
            arms[arm] = None
    return tuple(arms)


def build_arms(
    observations: Sequence[Observation],
    scenarios: Mapping[str, Scenario],
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
) -> ObservationPanel:
    """Compose every arm of the observations.

    Raises
    ------
    InputError
        If dosing cannot be read, or a quantity, drug or route is not known; with the
        observation.
    """
    composed: dict[TreatmentArm, ComposedModel] = {}
    for row in observations:
        for arm in treatment_arms((row,)):
            if arm in composed:
                continue
            scenario = scenarios[arm.scenario]
            try:
                composed[arm] = compose(
                    scenario, mechanisms, drugs, parse_all_dosing(arm.dosing, scenario, drugs)
                )
            except InputError as error:
                raise error.at(f"observation {row.id}") from None
        try:
            ObservationPanel((row,), composed)
        except InputError as error:
            raise error.at(f"observation {row.id}") from None
    return ObservationPanel(observations, composed)


def values_for(composed: ComposedModel, values: Mapping[str, float]) -> dict[str, float]:
    """Values by the names of an ensemble as one composed model takes them, without those that it
    does not have.

    A drug's absorption is one parameter ("desipramine.F_ip"), however many doses have a copy of it.
    """
    own = {name: value for name, value in values.items() if name in composed.quantities}
    for quantity, name in route_parameters(composed).items():
        if name in values:
            own[quantity] = values[name]
    return own


def route_parameters(composed: ComposedModel) -> dict[str, str]:
    """Parameters that each dose has a copy of: name in the model to name in an ensemble."""
    names = {}
    for dose in composed.doses:
        for symbol in ("ka", "F"):
            quantity = f"{dose.name}.{symbol}"
            if quantity in composed.quantities:
                names[quantity] = f"{dose.dosing.drug}.{symbol}_{dose.dosing.route}"
    return names


def required_quantities(observation: Observation, composed: ComposedModel) -> tuple[str, ...]:
    """The quantities of an observation; an observable's name means its quantity."""
    known = {observable.name: observable.quantity for observable in composed.scenario.observables}
    return tuple(known.get(name, name) for name in observation.quantities)


def time_window(observation: Observation) -> Floats:
    """The times at which a measure is taken [h]."""
    start, end = observation.from_h, observation.to_h
    if observation.measure == "auc":
        # Dense where a dose has just been given, sparse in its tail.
        return np.asarray(start + (end - start) * np.linspace(0.0, 1.0, AREA_POINTS) ** 2)
    if observation.measure in ("at", "rise", "recovery"):
        return np.array([start, end])
    return np.linspace(start, end, POINTS)


def unit_factor(observation: Observation, quantity: str, composed: ComposedModel) -> float:
    """Factor from the unit of the model to that of the observation.

    nM to ng/mL takes the molar mass; all other units have to be the same.

    Raises
    ------
    InputError
        If the units differ in another way.
    """
    unit = observation.unit.split(" ")[0]
    if unit == "ng/mL" and composed.quantity(quantity).unit == "nM":
        return composed.drugs[quantity.split(".")[0]].value("molar_mass") / 1000.0
    own = model_unit(composed.quantity(quantity).unit).label
    is_pure_number = unit in ("%", "fold", "fraction", "")
    if not is_pure_number and observation.measure != "recovery" and unit != own:
        raise InputError(
            f"the unit is {unit}, but '{quantity}' of the scenario is {_in_unit(own)}",
            where=observation.id,
        )
    return 1.0


def _in_unit(unit: str) -> str:
    return f"in {unit}" if unit else "a pure number"


def _reference_arms(observation: Observation) -> tuple[TreatmentArm, ...]:
    """The arms that an observation is relative to; none for a baseline or an absolute number."""
    if observation.reference in ("", BASELINE):
        return ()
    parts = observation.reference.split("|")
    return tuple(TreatmentArm(observation.scenario, part.strip()) for part in parts)


def _prediction(
    observation: Observation,
    runs: Mapping[TreatmentArm, _ArmRun],
    composed: Mapping[TreatmentArm, ComposedModel],
) -> float:
    arm = TreatmentArm(observation.scenario, observation.dosing)
    quantities = required_quantities(observation, composed[arm])

    def measured(quantity: str, arm: TreatmentArm) -> float:
        return _measure(observation, quantity, runs[arm], composed[arm])

    own, references = measured(quantities[0], arm), _reference_arms(observation)
    if len(quantities) == 2:
        number = _ratio(own, measured(quantities[1], arm))
    elif not references:
        number = own
    elif len(references) == 1:
        number = _ratio(own, measured(quantities[0], references[0]))
    else:
        top, bottom = (measured(quantities[0], one) for one in references)
        number = _ratio(own - bottom, top - bottom)
    number *= 100.0 if observation.unit == "%" else 1.0
    return max(number, MIN_PREDICTION) if math.isfinite(number) else math.nan


def _measure(
    observation: Observation, quantity: str, run: _ArmRun, composed: ComposedModel
) -> float:
    window = time_window(observation)
    y = run.courses[quantity][np.searchsorted(run.time_h, window)]
    baseline = run.baseline[quantity]
    if observation.reference == BASELINE:
        y = y / baseline
    if observation.measure == "recovery":
        return _recovery_half_time(window, y, baseline)
    return _summary(observation, window, y) * unit_factor(observation, quantity, composed)


def _summary(observation: Observation, window: Floats, y: Floats) -> float:
    """The measure of a course, in the unit of the model."""
    match observation.measure:
        case "rise":
            number = y[-1] - y[0]
        case "mean":
            number = np.trapezoid(y, window) / (window[-1] - window[0])
        case "peak":
            number = y.max()
        case "trough":
            number = y.min()
        case "closest":
            target = observation.target / (100.0 if observation.unit == "%" else 1.0)
            number = y[np.argmin(np.abs(np.log(np.maximum(y, MIN_PREDICTION) / target)))]
        case "auc":
            number = np.trapezoid(y, window)
        case _:
            number = y[-1]
    return float(number)


def _recovery_half_time(window: Floats, y: Floats, baseline: float) -> float:
    """Half-time of the distance from the baseline over the window [h]."""
    remaining = (y[-1] - baseline) / (y[0] - baseline) if y[0] != baseline else math.nan
    share = min(max(remaining, RECOVERED), 1 - RECOVERED)
    return math.log(2.0) * float(window[-1] - window[0]) / -math.log(share)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator != 0 else math.nan
