"""From a composed model to numbers: each subject is brought to its own drug-free rest, then dosed.

A dose at time 0 is added to the states at rest; an event at time 0 would fire before they are set, and be
lost. All doses after that are events of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError
from tricyclic.ode.base import ATOL, RTOL, CompiledModel
from tricyclic.ode.solver import engine, sbml_of
from tricyclic.simulation.antimony import flat
from tricyclic.simulation.model import Composed

Floats = NDArray[np.float64]


class Bench:
    """A composed model, compiled and ready for any number of subjects.

    It travels to another process as its text. Runs do not leave anything behind: the same values give the
    same bits, alone or among others.
    """

    def __init__(
        self, composed: Composed, *, engine_name: str = "roadrunner", sbml: str = ""
    ) -> None:
        self.composed, self.engine_name = composed, engine_name
        self.sbml = (
            sbml or sbml_of(composed.text, composed.name) if composed.text else composed.sbml
        )
        self.model: CompiledModel = engine(engine_name).load(self.sbml)
        self._index = {name: k for k, name in enumerate(self.model.states)}

    def __reduce__(self) -> tuple[Callable[..., Bench], tuple[Composed, str, str]]:
        return _again, (self.composed, self.engine_name, self.sbml)

    def ids(self, values: Mapping[str, float]) -> dict[str, float]:
        """Values by the names people use, as the model calls them.

        Raises
        ------
        UnknownNameError
            If a quantity is not known; the nearest are suggested.
        InputError
            If it is no parameter, or the value is not finite.
        """
        found = {}
        for name, value in values.items():
            item = self.composed.quantity(name)
            if item.kind not in ("parameter", "dosing"):
                raise InputError(
                    f"'{name}' is computed and cannot be set",
                    where=self.composed.name,
                    do="Set a parameter; `tricyclic simulate SCENARIO --list` names them",
                )
            if not np.isfinite(value):
                raise InputError(
                    f"'{name}' is {value}", where=self.composed.name, allowed="A finite number"
                )
            found[item.id] = float(value)
        return found

    def rest(self, values: Mapping[str, float] = {}) -> Floats:
        """The drug-free steady state of a subject, shape (states,); of a user's own SBML, its initial values.

        Raises
        ------
        NumericsError
            If it does not settle.
        """
        if not self.composed.at_rest:
            return self.model.start(self.ids(values))
        return self.model.rest(self._drug_free(values))

    def rest_of(
        self, names: Sequence[str], values: Mapping[str, float] = {}, rest: Floats | None = None
    ) -> Floats:
        """Quantities at the drug-free rest, shape (names,)."""
        start = self.rest(values) if rest is None else rest
        outputs = [self.composed.quantity(name).id for name in names]
        table = self.model.run(np.zeros(1), outputs, values=self._drug_free(values), start=start)
        return np.asarray(table[0], dtype=float)

    def run(
        self,
        time_h: Floats,
        names: Sequence[str],
        values: Mapping[str, float] = {},
        *,
        rest: Floats | None = None,
        rtol: float = RTOL,
        atol: float = ATOL,
        sizes: Floats | None = None,
        order: int = 5,
    ) -> Floats:
        """Dose a subject from its drug-free rest.

        Parameters
        ----------
        time_h : array, shape (times,)
            Hours, increasing, 0 or more.
        names : sequence of str
            Quantities.
        values : mapping of str to float
            Parameters of the subject that differ from the library's.
        rest : array, shape (states,), optional
            Its rest, where it is known already.
        rtol, atol : float
            Relative error of the solver; absolute error of each state, in units of `sizes` where they are given.
        sizes : array, shape (states,), optional
            How large each state is; see `sizes`.
        order : int
            Highest order of the solver, 1 to 5.

        Returns
        -------
        array, shape (times, names)

        Raises
        ------
        NumericsError
            If no method of the solver comes through.
        """
        given, start = self._dosed(values, rest)
        outputs = [self.composed.quantity(name).id for name in names]
        return self.model.run(
            np.asarray(time_h, float),
            outputs,
            values=given,
            start=start,
            rtol=rtol,
            atol=atol,
            sizes=sizes,
            order=order,
        )

    def sizes(self, time_h: Floats, values: Mapping[str, float] = {}) -> Floats:
        """The most that a dosed subject has of each state at some times, shape (states,); at least a millionth of a unit.

        As scale of the absolute error it lets go of a depot that has long been absorbed, which the solver would otherwise follow
        to its last molecule.
        """
        given, start = self._dosed(values, None)
        table = self.model.run(
            np.asarray(time_h, float), self.model.states, values=given, start=start
        )
        return np.asarray(np.maximum(np.abs(table).max(axis=0), 1e-6))

    def _dosed(
        self, values: Mapping[str, float], rest: Floats | None
    ) -> tuple[dict[str, float], Floats]:
        """Parameters, and states with what is given at time 0."""
        start = (self.rest(values) if rest is None else rest).copy()
        given = self.ids(values)
        # The events of later doses read the same switch.
        gives = not self.composed.at_rest or given.get(flat("subject.dosing"), 1.0) > 0
        for dose in self.composed.doses:
            if not dose.regimen.at_start:
                continue
            amount = given.get(flat(dose.amount), dose.regimen.amount) if gives else 0.0
            if dose.sustained:
                given[flat(dose.feeds)] = amount
            else:
                start[self._index[flat(dose.feeds)]] += amount
        return given, start

    def _drug_free(self, values: Mapping[str, float]) -> dict[str, float]:
        off = {flat(dose.feeds): 0.0 for dose in self.composed.doses if dose.sustained}
        return {**self.ids(values), **off, **self.composed.dosing_off()}


def _again(composed: Composed, engine_name: str, sbml: str) -> Bench:
    return Bench(composed, engine_name=engine_name, sbml=sbml)
