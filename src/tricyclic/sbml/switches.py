"""Times at which a condition on the time switches: a short infusion, a window for an event.

A solver whose steps grow while nothing happens passes over a condition that is true for less than a
step, without a sign of it. So each switch becomes an event, at which the solver stops; and where a
condition switches again and again, steps must be shorter than the time between.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import libsbml
import numpy as np
from numpy.typing import NDArray

from tricyclic.sbml.parts import (
    all_formulas,
    elements,
    event_assignments,
    formula_nodes,
    formula_symbols,
    parse,
)

Floats = NDArray[np.float64]

_RELATIONS = frozenset(
    {
        libsbml.AST_RELATIONAL_LT,
        libsbml.AST_RELATIONAL_LEQ,
        libsbml.AST_RELATIONAL_GT,
        libsbml.AST_RELATIONAL_GEQ,
        libsbml.AST_RELATIONAL_EQ,
        libsbml.AST_RELATIONAL_NEQ,
    }
)
_FUNCTIONS: dict[int, Callable[..., Floats]] = {
    libsbml.AST_DIVIDE: np.divide,
    libsbml.AST_POWER: np.power,
    libsbml.AST_FUNCTION_POWER: np.power,
    libsbml.AST_FUNCTION_ABS: np.abs,
    libsbml.AST_FUNCTION_CEILING: np.ceil,
    libsbml.AST_FUNCTION_COS: np.cos,
    libsbml.AST_FUNCTION_EXP: np.exp,
    libsbml.AST_FUNCTION_FLOOR: np.floor,
    libsbml.AST_FUNCTION_LN: np.log,
    libsbml.AST_FUNCTION_QUOTIENT: lambda a, b: np.trunc(a / b),
    libsbml.AST_FUNCTION_REM: np.fmod,
    libsbml.AST_FUNCTION_SIN: np.sin,
}
# Points at which a condition that is not linear in time is evaluated.
GRID = 100_001
# Shares of the run at which a condition is compared with a straight line, in no simple ratio.
PROBES = np.array([0.0, 0.1307, 0.2931, 0.4127, 0.5713, 0.7171, 0.8837, 1.0])


def shortest_interval(text: str, values: Mapping[str, float], end: float) -> float:
    """The shortest time between two switches of conditions that switch again and again.

    Parameters
    ----------
    text : str
        SBML.
    values : mapping of str to float
        Values of the parameters of the run that do not change.
    end : float
        End of the run.

    Returns
    -------
    float
        Between the start, each switch and the end; infinite where every condition is linear in
        time: such a condition switches once, which no event of `with_restarts` passes over.
    """
    if "symbols/time" not in text or not (math.isfinite(end) and end > 0.0):
        return math.inf
    times = {time for node in _conditions(text)[1] for time in _switches(node, values, end)}
    if not times:
        return math.inf
    gaps = np.diff(sorted({0.0, end, *times}))
    # A condition that is just met at an end of the run, or twice within the grid, is rounding.
    return float(gaps[gaps > 1.5 * end / (GRID - 1)].min(initial=math.inf))


def with_restarts(text: str) -> str:
    """Let a solver stop and start anew at each switch of a condition on the time and on constants.

    The condition becomes a parameter that events switch. Without them a rate that jumps is resolved
    by steps that become too short to change the time, and one that jumps back is passed over.
    """
    if "symbols/time" not in text:
        return text
    document = _expanded(text)
    if document.getLevel() < 3 and not document.setLevelAndVersion(3, 2, False):
        return text
    model = document.getModel()
    taken = {one.getIdAttribute() for one in document.getListOfAllElements()}
    prefix = "switch"
    while any(name.startswith(prefix) for name in taken):
        prefix = f"added_{prefix}"
    allowed = _constants(model) | {"time"}
    formulas: dict[str, str] = {}
    for node in _comparisons(model):
        if formula_symbols(node) <= allowed:
            formulas.setdefault(libsbml.formulaToL3String(node), f"{prefix}{len(formulas)}")
    if not formulas:
        return text
    for holder in (
        *elements(model, "Rule"),
        *(one.getKineticLaw() for one in elements(model, "Reaction") if one.isSetKineticLaw()),
    ):
        if holder.isSetMath():
            math_now = holder.getMath().deepCopy()
            holder.setMath(_switched(math_now, formulas))
    for formula, name in formulas.items():
        _add_switch(model, formula, name)
    return str(libsbml.writeSBMLToString(document))


def _switched(node: Any, formulas: Mapping[str, str]) -> Any:
    """A formula in which each comparison is read from its switch."""
    if node.getType() in _RELATIONS:
        formula = libsbml.formulaToL3String(node)
        if formula in formulas:
            at_start = _at_start(formula)
            return libsbml.parseL3Formula(f"xor({at_start}, {formulas[formula]} == 1)")
    for position in range(node.getNumChildren()):
        node.replaceChild(position, _switched(node.getChild(position).deepCopy(), formulas))
    return node


def _at_start(formula: str) -> str:
    """A comparison at time 0."""
    node = libsbml.parseL3Formula(formula)
    for one in formula_nodes(node):
        if one.getType() == libsbml.AST_NAME_TIME:
            one.setType(libsbml.AST_REAL)
            one.setValue(0.0)
    return str(libsbml.formulaToL3String(node))


def _add_switch(model: Any, formula: str, name: str) -> None:
    """A parameter that is 1 while a comparison differs from what it is at time 0."""
    parameter = model.createParameter()
    parameter.setId(name)
    parameter.setValue(0.0)
    parameter.setConstant(False)
    differs = f"xor({formula}, {_at_start(formula)})"
    for value, condition in (("1", differs), ("0", f"!({differs})")):
        event = model.createEvent()
        event.setId(f"{name}_to_{value}")
        event.setUseValuesFromTriggerTime(True)
        trigger = event.createTrigger()
        trigger.setInitialValue(True)
        trigger.setPersistent(True)
        trigger.setMath(libsbml.parseL3Formula(condition))
        change = event.createEventAssignment()
        change.setVariable(name)
        change.setMath(libsbml.parseL3Formula(value))


def _constants(model: Any) -> set[str]:
    """Parameters and compartments that nothing changes."""
    changed = {one.getVariable() for one in elements(model, "Rule")} | {
        change.getVariable()
        for event in elements(model, "Event")
        for change in event_assignments(event)
    }
    return {
        one.getIdAttribute()
        for kind in ("Parameter", "Compartment")
        for one in elements(model, kind)
    } - changed


@functools.lru_cache(maxsize=4)
def _conditions(text: str) -> tuple[Any, list[Any]]:
    """The comparisons of a model that contain the time; and its document, which owns them."""
    document = _expanded(text)
    return document, _comparisons(document.getModel())


def _expanded(text: str) -> Any:
    """The document with its functions written out."""
    document = parse(text)
    properties = libsbml.ConversionProperties()
    properties.addOption("expandFunctionDefinitions", True)
    document.convert(properties)
    return document


def _comparisons(model: Any) -> list[Any]:
    return [
        node
        for _, formula in all_formulas(model)
        for node in formula_nodes(formula)
        if node.getType() in _RELATIONS
        and node.getNumChildren() == 2
        and any(one.getType() == libsbml.AST_NAME_TIME for one in formula_nodes(node))
    ]


def _switches(node: Any, values: Mapping[str, float], end: float) -> Iterator[float]:
    """Times at which a comparison switches that is not linear in time; none of a linear one."""

    def difference(times: Floats) -> Floats:
        with np.errstate(all="ignore"):
            sides = [_value(node.getChild(k), values, times) for k in (0, 1)]
            return np.broadcast_to(sides[0] - sides[1], times.shape)

    at_some = difference(end * PROBES)
    if not np.isfinite(at_some).all():
        return
    first, last = float(at_some[0]), float(at_some[-1])
    straight = first + (last - first) * PROBES
    if np.allclose(at_some, straight, rtol=1e-9, atol=1e-9 * abs(last - first)):
        return
    grid = np.linspace(0.0, end, GRID)
    signs = np.sign(difference(grid))
    for position in np.flatnonzero(signs[1:] != signs[:-1]).tolist():
        yield float(grid[position + 1])


def _value(node: Any, values: Mapping[str, float], times: Floats) -> Floats:
    """A formula of the time and of constants at some times; nan where it depends on more."""
    kind = node.getType()
    if kind == libsbml.AST_NAME_TIME:
        return times
    if node.isNumber():
        return np.asarray(node.getValue(), dtype=np.float64)
    if node.isName():
        return np.asarray(values.get(node.getName(), math.nan))
    parts = [_value(node.getChild(k), values, times) for k in range(node.getNumChildren())]
    if kind == libsbml.AST_PLUS:
        return np.asarray(sum(parts, np.asarray(0.0)))
    if kind == libsbml.AST_TIMES:
        return np.asarray(math.prod(parts, start=np.asarray(1.0)))
    if kind == libsbml.AST_MINUS:
        return -parts[0] if len(parts) == 1 else np.asarray(parts[0] - parts[1])
    if kind in _FUNCTIONS:
        return np.asarray(_FUNCTIONS[kind](*parts))
    return np.asarray(math.nan)
