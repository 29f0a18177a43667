"""Diagrams show the model: drugs at their receptors, one shape for each kind of node, nothing that
is not in the model.
"""

from __future__ import annotations

import pytest

from tricyclic.core.network import Edge, Network
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanism_from_text, mechanisms
from tricyclic.io.library.scenarios import scenario, scenario_from_toml, scenario_names
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.network import pathway_network

MECHANISMS, DRUGS = mechanisms(), drugs()


def network(name: str, words: str = "") -> Network:
    own = scenario(name)
    return compose(own, MECHANISMS, DRUGS, parse_all_dosing(words, own, DRUGS)).network


def pathway(name: str, which: str, words: str = "") -> Network:
    return pathway_network(network(name, words), scenario(name), which)


def labels(drawn: Network) -> dict[str, str]:
    return {node.name: node.label for node in drawn.nodes}


def test_an_agonist_activates_its_receptor_and_an_antagonist_inhibits_it():
    drawn = pathway(
        "noradrenergic_synapse",
        "noradrenergic_synapse",
        "clonidine 0.03 mg/kg ip; idazoxan 1 mg/kg sc",
    )
    assert Edge("clonidine", "terminal_alpha2.bound", "activates") in drawn.edges
    assert Edge("idazoxan", "terminal_alpha2.bound", "inhibits") in drawn.edges


def test_a_blocker_binds_the_transporter_and_inhibits_uptake():
    drawn = pathway("noradrenergic_synapse", "noradrenergic_synapse", "desipramine 10 mg/kg ip")
    assert Edge("desipramine", "net_cortex.occupancy", "binds") in drawn.edges
    assert Edge("net_cortex.occupancy", "net_cortex.uptake", "inhibits") in drawn.edges
    assert labels(drawn)["net_cortex.occupancy"] == "NET occupied by drug"


def test_a_site_without_a_ligand_is_not_drawn():
    drawn = pathway("noradrenergic_synapse", "noradrenergic_synapse")
    assert "net_cortex.occupancy" not in labels(drawn)
    assert not [node for node in drawn.nodes if node.kind == "drug"]


def test_two_transmitters_on_one_transporter_share_its_blocker():
    whole = network("noradrenergic_synapse", "desipramine 10 mg/kg ip")
    assert "net_dopamine.occupancy" not in labels(whole)
    assert Edge("net_cortex.occupancy", "net_dopamine.uptake", "inhibits") in whole.edges


@pytest.mark.parametrize("name", scenario_names())
def test_the_same_molecule_has_the_same_kind_everywhere(name):
    kinds = {
        "Gs": "enzyme",
        "Gi": "enzyme",
        "Gq": "enzyme",
        "Ca²⁺ channels": "transporter",
        "K⁺ channels": "transporter",
    }
    for node in network(name).nodes:
        assert node.kind == kinds.get(node.label, node.kind), node


def test_working_receptors_are_labelled():
    whole = labels(network("noradrenergic_synapse"))
    assert whole["adaptation_terminal.density"] == "working α₂ receptors"
    assert whole["adaptation_HT1A.density"] == "working 5-HT₁A receptors"


def test_transcription_happens_in_the_nucleus():
    places = {node.name: node.compartment for node in pathway("noradrenergic_synapse", "gs").nodes}
    assert places["creb.pCREB"] == places["bdnf_gene.BDNF"] == "nucleus"
    assert places["creb.PKA"] == "neuron"


def test_nerve_growth_factor_is_drawn_as_a_transmitter_and_imipramine_as_a_drug():
    drawn = pathway(
        "ngf_neurites", "sigma1_ngf", "imipramine 1 uM bath for 96 h; NGF 2.5 ng/mL bath for 96 h"
    )
    kinds = {node.name: node.kind for node in drawn.nodes}
    assert kinds["ngf"] == "transmitter" and kinds["imipramine"] == "drug"
    assert Edge("ngf", "trka.Trk", "activates") in drawn.edges


@pytest.mark.parametrize("which", ["gs", "gi", "gq"])
def test_signalling_starts_at_norepinephrine_and_leaves_its_clearance_out(which):
    names = labels(pathway("noradrenergic_synapse", which))
    assert [name for name in names if name.startswith("cortex.")] == ["cortex.NE"]


def test_a_site_that_acts_on_no_molecule_is_drawn_as_a_node():
    toml = """
title = "t"
description = "t"
species = "rat"
system = "culture"
routes = ["bath"]
compartment = [{ name = "medium", description = "medium" }]
fluid = [{ name = "medium", drug_source = "bath" }]
[[binding_site]]
name = "spot"
target = "sigma1"
fluid = "medium"
compartment = "medium"
description = "spot"
[[component]]
name = "growth"
mechanism = "ngf_neurites"
compartment = "medium"
wires = { Trk = "spot.effect" }
"""
    made = scenario_from_toml(toml, name="t", where="t.toml")
    drawn = compose(
        made, MECHANISMS, DRUGS, parse_all_dosing("pentazocine 1 uM bath for 1 h", made, DRUGS)
    ).network
    assert Edge("spot", "growth.signal", "activates") in drawn.edges
    assert Edge("pentazocine", "spot", "activates") in drawn.edges


def test_a_symbol_may_be_drawn_as_another():
    text = (
        "// in a nM a\n// out b nM b\n// out c nM c\n// node c = b\n// link a -> b activates\n"
        "model m()\n  b := a\n  c := a\nend\n"
    )
    assert mechanism_from_text(text, (), name="m", where="m.ant").same == {"c": "b"}
    whole = network("noradrenergic_synapse")
    assert "terminal_alpha2.drive" not in labels(whole)
    assert Edge("terminal_alpha2.bound", "adaptation_terminal.density", "inhibits") in whole.edges


def test_a_drug_without_efficacy_inhibits_its_receptor_and_binds_a_transporter():
    whole = {
        (edge.start, edge.end): edge.kind
        for edge in network("noradrenergic_synapse", "desipramine 10 mg/kg ip").edges
    }
    assert DRUGS["desipramine"].constant("efficacy_alpha1", "rat") is None
    assert whole["desipramine", "alpha1.drive"] == "inhibits"
    assert whole["desipramine", "net_cortex.occupancy"] == "binds"


def test_bd1047_inhibits_the_receptor_that_imipramine_activates():
    words = "imipramine 1 uM bath for 48 h; BD1047 1 uM bath for 48 h; U73122 1 uM bath for 48 h"
    whole = {(edge.start, edge.end): edge.kind for edge in network("bdnf_glutamate", words).edges}
    assert whole["imipramine", "sigma1.active"] == "activates"
    assert whole["bd1047", "sigma1.active"] == "inhibits"
    assert whole["u73122", "trkb.PLCgamma"] == "inhibits"
