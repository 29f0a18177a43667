"""Doses as events of an SBML model, and what a dose adds to: an amount or a concentration.

The events are written with libSBML. A detour through Antimony would rename every id that is a word
of its language (`gamma`, `in`, `at`, `species`, `unit`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import libsbml

from tricyclic.errors import InputError
from tricyclic.sbml.parts import elements, parse
from tricyclic.sbml.units import declared_unit, unit_text

_MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML">{}</math>'
_TIME = (
    '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>'
)


class DoseEvents(NamedTuple):
    """Repeated doses: `name` begins the ids of their event and parameters, `amount` is the number
    that each dose adds to `into`; the first of `n_doses` doses after time 0 is given at `first`.
    """

    name: str
    into: str
    amount: float
    first: float
    every: float
    n_doses: int

    @property
    def amount_id(self) -> str:
        """Parameter that contains one dose."""
        return f"{self.name}_amount"

    @property
    def given_id(self) -> str:
        """Parameter that counts the doses given."""
        return f"{self.name}_given"


def free_dose_names(text: str, count: int, where: str = "") -> tuple[str, ...]:
    """One name for each of `count` doses with which no id of the file begins."""
    document = parse(text, where)
    every = document.getListOfAllElements()
    taken = {every.get(position).getIdAttribute() for position in range(every.getSize())}
    prefix = "dose"
    while any(name.startswith(f"{prefix}{k}") for name in taken for k in range(1, count + 1)):
        prefix = f"added_{prefix}"
    return tuple(f"{prefix}{k}" for k in range(1, count + 1))


def add_doses(text: str, doses: Sequence[DoseEvents], where: str = "") -> str:
    """Add doses as events; all else stays as it is.

    A file of level 1 or 2 becomes level 3, in which it is stated that an event may not fire at time
    0.

    Raises
    ------
    InputError
        If libSBML cannot write the model in level 3.
    """
    document = parse(text, where)
    if document.getLevel() < 3 and not document.setLevelAndVersion(3, 2, False):
        raise InputError(
            f"the model is SBML of level {document.getLevel()}, and libSBML cannot write it in "
            "level 3, which doses need",
            where=where,
            do="Save it as level 3 with the program that wrote it",
        )
    model = document.getModel()
    for dose in doses:
        _add_parameter(model, dose.amount_id, dose.amount, constant=True)
        if dose.n_doses > 0:
            _add_parameter(model, dose.given_id, 0.0, constant=False)
            _add_event(model, dose)
    return str(libsbml.writeSBMLToString(document))


def describe_dose(
    text: str, into: str, amount: float, values: Mapping[str, float] = {}, where: str = ""
) -> str:
    """One sentence on what a dose adds to: quantity, unit, volume and, of a concentration, amount.

    Parameters
    ----------
    text : str
    into : str
        Id of a species, parameter or compartment.
    amount : float
        One dose.
    values : mapping of str to float
        Sizes of compartments that differ from the file.
    where : str
        File, for errors.
    """
    document = parse(text, where)  # a reference to the document keeps its model alive
    model = document.getModel()
    species = model.getSpecies(into)
    if species is None:
        one = model.getParameter(into) or model.getCompartment(into)
        kind = "size of the compartment" if isinstance(one, libsbml.Compartment) else "parameter"
        return f"Each dose adds {amount:g}{_unit(one)} to the {kind} {into}"
    compartment = model.getCompartment(species.getCompartment())
    if species.getHasOnlySubstanceUnits() or compartment.getSpatialDimensionsAsDouble() == 0:
        return f"Each dose adds {amount:g}{_unit(species)} to the amount of {into}"
    sentence = f"Each dose adds {amount:g}{_unit(species)} to the concentration of {into}"
    name = compartment.getIdAttribute()
    size = values.get(name, _fixed_size(model, compartment))
    if size is None:
        return f"{sentence}; the volume of {name} is computed by the model"
    total = libsbml.UnitDefinition.combine(
        species.getDerivedUnitDefinition(), compartment.getDerivedUnitDefinition()
    )
    declared = declared_unit(species) is not None and declared_unit(compartment) is not None
    unit = _after_a_number(unit_text(total)) if declared else ""
    return (
        f"{sentence}, which is an amount of {amount * size:g}{unit} in {name} "
        f"of volume {size:g}{_unit(compartment)}"
    )


def _add_parameter(model: Any, identifier: str, value: float, *, constant: bool) -> None:
    one = model.createParameter()
    one.setId(identifier)
    one.setValue(value)
    one.setConstant(constant)


def _add_event(model: Any, dose: DoseEvents) -> None:
    given, last = f"<ci>{dose.given_id}</ci>", _number(dose.n_doses)
    due = (
        f"<apply><plus/>{_number(dose.first)}"
        f"<apply><times/>{given}{_number(dose.every)}</apply></apply>"
    )
    condition = (
        f"<apply><and/><apply><geq/>{_TIME}{due}</apply><apply><lt/>{given}{last}</apply></apply>"
    )
    event = model.createEvent()
    event.setId(f"{dose.name}_event")
    event.setUseValuesFromTriggerTime(True)
    trigger = event.createTrigger()
    trigger.setInitialValue(True)
    trigger.setPersistent(True)
    trigger.setMath(_math(condition))
    for target, added in (
        (dose.given_id, _number(1)),
        (dose.into, f"<ci>{dose.amount_id}</ci>"),
    ):
        change = event.createEventAssignment()
        change.setVariable(target)
        change.setMath(_math(f"<apply><plus/><ci>{target}</ci>{added}</apply>"))


def _math(content: str) -> Any:
    return libsbml.readMathMLFromString(_MATH.format(content))


def _number(value: float) -> str:
    mantissa, _, exponent = repr(float(value)).partition("e")
    if exponent:  # MathML has an element of its own for powers of ten.
        return f'<cn type="e-notation">{mantissa}<sep/>{int(exponent)}</cn>'
    return f"<cn>{mantissa}</cn>"


def _fixed_size(model: Any, compartment: Any) -> float | None:
    """The size of a compartment; None where the model computes it. Without one, it is 1."""
    name = compartment.getIdAttribute()
    changed = {
        event.getEventAssignment(i).getVariable()
        for event in elements(model, "Event")
        for i in range(event.getNumEventAssignments())
    }
    computed = model.getInitialAssignment(name) is not None or model.getRule(name) is not None
    if computed or name in changed:
        return None
    return float(compartment.getSize()) if compartment.isSetSize() else 1.0


def _unit(one: Any) -> str:
    unit = declared_unit(one)
    return " (unit not declared)" if unit is None else _after_a_number(unit)


def _after_a_number(unit: str) -> str:
    """A unit behind a number; in brackets where it begins with a factor of its own."""
    if not unit:
        return " (a pure number)"
    return f" ({unit})" if " " in unit and unit[0].isdigit() else f" {unit}"
