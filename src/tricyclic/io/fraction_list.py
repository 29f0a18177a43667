"""Reads a table with one row for each fraction of dialysate."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tricyclic.core.clock_time import TimeKind
from tricyclic.core.format import list_names, pluralize
from tricyclic.core.fraction_table import AnimalRow, FractionRow, FractionTable
from tricyclic.core.unused import as_remarks, quoted
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.cells_beside import cells_beside, named_width
from tricyclic.io.delimited_text import Sheet, shortened
from tricyclic.io.fraction_cells import (
    STATES,
    RoleColumns,
    common_kind,
    read_state,
    read_value,
    text_at,
    time_meaning,
    time_unit,
)
from tricyclic.io.fraction_columns import is_value_unit, name_and_unit, roles_of

TIMES = ("start", "end", "middle", "time")
# What an animal has, as errors call it.
_WORDS = {
    "treated": "time of the treatment",
    "dead_volume_uL": "dead volume",
    "flow_uL_per_min": "flow",
    "recovery_se": "error of the recovery",
}
# Names of columns of values, beside those with a unit of a concentration or amount.
_VALUES = ("value", "values", "concentration", "conc", "amount", "level", "dialysate")


def tidy_table(
    sheet: Sheet,
    header: int,
    named: Mapping[str, str],
    *,
    analyte: str = "",
    left_out: Collection[str] = (),
) -> FractionTable:
    """The fractions of a table with a heading and a row for each; the times of the animals that are
    left out may be missing or unreadable.

    Parameters
    ----------
    sheet : Sheet
    header : int
        Row of the heading.
    named : mapping of str to str
        Columns that the user named, by their role.
    analyte : str
        The one whose rows are read, where a column names several.
    left_out : collection of str

    Raises
    ------
    InputError
        If it has no column of values or several, several analytes and none is chosen, or a cell
        cannot be read.
    """
    names = list(sheet.rows[header])
    roles = roles_of(names, named)
    columns = RoleColumns(sheet, header, roles)
    whole = [k for k in range(header + 1, len(sheet.rows)) if sum(map(bool, sheet.rows[k])) > 1]
    beside = [*cells_beside(sheet, whole, named_width(names))]
    if "value" not in roles:
        roles["value"] = _value_column(columns, names)
    chosen = _analyte(columns, analyte)
    rows: list[FractionRow] = []
    kinds: list[tuple[TimeKind, str]] = []
    carried = 0
    animal = group = ""
    states: dict[str, AnimalRow] = {}
    for row in range(header + 1, len(sheet.rows)):
        if not any(sheet.rows[row]) or (chosen and columns.text(row, "analyte") != chosen):
            continue
        own = text_at(sheet, row, roles["animal"])
        if rows and sum(map(bool, sheet.rows[row])) == 1:
            beside.append(
                f"{sheet.where(row)} ('{shortened(next(filter(None, sheet.rows[row])))}')"
            )
            continue
        if own:
            if own != animal:
                group = ""
            animal = own
        elif animal:
            carried += 1
        where = f"{sheet.where(row)}, animal {animal or '?'}"
        if not animal:
            raise InputError("has no animal", where=where, do="Fill in its name")
        group = columns.text(row, "group") or group
        one, of_row = _row(columns, row, where, animal, group, needed=animal not in left_out)
        rows.append(one)
        kinds += of_row
        _stated(states, columns, row, animal, group, where)
    if not rows:
        raise InputError("has no fractions below its heading")
    called, unit = name_and_unit(names[roles["value"]])
    read_as = [f"one row per fraction; values in '{names[roles['value']]}'"]
    if chosen:
        read_as.append(f"the rows of {chosen}, by the column '{names[roles['analyte']]}'")
    remarks = []
    if carried:
        remarks.append(f"{pluralize(carried, 'row')} without an animal belong to the one above")
    unused = [name for k, name in enumerate(names) if name and k not in roles.values()]
    return FractionTable(
        tuple(rows),
        states,
        unit=unit if is_value_unit(unit) else _written_unit(columns, chosen) or unit,
        analyte=chosen or ("" if called.lower() in _VALUES else called),
        time_kind=common_kind(kinds),
        time_is=time_meaning(roles),
        time_unit=time_unit(columns),
        layout="tidy",
        read_as=tuple(read_as),
        unused=(*quoted("column", unused), *beside, *as_remarks(remarks)),
    )


def _analyte(columns: RoleColumns, wanted: str) -> str:
    """The analyte whose rows are read; empty where no column names any."""
    if "analyte" not in columns.roles:
        return ""
    sheet = columns.sheet
    texts = (columns.text(row, "analyte") for row in range(columns.header + 1, len(sheet.rows)))
    names = list(dict.fromkeys(filter(None, texts)))
    if len(names) < 2:
        return names[0] if names else ""
    chosen = next((name for name in names if name.lower() == wanted.strip().lower()), "")
    if not chosen and wanted:
        raise UnknownNameError.among("analyte", wanted, names, where="analyte")
    if not chosen:
        raise InputError(
            f"has values of {list_names(names, 8)}",
            allowed="One analyte is analysed at a time",
            do=f'Add --analyte "{names[0]}"',
        )
    return chosen


def _written_unit(columns: RoleColumns, analyte: str) -> str:
    """The unit in a column of its own; empty where there is none."""
    rows = range(columns.header + 1, len(columns.sheet.rows))
    own = [k for k in rows if not analyte or columns.text(k, "analyte") == analyte]
    units = list(dict.fromkeys(filter(None, (columns.text(k, "unit") for k in own))))
    if len(units) > 1:
        raise InputError(
            f"the column of units has {list_names(units, 4)}",
            allowed="The values of a table have one unit",
        )
    return units[0] if units else ""


def _row(
    columns: RoleColumns, row: int, where: str, animal: str, group: str, *, needed: bool
) -> tuple[FractionRow, list[tuple[TimeKind, str]]]:
    value = read_value(columns.text(row, "value"), columns.sheet.numbers, where)
    state = read_state(columns.text(row, "state"), where) if "state" in columns.roles else None
    if state == "quantified" and not math.isfinite(value.value):
        raise InputError(
            "is quantified, and has no value", where=where, do='Fill it in, or state "lost"'
        )
    if state is not None:
        value = replace(value, state=state)
    kinds: list[tuple[TimeKind, str]] = []
    minutes: dict[str, float] = {}
    for key in TIMES:
        if not needed or key not in columns.roles:
            continue
        cell = columns.time(row, key, where)
        if cell is None:
            continue
        kinds.append((cell.first.kind, where))
        minutes[key] = cell.first.minutes
        if cell.last is not None:
            minutes["start"], minutes["end"] = cell.first.minutes, cell.last.minutes
    if needed and not minutes:
        raise InputError("has no time", where=where, do="Fill in when it was collected")
    order = ("middle", "time", "end", "start")
    length = columns.number(row, "length", where)
    if "length" in columns.roles:
        length *= columns.minutes_per_unit("length")
    lod = columns.number(row, "lod", where)
    return (
        FractionRow(
            animal,
            group,
            value.value,
            value.state,
            start_min=minutes.get("start", math.nan),
            end_min=minutes.get("end", math.nan),
            time_min=next((minutes[key] for key in order if key in minutes), math.nan),
            length_min=length,
            lod=value.lod if math.isnan(lod) else lod,
            se=columns.number(row, "se", where),
            name=columns.text(row, "name"),
            excluded=columns.excluded(row),
            note=columns.text(row, "note"),
            where=where,
        ),
        kinds,
    )


def _stated(
    states: dict[str, AnimalRow],
    columns: RoleColumns,
    row: int,
    animal: str,
    group: str,
    where: str,
) -> None:
    """Keep what a row states about its animal, which all rows of the animal state alike."""
    before = states.get(animal, AnimalRow())
    given = {
        "treated": columns.treated(row, time_unit(columns)),
        "dead_volume_uL": columns.dead_volume(row, where),
        "flow_uL_per_min": columns.flow(row, where),
        **columns.recovery(row, where),
        "group": group,
    }
    kept: dict[str, Any] = {}
    for key, value in given.items():
        if value == "" or value != value:
            continue
        known = getattr(before, key)
        if known not in ("", value) and known == known:
            word = _WORDS.get(key, key)
            raise InputError(
                f"the {word} is {value}, and was {known} above",
                where=where,
                allowed="All rows of an animal state the same",
            )
        kept[key] = value
    states[animal] = replace(before, **kept)


def _value_column(columns: RoleColumns, names: Sequence[str]) -> int:
    """The column of values, by its name, or the one column of numbers that is left."""
    free = [k for k, name in enumerate(names) if name and k not in columns.roles.values()]
    plain = {k: name_and_unit(names[k]) for k in free}
    rows = range(columns.header + 1, len(columns.sheet.rows))
    numeric = [k for k in free if _is_numeric(columns.sheet, rows, k)]
    with_unit = [k for k in numeric if is_value_unit(plain[k][1])]
    called = [k for k in numeric if plain[k][0].lower().replace("_", " ") in _VALUES]
    candidates = with_unit if len(with_unit) == 1 else called if len(called) == 1 else numeric
    if not candidates:
        # Every value is a word, such as "<LOQ", under a heading that states what it is.
        candidates = [k for k in free if _is_stated(_filled_cells(columns, k), plain[k])]
    if len(candidates) == 1:
        return candidates[0]
    listed = list_names([f"'{names[k]}'" for k in (candidates or free)], 8)
    if candidates:
        raise InputError(
            f"the values may be in {listed}", do=f'Add --value "{names[candidates[0]]}"'
        )
    if not free:
        raise InputError("has no column of values", do='Add one, such as "NE (nM)"')
    raise InputError(f"no column of values is recognised among {listed}", do="Add --value COLUMN")


def _filled_cells(columns: RoleColumns, column: int) -> list[str]:
    """The cells of a column below its heading that are not empty."""
    rows = range(columns.header + 1, len(columns.sheet.rows))
    return [cell for row in rows if (cell := text_at(columns.sheet, row, column))]


def _is_stated(cells: Sequence[str], name: tuple[str, str]) -> bool:
    """Whether a heading is that of values, and all cells are words for their states."""
    called = name[0].lower().replace("_", " ") in _VALUES or is_value_unit(name[1])
    return called and all(cell.strip().lower() in STATES for cell in cells)


def _is_numeric(sheet: Sheet, rows: Sequence[int], column: int) -> bool:
    """Whether half of the cells of a column or more are numbers."""
    cells = [cell for row in rows if (cell := text_at(sheet, row, column))]
    numbers = [cell for cell in cells if sheet.numbers.read(cell) is not None]
    return bool(numbers) and 2 * len(numbers) >= len(cells)
