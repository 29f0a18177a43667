"""Tables of a Tri-Carb with PID, without a protocol, in CSV, and with a second region."""

from __future__ import annotations

import pytest

from tricyclic.io.open import read_plates

HEAD = ["S#", "Count Time", "CPMA", "A:2S%", "CPMB", "tSIE", "MESSAGES"]
VIALS = [
    ["1", "1.00", "4630.0", "2.94", "12.0", "498.94", ""],
    ["2", "1.00", "312.0", "11.32", "9.0", "501.02", "B"],
    ["3", "1.00", "57.5", "18.9", "8.5", "500.10", ""],
]


def read(tmp_path, head, rows, mark=",", decimal=".", **options):
    lines = [mark.join(row).replace(".", decimal) for row in [head, *rows]]
    path = tmp_path / "counts.csv"
    path.write_text("Protocol: invented\n" + "\n".join(lines) + "\n", encoding="utf-8")
    plates = read_plates(path, **options)
    assert all("read by tricarb_text" in plate.notes for plate in plates)
    return plates


def values(plate):
    return [well.value for well in plate.wells]


@pytest.mark.parametrize(("mark", "decimal"), [(",", "."), (";", ","), ("\t", ".")])
def test_a_table_without_a_protocol_is_one_rack(tmp_path, mark, decimal):
    (plate,) = read(tmp_path, HEAD, VIALS, mark, decimal)
    assert values(plate) == [4630.0, 312.0, 57.5]
    assert (plate.unit, plate.counting_time_min) == ("cpm", 1.0)
    assert [well.flag for well in plate.wells] == ["", "B", ""]
    assert plate.unused == ("column 'CPMB'",)


def test_the_column_pid_between_protocol_and_vial_is_no_obstacle(tmp_path):
    head = ["P#", "PID", *HEAD]
    (plate,) = read(tmp_path, head, [["1", "3", *vial] for vial in VIALS])
    assert values(plate) == [4630.0, 312.0, 57.5]
    assert any(note.startswith("protocol 1: 3 vials") for note in plate.notes)


def test_pid_is_the_protocol_of_a_table_without_another(tmp_path):
    rows = [["7", *VIALS[0]], ["7", *VIALS[1]], ["9", *VIALS[0]]]
    first, second = read(tmp_path, ["PID", *HEAD], rows)
    assert (first.name, second.name) == ("counts P7", "counts P9")
    assert values(second) == [4630.0]


def test_the_second_region_is_read_where_it_is_named(tmp_path):
    (plate,) = read(tmp_path, HEAD, VIALS, unit="CPMB")
    assert values(plate) == [12.0, 9.0, 8.5]
    assert (plate.unit, plate.unused) == ("cpm", ("column 'CPMA'",))
