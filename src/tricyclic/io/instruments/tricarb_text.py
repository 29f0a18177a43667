"""The QuantaSmart table of a Tri-Carb vial counter -> plates with the vials of a protocol in the order counted.

Vials have no wells: vial 1 to 12 of a protocol become A01 to A12, vial 13 becomes B01, and so on. Dates may be
day first or month first; where the file does not settle it, a note says so and no date is used.
"""

from __future__ import annotations

import re

from tricyclic.core.plate import Plate
from tricyclic.errors import InputError
from tricyclic.io.base import Options, Raw, Reader, Reading
from tricyclic.io.delimited_text import Sheet, text_sheet
from tricyclic.io.plates import Found, found_in, make_plate, wells_in_order
from tricyclic.io.stated import count_unit, date_note

_HEADER = re.compile(r"^[^\n]*\bP#[\t,; ]+\"?S#", re.MULTILINE)


def sniff(raw: Raw) -> float:
    """Whether a header with P# and S# stands in the file."""
    return 1.0 if _HEADER.search(raw.text[:100_000]) else 0.0


def read(raw: Raw, options: Options) -> Reading:
    """One plate for each 96 vials of a protocol."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    header = next((k for k, row in enumerate(sheet.rows) if "P#" in row and "S#" in row), None)
    if header is None:
        raise InputError(
            "has no header with P# and S#", do="Export the table with its column names"
        )
    names = sheet.rows[header]
    value, passed = _value_column(names, options.unit, sheet.where(header))
    vials: dict[str, list[Found]] = {}
    minutes: dict[str, list[float]] = {}
    seen: dict[tuple[str, str], str] = {}
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if not any(row) or row == names:
            continue
        where = sheet.where(index)
        if len(row) < len(names) or any(row[len(names) :]):
            raise InputError(
                f"has {len(row)} cells under {len(names)} column names",
                where=where,
                do="Export the file again",
            )
        cells = dict(zip(names, row, strict=False))
        vial = (cells["P#"], cells["S#"])
        if not all(re.fullmatch(r"\d{1,4}", part) for part in vial):
            raise InputError(
                f"'{vial[0]}', '{vial[1]}' are no protocol and vial",
                where=where,
                allowed="P# and S# are numbers",
            )
        where = f"{where}, vial {vial[1]}"
        if vial in seen:
            raise InputError(
                f"vial {vial[1]} of protocol {vial[0]} appears twice (first on {seen[vial]})",
                where=where,
            )
        seen[vial] = where
        reading = found_in(row[value], sheet, where)
        if reading is None:
            raise InputError(
                f"column {names[value]} is empty", where=where, do="Export the file again"
            )
        vials.setdefault(vial[0], []).append(reading)
        if cells.get("Count Time"):
            minutes.setdefault(vial[0], []).append(sheet.number(cells["Count Time"], where))
    return Reading(plates=tuple(_plates(raw, sheet, names, value, passed, vials, minutes, options)))


def _plates(
    raw: Raw,
    sheet: Sheet,
    names: tuple[str, ...],
    value: int,
    passed: list[str],
    vials: dict[str, list[Found]],
    minutes: dict[str, list[float]],
    options: Options,
) -> list[Plate]:
    plates: list[Plate] = []
    dates = date_note(
        cell
        for row in sheet.rows
        for cell in row
        if re.match(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", cell)
    )
    for protocol, readings in vials.items():
        times = minutes.get(protocol, [])
        same = bool(times) and max(times) - min(times) <= 0.01 * max(times)
        notes = [
            *sheet.said,
            f"protocol {protocol}: {len(readings)} vials in the order counted become wells A01, A02, … row by row",
        ]
        notes += [f"readings from column {names[value]}"]
        notes += [f"not read: {', '.join(passed)}"] if passed else []
        notes += (
            []
            if same or not times
            else [
                f"counting times differ ({min(times):g} to {max(times):g} min), so none is stated"
            ]
        )
        notes += [dates] if dates else []
        racks = wells_in_order(readings, options)
        for k, rack in enumerate(racks, 1):
            name = " ".join(
                [
                    raw.stem,
                    *([f"P{protocol}"] if len(vials) > 1 else []),
                    *([str(k)] if len(racks) > 1 else []),
                ]
            )
            plates.append(
                make_plate(
                    name,
                    rack,
                    shape=(8, 12) if options.plate_size is None else None,
                    unit=count_unit(names[value]),
                    options=options,
                    counting_time_min=times[0] if same else None,
                    notes=notes,
                )
            )
    return plates


def _value_column(names: tuple[str, ...], unit: str | None, where: str) -> tuple[int, list[str]]:
    """The column of readings: the unit asked for, else CPM before DPM; and the names of those not read."""
    columns = [k for k, name in enumerate(names) if count_unit(name)]
    if not columns:
        raise InputError(
            "has no column CPMA or DPM1", where=where, do="Export the table with its counts"
        )
    wanted = [
        k
        for k in columns
        if unit is not None and count_unit(names[k]) == (count_unit(unit) or unit)
    ]
    chosen = (wanted or sorted(columns, key=lambda k: (count_unit(names[k]) != "cpm", k)))[0]
    return chosen, [names[k] for k in columns if k != chosen]


READER = Reader(says="QuantaSmart table of a Tri-Carb vial counter", sniff=sniff, read=read)
