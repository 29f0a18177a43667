"""Workbook or text of Magellan, i-control or SparkControl for a Tecan plate reader.

Magellan writes a list of wells with a column for each reading. i-control and SparkControl write,
for each label, a grid with `<>` in its corner, a list of wells, or a kinetic with cycles as
columns or rows; each cycle is a reading. The headings are known in English and German.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, shortened
from tricyclic.io.headings import READING_UNITS
from tricyclic.io.plates import plate_size_in_text
from tricyclic.io.readings import (
    PlateReading,
    Position,
    lettered_grids,
    plates_of_readings,
    position_of,
    read_cells,
    size_of,
    with_decimal_mark_of,
)

_APPLICATION = re.compile(
    r"(?:application|programm)\s*:\s*(?:tecan|sparkcontrol|i-control)", re.IGNORECASE
)
_LABEL = re.compile(r"(?:label|name)\s*:\s*(\S.*)", re.IGNORECASE)
_MODES = {
    "absor": "absorbance",
    "extinktion": "absorbance",
    "fluor": "fluorescence",
    "lumin": "luminescence",
    "lumines": "luminescence",
}
_CYCLES = ("cycle nr", "zyklus nr", "zyklen nr", "cycle no")
_TIMES = ("time [", "zeit [")
_SECONDS = re.compile(r"[0-9]+(?:[.,][0-9]+)? ?s")
_PER_WELL = ("cycles / well", "zyklen / well")
_NOT_READINGS = {"plate", "layout", "replicate info", "sample", "well positions", "conc"}


@dataclass
class _TecanReading:
    """One reading of a sheet before its numbers are read."""

    label: str
    mode: str
    point: str = ""
    cells: dict[Position, tuple[str, int]] = field(default_factory=dict)


@dataclass
class _Context:
    """The texts above a block: label of the reading, detection and plate."""

    label: str = ""
    mode: str = ""
    size: int | None = None
    modes: list[str] = field(default_factory=list)


def sniff(raw: RawFile) -> float:
    """Whether a sheet names the program or has Magellan's list of well positions."""
    sheets = raw.sheets_to_sniff if raw.is_workbook or _is_text_of_tecan(raw) else ()
    return 1.0 if any(_is_icontrol(sheet) or _list_header(sheet) for sheet in sheets) else 0.0


def _is_text_of_tecan(raw: RawFile) -> bool:
    head = raw.text[:4000]
    return bool(_APPLICATION.search(head)) or "Well positions" in head


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per reading of every sheet, in the order of the file."""
    readings: list[PlateReading] = []
    unused: list[str] = []
    several = sum(_is_icontrol(one) or bool(_list_header(one)) for one in raw.sheets) > 1
    for sheet in raw.sheets:
        if _is_icontrol(sheet):
            parsed, context = _icontrol(sheet)
            passed: tuple[str, ...] = ()
        elif _list_header(sheet):
            parsed, context, passed = _magellan(sheet)
        else:
            unused += quoted("sheet", [sheet.name] if sheet.name else [])
            continue
        unused += passed
        readings += _plate_readings(sheet, parsed, context, sheet.name if several else "")
    return FileContent(plates=plates_of_readings(readings, raw.stem, options, unused=unused))


def _plate_readings(
    sheet: Sheet, parsed: Sequence[_TecanReading], context: _Context, name: str
) -> list[PlateReading]:
    numbers = with_decimal_mark_of(sheet, [one.cells for one in parsed])
    readings = []
    for one in parsed:
        label, _, plate = one.label.partition("\t")
        size = context.size or size_of([r for r, _ in one.cells], [c for _, c in one.cells])
        readings.append(
            PlateReading(
                " ".join(part for part in (name, plate) if part),
                (label, one.point),
                read_cells(one.cells, numbers),
                READING_UNITS.get(one.mode, ""),
                size,
                (*numbers.all_notes, *([f"mode: {one.mode}"] if one.mode else [])),
            )
        )
    return readings


def _is_icontrol(sheet: Sheet) -> bool:
    return any(_APPLICATION.match(cell) for row in sheet.rows[:4] for cell in row[:1])


def _list_header(sheet: Sheet) -> int | None:
    """Index of the row with "Well positions", plus 1; None if there is none."""
    for index, row in enumerate(sheet.rows[:10]):
        if "well positions" in {cell.lower() for cell in row}:
            return index + 1
    return None


def _magellan(sheet: Sheet) -> tuple[list[_TecanReading], _Context, tuple[str, ...]]:
    """The columns of readings of a list, what the lines below it state, and what is not used."""
    header = (_list_header(sheet) or 1) - 1
    names = sheet.rows[header]
    lower = [name.lower() for name in names]
    at = lower.index("well positions")
    of_plate = lower.index("plate") if "plate" in lower else None
    skipped = [k for k, name in enumerate(lower) if name in _NOT_READINGS]
    columns = {k: name for k, name in enumerate(names) if name and k not in skipped}
    if not columns:
        raise InputError(
            "has no column of readings beside 'Well positions'",
            where=sheet.where(header),
            do="Export the raw data of Magellan too",
        )
    parsed: dict[tuple[str, int], _TecanReading] = {}
    times: dict[int, str] = {}
    plate, context = "", _Context()
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        position = position_of(row[at]) if at < len(row) else None
        if position is None:
            # Above the wells, each column of a kinetic may have its time.
            if not parsed:
                times |= {k: row[k] for k in columns if k < len(row) and _SECONDS.fullmatch(row[k])}
            _note_setting(row, context)
            continue
        # The plate stands at its first wells only in some exports.
        plate = (row[of_plate] if of_plate is not None and of_plate < len(row) else "") or plate
        for k, name in columns.items():
            text = row[k] if k < len(row) else ""
            reading = parsed.setdefault(
                (plate, k), _TecanReading(f"{name}\t{plate}", "", times.get(k, ""))
            )
            if position in reading.cells:
                raise InputError(
                    f"well {row[at]} appears twice in '{shortened(name)}'",
                    where=sheet.where(index),
                    do="Export each plate to a file of its own",
                )
            if text:
                reading.cells[position] = (text, index)
    readings = [one for one in parsed.values() if _has_number(one)]
    texts = [
        names[k] for k in columns if all(one.label.split("\t")[0] != names[k] for one in readings)
    ]
    # One measurement of each column, in their order, or one of all.
    modes = dict(zip(columns, context.modes, strict=False))
    if len(context.modes) != len(columns):
        modes = dict.fromkeys(columns, context.modes[0] if context.modes else "")
    for (_, k), one in parsed.items():
        one.mode = modes[k]
    others = [names[k] for k in skipped if k not in (at, of_plate)]
    return readings, context, quoted("column", [*others, *texts])


def _has_number(reading: _TecanReading) -> bool:
    return any(any(c.isdigit() for c in text) for text, _ in reading.cells.values())


def _note_setting(row: Sequence[str], context: _Context) -> None:
    """Detection and plate that a line below the list states."""
    for cell in row:
        lower = cell.lower()
        if lower.startswith("measurement mode"):
            context.modes.append(_mode(lower.partition(":")[2]))
        elif lower.startswith("plate definition file"):
            context.size = plate_size_in_text(cell)


def _mode(text: str) -> str:
    return next((mode for start, mode in _MODES.items() if start in text.lower()), "")


def _icontrol(sheet: Sheet) -> tuple[list[_TecanReading], _Context]:
    """The blocks of one sheet of i-control or SparkControl."""
    context = _Context()
    grids = {grid.header: grid for grid in lettered_grids(sheet)}
    parsed: list[_TecanReading] = []
    index, above = 0, ""
    while index < len(sheet.rows):
        row = sheet.rows[index]
        filled = [cell for cell in row if cell]
        first = filled[0] if filled else ""
        lower = first.lower()
        label = context.label or above
        if index in grids and grids[index].corner == "<>":
            grid = grids[index]
            parsed.append(_TecanReading(label, context.mode, "", dict(grid.cells)))
            index = grid.last + 1
        elif lower.startswith(_CYCLES):
            block, index = _kinetic(sheet, index, label, context.mode)
            parsed += block
        elif len(filled) > 1 and (first == "<>" or lower == "well"):
            one, index = _list(sheet, index, label, context.mode)
            parsed.append(one)
        elif lower.startswith(_PER_WELL):
            block, index = _cycles_per_well(sheet, index, label, context.mode)
            parsed += block
        else:
            above = _note(filled, context, above)
            index += 1
            continue
        above = ""
    return parsed, context


def _note(filled: Sequence[str], context: _Context, above: str) -> str:
    """Take over what a line between the blocks states; the name of the next block, if any."""
    if not filled:
        return above
    lower = filled[0].lower()
    if match := _LABEL.fullmatch(filled[0]):
        context.label, context.mode = match[1], ""
    elif lower in ("mode", "modus") and len(filled) > 1:
        context.mode = _mode(filled[1])
    elif lower in ("plate", "platte") and len(filled) > 1:
        context.size = plate_size_in_text(filled[1]) or context.size
    elif len(filled) == 1 and ":" not in filled[0]:
        return filled[0]
    return above


def _kinetic(sheet: Sheet, header: int, label: str, mode: str) -> tuple[list[_TecanReading], int]:
    """Readings of a kinetic, one for each cycle, with cycles as columns or as rows."""
    row = sheet.rows[header]
    start = next(k for k, cell in enumerate(row) if cell)
    wells = {k: well for k, cell in enumerate(row) if (well := position_of(cell))}
    if wells:
        return _cycles_as_rows(sheet, header, wells, label, mode)
    cycles = {k: cell for k, cell in enumerate(row) if k > start and cell}
    times: Mapping[int, str] = {}
    readings = {k: _TecanReading(label, mode) for k in cycles}
    index = header + 1
    while index < len(sheet.rows) and any(sheet.rows[index]):
        line = sheet.rows[index]
        name = line[start] if start < len(line) else ""
        position = position_of(name)
        if name.lower().startswith(_TIMES):
            unit = name.partition("[")[2].strip(" ]")
            times = {k: f"{line[k]} {unit}" for k in cycles if k < len(line) and line[k]}
        elif position is None and not name.lower().startswith("temp"):
            break
        elif position is not None:
            for k, reading in readings.items():
                if k < len(line) and line[k]:
                    reading.cells[position] = (line[k], index)
        index += 1
    for k, reading in readings.items():
        reading.point = _point(cycles[k], times.get(k, ""))
    return [one for one in readings.values() if one.cells], index


def _cycles_as_rows(
    sheet: Sheet, header: int, wells: Mapping[int, Position], label: str, mode: str
) -> tuple[list[_TecanReading], int]:
    names = sheet.rows[header]
    time = next((k for k, name in enumerate(names) if name.lower().startswith(_TIMES)), None)
    readings: list[_TecanReading] = []
    index = header + 1
    while index < len(sheet.rows) and any(sheet.rows[index]):
        row = sheet.rows[index]
        number = next((cell for cell in row if cell), "")
        if not number.isdigit():
            break
        cells = {at: (row[k], index) for k, at in wells.items() if k < len(row) and row[k]}
        unit = names[time].partition("[")[2].strip(" ]") if time is not None else ""
        shown = f"{row[time]} {unit}" if time is not None and time < len(row) and row[time] else ""
        if cells:
            readings.append(_TecanReading(label, mode, _point(number, shown), cells))
        index += 1
    return readings, index


def _cycles_per_well(
    sheet: Sheet, header: int, label: str, mode: str
) -> tuple[list[_TecanReading], int]:
    """The means of a kinetic with several reads per well, which has a block for each well.

    Raises
    ------
    InputError
        If a block has no well or no mean.
    """
    readings: dict[str, _TecanReading] = {}
    index = header
    while index < len(sheet.rows):
        first = next((cell for cell in sheet.rows[index] if cell), "").lower()
        if first and not first.startswith(_PER_WELL):
            break
        if not first:
            index += 1
            continue
        block = list(_until_blank(sheet, index + 1))
        head = sheet.rows[block[0]] if block else ()
        position = position_of(head[0]) if head else None
        means = next((at for at in block if sheet.rows[at][0] in ("Mean", "Mittelwert")), None)
        if position is None or means is None:
            raise InputError(
                "a block of a kinetic with several reads per well has no well or no mean",
                where=sheet.where(index),
                do="Export the file again",
            )
        names = {sheet.rows[at][0].lower(): sheet.rows[at] for at in block}
        times = next((row for name, row in names.items() if name.startswith(_TIMES)), ())
        unit = times[0].partition("[")[2].strip(" ]") if times else ""
        for k, cycle in enumerate(head):
            if k and cycle and k < len(sheet.rows[means]) and sheet.rows[means][k]:
                shown = f"{times[k]} {unit}" if k < len(times) and times[k] else ""
                reading = readings.setdefault(
                    cycle, _TecanReading(label, mode, _point(cycle, shown))
                )
                reading.cells[position] = (sheet.rows[means][k], means)
        index = block[-1] + 1
    return list(readings.values()), index


def _until_blank(sheet: Sheet, index: int) -> Iterator[int]:
    """Rows from an index on, until a blank one or the next block."""
    while index < len(sheet.rows) and any(sheet.rows[index]):
        if sheet.rows[index][0].lower().startswith(_PER_WELL):
            return
        yield index
        index += 1


def _point(cycle: str, time: str) -> str:
    return f"cycle {cycle}" + (f" at {time}" if time else "")


def _list(sheet: Sheet, header: int, label: str, mode: str) -> tuple[_TecanReading, int]:
    """A list of wells with the value, or the mean of several reads, in its second column."""
    names = sheet.rows[header]
    start = next(k for k, cell in enumerate(names) if cell)
    cells: dict[Position, tuple[str, int]] = {}
    index = header + 1
    while index < len(sheet.rows) and any(sheet.rows[index]):
        row = sheet.rows[index]
        position = position_of(row[start]) if start < len(row) else None
        if position is None:
            break
        if start + 1 < len(row) and row[start + 1]:
            cells[position] = (row[start + 1], index)
        index += 1
    return _TecanReading(label, mode, "", cells), max(index, header + 1)


READER = Reader(
    description="workbook of Magellan, i-control or SparkControl (Tecan plate reader)",
    sniff=sniff,
    read=read,
    seen="Magellan, workbook (i-control and SparkControl: not yet)",
    words=("Tecan", "Magellan", "SparkControl", "i-control"),
)
