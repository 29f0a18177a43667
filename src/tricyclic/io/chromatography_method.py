"""Reads the method of a chromatographic run: a TOML file, or a sheet with one row per compound."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tricyclic.core.chromatography_method import (
    ANALYTE,
    INTERNAL_STANDARD,
    NEIGHBOUR,
    ROLES,
    ChromatographyMethod,
    Compound,
)
from tricyclic.core.format import list_names
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError, UnknownNameError, did_you_mean
from tricyclic.io.files import existing_file, read_bytes
from tricyclic.io.headings import minutes_in_column_name, without_accents
from tricyclic.io.open import read_tables
from tricyclic.io.toml_schema import ListField, NumberField, TableField, TextField, checked_toml

# Window of a compound that states none, as a part of its retention time.
DEFAULT_WINDOW = 0.05
# What methods call the roles, in lower case.
_ROLE_NAMES = {
    **{role: role for role in ROLES},
    "": ANALYTE,
    "sample": ANALYTE,
    "is": INTERNAL_STANDARD,
    "istd": INTERNAL_STANDARD,
    "int. std.": INTERNAL_STANDARD,
    "internal std": INTERNAL_STANDARD,
    "neighbor": NEIGHBOUR,
    "known neighbour": NEIGHBOUR,
    "known neighbor": NEIGHBOUR,
    "interferent": NEIGHBOUR,
    "analyt": ANALYTE,
    "interner standard": INTERNAL_STANDARD,
    "int. standard": INTERNAL_STANDARD,
    "nachbar": NEIGHBOUR,
    "nachbarpeak": NEIGHBOUR,
    "begleitsubstanz": NEIGHBOUR,
}
# Rows of a sheet that give a time of the method instead of a compound.
_TIME_ROWS = {"void": "void_min", "end": "end_min", "totzeit": "void_min", "ende": "end_min"}
METHOD = TableField(
    {
        "name": TextField(),
        "void_min": NumberField(default=0.0, low=0.0),
        "end_min": NumberField(above=0.0),
        "window_min": NumberField(above=0.0),
        "compounds": ListField(
            TableField(
                {
                    "name": TextField(required=True, allow_empty=False),
                    "retention_min": NumberField(above=0.0),
                    "relative_retention": NumberField(above=0.0),
                    "window_min": NumberField(above=0.0),
                    "role": TextField(default=ANALYTE),
                }
            ),
            required=True,
            labels=("name",),
        ),
    }
)
# Column of a sheet by what it may be called, in lower case, without its unit and its accents.
_COLUMNS = {
    "name": (
        *("name", "compound", "compound name", "analyte", "peak", "peak name", "substance"),
        *("substanz", "komponente", "verbindung"),
    ),
    "retention_min": (
        *("retention", "retention time", "expected retention time", "rt", "tr", "time"),
        *("retentionszeit", "retention zeit"),
    ),
    "relative_retention": ("relative retention", "relative retention time", "rrt"),
    "window_min": ("window", "time window", "fenster", "zeitfenster"),
    "role": ("role", "type", "kind", "peak type", "compound type", "rolle", "typ"),
}


def read_chromatography_method(path: str | Path | DataTable) -> ChromatographyMethod:
    """Read the method of a chromatographic run.

    Parameters
    ----------
    path : str, Path or DataTable
        A TOML file with a table ``[[compounds]]`` for each compound, or a sheet (CSV, XLSX, or a
        table in memory) with a row for each: name, retention in min (or relative to the internal
        standard), window in min, and role. In a sheet, rows with the role ``void`` and ``end``
        give the void time and the end of the evaluation.

    Returns
    -------
    ChromatographyMethod

    Raises
    ------
    InputError
        If a value is missing or out of range, two compounds share a name, there are two internal
        standards, or a relative retention has no internal standard.
    """
    if not isinstance(path, DataTable) and existing_file(path).suffix.lower() == ".toml":
        data, name = read_bytes(path)
        checked = checked_toml(data, METHOD, where=name)
        return _method(checked, name)
    return _from_sheet(path)


def _from_sheet(path: str | Path | DataTable) -> ChromatographyMethod:
    tables = read_tables(path)
    table = next((one for one in tables if _has_compounds(one)), tables[0])
    where = table.file or table.name
    columns, others = _columns_of(table, where)
    given: dict[str, Any] = {"name": "", "void_min": 0.0, "end_min": None, "window_min": None}
    rows = []
    for row in range(len(table)):
        cells = {key: _cell(table, column, row) for key, column in columns.items()}
        if all(cell in (None, "") for cell in cells.values()):
            continue
        kind = str(cells.get("role") or "").strip().lower()
        if kind in _TIME_ROWS:
            given[_TIME_ROWS[kind]] = cells.get("retention_min")
            continue
        rows.append({**dict.fromkeys(_COLUMNS), **cells, "name": str(cells["name"] or "").strip()})
        if not rows[-1]["name"]:
            raise InputError("a compound has no name", where=f"{where}, row {row + 1}")
    method = _method({**given, "compounds": rows}, where)
    return replace(method, unused=tuple(f"{where}: {text}" for text in quoted("column", others)))


def _has_compounds(table: DataTable) -> bool:
    """Whether a sheet of a workbook has names of compounds and retention times."""
    plain = set(map(_plain, table.columns))
    times = {*_COLUMNS["retention_min"], *_COLUMNS["relative_retention"]}
    return bool(plain & set(_COLUMNS["name"])) and bool(plain & times)


def _columns_of(table: DataTable, where: str) -> tuple[dict[str, str], list[str]]:
    """Column of each meaning, and the columns of notes and of settings of the detector."""
    columns: dict[str, str] = {}
    others: list[str] = []
    for column in table.columns:
        plain = _plain(column)
        key = next((key for key, names in _COLUMNS.items() if plain in names), None)
        if key is None:
            if did_you_mean(plain, [name for names in _COLUMNS.values() for name in names]):
                known = list(_COLUMNS)
                raise UnknownNameError.among("column of a method", column, known, where=where)
            others.append(column)
            continue
        if key in columns:
            raise InputError(
                f"columns '{columns[key]}' and '{column}' both give the {key}",
                where=where,
                do="Keep one of them",
            )
        columns[key] = column
    missing = "compound" if "name" not in columns else ""
    if not {"retention_min", "relative_retention"} & set(columns):
        missing = missing or "retention_min"
    if missing:
        near = did_you_mean(missing, others)
        raise InputError(
            f"has no column '{missing}'",
            where=where,
            allowed=near or f"Its columns are {list_names(list(table.columns), 8)}",
            do="Add the names of the compounds, and their retention times",
        )
    return columns, others


def _cell(table: DataTable, column: str, row: int) -> Any:
    if column in table.text:
        text = table.text[column][row].strip()
        if _plain(column) in (*_COLUMNS["name"], *_COLUMNS["role"]):
            return text
        if not text:
            return None
        table.numbers(column)  # states which cell is no number
        return None
    value = float(table.values[column][row])
    if math.isnan(value):
        return None
    if _plain(column) in _COLUMNS["name"]:
        return f"{value:g}"
    return value * (minutes_in_column_name(column) or 1.0)


def _plain(column: str) -> str:
    """A heading without its unit, in lower case: "RT_min" is "rt"."""
    plain = without_accents(column.split("(")[0].split("[")[0].strip().lower())
    plain = re.sub(r"[\s_]+", " ", plain).strip(" .")
    return re.sub(r" (?:min|s|sec|h)$", "", plain)


def _method(given: Mapping[str, Any], where: str) -> ChromatographyMethod:
    rows = given["compounds"]
    roles = [_role(row, where) for row in rows]
    base = None
    if roles.count(INTERNAL_STANDARD) == 1:
        base = rows[roles.index(INTERNAL_STANDARD)]["retention_min"]
    compounds = []
    for row, role in zip(rows, roles, strict=True):
        at = f"{where}, {row['name']}"
        retention = _retention(row, base, at)
        window = row["window_min"] or given["window_min"] or DEFAULT_WINDOW * retention
        compounds.append(Compound(row["name"], retention, window, role))
    name = given["name"] or where
    return ChromatographyMethod(name, tuple(compounds), given["void_min"], given["end_min"])


def _role(row: Mapping[str, Any], where: str) -> str:
    text = re.sub(r"[\s_]+", " ", str(row["role"] or "").strip().lower())
    if text not in _ROLE_NAMES:
        raise UnknownNameError.among("role", row["role"], ROLES, where=f"{where}, {row['name']}")
    return _ROLE_NAMES[text]


def _retention(row: Mapping[str, Any], base: float | None, where: str) -> float:
    plain, relative = row["retention_min"], row["relative_retention"]
    if (plain is None) == (relative is None):
        raise InputError(
            "has both retention_min and relative_retention"
            if plain is not None
            else "has no retention time",
            where=where,
            do="Give one of retention_min and relative_retention",
        )
    if plain is not None:
        return float(plain)
    if base is None:
        raise InputError(
            "has a relative_retention, and no internal standard has a retention_min",
            where=where,
            do='Give one compound the role "internal standard" and its retention_min',
        )
    return float(relative) * base
