"""From the columns of a GraphPad Prism table, however the project stores them, to a DataTable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import Numbers, is_number_like, shortened
from tricyclic.io.stated import unit_in_column_name

MAX_ROWS = 500_000
_PARTS = {
    "SD": ("mean", "SD"),
    "SE": ("mean", "SE"),
    "CV": ("mean", "CV"),
    "SDN": ("mean", "SD", "n"),
    "SEN": ("mean", "SE", "n"),
    "CVN": ("mean", "CV", "n"),
    "low-high": ("mean", "low", "high"),
    "upper-lower-limits": ("mean", "upper", "lower"),
    "error": ("value", "error"),
}


@dataclass(frozen=True)
class Column:
    """One column of text cells; `excluded` holds the rows, from 0, that the project leaves out."""

    name: str
    cells: tuple[str, ...]
    excluded: frozenset[int]
    is_text: bool = False


def subcolumn_names(own: str, y_format: str, count: int) -> list[str]:
    """Names of the parts of a column: numbered replicates, or what the format holds."""
    if y_format in _PARTS and count == len(_PARTS[y_format]):
        return [f"{own} {part}" for part in _PARTS[y_format]]
    return [own] if count == 1 else [f"{own} {k}" for k in range(1, count + 1)]


def prism_table(name: str, columns: Sequence[Column], notes: Sequence[str]) -> DataTable | None:
    """Make a table; None where no cell holds anything.

    Raises
    ------
    InputError
        If a column mixes decimal commas and points.
    """
    kept = [column for column in columns if any(column.cells)]
    if not any(not column.is_text for column in kept):
        return None
    rows = max(max(k + 1 for k, cell in enumerate(column.cells) if cell) for column in kept)
    if rows > MAX_ROWS:
        raise InputError(f"holds {rows} rows", where=name, allowed=f"At most {MAX_ROWS}")
    numbers = _numbers([cell for column in kept if not column.is_text for cell in column.cells])
    names: list[str] = []
    values: dict[str, np.ndarray] = {}
    text: dict[str, tuple[str, ...]] = {}
    excluded: dict[str, np.ndarray] = {}
    for column in kept:
        label = column.name if column.name not in names else f"{column.name} ({len(names) + 1})"
        names.append(label)
        cells = (*column.cells, *[""] * rows)[:rows]
        read = [_number(cell, numbers, name, label, k) for k, cell in enumerate(cells)]
        if column.is_text or any(value is None for value in read):
            text[label] = cells
        else:
            values[label] = np.array(read, dtype=float)
        left_out = [k for k in column.excluded if k < rows and cells[k]]
        if left_out:
            mask = np.zeros(rows, dtype=bool)
            mask[left_out] = True
            excluded[label] = mask
    marked = sum(int(mask.sum()) for mask in excluded.values())
    return DataTable(
        name=name,
        columns=tuple(names),
        values=values,
        text=text,
        units={column: unit_in_column_name(_without_part(column)) for column in values},
        excluded=excluded,
        notes=(
            *notes,
            *([f"cells excluded in Prism, kept with that mark: {marked}"] if marked else []),
        ),
    )


def _numbers(cells: Sequence[str]) -> Numbers:
    # A project stores plain numbers, never grouped digits, so one sort of mark settles it.
    commas = any("," in cell and is_number_like(cell) for cell in cells)
    points = any("." in cell and is_number_like(cell) for cell in cells)
    if commas and points:
        raise InputError(
            "decimals are written with a comma and with a point",
            do="Save the project again with one decimal mark",
        )
    return Numbers("," if commas else ".")


def _number(cell: str, numbers: Numbers, table: str, column: str, row: int) -> float | None:
    """The number in a cell, nan where it is empty, None where it is a word."""
    if not cell:
        return math.nan
    value = numbers.read(cell)
    if value is not None and math.isinf(value):
        raise InputError(
            f"'{shortened(cell)}' is too large", where=f"{table}, column '{column}', row {row + 1}"
        )
    return value


def _without_part(column: str) -> str:
    head, _, last = column.rpartition(" ")
    return (
        head
        if head and (last.isdigit() or last in {"mean", "SD", "SE", "value", "error"})
        else column
    )
