"""Reads a column of potencies from a table; bounds ("> 10000") stay bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tricyclic.core.concentrations import log10_of
from tricyclic.core.estimate import Estimate, Qualifier
from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.open import read_tables
from tricyclic.numerals import NUMBER
from tricyclic.units import is_concentration

_CELL = re.compile(rf"\s*([<>]?)\s*=?\s*({NUMBER})\s*")
_P = re.compile(r"p(ic50|ec50|ki|kd|ac50)\b", re.IGNORECASE)
_LOG = re.compile(r"log10|log ?(?:ic50|ec50|ki|kd|ac50)\b", re.IGNORECASE)
_UNIT = re.compile(r"[ _(\[]*\b([fpnum]?M)\b[)\]]?$")
_SPELLING = {"ic50": "IC50", "ec50": "EC50", "ki": "Ki", "kd": "Kd", "ac50": "AC50"}
_OPPOSITE: dict[Qualifier, Qualifier] = {"=": "=", ">": "<", "<": ">"}


@dataclass(frozen=True)
class PotencyScale:
    """The scale of a column of potencies: a concentration in `unit`, or the logarithm of one."""

    name: str
    kind: Literal["concentration", "negative log10", "log10"]
    unit: str = "M"

    @property
    def axis_label(self) -> str:
        """The logarithm that is charted: "log10 of nM", "pIC50"."""
        if self.kind == "concentration":
            return f"log10 of {self.name}"
        return self.name


def read_potency_table(file: str | TableInput, *, decimal: str = "", sheet: str = "") -> DataTable:
    """Read the one table of a file; a table in memory as it is.

    Raises
    ------
    InputError
        If the file has several tables.
    """
    source = file_or_table(file)
    tables = read_tables(
        source,
        reader=None if isinstance(source, DataTable) else "plain_table",
        decimal=decimal or None,
        sheet=sheet or None,
    )
    if len(tables) != 1:
        raise InputError(
            f"has {len(tables)} tables", where=source_name(file), do="Name the sheet with --sheet"
        )
    return tables[0]


def row_place(table: DataTable, row: int) -> str:
    """Where a row, numbered from 0, stands in the file, or in the table in memory."""
    from_frame = bool(table.lines) and table.file == table.name
    return table.lines[row] if from_frame else f"row {row + 2}"


def column_called(table: DataTable, name: str, option: str) -> str:
    """The column of a name, in upper or lower case, that an option states or has as its default.

    Raises
    ------
    InputError
        If there is none, or several that differ in case only.
    """
    if name in table.columns:
        return name
    alike = [column for column in table.columns if column.lower() == name.lower()]
    if len(alike) == 1:
        return alike[0]
    raise InputError(
        f"no column is called '{name}'",
        where=table.file,
        allowed=f"There are: {', '.join(table.columns)}",
        do=f"Name the column with --{option}",
    )


def text_column(table: DataTable, column: str) -> tuple[str, ...]:
    """A column as text; numbers with all digits, whole numbers without a point."""
    if column not in table.columns:
        raise UnknownNameError.among("column", column, table.columns, where=table.file)
    if column in table.text:
        return tuple(cell.strip() for cell in table.words(column))
    return tuple(
        "" if math.isnan(v) else str(int(v)) if v.is_integer() and abs(v) < 1e15 else repr(v)
        for v in table.values[column].tolist()
    )


def potency_scale(table: DataTable, column: str) -> PotencyScale:
    """Scale of a column of potencies, from its name: ic50_nM, pIC50, log10_ic50.

    Raises
    ------
    InputError
        If the name states neither a unit nor a scale.
    """
    if column not in table.columns:
        raise UnknownNameError.among("column", column, table.columns, where=table.file)
    unit = table.units.get(column, "unknown")
    spaced = column.replace("_", " ")
    if match := _P.match(spaced):
        return PotencyScale("p" + _SPELLING[match[1].lower()], "negative log10")
    is_log = bool(_LOG.match(spaced))
    unit = log10_of(unit) or unit
    if not is_concentration(unit) and (match := _UNIT.search(spaced)):
        unit = match[1]
    if is_log:
        # Without a unit the numbers are the same in any, and so are their ratios.
        known = is_concentration(unit)
        name = f"log10 of {unit}" if known else "log10 potency"
        return PotencyScale(name, "log10", unit if known else "M")
    if not is_concentration(unit):
        raise InputError(
            f"column '{column}' states no unit of its potencies",
            where=table.file,
            allowed="The name of the column ends in a unit (ic50_nM), or begins with p (pIC50) or "
            "log10",
            do="Rename the column",
        )
    return PotencyScale(unit, "concentration", unit)


def read_potencies(table: DataTable, column: str, subjects: Sequence[str]) -> list[Estimate]:
    """A column of potencies in the unit of the column, or M; rows without a potency are omitted.

    Raises
    ------
    InputError
        If a cell is not a potency, or a concentration is 0 or negative.
    """
    scale = potency_scale(table, column)
    cells = zip(text_column(table, column), subjects, strict=True)
    return [
        _potency(cell, subject, scale, f"{table.file}, {row_place(table, row)}, column '{column}'")
        for row, (cell, subject) in enumerate(cells)
        if cell
    ]


def first_potency_column(table: DataTable) -> str:
    """The only column whose name states that it contains potencies.

    Raises
    ------
    InputError
        If there is none, or there are several.
    """
    columns = [column for column in table.columns if _is_potency_column(table, column)]
    if len(columns) == 1:
        return columns[0]
    listed = f" ({', '.join(columns)})" if columns else ""
    raise InputError(
        f"{len(columns)} columns contain potencies{listed}",
        where=table.file,
        allowed=f"There are: {', '.join(table.columns)}",
        do="Name one with --value; its name states the unit (ic50_nM) or the scale (pIC50)",
    )


def _is_potency_column(table: DataTable, column: str) -> bool:
    try:
        potency_scale(table, column)
    except InputError:
        return False
    return True


def _potency(cell: str, subject: str, scale: PotencyScale, where: str) -> Estimate:
    match = _CELL.fullmatch(cell)
    if match is None:
        raise InputError(
            f"'{cell[:40]}' is not a potency",
            where=where,
            allowed='A number, or a bound such as "> 10000"',
        )
    value = float(match[2])
    qualifier: Qualifier = "=" if not match[1] else ">" if match[1] == ">" else "<"
    if scale.kind == "concentration":
        if not value > 0:
            raise InputError(
                f"a potency is {cell} {scale.unit}",
                where=where,
                allowed="It is above 0, because its logarithm is used",
            )
    elif scale.kind == "negative log10":
        # A pIC50 below 5 is an IC50 above 10 uM.
        value, qualifier = 10.0**-value, _OPPOSITE[qualifier]
    else:
        value = 10.0**value
    return Estimate("potency", value, scale.unit, qualifier=qualifier, subject=subject)
