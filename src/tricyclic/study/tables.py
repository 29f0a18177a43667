"""Makes a Series from a table of amounts and the meaning of its columns in study.toml.

Each used cell of a column of readings is one reading. Cells that the file marks as excluded, and
rows listed in exclusions.csv ("raw/table.csv:row 3"), are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tricyclic.core.concentrations import (
    dose_values,
    log10_of,
    own_unit,
    same_unit,
    to_molar_values,
)
from tricyclic.core.series import Floats, Series
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerals import is_whole_number
from tricyclic.study.plan import NAME as PLAN
from tricyclic.study.plan import TablePlan
from tricyclic.units import convert, known_unit

MAX_ROWS_LISTED = 12


def series_from(
    tables: Sequence[DataTable],
    plan: TablePlan,
    *,
    name: str,
    excluded: Mapping[str, str] | None = None,
) -> Series:
    """Make the Series of a run from the tables of its file.

    Raises
    ------
    InputError
        If the table, a column or a row does not exist, a unit contradicts the file, or every
        reading is excluded.
    """
    table = chosen_table(tables, plan)
    plan = plan.with_replicates_of(table)
    usable = ~_excluded_rows(table, plan, excluded)
    x = {key: _varied(table, plan, key, *column) for key, column in plan.x.items()}
    usable &= np.all([np.isfinite(values) for values in x.values()], axis=0)
    columns = [(column, 1.0) for column in (*plan.response, *plan.total)]
    columns += [(column, 0.0) for column in plan.non_specific]
    readings: list[Floats] = []
    rows: list[np.ndarray] = []
    for column, _ in columns:
        values = _numbers(table, column, plan)
        _check_unit(table, column, _unit_of_readings(table, plan), plan)
        rows.append(np.flatnonzero(table.used(column) & usable))
        readings.append(values[rows[-1]])
    used = np.concatenate(rows)
    if not used.size:
        raise InputError(
            "no reading can be used",
            where=plan.where,
            do="Check the columns and the exclusions",
        )
    _refuse_merged_readings(table, [column for column, _ in columns], rows, plan)
    settings = {key: values[used] for key, values in x.items()}
    settings.setdefault("competitor_M", np.zeros(used.size))
    # A column that states the wells without sites takes precedence over the columns of readings.
    specific = [np.full(of.size, site) for of, (_, site) in zip(rows, columns, strict=True)]
    settings.setdefault("specific", np.concatenate(specific))
    return Series(
        name=f"{name} {plan.compound}".strip(),
        y=np.concatenate(readings),
        y_unit=known_unit(_unit_of_readings(table, plan), where=plan.where),
        x=settings,
        x_units=_own_units(plan),
        time_unit=plan.x["time_min"][1] if "time_min" in plan.x else "",
        experiment=plan.run,
        group=plan.group,
        labels=tuple(
            f"{plan.file} row {row + 1} {column}"
            for of, (column, _) in zip(rows, columns, strict=True)
            for row in of
        ),
    )


def grouped_series(
    tables: Sequence[DataTable],
    plan: TablePlan,
    by: Sequence[str],
    *,
    name: str,
    weight: str = "",
    trials: str = "",
) -> tuple[tuple[tuple[str, ...], Series], ...]:
    """One Series for each combination of values in the columns `by`, in the order of the table.

    Parameters
    ----------
    tables, plan
        As for `series_from`.
    by : sequence of str
        Columns whose values distinguish the curves; a row without one of them is not used.
    name : str
        Name of a series without a key.
    weight, trials : str
        Columns with the weight of each reading, 0 or empty for one that is not used, and with the
        number of trials, of which the reading is the share or the number that responded.

    Returns
    -------
    tuple of (key, Series)
        The key has one text for each column of `by`.

    Raises
    ------
    InputError
        As `series_from`.
    """
    table = chosen_table(tables, plan)
    texts = [group_texts(table, column, plan) for column in by]
    usable = _usable_rows(table, plan, weight, trials)
    for column_texts in texts:
        usable &= np.fromiter(map(bool, column_texts), bool, len(table))
    x = {key: _varied(table, plan, key, *column) for key, column in plan.x.items()}
    usable &= np.all([np.isfinite(values) for values in x.values()], axis=0)
    columns = plan.response
    unit = _unit_of_readings(table, plan)
    used = []
    for column in columns:
        _check_unit(table, column, unit, plan)
        used.append(np.flatnonzero(table.used(column) & usable))
    _refuse_merged_readings(table, columns, used, plan)
    y_unit, x_units = known_unit(unit, where=plan.where), _own_units(plan)
    has_reading = np.zeros((len(columns), len(table)), bool)
    for k, rows in enumerate(used):
        has_reading[k, rows] = True
    values = [_numbers(table, column, plan) for column in columns]
    if trials:
        values = _shares(values, has_reading, _numbers(table, trials, plan), plan)
    extra = {
        key: _numbers(table, column, plan)
        for key, column in (("weight", weight), ("trials", trials))
        if column
    }
    groups = []
    for key, at in _rows_by_key(texts, len(table)):
        chosen = [at[has_reading[k, at]] for k in range(len(columns))]
        every = np.concatenate(chosen)
        if not every.size:
            continue
        settings = {axis: numbers[every] for axis, numbers in x.items()}
        settings.setdefault("competitor_M", np.zeros(every.size))
        settings.setdefault("specific", np.ones(every.size))
        series = Series(
            name=", ".join(key) or name,
            y=np.concatenate([v[rows] for v, rows in zip(values, chosen, strict=True)]),
            y_unit=y_unit,
            x=settings,
            x_units=x_units,
            experiment=plan.run,
            labels=tuple(
                f"{plan.file} row {row + 1} {column}"
                for column, rows in zip(columns, chosen, strict=True)
                for row in rows.tolist()
            ),
            **{key: numbers[every] for key, numbers in extra.items()},
        )
        groups.append((key, series))
    if not groups:
        raise InputError(
            "no reading can be used", where=plan.where, do="Check the columns and their cells"
        )
    return tuple(groups)


def _rows_by_key(
    texts: Sequence[Sequence[str]], rows: int
) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    """Rows with the same texts in all columns, ascending, in the order of their first row."""
    codes = np.zeros(rows, np.int64)
    for column in texts:
        known: dict[str, int] = {}
        own = np.fromiter((known.setdefault(text, len(known)) for text in column), np.int64, rows)
        codes = np.unique(codes * len(known) + own, return_inverse=True)[1].reshape(-1)
    order = np.argsort(codes, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1) if rows else []
    for group in sorted(groups, key=lambda group: int(group[0])):
        yield tuple(column[group[0]] for column in texts), group


def _usable_rows(table: DataTable, plan: TablePlan, weight: str, trials: str) -> np.ndarray:
    """Whether each row has a weight and a number of trials, where there are such columns."""
    usable = np.ones(len(table), bool)
    if weight:
        values = _numbers(table, weight, plan)
        usable &= np.isfinite(values) & (values != 0)
    if trials:
        usable &= np.isfinite(_numbers(table, trials, plan))
    return usable


def _shares(
    values: Sequence[Floats], has_reading: np.ndarray, trials: Floats, plan: TablePlan
) -> list[Floats]:
    """Readings as shares of the trials: as they are, or divided if they are numbers."""
    used = np.concatenate([v[has] for v, has in zip(values, has_reading, strict=True)])
    of = np.concatenate([trials[has] for has in has_reading])
    whole = bool((used == np.round(used)).all())
    if whole and used.size and used.max() <= 1 and (of > 1).any():
        raise InputError(
            "all readings are 0 or 1, which are shares as well as numbers that responded",
            where=plan.where,
            allowed="Readings are numbers that responded, or shares between 0 and 1",
            do="Write one row for each subject, with 1 trial",
        )
    return [v / trials for v in values] if whole else list(values)


def group_texts(table: DataTable, column: str, plan: TablePlan) -> tuple[str, ...]:
    """A column that distinguishes curves as text, "" where a cell is empty.

    Raises
    ------
    InputError
        If there is no such column.
    """
    if column not in table.columns:
        raise UnknownNameError.among("column", column, table.columns, where=plan.where)
    return table.texts(column)


def unused_parts(
    tables: Sequence[DataTable],
    plan: TablePlan,
    excluded: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    weight: str = "",
    trials: str = "",
) -> tuple[str, ...]:
    """What a file contains beside the readings of a run: tables, columns, rows and cells.

    Parameters
    ----------
    tables, plan, excluded
        As for `series_from`; rows in `excluded` have their reasons elsewhere and are left out.
    by : sequence of str
        Columns that distinguish curves.
    weight, trials : str
        Columns with the weight and the number of trials of each reading.

    Returns
    -------
    tuple of str
        Such as "columns 'batch', 'operator'" or "row 7 (no concentration_M)"; rows are numbered as
        in exclusions.csv, from 1 below the names of the columns.
    """
    table = chosen_table(tables, plan)
    plan = plan.with_replicates_of(table)
    readings = (*plan.response, *plan.total, *plan.non_specific)
    needed = {column for column, _ in plan.x.values()} | {*readings, *by, weight, trials}
    parts = list(table.unused)
    parts += quoted("table", [other.name for other in tables if other is not table])
    parts += quoted("column", [column for column in table.columns if column not in needed])
    without_key: list[str] = []
    for column in by:
        empty = [row for row, cell in enumerate(group_texts(table, column, plan)) if not cell]
        without_key += _rows(np.array(empty, int), f"no {column}")
    for column in (weight, trials):
        if column:
            numbers = table.numbers(column)
            without_key += _rows(np.flatnonzero(~np.isfinite(numbers)), f"no {column}")
    if weight:
        without_key += _rows(np.flatnonzero(table.numbers(weight) == 0), f"{weight} is 0")
    return (*parts, *without_key, *unused_rows(table, plan, excluded))


def unused_rows(
    table: DataTable,
    plan: TablePlan,
    excluded: Mapping[str, str] | None = None,
    used: np.ndarray | None = None,
) -> tuple[str, ...]:
    """Rows of a table of which no run uses a reading, and cells that the file excludes, as phrases.

    Parameters
    ----------
    table, plan, excluded
        As for `unused_parts`.
    used : array, shape (rows,), bool, optional
        Rows of which this or another run uses a reading (default: this one, by `used_rows`): an
        empty cell beside a used one is not named.
    """
    parts: list[str] = []
    plan = plan.with_replicates_of(table)
    without = _excluded_rows(table, plan, excluded)
    named = without | (used_rows(table, plan, excluded) if used is None else used)
    for name, (column, _) in plan.x.items():
        rows = np.flatnonzero(~np.isfinite(table.numbers(column)) & ~named)
        named[rows] = without[rows] = True
        parts += _rows(rows, f"no {name}")
    columns = _columns_of_readings(plan)
    marked = [table.excluded.get(name, np.zeros(len(table), bool)) for name in columns]
    readings = " or ".join(f"'{name}'" for name in columns)
    parts += _rows(np.flatnonzero(~np.any(marked, axis=0) & ~named), f"no reading in {readings}")
    for name, cells in zip(columns, marked, strict=True):
        rows = np.flatnonzero(~table.used(name) & cells & ~without)
        parts += _rows(rows, f"'{name}' is excluded in the file")
    return tuple(parts)


def used_rows(
    table: DataTable, plan: TablePlan, excluded: Mapping[str, str] | None = None
) -> np.ndarray:
    """Whether a run uses a reading of each row, shape (rows,), bool."""
    plan = plan.with_replicates_of(table)
    settings = [np.isfinite(table.numbers(column)) for column, _ in plan.x.values()]
    readings = [table.used(column) for column in _columns_of_readings(plan)]
    usable = ~_excluded_rows(table, plan, excluded) & np.any(readings, axis=0)
    return np.asarray(usable & np.all(settings, axis=0))


def _columns_of_readings(plan: TablePlan) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*plan.response, *plan.total, *plan.non_specific)))


def _excluded_rows(
    table: DataTable, plan: TablePlan, excluded: Mapping[str, str] | None
) -> np.ndarray:
    """Whether each row is excluded, shape (rows,)."""
    out = np.zeros(len(table), bool)
    for target in excluded or {}:
        out[_row(target, len(table), plan.file)] = True
    return out


def _rows(rows: np.ndarray, reason: str) -> list[str]:
    """Numbers of rows as one phrase: "rows 3, 7 (no reading in 'y')"."""
    if not rows.size:
        return []
    listed = ", ".join(str(row + 1) for row in rows[:MAX_ROWS_LISTED])
    listed += f", … ({rows.size} rows)" if rows.size > MAX_ROWS_LISTED else ""
    return [f"{'row' if rows.size == 1 else 'rows'} {listed} ({reason})"]


def column_setting(text: str, example: str) -> tuple[str, str, str]:
    """Name, column and unit of "competitor=conc:nM"; the unit is empty where none is stated.

    Raises
    ------
    InputError
        If the text has another form; `example` shows the right one.
    """
    name, equals, right = text.partition("=")
    column, _, unit = right.rpartition(":") if ":" in right else (right, "", "")
    if not equals or not column.strip():
        raise InputError(
            f"'{text}' is not name=column:unit", where="x", allowed=f"Such as {example}"
        )
    return name.strip(), column.strip(), unit.strip()


def chosen_table(tables: Sequence[DataTable], plan: TablePlan) -> DataTable:
    """The table of a run, by its name or number.

    Raises
    ------
    InputError
        If there is no such table, or several and no name.
    """
    if not tables:
        raise InputError("contains no table", where=plan.file)
    if not plan.table:
        if len(tables) > 1:
            names = ", ".join(table.name for table in tables)
            # A study file has a key for it, a command an option.
            option = "table =" if plan.where.startswith(PLAN) else "--table,"
            raise InputError(
                f"the file contains {len(tables)} tables",
                where=plan.where,
                do=f"Add {option} one of: {names}",
            )
        return tables[0]
    for table in tables:
        if table.name == plan.table:
            return table
    if is_whole_number(plan.table) and 1 <= int(plan.table) <= len(tables):
        return tables[int(plan.table) - 1]
    raise UnknownNameError.among(
        "table of the file", plan.table, [table.name for table in tables], where=plan.where
    )


def _numbers(table: DataTable, column: str, plan: TablePlan) -> Floats:
    try:
        return table.numbers(column)
    except InputError as error:
        raise (error if error.where.startswith(plan.where) else error.at(plan.where)) from error


def _refuse_merged_readings(
    table: DataTable, columns: Sequence[str], rows: Sequence[np.ndarray], plan: TablePlan
) -> None:
    """Refuse one reading of the file that would count as several."""
    used = {
        (int(row), column)
        for column, of in zip(columns, rows, strict=True)
        for row in of
        if table.merged
    }
    for area in table.merged:
        inside = [cell for cell in area if cell in used]
        if len(inside) > 1:
            row, column = inside[0]
            place = table.lines[row] if row < len(table.lines) else f"row {row + 1}"
            raise InputError(
                f"{table.numbers(column)[row]:g} is one merged cell over {len(inside)} readings",
                where=f"{plan.where}, {place}, column '{column}'",
                allowed="Each cell has its own reading",
                do="Unmerge the cells; leave those empty that were not measured",
            )


def _varied(table: DataTable, plan: TablePlan, name: str, column: str, unit: str) -> Floats:
    values = _numbers(table, column, plan)
    where = f"{plan.where}, column '{column}'"
    if name == "specific" and not np.isin(values[np.isfinite(values)], (0.0, 1.0)).all():
        other = next(v for v in values if np.isfinite(v) and v not in (0.0, 1.0))
        raise InputError(
            f"contains {other:g}",
            where=where,
            allowed="It is 1 in wells where the site can bind and 0 in non-specific wells",
        )
    is_time = name.endswith("_min")
    if not is_time and not name.endswith("_M"):
        # A variable of the user's own curve model, in a unit of the user's choice.
        return values
    _check_unit(table, column, unit, plan)
    if name in _own_units(plan):
        return dose_values(values, unit, where=where)
    if not is_time:
        return to_molar_values(
            values, unit, molar_mass_g_per_mol=plan.molar_mass_g_per_mol, where=where
        )
    if log10_of(unit):
        raise InputError(f"a time cannot have the unit {unit}", where=where)
    converted = np.asarray(values * convert(1.0, unit, "min", where=where))
    if (converted[np.isfinite(converted)] < 0).any():
        raise InputError(
            f"contains {np.nanmin(values):g} {unit}", where=where, allowed="Times are 0 or more"
        )
    return converted


def _own_units(plan: TablePlan) -> dict[str, str]:
    """Unit of each column of doses that is not converted to mol/L."""
    if not plan.any_dose_unit:
        return {}
    mass, units = plan.molar_mass_g_per_mol, {k: u for k, (_, u) in plan.x.items()}
    doses = {
        k: own_unit(u, molar_mass_g_per_mol=mass) for k, u in units.items() if k.endswith("_M")
    }
    return {name: unit for name, unit in doses.items() if unit}


def _unit_of_readings(table: DataTable, plan: TablePlan) -> str:
    """The unit that was stated, else that of the columns of readings in the file."""
    columns = (*plan.response, *plan.total, *plan.non_specific)
    in_file = {table.units.get(column, "unknown") for column in columns} - {"unknown", ""}
    return in_file.pop() if plan.unit == "unknown" and len(in_file) == 1 else plan.unit


def _check_unit(table: DataTable, column: str, unit: str, plan: TablePlan) -> None:
    in_file = table.units.get(column, "unknown")
    if in_file in ("unknown", "", unit):
        return
    if not same_unit(in_file, unit, where=plan.where):
        raise InputError(
            f"column '{column}' is in {in_file} in the file, but is given in {unit}",
            where=plan.where,
            do="Correct the one that is wrong",
        )


def _row(target: str, rows: int, file: str) -> int:
    match = re.fullmatch(r"(?:row\s*)?([0-9]+)", target.strip(), re.IGNORECASE)
    if not match or not 1 <= int(match[1]) <= rows:
        raise InputError(
            f"'{target}' is not a row of {file}",
            where="exclusions.csv",
            allowed=f"Rows of readings are numbered 1 to {rows}, such as {file}:row 3",
        )
    return int(match[1]) - 1
