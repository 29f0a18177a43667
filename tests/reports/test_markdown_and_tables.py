"""The report as Markdown, its numbers as tables that read back as they were."""

from __future__ import annotations

import csv
import io
import math
import re

import pytest

from tricyclic.core.document import Figure
from tricyclic.reports.assemble import assemble
from tricyclic.reports.markdown import to_markdown
from tricyclic.reports.tables import all_tables


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_row_of_a_markdown_table_has_the_cells_of_its_head(study, nasty):
    for result in (study, nasty):
        text = to_markdown(
            assemble(
                result,
                sections=["summary", "affinity", "quality", "exclusions", "provenance", "sources"],
            )
        )
        head = 0
        seen = 0
        for line in text.splitlines():
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            head = 0 if not cells else head or cells
            assert cells == head, line
            seen += bool(cells)
        assert seen > 10


def test_markdown_escapes_what_names_hold(nasty):
    text = to_markdown(assemble(nasty, sections=["summary"]))
    assert "<script" not in text.replace("\\<script", "")
    assert "\x00" not in text


def test_markdown_names_the_files_of_the_figures(study, pictures):
    document = assemble(study, pictures, sections=["affinity"])
    text = to_markdown(document, figures_at="drawings/")
    for block in document.blocks:
        if isinstance(block, Figure):
            assert f"](drawings/{block.name}.svg)" in text


def test_estimates_read_back_as_they_were(study):
    rows = read(all_tables(study)["estimates.csv"])
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


def test_open_limits_and_missing_numbers_are_told_apart(nasty):
    rows = read(all_tables(nasty)["estimates.csv"])
    assert {row["high"] for row in rows if row["relation"] == ">"} == {"inf"}
    assert "" in {row["value"] for row in rows}
    assert "nan" not in {cell for row in rows for cell in row.values()}


def test_every_well_has_its_row_with_file_hash_reading_and_reason(study):
    rows = read(all_tables(study)["wells.csv"])
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
        for row in read(all_tables(study)["wells.csv"])
        if row["plate"] == "net_run1"
    }
    for label, residual in zip(part.series.labels, part.residuals, strict=True):
        assert float(rows[label.split()[-1]]["residual"]) == residual


def test_a_fit_that_failed_is_a_row_that_says_why(nasty):
    rows = read(all_tables(nasty)["parameters.csv"])
    assert rows
    assert all(row["fit"].startswith("did not converge") and row["value"] == "" for row in rows)


def test_checks_and_comparisons_have_one_row_each(study):
    tables = all_tables(study)
    assert len(read(tables["checks.csv"])) == len(study.all_checks())
    compared = read(tables["comparisons.csv"])
    assert len(compared) == 1 + 9 * 2
    bmax = next(row for row in compared if row["name"] == "Bmax")
    assert float(bmax["ratio"]) == pytest.approx(0.555)
    assert math.isclose(float(bmax["p"]), 3.1e-5)


def test_text_with_commas_quotes_and_line_ends_reads_back(nasty):
    rows = read(all_tables(nasty)["checks.csv"])
    assert len(rows) == len(nasty.all_checks())
    assert any('"quotes"' in row["says"] for row in rows)
