"""List of wells with their readings in CSV, TSV or XLSX; one plate per name in the column `plate`.

Columns are recognised by their names: well; value, counts, cpm, dpm; plate; unit; time with its
unit (`time_min`); counting time with its unit; group; flag. Other columns are not read;
`Plate.unused` names them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tricyclic.core.plate import Plate, well_name, well_position
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.cells_beside import wider_row
from tricyclic.io.delimited_text import Sheet, is_not_counted, is_number_like, shortened
from tricyclic.io.headings import (
    agreed_unit,
    count_unit,
    minutes_in_column_name,
    unit_in_column_name,
)
from tricyclic.io.plates import (
    CellReading,
    add_reading,
    cell_reading,
    columns_of,
    make_plate,
    without_column_name,
)
from tricyclic.io.well_contents import content_columns, with_contents
from tricyclic.unit_table import UNKNOWN

_NAMES = {
    "well": {
        "well",
        "wells",
        "well id",
        "well name",
        "wellname",
        "wellid",
        "well position",
        "pos",
        "position",
    },
    "value": {
        "value",
        "values",
        "reading",
        "readings",
        "result",
        "signal",
        "raw",
        "raw value",
        "rfu",
        "rlu",
        "od",
    },
    "plate": {"plate", "plate id", "plate name", "plateid", "plate no", "plate number", "barcode"},
    "unit": {"unit", "units"},
    "group": {"group", "condition"},
    "flag": {"flag", "flags", "info", "remark"},
}
# Where no column is called plate.
_RUNS = {"run", "run id", "experiment"}


@dataclass(frozen=True)
class _Columns:
    """Position of each column of a list; -1 for a missing one."""

    header: int
    well: int
    value: int
    unit_in_header: str
    plate: int = -1
    unit: int = -1
    group: int = -1
    flag: int = -1
    time: int = -1
    counting: int = -1
    others: tuple[tuple[int, str], ...] = ()

    @property
    def taken(self) -> set[int]:
        """Columns that have a meaning here."""
        return {
            self.well,
            self.value,
            self.plate,
            self.unit,
            self.group,
            self.flag,
            self.time,
            self.counting,
        }


def sniff(raw: RawFile) -> float:
    """Whether a sheet has a header with a column of wells and one of readings."""
    sheets = raw.sheets_to_sniff
    if any(is_list(sheet) for sheet in sheets):
        return 0.9
    # A list without a header is read if it is clear which column is which, else refused.
    return 0.6 if any(_starts_with_wells(sheet) for sheet in sheets) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per name in the column "plate", in the order of the file."""
    plates: list[Plate] = []
    for own in raw.sheets:
        sheet = own
        columns = _columns(sheet, options.unit)
        if columns is None and _starts_with_wells(sheet):
            sheet = _with_header(sheet)
            columns = _columns(sheet, options.unit)
        if columns is None:
            raise InputError(
                "has no header with a column 'well' and a column of readings "
                "('value', 'cpm', 'dpm', 'counts')",
                where=f"sheet '{sheet.name}'" if sheet.name else "",
                do="Name the columns in the first line"
                + (", or name the sheet to read: --sheet NAME" if sheet.name else ""),
            )
        name = f"{raw.stem} {sheet.name}" if len(raw.sheets) > 1 else raw.stem
        plates += _plates(sheet, columns, name, options)
    return FileContent(plates=tuple(plates))


def is_list(sheet: Sheet) -> bool:
    """Whether a table is a list of wells."""
    try:
        return _columns(sheet, None) is not None
    except InputError:
        # A list whose columns are not clear, which reading it states.
        return True


def _starts_with_wells(sheet: Sheet) -> bool:
    """Whether the first rows each have a well and a number: a list without a header."""
    rows = [row for row in sheet.rows if any(row)][:20]
    return len(rows) > 1 and all(
        any(_is_well(cell) for cell in row)
        and any(is_number_like(cell) or is_not_counted(cell) for cell in row)
        for row in rows
    )


def _with_header(sheet: Sheet) -> Sheet:
    """A list of wells without a header, with the names of its columns in a first row.

    Raises
    ------
    InputError
        If it is not clear which columns are the wells, the readings and the plates.
    """
    filled = [row for row in sheet.rows if any(row)]
    width = max(len(row) for row in filled)
    columns = [[row[k] if k < len(row) else "" for row in filled] for k in range(width)]
    wells = [k for k, cells in enumerate(columns) if all(_is_well(cell) for cell in cells)]
    # A plate may be called P07, as a well is; the wells differ more.
    wells.sort(key=lambda k: -len(set(columns[k])))
    if len(wells) > 1 and len(set(columns[wells[0]])) > len(set(columns[wells[1]])):
        wells = wells[:1]
    numbers = [k for k, cells in enumerate(columns) if _is_numbers(cells)]
    others = [k for k in range(width) if any(columns[k]) and k not in (*wells, *numbers)]
    if len(wells) != 1 or len(numbers) != 1 or len(others) > 1:
        first = next(index for index, row in enumerate(sheet.rows) if any(row))
        cells = ", ".join(cell for cell in sheet.rows[first] if cell)
        raise InputError(
            f"the list of wells begins with '{shortened(cells)}', without names of its columns",
            where=sheet.where(first),
            allowed="Without names, it has one column of wells, one of numbers, and at most one of "
            "plates",
            do="Name the columns in a first line, such as: plate, well, value",
        )
    names = ["" for _ in range(width)]
    names[wells[0]], names[numbers[0]] = "well", "value"
    named = f"well (column {wells[0] + 1}), value (column {numbers[0] + 1})"
    if others:
        names[others[0]] = "plate"
        named += f", plate (column {others[0] + 1})"
    return replace(
        sheet,
        rows=(tuple(names), *sheet.rows),
        lines=(0, *sheet.lines),
        notes=(*sheet.notes, f"the columns have no names; read as {named}"),
        merged=(),
    )


def _is_numbers(cells: Sequence[str]) -> bool:
    """Whether all cells are numbers or marks of wells that were not counted, and one is one."""
    return any(is_number_like(cell) for cell in cells) and all(
        not cell or is_number_like(cell) or is_not_counted(cell) for cell in cells
    )


def _plates(sheet: Sheet, columns: _Columns, name: str, options: ReadOptions) -> list[Plate]:
    options = without_column_name(options, sheet.rows[columns.header][columns.value])
    by_plate: dict[str, dict[tuple[int, int], CellReading]] = {}
    units: dict[str, set[str]] = {}
    times: dict[str, set[float]] = {}
    places: dict[str, dict[str, int]] = {}
    width = len(sheet.rows[columns.header])
    rows, remarks = _rows_of_wells(sheet, columns, width)
    sheet.refuse_merged_readings(
        (index, columns.value) for index in rows if len(sheet.rows[index]) > columns.value
    )
    contents = content_columns(sheet, columns.header, rows, columns.taken)
    for index in rows:
        where = sheet.where(index)
        cells = (*sheet.rows[index], *[""] * (width - len(sheet.rows[index])))
        plate = cells[columns.plate] if columns.plate >= 0 else ""
        wells = by_plate.setdefault(plate, {})
        if not cells[columns.well]:
            raise InputError("has no well", where=where, do="Delete the line, or add its well")
        in_well = f"{where}, well {shortened(cells[columns.well], 12)}"
        reading = cell_reading(cells[columns.value], sheet, in_well)
        if columns.unit >= 0 and cells[columns.unit]:
            units.setdefault(plate, set()).add(
                count_unit(cells[columns.unit]) or agreed_unit([], cells[columns.unit], where)
            )
        if reading is None and contents is None:
            continue
        # A well whose content is stated is missing, where it has no reading.
        reading = reading or CellReading(math.nan, where=in_well)
        if columns.counting >= 0 and cells[columns.counting]:
            minutes = minutes_in_column_name(sheet.rows[columns.header][columns.counting]) or 1.0
            times.setdefault(plate, set()).add(
                sheet.number(cells[columns.counting], where) * minutes
            )
        add_reading(wells, cells[columns.well], _with_more(reading, cells, sheet, columns, where))
        places.setdefault(plate, {})[well_name(cells[columns.well])] = index
    read = set(contents.positions) if contents else set()
    others = [shortened(text) for k, text in columns.others if k not in read]
    plates = []
    for plate, wells in by_plate.items():
        stated = {columns.unit_in_header} | units.get(plate, set())
        made = make_plate(
            f"{name} {plate}" if len(by_plate) > 1 else name,
            wells,
            shape=None,
            unit=next(iter({agreed_unit(stated - {UNKNOWN, ""}, None, name)} - {UNKNOWN}), ""),
            options=options,
            counting_time_min=_one_time(times.get(plate, set())),
            notes=_notes(sheet, columns, times.get(plate, set())),
            unused=(*quoted("column", others), *remarks),
        )
        plates.append(with_contents(made, sheet, contents, places[plate]) if contents else made)
    return plates


def _rows_of_wells(
    sheet: Sheet, columns: _Columns, width: int
) -> tuple[list[int], tuple[str, ...]]:
    """Indices of the rows below the names, and phrases for remarks, which have no number."""
    rows: list[int] = []
    remarks: list[str] = []
    for index in range(columns.header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        filled = [cell for cell in row if cell]
        if not filled:
            continue
        if any(row[width:]):
            raise wider_row(sheet, index, width)
        well = row[columns.well] if columns.well < len(row) else ""
        if len(filled) == 1 and not _is_well(well) and not is_number_like(filled[0]):
            remarks.append(f"'{shortened(filled[0])}' ({sheet.where(index)})")
        else:
            rows.append(index)
    return rows, tuple(remarks)


def _with_more(
    reading: CellReading, cells: Sequence[str], sheet: Sheet, columns: _Columns, where: str
) -> CellReading:
    flag = " ".join(
        part for part in (reading.flag, cells[columns.flag] if columns.flag >= 0 else "") if part
    )
    time_min = None
    if columns.time >= 0 and cells[columns.time]:
        minutes = minutes_in_column_name(sheet.rows[columns.header][columns.time]) or 1.0
        time_min = sheet.number(cells[columns.time], where) * minutes
        if time_min < 0:
            raise InputError(
                f"the time is {cells[columns.time]}", where=where, allowed="A time is 0 or more"
            )
    return replace(
        reading,
        flag=flag,
        time_min=time_min,
        group=cells[columns.group] if columns.group >= 0 else "",
    )


def _one_time(times: set[float]) -> float | None:
    return next(iter(times)) if times and max(times) - min(times) <= 0.01 * max(times) else None


def _notes(sheet: Sheet, columns: _Columns, times: set[float]) -> tuple[str, ...]:
    header = sheet.rows[columns.header]
    notes = [*sheet.all_notes, f"readings from column '{header[columns.value]}'"]
    if times and _one_time(times) is None:
        notes.append(
            f"counting times differ ({min(times):g} to {max(times):g} min), so none is used"
        )
    return tuple(notes)


def _columns(sheet: Sheet, unit: str | None) -> _Columns | None:
    """Columns of a list from its header; None if the table is not a list."""
    for header, row in enumerate(sheet.rows[:40]):
        names = [_plain(cell) for cell in row]
        well = next((k for k, name in enumerate(names) if name in _NAMES["well"]), None)
        if well is None:
            continue
        below = next((later for later in sheet.rows[header + 1 :] if any(later)), ())
        if len(below) <= well or not _is_well(below[well]):
            continue
        return _columns_of(sheet, header, well, row, names, unit)
    return None


def _columns_of(
    sheet: Sheet, header: int, well: int, row: tuple[str, ...], names: list[str], unit: str | None
) -> _Columns | None:
    where = sheet.where(header)
    time, counting = _time_columns(row, names, where)
    places = {
        kind: next((k for k, name in enumerate(names) if name in _NAMES[kind]), -1)
        for kind in ("plate", "unit", "group", "flag")
    }
    if places["plate"] < 0:
        places["plate"] = next((k for k, name in enumerate(names) if name in _RUNS), -1)
    taken = {well, time, counting, *places.values()}
    value = _value_column(row, names, taken, unit, where)
    if value is None:
        return None
    unit_in_header = count_unit(row[value]) or unit_in_column_name(row[value])
    others = tuple((k, row[k]) for k in range(len(row)) if row[k] and k not in taken and k != value)
    return _Columns(
        header, well, value, unit_in_header, time=time, counting=counting, others=others, **places
    )


def _time_columns(row: tuple[str, ...], names: list[str], where: str) -> tuple[int, int]:
    """Columns of the time and of the counting time; -1 for a missing one."""
    counting = next(
        (k for k, name in enumerate(names) if name.startswith(("counting time", "count time"))), -1
    )
    time = next(
        (
            k
            for k, name in enumerate(names)
            if k != counting and name.split("(")[0].split("[")[0].split()[:1] == ["time"]
        ),
        -1,
    )
    for k in (time, counting):
        if k >= 0 and minutes_in_column_name(row[k]) is None:
            raise InputError(
                f"column '{row[k]}' has no unit of time",
                where=where,
                do="Name it time_min, time_s or time_h",
            )
    return time, counting


def _value_column(
    row: tuple[str, ...], names: list[str], taken: set[int], unit: str | None, where: str
) -> int | None:
    """Column of readings: of the requested unit, else "value" and the like, else counts."""
    free = [k for k in range(len(names)) if k not in taken]
    plain = [k for k in free if names[k].split("(")[0].strip() in _NAMES["value"]]
    counted = [k for k in free if count_unit(row[k].replace("_", " ").split("(")[0])]
    requested = columns_of(row, [*plain, *(k for k in counted if k not in plain)], unit)
    choice = requested or plain or counted
    if len(choice) > 1:
        raise InputError(
            "has two columns of readings: " + " and ".join(f"'{row[k]}'" for k in choice[:2]),
            where=where,
            do=f"Choose one: --unit {row[choice[0]]}",
        )
    return choice[0] if choice else None


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").lower().split())


def _is_well(text: str) -> bool:
    try:
        well_position(text)
    except InputError:
        return False
    return True


READER = Reader(
    description="a list of wells with their readings, in CSV, TSV or XLSX",
    sniff=sniff,
    read=read,
    generic=True,
)
