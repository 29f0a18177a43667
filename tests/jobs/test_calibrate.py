"""A calibration as it is asked for: an ensemble that reads back, a misfit table, figures, and words for what cannot be."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.ensembles import ensemble
from tricyclic.io.library.observations import COLUMNS
from tricyclic.jobs._ensemble_group import age_of, group_of
from tricyclic.jobs.calibrate import Request, run
from tricyclic.simulation.calibration import calibrate

TINY = calibrate.Budget(
    starts=1,
    descents=3,
    first=40,
    rounds=0,
    each=0,
    last=80,
    steps=60,
    last_steps=400,
    members=12,
    slopes=1,
)
SCENARIO = """
title = "One drug in a person"
says = "A drug and nothing else."
species = "human"
system = "animal"
routes = ["po", "iv"]
[[place]]
name = "body_fluid"
says = "fluid"
[[fluid]]
name = "fluid"
holds = "plasma"
[[site]]
name = "net"
target = "NET"
fluid = "fluid"
place = "body_fluid"
says = "norepinephrine transporter"
[[watch]]
name = "occupancy"
quantity = "net.occupancy"
unit = "dimensionless"
says = "NET occupancy"
"""
# Clearance of 0.2 L/h/kg of 1 mg/kg given into a vein: an area of 5 mg h/L.
AREA = "area,area,kinetics,area under the curve,one_person,toy 1 mg/kg iv,,toy.plasma_total,auc,0,200,is,5000,,,,0.05,assumed,ng/mL h,assumed"
TOY = """for,name,value,low,high,unit,cv,free,says,source,certainty
,molar_mass,250,,,g_per_mol,,,chosen,,assumed
human,V,1,0.5,2,L_per_kg,,,chosen,,assumed
human,CL,0.4,0.1,1.6,L_per_h_per_kg,,yes,total clearance,,start
human,fu,0.5,0.1,0.9,dimensionless,,yes,unbound fraction,,start
human,ka_po,1,,,per_h,,,chosen,,assumed
human,F_po,1,,,dimensionless,,,chosen,,assumed
,Kpuu,1,,,dimensionless,,,chosen,,assumed
,k_brain,6,,,per_h,,,chosen,,assumed
,Ki_NET,100,,,nM,,,chosen,,assumed
"""


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(calibrate, "QUICK", TINY)


@pytest.fixture
def own(tmp_path) -> Path:
    for folder in ("scenarios", "evidence", "drugs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "scenarios" / "one_person.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "drugs" / "toy.csv").write_text(TOY, encoding="utf-8")
    (tmp_path / "evidence" / "observations.csv").write_text(
        ",".join((*COLUMNS, "certainty")) + "\n" + AREA + "\n", encoding="utf-8"
    )
    return tmp_path


def finished(request: Request):
    work = run(request)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def asked(own: Path, **more) -> Request:
    return Request("one_person", quick=True, workers=1, folder=str(own), **more)


def written(found, own: Path) -> None:
    (own / "ensembles").mkdir(exist_ok=True)
    for name, data in found.to_write.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(data)


def test_an_area_tells_the_clearance_and_nothing_about_binding(own):
    found = finished(asked(own)).ensemble
    clearance = found.column("toy.CL")
    assert np.median(clearance) == pytest.approx(0.2, rel=0.06)
    learnt = {item.name: item for item in found.identified}
    assert learnt["toy.CL"].width < 0.2
    assert learnt["toy.CL"].rows[0][0] == "area"
    assert learnt["toy.fu"].width > 0.7
    assert found.misfit[0].best == pytest.approx(5000, rel=0.05)


def test_what_is_written_reads_back_as_it_was(own):
    found = finished(asked(own, to=str(own / "ensembles")))
    written(found, own)
    again = ensemble("one_person", folder=own)
    assert again.members == pytest.approx(found.ensemble.members, rel=1e-5)
    assert again.parameters == found.ensemble.parameters
    assert again.misfit[0].best == pytest.approx(found.ensemble.misfit[0].best, rel=1e-5)
    assert again.identified[0].rows[0][0] == "area"
    assert (again.version, again.seed, again.drugs) == (1, 1, ("toy",))
    table = list(
        csv.DictReader(
            found.to_write[str(own / "ensembles" / "one_person-misfit.csv")].decode().splitlines()
        )
    )
    assert float(table[0]["best"]) == pytest.approx(5000, rel=0.05)
    assert found.to_write[str(own / "ensembles" / "one_person-misfit.svg")].startswith(b"<svg")


def test_a_second_calibration_counts_up_and_says_the_same(own):
    first = finished(asked(own, to=str(own / "ensembles")))
    written(first, own)
    second = finished(asked(own))
    assert second.ensemble.version == 2
    assert np.array_equal(second.ensemble.members, first.ensemble.members)


def test_an_ensemble_is_old_once_a_value_has_changed_but_not_once_a_word_has(own):
    written(finished(asked(own, to=str(own / "ensembles"))), own)
    found = ensemble("one_person", folder=own)
    assert age_of(found, str(own)) == ""
    table = own / "drugs" / "toy.csv"
    table.write_text(TOY.replace("total clearance", "clearance of all paths"), encoding="utf-8")
    assert age_of(found, str(own)) == ""
    table.write_text(TOY.replace("human,V,1,", "human,V,1.5,"), encoding="utf-8")
    assert age_of(found, str(own)) == (
        "The ensemble 'one_person' (version 1) is older than the model; run: tricyclic calibrate one_person"
    )
    table.write_text(TOY, encoding="utf-8")
    evidence = own / "evidence" / "observations.csv"
    evidence.write_text(
        evidence.read_text(encoding="utf-8").replace("5000", "6000"), encoding="utf-8"
    )
    assert "older than the observations" in age_of(found, str(own))


def test_processes_find_the_same_sets_as_one(own):
    alone = finished(asked(own)).ensemble.members
    together = finished(replace(asked(own), workers=2)).ensemble.members
    assert np.array_equal(alone, together)


def test_scenarios_that_share_an_ensemble_are_calibrated_together():
    name, scenarios = group_of("bdnf_glutamate")
    assert name == "rat"
    assert {"bdnf_glutamate", "ngf_neurites", "noradrenergic_synapse"} <= {
        one.name for one in scenarios
    }


def test_a_scenario_that_nobody_observed_is_refused(own):
    (own / "evidence" / "observations.csv").unlink()
    with pytest.raises(InputError, match="one_person: has no observations"):
        finished(asked(own))


def test_a_scenario_with_nothing_free_is_refused(own):
    (own / "drugs" / "toy.csv").write_text(TOY.replace(",yes,", ",,"), encoding="utf-8")
    with pytest.raises(InputError, match="has no free parameter"):
        finished(asked(own))


def test_a_file_where_a_folder_is_wanted_is_refused(own):
    with pytest.raises(InputError, match="looks like a file"):
        finished(asked(own, to="ensemble.csv"))


def test_the_text_tells_rows_parameters_and_what_width_means(own):
    text = finished(asked(own)).as_text()
    assert "area" in text and "toy.CL" in text
    assert "1 is a parameter of which nothing was learnt" in text
    assert "A rough calibration" in text
