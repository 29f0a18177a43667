"""Every mechanism declares, computes and describes its symbols."""

from __future__ import annotations

import re

import pytest

from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario, scenario_names
from tricyclic.simulation.antimony import symbols

MECHANISMS = mechanisms()


@pytest.mark.parametrize("name", MECHANISMS)
def test_every_symbol_of_the_equations_is_declared(name):
    mechanism = MECHANISMS[name]
    declared = (
        {port.name for port in mechanism.ports}
        | {row.name for row in mechanism.constants}
        | {"place"}
    )
    reactions = {
        match[1] for line in mechanism.body if (match := re.match(r"^(\w+)\s*:(?!=)", line))
    }
    brought_by_drugs = {"V", "CL", "fu", "Kpuu", "k_brain", "ka", "F", "delivered", "k_probe"}
    for statement in mechanism.body:
        for symbol in symbols(statement.replace("'", " ")):
            assert symbol in declared | reactions | brought_by_drugs, (
                f"{name}: '{symbol}' in '{statement}'"
            )


@pytest.mark.parametrize("name", MECHANISMS)
def test_every_declared_symbol_is_computed_or_an_input(name):
    mechanism = MECHANISMS[name]
    written = {re.match(r"^\w+", line)[0] for line in mechanism.body}
    for line in mechanism.body:
        if "->" in line:
            written |= set(symbols(line.partition(":")[2].partition(";")[0]))
    for port in mechanism.ports_of_kind("out", "state", "species", "local"):
        assert port.name in written, f"{name}: '{port.name}' is not computed"


@pytest.mark.parametrize("name", MECHANISMS)
def test_every_state_has_an_initial_value_and_a_rate(name):
    mechanism = MECHANISMS[name]
    for port in mechanism.ports_of_kind("state"):
        starts = [line for line in mechanism.body if re.match(rf"^{port.name}\s*=", line)]
        rates = [line for line in mechanism.body if re.match(rf"^{port.name}\s*'\s*=", line)]
        assert len(starts) == 1 and len(rates) == 1, f"{name}: '{port.name}'"


@pytest.mark.parametrize("name", MECHANISMS)
def test_every_mechanism_and_every_value_has_a_description(name):
    mechanism = MECHANISMS[name]
    assert len(mechanism.description) > 20
    for row in mechanism.constants:
        assert row.description, f"{name}: {row.name} has no description"


def test_every_mechanism_is_used():
    used = {part.mechanism for name in scenario_names() for part in scenario(name).components}
    brought = {"drug_body", "drug_brain", "drug_depot", "drug_probe", "drug_bath", "subject"}
    assert set(MECHANISMS) <= used | brought
