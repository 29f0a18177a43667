"""A scenario file extends another one: rows are added, and rows of one name are changed."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

import tricyclic as tca
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.scenarios import scenario, scenario_from_toml

BASE = scenario("noradrenergic_synapse")
TURNOVER = """
extends = "kinetics_and_occupancy"
title = "with turnover"

[[component]]
name = "net_density"
mechanism = "transporter_turnover"
compartment = "brain"
wires = { occupancy = "net_cortex.occupancy" }

[[observable]]
name = "density"
quantity = "net_density.density"
unit = "dimensionless"
description = "NET in the membrane"
relative_to_baseline = true
"""


def extended(text: str, *, name: str = "own", folder=None):
    return scenario_from_toml(text, name=name, where=f"{name}.toml", folder=folder)


def test_nothing_added_is_the_scenario_itself():
    same = extended('extends = "noradrenergic_synapse"')
    assert same.name == "own"
    assert same.components == BASE.components
    assert same.observables == BASE.observables
    assert (same.routes, same.ensemble, same.title) == (BASE.routes, BASE.ensemble, BASE.title)


def test_rows_are_added_and_keys_replaced():
    own = extended(TURNOVER)
    base = scenario("kinetics_and_occupancy")
    assert own.title == "with turnover"
    assert own.description == base.description
    assert own.components == (*base.components, own.components[-1])
    assert own.components[-1].wires == {"occupancy": "net_cortex.occupancy"}
    assert [one.name for one in own.observables][-1] == "density"
    assert own.binding_sites == base.binding_sites


def test_a_row_of_the_same_name_replaces_what_it_states_and_single_wires():
    old = next(one for one in BASE.components if one.name == "camp")
    own = extended(
        """
        extends = "noradrenergic_synapse"
        routes = ["ip"]
        [[component]]
        name = "camp"
        wires = { activity = "gs.other" }
        """
    )
    changed = next(one for one in own.components if one.name == "camp")
    assert changed.mechanism == old.mechanism
    assert changed.wires == {**old.wires, "activity": "gs.other"}
    assert [one.name for one in own.components] == [one.name for one in BASE.components]
    assert own.routes == ("ip",)


def test_an_own_scenario_may_extend_the_shipped_one_of_its_name(tmp_path):
    folder = tmp_path / "library"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "scenarios" / "human_occupancy.toml").write_text(
        'extends = "human_occupancy"\ntitle = "ours"\n', encoding="utf-8"
    )
    (folder / "scenarios" / "again.toml").write_text(
        'extends = "human_occupancy"\n', encoding="utf-8"
    )
    ours = scenario("human_occupancy", folder=folder)
    assert ours.title == "ours"
    assert ours.components == scenario("human_occupancy").components
    assert scenario("again", folder=folder).title == "ours"


def test_a_circle_is_refused(tmp_path):
    folder = tmp_path / "library"
    (folder / "scenarios").mkdir(parents=True)
    for name, base in (("one", "two"), ("two", "one")):
        (folder / "scenarios" / f"{name}.toml").write_text(f'extends = "{base}"\n')
    with pytest.raises(InputError) as error:
        scenario("one", folder=folder)
    assert "extends itself by way of" in str(error.value)


def test_files_extend_each_other_from_their_own_folders(tmp_path):
    """A name with .toml is a file beside the one that names it; a.toml occurs in two folders."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.toml").write_text('extends = "sub/b.toml"\ntitle = "ours"\n')
    (tmp_path / "sub" / "b.toml").write_text('extends = "a.toml"\ndescription = "of b"\n')
    (tmp_path / "sub" / "a.toml").write_text('extends = "human_occupancy"\n')
    ours = scenario(str(tmp_path / "a.toml"))
    assert (ours.title, ours.description) == ("ours", "of b")
    assert ours.components == scenario("human_occupancy").components
    (tmp_path / "sub" / "a.toml").write_text('extends = "../a.toml"\n')
    with pytest.raises(InputError, match="extends itself by way of"):
        scenario(str(tmp_path / "a.toml"))
    (tmp_path / "sub" / "a.toml").write_text('extend = "human_occupancy"\n')
    with pytest.raises(UnknownNameError, match=r"^sub/a.toml: no key is called 'extend'"):
        scenario(str(tmp_path / "a.toml"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("extends = 3", "own.toml: extends is 3. It is the name of a scenario, or of a file"),
        ('extend = "x"', "own.toml: no key is called 'extend'. Did you mean 'extends'?"),
        ('extends = "no"', "own.toml, extends: no scenario is called 'no'"),
        # The number is that of the file of the user, not of the merged scenario.
        (
            'extends = "human_occupancy"\n[[component]]\nmechanism = "x"',
            "own.toml, component 1: 'name' is missing",
        ),
        (
            'extends = "human_occupancy"\n[[component]]\nname = "new"',
            "own.toml, component 'new': 'mechanism' is missing",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(text, sentence):
    with pytest.raises(InputError) as error:
        extended(text)
    assert str(error.value).startswith(sentence)


def test_the_name_of_no_scenario_is_refused():
    with pytest.raises(UnknownNameError) as error:
        extended('extends = "noradrenergic_synapses"')
    assert "Did you mean 'noradrenergic_synapse'" in str(error.value)


def test_the_added_mechanism_follows_its_equation(tmp_path):
    """The density at the end of constant occupancy: 1 / (1 + faster_loss occupancy)."""
    file = tmp_path / "with_turnover.toml"
    file.write_text(TURNOVER, encoding="utf-8")
    result = tca.simulate(
        str(file),
        drug="desipramine",
        rate="20 mg/kg/d",
        route="pump",
        days=40,
        point_estimate=True,
    )
    at_end = {name: float(result[name].y[-1]) for name in ("NET_occupancy", "density")}
    occupancy = at_end["NET_occupancy"] / 100
    table = resources.files("tricyclic") / "data" / "mechanisms" / "transporter_turnover.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    faster = next(float(row["value"]) for row in rows if row["name"] == "faster_loss")
    assert at_end["density"] == pytest.approx(1 / (1 + faster * occupancy), rel=1e-3)


@pytest.mark.parametrize("unit", ["uM", "parsecs", "percent"])
def test_an_observable_in_another_unit_than_its_quantity_is_refused(tmp_path, unit):
    """Values are not converted: the label would be wrong by a factor."""
    file = tmp_path / "own.toml"
    file.write_text(
        f"""
extends = "noradrenergic_synapse"
[[observable]]
name = "own"
quantity = "cortex.NE"
unit = "{unit}"
description = "norepinephrine"
""",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as error:
        tca.simulate(str(file), drug="desipramine", dose="1 mg/kg", route="ip", hours=1)
    assert str(error.value) == (
        f"own, observable 'own': unit is '{unit}', and cortex.NE is in 'nM'. Write unit = \"nM\"."
    )
