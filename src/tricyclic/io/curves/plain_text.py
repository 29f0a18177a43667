"""Reads the rows of plain CSV text of many curves with a compiled reader.

Where a piece of the text is not plain (words among numbers, quotation marks inside of cells, empty
lines, names that are not UTF-8) the general reader reads that piece, or refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tricyclic.io.curves.arrays import arrow_numbers, arrow_text, numpy_numbers
from tricyclic.io.curves.quoted_cells import LinesWithQuotes
from tricyclic.numerics.delimited_rows import (
    FIRST_TEXT,
    IGNORED,
    NOT_PLAIN,
    PADDING,
    POWERS,
    read_rows,
)

# Bytes that are read together: their columns stay in the cache of the processor.
PIECE = 1 << 20
_QUOTE = ord('"')
_LINE_END = re.compile(rb"\r\n|\r|\n")


# Compiled, and without types.
_read_rows: Callable[..., int] = read_rows


@dataclass(frozen=True)
class PlainColumns:
    """Columns of a text.

    Parameters
    ----------
    names : tuple of str
        All columns, in the order of the text.
    texts, numbers : tuple of str
        Those that are read, as text and as numbers.
    delimiter : str
    missing : tuple of str
        Texts that stand for no text.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    delimiter: str
    missing: tuple[str, ...]

    @property
    def roles(self) -> np.ndarray:
        """Role of every column, as `read_rows` takes it."""
        roles = dict.fromkeys(self.names, IGNORED)
        roles.update({name: FIRST_TEXT - k for k, name in enumerate(self.texts)})
        roles.update({name: k for k, name in enumerate(self.numbers)})
        return np.array([roles[name] for name in self.names], np.int64)


class PlainReader:
    """Reads complete lines into batches of coded text and numbers.

    Parameters
    ----------
    columns : PlainColumns
    otherwise : function
        Reads bytes of complete lines that are not plain, as an Arrow table.
    """

    def __init__(self, columns: PlainColumns, otherwise: Callable[[bytes], Any]) -> None:
        self._columns = columns
        places = [columns.names.index(name) for name in columns.numbers]
        self._otherwise = LinesWithQuotes(otherwise, columns.delimiter, len(columns.names), places)
        self._roles = columns.roles
        self._last = np.zeros((max(len(columns.numbers), 1), 2), np.int64)
        self._missing = arrow_text(columns.missing)
        self._allocate(0)

    def batches(self, stream: Any, skipped: int) -> Iterator[Any] | None:
        """The rows after some lines as record batches; None where the first ones are not plain.

        Parameters
        ----------
        stream : Arrow stream
            From its beginning.
        skipped : int
            Number of lines above the rows.
        """
        pieces = _pieces(stream, skipped)
        first = next(pieces, None)
        if first is None:
            return None
        batch = self._plain(*first)
        return None if batch is None else self._all(batch, pieces)

    def general(self, stream: Any, skipped: int) -> Iterator[Any]:
        """The same rows by the general reader, texts without codes."""
        held = b""
        for text, end in _pieces(stream, skipped):
            held += text[:end]
            table = self._otherwise.table(held, is_last=False)
            if table is not None:
                held = b""
                yield from table.combine_chunks().to_batches()
        if held:
            yield from self._otherwise.table(held, is_last=True).combine_chunks().to_batches()

    def _all(self, first: Any, pieces: Iterator[tuple[bytearray, int]]) -> Iterator[Any]:
        yield first
        held = b""
        for text, end in pieces:
            batch = None if held else self._plain(text, end)
            if batch is not None:
                yield batch
                continue
            held += text[:end]
            table = self._otherwise.table(held, is_last=False)
            if table is not None:
                held = b""
                yield from self._coded(table)
        if held:
            yield from self._coded(self._otherwise.table(held, is_last=True))

    def _coded(self, table: Any) -> list[Any]:
        """Batches of a table whose text is coded."""
        for name in self._columns.texts:
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, table.column(name).dictionary_encode())
        return list(table.combine_chunks().to_batches())

    def _allocate(self, rows: int) -> None:
        """Make arrays for so many rows, which every piece uses again."""
        texts, numbers = len(self._columns.texts), len(self._columns.numbers)
        self._codes = np.zeros((max(texts, 1), rows), np.int32)
        self._runs = np.zeros((max(texts, 1), rows, 2), np.int64)
        self._counts = np.zeros(max(texts, 1), np.int64)
        self._numbers = np.zeros((max(numbers, 1), rows))

    def _plain(self, text: bytearray, end: int) -> Any:
        """A record batch of complete lines; None where they are not plain."""
        data = np.frombuffer(text, np.uint8)
        lines = text.count(b"\n", 0, end)
        if lines > self._codes.shape[1]:
            self._allocate(lines + lines // 4)
        rows = _read_rows(
            data,
            end,
            ord(self._columns.delimiter),
            self._roles,
            POWERS,
            self._numbers,
            self._codes,
            self._runs,
            self._counts,
            self._last,
        )
        if rows == NOT_PLAIN:
            return None
        arrays = []
        for k in range(len(self._columns.texts)):
            column = self._text(data, self._runs[k, : self._counts[k]], self._codes[k, :rows])
            if column is None:
                return None
            arrays.append(column)
        for own in self._numbers[: len(self._columns.numbers)]:
            arrays.append(arrow_numbers(own[:rows].copy()))
        return pa.record_batch(arrays, [*self._columns.texts, *self._columns.numbers])

    def _text(self, data: np.ndarray, runs: np.ndarray, codes: np.ndarray) -> Any:
        """A column of coded text; None where a text is missing, or is not UTF-8."""
        begin, end = runs[:, 0], runs[:, 1]
        is_quoted = data[begin] == _QUOTE
        begin, end = begin + is_quoted, end - is_quoted
        stops = np.concatenate([[0], np.cumsum(end - begin)])
        letters = data[np.arange(stops[-1]) + np.repeat(begin - stops[:-1], end - begin)]
        buffers = [None, pa.py_buffer(stops.astype(np.int32)), pa.py_buffer(letters)]
        names = pa.Array.from_buffers(pa.string(), runs.shape[0], buffers)
        try:
            names.validate(full=True)
        except pa.ArrowInvalid:
            return None
        if pc.any(pc.is_in(names, value_set=self._missing)).as_py():
            return None
        coded = names.dictionary_encode()
        if len(coded.dictionary) < runs.shape[0]:
            codes = numpy_numbers(coded.indices)[codes]
        return pa.DictionaryArray.from_arrays(
            arrow_numbers(codes.astype(np.int32)), coded.dictionary
        )


def _pieces(stream: Any, skipped: int) -> Iterator[tuple[bytearray, int]]:
    """Complete lines after the skipped ones: a buffer, which is used again, and where they end."""
    buffer = bytearray(PIECE + PADDING)
    filled = 0
    while True:
        size = len(buffer) - PADDING
        if filled == size:
            buffer.extend(bytes(size))
            continue
        read = stream.readinto(memoryview(buffer)[filled:size])
        if not read and not filled:
            return
        if not read and buffer[filled - 1] != ord("\n"):
            buffer[filled : filled + 1] = b"\n"
            filled += 1
        filled += read
        begin = 0
        while skipped and (after := _next_line(buffer, begin, filled - bool(read))):
            begin, skipped = after, skipped - 1
        end = buffer.rfind(b"\n", begin, filled) + 1
        # Of a text whose lines end in CR.
        end = end or buffer.rfind(b"\r", begin, filled - 1) + 1
        if not skipped and end > begin:
            if begin:
                buffer[: end - begin] = buffer[begin:end]
            yield buffer, end - begin
        used = max(end, begin)
        buffer[: filled - used] = buffer[used:filled]
        filled -= used
        if not read:
            return


def _next_line(text: bytearray, begin: int, end: int) -> int:
    """Where the line behind that at `begin` begins; 0 where it does not end here."""
    match = _LINE_END.search(text, begin, end)
    if match is None:
        return 0
    # The second half of CR LF may be the byte that is not looked at.
    return match.end() + (match[0] == b"\r" and text[match.end() : match.end() + 1] == b"\n")


def can_be_plain(encoding: str, decimal: str, texts: Sequence[str], numbers: Sequence[str]) -> bool:
    """Whether the compiled reader knows a text of this kind."""
    return encoding == "utf-8" and decimal == "." and not set(texts) & set(numbers)
