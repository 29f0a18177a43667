"""Reads sheets of dialysate fractions with animals across or animals down."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tricyclic.core.clock_time import MINUTES_IN, TimeKind
from tricyclic.core.fraction_table import AnimalRow, FractionRow, FractionTable
from tricyclic.core.unused import as_remarks, quoted
from tricyclic.errors import InputError
from tricyclic.io.cells_beside import cells_beside, named_width
from tricyclic.io.delimited_text import Sheet, shortened
from tricyclic.io.fraction_cells import (
    RoleColumns,
    TimeCell,
    common_kind,
    not_a_time,
    read_time_cell,
    read_value,
    text_at,
    time_meaning,
    with_unit,
)
from tricyclic.io.fraction_columns import (
    ABOUT_ANIMALS,
    COLUMNS,
    SUMMARY,
    column_called,
    is_value_unit,
    name_and_unit,
    roles_of,
    summaries,
)

# Rows above the names of animals in which groups and titles may stand.
ABOVE = 6
# The number of a replicate behind the name of a group.
_REPLICATE = re.compile(
    r"(?P<name>\S.*?)(?:[\s_.:#-]+[yYrR]?|\s*(?=[\[(]))[\[(]?(?P<number>[0-9]{1,3})[\])]?"
)
_NUMBER_OF_ANIMALS = re.compile(r"[\s,;]*\(?\bn\s*=\s*[0-9].*", re.IGNORECASE)
# "DA, % of baseline, n = 5", "% basal NE".
_PERCENT_TITLE = re.compile(
    r"(?P<name>[^%]*)(?P<unit>%\s*(?:of\s+)?(?:baseline|basal)).*", re.IGNORECASE
)
_GROUP_NAMES = frozenset(COLUMNS["group"])
_TREATED_NAMES = frozenset(COLUMNS["treated"])


@dataclass
class _Heading:
    """Animals of the columns of a sheet, and what rows beside their names state about them."""

    animals: dict[int, str] = field(default_factory=dict)
    stated: dict[int, AnimalRow] = field(default_factory=dict)
    used_rows: set[int] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    title: str = ""


def times_down(sheet: Sheet, header: int, named: Mapping[str, str]) -> FractionTable:
    """A sheet with a row for each time and a column for each animal.

    Groups stand in a row above or below the names of the animals, each name once or over each
    animal.

    Raises
    ------
    InputError
        If no animal has a column, one occurs twice, or a cell cannot be read.
    """
    names = list(sheet.rows[header])
    roles = _time_roles(names, named)
    first = max(roles.values()) + 1
    heading = _heading(sheet, header, first, set(roles.values()))
    rows: list[FractionRow] = []
    kinds: list[tuple[TimeKind, str]] = []
    for row in range(header + 1, len(sheet.rows)):
        if row in heading.used_rows or not any(sheet.rows[row]):
            continue
        labels = [text_at(sheet, row, column) for column in roles.values()]
        first_cell = next((text for text in labels if SUMMARY.fullmatch(text)), "")
        if first_cell:
            heading.unused.append(f"row '{first_cell}' ({sheet.where(row)})")
            continue
        alone = rows and sum(map(bool, sheet.rows[row])) == 1
        if alone and not _is_time_cell(sheet, row, roles):
            text = shortened(next(filter(None, sheet.rows[row])))
            heading.unused.append(f"{sheet.where(row)} ('{text}')")
            continue
        times = _row_times(sheet, header, row, roles)
        kinds += [(cell.first.kind, sheet.where(row)) for cell in times.values()]
        for column, animal in heading.animals.items():
            rows.append(_fraction(sheet, row, column, animal, heading.stated[column].group, times))
    _check_any(heading.animals, rows)
    unit, analyte = _unit_of(sheet, heading)
    of_times = _unit_of_times(sheet, header, roles)
    stated = {
        name: _with_unit_of_treatment(heading.stated[column], of_times, sheet)
        for column, name in heading.animals.items()
    }
    return FractionTable(
        tuple(rows),
        stated,
        unit=unit,
        analyte=analyte,
        time_kind=common_kind(kinds),
        time_is=time_meaning(roles),
        time_unit=of_times,
        layout="times down",
        read_as=("a row for each time and a column for each animal",),
        unused=(*heading.unused, *as_remarks(heading.remarks)),
    )


def animals_down(sheet: Sheet, header: int, named: Mapping[str, str]) -> FractionTable:
    """A sheet with a row for each animal and a column for each time.

    Raises
    ------
    InputError
        If an animal occurs twice, or a cell cannot be read.
    """
    names = list(sheet.rows[header])
    roles = {
        role: column for role, column in roles_of(names, named).items() if role in ABOUT_ANIMALS
    }
    times: dict[int, TimeCell] = {}
    for column, cell in enumerate(names):
        if not cell or column in roles.values():
            continue
        time = read_time_cell(cell, 1.0, sheet.numbers, sheet.where(header))
        if time is not None:
            times[column] = time
    left = [k for k in range(min(times)) if k not in roles.values()]
    if "animal" not in roles:
        if not left:
            raise InputError("no column has the names of animals", do='Name it "animal"')
        roles["animal"] = left.pop(0)
    unit_of_times = name_and_unit(text_at(sheet, header, roles["animal"]))[1].lower()
    if (
        "group" not in roles
        and left
        and all(
            sheet.numbers.read(text_at(sheet, row, left[0])) is None
            for row in range(header + 1, len(sheet.rows))
        )
    ):
        roles["group"] = left.pop(0)
    factor = MINUTES_IN.get(unit_of_times, 1.0)
    unused = [
        name for k, name in enumerate(names) if name and k not in times and k not in roles.values()
    ]
    columns = RoleColumns(sheet, header, roles)
    rows: list[FractionRow] = []
    stated: dict[str, AnimalRow] = {}
    more: list[str] = []
    group = ""
    for row in range(header + 1, len(sheet.rows)):
        if not any(sheet.rows[row]):
            continue
        animal = text_at(sheet, row, roles["animal"])
        where = f"{sheet.where(row)}, animal {animal}"
        if SUMMARY.fullmatch(animal) or not animal:
            more.append(f"row '{animal}' ({sheet.where(row)})")
            continue
        more += cells_beside(sheet, [row], named_width(names))
        if animal in stated:
            raise InputError("occurs twice", where=where, allowed="Each animal has one row")
        own = _with_unit_of_treatment(columns.animal(row, where), unit_of_times, sheet)
        group = own.group or group
        stated[animal] = replace(own, group=group)
        for column, time in times.items():
            scaled = _scaled(time, factor)
            rows.append(_fraction(sheet, row, column, animal, group, {"time": scaled}))
    kinds = [(time.first.kind, sheet.where(header)) for time in times.values()]
    heading = _Heading(title=_title(sheet, header))
    unit, analyte = _unit_of(sheet, heading)
    return FractionTable(
        tuple(rows),
        stated,
        unit=unit,
        analyte=analyte,
        time_kind=common_kind(kinds),
        time_unit=unit_of_times,
        layout="animals down",
        read_as=("a row for each animal and a column for each time",),
        unused=(*quoted("column", unused), *more),
    )


def _scaled(time: TimeCell, factor: float) -> TimeCell:
    if time.first.kind != "minutes" or factor == 1.0:
        return time
    first = replace(time.first, minutes=time.first.minutes * factor)
    last = replace(time.last, minutes=time.last.minutes * factor) if time.last else None
    return TimeCell(first, last)


def _time_roles(names: Sequence[str], named: Mapping[str, str]) -> dict[str, int]:
    """Columns of times at the left: start and end, or one."""
    roles = {
        role: place
        for role, place in roles_of(names, {}).items()
        if role in ("start", "end", "middle", "time", "length", "name") and place <= 3
    }
    for role in ("time", "start", "end"):
        if named.get(role):
            roles[role] = column_called(names, named[role], role)
    if not any(key in roles for key in ("start", "end", "middle", "time")):
        roles["time"] = 0
    return roles


def _unit_of_times(sheet: Sheet, header: int, roles: Mapping[str, int]) -> str:
    """The unit that the heading of a column of times states, or is: "time (h)", "h"."""
    for role, column in roles.items():
        name, unit = name_and_unit(text_at(sheet, header, column))
        if role != "name" and (unit or name).lower() in MINUTES_IN and (unit or name):
            return unit or name
    return ""


def _with_unit_of_treatment(animal: AnimalRow, unit: str, sheet: Sheet) -> AnimalRow:
    """What is stated about an animal, with the time of its treatment in a unit where it is a
    number.
    """
    return replace(animal, treated=with_unit(animal.treated, unit, sheet.numbers))


def _is_time_cell(sheet: Sheet, row: int, roles: Mapping[str, int]) -> bool:
    """Whether a row has a time: one without values then is a time at which all are missing."""
    cells = [text_at(sheet, row, column) for column in roles.values()]
    return any(cell and read_time_cell(cell, 1.0, sheet.numbers, "") for cell in cells)


def _row_times(
    sheet: Sheet, header: int, row: int, roles: Mapping[str, int]
) -> dict[str, TimeCell]:
    times = {}
    for role, column in roles.items():
        text = text_at(sheet, row, column)
        if role == "name" or not text:
            continue
        factor = MINUTES_IN.get(_unit_of_times(sheet, header, {role: column}).lower(), 1.0)
        cell = read_time_cell(text, factor, sheet.numbers, sheet.where(row))
        if cell is None:
            raise not_a_time(text, sheet.where(row))
        times[role] = cell
    if not times:
        raise InputError("has values and no time", where=sheet.where(row), do="Fill in the time")
    return times


def _fraction(
    sheet: Sheet, row: int, column: int, animal: str, group: str, times: Mapping[str, TimeCell]
) -> FractionRow:
    where = f"{sheet.where(row)}, animal {animal}"
    value = read_value(text_at(sheet, row, column), sheet.numbers, where)
    start = end = math.nan
    for cell in times.values():
        if cell.last is not None:
            start, end = cell.first.minutes, cell.last.minutes
    if "start" in times and math.isnan(start):
        start = times["start"].first.minutes
    if "end" in times and math.isnan(end):
        end = times["end"].first.minutes
    order = ("middle", "time", "end", "start")
    return FractionRow(
        animal,
        group,
        value.value,
        value.state,
        start_min=start,
        end_min=end,
        time_min=next(times[key].first.minutes for key in order if key in times),
        length_min=times["length"].first.minutes if "length" in times else math.nan,
        lod=value.lod,
        where=where,
    )


def _heading(sheet: Sheet, header: int, first: int, times: set[int]) -> _Heading:
    heading = _Heading(title=_title(sheet, header))
    width = max(len(cells) for cells in sheet.rows)
    names = {k: text_at(sheet, header, k) for k in range(width) if k not in times}
    data = [
        k
        for k in names
        if k >= first and any(text_at(sheet, row, k) for row in range(header + 1, len(sheet.rows)))
    ]
    above = _group_row(sheet, header, data)
    for k in sorted(summaries({k: names[k] for k in data})):
        heading.unused.append(f"column '{names[k]}'")
        data.remove(k)
    if heading.unused and not data:
        raise InputError(
            "has means and errors of groups, and no values of animals",
            where=sheet.where(header),
            allowed="Groups are compared by the values of their animals",
            do="Give a column of values for each animal",
        )
    groups = _carried(sheet, above, data) if above is not None else dict.fromkeys(data, "")
    rows = _labelled_rows(sheet, header, min(times) if times else 0)
    if "group" in rows:
        groups = _carried(sheet, rows["group"], data)
    treated = _treatments(sheet, rows.get("treated"), min(times) if times else 0, data)
    heading.used_rows = {row for row in rows.values() if row > header}
    named = (header, above, *rows.values())
    width = _columns_of_animals(sheet, data, [row for row in named if row is not None])
    below = [row for row in range(header + 1, len(sheet.rows)) if row not in heading.used_rows]
    heading.unused += cells_beside(sheet, below, width)
    data = [k for k in data if k < width]
    texts = [names[k] for k in data]
    counts = Counter(filter(None, texts))
    blanks = len(texts) - counts.total()
    repeated = bool(counts) and (min(counts.values()) > 1 or blanks >= len(counts))
    if repeated and not any(groups.values()):
        # One name over the columns of its animals, as Prism writes groups with replicates.
        groups = _carried(sheet, header, data)
        heading.remarks.append(
            "the columns have names of groups; animals are numbered in each group"
        )
        names = _numbered(groups)
    elif not any(groups.values()) and (numbered := _groups_of_replicates(names, data)):
        groups = numbered
        heading.remarks.append("groups are the names of the columns without their numbers")
    elif any(not text for text in texts):
        names = {**names, **_numbered(groups)}
        heading.remarks.append("columns without a name are numbered in each group")
    for k in data:
        if names[k] in heading.animals.values():
            raise InputError(
                f"animal {names[k]} has two columns",
                where=sheet.where(header),
                allowed="Each animal has one column",
                do="Give each column its own name, or write groups in a row above",
            )
        heading.animals[k] = names[k]
        heading.stated[k] = AnimalRow(groups[k], treated[k], where=sheet.where(header))
    return heading


def _treatments(
    sheet: Sheet, row: int | None, label: int, columns: Sequence[int]
) -> dict[int, str]:
    """Times of the treatment in a row, as they are written, with the unit of its label."""
    if row is None:
        return dict.fromkeys(columns, "")
    unit = name_and_unit(text_at(sheet, row, label))[1]
    return {
        k: with_unit(text_at(sheet, row, k), unit, sheet.numbers)
        if unit
        else text_at(sheet, row, k)
        for k in columns
    }


def _groups_of_replicates(names: Mapping[int, str], columns: Sequence[int]) -> dict[int, str]:
    """Groups where every column is called by one and a number: "saline:Y1", "DMI [2]", "DMI.1".

    Numbers count the animals of each group from 1, or all animals of the table; the first may have
    none, as pandas numbers columns of one name.
    """
    matches = {k: _REPLICATE.fullmatch(names[k]) for k in columns}
    stems = {match["name"].strip(" _.:-") for match in matches.values() if match}
    parts = {
        k: (match["name"].strip(" _.:-"), match["number"])
        if match and names[k] not in stems
        else (names[k], "")
        for k, match in matches.items()
    }
    groups = Counter(name.lower() for name, _ in parts.values())
    every = [number for _, number in parts.values()]
    if len(groups) < 2 or min(groups.values()) < 2 or not all(name for name, _ in parts.values()):
        return {}
    from_one = all(
        sorted(int(number or 0) for name, number in parts.values() if name.lower() == group)
        in (list(range(1, count + 1)), list(range(count)))
        for group, count in groups.items()
    )
    if not from_one and (len(set(every)) < len(every) or "" in every):
        return {}
    return {k: name for k, (name, _) in parts.items()}


def _columns_of_animals(sheet: Sheet, data: Sequence[int], named: Sequence[int]) -> int:
    """Number of columns up to the last that is of an animal: of columns without a name at the
    right, those that are in the lines of the names, and, in a workbook, those after a group that
    have most of their cells.

    Parameters
    ----------
    sheet : Sheet
    data : sequence of int
        Columns with cells below the names.
    named : sequence of int
        The row of the names, and those of the groups and the treatments.
    """
    last = max(named_width(sheet.rows[row]) for row in named)
    beyond = [k for k in data if k >= last]
    if sheet.delimiter:
        longest = max(len(sheet.rows[row]) for row in named)
        return max([last, *(k + 1 for k in beyond if k < longest)])
    names = [text_at(sheet, named[0], k) for k in data if k < last]
    if all(names) and len(set(names)) == len(names) > 1:
        return last
    rows = [row for row in range(named[0] + 1, len(sheet.rows)) if any(sheet.rows[row])]
    for k in beyond:
        if k > last or 2 * sum(bool(text_at(sheet, row, k)) for row in rows) <= len(rows):
            break
        last = k + 1
    return last


def _group_row(sheet: Sheet, header: int, columns: Sequence[int]) -> int | None:
    """The nearest row above with texts over the columns of animals; a title stands at the left."""
    for row in range(header - 1, max(-1, header - 1 - ABOVE), -1):
        texts = [text_at(sheet, row, k) for k in columns]
        if any(texts) and not all(
            not text or sheet.numbers.read(text) is not None for text in texts
        ):
            return row
    return None


def _labelled_rows(sheet: Sheet, header: int, column: int) -> dict[str, int]:
    """Rows whose first cell names groups or times of the treatment."""
    rows = {}
    for row in range(max(0, header - ABOVE), min(len(sheet.rows), header + ABOVE)):
        label = name_and_unit(text_at(sheet, row, column))[0].lower().strip(" :")
        if row != header and label in _GROUP_NAMES:
            rows["group"] = row
        elif row != header and label in _TREATED_NAMES:
            rows["treated"] = row
    return rows


def _carried(sheet: Sheet, row: int, columns: Sequence[int]) -> dict[int, str]:
    """Texts of a row, each also over the empty columns at its right."""
    groups, last = {}, ""
    for k in columns:
        last = text_at(sheet, row, k) or last
        groups[k] = last
    return groups


def _numbered(groups: Mapping[int, str]) -> dict[int, str]:
    counts: dict[str, int] = {}
    names = {}
    for k, group in groups.items():
        counts[group] = counts.get(group, 0) + 1
        names[k] = f"{group or 'animal'} {counts[group]}"
    return names


def _title(sheet: Sheet, header: int) -> str:
    """A text alone in its row above the heading."""
    for row in range(header - 1, -1, -1):
        cells = [cell for cell in sheet.rows[row] if cell]
        if len(cells) == 1:
            return cells[0]
    return ""


def _unit_of(sheet: Sheet, heading: _Heading) -> tuple[str, str]:
    """Unit and name of the values, from the title above; empty where it states none."""
    title = _NUMBER_OF_ANIMALS.sub("", heading.title)
    name, unit = name_and_unit(title)
    if not is_value_unit(unit):
        percent = _PERCENT_TITLE.fullmatch(title)
        name, unit = (percent["name"].strip(" ,:-"), percent["unit"]) if percent else ("", "")
    return unit, name if unit and len(name) <= 40 else ""


def _check_any(animals: Mapping[int, str], rows: Sequence[FractionRow]) -> None:
    if not animals or not rows:
        raise InputError(
            "has no animal with values",
            allowed="Animals stand side by side, each with its values below its name",
        )
