"""A large DataFrame as the rows of a file of many curves, column by column: text is read once for
each different cell, and no row by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from tricyclic.core.formulas import is_formula
from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.core.text_column import is_date
from tricyclic.io.curves.arrays import arrow_numbers, arrow_text, numpy_numbers
from tricyclic.io.curves.cells import CellRemarks, without_nameless_rows
from tricyclic.io.curves.columns import ColumnNames, CurveColumns, find_columns
from tricyclic.io.frames import (
    AnyFrame,
    FrameColumn,
    cell_text,
    decimal_marks,
    floats_of,
    frame_columns,
    kind_of_column,
    numbers_in_text,
    table_from_frame,
    with_units,
)
from tricyclic.numerals import NumberFormat, decimal_of

# Rows from which on a DataFrame is read column by column.
LARGE = 20_000
ROWS_PER_BATCH = 500_000
# Rows of text that are converted at once.
_ROWS_OF_TEXT = 1_000_000


@dataclass(frozen=True, eq=False)
class FrameInput(TableInput):
    """A DataFrame in place of the name of a file, whose cells are not read yet."""

    frame: AnyFrame
    name: str = "DataFrame"

    @classmethod
    def of(cls, given: Any) -> FrameInput | None:
        """The DataFrame where it is a large one; a lazy one counts as such."""
        large = len(given) >= LARGE if hasattr(given, "__len__") else True
        return cls(given) if large else None

    def whole_table(self) -> DataTable:
        """All its cells, with text and places of every row."""
        return table_from_frame(self.frame, self.name)


@dataclass(frozen=True, eq=False)
class CodedCells:
    """A column of text: the number of its text for every row, and each text once."""

    codes: np.ndarray
    words: tuple[str, ...]

    @cached_property
    def counts(self) -> np.ndarray:
        """Rows with each text."""
        return np.bincount(self.codes, minlength=len(self.words))

    @cached_property
    def _empty(self) -> int | None:
        return self.words.index("") if "" in self.words else None

    @property
    def are_names(self) -> bool:
        """Whether every text begins with a letter, as no number or date does."""
        return all(word[0].isalpha() for word in self.words if word)

    @property
    def kind(self) -> str:
        """ "text", "dates" or "numbers", whichever most cells are; "" where a decimal mark among
        words has to be looked at.
        """
        if self.are_names:
            return "text"
        if any(decimal_of(word)[0] for word in self.words):
            return ""
        number = NumberFormat(".")
        filled = numbers = dates = 0
        for word, count in zip(self.words, self.counts.tolist(), strict=True):
            filled += count if word else 0
            dates += count * is_date(word)
            numbers += count * (number.read(word) is not None)
        if 2 * dates > filled:
            return "dates"
        return "numbers" if 2 * numbers > filled else "text"

    def arrow(self, rows: slice) -> Any:
        """Some rows as an Arrow array of codes with the texts that these rows have; "" is missing.

        A dictionary of all names in every block would be looked through once for each.
        """
        codes = self.codes[rows]
        present = np.bincount(codes, minlength=len(self.words)) > 0
        if self._empty is not None:
            present[self._empty] = False
        place = np.where(present, np.cumsum(present) - 1, -1).astype(np.int32)
        own = [self.words[k] for k in np.flatnonzero(present).tolist()]
        indices = place[codes]
        missing = indices < 0
        coded = pa.array(indices, mask=missing) if missing.any() else arrow_numbers(indices)
        return pa.DictionaryArray.from_arrays(coded, arrow_text(own))


@dataclass(frozen=True, eq=False)
class FrameRows:
    """Columns of a DataFrame and their roles; `of` reads them. `copies` are phrases that name
    columns that were left out.
    """

    name: str
    columns: tuple[str, ...]
    values: Mapping[str, np.ndarray]
    text: Mapping[str, CodedCells]
    layout: CurveColumns
    copies: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: FrameInput, chosen: ColumnNames | None) -> FrameRows | None:
        """The columns of a DataFrame; None where only the table of all its cells shows what they
        are: cells of several types or with units, formulas, long numbers, words among numbers.

        Raises
        ------
        InputError
            If it has no column of a role, or no rows.
        """
        series, copies = frame_columns(given.frame, given.name)
        values: dict[str, np.ndarray] = {}
        text: dict[str, CodedCells] = {}
        for name, one in series.items():
            cells = _cells(one)
            if cells is None:
                return None
            if isinstance(cells, np.ndarray):
                values[name] = cells
            else:
                text[name] = cells
        for name, mark in decimal_marks({name: one.words for name, one in text.items()}).items():
            numbers = numbers_in_text(text[name].words, mark)
            if numbers is not None:
                values[name] = numbers[text.pop(name).codes]
            elif not text[name].are_names and with_units(text[name].words, name, mark):
                return None
        kinds = {name: text[name].kind if name in text else _kind(values[name]) for name in series}
        if not all(kinds.values()):
            return None
        layout = find_columns(kinds, names=tuple(series), where=given.name, chosen=chosen)
        if any(name in text for name in (*layout.doses, *layout.required)):
            return None
        if any(_has_formulas(text[name]) for name in (*layout.keys, layout.plate) if name in text):
            return None
        return cls(given.name, tuple(series), values, text, layout, copies)

    def batches(self, remarks: CellRemarks) -> Iterator[Any]:
        """The columns that are used; rows without a curve or a dose are counted in `remarks`."""
        layout = self.layout
        plate = [layout.plate] if layout.plate else []
        labels = list(dict.fromkeys([*layout.carried, *plate]))
        whole = {
            name: bool(_kind(self.values[name]) == "whole numbers")
            for name in labels
            if name in self.values
        }
        for first in range(0, len(self), ROWS_PER_BATCH):
            rows = slice(first, min(first + ROWS_PER_BATCH, len(self)))
            columns = {
                name: self.text[name].arrow(rows)
                if name in self.text
                else _label(self.values[name][rows], whole=whole[name])
                for name in labels
            }
            for name in (*layout.doses, *layout.required):
                columns[name] = arrow_numbers(np.ascontiguousarray(self.values[name][rows]))
            batch = pa.record_batch(list(columns.values()), names=list(columns))
            yield without_nameless_rows(batch, layout, remarks)

    def share(self, rows: int) -> float:
        """Share of the table in some rows."""
        return min(rows / max(len(self), 1), 1.0)

    def digest(self) -> str:
        """SHA-256 of the cells."""
        sha = hashlib.sha256(repr(self.columns).encode())
        for values in self.values.values():
            sha.update(np.ascontiguousarray(values).data)
        for cells in self.text.values():
            sha.update("\0".join(cells.words).encode())
            sha.update(np.ascontiguousarray(cells.codes).data)
        return sha.hexdigest()

    def __len__(self) -> int:
        first = self.columns[0]
        return int((self.values[first] if first in self.values else self.text[first].codes).size)


def _has_formulas(cells: CodedCells) -> bool:
    return any(word[:1] == "=" and is_formula(word) for word in cells.words)


def _cells(series: FrameColumn) -> np.ndarray | CodedCells | None:
    """A column as floats, or as text; None where its cells are neither for certain."""
    kind = kind_of_column(series)
    if kind != "text":
        return floats_of(series) if kind else None
    parts = []
    for first in range(0, len(series), _ROWS_OF_TEXT):
        try:
            part = series[first : first + _ROWS_OF_TEXT].to_arrow()
        except (pa.ArrowException, TypeError, ValueError):
            return None
        if isinstance(part, pa.ChunkedArray):
            part = part.combine_chunks()
        text = part.type.value_type if pa.types.is_dictionary(part.type) else part.type
        if not (pa.types.is_string(text) or pa.types.is_large_string(text)):
            return None
        if not pa.types.is_dictionary(part.type):
            part = part.cast(pa.string()).dictionary_encode()
        parts.append(part.cast(pa.dictionary(pa.int32(), pa.string())))
    coded = pa.chunked_array(parts).unify_dictionaries()
    given = coded.chunk(0).dictionary.to_pylist()
    codes = numpy_numbers(coded_indices(coded), len(given))
    number: dict[str, int] = {}
    place = [number.setdefault(cell_text(word), len(number)) for word in given]
    # A missing cell is an empty one.
    place.append(number.setdefault("", len(number)) if (codes == len(given)).any() else -1)
    return CodedCells(np.array(place, np.int32)[codes], tuple(number))


def coded_indices(column: Any) -> Any:
    """The codes of a column, whose parts have one dictionary."""
    return pa.chunked_array([chunk.indices for chunk in column.chunks])


def _kind(values: np.ndarray) -> str:
    finite = values[np.isfinite(values)]
    return "whole numbers" if finite.size and (finite == np.rint(finite)).all() else "numbers"


def _label(values: np.ndarray, *, whole: bool) -> Any:
    """Numbers that name curves or are kept with them."""
    if not whole:
        return arrow_numbers(np.ascontiguousarray(values))
    missing = np.isnan(values)
    return pa.array(np.where(missing, 0.0, values).astype(np.int64), mask=missing)
