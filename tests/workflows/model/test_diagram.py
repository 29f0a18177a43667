"""Diagrams are drawn from the model, and coloured by the change that a drug causes."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.plotting.network import to_dot
from tricyclic.plotting.node_shapes import UNKNOWN, FoldChangeScale
from tricyclic.reports.files.model_exports import diagram_files
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.run import Simulator
from tricyclic.workflows.model import simulate
from tricyclic.workflows.model.diagram import run
from tricyclic.workflows.model.options import DiagramOptions, SimulateOptions

SCENARIO = "noradrenergic_synapse"
DOSED = {"drug": "desipramine", "dose": "10 mg/kg", "route": "ip"}
library = Library()


def diagram(scenario: str = SCENARIO, **options):
    return run(DiagramOptions(scenario, **options))


def values(result) -> dict[str, float | None]:
    (network,) = result.diagrams
    return {node.name: node.value for node in network.nodes}


@pytest.fixture(scope="module")
def coloured():
    """The Gs pathway one hour after desipramine."""
    return diagram(pathway=("gs",), at="1h", **DOSED)


def test_a_pathway_is_written_as_dot_and_svg(tmp_path, call_model):
    done = call_model("diagram", SCENARIO, "--pathway", "gs", "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "gs.dot").read_text(encoding="utf-8").startswith("digraph")
    root = ElementTree.fromstring((tmp_path / "gs.svg").read_text(encoding="utf-8"))
    assert root.tag.endswith("svg")
    assert done.stdout.startswith("gs   Gs: β₁ adrenoceptor, cAMP and CREB   12 nodes, 14 links")


def test_without_a_drug_nothing_is_coloured():
    assert set(values(diagram(pathway=("gs",))).values()) == {None}


def test_a_node_has_the_change_from_baseline_that_simulate_gives(coloured):
    simulated = simulate.run(
        SimulateOptions(SCENARIO, observable=("cortex_fluid_NE",), point_estimate=True, **DOSED)
    )
    (course,) = simulated.observable_courses
    fold = course.at(1.0) / course.baseline
    assert values(coloured)["cortex.NE"] == pytest.approx(fold, rel=0.02)


def test_the_diagram_states_the_time_and_the_doses(coloured):
    svg = diagram_files(coloured)["gs.svg"].decode()
    assert "1 h after the start of desipramine 10 mg/kg ip" in svg


def test_the_text_lists_the_fold_changes(coloured):
    lines = coloured.summary().splitlines()
    assert lines[:2] == [
        "gs   Gs: β₁ adrenoceptor, cAMP and CREB   12 nodes, 14 links",
        "  1 h after the start of desipramine 10 mg/kg ip",
    ]
    (line,) = [line for line in lines if line.startswith("  cortex.NE ")]
    assert line.split() == ["cortex.NE", "2.7-fold", "norepinephrine"]


def test_a_quantity_that_is_0_at_baseline_has_its_value_in_the_label():
    result = diagram(pathway=(SCENARIO,), at="1h", **DOSED)
    own = library.scenario(SCENARIO)
    doses = parse_all_dosing("desipramine 10 mg/kg ip", own, library.drugs)
    simulator = Simulator(compose(own, library.mechanisms, library.drugs, doses))
    share = simulator.run(np.array([0.0, 1.0]), ["net_cortex.occupancy"])[-1, 0]
    (network,) = result.diagrams
    (node,) = [node for node in network.nodes if node.name == "net_cortex.occupancy"]
    assert node.occupancy == pytest.approx(share, rel=1e-6)
    assert node.value is None
    (line,) = [one for one in result.summary().splitlines() if "net_cortex.occupancy" in one]
    assert f"{100 * share:.2g} % occupied" in line


def test_one_value_has_one_colour_in_all_diagrams_of_a_run():
    result = diagram(at="1h", **DOSED)
    assert len(result.diagrams) >= 5
    scales = {FoldChangeScale.of(network) for network in result.diagrams}
    assert len(scales) == 1
    (alone,) = diagram(pathway=("gq",), at="1h", **DOSED).diagrams
    assert FoldChangeScale.of(alone) not in scales  # the range of the one diagram is smaller
    colours: dict[str, set[str]] = {}
    for network in result.diagrams:
        dot = to_dot(network)
        for node in network.nodes:
            fill = re.search(rf'"{re.escape(node.name)}" \[.*?fillcolor="(#\w+)"', dot)
            assert fill is not None
            if node.value is not None:
                colours.setdefault(node.name, set()).add(fill[1])
    shared = {name: all_of for name, all_of in colours.items() if len(all_of) > 1}
    assert shared == {}
    assert sum("cortex.NE" in {n.name for n in one.nodes} for one in result.diagrams) >= 4


def test_a_blocked_transporter_has_the_colour_of_drugs_and_a_legend_of_its_own():
    result = diagram(pathway=(SCENARIO,), at="1h", **DOSED)
    svg = diagram_files(result)[f"{SCENARIO}.svg"].decode()
    assert "occupied by drugs, the direct effect of the dose (thick outline)" in svg
    dot = to_dot(result.diagrams[0])
    node = re.search(r'"net_cortex.occupancy" \[(.*)\]', dot)
    assert node is not None
    assert 'penwidth="2"' in node[1] and UNKNOWN not in node[1]


def test_released_bdnf_and_not_its_gene_acts_on_trkb():
    (network,) = diagram(pathway=("sigma1_in_vivo",)).diagrams
    kinds = {node.name: (node.kind, node.compartment) for node in network.nodes}
    assert kinds["bdnf_gene.released"] == ("transmitter", "cortex_fluid")
    assert "bdnf_gene.BDNF" not in kinds
    (edge,) = [one for one in network.edges if one.start == "bdnf_gene.released"]
    assert (edge.end, edge.kind) == ("trkb.Trk", "activates")


@pytest.mark.parametrize(
    "scenario", [name for name in library.scenario_names if library.scenario(name).pathways]
)
def test_no_gene_acts_on_a_receptor(scenario):
    for network in diagram(scenario).diagrams:
        kind = {node.name: node.kind for node in network.nodes}
        wrong = [
            (edge.start, edge.end)
            for edge in network.edges
            if kind[edge.start] == "gene" and kind[edge.end] == "receptor"
        ]
        assert wrong == [], network.name


def test_without_a_name_all_pathways_are_drawn():
    names = {pathway.name for pathway in library.scenario("bdnf_glutamate").pathways}
    files = diagram_files(diagram("bdnf_glutamate"))
    assert set(files) == {f"{name}.{suffix}" for name in names for suffix in ("svg", "dot")}


def test_json_has_the_nodes_with_their_changes(tmp_path, call_model):
    words = ("--drug", "desipramine", "--dose", "10 mg/kg", "--route", "ip", "--at", "1h")
    done = call_model(
        "diagram", SCENARIO, "--pathway", "gs", *words, "--out", str(tmp_path), "--json"
    )
    assert done.exit_code == 0, done.output
    (network,) = json.loads(done.stdout)["result"]["diagrams"]
    node = next(node for node in network["nodes"] if node["name"] == "cortex.NE")
    assert node["value"] == pytest.approx(2.7, abs=0.05)
    assert {"start", "end", "kind", "label"} == set(network["edges"][0])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"at": "1 h"}, "at: is given without a dose. Add --drug."),
        (
            {"at": "99 h", **DOSED},
            "at: is 99 h, and the simulation ends at 24 h. Simulate longer.",
        ),
    ],
)
def test_a_time_that_is_not_possible_is_refused(options, sentence):
    with pytest.raises(InputError) as refused:
        diagram(pathway=("gs",), **options)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ((SCENARIO, "--pathway", "gss"), "Did you mean 'gs'"),
        (("noradrenergic_synaps",), "Did you mean 'noradrenergic_synapse'"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(words, hint, tmp_path, call_model):
    done = call_model("diagram", *words, "--out", str(tmp_path))
    assert done.exit_code == 3, done.output
    assert hint in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("diagram", "--pathway", "gs"),
        (
            "sensitivity",
            *("--parameter", "desipramine.CL", "--observable", "cortex_fluid_NE", "--hours", "2"),
        ),
    ],
)
def test_the_values_of_the_library_and_those_of_a_parameter_set_differ(words, tmp_path, call_model):
    command, *more = words
    doses = ("--drug", "desipramine", "--dose", "10 mg/kg", "--route", "ip")
    call = (command, SCENARIO, *doses, *more, "--out", str(tmp_path))
    library_values, best = call_model(*call), call_model(*call, "--parameter-set", "0")
    assert library_values.exit_code == best.exit_code == 0, library_values.output + best.output
    assert "with the library's values; --parameter-set 0 takes the best" in library_values.stdout
    assert "with parameter set 0 of the ensemble rat" in best.stdout
    cortex = [
        [line for line in done.stdout.splitlines() if "cortex" in line]
        for done in (library_values, best)
    ]
    assert cortex[0] and cortex[0] != cortex[1]
