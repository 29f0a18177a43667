"""What the texts above a table and the name of its sheet state: compound, unit of the readings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tricyclic.core.table import DataTable
from tricyclic.io.column_names import group_of
from tricyclic.io.delimited_text import shortened
from tricyclic.io.headings import unit_in_title
from tricyclic.unit_table import UNKNOWN

_STATED = re.compile(
    r"(?:test\s+)?(?:compound|cpd|cmpd|drug|inhibitor|competitor|substance)(?:\s+(?:name|id))?\s*"
    r"(?:[:=]\s*(?P<name>.*))?",
    re.IGNORECASE,
)
# Names of runs, dates and of sheets that have no name of their own.
_RUN = re.compile(
    r"(?:(?:independent\s+)?(?:runs?|days?|exp(?:eriment|\.)?s?|plates?|dates?|assays?|rep(?:licate)?s?|sets?"
    r"|sheets?|tables?|tabelle|feuil|blatt|hoja|foglio|n|weeks?|donors?|batch|data(?:\s*set)?|prep"
    r"(?:aration)?|membranes?|rats?|mice|mouse|animals?|passage|trial|results?|raw(?:\s*data)?)"
    r"[\s_.#=:-]*(?:[0-9]{1,8}|[a-z])?)"
    r"|[0-9\s./:_-]+|.*[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}.*"
    r"|.*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|okt|dez|mai)[a-z]*\b.*[0-9].*"
    r"|.*[0-9].*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|okt|dez|mai)[a-z]*\b.*",
    re.IGNORECASE,
)
_OF_RUN = re.compile(
    r"[\s,;_-]+(?:run|day|exp(?:eriment|\.)?|plate|rep(?:licate)?|n)[\s_.#=:-]*[0-9]{1,3}$", re.I
)
_LONGEST = 40
# Before a unit that a text above the readings states.
UNIT_FROM_TEXT = "unit of the readings"


def compounds_of_tables(tables: Sequence[DataTable]) -> tuple[tuple[str, str], ...]:
    """Compound of each table of a file and where it is written; both empty where nothing states it.

    "Compound: DMI" above a table names it. The last text above each table, or the name of its
    sheet, is a compound where all tables of the file have one and none is the name of a run.
    """
    stated = [_stated(table.titles) for table in tables]
    if any(stated):
        return tuple((name, f"the text above '{name}'") if name else ("", "") for name in stated)
    if len(tables) < 2:
        return (("", ""),) * len(tables)
    above = [table.titles[-1] if table.titles else "" for table in tables]
    for names, where in (
        (above, "the text above its table"),
        ([table.sheet for table in tables], "the name of its sheet"),
    ):
        plain = [_OF_RUN.sub("", name.strip()) for name in names]
        if all(0 < len(name) <= _LONGEST and not _RUN.fullmatch(name) for name in plain) and (
            len(set(names)) == len(names)
        ):
            return tuple((shortened(group_of(name, plain)), where) for name in plain)
    return (("", ""),) * len(tables)


def unit_above(table: DataTable, columns: Sequence[str]) -> tuple[str, str]:
    """Unit of columns of readings that state none, from the texts above the table, and the text;
    both empty where no text or more than one unit is there.

    Parameters
    ----------
    table : DataTable
    columns : sequence of str
        The columns of readings.
    """
    if any(table.units.get(name, UNKNOWN) not in (UNKNOWN, "") for name in columns):
        return "", ""
    units = {unit: text for text in table.titles if (unit := unit_in_title(text))}
    return next(iter(units.items())) if len(units) == 1 else ("", "")


def unit_note(unit: str, text: str) -> str:
    """The decision to read a unit from a text."""
    return f"{UNIT_FROM_TEXT} {unit}, from the text above '{shortened(text)}'"


def _stated(titles: Sequence[str]) -> str:
    """The compound that a text states: "Compound: DMI", or "Compound" and "DMI" beside it."""
    for k, title in enumerate(titles):
        if match := _STATED.fullmatch(title.strip()):
            name = (match["name"] or "").strip()
            if not name and ":" not in title and "=" not in title and k + 1 == len(titles):
                continue
            return name or (titles[k + 1] if k + 1 < len(titles) else "")
    return ""
