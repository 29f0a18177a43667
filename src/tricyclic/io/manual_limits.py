"""Limits of integration that were set by hand, from a table; each with its reason."""

from __future__ import annotations

from pathlib import Path

from tricyclic.core.peak import ManualLimits
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.files import source_name
from tricyclic.io.open import read_tables
from tricyclic.numerals import parse_number

# Other names of each column.
COLUMNS = {
    "injection": ("injection", "name", "sample", "file"),
    "compound": ("compound", "analyte", "peak"),
    "start_min": ("start_min", "start", "from", "start (min)", "from_min"),
    "end_min": ("end_min", "end", "to", "end (min)", "to_min"),
    "reason": ("reason", "why", "note", "comment"),
}


def read_manual_limits(source: str | Path | DataTable) -> tuple[ManualLimits, ...]:
    """Read a table with the columns injection, compound, start_min, end_min and reason.

    Raises
    ------
    InputError
        If a column is missing, a limit is no number, a reason is missing, or a peak occurs twice.
    """
    name = source_name(source)
    table = read_tables(source)[0]
    columns: dict[str, tuple[str, ...]] = {}
    for field, names in COLUMNS.items():
        matching = next((c for c in table.columns if c.strip().lower() in names), None)
        if matching is None:
            raise InputError(
                f"has no column '{field}'",
                where=name,
                allowed=f"Its columns are {', '.join(COLUMNS)}",
            )
        columns[field] = table.texts(matching)
    limits: list[ManualLimits] = []
    for row in range(len(table)):
        where = f"{name}, {table.place(row)}"
        cells = {field: texts[row].strip() for field, texts in columns.items()}
        if not any(cells.values()):
            continue
        one = ManualLimits(
            cells["injection"],
            cells["compound"],
            _minutes(cells["start_min"], "start", where),
            _minutes(cells["end_min"], "end", where),
            cells["reason"],
        )
        if any((o.injection, o.compound) == (one.injection, one.compound) for o in limits):
            raise InputError(
                f"the limits of {one.compound} in {one.injection} occur twice", where=where
            )
        limits.append(one)
    return tuple(limits)


def _minutes(text: str, which: str, where: str) -> float:
    value = parse_number(text)
    if value is None:
        raise InputError(f"the {which} of the limits is '{text}'", where=where, allowed="Minutes")
    return value
