"""Tables with doses across and compounds or roles down, as in many workbooks: turned, so that they
have a column of doses and a column for each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tricyclic.core.concentrations import is_dose_unit
from tricyclic.io.cells_with_units import column_with_unit, number_of
from tricyclic.io.delimited_text import Sheet, is_number_like
from tricyclic.io.headings import unit_in_column_name
from tricyclic.numerals import NumberFormat, column_mark

_LEAST_DOSES = 3
_DOSES = "concentration"


@dataclass(frozen=True)
class TurnedSheet(Sheet):
    """A sheet of which some rows are columns of the file; `is_column` states which."""

    is_column: tuple[bool, ...] = ()

    def where(self, index: int) -> str:
        """Location of a row: a row or a column of the file."""
        if not self.is_column[index]:
            return super().where(index)
        sheet = f"sheet '{self.name}', " if self.name else ""
        return f"{sheet}column {self.lines[index]}"


def turned(sheet: Sheet) -> Sheet:
    """A sheet with its doses down, where they are across; another sheet as it is.

    The row of doses begins with a unit of a dose ("nM", "conc (uM)") and has three or more numbers,
    or has the unit in each of its cells ("10 nM"); the rows below have a name, or none for a
    further replicate, and numbers.
    """
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    is_column: list[bool] = []
    at = 0
    while at < len(sheet.rows):
        height = _height(sheet, at) if _is_doses(sheet, at) else 0
        if not height:
            rows.append(sheet.rows[at])
            lines.append(sheet.lines[at])
            is_column.append(False)
            at += 1
            continue
        block = sheet.rows[at : at + height]
        left = next(k for k, cell in enumerate(block[0]) if cell)
        if _have_units(block[0][left + 1 :]):
            # "Compound" names the rows, which are columns now, not the doses.
            own = (*block[0][:left], _DOSES, *block[0][left + 1 :])
            block = (own, *block[1:])
        for k in range(left, len(block[0])):
            column = tuple(row[k] if k < len(row) else "" for row in block)
            if any(column):
                rows.append(column)
                lines.append(k + 1)
                is_column.append(True)
        at += height
    if not any(is_column):
        return sheet
    return TurnedSheet(
        rows=tuple(rows),
        lines=tuple(lines),
        name=sheet.name,
        delimiter=sheet.delimiter,
        decimal=sheet.decimal,
        notes=(*sheet.notes, "columns are rows of the file, whose doses are across"),
        remarks=sheet.remarks,
        is_column=tuple(is_column),
    )


def _height(sheet: Sheet, first: int) -> int:
    """Rows of a table whose doses are across, with that of the doses; 0 where it is none."""
    left = next(k for k, cell in enumerate(sheet.rows[first]) if cell)
    width = len(sheet.rows[first])
    at = first + 1
    while at < len(sheet.rows):
        name, *cells = (*sheet.rows[at][left:width], "")
        if is_number_like(name) or any(sheet.rows[at][:left]) or any(sheet.rows[at][width:]):
            return 0
        if not any(is_number_like(cell) for cell in cells):
            break
        at += 1
    return at - first if at - first > 1 else 0


def _is_doses(sheet: Sheet, at: int) -> bool:
    """Whether a row has doses: a text with a unit of a dose, then numbers in order."""
    cells = [cell for cell in sheet.rows[at] if cell]
    if not is_number_like(number_of(next(iter(cells), "0"))) and _have_units(cells[1:]):
        return True
    if len(cells) < 1 + _LEAST_DOSES or is_number_like(number_of(cells[0])):
        return False
    unit = unit_in_column_name(cells[0])
    plain = cells[0].strip(" []():")
    if not (is_dose_unit(unit) or is_dose_unit(plain) or plain.lower() in ("log m", "log[m]")):
        return False
    if not all(is_number_like(cell) for cell in cells[1:]):
        return False
    above = sheet.rows[at - 1] if at else ()
    # 1, 2, 3 below names are replicates.
    counted = [str(k) for k in range(1, len(cells))]
    if cells[1:] == counted and sum(map(bool, above)) > 1:
        return False
    decimal = "," if any("," in cell for cell in cells[1:]) else "."
    return _are_in_order([NumberFormat(decimal).read(cell) or 0.0 for cell in cells[1:]])


def _have_units(row: Sequence[str]) -> bool:
    """Whether three or more cells of a row, and no others, are doses with their unit, in order."""
    cells = [cell for cell in row if cell]
    if len(cells) < _LEAST_DOSES or any(is_number_like(cell) and cell != "0" for cell in cells):
        return False
    read = column_with_unit(cells, column_mark(map(number_of, cells)) or ".")
    return (
        read is not None
        and not read.words
        and is_dose_unit(read.unit)
        and _are_in_order(read.values)
    )


def _are_in_order(numbers: Sequence[float]) -> bool:
    rising = sum(b > a for a, b in pairwise(numbers))
    falling = sum(b < a for a, b in pairwise(numbers))
    return not (rising and falling)
