"""Tables whose first column has no name: row numbers are left out, other columns are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.io.open import read_tables

DOSES, VALUES = [0.02, 0.2, 2.0], [97.5, 52.5, 6.5]


def _table(folder: Path, first: list[str], corner: str = "") -> Path:
    rows = [f"{corner},conc_nM,response"]
    rows += [f"{a},{b},{c}" for a, b, c in zip(first, DOSES, VALUES, strict=True)]
    path = folder / "table.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("first", [["0", "1", "2"], ["1", "2", "3"], ['"1"', '"2"', '"3"']])
@pytest.mark.parametrize("corner", ["", '""'])
def test_row_numbers_are_not_read(tmp_path: Path, first: list[str], corner: str) -> None:
    (table,) = read_tables(_table(tmp_path, first, corner))
    assert table.columns == ("conc_nM", "response")
    assert table.numbers("conc_nM").tolist() == DOSES
    assert table.numbers("response").tolist() == VALUES
    assert "column 1 has no name and contains row numbers; not read" in table.notes


@pytest.mark.parametrize("first", [["D", "E", "F"], ["M", "N", "O"]])
def test_row_letters_of_a_plate_are_not_read(tmp_path: Path, first: list[str]) -> None:
    (table,) = read_tables(_table(tmp_path, first))
    assert table.columns == ("conc_nM", "response")
    assert table.numbers("response").tolist() == VALUES
    assert "column 1 has no name and contains row letters; not read" in table.notes


@pytest.mark.parametrize(
    "first",
    [["0", "1", "3"], ["5", "6", "7"], ["x", "y", "z"], ["A", "C", "D"], ["AB", "C", "D"]],
)
def test_other_columns_without_a_name_are_refused(tmp_path: Path, first: list[str]) -> None:
    with pytest.raises(InputError, match="column 1 has no name"):
        read_tables(_table(tmp_path, first))


def test_a_row_of_ones_below_the_names_is_data(tmp_path):
    path = tmp_path / "ones.csv"
    path.write_text("compound,a_nM,b_nM\nc0,1,1\nc1,2,3\n", encoding="utf-8")
    (table,) = read_tables(path)
    assert table.text["compound"] == ("c0", "c1")
    assert table.numbers("a_nM").tolist() == [1, 2]
