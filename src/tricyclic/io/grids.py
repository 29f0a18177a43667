"""Plate-shaped grids in a table of cells: with row letters, column numbers, both or neither.

Grids may stand below each other and side by side; what else stands in their rows is kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tricyclic.core.plate import PLATE_SHAPES, row_letters
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import Sheet, is_not_counted, is_number_like, shortened

_BARE_SHAPES = {PLATE_SHAPES[size]: size for size in (24, 48, 96, 384, 1536)}
_MAX_COLUMNS = max(columns for _, columns in PLATE_SHAPES.values())
_ROW_LETTERS = {row_letters(row) for row in range(max(rows for rows, _ in PLATE_SHAPES.values()))}
_LONGEST_NAME = 40
_COLUMN_NUMBER = re.compile(r"0*([1-9][0-9]?)(?:\.0)?")

# Rows, first column, number of columns, and the text of the corner.
_Block = tuple[list[int], int, int, str]


@dataclass(frozen=True)
class PlateGrid:
    """One plate-shaped block of cells.

    Parameters
    ----------
    sheet : Sheet
        Sheet with the grid.
    cells : mapping of (row, column) to (text, index of the sheet's row)
        Cells that are not empty; rows and columns from 0.
    shape : (int, int)
        Number of rows and columns.
    headings : tuple of str
        Texts in the rows between the previous grid and this one, the corner cell last.
    first : int
        Index of the first row of the grid in the sheet.
    offset : int
        Index of the first column of the grid in the sheet.
    last : int
        Index of the last row of the grid in the sheet.
    label : str
        The same word at the right of every row, such as the name of the reading; else "".
    above : int
        Index of the first row below the previous grid, where the headings of this one begin.
    rows : tuple of int
        Indices of the rows of the grid in the sheet.
    beside : tuple of (int, int)
        Cells (row, column) of the sheet in the rows of the grid, that are in no grid.
    """

    sheet: Sheet
    cells: Mapping[tuple[int, int], tuple[str, int]]
    shape: tuple[int, int]
    headings: tuple[str, ...]
    first: int
    offset: int = 0
    last: int = 0
    label: str = ""
    above: int = 0
    rows: tuple[int, ...] = ()
    beside: tuple[tuple[int, int], ...] = ()

    def location(self, position: tuple[int, int]) -> str:
        """Location of a cell, for a message."""
        row, column = position
        return (
            f"{self.sheet.where(self.cells[position][1])}, well {row_letters(row)}{column + 1:02d}"
        )

    @property
    def phrase(self) -> str:
        """What messages call the grid: "block 'Plate map' (line 12)"."""
        # A long text above is an instruction or a remark, and no name.
        named = bool(self.headings) and len(self.headings[-1]) <= _LONGEST_NAME
        name = f"block '{shortened(self.headings[-1])}'" if named else "block"
        return f"{name} ({self.sheet.where(self.first)})"


def find_grids(sheet: Sheet, *, words: bool = False) -> tuple[PlateGrid, ...]:
    """Grids of a table, from top to bottom.

    Parameters
    ----------
    sheet : Sheet
        Rows of cells.
    words : bool
        Whether a grid without row letters and column numbers may contain words (a plate layout).

    Raises
    ------
    InputError
        If a row of a grid has more values than the grid has columns.
    """
    return tuple(_grids(sheet, words))


def _grids(sheet: Sheet, words: bool) -> Iterator[PlateGrid]:
    index = above = 0
    while index < len(sheet.rows):
        blocks = _numbered(sheet, index)
        if not blocks:
            block = _lettered(sheet, index) or _bare(sheet, index, words)
            blocks = [block] if block else []
        if not blocks:
            index += 1
            continue
        inside = [(rows, offset, offset + columns) for rows, offset, columns, _ in blocks]
        for block in blocks:
            yield _grid(sheet, block, inside, (above, index), words)
        index = above = max(rows[-1] for rows, *_ in blocks) + 1


def _grid(
    sheet: Sheet,
    block: _Block,
    inside: list[tuple[list[int], int, int]],
    span: tuple[int, int],
    words: bool,
) -> PlateGrid:
    """The grid of a block; `inside` are the rows and columns of all blocks that begin there, and
    `span` the first row of the headings and the row in which the block begins.
    """
    rows, offset, columns, corner = block
    above, index = span
    # In a layout, a word beyond the columns may be the content of a well.
    label = "" if words else _label_at_the_right(sheet, rows, offset + columns)
    # In the rows of letters, the column of the letters belongs to the grid.
    first = offset - 1 if offset and sheet.rows[rows[0]][offset - 1].upper() == "A" else offset
    beside = tuple(
        (at, column)
        for at in rows
        for column, cell in enumerate(sheet.rows[at])
        if cell
        and not first <= column < offset + columns
        and not any(at in of and low - 1 <= column < high for of, low, high in inside)
    )
    if label:
        beside = ()
    beside = _of_this_grid(beside, block, inside)
    _refuse_shifted_rows(sheet, rows, offset + columns, words)
    cells = {
        (r, c): (cell, at)
        for r, at in enumerate(rows)
        for c, cell in enumerate(sheet.rows[at][offset : offset + columns])
        if cell
    }
    _check_complete(sheet, rows, offset, columns)
    low, high = (0, None) if len(inside) == 1 else (max(offset - 1, 0), offset + columns)
    headings = tuple(cell for row in sheet.rows[above:index] for cell in row[low:high] if cell)
    return PlateGrid(
        sheet,
        cells,
        (len(rows), columns),
        (*headings, corner) if corner else headings,
        index,
        offset,
        rows[-1],
        label,
        above,
        tuple(rows),
        beside,
    )


def _of_this_grid(
    beside: tuple[tuple[int, int], ...],
    block: _Block,
    inside: list[tuple[list[int], int, int]],
) -> tuple[tuple[int, int], ...]:
    """Cells beside a grid without those that belong to a grid beside it: the cells between two
    grids are of the left one, or of the right one where lists stand at the left.
    """
    if len(inside) == 1 or not beside:
        return beside
    starts = sorted(low for _, low, _ in inside)
    end = max(high for _, _, high in inside)
    at_left = any(column < starts[0] for _, column in beside) and not any(
        column >= end for _, column in beside
    )
    offset = block[1]
    own = starts.index(offset)
    if at_left:
        low, high = (starts[own - 1] if own else 0), offset
    else:
        low = offset if own else 0
        high = starts[own + 1] if own + 1 < len(starts) else end + _MAX_COLUMNS
    kept = tuple((at, column) for at, column in beside if low <= column < high)
    # One list for all grids belongs to each of them.
    return kept or beside


def _refuse_shifted_rows(sheet: Sheet, rows: list[int], column: int, words: bool) -> None:
    """Refuse a reading directly beyond the last column, which a row that is shifted would have.

    Cells after an empty column, in a column with a heading, or in every row are no readings of
    wells: a list of concentrations, a remark.

    Raises
    ------
    InputError
        If some of the rows have a number there, or, in a layout, a word.
    """
    beyond = {at: sheet.rows[at][column] for at in rows if len(sheet.rows[at]) > column}
    filled = {at: cell for at, cell in beyond.items() if cell}
    above = sheet.rows[rows[0] - 1] if rows[0] else ()
    if len(above) > column and above[column] and not _reading(above[column]):
        return
    if not words:
        filled = {at: cell for at, cell in filled.items() if _reading(cell)}
        if len(filled) == len(rows):
            return
    for at, cell in filled.items():
        raise InputError(
            f"'{cell[:20]}' is beyond column {_columns_before(sheet, rows, column)} of the grid",
            where=sheet.where(at),
            do="Keep only the wells in the rows of the grid",
        )


def _columns_before(sheet: Sheet, rows: list[int], column: int) -> int:
    """Number of columns of a grid that ends before a column of the sheet."""
    row = sheet.rows[rows[0]]
    letters = [k for k, cell in enumerate(row[:column]) if cell.upper() == "A"]
    return column - (letters[-1] + 1 if letters else 0)


def _numbered(sheet: Sheet, index: int) -> list[_Block]:
    """A row of column numbers above rows with letters, or above rows that fill a plate; several
    side by side.
    """
    row = sheet.rows[index]
    starts = [k for k, cell in enumerate(row) if _column_number(cell) == 1]
    runs = [(start, _run(row, start)) for start in starts]
    runs = [(start, columns) for start, columns in runs if 2 <= columns <= _MAX_COLUMNS]
    in_runs = {k for start, columns in runs for k in range(start, start + columns)}
    # Another number in the row of column numbers is a gap, or the row is one of readings.
    if not runs or any(_reading(c) for k, c in enumerate(row) if c and k not in in_runs):
        return []
    blocks: list[_Block] = []
    for start, columns in runs:
        corner = row[start - 1] if start else ""
        rows = _rows_with_letters(sheet, index + 1, start - 1) if start else []
        if not rows and len(runs) == 1 and start < 4 and not any(row[start + columns :]):
            size = next((shape[0] for shape in _BARE_SHAPES if shape[1] == columns), 0)
            rows = _following(sheet, index + 1, size)
            if not size or len(rows) != size:
                continue
            if not all(_fits(sheet.rows[at], start, columns) for at in rows):
                continue
        if rows:
            blocks.append((rows, start, columns, corner))
    return blocks


def _run(row: tuple[str, ...], start: int) -> int:
    """Length of the run 1, 2, 3 … of column numbers."""
    columns = 0
    while start + columns < len(row) and _column_number(row[start + columns]) == columns + 1:
        columns += 1
    return columns


def _lettered(sheet: Sheet, index: int) -> _Block | None:
    """Rows that begin with A, B, C … and have as many values as a plate has columns."""
    row = sheet.rows[index]
    at = next((k for k, cell in enumerate(row[:3]) if cell), None)
    if at is None or row[at].upper() != "A":
        return None
    rows = _rows_with_letters(sheet, index, at)
    columns = max((_filled(sheet.rows[r]) - at - 1 for r in rows), default=0)
    if len(rows) < 2 or columns < 2 or _named(sheet, index, at, columns):
        return None
    if (len(rows), columns) not in PLATE_SHAPES.values():
        columns = _before_an_empty_column(sheet, rows, at + 1, columns)
    if columns > _MAX_COLUMNS:
        return None
    if (len(rows), columns) not in PLATE_SHAPES.values() and not all(
        _reading(cell) for r in rows for cell in sheet.rows[r][at + 1 :]
    ):
        return None
    return rows, at + 1, columns, ""


def _before_an_empty_column(sheet: Sheet, rows: list[int], start: int, columns: int) -> int:
    """Columns before the last empty column that leaves the shape of a plate; else all."""
    for last in range(columns - 1, 1, -1):
        column = start + last
        empty = not any("".join(sheet.rows[at][column : column + 1]) for at in rows)
        if empty and (len(rows), last) in PLATE_SHAPES.values():
            return last
    return columns


def _named(sheet: Sheet, index: int, at: int, columns: int) -> bool:
    """Whether the row above names every column: a table of samples A, B, C and not a plate.

    So it is where the row above begins with the same letter: several readings of a sample A.
    """
    letter = sheet.rows[index][at].upper()
    if index and len(sheet.rows[index - 1]) > at and sheet.rows[index - 1][at].upper() == letter:
        return True
    above = next((row for row in reversed(sheet.rows[:index]) if any(row)), ())
    names = above[at : at + columns + 1]
    return len(names) == columns + 1 and all(name and not _reading(name) for name in names)


def _bare(sheet: Sheet, index: int, words: bool) -> _Block | None:
    """Rows of readings without letters and numbers, in number and length those of a plate."""
    columns = _filled(sheet.rows[index])
    size = next((shape[0] for shape in _BARE_SHAPES if shape[1] == columns), None)
    if size is None or (index and _carries_on(sheet.rows[index - 1], columns)):
        return None
    # Column numbers above fewer rows than a plate has are no readings.
    if [_column_number(cell) for cell in sheet.rows[index][:columns]] == [*range(1, columns + 1)]:
        return None
    rows = _following(sheet, index, size)
    after = sheet.rows[rows[-1] + 1] if rows and rows[-1] + 1 < len(sheet.rows) else ()
    if len(rows) != size or _carries_on(after, columns):
        return None
    if not all(
        _filled(sheet.rows[at]) <= columns and (words or _fits(sheet.rows[at], 0, columns))
        for at in rows
    ):
        return None
    return rows, 0, columns, ""


def _carries_on(row: tuple[str, ...], columns: int) -> bool:
    """Whether a row beside a grid is one more of its rows, so that it is a longer table: as wide,
    or readings in most of its columns, with a remark beyond an empty one.
    """
    if _filled(row) == columns:
        return True
    readings = sum(bool(cell) and _reading(cell) for cell in row[:columns])
    return len(row) > columns and not row[columns] and 2 * readings > columns


def _label_at_the_right(sheet: Sheet, rows: list[int], column: int) -> str:
    """The one word, not a reading, that follows the last column in every row; "" if there is none.

    Gen5 writes the name of the reading there.
    """
    after = {tuple(cell for cell in sheet.rows[at][column:] if cell) for at in rows}
    texts = after.pop() if len(after) == 1 else ()
    return texts[0] if len(texts) == 1 and not _reading(texts[0]) else ""


def _check_complete(sheet: Sheet, rows: list[int], offset: int, columns: int) -> None:
    """Refuse a grid with a missing or repeated row, or with a gap in the column numbers."""
    if not offset or sheet.rows[rows[0]][offset - 1].upper() != "A":
        return
    after = _not_blank(sheet, rows[-1] + 1)
    row = sheet.rows[after] if after < len(sheet.rows) else ()
    # After a blank row, a row A begins the next grid.
    letters = _ROW_LETTERS if after == rows[-1] + 1 else _ROW_LETTERS - {"A"}
    if (
        len(row) > offset
        and row[offset - 1].upper() in letters
        and any(_reading(c) and c for c in row[offset:])
    ):
        raise InputError(
            f"row {row[offset - 1].upper()} of the grid follows row {row_letters(len(rows) - 1)}",
            where=sheet.where(after),
            do="Write every row of the plate once, from A on",
        )
    above = sheet.rows[rows[0] - 1] if rows[0] else ()
    numbers = [_column_number(cell) for cell in above[offset : offset + columns] if cell]
    if len(numbers) > 1 and all(numbers) and numbers != list(range(1, len(numbers) + 1)):
        raise InputError(
            "the column numbers of the grid have a gap",
            where=sheet.where(rows[0] - 1),
            allowed="Columns are 1, 2, 3 and so on",
        )


def _rows_with_letters(sheet: Sheet, index: int, at: int) -> list[int]:
    """Rows that begin with A, B, C …; blank rows between them are skipped."""
    rows: list[int] = []
    while (index := _not_blank(sheet, index)) < len(sheet.rows):
        row = sheet.rows[index]
        if len(row) <= at or row[at].upper() != row_letters(len(rows)):
            break
        rows.append(index)
        index += 1
    return rows


def _not_blank(sheet: Sheet, index: int) -> int:
    """Index of the first row with a cell that is not empty, from an index on."""
    while index < len(sheet.rows) and not any(sheet.rows[index]):
        index += 1
    return index


def _following(sheet: Sheet, index: int, count: int) -> list[int]:
    rows = list(range(index, min(index + count, len(sheet.rows))))
    return rows if all(any(sheet.rows[at]) for at in rows) else []


def _fits(row: tuple[str, ...], start: int, columns: int) -> bool:
    return not any(row[:start]) and all(_reading(cell) for cell in row[start : start + columns])


def _reading(cell: str) -> bool:
    return not cell or is_number_like(cell) or is_not_counted(cell)


def _filled(row: tuple[str, ...]) -> int:
    return max((k + 1 for k, cell in enumerate(row) if cell), default=0)


def _column_number(cell: str) -> int:
    match = _COLUMN_NUMBER.fullmatch(cell)
    return int(match[1]) if match else 0
