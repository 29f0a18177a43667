"""Tables of named columns as read from a file, with units where the file states them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from tricyclic.core.formulas import formula_error, is_formula
from tricyclic.core.series import Floats, frozen_array
from tricyclic.core.table_input import TableInput
from tricyclic.core.text_column import not_numbers_error
from tricyclic.errors import InputError, UnknownNameError


@dataclass(frozen=True)
class DataTable(TableInput):
    """Named columns of equal length: numbers, or text where a column is not all numbers.

    Parameters
    ----------
    name : str
        Name of the table.
    columns : tuple of str
        Names of all columns, in the order of the file; each once.
    values : mapping of str to array, shape (rows,)
        The columns of numbers; nan where a cell is empty.
    text : mapping of str to tuple of str, length rows
        The columns of text; "" where a cell is empty.
    units : mapping of str to str
        Unit of each column of numbers, "unknown" where the file states none; "log10 M" for logs.
    excluded : mapping of str to array of bool, shape (rows,)
        Cells that the file marks as excluded, by column; only columns that have such cells.
    file, sha256 : str
        Name of the raw file and hash of its bytes.
    notes : tuple of str
        Decisions of the reader and remarks of the file.
    unused : tuple of str
        Parts of the file that were not read ("column 1 (row numbers)", "sheet 'Notes'").
    lines : tuple of str
        Place of each row in the file ("line 4"); empty where unknown.
    merged : tuple of tuple of (int, str)
        Cells, by row and column, that are one merged cell of the file, for each merged cell.
    sheet : str
        Sheet of a workbook with the table; "" for another file.
    titles : tuple of str
        Texts above the names of the columns, the nearest last.

    Raises
    ------
    InputError
        If a column is named twice, has no values, or is of another length.
    """

    name: str
    columns: tuple[str, ...]
    values: Mapping[str, Floats]
    text: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    excluded: Mapping[str, np.ndarray] = field(default_factory=dict)
    file: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    merged: tuple[tuple[tuple[int, str], ...], ...] = ()
    sheet: str = ""
    titles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for column in self.columns:
            if self.columns.count(column) > 1:
                raise InputError(
                    f"column '{column}' appears twice",
                    where=self.name,
                    do="Give each column its own name",
                )
            if (column in self.values) == (column in self.text):
                raise InputError(f"column '{column}' must be numbers or text", where=self.name)
        values = {
            column: frozen_array(self.values[column])
            for column in self.columns
            if column in self.values
        }
        text = {column: tuple(self.text[column]) for column in self.columns if column in self.text}
        lengths = {
            len(values[name]) if name in values else len(text[name]) for name in self.columns
        }
        if len(lengths) > 1:
            raise InputError("columns differ in length", where=self.name)
        excluded = {}
        for column, mask in self.excluded.items():
            flags = np.array(mask, dtype=bool)
            flags.setflags(write=False)
            if column not in self.columns or flags.shape != (next(iter(lengths), 0),):
                raise InputError(
                    f"marks of exclusion do not fit column '{column}'", where=self.name
                )
            excluded[column] = flags
        units = {column: self.units.get(column, "unknown") for column in values}
        for attribute, mapping in (
            ("values", values),
            ("text", text),
            ("units", units),
            ("excluded", excluded),
        ):
            object.__setattr__(self, attribute, MappingProxyType(mapping))

    def __len__(self) -> int:
        first = next(iter(self.columns), None)
        return (
            0
            if first is None
            else len(self.values[first] if first in self.values else self.text[first])
        )

    def numbers(self, column: str) -> Floats:
        """A column of numbers, shape (rows,).

        Raises
        ------
        InputError
            If there is no such column, or it is not all numbers.
        """
        if column not in self.columns:
            raise UnknownNameError.among("column", column, self.columns, where=self.name)
        if column not in self.values:
            self.words(column)
            others = [name for name in self.columns if name in self.values]
            raise not_numbers_error(column, self.text[column], self.place, others, self.name)
        return self.values[column]

    def words(self, column: str) -> tuple[str, ...]:
        """A column of text, length rows.

        Raises
        ------
        InputError
            If a cell is a formula, whose result the file does not contain.
        """
        for row, cell in enumerate(self.text[column]):
            if cell[:1] == "=" and is_formula(cell):
                raise formula_error(cell, f"{self.name}, {self.place(row)}, column '{column}'")
        return self.text[column]

    def texts(self, column: str) -> tuple[str, ...]:
        """A column as text, whether of words or of numbers, "" where a cell is empty.

        Raises
        ------
        InputError
            If a cell is a formula, whose result the file does not contain.
        """
        if column in self.text:
            return self.words(column)
        return tuple("" if np.isnan(value) else f"{value:.12g}" for value in self.values[column])

    def place(self, row: int) -> str:
        """Place of a row in the file, for a message."""
        return self.lines[row] if row < len(self.lines) else f"row {row + 1}"

    def with_replicates(self, names: Sequence[str]) -> tuple[str, ...]:
        """Columns of these names; for one that the file repeats, its numbered columns.

        "OD" stands for "OD 1", "OD 2", as columns called "OD" twice are numbered by the readers.
        """
        columns: list[str] = []
        for name in names:
            numbered: list[str] = []
            while name not in self.columns and f"{name} {len(numbered) + 1}" in self.columns:
                numbered.append(f"{name} {len(numbered) + 1}")
            # A replicate that was not measured leaves a column without any cell.
            several = [one for one in numbered if one in self.values or any(self.text[one])]
            columns += several if len(numbered) > 1 and several else [name]
        return tuple(dict.fromkeys(columns))

    def used(self, column: str) -> np.ndarray:
        """Whether each cell of a column is present and not excluded, shape (rows,), bool."""
        mask: np.ndarray = np.isfinite(self.numbers(column))
        return np.asarray(mask & ~self.excluded[column]) if column in self.excluded else mask
