"""The CSV of a Wizard gamma counter -> plates with the tubes of a protocol in the order counted.

Tubes have no wells: tube 1 to 12 of a protocol become A01 to A12, tube 13 becomes B01, and so on. The
instrument's remark (the column "Info", such as I) reaches the well. One plate per isotope.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import replace

from tricyclic.core.plate import Plate
from tricyclic.errors import InputError
from tricyclic.io.base import Options, Raw, Reader, Reading
from tricyclic.io.delimited_text import Sheet, text_sheet
from tricyclic.io.plates import Found, found_in, make_plate, wells_in_order
from tricyclic.io.stated import count_unit

_HEADER, _COUNTED = {"Rack", "Pos"}, {"CPM", "Counts", "DPM"}
_QUANTITY = re.compile(r"(.+?)\s+(CPM|DPM|Counts|CPS)", re.IGNORECASE)


def sniff(raw: Raw) -> float:
    """Whether a header with rack, detector and counts of an isotope stands in the file."""
    lines = raw.text[:50_000].split("\n")
    return (
        1.0
        if any(
            set(re.split(r"\W+", line)) >= _HEADER and _COUNTED & set(re.split(r"\W+", line))
            for line in lines
        )
        else 0.0
    )


def read(raw: Raw, options: Options) -> Reading:
    """One plate for each 96 tubes of a protocol and isotope."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    header = next((k for k, row in enumerate(sheet.rows) if {"Rack", "Pos"} <= set(row)), None)
    if header is None:
        raise InputError(
            "has no header with Rack and Pos", do="Export the table with its column names"
        )
    names = sheet.rows[header]
    doubled = next((name for name in names if name and names.count(name) > 1), None)
    if doubled:
        raise InputError(f"column '{doubled}' appears twice", where=sheet.where(header))
    protocols: dict[str, list[tuple[str, dict[str, str]]]] = {}
    seen: dict[tuple[str, ...], str] = {}
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
        if tube in seen:
            raise InputError(f"the tube appears twice (first on {seen[tube]})", where=where)
        seen[tube] = sheet.where(index)
        protocols.setdefault(tube[0], []).append((where, cells))
    plates: list[Plate] = []
    columns = _columns(names, options.unit, sheet.where(header))
    for protocol, tubes in protocols.items():
        for isotope, column in columns.items():
            parts = [f"P{protocol}"] * (len(protocols) > 1) + [isotope] * (len(columns) > 1)
            plates += _plates(
                " ".join([raw.stem, *parts]), sheet, protocol, tubes, isotope, column, options
            )
    return Reading(plates=tuple(plates))


def _columns(names: tuple[str, ...], unit: str | None, where: str) -> dict[str, str]:
    """For each isotope the column to read: the unit asked for, else CPM, else what there is."""
    found: dict[str, list[str]] = {}
    for name in names:
        match = _QUANTITY.fullmatch(name)
        if match:
            found.setdefault(match[1], []).append(name)
    if not found:
        raise InputError(
            "has no column of CPM or counts", where=where, do="Export the table with its counts"
        )
    wanted = (count_unit(unit) or unit) if unit else "cpm"
    return {
        isotope: sorted(columns, key=lambda name: count_unit(name.rsplit(None, 1)[-1]) != wanted)[0]
        for isotope, columns in found.items()
    }


def _plates(
    name: str,
    sheet: Sheet,
    protocol: str,
    tubes: list[tuple[str, dict[str, str]]],
    isotope: str,
    column: str,
    options: Options,
) -> list[Plate]:
    readings: list[Found] = []
    places: list[str] = []
    for where, cells in tubes:
        reading = found_in(cells[column], sheet, where)
        if reading is None:
            raise InputError(f"column '{column}' is empty", where=where, do="Export the file again")
        flag = " ".join(part for part in (reading.flag, cells.get(f"{isotope} Info", "")) if part)
        readings.append(replace(reading, flag=flag))
        places.append("/".join(cells.get(key, "") for key in ("Run ID", "Rack", "Pos")))
    minutes, time_note = _counting_time(sheet, tubes, isotope)
    notes = [
        *sheet.said,
        f"protocol {protocol}: {len(readings)} tubes in the order counted become wells A01, A02, … row by row",
        f"readings from column '{column}'",
        "run/rack/position of the tubes: " + ", ".join(places),
        *([time_note] if time_note else []),
    ]
    flagged = sum(1 for reading in readings if reading.flag)
    notes += [f"tubes with a remark of the instrument: {flagged}"] if flagged else []
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
    """Counting time [min]. The column "Time" states no unit; counts divided by CPM tell it, where both are there."""
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
            f"the column 'Time' reads {min(times):g} to {max(times):g}; no counting time is taken from it",
        )
    return statistics.median(
        times
    ) / 60.0, "the column 'Time' is in seconds, as counts divided by CPM show"


READER = Reader(says="CSV of a Wizard gamma counter", sniff=sniff, read=read)
