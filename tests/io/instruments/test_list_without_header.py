"""A list of wells without a header is refused with how to name its columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.io.open import read_plates

LINES = [f"P07\t{letter}{column:02d}\t{5000 + column}" for letter in "AB" for column in range(1, 5)]


def test_list_without_a_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wells.txt"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="begins with 'P07, A01, 5001', without names") as error:
        read_plates(path)
    assert "such as: plate, well, value" in str(error.value)


def test_the_header_that_the_error_names_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wells.txt"
    path.write_text("\n".join(["plate\twell\tvalue", *LINES]) + "\n", encoding="utf-8")
    (plate,) = read_plates(path)
    assert [well.value for well in plate.wells] == [5001, 5002, 5003, 5004] * 2
