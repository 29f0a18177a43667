"""List of wells with their readings in CSV, TSV or XLSX; one plate per name in the column `plate`.

Columns are recognised by their names: well; value, counts, cpm, dpm; plate; unit; time with its
unit (`time_min`); counting time with its unit; group; flag. Other columns are not read;
`Plate.unused` names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tricyclic.core.plate import Plate, well_position
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, is_number_like, shortened
from tricyclic.io.headings import (
    agreed_unit,
    count_unit,
    minutes_in_column_name,
    unit_in_column_name,
)
from tricyclic.io.plates import CellReading, add_reading, cell_reading, make_plate
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
    others: tuple[str, ...] = ()


def sniff(raw: RawFile) -> float:
    """Whether a sheet has a header with a column of wells and one of readings."""
    sheets = raw.sheets_to_sniff
    if any(_columns(sheet, None) is not None for sheet in sheets):
        return 0.9
    # A list without a header is claimed, so that the error states how to name its columns.
    return 0.6 if any(_starts_with_wells(sheet) for sheet in sheets) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per name in the column "plate", in the order of the file."""
    plates: list[Plate] = []
    for sheet in raw.sheets:
        columns = _columns(sheet, options.unit)
        if columns is None and _starts_with_wells(sheet):
            first = next(index for index, row in enumerate(sheet.rows) if any(row))
            cells = ", ".join(cell for cell in sheet.rows[first] if cell)
            raise InputError(
                f"the list of wells begins with '{shortened(cells)}', without names of its columns",
                where=sheet.where(first),
                allowed="The first line names the columns: 'well' and 'value' (or cpm, dpm, "
                "counts), and where there are several plates 'plate'",
                do="Add this line, with one name for each column, such as: plate, well, value",
            )
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
    return _columns(sheet, None) is not None


def _starts_with_wells(sheet: Sheet) -> bool:
    """Whether the first rows each have a well and a number: a list without a header."""
    rows = [row for row in sheet.rows if any(row)][:20]
    return len(rows) > 1 and all(
        any(_is_well(cell) for cell in row) and any(is_number_like(cell) for cell in row)
        for row in rows
    )


def _plates(sheet: Sheet, columns: _Columns, name: str, options: ReadOptions) -> list[Plate]:
    by_plate: dict[str, dict[tuple[int, int], CellReading]] = {}
    units: dict[str, set[str]] = {}
    times: dict[str, set[float]] = {}
    width = len(sheet.rows[columns.header])
    sheet.refuse_merged_readings(
        (index, columns.value)
        for index in range(columns.header + 1, len(sheet.rows))
        if len(sheet.rows[index]) > columns.value
    )
    for index in range(columns.header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        where = sheet.where(index)
        if not any(row):
            continue
        if any(row[width:]):
            raise InputError(
                f"has {len(row)} cells under {width} column names",
                where=where,
                do="Name every column",
            )
        cells = (*row, *[""] * (width - len(row)))
        plate = cells[columns.plate] if columns.plate >= 0 else ""
        wells = by_plate.setdefault(plate, {})
        if not cells[columns.well]:
            raise InputError("has no well", where=where, do="Delete the line, or add its well")
        reading = cell_reading(
            cells[columns.value], sheet, f"{where}, well {shortened(cells[columns.well], 12)}"
        )
        if columns.unit >= 0 and cells[columns.unit]:
            units.setdefault(plate, set()).add(
                count_unit(cells[columns.unit]) or agreed_unit([], cells[columns.unit], where)
            )
        if reading is None:
            continue
        if columns.counting >= 0 and cells[columns.counting]:
            minutes = minutes_in_column_name(sheet.rows[columns.header][columns.counting]) or 1.0
            times.setdefault(plate, set()).add(
                sheet.number(cells[columns.counting], where) * minutes
            )
        add_reading(wells, cells[columns.well], _with_more(reading, cells, sheet, columns, where))
    plates = []
    for plate, wells in by_plate.items():
        stated = {columns.unit_in_header} | units.get(plate, set())
        plates.append(
            make_plate(
                f"{name} {plate}" if len(by_plate) > 1 else name,
                wells,
                shape=None,
                unit=next(iter({agreed_unit(stated - {UNKNOWN, ""}, None, name)} - {UNKNOWN}), ""),
                options=options,
                counting_time_min=_one_time(times.get(plate, set())),
                notes=_notes(sheet, columns, times.get(plate, set())),
                unused=quoted("column", [shortened(other) for other in columns.others]),
            )
        )
    return plates


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
    taken = {well, time, counting, *places.values()}
    value = _value_column(row, names, taken, unit, where)
    if value is None:
        return None
    unit_in_header = count_unit(row[value]) or unit_in_column_name(row[value])
    others = tuple(row[k] for k in range(len(row)) if row[k] and k not in taken and k != value)
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
    wanted = (count_unit(unit) or unit) if unit is not None else None
    requested = [k for k in counted if wanted is not None and count_unit(row[k]) == wanted]
    choice = requested or plain or counted
    if len(choice) > 1:
        raise InputError(
            "has two columns of readings: " + " and ".join(f"'{row[k]}'" for k in choice[:2]),
            where=where,
            do="Keep one, or specify the unit to read",
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
