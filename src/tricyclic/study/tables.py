"""A table of amounts, with what study.toml says of its columns, becomes a Series.

Each used cell of a column of readings is one reading. Cells the file marks as left out, and rows that
exclusions.csv names ("raw/table.csv:row 3"), stay out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from tricyclic.core.series import Floats, Series
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.study.plan import TablePlan
from tricyclic.units import convert, known_unit


def series_from(
    tables: Sequence[DataTable],
    plan: TablePlan,
    *,
    name: str,
    left_out: Mapping[str, str] | None = None,
) -> Series:
    """Make the Series that a study means from the tables of a file.

    Raises
    ------
    InputError
        If the table, a column or a row is not there, a unit contradicts the file, or nothing is left to use.
    """
    table = _chosen(tables, plan)
    keep = np.ones(len(table), bool)
    for target in left_out or {}:
        keep[_row(target, len(table), plan.file)] = False
    x = {column: _setting(table, plan, column, *stated) for column, stated in plan.x.items()}
    readings: list[Floats] = []
    rows: list[np.ndarray] = []
    specific: list[float] = []
    labels: list[str] = []
    for site, columns in ((1.0, plan.response), (1.0, plan.total), (0.0, plan.non_specific)):
        for column in columns:
            values = _numbers(table, column, plan)
            _same_unit(table, column, plan.unit, plan)
            used = np.flatnonzero(
                table.used(column) & keep & np.all([np.isfinite(x[k]) for k in x], axis=0)
            )
            readings.append(values[used])
            rows.append(used)
            specific += [site] * used.size
            labels += [f"{plan.file} row {row + 1} {column}" for row in used]
    chosen = np.concatenate(rows)
    if not chosen.size:
        raise InputError(
            "no reading is left to use",
            where=plan.where,
            do="Look at the columns and the exclusions",
        )
    settings = {column: values[chosen] for column, values in x.items()}
    settings.setdefault("competitor_M", np.zeros(chosen.size))
    return Series(
        name=f"{name} {plan.compound}".strip(),
        y=np.concatenate(readings),
        y_unit=known_unit(plan.unit, where=plan.where),
        x=settings | {"specific": np.array(specific)},
        experiment=plan.run,
        group=plan.group,
        labels=tuple(labels),
    )


def _chosen(tables: Sequence[DataTable], plan: TablePlan) -> DataTable:
    if not tables:
        raise InputError("holds no table", where=plan.file)
    if not plan.table:
        if len(tables) > 1:
            names = ", ".join(table.name for table in tables)
            raise InputError(
                f"holds {len(tables)} tables", where=plan.where, do=f"Add table = one of: {names}"
            )
        return tables[0]
    for table in tables:
        if table.name == plan.table:
            return table
    if plan.table.isdigit() and 1 <= int(plan.table) <= len(tables):
        return tables[int(plan.table) - 1]
    raise UnknownNameError.among(
        "table of the file", plan.table, [table.name for table in tables], where=plan.where
    )


def _numbers(table: DataTable, column: str, plan: TablePlan) -> Floats:
    try:
        return table.numbers(column)
    except InputError as error:
        raise error.at(plan.where) from error


def _setting(table: DataTable, plan: TablePlan, name: str, column: str, unit: str) -> Floats:
    values = _numbers(table, column, plan)
    where = f"{plan.where}, column '{column}'"
    if name != "time_min" and not name.endswith("_M"):
        return values  # a curve of the user's own, in the unit of the user's own
    there = table.units.get(column, "unknown")
    unit = unit or (there if there != "unknown" else "")
    if not unit:
        raise InputError(
            "has no unit", where=where, do=f"State it: {name} = {column} in nM, log10 M, min, …"
        )
    _same_unit(table, column, unit, plan)
    if unit == "log10 M":
        if name == "time_min":
            raise InputError("a time has the unit log10 M", where=where)
        return np.asarray(10.0**values)
    factor = convert(1.0, unit, "min" if name == "time_min" else "M", where=where)
    converted = np.asarray(values * factor)
    if (converted[np.isfinite(converted)] < 0).any():
        raise InputError(
            f"holds {np.nanmin(values):g} {unit}",
            where=where,
            allowed="Concentrations and times are 0 or more",
            do='If these are logarithms, write unit = "log10 M"',
        )
    return converted


def _same_unit(table: DataTable, column: str, unit: str, plan: TablePlan) -> None:
    there = table.units.get(column, "unknown")
    if there in ("unknown", "", unit):
        return
    if "log10 M" in (there, unit) or known_unit(there) != known_unit(unit, where=plan.where):
        raise InputError(
            f"the file says that column '{column}' is in {there}, the study says {unit}",
            where=plan.where,
            do="Mend the one that is wrong",
        )


def _row(target: str, rows: int, file: str) -> int:
    match = re.fullmatch(r"(?:row\s*)?(\d+)", target.strip(), re.IGNORECASE)
    if not match or not 1 <= int(match[1]) <= rows:
        raise InputError(
            f"'{target}' is no row of {file}",
            where="exclusions.csv",
            allowed=f"Rows of readings are numbered 1 to {rows}, such as {file}:row 3",
        )
    return int(match[1]) - 1
