"""Words among the readings of a table: missing, with a remark, as in the wells of a plate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.format import list_names, pluralize
from tricyclic.core.table import DataTable
from tricyclic.numerals import parse_number

# Words among the readings that a remark lists.
MAX_WORDS = 5


def words_as_missing(
    tables: Sequence[DataTable], table: DataTable, columns: Sequence[str]
) -> tuple[tuple[DataTable, ...], tuple[str, ...]]:
    """The tables with words among the readings ("spilled") as missing, and phrases that name them.

    A column of which most cells are words stays text, and is refused where it is used.

    Parameters
    ----------
    tables : sequence of DataTable
        All tables of a file.
    table : DataTable
        The one that is read.
    columns : sequence of str
        Its columns of readings.
    """
    values, notes = dict(table.values), []
    for column in columns:
        if column not in table.text:
            continue
        cells = [cell.strip() for cell in table.text[column]]
        read = [parse_number(cell) if cell else None for cell in cells]
        words = [c for c, number in zip(cells, read, strict=True) if c and number is None]
        if not words or 2 * len(words) > sum(map(bool, cells)):
            continue
        values[column] = np.array([math.nan if number is None else number for number in read])
        table.words(column)  # A formula among them is no word: it is refused.
        listed = list_names([f"'{word[:40]}'" for word in dict.fromkeys(words)], MAX_WORDS)
        notes.append(
            f"{pluralize(len(words), 'cell')} of '{column}' without a number ({listed}), as "
            "missing readings"
        )
    if not notes:
        return tuple(tables), ()
    text = {name: cells for name, cells in table.text.items() if name not in values}
    changed = replace(table, values=values, text=text)
    return tuple(changed if one is table else one for one in tables), tuple(notes)
