"""Text of SoftMax Pro for a SpectraMax plate reader: one plate for each reading of a plate section.

A section has a reading for each time (kinetic) or wavelength (spectrum), and for each wavelength of
the protocol; the name of a plate states them. Values that SoftMax reduced from the raw readings,
groups and notes are not read; they are named in `Plate.unused`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tricyclic.core.plate import PLATE_SHAPES, Plate, row_letters, well_position
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, is_number_like, read_text, shortened
from tricyclic.io.headings import READING_UNITS
from tricyclic.io.plates import CellReading, instrument_reading, make_plate, with_own_names

_Position = tuple[int, int]
_TIME = re.compile(r"(?:[0-9]+\.)?[0-9]{1,3}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?")


@dataclass(frozen=True)
class _Section:
    """One block of the file, from its heading to ~End; rows as indices of the sheet."""

    kind: str
    cells: tuple[str, ...]
    first: int
    last: int
    complete: bool

    @property
    def name(self) -> str:
        """Name of the section, for its plates and for messages."""
        if self.kind == "Plate" and len(self.cells) > 1 and self.cells[1]:
            return self.cells[1]
        own = self.cells[0].partition(":")[2].strip()
        return own or next((cell for cell in self.cells[1:] if cell), "")


@dataclass(frozen=True)
class _Panel:
    """Adjacent columns of readings at one wavelength: position of each well, from `start`.

    In a plate format `columns` are the columns of the plate; in a time format `wells` are its
    wells.
    """

    start: int
    columns: tuple[int, ...] = ()
    wells: tuple[_Position, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.columns or self.wells)


@dataclass(frozen=True)
class _Reading:
    """Rows of one reading and its label: a time, a wavelength, or nothing."""

    label: str
    rows: tuple[int, ...]


def sniff(raw: RawFile) -> float:
    """Whether the file begins with the number of blocks and has a plate section."""
    text = raw.text
    begins = text[:200].lstrip("\ufeff\n ").startswith("##BLOCKS=")
    return (
        1.0 if begins and re.search(r"^\s*(Plate|Group|Note|Cuvette)", text, re.MULTILINE) else 0.0
    )


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per reading of every plate section, in the order of the file."""
    text, encoding = read_text(raw.data)
    rows = tuple(tuple(cell.strip() for cell in line.split("\t")) for line in text.split("\n"))
    sections = _sections(rows)
    _check_number(rows, sections)
    # Other sections may have other decimals in their texts, so only plates decide the decimal mark.
    kept = [k for one in sections if one.kind == "Plate" for k in range(one.first, one.last + 1)]
    if not kept:
        names = ", ".join(sorted({one.kind for one in sections})) or "none"
        raise InputError(
            "contains no plate section",
            allowed=f"Its sections are: {names}",
            do="Export the plate sections too",
        )
    notes = (encoding, "delimiter tab")
    sheet = Sheet(rows, tuple(range(1, len(rows) + 1)), "", "\t", raw.decimal, notes)
    numbers = Sheet(tuple(rows[k] for k in kept), tuple(kept), "", "\t", raw.decimal).numbers
    sheet = Sheet(rows, sheet.lines, "", "\t", numbers.decimal, notes)
    others = tuple(
        f"section '{one.kind} {one.name}'"
        if one.name
        else f"section '{one.kind}' (line {one.first + 1})"
        for one in sections
        if one.kind != "Plate"
    )
    plates: list[Plate] = []
    for section in sections:
        if section.kind == "Plate":
            plates += _plates(sheet, section, raw.stem, options, others)
    return FileContent(plates=tuple(with_own_names(plates)))


def _sections(rows: Sequence[tuple[str, ...]]) -> list[_Section]:
    sections: list[_Section] = []
    start: int | None = None
    for index, row in enumerate(rows):
        head = row[0].partition(":")[0] if row else ""
        if start is None and head in ("Plate", "Group", "Note", "Cuvette Set", "Cuvette"):
            start = index
        elif head.strip() == "~End" and start is not None:
            sections.append(_section(rows, start, index - 1, complete=True))
            start = None
    if start is not None:
        sections.append(_section(rows, start, len(rows) - 1, complete=False))
    return sections


def _section(rows: Sequence[tuple[str, ...]], first: int, last: int, *, complete: bool) -> _Section:
    return _Section(rows[first][0].partition(":")[0], rows[first], first, last, complete)


def _check_number(rows: Sequence[tuple[str, ...]], sections: Sequence[_Section]) -> None:
    """Refuse a file that ends early: sections without an end, or fewer than its first line states.

    Raises
    ------
    InputError
        With the section that is not complete.
    """
    cut = next((one for one in sections if not one.complete), None)
    if cut is not None:
        raise InputError(
            f"the section '{cut.kind} {cut.name}'".rstrip() + " has no end (~End)",
            where=f"line {cut.first + 1}",
            do="Export the file again",
        )
    first = next((row[0] for row in rows if row and row[0]), "")
    match = re.match(r"##BLOCKS=\s*([0-9]+)", first)
    if match and int(match[1]) != len(sections):
        raise InputError(
            f"has {len(sections)} sections, but its first line states {match[1]}",
            do="Export the file again",
        )


def _plates(
    sheet: Sheet,
    section: _Section,
    stem: str,
    options: ReadOptions,
    others: tuple[str, ...],
) -> Iterator[Plate]:
    mode = section.cells[5].lower() if len(section.cells) > 5 else ""
    header = next(
        (k for k in range(section.first + 1, section.last + 1) if any(sheet.rows[k])), section.first
    )
    panels = _panels(sheet.rows[header])
    if panels is None:
        cells = ", ".join(cell for cell in sheet.rows[header][1:] if cell)
        raise InputError(
            f"the first row of the plate section '{section.name}' is '{shortened(cells)}'",
            where=sheet.where(header),
            allowed="It has the numbers of the columns, or the names of the wells",
            do="Export the raw data of the plate, with wells and not samples as columns",
        )
    readings, reduced = _readings(sheet, section, header)
    if not readings:
        raise InputError(
            f"the plate section '{section.name}' has no readings",
            where=sheet.where(header),
            do="Export the raw data of the plate",
        )
    size = _size(section, panels, options)
    labels = _wavelengths(section, len(panels))
    unused = list(others)
    if reduced is not None and not _repeats(sheet, reduced, header, readings, panels):
        unused.append(f"reduced values of '{section.name}' ({sheet.where(reduced)})")
    several = len(readings) * len(panels) > 1
    for reading in readings:
        for panel, wavelength in zip(panels, labels, strict=True):
            parts = [part for part in (section.name, reading.label, wavelength) if part]
            plate = make_plate(
                " ".join([stem, *parts]),
                _cells(sheet, section, reading, panel, size),
                shape=PLATE_SHAPES[size] if size else None,
                unit=READING_UNITS.get(mode.split()[0] if mode else "", ""),
                options=options,
                notes=(
                    *sheet.all_notes,
                    f"section '{section.name}', {' '.join(section.cells[4:6]).strip()}",
                    *([f"reading at {reading.label}"] if reading.label else []),
                    *([wavelength] if wavelength else []),
                ),
                unused=tuple(unused),
            )
            same = f"section '{section.name}' (line {section.first + 1})" if several else ""
            named = " ".join(part for part in (reading.label, wavelength) if part)
            yield replace(plate, reading_of=same, reading=named if several else "")


def _panels(row: tuple[str, ...]) -> list[_Panel] | None:
    """Panels of a header, which has columns 1, 2, … or wells A1, A2, … in each; else None."""
    cells = row[2:]
    if len(row) < 3 or row[0] or is_number_like(row[1]):
        return None
    panels: list[_Panel] = []
    at = 0
    while at < len(cells):
        if not cells[at]:
            at += 1
            continue
        start = at
        while at < len(cells) and cells[at]:
            at += 1
        run = cells[start:at]
        numbers = [int(cell) if re.fullmatch(r"[0-9]{1,2}", cell) else 0 for cell in run]
        wells = [_well(cell) for cell in run]
        if all(numbers) and numbers == list(range(numbers[0], numbers[0] + len(run))):
            panels.append(_Panel(start + 2, columns=tuple(number - 1 for number in numbers)))
        elif all(well is not None for well in wells):
            panels.append(_Panel(start + 2, wells=tuple(well for well in wells if well)))
        else:
            return None
    return panels or None


def _well(cell: str) -> _Position | None:
    try:
        return well_position(cell)
    except InputError:
        return None


def _readings(sheet: Sheet, section: _Section, header: int) -> tuple[list[_Reading], int | None]:
    """Readings below the header, and the row of the header of reduced values, if there is one."""
    readings: list[_Reading] = []
    rows: list[int] = []
    label = ""

    def close() -> None:
        if rows:
            readings.append(_Reading(label, tuple(rows)))
            rows.clear()

    by_well = bool((_panels(sheet.rows[header]) or [_Panel(0)])[0].wells)
    for index in range(header + 1, section.last + 1):
        row = sheet.rows[index]
        if _panels(row) is not None:
            close()
            return readings, index
        if not any(row):
            close()
            continue
        # A time or a wavelength begins a reading, and in a time format every row is one.
        if row[0] or by_well:
            close()
            label = _label(row[0], section)
        rows.append(index)
    close()
    return readings, None


def _label(cell: str, section: _Section) -> str:
    """Time or wavelength of a reading: "00:01:30", "525 nm"."""
    if not cell:
        return ""
    spectrum = len(section.cells) > 4 and section.cells[4].lower().startswith("spectrum")
    return f"{cell} nm" if spectrum and not _TIME.fullmatch(cell) else cell


def _wavelengths(section: _Section, panels: int) -> list[str]:
    """Label of each panel: its wavelength, from the heading of the section."""
    cells = section.cells
    for count, listed in pairwise(cells[8:]):
        values = listed.split()
        if count == str(panels) and len(values) == panels and all(map(is_number_like, values)):
            if panels == 1:
                return [""]
            if len(set(values)) == panels:
                return [f"{value} nm" for value in values]
    # One wavelength may be read twice, with two excitations.
    return [""] if panels == 1 else [f"part {number}" for number in range(1, panels + 1)]


def _size(section: _Section, panels: Sequence[_Panel], options: ReadOptions) -> int | None:
    """Wells of the plate: the heading has the first column, the number of columns and the size."""
    if options.plate_size is not None:
        return options.plate_size if options.plate_size in PLATE_SHAPES else None
    cells = section.cells[8:]
    for first, columns, size in zip(cells, cells[1:], cells[2:], strict=False):
        if not all(re.fullmatch(r"[0-9]{1,4}", cell) for cell in (first, columns, size)):
            continue
        shape = PLATE_SHAPES.get(int(size))
        if shape is not None and int(first) >= 1 and int(first) + int(columns) - 1 <= shape[1]:
            widest = max((column for panel in panels for column in panel.columns), default=0)
            if widest < shape[1]:
                return int(size)
    return None


def _cells(
    sheet: Sheet, section: _Section, reading: _Reading, panel: _Panel, size: int | None
) -> dict[_Position, CellReading]:
    cells: dict[_Position, CellReading] = {}
    if panel.wells:
        if len(reading.rows) > 1:
            raise InputError(
                f"the reading {reading.label} has {len(reading.rows)} rows",
                where=sheet.where(reading.rows[1]),
                allowed="With wells as columns it has one",
                do="Export the file again",
            )
        _check_width(sheet, reading.rows[0], panel)
        positions = {(reading.rows[0], panel.start + k): well for k, well in enumerate(panel.wells)}
    else:
        first = _first_row(sheet, section, reading, size)
        for at in reading.rows:
            _check_width(sheet, at, panel)
        positions = {
            (at, panel.start + k): (first + r, column)
            for r, at in enumerate(reading.rows)
            for k, column in enumerate(panel.columns)
        }
    for (at, column), position in positions.items():
        well = f"{row_letters(position[0])}{position[1] + 1:02d}"
        one = instrument_reading(sheet.rows[at][column], sheet, f"{sheet.where(at)}, well {well}")
        if one is not None:
            cells[position] = one
    return cells


def _check_width(sheet: Sheet, at: int, panel: _Panel) -> None:
    if len(sheet.rows[at]) < panel.start + panel.width:
        raise InputError(
            f"has {len(sheet.rows[at])} cells under {panel.start + panel.width} columns",
            where=sheet.where(at),
            do="Export the file again",
        )


def _first_row(sheet: Sheet, section: _Section, reading: _Reading, size: int | None) -> int:
    """Row of the plate of the first row of a reading, which has no letters.

    Raises
    ------
    InputError
        If the reading has fewer rows than the plate, and the heading does not state which.
    """
    number = len(reading.rows)
    rows = PLATE_SHAPES[size][0] if size else None
    if rows is None or number == rows:
        return 0
    # The heading ends with the first row and the number of rows, and empty fields.
    filled = [cell for cell in section.cells if cell]
    if len(filled) > 1 and filled[-1] == str(number) and re.fullmatch(r"[0-9]{1,2}", filled[-2]):
        first = int(filled[-2]) - 1
        if first >= 0 and first + number <= rows:
            return first
    raise InputError(
        f"a reading of '{section.name}' has {number} rows, the plate {rows}",
        where=sheet.where(reading.rows[0]),
        do="Export the file again, or give the size of the plate",
    )


def _repeats(
    sheet: Sheet, header: int, raw_header: int, readings: Sequence[_Reading], panels: list[_Panel]
) -> bool:
    """Whether the reduced values are those of the only reading, as of an endpoint."""
    if len(readings) != 1 or len(panels) != 1 or _panels(sheet.rows[header]) is None:
        return False
    (panel,) = panels
    rows = readings[0].rows
    for offset, at in enumerate(rows, 1):
        if header + offset >= len(sheet.rows):
            return False
        other = sheet.rows[header + offset]
        for column in range(panel.start, panel.start + panel.width):
            one = (
                sheet.numbers.read(sheet.rows[at][column]) if column < len(sheet.rows[at]) else None
            )
            two = sheet.numbers.read(other[column]) if column < len(other) else None
            if (one is None) != (two is None):
                return False
            if (
                one is not None
                and two is not None
                and not math.isclose(one, two, rel_tol=1e-3, abs_tol=1e-9)
            ):
                return False
    return True


READER = Reader(
    description="text of SoftMax Pro (SpectraMax plate reader)",
    sniff=sniff,
    read=read,
    seen="SoftMax Pro, four exports",
    words=("SoftMax", "SpectraMax", "##BLOCKS"),
)
