"""The content of a raw file is shown as it was read."""

from __future__ import annotations

import hashlib
import json

import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main

GRID = """,1,2,3,4,5,6,7,8,9,10,11,12
A,10,11,12,13,14,15,16,17,18,19,20,21
B,20,21,22,23,24,25,26,27,28,29,,31
"""


def call(*arguments):
    return CliRunner().invoke(main, ["read", *map(str, arguments)])


@pytest.fixture
def plate(tmp_path):
    path = tmp_path / "plate.csv"
    path.write_text(GRID, encoding="utf-8")
    return path


def test_a_plate_is_printed_well_by_well(plate):
    lines = call(plate, "--unit", "cpm", "--plate-size", "96").stdout.splitlines()
    digest = hashlib.sha256(plate.read_bytes()).hexdigest()
    assert lines[0] == f"{plate}   read by plate_grid   sha256 {digest[:12]}…"
    assert lines[1] == "plate plate   96 wells   cpm"
    rows = {line.split()[0]: line.split()[1:] for line in lines if line.startswith("  ")}
    assert rows["A"] == [str(k) for k in range(10, 22)]
    assert rows["B"][10] == "-"


def test_a_plate_as_json_has_its_grid_with_null_where_nothing_was_read(plate):
    done = call(plate, "--unit", "cpm", "--plate-size", "96", "--json")
    (item,) = json.loads(done.stdout)["result"]["items"]
    assert (item["kind"], item["name"], item["size"], item["unit"]) == ("plate", "plate", 96, "cpm")
    assert item["values"][0] == [float(k) for k in range(10, 22)]
    assert item["values"][1][10] is None


def test_a_table_is_described_by_its_columns(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("compound,ic50_nM\na,1.5\nb,2.5\nc,\n", encoding="utf-8")
    lines = call(path).stdout.splitlines()
    assert "table table   3 rows" in lines
    assert "  column compound [text]" in lines
    assert "  column ic50_nM [nM]" in lines


def test_a_decimal_comma_is_read_as_stated(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("compound;value\na;1,5\nb;2,5\n", encoding="utf-8")
    assert call(path, "--decimal", ",").exit_code == 0


def test_a_file_that_no_reader_accepts_is_refused_with_its_name(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("some words only\n", encoding="utf-8")
    done = call(path)
    assert done.exit_code == 3
    assert done.stderr.startswith("notes.txt: ")
