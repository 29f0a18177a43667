"""Reads tables of dialysate fractions: one row per fraction, or animals across or down a sheet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from tricyclic.core.format import list_names
from tricyclic.core.fraction_table import AnimalRow, FractionRow, FractionTable
from tricyclic.core.table import DataTable
from tricyclic.core.unused import as_remarks, quoted
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.animal_table import FIRST_ROWS, with_units_in_names
from tricyclic.io.base import RawFile
from tricyclic.io.delimited_text import Sheet
from tricyclic.io.files import at_file, read_bytes
from tricyclic.io.fraction_cells import not_a_time, read_time_cell, text_at
from tricyclic.io.fraction_columns import is_time_heading, name_and_unit, roles_of
from tricyclic.io.fraction_list import tidy_table
from tricyclic.io.fraction_sheet import animals_down, times_down
from tricyclic.io.open import read_tables
from tricyclic.io.xlsx import other_sheets

# Suffixes of Prism projects.
_PRISM = frozenset({".pzfx", ".prism"})
# Columns of unknown meaning that may stand beside the times of a sheet with animals down.
MAX_UNKNOWN = 4
HELP = (
    "A table has one row per fraction (animal, group, start, end, value), or times down and "
    "animals across, or animals down and times across"
)


@dataclass(frozen=True)
class FractionColumns:
    """Columns of a table that the user named; empty ones are recognised by their names.

    Parameters
    ----------
    value, animal, group, time, start, end : str
    analyte : str
        The analyte whose rows are read, where a column of the table names several.
    """

    value: str = ""
    animal: str = ""
    group: str = ""
    time: str = ""
    start: str = ""
    end: str = ""
    analyte: str = ""

    def named(self) -> dict[str, str]:
        """Columns that are not empty, by their role."""
        roles = (role for role in self.__dataclass_fields__ if role != "analyte")
        pairs = ((role, getattr(self, role)) for role in roles)
        return {role: name for role, name in pairs if name}


def read_fraction_table(
    source: str | Path | DataTable,
    columns: FractionColumns | None = None,
    *,
    sheet: str | int | None = None,
    decimal: str | None = None,
    left_out: Collection[str] = (),
    also_read: Collection[str] = (),
) -> FractionTable:
    """Read the fractions of a file or of a table in memory.

    Parameters
    ----------
    source : str, Path or DataTable
        CSV, text, XLSX or a Prism project.
    columns : FractionColumns, optional
    sheet : str or int, optional
        Sheet of a workbook, or table of a project; default: the one with fractions. Several with
        different animals are read together.
    decimal : str, optional
        "." or ",", if the file can be read in two ways.
    left_out : collection of str
        Animals that are left out as a whole: their times need not be readable.
    also_read : collection of str
        Sheets of the same workbook that are read for something else.

    Raises
    ------
    InputError
        If no table of fractions is recognised, or a cell cannot be read.
    """
    chosen = columns or FractionColumns()
    if not isinstance(source, DataTable) and Path(source).suffix.lower() in _PRISM:
        return _of_project(source, chosen, sheet)
    data, name = read_bytes(with_units_in_names(source))
    raw = RawFile(name, data, sheet=sheet, decimal=decimal)
    try:
        return _read(raw, chosen, left_out, also_read)
    except InputError as error:
        if error.where in chosen.named() or error.where == "analyte":
            raise
        raise at_file(error, name) from error.__cause__


def _of_project(
    source: str | Path, columns: FractionColumns, wanted: str | int | None
) -> FractionTable:
    """The fractions of the one table of a Prism project that has them."""
    tables = read_tables(source)
    if wanted:
        named = [one for k, one in enumerate(tables, 1) if wanted in (one.name, str(k), k)]
        if not named:
            names = [one.name for one in tables]
            raise UnknownNameError.among("table", str(wanted), names, where=str(source))
        tables = tuple(named)
    read: list[tuple[str, FractionTable]] = []
    errors: list[InputError] = []
    for one in tables:
        try:
            table = read_fraction_table(replace(one, name=Path(source).name), columns)
        except InputError as error:
            errors.append(error)
            continue
        read.append((one.name, _without_excluded(table, one)))
    if not read:
        raise errors[0]
    chosen = _together(read, "table")
    others = sorted({one.name for one in tables} - {name for name, _ in read})
    return replace(chosen, unused=(*chosen.unused, *quoted("table", others)))


def _without_excluded(table: FractionTable, source: DataTable) -> FractionTable:
    """The table with the exclusions of the cells of its animals' columns."""
    count: dict[str, int] = {}
    rows = []
    for row in table.rows:
        place = count[row.animal] = count.get(row.animal, -1) + 1
        cells = source.excluded.get(row.animal)
        out = cells is not None and place < len(cells) and bool(cells[place])
        rows.append(replace(row, excluded=row.excluded or "excluded in Prism") if out else row)
    return replace(table, rows=tuple(rows))


def _read(
    raw: RawFile, columns: FractionColumns, left_out: Collection[str], also_read: Collection[str]
) -> FractionTable:
    if not raw.data.strip():
        raise InputError("the file is empty", do="Save the table again")
    read: list[tuple[str, FractionTable]] = []
    for one in raw.sheets:
        try:
            layout = _layout(one, columns)
            if layout is None:
                continue
            table = _of_layout(one, *layout, columns, left_out)
        except InputError:
            if not read:
                raise
            continue
        read.append((one.name, replace(table, unused=(*table.unused, *as_remarks(one.remarks)))))
    if read:
        others: tuple[str, ...] = ()
        if raw.is_workbook:
            known = [one for one in raw.sheets if one.name in dict(read)]
            others = quoted("sheet", sorted({*other_sheets(raw.data, known)} - {*also_read}))
        table = _together(read, "sheet")
        return replace(table, file=raw.name, unused=(*table.unused, *others))
    texts = [cell for one in raw.sheets for cells in one.rows[:3] for cell in cells if cell]
    listed = list_names([f"'{text}'" for text in texts], 8)
    raise InputError(
        f"no table of fractions is recognised; the first cells are {listed}",
        allowed=". ".join(filter(None, (HELP, raw.hidden_note))),
        do="Name the columns with --animal, --time and --value",
    )


def _of_layout(
    sheet: Sheet, kind: str, row: int, columns: FractionColumns, left_out: Collection[str]
) -> FractionTable:
    if kind == "tidy":
        return tidy_table(sheet, row, columns.named(), analyte=columns.analyte, left_out=left_out)
    return (times_down if kind == "times down" else animals_down)(sheet, row, columns.named())


def _together(read: Sequence[tuple[str, FractionTable]], kind: str) -> FractionTable:
    """One table of several sheets with different animals; those of no group have that of the sheet.

    Raises
    ------
    InputError
        If the sheets have animals of the same names, which may be other analytes or other groups,
        or differ in their times or units.
    """
    if len(read) == 1:
        return read[0][1]
    names = list_names([f"'{name}'" for name, _ in read], 6)
    first = read[0][1]
    animals = [{row.animal for row in table.rows} for _, table in read]
    distinct = len(set().union(*animals)) == sum(map(len, animals))
    alike = all(
        (one.unit, one.time_kind, one.time_is) == (first.unit, first.time_kind, first.time_is)
        for _, one in read
    )
    if not (distinct and alike):
        raise InputError(
            f"{kind}s {names} each have a table of fractions",
            allowed=f"{kind.capitalize()}s are read together where each animal is in one of them "
            "and their units and times are alike",
            do=f'Add --sheet "{read[0][0]}"',
        )
    rows: list[FractionRow] = []
    stated: dict[str, AnimalRow] = {}
    for name, table in read:
        groups = {row.group for row in table.rows} | {row.group for row in table.animals.values()}
        without = groups <= {""}
        for row in table.rows:
            rows.append(replace(row, group=name) if without else row)
        for animal, about in table.animals.items():
            stated[animal] = replace(about, group=name) if without else about
    return replace(
        first,
        rows=tuple(rows),
        animals=stated,
        read_as=(*first.read_as, f"{kind}s {names} together, a group each where none is stated"),
        unused=tuple(f"{kind} '{name}': {text}" for name, one in read for text in one.unused),
    )


def _layout(sheet: Sheet, columns: FractionColumns) -> tuple[str, int] | None:
    """Kind of the table and row of its heading; None where there is none."""
    labelled: int | None = None
    for row, cells in enumerate(sheet.rows[:FIRST_ROWS]):
        if not any(cells):
            continue
        kind = _kind(sheet, row, cells, columns)
        if kind == "animals down" and labelled is not None:
            # Values that rise from animal to animal are no times below a heading of times.
            below = _below(sheet, labelled)
            at = labelled if below is None else below
            raise not_a_time(text_at(sheet, at, 0), sheet.where(at))
        if kind:
            return kind, row
        if labelled is None and len(cells) > 2 and is_time_heading(cells[0]):
            labelled = row
    return None


def _kind(sheet: Sheet, row: int, cells: Sequence[str], columns: FractionColumns) -> str:
    named = columns.named()
    header = list(cells)
    known_names = {*header, *(name_and_unit(cell)[0] for cell in header)}
    if any(wanted in known_names for wanted in named.values()) or not named:
        roles = roles_of(header, {k: v for k, v in named.items() if v in known_names})
        has_time = any(key in roles for key in ("time", "middle", "start", "end"))
        if "animal" in roles and has_time and len(header) > 2:
            return "tidy"
    read = {
        k: time
        for k, cell in enumerate(cells)
        if cell and (time := read_time_cell(cell, 1.0, sheet.numbers, sheet.where(row)))
    }
    minutes = [time.first.minutes for time in read.values()]
    # Times of a heading follow each other; a row of equal numbers is about the animals.
    times = list(read) if all(a < b for a, b in pairwise(minutes)) else []
    below = _below(sheet, row)
    corner = text_at(sheet, row, 0)
    heading = next((k for k in range(3) if is_time_heading(text_at(sheet, row, k))), None)
    known = roles_of(header, {})
    numbered = heading is not None and set(range(heading)) <= {known.get("name")}
    if heading is not None and (heading == 0 or numbered):
        return "times down" if _is_time(sheet, below, heading) else ""
    about_animals = {k for k, cell in enumerate(cells) if cell and k not in times}
    unknown = about_animals - set(known.values())
    if len(times) >= 3 and len(unknown) <= MAX_UNKNOWN and 0 not in times:
        names_down = below is not None and not _is_time(sheet, below, 0)
        if names_down or (corner and not is_time_heading(corner)):
            return "animals down"
    first_is_time = below is not None and _is_time(sheet, below, 0) and _time_at(sheet, below)
    if not corner and not times and sum(map(bool, cells)) >= 2 and first_is_time:
        return "times down"
    return ""


def _below(sheet: Sheet, row: int) -> int | None:
    """Next row with cells that has two cells or more."""
    return next(
        (k for k in range(row + 1, len(sheet.rows)) if sum(map(bool, sheet.rows[k])) > 1), None
    )


def _is_time(sheet: Sheet, row: int | None, column: int) -> bool:
    """Whether a column has times below a row; names of rows in between are passed over."""
    if row is None:
        return False
    cells = [text_at(sheet, k, column) for k in range(row, min(row + 6, len(sheet.rows)))]
    times = [c for c in cells if c and read_time_cell(c, 1.0, sheet.numbers, "") is not None]
    return len(times) >= max(2, sum(map(bool, cells)) // 2)


def _time_at(sheet: Sheet, row: int) -> bool:
    return read_time_cell(text_at(sheet, row, 0), 1.0, sheet.numbers, "") is not None
