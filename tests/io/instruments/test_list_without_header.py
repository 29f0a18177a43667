"""A list of wells without a header is read where its columns are clear, and refused otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.io.open import read_plates

LINES = [f"P07\t{letter}{column:02d}\t{5000 + column}" for letter in "AB" for column in range(1, 5)]


def written(folder: Path, lines: list[str], name: str = "wells.txt") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_one_column_of_wells_one_of_numbers_and_one_of_plates_are_read(tmp_path: Path) -> None:
    (plate,) = read_plates(written(tmp_path, LINES))
    assert [well.value for well in plate.wells] == [5001, 5002, 5003, 5004] * 2
    assert plate.unit == "unknown"
    assert (
        "the columns have no names; read as well (column 2), value (column 3), plate (column 1)"
        in plate.notes
    )


def test_two_plates_of_such_a_list_stay_apart(tmp_path: Path) -> None:
    lines = [*LINES, *(line.replace("P07", "P08") for line in LINES)]
    first, second = read_plates(written(tmp_path, lines))
    assert (first.name, second.name) == ("wells P07", "wells P08")
    assert first.reading_of == second.reading_of == ""


def test_the_columns_may_be_in_any_order_with_french_thousands(tmp_path: Path) -> None:
    lines = ["1\u202f234,5;A1", "2\u202f345,6;A2", "-;B1", "10,25;B2"]
    (plate,) = read_plates(written(tmp_path, lines, "liste.csv"), plate_size=24)
    values = {well.name: well.value for well in plate.wells if well.counted}
    assert values == {"A01": 1234.5, "A02": 2345.6, "B02": 10.25}


def test_rows_of_a_plate_of_1536_wells_go_on_after_z(tmp_path: Path) -> None:
    rows = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *(f"A{letter}" for letter in "ABCDEF")]
    lines = [
        f"{row}{column}\t{r * 48 + column}" for r, row in enumerate(rows) for column in range(1, 49)
    ]
    (plate,) = read_plates(written(tmp_path, lines))
    values = {well.name: well.value for well in plate.wells}
    assert plate.size == len(values) == 1536
    assert (values["A01"], values["Z48"], values["AA01"], values["AF48"]) == (1, 1248, 1249, 1536)


@pytest.mark.parametrize(
    "lines",
    [
        [f"{line}\t7" for line in LINES],
        [f"{line}\tJB\tday 2" for line in LINES],
    ],
)
def test_a_list_whose_columns_are_not_clear_is_refused(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(InputError, match=r"begins with 'P07, A01, 5001.*', without names") as error:
        read_plates(written(tmp_path, lines))
    assert "such as: plate, well, value" in str(error.value)


def test_a_well_that_comes_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    lines = [line.removeprefix("P07\t") for line in [*LINES, LINES[2]]]
    with pytest.raises(
        InputError, match=r"line 9, well A03: well A03 appears twice \(first on line 3"
    ):
        read_plates(written(tmp_path, lines))


def test_the_header_that_the_error_names_is_read(tmp_path: Path) -> None:
    (plate,) = read_plates(written(tmp_path, ["plate\twell\tvalue", *LINES]))
    assert [well.value for well in plate.wells] == [5001, 5002, 5003, 5004] * 2


def test_one_of_two_columns_of_counts_is_chosen_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, ["well,CPMA,CPMB", "A1,5,6", "A2,7,8"], "two.csv")
    with pytest.raises(InputError, match=r"'CPMA' and 'CPMB'\. Choose one: --unit CPMA"):
        read_plates(path)
    (plate,) = read_plates(path, unit="cpmb")
    assert [well.value for well in plate.wells] == [6, 8]
    assert plate.unit == "cpm"
