"""Peak tables of Agilent ChemStation, `REPORTnn.CSV`, with their headings in `Report00.CSV`.

`Report00.CSV` names the signals and the columns; `REPORT01.CSV` has the peaks of the first signal,
without headings, and so on.
"""

from __future__ import annotations

import csv
import re
from functools import partial

from tricyclic.core.chromatogram import ChromatogramFile, VendorPeak
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import read_text
from tricyclic.io.peak_columns import PeakColumn, peak_columns, peak_number, peak_of_row
from tricyclic.io.traces import header_number

_NAME = re.compile(r"report([0-9]{2})\.csv", re.IGNORECASE)
_COLUMN, _SIGNAL = re.compile(r"Column\s+[0-9]+"), re.compile(r"Signal\s+([0-9]+)")
# Lines of each `Report00.CSV`: it counts its signals and its columns, and lists both. A file of
# plates may state a number of columns, too.
_HEADINGS = (
    r'Number of Signals"?\s*,\s*"?[0-9]',
    r'Signal\s+1"?\s*,',
    r'Number of Columns"?\s*,\s*"?[0-9]',
    r'Column\s+1"?\s*,',
)
# Columns of an area-percent report, as `REPORT01.CSV` has them where `Report00.CSV` is missing.
_AREA_PERCENT = ("#", "Retention Time", "Type", "Width", "Area", "Height", "Area %")
_EXPORT = "Copy the folder of the injection again from the instrument"
_number = partial(peak_number, read=header_number, do=_EXPORT)


def sniff(raw: RawFile) -> float:
    """Whether the file has the headings of a report, or is one of its tables."""
    head = raw.text[:20_000]
    if all(re.search(rf'^"?{line}', head, re.MULTILINE) for line in _HEADINGS):
        return 1.0
    rows = _rows(head.split("\n")[0]) if _NAME.fullmatch(raw.name) else []
    return 1.0 if rows and len(rows[0]) >= 5 and header_number(rows[0][1]) is not None else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The peaks of all signals of the headings, or of this table."""
    text, encoding = read_text(raw.data)
    match = _NAME.fullmatch(raw.name)
    sample = ""
    if "Number of Columns" in text[:20_000]:
        peaks, notes, others, sample = _all_tables(text, raw)
        notes = (encoding, *notes)
    else:
        headings = raw.beside("report00.csv")
        number = int(match[1]) if match else 1
        if headings is not None:
            peaks, notes, others, sample = _all_tables(read_text(headings)[0], raw, only=number)
        else:
            columns, others = peak_columns(_AREA_PERCENT)
            rows = _rows(text)
            _check_area_percent(rows)
            peaks = _peaks(rows, columns, f"signal {number}", raw.name)
            notes = ("columns as in an area-percent report, because Report00.CSV is missing",)
        notes = (encoding, *notes)
    return FileContent(
        injections=(
            ChromatogramFile(
                raw.name,
                vendor_peaks=tuple(peaks),
                notes=notes,
                unused=quoted("column", others),
                sample_name=sample,
            ),
        )
    )


def _rows(text: str) -> list[list[str]]:
    try:
        rows = list(csv.reader(text.replace("\ufeff", "").split("\n"), strict=True))
    except csv.Error as error:
        raise InputError("a quotation mark is out of place", do=_EXPORT) from error
    return [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]


def _all_tables(
    text: str, raw: RawFile, only: int | None = None
) -> tuple[list[VendorPeak], tuple[str, ...], tuple[str, ...], str]:
    """Peaks of the tables that the headings name, remarks, columns not read, and the sample."""
    signals: dict[int, str] = {}
    names: list[str] = []
    units: list[str] = []
    stated: dict[str, str] = {}
    for row in _rows(text):
        cells = [*row, "", ""]
        if match := _SIGNAL.fullmatch(cells[0]):
            signals[int(match[1])] = cells[1].rstrip(", ")
        elif _COLUMN.fullmatch(cells[0]):
            names.append(cells[1])
            units.append(cells[2])
        else:
            stated.setdefault(cells[0], cells[1])
    columns, others = peak_columns(names, units)
    if "retention" not in columns or not signals:
        raise InputError("names no signal or no column of retention times", do=_EXPORT)
    for key, listed in (("Number of Columns", names), ("Number of Signals", signals)):
        count = header_number(stated.get(key, "") or "-")
        if count is not None and count != len(listed):
            raise InputError(f"lists {len(listed)} and states {count:g} ({key})", do=_EXPORT)
    peaks: list[VendorPeak] = []
    notes: list[str] = []
    for number, signal in signals.items():
        name = f"REPORT{number:02d}.CSV"
        if only is not None and number != only:
            continue
        table = raw.data if only is not None else raw.beside(name)
        if table is None:
            notes.append(f"{name} of {signal} is missing")
            continue
        rows = _rows(read_text(table)[0]) if table.strip(b"\x00 \t\r\n\xff\xfe") else []
        peaks += _peaks(rows, columns, signal, name, len(names))
    return peaks, tuple(notes), others, stated.get("Sample Name", "")


def _peaks(
    rows: list[list[str]],
    columns: dict[str, PeakColumn],
    signal: str,
    name: str,
    width: int = len(_AREA_PERCENT),
) -> list[VendorPeak]:
    peaks: list[VendorPeak] = []
    for index, row in enumerate(rows, 1):
        where = f"{name}, line {index}"
        if len(row) != width:
            raise InputError(f"the row has {len(row)} cells instead of {width}", where=where)
        # An expected compound that was not detected has no retention time or area.
        area = columns.get("area")
        if area is not None and row[area.index] in {"", "-"}:
            continue
        peaks.append(peak_of_row(row, columns, _number, channel=signal, file=name, where=where))
    return peaks


def _check_area_percent(rows: list[list[str]]) -> None:
    """Refuse a table without headings whose last column is not the share of the areas."""
    values = [
        (header_number(row[4]), header_number(row[6])) if len(row) == 7 else (None, None)
        for row in rows
    ]
    total = sum(area or 0.0 for area, _ in values)
    if any(
        area is None or share is None or abs(100.0 * area / total - share) > 0.01 + 1e-3 * share
        for area, share in values
    ):
        raise InputError(
            "has no headings, and its columns are not those of an area-percent report",
            do="Put Report00.CSV of the same injection beside it, which names the columns",
        )


READER = Reader(
    description="peak tables of Agilent ChemStation (Report00.CSV, REPORT01.CSV, ...)",
    sniff=sniff,
    read=read,
    chromatograms=True,
)
