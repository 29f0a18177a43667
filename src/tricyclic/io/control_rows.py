"""Controls in rows of their own among the doses of a table: "DMSO", "Total", "NSB (10 uM X)"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.table import DataTable
from tricyclic.io.cells_with_units import column_with_unit
from tricyclic.io.column_names import NSB, TOTAL, group_of, statistics_of
from tricyclic.io.delimited_text import is_not_counted, mark_of_texts, shortened
from tricyclic.io.headings import unit_in_column_name
from tricyclic.numerals import NumberFormat

_NSB_ROW = re.compile(r"(nsb|ns|non[\s_-]?specific(\s+binding)?|blocked)\b.*", re.IGNORECASE)
# A row without drug, by the words for it or for the solvent alone.
_NO_DRUG_ROW = re.compile(
    r"(totals?(\s+binding)?|tot\.?|tb|b0|bo|bmax|max(imum|imal)?(\s+binding)?|veh(icle|\.)?"
    r"|dmso([\s,(]+[0-9.,]+\s*%\)?)?|[0-9.,]+\s*%\s*dmso|solvent|buffer|ctrl|cntrl|controls?|none|nil|zero"
    r"|(no|without|w/o)\s+(drug|competitor|compound|inhibitor|ligand|agonist|antagonist)"
    r"|untreated|basal)(\s+control)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DoseColumn:
    """The first column of a table as doses: numbers, nan where a cell has none; `no_drug` and
    `non_specific` are rows with words for these controls.
    """

    values: np.ndarray
    unit: str
    no_drug: tuple[int, ...]
    non_specific: tuple[int, ...]


def read_dose_column(name: str, cells: Sequence[str]) -> DoseColumn | None:
    """Doses of a column in which some cells are words for controls; None where it is another one.

    Parameters
    ----------
    name : str
        Of the column, with its unit.
    cells : sequence of str
        Fewer than half of which are words, each one of a control.
    """
    decimal = mark_of_texts(cells) or "."
    own = column_with_unit(cells, decimal)
    unit = own.unit if own else unit_in_column_name(name)
    numbers = NumberFormat(decimal)
    values = np.array(
        [math.nan if (v := numbers.read(cell)) is None else v for cell in cells], float
    )
    if own:
        values = np.array(own.values)
    words = {
        row: cell
        for row, cell in enumerate(cells)
        if cell and math.isnan(values[row]) and not is_not_counted(cell)
    }
    if not words or len(words) >= np.isfinite(values).sum():
        return None
    blocked = tuple(row for row, word in words.items() if _NSB_ROW.fullmatch(word))
    free = tuple(row for row, word in words.items() if _NO_DRUG_ROW.fullmatch(word))
    if len(blocked) + len(free) < len(words):
        return None
    return DoseColumn(values, unit, free, blocked)


def controls_as_columns(table: DataTable) -> tuple[DataTable, tuple[str, ...]]:
    """A table with the readings of its rows of controls in columns "Total" and "NSB", and what was
    recognised; another table as it is.
    """
    name = table.columns[0]
    read = read_dose_column(name, table.text[name]) if name in table.text else None
    if read is None:
        return table, ()
    values = {name: read.values, **{one: np.array(cells) for one, cells in table.values.items()}}
    units = {**table.units, name: read.unit}
    free = [one for one in table.columns if one in table.values]
    statistics = statistics_of(table, free)
    readings = [one for one in free if one not in statistics]
    columns, notes = [*table.columns], []
    excluded = {one: np.array(mask) for one, mask in table.excluded.items()}
    for label, pattern, rows in (("Total", TOTAL, read.no_drug), ("NSB", NSB, read.non_specific)):
        # Wells of the other control stay: the non-specific wells beside a row without drug.
        moved = [
            one
            for one in readings
            if not pattern.fullmatch(group_of(one, free))
            and not (label == "Total" and NSB.fullmatch(group_of(one, free)))
        ]
        number = 0
        for one in moved if rows else ():
            cells = np.full(len(table), np.nan)
            cells[list(rows)] = values[one][list(rows)]
            values[one][list(rows)] = np.nan
            if not np.isfinite(cells).any():
                continue
            number += 1
            while f"{label} {number}" in columns or (number == 1 and label in columns):
                number += 1
            new = f"{label} {number}"
            columns.append(new)
            values[new], units[new] = cells, table.units.get(one, "unknown")
            if one in excluded:
                excluded[new] = excluded[one]
        words = ", ".join(f"'{shortened(table.text[name][row])}'" for row in rows)
        if rows:
            kind = "without competitor" if label == "Total" else "non-specific binding"
            notes.append(f"row{'s' if len(rows) > 1 else ''} {words}: {kind}")
    changed = replace(
        table,
        columns=tuple(columns),
        values=values,
        text={one: cells for one, cells in table.text.items() if one != name},
        units=units,
        excluded=excluded,
    )
    return changed, tuple(notes)


def controls_as_zero(table: DataTable) -> tuple[DataTable, tuple[str, ...]]:
    """A table with a dose of 0 in its rows without drug, and what was recognised; another table as
    it is. Rows of non-specific binding have no dose.
    """
    name = table.columns[0]
    read = read_dose_column(name, table.text[name]) if name in table.text else None
    if read is None:
        return table, ()
    values = read.values.copy()
    logs = read.unit.startswith("log10") or (np.isfinite(values).any() and np.nanmax(values) < 0)
    values[list(read.no_drug)] = -np.inf if logs else 0.0
    words = ", ".join(f"'{shortened(table.text[name][row])}'" for row in read.no_drug)
    left = ", ".join(f"'{shortened(table.text[name][row])}'" for row in read.non_specific)
    changed = replace(
        table,
        values={name: values, **table.values},
        text={one: cells for one, cells in table.text.items() if one != name},
        units={**table.units, name: read.unit},
        unused=(*table.unused, *((f"rows {left}, which have no dose",) if left else ())),
    )
    return changed, (f"rows {words}: dose 0",) if words else ()
