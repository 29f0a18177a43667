"""Columns of a table of standards and samples that the user did not name, by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tricyclic.assays.standards.table import NO_CONCENTRATION, ROLES
from tricyclic.core.concentrations import is_dose_unit
from tricyclic.core.format import list_names
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.headings import READING_UNITS, count_unit, unit_in_column_name
from tricyclic.numerals import NumberFormat, column_mark
from tricyclic.workflows.curves.options import InterpolateOptions

# Columns that a message lists.
MAX_LISTED = 12
_CONCENTRATION = re.compile(
    r"(?:std|standards?|nominal|expected|known|calibrator|cal)?[\s_.]*"
    r"(?:conc|concentrations?|amounts?|konz|konzentration)(?:[\s_.(\[].*)?",
    re.IGNORECASE,
)
_READING = re.compile(
    r"(?:mean|net|raw|corrected|blank[\s_-]?corrected)?[\s_]*"
    r"(?:od|abs|absorbance|extinction|signal|readings?|responses?|rlu|rfu|lum|luminescence"
    r"|fluorescence|intensity|counts?|value|a[0-9]{3}|y|bound|b/b0|cpm|dpm)"
    r"[\s_]*[0-9]*(?:[\s_]*nm)?[\s_]*[a-d0-9]?(?:[\s_]*[(\[].*)?",
    re.IGNORECASE,
)
# The number of a replicate: "OD 1", "OD_a", "OD450 (2)".
_REPLICATE = re.compile(r"[\s_.#-]*(?:[0-9a-d]|[(\[][0-9a-d][)\]])$")
_SAMPLE = re.compile(
    r"(?:sample|specimen|probe|patient)(?:[\s_]?(?:id|name|no\.?|nr\.?))?|name|id", re.IGNORECASE
)
_DILUTION = re.compile(r"dil(?:ution)?(?:[\s_.]*(?:factor|fold|x))?|df|fold", re.IGNORECASE)
_ROLE = re.compile(r"role|type|sample[\s_]?type|kind|task|content", re.IGNORECASE)


def with_standard_columns(
    options: InterpolateOptions, table: DataTable, name: str
) -> tuple[InterpolateOptions, tuple[str, ...]]:
    """The options with the columns that were not named, and phrases that state them.

    Parameters
    ----------
    options : InterpolateOptions
    table : DataTable
        With the standards.
    name : str
        Of the file, for messages.

    Raises
    ------
    InputError
        If no column, or more than one, could be that of concentrations or readings.
    """
    if options.x and options.y:
        return options, ()
    named: dict[str, str] = {}
    x, y = options.x, options.y
    taken = {x, x.rpartition(":")[0], *y, options.sample, options.role, options.dilution}
    taken |= {options.weights}
    if not x and not y:
        # Nothing is named: what else the file states counts as well.
        for option, pattern in (("dilution", _DILUTION), ("sample", _SAMPLE), ("role", _ROLE)):
            free = [one for one in table.columns if one not in taken and pattern.fullmatch(one)]
            free = [one for one in free if option != "role" or _has_roles(table, one)]
            if not getattr(options, option) and len(free) == 1:
                named[option] = free[0]
                taken.add(free[0])
    if not x:
        x = named["x"] = _concentrations(table, taken, name)
        taken.add(x)
    if not y:
        y = _readings(table, taken, name)
        named["y"] = "', '".join(y)
    changed = replace(
        options,
        x=x,
        y=y,
        sample=named.get("sample", options.sample),
        dilution=named.get("dilution", options.dilution),
        role=named.get("role", options.role),
    )
    words = {
        "x": "concentrations of standards",
        "y": "readings",
        "sample": "sample names",
        "dilution": "dilution factors",
        "role": "roles",
    }
    phrases = [f"{words[key]} in '{named[key]}'" for key in words if key in named]
    return changed, ("; ".join(phrases),)


def _concentrations(table: DataTable, taken: set[str], name: str) -> str:
    free = [one for one in table.columns if one not in taken and _is_numeric(table, one)]
    by_unit = [one for one in free if is_dose_unit(unit_in_column_name(one))]
    by_unit = [one for one in by_unit if unit_in_column_name(one) != "dilution"]
    named = [one for one in free if _CONCENTRATION.fullmatch(one.strip())]
    candidates = by_unit if len(by_unit) == 1 else named or by_unit
    if len(candidates) == 1:
        return candidates[0]
    raise _not_named("concentrations of standards", "x", candidates, table, name)


def _readings(table: DataTable, taken: set[str], name: str) -> tuple[str, ...]:
    free = [one for one in table.columns if one not in taken and _is_numeric(table, one)]
    free = [one for one in free if not _DILUTION.fullmatch(one)]
    named = [one for one in free if _READING.fullmatch(one.strip()) or _has_signal_unit(one)]
    candidates = named or free
    groups = {_REPLICATE.sub("", one.strip().lower()) for one in candidates}
    if candidates and (len(candidates) == 1 or len(groups) == 1):
        return tuple(candidates)
    raise _not_named("readings", "y", candidates, table, name)


def _has_signal_unit(column: str) -> bool:
    unit = unit_in_column_name(column)
    return unit in READING_UNITS.values() or bool(count_unit(unit))


def _not_named(
    what: str, option: str, candidates: Sequence[str], table: DataTable, name: str
) -> InputError:
    listed = list_names([f"'{one}'" for one in table.columns], MAX_LISTED)
    problem = f"no column of {what} is named"
    if len(candidates) > 1:
        several = list_names([f"'{one}'" for one in candidates], MAX_LISTED)
        problem += f", and it may be {several}"
    example = f'"{candidates[0]}"' if candidates else "COLUMN"
    return InputError(
        f"{problem}. Columns of {name} are {listed}",
        where=option,
        do=f"Add --{option} {example}",
    )


def _has_roles(table: DataTable, column: str) -> bool:
    cells = [cell.strip().lower().rstrip("0123456789 _-#") for cell in table.text.get(column, ())]
    return bool(cells) and all(cell in ROLES for cell in cells)


def _is_numeric(table: DataTable, column: str) -> bool:
    """Whether most cells of a column are numbers; marks of no concentration and roles are none."""
    if column in table.values:
        return True
    cells = [cell for cell in table.text[column] if cell.strip().lower() not in NO_CONCENTRATION]
    numbers = NumberFormat(column_mark(cells) or ".")
    read = sum(numbers.read(cell) is not None for cell in cells)
    return 2 * read > len(cells)
