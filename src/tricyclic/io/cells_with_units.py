"""Numbers that are written with their unit in each cell: "10 nM", "1.00E-09 M", "45 %"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import is_not_counted, is_number_like
from tricyclic.io.headings import count_unit
from tricyclic.numerals import LONGEST_NUMBER, NumberFormat
from tricyclic.units import convert, dimension, known_unit

_CELL = re.compile(
    r"\s*([-+−]?[0-9.,]*[0-9][0-9.,]*(?:[eE][-+−]?[0-9]+)?)\s*([^\s0-9.,].{0,12}?)\s*"
)
# Units that people write into cells; an identifier such as "12 A" has none of them.
_KINDS = ("concentration", "mass concentration", "time")


@dataclass(frozen=True)
class ColumnWithUnit:
    """Numbers of a column, nan where a cell has none, in one unit; `words` are the other cells, by
    their row.
    """

    values: tuple[float, ...]
    unit: str
    words: dict[int, str]


def number_of(cell: str) -> str:
    """The number of a cell with its unit ("10" of "10 nM"); any other cell as it is."""
    return _parts(cell)[0] or cell


def column_with_unit(cells: Sequence[str], decimal: str = ".") -> ColumnWithUnit | None:
    """The numbers of a column whose cells have units, all in the unit of the first one; None where
    no cell has one, or two are of different kinds.

    Parameters
    ----------
    cells : sequence of str
        A number without a unit is in the unit of the first cell with one only if it is 0.
    decimal : str
        Decimal mark of the numbers.
    """
    read = [_parts(cell) for cell in cells]
    units = [unit for _, unit in read if unit]
    if not units or len({_kind(unit) for unit in units}) > 1:
        return None
    numbers = NumberFormat(decimal)
    values: list[float] = []
    words: dict[int, str] = {}
    for row, (cell, (number, unit)) in enumerate(zip(cells, read, strict=True)):
        value = numbers.read(number or cell)
        if value is None or (not unit and value):
            value = math.nan
            if cell and not is_not_counted(cell):
                words[row] = cell
        elif unit:
            value = float(f"{convert(value, unit, units[0]):.12g}")
        values.append(value)
    return ColumnWithUnit(tuple(values), units[0], words)


@lru_cache(maxsize=4096)
def _parts(cell: str) -> tuple[str, str]:
    """Number and unit of a cell; both empty where it is something else."""
    match = (
        _CELL.fullmatch(cell) if len(cell) <= LONGEST_NUMBER and not is_number_like(cell) else None
    )
    if not match:
        return "", ""
    unit = count_unit(match[2])
    if not unit:
        try:
            unit = known_unit(match[2])
            if unit != "%" and dimension(unit) not in _KINDS:
                return "", ""
        except InputError:
            return "", ""
    return match[1], unit


def _kind(unit: str) -> str:
    return unit if unit == "%" else dimension(unit)
