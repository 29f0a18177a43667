"""SBML formulas as Python expressions, for the engine that runs them as Python code.

Only names that are SBML ids are accepted, so that a file cannot contain other code.
"""

from __future__ import annotations

import keyword
import math
import re
from typing import Any

import libsbml

from tricyclic.errors import InputError


def _power(base: float, exponent: float) -> float:
    return float(base**exponent)


# What the expressions may call.
FUNCTIONS: dict[str, Any] = {
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
# Names that the generated code uses itself.
RESERVED = frozenset({*FUNCTIONS, "time", "y", "p"})
_OPERATORS = {
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
_CALLS = {
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
_CONSTANTS = {
    libsbml.AST_NAME_TIME: "time",
    libsbml.AST_CONSTANT_TRUE: "True",
    libsbml.AST_CONSTANT_FALSE: "False",
    libsbml.AST_CONSTANT_PI: "pi",
}


def check_ids(model: Any) -> None:
    """Refuse the ids of a libSBML model that mean something else in the generated code.

    Raises
    ------
    InputError
        If an id is no SId, a keyword of Python, or a name that the generated code uses.
    """
    objects = (
        *model.getListOfCompartments(),
        *model.getListOfSpecies(),
        *model.getListOfParameters(),
    )
    for name in [item.getId() for item in objects]:
        if not _is_sid(name) or name in RESERVED:
            raise _unusable_id(name)


def to_python_expression(node: Any) -> str:
    """A formula of SBML as a Python expression.

    Raises
    ------
    InputError
        If it uses a construct without translation: a delay, a user-defined function.
    """
    kind = node.getType()
    if kind in _CONSTANTS:
        return _CONSTANTS[kind]
    if node.isName():
        if not _is_sid(str(node.getName())):
            raise _unusable_id(str(node.getName()))
        return str(node.getName())
    if node.isNumber():
        return repr(float(node.getValue()))
    parts = [to_python_expression(node.getChild(k)) for k in range(node.getNumChildren())]
    if kind in _OPERATORS and parts:
        return f"({_OPERATORS[kind].join(parts)})"
    if kind in _CALLS:
        return f"{_CALLS[kind]}({', '.join(parts)})"
    text = _special(kind, parts)
    if text is None:
        raise InputError(
            f"uses '{libsbml.formulaToL3String(node)}'",
            where="the model",
            allowed="Arithmetic, powers, exp, logarithms, min, max, piecewise",
        )
    return text


def _special(kind: int, parts: list[str]) -> str | None:
    """The constructs whose form depends on the number of arguments; None for an unknown one."""
    if kind == libsbml.AST_MINUS:
        return f"(-{parts[0]})" if len(parts) == 1 else f"({parts[0]} - {parts[1]})"
    if kind in (libsbml.AST_POWER, libsbml.AST_FUNCTION_POWER):
        return f"power({parts[0]}, {parts[1]})"
    if kind == libsbml.AST_FUNCTION_ROOT:
        return f"sqrt({parts[-1]})" if len(parts) == 1 else f"power({parts[1]}, 1.0/{parts[0]})"
    if kind == libsbml.AST_FUNCTION_LOG:
        return f"log10({parts[-1]})" if len(parts) == 1 else f"(ln({parts[1]})/ln({parts[0]}))"
    if kind == libsbml.AST_LOGICAL_NOT:
        return f"(not {parts[0]})"
    if kind == libsbml.AST_FUNCTION_PIECEWISE:
        cases = [(parts[k], parts[k + 1]) for k in range(0, len(parts) - 1, 2)]
        text = parts[-1] if len(parts) % 2 else "0.0"
        for value, condition in reversed(cases):
            text = f"({value} if {condition} else {text})"
        return text
    return None


def _is_sid(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is not None and not keyword.iskeyword(name)


def _unusable_id(name: str) -> InputError:
    return InputError(
        f"has the id '{name}'",
        where="the model",
        allowed="Letters, digits and _ that are no word of Python or of this engine",
        do="Rename it",
    )
