"""Workbook or text of SkanIt for a Thermo Scientific plate reader: one plate per measured grid.

A grid is measured if its corner is a unit of detection (Abs, RFU, RLU) or its step is a
measurement. Grids of calculations, samples and layouts are not read; `Plate.unused` names them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, is_not_counted, is_number_like, shortened
from tricyclic.io.headings import READING_UNITS
from tricyclic.io.readings import (
    Cells,
    LetteredGrid,
    PlateReading,
    lettered_grids,
    plates_of_readings,
    position_of,
    read_cells,
    size_of,
    with_decimal_mark_of,
)

# Text in the corner of a measured grid, and the detection it stands for.
_CORNERS = {
    "abs": "absorbance",
    "od": "absorbance",
    "rfu": "fluorescence",
    "rlu": "luminescence",
}
_STEP = re.compile(
    r"\s*(absorbance|photometric|fluorescence|fluorometric|time.resolved fluorescence|trf|"
    r"luminescence|luminometric|alpha\w*)\b.*",
    re.IGNORECASE,
)
_DETECTION = {
    "photometric": "absorbance",
    "fluorometric": "fluorescence",
    "luminometric": "luminescence",
    "time resolved fluorescence": "fluorescence",
    "time-resolved fluorescence": "fluorescence",
    "trf": "fluorescence",
}
_PLATE = re.compile(r"(?:plate|platte|plaque|placa|piastra)\s+\S.*", re.IGNORECASE)
_WAVELENGTH = re.compile(
    r"(?:wavelength|ex(?:citation)?|em(?:ission)?|filter)\b[^:]*:\s*(\S.*)", re.IGNORECASE
)
_READING = re.compile(r"(?:reading|cycle|repeat)\s*[:#]?\s*[0-9]+", re.IGNORECASE)
# Rows at the top of a sheet that name the file and its time, above the name of the step.
_HEAD_ROWS = 3


@dataclass(frozen=True)
class _SkanitBlock:
    """One grid or list with the texts that name it."""

    sheet: Sheet
    at: int
    step: str
    plate: str
    part: str
    corner: str
    cells: Cells
    size: int | None
    beside: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Step and what it measured, for a message."""
        return " ".join(dict.fromkeys(one for one in (self.step, self.part) if one)) or self.corner

    @property
    def detection(self) -> str:
        """Detection that was measured; "" for a calculation."""
        step = _STEP.fullmatch(self.step)
        word = step[1].lower() if step else ""
        return _CORNERS.get(self.corner.lower(), _DETECTION.get(word, word))


def sniff(raw: RawFile) -> float:
    """Whether a sheet begins with measurement results, or with those and a SkanIt session."""
    if raw.is_workbook:
        sheets = raw.sheets_to_sniff
        begins = any(_begins(sheet) for sheet in sheets)
        named = any(
            "skanit" in cell.lower()
            or cell.lower().endswith(".skax")
            or cell.startswith("Autoloading range")
            for sheet in sheets
            for row in (*sheet.rows[:12], *sheet.rows[-3:])
            for cell in row
        )
        return 1.0 if begins and named else 0.0
    head = raw.text[:4000].lstrip("\ufeff\n ")
    return 1.0 if head.startswith("Measurement results") and ".skax" in head.lower() else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per measured grid, in the order of the file."""
    blocks = [block for sheet in raw.sheets for block in _blocks(sheet)]
    measured = [block for block in blocks if block.detection]
    notes: tuple[str, ...] = ()
    if not measured:
        measured = blocks
        notes = ("values as SkanIt calculated them; the file contains no measured grid",)
    if not measured:
        raise InputError(
            "contains no grid of readings",
            do="Export the results of each measurement as a plate, in XLSX",
        )
    readings = []
    for block in measured:
        sheet = with_decimal_mark_of(block.sheet, [block.cells])
        readings.append(
            PlateReading(
                block.plate,
                (block.step, block.part),
                read_cells(block.cells, sheet),
                READING_UNITS.get(block.detection, ""),
                block.size,
                (*sheet.all_notes, *notes),
            )
        )
    calculated = [block.title for block in blocks if block not in measured]
    beside = [text for block in measured for text in block.beside]
    read_from = {block.sheet.name for block in blocks}
    unused = (
        *quoted("sheet", [one.name for one in raw.sheets if one.name not in read_from]),
        *quoted("calculated grid", list(dict.fromkeys(calculated))),
        *quoted("text beside grids", [shortened(text) for text in beside]),
    )
    return FileContent(plates=plates_of_readings(readings, raw.stem, options, unused=unused))


def _begins(sheet: Sheet) -> bool:
    cells = [cell for row in sheet.rows[:4] for cell in row if cell]
    return bool(cells) and (
        cells[0].lower().startswith("measurement results")
        or any(cell.lower().endswith(".skax") for cell in cells)
    )


def _blocks(sheet: Sheet) -> list[_SkanitBlock]:
    """Grids and lists of numbers of one sheet; grids of samples and layouts are left out."""
    if not _begins(sheet):
        return []
    grids = {grid.header: grid for grid in lettered_grids(sheet)}
    blocks: list[_SkanitBlock] = []
    step = plate = wavelength = part = ""
    index = _HEAD_ROWS
    while index < len(sheet.rows):
        row = sheet.rows[index]
        filled = [cell for cell in row if cell]
        if index in grids:
            if _is_numbers(grids[index].cells):
                label = " ".join(text for text in (wavelength, part) if text)
                blocks.append(_block(grids[index], step, plate, label))
            index = grids[index].last + 1
            part = ""
            continue
        if len(filled) > 1 and "well" in {cell.lower() for cell in filled}:
            listed, index = _list(sheet, index, step, plate)
            blocks += listed
            continue
        text = filled[0] if filled else ""
        if match := _WAVELENGTH.fullmatch(text):
            wavelength = match[1].strip()
        elif _READING.fullmatch(text):
            part = text
        elif text and not step and len(text) < _LONGEST_STEP:
            step = text
        elif text and (_PLATE.fullmatch(text) or _is_above_a_grid(sheet, index, grids)):
            plate = text
        index += 1
    return blocks


_LONGEST_STEP = 80


def _is_above_a_grid(sheet: Sheet, index: int, grids: Mapping[int, LetteredGrid]) -> bool:
    """Whether only blank rows stand between a row and a grid: the row is the name of a plate."""
    following = (k for k in range(index + 1, len(sheet.rows)) if any(sheet.rows[k]))
    return next(following, -1) in grids


def _block(grid: LetteredGrid, step: str, plate: str, part: str) -> _SkanitBlock:
    return _SkanitBlock(
        grid.sheet,
        grid.header,
        step,
        plate,
        part,
        grid.corner,
        grid.cells,
        grid.size,
        grid.beside,
    )


def _list(sheet: Sheet, header: int, step: str, plate: str) -> tuple[list[_SkanitBlock], int]:
    """The columns of numbers of a list of wells, and the index after it."""
    names = sheet.rows[header]
    at = next(k for k, name in enumerate(names) if name.lower() == "well")
    of_plate = next((k for k, name in enumerate(names) if name.lower() == "plate"), None)
    columns: dict[tuple[str, str], dict[tuple[int, int], tuple[str, int]]] = {}
    index = header + 1
    while index < len(sheet.rows) and any(sheet.rows[index]):
        row = sheet.rows[index]
        position = position_of(row[at]) if at < len(row) else None
        if position is not None:
            own = row[of_plate] if of_plate is not None else plate
            for k, name in enumerate(names):
                if name and k not in (at, of_plate) and k < len(row) and row[k]:
                    columns.setdefault((own, name), {})[position] = (row[k], index)
        index += 1
    blocks = []
    for (own, name), cells in columns.items():
        corner = name.split(" ")[0].split("(")[0]
        if _is_numbers(cells):
            size = size_of([r for r, _ in cells], [c for _, c in cells])
            known = corner.lower() in _CORNERS
            blocks.append(
                # A list of a measurement also has columns of concentrations and factors.
                _SkanitBlock(sheet, header, step if known else name, own, name, corner, cells, size)
            )
    return blocks, index


def _is_numbers(cells: Cells) -> bool:
    """Whether most cells are numbers or marks of missing readings, and one is a number."""
    texts: Sequence[str] = [text for text, _ in cells.values()]
    numbers = sum(is_number_like(text) for text in texts)
    marks = sum(is_not_counted(text) for text in texts)
    return numbers > 0 and numbers + marks > 0.5 * len(texts)


READER = Reader(
    description="workbook of SkanIt (Thermo Scientific plate reader)",
    sniff=sniff,
    read=read,
    seen="SkanIt 7.0, workbook",
    words=("SkanIt", "Varioskan", "Multiskan", ".skax"),
)
