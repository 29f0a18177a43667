"""Reads tables of readings (counts or amounts) for the binding commands, one run per file.

A plate states its wells in a layout; a table states its settings in columns, which `--x` names.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tricyclic.core.conditions import BindingConditions
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.open import has_plates
from tricyclic.io.table_labels import unit_above, unit_note
from tricyclic.study.folder import PreparedTable
from tricyclic.study.plan import TablePlan
from tricyclic.study.plan_schema import COUNTING_TIME, VARIED
from tricyclic.study.tables import chosen_table, column_setting, series_from, unused_parts
from tricyclic.unit_table import UNKNOWN
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.binding.named_tables import named_tables
from tricyclic.workflows.binding.options import PlateOptions

COLUMNS = {**VARIED, COUNTING_TIME[0]: COUNTING_TIME[1]}
# Options that only apply to plates, and those that only apply to tables.
OF_PLATES = ("layout", "plate", "plate_size")
OF_TABLES = ("response", "total", "non_specific", "table", "molar_mass")


def names_all_columns(options: PlateOptions) -> bool:
    """Whether the options name what was varied and the readings."""
    return bool(options.x and (options.response or options.total))


def reads_tables(files: Sequence[Path | DataTable], options: PlateOptions) -> bool:
    """Whether the files are tables: an option names a column, or they have no plate.

    Raises
    ------
    InputError
        If a file cannot be read, or an option applies to the other kind of file.
    """
    named = options.x or any(getattr(options, name) for name in OF_TABLES)
    if not named and any(
        has_plates(
            file,
            reader=options.reader or None,
            sheet=options.sheet or None,
            decimal=options.decimal or None,
        )
        for file in files
    ):
        return False
    refuse_without_effect(options, OF_PLATES, "plates, and these files are read as tables")
    return True


def read_binding_tables(
    files: Sequence[Path | DataTable],
    options: PlateOptions,
    conditions: BindingConditions,
    compound: str,
) -> tuple[PreparedTable, ...]:
    """The runs in these files, each named after its file.

    Raises
    ------
    InputError
        If a column, its unit or the unit of the readings is missing.
    """
    if not any(text.partition("=")[0].strip() == "competitor" for text in options.x):
        refuse_without_effect(options, ("compound",), "tables with a competitor")
    runs = []
    for name, source, tables in named_tables(files, options):
        plan = _plan(source, name, options, tables, compound)
        series = series_from(tables, plan, name=name)
        unused = unused_parts(tables, plan)
        sha256 = tables[0].sha256
        readings = (*plan.response, *plan.total, *plan.non_specific)
        unit, text = unit_above(chosen_table(tables, plan), readings)
        read_as = (unit_note(unit, text),) if unit and not options.unit else ()
        runs.append(PreparedTable(name, "", series, conditions, source, sha256, unused, read_as))
    return tuple(runs)


def _plan(
    file: str, run: str, options: PlateOptions, tables: Sequence[DataTable], compound: str
) -> TablePlan:
    unread = TablePlan(file, run, "", table=options.table, where=file)
    table = chosen_table(tables, unread)
    response, total, blocked = (
        table.with_replicates(names)
        for names in (options.response, options.total, options.non_specific)
    )
    readings = (*response, *total, *blocked)
    if not options.response and not options.total:
        raise InputError(
            "no column of readings is named",
            where=file,
            do="Add --response COLUMN, or --total COLUMN and --non-specific COLUMN",
        )
    return TablePlan(
        file=file,
        run=run,
        unit=_unit(options.unit, readings, table, file),
        table=options.table,
        compound=compound,
        response=response,
        total=total,
        non_specific=blocked,
        x=dict(setting_column(text, table, file) for text in options.x),
        where=file,
        molar_mass_g_per_mol=options.molar_mass,
    )


def _unit(given: str, readings: Sequence[str], table: DataTable, where: str) -> str:
    """Unit of the readings: the one that is given, else that of their columns."""
    for column in readings:
        table.numbers(column)
    if given:
        return given
    units = {table.units.get(column, UNKNOWN) for column in readings} - {UNKNOWN, ""}
    units |= {unit_above(table, readings)[0]} - {""}
    if len(units) != 1:
        raise InputError(
            "the unit of the readings is not stated"
            if not units
            else f"the readings have the units {' and '.join(sorted(units))}",
            where=where,
            do='Add --unit "fmol", or their unit' if not units else "Convert them to one unit",
        )
    return units.pop()


def setting_column(text: str, table: DataTable, where: str) -> tuple[str, tuple[str, str]]:
    """Column of a curve model, and column and unit of "competitor=conc_nM:nM".

    Raises
    ------
    InputError
        If there is no such setting, or its unit is neither stated nor in the name of the column.
    """
    name, column, unit = column_setting(text, "competitor=conc:nM")
    if name not in COLUMNS:
        raise UnknownNameError.among("column of a binding assay", name, COLUMNS, where="x")
    own = table.units.get(column, UNKNOWN)
    unit = unit or ("" if own == UNKNOWN else own)
    if not unit:
        example = "min" if COLUMNS[name].endswith("_min") else "nM"
        raise InputError(
            f"column '{column}' has no unit",
            where=where,
            do=f"Add it to --x {name}={column}:{example}",
        )
    return COLUMNS[name], (column, unit)
