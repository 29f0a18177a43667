"""Words among the readings of a table: missing, with a remark, as in the wells of a plate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.format import list_names, pluralize
from tricyclic.core.table import DataTable
from tricyclic.core.text_column import read_text_column
from tricyclic.io.headings import unit_in_column_name

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

    Raises
    ------
    InputError
        If a number has the other decimal mark than most of its column, or can be read in two ways.
    """
    values, units, notes = dict(table.values), dict(table.units), []
    for column in columns:
        if column not in table.text:
            continue
        cells = [cell.strip() for cell in table.text[column]]

        def place(row: int, column: str = column) -> str:
            return f"{table.name}, {table.place(row)}, column '{column}'"

        read = read_text_column(cells, place)
        words = read.words
        if not words or 2 * len(words) > sum(map(bool, cells)):
            continue
        values[column], units[column] = read.values, unit_in_column_name(column)
        table.words(column)  # A formula among them is no word: it is refused.
        listed = list_names([f"'{word[:40]}'" for word in dict.fromkeys(words)], MAX_WORDS)
        notes.append(
            f"{pluralize(len(words), 'cell')} of '{column}' without a number ({listed}), as "
            "missing readings"
        )
    if not notes:
        return tuple(tables), ()
    text = {name: cells for name, cells in table.text.items() if name not in values}
    changed = replace(table, values=values, units=units, text=text)
    return tuple(changed if one is table else one for one in tables), tuple(notes)
