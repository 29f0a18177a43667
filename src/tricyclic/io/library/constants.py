"""Constants of a mechanism or a drug, from a table with name, value, unit, range and source.

The first row of a name (and species) is the value in use; further rows of it are alternatives.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tricyclic.core.certainty import CERTAINTIES
from tricyclic.core.constant import Constant
from tricyclic.core.model_unit import unit_name
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.tables import table_number, table_rows

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

COLUMNS = ("name", "value", "unit")
MORE_COLUMNS = ("species", "low", "high", "cv", "free", "description", "source", "certainty")


def read_constants(file: Traversable, known_sources: Mapping[str, object]) -> tuple[Constant, ...]:
    """Read the constants of a table.

    Raises
    ------
    UnknownNameError
        If a column, a source or a certainty is unknown.
    InputError
        If a number cannot be used.
    """
    constants: dict[tuple[str, str], Constant] = {}
    for line, row in table_rows(file, COLUMNS, MORE_COLUMNS):
        if not row["name"] and not row["value"]:
            continue
        where = f"{file.name}, line {line}"
        _check_words(row, known_sources, where)
        constant = _constant(row, where)
        key = (constant.name, constant.applies_to)
        if key in constants:
            first = constants[key]
            constant = replace(first, alternatives=(*first.alternatives, constant))
        constants[key] = constant
    return tuple(constants.values())


def _check_words(row: Mapping[str, str], known_sources: Mapping[str, object], where: str) -> None:
    if row["source"] and row["source"] not in known_sources:
        raise UnknownNameError.among("source", row["source"], known_sources, where=where)
    if row["certainty"] and row["certainty"] not in CERTAINTIES:
        raise UnknownNameError.among("certainty", row["certainty"], CERTAINTIES, where=where)
    if row["free"] not in ("", "yes", "no"):
        raise InputError(
            f"the column 'free' contains '{row['free']}'",
            where=where,
            allowed="It is yes, no or empty",
        )


def _constant(row: Mapping[str, str], where: str) -> Constant:
    is_identifier = row["unit"] == "identifier"
    value, low, high, cv = (
        math.nan if is_identifier else table_number(row[key], f"{where}, column {key}")
        for key in ("value", "low", "high", "cv")
    )
    try:
        return Constant(
            name=row["name"],
            value=value,
            unit=unit_name(row["unit"]),
            low=low,
            high=high,
            cv=0.0 if math.isnan(cv) else cv,
            free=row["free"] == "yes",
            description=row["description"],
            source=row["source"],
            certainty=row["certainty"] or "assumed",  # type: ignore[arg-type]
            applies_to=row["species"],
            text=row["value"] if is_identifier else "",
        )
    except InputError as error:
        raise error.at(where) from None
