"""What composing promises: names, wires, values, doses, and one sentence for what cannot be."""

from __future__ import annotations

import pytest

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Regimen
from tricyclic.errors import InputError
from tricyclic.io.library.mechanisms import (
    drugs,
    mechanism_from_text,
    mechanisms,
    scenario_from_toml,
)
from tricyclic.simulation.compose import compose

SMALL = """
title = "Kinetics of one drug"
says = "A drug, its brain level and one site."
species = "rat"
system = "animal"
routes = ["ip", "iv", "pump", "probe_cortex"]
[[place]]
name = "cortex_fluid"
says = "extracellular fluid"
[[fluid]]
name = "cortex"
holds = "brain"
[[site]]
name = "net"
target = "NET"
fluid = "cortex"
place = "cortex_fluid"
says = "norepinephrine transporter"
"""


def small(more: str = ""):
    return scenario_from_toml(SMALL + more, name="small", where="small.toml")


def composed(*regimens: Regimen, more: str = "", **changes):
    return compose(small(more), mechanisms(), drugs(), list(regimens))


def test_a_drug_brings_its_body_its_brain_and_its_metabolite():
    found = composed(Regimen("desipramine", "ip", 1000.0))
    assert {"desipramine.central", "desipramine_brain.free", "desipramine_dose1.amount"} <= set(
        found.quantities
    )
    assert "hydroxydesipramine.central" in found.quantities


def test_each_constant_of_the_drug_comes_with_its_source():
    found = composed(Regimen("desipramine", "ip", 1000.0))
    ki = found.parameters["desipramine.Ki_NET"]
    assert ki.unit == "nM" and ki.source


def test_a_site_without_ligands_is_empty_and_not_missing():
    assert "net__load := (0 dimensionless)" in composed().text


def test_two_routes_of_one_drug_have_a_depot_each():
    found = composed(Regimen("desipramine", "ip", 1000.0), Regimen("desipramine", "ip", 10.0, 24.0))
    assert {"desipramine_dose1.amount", "desipramine_dose2.amount"} <= set(found.quantities)


def test_a_dose_at_time_zero_is_no_event():
    assert " at (" not in composed(Regimen("desipramine", "ip", 1000.0)).text
    assert composed(Regimen("desipramine", "ip", 1000.0, 0.0, 12.0, 28)).text.count(" at (") == 1


def test_an_unknown_route_names_those_of_the_scenario():
    with pytest.raises(InputError, match="ip"):
        composed(Regimen("desipramine", "nasal", 1.0))


def test_an_unknown_drug_names_the_nearest():
    with pytest.raises(InputError, match="desipramine"):
        composed(Regimen("desipramin", "ip", 1.0))


def test_a_wire_to_a_quantity_that_is_not_there_is_refused():
    more = """
[[part]]
name = "net_cortex"
mechanism = "reuptake"
place = "cortex_fluid"
wires = { load = "nett.load" }
"""
    with pytest.raises(InputError, match=r"nett\.load"):
        composed(more=more)


def test_a_wire_to_a_port_that_is_not_there_is_refused():
    more = """
[[part]]
name = "net_cortex"
mechanism = "reuptake"
place = "cortex_fluid"
wires = { lode = "net.load" }
"""
    with pytest.raises(InputError, match="load"):
        composed(more=more)


def test_a_port_without_wire_or_value_is_named():
    lonely = mechanism_from_text(
        "// A mechanism that wants something.\n// in want nM what it wants\n// out get nM what it gives\nmodel lonely()\n  get := want\nend\n",
        (),
        name="lonely",
        where="lonely.ant",
    )
    more = '\n[[part]]\nname = "lonely"\nmechanism = "lonely"\nplace = "cortex_fluid"\n'
    with pytest.raises(InputError, match=r"'want'.*not wired"):
        compose(small(more), {**mechanisms(), "lonely": lonely}, drugs())


def test_the_row_of_a_part_wins_over_the_general_one():
    text = "// A constant signal that a part may set otherwise.\n// out signal nM what it gives\nmodel fixed()\n  signal := level\nend\n"
    rows = (
        Constant("level", 1.0, "nM", says="level"),
        Constant("level", 7.0, "nM", says="level", holds_for="second"),
    )
    fixed = mechanism_from_text(text, rows, name="fixed", where="fixed.ant")
    more = "".join(
        f'\n[[part]]\nname = "{name}"\nmechanism = "fixed"\nplace = "cortex_fluid"\n'
        for name in ("first", "second")
    )
    parameters = compose(small(more), {**mechanisms(), "fixed": fixed}, drugs()).parameters
    assert (parameters["first.level"].value, parameters["second.level"].value) == (1.0, 7.0)
