"""A row with more cells than names, in a table of any reader, is refused with its line: it may be
shifted, or have a decimal comma in a file with commas between the cells. Remarks after an empty
column are named.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from tricyclic.errors import InputError
from tricyclic.io.animal_table import read_animal_table
from tricyclic.io.chromatograms import read_chromatograms
from tricyclic.io.chromatography_method import read_chromatography_method
from tricyclic.io.fraction_table import read_fraction_table
from tricyclic.io.library.time_courses import read_measured_courses
from tricyclic.io.manual_limits import read_manual_limits
from tricyclic.io.open import read_plates, read_tables
from tricyclic.io.sample_list import read_sample_list

TRACE = [["time_min", "a", "b"], *([f"{k / 10}", f"{k}.5", f"{k + 1}.5"] for k in range(60))]
# Reader, and a table that it reads.
TABLES = {
    "table": (read_tables, [["conc_nM", "y"], ["1", "2.5"], ["3", "4.5"], ["10", "6.5"]]),
    "wells": (read_plates, [["well", "cpm"], ["A1", "100.5"], ["A2", "90.5"], ["A3", "80.5"]]),
    "fractions": (
        read_fraction_table,
        [
            ["animal", "group", "time", "NE nM"],
            *(["r1", "vehicle", str(t), "2.5"] for t in (-40, -20, 20)),
        ],
    ),
    "animals across": (
        read_fraction_table,
        [["time", "r1", "r2"], *([str(t), "2.5", "1.5"] for t in (-40, -20, 20))],
    ),
    "groups across": (
        read_fraction_table,
        [["time", "vehicle", "", "drug", ""], *([str(t), "2.5", "1", "3", "1"] for t in range(3))],
    ),
    "animals down": (
        read_fraction_table,
        [["animal", "-40", "-20", "20"], *([f"r{k}", "2.5", "1.5", "2.5"] for k in range(3))],
    ),
    "animals": (
        read_animal_table,
        [["animal", "group", "treated"], *([f"r{k}", "vehicle", "80"] for k in range(3))],
    ),
    "samples": (
        read_sample_list,
        [
            ["order", "name", "file", "role", "amount_fmol"],
            *([str(k), f"s{k}", f"s{k}.txt", "standard", f"{k}.5"] for k in range(1, 4)),
        ],
    ),
    "method": (
        read_chromatography_method,
        [
            ["compound", "role", "retention_min"],
            ["NE", "analyte", "3.8"],
            ["DHBA", "internal standard", "5.8"],
            ["DOPAC", "neighbour", "6.9"],
        ],
    ),
    "manual limits": (
        read_manual_limits,
        [
            ["injection", "compound", "reason", "start_min", "end_min"],
            *([f"s{k}", "NE", "shoulder", "3.5", "4.5"] for k in range(3)),
        ],
    ),
    "trace": (read_chromatograms, TRACE),
}


def _save(folder: Path, rows: list[list[str]]) -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path = folder / "table.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", TABLES)
def test_a_row_with_one_cell_more_is_refused_with_its_line(tmp_path, kind):
    reader, rows = TABLES[kind]
    assert reader(_save(tmp_path, rows))
    wider = [*rows[:-1], [*rows[-1], "7"]]
    with pytest.raises(InputError) as error:
        reader(_save(tmp_path, wider))
    assert f"table.csv, line {len(rows)}" in str(error.value)
    assert f"has {len(rows[-1]) + 1} cells" in str(error.value)


@pytest.mark.parametrize("kind", ["table", "fractions", "animals across", "animals down", "trace"])
def test_a_remark_after_an_empty_column_is_named(tmp_path, kind):
    reader, rows = TABLES[kind]
    read = reader(_save(tmp_path, [*rows[:-1], [*rows[-1], "", "probe moved"]]))
    if isinstance(read, tuple):
        (read,) = read
    assert "cells beside the table ('probe moved')" in read.unused


@pytest.mark.parametrize("kind", [k for k in TABLES if k not in ("groups across", "trace")])
def test_the_same_row_in_a_workbook_is_refused_with_its_row(tmp_path, kind):
    reader, rows = TABLES[kind]
    book = openpyxl.Workbook()
    for row in [*rows[:-1], [*rows[-1], "7"]]:
        book.active.append(
            [float(c) if c.replace(".", "").lstrip("-").isdigit() else c for c in row]
        )
    book.save(tmp_path / "table.xlsx")
    with pytest.raises(InputError, match=rf"row {len(rows)}.*has {len(rows[-1]) + 1} cells"):
        reader(tmp_path / "table.xlsx")


def test_a_decimal_comma_between_commas_is_written_with_its_point(tmp_path):
    rows = [["animal", "group", "time", "NE nM"], ["r1", "vehicle", "-40", "2.0"]]
    rows += [["r1", "vehicle", "-20", "2", "1"], ["r2", "drug", "-40", "1.9"]]
    with pytest.raises(InputError) as error:
        read_fraction_table(_save(tmp_path, rows))
    assert str(error.value) == (
        "table.csv, line 3: has 5 cells under 4 column names. Name every column, or write 2.1 "
        "where 2,1 is one number."
    )
    assert [
        row.value
        for row in read_fraction_table(
            _save(tmp_path, [*rows[:2], [*rows[2][:3], "2.1"], rows[3]])
        ).rows
    ] == [2.0, 2.1, 1.9]


def test_a_measured_course_with_a_cell_more_is_refused(tmp_path):
    rows = [["observable", "time_h", "value", "unit"], ["NE", "1", "50", "%"]]
    assert read_measured_courses(_save(tmp_path, rows))
    with pytest.raises(InputError, match="line 3: has more cells than the header"):
        read_measured_courses(_save(tmp_path, [*rows, ["NE", "2", "5", "1", "%"]]))


def test_columns_of_a_group_without_names_need_most_of_their_cells_in_a_workbook(tmp_path):
    """Prism: one name over three animals, the last of them with a value that was lost."""
    book = openpyxl.Workbook()
    rows = [["time", "vehicle", None, None], [-40, 2.0, 2.1, 2.2], [-20, 2.0, 2.1, None]]
    for row in [*rows, [0, 2.0, 2.1, 2.3]]:
        book.active.append(row)
    book.save(tmp_path / "prism.xlsx")
    table = read_fraction_table(tmp_path / "prism.xlsx")
    assert {row.animal for row in table.rows} == {"vehicle 1", "vehicle 2", "vehicle 3"}
    book.active["E3"] = 7
    book.save(tmp_path / "prism.xlsx")
    with pytest.raises(InputError, match="row 3: has 5 cells under 4 column names"):
        read_fraction_table(tmp_path / "prism.xlsx")
