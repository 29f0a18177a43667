"""A damaged file gives a plate, a table, a layout or an InputError, and within seconds."""

from __future__ import annotations

import random
import time
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
CHUNKS, PER_CHUNK = 40, 50
SECONDS_PER_FILE = 2.0


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
def test_a_damaged_file_gives_a_result_or_a_sentence(chunk, tmp_path, damages):
    rng = random.Random(f"damaged {chunk}")
    outcomes = {"read": 0, "refused": 0}
    for number in range(PER_CHUNK):
        sample = SAMPLES[(chunk * PER_CHUNK + number) % len(SAMPLES)]
        damage = rng.choice(damages)
        folder = tmp_path / sample.parent.name
        folder.mkdir(exist_ok=True)
        path = folder / sample.name
        path.write_bytes(damage(sample.read_bytes(), rng))
        start = time.process_time()
        try:
            check(path)
            outcomes["read"] += 1
        except InputError as error:
            outcomes["refused"] += 1
            message = str(error)
            assert path.name in message and message.endswith((".", "?", "!", "…")), (
                f"{damage.__name__}: {message}"
            )
            assert len(message) < 2000 and "Traceback" not in message
        except Exception as error:
            raise AssertionError(
                f"{sample.name}, {damage.__name__}, chunk {chunk}, file {number}: {error!r}"
            ) from error
        took = time.process_time() - start
        assert took < SECONDS_PER_FILE, f"{sample.name}, {damage.__name__} took {took:.1f} s"
    assert all(outcomes.values()), (
        "a chunk in which all files are read, or all refused, tests nothing"
    )
