"""Columns of tables: from rows, from dataclasses, and names with their unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from tricyclic.core.check import Check
from tricyclic.io.frames import Columns

_WORDS = {"%": "percent", "/": "_per_", "µ": "u", "°": "deg"}


def from_rows(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Columns:
    """Columns of these names from rows of equal length."""
    listed = list(rows)
    return {name: [row[k] for row in listed] for k, name in enumerate(names)}


def from_records(kind: type, records: Sequence[object], skip: Sequence[str] = ()) -> Columns:
    """A column for each field of a dataclass, whose records are the rows.

    Parameters
    ----------
    kind : type
        The dataclass, so that an empty table has its columns.
    records : sequence of its instances
    skip : sequence of str
        Fields without a column.
    """
    names = [one.name for one in fields(kind) if one.name not in skip]
    return {name: [_cell(getattr(record, name)) for record in records] for name in names}


def checks_table(checks: Sequence[Check]) -> Columns:
    """One row for each check."""
    return from_records(Check, checks)


def with_unit(name: str, unit: str) -> str:
    """The name of a column with its unit: "cortex_NE_nM", "firing_Hz", "occupancy_percent"."""
    text = unit
    for sign, word in _WORDS.items():
        text = text.replace(sign, word)
    text = re.sub(r"_+", "_", re.sub(r"\W+", "_", text)).strip("_")
    text = text if not unit.startswith("1/") else text.removeprefix("1_")
    return f"{name}_{text}" if text and not name.endswith(f"_{text}") else name


def _cell(value: Any) -> Any:
    """A cell; several words in one, as text."""
    if isinstance(value, tuple):
        return "; ".join(str(one) for one in value)
    return value
