"""Build plates from cells of readings; shared by the readers of plate files.

Every well is read once, counts are not negative, and the size of the plate is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tricyclic.core.formulas import formula_error, is_formula
from tricyclic.core.plate import (
    PLATE_SHAPES,
    Plate,
    SheetHeadings,
    Well,
    in_row_order,
    plate_size,
    row_letters,
    well_position,
)
from tricyclic.core.plate_layout import negative_counts
from tricyclic.errors import InputError
from tricyclic.io.base import ReadOptions
from tricyclic.io.delimited_text import (
    Sheet,
    is_not_counted,
    shortened,
)
from tricyclic.io.headings import agreed_counting_time, agreed_unit, count_unit
from tricyclic.numerals import LONGEST_NUMBER, digits_advice

MAX_REMARKS = 12

_SATURATED = re.compile(r"(over(flow)?|ovrflw|sat(urated)?|>\s*[0-9.,]+|#{3,})", re.IGNORECASE)
# Errors of a spreadsheet: "#DIV/0!", "#REF!".
_SHEET_ERROR = re.compile(r"#[A-Z/0-9]{2,8}[!?]?")
# Words: no digit at all, or words of letters beside the digits ("see note 2"), which begin. A slip
# of the pen in a number ("1O23", "l234", "1443.8x") is neither.
_WORDS = re.compile(r"[^0-9]+|[^\W0-9_]{3,}[\s,;:(].*", re.DOTALL)
_LONGEST_MARK = 20
# Smaller numbers in the name of a plate may be anything else.
_SMALLEST_NAMED = 96
_BEYOND = re.compile(r"[<>≤≥]\s*[-+0-9.,eE]{1,30}")
_MASKED = re.compile(r"[*(\[]\s*([-+0-9.,eE]{1,30})\s*[*)\]]")
_MARKED = re.compile(r"([-+]?[0-9.,\s'’]*[0-9](?:[eE][-+]?[0-9]+)?)\s*([*#!?]+)")


@dataclass(frozen=True)
class CellReading:
    """One cell: its value (nan if not counted), the flag of the instrument, and its location.

    `remark` is the text of a cell that has words instead of a number.
    """

    value: float
    flag: str = ""
    where: str = ""
    time_min: float | None = None
    group: str = ""
    remark: str = ""


def cell_reading(cell: str, sheet: Sheet, where: str) -> CellReading | None:
    """Read one cell; None if it is empty, not counted with a remark if it has words.

    Raises
    ------
    InputError
        If the cell is a damaged number.
    """
    text = cell.strip()
    if not text:
        return None
    if is_formula(text):
        raise formula_error(text, where)
    if is_not_counted(text):
        return CellReading(float("nan"), where=where)
    if _SATURATED.fullmatch(text):
        return CellReading(float("nan"), flag=shortened(text), where=where)
    marked = _MARKED.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if marked and sheet.numbers.read(text) is None:
        return CellReading(sheet.number(marked[1], where), flag=marked[2], where=where)
    if _SHEET_ERROR.fullmatch(text) or (_WORDS.fullmatch(text) and not digits_advice(text)):
        return CellReading(float("nan"), flag=shortened(text), where=where, remark=shortened(text))
    return CellReading(sheet.number(text, where), where=where)


def instrument_reading(cell: str, sheet: Sheet, where: str) -> CellReading | None:
    """Read one cell of an instrument's export, whose marks of missing readings vary.

    A short text without digits (???, Masked, #Sat) or a value beyond a limit (>4.5, <0) is a well
    without a reading, whose flag is that text; `*0.356*` is a reading that was masked.

    Raises
    ------
    InputError
        If the cell is not a reading.
    """
    text = cell.strip()
    if not text or is_not_counted(text) or is_formula(text):
        return cell_reading(text, sheet, where)
    if len(text) <= _LONGEST_MARK and not any(character.isdigit() for character in text):
        return CellReading(float("nan"), flag=shortened(text), where=where)
    if _BEYOND.fullmatch(text):
        return CellReading(float("nan"), flag=shortened(text), where=where)
    masked = _MASKED.fullmatch(text)
    if masked:
        return CellReading(sheet.number(masked[1], where), flag="masked", where=where)
    return cell_reading(text, sheet, where)


def make_plate(
    name: str,
    readings: Mapping[tuple[int, int], CellReading],
    *,
    shape: tuple[int, int] | None,
    unit: str,
    options: ReadOptions,
    counting_time_min: float | None = None,
    notes: Sequence[str] = (),
    unused: Sequence[str] = (),
    headings: SheetHeadings | None = None,
) -> Plate:
    """Make a plate of its readings.

    Parameters
    ----------
    name : str
        Name of the plate.
    readings : mapping of (row, column) to CellReading
        Rows and columns from 0.
    shape : (int, int) or None
        Rows and columns of the grid in the file; None for a list.
    unit : str
        Unit in the file; "" if there is none.
    options : ReadOptions
        What the user specified.
    counting_time_min : float, optional
        Counting time in the file [min].
    notes : sequence of str
        Decisions of the reader.
    unused : sequence of str
        Parts of the file that are not read.
    headings : SheetHeadings, optional
        Headings and lists around the plate.

    Raises
    ------
    InputError
        If there are no readings, a well is outside the plate, counts are negative, or the user's
        unit or counting time differs from that of the file.
    """
    if not readings:
        raise InputError("contains no readings", where=name)
    notes = [*notes]
    size, note = _size(readings, shape, options.plate_size)
    notes += [note] if note else []
    rows, columns = PLATE_SHAPES[size]
    for (row, column), reading in readings.items():
        if row >= rows or column >= columns:
            raise InputError(
                f"well {row_letters(row)}{column + 1:02d} is outside of a plate of {size} wells",
                where=reading.where,
                allowed=f"Rows A to {row_letters(rows - 1)}, columns 1 to {columns}",
            )
    wells = in_row_order(
        Well(
            f"{row_letters(row)}{column + 1:02d}",
            reading.value,
            flag=reading.flag,
            time_min=reading.time_min,
            group=reading.group,
        )
        for (row, column), reading in readings.items()
    )
    missing = sum(1 for well in wells if not well.counted)
    notes += [f"not counted: {missing} of {len(wells)} wells"] if missing else []
    notes += _remarks(readings)
    plate = Plate(
        name=name,
        size=size,
        wells=wells,
        unit=agreed_unit([unit], options.unit, name),
        counting_time_min=agreed_counting_time(counting_time_min, options.counting_time_min, name),
        notes=tuple(notes),
        unused=tuple(unused),
        headings=headings or SheetHeadings(),
    )
    if not options.keep_negative:
        negative_counts(plate)
    return plate


def _remarks(readings: Mapping[tuple[int, int], CellReading]) -> list[str]:
    """One note that names the wells with words instead of a number."""
    named = [
        f"{row_letters(row)}{column + 1:02d} '{reading.remark}'"
        for (row, column), reading in sorted(readings.items())
        if reading.remark
    ]
    listed = ", ".join(named[:MAX_REMARKS]) + (", …" if len(named) > MAX_REMARKS else "")
    return [f"text instead of a reading, read as missing: {listed}"] if named else []


def columns_of(names: Sequence[str], columns: Sequence[int], wanted: str | None) -> list[int]:
    """Of some columns those whose name or unit is wanted: "CPMB", or "dpm" for DPM1 and DPM2.

    Parameters
    ----------
    names : sequence of str
        Names of all columns.
    columns : sequence of int
        Positions of the columns of readings.
    wanted : str or None
        What the user specified as unit.
    """
    if wanted is None:
        return []
    named = [k for k in columns if names[k].lower() == wanted.strip().lower()]
    unit = count_unit(wanted) or wanted
    return named or [k for k in columns if count_unit(names[k]) == unit]


def without_column_name(options: ReadOptions, name: str) -> ReadOptions:
    """The options with the unit of the column that was chosen by its name."""
    if options.unit is not None and options.unit.strip().lower() == name.lower():
        return replace(options, unit=count_unit(name) or None)
    return options


def with_own_names(plates: Sequence[Plate]) -> Iterator[Plate]:
    """Plates whose names differ; a number follows a name that is there already."""
    taken: set[str] = set()
    for number, plate in enumerate(plates, 1):
        name = plate.name if plate.name not in taken else f"{plate.name} ({number})"
        taken.add(name)
        yield replace(plate, name=name)


def plate_size_in_text(text: str) -> int | None:
    """Number of wells in the name of a plate ("96 WELL PLATE", "Nunc 384 flat"); None if none."""
    sizes = {int(word) for word in re.findall(r"(?<![0-9])[0-9]{1,4}(?![0-9])", text)}
    known = sizes & {size for size in PLATE_SHAPES if size >= _SMALLEST_NAMED}
    if known:
        return known.pop() if len(known) == 1 else None
    wells = re.search(r"(?<![0-9])([0-9]{1,2})[- ]?wells?\b", text, re.IGNORECASE)
    return int(wells[1]) if wells and int(wells[1]) in PLATE_SHAPES else None


def wells_in_order(
    readings: Sequence[CellReading], options: ReadOptions
) -> tuple[dict[tuple[int, int], CellReading], ...]:
    """Assign vials in the order counted to wells, row by row; plates have 96 wells by default."""
    rows, columns = PLATE_SHAPES.get(options.plate_size or 96, PLATE_SHAPES[96])
    full = rows * columns
    return tuple(
        {
            divmod(position, columns): reading
            for position, reading in enumerate(readings[start : start + full])
        }
        for start in range(0, len(readings), full)
    )


def add_reading(
    readings: dict[tuple[int, int], CellReading], well: str, reading: CellReading
) -> None:
    """Add the reading of a well.

    Raises
    ------
    InputError
        If there is no such well, or it has a reading already.
    """
    try:
        position = well_position(well)
    except InputError as error:
        raise error.at(reading.where) from error
    if position in readings:
        raise InputError(
            f"well {row_letters(position[0])}{position[1] + 1:02d} appears twice "
            f"(first on {readings[position].where})",
            where=reading.where,
            do="Keep one reading of each well, or add a column 'plate'",
        )
    readings[position] = reading


def _size(
    readings: Mapping[tuple[int, int], CellReading],
    shape: tuple[int, int] | None,
    wanted: int | None,
) -> tuple[int, str]:
    if wanted is not None:
        if wanted not in PLATE_SHAPES:
            raise InputError(f"there is no plate of {wanted} wells", allowed=_sizes())
        return wanted, ""
    for size, known in PLATE_SHAPES.items():
        if shape == known or (
            shape is None
            and len(readings) == size
            and all(r < known[0] and c < known[1] for r, c in readings)
        ):
            return size, ""
    rows = max(shape[0] if shape else 0, 1 + max(row for row, _ in readings))
    columns = max(shape[1] if shape else 0, 1 + max(column for _, column in readings))
    # Part of a plate: 96 wells are the most common size, so they are tried first.
    corner = (rows - 1, columns - 1)
    if part := plate_size({(0, 0), corner}):
        return (
            part,
            (
                f"the file contains part of a plate, read as {part} wells; "
                "another plate size can be set"
            ),
        )
    raise InputError(
        f"well {row_letters(rows - 1)}{columns:02d} is outside of every plate",
        allowed=_sizes(),
    )


def _sizes() -> str:
    *smaller, largest = (str(size) for size in PLATE_SHAPES)
    return f"Plates have {', '.join(smaller)} or {largest} wells"
