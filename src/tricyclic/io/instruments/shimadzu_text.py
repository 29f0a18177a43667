"""Text export of Shimadzu LCsolution, GCsolution and LabSolutions: sections in square brackets.

Each chromatogram section gives one trace, its intensities times the multiplier of the section;
each peak table belongs to the trace with the same detector and channel. A file may contain several
injections, each with a section `[Header]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tricyclic.core.chromatogram import (
    Chromatogram,
    ChromatogramFile,
    VendorPeak,
    with_unique_names,
)
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import read_text, shortened
from tricyclic.io.peak_columns import peak_number
from tricyclic.io.traces import (
    ColumnNotes,
    NumberRows,
    check_count,
    first_value,
    header_number,
    read_columns,
)
from tricyclic.numerals import NumberFormat

_SECTION = re.compile(r"^\[(.+?)\]?\s*$")
_TRACE = re.compile(r"(?:[A-Z]+ )?(?:PDA Multi )?Chromatogram\s*\((.+)\)", re.IGNORECASE)
_PEAKS = re.compile(r"Peak Table\s*\((.+)\)", re.IGNORECASE)
_UNIT_AFTER_MULTIPLIER = {("mV", 0.001): "uV", ("V", 0.001): "mV", ("V", 1e-6): "uV"}
_EXPORT = "Export the file again from the instrument"
# Relative difference of the height in the table and that of the trace where both are in counts.
_SAME_HEIGHT = 0.03


@dataclass
class _ShimadzuSection:
    """One section: its title, and the lines below with their numbers."""

    title: str
    line: int
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def value(self, *names: str) -> str:
        """The value beside the first of the keys that the section has; empty without one."""
        header = {row[0].strip(): row[1] for row in self.rows if len(row) > 1}
        return first_value(header, *names)

    @property
    def table(self) -> int | None:
        """Index of the row of headings of the readings."""
        for index, row in enumerate(self.rows):
            if len(row) > 1 and row[0].strip().startswith("R.Time") and "Intensity" in row[1]:
                return index
        return None


def sniff(raw: RawFile) -> float:
    """Whether the file begins with a header of a Shimadzu program and has a chromatogram."""
    head = raw.text[:4000].lstrip("\ufeff \n\t")
    if not head.startswith("[Header]"):
        return 0.0
    programs = ("LCsolution", "GCsolution", "LabSolutions", "Shimadzu", "Solution", "Application")
    return 1.0 if any(program in head for program in programs) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The injections of the file, in its order."""
    text, encoding = read_text(raw.data)
    delimiter = _delimiter(text)
    injections: list[list[_ShimadzuSection]] = []
    for section in _sections(text, delimiter):
        if section.title == "Header" or not injections:
            injections.append([])
        injections[-1].append(section)
    several = len(injections) > 1
    return FileContent(
        injections=tuple(
            _injection(sections, raw, encoding, delimiter, f" ({number})" if several else "")
            for number, sections in enumerate(injections, 1)
        )
    )


def _delimiter(text: str) -> str:
    """The mark behind the first key of the header."""
    for line in text.split("\n")[:12]:
        if match := re.match(r"(?:Application Name|Version|Data File Name)([\t,;])", line):
            return match[1]
    return "\t" if "\t" in text[:2000] else ","


def _sections(text: str, delimiter: str) -> list[_ShimadzuSection]:
    sections: list[_ShimadzuSection] = []
    for number, line in enumerate(text.split("\n"), 1):
        # The title of a section stands alone; a delimiter may follow it.
        match = _SECTION.match(line.rstrip(delimiter).strip().strip('"'))
        if match and line.lstrip('\ufeff "').startswith("["):
            sections.append(_ShimadzuSection(match[1].strip(), number))
        elif sections and line.strip():
            sections[-1].rows.append([cell.strip('" ') for cell in line.split(delimiter)])
            sections[-1].lines.append(number)
    return sections


def _injection(
    sections: Sequence[_ShimadzuSection], raw: RawFile, encoding: str, delimiter: str, suffix: str
) -> ChromatogramFile:
    by_title = {section.title: section for section in sections}
    nothing = _ShimadzuSection("", 0)
    sample = by_title.get("Sample Information", nothing)
    files = by_title.get("Original Files", nothing)
    notes = ColumnNotes()
    traces: list[Chromatogram] = []
    empty: list[str] = []
    unread: list[str] = []
    for section in sections:
        match = _TRACE.fullmatch(section.title)
        if match is None:
            if re.search("chromatogram|trace|3D", section.title, re.IGNORECASE):
                unread.append(section.title)
            continue
        if section.table is None or header_number(section.value("# of Points")) == 0:
            empty.append(section.title)
            continue
        traces.append(
            _trace(
                section,
                match[1],
                raw,
                notes,
                sample=sample.value("Sample Name"),
                injected_at=sample.value("Acquired"),
                method=files.value("Method File"),
                volume=header_number(sample.value("Injection Volume")),
            )
        )
    traces = [
        replace(trace, name=name)
        for trace, name in zip(traces, with_unique_names(traces), strict=True)
    ]
    peaks: list[VendorPeak] = []
    for section in sections:
        if match := _PEAKS.fullmatch(section.title):
            peaks += _peaks(section, match[1], traces, raw, notes)
    marks = {"\t": "tab", ",": "comma", ";": "semicolon"}
    decimal = "comma" if notes.decimal == "," else "point"
    return ChromatogramFile(
        file=raw.name + suffix,
        traces=tuple(traces),
        vendor_peaks=tuple(peaks),
        notes=(
            f"{encoding}, delimiter {marks[delimiter]}, decimal {decimal}",
            *dict.fromkeys(notes.remarks),
        ),
        unused=quoted("section", unread) + quoted("empty section", empty),
    )


def _trace(
    section: _ShimadzuSection,
    channel: str,
    raw: RawFile,
    notes: ColumnNotes,
    *,
    sample: str,
    injected_at: str,
    method: str,
    volume: float | None,
) -> Chromatogram:
    """The readings of a section, times its multiplier."""
    start = section.table
    assert start is not None
    rows, lines = section.rows[start + 1 :], section.lines[start + 1 :]
    heading = section.rows[start]
    _refuse_more_cells(heading, rows, lines)
    numbers = read_columns(NumberRows(rows, lines, raw.decimal), (0, 1), notes)
    stated = section.value("# of Points")
    check_count(
        len(numbers),
        header_number(stated) if stated else None,
        missing=len(rows) - len(numbers),
        where=f"section [{section.title}]",
    )
    written = section.value("Intensity Multiplier")
    multiplier = header_number(written) if written else 1.0
    if multiplier is None or multiplier == 0.0:
        raise InputError(
            f"the intensity multiplier is '{shortened(written)}'",
            where=f"section [{section.title}]",
            do=_EXPORT,
        )
    if not written:
        notes.remarks.append(f"{channel}: the file states no intensity multiplier; read as 1")
    unit = section.value("Intensity Units") or None
    if unit is None:
        notes.remarks.append(f"{channel}: the file states no unit")
    factor = 1 / 60.0 if "(sec" in heading[0].lower() else 1.0
    wavelength = section.value("Wavelength(nm)", "Wavelength")
    if wavelength:
        notes.remarks.append(f"{channel}: {wavelength} nm")
    return Chromatogram(
        name=channel,
        time_min=numbers[:, 0] * factor,
        signal=numbers[:, 1] * multiplier,
        signal_unit=unit,
        multiplier=multiplier,
        sample=sample,
        injected_at=injected_at,
        method=re.split(r"[\\/]", method)[-1],
        injection_volume_uL=volume,
        file=raw.name,
        position=f"lines {lines[0]} to {lines[-1]}",
    )


def _refuse_more_cells(
    heading: Sequence[str], rows: Sequence[Sequence[str]], lines: Sequence[int]
) -> None:
    """Refuse rows with more cells than their heading, as decimal commas between commas give."""
    for row, line in zip(rows, lines, strict=True):
        if len(row) > len(heading) and any(row[len(heading) :]):
            raise InputError(
                f"the row has {len(row)} cells instead of {len(heading)}",
                where=f"line {line}",
                allowed="A comma in a number cannot be distinguished from one between cells",
                do="Export the file again with tabs between the cells",
            )


def _peaks(
    section: _ShimadzuSection,
    channel: str,
    traces: Sequence[Chromatogram],
    raw: RawFile,
    notes: ColumnNotes,
) -> list[VendorPeak]:
    """The rows of a peak table, as many as its header states."""
    start = next((k for k, row in enumerate(section.rows) if row[0] == "Peak#"), None)
    stated = header_number(section.value("# of Peaks")) if section.value("# of Peaks") else None
    if start is None:
        check_count(0, stated, where=f"section [{section.title}]")
        return []
    heading = section.rows[start]
    _refuse_more_cells(heading, section.rows[start + 1 :], section.lines[start + 1 :])
    form = NumberFormat(notes.decimal or raw.decimal or ".")
    peaks: list[VendorPeak] = []
    for row, line in zip(section.rows[start + 1 :], section.lines[start + 1 :], strict=True):
        cells = dict(zip(heading, row, strict=False))

        def number(name: str, cells: dict[str, str] = cells, line: int = line) -> float | None:
            return peak_number(cells.get(name, ""), f"line {line}", read=form.read, do=_EXPORT)

        retention = number("R.Time")
        if retention is None:
            raise InputError("a peak has no retention time", where=f"line {line}")
        peaks.append(
            VendorPeak(
                channel=channel,
                retention_min=retention,
                area=number("Area"),
                height=number("Height"),
                name=cells.get("Name", ""),
                start_min=number("I.Time"),
                end_min=number("F.Time"),
                baseline_type=cells.get("Mark", "").strip(),
                file=raw.name,
            )
        )
    check_count(len(peaks), stated, where=f"section [{section.title}]")
    trace = next((one for one in traces if one.name == channel), None)
    return _with_units(peaks, trace, notes)


def _with_units(
    peaks: list[VendorPeak], trace: Chromatogram | None, notes: ColumnNotes
) -> list[VendorPeak]:
    """The peaks with units, where their heights show that they are in counts of the trace.

    The table states no unit. Its heights are those of the intensities before the multiplier in the
    files that were seen, so the largest peak is compared with the trace.
    """
    if trace is None or trace.signal_unit is None or not peaks:
        return peaks
    unit = _UNIT_AFTER_MULTIPLIER.get((trace.signal_unit, trace.multiplier))
    largest = max(peaks, key=lambda peak: peak.height or 0.0)
    start, end = _shared_baseline(peaks, largest)
    if unit is None or largest.height is None or start is None or end is None:
        return peaks
    inside = (trace.time_min >= (largest.start_min or start)) & (
        trace.time_min <= (largest.end_min or end)
    )
    if not inside.any():
        return peaks
    ends = np.interp([start, end], trace.time_min, trace.signal)
    baseline = np.interp(trace.time_min[inside], [start, end], ends)
    height = float((trace.signal[inside] - baseline).max()) / trace.multiplier
    if abs(height - largest.height) > _SAME_HEIGHT * largest.height:
        return peaks
    notes.remarks.append(
        f"{trace.name}: the heights of the peak table are those of the trace in {unit}, so areas "
        f"are in {unit} s"
    )
    return [replace(peak, area_unit=f"{unit} s", height_unit=unit) for peak in peaks]


def _shared_baseline(
    peaks: Sequence[VendorPeak], peak: VendorPeak
) -> tuple[float | None, float | None]:
    """Ends of the baseline of a peak, which it shares with those that touch it."""
    index = next(k for k, one in enumerate(peaks) if one is peak)
    first = last = index
    while first > 0 and peaks[first - 1].end_min == peaks[first].start_min:
        first -= 1
    while last + 1 < len(peaks) and peaks[last + 1].start_min == peaks[last].end_min:
        last += 1
    return peaks[first].start_min, peaks[last].end_min


READER = Reader(
    description="text export of Shimadzu LCsolution, GCsolution and LabSolutions",
    sniff=sniff,
    read=read,
    chromatograms=True,
    seen="LCsolution 1.25",
    words=("LabSolutions", "LCsolution", "Shimadzu"),
)
