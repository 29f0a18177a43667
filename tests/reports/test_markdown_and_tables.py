"""The report as Markdown, and its numbers as tables that read back unchanged."""

from __future__ import annotations

import csv
import io
import math
import re

import pytest

from tricyclic.core.document import Figure
from tricyclic.reports.assemble import assemble
from tricyclic.reports.markdown import to_markdown
from tricyclic.reports.tables import (
    CHECK_COLUMNS,
    COMPARISON_COLUMNS,
    ESTIMATE_COLUMNS,
    PARAMETER_COLUMNS,
    WELL_COLUMNS,
    study_tables,
)


def read(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8"))))


def test_every_row_of_a_markdown_table_has_the_cells_of_its_head(study, hostile):
    for result in (study, hostile):
        text = to_markdown(
            assemble(
                result,
                sections=["summary", "affinity", "quality", "exclusions", "provenance", "sources"],
            )
        )
        head = 0
        rows = 0
        for line in text.splitlines():
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            head = 0 if not cells else head or cells
            assert cells == head, line
            rows += bool(cells)
        assert rows > 10


def test_markdown_escapes_markup_in_names(hostile):
    text = to_markdown(assemble(hostile, sections=["summary"]))
    assert "<script" not in text.replace("\\<script", "")
    assert "\x00" not in text


def test_markdown_names_the_files_of_the_figures(study, plots):
    document = assemble(study, plots, sections=["affinity"])
    text = to_markdown(document, figures_at="figures/")
    for block in document.blocks:
        if isinstance(block, Figure):
            assert f"](figures/{block.name}.svg)" in text


def test_estimates_read_back_unchanged(study):
    rows = read(study_tables(study)["estimates.csv"])
    ki = next(
        row
        for row in rows
        if row["assay"] == "net" and row["role"] == "pooled" and row["quantity"] == "Ki"
    )
    estimate = study.assays[0].pooled[0]
    assert (float(ki["value"]), float(ki["low"]), float(ki["high"]), int(ki["n"])) == (
        estimate.value,
        estimate.low,
        estimate.high,
        3,
    )
    assert {row["role"] for row in rows} >= {"pooled", "run", "selectivity"}
    runs = [row for row in rows if row["role"] == "run" and row["quantity"] == "Ki"]
    assert len(runs) == 9
    bmax = [row for row in rows if row["quantity"] == "Bmax" and row["role"] == "pooled"]
    assert [row["group"] for row in bmax] == ["vehicle", "treated"]


def test_open_limits_and_missing_numbers_are_distinguished(hostile):
    rows = read(study_tables(hostile)["estimates.csv"])
    assert {row["high"] for row in rows if row["qualifier"] == ">"} == {"inf"}
    assert "" in {row["value"] for row in rows}
    assert "nan" not in {cell for row in rows for cell in row.values()}


def test_every_well_has_its_row_with_file_hash_reading_and_reason(study):
    rows = read(study_tables(study)["wells.csv"])
    wells = [(p, w) for a in study.assays for p in a.plates for w in p.plate.wells]
    assert len(rows) == len(wells)
    for row, (plate, well) in zip(rows, wells, strict=True):
        assert (row["plate"], row["well"], float(row["value"])) == (
            plate.name,
            well.name,
            well.value,
        )
        assert (row["file"], row["sha256"], row["excluded"]) == (
            plate.plate.file,
            plate.plate.sha256,
            well.excluded,
        )
    used = [row for row in rows if row["residual"]]
    assert len(used) == sum(
        part.series.n for a in study.assays for p in a.plates for part in p.fit.parts
    )


def test_residuals_of_the_table_are_those_of_the_fit_to_the_last_digit(study):
    part = study.assays[0].plates[0].fit.parts[0]
    rows = {
        row["well"]: row
        for row in read(study_tables(study)["wells.csv"])
        if row["plate"] == "net_run1"
    }
    for label, residual in zip(part.series.labels, part.residuals, strict=True):
        assert float(rows[label.split()[-1]]["residual"]) == residual


def test_a_failed_fit_is_a_row_with_its_reason(hostile):
    rows = read(study_tables(hostile)["parameters.csv"])
    assert rows
    assert all(row["fit"].startswith("did not converge") and row["value"] == "" for row in rows)


def test_checks_and_comparisons_have_one_row_each(study):
    tables = study_tables(study)
    assert len(read(tables["checks.csv"])) == len(study.all_checks())
    compared = read(tables["comparisons.csv"])
    assert len(compared) == 1 + 9 * 2
    bmax = next(row for row in compared if row["name"] == "Bmax")
    assert float(bmax["ratio"]) == pytest.approx(0.555)
    assert math.isclose(float(bmax["p"]), 3.1e-5)


def test_text_with_commas_quotes_and_line_ends_reads_back(hostile):
    rows = read(study_tables(hostile)["checks.csv"])
    assert len(rows) == len(hostile.all_checks())
    assert any('"quotes"' in row["message"] for row in rows)


def test_every_table_has_its_columns_in_order(study):
    tables = study_tables(study)
    heads = {name: table.decode("utf-8").splitlines()[0] for name, table in tables.items()}
    assert heads == {
        "estimates.csv": ",".join(ESTIMATE_COLUMNS),
        "parameters.csv": ",".join(PARAMETER_COLUMNS),
        "wells.csv": ",".join(WELL_COLUMNS),
        "checks.csv": ",".join(CHECK_COLUMNS),
        "comparisons.csv": ",".join(COMPARISON_COLUMNS),
    }


def test_every_column_of_the_estimates_is_the_field_of_its_name(study):
    row = read(study_tables(study)["estimates.csv"])[0]
    e = study.assays[0].pooled[0]
    text = {
        "assay": "net",
        "plate": "",
        "run": "",
        "group": "",
        "role": "pooled",
        "subject": e.subject,
        "target": e.target,
        "quantity": e.name,
        "qualifier": e.qualifier,
        "unit": e.unit,
        "method": e.method,
        "sources": "",
        "se": "",
        "p_scale": "pKi",
        "model_fits": "",
    }
    numbers = {
        "p_value": 9 - math.log10(e.value),
        "p_low": 9 - math.log10(e.high),
        "p_high": 9 - math.log10(e.low),
        "value": e.value,
        "low": e.low,
        "high": e.high,
        "confidence": e.confidence,
        "log10_se": e.log10_se,
        "n": e.n_experiments,
    }
    assert {name: row[name] for name in text} == text
    assert {name: float(row[name]) for name in numbers} == pytest.approx(numbers, rel=1e-14)
    assert text.keys() | numbers.keys() == set(ESTIMATE_COLUMNS)


def test_every_column_of_the_parameters_is_the_field_of_its_name(study):
    rows = read(study_tables(study)["parameters.csv"])
    plate = study.assays[0].plates[0]
    p = plate.fit.parameters[0]
    row = rows[0]
    text = {
        "assay": "net",
        "plate": "net_run1",
        "run": "run 1",
        "group": "",
        "model": "competition_with_depletion",
        "parameter": "log10_ki",
        "description": "affinity of the competitor",
        "unit": "log10 M",
        "fixed": "no",
        "at_bound": "no",
        "bound": "",
        "fit": "fits",
    }
    numbers = {"value": p.value, "se": p.se, "low": p.low, "high": p.high}
    assert {name: row[name] for name in text} == text
    assert {name: float(row[name]) for name in numbers} == numbers
    assert text.keys() | numbers.keys() == set(PARAMETER_COLUMNS)
    assert [row["fixed"] for row in rows[:4]] == ["no", "no", "no", "yes"]


def test_every_column_of_the_wells_is_the_field_of_its_name(study):
    rows = read(study_tables(study)["wells.csv"])
    plate = study.assays[3].plates[0]
    row = next(row for row in rows if row["plate"] == plate.name)
    well = plate.plate.wells[0]
    assert (row["assay"], row["run"], row["unit"]) == ("beta1", "run 1", "fmol/mg")
    assert (row["role"], row["group"], row["compound"]) == (well.role.value, "vehicle", "")
    assert float(row["radioligand_nM"]) == well.radioligand_nM
    assert float(row["expected"]) == plate.fit.parts[0].expected[0]
    assert (row["time_min"], row["modulator"], row["modulator_M"]) == ("", "", "")
    competition = next(r for r in rows if r["plate"] == "net_run1" and r["well"] == "B01")
    dose = next(w for w in study.assays[0].plates[0].plate.wells if w.name == "B01").concentration_M
    assert (float(competition["concentration_M"]), competition["compound"]) == (dose, "desipramine")


def test_every_column_of_the_checks_is_the_field_of_its_name(study):
    row = next(r for r in read(study_tables(study)["checks.csv"]) if r["check"] == "specific")
    assert row == {
        "assay": "net",
        "plate": "net_run1",
        "check": "specific",
        "level": "pass",
        "where": "net_run1",
        "message": "specific binding is 90 % of total binding",
        "value": "90.0",
        "limit": "70.0",
        "unit": "%",
        "advice": "",
        "source": "",
    }


def test_every_column_of_the_comparisons_is_the_field_of_its_name(study):
    rows = read(study_tables(study)["comparisons.csv"])
    bmax = next(row for row in rows if row["name"] == "Bmax")
    assert bmax == {
        "assay": "beta1",
        "plate": "",
        "name": "Bmax",
        "test": "Welch t on log10 Bmax of runs",
        "statistic": "-19.8",
        "df": "3.7",
        "p": "3.1e-05",
        "p_calibrated": "",
        "ratio": "0.555",
        "ratio_low": "0.502",
        "ratio_high": "0.614",
        "difference": "-32.6",
        "difference_low": "-37.0",
        "difference_high": "-28.2",
        "statement": "Bmax of treated is 0.56 times that of vehicle; a fall of 44 %",
        "details": "vehicle 73.3; treated 40.7",
    }
    slope = next(row for row in rows if row["name"] == "slope")
    assert (slope["plate"], slope["df"]) == ("net_run1", "1; 44")
