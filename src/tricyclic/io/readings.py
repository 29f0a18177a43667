"""Plates of files with several readings (wavelengths, times, channels) of one or more plates.

A plate is named by what differs between the readings of its file, and `Plate.reading_of` is the
same for all readings of one plate, so that none of them is taken for a plate of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tricyclic.core.plate import PLATE_SHAPES, Plate, row_letters, well_position
from tricyclic.errors import InputError
from tricyclic.io.base import ReadOptions
from tricyclic.io.delimited_text import Sheet
from tricyclic.io.plates import CellReading, instrument_reading, make_plate, with_own_names

Position = tuple[int, int]
# Cells of the sheet by position on the plate: the text and the index of the sheet's row.
Cells = Mapping[Position, tuple[str, int]]


@dataclass(frozen=True)
class PlateReading:
    """One reading of one plate.

    Parameters
    ----------
    plate : str
        Name of the plate in the file; readings with the same name are of the same plate.
    parts : tuple of str
        What distinguishes the reading: its label, then the time or wavelength. As many for every
        reading of a file.
    wells : mapping of (row, column) to CellReading
        Rows and columns from 0.
    unit : str
        Unit in the file; "" if there is none.
    size : int or None
        Number of wells of the plate, if the file states it.
    notes : tuple of str
        Decisions of the reader about this reading.
    """

    plate: str
    parts: tuple[str, ...]
    wells: Mapping[Position, CellReading]
    unit: str = ""
    size: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The parts as one text."""
        return " ".join(part for part in self.parts if part)


def plates_of_readings(
    readings: Sequence[PlateReading],
    stem: str,
    options: ReadOptions,
    *,
    notes: Sequence[str] = (),
    unused: Sequence[str] = (),
) -> tuple[Plate, ...]:
    """One plate for each reading, in the order of the file.

    Parameters
    ----------
    readings : sequence of PlateReading
        A reading without wells is named as not used.
    stem : str
        Name of the file without suffix.
    options : ReadOptions
        What the user specified.
    notes, unused : sequence of str
        Of every plate.

    Raises
    ------
    InputError
        If no reading has a well, or a plate cannot be made of one (`make_plate`).
    """
    filled = [one for one in readings if one.wells]
    empty = [one for one in readings if not one.wells]
    if not filled:
        raise InputError("contains no readings", do="Export the raw data of the plate")
    unused = [*unused, *(f"reading '{one.label}', which is empty" for one in empty)]
    several_plates = len({one.plate for one in filled}) > 1
    differ = [
        len({one.parts[k] for one in filled}) > 1
        for k in range(min(len(one.parts) for one in filled))
    ]
    number = Counter(one.plate for one in filled)
    plates: list[Plate] = []
    for one in filled:
        shown = [part for part, shows in zip(one.parts, differ, strict=False) if shows and part]
        plate = make_plate(
            " ".join([stem, *([one.plate] if several_plates and one.plate else []), *shown]),
            one.wells,
            shape=PLATE_SHAPES[one.size] if one.size and options.plate_size is None else None,
            unit=one.unit,
            options=options,
            notes=(*notes, *one.notes, *([f"reading '{one.label}'"] if one.label else [])),
            unused=unused,
        )
        same = (
            (f"plate '{one.plate}'" if one.plate else "one plate") if number[one.plate] > 1 else ""
        )
        several = number[one.plate] > 1
        plates.append(
            replace(
                plate,
                reading_of=same if several else "",
                reading=" ".join(shown) or one.label if several else "",
            )
        )
    return tuple(with_own_names(plates))


@dataclass(frozen=True)
class LetteredGrid:
    """A grid under column numbers with row letters, of which rows and columns may be left out.

    Parameters
    ----------
    sheet : Sheet
        Sheet with the grid.
    header : int
        Index of the row of column numbers.
    last : int
        Index of the last row.
    corner : str
        Text above the row letters.
    cells : mapping of (row, column) to (text, index of the sheet's row)
        Cells that are not empty.
    rows, columns : tuple of int
        Rows and columns of the plate, from 0.
    beside : tuple of str
        Texts in these rows outside of the grid.
    """

    sheet: Sheet
    header: int
    last: int
    corner: str
    cells: Cells = field(repr=False)
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def size(self) -> int | None:
        """Number of wells of a plate with these columns, if the rows fit; else None."""
        return size_of(self.rows, self.columns)


def lettered_grids(sheet: Sheet) -> tuple[LetteredGrid, ...]:
    """Grids of a table from top to bottom, with row letters that may have gaps.

    Unlike `io.grids.find_grids`, for files of one instrument, whose layout is known.
    """
    return tuple(_lettered_grids(sheet))


def _lettered_grids(sheet: Sheet) -> Iterator[LetteredGrid]:
    index = 0
    while index < len(sheet.rows):
        columns = column_numbers(sheet.rows[index])
        grid = _grid(sheet, index, columns) if columns else None
        if grid is None:
            index += 1
            continue
        yield grid
        index = grid.last + 1


def end_notes(sheet: Sheet, cells: Cells, size: int | None) -> tuple[str, ...]:
    """A note where a file ends with a grid that has fewer rows than the plate.

    Parameters
    ----------
    sheet : Sheet
        The whole file.
    cells : mapping of (row, column) to (text, index of the sheet's row)
        Those of the grid.
    size : int or None
        Number of wells of the plate.
    """
    if size is None or not cells:
        return ()
    end = next(k for k in range(len(sheet.rows) - 1, -1, -1) if any(sheet.rows[k]))
    last = max(at for _, at in cells.values())
    row = max(row for row, _ in cells)
    rows = PLATE_SHAPES[size][0]
    if last != end or row + 1 == rows:
        return ()
    return (
        (
            f"the file ends with row {row_letters(row)} of a plate of {rows} rows; export it "
            "again if it was cut off"
        ),
    )


def column_numbers(row: Sequence[str]) -> dict[int, int]:
    """Cell -> column from 0, of the first two or more rising numbers after a first cell."""
    columns: dict[int, int] = {}
    for k, cell in enumerate(row):
        if re.fullmatch(r"0*[1-9][0-9]?(?:\.0)?", cell):
            number = int(float(cell)) - 1
            if columns and (number <= max(columns.values()) or k != max(columns) + 1):
                break
            columns[k] = number
        elif columns:
            break
        elif k > _FIRST_COLUMNS:
            return {}
    return columns if len(columns) > 1 and min(columns) > 0 else {}


# A grid begins in one of the first cells of its rows.
_FIRST_COLUMNS = 4


def _grid(sheet: Sheet, header: int, columns: dict[int, int]) -> LetteredGrid | None:
    at = min(columns) - 1
    cells: dict[Position, tuple[str, int]] = {}
    rows: list[int] = []
    beside = _beside(sheet.rows[header], at, columns)
    index = header + 1
    while index < len(sheet.rows):
        row = sheet.rows[index]
        number = row_number(row[at]) if at < len(row) and row[at] else None
        if number is None or (rows and number <= rows[-1]):
            break
        rows.append(number)
        beside += _beside(row, at, columns)
        for k, column in columns.items():
            if k < len(row) and row[k]:
                cells[number, column] = (row[k], index)
        index += 1
    if not rows:
        return None
    return LetteredGrid(
        sheet,
        header,
        index - 1,
        sheet.rows[header][at],
        cells,
        tuple(rows),
        tuple(columns.values()),
        tuple(beside),
    )


def _beside(row: Sequence[str], at: int, columns: Mapping[int, int]) -> list[str]:
    return [cell for k, cell in enumerate(row) if cell and k != at and k not in columns]


def row_number(letter: str) -> int | None:
    """Row from 0 of its letters ("A" is 0, "AF" is 31); None if they are not those of a row."""
    position = position_of(f"{letter}1") if letter.isalpha() else None
    return position[0] if position else None


def position_of(well: str) -> Position | None:
    """Row and column, from 0, of the name of a well; None if the text is not one."""
    try:
        return well_position(well) if well[:1].isalpha() and well[-1:].isdigit() else None
    except InputError:
        return None


def read_cells(cells: Cells, sheet: Sheet) -> dict[Position, CellReading]:
    """The readings of cells; empty ones are left out.

    Raises
    ------
    InputError
        If a cell is not a reading.
    """
    wells: dict[Position, CellReading] = {}
    for (row, column), (text, at) in cells.items():
        where = f"{sheet.where(at)}, well {row_letters(row)}{column + 1:02d}"
        one = instrument_reading(text, sheet, where)
        if one is not None:
            wells[row, column] = one
    return wells


def with_decimal_mark_of(sheet: Sheet, cells: Sequence[Cells]) -> Sheet:
    """The sheet with the decimal mark that its readings have; other texts may have another.

    Raises
    ------
    InputError
        If the readings can be read in two ways.
    """
    if sheet.decimal is not None:
        return sheet
    rows: dict[int, list[str]] = {}
    for one in cells:
        for text, at in one.values():
            rows.setdefault(at, []).append(text)
    kept = tuple(sorted(rows))
    only = Sheet(
        tuple(tuple(rows[at]) for at in kept),
        tuple(sheet.lines[at] for at in kept),
        sheet.name,
        sheet.delimiter,
    )
    return replace(sheet, decimal=only.numbers.decimal)


def size_of(rows: Sequence[int], columns: Sequence[int]) -> int | None:
    """Size of the plate whose columns are filled and whose rows contain these; else None."""
    if not rows or not columns:
        return None
    for size, (most_rows, most_columns) in PLATE_SHAPES.items():
        if max(columns) + 1 == most_columns and max(rows) < most_rows:
            return size
    return None
