"""Wells by name: "A1:C3, D5", "column 3", "rows B-D"; and dilution series along them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal

from tricyclic.core.plate import PLATE_SHAPES, row_letters, well_position
from tricyclic.errors import InputError
from tricyclic.numerals import is_whole_number

Direction = Literal["down", "across"]
# Enough to name every well of 1536 by itself.
MAX_WELLS_TEXT = 10_000
_WHOLE = re.compile(
    r"(col(?:umn)?s?|rows?)\s+([A-Za-z]{1,2}|[0-9]{1,2})(?:\s*[-–:]\s*([A-Za-z]{1,2}|[0-9]{1,2}))?",
    re.IGNORECASE,
)


def dilution_series(top: float, dilution: float, points: int) -> tuple[float, ...]:
    """Concentrations from the top down, each divided by the dilution; decimal steps stay exact."""
    first, step = Fraction(repr(top)), Fraction(repr(dilution))
    return tuple(float(first / step**k) for k in range(points))


def wells_named(text: str, size: int, *, direction: Direction = "across") -> tuple[str, ...]:
    """Names of the wells of a text such as "A1:C3, D5", "column 3" or "rows B-D".

    Parameters
    ----------
    text : str
        Parts, separated by commas.
    size : int
        Wells of the plate.
    direction : str
        "across": row by row; "down": column by column, within each part.

    Raises
    ------
    InputError
        If a part means no wells of such a plate, or a well is named twice.
    """
    if len(text) > MAX_WELLS_TEXT:
        raise InputError(
            f"'{text[:40]}…' is too long for a list of wells",
            allowed=f"At most {MAX_WELLS_TEXT} characters",
        )
    names: list[str] = []
    for part in (piece.strip() for piece in re.split(r"[,;]", text)):
        if part:
            names += _rectangle(*_corners(part, size), direction)
    if not names:
        raise InputError(
            f"'{text}' names no wells",
            allowed='Wells are named like "A1:C3", "A1, B2", "column 3" or "row B"',
        )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"well {twice} is named twice in '{text}'")
    return tuple(names)


def _corners(part: str, size: int) -> tuple[tuple[int, int], tuple[int, int]]:
    rows, columns = PLATE_SHAPES[size]
    whole = _WHOLE.fullmatch(part)
    if whole:
        is_row = whole[1].lower().startswith("row")
        if any(end is not None and is_whole_number(end) == is_row for end in whole.groups()[1:]):
            raise InputError(
                f"'{part}' names no wells", allowed="Rows have letters, columns numbers"
            )
        ends = [
            well_position(f"{end}1" if is_row else f"A{end}") for end in whole.groups()[1:] if end
        ]
        first, last = (ends[0][0], 0), (ends[-1][0], columns - 1)
        if not is_row:
            first, last = (0, ends[0][1]), (rows - 1, ends[-1][1])
    else:
        ends = [well_position(end) for end in re.split(r"\s*[:–-]\s*", part, maxsplit=1)]
        first, last = ends[0], ends[-1]
    low, high = (
        (min(first[0], last[0]), min(first[1], last[1])),
        (max(first[0], last[0]), max(first[1], last[1])),
    )
    if high[0] >= rows or high[1] >= columns:
        raise InputError(
            f"'{part}' is outside a plate of {size} wells",
            allowed=f"Rows A to {row_letters(rows - 1)}, columns 1 to {columns}",
        )
    return low, high


def _rectangle(low: tuple[int, int], high: tuple[int, int], direction: Direction) -> list[str]:
    rows, columns = range(low[0], high[0] + 1), range(low[1], high[1] + 1)
    places = (
        [(r, c) for r in rows for c in columns]
        if direction == "across"
        else [(r, c) for c in columns for r in rows]
    )
    return [f"{row_letters(r)}{c + 1:02d}" for r, c in places]
