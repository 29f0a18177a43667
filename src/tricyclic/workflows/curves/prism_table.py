"""Tables in Prism's shape for a fit: x, then one data set after another with its replicates, as a
table with one reading in each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from tricyclic.core.concentrations import is_dose_unit, log10_of, same_unit
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.cells_with_units import number_of
from tricyclic.io.column_names import LOG_MOLAR, group_of, is_index, statistics_of
from tricyclic.io.control_rows import controls_as_zero
from tricyclic.io.delimited_text import is_number_like
from tricyclic.io.dose_columns import compound_of, dose_blocks, group_in
from tricyclic.io.files import source_name
from tricyclic.io.missing_words import words_as_missing
from tricyclic.io.open import read_tables
from tricyclic.io.table_labels import compounds_of_tables
from tricyclic.study.plan import TablePlan
from tricyclic.study.tables import chosen_table
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import convert
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
    tables_read: tuple[DataTable, ...] = tables
    if options.table or len({table.columns for table in tables}) > 1:
        plan = TablePlan(name, "1", "", table=options.table, where=name)
        tables_read = (chosen_table(tables, plan),)
    shapes = [
        _shape(options, table, compound if len(tables_read) > 1 else "", name)
        for table, (compound, _) in zip(tables_read, compounds_of_tables(tables_read), strict=True)
    ]
    if len(shapes) > 1 and len({group for one in shapes for group, _, _ in one.sets}) == 1:
        # Tables of one data set without a name are distinguished by the names of the tables.
        shapes = [
            replace(one, sets=tuple((one.table.name, columns, x) for _, columns, x in one.sets))
            for one in shapes
        ]
    (first, *_) = shapes
    decisions = tuple(dict.fromkeys(note for one in shapes for note in one.decisions))
    if len(shapes) == 1 and len(first.sets) == 1:
        ((_, columns, x),) = first.sets
        if (
            first.table.columns == tables_read[0].columns
            and not first.table.text.keys() ^ tables_read[0].text.keys()
        ):
            return replace(options, y=columns, x=(x,), x_unit=first.unit), decisions
        options = replace(options, file=first.table, table="", reader="", sheet="", decimal="")
        return replace(options, y=columns, x=(x,), x_unit=first.unit), decisions
    long = _long(shapes, name)
    read = {x for one in shapes for _, _, x in one.sets}
    read |= {column for one in shapes for _, columns, _ in one.sets for column in columns}
    others = quoted("column", [one for one in first.table.columns if one not in read])
    left = quoted(
        "table", [one.name for one in tables if all(one is not own for own in tables_read)]
    )
    unused = dict.fromkeys(part for one in shapes for part in one.table.unused)
    unused |= dict.fromkeys(
        part for one in shapes for part in _excluded_cells(one, len(shapes) > 1)
    )
    titles = tuple(dict.fromkeys(text for one in shapes for text in one.table.titles))
    long = replace(long, unused=(*unused, *others, *left), titles=titles)
    changed = replace(
        options,
        file=long,
        x=(long.columns[0],),
        y=(READING,),
        by=(DATA_SET,) if len({*long.text[DATA_SET]}) > 1 else (),
        x_unit="",
        table="",
        reader="",
        sheet="",
        decimal="",
    )
    return changed, decisions


def has_data_sets(options: FitOptions) -> bool:
    """Whether a file is a table of data sets as in Prism: doses first, then readings only."""
    source = cast("str | DataTable", options.file)
    try:
        tables = read_tables(
            source,
            reader=options.reader or None,
            sheet=options.sheet or None,
            decimal=options.decimal or None,
        )
    except InputError:
        return False
    first = [controls_as_zero(table)[0] for table in tables]
    return all(
        table.columns[0] in table.values
        and table.columns[0] not in table.text
        and (
            is_dose_unit(_unit_of_x(options, table, table.columns[0]))
            or is_dose_unit(table.columns[0].strip(" []()"))
        )
        and not any(any(cells) and _are_names(cells) for cells in table.text.values())
        for table in first
    )


def _are_names(cells: Sequence[str]) -> bool:
    """Whether a column of text has names, and not readings with a word among them."""
    words = [cell for cell in cells if cell and not is_number_like(cell)]
    return 2 * len(words) > sum(map(bool, cells))


@dataclass(frozen=True)
class _Shape:
    """The data sets of a table, each with its name, its columns of readings and its x."""

    table: DataTable
    unit: str
    sets: tuple[tuple[str, tuple[str, ...], str], ...]
    decisions: tuple[str, ...]


def _shape(options: FitOptions, source: DataTable, compound: str, name: str) -> _Shape:
    table, notes = controls_as_zero(source)
    _check_first(table, name)
    (table,), words = words_as_missing((table,), table, table.columns[1:])
    table = replace(table, unused=(*table.unused, *words))
    numeric = [one for one in table.columns if one in table.values and not is_index(one)]
    # In Prism the first column is x.
    x = next(iter(numeric), "")
    unit = _unit_of_x(options, table, x) if x else ""
    blocks, again = dose_blocks(table, numeric, lambda one: one == x or _is_dose(table, one))
    free = [one for one in numeric if one != x and not _is_dose(table, one)]
    statistics = statistics_of(table, free)
    several = len(blocks) > 1
    sets: dict[str, tuple[list[str], str]] = {}
    for block in blocks:
        for column in block.readings:
            if column in statistics:
                continue
            group = group_in(block, column) if several else group_of(column, free)
            group = compound_of(block, group) if several else group
            if group in sets and sets[group][1] != block.dose:
                group = f"{group} ({block.dose})"
            sets.setdefault(group, ([], block.dose))[0].append(column)
    if not sets:
        raise InputError("no column of readings is named", where="y", do="Add --y COLUMN")
    notes += tuple(f"column '{one}' has the same doses as '{x}'" for one in again)
    doses = dict.fromkeys(dose for _, dose in sets.values())
    decisions = [
        f"column '{dose}' is x"
        + (f", in {own}" if (own := _unit_of_x(options, table, dose)) else "")
        for dose in doses
    ]
    single = len(sets) == 1
    decisions += [
        f"{_quoted(columns)}: {'readings' if single and not compound else group}"
        for group, (columns, _) in sets.items()
    ]
    if single and compound:
        sets = {compound: next(iter(sets.values()))}
        decisions[-1] = f"{_quoted(sets[compound][0])}: {compound}"
    return _Shape(
        table,
        unit,
        tuple((group, tuple(columns), dose) for group, (columns, dose) in sets.items()),
        (*(note for note in source.notes if note.startswith("columns ")), *notes, *decisions),
    )


def _check_first(table: DataTable, where: str) -> None:
    """Refuse a first column of doses in which a cell is a word that is no control."""
    first = table.columns[0]
    cells = [cell for cell in table.text.get(first, ()) if cell]
    words = [cell for cell in cells if not is_number_like(number_of(cell))]
    if words and 2 * len(words) < len(cells):
        raise InputError(
            f"column '{first}' has '{words[0][:40]}' among its numbers",
            where=where,
            do="Write 0 where there is no compound, and remarks below the table, after an empty "
            "row",
        )


def _is_dose(table: DataTable, name: str) -> bool:
    return is_dose_unit(table.units.get(name, UNKNOWN))


def _unit_of_x(options: FitOptions, table: DataTable, x: str) -> str:
    """Unit of x; log10 M for numbers that are logarithms of molar concentrations."""
    unit = options.x_unit or table.units.get(x, UNKNOWN)
    values = table.values[x][np.isfinite(table.values[x])]
    if unit in (UNKNOWN, "") and is_dose_unit(x.strip(" []()")):
        return x.strip(" []()")
    low, high = LOG_MOLAR
    if unit in (UNKNOWN, "") and values.size and low <= values.min() and values.max() <= high:
        return "log10 M"
    return "" if unit == UNKNOWN else unit


def _long(shapes: Sequence[_Shape], name: str) -> DataTable:
    """All data sets with one reading in each row, doses in the unit of the first."""
    x, unit = shapes[0].sets[0][2], shapes[0].unit
    doses: list[float] = []
    values: list[float] = []
    groups: list[str] = []
    lines: list[str] = []
    units: set[str] = set()
    for shape in shapes:
        table = shape.table
        for group, columns, dose in shape.sets:
            own = _doses(table, dose, unit)
            units |= {table.units.get(column, UNKNOWN) for column in columns}
            for row in range(len(table)):
                for column in columns:
                    if table.used(column)[row]:
                        doses.append(own[row])
                        values.append(table.values[column][row])
                        groups.append(group)
                        place = table.lines[row] if table.lines else f"row {row + 1}"
                        lines.append(f"{place}, column '{column}'")
    return DataTable(
        name,
        (x, DATA_SET, READING),
        {x: np.array(doses), READING: np.array(values)},
        {DATA_SET: tuple(groups)},
        units={x: unit or UNKNOWN, READING: units.pop() if len(units) == 1 else UNKNOWN},
        lines=tuple(lines),
    )


def _excluded_cells(shape: _Shape, named: bool) -> list[str]:
    """Readings that the file excludes, as phrases, with the name of the table if `named`."""
    table = shape.table
    place = f"{table.name}: " if named else ""
    return [
        f"{place}row {row + 1} ('{column}' is excluded in the file)"
        for _, columns, _ in shape.sets
        for column in columns
        if column in table.excluded
        for row in np.flatnonzero(table.excluded[column] & np.isfinite(table.values[column]))
    ]


def _doses(table: DataTable, name: str, unit: str) -> np.ndarray:
    """Doses of a column in the unit of the first column of doses."""
    values, own = table.values[name], table.units.get(name, UNKNOWN)
    base, target = log10_of(own) or own, log10_of(unit) or unit
    if own == UNKNOWN or same_unit(own, unit):
        return values
    linear = np.asarray(10.0**values if log10_of(own) else values) * convert(1.0, base, target)
    if not log10_of(unit):
        return np.asarray(linear)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(linear))


def _quoted(columns: Sequence[str]) -> str:
    if len(columns) > 2:
        return f"columns '{columns[0]}' to '{columns[-1]}'"
    return " and ".join(f"'{column}'" for column in columns)
