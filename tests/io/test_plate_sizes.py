"""Plates of every size, from 6 to 1536 wells, in every form of file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tricyclic.core.plate import PLATE_SHAPES, plate_size, row_letters
from tricyclic.core.well_names import wells_named
from tricyclic.errors import InputError
from tricyclic.io.open import read_plates
from tricyclic.io.screen_table import read_screen_table

SIZES = sorted(PLATE_SHAPES)


def _values(size: int) -> np.ndarray:
    return np.random.default_rng(size).integers(100, 9999, PLATE_SHAPES[size]).astype(float)


def _wells(size: int) -> list[str]:
    rows, columns = PLATE_SHAPES[size]
    return [f"{row_letters(r)}{c + 1}" for r in range(rows) for c in range(columns)]


def _saved(tmp_path: Path, lines: list[str], name: str = "plate.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("size", SIZES)
def test_a_list_of_all_wells_has_the_size_of_its_plate(tmp_path, size):
    values = _values(size)
    lines = [f"{w},{v:g}" for w, v in zip(_wells(size), values.ravel(), strict=True)]
    (plate,) = read_plates(_saved(tmp_path, ["well,cpm", *lines]))
    assert plate.size == size
    np.testing.assert_array_equal(plate.grid(), values)


@pytest.mark.parametrize("size", SIZES)
def test_a_grid_with_letters_and_numbers_has_the_size_of_its_plate(tmp_path, size):
    values = _values(size)
    rows = [f"{row_letters(k)}," + ",".join(f"{v:g}" for v in row) for k, row in enumerate(values)]
    head = "," + ",".join(str(c + 1) for c in range(values.shape[1]))
    (plate,) = read_plates(_saved(tmp_path, [head, *rows]))
    assert plate.size == size
    np.testing.assert_array_equal(plate.grid(), values)


@pytest.mark.parametrize("size", [24, 48, 96, 384, 1536])
def test_a_grid_of_readings_alone_has_the_size_of_its_plate(tmp_path, size):
    values = _values(size)
    (plate,) = read_plates(_saved(tmp_path, [",".join(f"{v:g}" for v in row) for row in values]))
    np.testing.assert_array_equal(plate.grid(), values)


@pytest.mark.parametrize("size", [96, 384, 1536])
def test_a_table_of_a_screen_has_the_size_of_its_plates(tmp_path, size):
    wells = _wells(size)
    lines = [f"P1,{w},{'total' if k < 9 else 'test'},{k}" for k, w in enumerate(wells)]
    (plate,) = read_screen_table(_saved(tmp_path, ["plate,well,role,value", *lines]))
    assert plate.size == size
    assert len(plate.wells) == size


def test_a_missing_row_after_row_z_is_refused(tmp_path):
    values = _values(1536)
    rows = [f"{row_letters(k)}," + ",".join(f"{v:g}" for v in row) for k, row in enumerate(values)]
    head = "," + ",".join(str(c + 1) for c in range(48))
    with pytest.raises(InputError, match="row AC of the grid follows row AA"):
        read_plates(_saved(tmp_path, [head, *rows[:27], *rows[28:]]))


@pytest.mark.parametrize(
    ("well", "size"), [("H12", 96), ("H13", 384), ("P24", 384), ("Q01", 1536), ("AF48", 1536)]
)
def test_part_of_a_plate_belongs_to_the_smallest_common_size(tmp_path, well, size):
    (plate,) = read_plates(_saved(tmp_path, ["well,cpm", "B3,5", f"{well},7"]))
    assert plate.size == size


def test_no_plate_has_more_than_32_rows_or_48_columns():
    assert plate_size([(31, 47)]) == 1536
    assert plate_size([(32, 0)]) is None
    assert plate_size([(0, 48)]) is None


def test_rows_with_two_letters_can_be_named_in_a_layout():
    assert wells_named("row AF", 1536)[-1] == "AF48"
    assert len(wells_named("AA1:AF48", 1536)) == 6 * 48
    assert len(wells_named(", ".join(_wells(1536)), 1536)) == 1536
