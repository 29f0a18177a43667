"""The same in Python, in three calls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tricyclic as tca
from tricyclic.errors import InputError

SHIPPED = Path(tca.__file__).parent / "data" / "examples" / "desipramine-study"


@pytest.fixture(scope="module")
def ki():
    return tca.affinity(
        SHIPPED / "raw" / "net_run1.csv",
        layout=SHIPPED / "layouts" / "net.toml",
        protocol="net-nisoxetine",
        radioligand_nM=1.0,
        kd_nM="0.8 +/- 0.06 nM",
        efficiency=0.45,
        counting_time_min=5,
        background_cpm=25,
    )


def test_a_result_prints_its_number_with_interval_and_n(ki):
    text = str(ki)
    assert text.startswith("desipramine at NET   Ki ")
    assert " nM   95 %: " in text and "n = 1" in text


def test_a_result_shows_itself_in_a_notebook(result):
    shown = result._repr_html_()
    assert "<table>" in shown and "desipramine at NET" in shown and "Synthetic" in shown
    assert "<script" not in shown


def test_an_assay_is_found_by_name_and_near_names_are_told(result):
    assert result["NET"].target == "NET"
    with pytest.raises(KeyError, match="there are NET"):
        _ = result["SERT"]


def test_a_study_says_what_it_is(study):
    assert repr(tca.open_study(study)).startswith("Study 'A small study'")


def test_progress_comes_as_values(study):
    seen = []
    (study / "exclusions.csv").write_text("target,reason,who,when\nx,y,z,2026-01-01\n")
    with pytest.raises(InputError):
        tca.open_study(study).run(on_progress=seen.append)
    assert seen[0].says == "reading the study"


@pytest.mark.parametrize("ending", ["html", "pdf", "json"])
def test_a_result_is_reported_in_the_form_its_file_names(ki, ending, tmp_path):
    place = tca.report(ki, to=tmp_path / "new" / f"ki.{ending}")
    data = place.read_bytes()
    assert data.startswith({"html": b"<!", "pdf": b"%PDF", "json": b"{"}[ending])
    if ending == "json":
        assert json.loads(data)["assays"][0]["name"] == "NET"


def test_a_report_of_another_form_is_refused_and_nothing_is_written(ki, tmp_path):
    with pytest.raises(InputError, match=r"\.html, \.pdf or \.json"):
        tca.report(ki, to=tmp_path / "ki.docx")
    assert not list(tmp_path.iterdir())


def test_an_option_with_a_wrong_name_is_suggested():
    with pytest.raises(InputError, match="Did you mean 'kd_nM'"):
        tca.affinity("x.csv", kd_nm=0.8)


def test_unit_of_what_is_stated_does_not_matter(ki):
    same = tca.affinity(
        [SHIPPED / "raw" / "net_run1.csv"],
        layout=str(SHIPPED / "layouts" / "net.toml"),
        protocol="net-nisoxetine",
        radioligand_nM="1000 pM",
        kd_nM=tca.Measured(800.0, "pM", 60.0),
        efficiency="45 %",
        counting_time_min="300 s",
        background_cpm="25 cpm",
    )
    assert [e.value for e in same.estimates] == pytest.approx(
        [e.value for e in ki.estimates], rel=1e-9
    )


def test_saturation_gives_density_and_affinity_of_the_radioligand():
    found = tca.saturation(
        SHIPPED / "raw" / "beta1_vehicle_day1.csv",
        layout=SHIPPED / "layouts" / "beta1.toml",
        protocol="beta1-iodopindolol",
        specific_activity=2175,
        efficiency=0.75,
        counting_time_min=5,
        background_cpm=18,
        protein_ug=15,
    )
    numbers = {e.name: e for e in found.estimates}
    assert numbers["Bmax"].unit == "fmol/mg" and 60 < numbers["Bmax"].value < 90
    assert 0.1 < numbers["Kd"].value < 0.17


DOSED = {"drug": "desipramine", "dose": "10 mg/kg", "route": "ip", "hours": 24}


def test_subjects_are_dosed_and_parameters_moved_from_python():
    seen = []
    many = tca.population(
        "kinetics_and_occupancy",
        subjects=3,
        members=0,
        workers=1,
        watch="NET_occupancy",
        on_progress=seen.append,
        **DOSED,
    )
    assert many.population.drawn["desipramine.CL"].shape == (3,)
    assert any("subjects" in step.says for step in seen)
    moved = tca.sensitivity(
        "kinetics_and_occupancy",
        parameter="desipramine.CL",
        watch="NET_occupancy",
        workers=1,
        **DOSED,
    )
    assert [one.name for one in moved.elasticities.parameters] == ["desipramine.CL"]


def test_a_scenario_is_exported_and_drawn_into_the_folder_that_is_named(tmp_path):
    tca.export(
        "kinetics_and_occupancy", tmp_path / "exported", set={"desipramine.CL": 3.0}, **DOSED
    )
    assert any(file.suffix == ".omex" for file in (tmp_path / "exported").rglob("*"))
    drawn = tca.diagram("calcium_minutes", tmp_path / "drawn")
    assert drawn.drawn and list((tmp_path / "drawn").rglob("*.svg"))


def test_every_verb_on_models_suggests_the_option_that_was_meant():
    for verb, first in (
        (tca.population, "kinetics_and_occupancy"),
        (tca.sensitivity, "kinetics_and_occupancy"),
        (tca.calibrate, "kinetics_and_occupancy"),
        (tca.judge_predictions, "kinetics_and_occupancy"),
        (tca.virtual_assay, "glutamate"),
        (tca.credibility, "kinetics_and_occupancy"),
    ):
        with pytest.raises(InputError, match="Did you mean 'folder'"):
            verb(first, foldr="x")


def test_a_scenario_that_is_not_there_is_refused_by_each_verb():
    for verb in (tca.credibility, tca.judge_predictions, tca.calibrate):
        with pytest.raises(InputError, match="kinetics_and_ocupancy"):
            verb("kinetics_and_ocupancy")
    with pytest.raises(InputError, match="Glutamate, neurites"):
        tca.virtual_assay("glutamat")
