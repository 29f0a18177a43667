"""Cells of a table of curves as people write them: words among readings, rows without content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tricyclic.core.format import pluralize
from tricyclic.core.text_column import other_mark_error
from tricyclic.errors import InputError
from tricyclic.io.curves.columns import CurveColumns
from tricyclic.io.delimited_text import is_not_counted, shortened
from tricyclic.numerals import NumberFormat, has_other_mark

# Words of a column that a remark lists.
MAX_WORDS = 5


@dataclass
class CellRemarks:
    """What was read as missing in a table, counted while it is read."""

    words: dict[str, Counter[str]] = field(default_factory=dict)
    readings: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    blank_rows: int = 0
    without: Counter[str] = field(default_factory=Counter)

    def check(self, where: str, decimals: Mapping[str, str]) -> None:
        """Refuse a column of readings of which most cells are words, or have the other decimal mark
        than the others.

        Parameters
        ----------
        where : str
            Name of the table.
        decimals : mapping of str to str
            Decimal mark of each column.

        Raises
        ------
        InputError
            With the first word.
        """
        for column, words in self.words.items():
            mark = decimals.get(column, ".")
            for word in words:
                if has_other_mark(word, mark):
                    raise other_mark_error(word, mark, f"{where}, column '{column}'")
            if 2 * sum(words.values()) > self.readings[column]:
                raise InputError(
                    f"'{shortened(next(iter(words)))}' is not a number",
                    where=f"{where}, column '{column}'",
                    do="Leave missing readings empty, and write all others as numbers",
                )

    def phrases(self) -> tuple[str, ...]:
        """What was not used, as phrases for a person."""
        phrases = []
        for column, words in self.words.items():
            if number := sum(words.values()):
                listed = ", ".join(f"'{shortened(word)}'" for word in list(words)[:MAX_WORDS])
                listed += ", …" if len(words) > MAX_WORDS else ""
                phrases.append(
                    f"{pluralize(number, 'cell')} of '{column}' without a number ({listed}), "
                    "as missing readings"
                )
        phrases += [
            f"{pluralize(number, 'reading')} of '{column}' marked as excluded"
            for column, number in self.excluded.items()
            if number
        ]
        if self.blank_rows:
            phrases.append(f"{pluralize(self.blank_rows, 'row')} without curve, dose and reading")
        return (*phrases, *rows_without(self.without))

    def numbers(self, name: str, column: Any, decimal: str) -> Any:
        """A column of text as numbers; words are counted and missing.

        Parameters
        ----------
        name : str
            Column of readings.
        column : Arrow array of text
        decimal : str
            Decimal mark.
        """
        encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        number = NumberFormat(decimal)
        texts = encoded.dictionary.to_pylist()
        # Percent are written as "63.3 %" too.
        values = [number.read(text.strip().removesuffix("%")) for text in texts]
        counts = np.bincount(
            np.asarray(encoded.indices.drop_null()).astype(np.int64), minlength=len(texts)
        )
        words = self.words.setdefault(name, Counter())
        for text, value, count in zip(texts, values, counts.tolist(), strict=True):
            if value is None and text.strip() and not is_not_counted(text):
                words[text.strip()] += count
        self.readings[name] += int(counts.sum())
        return pa.array(values, pa.float64()).take(encoded.indices)


def rows_without(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Rows that are left out for want of a name or a dose, as phrases.

    Parameters
    ----------
    counts : mapping of str to int
        Rows by the column in which nothing stands.
    """
    return tuple(
        f"{pluralize(number, 'row')} (no {column})" for column, number in counts.items() if number
    )


def without_nameless_rows(batch: Any, layout: CurveColumns, remarks: CellRemarks) -> Any:
    """A batch without the rows that have no curve or no dose.

    Parameters
    ----------
    batch : Arrow record batch or table
    layout : CurveColumns
    remarks : CellRemarks
        The rows are counted there, once each; those without curve, dose and reading by themselves.
    """
    needed = [*layout.keys, *layout.doses]
    if not any(batch.column(name).null_count for name in needed):
        return batch
    blank = None
    for name in (*needed, *layout.required):
        missing = pc.is_null(batch.column(name))
        blank = missing if blank is None else pc.and_(blank, missing)
    remarks.blank_rows += pc.sum(blank).as_py() or 0
    batch = batch.filter(pc.invert(blank))
    for name in needed:
        missing = pc.is_null(batch.column(name))
        if number := pc.sum(missing).as_py() or 0:
            remarks.without[name] += number
            batch = batch.filter(pc.invert(missing))
    return batch
