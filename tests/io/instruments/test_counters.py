"""Counters with two labels: one of them is read, the other is named and can be chosen."""

from __future__ import annotations

import pytest

from tricyclic.io.open import read_plates

MICROBETA = [
    "RUN INFORMATION:",
    "================",
    "COLUMNS:",
    "========",
    "SAMPLE\tPOS\tCPM1\tCPM1%\tCPM2",
    "Unk_1\tA01\t4630,5\t2,1\t10,1",
    "Unk_2\tA02\t312,0\t8,0\t-",
]
WIZARD = [
    "Rack;Pos;Time;Cr-51 CPM;Cr-51 Counts;I-125 CPM;I-125 Counts",
    "1;1;60;100,5;100;200,5;200",
    "1;2;60;110,5;110;210,5;210",
]


def read(tmp_path, lines, codec="utf-8", **options):
    path = tmp_path / "counts.txt"
    path.write_bytes("\r\n".join(lines).encode(codec))
    return read_plates(path, **options)


def values(plate):
    return {well.name: well.value for well in plate.wells if well.counted}


@pytest.mark.parametrize(
    ("unit", "expected", "other"),
    [
        (None, {"A01": 4630.5, "A02": 312.0}, "CPM2"),
        ("CPM2", {"A01": 10.1}, "CPM1"),
        ("cpm", {"A01": 4630.5, "A02": 312.0}, "CPM2"),
    ],
)
def test_the_second_label_of_a_microbeta_is_read_where_it_is_named(tmp_path, unit, expected, other):
    (plate,) = read(tmp_path, MICROBETA, "utf-16", unit=unit)
    assert (values(plate), plate.unit) == (expected, "cpm")
    assert plate.unused == (f"readings '{other}'",)


def test_isotopes_of_a_wizard_are_readings_of_the_same_tubes(tmp_path):
    chromium, iodine = read(tmp_path, WIZARD, "cp1252")
    assert (values(chromium), values(iodine)) == (
        {"A01": 100.5, "A02": 110.5},
        {"A01": 200.5, "A02": 210.5},
    )
    assert chromium.reading_of == iodine.reading_of != ""
    assert (chromium.reading, iodine.reading) == ("Cr-51", "I-125")
