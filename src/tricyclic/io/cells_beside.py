"""Cells at the right of a table, under no name of a column: part of a row that is shifted, or
remarks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import Sheet, shortened
from tricyclic.numerals import is_whole_number


def cells_beside(sheet: Sheet, rows: Iterable[int], width: int) -> tuple[str, ...]:
    """Phrase for the cells of rows that stand after an empty column beside a table.

    Parameters
    ----------
    sheet : Sheet
    rows : iterable of int
        Indices of the rows of the table.
    width : int
        Number of columns of the table, up to the last with a name.

    Raises
    ------
    InputError
        If a row has a cell directly beside the table: it may be shifted.
    """
    beside: list[str] = []
    for at in rows:
        more = sheet.rows[at][width:]
        if more and more[0]:
            raise wider_row(sheet, at, width)
        beside += [cell for cell in more if cell]
    return named_beside(beside)


def named_beside(cells: Sequence[str]) -> tuple[str, ...]:
    """Phrase for cells beside a table: the first and their number; none without cells."""
    if not cells:
        return ()
    named = f"'{shortened(cells[0])}'" + (f", {len(cells)} cells" if len(cells) > 1 else "")
    return (f"cells beside the table ({named})",)


def named_width(row: Sequence[str]) -> int:
    """Number of columns up to the last that has a name."""
    return max((k + 1 for k, cell in enumerate(row) if cell), default=0)


def wider_row(sheet: Sheet, at: int, width: int) -> InputError:
    """The error for a row with cells beyond the columns with names.

    Parameters
    ----------
    sheet : Sheet
    at : int
        Index of the row.
    width : int
        Number of columns of the table, up to the last with a name.
    """
    row = sheet.rows[at]
    advice = "Name every column"
    pairs = [f"{a},{b}" for a, b in pairwise(row) if is_whole_number(a) and is_whole_number(b)]
    if sheet.delimiter == "," and pairs:
        advice += f", or write {pairs[-1].replace(',', '.')} where {pairs[-1]} is one number"
    return InputError(
        f"has {named_width(row)} cells under {width} column names", where=sheet.where(at), do=advice
    )
