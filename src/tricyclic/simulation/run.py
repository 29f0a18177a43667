"""Simulates a composed model: each subject starts at its own drug-free steady state and is dosed.

A dose at time 0 is added to the start states, because an event at time 0 fires before they are set
and is lost. All later doses are events of the model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError, NumericsError
from tricyclic.ode.base import ATOL, RTOL, CompiledModel
from tricyclic.ode.own_scale import run_to_scale
from tricyclic.ode.solver import antimony_to_sbml, engine
from tricyclic.sbml.switches import shortest_interval, with_restarts
from tricyclic.simulation.antimony import to_identifier
from tricyclic.simulation.model import ComposedModel

Floats = NDArray[np.float64]
# Smallest scale of a state for the absolute error, in units of the state.
MIN_SIZE = 1e-6
# Steps of a run whose steps are kept shorter than a condition on the time lasts.
MOST_STEPS = 1_000_000
# Such a step as a share of the shortest time between two switches; in no simple ratio, because a
# step that ends a rounding error before a switch finds no way over it.
STEP_SHARE = 0.41421356


class Simulator:
    """A composed model, compiled and ready for any number of subjects.

    It is sent to another process as text. A run leaves nothing behind: the same values give the
    same bits, in whatever order the runs are made.
    """

    def __init__(
        self, composed: ComposedModel, *, engine_name: str = "roadrunner", sbml: str = ""
    ) -> None:
        self.composed, self.engine_name = composed, engine_name
        self.sbml = (
            sbml or antimony_to_sbml(composed.text, composed.name)
            if composed.text
            else composed.sbml
        )
        self.model: CompiledModel = engine(engine_name).load(
            self.sbml if composed.has_steady_state else with_restarts(self.sbml)
        )
        self._index = {name: k for k, name in enumerate(self.model.states)}

    def __reduce__(self) -> tuple[Callable[..., Simulator], tuple[ComposedModel, str, str]]:
        return _rebuild, (self.composed, self.engine_name, self.sbml)

    def ids(self, values: Mapping[str, float]) -> dict[str, float]:
        """Values by the identifiers of the model instead of the names of quantities.

        Raises
        ------
        UnknownNameError
            If a quantity is not known; the nearest are suggested.
        InputError
            If it is not a parameter, or the value is not finite.
        """
        by_id = {}
        for name, value in values.items():
            item = self.composed.quantity(name)
            if item.kind not in ("parameter", "dosing"):
                raise InputError(
                    f"'{name}' is computed and cannot be set",
                    where=self.composed.name,
                    do="Set a parameter; `tricyclic model simulate SCENARIO --list` lists them",
                )
            if not np.isfinite(value):
                raise InputError(
                    f"'{name}' is {value}", where=self.composed.name, allowed="A finite number"
                )
            by_id[item.id] = float(value)
        return by_id

    def steady_state(self, values: Mapping[str, float] = {}) -> Floats:
        """The drug-free steady state of a subject, shape (states,); the initial values of a user's
        own SBML.

        Raises
        ------
        NumericsError
            If the model does not reach a steady state, or an initial value is not finite.
        """
        if not self.composed.has_steady_state:
            states = self.model.start(self.ids(values))
            if not np.isfinite(states).all():
                at = int(np.argmin(np.isfinite(states)))
                raise NumericsError(
                    f"The start value of {self.model.states[at]} is {states[at]:g}, as in a "
                    "compartment of size 0 or after a division by 0. A start value, a size or a "
                    "parameter of the file is impossible"
                )
            return states
        return self.model.steady_state(self._drug_free(values))

    def baseline_values(
        self, names: Sequence[str], values: Mapping[str, float] = {}, start: Floats | None = None
    ) -> Floats:
        """Quantities at the drug-free steady state, shape (names,)."""
        states = self.steady_state(values) if start is None else start
        outputs = [self.composed.quantity(name).id for name in names]
        table = self.model.run(np.zeros(1), outputs, values=self._drug_free(values), start=states)
        return np.asarray(table[0], dtype=float)

    def run(
        self,
        time_h: Floats,
        names: Sequence[str],
        values: Mapping[str, float] = {},
        *,
        start: Floats | None = None,
        rtol: float = RTOL,
        atol: float = ATOL,
        sizes: Floats | None = None,
        order: int = 5,
    ) -> Floats:
        """Dose a subject, starting at its drug-free steady state.

        Parameters
        ----------
        time_h : array, shape (times,)
            Hours, increasing, 0 or more.
        names : sequence of str
            Quantities to record.
        values : mapping of str to float
            Parameters of the subject that differ from the library's.
        start : array, shape (states,), optional
            States before the doses at time 0; by default the drug-free steady state, computed.
        rtol, atol : float
            Relative error of the solver; absolute error of each state, in units of `sizes` where
            they are given.
        sizes : array, shape (states,), optional
            How large each state is; see `sizes`.
        order : int
            Highest order of the solver, 1 to 5.
            A user's own SBML is in units of its own: `rtol`, `atol`, `sizes` and `order` are
            then not used, and the tolerances follow the scale of each state (`run_to_scale`).

        Returns
        -------
        array, shape (times, names)

        Raises
        ------
        NumericsError
            If no method of the solver reaches the last time.
        """
        parameters, states = self._with_doses(values, start)
        outputs = [self.composed.quantity(name).id for name in names]
        if not self.composed.has_steady_state:
            return self._run_to_scale(time_h, outputs, parameters, states)
        return self.model.run(
            np.asarray(time_h, float),
            outputs,
            values=parameters,
            start=states,
            rtol=rtol,
            atol=atol,
            sizes=sizes,
            order=order,
        )

    def run_again(
        self, time_h: Floats, names: Sequence[str], values: Mapping[str, float] = {}
    ) -> Floats:
        """The run of a user's own SBML at tolerances ten times tighter, to verify the first.

        Returns
        -------
        array, shape (times, names)

        Raises
        ------
        NumericsError
            If no method of the solver reaches the last time.
        """
        parameters, states = self._with_doses(values, None)
        outputs = [self.composed.quantity(name).id for name in names]
        return self._run_to_scale(time_h, outputs, parameters, states, stricter=0.1)

    def sizes(self, time_h: Floats, values: Mapping[str, float] = {}) -> Floats:
        """The maximum of each state of a dosed subject over some times, shape (states,); at least a
        millionth of a unit.

        Used as the scale of the absolute error, so that the solver need not follow a depot that was
        absorbed long ago to its last molecule.
        """
        parameters, states = self._with_doses(values, None)
        table = self.model.run(
            np.asarray(time_h, float), self.model.states, values=parameters, start=states
        )
        return np.asarray(np.maximum(np.abs(table).max(axis=0), MIN_SIZE))

    def _run_to_scale(
        self,
        time_h: Floats,
        outputs: Sequence[str],
        parameters: Mapping[str, float],
        states: Floats,
        stricter: float = 1.0,
    ) -> Floats:
        times = np.asarray(time_h, float)
        shortest = shortest_interval(
            self.sbml, {**self.model.values(), **parameters}, float(times[-1])
        )
        longest = max(STEP_SHARE * shortest, float(times[-1]) / MOST_STEPS)
        return run_to_scale(
            self.model,
            times,
            outputs,
            values=parameters,
            start=states,
            stricter=stricter,
            longest=longest if math.isfinite(longest) else 0.0,
        )

    def _with_doses(
        self, values: Mapping[str, float], start: Floats | None
    ) -> tuple[dict[str, float], Floats]:
        """Parameters, and states with the doses at time 0."""
        states = (self.steady_state(values) if start is None else start).copy()
        parameters = self.ids(values)
        # The events of later doses read the same switch.
        dosed = (
            not self.composed.has_steady_state
            or parameters.get(to_identifier("subject.dosing"), 1.0) > 0
        )
        for dose in self.composed.doses:
            if not dose.dosing.at_start:
                continue
            amount = (
                parameters.get(to_identifier(dose.amount), dose.dosing.amount) if dosed else 0.0
            )
            if dose.sustained:
                parameters[to_identifier(dose.feeds)] = amount
            else:
                states[self._index[to_identifier(dose.feeds)]] += amount
        return parameters, states

    def _drug_free(self, values: Mapping[str, float]) -> dict[str, float]:
        off = {to_identifier(dose.feeds): 0.0 for dose in self.composed.doses if dose.sustained}
        return {**self.ids(values), **off, **self.composed.dosing_off()}


def _rebuild(composed: ComposedModel, engine_name: str, sbml: str) -> Simulator:
    return Simulator(composed, engine_name=engine_name, sbml=sbml)
