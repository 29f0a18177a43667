"""One curve fitted to columns of a table, and the descriptions of the curve models."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.workflows.curves import models
from tricyclic.workflows.curves.fit import run
from tricyclic.workflows.curves.options import CurveModelsOptions, FitOptions

DOSES_NM = np.repeat([0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0], 2)
X = ("concentration_M=conc_nM:nM",)


def call(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments), "--quiet"])


@pytest.fixture
def table(tmp_path):
    """Readings that fall from 100 to 10 with an EC50 of 10 nM and a slope of 1, little noise."""
    rng = np.random.default_rng(1)
    y = 10 + 90 / (1 + DOSES_NM / 10) + rng.normal(0, 0.1, DOSES_NM.size)
    rows = [f"{dose:g},{value:.6f}" for dose, value in zip(DOSES_NM, y, strict=True)]
    path = tmp_path / "doses.csv"
    path.write_text("conc_nM,response\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_one_curve_has_the_parameters_of_its_readings(table):
    result = run(FitOptions(str(table), curve="logistic_4pl", y=("response",), x=X))
    assert result.fit["top"].value == pytest.approx(100, abs=0.5)
    assert result.fit["bottom"].value == pytest.approx(10, abs=0.5)
    assert result.fit["log10_ec50"].value == pytest.approx(-8, abs=0.01)
    assert result.fit["hill"].value == pytest.approx(-1, abs=0.02)
    assert not result.failed


def test_a_fixed_parameter_keeps_its_value_and_has_no_interval(table):
    options = FitOptions(
        str(table), curve="logistic_4pl", y=("response",), x=X, fixed=("bottom=10", "hill=-1")
    )
    lines = {line.split()[0]: line for line in run(options).summary().splitlines()}
    assert lines["bottom"].split() == ["bottom", "10.00", "fixed"]
    assert lines["hill"].split() == ["hill", "-1.000", "fixed"]
    assert "95 % CI" in lines["top"]


def test_the_confidence_level_sets_the_width_of_the_intervals(table):
    def width(confidence):
        fit = run(
            FitOptions(
                str(table), curve="logistic_4pl", y=("response",), x=X, confidence=confidence
            )
        ).fit
        return fit["log10_ec50"].high - fit["log10_ec50"].low

    assert width(0.5) < width(0.95) < width(0.999)


def test_the_unit_of_the_readings_is_printed_beside_the_plateaus(table):
    options = FitOptions(str(table), curve="logistic_4pl", y=("response",), x=X, y_unit="cpm")
    lines = {line.split()[0]: line.split() for line in run(options).summary().splitlines()}
    assert lines["top"][2] == "cpm"
    assert lines["log10_ec50"][2:4] == ["log10", "M"]


def test_the_files_of_one_fit_contain_its_parameters_and_readings(table, tmp_path):
    out = tmp_path / "out"
    done = call(
        *("fit", table, "--curve", "logistic_4pl", "--y", "response", "--x", X[0], "--out", out)
    )
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {
        "parameters.csv",
        "readings.csv",
        "fit.json",
        "summary.txt",
        "curve.svg",
        "curve.pdf",
    }
    fit = run(FitOptions(str(table), curve="logistic_4pl", y=("response",), x=X)).fit
    with (out / "parameters.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["parameter"] for row in rows] == ["bottom", "top", "log10_ec50", "hill"]
    for row, parameter in zip(rows, fit.parameters, strict=True):
        for column in ("value", "se", "low", "high"):
            assert float(row[column]) == getattr(parameter, column)
        assert row["unit"] == parameter.unit and row["description"] == parameter.description
        assert row["fixed"] == "no"
    with (out / "readings.csv").open() as file:
        readings = list(csv.DictReader(file))
    (part,) = fit.parts
    columns = {
        "concentration_M": part.series.x["concentration_M"],
        "reading": part.series.y,
        "fitted": part.expected,
        "sd": part.sd,
        "residual": part.residuals,
    }
    for column, values in columns.items():
        assert [float(row[column]) for row in readings] == values.tolist()
    document = json.loads((out / "fit.json").read_text(encoding="utf-8"))
    assert document["schema"] == "tricyclic-curves-fit/2"
    assert document["result"]["curve"] == "logistic_4pl"


def test_json_of_one_fit_has_the_parameters_by_name(table):
    done = call("fit", table, "--curve", "logistic_4pl", "--y", "response", "--x", X[0], "--json")
    fit = json.loads(done.stdout)["result"]["fit"]
    assert [one["name"] for one in fit["parameters"]] == ["bottom", "top", "log10_ec50", "hill"]
    assert fit["ok"] is True


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"y": ("response",), "x": X},
            "curve: no curve model is named. Add --curve NAME; see: tricyclic curves models.",
        ),
        (
            {"curve": "logistic_4pl", "y": ("response",), "x": X, "workers": 2},
            (
                "workers: has no effect here. It applies to a file of many curves, and --x or --y "
                "names one curve. Omit --workers."
            ),
        ),
        (
            {"curve": "logistic_4pl", "y_unit": "cpm"},
            (
                "y_unit: has no effect here. It applies to one curve, and this file has many. "
                "Omit --y-unit."
            ),
        ),
        (
            {"curve": "logistic_4pl", "x": X},
            "y: no column of readings is named. Add --y COLUMN.",
        ),
        (
            {"curve": "logistic_4pl", "y": ("response",)},
            (
                "x: logistic_4pl also needs concentration_M, concentration of the drug [M]; 0 "
                "allowed. Add --x COLUMN."
            ),
        ),
        (
            {"curve": "gaddum_schild", "y": ("response",), "x": ("conc_nM",)},
            (
                "x: 'conc_nM' is not name=column:unit. A column of gaddum_schild needs the name "
                "that it is for: agonist_M, antagonist_M. Write it like agonist_M=conc_nM:nM."
            ),
        ),
        (
            {"curve": "logistic_4pl", "y": ("response",), "x": ("concentration=conc_nM:nM",)},
            (
                "x: no column of logistic_4pl is called 'concentration'. Did you mean "
                "'concentration_M'? There are: concentration_M."
            ),
        ),
        (
            {"curve": "logistic_4pl", "y": ("response",), "x": X, "fixed": ("slope=1",)},
            "fixed: no parameter is called 'slope'. There are: bottom, hill, log10_ec50, top.",
        ),
    ],
)
def test_a_column_or_parameter_that_is_missing_or_wrong_is_named(table, options, sentence):
    with pytest.raises(InputError) as caught:
        run(FitOptions(str(table), **options))
    assert str(caught.value) == sentence


def test_an_unknown_curve_model_gets_the_nearest_name(table):
    with pytest.raises(InputError, match="Did you mean 'logistic_4pl'"):
        run(FitOptions(str(table), curve="logistic_4p", y=("response",), x=X))


def test_every_curve_model_has_its_line():
    lines = call("curves", "models").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(CURVES)


def test_a_curve_model_in_detail_has_equation_parameters_and_sources():
    model = CURVES["logistic_4pl"]
    text = models.run(CurveModelsOptions("logistic_4pl")).summary()
    for part in (model.description, model.equation, model.when, *model.sources):
        assert part in text
    for parameter in model.parameters:
        assert parameter.name in text and parameter.description in text


def test_a_parameter_that_a_model_fixes_is_marked():
    lines = call("curves", "models", "competition_ki").stdout.splitlines()
    fixed = [p.name for p in CURVES["competition_ki"].parameters if p.fixed_by_default]
    marked = [line.split()[0] for line in lines if line.endswith("fixed by default")]
    assert fixed and marked == fixed


def test_a_model_of_an_own_folder_is_listed_and_fitted(table, tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    own = (
        "from dataclasses import replace\n"
        "from tricyclic.curves.logistic_4pl import MODEL as logistic\n"
        'MODEL = replace(logistic, description="my logistic")\n'
    )
    (folder / "my_logistic.py").write_text(own, encoding="utf-8")
    assert "my logistic" in call("curves", "models", "--folder", folder).stdout
    options = FitOptions(str(table), curve="my_logistic", y=("response",), x=X, folder=str(folder))
    assert run(options).curve == "my_logistic"
