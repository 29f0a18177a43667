"""Cells of a table of curves as people write them: words among readings, rows without content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tricyclic.core.format import pluralize
from tricyclic.errors import InputError
from tricyclic.io.curves.columns import CurveColumns
from tricyclic.io.delimited_text import is_not_counted, shortened
from tricyclic.numerals import NumberFormat

# Words of a column that a remark lists.
MAX_WORDS = 5


@dataclass
class CellRemarks:
    """What was read as missing in a table, counted while it is read."""

    words: dict[str, Counter[str]] = field(default_factory=dict)
    readings: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    blank_rows: int = 0

    def check(self, where: str) -> None:
        """Refuse a column of readings of which most cells are words.

        Raises
        ------
        InputError
            With the first word.
        """
        for column, words in self.words.items():
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
        return tuple(phrases)

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


def without_blank_rows(batch: Any, layout: CurveColumns, remarks: CellRemarks) -> Any:
    """A batch without the rows that have neither a curve nor a dose nor a reading.

    Parameters
    ----------
    batch : Arrow record batch or table
    layout : CurveColumns
    remarks : CellRemarks
        The rows are counted there.
    """
    columns: Sequence[str] = [*layout.keys, *layout.doses, *layout.required]
    if not layout.keys or not batch.column(layout.keys[0]).null_count:
        return batch
    blank = None
    for name in columns:
        missing = pc.is_null(batch.column(name))
        blank = missing if blank is None else pc.and_(blank, missing)
    number = pc.sum(blank).as_py() or 0
    remarks.blank_rows += number
    return batch.filter(pc.invert(blank)) if number else batch
