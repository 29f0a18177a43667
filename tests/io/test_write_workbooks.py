"""Workbooks: equal tables give equal bytes on any day, and cells are what was given."""

from __future__ import annotations

import datetime
import io
import math
import time
import zipfile

import openpyxl
import pytest

from tricyclic.io import write_workbook
from tricyclic.io.write_workbook import WorkbookSheet, workbook_bytes
from tricyclic.io.write_xlsx import WorkbookWriter

NAMES = ("name", "value", "known")
ROWS = [("=A1", 1.5, True), ("bell\x07", math.nan, False), ("x" * 40_000, -math.inf, None)]
READ = [("=A1", 1.5, "yes"), ("bell", None, "no"), ("x" * 32_000, "-inf", None)]


def at_once(folder) -> bytes:
    return workbook_bytes([WorkbookSheet("fits", NAMES, ROWS)])


def row_by_row(folder) -> bytes:
    place = folder / "fits.xlsx"
    writer = WorkbookWriter(place, "fits", NAMES)
    writer.write(ROWS[:1])
    writer.write(ROWS[1:])
    writer.close()
    return place.read_bytes()


@pytest.fixture(params=[at_once, row_by_row])
def written(request, tmp_path):
    return lambda: request.param(tmp_path)


def test_cells_are_read_back_as_they_were_given(written):
    sheet = openpyxl.load_workbook(io.BytesIO(written()))["fits"]
    assert list(sheet.values) == [NAMES, *READ]
    assert sheet["A2"].data_type == "s", "a formula"


def test_the_same_table_gives_the_same_bytes_on_another_day(written, monkeypatch):
    first = written()
    later = time.time() + 3 * 86400

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(later, tz)

    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(datetime, "datetime", Later)
    assert written() == first


def test_no_part_has_a_time(written):
    with zipfile.ZipFile(io.BytesIO(written())) as parts:
        assert {part.date_time for part in parts.infolist()} == {write_workbook._DAY}
        assert str(datetime.datetime.now().year) not in parts.read("docProps/core.xml").decode()
