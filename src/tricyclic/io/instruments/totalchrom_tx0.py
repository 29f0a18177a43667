"""Report of PerkinElmer TotalChrom, `.TX0`: comma-separated text with the peaks of one channel.

Texts are in quotation marks and numbers are not, so that in a country with decimal commas
`"Delay Time:",0,00` has three cells for two values. The cells of each row are joined by the number
of its columns, and a row that fits in no way is refused.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import partial

from tricyclic.core.chromatogram import ChromatogramFile, VendorPeak
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import read_text
from tricyclic.io.peak_columns import peak_columns, peak_number, peak_of_row
from tricyclic.numerals import parse_number

_CELL = re.compile(r'\s*(?:"([^"]*)"|([^",]*))\s*(?:,|$)')
_MARKS = ("Delay Time:", "Sampling Rate:", "Rack/Vial:", "Interface Serial", "Reprocess Number:")
_EXPORT = "Export the report again from TotalChrom"
_number = partial(peak_number, read=parse_number, do=_EXPORT)
# A cell: its text, and whether it was in quotation marks.
Cell = tuple[str, bool]


def sniff(raw: RawFile) -> float:
    """Whether the file has the quoted keys of TotalChrom."""
    head = raw.text[:8000]
    known = sum(f'"{mark}' in head for mark in _MARKS)
    by_name = re.search(r"\.tx[0-9]$", raw.name, re.IGNORECASE) is not None
    return 1.0 if known >= 2 or (by_name and known) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The peaks of the report."""
    text, encoding = read_text(raw.data)
    lines = text.split("\n")
    cells = [_cells(line, number) for number, line in enumerate(lines, 1)]
    header = _header(cells)
    start, columns_of_text, units = _headings(cells)
    columns, others = peak_columns(columns_of_text, units)
    width = len(columns_of_text)
    channel = header.get("Channel", "") or raw.stem
    peaks: list[VendorPeak] = []
    joined = plain = 0
    for index in range(start, len(lines)):
        row = cells[index]
        if not any(text for text, _ in row):
            if peaks:
                break
            continue
        if row[0][1] or parse_number(row[0][0]) is None:
            if peaks:
                break
            continue
        values, was_joined = _values(row, width, index + 1)
        joined, plain = joined + was_joined, plain + (not was_joined)
        peaks.append(
            peak_of_row(
                values, columns, _number, channel=channel, file=raw.name, where=f"line {index + 1}"
            )
        )
    if not peaks:
        raise InputError("contains no peak", do=_EXPORT)
    if joined and plain:
        raise InputError(f"{joined} rows have decimal commas and {plain} do not", do=_EXPORT)
    decimal = "comma" if joined else "point"
    return FileContent(
        injections=(
            ChromatogramFile(
                raw.name,
                vendor_peaks=tuple(peaks),
                notes=(f"{encoding}, delimiter comma, decimal {decimal}",),
                unused=quoted("column", others),
                sample_name=header.get("Sample Name", ""),
            ),
        )
    )


def _cells(line: str, number: int) -> list[Cell]:
    """Cells of a line, each with whether it was in quotation marks."""
    if line.count('"') % 2:
        raise InputError("a quotation mark is out of place", where=f"line {number}", do=_EXPORT)
    cells: list[Cell] = []
    place = 0
    while place < len(line):
        match = _CELL.match(line, place)
        if match is None or match.end() == place:
            break
        cells.append(
            (match[1].strip(), True) if match[1] is not None else (match[2].strip(), False)
        )
        place = match.end()
    return cells or [("", False)]


def _header(rows: Sequence[Sequence[Cell]]) -> dict[str, str]:
    """Values beside quoted keys that end in a colon."""
    header: dict[str, str] = {}
    for row in rows:
        for (key, is_text), (value, _) in itertools.pairwise(row):
            if is_text and key.endswith(":") and value:
                header.setdefault(key.rstrip(": "), value)
    return header


def _headings(rows: Sequence[Sequence[Cell]]) -> tuple[int, list[str], list[str]]:
    """Index of the row below the headings, the headings, and the units in the row below them."""
    for index, row in enumerate(rows):
        names = [text for text, _ in row]
        if len(row) < 3 or not all(is_text or not text for text, is_text in row):
            continue
        columns, _ = peak_columns(names)
        if "retention" not in columns or "area" not in columns:
            continue
        below = rows[index + 1] if index + 1 < len(rows) else []
        if len(below) > 1 and all(is_text or not text for text, is_text in below):
            return index + 2, names, [text for text, _ in below]
        return index + 1, names, []
    raise InputError("has no table with retention times and areas", do=_EXPORT)


def _values(row: Sequence[Cell], width: int, line: int) -> tuple[list[str], bool]:
    """The values of a row, and whether each number with a decimal comma was two cells."""
    if len(row) == width:
        return [text for text, _ in row], False
    values: list[str] = []
    index = 0
    for column in range(width):
        if index >= len(row):
            break
        text, is_text = row[index]
        index += 1
        # The first column is the number of the peak; every other number has decimals.
        if column and not is_text and text and index < len(row):
            decimals, next_is_text = row[index]
            if not next_is_text and decimals.isascii() and decimals.isdigit():
                text, index = f"{text}.{decimals}", index + 1
        values.append(text)
    if index != len(row) or len(values) != width:
        raise InputError(
            f"the row has {len(row)} cells for {width} columns",
            where=f"line {line}",
            allowed="Each number is one cell, or two where it has a decimal comma",
            do=_EXPORT,
        )
    return values, True


READER = Reader(
    description="report (.TX0) of PerkinElmer TotalChrom",
    sniff=sniff,
    read=read,
    chromatograms=True,
    words=("TotalChrom",),
)
