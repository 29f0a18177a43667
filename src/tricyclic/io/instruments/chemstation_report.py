"""Printed report of Agilent ChemStation, `Report.TXT`: the peak table of each signal.

The columns are as wide as the dashes below their headings; names are read in English and German.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tricyclic.core.chromatogram import ChromatogramFile, VendorPeak
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import read_text, shortened
from tricyclic.io.peak_columns import peak_number
from tricyclic.io.traces import header_number

_SIGNAL = re.compile(r"^\s*Signal\s+[0-9]+\s*:\s*(.+?),?\s*$")
_RULE = re.compile(r"^\s*-+(?:\|-+)+\|?\s*$")
_TOTAL = re.compile(r"^\s*(?:Totals?|Summen?|Totaux|Totale)\b.*:", re.IGNORECASE)
_SAMPLE = re.compile(r"^\s*(?:Sample Name|Probenname)\s*:\s*(.+?)\s*$", re.MULTILINE)
_DAMAGED = "Print the report again; it is damaged"
_COLUMNS = {
    "retention": ("rettime", "retzeit", "rett", "ret.time", "exp.", "ret"),
    "type": ("type", "typ"),
    "area": ("area", "fläche", "aire", "flaeche"),
    "height": ("height", "höhe", "hauteur", "hoehe"),
    "name": ("name", "compound", "komponente"),
}


@dataclass(frozen=True)
class _Column:
    """One column of a table: the place of its cells, its heading and its unit."""

    start: int
    end: int | None
    heading: str
    unit: str


def sniff(raw: RawFile) -> float:
    """Whether the text names a data file and has a table of peaks below a signal."""
    text = raw.text[:200_000]
    if not text.lstrip("\ufeff\n ").startswith(("Data File", "Datendatei")) and (
        "Percent Report" not in text
    ):
        return 0.0
    return 1.0 if any(_RULE.match(line) for line in text.split("\n")) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The peaks of all signals."""
    text, encoding = read_text(raw.data)
    lines = text.split("\n")
    signal, peaks, remarks = "", [], []
    index = 0
    while index < len(lines):
        if match := _SIGNAL.match(lines[index]):
            signal = match[1].strip()
        if _RULE.match(lines[index]):
            columns = _columns(lines, index)
            if any(column.heading == "retention" for column in columns):
                index, rows, left_out = _table(lines, index + 1, columns, signal, raw)
                peaks += rows
                remarks += left_out
                continue
        index += 1
    if not peaks:
        raise InputError(
            "contains no peak table", do="Print the report again with the integration results"
        )
    if not re.search(r"^\s*\*\*\*.*\*\*\*\s*$", text, re.MULTILINE):
        remarks.append("the report has no end mark (***), so tables may be missing")
    sample = _SAMPLE.search(text)
    return FileContent(
        injections=(
            ChromatogramFile(
                raw.name,
                vendor_peaks=tuple(peaks),
                notes=(encoding, *dict.fromkeys(remarks)),
                sample_name=sample[1] if sample else "",
            ),
        )
    )


def _columns(lines: list[str], rule: int) -> list[_Column]:
    """The columns of a table, from the dashes and the two lines above them."""
    places = [match.span() for match in re.finditer(r"-+", lines[rule])]
    last = len(places) - 1
    bare = [
        _Column(start, None if number == last else end, "", "")
        for number, (start, end) in enumerate(places)
    ]
    above = [_cells(lines[k], bare) for k in (rule - 2, rule - 1) if k >= 0]
    columns: list[_Column] = []
    for column, words in zip(bare, zip(*above, strict=True), strict=True):
        text = " ".join(words)
        unit = re.search(r"\[(.*?)\]?$", text)
        heading = (text[: unit.start()] if unit else text).lower().replace(" ", "")
        kind = next((kind for kind, names in _COLUMNS.items() if heading in names), heading)
        columns.append(replace(column, heading=kind, unit=unit[1].strip() if unit else ""))
    return columns


def _table(
    lines: list[str], start: int, columns: list[_Column], signal: str, raw: RawFile
) -> tuple[int, list[VendorPeak], list[str]]:
    """The peaks up to the line of totals: index behind it, peaks, remarks."""
    by_kind = {column.heading: column for column in reversed(columns)}
    peaks: list[VendorPeak] = []
    remarks: list[str] = []
    first = columns[0]
    for index in range(start, len(lines)):
        line = lines[index]
        if _TOTAL.match(line):
            _check_total(line, columns, peaks, index)
            return index + 1, peaks, remarks
        if _SIGNAL.match(line) or line.strip().startswith("===="):
            return index, peaks, remarks
        cells = {kind: line[column.start : column.end].strip() for kind, column in by_kind.items()}
        where = f"line {index + 1}"
        number = line[first.start : first.end].strip()
        is_row = (number.isascii() and number.isdigit()) or first.heading == "retention"
        if not is_row or not cells.get("retention"):
            continue
        retention = header_number(cells["retention"].replace(" ", ""))
        if retention is None:
            # Headings that a new page repeats, and page numbers.
            if any(character.isdigit() for character in cells["retention"]) and number.isdigit():
                raise InputError(
                    f"'{shortened(cells['retention'])}' is not a number", where=where, do=_DAMAGED
                )
            continue
        area, height = (
            peak_number(cells.get(kind, ""), where, read=header_number, do=_DAMAGED)
            for kind in ("area", "height")
        )
        if area is None and "area" in by_kind:
            remarks.append(
                f"{signal}: no peak at {retention:g} min"
                + (f" ({cells['name']})" if cells.get("name") else "")
            )
            continue
        peaks.append(
            VendorPeak(
                channel=signal,
                retention_min=retention,
                area=area,
                area_unit=_unit(by_kind, "area"),
                height=height,
                height_unit=_unit(by_kind, "height"),
                name=cells.get("name", "").strip("? "),
                baseline_type=" ".join(cells.get("type", "").split()),
                file=raw.name,
            )
        )
    raise InputError(
        "ends within a peak table" + (f" of {signal}" if signal else ""),
        do="Print the report again; it is cut off",
    )


def _cells(line: str, columns: list[_Column]) -> list[str]:
    """Cells of a line: each word belongs to the column above most of it."""
    cells: list[list[str]] = [[] for _ in columns]
    for match in re.finditer(r"\S+", line):
        start, end = match.span()
        overlaps = [min(end, column.end or 10_000) - max(start, column.start) for column in columns]
        cells[overlaps.index(max(overlaps))].append(match[0])
    return [" ".join(words) for words in cells]


def _unit(by_kind: dict[str, _Column], kind: str) -> str | None:
    """Unit of a column, "pA*s" as "pA s"; None where the report states none."""
    unit = by_kind[kind].unit if kind in by_kind else ""
    return unit.replace("*", " ") or None


def _check_total(line: str, columns: list[_Column], peaks: list[VendorPeak], index: int) -> None:
    """Refuse a table whose areas do not add up to its total, which shows a lost row."""
    area = next((column for column in columns if column.heading == "area"), None)
    written = _cells(line, columns)[columns.index(area)] if area else ""
    total = header_number(written) if written else None
    summed = sum(peak.area or 0.0 for peak in peaks)
    if total and abs(total - summed) > 2e-4 * abs(total) + 1e-4 * len(peaks):
        raise InputError(
            f"the areas add up to {summed:g}, and the report states {written}",
            where=f"line {index + 1}",
            do="Print the report again; rows are missing",
        )


READER = Reader(
    description="report of Agilent ChemStation (Report.TXT)",
    sniff=sniff,
    read=read,
    chromatograms=True,
    seen="ChemStation B.04.03",
    words=("Area Percent Report",),
)
