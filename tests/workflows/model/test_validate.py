"""The validate command: predictions of experiments that no calibration used, scored and written."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.observations import (
    COLUMNS,
    MORE_COLUMNS,
    observations,
    observations_hash,
    predictions,
)
from tricyclic.workflows.model.options import ValidateOptions
from tricyclic.workflows.model.validate import run

ROW = {
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
    "sd_log": "0.1",
    "sd_basis": "assumed",
    "unit": "ng/mL h",
    "fitted": "no",
    "certainty": "assumed",
}
# Columns of the written table that are not columns of the evidence file, or empty in it.
ADDED_COLUMNS = (
    "reference",
    "low",
    "high",
    "predicted",
    "p5",
    "p95",
    "ratio",
    "agrees",
    "share",
    "source",
    "note",
)
EARLY = ROW | {
    "id": "early",
    "quantity": "net.occupancy",
    "measure": "peak",
    "to_h": "1",
    "qualifier": "above",
    "value": "",
    "low": "99",
    "unit": "%",
}


def table(*rows: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, (*COLUMNS, *MORE_COLUMNS), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture
def folder(person_library: Path) -> Path:
    (person_library / "evidence" / "predictions.csv").write_text(table(ROW, EARLY))
    return person_library


@pytest.fixture
def result(folder):
    return run(ValidateOptions("one_person", library=str(folder), workers=1))


def test_a_prediction_is_dose_over_clearance_and_scored_against_the_observation(result):
    area, early = result.predictions
    # 1 mg/kg over 0.4 L/h/kg, where 5000 was observed.
    assert area.median == pytest.approx(1000 / 0.4, rel=2e-3)
    # 4000 nM in 1 L/kg, half free: 2000 nM over a Ki of 100 nM.
    assert early.median == pytest.approx(100 * 20 / 21, rel=1e-4)
    assert result.ratios == pytest.approx([0.5, 100 * 20 / 21 / 99], rel=2e-3)
    assert result.score.fold_error == pytest.approx(2.0, rel=2e-3)
    assert result.score.bias == pytest.approx(0.5, rel=2e-3)
    assert (result.score.n_numbers, result.score.n_limits) == (1, 1)
    assert result.score.n_limits_kept == 0
    assert result.predicted_by == {"one_person": "the library's values"}


def test_the_text_has_the_ratio_of_each_experiment_and_the_score(result):
    text = result.summary()
    assert "area under the curve" in text and "0.50" in text
    assert (
        "1 published number: geometric mean fold error 2.00, predicted over observed 0.50, "
        "1 within twofold\n1 published directions and limits: 0 kept"
    ) in text


def test_the_files_have_every_column(result, folder):
    written = {path.name: path for path in result.save(folder / "out")}
    assert set(written) == {
        f"one_person-validation.{kind}" for kind in ("csv", "json", "txt", "svg", "pdf")
    }
    with written["one_person-validation.csv"].open(encoding="utf-8") as file:
        area, early = csv.DictReader(file)
    assert {name: area[name] for name in ROW if name in area} == {
        name: value
        for name, value in ROW.items()
        if name not in ("row", "from_h", "to_h", "sd_log", "sd_basis", "fitted")
    }
    assert (area["low"], area["high"], early["low"]) == ("", "", "99")
    predicted = result.predictions[0]
    for name, value in (
        ("predicted", predicted.median),
        ("p5", predicted.low),
        ("p95", predicted.high),
        ("ratio", result.ratios[0]),
        ("share", predicted.share),
    ):
        # One set has no band; its limits are empty.
        written_value = float(area[name]) if area[name] else math.nan
        assert written_value == pytest.approx(value, rel=1e-5, nan_ok=True), name
    assert [row["agrees"] for row in (area, early)] == ["no", "no"]
    assert area.keys() - ROW.keys() == set(ADDED_COLUMNS)


def test_an_experiment_for_validation_is_never_an_observation_of_a_calibration(folder):
    calibrated = {row.id for row in observations()}
    rows = predictions()
    assert len(rows) >= 50
    assert not calibrated & {row.id for row in rows}
    assert not any(row.fitted for row in rows)
    assert observations_hash(observations(folder=folder)) == observations_hash(observations())


@pytest.mark.parametrize("table_name", ["predictions.csv", "observations.csv"])
def test_a_row_cannot_be_used_for_calibration_and_for_validation(folder, table_name):
    row = ROW | {"fitted": "yes"} if table_name == "predictions.csv" else ROW
    (folder / "evidence" / "predictions.csv").write_text(table(ROW))
    (folder / "evidence" / table_name).write_text(table(row))
    with pytest.raises(InputError) as error:
        predictions(folder=folder)
    assert str(error.value) == (
        "area: is used for calibration and for validation. A row of predictions.csv has 'no' in "
        "the column fitted and its own id."
    )


def test_an_unknown_scenario_is_refused_with_the_nearest_name(folder):
    with pytest.raises(UnknownNameError, match="Did you mean 'one_person'"):
        run(ValidateOptions("one_persn", library=str(folder)))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"scenario": "calcium_minutes", "library": ""},
            (
                "calcium_minutes: has no experiments for validation. "
                "Add rows to evidence/predictions.csv of your library folder."
            ),
        ),
        (
            {"ensemble_size": 5},
            "one_person: has no calibrated ensemble. Leave the ensemble size out.",
        ),
        (
            {"out": "out.csv"},
            (
                "out: 'out.csv' looks like a file. It is a folder for several files. "
                "Name a folder, such as 'out'."
            ),
        ),
        ({"ensemble_size": 0}, "ensemble_size: is 0. A whole number from 1 to 2000."),
        ({"workers": 1025}, "workers: is 1025. A whole number from 1 to 1024."),
    ],
)
def test_options_that_cannot_be_used_are_refused_with_a_sentence(folder, options, sentence):
    given = {"scenario": "one_person", "library": str(folder), "workers": 1, **options}
    with pytest.raises(InputError) as error:
        run(ValidateOptions(**given))
    assert str(error.value) == sentence
