"""Write rows to a sheet of an XLSX workbook, one after the other; equal rows give equal bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tricyclic.io.write_workbook import plain, save_workbook

# Rows of a sheet, without the names of the columns.
MAX_ROWS = 1_048_575
# Characters that a spreadsheet program shows at most in a column of this width.
_WIDEST, _NARROWEST = 40, 9


class WorkbookWriter:
    """A workbook with one sheet: names of the columns in bold, which stay in view, then rows.

    Parameters
    ----------
    place : path
        The file; it is written by `close`.
    sheet : str
        Name of the sheet.
    names : sequence of str
        Names of the columns.
    """

    def __init__(self, place: Path, sheet: str, names: Sequence[str]) -> None:
        import openpyxl
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter

        self.place, self.rows = place, 0
        self._text_cell: Any = WriteOnlyCell
        self._book: Any = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet(sheet)
        self._sheet.freeze_panes = "B2"
        for k, name in enumerate(names, start=1):
            width = min(max(len(name) + 2, _NARROWEST), _WIDEST)
            self._sheet.column_dimensions[get_column_letter(k)].width = width
        head = []
        for name in names:
            cell = WriteOnlyCell(self._sheet, value=plain(name))
            cell.data_type = "s"
            cell.font = Font(bold=True)
            head.append(cell)
        self._sheet.append(head)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows; None and nan are empty cells, inf is the text "inf"."""
        for row in rows:
            self._sheet.append([self._cell(value) for value in row])
            self.rows += 1

    def _cell(self, value: Any) -> Any:
        content = plain(value)
        if isinstance(content, str) and content.startswith("="):
            # A name such as "=A1" is text, not a formula.
            text = self._text_cell(self._sheet, value=content)
            text.data_type = "s"
            return text
        return content

    def close(self) -> None:
        """Write the file."""
        save_workbook(self._book, self.place)
