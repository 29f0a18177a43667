"""Tables in Prism's shape for a fit: x, then one data set after another with its replicates, as a
table with one reading in each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.column_names import LOG_MOLAR, group_of, is_index, statistics_of
from tricyclic.io.files import source_name
from tricyclic.io.open import read_tables
from tricyclic.study.plan import TablePlan
from tricyclic.study.tables import chosen_table
from tricyclic.unit_table import UNKNOWN
from tricyclic.workflows.curves.options import FitOptions

DATA_SET, READING = "data set", "reading"


def with_recognised_columns(options: FitOptions) -> tuple[FitOptions, tuple[str, ...]]:
    """The options with x, the readings and the curves of a table in Prism's shape, and what was
    recognised.

    Parameters
    ----------
    options : FitOptions
        Without `y`.

    Raises
    ------
    InputError
        If the table has no column of readings, or x is named and they are not.
    """
    if options.x or options.by:
        raise InputError("no column of readings is named", where="y", do="Add --y COLUMN")
    source = cast("str | DataTable", options.file)
    name = source_name(source)
    tables = read_tables(
        source,
        reader=options.reader or None,
        sheet=options.sheet or None,
        decimal=options.decimal or None,
    )
    table = chosen_table(tables, TablePlan(name, "1", "", table=options.table, where=name))
    numeric = [one for one in table.columns if one in table.values and not is_index(one)]
    # In Prism the first column is x.
    x = next(iter(numeric), "")
    free = [one for one in numeric if one != x]
    groups: dict[str, list[str]] = {}
    statistics = statistics_of(table, free)
    for column in free:
        if column not in statistics:
            groups.setdefault(group_of(column, free), []).append(column)
    if not groups:
        raise InputError("no column of readings is named", where="y", do="Add --y COLUMN")
    unit = _unit_of_x(options, table, x)
    decisions = [f"column '{x}' is x" + (f", in {unit}" if unit else "")]
    if len(groups) == 1:
        ((_, columns),) = groups.items()
        decisions.append(f"{_quoted(columns)}: readings")
        return replace(options, y=tuple(columns), x=(x,), x_unit=unit), tuple(decisions)
    decisions += [f"{_quoted(columns)}: {group}" for group, columns in groups.items()]
    long = _long(table, x, unit, groups, name)
    read = {x}.union(*groups.values())
    others = quoted("column", [one for one in table.columns if one not in read])
    tables_left = quoted("table", [one.name for one in tables if one is not table])
    long = replace(long, unused=(*table.unused, *others, *tables_left))
    changed = replace(
        options,
        file=long,
        x=(x,),
        y=(READING,),
        by=(DATA_SET,),
        table="",
        reader="",
        sheet="",
        decimal="",
    )
    return changed, tuple(decisions)


def _unit_of_x(options: FitOptions, table: DataTable, x: str) -> str:
    """Unit of x; log10 M for numbers that are logarithms of molar concentrations."""
    unit = options.x_unit or table.units.get(x, UNKNOWN)
    values = table.values[x][np.isfinite(table.values[x])]
    low, high = LOG_MOLAR
    if unit in (UNKNOWN, "") and values.size and low <= values.min() and values.max() <= high:
        return "log10 M"
    return "" if unit == UNKNOWN else unit


def _long(
    table: DataTable, x: str, unit: str, groups: dict[str, list[str]], name: str
) -> DataTable:
    parts = [
        (group, row, column)
        for group, columns in groups.items()
        for row in range(len(table))
        for column in columns
        if table.used(column)[row]
    ]
    units = {table.units.get(column, UNKNOWN) for own in groups.values() for column in own}
    return DataTable(
        name,
        (x, DATA_SET, READING),
        {
            x: np.array([table.values[x][row] for _, row, _ in parts]),
            READING: np.array([table.values[column][row] for _, row, column in parts]),
        },
        {DATA_SET: tuple(group for group, _, _ in parts)},
        units={x: unit or UNKNOWN, READING: units.pop() if len(units) == 1 else UNKNOWN},
        lines=tuple(
            f"{table.lines[row]}, column '{column}'" if table.lines else f"row {row + 1}"
            for _, row, column in parts
        ),
    )


def _quoted(columns: Sequence[str]) -> str:
    if len(columns) > 2:
        return f"columns '{columns[0]}' to '{columns[-1]}'"
    return " and ".join(f"'{column}'" for column in columns)
