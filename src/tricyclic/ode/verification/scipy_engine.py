"""A second engine: SBML read by libSBML, translated to Python, solved by SciPy's LSODA.

It shares no parser and no solver with the main engine, so that the two verify each other. It is
slower by two orders of magnitude; use it only for that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy
from scipy.integrate import solve_ivp

from tricyclic.errors import InputError, NumericsError, UnknownNameError
from tricyclic.ode.base import Floats
from tricyclic.ode.verification.formulas import FUNCTIONS, check_ids, to_python_expression
from tricyclic.sbml.parts import parse

_BISECTIONS = 200


def version() -> str:
    """Name and version of the program, for a report."""
    return f"own translation of the SBML, SciPy {scipy.__version__}, LSODA"


def time_course(
    sbml: str, time_h: Floats, ids: Sequence[str], *, rtol: float = 1e-9, atol: float = 1e-12
) -> Floats:
    """Values of quantities at given times, as `copasi.time_course` gives them.

    Parameters
    ----------
    sbml : str
        A model with its doses as events.
    time_h : array, shape (times,)
        Times in the unit of the model, ascending from 0.
    ids : sequence of str
        SBML ids of species or parameters.

    Returns
    -------
    array, shape (times, ids)

    Raises
    ------
    InputError
        If the model has a construct that this engine does not translate.
    NumericsError
        If the solver stops before the end.
    """
    return SciPyModel(sbml).run(time_h, ids, rtol=rtol, atol=atol)


class SciPyModel:
    """A model as Python functions; its methods are those of `CompiledModel`.

    The formulas and ids of a file become Python code, which is executed. An id that is no SId, or
    that already has a meaning in Python or in this engine, is refused before.

    Raises
    ------
    InputError
        If the model has delays, algebraic rules or fast reactions, or an id that cannot be used.
    """

    def __init__(self, sbml: str) -> None:
        self.sbml = sbml
        self._code = _Translation(sbml)

    def __reduce__(self) -> tuple[type[SciPyModel], tuple[str]]:
        return type(self), (self.sbml,)

    @property
    def states(self) -> tuple[str, ...]:
        """Parameters with a rate, then species."""
        return self._code.states

    def values(self) -> dict[str, float]:
        """Parameters that can be set, with their values in the file."""
        return dict(self._code.defaults)

    def start(self, values: Mapping[str, float] = {}) -> Floats:
        """Initial states, shape (states,)."""
        code = self._code
        known = {**code.defaults, **self._checked(values)}
        scope: dict[str, float] = {**known, **code.initial, "time": 0.0}
        # Each pass evaluates the formulas whose inputs are known by then.
        for _ in range(len(code.initial_assignments) + 1):
            for name, formula in (*code.rules, *code.initial_assignments):
                scope[name] = _evaluate(formula, scope)
        return np.array([scope[name] for name in self.states], dtype=float)

    def steady_state(
        self,
        values: Mapping[str, float] = {},
        *,
        horizon: float = 3000.0,
        start: Floats | None = None,
    ) -> Floats:
        """States after `horizon`, when nothing changes any more; shape (states,)."""
        table = self.run(
            np.array([0.0, horizon]),
            self.states,
            values=values,
            start=start,
            rtol=1e-9,
            atol=1e-12,
        )
        return np.asarray(table[-1], dtype=float)

    def run(
        self,
        times: Floats,
        outputs: Sequence[str],
        *,
        values: Mapping[str, float] = {},
        start: Floats | None = None,
        rtol: float = 1e-8,
        atol: float | Floats = 1e-11,
        sizes: Floats | None = None,
        order: int = 5,
        max_steps: int | None = None,
        longest: float = 0.0,
        method: Literal["LSODA", "BDF", "Radau"] = "LSODA",
    ) -> Floats:
        """Outputs at times, shape (times, outputs); the method chooses its order and steps by
        itself.
        """
        code = self._code
        times = np.asarray(times, dtype=float)
        parameters = {**code.defaults, **self._checked(values)}
        p = np.array([parameters[name] for name in code.defaults])
        y = np.array(self.start(values) if start is None else start, dtype=float)
        names = self._output_names(outputs)
        tolerance = atol if sizes is None else np.asarray(atol) * np.asarray(sizes)
        table = np.empty((len(times), len(names)))
        done, now, end = 0, 0.0, float(times[-1])
        armed = [not event.trigger(now, y, p) for event in code.events]
        # The solver is started again at every event, as its step must not cross one.
        while now < end:
            stop = min([self._next(event, now, end, y, p) for event in code.events], default=end)
            stop = min(max(stop, now), end)
            if stop > now:
                solution = self._solve((now, stop), y, p, method, rtol, tolerance)
                while done < len(times) and times[done] < stop:
                    state = y if times[done] <= now else solution.sol(times[done])
                    table[done] = code.outputs(times[done], state, p, names)
                    done += 1
                y = np.array(solution.y[:, -1])
            now = stop
            y, p = self._fire(now, y, p, armed)
        for k in range(done, len(times)):
            table[k] = code.outputs(times[k], y, p, names)
        return table

    def _solve(
        self,
        span: tuple[float, float],
        y: Floats,
        p: Floats,
        method: Literal["LSODA", "BDF", "Radau"],
        rtol: float,
        atol: float | Floats,
    ) -> Any:
        solution = solve_ivp(
            self._code.rates,
            span,
            y,
            method=method,
            rtol=rtol,
            atol=atol,
            args=(p,),
            dense_output=True,
        )
        if not solution.success:
            raise NumericsError(
                f"the second engine stopped at {solution.t[-1]:g} h ({solution.message})"
            )
        return solution

    def _output_names(self, outputs: Sequence[str]) -> list[str]:
        names = [output.strip("[]") for output in outputs]
        known = self._code.names
        for name in names:
            if name not in known and name != "time":
                raise UnknownNameError.among("quantity", name, known)
        return names

    @staticmethod
    def _next(event: _Event, now: float, end: float, y: Floats, p: Floats) -> float:
        """The next time of an event; its trigger may depend on time only while no other fires."""
        if event.trigger(now, y, p) or not event.trigger(end, y, p):
            return end
        low, high = now, end
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            low, high = (low, middle) if event.trigger(middle, y, p) else (middle, high)
        return high

    def _fire(self, now: float, y: Floats, p: Floats, armed: list[bool]) -> tuple[Floats, Floats]:
        events = self._code.events
        for _ in range(len(events) + 1):
            due = [k for k, event in enumerate(events) if event.trigger(now, y, p)]
            for k in range(len(events)):
                if k not in due:
                    armed[k] = True
            due = [k for k in due if armed[k]]
            if not due:
                break
            for k in due:
                armed[k] = False
                y, p = events[k].assign(now, y, p)
                # The event may have turned its own trigger off again, which arms it for the next
                # dose.
                armed[k] = not events[k].trigger(now, y, p)
        return y, p

    def _checked(self, values: Mapping[str, float]) -> dict[str, float]:
        for name in values:
            if name not in self._code.defaults:
                raise UnknownNameError.among("parameter", name, self._code.defaults)
        return {name: float(value) for name, value in values.items()}


@dataclass(frozen=True)
class _Event:
    """Trigger and assignments of an event, as functions of time, states and parameters."""

    trigger: Callable[[float, Floats, Floats], bool]
    assign: Callable[[float, Floats, Floats], tuple[Floats, Floats]]


class _Translation:
    """The functions and tables that a model becomes.

    `rates` gives the derivatives of the states; `rules` and `initial_assignments` are compiled
    formulas by name; `defaults` are the values of the parameters, `initial` those of the states.
    """

    def __init__(self, sbml: str) -> None:
        # The document is kept until the end: its model is deleted with it.
        document = parse(sbml, "the model")
        model = document.getModel()
        check_ids(model)
        if any(rule.isAlgebraic() for rule in model.getListOfRules()):
            raise InputError(
                "has algebraic rules", where=model.getId(), allowed="Rate and assignment rules"
            )
        rates = {rule.getVariable(): rule for rule in model.getListOfRules() if rule.isRate()}
        ordered = _in_order(
            [
                (rule.getVariable(), to_python_expression(rule.getMath()))
                for rule in model.getListOfRules()
                if rule.isAssignment()
            ]
        )
        self._read_variables(model, rates, {name for name, _ in ordered})
        self.rules = [(name, compile(text, name, "eval")) for name, text in ordered]
        self.initial_assignments = [
            (a.getSymbol(), compile(to_python_expression(a.getMath()), a.getSymbol(), "eval"))
            for a in model.getListOfInitialAssignments()
        ]
        self.names = (*self._state_index, *self._parameter_index, *(name for name, _ in ordered))
        head = [f"    {name} = y[{k}]" for name, k in self._state_index.items()]
        head += [f"    {name} = p[{k}]" for name, k in self._parameter_index.items()]
        head += [f"    {name} = {text}" for name, text in ordered]
        changes = ", ".join("".join(terms) or "0.0" for terms in self._changes(model, rates))
        values = ", ".join(f"{name!r}: {name}" for name in self.names)
        self.rates = _execute("rates", head, f"return [{changes}]")
        self._all_values = _execute("values", head, f"return {{{values}, 'time': time}}")
        # An event without a trigger never fires.
        self.events = [
            self._event(event, head)
            for event in model.getListOfEvents()
            if event.isSetTrigger() and event.getTrigger().isSetMath()
        ]

    def outputs(self, time: float, y: Floats, p: Floats, names: Sequence[str]) -> list[float]:
        """Values of quantities at one time."""
        values: dict[str, float] = self._all_values(time, y, p)
        return [values[name] for name in names]

    def _read_variables(self, model: Any, rates: Mapping[str, Any], assigned: set[str]) -> None:
        species = [
            s.getId()
            for s in model.getListOfSpecies()
            if not s.getBoundaryCondition() and not s.getConstant()
        ]
        self.states = tuple([name for name in rates if name not in species] + species)
        self._state_index = {name: k for k, name in enumerate(self.states)}
        sizes = {c.getId(): c.getSize() for c in model.getListOfCompartments()}
        self.initial = {
            s.getId(): _initial_concentration(s, sizes) for s in model.getListOfSpecies()
        }
        self.defaults: dict[str, float] = dict(sizes)
        for parameter in model.getListOfParameters():
            name = parameter.getId()
            if name in self._state_index:
                self.initial[name] = parameter.getValue()
            elif name not in assigned:
                self.defaults[name] = parameter.getValue()
        self._parameter_index = {name: k for k, name in enumerate(self.defaults)}

    def _changes(self, model: Any, rates: Mapping[str, Any]) -> list[list[str]]:
        """The terms of the derivative of each state."""
        changes: dict[str, list[str]] = {name: [] for name in self.states}
        for name, rule in rates.items():
            changes[name].append(f"({to_python_expression(rule.getMath())})")
        for reaction in model.getListOfReactions():
            law = to_python_expression(reaction.getKineticLaw().getMath())
            for sign, side in (
                ("-", reaction.getListOfReactants()),
                ("+", reaction.getListOfProducts()),
            ):
                for reference in side:
                    name = reference.getSpecies()
                    if name in changes:
                        size = model.getSpecies(name).getCompartment()
                        changes[name].append(
                            f"{sign}{reference.getStoichiometry()!r}*({law})/{size}"
                        )
        return list(changes.values())

    def _event(self, event: Any, head: Sequence[str]) -> _Event:
        condition = to_python_expression(event.getTrigger().getMath())
        # All right-hand sides are computed before anything is assigned, as SBML demands.
        computed, assigned = ["    y, p = y.copy(), p.copy()"], []
        for j, assignment in enumerate(event.getListOfEventAssignments()):
            computed.append(f"    new_{j} = {to_python_expression(assignment.getMath())}")
            name = assignment.getVariable()
            target = (
                f"y[{self._state_index[name]}]"
                if name in self._state_index
                else f"p[{self._parameter_index[name]}]"
            )
            assigned.append(f"    {target} = new_{j}")
        return _Event(
            _execute("trigger", head, f"return {condition}"),
            _execute("assign", [*head, *computed, *assigned], "return y, p"),
        )


def _initial_concentration(species: Any, sizes: Mapping[str, float]) -> float:
    if species.isSetInitialConcentration():
        return float(species.getInitialConcentration())
    if species.isSetInitialAmount():
        return float(species.getInitialAmount() / sizes[species.getCompartment()])
    return 0.0


def _execute(name: str, lines: Sequence[str], result: str) -> Any:
    """The function of time, states and parameters that these lines of Python define."""
    space: dict[str, Any] = dict(FUNCTIONS)
    exec("\n".join([f"def {name}(time, y, p):", *lines, f"    {result}"]), space)
    return space[name]


def _in_order(rules: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Assignment rules in an order in which each comes after those that it uses."""
    names = {name for name, _ in rules}
    needs = {name: names & set(re.findall(r"[A-Za-z_]\w*", text)) for name, text in rules}
    texts, order = dict(rules), list[tuple[str, str]]()
    while needs:
        ready = [name for name in needs if not (needs[name] - {done for done, _ in order})]
        if not ready:
            raise InputError(f"assignment rules form a circle: {', '.join(sorted(needs))}")
        for name in ready:
            order.append((name, texts[name]))
            del needs[name]
    return order


def _evaluate(formula: Any, scope: Mapping[str, float]) -> float:
    """The value of an initial formula; nan while one of its inputs is not known yet."""
    try:
        return float(eval(formula, dict(FUNCTIONS), dict(scope)))
    except (NameError, ZeroDivisionError, ValueError):
        return math.nan
