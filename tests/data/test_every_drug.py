"""Every drug of the library is held to what its table claims; a new table is tested by being there."""

from __future__ import annotations

import re

import pytest

from tricyclic.io.library.mechanisms import drugs, mechanisms
from tricyclic.io.library.protocols import evidence, sources

DRUGS = drugs()
SMALL = {name: drug for name, drug in DRUGS.items() if drug.identifier("formula")}
ROWS = [
    (name, row)
    for name, drug in DRUGS.items()
    for first in drug.constants
    for row in (first, *first.also)
]
GIVEN = {name: drug for name, drug in SMALL.items() if drug.constant("V", "rat")}
ATOMS = {"C": 12.011, "H": 1.00794, "N": 14.0067, "O": 15.9994, "F": 18.9984, "Cl": 35.453}  # IUPAC
HEAVIEST_SHARE = 0.9  # some clearance is always left without CYP2C19 and CYP2D6
BODILY = {
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


def test_all_drugs_that_were_promised_are_there():
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
def test_every_drug_is_known_to_a_registry(name):
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
    found = [drug.identifier(key) for drug in DRUGS.values() if drug.identifier(key)]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", GIVEN)
def test_a_rat_can_be_given_it_by_every_route_and_its_numbers_are_bodily(name):
    drug = GIVEN[name]
    for symbol, (low, high) in BODILY.items():
        for constant in (
            [f"{symbol}_{route}" for route in ("ip", "sc", "po")]
            if symbol in ("ka", "F")
            else [symbol]
        ):
            assert low <= drug.value(constant, "rat") <= high, f"{name}: {constant}"


@pytest.mark.parametrize("name", [n for n in GIVEN if DRUGS[n].constant("V", "human")])
def test_a_person_can_swallow_it_and_its_numbers_are_bodily(name):
    drug = GIVEN[name]
    for symbol, (low, high) in BODILY.items():
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
def test_enzymes_leave_some_clearance_and_no_more_is_formed_than_is_removed(name, species):
    drug = GIVEN[name]
    shares = [drug.constant(f"share_{enzyme}", species) for enzyme in ("CYP2C19", "CYP2D6")]
    assert sum(row.value for row in shares if row) <= HEAVIEST_SHARE
    formed: dict[str, float] = {}
    for path, metabolite, row in drug.metabolites(species):
        assert metabolite in DRUGS
        assert DRUGS[metabolite].constant("V", species), f"{metabolite} of {name} has no kinetics"
        formed[path] = formed.get(path, 0.0) + row.value
    assert all(0 <= share <= 1 for share in formed.values())


def test_no_drug_becomes_itself_again():
    for name, drug in DRUGS.items():
        for species in ("rat", "human"):
            seen, waiting = set(), [m for _, m, _ in drug.metabolites(species)]
            while waiting:
                metabolite = waiting.pop()
                assert metabolite != name
                if metabolite not in seen:
                    seen.add(metabolite)
                    waiting += [m for _, m, _ in DRUGS[metabolite].metabolites(species)]


@pytest.mark.parametrize("name", DRUGS)
def test_every_drug_binds_something_and_every_efficacy_has_its_affinity(name):
    drug = DRUGS[name]
    assert drug.targets
    for row in drug.constants:
        if row.name.startswith("Ki_"):
            assert row.unit == "nM" and 0 < row.value < 1e6
        if row.name.startswith("efficacy_"):
            assert row.name.removeprefix("efficacy_") in drug.targets
            assert -1 <= row.value <= 1.2


def test_an_affinity_spans_what_is_published_beside_it():
    for name, drug in DRUGS.items():
        for row in drug.constants:
            if row.name.startswith(("Ki_", "efficacy_")):
                for other in row.also:
                    assert row.low <= other.value <= row.high, f"{name}: {row.name}"


def test_every_affinity_of_the_evidence_table_lies_within_the_drug_s_interval():
    # What is weaker than any concentration tested is no number, and a radioligand's own Kd may be of another drug.
    seen = 0
    for item in evidence():
        name = EVIDENCE_DRUGS.get(item.subject, item.subject)
        target = EVIDENCE_NAMES.get(item.target, item.target)
        if (
            name not in DRUGS
            or item.relation != "="
            or item.parameter not in ("Ki", "Kd")
            or not item.value > 0
        ):
            continue
        row = DRUGS[name].constant(f"Ki_{target}")
        assert row is not None, f"{name} lacks {target}"
        low, high = (row.low, row.high) if row.low < row.high else (row.value, row.value)
        assert low * 0.98 <= item.value <= high * 1.02, (
            f"{name} at {target}: {item.value:g} outside {low:g} to {high:g}"
        )
        seen += 1
    assert seen > 100


def test_sigma1_agonists_antagonists_and_the_disputed_one_are_told_apart():
    efficacy = {
        n: d.value("efficacy_sigma1") for n, d in DRUGS.items() if d.constant("efficacy_sigma1")
    }
    assert efficacy["pentazocine"] == 1
    assert all(efficacy[n] > 0.2 for n in ("imipramine", "fluvoxamine", "fluoxetine", "citalopram"))
    assert all(efficacy[n] <= 0 for n in ("bd1047", "ne_100", "haloperidol"))
    sertraline = DRUGS["sertraline"].constant("efficacy_sigma1")
    assert sertraline.low < 0 < sertraline.high and len(sertraline.also) == 2


def test_only_clonidine_stimulates_alpha2_and_not_fully():
    efficacy = {
        n: d.value("efficacy_alpha2") for n, d in DRUGS.items() if d.constant("efficacy_alpha2")
    }
    assert {n for n, value in efficacy.items() if value > 0} == {"clonidine"}
    assert efficacy["clonidine"] < 1


def test_every_value_says_what_it_is_and_where_it_comes_from():
    known = sources()
    for name, row in ROWS:
        assert row.says, f"{name}: {row.name} says nothing"
        if row.certainty in ("read", "recalled", "guide"):
            assert row.source in known, f"{name}: {row.name}"


def test_every_usual_dose_names_its_route_first():
    for name, row in ROWS:
        if row.name == "usual_dose":
            assert row.says.startswith(("i.p.", "s.c.", "p.o.", "bath", "not given")), (
                f"{name}: {row.says}"
            )
            assert row.unit == ("nM" if row.says.startswith("bath") else "mg_per_kg")


def test_constants_that_a_body_needs_are_those_of_the_mechanisms():
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
