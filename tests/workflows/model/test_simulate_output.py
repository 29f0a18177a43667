"""The ensemble, the tables, the JSON and the text of a simulation."""

from __future__ import annotations

import csv
import io
import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from tricyclic.cli.main import main
from tricyclic.reports.files.simulation import (
    comparison_table,
    course_table,
    exposure_table,
    observable_table,
    simulation_files,
)
from tricyclic.workflows.model.options import SimulateOptions
from tricyclic.workflows.model.simulate import run

ENSEMBLE_TOML = """
scenario = "small"
version = 3
model = "0"
observations = "0"
seed = 1
[[parameter]]
name = "amine.k"
unit = "per_h"
scale = "log"
start = 5.0
low = 1.0
high = 10.0
median = 5.0
p5 = 2.0
p95 = 9.0
width = 0.5
[[parameter]]
name = "testamine.F_ip"
unit = "dimensionless"
scale = "linear"
start = 0.8
low = 0.1
high = 1.0
median = 0.5
p5 = 0.1
p95 = 1.0
width = 1.0
"""


@pytest.fixture
def with_ensemble(small_library, tmp_path):
    """The small library with an ensemble of 21 parameter sets."""
    own = tmp_path / "own"
    shutil.copytree(small_library, own)
    (own / "ensembles").mkdir()
    (own / "ensembles" / "small.toml").write_text(ENSEMBLE_TOML.lstrip("\n"), encoding="utf-8")
    shares = np.linspace(0.2, 1.0, 21)
    rows = [f"{2 + 0.3 * k},{share!r}" for k, share in enumerate(shares.tolist())]
    (own / "ensembles" / "small.csv").write_text(
        "\n".join(["amine.k,testamine.F_ip", *rows]) + "\n", encoding="utf-8"
    )
    return str(own)


def test_the_ensemble_gives_the_median_and_band_of_its_parameter_sets(simulate, with_ensemble):
    result = simulate(drug="testamine", dose="1 mg/kg", route="ip", days=3, library=with_ensemble)
    assert (result.ensemble_size, result.ensemble) == (21, "small, version 3")
    plasma = next(one for one in result.exposures if one.compartment == "plasma, total")
    auc = plasma.numbers["auc_inf"]
    assert auc.value == pytest.approx(0.6 * 2000, rel=1e-3)
    assert (auc.low, auc.high) == (
        pytest.approx(0.24 * 2000, rel=1e-3),
        pytest.approx(0.96 * 2000, rel=1e-3),
    )
    course = result["amine"]
    assert (course.low <= course.y).all() and (course.y <= course.high).all()
    line = "21 parameter sets of the ensemble small, version 3; in brackets the 90 % band"
    assert line in result.summary()


def test_a_point_estimate_is_a_single_run_and_too_many_sets_are_refused(
    simulate, typed, with_ensemble
):
    alone = typed("--library", with_ensemble, "--point-estimate", "--json")
    assert json.loads(alone.stdout)["result"]["ensemble_size"] == 1
    refused = typed("--library", with_ensemble, "--ensemble-size", "22")
    assert refused.exit_code == 3 and "has 21" in refused.stderr


def test_an_ensemble_of_rats_is_not_used_for_people(simulate, typed, with_ensemble):
    words = (
        "--library",
        with_ensemble,
        "--species",
        "human",
        "--drug",
        "testamine",
        "--dose",
        "1 mg/kg",
        "--route",
        "po",
    )
    reply = typed(*words, "--json")
    result = json.loads(reply.stdout)["result"]
    assert (result["ensemble_size"], result["ensemble"]) == (1, "")
    assert any("calibrated for the rat" in remark for remark in result["remarks"])
    assert any("written for the rat" in remark for remark in result["remarks"])
    refused = typed(*words, "--ensemble-size", "5")
    assert refused.exit_code == 3 and "calibrated for the rat" in refused.stderr
    own = typed("--library", with_ensemble, "--species", "rat", "--json")
    assert json.loads(own.stdout)["result"]["ensemble_size"] == 21


def test_the_table_of_courses_has_every_course(simulate):
    result = simulate(drug="testamine", dose="1 mg/kg", route="iv", hours=6)
    table = course_table(result)
    assert list(table) == [
        "output",
        "unit",
        "time_h",
        "value",
        "low",
        "high",
        "percent_of_baseline",
        "percent_low",
        "percent_high",
    ]
    assert dict(zip(table["output"], table["unit"], strict=True)) == {
        "amine": "nM",
        "blocked": "%",
        "testamine_plasma_total": "nM",
        "testamine_brain_free": "nM",
    }
    amine = slice(0, result["amine"].time_h.size)
    assert table["time_h"][amine] == result["amine"].time_h.tolist()
    assert table["value"][amine] == result["amine"].y.tolist()
    assert table["percent_of_baseline"][amine] == result["amine"].percent_of_baseline.tolist()
    # A single run has no band.
    for name in ("low", "high", "percent_low", "percent_high"):
        assert np.isnan(table[name]).all(), name


def test_the_table_of_observables_has_their_key_numbers(simulate, with_ensemble):
    result = simulate(drug="testamine", dose="1 mg/kg", route="iv", days=1, library=with_ensemble)
    table = {name: column[0] for name, column in observable_table(result).items()}
    (row,) = result.observables
    expected = {
        "observable": "amine",
        "description": "amine in the fluid",
        "unit": "nM",
        "baseline": row.baseline.value,
        "t_peak_h": row.t_peak_h,
    }
    for name in ("peak", "peak_percent_of_baseline", "end", "end_percent_of_baseline"):
        interval = getattr(row, name)
        expected |= {
            name: interval.value,
            f"{name}_low": interval.low,
            f"{name}_high": interval.high,
        }
    assert table == expected
    assert table["peak_low"] < table["peak"] < table["peak_high"]
    assert table["peak_percent_of_baseline"] == pytest.approx(10 * table["peak"], rel=1e-6)


def test_the_table_of_exposures_has_a_row_per_drug_compartment_and_number(simulate):
    result = simulate(drug="testamine", dose="1 mg/kg", route="iv", days=3)
    table = exposure_table(result)
    assert list(table) == [
        "drug",
        "compartment",
        "number",
        "unit",
        "value",
        "value_low",
        "value_high",
    ]
    keys = zip(table["drug"], table["compartment"], table["number"], strict=True)
    units = dict(zip(keys, table["unit"], strict=True))
    assert units["testamine", "plasma, total", "cmax"] == "nM"
    assert units["testamine", "brain, free", "auc_inf"] == "nM h"
    assert units["testamine", "plasma, total", "lambda_z_per_h"] == "1/h"
    assert units["testamine", "plasma, total", "accumulation"] == ""
    assert table["value"][table["number"].index("cmax")] == pytest.approx(200, rel=1e-5)


def test_the_table_of_comparisons_has_a_row_per_reading(simulate, measured):
    result = simulate(hours=4, compare=measured(["1,amine,20,nM,2", "2,amine,5,nM,"]))
    table = comparison_table(result)
    assert {name: column[0] for name, column in table.items()} == {
        "observable": "amine",
        "unit": "nM",
        "time_h": 1.0,
        "measured": 20.0,
        "error": 2.0,
        "simulated": pytest.approx(10.0),
        "low": pytest.approx(np.nan, nan_ok=True),
        "high": pytest.approx(np.nan, nan_ok=True),
        "ratio": pytest.approx(0.5),
        "standard_errors": pytest.approx(-5.0),
    }
    assert table["ratio"][1] == pytest.approx(2.0)
    assert np.isnan(table["standard_errors"][1])


@pytest.mark.slow
def test_the_same_simulation_gives_the_same_files(simulate):
    given = {
        "drug": "testamine",
        "dose": "1 mg/kg",
        "route": "ip",
        "every": "12h",
        "days": 2,
    }
    result = simulate(**given)
    files = simulation_files(result)
    assert files == simulation_files(simulate(**given))
    assert {
        "courses.csv",
        "courses.parquet",
        "summary.csv",
        "exposure.csv",
        "result.json",
        "summary.txt",
    } <= files.keys()
    assert {
        "courses.svg",
        "acute-and-chronic.svg",
        "occupancy.svg",
        "concentrations.pdf",
    } <= files.keys()
    rows = list(csv.DictReader(io.StringIO(files["courses.csv"].decode())))
    amine = [float(row["value"]) for row in rows if row["output"] == "amine"]
    assert amine == pytest.approx(result["amine"].y.tolist(), rel=1e-8)
    table = parquet.read_table(io.BytesIO(files["courses.parquet"])).to_pydict()
    assert table["value"] == pytest.approx([float(row["value"]) for row in rows], rel=1e-8)
    assert json.loads(files["result.json"])["result"]["scenario"] == "small"


def test_observables_and_parameters_are_listed(typed):
    reply = typed("--drug", "testamine", "--list")
    assert reply.exit_code == 0
    for name in ("amine.level", "testamine.plasma_total", "testamine.CL", "1.00 to 4.00", "uptake"):
        assert name in reply.stdout


def test_occupancies_are_listed_in_percent():
    listed = run(SimulateOptions("noradrenergic_synapse", list=True))
    observables = {row.name: row.unit for row in listed.observables}
    quantities = {row.name: row.unit for row in listed.quantities}
    assert observables["net_occupancy"] == quantities["net_cortex.occupancy"] == "%"
    assert observables["net_density"] == quantities["enzyme.enzyme"] == ""


def test_json_is_one_document_with_bands_and_courses(typed):
    reply = typed("--drug", "testamine", "--dose", "1 mg/kg", "--route", "iv", "--json")
    result = json.loads(reply.stdout)["result"]
    assert result["exposures"][0]["numbers"]["cmax"]["value"] == pytest.approx(200, rel=1e-4)
    assert len(result["observable_courses"][0]["time_h"]) == len(
        result["observable_courses"][0]["y"]
    )


def test_the_command_of_the_documentation_runs_on_the_built_in_synapse():
    words = [
        "model",
        "simulate",
        "noradrenergic_synapse",
        "--drug",
        "desipramine",
        "--dose",
        "10 mg/kg",
        "--route",
        "ip",
    ]
    words += ["--every", "12h", "--days", "14", "--point-estimate", "--quiet"]
    reply = CliRunner().invoke(main, words, prog_name="tricyclic")
    assert reply.exit_code == 0, reply.output
    for word in (
        "cortex_NE",
        "firing",
        "% of baseline",
        "net_occupancy",
        "desipramine, plasma, total",
        "ng/mL",
        "accumulation",
    ):
        assert word in reply.stdout


def test_bdnf_after_two_days_of_imipramine_evokes_more_glutamate_and_no_more_with_ne_100():
    words = [
        "model",
        "simulate",
        "bdnf_glutamate",
        "--dose-event",
        "BDNF 50 ng/mL bath from 48 h for 0.25 h",
        "--observable",
        "glutamate",
    ]
    words += ["--point-estimate", "--json", "--quiet"]

    def net(*more):
        reply = CliRunner().invoke(main, [*words, *more], prog_name="tricyclic")
        assert reply.exit_code == 0, reply.output
        (course,) = json.loads(reply.stdout)["result"]["observable_courses"]
        return course["y"][-1] - np.interp(47.999, course["time_h"], course["y"])

    imipramine = ("--drug", "imipramine", "--dose", "1 uM", "--route", "bath")
    alone = net()
    assert net(*imipramine) > 1.2 * alone
    assert net(*imipramine, "--antagonist", "ne_100") < 1.15 * alone


@pytest.mark.parametrize(("dose", "named"), [("1e-12 mg/kg", True), ("10 mg/kg", False)])
def test_occupancies_too_small_to_be_shown_are_named(dose, named):
    words = ["model", "simulate", "kinetics_and_occupancy", "--drug", "desipramine", "--dose", dose]
    words += ["--route", "ip", "--hours", "2", "--observable", "NET_occupancy", "--point-estimate"]
    printed = CliRunner().invoke(main, words, prog_name="tricyclic").stdout
    assert ("occupancy below 0.05 %: NET_occupancy" in printed) == named
    assert "NET_occupancy" in printed
