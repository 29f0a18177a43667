"""Text or workbook of Gen5 for a BioTek plate reader: one plate for each reading of each plate.

Readings are the rows whose label is a step of the procedure (`LUM:Lum`, `od:600`, `485,528`), with
one plate for each time of a kinetic and each wavelength of a spectrum. Values that Gen5 calculated
(blank subtracted, concentrations, ratios) and its layout are not read; `Plate.unused` names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tricyclic.core.plate import row_letters
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, shortened
from tricyclic.io.headings import READING_UNITS
from tricyclic.io.plates import plate_size_in_text
from tricyclic.io.readings import (
    PlateReading,
    Position,
    column_numbers,
    plates_of_readings,
    position_of,
    read_cells,
    row_number,
    size_of,
    with_decimal_mark_of,
)
from tricyclic.numerals import parse_number

_WAVELENGTHS = r"[0-9]{3,4}(?:/[0-9]+)?(?:,[0-9]{3,4}(?:/[0-9]+)?)*"
# Lum and Alpha stand for a reading without wavelengths; brackets name the part of a polarisation.
_READING = re.compile(
    rf"(?:(.+):)?(?:{_WAVELENGTHS}|Lum|Alpha)(?: \[(?:Parallel|Perpendicular)\])?", re.IGNORECASE
)
_SPECTRUM = re.compile(r"(?:(.+):)?(?:\w+ )?Spectrum", re.IGNORECASE)
# Values that Gen5 calculated begin with these words, before the name of the reading.
_CALCULATED = re.compile(
    r"(?:Blank|Corrected|Mean|Max|Min|Delta|Ratio|Norm|Average|Std|CV|Log|Conc|Diff)\b",
    re.IGNORECASE,
)
# Longest time of a kinetic that a spreadsheet stores as a number of days.
_MOST_DAYS = 366.0
_MODE = re.compile(
    r"\b(Absorbance|Fluorescence|Luminescence|Alpha) (?:Endpoint|Spectrum|Kinetic|Linear|Area)",
    re.IGNORECASE,
)
_TIME = re.compile(r"[0-9]{1,3}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?")


@dataclass
class _Gen5Reading:
    """One reading of a plate: its label, and the text and row of the sheet of each well."""

    label: str
    point: str = ""
    cells: dict[Position, tuple[str, int]] = field(default_factory=dict)


@dataclass
class _Gen5Plate:
    """The part of the file about one plate: its steps, readings, layout and other blocks."""

    name: str
    modes: dict[str, set[str]] = field(default_factory=dict)
    size: int | None = None
    readings: list[_Gen5Reading] = field(default_factory=list)
    calculated: list[_Gen5Reading] = field(default_factory=list)
    layout_rows: set[int] = field(default_factory=set)
    unused: list[str] = field(default_factory=list)


def sniff(raw: RawFile) -> float:
    """Whether the file begins with the version of the software and names the plate."""
    if raw.is_workbook:
        sheets = raw.sheets_to_sniff
        cells = {cell for sheet in sheets for row in sheet.rows[:40] for cell in row[:2] if cell}
        begins = "Software Version" in cells
    else:
        head = raw.text[:20_000].lstrip('\ufeff\n\t ,;"')
        begins = re.match(r'Software Version *"?[\t,;]', head) is not None
        cells = {re.split(r"[\t,;]", line, maxsplit=1)[0].strip('" ') for line in head.split("\n")}
    return 1.0 if begins and "Plate Number" in cells else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per reading of every plate, in the order of the file."""
    readings: list[PlateReading] = []
    unused: list[str] = []
    for sheet in raw.sheets:
        for section in _sections(sheet):
            of_plate, passed = _readings(sheet, section)
            readings += of_plate
            unused += passed
    if not readings:
        raise InputError(
            "contains no readings",
            do="Export the results of Gen5 with the raw data of each plate, as a matrix or a table",
        )
    return FileContent(plates=plates_of_readings(readings, raw.stem, options, unused=unused))


def _sections(sheet: Sheet) -> list[_Gen5Plate]:
    starts = [k for k, row in enumerate(sheet.rows) if _first(row) == "Plate Number"]
    ends = [*starts[1:], len(sheet.rows)]
    return [_section(sheet, start, end) for start, end in zip(starts, ends, strict=True)]


def _section(sheet: Sheet, start: int, end: int) -> _Gen5Plate:
    cells = [cell for cell in sheet.rows[start] if cell]
    section = _Gen5Plate(cells[1] if len(cells) > 1 else "")
    step, title = None, ""
    index = start + 1
    while index < end:
        row = sheet.rows[index]
        filled = [cell for cell in row if cell]
        first = filled[0] if filled else ""
        if columns := column_numbers(row):
            index = _matrix(sheet, index, end, columns, title, section)
            continue
        if wells := _wells(row):
            index = _list_by_rows(sheet, index, end, wells, title, section)
            continue
        if "Well" in filled and len(filled) > 1 and index + 1 < end:
            index = _table(sheet, index, end, section)
            continue
        if first == "Plate Type" and len(filled) > 1:
            section.size = plate_size_in_text(filled[1])
        elif first == "Read":
            step = "" if len(filled) < 2 or _MODE.match(filled[1]) else filled[1]
        elif "Fitting Results" in first or first.endswith("Interpolations"):
            section.unused.append(f"block '{shortened(first)}' ({sheet.where(index)})")
        mode = _MODE.search(" ".join(filled)) if step is not None else None
        if mode and step is not None:
            section.modes.setdefault(step, set()).add(mode[1].lower())
        if len(filled) == 1:
            title = first
        index += 1
    return section


def _first(row: Sequence[str]) -> str:
    return next((cell for cell in row if cell), "")


def _wells(row: Sequence[str]) -> dict[int, Position]:
    """Cell -> well, of a row "Time", "Wavelength" or the like before the names of wells."""
    wells: dict[int, Position] = {}
    for k, cell in enumerate(row):
        position = position_of(cell)
        if position:
            wells[k] = position
        elif wells and cell:
            return {}
    start = _first(row).split(" ")[0].split("(")[0]
    return wells if wells and start in {"Time", "Wavelength"} else {}


def _matrix(
    sheet: Sheet, header: int, end: int, columns: dict[int, int], title: str, section: _Gen5Plate
) -> int:
    """Rows of a matrix, which have the letter of the plate's row once and a label at the right."""
    first, last = min(columns), max(columns)
    row_of_plate: int | None = None
    parsed: dict[str, _Gen5Reading] = {}
    index = header + 1
    while index < end and any(sheet.rows[index]):
        row = sheet.rows[index]
        letter = row[first - 1] if len(row) > first - 1 else ""
        if letter:
            row_of_plate = row_number(letter)
        if row_of_plate is None:
            break
        if len(row) <= last:
            raise InputError(
                f"has {len(row)} cells under {last + 1} columns",
                where=sheet.where(index),
                do="Export the file again",
            )
        label = next((cell for cell in row[last + 1 :] if cell), "")
        reading = parsed.setdefault(label, _Gen5Reading(label or title))
        for k, column in columns.items():
            position = (row_of_plate, column)
            if position in reading.cells:
                raise InputError(
                    f"row {row_letters(row_of_plate)} of '{reading.label}' appears twice",
                    where=sheet.where(index),
                    do="Export the file again",
                )
            reading.cells[position] = (row[k], index)
        index += 1
    if title == "Layout" or "Well ID" in parsed:
        section.layout_rows |= {row for one in parsed.values() for row, _ in one.cells}
        section.unused.append(f"block 'Layout' ({sheet.where(header)})")
    else:
        _add(section, parsed.values())
    return index


def _list_by_rows(
    sheet: Sheet, header: int, end: int, wells: dict[int, Position], title: str, section: _Gen5Plate
) -> int:
    """Rows of a kinetic or a spectrum, one for each time or wavelength, with wells as columns."""
    spectrum = _first(sheet.rows[header]).startswith("Wavelength")
    readings = []
    index = header + 1
    while index < end and any(sheet.rows[index]):
        row = sheet.rows[index]
        point = _first(row) if spectrum else _time(_first(row))
        if not point or (spectrum and not point.isdigit()):
            if sum(bool(cell) for cell in row) > 1:
                raise InputError(
                    f"'{shortened(_first(row))}' is neither a time nor a wavelength",
                    where=sheet.where(index),
                    do="Export the file again",
                )
            break
        values = {
            position: (row[k], index) for k, position in wells.items() if k < len(row) and row[k]
        }
        # Times that were planned and not read are 0:00:00 without values.
        if values:
            readings.append(_Gen5Reading(title, f"{point} nm" if spectrum else point, values))
        index += 1
    _add(section, readings)
    return index


def _time(text: str) -> str:
    """A time as h:mm:ss, from that form, or from the days in which a spreadsheet stores it."""
    if _TIME.fullmatch(text):
        return text
    days = parse_number(text)
    if days is None or not 0 <= days < _MOST_DAYS:
        return ""
    seconds = round(86400 * days)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _table(sheet: Sheet, header: int, end: int, section: _Gen5Plate) -> int:
    """Rows of a table with one well each, and a column for each reading."""
    names = sheet.rows[header]
    at = names.index("Well")
    readings = {
        k: _Gen5Reading(name)
        for k, name in enumerate(names)
        if name and k != at and name not in {"Well ID", "Name", "Conc/Dil", "Count"}
    }
    index = header + 1
    while index < end and any(sheet.rows[index]):
        row = sheet.rows[index]
        position = position_of(row[at]) if at < len(row) else None
        if position is None:
            break
        for k, reading in readings.items():
            if position in reading.cells:
                raise InputError(
                    f"well {row[at]} appears twice",
                    where=sheet.where(index),
                    do="Export the raw data of each well, without statistics of replicates",
                )
            reading.cells[position] = (row[k] if k < len(row) else "", index)
        index += 1
    others = [name for name in names if name and name in {"Well ID", "Name", "Conc/Dil", "Count"}]
    section.unused += quoted("column", others)
    _add(section, readings.values())
    return index


def _add(section: _Gen5Plate, readings: Iterable[_Gen5Reading]) -> None:
    for reading in readings:
        (section.readings if _is_read(reading.label, section) else section.calculated).append(
            reading
        )


def _is_read(label: str, section: _Gen5Plate) -> bool:
    """Whether a label names a step of the procedure and what it read."""
    match = _READING.fullmatch(label) or _SPECTRUM.fullmatch(label)
    if match is None:
        return False
    step = match[1] or ""
    return not step or step in section.modes or not _CALCULATED.match(step)


def _readings(sheet: Sheet, section: _Gen5Plate) -> tuple[list[PlateReading], list[str]]:
    """Readings of one plate, and what is not used; calculated values only if there is no other."""
    chosen = _once(section.readings)
    unused = list(section.unused)
    notes: list[str] = []
    if chosen:
        unused += quoted(
            "calculated values", list(dict.fromkeys(one.label for one in section.calculated))
        )
    else:
        chosen = _once(section.calculated)
        notes = ["values as Gen5 calculated them; the file contains no raw readings"]
    _check_complete(sheet, section, chosen)
    numbers = with_decimal_mark_of(sheet, [one.cells for one in chosen])
    positions = [position for one in chosen for position in one.cells]
    size = section.size or size_of([row for row, _ in positions], [at for _, at in positions])
    readings = []
    for one in chosen:
        mode = _mode(section, one.label)
        readings.append(
            PlateReading(
                section.name,
                (one.label, one.point),
                read_cells(one.cells, numbers),
                READING_UNITS.get(mode, ""),
                size,
                (*numbers.all_notes, *([f"step of the procedure: {mode}"] if mode else []), *notes),
            )
        )
    return readings, unused


def _once(readings: Sequence[_Gen5Reading]) -> list[_Gen5Reading]:
    """Readings, each once: Gen5 may write a reading both alone and among the results."""
    kept: list[_Gen5Reading] = []
    for reading in readings:
        values = {position: text for position, (text, _) in reading.cells.items()}
        repeated = any(
            one.label == reading.label
            and one.point == reading.point
            and {position: text for position, (text, _) in one.cells.items()} == values
            for one in kept
        )
        if not repeated:
            kept.append(reading)
    return kept


def _check_complete(sheet: Sheet, section: _Gen5Plate, readings: Sequence[_Gen5Reading]) -> None:
    """Refuse a matrix with fewer rows than the layout above it, as of a file that ends early.

    Raises
    ------
    InputError
        With the reading and its last row.
    """
    for reading in readings:
        rows = {row for row, _ in reading.cells}
        missing = sorted(section.layout_rows - rows) if not reading.point else []
        if missing and max(rows) < max(missing):
            _, last = max((at, at) for _, at in reading.cells.values())
            raise InputError(
                f"the reading '{reading.label}' ends with row {row_letters(max(rows))}, the layout "
                f"with row {row_letters(max(missing))}",
                where=sheet.where(last),
                do="Export the file again",
            )


def _mode(section: _Gen5Plate, label: str) -> str:
    """Detection of the step that a label names; "" if the procedure does not show it."""
    match = _READING.fullmatch(label) or _SPECTRUM.fullmatch(label)
    every = set().union(*section.modes.values())
    modes = section.modes.get((match[1] or "") if match else "", set()) or every
    if len(modes) == 1:
        return next(iter(modes))
    # Steps without names: two wavelengths are excitation and emission, one is an absorbance.
    name = label.rpartition(":")[2]
    likely = (
        "luminescence"
        if name == "Lum"
        else "fluorescence"
        if "," in name
        else "absorbance"
        if name.isdigit()
        else name.lower()
    )
    return likely if likely in modes else ""


READER = Reader(
    description="text or workbook of Gen5 (BioTek plate reader)",
    sniff=sniff,
    read=read,
    seen="Gen5 3.12 and 3.15, text",
    words=("Gen5", "BioTek", "Synergy"),
)
