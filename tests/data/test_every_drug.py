"""Every drug of the library is checked; a new table is tested without further code."""

from __future__ import annotations

import re

import pytest

from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.evidence import evidence, sources
from tricyclic.io.library.mechanisms import mechanisms

DRUGS = drugs()
SMALL = {name: drug for name, drug in DRUGS.items() if drug.identifier("formula")}
ROWS = [
    (name, row)
    for name, drug in DRUGS.items()
    for first in drug.constants
    for row in (first, *first.alternatives)
]
GIVEN = {name: drug for name, drug in SMALL.items() if drug.constant("V", "rat")}
ATOMS = {"C": 12.011, "H": 1.00794, "N": 14.0067, "O": 15.9994, "F": 18.9984, "Cl": 35.453}  # IUPAC
HEAVIEST_SHARE = 0.9  # some clearance always remains without CYP2C19 and CYP2D6
PLAUSIBLE = {
    "V": (0.3, 60),
    "CL": (0.01, 12),
    "fu": (0.005, 1),
    "Kpuu": (0.1, 3),
    "k_brain": (0.5, 30),
    "ka": (0.1, 12),
    "F": (0.005, 1),
}
EVIDENCE_NAMES = {"5-HT2A": "HT2A", "5-HT2C": "HT2C", "sigma-1": "sigma1", "sigma-2": "sigma2"}
EVIDENCE_DRUGS = {"(+)-pentazocine": "pentazocine", "RX821002": "rx821002"}


def test_the_library_contains_these_drugs():
    assert set(DRUGS) >= {
        "imipramine",
        "desipramine",
        "hydroxydesipramine",
        "nortriptyline",
        "reboxetine",
        "atomoxetine",
        "fluoxetine",
        "norfluoxetine",
        "fluvoxamine",
        "sertraline",
        "citalopram",
        "nisoxetine",
        "idazoxan",
        "yohimbine",
        "rx821002",
        "clonidine",
        "pentazocine",
        "haloperidol",
        "ne_100",
        "bd1047",
    }


@pytest.mark.parametrize("name", SMALL)
def test_molar_mass_is_that_of_the_formula(name):
    formula = SMALL[name].identifier("formula")
    atoms = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    assert "".join(a + n for a, n in atoms) == formula
    mass = sum(ATOMS[atom] * int(count or 1) for atom, count in atoms)
    assert SMALL[name].value("molar_mass") == pytest.approx(mass, abs=0.03)


@pytest.mark.parametrize("name", SMALL)
def test_every_drug_has_an_identifier_of_a_registry(name):
    drug = SMALL[name]
    chebi, chembl, cas = (drug.identifier(key) for key in ("chebi", "chembl", "cas"))
    assert chebi or chembl or cas
    assert not chebi or re.fullmatch(r"CHEBI:\d+", chebi)
    assert not chembl or re.fullmatch(r"CHEMBL\d+", chembl)
    if cas:  # the last digit of a CAS number checks the others
        digits = cas.replace("-", "")
        assert sum(k * int(d) for k, d in enumerate(reversed(digits[:-1]), start=1)) % 10 == int(
            digits[-1]
        )


@pytest.mark.parametrize("key", ["chebi", "chembl", "cas"])
def test_no_two_drugs_share_an_identifier(key):
    identifiers = [drug.identifier(key) for drug in DRUGS.values() if drug.identifier(key)]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("name", GIVEN)
def test_a_drug_has_plausible_kinetics_in_the_rat_by_every_route(name):
    drug = GIVEN[name]
    for symbol, (low, high) in PLAUSIBLE.items():
        for constant in (
            [f"{symbol}_{route}" for route in ("ip", "sc", "po")]
            if symbol in ("ka", "F")
            else [symbol]
        ):
            assert low <= drug.value(constant, "rat") <= high, f"{name}: {constant}"


@pytest.mark.parametrize("name", [n for n in GIVEN if DRUGS[n].constant("V", "human")])
def test_a_drug_has_plausible_oral_kinetics_in_humans(name):
    drug = GIVEN[name]
    for symbol, (low, high) in PLAUSIBLE.items():
        constant = f"{symbol}_po" if symbol in ("ka", "F") else symbol
        assert low <= drug.value(constant, "human") <= high, f"{name}: {constant}"


def test_only_tools_without_human_data_lack_human_kinetics():
    assert {n for n in GIVEN if not DRUGS[n].constant("V", "human")} == {
        "bd1047",
        "ne_100",
        "nisoxetine",
        "rx821002",
    }


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("species", ["rat", "human"])
def test_some_clearance_remains_without_enzymes_and_no_more_is_formed_than_is_removed(
    name, species
):
    drug = GIVEN[name]
    shares = [drug.constant(f"share_{enzyme}", species) for enzyme in ("CYP2C19", "CYP2D6")]
    assert sum(row.value for row in shares if row) <= HEAVIEST_SHARE
    formed: dict[str, float] = {}
    for path, metabolite, row in drug.metabolites(species):
        assert metabolite in DRUGS
        assert DRUGS[metabolite].constant("V", species), f"{metabolite} of {name} has no kinetics"
        formed[path] = formed.get(path, 0.0) + row.value
    assert all(0 <= share <= 1 for share in formed.values())


def test_no_drug_is_a_metabolite_of_itself():
    for name, drug in DRUGS.items():
        for species in ("rat", "human"):
            visited, waiting = set(), [m for _, m, _ in drug.metabolites(species)]
            while waiting:
                metabolite = waiting.pop()
                assert metabolite != name
                if metabolite not in visited:
                    visited.add(metabolite)
                    waiting += [m for _, m, _ in DRUGS[metabolite].metabolites(species)]


@pytest.mark.parametrize("name", DRUGS)
def test_every_drug_has_a_target_and_every_efficacy_an_affinity(name):
    drug = DRUGS[name]
    assert drug.targets
    for row in drug.constants:
        if row.name.startswith("Ki_"):
            assert row.unit == "nM" and 0 < row.value < 1e6
        if row.name.startswith("efficacy_"):
            assert row.name.removeprefix("efficacy_") in drug.targets
            assert -1 <= row.value <= 1.2


def test_the_range_of_an_affinity_includes_its_alternatives():
    for name, drug in DRUGS.items():
        for row in drug.constants:
            if row.name.startswith(("Ki_", "efficacy_")):
                for other in row.alternatives:
                    assert row.low <= other.value <= row.high, f"{name}: {row.name}"


def test_every_affinity_of_the_evidence_table_is_within_the_range_of_the_drug():
    # An affinity above the highest concentration tested is a limit, and the Kd of a radioligand may
    # be that of another drug.
    compared = 0
    for item in evidence():
        name = EVIDENCE_DRUGS.get(item.subject, item.subject)
        target = EVIDENCE_NAMES.get(item.target, item.target)
        if (
            name not in DRUGS
            or item.qualifier != "="
            or item.parameter not in ("Ki", "Kd")
            or not item.value > 0
        ):
            continue
        row = DRUGS[name].constant(f"Ki_{target}")
        assert row is not None, f"{name} has no affinity at {target}"
        low, high = (row.low, row.high) if row.low < row.high else (row.value, row.value)
        assert low * 0.98 <= item.value <= high * 1.02, (
            f"{name} at {target}: {item.value:g} outside {low:g} to {high:g}"
        )
        compared += 1
    assert compared > 100


def test_sigma1_agonists_antagonists_and_the_disputed_one_differ_in_efficacy():
    efficacy = {
        n: d.value("efficacy_sigma1") for n, d in DRUGS.items() if d.constant("efficacy_sigma1")
    }
    assert efficacy["pentazocine"] == 1
    assert all(efficacy[n] > 0.2 for n in ("imipramine", "fluvoxamine", "fluoxetine", "citalopram"))
    assert all(efficacy[n] <= 0 for n in ("bd1047", "ne_100", "haloperidol"))
    sertraline = DRUGS["sertraline"].constant("efficacy_sigma1")
    assert sertraline.low < 0 < sertraline.high and len(sertraline.alternatives) == 2


def test_only_clonidine_is_a_partial_agonist_at_alpha2():
    efficacy = {
        n: d.value("efficacy_alpha2") for n, d in DRUGS.items() if d.constant("efficacy_alpha2")
    }
    assert {n for n, value in efficacy.items() if value > 0} == {"clonidine"}
    assert efficacy["clonidine"] < 1


def test_every_value_has_a_description_and_a_source():
    known = sources()
    for name, row in ROWS:
        assert row.description, f"{name}: {row.name} has no description"
        if row.certainty in ("reported", "from memory (unverified)", "vendor guide"):
            assert row.source in known, f"{name}: {row.name}"


def test_the_description_of_a_usual_dose_begins_with_the_route():
    for name, row in ROWS:
        if row.name == "usual_dose":
            assert row.description.startswith(("i.p.", "s.c.", "p.o.", "bath", "not given")), (
                f"{name}: {row.description}"
            )
            assert row.unit == ("nM" if row.description.startswith("bath") else "mg_per_kg")


def test_kinetic_constants_of_drugs_are_those_of_the_mechanisms():
    needed = {
        row.name for name in ("drug_body", "drug_brain") for row in mechanisms()[name].constants
    }
    ports = {port.name for name in ("drug_body", "drug_brain") for port in mechanisms()[name].ports}
    for name, drug in GIVEN.items():
        kinetic = {
            row.name
            for row in drug.constants
            if row.unit in ("L_per_kg", "L_per_h_per_kg") or row.name.startswith(("share_", "Km_"))
        }
        assert kinetic <= needed - ports, f"{name}: {kinetic - needed}"
