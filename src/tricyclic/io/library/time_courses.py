"""From a table of readings over time to MeasuredCourses: one per watch and unit, in the order of the file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from tricyclic.core.measured_course import MeasuredCourse
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import read_text
from tricyclic.io.files import read_bytes
from tricyclic.io.library.protocols import table_number

NEEDED = ("time_h", "value", "unit")
NAMED = ("watch", "quantity")
MORE = ("error",)


def read_measured_courses(path: str | Path) -> tuple[MeasuredCourse, ...]:
    """Read a CSV with columns time_h, watch (or quantity), value, unit and, if known, error; further columns are left alone.

    Raises
    ------
    InputError
        If a column is missing, a cell is no number, or a time is negative.
    """
    data, name = read_bytes(path)
    text, _ = read_text(data)
    delimiter = (
        ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    )
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    header = [column.strip() for column in reader.fieldnames or ()]
    named = next((column for column in NAMED if column in header), "")
    missing = [column for column in NEEDED if column not in header] + ([] if named else ["watch"])
    if missing:
        raise InputError(
            f"has no column {' and no column '.join(repr(column) for column in missing)}",
            where=name,
            allowed=f"Columns: time_h, watch, value, unit, and error where it is known; it has {', '.join(header) or 'none'}",
        )
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for raw in reader:
        row = {
            (key or "").strip(): (cell or "").strip()
            for key, cell in raw.items()
            if isinstance(cell, str)
        }
        if not any(row.values()):
            continue
        where = f"{name}, line {reader.line_num}"
        if not row.get(named):
            raise InputError("names no watch", where=where)
        numbers = [
            table_number(row.get(key, ""), f"{where}, column {key}")
            for key in ("time_h", "value", "error")
        ]
        for key, number in zip(("time_h", "value"), numbers, strict=False):
            if not np.isfinite(number):
                raise InputError(f"has no {key}", where=where)
        if numbers[0] < 0:
            raise InputError(
                f"the time is {numbers[0]:g} h", where=where, allowed="A time is 0 or more"
            )
        found.setdefault((row[named], row.get("unit", "")), []).append(
            (numbers[0], numbers[1], numbers[2])
        )
    if not found:
        raise InputError("holds no reading", where=name)
    return tuple(
        MeasuredCourse(
            watch, unit, *(np.array(column) for column in zip(*sorted(rows), strict=True))
        )
        for (watch, unit), rows in found.items()
    )
