"""A population as it is asked for on the command line: tables, figures, numbers that hold, and words for what cannot be."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from tricyclic.core.format import figures
from tricyclic.core.population import PERCENTILES
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.jobs.population import Request, run

SMALL = """
title = "Kinetics and occupancy"
says = "A drug and one site."
species = "SPECIES"
system = "animal"
routes = ["ip", "po", "iv"]
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
[[watch]]
name = "occupancy"
quantity = "net.occupancy"
unit = "dimensionless"
says = "NET occupancy"
"""


@pytest.fixture
def scenario(tmp_path):
    def write(species: str) -> str:
        file = tmp_path / f"small_{species}.toml"
        file.write_text(SMALL.replace("SPECIES", species), encoding="utf-8")
        return str(file)

    return write


def finished(request: Request):
    work = run(request)
    steps = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            return end.value, steps


def rat(scenario, **more) -> Request:
    asked = {
        "drug": "desipramine",
        "dose": "5 mg/kg",
        "route": "ip",
        "hours": 48.0,
        "workers": 1,
        "subjects": 12,
    }
    return Request(scenario("rat"), **{**asked, **more})


def test_a_watch_whose_rest_is_nothing_is_told_by_its_level(scenario):
    # Any computed quantity may be watched in percent of its rest; the brain holds no drug before there is a dose.
    found, _ = finished(rat(scenario, watch=("desipramine_brain.free",)))
    last_day = dict(
        zip(PERCENTILES, found.percentiles()["desipramine_brain.free.last_day"], strict=True)
    )
    assert last_day[50] > 0
    (line,) = [
        line for line in found.as_text().splitlines() if line.startswith("desipramine_brain.free ")
    ]
    assert f"{figures(last_day[50])} nM" in line and "nan" not in line


def test_percentiles_are_those_of_the_table_of_subjects(scenario, tmp_path):
    found, steps = finished(rat(scenario, to=str(tmp_path / "out"), some=2))
    assert (steps[0].done, steps[-1].done) == (0, 12)
    files = {place.rpartition("/")[2]: data for place, data in found.to_write.items()}
    assert {
        "subjects.csv",
        "subjects.parquet",
        "bands.csv",
        "summary.csv",
        "result.json",
        "population.svg",
        "population.pdf",
    } <= set(files)
    rows = list(csv.DictReader(files["subjects.csv"].decode().splitlines()))
    cmax = np.array([float(row["desipramine.cmax [nM]"]) for row in rows])
    told = found.percentiles()["desipramine.cmax"]
    assert told == pytest.approx(np.percentile(cmax, [5, 25, 50, 75, 95]), rel=1e-8)
    plain = json.loads(files["result.json"])["result"]
    assert plain["subjects"] == 12 and plain["failed"] == []
    clearance = {float(row["desipramine.CL"]) for row in rows}
    assert len(clearance) == 12


def test_a_subject_that_clears_faster_is_exposed_less(scenario):
    found, _ = finished(rat(scenario, subjects=30, hours=400.0))
    own = found.population
    dose, share = 5e6 / 266.38, own.drawn["desipramine_dose1.F"]
    expected = dose * share / own.drawn["desipramine.CL"]
    assert own.endpoint("desipramine.auc_inf") == pytest.approx(expected, rel=0.01)


def test_the_same_seed_gives_the_same_files_and_another_seed_does_not(scenario, tmp_path):
    files = [
        finished(rat(scenario, to=str(tmp_path / "out"), subjects=5, seed=seed))[0].to_write
        for seed in (1, 1, 2)
    ]
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_people_have_phenotypes_and_a_poor_metaboliser_is_exposed_most(scenario):
    asked = Request(
        scenario("human"),
        drug="desipramine",
        dose="50 mg",
        route="po",
        hours=400.0,
        subjects=120,
        workers=1,
        seed=3,
    )
    found, _ = finished(asked)
    kinds = np.array(found.population.phenotypes["subject.activity_CYP2D6"])
    exposed = found.population.endpoint("desipramine.auc_last")
    assert (kinds == "poor").any() and (kinds == "extensive").any()
    assert np.median(exposed[kinds == "poor"]) > 1.5 * np.median(exposed[kinds == "extensive"])
    assert "CYP2D6: " in found.as_text() and "european" in found.as_text()


def test_one_phenotype_may_be_held_for_all(scenario):
    asked = Request(
        scenario("human"),
        drug="desipramine",
        dose="50 mg",
        route="po",
        hours=24.0,
        subjects=6,
        workers=1,
        phenotype=("CYP2D6=poor",),
    )
    found, _ = finished(asked)
    assert (found.population.drawn["subject.activity_CYP2D6"] == 0).all()
    assert "subject.activity_CYP2D6" not in found.population.phenotypes


def test_responders_are_counted_with_wilsons_limits(scenario):
    found, _ = finished(rat(scenario, responder=("occupancy.peak >= 0.5", "occupancy.peak < 0")))
    every, none = found.responders
    assert (every.count, every.of) == (12, 12)
    # Wilson 1927 for 12 of 12: n / (n + z2).
    assert every.low == pytest.approx(12 / (12 + 1.959964**2)) and every.high == pytest.approx(1)
    assert none.count == 0 and none.high == pytest.approx(1.959964**2 / (12 + 1.959964**2))


def test_a_band_of_a_watch_holds_what_it_says(scenario):
    found, _ = finished(rat(scenario, subjects=40, some=40))
    band = found.population.bands[0]
    inside = (band.some >= band.at(5.0)) & (band.some <= band.at(95.0))
    assert 0.85 <= inside.mean() <= 0.95
    assert band.at(50.0) == pytest.approx(np.median(band.some, axis=0))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"subjects": 0}, "subjects"),
        ({"seed": -1}, "seed"),
        ({"workers": 0}, "workers"),
        ({"population": "european"}, "population of people"),
        ({"responder": ("occupancy.peak",)}, "no rule"),
        ({"responder": ("occupancy.peek > 1",)}, r"occupancy\.peak"),
        ({"hold": ("desipramine.CLL",)}, r"desipramine\.CL"),
        ({"to": "out.csv"}, "folder"),
        ({"dose": "5"}, "unit"),
        ({"members": 5}, "ensemble"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(scenario, change, words):
    with pytest.raises(InputError, match=words):
        finished(rat(scenario, **change))


def test_an_unknown_population_names_those_there_are(scenario):
    asked = Request(
        scenario("human"),
        drug="desipramine",
        dose="50 mg",
        route="po",
        hours=24.0,
        population="martian",
    )
    with pytest.raises(UnknownNameError, match="european"):
        finished(asked)
