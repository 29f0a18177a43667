"""Text of a counter of the MicroBeta or TopCount type, with a list of wells, grids, or both.

`-` is a well that was not counted, not a zero. If the file contains a plate as a list and as a
grid, the two must agree in every well.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from tricyclic.core.plate import Plate, row_letters
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, shortened, text_sheet
from tricyclic.io.grids import find_grids
from tricyclic.io.headings import count_unit
from tricyclic.io.plates import (
    CellReading,
    add_reading,
    cell_reading,
    columns_of,
    make_plate,
    without_column_name,
)

_Wells = dict[tuple[int, int], CellReading]
_PLATE = re.compile(r"plate\s+(\S{1,24})", re.IGNORECASE)
_TOTAL = re.compile(r"total count rate:\s*([0-9.,]+)\s*(\w+)?", re.IGNORECASE)


@dataclass(frozen=True)
class _Counted:
    """One plate of the list or of the grids: quantity, wells, shape of the grid, and name."""

    quantity: str
    wells: _Wells
    shape: tuple[int, int] | None = None
    label: str = ""
    total: float | None = None


def sniff(raw: RawFile) -> float:
    """Whether the file has the headings of such a counter."""
    text = raw.text[:200_000]
    headings = sum(
        1
        for word in ("RUN INFORMATION:", "COLUMNS:", "PLATES:")
        if re.search(rf"^\s*{word}", text, re.MULTILINE)
    )
    return (
        1.0
        if headings >= 2 or (headings and re.search(r"^\s*End of plate", text, re.MULTILINE))
        else 0.0
    )


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per plate of the file; a list and a grid of the same plate are compared."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    unit, listed, gridded, passed = _chosen(_listed(sheet), _gridded(sheet), options.unit)
    if listed and gridded and len(listed) != len(gridded):
        raise InputError(
            f"the number of plates is {len(listed)} in the list and {len(gridded)} in the grids",
            do="Export the file again",
        )
    options = without_column_name(options, (gridded or listed)[0].quantity)
    plates: list[Plate] = []
    for k in range(max(len(listed), len(gridded))):
        notes = [*sheet.all_notes, *_header_notes(sheet)]
        if listed and gridded:
            _agree(listed[k], gridded[k])
            notes.append("list and grid agree")
        source = gridded[k] if gridded else listed[k]
        notes.append(f"readings are {source.quantity}")
        sum_of_wells = sum(
            reading.value for reading in source.wells.values() if not math.isnan(reading.value)
        )
        if source.total is not None and abs(source.total - sum_of_wells) > 0.002 * source.total + 1:
            notes.append(
                f"the total in the file is {source.total:g}, the sum of its wells {sum_of_wells:g}"
            )
        name = (
            f"{raw.stem} {source.label or k + 1}"
            if max(len(listed), len(gridded)) > 1
            else raw.stem
        )
        wells = _with_marks(source.wells, listed[k].wells if listed else {})
        plates.append(
            make_plate(
                name,
                wells,
                shape=source.shape,
                unit=unit,
                options=options,
                notes=notes,
                unused=passed,
            )
        )
    return FileContent(plates=tuple(plates))


def _chosen(
    listed: list[_Counted], gridded: list[_Counted], wanted: str | None
) -> tuple[str, list[_Counted], list[_Counted], tuple[str, ...]]:
    """Select one quantity: that of the requested name or unit, else the first in the file."""
    quantities = list(dict.fromkeys(plate.quantity for plate in (*gridded, *listed)))
    if not quantities:
        raise InputError(
            "contains neither a list nor a grid of counts",
            allowed="The heading of counts is CPM1, CCPM1, DPM1 or COUNTS1",
        )
    fitting = [quantities[k] for k in columns_of(quantities, range(len(quantities)), wanted)]
    chosen = (fitting or quantities)[0]
    passed = quoted("readings", [name for name in quantities if name != chosen])
    keep = [[plate for plate in plates if plate.quantity == chosen] for plates in (listed, gridded)]
    return count_unit(chosen), keep[0], keep[1], passed


def _listed(sheet: Sheet) -> list[_Counted]:
    """Plates of the lists; a new one begins when a well is repeated or the plate column changes."""
    plates: list[_Counted] = []
    for index, row in enumerate(sheet.rows):
        names = [cell.upper() for cell in row]
        if "POS" not in names and "WELL" not in names:
            continue
        pos = names.index("POS") if "POS" in names else names.index("WELL")
        plate_at = next(
            (k for k, name in enumerate(names) if name in {"PLATE", "PL", "PLATE NO"}), None
        )
        for column, name in enumerate(row):
            if _is_quantity(name):
                plates += _list_of(sheet, index + 1, pos, column, name, plate_at)
    return plates


def _list_of(
    sheet: Sheet, start: int, pos: int, column: int, name: str, plate_at: int | None
) -> list[_Counted]:
    plates: list[tuple[str, _Wells]] = []
    for index in range(start, len(sheet.rows)):
        row = sheet.rows[index]
        if len(row) <= max(pos, column) or not row[pos]:
            break
        where = f"{sheet.where(index)}, well {shortened(row[pos], 12)}"
        reading = cell_reading(row[column], sheet, where) or CellReading(math.nan, where=where)
        label = row[plate_at] if plate_at is not None else ""
        one: _Wells = {}
        add_reading(one, row[pos], reading)
        known = (
            next((wells for other, wells in plates if other == label), None)
            if plate_at is not None
            else None
        )
        if known is not None:
            add_reading(known, row[pos], reading)
        elif not plates or plate_at is not None or next(iter(one)) in plates[-1][1]:
            plates.append((label, one))
        else:
            plates[-1][1].update(one)
    return [_Counted(name, wells, label=label) for label, wells in plates]


def _gridded(sheet: Sheet) -> list[_Counted]:
    plates: list[_Counted] = []
    grids = find_grids(sheet)
    for number, grid in enumerate(grids):
        quantity = next((text for text in reversed(grid.headings) if _is_quantity(text)), None)
        nearest = next(
            (
                text
                for text in reversed(grid.headings)
                if _is_quantity(text.rstrip("%")) or "%" in text
            ),
            None,
        )
        if quantity is None or nearest != quantity:
            continue
        wells: _Wells = {}
        for position in grid.cells:
            reading = cell_reading(grid.cells[position][0], sheet, grid.location(position))
            if reading is not None:
                wells[position] = reading
        label = next(
            (match[1] for text in reversed(grid.headings) if (match := _PLATE.fullmatch(text))), ""
        )
        end = grids[number + 1].first if number + 1 < len(grids) else len(sheet.rows)
        plates.append(_Counted(quantity, wells, grid.shape, label, _total(sheet, grid.first, end)))
    return plates


def _total(sheet: Sheet, first: int, end: int) -> float | None:
    for row in sheet.rows[first:end]:
        match = _TOTAL.match(row[0]) if row else None
        if match:
            return sheet.numbers.read(match[1])
    return None


def _agree(listed: _Counted, gridded: _Counted) -> None:
    for position in sorted(listed.wells.keys() | gridded.wells.keys()):
        not_counted = CellReading(math.nan)
        one = listed.wells.get(position, not_counted)
        other = gridded.wells.get(position, not_counted)
        same = (math.isnan(one.value) and math.isnan(other.value)) or math.isclose(
            one.value, other.value, rel_tol=1e-3, abs_tol=0.51
        )
        if not same:
            raise InputError(
                f"the reading is {_value(one)} in the list and {_value(other)} in the grid",
                where=f"{one.where or other.where}"
                if "well" in (one.where or other.where)
                else f"well {row_letters(position[0])}{position[1] + 1:02d}",
                do="Export the file again",
            )


def _with_marks(wells: _Wells, listed: _Wells) -> _Wells:
    return {
        position: reading
        if reading.flag or position not in listed
        else CellReading(reading.value, listed[position].flag, reading.where)
        for position, reading in wells.items()
    }


def _value(reading: CellReading) -> str:
    return "not counted" if math.isnan(reading.value) else f"{reading.value:g}"


def _is_quantity(name: str) -> bool:
    return bool(re.fullmatch(r"(C?CPM|DPM|COUNTS?|CPS)[0-9]{0,2}", name.strip(), re.IGNORECASE))


def _header_notes(sheet: Sheet) -> list[str]:
    wanted = ("name:", "counting protocol no", "cpm normalization protocol no", "assay:")
    cells = [row[0] for row in sheet.rows if row and row[0].lower().startswith(wanted)]
    return [" ".join(cell.split()) for cell in dict.fromkeys(cells)][:8]


READER = Reader(
    description="text of a MicroBeta or TopCount style plate counter",
    sniff=sniff,
    read=read,
    words=("MicroBeta", "TopCount"),
)
