"""Predictions as they are asked for: kept apart from calibration, judged, written; and words for what cannot be."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.observations import (
    COLUMNS,
    MORE_COLUMNS,
    hash_of,
    observations,
    predictions,
)
from tricyclic.jobs.predict import Request, run

SCENARIO = """
title = "One drug in a person"
says = "A drug and nothing else."
species = "human"
system = "animal"
routes = ["iv"]
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
"""
# Half of the drug is free, and the Ki is 100 nM.
TOY = """for,name,value,low,high,unit,cv,free,says,source,certainty
,molar_mass,250,,,g_per_mol,,,chosen,,assumed
human,V,1,0.5,2,L_per_kg,,,chosen,,assumed
human,CL,0.4,0.1,1.6,L_per_h_per_kg,,,total clearance,,assumed
human,fu,0.5,0.1,0.9,dimensionless,,,unbound fraction,,assumed
human,ka_po,1,,,per_h,,,chosen,,assumed
human,F_po,1,,,dimensionless,,,chosen,,assumed
,Kpuu,1,,,dimensionless,,,chosen,,assumed
,k_brain,6,,,per_h,,,chosen,,assumed
,Ki_NET,100,,,nM,,,chosen,,assumed
"""
ROW = {
    "id": "area",
    "row": "area",
    "topic": "kinetics",
    "says": "area under the curve",
    "scenario": "one_person",
    "regimens": "toy 1 mg/kg iv",
    "quantity": "toy.plasma_total",
    "measure": "auc",
    "from_h": "0",
    "to_h": "200",
    "relation": "is",
    "value": "5000",
    "sd_log": "0.1",
    "sd_basis": "assumed",
    "unit": "ng/mL h",
    "fitted": "no",
    "certainty": "assumed",
}
EARLY = ROW | {
    "id": "early",
    "quantity": "net.occupancy",
    "measure": "peak",
    "to_h": "1",
    "relation": "above",
    "value": "",
    "low": "99",
    "unit": "%",
}


def ended(job: Generator[Any, None, Any]) -> Any:
    try:
        while True:
            next(job)
    except StopIteration as stop:
        return stop.value


def table(*rows: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, (*COLUMNS, *MORE_COLUMNS), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("scenarios", "drugs", "evidence"):
        (tmp_path / name).mkdir()
    (tmp_path / "scenarios" / "one_person.toml").write_text(SCENARIO)
    (tmp_path / "drugs" / "toy.csv").write_text(TOY)
    (tmp_path / "evidence" / "predictions.csv").write_text(table(ROW, EARLY))
    return tmp_path


def test_a_prediction_is_dose_over_clearance_and_is_told_beside_what_was_observed(folder):
    told = ended(run(Request("one_person", folder=str(folder), workers=1, to=str(folder / "out"))))
    area, early = told.found
    assert area.middle == pytest.approx(
        1000 / 0.4, rel=2e-3
    )  # 1 mg/kg over 0.4 L/h/kg, where 5000 was observed
    # 4000 nM in 1 L/kg, half free: 2000 nM over a Ki of 100 nM
    assert early.middle == pytest.approx(100 * 20 / 21, rel=1e-4)
    assert told.judgement.fold == pytest.approx(2.0, rel=2e-3)
    assert told.judgement.bias == pytest.approx(0.5, rel=2e-3)
    assert told.judgement.kept == 0
    text = told.as_text()
    assert "x 0.50" in text and "1 published directions and limits: 0 kept" in text
    names = {Path(name).name for name in told.to_write}
    assert names == {
        f"one_person-predictions.{kind}" for kind in ("csv", "json", "txt", "svg", "pdf")
    }
    written = told.to_write[str(folder / "out" / "one_person-predictions.csv")].decode()
    assert [row["holds"] for row in csv.DictReader(io.StringIO(written))] == ["no", "no"]


def test_what_is_kept_apart_is_never_among_the_observations_of_a_calibration(folder):
    ours = {row.id for row in observations()}
    kept = predictions()
    assert len(kept) >= 50
    assert not ours & {row.id for row in kept}
    assert not any(row.fitted for row in kept)
    assert hash_of(observations(folder=folder)) == hash_of(observations())


def test_a_row_cannot_be_calibrated_against_and_kept_apart(folder):
    (folder / "evidence" / "predictions.csv").write_text(table(ROW | {"fitted": "yes"}))
    with pytest.raises(InputError, match="kept apart too"):
        predictions(folder=folder)
    (folder / "evidence" / "predictions.csv").write_text(table(ROW))
    (folder / "evidence" / "observations.csv").write_text(table(ROW))
    with pytest.raises(InputError, match="kept apart too"):
        predictions(folder=folder)


def test_what_cannot_be_predicted_is_said_in_a_sentence(folder):
    with pytest.raises(UnknownNameError, match="one_persn"):
        ended(run(Request("one_persn", folder=str(folder))))
    with pytest.raises(InputError, match="no experiments that were kept apart"):
        ended(run(Request("calcium_minutes")))
    with pytest.raises(InputError, match="no calibrated ensemble"):
        ended(run(Request("one_person", members=5, folder=str(folder), workers=1)))
    with pytest.raises(InputError, match="looks like a file"):
        ended(run(Request("one_person", folder=str(folder), to="out.csv")))
