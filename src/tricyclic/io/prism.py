"""Tables of GraphPad Prism projects; shared by the readers of .pzfx and .prism files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import is_number_like, shortened
from tricyclic.io.headings import unit_in_column_name
from tricyclic.numerals import NumberFormat, is_whole_number

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
class PrismColumn:
    """One column of text cells; `excluded` are the rows, from 0, that the project excludes."""

    name: str
    cells: tuple[str, ...]
    excluded: frozenset[int]
    is_text: bool = False


def subcolumn_names(own: str, y_format: str, count: int) -> list[str]:
    """Names of the sub-columns of a column: numbered replicates, or mean, SD and so on."""
    if y_format in _PARTS and count == len(_PARTS[y_format]):
        return [f"{own} {part}" for part in _PARTS[y_format]]
    return [own] if count == 1 else [f"{own} {k}" for k in range(1, count + 1)]


def prism_table(
    name: str, columns: Sequence[PrismColumn], notes: Sequence[str]
) -> DataTable | None:
    """Make a table; None if all cells are empty.

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
        raise InputError(
            f"has {rows} rows", where=name, allowed=f"A table has at most {MAX_ROWS} rows"
        )
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
        is_excluded = [k for k in column.excluded if k < rows and cells[k]]
        if is_excluded:
            mask = np.zeros(rows, dtype=bool)
            mask[is_excluded] = True
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
            *([f"cells excluded in Prism and read as excluded: {marked}"] if marked else []),
        ),
    )


def _numbers(cells: Sequence[str]) -> NumberFormat:
    # A project stores numbers without grouped digits, so one kind of mark is the decimal mark.
    commas = any("," in cell and is_number_like(cell) for cell in cells)
    points = any("." in cell and is_number_like(cell) for cell in cells)
    if commas and points:
        raise InputError(
            "decimals are written with a comma and with a point",
            do="Save the project again with one decimal mark",
        )
    return NumberFormat("," if commas else ".")


def _number(cell: str, numbers: NumberFormat, table: str, column: str, row: int) -> float | None:
    """The number in a cell; nan for an empty cell, None for a word."""
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
        if head and (is_whole_number(last) or last in {"mean", "SD", "SE", "value", "error"})
        else column
    )
