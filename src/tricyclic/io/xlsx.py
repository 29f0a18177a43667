"""Parts of zip archives and sheets of XLSX workbooks; the only module that uses openpyxl.

The size of an archive is checked before it is unpacked, and a workbook with a document type (which
no spreadsheet program writes) is refused, so that a small file cannot expand into a large one.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import MAX_CELLS, Sheet, mark_of_texts
from tricyclic.io.formulas import formulas_without_result, remark_of_formulas
from tricyclic.io.merged_cells import MergedArea, fill_merged, merged_areas
from tricyclic.io.sheet_marks import percent_cells, remarks_of_sheets
from tricyclic.numerals import NumberFormat

MAX_UNPACKED = 128 * 2**20
MAX_PARTS = 20_000
MAX_ROWS = 50_000

_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    IndexError,
)

# Behind the name of a sheet that is hidden.
HIDDEN = " (hidden)"


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin like a zip archive."""
    return data.startswith(b"PK\x03\x04")


def zip_names(data: bytes) -> tuple[str, ...]:
    """Names of the parts of an archive; none if it cannot be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(archive.namelist()[:MAX_PARTS])
    except _BAD_ZIP:
        return ()


def unzip(data: bytes, wanted: re.Pattern[str]) -> dict[str, bytes]:
    """Unpack the parts of an archive whose names match.

    Raises
    ------
    InputError
        If the archive is damaged, locked, or too large when unpacked.
    """
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [info for info in archive.infolist() if wanted.fullmatch(info.filename)]
            size = sum(info.file_size for info in entries)
            if len(entries) > MAX_PARTS or size > MAX_UNPACKED:
                raise _too_large()
            for info in entries:
                # The declared size may be wrong, so unpacking stops at the limit.
                with archive.open(info) as part:
                    parts[info.filename] = part.read(left + 1)
                left -= len(parts[info.filename])
                if left < 0:
                    raise _too_large()
    except _BAD_ZIP as error:
        raise InputError(
            "is a damaged or locked archive", do="Save it again, without a password"
        ) from error
    return parts


def _too_large() -> InputError:
    return InputError(
        "is too large when unpacked", allowed=f"At most {MAX_UNPACKED >> 20} MB can be read"
    )


def refuse_document_type(part: bytes | str, where: str) -> None:
    """Refuse XML that declares entities.

    Raises
    ------
    InputError
        If it declares entities or a document type, or is not in UTF-8.
    """
    marks: tuple[Any, ...] = (
        ("<!DOCTYPE", "<!ENTITY") if isinstance(part, str) else (b"<!DOCTYPE", b"<!ENTITY", b"\x00")
    )
    if any(mark in part for mark in marks):
        raise InputError(
            "declares a document type, which is not allowed",
            where=where,
            do="Save the file again from its program",
        )


def workbook_sheets(data: bytes, *, only: str | int | None = None) -> tuple[Sheet, ...]:
    """Visible sheets of an XLSX workbook as cells of text.

    Parameters
    ----------
    data : bytes
        The whole file.
    only : str or int, optional
        Name of one sheet, or its number from 1.

    Raises
    ------
    InputError
        If the workbook is damaged or too large, or has no such sheet.

    Notes
    -----
    A formula without its result, as programs write that do not calculate, is read as its text
    ("=B2/3"); what needs its number refuses it.
    """
    parts = unzip(data, re.compile(r".*\.(xml|rels|vml)", re.IGNORECASE))
    if "xl/workbook.xml" not in parts:
        raise InputError("is not an XLSX workbook", do="Save it as XLSX or CSV")
    for name, part in parts.items():
        refuse_document_type(part, name)
    values = _cells(data)
    # A sheet without any cell contains nothing to read.
    names = [name for name, rows in values.items() if rows] or list(values)
    if only is not None:
        names = list(values)
        position = only - 1 if isinstance(only, int) else names.index(only) if only in names else -1
        if not 0 <= position < len(names):
            raise InputError(f"has no sheet {only!r}", allowed="There are: " + ", ".join(names))
        names = [names[position]]
    formulas = formulas_without_result(parts)
    values = {name: _with_formulas(values[name], formulas.get(name, {})) for name in names}
    merged = merged_areas(parts)
    remarks, percent = remarks_of_sheets(parts), percent_cells(parts)
    return tuple(
        replace(
            _sheet(name, values[name], merged.get(name, ())),
            remarks=remarks.get(name, ()) + remark_of_formulas(name, formulas.get(name, {})),
            percent=percent.get(name, frozenset()),
        )
        for name in names
    )


def other_sheets(data: bytes, read: Sequence[Sheet]) -> tuple[str, ...]:
    """Names of the sheets of a workbook, hidden ones included, beside those that were read.

    Parameters
    ----------
    data : bytes
        The whole file.
    read : sequence of Sheet
        The sheets that were read.
    """
    import openpyxl

    known = {sheet.name for sheet in read}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        names = [
            f"{sheet.title}{HIDDEN}" if sheet.sheet_state != "visible" else str(sheet.title)
            for sheet in book.worksheets
            if sheet.title not in known
            and any(any(row) for row in sheet.iter_rows(values_only=True))
        ]
        book.close()
    return tuple(names)


def _sheet(name: str, values: list[tuple[Any, ...]], areas: tuple[MergedArea, ...]) -> Sheet:
    mark = mark_of_texts(cell for row in values for cell in row if isinstance(cell, str))
    texts = tuple(tuple(_as_text(cell, mark) for cell in row) for row in values)
    rows, merged = fill_merged(texts, areas, name)
    notes = [f"sheet '{name}'"]
    if merged:
        notes.append(
            f"merged areas, read with their text in each cell: {len(merged)}",
        )
    return Sheet(
        rows=rows,
        lines=tuple(range(1, len(rows) + 1)),
        name=name,
        decimal=".",
        notes=tuple(notes),
        merged=merged,
    )


def _cells(data: bytes) -> dict[str, list[tuple[Any, ...]]]:
    import openpyxl

    cells: dict[str, list[tuple[Any, ...]]] = {}
    left = MAX_CELLS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                rows: list[tuple[Any, ...]] = []
                for row in sheet.iter_rows(values_only=True):
                    rows.append(_without_empty_end(row))
                    left -= len(row)
                    if left < 0 or len(rows) > MAX_ROWS:
                        raise InputError(
                            f"sheet '{sheet.title}' is too large",
                            do="Delete cells without data",
                        )
                while rows and not rows[-1]:
                    rows.pop()
                cells[str(sheet.title)] = rows
            book.close()
    except InputError:
        raise
    except Exception as error:  # openpyxl raises many kinds of error for a damaged file
        raise InputError(
            "is a damaged workbook", do="Open it in a spreadsheet program and save it again"
        ) from error
    return cells


def _with_formulas(
    rows: list[tuple[Any, ...]], formulas: Mapping[tuple[int, int], str]
) -> list[tuple[Any, ...]]:
    """Rows with the text of each formula that has no result."""
    filled = [[*row] for row in rows]
    for (row, column), text in formulas.items():
        filled += [[] for _ in range(row + 1 - len(filled))]
        cells = filled[row]
        cells += [None] * (column + 1 - len(cells))
        cells[column] = text
    return [tuple(row) for row in filled]


def _without_empty_end(row: tuple[Any, ...]) -> tuple[Any, ...]:
    last = len(row)
    while last and (row[last - 1] is None or row[last - 1] == ""):
        last -= 1
    return tuple(row[:last])


def _as_text(cell: Any, mark: str = "") -> str:
    """The text of a cell; of a number that is a text with a decimal comma, as a number."""
    if isinstance(cell, str) and mark and "," in cell:
        number = NumberFormat(mark).read(cell)
        return _as_text(number) if number is not None else cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (datetime.datetime, datetime.date, datetime.time)):
        return cell.isoformat()
    return str(cell).strip()
