"""The lists of drugs, protocols and scenarios, and each entry in detail."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.io.library.library import Library
from tricyclic.workflows.library import drugs, protocols, scenarios
from tricyclic.workflows.library.options import DrugsOptions, ProtocolsOptions, ScenariosOptions

LIBRARY = Library()


def call(*arguments):
    return CliRunner().invoke(main, ["library", *map(str, arguments)])


def test_every_scenario_has_its_line_and_its_details():
    lines = call("scenarios").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(LIBRARY.scenario_names)
    for name in LIBRARY.scenario_names:
        scenario = LIBRARY.scenario(name)
        text = scenarios.run(ScenariosOptions(name)).summary()
        assert scenario.title in text
        assert all(one.name in text and one.description in text for one in scenario.observables)
        assert all(one.name in text for one in scenario.components)
        assert all(route in text for route in scenario.routes)
        assert f'tca.quantities("{name}")' in text


def test_every_drug_has_its_line_and_its_strongest_target():
    listed = {
        one["name"]: one for one in json.loads(call("drugs", "--json").stdout)["result"]["drugs"]
    }
    assert list(listed) == list(LIBRARY.drugs)
    ki = LIBRARY.drugs["desipramine"].value("Ki_NET")
    assert listed["desipramine"]["strongest"][0] == ["NET", ki]


def test_a_drug_in_detail_has_sources_and_conflicts():
    text = call("drugs", "desipramine").stdout
    assert "tatsumi_1997" in text and "Eur J Pharmacol" in text
    assert "also Ki_NET" in text
    # The vendor guide's geometric mean and the value of Tatsumi differ almost threefold.
    assert "Ki_SERT: " in text.split("published values that disagree")[1]


def test_a_conflict_begins_at_a_twofold_difference():
    result = drugs.run(DrugsOptions("desipramine"))
    values = {}
    for row in LIBRARY.drugs["desipramine"].constants:
        numbers = [one.value for one in (row, *row.alternatives) if one.unit == row.unit]
        numbers = [number for number in numbers if number > 0]
        key = f"{row.name} ({row.applies_to})" if row.applies_to else row.name
        if row.name not in ("name", "usual_dose") and len(numbers) > 1:
            values[key] = max(numbers) / min(numbers)
    expected = {key for key, fold in values.items() if fold >= 2}
    assert {text.split(":")[0] for text in result.drugs[0].conflicts} == expected
    assert expected


def test_kinetics_of_one_species_are_shown_if_it_is_named():
    done = call("drugs", "imipramine", "--species", "human", "--json")
    rows = json.loads(done.stdout)["result"]["drugs"][0]["rows"]
    assert {row["applies_to"] for row in rows} == {"", "human"}


def test_every_protocol_has_its_line_and_its_details():
    lines = call("protocols").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(LIBRARY.protocol_names)
    for name in LIBRARY.protocol_names:
        protocol = LIBRARY.protocol(name)
        text = protocols.run(ProtocolsOptions(name)).summary()
        assert protocol.title in text
        assert all(step.instruction in text for step in protocol.steps)
        assert f"assumed, no source: {', '.join(protocol.assumed) or 'none'}" in text


def test_conditions_of_a_protocol_have_value_unit_error_and_source():
    (protocol,) = protocols.run(ProtocolsOptions("net-nisoxetine")).protocols
    conditions = {name: (value, source) for name, value, source in protocol.conditions}
    assert conditions["radioligand_kd_nM"] == ("0.8 nM", "tejani_butt_1992")
    assert conditions["incubation_min"] == ("180 min", "")
    assert conditions["radioligand"] == ("[3H]nisoxetine", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("drugs", "desipramin"), "No drug is called 'desipramin'. Did you mean 'desipramine'"),
        (
            ("scenarios", "noradrenergic_synaps"),
            "No scenario is called 'noradrenergic_synaps'. Did you mean 'noradrenergic_synapse'",
        ),
        (
            ("protocols", "net-nisoxetin"),
            "No protocol is called 'net-nisoxetin'. Did you mean 'net-nisoxetine'",
        ),
    ],
)
def test_an_unknown_name_gets_the_nearest_one(arguments, sentence):
    done = call(*arguments)
    assert done.exit_code == 3
    assert done.stderr.startswith(sentence)
