"""Line ends inside of quoted cells of CSV text.

A quotation mark that is not closed makes one cell of all lines up to the next mark. A cell of
several lines is therefore read only where none of its lines looks like a row of the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import shortened

# A longer cell is an open quotation mark.
_LONGEST_CELL = 1 << 20
_LINE_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True)
class LinesWithQuotes:
    """Reads complete lines with the general reader.

    Parameters
    ----------
    read : function
        Reads bytes as an Arrow table.
    delimiter : str
    columns : int
        Number of columns.
    numbers : sequence of int
        Those of numbers.
    """

    read: Callable[[bytes], Any]
    delimiter: str
    columns: int
    numbers: Sequence[int]

    def table(self, text: bytes, *, is_last: bool) -> Any:
        """The rows of complete lines; None where a cell goes on behind them.

        Raises
        ------
        InputError
            If a quotation mark is not closed, or takes rows into a cell.
        """
        try:
            table = self.read(text)
        except pa.ArrowInvalid:
            if b'"' in text and self._is_open(text, is_last=is_last):
                return None
            raise
        if b'"' not in text:
            return table
        if table.num_rows < max(text.count(b"\n"), text.count(b"\r")):
            return None if self._is_open(text, is_last=is_last) else table
        # Each line is a row; only in the last one a cell may still be open.
        begin = max(text.rfind(b"\n", 0, -1), text.rfind(b"\r", 0, -2)) + 1
        return None if not is_last and self._is_open(text[begin:], is_last=False) else table

    def _is_open(self, text: bytes, *, is_last: bool) -> bool:
        """Whether the text ends inside of a quoted cell."""
        # Elsewhere than where a cell begins a quotation mark is a letter.
        pattern = rb'(?<![^\n\r%b])"([^"]*(?:""[^"]*)*)("?)' % self.delimiter.encode()
        behind = (*b"\r\n", *self.delimiter.encode())
        for cell in re.finditer(pattern, text):
            if cell[2] and b"\n" not in cell[1] and b"\r" not in cell[1]:
                continue
            lines = _LINE_END.split(cell[1])
            if not cell[2] and not is_last and len(cell[1]) < _LONGEST_CELL:
                return True
            is_closed = cell[2] and (cell.end() == len(text) or text[cell.end()] in behind)
            if not is_closed or any(map(self._is_row, lines[1:])):
                begin = max(text.rfind(b"\n", 0, cell.start()), text.rfind(b"\r", 0, cell.start()))
                line = _LINE_END.split(text[begin + 1 :], 1)[0].decode(errors="replace")
                raise InputError(
                    "a quotation mark is not closed",
                    where=f"the line '{shortened(line)}'",
                    do="Remove it, or close it at the end of its cell",
                )
        return False

    def _is_row(self, line: bytes) -> bool:
        cells = line.split(self.delimiter.encode())
        if len(cells) != self.columns:
            return False
        return all(re.fullmatch(rb"\s*[-+.,0-9eE]*\s*", cells[k]) for k in self.numbers)
