"""An SBML model as tables: quantities with units, rules, reactions, events, annotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import libsbml

from tricyclic.sbml.parts import (
    annotation_addresses,
    elements,
    event_assignments,
    formula_text,
    named_elements,
    parse,
    stoichiometries,
)


class SbmlQuantity(NamedTuple):
    """A parameter, species or compartment; `start` is the formula of its initial value, where it
    has one, `boundary` whether reactions leave it unchanged.
    """

    id: str
    name: str
    value: float | None
    unit: str
    constant: bool
    start: str
    boundary: bool = False


class SbmlRule(NamedTuple):
    """How a quantity is determined: kind is "rate" (its derivative) or "assigned" (its value)."""

    kind: str
    target: str
    formula: str


class SbmlReaction(NamedTuple):
    """Reactants and products, each with its stoichiometry; modifiers; and the rate."""

    id: str
    name: str
    reactants: tuple[tuple[float, str], ...]
    products: tuple[tuple[float, str], ...]
    modifiers: tuple[str, ...]
    formula: str


class SbmlEvent(NamedTuple):
    """Changes (target, formula) at the time when the trigger becomes true; never without one."""

    id: str
    trigger: str
    changes: tuple[tuple[str, str], ...]


class SbmlTables(NamedTuple):
    """A model as rows; `annotations` maps an id to its addresses in public databases.

    `stoichiometries` are the ids of stoichiometric coefficients that have one.
    """

    parameters: tuple[SbmlQuantity, ...]
    species: tuple[SbmlQuantity, ...]
    compartments: tuple[SbmlQuantity, ...]
    rules: tuple[SbmlRule, ...]
    reactions: tuple[SbmlReaction, ...]
    events: tuple[SbmlEvent, ...]
    stoichiometries: tuple[str, ...]
    annotations: dict[str, tuple[str, ...]]


def tables(text: str, where: str = "") -> SbmlTables:
    """Read a model into tables.

    Raises
    ------
    InputError
        If the text is not SBML.
    """
    document = parse(text, where)  # a reference to the document keeps its model alive
    model = document.getModel()
    starts = {
        one.getSymbol(): formula_text(one.getMath())
        for one in elements(model, "InitialAssignment")
        if one.isSetMath()
    }
    return SbmlTables(
        parameters=tuple(
            _quantity(one, one.getValue() if one.isSetValue() else None, starts)
            for one in elements(model, "Parameter")
        ),
        species=tuple(
            _quantity(one, _initial_value(one), starts) for one in elements(model, "Species")
        ),
        compartments=tuple(
            _quantity(one, one.getSize() if one.isSetSize() else None, starts)
            for one in elements(model, "Compartment")
        ),
        rules=tuple(
            SbmlRule(
                "rate" if one.isRate() else "assigned",
                one.getVariable(),
                formula_text(one.getMath()),
            )
            for one in elements(model, "Rule")
            if not one.isAlgebraic()
        ),
        reactions=tuple(_reaction(one) for one in elements(model, "Reaction")),
        events=tuple(_event(one, k) for k, one in enumerate(elements(model, "Event"), start=1)),
        stoichiometries=tuple(
            one.getIdAttribute() for one in stoichiometries(model) if one.isSetIdAttribute()
        ),
        annotations={
            one.getIdAttribute(): addresses
            for one in [model, *named_elements(model)]
            if one.isSetIdAttribute() and (addresses := annotation_addresses(one))
        },
    )


def _quantity(one: Any, value: float | None, starts: Mapping[str, str]) -> SbmlQuantity:
    identifier = one.getIdAttribute()
    return SbmlQuantity(
        identifier,
        one.getName(),
        value,
        _unit(one),
        bool(one.getConstant()),
        starts.get(identifier, ""),
        isinstance(one, libsbml.Species) and bool(one.getBoundaryCondition()),
    )


def _unit(one: Any) -> str:
    """The unit that is declared, or the definition that is identical to the derived one."""
    if isinstance(one, libsbml.Parameter | libsbml.Compartment) and one.isSetUnits():
        return str(one.getUnits())
    derived = one.getDerivedUnitDefinition()
    if derived is None or one.getModel() is None:
        return ""
    for known in elements(one.getModel(), "UnitDefinition"):
        if libsbml.UnitDefinition.areIdentical(known, derived):
            return str(known.getIdAttribute())
    text = str(libsbml.UnitDefinition.printUnits(derived, True))
    return "" if one.containsUndeclaredUnits() or text == "indeterminable" else text


def _initial_value(species: Any) -> float | None:
    if species.isSetInitialConcentration():
        return float(species.getInitialConcentration())
    return float(species.getInitialAmount()) if species.isSetInitialAmount() else None


def _reaction(one: Any) -> SbmlReaction:
    def side(count: int, get: Any) -> tuple[tuple[float, str], ...]:
        return tuple((float(get(i).getStoichiometry()), get(i).getSpecies()) for i in range(count))

    return SbmlReaction(
        one.getIdAttribute(),
        one.getName(),
        side(one.getNumReactants(), one.getReactant),
        side(one.getNumProducts(), one.getProduct),
        tuple(one.getModifier(i).getSpecies() for i in range(one.getNumModifiers())),
        formula_text(one.getKineticLaw().getMath()) if one.isSetKineticLaw() else "",
    )


def _event(one: Any, number: int) -> SbmlEvent:
    return SbmlEvent(
        one.getIdAttribute() or f"event {number}",
        # From level 3 version 2 on, an event may have no trigger; it then never fires.
        formula_text(one.getTrigger().getMath()) if one.isSetTrigger() else "",
        tuple(
            (change.getVariable(), formula_text(change.getMath()))
            for change in event_assignments(one)
        ),
    )
