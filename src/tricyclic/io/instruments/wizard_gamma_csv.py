"""CSV of a Wizard gamma counter: the tubes of a protocol in the order counted, per isotope.

Tubes 1 to 12 of a protocol are read as wells A01 to A12, tube 13 as B01, and so on. The column
"Info" of the instrument is the flag of the well.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import replace

from tricyclic.core.plate import Plate
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, text_sheet
from tricyclic.io.headings import count_unit
from tricyclic.io.plates import CellReading, cell_reading, make_plate, wells_in_order

_HEADER, _COUNTED = {"Rack", "Pos"}, {"CPM", "Counts", "DPM"}
_QUANTITY = re.compile(r"(.+?)\s+(CPM|DPM|Counts|CPS)", re.IGNORECASE)


def sniff(raw: RawFile) -> float:
    """Whether the file has a header with rack, position and counts of an isotope."""
    lines = raw.text[:50_000].split("\n")
    return (
        1.0
        if any(
            set(re.split(r"\W+", line)) >= _HEADER and _COUNTED & set(re.split(r"\W+", line))
            for line in lines
        )
        else 0.0
    )


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate for each 96 tubes of a protocol and isotope."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    header = next((k for k, row in enumerate(sheet.rows) if {"Rack", "Pos"} <= set(row)), None)
    if header is None:
        raise InputError(
            "has no header with Rack and Pos", do="Export the table with its column names"
        )
    names = sheet.rows[header]
    repeated = next((name for name in names if name and names.count(name) > 1), None)
    if repeated:
        raise InputError(
            f"column '{repeated}' appears twice",
            where=sheet.where(header),
            do="Give each column its own name",
        )
    protocols = _protocols(sheet, header)
    columns = _columns(names, options.unit, sheet.where(header))
    plates: list[Plate] = []
    for protocol, tubes in protocols.items():
        for isotope, column in columns.items():
            parts = [f"P{protocol}"] * (len(protocols) > 1) + [isotope] * (len(columns) > 1)
            of_isotope = _plates(
                " ".join([raw.stem, *parts]), sheet, protocol, tubes, isotope, column, options
            )
            plates += [
                replace(plate, reading_of=f"rack {k} of protocol {protocol}", reading=isotope)
                if len(columns) > 1
                else plate
                for k, plate in enumerate(of_isotope, 1)
            ]
    return FileContent(plates=tuple(plates))


def _protocols(sheet: Sheet, header: int) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """Location and cells of the tubes of each protocol, in the order counted."""
    names = sheet.rows[header]
    protocols: dict[str, list[tuple[str, dict[str, str]]]] = {}
    first: dict[tuple[str, ...], str] = {}
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        where = sheet.where(index)
        if not any(row):
            continue
        if len(row) != len(names):
            raise InputError(
                f"has {len(row)} cells under {len(names)} column names",
                where=where,
                do="Export the file again",
            )
        cells = dict(zip(names, row, strict=True))
        tube = tuple(cells.get(key, "") for key in ("Protocol ID", "Run ID", "Rack", "Pos"))
        where = f"{where}, rack {tube[2]}, position {tube[3]}"
        if tube in first:
            raise InputError(
                f"the tube appears twice (first on {first[tube]})",
                where=where,
                do="Export the file again",
            )
        first[tube] = sheet.where(index)
        protocols.setdefault(tube[0], []).append((where, cells))
    return protocols


def _columns(names: tuple[str, ...], unit: str | None, where: str) -> dict[str, str]:
    """Column to read for each isotope: of the requested unit, else CPM, else the first."""
    by_isotope: dict[str, list[str]] = {}
    for name in names:
        match = _QUANTITY.fullmatch(name)
        if match:
            by_isotope.setdefault(match[1], []).append(name)
    if not by_isotope:
        raise InputError(
            "has no column of CPM or counts", where=where, do="Export the table with its counts"
        )
    wanted = (count_unit(unit) or unit) if unit else "cpm"
    return {
        isotope: sorted(columns, key=lambda name: count_unit(name.rsplit(None, 1)[-1]) != wanted)[0]
        for isotope, columns in by_isotope.items()
    }


def _plates(
    name: str,
    sheet: Sheet,
    protocol: str,
    tubes: list[tuple[str, dict[str, str]]],
    isotope: str,
    column: str,
    options: ReadOptions,
) -> list[Plate]:
    readings: list[CellReading] = []
    places: list[str] = []
    for where, cells in tubes:
        reading = cell_reading(cells[column], sheet, where)
        if reading is None:
            raise InputError(f"column '{column}' is empty", where=where, do="Export the file again")
        flag = " ".join(part for part in (reading.flag, cells.get(f"{isotope} Info", "")) if part)
        readings.append(replace(reading, flag=flag))
        places.append("/".join(cells.get(key, "") for key in ("Run ID", "Rack", "Pos")))
    minutes, time_note = _counting_time(sheet, tubes, isotope)
    notes = [
        *sheet.all_notes,
        (
            f"protocol {protocol}: {len(readings)} tubes in the order counted "
            "are wells A01, A02, … row by row"
        ),
        f"readings from column '{column}'",
        "run/rack/position of the tubes: " + ", ".join(places),
        *([time_note] if time_note else []),
    ]
    flagged = sum(1 for reading in readings if reading.flag)
    notes += [f"tubes with a flag of the instrument: {flagged}"] if flagged else []
    racks = wells_in_order(readings, options)
    return [
        make_plate(
            f"{name} {k}" if len(racks) > 1 else name,
            rack,
            shape=(8, 12) if options.plate_size is None else None,
            unit=count_unit(column.rsplit(None, 1)[-1]),
            options=options,
            counting_time_min=minutes,
            notes=notes,
        )
        for k, rack in enumerate(racks, 1)
    ]


def _counting_time(
    sheet: Sheet, tubes: list[tuple[str, dict[str, str]]], isotope: str
) -> tuple[float | None, str]:
    """Counting time [min] and a note. The column "Time" has no unit; counts / CPM show it."""
    times: list[float] = []
    ratios: list[float] = []
    for where, cells in tubes:
        if not cells.get("Time"):
            return None, ""
        time = sheet.number(cells["Time"], where)
        counts, cpm = (
            sheet.numbers.read(cells.get(f"{isotope} {what}", "")) for what in ("Counts", "CPM")
        )
        times.append(time)
        if counts and cpm and counts > 1000 and cpm > 0 and time > 0:
            ratios.append(counts / cpm / time)
    unit = statistics.median(ratios) if ratios else 0.0
    if abs(unit * 60 - 1) > 0.05 or max(times) - min(times) > 0.01 * max(times):
        return (
            None,
            (
                f"the column 'Time' is {min(times):g} to {max(times):g} in an unknown unit, "
                "so no counting time is used"
            ),
        )
    note = "the column 'Time' is in seconds, as counts divided by CPM show"
    return statistics.median(times) / 60.0, note


READER = Reader(
    description="CSV of a Wizard gamma counter",
    sniff=sniff,
    read=read,
    words=("Wizard",),
)
