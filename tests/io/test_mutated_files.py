"""A damaged file gives a plate, a table, a layout or an InputError, and within seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tricyclic.core.plate import Plate
from tricyclic.core.plate_layout import PlateLayout
from tricyclic.errors import InputError
from tricyclic.io.open import read_plates, read_tables
from tricyclic.io.plate_layout import read_layout

GOLDEN = Path(__file__).parents[1] / "golden"
SAMPLES = sorted(
    [path for path in (GOLDEN / "instruments").glob("*__*") if path.suffix != ".json"]
    + [path for path in (GOLDEN / "layouts").iterdir() if path.suffix in {".toml", ".csv"}]
)
CHUNKS = 40


def check(path):
    """Read a file in every way; the result must be complete."""
    if path.parent.name == "layouts":
        assert isinstance(read_layout(path), PlateLayout)
        return
    try:
        plates = read_plates(path)
    except InputError as error:
        if "no plate" not in str(error):
            raise
        for table in read_tables(path):
            assert len(table.columns) == len(table.values) + len(table.text)
        return
    assert plates
    for plate in plates:
        assert isinstance(plate, Plate)
        assert all(
            not (well.value < 0) or plate.unit not in {"cpm", "dpm", "counts", "unknown"}
            for well in plate.wells
        )


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_damaged_file_gives_a_result_or_a_sentence(chunk, check_damaged_files):
    check_damaged_files(check, SAMPLES, chunk, seed=f"damaged {chunk}", longest_message=2000)
