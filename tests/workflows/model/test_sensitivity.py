"""The sensitivity command: elasticities, Sobol indices, files and refused options."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.core.progress import Progress
from tricyclic.errors import InputError
from tricyclic.ode.solver import antimony_to_sbml
from tricyclic.reports.files.sensitivity import sensitivity_files
from tricyclic.results.sensitivity import SensitivityResult
from tricyclic.workflows.model.options import SensitivityOptions
from tricyclic.workflows.model.sensitivity import run

NAMES = ("reboxetine.CL", "reboxetine.Ki_NET")


@pytest.fixture
def sensitivity(occupancy_scenario):
    """Analyse rats with a pump of reboxetine, with further options by name."""

    def call(on_progress=None, **more) -> SensitivityResult:
        usual = {
            "drug": "reboxetine",
            "rate": "1 mg/kg/d",
            "route": "pump",
            "hours": 300.0,
            "workers": 1,
            "parameter": NAMES,
            "endpoint": ("occupancy.end",),
        }
        options = SensitivityOptions(occupancy_scenario("rat"), **{**usual, **more})
        return run(options, on_progress)

    return call


def test_the_elasticity_of_occupancy_to_affinity_is_the_unoccupied_fraction(sensitivity):
    result = sensitivity()
    names = [endpoint.name for endpoint in result.elasticities.endpoints]
    column = names.index("occupancy.end")
    unoccupied = 1 - result.elasticities.typical[column] / 100
    assert result.elasticities.table[1, column] == pytest.approx(-unoccupied, rel=1e-3)
    assert "reboxetine.Ki_NET" in result.summary()


def test_the_files_have_the_numbers_of_the_result(sensitivity):
    result = sensitivity()
    files = sensitivity_files(result)
    assert files.keys() == {
        "elasticities.csv",
        "summary.txt",
        "result.json",
        "elasticities.svg",
        "elasticities.pdf",
        "tornado_occupancy.end.svg",
        "tornado_occupancy.end.pdf",
    }
    head, *_ = files["elasticities.csv"].decode().splitlines()
    assert head.split(",")[:4] == ["parameter", "value", "unit", "occupancy.baseline"]
    assert head.split(",")[-1] == "description"
    rows = list(csv.DictReader(files["elasticities.csv"].decode().splitlines()))
    assert [row["parameter"] for row in rows] == list(NAMES)
    names = [endpoint.name for endpoint in result.elasticities.endpoints]
    expected = result.elasticities.table[1, names.index("occupancy.end")]
    assert float(rows[1]["occupancy.end"]) == pytest.approx(expected, rel=1e-9)
    document = json.loads(files["result.json"])
    assert document["schema"] == "tricyclic-model-sensitivity/2"
    assert document["result"]["sobol"] is None
    assert document["result"]["plotted_endpoints"] == ["occupancy.end"]


def test_sobol_indices_have_figures_and_a_warning_where_base_points_are_few(sensitivity):
    steps: list[Progress] = []
    result = sensitivity(steps.append, sobol=16)
    names = [endpoint.name for endpoint in result.sobol.endpoints]
    total = result.sobol.total[:, names.index("occupancy.end")]
    assert np.isfinite(total).all() and total.max() > 0.3
    assert result.sobol.runs == 16 * 4
    assert "wide; use more base points than 16" in result.summary()
    assert (steps[-1].done, steps[-1].total, steps[-1].message) == (
        64,
        64,
        "runs for Sobol indices",
    )
    files = sensitivity_files(result)
    assert {"sobol.csv", "sobol.svg", "sobol_occupancy.end.svg"} <= files.keys()
    head, *_ = files["sobol.csv"].decode().splitlines()
    assert head == ("endpoint,parameter,first,first_low,first_high,total,total_low,total_high")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"sobol": 100},
            "sobol: 100 base points are requested. A power of 2 from 8: 64, 128, 256, …",
        ),
        (
            {"sobol": -1},
            "sobol: -1 base points are requested. A power of 2 from 8: 64, 128, 256, …",
        ),
        (
            {"sobol": 2**30},
            (
                "sobol: 1073741824 base points of 2 parameters need 4294967296 runs. At most "
                "1000000 runs. Reduce the base points, or name fewer parameters with --parameter."
            ),
        ),
        ({"confidence": 1.5}, "confidence: is 1.5. Between 0 and 1, such as 0.95."),
        ({"seed": -1}, "seed: is -1. A whole number from 0 to 2147483648."),
        (
            {"out": "table.csv"},
            (
                "out: 'table.csv' looks like a file. It is a folder for several files. "
                "Name a folder, such as 'table'."
            ),
        ),
    ],
)
def test_impossible_options_are_refused_in_a_whole_sentence(sensitivity, change, sentence):
    with pytest.raises(InputError) as error:
        sensitivity(**change)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"parameter": ("reboxetine.CLL",)},
            "small_rat: no quantity is called 'reboxetine.CLL'. Did you mean 'reboxetine.CL'",
        ),
        (
            {"endpoint": ("occupancy.fin",)},
            "endpoint: no endpoint is called 'occupancy.fin'.",
        ),
        (
            {"endpoint": ("occupancy.t_peak_h",)},
            "endpoint: no endpoint is called 'occupancy.t_peak_h'. Did you mean 'occupancy.peak'",
        ),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(sensitivity, change, sentence):
    with pytest.raises(InputError) as error:
        sensitivity(**change)
    assert str(error.value).startswith(sentence)


def test_where_few_parameters_are_free_all_with_a_range_are_varied_with_a_remark(
    sensitivity,
):
    result = sensitivity(parameter=())
    names = {one.name for one in result.elasticities.parameters}
    assert len(names) >= 5 and set(NAMES) <= names
    (remark,) = [remark for remark in result.remarks if "have a range" in remark]
    assert f"all {len(names)} that have a range are varied" in remark
    assert f"  warn   {remark}" in result.summary().splitlines()
    assert not any("have a range" in remark for remark in sensitivity().remarks)


def test_a_single_bar_is_not_drawn_as_a_tornado(sensitivity):
    files = sensitivity_files(sensitivity(parameter=NAMES[:1], sobol=8))
    assert {"elasticities.csv", "sobol.csv"} <= files.keys()
    assert not any(name.startswith(("tornado_", "sobol_")) for name in files)


@pytest.mark.parametrize("command", ["population", "sensitivity"])
@pytest.mark.parametrize(
    ("unit", "problem"),
    [
        ("  unit time_unit = 60 second\n", "its unit of time is 60 s"),
        ("", "its unit of time is not declared"),
        ("  unit time_unit = 3600 second\n", ""),
    ],
)
def test_a_user_s_own_model_must_be_in_hours(tmp_path, command, unit, problem):
    file = tmp_path / "chain.xml"
    body = (
        f"model chain()\n{unit}  compartment c = 1\n  species A in c\n"
        "  A -> ; k*A\n  A = 1; k = 0.5\nend\n"
    )
    file.write_text(antimony_to_sbml(body, "chain"), encoding="utf-8")
    words = ["--hours", "2", *(["--all"] if command == "sensitivity" else ["--subjects", "2"])]
    arguments = ["model", command, str(file), "--quiet", "--workers", "1", *words]
    reply = CliRunner().invoke(main, arguments)
    assert reply.exit_code == (3 if problem else 0), reply.output
    expected = (
        f"chain: {problem}. 'model {command}' takes models of your own in hours only. "
        "Write the file in hours, or use 'model simulate'.\n"
    )
    assert reply.stderr == (expected if problem else "")


def test_base_points_are_checked_before_anything_is_computed():
    steps = []
    with pytest.raises(InputError) as error:
        run(SensitivityOptions("kinetics_and_occupancy", drug="desipramine", sobol=0), steps.append)
    assert str(error.value) == (
        "sobol: 0 base points are requested. A power of 2 from 8: 64, 128, 256, …"
    )
    assert not steps


@pytest.mark.parametrize(("volume", "amount"), [(1.0, 1.0), (1e-12, 1e-24), (1.0, 1e9)])
def test_elasticities_of_a_user_s_file_are_those_of_the_closed_form_at_any_scale(
    tmp_path, volume, amount
):
    """A leaves at k1 for B, which leaves at k2: the ends of both, differentiated by hand."""
    file = tmp_path / "own.xml"
    file.write_text(
        antimony_to_sbml(
            "model own()\n unit time_unit = 3600 second\n"
            f"compartment c = {volume!r}; species A in c, B in c; A = {amount / volume!r}; B = 0\n"
            "k1 = 1; k2 = 0.3\nJ1: A -> B; k1 * A * c\nJ2: B -> ; k2 * B * c\nend",
            "own",
        ),
        encoding="utf-8",
    )
    t, k1, k2 = 4.0, 1.0, 0.3
    result = run(
        SensitivityOptions(str(file), hours=t, parameter=("k1", "k2"), workers=1)
    ).elasticities
    names = [one.name for one in result.endpoints]
    ends = dict(zip(names, result.typical, strict=True))
    assert ends["A.end"] == pytest.approx(amount / volume * np.exp(-t), rel=1e-6)
    table = {
        (endpoint, parameter.name): result.table[row, column]
        for row, parameter in enumerate(result.parameters)
        for column, endpoint in enumerate(names)
    }

    def level(k1, k2):
        return k1 / (k1 - k2) * (np.exp(-k2 * t) - np.exp(-k1 * t))

    step = 1e-6
    for name, changed in (("k1", (step, 0.0)), ("k2", (0.0, step))):
        up = level(k1 * np.exp(changed[0]), k2 * np.exp(changed[1]))
        down = level(k1 * np.exp(-changed[0]), k2 * np.exp(-changed[1]))
        exact = (up - down) / (2 * step) / level(k1, k2)
        assert table["B.end", name] == pytest.approx(exact, abs=1e-3)
    assert table["A.end", "k1"] == pytest.approx(-k1 * t, abs=1e-3)
    assert table["A.end", "k2"] == pytest.approx(0.0, abs=1e-6)
