"""Runs of tables whose columns the options do not name: Prism tables, long tables, DataFrames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tricyclic.core.conditions import BindingConditions
from tricyclic.core.series import Series
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.column_names import NSB, group_of, is_level
from tricyclic.io.control_rows import controls_as_columns
from tricyclic.io.missing_words import words_as_missing
from tricyclic.io.table_labels import compounds_of_tables, unit_above, unit_note
from tricyclic.study.folder import PreparedTable
from tricyclic.study.plan import TablePlan
from tricyclic.study.tables import chosen_table, series_from
from tricyclic.unit_table import UNKNOWN
from tricyclic.workflows.binding.columns import ROLE_COLUMN, Columns, columns_of, long_as_wide
from tricyclic.workflows.binding.name_columns import (
    COMPOUND_COLUMN,
    RUN_COLUMN,
    compound_column,
    run_column,
    runs_of,
)
from tricyclic.workflows.binding.named_tables import ReadingOptions, named_tables
from tricyclic.workflows.binding.tables import setting_column

Given = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class TableRequest:
    """What the options state about tables: the assay, settings by column, readings, names.

    `settings` are columns and units of the form "competitor=conc:nM", not yet read.
    """

    kind: str
    settings: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    non_specific: tuple[str, ...] = ()
    table: str = ""
    unit: str = ""
    compound: str = ""
    compound_of_protocol: str = ""
    molar_mass_g_per_mol: float | None = None
    reader: str = ""
    sheet: str = ""
    decimal: str = ""


def runs_of_tables(
    files: Sequence[Path | DataTable], request: TableRequest, conditions: BindingConditions
) -> tuple[PreparedTable, ...]:
    """The runs of all files, by the names of their columns.

    Raises
    ------
    InputError
        If what was varied, its unit, or the readings cannot be recognised.
    """
    runs: list[PreparedTable] = []
    for name, source, tables in named_tables(files, request):
        chosen = _chosen(tables, request, source)
        others = tuple(table.name for table in tables if all(table is not one for one in chosen))
        for table, label in zip(chosen, compounds_of_tables(chosen), strict=True):
            run = name if len(chosen) == 1 else table.name
            runs += _runs(table, request, conditions, run, quoted("table", others), label)
    return tuple(runs)


def has_groups(files: Sequence[Path | DataTable], options: ReadingOptions) -> bool:
    """Whether a table has a column that names compounds or independent runs."""
    return any(
        compound_column(table) or run_column(table)
        for _, _, tables in named_tables(files, options)
        for table in tables
    )


def _chosen(tables: Sequence[DataTable], request: TableRequest, file: str) -> tuple[DataTable, ...]:
    """The table that is named, else all of a file that have the same columns."""
    if len({table.columns for table in tables}) == 1 and not request.table:
        return tuple(tables)
    if not request.table:
        names = ", ".join(f"{number} ({table.name})" for number, table in enumerate(tables, 1))
        raise InputError(
            f"the file contains {len(tables)} tables with different columns",
            where=file,
            allowed=f"There are: {names}",
            do="Name one by its name or number: --table NAME",
        )
    return (chosen_table(tables, TablePlan(file, "", "", table=request.table, where=file)),)


def _runs(
    table: DataTable,
    request: TableRequest,
    conditions: BindingConditions,
    name: str,
    other_tables: tuple[str, ...],
    stated: tuple[str, str],
) -> list[PreparedTable]:
    """One run of each group of rows and compound."""
    where = table.file or table.name
    request = _with_replicates(request, table)
    named = (*request.response, *request.total)
    (table,), words = words_as_missing((table,), table, _readings_with_words(table))
    wide, controls = controls_as_columns(long_as_wide(table, named, request.non_specific))
    units = {name: UNKNOWN if is_level(name) else unit for name, unit in wide.units.items()}
    wide = replace(wide, units=units)
    columns = _columns(wide, table, request, where)
    columns = _with_compound(columns, request, stated)
    unit, text = unit_above(wide, _readings_of(columns))
    if unit and not request.unit:
        request = replace(request, unit=unit)
        columns = replace(columns, decisions=(*columns.decisions, unit_note(unit, text)))
    columns = replace(columns, decisions=(*controls, *_compounds_from(table), *columns.decisions))
    by_run = runs_of(wide)
    by = run_column(wide)
    decisions = columns.decisions + ((f"column '{by}': independent runs",) if by else ())
    unused = quoted("column", [column for column in columns.unused if column != by])
    runs = []
    for label, rows in by_run.items():
        run = f"{name} {label}".strip()
        for (compound, series), others in _series(wide, columns, request, run, rows, where):
            runs.append(
                PreparedTable(
                    run,
                    "",
                    series,
                    conditions,
                    table.file,
                    table.sha256,
                    (*table.unused, *other_tables, *unused, *words, *_unused_rows(wide, columns)),
                    (*_noted(table), *decisions),
                    compound,
                    tuple(others),
                )
            )
    return runs


def _compounds_from(table: DataTable) -> tuple[str, ...]:
    """The decision that a column such as "Sample" names the compounds."""
    name = compound_column(table)
    is_sure = not name or COMPOUND_COLUMN.fullmatch(name.strip())
    return () if is_sure else (f"column '{name}': compounds",)


def _with_compound(columns: Columns, request: TableRequest, stated: tuple[str, str]) -> Columns:
    """The columns with the compound that the options, the file or the protocol state for readings
    without a name.
    """
    name, place = stated
    if [*columns.compounds] != [""] or request.kind not in ("competition", "homologous"):
        return columns
    if request.compound:
        return replace(columns, compounds={request.compound: columns.compounds[""]})
    if name:
        note = f"compound {name} from {place}"
        compounds = {name: columns.compounds[""]}
        return replace(columns, compounds=compounds, decisions=(*columns.decisions, note))
    return replace(columns, compounds={request.compound_of_protocol: columns.compounds[""]})


def _readings_with_words(table: DataTable) -> list[str]:
    """Columns of text that may be readings with a word in a cell: not the first, nor names."""
    names = (RUN_COLUMN, COMPOUND_COLUMN, ROLE_COLUMN)
    return [
        column
        for column in table.columns[1:]
        if column in table.text and not any(name.fullmatch(column.strip()) for name in names)
    ]


def _noted(table: DataTable) -> tuple[str, ...]:
    """Decisions of the reader about the columns."""
    return tuple(note for note in table.notes if note.startswith("column"))


def _with_replicates(request: TableRequest, table: DataTable) -> TableRequest:
    """The request with the numbered columns of a name that the table repeats."""
    return replace(
        request,
        response=table.with_replicates(request.response),
        total=table.with_replicates(request.total),
        non_specific=table.with_replicates(request.non_specific),
    )


def _columns(wide: DataTable, table: DataTable, request: TableRequest, where: str) -> Columns:
    """What the columns of a table are, which is given with one column for each compound and as it
    was read. The options name columns of either.
    """
    request = _with_replicates(request, wide)
    readings = (*request.response, *request.total)
    named = (*readings, *request.non_specific)
    is_by_compound = any(column not in wide.columns for column in table.columns)
    is_split = is_by_compound and all(column in table.columns for column in readings)
    for column in named:
        (wide if column in wide.columns and not is_split else table).numbers(column)
    columns = columns_of(
        wide,
        request.kind,
        _given(wide, request, where),
        where=where,
        non_specific=request.non_specific if is_split or not readings else (),
        ignored=_beside(named, wide, table, request) if is_split or not readings else (),
    )
    if is_split or not readings:
        # `wide` has a column of the readings of each compound.
        return columns
    read = {column for column, _ in columns.x.values()} | set(named)
    is_competition = request.kind == "competition"
    # Non-specific binding that no option names is recognised by its name, as without any option.
    blocked = request.non_specific or tuple(n for n in columns.non_specific if n not in named)
    read |= set(blocked)
    recognised = tuple(f"'{name}': non-specific" for name in blocked if not request.non_specific)
    return replace(
        columns,
        compounds={"": (*request.response, *(request.total if is_competition else ()))}
        if request.response or is_competition
        else {},
        total=() if is_competition else request.total,
        non_specific=blocked,
        decisions=(*(note for note in columns.decisions if " is the " in note), *recognised),
        unused=tuple(name for name in wide.columns if name not in read),
    )


def _beside(
    named: Sequence[str], wide: DataTable, table: DataTable, request: TableRequest
) -> list[str]:
    """Columns of the user's table that are no readings, as the options name others of that kind."""
    beside = []
    for name in wide.columns:
        is_blocked = NSB.fullmatch(group_of(name, wide.columns)) is not None
        others = request.non_specific if is_blocked else (*request.response, *request.total)
        if others and name in table.columns and name not in named:
            beside.append(name)
    return beside


def _given(table: DataTable, request: TableRequest, where: str) -> Given:
    return dict(setting_column(text, table, where) for text in request.settings)


def _series(
    table: DataTable,
    columns: Columns,
    request: TableRequest,
    run: str,
    rows: np.ndarray,
    where: str,
) -> list[tuple[tuple[str, Series], list[tuple[str, Series]]]]:
    """The fits of a run, each a compound with its readings and the compounds that are fitted with
    it: all of them where the table has controls, which they share; else each by itself.
    """
    of_run = _only(table, rows, columns)
    plan = TablePlan(
        file=table.file or table.name,
        run=run,
        unit=_unit(table, columns, request.unit),
        x=dict(columns.x),
        where=where,
        molar_mass_g_per_mol=request.molar_mass_g_per_mol,
    )
    controls = _controls(of_run, columns, plan, request.kind)
    own: list[tuple[str, Series]] = []
    for compound, names in columns.compounds.items():
        if any(of_run.used(name).any() for name in names):
            x = dict(plan.x)
            if compound in columns.own_doses:
                x["competitor_M"] = columns.own_doses[compound]
            read = _read(of_run, replace(plan, response=names, compound=compound, x=x))
            own.append((compound, read))
    if not own and not controls:
        raise InputError("no reading can be used", where=f"{where}, {run}", do="Check the columns")
    if not own:
        return [(("", _joined(controls)), [])]
    if not controls:
        return [(one, []) for one in own]
    (first, readings), *others = own
    return [((first, _joined([readings, *controls])), others)]


def _controls(table: DataTable, columns: Columns, plan: TablePlan, kind: str) -> list[Series]:
    """Readings of total and non-specific binding, at no competitor in a competition."""
    if "competitor_M" in columns.x and kind == "competition":
        column = columns.x["competitor_M"][0]
        table = replace(
            table,
            values=dict(table.values) | {column: np.zeros(len(table))},
            units=dict(table.units) | {column: "M"},
        )
        plan = replace(plan, x=dict(plan.x) | {"competitor_M": (column, "M")})
    pieces = []
    for name in columns.total:
        if table.used(name).any():
            own = _read(table, replace(plan, total=(name,)))
            if name in columns.radioligand_M:
                hot = np.full(own.n, columns.radioligand_M[name])
                own = replace(own, x=dict(own.x) | {"radioligand_M": hot})
            pieces.append(own)
    blocked = tuple(name for name in columns.non_specific if table.used(name).any())
    if blocked:
        pieces.append(_read(table, replace(plan, non_specific=blocked)))
    return pieces


def _read(table: DataTable, plan: TablePlan) -> Series:
    return series_from((table,), plan, name=plan.run)


def _joined(pieces: Sequence[Series]) -> Series:
    first = pieces[0]
    keys = set.intersection(*(set(piece.x) for piece in pieces))
    return replace(
        first,
        y=np.concatenate([piece.y for piece in pieces]),
        x={
            key: np.concatenate([piece.x[key] for piece in pieces])
            for key in first.x
            if key in keys
        },
        labels=tuple(label for piece in pieces for label in piece.labels),
    )


def _only(table: DataTable, rows: np.ndarray, columns: Columns) -> DataTable:
    """The table with the readings of some rows; rows keep their numbers."""
    if rows.all():
        return table
    read = set(_readings_of(columns))
    values = {
        name: np.where(rows, cells, np.nan) if name in read else cells
        for name, cells in table.values.items()
    }
    return replace(table, values=values)


def _readings_of(columns: Columns) -> tuple[str, ...]:
    """All columns of readings."""
    curves = (name for names in columns.compounds.values() for name in names)
    return (*columns.total, *columns.non_specific, *curves)


def _unit(table: DataTable, columns: Columns, given: str) -> str:
    """Unit of the readings: the one that is given, else that of their columns, else unknown."""
    read = _readings_of(columns)
    units = {table.units.get(name, UNKNOWN) for name in read} - {UNKNOWN, ""}
    if given or not units:
        return given or UNKNOWN
    if len(units) > 1:
        raise InputError(
            f"the readings have the units {' and '.join(sorted(units))}",
            where=table.file or table.name,
            do="Convert them to one unit",
        )
    return units.pop()


def _unused_rows(table: DataTable, columns: Columns) -> tuple[str, ...]:
    """Rows of which no reading is used, and readings that the file excludes, as phrases."""
    doses = {
        name: columns.own_doses[compound]
        for compound, names in columns.compounds.items()
        for name in names
        if compound in columns.own_doses
    }
    settings = _known(table, columns.x)
    curves = [name for names in columns.compounds.values() for name in names]
    controls = [*columns.total, *columns.non_specific]
    in_competition = "competitor_M" in columns.x
    used = np.zeros(len(table), bool)
    for name in (*curves, *controls):
        needs = settings if name in curves or not in_competition else np.ones(len(table), bool)
        if name in doses:
            needs = _known(table, {**columns.x, "competitor_M": doses[name]})
        used |= table.used(name) & needs
    parts = _phrase(np.flatnonzero(~used), "no setting or no reading")
    for name in (*curves, *controls):
        if name in table.excluded:
            marked = table.excluded[name] & np.isfinite(table.numbers(name)) & used
            parts += _phrase(np.flatnonzero(marked), f"'{name}' is excluded in the file")
    return parts


def _known(table: DataTable, x: Given) -> np.ndarray:
    """Whether each row has all settings, shape (rows,)."""
    return np.asarray(np.all([np.isfinite(table.numbers(name)) for name, _ in x.values()], axis=0))


def _phrase(rows: np.ndarray, reason: str) -> tuple[str, ...]:
    if not rows.size:
        return ()
    listed = ", ".join(str(row + 1) for row in rows[:12]) + (", …" if rows.size > 12 else "")
    return (f"{'row' if rows.size == 1 else 'rows'} {listed} ({reason})",)
