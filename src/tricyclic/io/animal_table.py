"""Reads a table with a row for each animal: its group, treatment, probe and exclusion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tricyclic.core.format import list_names
from tricyclic.core.fraction_table import AnimalRow, AnimalTable
from tricyclic.core.table import DataTable
from tricyclic.core.unused import as_remarks, quoted
from tricyclic.errors import InputError
from tricyclic.io.base import RawFile
from tricyclic.io.cells_beside import cells_beside, named_width
from tricyclic.io.delimited_text import Sheet
from tricyclic.io.files import at_file, read_bytes
from tricyclic.io.fraction_cells import RoleColumns, text_at
from tricyclic.io.fraction_columns import ABOUT_ANIMALS, name_and_unit, roles_of
from tricyclic.unit_table import UNKNOWN

# Rows in which a heading is looked for.
FIRST_ROWS = 40


def read_animal_table(
    source: str | Path | DataTable, *, sheet: str | int | None = None, decimal: str | None = None
) -> AnimalTable:
    """Read a table with one row per animal: animal, group, treated, dead volume, flow, recovery,
    excluded.

    Raises
    ------
    InputError
        If it has no column of animals or nothing else about them, or an animal twice.
    """
    data, name = read_bytes(with_units_in_names(source))
    raw = RawFile(name, data, sheet=sheet, decimal=decimal)
    try:
        named = [
            (one, row, roles)
            for one in raw.sheets
            for row, cells in enumerate(one.rows[:FIRST_ROWS])
            if "animal" in (roles := _roles(cells))
        ]
        headings = [one for one in named if len(one[2]) > 1]
        # A sheet beside it may have a row for each fraction of an animal.
        each_once = [one for one in headings if _each_once(*one)] or headings
        if each_once:
            return replace(_animals(*each_once[0]), file=name)
        rows = [one.rows[row] for one, row, _ in named] or [
            row for one in raw.sheets for row in one.rows[:FIRST_ROWS] if sum(map(bool, row)) > 1
        ]
        cells = [f"'{cell}'" for row in rows[:1] for cell in row if cell]
        among = f" among {list_names(cells, 8)}" if cells else ""
        raise InputError(
            f"has no columns of animals and groups{among}",
            allowed=raw.hidden_note,
            do='Name the columns "animal", "group", "treated"',
        )
    except InputError as error:
        raise at_file(error, name) from error.__cause__


def with_units_in_names(source: str | Path | DataTable) -> str | Path | DataTable:
    """A table in memory whose headings state the units of its cells ("12 %"); a file as it is."""
    # Other columns than those of a list of fractions or animals are called as animals.
    if not isinstance(source, DataTable) or "animal" not in roles_of(source.columns, {}):
        return source
    names = {
        name: f"{name} ({unit})"
        for name, unit in source.units.items()
        if unit not in (UNKNOWN, "") and not name_and_unit(name)[1]
    }
    if not names or set(names.values()) & set(source.columns):
        return source
    return replace(
        source,
        columns=tuple(names.get(name, name) for name in source.columns),
        values={names.get(name, name): column for name, column in source.values.items()},
        units={names.get(name, name): unit for name, unit in source.units.items()},
        excluded={names.get(name, name): cells for name, cells in source.excluded.items()},
    )


def _roles(cells: tuple[str, ...]) -> dict[str, int]:
    """What the columns state about animals; an error right of the recovery is that of it."""
    roles = roles_of(cells, {})
    if "recovery" in roles and roles.get("se") == roles["recovery"] + 1:
        roles.setdefault("recovery_se", roles["se"])
    return {role: column for role, column in roles.items() if role in ABOUT_ANIMALS}


def _each_once(sheet: Sheet, header: int, roles: dict[str, int]) -> bool:
    names = [text_at(sheet, row, roles["animal"]) for row in range(header + 1, len(sheet.rows))]
    named = list(filter(None, names))
    return bool(named) and len(set(named)) == len(named)


def _animals(sheet: Sheet, header: int, roles: dict[str, int]) -> AnimalTable:
    rows: dict[str, AnimalRow] = {}
    columns = RoleColumns(sheet, header, roles)
    beside: list[str] = []
    for row in range(header + 1, len(sheet.rows)):
        animal = text_at(sheet, row, roles["animal"])
        if not animal:
            beside += [f"{sheet.where(row)}, without an animal"] if any(sheet.rows[row]) else []
            continue
        where = f"{sheet.where(row)}, animal {animal}"
        if animal in rows:
            raise InputError("occurs twice", where=where, allowed="Each animal has one row")
        beside += cells_beside(sheet, [row], named_width(sheet.rows[header]))
        rows[animal] = columns.animal(row, where)
    names = sheet.rows[header]
    others = [name for k, name in enumerate(names) if name and k not in roles.values()]
    unused = (*quoted("column", others), *beside, *as_remarks(sheet.remarks))
    return AnimalTable(rows, sheet=sheet.name, unused=unused)
