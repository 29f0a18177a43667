"""Measured time courses from a table of readings: one per observable and unit."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tricyclic.core.measured_course import MeasuredTimeCourse
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import read_text
from tricyclic.io.files import at_file, csv_of, read_bytes
from tricyclic.io.library.tables import table_number

NEEDED = ("time_h", "value", "unit")
# Columns that name what was measured, an observable of the scenario or a quantity of the model.
NAMED = ("observable", "quantity")
# Key of the cells beyond the header.
_MORE = "\0more"


def read_measured_courses(path: str | Path | DataTable) -> tuple[MeasuredTimeCourse, ...]:
    """Read a CSV with columns time_h, observable (or quantity), value, unit and optionally error.

    `unused_columns` names further columns.

    Raises
    ------
    InputError
        If a column is missing, a cell is not a number, or a time is negative.
    """
    data, file = read_bytes(path)
    try:
        text, _ = read_text(data)
    except InputError as error:
        raise at_file(error, file) from error
    first_line = text.split("\n", 1)[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey=_MORE)
    with csv_of(file):
        columns = [column.strip() for column in reader.fieldnames or ()]
        read = [(reader.line_num, cells) for cells in reader]
    named = _check_columns(columns, file)
    courses: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for line, cells in read:
        where = f"{file}, line {line}"
        if any(cells.pop(_MORE, ())):
            raise InputError(
                "has more cells than the header",
                where=where,
                do="Write numbers with a decimal point, or semicolons between the cells",
            )
        row = {(key or "").strip(): (cell or "").strip() for key, cell in cells.items()}
        if any(row.values()):
            if not row.get(named):
                raise InputError(f"has no {named}", where=where)
            key = (row[named], row.get("unit", ""))
            courses.setdefault(key, []).append(_reading(row, where))
    if not courses:
        raise InputError("contains no reading", where=file)
    return tuple(
        MeasuredTimeCourse(
            name, unit, *(np.array(column) for column in zip(*sorted(readings), strict=True))
        )
        for (name, unit), readings in courses.items()
    )


def unused_columns(path: str | Path | DataTable) -> tuple[str, ...]:
    """Columns of such a table beside those that are read, as a phrase."""
    data, _ = read_bytes(path)
    first_line = read_text(data)[0].split("\n", 1)[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    header = [cell.strip() for cell in next(csv.reader([first_line], delimiter=delimiter))]
    named = next((column for column in NAMED if column in header), "")
    read = {named, *NEEDED, "unit", "error"}
    return quoted("column", [column for column in header if column and column not in read])


def _check_columns(header: list[str], file: str) -> str:
    """The column that names what was measured."""
    named = next((column for column in NAMED if column in header), "")
    missing = [column for column in NEEDED if column not in header]
    missing += [] if named else ["observable"]
    if missing:
        raise InputError(
            f"has no column {' and no column '.join(repr(column) for column in missing)}",
            where=file,
            allowed="Columns are time_h, observable, value, unit, and optionally error",
            do=f"Rename columns; those of the file are {', '.join(header) or 'none'}",
        )
    return named


def _reading(row: Mapping[str, str], where: str) -> tuple[float, float, float]:
    """Time [h], value and error of a row; nan for an error that is not given."""
    time_h, value, error = (
        table_number(row.get(key, ""), f"{where}, column {key}")
        for key in ("time_h", "value", "error")
    )
    for key, number in (("time_h", time_h), ("value", value)):
        if not math.isfinite(number):
            raise InputError(f"has no {key}", where=where)
    if time_h < 0:
        raise InputError(f"the time is {time_h:g} h", where=where, allowed="A time is 0 or more")
    return time_h, value, error
