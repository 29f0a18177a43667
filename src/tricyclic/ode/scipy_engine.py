"""A second engine, of other make than the first: SBML read by libSBML, written as Python, solved by SciPy's LSODA.

It shares no parser, no solver and no line with the first engine, so that the two can be held against each
other. It is slower by two orders of magnitude and needs no compiled model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError, NumericsError, UnknownNameError
from tricyclic.sbml.document import parse

Floats = NDArray[np.float64]


class SciPyEngine:
    """Loads SBML for LSODA.

    The formulas and ids of a file become Python, which is run: so an id that is no SId, or that Python or this engine
    already gives a meaning, is refused before anything is.
    """

    def load(self, sbml: str) -> SciPyModel:
        """Translate a model.

        Raises
        ------
        InputError
            If it holds what this engine does not do (delays, algebraic rules, fast reactions), or an id that it cannot run.
        """
        return SciPyModel(sbml)


class SciPyModel:
    """A model as Python functions; see `CompiledModel` for what each method gives."""

    def __init__(self, sbml: str) -> None:
        self.sbml = sbml
        self._read()

    def __reduce__(self) -> tuple[type[SciPyModel], tuple[str]]:
        return type(self), (self.sbml,)

    @property
    def states(self) -> tuple[str, ...]:
        """Parameters with a rate, then species."""
        return self._states

    def values(self) -> dict[str, float]:
        """Parameters that may be set, with their values in the file."""
        return dict(self._defaults)

    def start(self, values: Mapping[str, float] = {}) -> Floats:
        """Initial states, shape (states,)."""
        known = {**self._defaults, **self._checked(values)}
        scope: dict[str, float] = {**known, **self._initial, "time": 0.0}
        for _ in range(len(self._assigned_at_start) + 1):
            for name, formula in self._rules:
                scope[name] = _tried(formula, scope)
            for name, formula in self._assigned_at_start:
                scope[name] = _tried(formula, scope)
        return np.array([scope[name] for name in self._states], dtype=float)

    def rest(
        self,
        values: Mapping[str, float] = {},
        *,
        horizon: float = 3000.0,
        start: Floats | None = None,
    ) -> Floats:
        """States at which nothing moves any more, shape (states,)."""
        table = self.run(
            np.array([0.0, horizon]),
            self._states,
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
        method: Literal["LSODA", "BDF", "Radau"] = "LSODA",
    ) -> Floats:
        """Outputs at times, shape (times, outputs); the method chooses its order by itself."""
        from scipy.integrate import solve_ivp

        times = np.asarray(times, dtype=float)
        p = np.array([{**self._defaults, **self._checked(values)}[name] for name in self._defaults])
        y = np.array(self.start(values) if start is None else start, dtype=float)
        wanted = [output.strip("[]") for output in outputs]
        for name in wanted:
            if (
                name not in self._index
                and name not in self._parameter
                and name not in self._rule_names
                and name != "time"
            ):
                raise UnknownNameError.among("quantity", name, [*self._index, *self._rule_names])
        table = np.empty((len(times), len(wanted)))
        tolerance = atol if sizes is None else np.asarray(atol) * np.asarray(sizes)
        now, done = 0.0, 0
        armed = [not self._triggers[k](now, y, p) for k in range(len(self._events))]

        def tell(upto: float, solution: Callable[[float], Floats] | None) -> None:
            nonlocal done
            while done < len(times) and times[done] < upto:
                state = y if solution is None or times[done] <= now else solution(times[done])
                table[done] = self._outputs(times[done], state, p, wanted)
                done += 1

        end = float(times[-1])
        while now < end:
            stop = min(
                [self._next(k, now, end, y, p) for k in range(len(self._events))], default=end
            )
            stop = min(max(stop, now), end)
            if stop > now:
                found = solve_ivp(
                    self._rates,
                    (now, stop),
                    y,
                    method=method,
                    rtol=rtol,
                    atol=tolerance,
                    args=(p,),
                    dense_output=True,
                )
                if not found.success:
                    raise NumericsError(
                        f"the second solver stopped at {found.t[-1]:g} h ({found.message})"
                    )
                tell(stop, found.sol)
                y = np.array(found.y[:, -1])
            now = stop
            y, p = self._fire(now, y, p, armed)
        while done < len(times):
            table[done] = self._outputs(times[done], y, p, wanted)
            done += 1
        return table

    def _next(self, k: int, now: float, end: float, y: Floats, p: Floats) -> float:
        """When event k fires next: its trigger must turn on time alone while nothing else fires."""
        trigger = self._triggers[k]
        if trigger(now, y, p) or not trigger(end, y, p):
            return end
        low, high = now, end
        for _ in range(200):
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            low, high = (low, middle) if trigger(middle, y, p) else (middle, high)
        return high

    def _fire(self, now: float, y: Floats, p: Floats, armed: list[bool]) -> tuple[Floats, Floats]:
        for _ in range(len(self._events) + 1):
            due = [k for k in range(len(self._events)) if self._triggers[k](now, y, p)]
            for k in range(len(self._events)):
                if k not in due:
                    armed[k] = True
            due = [k for k in due if armed[k]]
            if not due:
                break
            for k in due:
                armed[k] = False
                y, p = self._events[k](now, y, p)
                # the event may have turned its own trigger off again, which arms it for the next dose
                armed[k] = not self._triggers[k](now, y, p)
        return y, p

    def _outputs(self, t: float, y: Floats, p: Floats, wanted: Sequence[str]) -> list[float]:
        scope = self._all(t, y, p)
        return [scope[name] for name in wanted]

    def _checked(self, values: Mapping[str, float]) -> dict[str, float]:
        for name in values:
            if name not in self._defaults:
                raise UnknownNameError.among("parameter", name, self._defaults)
        return {name: float(value) for name, value in values.items()}

    def _read(self) -> None:
        document = parse(self.sbml, "the model")  # kept: a model dies with its document
        model = document.getModel()
        _check_ids(model)
        if any(rule.isAlgebraic() for rule in model.getListOfRules()):
            raise InputError(
                "has algebraic rules", where=model.getId(), allowed="Rate and assignment rules"
            )
        rates = {rule.getVariable(): rule for rule in model.getListOfRules() if rule.isRate()}
        rules = [
            (rule.getVariable(), expression_of(rule.getMath()))
            for rule in model.getListOfRules()
            if rule.isAssignment()
        ]
        assigned = {name for name, _ in rules}
        species = [
            s.getId()
            for s in model.getListOfSpecies()
            if not s.getBoundaryCondition() and not s.getConstant()
        ]
        self._states = tuple([name for name in rates if name not in species] + species)
        self._index = {name: k for k, name in enumerate(self._states)}
        sizes = {c.getId(): c.getSize() for c in model.getListOfCompartments()}
        self._initial = {
            s.getId(): s.getInitialConcentration()
            if s.isSetInitialConcentration()
            else s.getInitialAmount() / sizes[s.getCompartment()]
            if s.isSetInitialAmount()
            else 0.0
            for s in model.getListOfSpecies()
        }
        self._defaults = dict(sizes)
        for parameter in model.getListOfParameters():
            name = parameter.getId()
            if name in self._index:
                self._initial[name] = parameter.getValue()
            elif name not in assigned:
                self._defaults[name] = parameter.getValue()
        self._parameter = {name: k for k, name in enumerate(self._defaults)}
        self._assigned_at_start = [
            (a.getSymbol(), compile(expression_of(a.getMath()), a.getSymbol(), "eval"))
            for a in model.getListOfInitialAssignments()
        ]
        ordered = _in_order(rules)
        self._rule_names = tuple(name for name, _ in ordered)
        self._rules = [(name, compile(text, name, "eval")) for name, text in ordered]
        change: dict[str, list[str]] = {name: [] for name in self._states}
        for name, rule in rates.items():
            change[name].append(f"({expression_of(rule.getMath())})")
        for reaction in model.getListOfReactions():
            law = expression_of(reaction.getKineticLaw().getMath())
            for sign, side in (
                ("-", reaction.getListOfReactants()),
                ("+", reaction.getListOfProducts()),
            ):
                for reference in side:
                    name = reference.getSpecies()
                    if name in change:
                        size = model.getSpecies(name).getCompartment()
                        change[name].append(
                            f"{sign}{reference.getStoichiometry()!r}*({law})/{size}"
                        )
        head = [f"    {name} = y[{k}]" for name, k in self._index.items()]
        head += [f"    {name} = p[{k}]" for name, k in self._parameter.items()]
        head += [f"    {name} = {text}" for name, text in ordered]
        rows = ", ".join("".join(terms) or "0.0" for terms in change.values())
        names = [*self._index, *self._parameter, *self._rule_names]
        everything = ", ".join(f"{name!r}: {name}" for name in names)
        space: dict[str, Any] = dict(_FUNCTIONS)
        exec(_function("rates", head, f"return [{rows}]"), space)
        exec(_function("everything", head, f"return {{{everything}, 'time': time}}"), space)
        self._rates = space["rates"]
        self._all: Callable[[float, Floats, Floats], dict[str, float]] = space["everything"]
        self._triggers: list[Callable[[float, Floats, Floats], bool]] = []
        self._events: list[Callable[[float, Floats, Floats], tuple[Floats, Floats]]] = []
        for k, event in enumerate(model.getListOfEvents()):
            exec(
                _function(
                    f"trigger_{k}", head, f"return {expression_of(event.getTrigger().getMath())}"
                ),
                space,
            )
            lines = ["    y, p = y.copy(), p.copy()"]
            new = []
            for j, assignment in enumerate(event.getListOfEventAssignments()):
                lines.append(f"    new_{j} = {expression_of(assignment.getMath())}")
                name = assignment.getVariable()
                place = (
                    f"y[{self._index[name]}]"
                    if name in self._index
                    else f"p[{self._parameter[name]}]"
                )
                new.append(f"    {place} = new_{j}")
            exec(_function(f"event_{k}", [*head, *lines, *new], "return y, p"), space)
            self._triggers.append(space[f"trigger_{k}"])
            self._events.append(space[f"event_{k}"])


def _check_ids(model: Any) -> None:
    """Refuse ids that would be something else than a name of the model in Python."""
    things = (
        *model.getListOfCompartments(),
        *model.getListOfSpecies(),
        *model.getListOfParameters(),
    )
    for name in [thing.getId() for thing in things]:
        if not _is_sid(name) or name in _FUNCTIONS or name in ("time", "y", "p"):
            raise _no_id(name)


def _is_sid(name: str) -> bool:
    import keyword
    import re

    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is not None and not keyword.iskeyword(name)


def _no_id(name: str) -> InputError:
    return InputError(
        f"has the id '{name}'",
        where="the model",
        allowed="Letters, digits and _ that are no word of Python or of this engine",
        do="Rename it",
    )


def _function(name: str, lines: Sequence[str], result: str) -> str:
    return "\n".join([f"def {name}(time, y, p):", *lines, f"    {result}"])


def _in_order(rules: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Assignment rules so that each comes after those that it uses."""
    import re

    names = {name for name, _ in rules}
    needs = {name: names & set(re.findall(r"[A-Za-z_]\w*", text)) for name, text in rules}
    texts, order = dict(rules), list[tuple[str, str]]()
    while needs:
        ready = [name for name in needs if not (needs[name] - {done for done, _ in order})]
        if not ready:
            raise InputError(f"assignment rules run in a circle: {', '.join(sorted(needs))}")
        for name in ready:
            order.append((name, texts[name]))
            del needs[name]
    return order


def _tried(formula: Any, scope: Mapping[str, float]) -> float:
    """The value of a start formula, or nan as long as something it needs is not known yet."""
    try:
        return float(eval(formula, dict(_FUNCTIONS), dict(scope)))
    except (NameError, ZeroDivisionError, ValueError):
        return math.nan


def _power(base: float, exponent: float) -> float:
    return float(base**exponent)


_FUNCTIONS: dict[str, Any] = {
    "exp": math.exp,
    "ln": math.log,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "abs": abs,
    "min": min,
    "max": max,
    "floor": math.floor,
    "ceil": math.ceil,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "power": _power,
    "pi": math.pi,
}


def expression_of(node: Any) -> str:
    """A formula of SBML as a Python expression.

    Raises
    ------
    InputError
        If it uses what this engine does not know (delays, user functions).
    """
    import libsbml

    parts = [expression_of(node.getChild(k)) for k in range(node.getNumChildren())]
    kind = node.getType()
    joined = {
        libsbml.AST_PLUS: " + ",
        libsbml.AST_TIMES: " * ",
        libsbml.AST_DIVIDE: " / ",
        libsbml.AST_LOGICAL_AND: " and ",
        libsbml.AST_LOGICAL_OR: " or ",
        libsbml.AST_RELATIONAL_EQ: " == ",
        libsbml.AST_RELATIONAL_NEQ: " != ",
        libsbml.AST_RELATIONAL_LT: " < ",
        libsbml.AST_RELATIONAL_LEQ: " <= ",
        libsbml.AST_RELATIONAL_GT: " > ",
        libsbml.AST_RELATIONAL_GEQ: " >= ",
    }
    called = {
        libsbml.AST_FUNCTION_EXP: "exp",
        libsbml.AST_FUNCTION_LN: "ln",
        libsbml.AST_FUNCTION_ABS: "abs",
        libsbml.AST_FUNCTION_MIN: "min",
        libsbml.AST_FUNCTION_MAX: "max",
        libsbml.AST_FUNCTION_FLOOR: "floor",
        libsbml.AST_FUNCTION_CEILING: "ceil",
        libsbml.AST_FUNCTION_TANH: "tanh",
        libsbml.AST_FUNCTION_SIN: "sin",
        libsbml.AST_FUNCTION_COS: "cos",
    }
    if kind == libsbml.AST_NAME_TIME:
        return "time"
    if node.isName():
        if not _is_sid(str(node.getName())):
            raise _no_id(str(node.getName()))
        return str(node.getName())
    if node.isNumber():
        return repr(float(node.getValue()))
    if kind == libsbml.AST_MINUS:
        return f"(-{parts[0]})" if len(parts) == 1 else f"({parts[0]} - {parts[1]})"
    if kind in (libsbml.AST_POWER, libsbml.AST_FUNCTION_POWER):
        return f"power({parts[0]}, {parts[1]})"
    if kind in joined and parts:
        return f"({joined[kind].join(parts)})"
    if kind in called:
        return f"{called[kind]}({', '.join(parts)})"
    if kind == libsbml.AST_FUNCTION_ROOT:
        return f"sqrt({parts[-1]})" if len(parts) == 1 else f"power({parts[1]}, 1.0/{parts[0]})"
    if kind == libsbml.AST_FUNCTION_LOG:
        return f"log10({parts[-1]})" if len(parts) == 1 else f"(ln({parts[1]})/ln({parts[0]}))"
    if kind == libsbml.AST_LOGICAL_NOT:
        return f"(not {parts[0]})"
    if kind == libsbml.AST_CONSTANT_TRUE:
        return "True"
    if kind == libsbml.AST_CONSTANT_FALSE:
        return "False"
    if kind == libsbml.AST_CONSTANT_PI:
        return "pi"
    if kind == libsbml.AST_FUNCTION_PIECEWISE:
        cases = [(parts[k], parts[k + 1]) for k in range(0, len(parts) - 1, 2)]
        text = parts[-1] if len(parts) % 2 else "0.0"
        for value, condition in reversed(cases):
            text = f"({value} if {condition} else {text})"
        return text
    raise InputError(
        f"uses '{libsbml.formulaToL3String(node)}'",
        where="the model",
        allowed="Arithmetic, powers, exp, logarithms, min, max, piecewise",
    )
