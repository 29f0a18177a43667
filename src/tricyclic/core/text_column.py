"""Columns of a table that are text: numbers with words among them, dates, two decimal marks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.format import list_names
from tricyclic.errors import InputError
from tricyclic.numerals import (
    NumberFormat,
    column_mark,
    decimal_of,
    digits_advice,
    has_other_mark,
    plain_marks,
)

# Columns of numbers that a message lists.
MAX_COLUMNS = 8
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:[+-][0-9:]{2,6}|Z)?)?"
    r"|[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})"
)


@dataclass(frozen=True)
class TextColumn:
    """Numbers of a column of text, nan where a cell has none, and the cells that are words."""

    values: np.ndarray
    words: tuple[str, ...]


def is_date(text: str) -> bool:
    """Whether a text is a date: 2026-03-04, 2026-03-04 10:00:00, 4.3.2026."""
    return _DATE.fullmatch(text) is not None


def read_text_column(cells: Sequence[str], place: Callable[[int], str]) -> TextColumn:
    """The numbers of a column with words among them.

    Parameters
    ----------
    cells : sequence of str
        "" where a cell is empty.
    place : function
        Where a row is, for messages.

    Raises
    ------
    InputError
        If a number has the other decimal mark than most, or can be read in two ways.
    """
    mark = column_mark(cells)
    numbers = NumberFormat(mark or ".")
    known: dict[str, float | None] = {}
    # Cells repeat, so each text is read once, at its first place.
    for row, cell in enumerate(cells):
        if cell in known:
            continue
        known[cell] = value = numbers.read(cell) if cell else math.nan
        if value is None and has_other_mark(cell, mark or "."):
            raise other_mark_error(cell, mark, place(row))
        if value is not None and not mark and decimal_of(cell)[1] == ",":
            plain = plain_marks(cell)
            raise InputError(
                f"'{plain}' can be read in two ways",
                where=place(row),
                allowed="No number of its column shows the decimal mark",
                do=f"Write {plain.replace(',', '')} or {plain.replace(',', '.')}",
            )
    read = [known[cell] for cell in cells]
    return TextColumn(
        np.array([math.nan if value is None else value for value in read]),
        tuple(cell for cell, value in zip(cells, read, strict=True) if value is None),
    )


def other_mark_error(cell: str, mark: str, where: str) -> InputError:
    """The refusal of a number whose decimal mark is not that of its column."""
    other = "," if mark == "." else "."
    return InputError(
        f"'{cell[:40]}' is not a number",
        where=where,
        allowed=f"The decimal mark elsewhere in this column is '{mark}'",
        do=f"Write {plain_marks(cell).replace(mark, '').replace(other, mark)}",
    )


def not_numbers_error(
    column: str,
    cells: Sequence[str],
    place: Callable[[int], str],
    columns_of_numbers: Sequence[str],
    where: str,
) -> InputError:
    """The refusal of a column of text where numbers are needed.

    Parameters
    ----------
    column : str
    cells : sequence of str
    place : function
        Where a row is.
    columns_of_numbers : sequence of str
        Columns of the table that could have been meant.
    where : str
        Name of the table.
    """
    filled = [cell for cell in cells if cell]
    formats = NumberFormat("."), NumberFormat(",")
    words = [cell for cell in filled if all(f.read(cell) is None for f in formats)]
    listed = list_names([f"'{name}'" for name in columns_of_numbers], MAX_COLUMNS)
    others = f"Columns of numbers are {listed}" if columns_of_numbers else ""
    dates = [cell for cell in filled if is_date(cell)]
    if 2 * len(dates) > len(filled):
        return InputError(
            f"column '{column}' has dates ('{dates[0][:10]}'), not numbers",
            where=where,
            allowed=others,
        )
    if words:
        cell = dates[0] if dates else next((c for c in words if any(map(str.isdigit, c))), words[0])
        mostly = 2 * len(words) > len(filled)
        problem = f"column '{column}' is not all numbers: '{cell[:40]}' in "
        problem += place(cells.index(cell))
        if dates:
            return InputError(
                f"{problem} is a date",
                where=where,
                allowed="Spreadsheet programs turn numbers such as 3-4 and 1.2 into dates",
                do="Format the cell as a number and type its reading again",
            )
        return InputError(
            problem, where=where, allowed=digits_advice(cell) or (others if mostly else "")
        )
    mark = column_mark(filled)
    for row, cell in enumerate(cells):
        if mark and has_other_mark(cell, mark):
            return other_mark_error(cell, mark, f"{where}, {place(row)}, column '{column}'")
    either = next((cell for cell in filled if decimal_of(cell)[1] == ","), "")
    return InputError(
        f"column '{column}' is not all numbers" if filled else f"column '{column}' is empty",
        where=where,
        allowed=f"'{either[:40]}' can be read in two ways, and a number has a point"
        if either
        else "",
        do="Convert the column to numbers, as with .str.replace(',', '').astype(float)"
        if either
        else "",
    )
