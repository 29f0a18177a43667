"""results.csv, results.xlsx and `to_frame`: one row per compound, rounded as its error supports."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.io.write_workbook import Number, WorkbookSheet, workbook_bytes
from tricyclic.reports.results_table import (
    ResultCell,
    printed_cell,
    printed_estimate,
    result_rows,
    results_columns,
    run_rows,
)
from tricyclic.reports.results_workbook import COLUMNS, results_csv, results_xlsx
from tricyclic.results.binding import AssayResult, PlateResult, StudyResult
from tricyclic.results.study_run import StudyRunResult

ROOT = Path(__file__).parents[2]


def ki(value: float = 0.8654, log10_se: float = 0.0244, **more) -> Estimate:
    common = {"subject": "desipramine", "target": "NET", "where": "net", "n_experiments": 3}
    limits = {"low": value / 1.2701, "high": value * 1.2701}
    return Estimate("Ki", value, "nM", log10_se=log10_se, **{**limits, **common, **more})


def beside() -> tuple[Estimate, ...]:
    common = {"subject": "desipramine", "target": "NET", "where": "net", "n_experiments": 3}
    return (
        Estimate("IC50", 2.0371, "nM", 1.44, 2.88, log10_se=0.035, **common),
        Estimate("nH", 1.0123, "", 0.957, 1.068, se=0.0129, **common),
        Estimate("Hill slope", 1.0071, "", 0.949, 1.066, se=0.0136, **common),
        Estimate("Bmax", 1010.0, "fmol/mg", 813, 1240, log10_se=0.02, subject="[3H]n", where="net"),
        Estimate(
            "Ki, with the errors all runs share", 0.8654, "nM", 0.67, 1.117, log10_se=0.03, **common
        ),
    )


def assay(*pooled: Estimate, plates: tuple[PlateResult, ...] = (), **more) -> AssayResult:
    kind = more.pop("kind", "competition")
    return AssayResult("net", "NET", kind, "NET", ("desipramine",), plates, pooled, **more)


def table(*assays: AssayResult) -> list[dict[str, str]]:
    data = results_csv(StudyRunResult(StudyResult("x", assays)))
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_a_compound_is_one_row_with_ki_pki_ic50_nh_and_n():
    (row,) = table(assay(ki(), *beside()))
    expected = {
        "assay": "net",
        "target": "NET",
        "compound": "desipramine",
        "n": "3",
        "Ki_qualifier": "=",
        "Ki_nM": "0.865",
        "Ki_CI_low_nM": "0.681",
        "Ki_CI_high_nM": "1.099",
        "pKi": "9.063",
        "pKi_SE": "0.024",
        "pKi_CI_low": "8.959",
        "pKi_CI_high": "9.167",
        "Ki_CI_low_shared_nM": "0.670",
        "Ki_CI_high_shared_nM": "1.117",
        "IC50_nM": "2.04",
        "IC50_CI_low_nM": "1.44",
        "IC50_CI_high_nM": "2.88",
        "nH": "1.012",
        "nH_CI_low": "0.957",
        "nH_CI_high": "1.068",
        "confidence": "0.95",
        "status": "quantified",
        "printed": "0.865 (0.681–1.099) nM",
    }
    assert {name: row[name] for name in expected} == expected
    assert not any(name.startswith(("Hill", "Bmax")) for name in row), "those are in estimates.csv"


@pytest.mark.parametrize(
    ("value", "log10_se", "text"),
    [
        # To the second figure of the standard error value * ln 10 * log10_se.
        (46.6123, 0.045, "46.6"),
        (7753.2, 0.0167, "7750"),
        (0.12654, 0.0045, "0.1265"),
        # Never fewer than 2 figures, never more than 4.
        (5.0712, 0.6, "5.1"),
        (5.0712, 1e-5, "5.071"),
        (5071.2, 1e-5, "5071"),
        (123456.0, math.nan, "123000"),
    ],
)
def test_a_number_has_the_figures_that_its_error_supports(value, log10_se, text):
    (row,) = table(assay(ki(value, log10_se)))
    assert row["Ki_nM"] == text


def test_a_bound_has_its_sign_and_no_interval():
    bound = ki(10_000.0, math.nan, low=10_000.0, high=math.inf, qualifier=">")
    (row,) = table(assay(bound))
    assert (row["Ki_qualifier"], row["Ki_nM"]) == (">", "10000")
    assert row["Ki_CI_low_nM"] == row["Ki_CI_high_nM"] == row["pKi_SE"] == ""
    assert (row["status"], row["printed"]) == ("bound", "> 10000 nM")
    assert float(row["pKi"]) == 5.0


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (ki(math.nan, math.nan), "n.d."),
        (ki(5.0, math.nan, low=0.0, high=math.inf), "5.00 nM"),
        (ki(2.0, 0.01, low=1.9, high=2.1), "2.000 (1.900–2.100) nM"),
        (Estimate("pA2", -0.2, "", -0.5, 0.1, se=0.15), "-0.20 (-0.50 to 0.10)"),
    ],
)
def test_the_printed_number_is_complete(estimate, text):
    assert printed_estimate(estimate) == text


def test_groups_and_other_kinds_of_assays_have_their_own_columns():
    common = {"subject": "[3H]n", "target": "beta1", "n_experiments": 4}
    plates = tuple(replace(one, group=one.name) for one in (plate("vehicle"), plate("treated")))
    pooled = [
        Estimate("Bmax", value, "fmol/mg", 0.9 * value, 1.1 * value, where=group, **common)
        for group, value in (("vehicle", 68.5), ("treated", 38.6))
    ]
    saturation = replace(assay(*pooled, plates=plates, kind="saturation"), name="beta1")
    rows = table(assay(ki()), saturation)
    assert [(row["compound"], row["group"]) for row in rows] == [
        ("desipramine", ""),
        ("[3H]n", "vehicle"),
        ("[3H]n", "treated"),
    ]
    assert rows[1]["Bmax_fmol_per_mg"] == "68.5" and rows[1]["Ki_nM"] == ""
    assert list(rows[0])[:5] == ["assay", "target", "compound", "group", "n"]


def plate(name: str, *estimates: Estimate, excluded: str = "") -> PlateResult:
    return PlateResult(
        name,
        name,
        "",
        None,
        None,
        (),
        None,
        estimates,
        excluded=excluded,  # type: ignore[arg-type]
    )


def test_a_compound_whose_runs_are_all_excluded_is_named_with_the_reason():
    run = plate("run1", ki(where="run1"), excluded="it has no specific binding")
    checks = (Check("runs_excluded", "fail", "left out", where="run1"),)
    (row,) = table(assay(plates=(run,), checks=checks))
    assert row["compound"] == "desipramine" and row["n"] == "0"
    assert row["status"] == "no result: run1: it has no specific binding"
    assert row["printed"] == "n.d."


def test_flags_are_the_names_of_the_checks_that_fail_or_warn():
    checks = (
        Check("model_fits", "fail", "x", where="net"),
        Check("independent_runs", "warn", "x", where="net"),
        Check("kd_error", "pass", "x", where="net"),
    )
    (row,) = table(assay(ki(), checks=checks))
    assert row["flags"] == "fail: model_fits; warn: independent_runs"


def result() -> StudyRunResult:
    runs = tuple(plate(f"run{k}", replace(ki(0.8 + k / 10), where=f"run{k}")) for k in range(3))
    checks = (Check("independent_runs", "warn", "few", where="net", advice="=More"),)
    one = assay(ki(), *beside(), plates=runs, checks=checks, methods="One fit of all wells.")
    return StudyRunResult(StudyResult("Study", (one,), version="0"))


def test_the_workbook_has_the_table_the_runs_the_checks_and_an_explanation():
    book = openpyxl.load_workbook(io.BytesIO(results_xlsx(result())))
    assert book.sheetnames == ["Results", "Runs", "Checks", "Read me"]
    sheet = book["Results"]
    head = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, head.index("Ki_nM") + 1)
    assert (cell.value, cell.number_format) == (0.865, "0.000")
    assert sheet.freeze_panes == "D2" and sheet.cell(1, 1).font.bold
    assert book["Runs"].max_row == 4
    # A text that begins with "=" is no formula.
    assert book["Checks"].cell(2, 4).data_type == "s"
    explained = {row[0].value for row in book["Read me"].iter_rows()}
    assert {"pKi, pKd, pIC50", "status", "Rounding", "NET"} <= explained


def test_equal_results_give_equal_bytes_whenever_they_are_written(monkeypatch):
    first = results_xlsx(result())
    import time

    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)
    assert results_xlsx(result()) == first
    assert b"2000-01-01T00:00:00Z" in _part(first, "docProps/core.xml")


def _part(data: bytes, name: str) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return archive.read(name)


def test_the_frame_has_the_same_columns_with_all_digits(study):
    one = StudyRunResult(study)
    frame = one.to_frame()
    assert list(frame.columns) == results_columns(result_rows(study))
    ki = next(e for e in study.assays[0].pooled if e.name == "Ki")
    assert frame["Ki_nM"][0] == ki.value and frame["pKi_SE"][0] == ki.log10_se
    assert list(one.to_frame("runs")["run"])[:2] == ["run 1", "run 2"]
    tables = ("results", "runs", "estimates", "parameters", "readings", "checks", "comparisons")
    assert one.frame_names == tables
    readings = one.to_frame("readings")
    assert readings["value"].dtype == readings["concentration_M"].dtype == float


def test_every_column_is_explained_in_the_workbook_and_in_the_documentation():
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    for name, meaning in COLUMNS.items():
        assert f"| `{name}` | {meaning} |" in page
    one = result()
    heads = [
        part.strip().lstrip("…").split("_…")[0] for name in COLUMNS for part in name.split(",")
    ]
    for column in [
        *results_columns(result_rows(one.study)),
        *results_columns(run_rows(one.study)),
    ]:
        assert any(head and head in column for head in heads), column


def test_an_open_limit_is_written_as_inf():
    assert printed_cell(ResultCell(math.inf)) == "inf"
    assert printed_cell(ResultCell(-math.inf)) == "-inf"
    assert printed_cell(ResultCell(math.nan)) == ""
    assert printed_cell(ResultCell(0.12345, 3)) == "0.123"


def test_a_sheet_shows_numbers_with_their_decimals_and_no_control_characters():
    data = workbook_bytes([WorkbookSheet("A", ("x",), [(Number(1.5, 2),), ("a\x01b",), (None,)])])
    sheet = openpyxl.load_workbook(io.BytesIO(data))["A"]
    assert sheet["A2"].number_format == "0.00" and sheet["A3"].value == "ab"
