"""The calibrate command: an ensemble that reads back, tables, figures, and errors as sentences."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.ensembles import ensemble
from tricyclic.io.library.library import Library
from tricyclic.io.library.observations import COLUMNS, MORE_COLUMNS
from tricyclic.reports.files.calibration import calibration_files
from tricyclic.simulation.calibration import calibrate
from tricyclic.workflows.model.calibrate import run
from tricyclic.workflows.model.ensemble import outdated_warning, scenarios_sharing_ensemble
from tricyclic.workflows.model.options import CalibrateOptions

TINY = calibrate.CalibrationBudget(
    starts=1,
    max_steps=3,
    around_best=40,
    rounds=0,
    per_round=0,
    final=80,
    chain_steps=60,
    final_chain_steps=400,
    ensemble_size=12,
    slope_sets=1,
)
# Clearance of 0.2 L/h/kg of 1 mg/kg given into a vein: an area of 5 mg h/L.
AREA = {
    "id": "area",
    "row": "area",
    "topic": "kinetics",
    "description": "area under the curve",
    "scenario": "one_person",
    "dosing": "toy 1 mg/kg iv",
    "quantity": "toy.plasma_total",
    "measure": "auc",
    "from_h": "0",
    "to_h": "200",
    "qualifier": "is",
    "value": "5000",
    "sd_log": "0.05",
    "sd_basis": "assumed",
    "unit": "ng/mL h",
    "certainty": "assumed",
}


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(calibrate, "QUICK", TINY)


def write_observations(folder: Path, row: dict[str, str]) -> None:
    with (folder / "evidence" / "observations.csv").open("w", encoding="utf-8") as file:
        writer = csv.DictWriter(file, (*COLUMNS, *MORE_COLUMNS), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)


@pytest.fixture
def own(person_library) -> Path:
    write_observations(person_library, AREA)
    return person_library


@pytest.fixture(scope="module")
def result(module_person_library):
    """One calibration for all tests that only read it."""
    write_observations(module_person_library, AREA)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibrate, "QUICK", TINY)
        return run(options(module_person_library))


def options(own: Path, **more) -> CalibrateOptions:
    return CalibrateOptions("one_person", quick=True, workers=1, library=str(own), **more)


def write_ensemble(result, own: Path) -> None:
    (own / "ensembles").mkdir()
    result.save(own / "ensembles")


def outdated(own: Path) -> str:
    library = Library(str(own))
    return outdated_warning(library.ensemble("one_person"), library)


def test_an_area_informs_the_clearance_and_not_the_binding(result):
    calibrated = result.ensemble
    assert np.median(calibrated.column("toy.CL")) == pytest.approx(0.2, rel=0.06)
    rows = {row.name: row for row in calibrated.identifiability}
    assert rows["toy.CL"].width < 0.2
    assert rows["toy.CL"].rows[0][0] == "area"
    assert rows["toy.fu"].width > 0.7
    assert calibrated.misfit[0].best == pytest.approx(5000, rel=0.05)


def test_a_written_ensemble_reads_back_as_it_was(result, own):
    write_ensemble(result, own)
    again = ensemble("one_person", folder=own)
    assert again.parameter_sets == pytest.approx(result.ensemble.parameter_sets, rel=1e-5)
    assert again.parameters == result.ensemble.parameters
    assert again.identifiability[0].rows[0][0] == "area"
    assert (again.version, again.seed, again.drugs) == (1, 1, ("toy",))
    for name in ("best", "median", "low", "high", "distance", "share"):
        read, written = getattr(again.misfit[0], name), getattr(result.ensemble.misfit[0], name)
        assert read == pytest.approx(written, rel=1e-5), name
    for name in ("median", "low", "high", "width", "correlation"):
        for read, written in zip(
            again.identifiability, result.ensemble.identifiability, strict=True
        ):
            assert getattr(read, name) == pytest.approx(getattr(written, name), rel=1e-5), name
    for name, value in result.ensemble.sampling.items():
        assert again.sampling[name] == pytest.approx(value, rel=1e-5), name
    assert again.notes == result.ensemble.notes


def test_the_files_are_the_ensemble_its_tables_and_its_figures(result):
    files = calibration_files(result)
    assert sorted(files) == sorted(
        [
            "one_person.csv",
            "one_person.toml",
            "one_person-misfit.csv",
            "one_person-information.csv",
            "one_person-widening.csv",
            "one_person-result.json",
            "one_person-summary.txt",
            *[
                f"one_person-{figure}.{kind}"
                for figure in ("misfit", "identifiability", "information")
                for kind in ("svg", "pdf")
            ],
        ]
    )
    assert files["one_person-misfit.svg"].startswith(b"<svg")


def test_every_column_of_the_misfit_table_is_written(result):
    files = calibration_files(result)
    (row,) = csv.DictReader(files["one_person-misfit.csv"].decode().splitlines())
    misfit = result.ensemble.misfit[0]
    words = {
        "id": "area",
        "topic": "kinetics",
        "description": "area under the curve",
        "qualifier": "is",
        "low": "",
        "high": "",
        "unit": "ng/mL h",
        "fitted": "yes",
        "conflicts_with": "",
        "source": "",
        "note": "",
    }
    numbers = {
        "value": 5000.0,
        "sd_log": 0.05,
        "best": misfit.best,
        "median": misfit.median,
        "p5": misfit.low,
        "p95": misfit.high,
        "distance": misfit.distance,
        "share": misfit.share,
    }
    assert row.keys() == words.keys() | numbers.keys()
    assert {name: row[name] for name in words} == words
    for name, value in numbers.items():
        assert float(row[name]) == pytest.approx(value, rel=1e-5), name


def test_the_tables_of_information_have_a_column_for_each_parameter(result):
    files = calibration_files(result)
    for name, table in (
        ("information", result.information_shares),
        ("widening", result.widening_without),
    ):
        (row,) = csv.DictReader(files[f"one_person-{name}.csv"].decode().splitlines())
        assert row.keys() == {"observation", "toy.CL", "toy.fu"}
        assert row["observation"] == "area"
        for parameter in ("toy.CL", "toy.fu"):
            assert float(row[parameter]) == pytest.approx(table["area"][parameter], rel=1e-3)


def test_a_second_calibration_has_the_next_version_and_the_same_sets(result, own):
    write_ensemble(result, own)
    second = run(options(own))
    assert second.ensemble.version == 2
    assert np.array_equal(second.ensemble.parameter_sets, result.ensemble.parameter_sets)


def test_an_ensemble_is_outdated_once_a_value_has_changed_but_not_once_a_word_has(result, own):
    write_ensemble(result, own)
    assert outdated(own) == ""
    table = own / "drugs" / "toy.csv"
    drug = table.read_text(encoding="utf-8")
    table.write_text(drug.replace("total clearance", "clearance of all paths"), encoding="utf-8")
    assert outdated(own) == ""
    table.write_text(drug.replace("human,V,1,", "human,V,1.5,"), encoding="utf-8")
    assert outdated(own) == (
        "The ensemble 'one_person' (version 1) is older than the model; "
        "run: tricyclic model calibrate one_person"
    )
    table.write_text(drug, encoding="utf-8")
    write_observations(own, AREA | {"value": "6000"})
    assert "older than the observations" in outdated(own)


def test_two_processes_give_the_same_sets_as_one(result, own):
    together = run(replace(options(own), workers=2))
    assert np.array_equal(result.ensemble.parameter_sets, together.ensemble.parameter_sets)


def test_progress_counts_every_run(own):
    steps = []
    result = run(options(own), steps.append)
    assert steps[-1].done == result.ensemble.sampling["runs"]
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert "around the best set" in {step.message for step in steps}


def test_scenarios_that_share_an_ensemble_are_calibrated_together():
    name, scenarios = scenarios_sharing_ensemble("bdnf_glutamate", Library())
    assert name == "rat"
    assert {"bdnf_glutamate", "ngf_neurites", "noradrenergic_synapse"} <= {
        one.name for one in scenarios
    }


def test_a_scenario_without_observations_is_refused(own):
    (own / "evidence" / "observations.csv").unlink()
    with pytest.raises(InputError) as error:
        run(options(own))
    assert str(error.value) == (
        "one_person: has no observations to be calibrated against. "
        "Add rows to evidence/observations.csv of your library folder."
    )


def test_a_scenario_without_free_parameters_is_refused(own):
    table = own / "drugs" / "toy.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",yes,", ",,"), encoding="utf-8")
    with pytest.raises(InputError) as error:
        run(options(own))
    assert str(error.value) == (
        "one_person: has no free parameter. Mark rows of its tables as free, with low and high."
    )


def test_a_file_where_a_folder_is_needed_is_refused(own):
    with pytest.raises(InputError) as error:
        run(options(own, out="ensemble.csv"))
    assert str(error.value) == (
        "out: 'ensemble.csv' looks like a file. It is a folder for several files. "
        "Name a folder, such as 'ensemble'."
    )


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("ensemble_size", 1, "2 to 2000"),
        ("ensemble_size", 2001, "2 to 2000"),
        ("workers", 0, "1 to 1024"),
        ("seed", -1, f"0 to {2**31}"),
    ],
)
def test_a_number_outside_its_range_is_refused(own, name, value, allowed):
    with pytest.raises(InputError) as error:
        run(replace(options(own), **{name: value}))
    assert str(error.value) == f"{name}: is {value}. A whole number from {allowed}."


def test_the_text_lists_observations_and_parameters_and_explains_the_width(result):
    text = result.summary()
    assert "area" in text and "toy.CL" in text
    assert "posterior over prior standard deviation" in text
    assert "  warn   A quick calibration: for trials, not for use." in text
