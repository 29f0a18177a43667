"""Parts of a library that would not be read are refused; columns that are not read are named."""

from __future__ import annotations

from pathlib import Path

import pytest

import tricyclic
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.library.time_courses import read_measured_courses, unused_columns


def refusal(read) -> str:
    with pytest.raises(InputError) as caught:
        read()
    return str(caught.value)


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "mine"
    (folder / "drugs").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("name", "meant"), [("scenario", "scenarios"), ("Mechanism", "mechanisms")]
)
def test_a_folder_with_a_misspelt_name_is_refused(library, name, meant):
    (library / name).mkdir()
    assert refusal(lambda: Library(str(library)).scenario_names) == (
        f"mine/{name}: is no part of a library. Did you mean '{meant}'? Rename it."
    )


def test_other_files_beside_the_parts_are_no_fault(library):
    (library / "README.md").write_text("x", encoding="utf-8")
    (library / "figures").mkdir()
    assert "noradrenergic_synapse" in Library(str(library)).scenario_names


def test_a_file_in_place_of_a_folder_is_refused(library):
    (library / "scenarios").write_text("x", encoding="utf-8")
    assert "mine/scenarios: is not a folder." in refusal(
        lambda: Library(str(library)).scenario_names
    )


def test_an_observation_of_a_scenario_that_does_not_exist_is_refused(library):
    own = Library("").observations()[0]
    (library / "evidence").mkdir()
    source = Path(tricyclic.__file__).parent / "data" / "evidence" / "observations.csv"
    lines = source.read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if line.startswith(f"{own.id},"))
    row = line.replace(own.id, "mine", 1).replace(own.scenario, f"{own.scenario}x", 1)
    (library / "evidence" / "observations.csv").write_text(f"{lines[0]}\n{row}\n", encoding="utf-8")
    sentence = refusal(lambda: Library(str(library)).observations("human_occupancy"))
    assert f"mine: no scenario is called '{own.scenario}x'. Did you mean" in sentence


def test_an_ensemble_without_its_table_is_refused(library):
    (library / "ensembles").mkdir()
    (library / "ensembles" / "rat2.toml").write_text("x = 1\n", encoding="utf-8")
    assert refusal(lambda: Library(str(library)).ensemble_names) == (
        "rat2.toml: has no table of its parameter sets. It is rat2.csv in the same folder. Add "
        "the table, or remove this file."
    )


def test_columns_of_a_measured_table_that_are_not_read_are_named(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text(
        "time_h,observable,value,unit,error,animal,batch\n1,amine,12,nM,1,a,b\n", encoding="utf-8"
    )
    assert len(read_measured_courses(str(path))) == 1
    assert unused_columns(str(path)) == ("columns 'animal', 'batch'",)
