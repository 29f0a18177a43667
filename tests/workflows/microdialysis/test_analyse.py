"""`tricyclic microdialysis analyse`: files, formats and exit codes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.cli.main import main


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    rng = np.random.default_rng(7)
    rows = [
        (f"{g[0]}{k}", g, s, s + 20, (2 + k / 5) * (1 + top * (s >= 0)) * (1 + 0.1 * rng.random()))
        for g, top in (("vehicle", 0.0), ("desipramine", 1.0))
        for k in range(5)
        for s in range(-60, 140, 20)
    ]
    file = tmp_path_factory.mktemp("dialysis") / "values.csv"
    frame = pd.DataFrame(rows, columns=["animal", "group", "start_min", "end_min", "NE_nM"])
    frame.to_csv(file, index=False)
    return str(file)


def run(*arguments):
    with pytest.raises(SystemExit) as exit_:
        main(["microdialysis", "analyse", *arguments])
    return exit_.value.code or 0


def test_a_folder_gets_every_table_figure_and_the_text(values, tmp_path):
    assert run(values, "--out", str(tmp_path / "results")) == 0
    names = {path.name for path in (tmp_path / "results").iterdir()}
    tables = {"animals", "effects", "groups", "times", "fractions", "means"}
    assert {f"{name}.csv" for name in tables} <= names
    figures = {"time_course", "time_course_absolute", "animals"}
    assert {f"{name}{end}" for name in figures for end in (".svg", ".pdf")} <= names
    text = (tmp_path / "results" / "summary.txt").read_text(encoding="utf-8")
    assert "Welch's t test, because there are two groups" in text
    methods = (tmp_path / "results" / "methods.txt").read_text(encoding="utf-8")
    assert "mean over 0 to 120 min (default) after it" in methods
    assert "No dead volume is stated" in methods
    assert "Welch" in methods
    animals = pd.read_csv(tmp_path / "results" / "animals.csv")
    direct = tca.microdialysis(values).to_frame()
    columns = direct.columns.drop(["flagged", "missing"])
    pd.testing.assert_frame_equal(animals[columns], direct[columns], check_dtype=False)
    assert (animals.flagged == "no").all()


def test_json_has_the_effect_and_no_number_that_is_none_in_json(values, capsys):
    assert run(values, "--format", "json") == 0
    effect = json.loads(capsys.readouterr().out)["result"]["effects"]["effects"][0]
    assert effect["ratio"] == tca.microdialysis(values).effects.effects[0].ratio


def test_a_window_not_stated_is_called_a_default(values):
    by_default, stated = tca.microdialysis(values), tca.microdialysis(values, window=(0, 120))
    assert "window 0 to 120 min (default)" in by_default.summary()
    assert "(default)" not in stated.summary()
    assert by_default.effects.effects == stated.effects.effects


def test_two_numbers_are_one_option(values, capsys):
    assert run(values, "--window", "0", "60", "--format", "json") == 0
    settings = json.loads(capsys.readouterr().out)["result"]["settings"]
    assert settings["window_min"] == [0.0, 60.0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--control", "saline"), "--control: no group is called 'saline'. Groups are vehicle"),
        (("--window", "60", "0"), "--window: is 60 to 0 min"),
        (("--exclude", "v9=gone"), "--exclude: no animal is called 'v9'"),
        (("--dead-volume", "12"), "no flow. Add --flow"),
        (("--unit", "uM"), "--unit: is uM, and the table states nM"),
        (("--value", "DA"), "--value: no column is called 'DA'"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_3(values, arguments, sentence, capsys):
    assert run(values, *arguments) == 3
    assert sentence in capsys.readouterr().err
