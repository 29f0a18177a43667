"""The rates of a simulated plate read over time are recovered."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import row_letters
from tricyclic.errors import InputError
from tricyclic.io.plate_layout import layout_from_toml
from tricyclic.workflows.binding.kinetics import run
from tricyclic.workflows.binding.options import KineticsOptions

TIMES = """\
times = ["1 min", "2 min", "4 min", "8 min", "15 min", "30 min", "60 min", "120 min"]
direction = "across"
"""
# Two concentrations of radioligand: one alone gives kobs, but not kon and koff.
LAYOUT = "plate = 96\n" + "".join(
    f'[[block]]\nwells = "{wells}"\nrole = "{role}"\nradioligand = "{nM} nM"\n{TIMES}'
    for wells, role, nM in (
        ("A1:C8", "total", 0.3),
        ("D1:F8", "total", 4.0),
        ("G1:G8", "non_specific", 4.0),
        ("H1:H8", "non_specific", 0.3),
    )
)
TRUTH = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=1000.0, nonspecific=0.004, kon_per_M_min=5e7)


def write_plate(folder) -> KineticsOptions:
    """A simulated plate and its layout; the options that analyse it."""
    conditions = BindingConditions(
        target="NET",
        radioligand="[3H]nisoxetine",
        isotope="3H",
        radioligand_nM=MeasuredValue(1.0, "nM"),
        specific_activity_Ci_per_mmol=MeasuredValue(80.0, "Ci/mmol"),
        counting_efficiency=MeasuredValue(0.45, ""),
        counting_time_min=5.0,
        background_cpm=25.0,
        volume_uL=250.0,
        protein_ug=MeasuredValue(30.0, "ug"),
        radioligand_kd_nM=MeasuredValue(0.8, "nM"),
    )
    wells = list(layout_from_toml(LAYOUT).planned_wells.values())
    plate = simulate_plate(
        conditions, wells, TRUTH, np.random.default_rng(5), cv=0.03, design="association"
    )
    grid = plate.grid()
    rows = [
        ",".join([row_letters(r), *("-" if np.isnan(v) else f"{v:.1f}" for v in grid[r])])
        for r in range(8)
    ]
    head = ["Unit: cpm", "", "," + ",".join(str(c + 1) for c in range(12))]
    (folder / "plate.csv").write_text("\n".join([*head, *rows]) + "\n")
    (folder / "layout.toml").write_text(LAYOUT)
    return KineticsOptions(
        plates=(str(folder / "plate.csv"),),
        layout=str(folder / "layout.toml"),
        kind="association",
        target="NET",
        radioligand="[3H]nisoxetine",
        isotope="3H",
        radioligand_nM=1.0,
        kd_nM=0.8,
        specific_activity=80,
        efficiency=0.45,
        counting_time_min=5,
        background_cpm=25,
        volume_uL=250,
        protein_ug=30,
    )


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    return write_plate(tmp_path_factory.mktemp("kinetics"))


@pytest.fixture(scope="module")
def result(options):
    return run(options)


def test_the_true_rates_of_an_association_are_recovered(result):
    numbers = {e.name: e for e in result.study.assays[0].pooled}
    for name, truth in (("kon", 5e7), ("koff", 0.04)):
        # 3 % scatter of 64 wells leaves some 2 % in a rate; a wrong rate law would be off by more
        # than a tenth.
        assert numbers[name].value == pytest.approx(truth, rel=0.1)


@pytest.mark.parametrize("suffix", [".html", ".pdf", ".json"])
def test_a_result_is_saved_as_a_report_in_the_format_of_the_suffix(result, tmp_path, suffix):
    path = tmp_path / "out" / f"kinetics{suffix}"
    assert result.save(path) == (path,)
    data = path.read_bytes()
    if suffix == ".html":
        assert data.count(b"<svg") >= 1
    elif suffix == ".pdf":
        assert data.startswith(b"%PDF")
    else:
        document = json.loads(data)
        assert document["schema"] == "tricyclic-study/2"
        assert {e["name"] for e in document["assays"][0]["estimates"]} >= {"kon", "koff"}


def test_a_result_is_saved_to_a_folder_as_report_tables_and_figures(result, tmp_path):
    names = {path.relative_to(tmp_path).as_posix() for path in result.save(tmp_path)}
    assert {
        "report.html",
        "report.pdf",
        "result.json",
        "estimates.csv",
        "parameters.csv",
        "wells.csv",
        "checks.csv",
        "comparisons.csv",
        "results.csv",
        "results.xlsx",
    } <= names
    for suffix in (".svg", ".pdf"):
        assert any(name.startswith("figures/") and name.endswith(suffix) for name in names)


def test_a_report_outside_a_study_prints_no_command_of_a_study(result, tmp_path):
    (path,) = result.save(tmp_path / "report.html")
    assert "study verify" not in path.read_text(encoding="utf-8")


def test_each_run_is_reported_as_progress(options):
    steps = []
    run(options, steps.append)
    assert [(step.done, step.total, step.message) for step in steps] == [(0, 1, "NET, plate")]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"layout": ""},
            (
                "layout: no layout is given. It is a file with the role and contents of each well; "
                "a sheet may also have it itself: headings such as Total, NSB and DMI above the "
                "columns, and the concentrations beside the plate. Add --layout FILE."
            ),
        ),
        ({"plates": ()}, "plates: no plate file is given. Add the name of a file."),
        ({"plates": ("no_such_*.csv",)}, "no_such_*.csv: no file matches this pattern."),
        (
            {"out": "report.docx"},
            "report.docx: a report cannot end in '.docx'. It is .html, .pdf, .json, .csv or .xlsx.",
        ),
    ],
)
def test_an_impossible_option_is_refused_in_one_sentence(options, changes, sentence):
    with pytest.raises(InputError) as caught:
        run(replace(options, **changes))
    assert str(caught.value) == sentence


def test_a_report_in_an_unknown_format_is_refused(result, tmp_path):
    with pytest.raises(InputError) as caught:
        result.save(tmp_path / "report.docx")
    assert str(caught.value) == (
        "A report cannot end in '.docx'. It is one of .html, .pdf, .json, .csv, .xlsx."
    )
