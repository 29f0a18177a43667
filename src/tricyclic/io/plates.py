"""From the cells that a reader found to a Plate: each well once, no negative counts, the size stated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tricyclic.core.plate import (
    PLATE_SHAPES,
    Plate,
    Well,
    in_row_order,
    row_letters,
    well_position,
)
from tricyclic.core.plate_layout import negative_counts
from tricyclic.errors import InputError
from tricyclic.io.base import Options
from tricyclic.io.delimited_text import (
    LONGEST_NUMBER,
    NOT_COUNTED,
    Sheet,
    is_not_counted,
    shortened,
)
from tricyclic.io.stated import agreed_counting_time, agreed_unit

_SATURATED = re.compile(r"(over(flow)?|ovrflw|sat(urated)?|>\s*[\d.,]+|#{3,})", re.IGNORECASE)
_MARKED = re.compile(r"([-+]?[\d.,\s'’]*\d(?:[eE][-+]?\d+)?)\s*([*#!?]+)")


@dataclass(frozen=True)
class Found:
    """What stood in one cell: a value (nan where it was not counted), the instrument's remark, and the place."""

    value: float
    flag: str = ""
    where: str = ""
    time_min: float | None = None
    group: str = ""


def found_in(cell: str, sheet: Sheet, where: str) -> Found | None:
    """Read one cell of readings; None where it is empty.

    Raises
    ------
    InputError
        If it holds something that is no reading.
    """
    text = cell.strip()
    if not text:
        return None
    if is_not_counted(text):
        return Found(float("nan"), where=where)
    if _SATURATED.fullmatch(text):
        return Found(float("nan"), flag=shortened(text), where=where)
    marked = _MARKED.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if marked and sheet.numbers.read(text) is None:
        return Found(sheet.number(marked[1], where), flag=marked[2], where=where)
    try:
        return Found(sheet.number(text, where), where=where)
    except InputError as error:
        if error.allowed or any(character.isdigit() for character in text):
            raise
        raise InputError(
            error.found,
            where=where,
            allowed=f"A well that was not counted is empty or holds one of {_marks()}",
        ) from error


def make_plate(
    name: str,
    found: Mapping[tuple[int, int], Found],
    *,
    shape: tuple[int, int] | None,
    unit: str,
    options: Options,
    counting_time_min: float | None = None,
    notes: Sequence[str] = (),
) -> Plate:
    """Make a Plate of the wells found.

    Parameters
    ----------
    name : str
        What the plate is called.
    found : mapping of (row, column) to Found
        From 0.
    shape : (int, int) or None
        Rows and columns of the grid where the file shows them; None for a list.
    unit : str
        As the file states it; "" where it states none.
    options : Options
        What the user stated.
    counting_time_min : float, optional
        As the file states it [min].
    notes : sequence of str
        What was decided on the way.

    Raises
    ------
    InputError
        If nothing was counted, a well lies outside the plate, counts are negative, or user and file differ.
    """
    if not found:
        raise InputError("holds no readings", where=name)
    notes = [*notes]
    size, note = _size(found, shape, options.plate_size)
    notes += [note] if note else []
    rows, columns = PLATE_SHAPES[size]
    for (row, column), reading in found.items():
        if row >= rows or column >= columns:
            raise InputError(
                f"well {row_letters(row)}{column + 1:02d} is outside a plate of {size} wells",
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
        for (row, column), reading in found.items()
    )
    missing = sum(1 for well in wells if not well.counted)
    notes += [f"not counted: {missing} of {len(wells)} wells"] if missing else []
    plate = Plate(
        name=name,
        size=size,
        wells=wells,
        unit=agreed_unit([unit], options.unit, name),
        counting_time_min=agreed_counting_time(counting_time_min, options.counting_time_min, name),
        notes=tuple(notes),
    )
    if not options.keep_negative:
        negative_counts(plate)
    return plate


def wells_in_order(
    readings: Sequence[Found], options: Options
) -> tuple[dict[tuple[int, int], Found], ...]:
    """Give vials in the order counted the places of wells, row by row, on plates of 96 (or the size given)."""
    rows, columns = PLATE_SHAPES.get(options.plate_size or 96, PLATE_SHAPES[96])
    full = rows * columns
    return tuple(
        {
            divmod(position, columns): reading
            for position, reading in enumerate(readings[start : start + full])
        }
        for start in range(0, len(readings), full)
    )


def put(found: dict[tuple[int, int], Found], name: str, reading: Found) -> None:
    """Add a reading under the name of its well.

    Raises
    ------
    InputError
        If the name is no well, or the well has a reading already.
    """
    try:
        position = well_position(name)
    except InputError as error:
        raise error.at(reading.where) from error
    if position in found:
        raise InputError(
            f"well {row_letters(position[0])}{position[1] + 1:02d} appears twice (first on {found[position].where})",
            where=reading.where,
            do="Keep one reading of each well, or name the plate of each in a column 'plate'",
        )
    found[position] = reading


def _size(
    found: Mapping[tuple[int, int], Found], shape: tuple[int, int] | None, wanted: int | None
) -> tuple[int, str]:
    if wanted is not None:
        if wanted not in PLATE_SHAPES:
            sizes = ", ".join(str(size) for size in PLATE_SHAPES)
            raise InputError(f"a plate of {wanted} wells", allowed=f"Plates have {sizes} wells")
        return wanted, ""
    for size, known in PLATE_SHAPES.items():
        if shape == known or (
            shape is None
            and len(found) == size
            and all(r < known[0] and c < known[1] for r, c in found)
        ):
            return size, ""
    rows = max(shape[0] if shape else 0, 1 + max(row for row, _ in found))
    columns = max(shape[1] if shape else 0, 1 + max(column for _, column in found))
    # Part of a plate: 96 is the commonest, so it is taken first and said.
    for size in (96, 384):
        if rows <= PLATE_SHAPES[size][0] and columns <= PLATE_SHAPES[size][1]:
            return (
                size,
                f"the file shows part of a plate; taken as {size} wells (plate_size states another)",
            )
    raise InputError(
        f"well {row_letters(rows - 1)}{columns:02d} is outside any plate that tricyclic knows",
        allowed="Plates have 24, 96 or 384 wells",
    )


def _marks() -> str:
    return ", ".join(sorted(mark for mark in NOT_COUNTED if mark.isascii()))
