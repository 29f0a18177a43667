"""Times and readings as a table in CSV, text or XLSX: one trace or many.

The first column, or each column whose heading is a time, has the times of the columns of readings
behind it; words in another column ("sample") divide a long table into traces. A table without
headings is read too. A unit that no heading states is unknown; times without a unit are read in
minutes with a remark, or in the unit that the user names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile, with_unique_names
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.cells_beside import named_beside, named_width
from tricyclic.io.delimited_text import (
    is_not_counted,
    is_number_like,
    read_text,
    shortened,
    text_sheet,
)
from tricyclic.io.traces import (
    SIGNAL_UNITS,
    ColumnNotes,
    Floats,
    NumberRows,
    ending_remark,
    name_and_unit,
    read_columns,
    repaired,
    time_factor,
)

# A table of fewer rows is not taken for a chromatogram.
LEAST_ROWS = 10
MAX_TRACES = 2000
# Rows above a table that are searched for its headings.
_HEAD = 400
_TIME_NAME = re.compile(
    r"(?:ret(?:ention)?[ _.]*)?(?:time|zeit|temps|tiempo)s?|r\.?t\.?|x|t|min(?:utes)?|sec(?:onds)?",
    re.IGNORECASE,
)
_ROW_NUMBER = re.compile(r"|index|#|no\.?|point|points|scan|row", re.IGNORECASE)
_GENERAL = re.compile(
    r"y|signal|intensity|absorbance|response|value|current|potential|reading", re.IGNORECASE
)
_DELIMITERS = {"\t": "tab", ";": "semicolon", ",": "comma", " ": "white space"}


@dataclass(frozen=True)
class _TraceTable:
    """Rows of numbers, their lines, and the headings and units above them.

    `above` counts the rows above the headings, `texts` are the columns of words.
    """

    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    headings: tuple[str, ...]
    units: tuple[str, ...]
    texts: tuple[int, ...]
    above: int
    notes: tuple[str, ...] = ()
    decimal: str | None = None
    name: str = ""


def sniff(raw: RawFile) -> float:
    """Whether a table begins with rows of two or more numbers."""
    if raw.is_workbook:
        return 0.6 if any(_layout(s.rows, s.lines) for s in raw.sheets_to_sniff) else 0.0
    if raw.parts or not raw.text or raw.text.lstrip("\ufeff \n").startswith(("<", "{", "[")):
        return 0.0
    return 0.6 if _delimiter(raw.text.split("\n")) is not None else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The traces of the file; of a workbook, those of each sheet."""
    tables = _sheet_tables(raw) if raw.is_workbook else [_text_table(raw)]
    if not tables:
        raise InputError(
            f"contains no table of {LEAST_ROWS} or more times with readings",
            do="Put the times in the first column and the readings beside them",
        )
    several = len(tables) > 1
    return FileContent(
        injections=tuple(
            _injection(table, raw, options, f" [{table.name}]" if several else "")
            for table in tables
        )
    )


def _sheet_tables(raw: RawFile) -> list[_TraceTable]:
    tables = [(sheet, _layout(sheet.rows, sheet.lines)) for sheet in raw.sheets]
    return [
        replace(table, notes=(f"sheet '{sheet.name}'",), name=sheet.name)
        for sheet, table in tables
        if table is not None
    ]


def _text_table(raw: RawFile) -> _TraceTable:
    text, encoding = read_text(raw.data)
    lines = text.replace("\ufeff", "").split("\n")
    while lines and not lines[-1].strip(" \t;,"):
        lines.pop()
    mark = _delimiter(lines)
    if mark is None:
        raise InputError(
            "contains no table of times and readings",
            do="Put the times in the first column and the readings beside them",
        )
    if '"' in text:
        sheet = text_sheet(raw.data)
        table = _layout(sheet.rows[: len(lines)], sheet.lines[: len(lines)])
        mark = sheet.delimiter
    else:
        # Blanks around the cells of the many rows below the headings do not matter.
        rows = [_split(line, mark) for line in lines[:_HEAD]]
        rows += [line.split(None if mark == " " else mark) for line in lines[_HEAD:]]
        table = _layout(rows, range(1, len(rows) + 1))
    if table is None:
        raise InputError(f"contains no {LEAST_ROWS} rows of times with readings")
    width = len(table.rows[0])
    if mark == "," and table.headings and len(table.headings) < width:
        raise InputError(
            f"has {len(table.headings)} headings above {width} columns",
            where=f"line {table.lines[0]}",
            allowed="A comma in a number cannot be distinguished from one between cells",
            do="Export the file again with semicolons or tabs between the cells",
        )
    notes = (f"{encoding}, delimiter {_DELIMITERS.get(mark, mark)}", *ending_remark(text))
    return replace(table, notes=notes, decimal=raw.decimal)


def _split(line: str, mark: str) -> list[str]:
    return line.split() if mark == " " else [cell.strip() for cell in line.split(mark)]


def _delimiter(lines: Sequence[str]) -> str | None:
    """The mark that divides lines in the middle and at the end of the file into numbers."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < LEAST_ROWS:
        return None
    middle = len(filled) // 2
    # The last line may be cut off, which is refused when the table is read.
    sample = [*filled[middle - 4 : middle + 1], *filled[-4:-1]]
    for mark in _DELIMITERS:
        rows = [[cell.strip(' "') for cell in _split(line, mark)] for line in sample]
        width = len(rows[0])
        if width >= 2 and all(
            len(row) == width and sum(map(is_number_like, row)) >= 2 for row in rows
        ):
            return mark
    return None


def _layout(rows: Sequence[Sequence[str]], lines: Sequence[int]) -> _TraceTable | None:
    """The first long table of numbers; None without one."""
    start = next(
        (
            k
            for k in range(min(len(rows) - LEAST_ROWS + 1, _HEAD))
            if all(_is_numeric(rows[j]) for j in range(k, k + LEAST_ROWS))
        ),
        None,
    )
    if start is None:
        return None
    width = max(len(row) for row in rows[start : start + LEAST_ROWS])
    # A row with a word among its numbers belongs to the table, and is refused when it is read.
    while start and len(rows[start - 1]) == width and is_number_like(rows[start - 1][0]):
        start -= 1
    headings, units, above = _headings(rows, start, width)
    end = len(rows)
    while end > start and not any(cell for cell in rows[end - 1]):
        end -= 1
    step = 97 if end - start > 97 else 1
    sample = [row for row in rows[start:end:step] if len(row) >= width]
    sample = sample or [[*rows[start], *([""] * width)]]
    texts = tuple(
        k
        for k in range(width)
        if not any(not row[k] or is_number_like(row[k]) or is_not_counted(row[k]) for row in sample)
        or (k < len(headings) and headings[k].lower() in {"file", "sample", "trace", "unit"})
    )
    return _TraceTable(rows[start:end], lines[start:end], headings, units, texts, above)


def _is_numeric(row: Sequence[str]) -> bool:
    """Whether a row has two numbers, or a number beside a missing reading."""
    numbers = sum(1 for cell in row if cell and is_number_like(cell))
    missing = sum(1 for cell in row if not cell or is_not_counted(cell))
    return numbers >= 2 or (numbers == 1 and len(row) >= 2 and numbers + missing == len(row))


def _headings(
    rows: Sequence[Sequence[str]], start: int, width: int
) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Headings, units in a row of their own, and the number of rows above them."""
    units: tuple[str, ...] = ()
    row = start - 1
    if row >= 0 and _is_units(rows[row]):
        units, row = tuple(rows[row]), row - 1
        if row < 0 or not _is_headings(rows[row], width):
            return units, units, row + 1
    if row >= 0 and _is_headings(rows[row], width):
        return _uncommented(rows[row]), units, row
    return (), units, row + 1


def _is_headings(row: Sequence[str], width: int) -> bool:
    filled = [cell for cell in row if cell]
    if row and row[0].startswith("#"):
        # A comment, unless it names a column of times.
        names = [name_and_unit(cell.lstrip("# ")) for cell in filled]
        return any(
            _TIME_NAME.fullmatch(name) or (unit and time_factor(unit)) for name, unit in names
        )
    return (
        2 <= len(row) <= width + 1
        and bool(filled)
        and not is_number_like(filled[0])
        and len(filled) >= min(width, 2) - (1 if not row[0] else 0)
    )


def _uncommented(row: Sequence[str]) -> tuple[str, ...]:
    """Headings without the mark of a comment before them ("# time signal")."""
    cells = tuple(row[1:] if row[0] == "#" else row)
    return (cells[0].lstrip("# "), *cells[1:]) if cells else cells


def _is_units(row: Sequence[str]) -> bool:
    filled = [cell.strip("()[] ") for cell in row if cell]
    known = [bool(time_factor(cell)) or cell in SIGNAL_UNITS for cell in filled]
    return len(filled) >= 2 and all(known) and bool(time_factor(filled[0]))


def _beside(table: _TraceTable, width: int) -> tuple[str, ...]:
    """Phrase for cells of single rows after an empty column beside a table.

    Raises
    ------
    InputError
        If a row has a cell directly beside the table: it may be shifted.
    """
    wider = [k for k, row in enumerate(table.rows) if len(row) > width and any(row[width:])]
    for k in wider:
        if table.rows[k][width]:
            raise InputError(
                f"has {named_width(table.rows[k])} cells, and the rows above have {width}",
                where=f"{'row' if table.name else 'line'} {table.lines[k]}",
                do="Export the file again",
            )
    return named_beside([cell for k in wider for cell in table.rows[k][width:] if cell])


def _injection(
    table: _TraceTable, raw: RawFile, options: ReadOptions, suffix: str
) -> ChromatogramFile:
    width = max(len(row) for row in table.rows[:LEAST_ROWS])
    beside = _beside(table, width)
    names = [_heading(table, k) for k in range(width)]
    times = [k for k in range(width) if k not in table.texts and _is_time(table, k)]
    numbers = [k for k in range(width) if k not in table.texts]
    row_numbers = [
        k
        for k in numbers[:1]
        if table.headings and _ROW_NUMBER.fullmatch(names[k][0]) and times and k not in times
    ]
    if not times:
        times = numbers[:1]
    notes = ColumnNotes()
    remarks: list[str] = []
    traces: list[Chromatogram] = []
    for position, time in enumerate(times):
        end = times[position + 1] if position + 1 < len(times) else width
        columns = [k for k in numbers if time < k < end and k not in row_numbers]
        if not columns:
            continue
        if len(columns) > MAX_TRACES:
            raise InputError(f"has {len(columns)} traces", allowed=f"At most {MAX_TRACES:,}")
        factor, remark = _factor(table, time, options.time_unit)
        remarks += remark
        for label, rows, lines in _groups(table, time, len(times) > 1):
            block = NumberRows(rows, lines, table.decimal, of_workbook=bool(table.name))
            values = read_columns(block, (time, *columns), notes)
            for k, column in enumerate(columns, 1):
                traces.append(_trace(values, k, names[column], label, factor, raw, table, lines))
    if not traces:
        raise InputError("has times and no column of readings", do="Export the readings as well")
    traces = _with_samples(traces, table.name if suffix else raw.stem)
    decimal = "comma" if notes.decimal == "," else "point"
    stated = (f"{table.notes[0]}, decimal {decimal}", *table.notes[1:])
    unknown = [trace.name for trace in traces if trace.signal_unit is None]
    if unknown:
        listed = ", ".join(map(shortened, unknown[:3])) + (", …" if len(unknown) > 3 else "")
        remarks.append(f"no unit is stated ({listed})")
    rows_above = f"{table.above} row{'s' if table.above != 1 else ''} above the table"
    unused = (*((rows_above,) if table.above else ()), *beside)
    return ChromatogramFile(
        raw.name + suffix,
        tuple(traces),
        notes=(*stated, *dict.fromkeys(remarks), *dict.fromkeys(notes.remarks)),
        unused=unused + tuple(f"row numbers in column {k + 1}" for k in row_numbers),
    )


def _heading(table: _TraceTable, column: int) -> tuple[str, str | None]:
    """Name and unit of a column."""
    heading = table.headings[column] if column < len(table.headings) else ""
    name, unit = name_and_unit(repaired(heading)[0])
    own = table.units[column].strip("()[] ") if column < len(table.units) else ""
    if time_factor(name) and unit is None:
        unit = name
    if name in SIGNAL_UNITS and unit is None:
        unit = name
    return name, own or unit


def _is_time(table: _TraceTable, column: int) -> bool:
    name, unit = _heading(table, column)
    if not name and not unit:
        return False
    return bool(unit and time_factor(unit)) or (
        unit is None and _TIME_NAME.fullmatch(name) is not None
    )


def _factor(table: _TraceTable, column: int, wanted: str | None) -> tuple[float, list[str]]:
    """Minutes in the unit of a column of times, and a remark where the file states none."""
    name, unit = _heading(table, column)
    stated = time_factor(unit) if unit else None
    if stated is not None:
        return stated, []
    factor = time_factor(wanted or "min")
    assert factor is not None
    heading = f"column '{name}'" if name else "first column"
    return factor, [f"the {heading} states no unit of time; read in {wanted or 'min'}"]


def _groups(
    table: _TraceTable, time: int, pairs: bool
) -> list[tuple[str, Sequence[Sequence[str]], Sequence[int]]]:
    """Rows of each trace of a long table by the words in its columns; one group without words."""
    if not table.texts and not pairs:
        return [("", table.rows, table.lines)]
    groups: dict[str, tuple[list[Sequence[str]], list[int]]] = {}
    keys = [k for k in table.texts if _heading(table, k)[0].lower() != "unit"]
    for row, line in zip(table.rows, table.lines, strict=True):
        # Of columns in pairs, the shorter ones end in empty cells.
        if pairs and (len(row) <= time or not row[time]):
            continue
        label = " ".join(row[k] for k in keys if k < len(row) and row[k])
        rows, lines = groups.setdefault(label, ([], []))
        rows.append(row)
        lines.append(line)
    return [(label, rows, lines) for label, (rows, lines) in groups.items()]


def _trace(
    values: Floats,
    k: int,
    heading: tuple[str, str | None],
    label: str,
    factor: float,
    raw: RawFile,
    table: _TraceTable,
    lines: Sequence[int],
) -> Chromatogram:
    name, unit = heading
    if unit is None and label:
        unit = _unit_column(table, label)
    return Chromatogram(
        name=label or name or "signal",
        time_min=values[:, 0] * factor,
        signal=values[:, k],
        signal_unit=unit,
        sample=label,
        file=raw.name,
        position=f"lines {lines[0]} to {lines[-1]}",
    )


def _unit_column(table: _TraceTable, label: str) -> str | None:
    """Unit in the column "unit" of a long table, where all rows have the same."""
    column = next((k for k in table.texts if _heading(table, k)[0].lower() == "unit"), None)
    if column is None:
        return None
    units = {row[column] for row in table.rows if len(row) > column}
    return next(iter(units)) or None if len(units) == 1 else None


def _with_samples(traces: list[Chromatogram], single: str) -> list[Chromatogram]:
    """Traces with unique names; the sample of one of several is its heading, that of a single one
    the name of the file or sheet.
    """
    named = [
        replace(trace, name=name)
        for trace, name in zip(traces, with_unique_names(traces), strict=True)
    ]
    if len(named) == 1:
        return [replace(named[0], sample=named[0].sample or single)]
    return [
        trace
        if trace.sample or _GENERAL.fullmatch(trace.name)
        else replace(trace, sample=trace.name)
        for trace in named
    ]


READER = Reader(
    description="table of times and readings in CSV, text or XLSX",
    sniff=sniff,
    read=read,
    generic=True,
    chromatograms=True,
)
