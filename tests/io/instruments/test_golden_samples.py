"""Every sample is read as the JSON beside it, and no other reader claims it."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import pytest

from tricyclic.io.open import READERS, read_plates, read_tables, sniff
from tricyclic.registry import Registry

SAMPLES = Path(__file__).parents[2] / "golden" / "instruments"
NAMES = sorted(path.name.removesuffix(".json") for path in SAMPLES.glob("*__*.json"))


def expected(name: str) -> dict:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def test_every_built_in_reader_has_a_sample():
    # A new registry, because another test may have added a folder to the shared one.
    ours = Registry(READERS.kind, READERS.package, READERS.attribute)
    # Those of chromatograms have samples of their own.
    readers = {name for name in ours if not ours[name].chromatograms}
    assert {name.split("__")[0] for name in NAMES} == readers


@pytest.mark.parametrize("name", NAMES)
def test_one_reader_and_no_other_claims_the_sample(name):
    assert [reader for reader, _ in sniff(SAMPLES / name)] == [expected(name)["reader"]]


@pytest.mark.parametrize("name", [name for name in NAMES if expected(name)["plates"]])
def test_the_plates_of_the_sample_are_those_of_its_json(name):
    sample = expected(name)
    plates = read_plates(SAMPLES / name, **sample["options"])
    assert [plate.name for plate in plates] == [plate["name"] for plate in sample["plates"]]
    for plate, wanted in zip(plates, sample["plates"], strict=True):
        assert (plate.size, plate.unit, plate.file) == (wanted["size"], wanted["unit"], name)
        assert plate.counting_time_min == wanted["counting_time_min"]
        assert {
            well.name: None if math.isnan(well.value) else well.value for well in plate.wells
        } == wanted["values"]
        assert {well.name: well.flag for well in plate.wells if well.flag} == wanted.get(
            "flags", {}
        )
        assert {w.name: w.time_min for w in plate.wells if w.time_min is not None} == wanted.get(
            "times", {}
        )
        assert {well.name: well.group for well in plate.wells if well.group} == wanted.get(
            "groups", {}
        )
        assert plate.sha256 == hashlib.sha256((SAMPLES / name).read_bytes()).hexdigest()
        for note in sample["notes"]:
            assert note in plate.notes
        assert set(sample.get("unused", ())) <= set(plate.unused)


@pytest.mark.parametrize("name", [name for name in NAMES if expected(name)["tables"]])
def test_the_tables_of_the_sample_are_those_of_its_json(name):
    sample = expected(name)
    tables = read_tables(SAMPLES / name)
    assert [table.name for table in tables] == [table["name"] for table in sample["tables"]]
    for table, wanted in zip(tables, sample["tables"], strict=True):
        assert list(table.columns) == wanted["columns"]
        assert dict(table.units) == wanted["units"]
        read = {
            column: [None if math.isnan(value) else value for value in values.tolist()]
            for column, values in table.values.items()
        }
        assert read == wanted["values"]
        assert {column: list(cells) for column, cells in table.text.items()} == wanted.get(
            "text", {}
        )
        excluded = {column: mask.nonzero()[0].tolist() for column, mask in table.excluded.items()}
        assert excluded == wanted["excluded"]
    notes = {note for table in tables for note in table.notes}
    assert set(sample["notes"]) <= notes
