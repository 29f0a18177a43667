"""Columns of a table file become potencies on the log scale, bounds ("> 10000") kept as bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.core.estimate import Estimate, Relation
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.units import is_concentration

if TYPE_CHECKING:
    from tricyclic.core.table import DataTable

_CELL = re.compile(r"\s*([<>]?)\s*=?\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*")
_P = re.compile(r"p(ic50|ec50|ki|kd|ac50)\b", re.IGNORECASE)
_LOG = re.compile(r"log10[ _]?", re.IGNORECASE)
_UNIT = re.compile(r"[ _(\[]*\b([fpnum]?M)\b[)\]]?$")


def potency_table(file: str, *, decimal: str = "", sheet: str = "") -> DataTable:
    """Read the one table of a file."""
    from tricyclic.io.open import read_tables

    tables = read_tables(
        Path(file), reader="plain_table", decimal=decimal or None, sheet=sheet or None
    )
    if len(tables) != 1:
        raise InputError(
            f"holds {len(tables)} tables", where=Path(file).name, do="Say which sheet with --sheet"
        )
    return tables[0]


def text_column(table: DataTable, column: str) -> tuple[str, ...]:
    """A column as text; numbers in full, whole ones without a point."""
    if column not in table.columns:
        raise UnknownNameError.among("column", column, table.columns, where=table.file)
    if column in table.text:
        return tuple(cell.strip() for cell in table.text[column])
    return tuple(
        "" if math.isnan(v) else str(int(v)) if v.is_integer() and abs(v) < 1e15 else repr(v)
        for v in table.values[column].tolist()
    )


def scale_of(table: DataTable, column: str) -> str:
    """What a column of potencies holds: "nM", "pIC50", "log10"; from its name.

    Raises
    ------
    InputError
        If the name says neither.
    """
    if column not in table.columns:
        raise UnknownNameError.among("column", column, table.columns, where=table.file)
    plain = column.replace("_", " ")
    if _LOG.match(column):
        return "log10"
    if named := _P.match(plain):
        return (
            "p"
            + {"ic50": "IC50", "ec50": "EC50", "ki": "Ki", "kd": "Kd", "ac50": "AC50"}[
                named[1].lower()
            ]
        )
    unit = table.units.get(column, "unknown")
    if not is_concentration(unit) and (told := _UNIT.search(plain)):
        unit = told[1]
    if not is_concentration(unit):
        raise InputError(
            f"column '{column}' does not say what its potencies are in",
            where=table.file,
            allowed="Its name ends in a unit (ic50_nM), or begins with p (pIC50) or log10",
            do="Rename the column",
        )
    return unit


def estimates_of(table: DataTable, column: str, subjects: Sequence[str]) -> list[Estimate]:
    """A column of potencies as Estimates in nM (or the column's own unit), rows without one left out.

    Raises
    ------
    InputError
        If a cell is no potency, or one is 0 or negative on a scale of concentrations.
    """
    scale = scale_of(table, column)
    unit = scale if is_concentration(scale) else "M"
    out = []
    for row, (cell, subject) in enumerate(
        zip(text_column(table, column), subjects, strict=True), 2
    ):
        if not cell:
            continue
        where = f"{table.file}, row {row}, column '{column}'"
        match = _CELL.fullmatch(cell)
        if match is None:
            raise InputError(
                f"'{cell[:40]}' is no potency",
                where=where,
                allowed='A number, or a bound such as "> 10000"',
            )
        value = float(match[2])
        relation: Relation = "=" if not match[1] else ">" if match[1] == ">" else "<"
        if is_concentration(scale):
            if not value > 0:
                raise InputError(
                    f"a potency is {cell} {scale}",
                    where=where,
                    allowed="It is above 0, for its logarithm is taken",
                )
        else:
            # pIC50 below 5 means an IC50 above 10 uM.
            sign = -1.0 if scale.startswith("p") else 1.0
            if scale.startswith("p") and relation != "=":
                relation = "<" if relation == ">" else ">"
            value = 10.0 ** (sign * value)
        out.append(Estimate("potency", value, unit, relation=relation, subject=subject))
    return out


def first_potency_column(table: DataTable) -> str:
    """The only column whose name says that it holds potencies.

    Raises
    ------
    InputError
        If there is none, or there are several.
    """
    found = []
    for column in table.columns:
        try:
            scale_of(table, column)
            found.append(column)
        except InputError:
            continue
    if len(found) == 1:
        return found[0]
    raise InputError(
        f"{len(found)} columns hold potencies" + (f" ({', '.join(found)})" if found else ""),
        where=table.file,
        allowed=f"There are: {', '.join(table.columns)}",
        do="Name one with --value; its name says the unit (ic50_nM) or the scale (pIC50)",
    )


def csv_bytes(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A table as CSV; numbers in full, a missing one empty, an open limit "inf"."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(
            [
                ""
                if v is None or (isinstance(v, float) and math.isnan(v))
                else repr(v)
                if isinstance(v, float)
                else v
                for v in row
            ]
        )
    return out.getvalue().encode()
