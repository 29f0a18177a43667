"""Text export (`.arw`) of Waters Empower: two rows of quoted headings and values, then readings.

Lines may end in CR alone. A photodiode array gives one trace for each wavelength. The format has no
unit; times are in minutes.
"""

from __future__ import annotations

import csv
from itertools import takewhile

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import is_number_like, read_text, shortened
from tricyclic.io.traces import (
    ColumnNotes,
    NumberRows,
    ending_remark,
    first_value,
    header_number,
    read_columns,
)

_KEYS = {
    "samplename",
    "channel",
    "channelname",
    "channeldescription",
    "vial",
    "injection",
    "injvol",
    "injectionvolume",
    "dateacquired",
    "instrumentmethodname",
    "samplesetname",
    "acqmethodset",
    "processingmethod",
    "runtime",
    "detectorunits",
    "units",
}
# A wavelength of a photodiode array, in a heading, is no more than this many columns.
MAX_TRACES = 2000


def sniff(raw: RawFile) -> float:
    """Whether rows of quoted cells with the names of Empower are above rows of numbers."""
    lines = raw.text[:20_000].lstrip("\ufeff \n").split("\n")
    quoted_lines = list(takewhile(lambda line: line.startswith('"'), lines[:6]))
    cells = {_key(cell) for line in quoted_lines for cell in line.split("\t")}
    if not quoted_lines or "\t" not in "".join(lines[:12]):
        return 0.0
    known = len(cells & _KEYS)
    if raw.name.lower().endswith(".arw"):
        return 1.0
    return 1.0 if known >= 2 else 0.5 if known else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The traces of the file."""
    text, encoding = read_text(raw.data)
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    header, start = _header(lines)
    wavelengths: list[str] = []
    while start < len(lines) and lines[start].split("\t")[0].strip('" ') in {"Wavelength", "Time"}:
        cells = [cell.strip('" ') for cell in lines[start].split("\t")]
        if cells[0] == "Wavelength":
            wavelengths = [cell for cell in cells[1:] if cell]
        start += 1
    if start >= len(lines):
        raise InputError(
            "contains no readings",
            do="Export the raw data of the channel from Empower, with the header",
        )
    rows = [line.split("\t") for line in lines[start:]]
    count = len(wavelengths) or 1
    if count > MAX_TRACES:
        raise InputError(f"has {count} wavelengths", allowed=f"At most {MAX_TRACES:,}")
    notes = ColumnNotes()
    block = NumberRows(rows, range(start + 1, start + 1 + len(rows)), raw.decimal)
    numbers = read_columns(block, range(count + 1), notes)
    unit = first_value(header, "detectorunits", "units", "detectorunit", "yunits") or None
    channel = first_value(header, "channelname", "channel", "channeldescription") or raw.stem
    decimal = "comma" if notes.decimal == "," else "point"
    traces = tuple(
        Chromatogram(
            name=f"{channel} {wavelengths[k]} nm" if wavelengths else channel,
            time_min=numbers[:, 0],
            signal=numbers[:, k + 1],
            signal_unit=unit,
            sample=first_value(header, "samplename"),
            injected_at=first_value(header, "dateacquired"),
            method=first_value(header, "instrumentmethodname", "acqmethodset", "instrumentmethod"),
            injection_volume_uL=header_number(
                first_value(header, "injvol", "injectionvolume") or "-"
            ),
            file=raw.name,
            position=f"lines {start + 1} to {len(lines)}",
        )
        for k in range(count)
    )
    remarks = [f"{encoding}, delimiter tab, decimal {decimal}", "times in min, as Empower writes"]
    remarks += [] if unit else ["the file states no unit"]
    remarks += ending_remark(text)
    return FileContent(
        injections=(
            ChromatogramFile(raw.name, traces, notes=(*remarks, *dict.fromkeys(notes.remarks))),
        )
    )


def _key(cell: str) -> str:
    return "".join(cell.replace("\ufeff", "").strip('" ').split()).lower()


def _header(lines: list[str]) -> tuple[dict[str, str], int]:
    """Headings with their values, from pairs of rows, and the index of the row behind them."""
    index = 0
    header: dict[str, str] = {}
    rows: list[list[str]] = []
    while index < len(lines):
        line = lines[index].lstrip("\ufeff")
        first = line.split("\t")[0].strip('" ')
        if first in {"Wavelength", "Time"} or (is_number_like(first) and '"' not in line):
            break
        try:
            rows += [row for row in csv.reader([line], delimiter="\t", strict=True) if any(row)]
        except csv.Error as error:
            raise InputError(
                f"'{shortened(line)}' has a quotation mark out of place",
                where=f"line {index + 1}",
                do="Export the file again from Empower",
            ) from error
        index += 1
    for keys, values in zip(rows[::2], rows[1::2], strict=False):
        for key, value in zip(keys, values, strict=False):
            header.setdefault(_key(key), value.strip())
    return header, index


READER = Reader(
    description="text export (.arw) of Waters Empower",
    sniff=sniff,
    read=read,
    chromatograms=True,
    words=("Empower",),
)
