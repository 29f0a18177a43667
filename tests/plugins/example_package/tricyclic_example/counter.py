"""Text of a counter that writes one line per well, `A01=1234`: a reader."""

from __future__ import annotations

from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.plates import CellReading, add_reading, cell_reading, make_plate

FIRST_LINE = "EXAMPLE COUNTER"


def sniff(raw: RawFile) -> float:
    """Certainty that this counter wrote the file."""
    return 1.0 if raw.text.startswith(FIRST_LINE) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate."""
    sheet = text_sheet(raw.data)
    wells: dict[tuple[int, int], CellReading] = {}
    for index, row in enumerate(sheet.rows):
        well, equals, value = "".join(row).partition("=")
        reading = cell_reading(value, sheet, sheet.where(index)) if equals else None
        if reading is not None:
            add_reading(wells, well, reading)
    plate = make_plate(raw.stem, wells, shape=None, unit="cpm", options=options)
    return FileContent(plates=(plate,))


READER = Reader(description="text of the example counter", sniff=sniff, read=read)
