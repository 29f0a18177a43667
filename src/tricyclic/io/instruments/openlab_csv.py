"""Peak tables of Agilent OpenLab CDS saved as CSV: a row of headings, the peaks, and their sum.

A row `Signal:` above the headings names the channel; a file may have several such tables.
"""

from __future__ import annotations

import re
from functools import partial

from tricyclic.core.chromatogram import ChromatogramFile, VendorPeak
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet
from tricyclic.io.peak_columns import PeakColumn, peak_columns, peak_number, peak_of_row

_SUM = re.compile(r"(?:sum|totals?|summe)\s*:?", re.IGNORECASE)
_SIGNAL = re.compile(r"(?:signal|channel|detector)(?:\s*name)?\s*:?", re.IGNORECASE)
_SAMPLE = re.compile(r"(?:sample\s*name|injection\s*name)\s*:?", re.IGNORECASE)
_RETENTION = re.compile(r"rt\b|ret", re.IGNORECASE)
# Rows above the first table that are searched for it.
_HEAD = 200


def sniff(raw: RawFile) -> float:
    """Whether a row names retention times, areas and heights, above rows of numbers."""
    if not re.search(r"area", raw.text[:40_000], re.IGNORECASE):
        return 0.0
    try:
        sheet = raw.sheets[0]
    except InputError:
        return 0.0
    for row in sheet.rows[:_HEAD]:
        if _table_columns(row) is not None:
            words = " ".join(row).lower()
            return 0.9 if "[min]" in words or "(min)" in words else 0.6
    return 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The peaks of all tables."""
    sheet = raw.sheets[0]
    channel, sample = "", ""
    peaks: list[VendorPeak] = []
    others: tuple[str, ...] = ()
    columns: dict[str, PeakColumn] | None = None
    for index, row in enumerate(sheet.rows):
        filled = [cell for cell in row if cell]
        if not filled:
            columns = None
            continue
        if (headings := _table_columns(row)) is not None:
            columns, others = headings
            continue
        if columns is None:
            if len(filled) > 1 and _SIGNAL.fullmatch(filled[0]):
                channel = ", ".join(filled[1:])
            elif len(filled) > 1 and _SAMPLE.fullmatch(filled[0]):
                sample = sample or filled[1]
            continue
        if any(_SUM.fullmatch(cell) for cell in row[:3]):
            _check_sum(row, columns["area"].index, peaks, channel, sheet, index)
            columns = None
            continue
        peaks.append(
            peak_of_row(
                row,
                columns,
                partial(peak_number, read=sheet.numbers.read, do="Export the file again"),
                channel=channel,
                file=raw.name,
                where=sheet.where(index),
            )
        )
    if not peaks:
        raise InputError("contains no peak", do="Export the results of OpenLab as CSV again")
    return FileContent(
        injections=(
            ChromatogramFile(
                raw.name,
                vendor_peaks=tuple(peaks),
                notes=sheet.all_notes,
                unused=quoted("column", others),
                sample_name=sample,
            ),
        )
    )


def _table_columns(
    row: tuple[str, ...],
) -> tuple[dict[str, PeakColumn], tuple[str, ...]] | None:
    """The columns of a row of headings; None for another row."""
    columns, others = peak_columns(row)
    if not {"retention", "area", "height"} <= set(columns):
        return None
    # Other programs call the column "Time" or "R.Time".
    if not _RETENTION.match(row[columns["retention"].index]):
        return None
    return columns, others


def _check_sum(
    row: tuple[str, ...],
    column: int,
    peaks: list[VendorPeak],
    channel: str,
    sheet: Sheet,
    index: int,
) -> None:
    """Refuse a table whose areas do not add up to its sum, which shows a lost row."""
    total = sheet.numbers.read(row[column]) if column < len(row) and row[column] else None
    summed = sum(peak.area or 0.0 for peak in peaks if peak.channel == channel)
    if total and abs(total - summed) > 1e-3 * abs(total):
        raise InputError(
            f"the areas add up to {summed:g}, and the sum is {row[column]}",
            where=sheet.where(index),
            do="Export the file again; rows are missing",
        )


READER = Reader(
    description="peak table of Agilent OpenLab CDS as CSV",
    sniff=sniff,
    read=read,
    chromatograms=True,
    words=("OpenLab",),
)
