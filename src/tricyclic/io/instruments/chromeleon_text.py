"""Text export of a Chromeleon chromatogram: a header, then times, steps and values.

The table is recognised by its headings, each of which ends in a unit, so that the language of the
program does not matter. The step column is a difference of times and is not used.
"""

from __future__ import annotations

import re

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import read_text
from tricyclic.io.traces import (
    ColumnNotes,
    NumberRows,
    check_count,
    first_value,
    header_number,
    read_columns,
    repaired,
    time_factor,
)

_HEADING = re.compile(
    r"^[^\t(\n]*\(([^\t()\n]*)\)\t[^\t(\n]*\(([^\t()\n]*)\)\t[^\t(\n]*\(([^\t\n]*)\)[ \t]*$",
    re.MULTILINE,
)
_SECTION = re.compile(r"^(?:Raw Data|Chromatogram Data):[ \t]*$", re.MULTILINE)
_HEAD = 20_000


def sniff(raw: RawFile) -> float:
    """Whether a header of Chromeleon is before a table of times, steps and values."""
    head = raw.text[:_HEAD]
    heading = _HEADING.search(head)
    table = bool(heading and time_factor(heading[1]))
    named, section = "Chromeleon" in head, bool(_SECTION.search(head))
    if table and (named or section):
        return 1.0
    # An export without its table, which is refused. Other programs have raw data as well.
    return 0.6 if named and section else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The trace of the file."""
    text, encoding = read_text(raw.data)
    heading = _HEADING.search(text)
    factor = time_factor(heading[1]) if heading else None
    if heading is None or factor is None:
        raise InputError(
            "has no table of times, steps and values",
            do="Export the chromatogram of Chromeleon as text with its raw data",
        )
    before = text[: heading.start()]
    header = _header(before)
    first = before.count("\n") + 2
    lines = text[heading.end() :].split("\n")[1:]
    while lines and not lines[-1].strip():
        lines.pop()
    rows = [line.split("\t") for line in lines]
    notes = ColumnNotes()
    block = NumberRows(rows, range(first, first + len(rows)), raw.decimal)
    numbers = read_columns(block, (0, 2), notes)
    stated = first_value(header, "Data Points", "Datenpunkte")
    check_count(
        len(numbers), header_number(stated) if stated else None, missing=len(rows) - len(numbers)
    )
    unit, mended = repaired(heading[3].strip())
    if not unit:
        unit, mended = repaired(first_value(header, "Signal Unit", "Signal Dimension"))
    trace = Chromatogram(
        name=first_value(header, "Channel", "Channel Name", "Kanal") or raw.stem,
        time_min=numbers[:, 0] * factor,
        signal=numbers[:, 1],
        signal_unit=unit or None,
        sample=first_value(header, "Sample", "Injection", "Injection Name", "Probe"),
        injected_at=" ".join(
            part
            for part in (
                first_value(header, "Date", "Injection Date", "Datum"),
                first_value(header, "Time", "Injection Time", "Zeit"),
            )
            if part
        ),
        method=first_value(header, "PGM file", "Instrument Method"),
        injection_volume_uL=_volume(header),
        file=raw.name,
        position=f"lines {first} to {first + len(rows) - 1}",
    )
    remarks = [
        f"{encoding}, delimiter tab, decimal {'comma' if notes.decimal == ',' else 'point'}",
        *notes.remarks,
    ]
    remarks += [] if trace.evenly_spaced else ["the steps between the times are uneven"]
    remarks += [f"unit '{heading[3].strip()}' read as '{unit}'"] if mended else []
    remarks += [] if unit else ["the file states no unit"]
    injection = ChromatogramFile(
        raw.name, (trace,), notes=tuple(remarks), unused=("column 'step'",)
    )
    return FileContent(injections=(injection,))


def _header(text: str) -> dict[str, str]:
    """Keys and values; the first of two values with one key is kept."""
    header: dict[str, str] = {}
    for line in text.split("\n"):
        key, tab, value = line.partition("\t")
        if tab and key.strip() and value.strip():
            header.setdefault(key.strip().lstrip("\ufeff").rstrip(":"), value.strip())
    return header


def _volume(header: dict[str, str]) -> float | None:
    """Injection volume [uL]; the unit in its key may be in the wrong encoding."""
    for key, value in header.items():
        name, _, unit = repaired(key)[0].partition("(")
        if name.strip() in {"Injection Volume", "Injektionsvolumen"}:
            if unit.rstrip(") ").lower() not in {"µl", "μl", "ul"}:
                return None
            return header_number(value)
    return None


READER = Reader(
    description="text export of Chromeleon",
    sniff=sniff,
    read=read,
    chromatograms=True,
    seen="Chromeleon 6.80",
    words=("Chromeleon",),
)
