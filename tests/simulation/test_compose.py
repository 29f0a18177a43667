"""Composing gives names, wires, values and doses, and refuses what is impossible."""

from __future__ import annotations

import pytest

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Dosing
from tricyclic.errors import InputError
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanism_from_text, mechanisms
from tricyclic.io.library.scenarios import scenario_from_toml
from tricyclic.simulation.compose import compose

SMALL = """
title = "Kinetics of one drug"
description = "A drug, its brain level and one site."
species = "rat"
system = "animal"
routes = ["ip", "iv", "pump", "probe_cortex"]
[[compartment]]
name = "cortex_fluid"
description = "extracellular fluid"
[[fluid]]
name = "cortex"
drug_source = "brain"
[[binding_site]]
name = "net"
target = "NET"
fluid = "cortex"
compartment = "cortex_fluid"
description = "norepinephrine transporter"
"""


def small(more: str = ""):
    return scenario_from_toml(SMALL + more, name="small", where="small.toml")


def composed(*dosing: Dosing, more: str = "", **changes):
    return compose(small(more), mechanisms(), drugs(), list(dosing))


def test_a_drug_adds_its_body_its_brain_and_its_metabolite():
    model = composed(Dosing("desipramine", "ip", 1000.0))
    assert {"desipramine.central", "desipramine_brain.free", "desipramine_dose1.amount"} <= set(
        model.quantities
    )
    assert "hydroxydesipramine.central" in model.quantities


def test_each_constant_of_the_drug_has_its_source():
    model = composed(Dosing("desipramine", "ip", 1000.0))
    ki = model.parameters["desipramine.Ki_NET"]
    assert ki.unit == "nM" and ki.source


def test_a_site_without_ligands_has_a_concentration_of_0():
    assert "net__load := (0 dimensionless)" in composed().text


def test_two_routes_of_one_drug_have_a_depot_each():
    model = composed(Dosing("desipramine", "ip", 1000.0), Dosing("desipramine", "ip", 10.0, 24.0))
    assert {"desipramine_dose1.amount", "desipramine_dose2.amount"} <= set(model.quantities)


def test_a_dose_at_time_0_is_not_an_event():
    assert " at (" not in composed(Dosing("desipramine", "ip", 1000.0)).text
    assert composed(Dosing("desipramine", "ip", 1000.0, 0.0, 12.0, 28)).text.count(" at (") == 1


def test_an_unknown_route_names_those_of_the_scenario():
    with pytest.raises(InputError, match="ip"):
        composed(Dosing("desipramine", "nasal", 1.0))


def test_an_unknown_drug_names_the_nearest():
    with pytest.raises(InputError, match="desipramine"):
        composed(Dosing("desipramin", "ip", 1.0))


def test_a_wire_to_an_unknown_quantity_is_refused():
    more = """
[[component]]
name = "net_cortex"
mechanism = "reuptake"
compartment = "cortex_fluid"
wires = { load = "nett.load" }
"""
    with pytest.raises(InputError, match=r"nett\.load"):
        composed(more=more)


def test_a_wire_to_an_unknown_port_is_refused():
    more = """
[[component]]
name = "net_cortex"
mechanism = "reuptake"
compartment = "cortex_fluid"
wires = { lode = "net.load" }
"""
    with pytest.raises(InputError, match="load"):
        composed(more=more)


def test_a_port_without_wire_or_value_is_named():
    lonely = mechanism_from_text(
        "// A mechanism with an input.\n// in want nM the input\n// out get nM the output\n"
        "model lonely()\n  get := want\nend\n",
        (),
        name="lonely",
        where="lonely.ant",
    )
    more = '\n[[component]]\nname = "lonely"\nmechanism = "lonely"\ncompartment = "cortex_fluid"\n'
    with pytest.raises(InputError, match=r"'want'.*not wired"):
        compose(small(more), {**mechanisms(), "lonely": lonely}, drugs())


def test_the_row_of_a_component_takes_precedence_over_the_general_one():
    text = (
        "// A constant signal that a component may set.\n// out signal nM the signal\n"
        "model fixed()\n  signal := level\nend\n"
    )
    rows = (
        Constant("level", 1.0, "nM", description="level"),
        Constant("level", 7.0, "nM", description="level", applies_to="second"),
    )
    fixed = mechanism_from_text(text, rows, name="fixed", where="fixed.ant")
    more = "".join(
        f'\n[[component]]\nname = "{name}"\nmechanism = "fixed"\ncompartment = "cortex_fluid"\n'
        for name in ("first", "second")
    )
    parameters = compose(small(more), {**mechanisms(), "fixed": fixed}, drugs()).parameters
    assert (parameters["first.level"].value, parameters["second.level"].value) == (1.0, 7.0)


def test_a_component_with_the_name_of_a_drug_is_refused():
    more = """
[[component]]
name = "desipramine"
mechanism = "reuptake"
compartment = "cortex_fluid"
"""
    with pytest.raises(InputError) as error:
        composed(Dosing("desipramine", "ip", 1.0), more=more)
    assert str(error.value) == (
        "small: has a component called 'desipramine', which is the name of a drug that is given. "
        "Give the component another name."
    )


def test_each_route_feeds_its_own_quantity():
    model = composed(
        Dosing("desipramine", "ip", 1.0),
        Dosing("desipramine", "iv", 1.0),
        Dosing("desipramine", "pump", 1.0, duration_h=2.0),
        Dosing("desipramine", "probe_cortex", 1.0, duration_h=2.0),
    )
    assert [(dose.feeds, dose.sustained) for dose in model.doses] == [
        ("desipramine_dose1.amount", False),
        ("desipramine.central", False),
        ("desipramine_dose3.rate", True),
        ("desipramine_dose4.rate", True),
    ]
    units = [model.quantities[dose.amount].unit for dose in model.doses]
    assert units == ["nmol_per_kg", "nmol_per_kg", "nmol_per_kg_per_h", "nM"]
