"""Every state has an entry in a public database, and the file names the animal."""

from __future__ import annotations

import re

import pytest

from tricyclic.core.dosing import Dosing, is_sustained
from tricyclic.errors import UnknownNameError
from tricyclic.exchange.sedml_omex import sbml_file
from tricyclic.io.library.drugs import drug, drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario, scenario_from_toml, scenario_names
from tricyclic.simulation.annotations import address, find_identifiers
from tricyclic.simulation.compose import compose
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.run import Simulator
from tricyclic.workflows.model.credibility_evidence import annotated

MECHANISMS, DRUGS = mechanisms(), drugs()
FORMS = re.compile(
    r"uniprot:[OPQ]\d[A-Z\d]{3}\d|CHEBI:\d+|GO:\d{7}|CHEMBL\d+|"
    r"inchikey:[A-Z]{14}-[A-Z]{10}-[A-Z]|cas:\d+-\d\d-\d"
)
# Names of the entries, from the databases themselves.
ENTRIES = {
    "cortex.NE": "CHEBI:18357",  # (R)-noradrenaline
    "dopamine.DA": "CHEBI:18243",
    "serotonin.HT": "CHEBI:28790",
    "camp.cAMP": "CHEBI:17489",
    "ip3.IP3": "CHEBI:16595",
    "net_cortex_density.density": "uniprot:Q9WTR4",  # SC6A2_RAT
    "sert_density.density": "uniprot:P31652",  # SC6A4_RAT
    "adaptation_terminal.density": "uniprot:P22909",  # ADA2A_RAT
    "adaptation_HT1A.density": "uniprot:P19327",  # 5HT1A_RAT
    "desipramine_dose1.amount": "CHEBI:47781",
    "desipramine_probe_lc.tissue": "CHEBI:47781",
    "desipramine.peripheral": "CHEBI:47781",
}


def by_every_route(name: str) -> ComposedModel:
    own = scenario(name)
    given = "desipramine" if own.system == "animal" else "imipramine"
    dosing = [
        Dosing(given, route, 100.0, duration_h=10.0 if is_sustained(route) else 0.0)
        for route in own.routes
    ]
    return compose(own, MECHANISMS, DRUGS, dosing)


@pytest.mark.parametrize("name", scenario_names())
def test_every_state_has_an_entry_in_a_public_database(name):
    known, unknown = annotated(by_every_route(name))
    assert known and not unknown


@pytest.mark.parametrize("name", scenario_names())
def test_every_identifier_has_the_form_of_its_database(name):
    for item in by_every_route(name).quantities.values():
        for identifier in item.identifiers:
            assert FORMS.fullmatch(identifier), f"{item.name}: {identifier}"


def test_states_have_the_entries_of_the_databases():
    quantities = by_every_route("noradrenergic_synapse").quantities
    assert {name: quantities[name].identifiers[0] for name in ENTRIES} == ENTRIES


def test_one_mechanism_is_trkb_in_one_culture_and_trka_in_the_other():
    assert by_every_route("bdnf_glutamate").quantities["trkb.Trk"].identifiers == (
        "uniprot:Q63604",
    )
    assert by_every_route("ngf_neurites").quantities["trka.Trk"].identifiers == ("uniprot:P35739",)


def test_a_drug_without_an_entry_has_its_registry_number():
    assert find_identifiers(drug("bd1047")) == ("cas:138356-20-4",)
    assert find_identifiers(drug("hydroxydesipramine"))[0].startswith("inchikey:")
    assert address("CHEMBL72") == "https://identifiers.org/chembl.compound/CHEMBL72"


@pytest.mark.parametrize(
    ("name", "taxon"), [("noradrenergic_synapse", 10116), ("human_occupancy", 9606)]
)
def test_the_file_names_the_animal_and_the_scenario(name, taxon):
    sbml = sbml_file(Simulator(by_every_route(name)))
    assert f"identifiers.org/taxonomy:{taxon}" in sbml
    assert f"<p>{scenario(name).title}</p>" in sbml
    assert "creator" not in sbml


def test_processes_are_hypernyms_and_molecules_identities():
    text = by_every_route("noradrenergic_synapse").text
    assert 'locus_cells__firing hypernym "https://identifiers.org/GO:0019228"' in text
    assert 'cortex__NE identity "https://identifiers.org/CHEBI:18357"' in text
    assert "desipramine__Ki_NET.sboTerm = 261" in text


def test_an_identifier_of_an_unknown_symbol_is_refused():
    toml = """
title = "t"
description = "t"
species = "rat"
system = "culture"
routes = ["bath"]
compartment = [{ name = "medium", description = "medium" }]
[[component]]
name = "ip3"
mechanism = "ip3"
compartment = "medium"
identifiers = { IP4 = "CHEBI:1" }
"""
    own = scenario_from_toml(toml, name="t", where="t.toml")
    with pytest.raises(UnknownNameError, match="IP4"):
        compose(own, MECHANISMS, DRUGS)
