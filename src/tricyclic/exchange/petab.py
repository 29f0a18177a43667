"""The calibration of a scenario as a PEtab v2 problem, for other programs that estimate parameters.

The model has no doses: they are conditions that set a rate or add to a depot, at times that an
experiment lists after a pre-equilibration. What an observation is relative to is stored in
parameters that conditions set: the value at baseline, at the start of a window, or in the reference
arm, which then comes first. A mean is a state that integrates from the start of its window.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tricyclic.core.dosing import Dosing, is_sustained
from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.observation import BASELINE, Observation
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError
from tricyclic.exchange.petab_files import Experiment, Measurement, ProblemTables, problem_files
from tricyclic.ode.base import HORIZON
from tricyclic.simulation.antimony import to_identifier
from tricyclic.simulation.calibration.predict import (
    required_quantities,
    time_window,
    unit_factor,
)
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.model import ComposedModel, DoseInput
from tricyclic.simulation.run import Simulator

# Between a reference arm and the arm itself, in one animal: long enough to return to baseline.
GAP_H = HORIZON
EXTREMES = ("peak", "trough", "closest")
# A rate or a ratio below this is rounding.
TINY = 1e-12
MIN_RATIO = 1e-6


@dataclass(frozen=True)
class PetabProblem:
    """The files of one problem by name, its observations, and (id, reason) of those that PEtab
    cannot express.
    """

    name: str
    files: Mapping[str, str]
    observations: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def petab_problem(
    scenario: Scenario,
    observations: Sequence[Observation],
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
) -> PetabProblem:
    """Write the calibration of one scenario as a PEtab v2 problem.

    Parameters
    ----------
    scenario : Scenario
    observations : sequence of Observation
        Those of other scenarios are ignored.
    mechanisms, drugs : mapping by name

    Returns
    -------
    PetabProblem
        problem.yaml, model.xml, the tables and README.md.

    Raises
    ------
    InputError
        If PEtab can express none of the observations; with the reason for each.
    """
    own = [one for one in observations if one.scenario == scenario.name]
    left_out = tuple((one.id, reason) for one in own if (reason := _obstacle(one)))
    expressible = [one for one in own if is_expressible(one)]
    if not expressible:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out) or "it has none"
        raise InputError(
            f"has no observation that PEtab can express ({reasons})", where=scenario.name
        )
    texts = [text for one in expressible for text in (one.dosing, *_reference(one))]
    arms = {text: parse_all_dosing(text, scenario, drugs) for text in texts}
    routes = dict.fromkeys((dosing.drug, dosing.route) for arm in arms.values() for dosing in arm)
    composed = compose(scenario, mechanisms, drugs, [_unit_dosing(*route) for route in routes])
    doses = dict(zip(routes, composed.doses, strict=True))
    builder = _ProblemBuilder(ProblemTables(composed), doses, arms)
    for one in expressible:
        simulators = {
            text: Simulator(compose(scenario, mechanisms, drugs, arms[text]))
            for text in (one.dosing, *_reference(one))
            if one.measure in EXTREMES
        }
        builder.add(one, simulators)
    return PetabProblem(
        scenario.name,
        problem_files(builder.tables, left_out),
        tuple(one.id for one in expressible),
        left_out,
    )


def is_expressible(observation: Observation) -> bool:
    """Whether PEtab can express an observation."""
    return not _obstacle(observation)


def _obstacle(observation: Observation) -> str:
    """Why PEtab cannot express an observation; empty where it can."""
    if not observation.fitted:
        return "is only shown beside rows that contradict it, and no calibration uses it"
    if observation.qualifier != "is":
        return "is a limit, and PEtab has no inequalities"
    if "|" in observation.reference:
        return "is relative to two other arms"
    if " / " in observation.quantity and observation.measure != "at":
        return "is a ratio of two quantities, each at its own time"
    return ""


def _reference(observation: Observation) -> tuple[str, ...]:
    """The dosing of the reference arm; none for a baseline or an absolute number."""
    return () if observation.reference in ("", BASELINE) else (observation.reference,)


def _unit_dosing(drug: str, route: str) -> Dosing:
    return Dosing(drug, route, 1.0, duration_h=1.0 if is_sustained(route) else 0.0)


@dataclass
class _ExperimentChanges:
    """What conditions set in one experiment: by time, the formula of each target."""

    by_time: dict[float, dict[str, str]] = field(default_factory=dict)

    def set(self, time_h: float, formulas: Mapping[str, str]) -> None:
        self.by_time.setdefault(time_h, {}).update(formulas)


@dataclass(frozen=True)
class _Measured:
    """A formula of the model, and the time at which it is read [h]."""

    formula: str
    time_h: float


@dataclass
class _ProblemBuilder:
    """Adds observations to the tables of a problem.

    `doses` maps drug and route to the dose input of the model, `arms` the text of a dosing to its
    doses.
    """

    tables: ProblemTables
    doses: Mapping[tuple[str, str], DoseInput]
    arms: Mapping[str, Sequence[Dosing]]

    @property
    def composed(self) -> ComposedModel:
        """The model."""
        return self.tables.composed

    def add(self, observation: Observation, simulators: Mapping[str, Simulator]) -> None:
        """Add one observation: its observable, its experiment and its measurement.

        Parameters
        ----------
        simulators : mapping of str to Simulator
            By the text of a dosing, for a measure whose time is that of an extreme.
        """
        names = required_quantities(observation, self.composed)
        changes = _ExperimentChanges()
        baselines = self._store_baselines(observation, names, changes)
        start_h, divisor = 0.0, ""
        for reference in _reference(observation):
            # The reference arm comes first, and its measure is stored for the arm itself.
            self._dose(changes, self.arms[reference], 0.0)
            measured = self._measure(
                observation, names[0], changes, 0.0, baselines, simulators.get(reference)
            )
            stored = self.tables.stored("reference_of", names[0])
            changes.set(measured.time_h, {stored: measured.formula})
            start_h, divisor = GAP_H, f" / {stored}"
        self._dose(changes, self.arms[observation.dosing], start_h)
        simulator = simulators.get(observation.dosing)
        measures = {
            name: self._measure(observation, name, changes, start_h, baselines, simulator)
            for name in names
        }
        formula = self._observable_formula(observation, measures, baselines) + divisor
        time_h = list(measures.values())[-1].time_h
        self._add_rows(observation, formula, changes, time_h)

    def _store_baselines(
        self, observation: Observation, names: Sequence[str], changes: _ExperimentChanges
    ) -> dict[str, str]:
        """Parameters that contain the baseline of each quantity, where the observation needs it."""
        baselines: dict[str, str] = {}
        if observation.measure == "recovery" or observation.reference == BASELINE:
            baselines = {name: self.tables.stored("baseline_of", name) for name in names}
        changes.set(
            0.0, {stored: self.composed.quantity(name).id for name, stored in baselines.items()}
        )
        return baselines

    def _observable_formula(
        self,
        observation: Observation,
        measures: Mapping[str, _Measured],
        baselines: Mapping[str, str],
    ) -> str:
        """The measure in the unit of the observation; a ratio where it has two quantities."""
        is_relative = observation.reference == BASELINE and observation.measure != "recovery"
        parts = []
        for name, measured in measures.items():
            part = measured.formula
            if not _reference(observation):
                part = f"{unit_factor(observation, name, self.composed)!r} * {part}"
            parts.append(f"({part} / {baselines[name]})" if is_relative else f"({part})")
        factor = 100.0 if observation.unit == "%" else 1.0
        return f"{factor!r} * {' / '.join(parts)}".replace("1.0 * ", "")

    def _add_rows(
        self, observation: Observation, formula: str, changes: _ExperimentChanges, time_h: float
    ) -> None:
        """Rows of the tables; equal observables, conditions and experiments are shared."""
        description = f"{observation.quantity}, {observation.measure} [{observation.unit}]"
        observable = self.tables.observable(formula, description)
        by_time = sorted(changes.by_time.items())
        periods = tuple((time, self.tables.condition(rows)) for time, rows in by_time)
        experiment = self.tables.experiment(Experiment(periods), observation.id)
        self.tables.measurements.append(
            Measurement(
                observable,
                experiment,
                observation.value,
                time_h,
                observation.sd_log,
                observation.id,
            )
        )

    def _measure(
        self,
        observation: Observation,
        name: str,
        changes: _ExperimentChanges,
        start_h: float,
        baselines: Mapping[str, str],
        simulator: Simulator | None,
    ) -> _Measured:
        """The measure of a quantity in an arm that starts at `start_h`; what it needs before that
        time is added to the changes.
        """
        symbol = self.composed.quantity(name).id
        first_h, last_h = start_h + observation.from_h, start_h + observation.to_h
        hours = observation.to_h - observation.from_h
        if observation.measure in EXTREMES:
            assert simulator is not None
            return _Measured(symbol, start_h + self._time_of_extreme(observation, name, simulator))
        if observation.measure in ("mean", "auc"):
            mean, gate = self.tables.mean(name)
            changes.set(first_h, {mean: "0", gate: repr(1.0 / hours)})
            return _Measured(
                f"{hours!r} * {mean}" if observation.measure == "auc" else mean, last_h
            )
        if observation.measure in ("rise", "recovery"):
            at_start = self.tables.stored("start_of", name)
            changes.set(first_h, {at_start: symbol})
            if observation.measure == "rise":
                return _Measured(f"({symbol} - {at_start})", last_h)
            baseline = baselines[name]
            left = f"({symbol} - {baseline}) / ({at_start} - {baseline})"
            return _Measured(f"{math.log(2.0) * hours!r} / (-ln({left}))", last_h)
        return _Measured(symbol, last_h)

    def _time_of_extreme(self, observation: Observation, name: str, simulator: Simulator) -> float:
        """When the nominal values reach the peak, the trough or the published value [h]."""
        window = time_window(observation)
        course = simulator.run(window, [name])[:, 0]
        label: str = observation.measure
        if observation.measure == "closest":
            label = "closest value"
            is_relative = observation.reference == BASELINE
            baseline = simulator.baseline_values([name])[0] if is_relative else 1.0
            target = observation.target / (100.0 if observation.unit == "%" else 1.0)
            ratio = np.maximum(course / baseline, MIN_RATIO) / target
            time_h = float(window[np.argmin(np.abs(np.log(ratio)))])
        else:
            find = np.argmax if observation.measure == "peak" else np.argmin
            time_h = float(window[find(course)])
        self.tables.remarks.append(
            f"{observation.id}: its {label} between {observation.from_h:g} and "
            f"{observation.to_h:g} h is taken at {time_h:g} h, the time with the nominal values."
        )
        return time_h

    def _dose(self, changes: _ExperimentChanges, arm: Sequence[Dosing], start_h: float) -> None:
        """Add the doses of an arm: a bolus adds to its depot, a pump, bath or probe sets its
        rate.
        """
        steps: dict[str, list[tuple[float, float]]] = {}
        boluses: dict[tuple[float, str], float] = {}
        for dosing in arm:
            target = to_identifier(self.doses[dosing.drug, dosing.route].feeds)
            for k in range(dosing.n_doses):
                time_h = start_h + dosing.start_h + k * dosing.every_h
                if is_sustained(dosing.route):
                    end_h = time_h + dosing.duration_h
                    steps.setdefault(target, []).extend(
                        [(time_h, dosing.amount), (end_h, -dosing.amount)]
                    )
                else:
                    boluses[time_h, target] = boluses.get((time_h, target), 0.0) + dosing.amount
        for (time_h, target), amount in boluses.items():
            changes.set(time_h, {target: f"{target} + {amount!r}"})
        for target, changes_of_rate in steps.items():
            for time_h in sorted({time for time, _ in changes_of_rate}):
                rate = sum(amount for when, amount in changes_of_rate if when <= time_h)
                changes.set(time_h, {target: repr(rate if abs(rate) > TINY else 0.0)})
