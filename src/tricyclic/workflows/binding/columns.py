"""Which column of a table is what, where the options do not name them, as in Prism and Excel.

The first column of concentrations or times is what was varied; the other columns of numbers are
readings: total and non-specific by their names, else one compound each; columns whose names differ
only in a number are replicates. Every decision is returned, to be printed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tricyclic.core.concentrations import is_mass_concentration, is_molar_unit
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnitError
from tricyclic.io.column_names import (
    LOG_MOLAR,
    NSB,
    READING,
    SPECIFIC,
    TOTAL,
    group_of,
    is_index,
    statistics_of,
    without_unit,
)
from tricyclic.io.delimited_text import date_error, is_number_like
from tricyclic.io.dose_columns import DoseBlock, compound_of, dose_blocks, group_in
from tricyclic.io.headings import unit_in_column_name
from tricyclic.study.plan_schema import VARIED
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import concentration_M, dimension
from tricyclic.workflows.binding.name_columns import (
    compound_column,
    dose_columns,
    run_column,
    with_names,
)

ROLE_COLUMN = re.compile(r"(role|well[\s_-]?type|type)", re.IGNORECASE)


@dataclass(frozen=True)
class Columns:
    """What the columns of a table are.

    Parameters
    ----------
    x : mapping of str to (str, str)
        Column and unit of each setting ("competitor_M").
    compounds : mapping of str to tuple of str
        Columns of readings of each compound; one without a name where there is no compound.
    total, non_specific : tuple of str
        Columns of controls.
    radioligand_M : mapping of str to float
        Radioligand of a column, where its name is a concentration.
    decisions : tuple of str
        What was not stated.
    unused : tuple of str
        Columns that are not read.
    own_doses : mapping of str to (str, str)
        Column of doses and unit of each compound that has its own.
    """

    x: Mapping[str, tuple[str, str]]
    compounds: Mapping[str, tuple[str, ...]]
    total: tuple[str, ...]
    non_specific: tuple[str, ...]
    radioligand_M: Mapping[str, float]
    decisions: tuple[str, ...]
    unused: tuple[str, ...]
    own_doses: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def columns_of(
    table: DataTable,
    kind: str,
    given: Mapping[str, tuple[str, str]],
    *,
    where: str,
    non_specific: Sequence[str] = (),
    ignored: Sequence[str] = (),
) -> Columns:
    """What the columns of a table are in an assay of a kind.

    Parameters
    ----------
    table : DataTable
    kind : str
        "competition", "saturation", "association", ...
    given : mapping of str to (str, str)
        Columns and units that the options name, by setting ("competitor_M").
    where : str
        Location for errors.
    non_specific : sequence of str
        Columns that the options name; others are recognised by their names.
    ignored : sequence of str
        Columns that are no readings, as the options name others.

    Raises
    ------
    InputError
        If what was varied, its unit, or the readings cannot be recognised.
    """
    x = dict(given)
    if not x:
        for name in table.text:
            if name == table.columns[0] or unit_in_column_name(name) != UNKNOWN:
                table.words(name)  # Doses that are formulas without results are refused.
        _check_first(table, where)
    by = run_column(table)
    numeric = [
        name
        for name in table.columns
        if name in table.values and name != by and name not in non_specific
    ]
    notes: list[str] = []
    for setting in _settings(kind):
        if setting not in x:
            column, unit, note = _varied(table, numeric, setting, x, where)
            x[setting] = (column, unit)
            notes.append(note)
    hot = _named(numeric, _X_NAMES["radioligand_M"], table, x) if "radioligand_M" not in x else ""
    if hot and is_molar_unit(table.units[hot]):
        x["radioligand_M"] = (hot, table.units[hot])
        notes.append(f"column '{hot}' is the radioligand, in {table.units[hot]}")
    taken = {column for column, _ in x.values()}
    free = [name for name in numeric if name not in taken and not is_index(name)]
    blocks: tuple[DoseBlock, ...] = ()
    if "competitor_M" not in given and "competitor_M" in x:
        first = x["competitor_M"][0]
        blocks, again = dose_blocks(
            table, [first, *free], lambda name: name == first or _is_dose(table, name)
        )
        notes += [f"column '{name}' has the same doses as '{first}'" for name in again]
    # No reading is in a unit of concentration.
    free = [name for name in free if not _is_dose(table, name)]
    statistics = statistics_of(table, free)
    free = [name for name in free if name not in (*statistics, *ignored)]
    columns = _readings(table, kind, x, free, non_specific, notes, where)
    return columns if len(blocks) < 2 else _with_own_doses(table, columns, blocks)


def _is_dose(table: DataTable, name: str) -> bool:
    """Whether a column has concentrations, by its unit or as it is called by one."""
    unit = table.units.get(name, UNKNOWN)
    plain = name.strip(" []()")
    return is_molar_unit(unit) or (unit == UNKNOWN and is_molar_unit(plain))


def _with_own_doses(table: DataTable, columns: Columns, blocks: Sequence[DoseBlock]) -> Columns:
    """The columns with the doses of each compound: those before its readings."""
    compounds: dict[str, tuple[str, ...]] = {}
    own: dict[str, tuple[str, str]] = {}
    read = {name for names in columns.compounds.values() for name in names}
    for block in blocks:
        groups: dict[str, list[str]] = {}
        for name in block.readings:
            if name in read:
                groups.setdefault(compound_of(block, group_in(block, name)), []).append(name)
        for group, names in groups.items():
            label = group if group not in compounds else f"{group} ({block.dose})"
            compounds[label] = tuple(names)
            unit = table.units.get(block.dose, UNKNOWN)
            plain = block.dose.strip(" []()")
            own[label] = (block.dose, unit if unit != UNKNOWN else plain)
    roles = [
        f"{_listed(names)}: {label}, at the doses '{own[label][0]}'"
        for label, names in compounds.items()
    ]
    kept = [
        note
        for note in columns.decisions
        if not any(note.endswith(f": {label or 'readings'}") for label in columns.compounds)
    ]
    doses = {column for column, _ in own.values()}
    return replace(
        columns,
        compounds=compounds,
        decisions=(*kept, *roles),
        unused=tuple(name for name in columns.unused if name not in doses),
        own_doses=own,
    )


def _check_first(table: DataTable, where: str) -> None:
    """Refuse a first column of numbers in which a cell is a word: what was varied is not known.

    Raises
    ------
    InputError
        With the cell.
    """
    first = table.columns[0]
    cells = [cell for cell in table.text.get(first, ()) if cell.strip()]
    words = [cell for cell in cells if not is_number_like(cell)]
    if words and 2 * len(words) < len(cells):
        row = table.text[first].index(words[0])
        place = table.lines[row] if row < len(table.lines) else f"row {row + 1}"
        if (error := date_error(words[0], f"{where}, {place}, column '{first}'")) is not None:
            raise error
        raise InputError(
            f"column '{first}' has '{words[0][:40]}' among its numbers ({place})",
            where=where,
            do="Write totals and non-specific binding into columns of their own, called Total and "
            "NSB, and remarks below the table, after an empty row",
        )


def _readings(
    table: DataTable,
    kind: str,
    x: dict[str, tuple[str, str]],
    free: Sequence[str],
    named: Sequence[str],
    notes: list[str],
    where: str,
) -> Columns:
    """What the columns of readings are, of which some are named as non-specific binding."""
    groups: dict[str, list[str]] = {}
    for name in free:
        groups.setdefault(group_of(name, free), []).append(name)
    non_specific = [group for group in groups if NSB.fullmatch(group)]
    total = [group for group in groups if TOTAL.fullmatch(group)]
    has_controls = bool(total or non_specific or named)
    specific = [group for group in groups if SPECIFIC.fullmatch(group) and has_controls]
    others = [g for g in groups if g not in (*non_specific, *total, *specific)]
    if kind in ("competition", "homologous", "competitive_association", "schild", "allosteric"):
        if not others and total:
            others, total = total, []
    elif not total:
        total, others = others, []
        if kind == "saturation" and len(total) == 2 and not (non_specific or named):
            means = [np.nanmean([np.nanmean(table.values[c]) for c in groups[g]]) for g in total]
            low = int(np.argmin(means))
            non_specific, total = [total[low]], [total[1 - low]]
            notes.append(
                f"'{total[0]}' is total and '{non_specific[0]}' non-specific binding: "
                "the one is higher"
            )
    else:
        specific += others
        others = []
    if not others and not total:
        raise InputError(
            "no column of readings is recognised",
            where=where,
            allowed=f"The columns of numbers are {', '.join(table.values)}",
            do="Add --response COLUMN, or --total COLUMN and --non-specific COLUMN",
        )
    compounds = {_compound(group, others): tuple(groups[group]) for group in others}
    totals = tuple(name for group in total for name in groups[group])
    blocked = (*named, *(name for group in non_specific for name in groups[group]))
    for label, names in (("total", totals), ("non-specific", blocked), *compounds.items()):
        if names:
            notes.append(f"{_listed(names)}: {label or 'readings'}")
    hot = {name: molar for name in totals if (molar := _molar(group_of(name, free))) is not None}
    unused = tuple(
        name
        for name in table.columns
        if name not in {column for column, _ in x.values()}
        and name not in (*totals, *blocked)
        and not any(name in names for names in compounds.values())
    )
    return Columns(x, compounds, totals, blocked, hot, tuple(notes), unused)


_X_NAMES = {
    "competitor_M": re.compile(r"(log|conc|dose|competitor|inhibitor|compound|x\b|\[)", re.I),
    "radioligand_M": re.compile(
        r"(radioligand|hot|tracer|l\*|.*\[\s*(3h|125i|35s|14c)\s*\])", re.I
    ),
    "time_min": re.compile(r"(time|t\b|x\b)", re.IGNORECASE),
    "agonist_M": re.compile(r"(agonist|log|conc|dose|x\b)", re.IGNORECASE),
    "antagonist_M": re.compile(r"(antagonist)", re.IGNORECASE),
    "modulator_M": re.compile(r"(modulator|log|conc|dose|x\b)", re.IGNORECASE),
}


def _settings(kind: str) -> tuple[str, ...]:
    return {
        "competition": ("competitor_M",),
        "homologous": ("competitor_M",),
        "saturation": ("radioligand_M",),
        "competitive_association": ("time_min", "competitor_M"),
        "schild": ("agonist_M", "antagonist_M"),
        "allosteric": ("modulator_M",),
    }.get(kind, ("time_min",))


def _varied(
    table: DataTable,
    numeric: Sequence[str],
    setting: str,
    taken: Mapping[str, tuple[str, str]],
    where: str,
) -> tuple[str, str, str]:
    """Column, unit and decision of what was varied."""
    column = _named(numeric, _X_NAMES[setting], table, taken) or _first(
        numeric, setting, table, taken
    )
    word = next(word for word, name in VARIED.items() if name == setting)
    example = "min" if setting == "time_min" else "nM"
    if not column:
        raise InputError(
            f"no column of the {word} is recognised",
            where=where,
            allowed=f"The columns of numbers are {', '.join(numeric) or 'none'}",
            do=f"Name it: --x {word}=COLUMN:{example}",
        )
    unit = table.units.get(column, UNKNOWN)
    if unit == UNKNOWN and _fits(column.strip(" []()"), setting):
        # The name is the unit itself.
        unit = column.strip(" []()")
    if unit != UNKNOWN and _fits(unit, setting):
        return column, unit, f"column '{column}' is the {word}, in {unit}"
    values = table.values[column][np.isfinite(table.values[column])]
    low, high = LOG_MOLAR
    if setting != "time_min" and values.size and low <= values.min() and values.max() <= high:
        return column, "log10 M", f"column '{column}' is the {word}, as log10 M: all are negative"
    option = f"{word}={column}:{example}"
    option = f'"{option}"' if " " in column else option
    raise InputError(
        f"column '{column}' has no unit",
        where=where,
        do=f"Write the unit into its name, such as '{column} ({example})', or add --x {option}",
    )


def _named(
    numeric: Sequence[str],
    pattern: re.Pattern[str],
    table: DataTable,
    taken: Mapping[str, tuple[str, str]],
) -> str:
    """The first free column whose name matches, those with a unit first."""
    used = {column for column, _ in taken.values()}
    matching = [name for name in numeric if name not in used and pattern.match(name.strip())]
    with_unit = [name for name in matching if table.units.get(name, UNKNOWN) != UNKNOWN]
    return next(iter((*with_unit, *matching)), "")


def _first(
    numeric: Sequence[str], setting: str, table: DataTable, taken: Mapping[str, tuple[str, str]]
) -> str:
    """The first free column in a unit of what was varied, else the first of all, as in Prism."""
    used = {column for column, _ in taken.values()}
    free = [name for name in numeric if name not in used]
    fitting = [name for name in free if _fits(table.units.get(name, UNKNOWN), setting)]
    fitting += [name for name in free if _fits(name.strip(" []()"), setting)]
    return next(iter((*fitting, *free[:1])), "")


def _fits(unit: str, setting: str) -> bool:
    if setting != "time_min":
        # A mass per volume becomes molar with a molar mass.
        return is_molar_unit(unit) or is_mass_concentration(unit)
    try:
        return dimension(unit) == "time"
    except InputError:
        return False


def _compound(group: str, others: Sequence[str]) -> str:
    """The compound of a group; none where the only group has a name of readings."""
    alone = len(others) == 1
    return "" if alone and (READING.fullmatch(group) or TOTAL.fullmatch(group)) else group


def _molar(text: str) -> float | None:
    try:
        return concentration_M(text)
    except UnitError:
        return None


def _listed(names: Sequence[str]) -> str:
    several = f"columns '{names[0]}' to '{names[-1]}'" if len(names) > 2 else ""
    return several or " and ".join(f"'{name}'" for name in names)


def long_as_wide(
    table: DataTable, readings: Sequence[str] = (), non_specific: Sequence[str] = ()
) -> DataTable:
    """A table with one reading in each row, and its compound or role in a column, as a table with a
    column for each of them; another table as it is.

    Parameters
    ----------
    table : DataTable
    readings, non_specific : sequence of str
        Columns that the options name; the readings are recognised where none is named.
    """
    table = with_names(table)
    names = [name for name in table.columns if name in table.text]
    compound = compound_column(table)
    role = next((n for n in names if ROLE_COLUMN.fullmatch(n.strip())), "")
    named = [name for name in readings if name in table.values]
    reading = named[0] if named else _reading_column(table, non_specific)
    if not (compound or role) or not reading:
        return table
    kinds = _kinds(table, compound, role)
    numeric = [name for name in table.columns if name in table.values]
    # Replicates may stand in columns beside each other: "cpm 1", "cpm 2", "cpm 3".
    readings = named or [
        name
        for name in numeric
        if name not in non_specific and group_of(name, numeric) == group_of(reading, numeric)
    ]
    kept = [name for name in table.columns if name not in (compound, role, *readings)]
    values = {name: table.values[name] for name in kept if name in table.values}
    units = {name: table.units[name] for name in values}
    excluded = {name: mask for name, mask in table.excluded.items() if name in kept}
    columns = [*kept]
    for label in dict.fromkeys(kinds):
        here = np.array([kind == label for kind in kinds])
        for number, one in enumerate(readings, 1):
            column = label if label not in kept else f"{label} (readings)"
            column += f" {number}" if len(readings) > 1 else ""
            columns.append(column)
            values[column] = np.where(here, table.values[one], np.nan)
            units[column] = table.units.get(one, UNKNOWN)
            if one in table.excluded:
                excluded[column] = table.excluded[one] & here
    return replace(
        table,
        columns=tuple(columns),
        values=values,
        text={name: table.text[name] for name in kept if name in table.text},
        units=units,
        excluded=excluded,
        merged=(),
    )


def _reading_column(table: DataTable, non_specific: Sequence[str]) -> str:
    """The last column of readings by name, else the last column of numbers that is in no unit of
    concentration or time. Non-specific binding beside the readings, by its name or as it is
    stated, is that of each row.
    """
    by = run_column(table)
    numeric = [name for name in table.columns if name in table.values]
    names = [
        name
        for name in numeric
        if name not in (by, *non_specific) and not NSB.fullmatch(group_of(name, numeric))
    ]
    named = [name for name in names if READING.fullmatch(without_unit(name))]
    other = [
        name
        for name in names
        if not _fits(table.units[name], "time_min") and not is_molar_unit(table.units[name])
    ]
    return next(iter((*reversed(named), *reversed(other))), "")


def _kinds(table: DataTable, compound: str, role: str) -> list[str]:
    """For each row "total", "NSB" or its compound."""
    for column in (compound, role):
        if column:
            table.words(column)
    kinds = []
    doses = dose_columns(table)
    last = ""
    for row in range(len(table)):
        word = table.text[role][row].strip() if role else ""
        drug = table.text[compound][row].strip() if compound else ""
        # A compound written once, at the first of its doses, is that of the doses below it.
        has_dose = any(_has_dose(table, name, row) for name in doses)
        if compound and not role and not drug and has_dose:
            drug = last
        last = drug or last
        plain = word.replace("_", " ")
        if NSB.fullmatch(plain) or (not role and NSB.fullmatch(drug)):
            kinds.append("NSB")
        elif TOTAL.fullmatch(plain) or (not role and (not drug or TOTAL.fullmatch(drug))):
            kinds.append("total")
        else:
            kinds.append(drug or word or "readings")
    return kinds


def _has_dose(table: DataTable, name: str, row: int) -> bool:
    """Whether a cell is a dose above 0."""
    value = float(table.values[name][row])
    is_log = table.units[name].startswith("log10") or name.lower().startswith("log")
    return bool(np.isfinite(value)) and (is_log or value > 0)
