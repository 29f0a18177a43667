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
from tricyclic.core.flow_unit import flow_factor
from tricyclic.core.formulas import formula_error, is_formula
from tricyclic.core.fraction_table import AnimalRow, TimeIs
from tricyclic.core.fractions import State
from tricyclic.errors import InputError, UnitError
from tricyclic.io.delimited_text import Sheet, shortened
from tricyclic.io.exclusion_cells import exclusion_reason
from tricyclic.io.fraction_columns import name_and_unit
from tricyclic.numerals import UNSIGNED, NumberFormat
from tricyclic.units import convert

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
    if is_formula(plain):
        raise formula_error(plain, where)
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

    def unit(self, role: str) -> str:
        """The unit that the heading of a column states; empty where it states none."""
        return name_and_unit(text_at(self.sheet, self.header, self.roles[role]))[1]

    def minutes_per_unit(self, role: str) -> float:
        """Minutes in the unit that the name of a column of times states."""
        return MINUTES_IN.get(self.unit(role).lower(), 1.0)

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
        """What a row states about its animal.

        Raises
        ------
        InputError
            If a cell is not a number, or a heading has a unit of another kind.
        """
        about = AnimalRow(
            group=self.text(row, "group"),
            treated=self.treated(row),
            dead_volume_uL=self.dead_volume(row, where),
            flow_uL_per_min=self.flow(row, where),
            excluded=self.excluded(row),
            note=self.text(row, "note"),
            where=where,
        )
        return replace(about, **self.recovery(row, where))

    def excluded(self, row: int) -> str:
        """The reason of an exclusion; empty where a cell is empty, "no" or False."""
        return exclusion_reason(self.text(row, "excluded"), "the table")

    def treated(self, row: int, unit: str = "") -> str:
        """The time of the treatment as it is written, a number with the unit of its heading.

        Parameters
        ----------
        row : int
        unit : str
            Of a number under a heading without one.
        """
        text = self.text(row, "treated")
        return with_unit(text, self.unit("treated") or unit, self.sheet.numbers) if text else ""

    def flow(self, row: int, where: str) -> float:
        """Flow in uL/min; nan where the cell is empty."""
        value = self.number(row, "flow", where)
        unit = self.unit("flow") if math.isfinite(value) else ""
        factor = flow_factor(unit) if unit else 1.0
        if factor is None:
            raise InputError(
                f"the flow is in '{unit}'",
                where=where,
                allowed="A flow is in uL/min, nL/min or mL/h",
                do='Call the column "flow (uL/min)", with its numbers in this unit',
            )
        return value * factor

    def dead_volume(self, row: int, where: str) -> float:
        """Dead volume in uL; nan where the cell is empty."""
        value = self.number(row, "dead_volume", where)
        unit = self.unit("dead_volume") if math.isfinite(value) else ""
        try:
            return convert(value, unit, "uL") if unit else value
        except UnitError:
            raise InputError(
                f"the dead volume is in '{unit}'",
                where=where,
                allowed="It is in uL, nL or mL",
                do='Call the column "dead volume (uL)", with its numbers in this unit',
            ) from None

    def recovery(self, row: int, where: str) -> dict[str, Any]:
        """Recovery of the probe and its error: "0.12", "0.12 +/- 0.01", "12 %"; percent as a share.

        Raises
        ------
        InputError
            If a cell is not a number, or an error has no recovery or is stated twice.
        """
        texts = {role: self.text(row, role) for role in ("recovery", "recovery_se")}
        texts = {k: "" if STATES.get(v.lower()) == "lost" else v for k, v in texts.items()}
        if not any(texts.values()):
            return {}
        if not texts["recovery"]:
            raise InputError(
                "has an error of the recovery, and no recovery",
                where=where,
                do="Fill in the recovery, or empty the cell of its error",
            )
        in_percent = self._is_percent(row, "recovery", texts["recovery"])
        parts = re.split(r"\+/-|\+-|±", texts["recovery"].replace("%", ""))
        beside = texts["recovery_se"]
        if len(parts) + bool(beside) > 2:
            raise InputError(
                f"the recovery is '{shortened(texts['recovery'])}'"
                + (f", with an error of {beside} beside it" if beside else ""),
                where=where,
                allowed='A recovery has one error, as "0.12 +/- 0.01" or in a column of its own',
                do="State the error once",
            )
        numbers = [self.sheet.number(part.strip(), where) for part in parts]
        share = 0.01 if in_percent else 1.0
        read = {"recovery": share * numbers[0]}
        if len(numbers) == 2:
            read["recovery_se"] = share * numbers[1]
        elif beside:
            # An error without a unit of its own has that of the recovery.
            shown = self._is_shown_as_percent(row, "recovery_se")
            own = not shown and (in_percent or self._is_percent(row, "recovery_se", beside))
            error = self.sheet.number(beside.replace("%", "").strip(), where)
            read["recovery_se"] = (0.01 if own else 1.0) * error
        return read

    def _is_percent(self, row: int, role: str, text: str) -> bool:
        """Whether a number is in percent, by its heading or text; not one that a workbook shows as
        percent, 0.12 as 12 %.
        """
        in_words = "%" in self.unit(role) + text
        return in_words and not self._is_shown_as_percent(row, role)

    def _is_shown_as_percent(self, row: int, role: str) -> bool:
        return (self.sheet.lines[row] - 1, self.roles[role]) in self.sheet.percent


def with_unit(text: str, unit: str, numbers: NumberFormat) -> str:
    """A time as it is written; a plain number with a decimal point, and with the unit where it is
    one of times.
    """
    value = numbers.read(text)
    if value is None:
        return text
    known = unit if unit.lower() in MINUTES_IN else ""
    return f"{value:.12g} {known}".strip()


def not_a_time(text: str, where: str) -> InputError:
    """The error for a cell that is no time."""
    return InputError(
        f"'{shortened(text)}' is no time",
        where=where,
        allowed="A time is a number, a time of day (10:20), a date with a time (2026-03-02 10:20), "
        "or a begin and an end (0-20)",
    )


def time_unit(columns: RoleColumns) -> str:
    """The unit in the heading of the column of times, for numbers that state none."""
    order = ("time", "end", "start", "middle")
    units = [columns.unit(key) for key in order if key in columns.roles]
    return next((unit for unit in units if unit and unit.lower() in MINUTES_IN), "")


def time_meaning(roles: Mapping[str, int]) -> TimeIs:
    """What a single time is, by the columns of times; empty where they leave it open."""
    if "middle" in roles:
        return "middle"
    if "end" in roles and "start" not in roles:
        return "end"
    return "start" if "start" in roles and "end" not in roles else ""
