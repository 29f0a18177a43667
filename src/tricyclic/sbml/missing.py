"""Quantities of an SBML model to which the file gives no value, and whether a run needs them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import libsbml

from tricyclic.errors import InputError
from tricyclic.sbml.parts import elements, event_assignments, formula_nodes, formula_symbols, parse


def find_missing_starts(text: str, where: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Species without a start value, which the solver starts at 0, and compartments without a size,
    to which it gives the size 1.
    """
    document = parse(text, where)  # a reference to the document keeps its model alive
    model = document.getModel()
    given = _determined(model)
    species = (
        one.getIdAttribute()
        for one in elements(model, "Species")
        if not (one.isSetInitialConcentration() or one.isSetInitialAmount())
    )
    compartments = (
        one.getIdAttribute()
        for one in elements(model, "Compartment")
        if not one.isSetSize() and one.getSpatialDimensionsAsDouble() > 0
    )
    return (
        tuple(name for name in species if name not in given),
        tuple(name for name in compartments if name not in given),
    )


def find_missing_rates(text: str, where: str = "") -> tuple[str, ...]:
    """Reactions without a rate law, to which the solver gives the rate 0."""
    document = parse(text, where)
    return tuple(
        one.getIdAttribute()
        for one in elements(document.getModel(), "Reaction")
        if not (one.isSetKineticLaw() and one.getKineticLaw().isSetMath())
    )


def refuse_unset_values(text: str, where: str = "") -> None:
    """Refuse a parameter without a value (none, or NaN) on which a rate or a start value depends.

    Raises
    ------
    InputError
        At the first one, with the place that uses it.
    """
    document = parse(text, where)
    model = document.getModel()
    given = _determined(model) | {
        change.getVariable()
        for event in elements(model, "Event")
        for change in event_assignments(event)
    }
    unset = {
        one.getIdAttribute()
        for one in elements(model, "Parameter")
        if _is_unset(one) and one.getIdAttribute() not in given
    }
    for user, used in _used(model) if unset else ():
        if names := sorted(used & unset):
            raise InputError(
                f"the parameter '{names[0]}' has no value, and {user} depends on it",
                where=where,
                do="Give it a value in the file",
            )


def with_unset_as_nan(text: str) -> str:
    """State NaN for parameters without a value, which the solver refuses even where unused."""
    document = parse(text)
    model = document.getModel()
    given = _determined(model)
    unset = [
        one
        for one in elements(model, "Parameter")
        if not one.isSetValue() and one.getIdAttribute() not in given
    ]
    for one in unset:
        one.setValue(math.nan)
    return str(libsbml.writeSBMLToString(document)) if unset else text


def _is_unset(parameter: Any) -> bool:
    return not parameter.isSetValue() or math.isnan(parameter.getValue())


def _determined(model: Any) -> set[str]:
    """Symbols whose value at the start is computed."""
    return {one.getSymbol() for one in elements(model, "InitialAssignment") if one.isSetMath()} | {
        one.getVariable()
        for one in elements(model, "Rule")
        if one.isAssignment() and one.isSetMath()
    }


def _used(model: Any) -> Iterator[tuple[str, set[str]]]:
    """Places on which a time course depends, with the symbols that they use; first the rates, then
    the formulas behind them.
    """
    formulas = {
        one.getSymbol(): ("the start value of", one.getMath())
        for one in elements(model, "InitialAssignment")
    } | {
        one.getVariable(): ("the rule of", one.getMath())
        for one in elements(model, "Rule")
        if one.isAssignment()
    }
    pending: list[tuple[str, set[str]]] = []
    for one in elements(model, "Reaction"):
        if one.isSetKineticLaw():
            law = one.getKineticLaw()
            local = {law.getParameter(i).getIdAttribute() for i in range(law.getNumParameters())}
            used = _symbols(law.getMath()) - local
            pending.append((f"the rate of the reaction '{one.getIdAttribute()}'", used))
    for one in elements(model, "Rule"):
        if one.isRate():
            used = _symbols(one.getMath()) | {one.getVariable()}
            pending.append((f"the rate of '{one.getVariable()}'", used))
    states = [one.getIdAttribute() for one in elements(model, "Species")]
    pending.append(("the model", set(states)))
    done: set[str] = set()
    while pending:
        user, used = pending.pop(0)
        yield user, used
        for name in sorted(used - done):
            done.add(name)
            if name in formulas:
                kind, formula = formulas[name]
                pending.append((f"{kind} '{name}'", _symbols(formula)))


def _symbols(formula: Any) -> set[str]:
    """Symbols of a formula; none of one with cases, of which a run may need only some."""
    if formula is None or any(
        node.getType() == libsbml.AST_FUNCTION_PIECEWISE for node in formula_nodes(formula)
    ):
        return set()
    return formula_symbols(formula)
