"""A long list with a column of wells and one of readings, in CSV, TSV or XLSX -> one plate per name in `plate`.

Columns are known by their names: well; value, counts, cpm, dpm; plate; unit; time with its unit
(`time_min`); counting time with its unit; group; flag. Other columns are named in a note and not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tricyclic.core.plate import Plate, well_position
from tricyclic.errors import InputError
from tricyclic.io.base import Options, Raw, Reader, Reading
from tricyclic.io.delimited_text import Sheet, shortened
from tricyclic.io.plates import Found, found_in, make_plate, put
from tricyclic.io.stated import (
    agreed_unit,
    count_unit,
    minutes_in_column_name,
    unit_in_column_name,
)
from tricyclic.units import UNKNOWN

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
    """Where the columns of a list stand; -1 where there is none."""

    header: int
    well: int
    value: int
    unit_said: str
    plate: int = -1
    unit: int = -1
    group: int = -1
    flag: int = -1
    time: int = -1
    counting: int = -1
    others: tuple[str, ...] = ()


def sniff(raw: Raw) -> float:
    """Whether a sheet has a header with a column of wells and one of readings."""
    return 0.9 if any(_columns(sheet, None) is not None for sheet in raw.looked_at) else 0.0


def read(raw: Raw, options: Options) -> Reading:
    """One plate per name in the column "plate", in the order of the file."""
    plates: list[Plate] = []
    for sheet in raw.sheets:
        columns = _columns(sheet, options.unit)
        if columns is None:
            raise InputError(
                "has no header with a column 'well' and one of readings ('value', 'cpm', 'dpm', 'counts')",
                where=f"sheet '{sheet.name}'" if sheet.name else "",
                do="Name the columns in the first line"
                + (", or say which sheet to read: sheet=…" if sheet.name else ""),
            )
        name = f"{raw.stem} {sheet.name}" if len(raw.sheets) > 1 else raw.stem
        plates += _plates(sheet, columns, name, options)
    return Reading(plates=tuple(plates))


def is_list(sheet: Sheet) -> bool:
    """Whether a table is a list of wells."""
    return _columns(sheet, None) is not None


def _plates(sheet: Sheet, columns: _Columns, name: str, options: Options) -> list[Plate]:
    found: dict[str, dict[tuple[int, int], Found]] = {}
    units: dict[str, set[str]] = {}
    times: dict[str, set[float]] = {}
    width = len(sheet.rows[columns.header])
    for index in range(columns.header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        where = sheet.where(index)
        if not any(row):
            continue
        if any(row[width:]):
            raise InputError(f"has {len(row)} cells under {width} column names", where=where)
        cells = (*row, *[""] * (width - len(row)))
        plate = cells[columns.plate] if columns.plate >= 0 else ""
        wells = found.setdefault(plate, {})
        if not cells[columns.well]:
            raise InputError("names no well", where=where, do="Delete the line, or name its well")
        reading = found_in(
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
        put(wells, cells[columns.well], _with_more(reading, cells, sheet, columns, where))
    plates = []
    for plate, wells in found.items():
        said = {columns.unit_said} | units.get(plate, set())
        plates.append(
            make_plate(
                f"{name} {plate}" if len(found) > 1 else name,
                wells,
                shape=None,
                unit=next(iter({agreed_unit(said - {UNKNOWN, ""}, None, name)} - {UNKNOWN}), ""),
                options=options,
                counting_time_min=_one_time(times.get(plate, set())),
                notes=_notes(sheet, columns, times.get(plate, set())),
            )
        )
    return plates


def _with_more(
    reading: Found, cells: Sequence[str], sheet: Sheet, columns: _Columns, where: str
) -> Found:
    flag = " ".join(
        part for part in (reading.flag, cells[columns.flag] if columns.flag >= 0 else "") if part
    )
    time_min = None
    if columns.time >= 0 and cells[columns.time]:
        minutes = minutes_in_column_name(sheet.rows[columns.header][columns.time]) or 1.0
        time_min = sheet.number(cells[columns.time], where) * minutes
        if time_min < 0:
            raise InputError(
                f"the time is {cells[columns.time]}", where=where, allowed="Times are 0 or more"
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
    notes = [*sheet.said, f"readings from column '{header[columns.value]}'"]
    if times and _one_time(times) is None:
        notes.append(
            f"counting times differ ({min(times):g} to {max(times):g} min), so none is stated"
        )
    if columns.others:
        notes.append("columns not read: " + ", ".join(shortened(other) for other in columns.others))
    return tuple(notes)


def _columns(sheet: Sheet, unit: str | None) -> _Columns | None:
    """The columns of a list, from its header; None where the table is no list."""
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
                f"column '{row[k]}' states no unit of time",
                where=sheet.where(header),
                do="Name it time_min, time_s or time_h",
            )
    places = {
        kind: next((k for k, name in enumerate(names) if name in _NAMES[kind]), -1)
        for kind in ("plate", "unit", "group", "flag")
    }
    taken = {well, time, counting, *places.values()}
    plain = [
        k
        for k, name in enumerate(names)
        if k not in taken and name.split("(")[0].strip() in _NAMES["value"]
    ]
    counted = [
        k
        for k, name in enumerate(names)
        if k not in taken and count_unit(row[k].replace("_", " ").split("(")[0])
    ]
    choice = (
        [
            k
            for k in counted
            if unit is not None and count_unit(row[k]) == (count_unit(unit) or unit)
        ]
        or plain
        or counted
    )
    if not choice:
        return None
    if len(choice) > 1:
        raise InputError(
            "has two columns of readings: " + " and ".join(f"'{row[k]}'" for k in choice[:2]),
            where=sheet.where(header),
            do="Keep one, or say which unit to read",
        )
    value = choice[0]
    said = count_unit(row[value]) or unit_in_column_name(row[value])
    others = tuple(row[k] for k in range(len(row)) if row[k] and k not in taken and k != value)
    return _Columns(
        header, well, value, said, time=time, counting=counting, others=others, **places
    )


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").lower().split())


def _is_well(text: str) -> bool:
    try:
        well_position(text)
    except InputError:
        return False
    return True


READER = Reader(
    says="a list of wells with their readings, in CSV, TSV or XLSX",
    sniff=sniff,
    read=read,
    generic=True,
)
