"""Units of a file are printed in SI symbols, and nothing is printed where none is declared."""

from __future__ import annotations

import libsbml
import pytest

from tricyclic.ode.solver import antimony_to_sbml
from tricyclic.sbml.units import unit_text, units_of


def definition(*parts):
    document = libsbml.SBMLDocument(3, 2)
    one = document.createModel().createUnitDefinition()
    one.setId("u")
    for kind, exponent, scale, multiplier in parts:
        unit = one.createUnit()
        unit.setKind(libsbml.UnitKind_forName(kind))
        unit.setExponent(exponent)
        unit.setScale(scale)
        unit.setMultiplier(multiplier)
    return document, one


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([("mole", 1, -9, 1.0), ("litre", -1, 0, 1.0)], "nmol/L"),
        ([("mole", 1, 0, 1e-12), ("litre", -1, -3, 1.0)], "pmol/mL"),
        ([("mole", 1, -18, 1.0)], "amol"),
        ([("litre", 1, -12, 1.0)], "pL"),
        ([("gram", 1, 3, 1.0)], "kg"),
        ([("kilogram", 1, -6, 1.0)], "mg"),
        ([("second", 1, 0, 3600.0)], "h"),
        ([("second", -1, 0, 60.0)], "1/min"),
        ([("second", 1, 0, 86400.0)], "d"),
        ([("mole", 1, -9, 1.0), ("litre", -1, 0, 1.0), ("second", -1, 0, 3600.0)], "nmol/(L h)"),
        ([("litre", 1, 0, 1.0), ("mole", -1, -9, 1.0), ("second", -1, 0, 1.0)], "L/(nmol s)"),
        ([("metre", 3, -2, 1.0)], "cm^3"),
        ([("metre", 2, -1, 1.0)], "dm^2"),
        ([("mole", 2, -9, 1.0)], "nmol^2"),
        ([("item", 1, 0, 1.0)], "item"),
        ([("item", 1, 0, 6.0)], "6 item"),
        ([("mole", 1, 0, 0.5), ("litre", -1, 0, 1.0)], "0.5 mol/L"),
        ([("second", 1, 0, 5.0)], "5 s"),
        ([("volt", 1, -3, 1.0)], "mV"),
        ([("dimensionless", 1, 0, 1.0)], ""),
        ([("dimensionless", 1, -2, 1.0)], "0.01"),
        ([("litre", 1, 0, 1.0), ("litre", -1, 0, 1.0)], ""),
        ([("litre", 1, -3, 1.0), ("litre", -1, 0, 1.0)], "0.001"),
    ],
)
def test_a_unit_is_printed_in_its_symbols(parts, text):
    document, one = definition(*parts)
    assert document is not None
    assert unit_text(one) == text


def test_species_have_the_unit_of_their_symbol_and_undeclared_ones_none():
    text = antimony_to_sbml(
        "model m()\n unit substance = 1e-9 mole; unit volume = 1e-3 litre\n"
        "unit rate = 1 / (60 second)\n"
        "compartment c = 1; species A in c; substanceOnly species B in c; A = 1; B = 1\n"
        "k = 1; k has rate; free = 2; share = 1; share has dimensionless\nend",
        "m",
    )
    units = {"A": "nmol/mL", "B": "nmol", "c": "mL", "k": "1/min", "share": ""}
    assert units_of(text) == units
