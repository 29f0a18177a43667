"""Columns of a table by their role, and concentrations of several columns in one unit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.format import list_names
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.io.headings import unit_in_column_name
from tricyclic.units import convert, dimension

Floats = NDArray[np.float64]
_UNIT = re.compile(
    r"(?:[\s_]*[(\[][^()\[\]]*[)\]]|[\s_]+(?:[fpnum]M|min|h|[fpnum]g[\s_/][um]?L"
    r"|[un]L[\s_]*(?:per|/)[\s_]*min))\s*$"
)
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]\s*$")


def columns_by_role(
    table: DataTable,
    patterns: Mapping[str, re.Pattern[str]],
    stated: Mapping[str, str],
    required: Sequence[str],
    name: str,
) -> dict[str, str]:
    """Columns by their role: those that the user named, and those with a usual name.

    Parameters
    ----------
    table : DataTable
    patterns : dict of str to Pattern
        Usual names of each role, without unit.
    stated : dict of str to str
        Columns that the user named, empty where none.
    required : sequence of str
        Roles, of concentrations, that the table must have.
    name : str
        Of the table, for errors.

    Raises
    ------
    InputError
        If a required role has no column or several.
    UnknownNameError
        If the table has no column that the user named.
    """
    columns: dict[str, str] = {}
    for role, pattern in patterns.items():
        own = stated.get(role, "")
        if own:
            if own not in table.columns:
                raise UnknownNameError.among("column", own, table.columns, where=role)
            columns[role] = own
            continue
        taken = {*columns.values(), *filter(None, stated.values())}
        free = [one for one in table.columns if one not in taken]
        hits = [one for one in free if pattern.fullmatch(_UNIT.sub("", one.strip()))]
        if len(hits) == 1:
            columns[role] = hits[0]
        elif role in required:
            listed = list_names([f"'{one}'" for one in (hits or free)], 8)
            raise InputError(
                f"the column of {role} concentrations may be {listed}"
                if hits
                else f"no column of {role} concentrations is recognised among {listed}",
                where=name,
                do=f"Add --{role} COLUMN",
            )
    return columns


def in_one_unit(
    table: DataTable, columns: Sequence[str], stated: str
) -> tuple[tuple[Floats, ...], str]:
    """Concentrations of some columns in one unit, and the unit; "unknown" where none is stated.

    Parameters
    ----------
    table : DataTable
    columns : sequence of str
    stated : str
        Unit of the result, and of the columns where the table states none.

    Raises
    ------
    InputError
        If the unit is none of a concentration, or that of some of the columns is not known.
    """
    if stated and not _is_concentration(stated):
        raise InputError(
            f"is '{stated}'", where="unit", allowed="It is a concentration, such as nM"
        )
    own = [_unit(column) for column in columns]
    other = [unit for unit in own if unit and not _is_concentration(unit)]
    if other:
        # A unit that is none of a concentration, such as fmol of 20 uL, is not converted.
        if len(set(own)) > 1 or stated:
            units = [unit or "no unit" for unit in own] + [stated] * bool(stated)
            named = " and ".join(dict.fromkeys(units[:3]))
            raise InputError(
                f"the concentrations are in {named}",
                where=table.name,
                allowed="Those of one table are in one unit, or in units of concentration",
                do="Write them in one unit, such as nM",
            )
        return tuple(table.numbers(column) for column in columns), other[0]
    units = [unit or stated for unit in own]
    known = [unit for unit in units if unit]
    if known and len(known) < len(units):
        raise InputError(
            f"one of the concentrations is in {known[0]}, and the unit of the other is not stated",
            where="unit",
            do=f"Add --unit {known[0]}, which applies where the table states none",
        )
    unit = stated or (known[0] if known else "")
    values = []
    for column, one in zip(columns, units, strict=True):
        numbers = table.numbers(column)
        values.append(numbers if one == unit else numbers * convert(1.0, one, unit, where=column))
    return tuple(values), unit or "unknown"


def _unit(column: str) -> str:
    """Unit of a column, or the text in its brackets where that is no known unit; else empty."""
    unit = unit_in_column_name(column)
    if unit and unit != "unknown":
        return unit
    bracket = _IN_BRACKETS.search(column)
    return bracket[1].strip() if bracket else ""


def _is_concentration(unit: str) -> bool:
    try:
        return dimension(unit) in ("concentration", "mass concentration")
    except UnitError:
        return False
