"""Grid of readings in CSV, TSV or XLSX, with or without row letters and column numbers.

The unit is read from a heading or the corner cell ("cpm", "Plate 1 (dpm)", "unit: cps"), the name
of the plate from a heading such as "Plate 1".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tricyclic.core.plate import Plate, SheetHeadings, row_letters
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, is_number_like, shortened
from tricyclic.io.grids import PlateGrid, find_grids
from tricyclic.io.headings import unit_in_heading, unit_in_title
from tricyclic.io.plates import CellReading, cell_reading, make_plate
from tricyclic.io.sheet_headings import headings_around, parts_beside
from tricyclic.io.study_workbook import is_conditions_sheet
from tricyclic.io.table_labels import unit_note

# Headings of numbers that a spreadsheet computed of the readings beside them.
_DERIVED = re.compile(
    r"\s*(%|percent|per cent|normali[sz]ed|averages?\b|means?\b|sd\b|sem\b|cv\b|specific binding)",
    re.IGNORECASE,
)
# A word, which is neither a number nor the letters of a row.
_LABEL = re.compile(r"(?![A-Z]$|A[A-F]$|[0-9+.,-]).*[^\W0-9_%].*|%.*", re.DOTALL | re.IGNORECASE)
MAX_TEXTS = 24
_PLATE_NAME = re.compile(r"\s*(?:plate|platte|barcode)\b\s*[:#=]?\s*([\w.-]{1,24})", re.IGNORECASE)


def sniff(raw: RawFile) -> float:
    """Whether a sheet contains a grid of readings."""
    return (
        0.9
        if any(_has_readings(grid) for sheet in raw.sheets_to_sniff for grid in find_grids(sheet))
        else 0.0
    )


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per grid of readings; other grids, sheets without a plate and cells outside of the
    grids are named as not used.
    """
    grids = [grid for sheet in raw.sheets for grid in find_grids(sheet)]
    wanted = [grid for grid in grids if _has_readings(grid)] or grids
    wanted = [grid for grid in wanted if not _is_derived(grid)] or wanted
    others = (
        *other_blocks(grid for grid in grids if not any(grid is one for one in wanted)),
        *quoted("sheet", _without_plate(raw, grids)),
    )
    plates: list[Plate] = []
    for number, grid in enumerate(wanted, 1):
        _refuse_cut_off(raw, grid)
        of_sheet = [one for one in grids if one.sheet is grid.sheet]
        first = next(one for one in wanted if one.sheet is grid.sheet)
        rows = _other_rows(grid.sheet, of_sheet) if grid is first else ()
        plates.append(
            plate_of_grid(
                grid,
                _name(raw, grid, number, len(wanted), [p.name for p in plates]),
                options,
                unused=(*parts_beside(grid), *rows, *others),
                headings=headings_around(grid),
            )
        )
    return FileContent(plates=tuple(plates))


def _refuse_cut_off(raw: RawFile, grid: PlateGrid) -> None:
    """Refuse a text file that ends inside a row of the grid: its last reading may be cut as well.

    Raises
    ------
    InputError
        If the last line has no end, and fewer cells than the other rows of the grid.
    """
    rows = grid.sheet.rows
    is_last = not any(any(row) for row in rows[grid.last + 1 :])
    width = grid.offset + grid.shape[1]
    if grid.sheet.name or not is_last or raw.text.endswith("\n") or len(rows[grid.last]) >= width:
        return
    if all(len(rows[at]) >= width for at in grid.rows[:-1]) and len(grid.rows) > 1:
        raise InputError(
            f"the file ends in the middle of row {row_letters(len(grid.rows) - 1)} of the grid",
            where=grid.sheet.where(grid.last),
            do="Export it again from the instrument",
        )


def _without_plate(raw: RawFile, grids: list[PlateGrid]) -> list[str]:
    """Names of the sheets without a grid."""
    return [
        f"{sheet.name} (no plate)"
        for sheet in raw.sheets
        if sheet.name
        and not is_conditions_sheet(sheet)
        and all(grid.sheet is not sheet for grid in grids)
    ]


def _is_derived(grid: PlateGrid) -> bool:
    """Whether the nearest heading states that the numbers were computed of other readings."""
    above = [cell for at in range(grid.above, grid.first) for cell in grid.sheet.rows[at] if cell]
    corner = grid.sheet.rows[grid.first][grid.offset - 1] if grid.offset else ""
    return any(_DERIVED.match(text) for text in (*above, corner))


def plate_of_grid(
    grid: PlateGrid,
    name: str,
    options: ReadOptions,
    *,
    unit: str = "",
    notes: tuple[str, ...] = (),
    unused: tuple[str, ...] = (),
    headings: SheetHeadings | None = None,
) -> Plate:
    """Make a plate of one grid.

    Raises
    ------
    InputError
        If a cell is not a reading, or the grid has two units.
    """
    grid.sheet.refuse_merged_readings(
        (at, column + grid.offset) for (_, column), (_, at) in grid.cells.items()
    )
    readings: dict[tuple[int, int], CellReading] = {}
    for position in grid.cells:
        reading = cell_reading(grid.cells[position][0], grid.sheet, grid.location(position))
        if reading is not None:
            readings[position] = reading
    labels = (f"label at the right of the rows: {grid.label}",) if grid.label else ()
    texts = [grid.label, *_texts_above(grid)]
    in_heading = next((own for text in texts if (own := unit_in_heading(text))), "")
    if not in_heading and not unit and not options.unit:
        # A title may end in the unit: "NET binding, 12 Nov, cpm".
        in_titles = {own: text for text in texts if (own := unit_in_title(text))}
        if len(in_titles) == 1:
            ((in_heading, title),) = in_titles.items()
            labels = (*labels, unit_note(in_heading, title))
    return make_plate(
        name,
        readings,
        shape=grid.shape,
        unit=unit or in_heading,
        options=options,
        notes=(*grid.sheet.all_notes, *labels, *notes),
        unused=unused,
        headings=headings,
    )


def _texts_above(grid: PlateGrid) -> list[str]:
    """Headings of a grid, the nearest first; each text of a row once.

    A heading far above the grid may belong to another one, and one beyond its last column to a list
    beside it.
    """
    last = grid.offset + grid.shape[1]
    rows = [*grid.sheet.rows[grid.above : grid.first], grid.sheet.rows[grid.first][: grid.offset]]
    inside = [dict.fromkeys(cell for cell in row[:last] if cell) for row in rows]
    texts = [text for row in inside for text in row if text in grid.headings]
    return texts[::-1][:MAX_TEXTS]


def other_blocks(grids: Iterable[PlateGrid]) -> tuple[str, ...]:
    """Phrases for plate-shaped blocks that are not read: "block 'Plate map' (line 12)"."""
    return tuple(grid.phrase for grid in grids)


def _other_rows(sheet: Sheet, grids: list[PlateGrid]) -> tuple[str, ...]:
    """Phrases for rows of numbers outside of the grids of a sheet that have a label: "mean".

    Raises
    ------
    InputError
        If such rows have no label: they may be the readings.
    """
    width = max(2, min(grid.shape[1] for grid in grids))
    inside = {at for grid in grids for at in range(grid.first, grid.last + 1)}
    others = [
        index
        for index, row in enumerate(sheet.rows)
        if index not in inside and sum(is_number_like(cell) for cell in row) >= width
    ]
    labelled = {index: text for index in others if (text := _label_of_row(sheet, index, grids))}
    bare = [index for index in others if index not in labelled]
    if bare:
        listed = ", ".join(str(sheet.lines[index]) for index in bare[:20])
        read = ", ".join(sheet.where(grid.first) for grid in grids[:4])
        raise InputError(
            f"has {len(bare)} rows of numbers that are not in a grid "
            f"(rows {listed}{', …' if len(bare) > 20 else ''})",
            where=sheet.where(bare[0]),
            allowed=f"The only plate-shaped blocks begin in {read}",
            do="Keep only the readings, as a grid with row letters and column numbers, "
            "or as a list with the columns well and value",
        )
    return tuple(f"'{shortened(text)}' ({sheet.where(index)})" for index, text in labelled.items())


def _label_of_row(sheet: Sheet, index: int, grids: list[PlateGrid]) -> str:
    """The word before the numbers of a row below a grid or directly above one; else ""."""
    text = next((cell for cell in sheet.rows[index] if cell), "")
    if not _LABEL.fullmatch(text):
        return ""
    below = any(index > grid.last for grid in grids)
    above = any(
        grid.above <= index < grid.first and all(any(row) for row in sheet.rows[index : grid.first])
        for grid in grids
    )
    return text if below or above else ""


def _has_readings(grid: PlateGrid) -> bool:
    texts = [text for text, _ in grid.cells.values()]
    readings = sum(
        1
        for text in texts
        if any(character.isdigit() for character in text) and not text[0].isalpha()
    )
    return bool(texts) and (
        readings > 0.5 * len(texts) or 0 < readings == sum(1 for t in texts if t != "-")
    )


def _name(raw: RawFile, grid: PlateGrid, number: int, many: int, taken: list[str]) -> str:
    if many == 1:
        return raw.stem
    in_heading = next(
        (
            match[1]
            for text in reversed(grid.headings)
            if (match := _PLATE_NAME.fullmatch(text.split("(")[0].strip()))
        ),
        "",
    )
    name = f"{raw.stem} {in_heading or grid.sheet.name or number}"
    return name if name not in taken else f"{name} {number}"


READER = Reader(
    description="a plate as a grid, in CSV, TSV or XLSX", sniff=sniff, read=read, generic=True
)
