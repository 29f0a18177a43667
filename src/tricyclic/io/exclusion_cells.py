"""Cells of a column of exclusions: a reason, or a mere yes or no."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tricyclic.core.table import DataTable
from tricyclic.io.fraction_columns import COLUMNS

YES = frozenset({"yes", "y", "true", "1", "1.0", "x", "added", "+", "with", "ja"})
NO = frozenset({"no", "n", "false", "0", "0.0", "-", "none", "without", "nein", "not added", "nan"})


def exclusion_reason(text: str, source: str) -> str:
    """The reason of an exclusion; a mere yes is stated as that, and a mere no is none.

    Parameters
    ----------
    text : str
        The cell: "air bubble", "yes", "False".
    source : str
        What a mere yes stands in, as "the sample list".
    """
    plain = text.strip().lower()
    if plain in NO or not plain:
        return ""
    return f"excluded in {source}" if plain in YES else text.strip()


@dataclass(frozen=True)
class ExcludedRows:
    """Rows of a table that a column of it excludes.

    Parameters
    ----------
    reasons : mapping of int to str
        By row, from 0.
    columns : tuple of str
        The column that states them; none where no row is excluded.
    """

    reasons: Mapping[int, str]
    columns: tuple[str, ...] = ()

    def phrases(self, table: DataTable) -> list[str]:
        """Each excluded row with its reason."""
        return [f"excluded, {table.place(row)}: {text}" for row, text in self.reasons.items()]


def excluded_rows(table: DataTable, used: Collection[str]) -> ExcludedRows:
    """The rows of a table that a column of exclusions leaves out.

    Parameters
    ----------
    table : DataTable
    used : collection of str
        Columns that have another meaning.
    """
    names = COLUMNS["excluded"]
    columns = [one for one in table.columns if one.strip().lower() in names and one not in used]
    if not columns:
        return ExcludedRows({})
    texts = enumerate(table.texts(columns[0]))
    reasons = {row: exclusion_reason(text, "the table") for row, text in texts}
    return ExcludedRows({row: text for row, text in reasons.items() if text}, (columns[0],))
