"""A table in memory (a sheet of a workbook, a DataFrame) as the rows of a file of many curves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tricyclic.core.table import DataTable
from tricyclic.core.text_column import is_date
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.curves.cells import CellRemarks, without_nameless_rows
from tricyclic.io.curves.columns import ColumnNames, CurveColumns, find_columns
from tricyclic.io.table_text import table_as_csv
from tricyclic.numerals import NumberFormat, column_mark

ROWS_PER_BATCH = 100_000


@dataclass(frozen=True)
class CurveTable:
    """A table of curves and the roles of its columns; `of` finds them."""

    table: DataTable
    layout: CurveColumns

    @classmethod
    def of(
        cls, tables: Sequence[DataTable], chosen: ColumnNames | None, *, where: str
    ) -> tuple[CurveTable, tuple[str, ...]]:
        """The first table with the columns of curves, and phrases that name the other tables.

        Raises
        ------
        InputError
            If no table has them; the error is that of the first table.
        """
        problem: InputError | None = None
        for table in tables:
            try:
                kinds = {name: _kind(table, name) for name in table.columns}
                layout = find_columns(kinds, names=table.columns, where=where, chosen=chosen)
            except InputError as error:
                problem = problem or error
                continue
            others = quoted("table", [one.name for one in tables if one is not table])
            return cls(table, layout), others + table.unused
        raise problem or InputError("contains no table", where=where)

    def batches(self, remarks: CellRemarks) -> Iterator[pa.RecordBatch]:
        """The columns that are used; what is read as missing is counted in `remarks`."""
        table, layout = self.table, self.layout
        plate = [layout.plate] if layout.plate else []
        readings = [name for name in layout.required if name != layout.weight]
        columns: dict[str, pa.Array] = {}
        for name in dict.fromkeys([*layout.carried, *plate]):
            columns[name] = self._label(name)
        for name in (*layout.doses, *layout.required):
            columns[name] = self._numbers(name, remarks if name in readings else None)
        whole = without_nameless_rows(pa.table(columns), layout, remarks)
        remarks.check(table.name, {name: _mark(table, name) for name in table.text})
        yield from whole.to_batches(max_chunksize=ROWS_PER_BATCH)

    def share(self, rows: int) -> float:
        """Share of the table in some rows."""
        table = self.table
        first = table.columns[0]
        column = table.values[first] if first in table.values else table.text[first]
        return min(rows / max(len(column), 1), 1.0)

    def digest(self) -> str:
        """SHA-256 of the cells."""
        return self.table.sha256 or hashlib.sha256(table_as_csv(self.table)).hexdigest()

    def _label(self, name: str) -> pa.Array:
        if name in self.table.text:
            # A formula names no curve; where it is only kept, it is a text like others.
            is_kept = name in self.layout.keep and name not in self.layout.keys
            cells = self.table.text[name] if is_kept else self.table.words(name)
            return pa.array([cell.strip() or None for cell in cells], pa.string())
        values = self.table.values[name]
        missing = np.isnan(values)
        if (values[~missing] == np.rint(values[~missing])).all():
            return pa.array(np.where(missing, 0.0, values).astype(np.int64), mask=missing)
        return pa.array(values, from_pandas=True)

    def _numbers(self, name: str, remarks: CellRemarks | None) -> pa.Array:
        if name in self.table.values:
            values = np.asarray(self.table.values[name], float)
            if remarks is not None and name in self.table.excluded:
                marked = self.table.excluded[name] & np.isfinite(values)
                remarks.excluded[name] += int(marked.sum())
                values = np.where(self.table.excluded[name], np.nan, values)
            return pa.array(values, from_pandas=True)
        texts = pa.array([cell.strip() or None for cell in self.table.words(name)], pa.string())
        if remarks is not None:
            return remarks.numbers(name, texts, _mark(self.table, name))
        return pa.array(self.table.numbers(name), from_pandas=True)


def _kind(table: DataTable, name: str) -> str:
    if name not in table.values:
        filled = [cell for cell in table.text[name] if cell]
        if filled and 2 * sum(map(is_date, filled)) > len(filled):
            return "dates"
        numbers = NumberFormat(_mark(table, name))
        read = sum(numbers.read(cell) is not None for cell in filled)
        return "numbers" if 2 * read > len(filled) else "text"
    values = table.values[name]
    finite = values[np.isfinite(values)]
    return "whole numbers" if finite.size and (finite == np.rint(finite)).all() else "numbers"


def _mark(table: DataTable, name: str) -> str:
    """Decimal mark of a column that is text because of words among its numbers."""
    return column_mark(table.text.get(name, ())) or "."
