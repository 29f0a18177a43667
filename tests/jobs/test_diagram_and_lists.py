"""Diagrams come from the model and carry its changes; scenarios and drugs tell themselves, with what is in dispute."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.io.library.mechanisms import (
    drug,
    drug_names,
    drugs,
    mechanisms,
    scenario,
    scenario_names,
)
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import regimens_of
from tricyclic.simulation.run import Bench


def typed(*words):
    return CliRunner().invoke(main, [*words, "--quiet"], prog_name="tricyclic")


DOSED = ("--drug", "desipramine", "--dose", "10 mg/kg", "--route", "ip")


def test_a_pathway_is_written_as_dot_and_svg(tmp_path):
    told = typed("diagram", "noradrenergic_synapse", "--pathway", "gs", "--to", str(tmp_path))
    assert told.exit_code == 0, told.output
    assert (tmp_path / "gs.dot").read_text(encoding="utf-8").startswith("digraph")
    root = ElementTree.fromstring((tmp_path / "gs.svg").read_text(encoding="utf-8"))
    assert root.tag.endswith("svg")
    assert "gs" in told.stdout and "nodes" in told.stdout


def test_a_drug_colours_the_diagram_by_what_it_changed(tmp_path):
    words = (
        "diagram",
        "noradrenergic_synapse",
        "--pathway",
        "gs",
        *DOSED,
        "--at",
        "1h",
        "--to",
        str(tmp_path),
        "--json",
    )
    told = typed(*words)
    assert told.exit_code == 0, told.output
    (one,) = json.loads(told.stdout)["result"]["diagrams"]
    folds = {name: fold for name, _, fold in one["folds"]}
    simulated = typed(
        "simulate",
        "noradrenergic_synapse",
        *DOSED,
        "--watch",
        "cortex_fluid_NE",
        "--members",
        "0",
        "--json",
    )
    (course,) = json.loads(simulated.stdout)["result"]["courses"]
    at = min(range(len(course["time_h"])), key=lambda k: abs(course["time_h"][k] - 1.0))
    assert folds["cortex.NE"] == pytest.approx(course["y"][at] / course["rest"], rel=0.02)
    assert "1 h after the start of desipramine 10 mg/kg ip" in (tmp_path / "gs.svg").read_text(
        encoding="utf-8"
    )


def test_what_is_none_at_rest_tells_its_level(tmp_path):
    told = typed(
        "diagram",
        "noradrenergic_synapse",
        "--pathway",
        "noradrenergic_synapse",
        *DOSED,
        "--at",
        "1h",
        "--to",
        str(tmp_path),
    )
    assert told.exit_code == 0, told.output
    found = scenario("noradrenergic_synapse")
    bench = Bench(
        compose(
            found, mechanisms(), drugs(), regimens_of("desipramine 10 mg/kg ip", found, drugs())
        )
    )
    share = bench.run(np.array([0.0, 1.0]), ["net_cortex.occupancy"])[-1, 0]
    label = (
        (tmp_path / "noradrenergic_synapse.dot")
        .read_text(encoding="utf-8")
        .split('label="NET held by drug')[1]
        .split('"')[0]
    )
    assert label == f"\\n{100 * share:.2g} %"


def test_without_a_name_all_pathways_are_drawn(tmp_path):
    told = typed("diagram", "bdnf_glutamate", "--to", str(tmp_path))
    assert told.exit_code == 0, told.output
    names = {pathway.name for pathway in scenario("bdnf_glutamate").pathways}
    assert {path.stem for path in tmp_path.glob("*.svg")} == names


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("noradrenergic_synapse", "--pathway", "gss"), "Did you mean 'gs'"),
        (("noradrenergic_synapse", "--pathway", "gs", "--at", "1 h"), "nothing is given"),
        (("noradrenergic_synapse", "--pathway", "gs", *DOSED, "--at", "99 h"), "ends at 24 h"),
        (("noradrenergic_synaps",), "Did you mean 'noradrenergic_synapse'"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(words, says, tmp_path):
    told = typed("diagram", *words, "--to", str(tmp_path))
    assert told.exit_code == 3, told.output
    assert says in told.stderr


def test_every_scenario_has_its_line_and_its_page():
    lines = typed("scenarios").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(scenario_names())
    for name in scenario_names():
        told = typed("scenarios", name)
        assert told.exit_code == 0
        one = scenario(name)
        assert one.title in told.stdout
        assert all(watch.name in told.stdout for watch in one.watches)


def test_every_drug_has_its_line():
    told = typed("drugs", "--json")
    listed = {one["name"]: one for one in json.loads(told.stdout)["result"]["drugs"]}
    assert tuple(listed) == drug_names()
    assert listed["desipramine"]["strongest"][0] == ["NET", drug("desipramine").value("Ki_NET")]


def test_a_drug_s_table_shows_sources_and_what_is_in_dispute():
    told = typed("drugs", "desipramine").stdout
    assert "tatsumi_1997" in told and "Eur J Pharmacol" in told
    assert "also Ki_NET" in told
    # The guide's geometric mean and the value of Tatsumi differ almost threefold.
    assert "Ki_SERT: " in told.split("published values that disagree")[1]


def test_only_the_kinetics_of_one_species_are_shown_where_one_is_named():
    rows = json.loads(typed("drugs", "imipramine", "--species", "human", "--json").stdout)[
        "result"
    ]["drugs"][0]["rows"]
    assert {row["holds_for"] for row in rows} <= {"", "human"}


def test_an_unknown_drug_is_told_the_nearest():
    told = typed("drugs", "desipramin")
    assert told.exit_code == 3 and "Did you mean 'desipramine'" in told.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("diagram", "--pathway", "gs"),
        (
            "sensitivity",
            "--parameter",
            "desipramine.CL",
            "--watch",
            "cortex_fluid_NE",
            "--hours",
            "2",
        ),
    ],
)
def test_it_is_told_whether_the_library_s_values_hold_or_those_of_a_member(words, tmp_path):
    verb, *more = words
    asked = (verb, "noradrenergic_synapse", *DOSED, *more, "--to", str(tmp_path))
    plain, best = typed(*asked), typed(*asked, "--member", "0")
    assert plain.exit_code == best.exit_code == 0, plain.output + best.output
    assert "at the library's values; --member 0 takes the best calibrated set" in plain.stdout
    assert "at member 0 of the ensemble rat" in best.stdout
    first, other = (
        (
            line
            for text in (plain.stdout, best.stdout)
            for line in text.splitlines()
            if "cortex" in line and ("fold" in line or "last_day" in line)
        )
        if verb == "sensitivity"
        else (plain.stdout, best.stdout)
    )
    assert first != other
