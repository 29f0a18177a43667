"""Write tables as the sheets of an XLSX workbook; equal tables give equal bytes."""

from __future__ import annotations

import io
import math
import re
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tricyclic.io.write_tables import Cell

# Widths of columns in characters.
_NARROWEST, _WIDEST = 9, 60
# A spreadsheet program refuses longer cells.
_LONGEST_CELL = 32_000
# The earliest day that an archive can have; a workbook of today would differ from one of yesterday.
_DAY = (1980, 1, 1, 0, 0, 0)
_PROPERTIES = "docProps/core.xml"
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


@dataclass(frozen=True)
class Number:
    """A number and the decimals that a spreadsheet program shows of it."""

    value: float
    decimals: int = 0


@dataclass(frozen=True)
class WorkbookSheet:
    """One sheet.

    Parameters
    ----------
    name : str
        At most 31 characters.
    head : sequence of str
        Names of the columns, in bold; they stay in view. Empty for a sheet of text.
    rows : sequence of rows
        Cells; None and nan are empty.
    frozen : int
        Columns at the left that stay in view.
    wrapped : bool
        Whether long text continues on further lines of its cell.
    """

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell | Number]]
    frozen: int = 0
    wrapped: bool = False


def workbook_bytes(sheets: Sequence[WorkbookSheet]) -> bytes:
    """The sheets, in their order, as an XLSX workbook.

    Numbers are aligned at the right and shown with their decimals; a text that begins with "=" is
    text, not a formula.
    """
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _write(book.create_sheet(sheet.name), sheet)
    return saved_bytes(book)


def _write(page: Any, sheet: WorkbookSheet) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    first = 1
    if sheet.head:
        line = Side(style="thin", color="808080")
        for k, name in enumerate(sheet.head, 1):
            cell = page.cell(1, k, plain(name))
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="EEF2F6")
            cell.border = Border(bottom=line)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
        first = 2
        page.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}2"
    for r, row in enumerate(sheet.rows, first):
        for k, given in enumerate(row, 1):
            value = plain(given.value if isinstance(given, Number) else given)
            if value is None:
                continue
            cell = page.cell(r, k)
            fill_cell(cell, value)
            if isinstance(value, str):
                top = sheet.wrapped
                cell.alignment = Alignment(wrap_text=top, vertical="top" if top else "bottom")
            elif isinstance(given, Number):
                cell.number_format = "0" + (f".{'0' * given.decimals}" if given.decimals else "")
    for k in range(1, max([len(sheet.head), *(len(row) for row in sheet.rows)]) + 1):
        column = [row[k - 1] for row in sheet.rows if k <= len(row)]
        width = max([_shown(cell) for cell in column], default=0)
        if sheet.head:
            # A long name breaks at its underscores and blanks; it needs its longest half.
            width = max(width, math.ceil(len(sheet.head[k - 1]) * 0.75) + 2)
        page.column_dimensions[get_column_letter(k)].width = min(max(width, _NARROWEST), _WIDEST)


def _shown(cell: Cell | Number) -> int:
    """Characters that a cell needs."""
    if isinstance(cell, Number):
        return len(f"{cell.value:.{cell.decimals}f}") + 2
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return 0
    return len(f"{cell:.6g}" if isinstance(cell, float) else str(cell)) + 2


def plain(value: Cell) -> Cell:
    """What a cell gets: nothing for nan, words for infinity and truth values, printable text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return "".join(mark for mark in value if mark >= " " or mark in "\t\n")[:_LONGEST_CELL]
    return value


def fill_cell(cell: Any, value: Any) -> None:
    """Write a value into a cell of openpyxl; a text that begins with "=" is text, no formula."""
    cell.value = plain(value)
    if isinstance(value, str) and cell.value:
        cell.data_type = "s"


def saved_bytes(book: Any) -> bytes:
    """A workbook of openpyxl as an archive without the time at which it was written."""
    packed = io.BytesIO()
    save_workbook(book, packed)
    return packed.getvalue()


def save_workbook(book: Any, place: Path | IO[bytes]) -> None:
    """Write a workbook of openpyxl without the time at which it was written, in its parts and in
    its properties. Parts pass through in pieces: the sheet of a million curves has a gigabyte.
    """
    with tempfile.TemporaryFile() as raw:
        book.save(raw)
        with zipfile.ZipFile(raw) as old, zipfile.ZipFile(place, "w") as new:
            for info in old.infolist():
                entry = zipfile.ZipInfo(info.filename, _DAY)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                entry.file_size = info.file_size
                if info.filename == _PROPERTIES:
                    part = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\g<3>", old.read(info))
                    new.writestr(entry, part)
                    continue
                with old.open(info) as source, new.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
