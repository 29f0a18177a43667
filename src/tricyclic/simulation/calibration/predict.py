"""From Observations and a set of parameters to the numbers that the scenarios predict for them.

A Panel holds every arm of the observations as a composed model and compiles each once. One drug-free rest per
scenario serves all its arms: without drug they are the same animal.
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
from tricyclic.core.observation import REST, Observation
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError, NumericsError
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import regimens_of
from tricyclic.simulation.model import Composed
from tricyclic.simulation.run import Bench

Floats = NDArray[np.float64]
# Points in a window: peaks and troughs are told to a sixtieth of it, areas to well below a percent.
POINTS, POINTS_OF_AN_AREA = 61, 241
# What a published number cannot be below; keeps the logarithm of "none" finite.
LEAST = 1e-6
# Relative error of the solver: moves a prediction by less than 1e-4, where the best observation is known to 3e-2.
RTOL = 1e-5
# A distance from rest that has fallen to this share of itself is gone.
GONE = 1e-3


@dataclass(frozen=True)
class Arm:
    """One group of animals or dishes: a scenario and who gets what."""

    scenario: str
    regimens: str


class Panel:
    """Observations with all their arms, ready for any set of parameters.

    It travels to another process as its composed models and compiles them there when first asked.

    Parameters
    ----------
    observations : sequence of Observation
    composed : mapping of Arm to Composed
        Every arm that `arms_of` names; the drug-free arm of each scenario among them.

    Raises
    ------
    UnknownNameError
        If an observation asks for a quantity that its scenario does not have.
    """

    def __init__(
        self, observations: Sequence[Observation], composed: Mapping[Arm, Composed]
    ) -> None:
        self.observations = tuple(observations)
        self.composed = dict(composed)
        self._benches: dict[Arm, Bench] = {}
        self._asked: dict[Arm, dict[str, None]] = {}
        self._times: dict[Arm, Floats] = {}
        for item in self.observations:
            for arm in arms_of((item,), with_rest=False):
                for quantity in quantities_of(item, self.composed[arm]):
                    self.composed[arm].quantity(quantity)
                    self._asked.setdefault(arm, {})[quantity] = None
                window = window_of(item)
                self._times[arm] = np.union1d(self._times.get(arm, np.array([0.0])), window)

    def __reduce__(self) -> tuple[type[Panel], tuple[tuple[Observation, ...], dict[Arm, Composed]]]:
        return type(self), (self.observations, self.composed)

    def predict(self, values: Mapping[str, float]) -> Floats:
        """What each observation would be with these parameters, shape (observations,).

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
        return np.array([_number(item, runs, self.composed) for item in self.observations])

    def _runs(self, values: Mapping[str, float]) -> dict[Arm, _Run]:
        rests: dict[str, tuple[dict[str, float], dict[str, float]]] = {}
        runs = {}
        for arm in sorted(self._asked, key=lambda arm: (arm.scenario, arm.regimens)):
            bench = self._bench(arm)
            own = values_for(bench.composed, values)
            if arm.scenario not in rests:
                rests[arm.scenario] = self._rest(arm.scenario, values)
            states, at_rest = rests[arm.scenario]
            rest = np.array([states.get(name, 0.0) for name in bench.model.states])
            names, times = tuple(self._asked[arm]), self._times[arm]
            table = bench.run(
                times if times.size > 1 else np.array([0.0, 1e-3]), names, own, rest=rest, rtol=RTOL
            )
            of_drugs = [name for name in names if name not in at_rest]
            if of_drugs:
                at_rest |= dict(
                    zip(of_drugs, bench.rest_of(of_drugs, own, rest).tolist(), strict=True)
                )
            runs[arm] = _Run(
                times, dict(zip(names, table.T[:, : times.size], strict=True)), at_rest
            )
        return runs

    def _rest(
        self, scenario: str, values: Mapping[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """States, and quantities that the observations ask for, of the drug-free animal."""
        bench = self._bench(Arm(scenario, ""))
        own = values_for(bench.composed, values)
        states = bench.rest(own)
        asked = {
            name for arm, names in self._asked.items() if arm.scenario == scenario for name in names
        } & bench.composed.quantities.keys()
        names = sorted(asked)
        told = bench.rest_of(names, own, states).tolist() if names else []
        return dict(zip(bench.model.states, states.tolist(), strict=True)), dict(
            zip(names, told, strict=True)
        )

    def _bench(self, arm: Arm) -> Bench:
        if arm not in self._benches:
            self._benches[arm] = Bench(self.composed[arm])
        return self._benches[arm]


@dataclass(frozen=True)
class _Run:
    """Quantities of one arm over time, and at rest."""

    time_h: Floats
    courses: Mapping[str, Floats]
    rest: Mapping[str, float]


def arms_of(observations: Sequence[Observation], *, with_rest: bool = True) -> tuple[Arm, ...]:
    """Every arm that the observations name, and the drug-free arm of each scenario where `with_rest`."""
    found: dict[Arm, None] = {}
    for item in observations:
        if with_rest:
            found[Arm(item.scenario, "")] = None
        found[Arm(item.scenario, item.regimens)] = None
        if item.reference not in ("", REST):
            for part in item.reference.split("|"):
                found[Arm(item.scenario, part.strip())] = None
    return tuple(found)


def panel_of(
    observations: Sequence[Observation],
    scenarios: Mapping[str, Scenario],
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
) -> Panel:
    """Compose every arm of the observations.

    Raises
    ------
    InputError
        If a regimen cannot be read, or a quantity, drug or route is not known; says of which observation.
    """
    composed: dict[Arm, Composed] = {}
    for item in observations:
        for arm in arms_of((item,)):
            if arm in composed:
                continue
            scenario = scenarios[arm.scenario]
            try:
                composed[arm] = compose(
                    scenario, mechanisms, drugs, regimens_of(arm.regimens, scenario, drugs)
                )
            except InputError as error:
                raise error.at(f"observation {item.id}") from None
        try:
            Panel((item,), composed)
        except InputError as error:
            raise error.at(f"observation {item.id}") from None
    return Panel(observations, composed)


def values_for(composed: Composed, values: Mapping[str, float]) -> dict[str, float]:
    """Values by the names of an ensemble, as one composed model takes them; those that it does not have are left out.

    A drug's absorption is one parameter ("desipramine.F_ip"), however many doses carry a copy of it.
    """
    own = {name: value for name, value in values.items() if name in composed.quantities}
    for quantity, name in route_parameters(composed).items():
        if name in values:
            own[quantity] = values[name]
    return own


def route_parameters(composed: Composed) -> dict[str, str]:
    """Parameters that each dose carries a copy of: name in the model to name in an ensemble."""
    found = {}
    for dose in composed.doses:
        for symbol in ("ka", "F"):
            quantity = f"{dose.name}.{symbol}"
            if quantity in composed.quantities:
                found[quantity] = f"{dose.regimen.drug}.{symbol}_{dose.regimen.route}"
    return found


def quantities_of(item: Observation, composed: Composed) -> tuple[str, ...]:
    """The quantities of an observation; a watch stands for its quantity."""
    watches = {watch.name: watch.quantity for watch in composed.scenario.watches}
    return tuple(watches.get(name, name) for name in item.quantities)


def window_of(item: Observation) -> Floats:
    """The times at which a measure is taken [h]."""
    if item.measure == "auc":
        # Dense where a dose has just been given, sparse in its tail.
        return np.asarray(
            item.from_h + (item.to_h - item.from_h) * np.linspace(0.0, 1.0, POINTS_OF_AN_AREA) ** 2
        )
    if item.measure in ("at", "rise", "recovery"):
        return np.array([item.from_h, item.to_h])
    return np.linspace(item.from_h, item.to_h, POINTS)


def _number(item: Observation, runs: Mapping[Arm, _Run], composed: Mapping[Arm, Composed]) -> float:
    arm = Arm(item.scenario, item.regimens)
    quantities = quantities_of(item, composed[arm])
    percent = 100.0 if item.unit == "%" else 1.0
    if len(quantities) == 2:
        one, other = (_measured(item, name, runs[arm], composed[arm]) for name in quantities)
        number = percent * _ratio(one, other)
    elif item.reference in ("", REST):
        number = percent * _measured(item, quantities[0], runs[arm], composed[arm])
    else:
        parts = [Arm(item.scenario, part.strip()) for part in item.reference.split("|")]
        own, *others = (_measured(item, quantities[0], runs[a], composed[a]) for a in (arm, *parts))
        if len(others) == 1:
            number = percent * _ratio(own, others[0])
        else:
            top, bottom = others
            number = percent * _ratio(own - bottom, top - bottom)
    return max(number, LEAST) if math.isfinite(number) else math.nan


def _measured(item: Observation, quantity: str, run: _Run, composed: Composed) -> float:
    window = window_of(item)
    y = run.courses[quantity][np.searchsorted(run.time_h, window)]
    rest = run.rest[quantity]
    if item.reference == REST:
        y = y / rest
    match item.measure:
        case "at":
            found = y[-1]
        case "rise":
            found = y[-1] - y[0]
        case "mean":
            found = np.trapezoid(y, window) / (window[-1] - window[0])
        case "peak":
            found = y.max()
        case "trough":
            found = y.min()
        case "closest":
            goal = item.target / (100.0 if item.unit == "%" else 1.0)
            found = y[np.argmin(np.abs(np.log(np.maximum(y, LEAST) / goal)))]
        case "auc":
            found = np.trapezoid(y, window)
        case "recovery":
            left = (y[-1] - rest) / (y[0] - rest) if y[0] != rest else math.nan
            return (
                math.log(2.0)
                * float(window[-1] - window[0])
                / -math.log(min(max(left, GONE), 1 - GONE))
            )
    return float(found) * factor_of(item, quantity, composed)


def factor_of(item: Observation, quantity: str, composed: Composed) -> float:
    """From the unit of the model to that of the observation: nM to ng/mL takes the molar mass; all else is the same."""
    asked = item.unit.split(" ")[0]
    if asked == "ng/mL" and composed.quantity(quantity).unit == "nM":
        return composed.drugs[quantity.split(".")[0]].value("molar_mass") / 1000.0
    said = model_unit(composed.quantity(quantity).unit).says
    if (
        asked not in ("%", "fold", "fraction", "")
        and item.measure not in ("recovery",)
        and asked != said
    ):
        raise InputError(
            f"is in {asked}, and the scenario tells '{quantity}' in {said or 'a pure number'}",
            where=item.id,
        )
    return 1.0


def _ratio(one: float, other: float) -> float:
    return one / other if other != 0 else math.nan
