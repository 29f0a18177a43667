"""Cells of tables of dialysate: values with their states, times, ranges of times, names of
columns.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tricyclic.core.clock_time import MINUTES_IN, ClockTime, TimeKind, read_time
from tricyclic.core.fraction_table import AnimalRow, TimeIs
from tricyclic.core.fractions import State
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.delimited_text import Sheet, shortened
from tricyclic.numerals import UNSIGNED, NumberFormat

# Words in cells of values, in lower case, and what they mean.
STATES: dict[str, State] = {
    **dict.fromkeys(("quantified", "ok", "measured", "present"), "quantified"),
    **dict.fromkeys(
        ("below loq", "<loq", "< loq", "bloq", "blq", "<lloq", "< lloq", "below lloq", "blloq"),
        "below LOQ",
    ),
    **dict.fromkeys(
        ("below lod", "<lod", "< lod", "blod", "bld", "bdl", "below detection", "b.d.l.", "bd"),
        "below LOD",
    ),
    **dict.fromkeys(
        ("n.d.", "nd", "n.d", "not detected", "not found", "none detected", "no peak"), "not found"
    ),
    **dict.fromkeys(
        ("", "lost", "missing", "-", "--", "–", "—", "na", "n.a.", "n/a", "#n/a", "nan", "none"),
        "lost",
    ),
    **dict.fromkeys(
        ("spilled", "spilt", "broken", "blocked", "empty", "no sample", "not collected", "failed"),
        "lost",
    ),
}
# No unit of dialysate makes a measured value smaller or larger.
_LEAST, _LARGEST = 1e-15, 1e15
_BOUND = re.compile(r"[<≤]\s*=?\s*(\S.*)")
_RANGE = re.compile(rf"([-+−]?{UNSIGNED})\s*(?:-|–|—|−|to|\.\.)\s*([-+−]?{UNSIGNED})\s*([A-Za-z]*)")
_CLOCKS = re.compile(r"([0-9: ]+[0-9])\s*(?:-|–|—|to)\s*([0-9: ]+[0-9])")
_UNIT_AFTER = re.compile(r"\s*[(\[]\s*([^()\[\]]*?)\s*[)\]]\s*$")
# "NE_pct", "% baseline", "DA percent of baseline": values over the baseline.
_PERCENT_OF_BASELINE = re.compile(
    r"(|.*[\s_])((?:%|percent|pct|prozent)[\s_]*"
    r"(?:(?:of[\s_]+|vom[\s_]+)?(?:baseline|basal|control|bl))?)",
    re.IGNORECASE,
)
# Column of a tidy table by what it may be called, in lower case and without its unit.
COLUMNS: dict[str, tuple[str, ...]] = {
    "animal": (
        "animal",
        "animals",
        "rat",
        "mouse",
        "subject",
        "animal id",
        "rat id",
        "mouse id",
        "subject id",
        "id",
        "animal no",
        "rat no",
        "animal number",
        "tier",
        "ratte",
        "maus",
    ),
    "group": (
        "group",
        "treatment",
        "condition",
        "groups",
        "drug",
        "arm",
        "gruppe",
        "behandlung",
        "groupe",
    ),
    "start": (
        "start",
        "from",
        "begin",
        "start time",
        "time start",
        "t start",
        "t0",
        "collection start",
        "beginn",
        "anfang",
        "von",
    ),
    "end": (
        "end",
        "to",
        "stop time",
        "end time",
        "time end",
        "t end",
        "t1",
        "collection end",
        "ende",
        "bis",
    ),
    "middle": ("middle", "mid", "midpoint", "mid time", "middle time", "time mid", "mid point"),
    "time": (
        "time",
        "t",
        "times",
        "time point",
        "timepoint",
        "time after injection",
        "time after treatment",
        "time after drug",
        "zeit",
        "uhrzeit",
        "zeitpunkt",
        "temps",
    ),
    "length": ("length", "duration", "width", "bin", "fraction length", "collection time", "dauer"),
    "analyte": ("analyte", "compound", "transmitter", "substance", "analyt", "substanz"),
    "unit": ("unit", "units", "einheit"),
    "state": ("state", "status", "flag", "quality"),
    "lod": ("lod", "limit of detection"),
    "se": ("se", "standard error", "value se"),
    "name": (
        "name",
        "sample",
        "fraction",
        "sample name",
        "vial",
        "fraction no",
        "sample id",
        "sample no",
    ),
    "excluded": ("excluded", "exclude", "reason", "exclusion", "ausgeschlossen"),
    "note": ("note", "notes", "comment", "comments", "remark", "remarks", "bemerkung"),
    "treated": (
        "treated",
        "injected",
        "injection",
        "treatment time",
        "injection time",
        "drug time",
        "time of injection",
        "time of treatment",
        "drug given",
        "behandelt",
        "behandlung um",
        "zeit der behandlung",
    ),
    "dead_volume": ("dead volume", "totvolumen"),
    "flow": ("flow", "flow rate", "fluss", "flussrate"),
    "recovery": (
        "recovery",
        "recovery in vitro",
        "in vitro recovery",
        "probe recovery",
        "wiederfindung",
        "wiederfindungsrate",
    ),
    "recovery_se": ("recovery se", "recovery in vitro se", "se of recovery", "recovery error"),
}
# Columns that state the same for all fractions of an animal.
ABOUT_ANIMALS = frozenset(
    {"animal", "group", "treated", "dead_volume", "flow", "recovery", "recovery_se"}
    | {"excluded", "note"}
)
_STATISTIC = (
    r"(?:means?|average|avg|median|s\.?e\.?m\.?|s\.?e\.?|s\.?d\.?|stdev|std|n|count|cv|mittelwert)"
)
SUMMARY = re.compile(
    rf"(?:group\s+)?{_STATISTIC}(?:\s*[%(±].*)?(?:\s+[a-z0-9]+)?",
    re.IGNORECASE,
)
_SUMMARY_OF = re.compile(
    rf"\S.*[\s_.:-]\(?{_STATISTIC}\)?|{_STATISTIC}[\s_.:-]+(?:of[\s_]+)?\S.*", re.IGNORECASE
)


def summaries(names: Mapping[int, str]) -> frozenset[int]:
    """Columns that are calculated from others: "mean", "SEM", "saline mean", "n of saline".

    Parameters
    ----------
    names : mapping of int to str
        Names by column. A lone "saline n" may be an animal; beside a mean or an error it is not.
    """
    plain = {k: name for k, name in names.items() if SUMMARY.fullmatch(name)}
    named = {k for k, name in names.items() if _SUMMARY_OF.fullmatch(name)} - set(plain)
    return frozenset(plain) | (frozenset(named) if len(named) > 1 or plain else frozenset())


@dataclass(frozen=True)
class ValueCell:
    """A cell of values: its number (nan without one), its state, and the limit that it names."""

    value: float
    state: State
    lod: float = math.nan


def read_value(text: str, numbers: NumberFormat, where: str) -> ValueCell:
    """A number, "<0.05", or a word for a value that is missing or below a limit.

    Raises
    ------
    InputError
        If it is another word, or below 0.
    """
    plain = text.strip()
    value = numbers.read(plain)
    if value is not None:
        if not (value >= 0 and math.isfinite(value)):
            raise InputError(
                f"the value is {plain}",
                where=where,
                allowed="Values are 0 or more",
                do='Write "n.d." for what was not detected, and leave a lost sample empty',
            )
        if value > 0 and not _LEAST <= value <= _LARGEST:
            raise InputError(
                f"the value is {plain}",
                where=where,
                allowed=f"Values are 0, or from {_LEAST:g} to {_LARGEST:g}",
                do="Correct the cell, or state the values in another unit",
            )
        return ValueCell(value, "quantified")
    state = STATES.get(plain.lower())
    if state == "quantified":
        state = None
    if state is None and (bound := _BOUND.fullmatch(plain)):
        limit = numbers.read(bound[1].split()[0])
        if limit is not None and limit > 0:
            return ValueCell(math.nan, "below LOD", limit)
    if state is None:
        raise InputError(
            f"'{shortened(plain)}' is no value",
            where=where,
            allowed='A value is a number, "<LOQ", "<LOD", "<0.05", "n.d.", "lost" or empty',
            do="Mend the cell, or name the columns with --value and --animal",
        )
    return ValueCell(math.nan, state)


def read_state(text: str, where: str) -> State | None:
    """The state that a column of states names; None where it is empty."""
    plain = text.strip().lower()
    if not plain:
        return None
    if plain not in STATES:
        raise InputError(
            f"no state is called '{shortened(text)}'",
            where=where,
            allowed="States are quantified, below LOQ, below LOD, not found, lost",
        )
    return STATES[plain]


@dataclass(frozen=True)
class TimeCell:
    """A time, or a begin and an end."""

    first: ClockTime
    last: ClockTime | None = None


def read_time_cell(
    text: str, per_unit: float, numbers: NumberFormat, where: str
) -> TimeCell | None:
    """A time or a range of times ("-20 to 0", "10:20-10:40"); None for another text."""
    one = read_time(text, per_unit=per_unit, numbers=numbers, where=where)
    if one is not None:
        return TimeCell(one)
    plain = text.strip()
    match = _RANGE.fullmatch(plain)
    if match and match[3].lower() in MINUTES_IN:
        factor = MINUTES_IN[match[3].lower()] if match[3] else per_unit
        ends = [numbers.read(part) for part in (match[1], match[2])]
        if ends[0] is not None and ends[1] is not None:
            return TimeCell(
                ClockTime(ends[0] * factor, "minutes"), ClockTime(ends[1] * factor, "minutes")
            )
    clocks = _CLOCKS.fullmatch(plain)
    if clocks:
        first, last = (read_time(part, where=where) for part in (clocks[1], clocks[2]))
        if first is not None and last is not None:
            return TimeCell(first, last)
    return None


def common_kind(kinds: Sequence[tuple[TimeKind, str]]) -> TimeKind:
    """The one kind of all times.

    Raises
    ------
    InputError
        If there are several: minutes of one clock cannot be compared with times of day.
    """
    first = kinds[0][0] if kinds else "minutes"
    other = next(((kind, where) for kind, where in kinds if kind != first), None)
    if other is not None:
        words = {"minutes": "numbers", "time of day": "times of day", "date": "dates"}
        raise InputError(
            f"the times are {words[first]} and {words[other[0]]}",
            where=other[1],
            allowed="All times of a table are minutes, times of day (10:20), or dates with a time "
            "(2026-03-02 10:20)",
            do="Write them in one way",
        )
    return first


def name_and_unit(text: str) -> tuple[str, str]:
    """Name and unit of a heading: "time (min)", "NE [nM]", "start_min", "NE_nM", "time, min"."""
    plain = text.strip()
    match = _UNIT_AFTER.search(plain)
    if not match and (percent := _PERCENT_OF_BASELINE.fullmatch(plain)):
        unit = re.sub(r"pct|prozent", "%", percent[2].replace("_", " "), flags=re.IGNORECASE)
        return percent[1].strip(" _,"), unit.replace("vom", "of").strip()
    if match:
        return plain[: match.start()].strip(), match[1]
    name, comma, unit = plain.rpartition(",")
    if comma and len(unit) <= 16:
        return name.strip(), unit.strip()
    for mark in ("_", " "):
        name, before, unit = plain.rpartition(mark)
        if before and _is_unit(unit.replace("_per_", "/")):
            return name.strip(), unit
    return plain, ""


def _is_unit(text: str) -> bool:
    known = re.compile(
        r"[fpnum]?(?:M|mol|g)|[fpnum]?(?:mol|g)/(?:[umn]?[lL]|min|h)|min|h|s|%|uL|ul|µl|µL",
    )
    return known.fullmatch(text) is not None


def roles_of(header: Sequence[str], named: Mapping[str, str]) -> dict[str, int]:
    """Columns by what they are; `named` has those that the user named.

    Raises
    ------
    InputError
        If two columns have one role, or a named one is not there.
    """
    places: dict[str, int] = {}
    plain = [_plain(cell) for cell in header]
    for role, wanted in named.items():
        if wanted:
            places[role] = column_called(header, wanted, role)
    for role, names in COLUMNS.items():
        if role in places:
            continue
        hits = [k for k, cell in enumerate(plain) if cell in names and k not in places.values()]
        if hits:
            # The order of the names is the order of preference.
            places[role] = min(hits, key=lambda k: names.index(plain[k]))
    return places


def column_called(header: Sequence[str], wanted: str, option: str) -> int:
    """Place of a column that the user named, with or without its unit."""
    for known in (list(header), [name_and_unit(cell)[0] for cell in header]):
        if known.count(wanted) == 1:
            return known.index(wanted)
        if wanted and wanted in known:
            raise InputError(
                f"several columns are called '{wanted}'",
                where=option,
                do="Give each its own name, or name one with its unit",
            )
    raise UnknownNameError.among("column", wanted, filter(None, header), where=option)


def _plain(cell: str) -> str:
    name = name_and_unit(cell)[0].lower().replace("_", " ").strip(" .:#")
    return re.sub(r"\s+", " ", name)


def is_time_heading(cell: str) -> bool:
    """Whether a heading names times: "time (min)", "min", "t"."""
    plain = _plain(cell)
    names = (*COLUMNS["time"], *COLUMNS["middle"], *COLUMNS["start"], *COLUMNS["end"])
    # Prism calls its first column "X" where it has no title.
    return plain in names or plain in ("min", "minutes", "h", "hours", "min.", "x")


def is_value_unit(unit: str) -> bool:
    """Whether a unit may be that of values: a concentration, an amount, a rate or a percentage."""
    ends = ("M", "mol", "g", "L", "l", "min", "mol/L", "baseline", "basal", "%")
    return bool(unit) and unit not in MINUTES_IN and unit.endswith(ends)


def text_at(sheet: Sheet, row: int, column: int) -> str:
    """A cell; empty beyond the row."""
    cells = sheet.rows[row]
    return cells[column].strip() if 0 <= column < len(cells) else ""


@dataclass(frozen=True)
class RoleColumns:
    """A sheet, the row of its heading, and its columns by what they are."""

    sheet: Sheet
    header: int
    roles: Mapping[str, int]

    def text(self, row: int, role: str) -> str:
        """A cell; empty where there is no such column."""
        return text_at(self.sheet, row, self.roles[role]) if role in self.roles else ""

    def number(self, row: int, role: str, where: str) -> float:
        """A cell as a number; nan where it is empty."""
        text = self.text(row, role)
        return self.sheet.number(text, where) if text else math.nan

    def minutes_per_unit(self, role: str) -> float:
        """Minutes in the unit that the name of a column of times states."""
        unit = name_and_unit(text_at(self.sheet, self.header, self.roles[role]))[1]
        return MINUTES_IN.get(unit.lower(), 1.0)

    def time(self, row: int, role: str, where: str) -> TimeCell | None:
        """A cell as a time; None where it is empty."""
        text = self.text(row, role)
        if not text:
            return None
        cell = read_time_cell(text, self.minutes_per_unit(role), self.sheet.numbers, where)
        if cell is None:
            raise not_a_time(text, where)
        return cell

    def animal(self, row: int, where: str) -> AnimalRow:
        """What a row states about its animal."""
        about = AnimalRow(
            group=self.text(row, "group"),
            treated=self.text(row, "treated"),
            dead_volume_uL=self.number(row, "dead_volume", where),
            flow_uL_per_min=self.number(row, "flow", where),
            excluded=self.text(row, "excluded"),
            note=self.text(row, "note"),
            where=where,
        )
        return replace(about, **self.recovery(row, where))

    def recovery(self, row: int, where: str) -> dict[str, Any]:
        """Recovery of the probe and its error: "0.12", "0.12 +/- 0.01", "12 %"; percent as a share.

        Raises
        ------
        InputError
            If a cell is not a number.
        """
        read = {"recovery": math.nan, "recovery_se": math.nan}
        for role in read:
            text = self.text(row, role)
            if not text:
                continue
            heading = name_and_unit(text_at(self.sheet, self.header, self.roles[role]))[1]
            share = 0.01 if "%" in (heading + text) else 1.0
            parts = re.split(r"\+/-|±", text.replace("%", ""))
            numbers = [share * self.sheet.number(part.strip(), where) for part in parts]
            read[role] = numbers[0]
            if role == "recovery" and len(numbers) == 2:
                read["recovery_se"] = numbers[1]
        return read


def not_a_time(text: str, where: str) -> InputError:
    """The error for a cell that is no time."""
    return InputError(
        f"'{shortened(text)}' is no time",
        where=where,
        allowed="A time is a number, a time of day (10:20), a date with a time (2026-03-02 10:20), "
        "or a begin and an end (0-20)",
    )


def time_meaning(roles: Mapping[str, int]) -> TimeIs:
    """What a single time is, by the columns of times; empty where they leave it open."""
    if "middle" in roles:
        return "middle"
    if "end" in roles and "start" not in roles:
        return "end"
    return "start" if "start" in roles and "end" not in roles else ""
