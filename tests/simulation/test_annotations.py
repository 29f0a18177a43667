"""Every state says what it is in a public database, and the file says of which animal it is."""

from __future__ import annotations

import re

import pytest

from tricyclic.core.dosing import Regimen, is_sustained
from tricyclic.errors import UnknownNameError
from tricyclic.exchange.sedml_omex import sbml_file
from tricyclic.io.library.mechanisms import (
    drug,
    drugs,
    mechanisms,
    scenario,
    scenario_from_toml,
    scenario_names,
)
from tricyclic.jobs._credibility_checks import annotated
from tricyclic.simulation.annotations import address, identifiers_of
from tricyclic.simulation.compose import compose
from tricyclic.simulation.model import Composed
from tricyclic.simulation.run import Bench

MECHANISMS, DRUGS = mechanisms(), drugs()
FORMS = re.compile(
    r"uniprot:[OPQ]\d[A-Z\d]{3}\d|CHEBI:\d+|GO:\d{7}|CHEMBL\d+|inchikey:[A-Z]{14}-[A-Z]{10}-[A-Z]|cas:\d+-\d\d-\d"
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


def by_every_route(name: str) -> Composed:
    found = scenario(name)
    given = "desipramine" if found.system == "animal" else "imipramine"
    regimens = [
        Regimen(given, route, 100.0, duration_h=10.0 if is_sustained(route) else 0.0)
        for route in found.routes
    ]
    return compose(found, MECHANISMS, DRUGS, regimens)


@pytest.mark.parametrize("name", scenario_names())
def test_every_state_says_what_it_is_in_a_public_database(name):
    known, unknown = annotated(by_every_route(name))
    assert known and not unknown


@pytest.mark.parametrize("name", scenario_names())
def test_every_identifier_has_the_form_of_its_database(name):
    for item in by_every_route(name).quantities.values():
        for identifier in item.identifiers:
            assert FORMS.fullmatch(identifier), f"{item.name}: {identifier}"


def test_states_are_what_their_entries_are():
    quantities = by_every_route("noradrenergic_synapse").quantities
    assert {name: quantities[name].identifiers[0] for name in ENTRIES} == ENTRIES


def test_one_mechanism_is_trkb_in_one_culture_and_trka_in_the_other():
    assert by_every_route("bdnf_glutamate").quantities["trkb.Trk"].identifiers == (
        "uniprot:Q63604",
    )
    assert by_every_route("ngf_neurites").quantities["trka.Trk"].identifiers == ("uniprot:P35739",)


def test_a_drug_without_an_entry_goes_by_its_registry_number():
    assert identifiers_of(drug("bd1047")) == ("cas:138356-20-4",)
    assert identifiers_of(drug("hydroxydesipramine"))[0].startswith("inchikey:")
    assert address("CHEMBL72") == "https://identifiers.org/chembl.compound/CHEMBL72"


@pytest.mark.parametrize(
    ("name", "taxon"), [("noradrenergic_synapse", 10116), ("human_occupancy", 9606)]
)
def test_the_file_says_of_which_animal_it_is_and_what_it_is(name, taxon):
    sbml = sbml_file(Bench(by_every_route(name)))
    assert f"identifiers.org/taxonomy:{taxon}" in sbml
    assert f"<p>{scenario(name).title}</p>" in sbml
    assert "creator" not in sbml


def test_processes_are_of_a_kind_and_molecules_are_what_they_are():
    text = by_every_route("noradrenergic_synapse").text
    assert 'locus_cells__firing hypernym "https://identifiers.org/GO:0019228"' in text
    assert 'cortex__NE identity "https://identifiers.org/CHEBI:18357"' in text
    assert "desipramine__Ki_NET.sboTerm = 261" in text


def test_a_part_that_names_a_symbol_its_mechanism_lacks_is_refused():
    toml = """
title = "t"
says = "t"
species = "rat"
system = "culture"
routes = ["bath"]
place = [{ name = "medium", says = "medium" }]
part = [{ name = "ip3", mechanism = "ip3", place = "medium", is = { IP4 = "CHEBI:1" } }]
"""
    found = scenario_from_toml(toml, name="t", where="t.toml")
    with pytest.raises(UnknownNameError, match="IP4"):
        compose(found, MECHANISMS, DRUGS)
