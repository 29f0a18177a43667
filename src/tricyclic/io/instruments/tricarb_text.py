"""QuantaSmart table of a Tri-Carb vial counter: the vials of a protocol in the order counted.

The columns of a table are P# or PID (protocol), S# (vial), and CPMA, CPMB, DPM1 and the like;
without P# and PID there is one protocol. Vials 1 to 12 of a protocol are read as wells A01 to A12,
vial 13 as B01, and so on. A date may have the day or the month first; if the file does not show
which, a note states it and no date is used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tricyclic.core.plate import Plate
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, read_text, shortened, text_sheet
from tricyclic.io.headings import count_unit, date_note
from tricyclic.io.plates import (
    CellReading,
    cell_reading,
    columns_of,
    make_plate,
    wells_in_order,
    without_column_name,
)

_REPORT = re.compile(r"^S#(?: {2,}|\t)Count Time\b.*\b[CD]PM", re.MULTILINE)
_HEADER = re.compile(
    r"^(?=[^\n]*\bS#)(?=[^\n]*(?:\bP#|\bPID\b|Count Time))(?=[^\n]*\b[CD]PM[A-C0-9])[^\n]*[\t,;]",
    re.MULTILINE,
)


def sniff(raw: RawFile) -> float:
    """Whether the file has a header with S# and P#, PID or Count Time, or is a report with them."""
    head = raw.text[:100_000]
    return 1.0 if _HEADER.search(head) or _REPORT.search(head) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate for each 96 vials of a protocol."""
    if not _HEADER.search(raw.text) and _REPORT.search(raw.text):
        return _read_report(raw, options)
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    header = next((k for k, row in enumerate(sheet.rows) if _is_header(row)), None)
    if header is None:
        raise InputError(
            "has no header with S# and P#, PID or Count Time",
            do="Export the table with its column names",
        )
    if "P#" not in sheet.rows[header]:
        sheet = _with_protocols(sheet, header)
    column, others = _value_column(sheet.rows[header], options.unit, sheet.where(header))
    options = without_column_name(options, sheet.rows[header][column])
    protocols = _protocols(sheet, header, column)
    plates: list[Plate] = []
    for protocol in protocols.values():
        name = f"{raw.stem} P{protocol.number}" if len(protocols) > 1 else raw.stem
        notes = _notes(sheet, protocol, sheet.rows[header][column])
        unit = count_unit(sheet.rows[header][column])
        plates += _plates(name, protocol, unit, notes, quoted("column", others), options)
    return FileContent(plates=tuple(plates))


def _is_header(row: Sequence[str]) -> bool:
    return "S#" in row and bool({"P#", "PID", "Count Time"} & set(row))


def _with_protocols(sheet: Sheet, header: int) -> Sheet:
    """The table with a column P#: that of PID, or 1 in every row of a table without."""
    names = sheet.rows[header]
    at = names.index("PID") if "PID" in names else None
    rows = list(sheet.rows)
    for index in range(header, len(rows)):
        row = rows[index]
        if row == names:
            rows[index] = ("P#", *names)
        elif any(row):
            rows[index] = ("1" if at is None or at >= len(row) else row[at], *row)
    return replace(sheet, rows=tuple(rows))


def _read_report(raw: RawFile, options: ReadOptions) -> FileContent:
    """The vials of a printed report, whose columns are separated by two blanks or more.

    Raises
    ------
    InputError
        If there are no vials or several tables of them, or a row lacks a column.
    """
    text, encoding = read_text(raw.data)
    lines = [line.rstrip() for line in text.split("\n")]
    starts = [k for k, line in enumerate(lines) if _REPORT.match(line)]
    if len(starts) != 1:
        raise InputError(
            f"has {len(starts)} tables of vials (S#, Count Time, CPM)",
            where=f"line {starts[1] + 1}",
            allowed="A report of one cycle can be read",
            do="Export the table of QuantaSmart, with P# and S#",
        )
    names = tuple(re.split(r"\s{2,}|\t", lines[starts[0]].strip()))
    # Messages are the last column, and often empty.
    least = len(names) - (names[-1].upper() == "MESSAGES")
    rows: list[tuple[str, ...]] = [names]
    for number in range(starts[0] + 1, len(lines)):
        cells = tuple(lines[number].split())
        if not cells:
            break
        if len(cells) < least or not re.fullmatch(r"[0-9]{1,4}", cells[0]):
            raise InputError(
                f"'{shortened(lines[number])}' is not a vial with {least} columns",
                where=f"line {number + 1}",
                do="Export the file again",
            )
        rows.append((*cells[:least], " ".join(cells[least:]))[: len(names)])
    places = tuple(range(starts[0] + 1, starts[0] + 1 + len(rows)))
    sheet = Sheet(tuple(rows), places, "", " ", raw.decimal, (encoding, "delimiter white space"))
    column, others = _value_column(names, options.unit, sheet.where(0))
    options = without_column_name(options, names[column])
    # A report has one protocol, which it does not number.
    with_protocol = Sheet(
        (("P#", *names), *(("1", *row) for row in rows[1:])),
        places,
        "",
        " ",
        raw.decimal,
        sheet.notes,
    )
    (protocol,) = _protocols(with_protocol, 0, column + 1).values() or (None,)
    if protocol is None:
        raise InputError("contains no vial", where=sheet.where(0), do="Export the file again")
    notes = _notes(with_protocol, protocol, names[column])
    unit = count_unit(names[column])
    unused = quoted("column", others)
    return FileContent(plates=tuple(_plates(raw.stem, protocol, unit, notes, unused, options)))


@dataclass
class _Protocol:
    """Vials of one protocol in the order counted, and the counting times that the file gives."""

    number: str
    readings: list[CellReading] = field(default_factory=list)
    minutes: list[float] = field(default_factory=list)

    @property
    def counting_time_min(self) -> float | None:
        """Counting time of all vials; None if it is not given or differs."""
        times = self.minutes
        same = bool(times) and max(times) - min(times) <= 0.01 * max(times)
        return times[0] if same else None


def _protocols(sheet: Sheet, header: int, column: int) -> dict[str, _Protocol]:
    names = sheet.rows[header]
    protocols: dict[str, _Protocol] = {}
    first: dict[tuple[str, str], str] = {}
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        # The header is repeated on every page.
        if not any(row) or row == names:
            continue
        cells = _cells(row, names, sheet.where(index))
        vial = (cells["P#"], cells["S#"])
        where = f"{sheet.where(index)}, vial {vial[1]}"
        if vial in first:
            raise InputError(
                f"vial {vial[1]} of protocol {vial[0]} appears twice (first on {first[vial]})",
                where=where,
                do="Export the file again",
            )
        first[vial] = where
        reading = cell_reading(row[column], sheet, where)
        if reading is None:
            raise InputError(
                f"column {names[column]} is empty", where=where, do="Export the file again"
            )
        if cells.get("MESSAGES"):
            reading = replace(reading, flag=cells["MESSAGES"])
        protocol = protocols.setdefault(vial[0], _Protocol(vial[0]))
        protocol.readings.append(reading)
        if cells.get("Count Time"):
            protocol.minutes.append(sheet.number(cells["Count Time"], where))
    return protocols


def _cells(row: tuple[str, ...], names: tuple[str, ...], where: str) -> dict[str, str]:
    if len(row) < len(names) or any(row[len(names) :]):
        raise InputError(
            f"has {len(row)} cells under {len(names)} column names",
            where=where,
            do="Export the file again",
        )
    cells = dict(zip(names, row, strict=False))
    if not all(re.fullmatch(r"[0-9]{1,4}", cells[key]) for key in ("P#", "S#")):
        raise InputError(
            f"P# is '{cells['P#']}' and S# is '{cells['S#']}'",
            where=where,
            allowed="The numbers of protocol and vial have at most four digits",
        )
    return cells


def _notes(sheet: Sheet, protocol: _Protocol, column: str) -> list[str]:
    times = protocol.minutes
    dates = date_note(
        cell
        for row in sheet.rows
        for cell in row
        if re.match(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}", cell)
    )
    notes = [
        *sheet.all_notes,
        (
            f"protocol {protocol.number}: {len(protocol.readings)} vials in the order counted "
            "are wells A01, A02, … row by row"
        ),
        f"readings from column {column}",
    ]
    if times and protocol.counting_time_min is None:
        notes.append(
            f"counting times differ ({min(times):g} to {max(times):g} min), so none is used"
        )
    return [*notes, dates] if dates else notes


def _plates(
    name: str,
    protocol: _Protocol,
    unit: str,
    notes: list[str],
    unused: tuple[str, ...],
    options: ReadOptions,
) -> list[Plate]:
    racks = wells_in_order(protocol.readings, options)
    return [
        make_plate(
            f"{name} {number}" if len(racks) > 1 else name,
            rack,
            shape=(8, 12) if options.plate_size is None else None,
            unit=unit,
            options=options,
            counting_time_min=protocol.counting_time_min,
            notes=notes,
            unused=unused,
        )
        for number, rack in enumerate(racks, 1)
    ]


def _value_column(names: tuple[str, ...], unit: str | None, where: str) -> tuple[int, list[str]]:
    """Column of readings and names of the others.

    It is the one of the requested name or unit, else CPM before DPM.
    """
    columns = [k for k, name in enumerate(names) if count_unit(name)]
    if not columns:
        raise InputError(
            "has no column CPMA or DPM1", where=where, do="Export the table with its counts"
        )
    wanted = columns_of(names, columns, unit)
    chosen = (wanted or sorted(columns, key=lambda k: (count_unit(names[k]) != "cpm", k)))[0]
    return chosen, [names[k] for k in columns if k != chosen]


READER = Reader(
    description="QuantaSmart table of a Tri-Carb vial counter",
    sniff=sniff,
    read=read,
    words=("Tri-Carb", "TriCarb", "QuantaSmart"),
)
