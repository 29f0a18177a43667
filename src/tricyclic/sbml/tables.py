"""A model taken apart into rows: quantities with values and units, rules, reactions, events, annotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import libsbml

from tricyclic.sbml.parts import addresses_of, each, formula, parse, things


class Quantity(NamedTuple):
    """A parameter, species or compartment; `start` is the formula of its start value where it has one."""

    id: str
    name: str
    value: float | None
    unit: str
    constant: bool
    start: str


class Rule(NamedTuple):
    """What moves a quantity: kind is "rate" (its rate of change) or "assigned" (its value at all times)."""

    kind: str
    target: str
    formula: str


class Reaction(NamedTuple):
    """Species turned into species, each with its count; what else acts on it; its rate."""

    id: str
    name: str
    reactants: tuple[tuple[float, str], ...]
    products: tuple[tuple[float, str], ...]
    modifiers: tuple[str, ...]
    formula: str


class Event(NamedTuple):
    """Changes that happen when a condition begins to hold."""

    id: str
    trigger: str
    changes: tuple[tuple[str, str], ...]


class Tables(NamedTuple):
    """A model in rows; `annotations` maps an id to the addresses that say what it is."""

    parameters: tuple[Quantity, ...]
    species: tuple[Quantity, ...]
    compartments: tuple[Quantity, ...]
    rules: tuple[Rule, ...]
    reactions: tuple[Reaction, ...]
    events: tuple[Event, ...]
    annotations: dict[str, tuple[str, ...]]


def tables(text: str, where: str = "") -> Tables:
    """Take a model apart into rows.

    Returns
    -------
    Tables
        Parameters, species and compartments with id, name, value, unit and whether they are constant; rules,
        reactions and events as text; and the addresses by which things are annotated.
    """
    document = parse(text, where)  # kept: a model does not outlive its document
    model = document.getModel()
    start = {
        one.getSymbol(): formula(one.getMath())
        for one in each(model, "InitialAssignment")
        if one.isSetMath()
    }
    return Tables(
        parameters=tuple(
            _quantity(one, one.getValue() if one.isSetValue() else None, start)
            for one in each(model, "Parameter")
        ),
        species=tuple(_quantity(one, _content(one), start) for one in each(model, "Species")),
        compartments=tuple(
            _quantity(one, one.getSize() if one.isSetSize() else None, start)
            for one in each(model, "Compartment")
        ),
        rules=tuple(
            Rule("rate" if one.isRate() else "assigned", one.getVariable(), formula(one.getMath()))
            for one in each(model, "Rule")
            if not one.isAlgebraic()
        ),
        reactions=tuple(_reaction(one) for one in each(model, "Reaction")),
        events=tuple(
            Event(
                one.getIdAttribute() or f"event {position + 1}",
                formula(one.getTrigger().getMath()),
                tuple(
                    (change.getVariable(), formula(change.getMath()))
                    for change in (
                        one.getEventAssignment(i) for i in range(one.getNumEventAssignments())
                    )
                ),
            )
            for position, one in enumerate(each(model, "Event"))
        ),
        annotations={
            one.getIdAttribute(): addresses
            for one in [model, *things(model)]
            if one.isSetIdAttribute() and (addresses := addresses_of(one))
        },
    )


def _quantity(one: Any, value: float | None, start: Mapping[str, str]) -> Quantity:
    name = one.getIdAttribute()
    return Quantity(
        name, one.getName(), value, _unit(one), bool(one.getConstant()), start.get(name, "")
    )


def _unit(one: Any) -> str:
    if isinstance(one, libsbml.Parameter | libsbml.Compartment) and one.isSetUnits():
        return str(one.getUnits())
    derived = one.getDerivedUnitDefinition()
    if derived is None or one.getModel() is None:
        return ""
    for known in each(one.getModel(), "UnitDefinition"):
        if libsbml.UnitDefinition.areIdentical(known, derived):
            return str(known.getIdAttribute())
    told = str(libsbml.UnitDefinition.printUnits(derived, True))
    return "" if one.containsUndeclaredUnits() or told == "indeterminable" else told


def _content(species: Any) -> float | None:
    if species.isSetInitialConcentration():
        return float(species.getInitialConcentration())
    return float(species.getInitialAmount()) if species.isSetInitialAmount() else None


def _reaction(one: Any) -> Reaction:
    def side(count: int, get: Any) -> tuple[tuple[float, str], ...]:
        return tuple((float(get(i).getStoichiometry()), get(i).getSpecies()) for i in range(count))

    return Reaction(
        one.getIdAttribute(),
        one.getName(),
        side(one.getNumReactants(), one.getReactant),
        side(one.getNumProducts(), one.getProduct),
        tuple(one.getModifier(i).getSpecies() for i in range(one.getNumModifiers())),
        formula(one.getKineticLaw().getMath()) if one.isSetKineticLaw() else "",
    )
