"""Times of an experiment: minutes, times of day, and dates with a time.

Each kind has its own origin, so that times of one experiment are compared only with times of the
same kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tricyclic.errors import InputError
from tricyclic.numerals import NUMBER, NumberFormat

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
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_SLASHES = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}")
_WITH_UNIT = re.compile(rf"({NUMBER})\s*([A-Za-z]*)")


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


def read_time(
    text: str, *, per_unit: float = 1.0, numbers: NumberFormat | None = None, where: str = ""
) -> ClockTime | None:
    """The time in a text: "40", "2 h", "10:20", "10:20 PM", "2026-03-02T10:20"; None if there is
    none.

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
    plain = text.strip()
    value = (numbers or NumberFormat()).read(plain)
    if value is not None:
        return ClockTime(value * per_unit, "minutes")
    match = _WITH_UNIT.fullmatch(plain)
    if match and match[2].lower() in MINUTES_IN:
        return ClockTime(float(match[1]) * MINUTES_IN[match[2].lower()], "minutes")
    minutes = minute_of_day(plain)
    if minutes is not None:
        return ClockTime(minutes, "time of day")
    day, _, clock = plain.replace("T", " ", 1).partition(" ")
    if _SLASHES.fullmatch(day):
        raise InputError(
            f"the date in '{plain}' can be read in two ways",
            where=where,
            do="Write it like 2026-03-02 10:20",
        )
    date = _DATE.fullmatch(day)
    minutes = minute_of_day(clock) if date else None
    if date is None or minutes is None:
        return None
    year, month, number = (date[1], date[2], date[3]) if date[1] else (date[6], date[5], date[4])
    try:
        days = datetime(int(year), int(month), int(number)).toordinal()
    except ValueError:
        raise InputError(
            f"there is no day '{day}'", where=where, do="Write it like 2026-03-02 10:20"
        ) from None
    return ClockTime(days * MINUTES_PER_DAY + minutes, "date")


def minute_of_day(text: str) -> float | None:
    """Minutes after midnight of "10:20", "10:20:30", "10h20", "10:20 PM" or "24:00"; None for
    another text.
    """
    match = _OF_DAY.fullmatch(text.strip().removesuffix("Z"))
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2]), (match[4] or "").lower().replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    seconds = float((match[3] or "0").replace(",", "."))
    minutes = 60.0 * hour + minute + seconds / 60.0
    return minutes if minute < 60 and seconds < 60.0 and minutes <= MINUTES_PER_DAY else None
