"""Times of an experiment: minutes, times of day, and dates with a time.

Each kind has its own origin, so that times of one experiment are compared only with times of the
same kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tricyclic.errors import InputError
from tricyclic.numerals import NumberFormat

TimeKind = Literal["minutes", "time of day", "date"]
MINUTES_PER_DAY = 1440.0
# Minutes in a unit of time, as tables write it.
MINUTES_IN: dict[str, float] = {
    **dict.fromkeys(("", "min", "mins", "minute", "minutes", "m"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 60.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0 / 60.0),
}
_OF_DAY = re.compile(
    r"([0-9]{1,2})[:h]([0-9]{2})(?::([0-9]{2}(?:[.,][0-9]+)?))?\s*([ap]\.?m\.?)?", re.IGNORECASE
)
_DATE = re.compile(r"([0-9]{1,4})([-/.])([0-9]{1,2})\2([0-9]{1,4})")
_BEFORE_CLOCK = re.compile(r"(?<=[0-9])T(?=[0-9])")
_WITH_UNIT = re.compile(r"(.*?)\s*([A-Za-z]+)\.?")
# A first number of a date that is no day of a month is its year.
_LEAST_YEAR = 32


@dataclass(frozen=True)
class ClockTime:
    """A time as it was written.

    Parameters
    ----------
    minutes : float
        From the origin of its kind: the origin of the experiment's own clock, midnight, or the
        first day of the calendar.
    kind : {"minutes", "time of day", "date"}
    """

    minutes: float
    kind: TimeKind


@dataclass(frozen=True)
class WrittenDate:
    """The three numbers of a date in the order in which they stand, and the mark between them."""

    numbers: tuple[int, int, int]
    mark: str

    @property
    def year_first(self) -> bool:
        """Whether it is year-month-day, which has one meaning."""
        return self.numbers[0] >= _LEAST_YEAR

    def day(self, *, day_first: bool) -> int | None:
        """Number of the day in the calendar; None if there is no such day.

        Parameters
        ----------
        day_first : bool
            Whether "3/4/2026" is the third of April. A date that begins with its year has one
            meaning.
        """
        first, second, third = self.numbers
        if self.year_first:
            year, month, day = first, second, third
        else:
            year = third if third >= 100 else 2000 + third
            month, day = (second, first) if day_first else (first, second)
        try:
            return date(year, month, day).toordinal()
        except ValueError:
            return None

    def __str__(self) -> str:
        return self.mark.join(map(str, self.numbers))


@dataclass(frozen=True)
class WrittenTime:
    """A time with the date beside it, whose numbers may still have two meanings.

    Parameters
    ----------
    minute : float
        Minutes of the experiment's own clock, or of the day.
    kind : {"minutes", "time of day", "date"}
    date : WrittenDate or None
    """

    minute: float
    kind: TimeKind
    date: WrittenDate | None = None


def written_time(
    text: str, read: Callable[[str], float | None], *, per_unit: float = 1.0
) -> WrittenTime | None:
    """The time in a text: "40", "2 h", "10:20", "10:20 PM", "2026-03-02T10:20"; None if there is
    none.

    Parameters
    ----------
    text : str
    read : function of a text
        A number as the source writes it; None for another text.
    per_unit : float
        Minutes in the unit of a number that states none.
    """
    plain = _BEFORE_CLOCK.sub(" ", " ".join(text.split()))
    minutes = minutes_in(plain, read, per_unit=per_unit)
    if minutes is not None:
        return WrittenTime(minutes, "minutes")
    day = written_date(plain)
    minute = _minute_of_day(plain.partition(" ")[2] if day else plain)
    if minute is None:
        return None
    return WrittenTime(minute, "date" if day else "time of day", day)


def written_date(text: str) -> WrittenDate | None:
    """The date at the begin of a text, "2026-03-02" or "02.03.2026"; None if there is none."""
    match = _DATE.fullmatch(text.strip().partition(" ")[0])
    if match is None:
        return None
    return WrittenDate((int(match[1]), int(match[3]), int(match[4])), match[2])


def minutes_in(
    text: str, read: Callable[[str], float | None], *, per_unit: float = 1.0
) -> float | None:
    """Minutes of a number with or without a unit of time: "40", "2 h"; None for another text.

    Parameters
    ----------
    text : str
    read : function of a text
        A number as the source writes it; None for another text.
    per_unit : float
        Minutes in the unit of a number that states none.
    """
    plain = text.strip()
    value, factor = read(plain), per_unit
    if value is None and (match := _WITH_UNIT.fullmatch(plain)):
        factor = MINUTES_IN.get(match[2].lower(), math.nan)
        value = read(match[1])
    if value is None or not math.isfinite(value * factor):
        return None
    return value * factor


def read_time(
    text: str, *, per_unit: float = 1.0, numbers: NumberFormat | None = None, where: str = ""
) -> ClockTime | None:
    """The time in a text that is read alone; None if there is none.

    Parameters
    ----------
    text : str
    per_unit : float
        Minutes in the unit of a number that states none.
    numbers : NumberFormat, optional
        Decimal mark of numbers; default: a point.
    where : str
        Place of the text, for errors.

    Raises
    ------
    InputError
        If it is a date that can be read in two ways, or that does not exist.
    """
    time = written_time(text, (numbers or NumberFormat()).read, per_unit=per_unit)
    if time is None or time.date is None:
        return None if time is None else ClockTime(time.minute, time.kind)
    if not time.date.year_first and time.date.mark != ".":
        raise InputError(
            f"the date in '{text.strip()}' can be read in two ways",
            where=where,
            do="Write it like 2026-03-02 10:20",
        )
    day = time.date.day(day_first=True)
    if day is None:
        raise InputError(
            f"there is no day '{time.date}'", where=where, do="Write it like 2026-03-02 10:20"
        )
    return ClockTime(day * MINUTES_PER_DAY + time.minute, "date")


def _minute_of_day(text: str) -> float | None:
    match = _OF_DAY.fullmatch(text.strip().removesuffix("Z"))
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2]), (match[4] or "").lower()
    second = float((match[3] or "0").replace(",", "."))
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if minute > 59 or second >= 60 or 60 * hour + minute + second / 60 > MINUTES_PER_DAY:
        return None
    return 60.0 * hour + minute + second / 60.0
