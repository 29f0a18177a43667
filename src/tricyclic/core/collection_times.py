"""Times of a laboratory book on one clock in minutes: dates, times of day, or minutes.

All times of one animal are of one kind. Times of day that go back have passed midnight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from tricyclic.core.clock_time import (
    MINUTES_PER_DAY,
    TimeKind,
    WrittenTime,
    minutes_in,
    written_date,
    written_time,
)
from tricyclic.errors import InputError
from tricyclic.numerals import parse_number

# An end that is before its start by less is a typing error, and by more after midnight.
LEAST_OF_MIDNIGHT = 720.0
# A sample that ends later than so many lengths of the others after the one before is not one alone.
LONGEST_OF_ONE = 1.25
ALLOWED = "A time is a number of minutes, a time of day (14:05), or a date with one"


@dataclass(frozen=True)
class CollectionTimes:
    """When the vials of one animal were placed and taken away, on one clock.

    Attributes
    ----------
    kind : {"minutes", "time of day", "date"}
    starts_min, ends_min : tuple of float
        Minutes; of times of day and dates, after 0:00 of the first day.
    where : str
        Of the animal, for errors.
    """

    kind: TimeKind
    starts_min: tuple[float, ...]
    ends_min: tuple[float, ...]
    where: str = ""
    first_day: int = 0
    day_first: bool | None = None

    def minute(self, text: str, where: str = "") -> float:
        """Another time of this animal on its clock, such as that of the treatment.

        A time of day is that which lies within the collection, or else is nearest to it.

        Parameters
        ----------
        text : str
        where : str
            For errors.

        Raises
        ------
        InputError
            If it is no time, or of another kind than those of the samples.
        """
        at = where or self.where
        moment = _time(text, at)
        if moment.kind != self.kind:
            raise InputError(
                f"'{text}' is {_KINDS[moment.kind]}, and the times of the samples are "
                f"{_PLURALS[self.kind]}",
                where=at,
                allowed="All times of one animal are of one kind",
                do=f"Write it as {_KINDS[self.kind]}",
            )
        if moment.kind == "minutes":
            return moment.minute
        if moment.kind == "date":
            return (
                _ordinal(moment, self.day_first, at) * MINUTES_PER_DAY
                + moment.minute
                - (self.first_day * MINUTES_PER_DAY)
            )
        first, last = min(self.starts_min), max(self.ends_min)
        days = range(-1, int(last // MINUTES_PER_DAY) + 2)
        placed = [moment.minute + day * MINUTES_PER_DAY for day in days]
        return min(placed, key=lambda at: max(first - at, at - last, 0.0))


_KINDS: dict[TimeKind, str] = {
    "minutes": "a number of minutes",
    "time of day": "a time of day",
    "date": "a date with a time",
}
_PLURALS: dict[TimeKind, str] = {
    "minutes": "minutes",
    "time of day": "times of day",
    "date": "dates with times",
}


def collection_times(
    starts: Sequence[str],
    ends: Sequence[str],
    *,
    where: str = "",
    places: Sequence[str] = (),
    pooled: Sequence[bool] = (),
) -> CollectionTimes:
    """Times of the samples of one animal, in any order.

    Parameters
    ----------
    starts, ends : sequence of str
        As the sample list writes them. An end may be a duration after its start: "+20 min". Where
        no sample has a start, each begins where the one before ends.
    where : str
        Name of the animal, for errors.
    places : sequence of str
        Place of each sample, for errors; by default that of the animal.
    pooled : sequence of bool
        Whether each sample is of several fractions, and may be longer than the others; by default
        none is.

    Returns
    -------
    CollectionTimes

    Raises
    ------
    InputError
        If one is no time, kinds are mixed, a date can be read in two ways, or an end is not after
        its start.
    """
    at = [places[k] if k < len(places) else where for k in range(len(starts))]
    if not any(text.strip() for text in starts) and all(_is_end(text) for text in ends):
        return _from_ends(ends, where, at, pooled)
    for kind, texts in (("start", starts), ("end", ends)):
        for k, text in enumerate(texts):
            if not text.strip():
                raise InputError(
                    f"the sample has no {kind}",
                    where=at[k],
                    do="Fill in start and end, or start and duration",
                )
    durations = [_duration(text, at[k]) for k, text in enumerate(ends)]
    begun = [_time(text, at[k]) for k, text in enumerate(starts)]
    ended = [
        None if durations[k] is not None else _time(text, at[k]) for k, text in enumerate(ends)
    ]
    every = [*begun, *(one for one in ended if one is not None)]
    texts = [*starts, *(t for t, one in zip(ends, ended, strict=True) if one is not None)]
    _check_one_kind(every, texts, where)
    day_first = _day_first(every, texts, where)
    days = [_ordinal(one, day_first, where) for one in every if one.kind == "date"]
    first_day = min(days, default=0)
    base = first_day * MINUTES_PER_DAY
    dawn = _first_of_day([m.minute for m in begun if m.kind == "time of day"], where)
    placed: list[tuple[float, float]] = []
    for k, (start, end) in enumerate(zip(begun, ended, strict=True)):
        begin = _on_clock(start, day_first, where) - base
        if start.kind == "time of day" and begin < dawn:
            begin += MINUTES_PER_DAY
        finish = begin + (durations[k] or 0.0)
        if end is not None:
            finish = _on_clock(end, day_first, where) - base
            while end.kind == "time of day" and begin - finish > LEAST_OF_MIDNIGHT:
                finish += MINUTES_PER_DAY
        if not finish > begin:
            raise InputError(
                f"the sample begins at {starts[k]} and ends at {ends[k]}",
                where=at[k],
                allowed="The end is after the start",
            )
        placed.append((begin, finish))
    return CollectionTimes(
        every[0].kind if every else "minutes",
        tuple(a for a, _ in placed),
        tuple(b for _, b in placed),
        where,
        first_day,
        day_first,
    )


def _is_end(text: str) -> bool:
    return bool(text.strip()) and not text.strip().startswith("+")


def _from_ends(
    ends: Sequence[str], where: str, at: Sequence[str], pooled: Sequence[bool]
) -> CollectionTimes:
    """Times of samples that follow each other without a pause, of which the ends are stated."""
    clock = collection_times(ends, ["+1"] * len(ends), where=where, places=at)
    stops = clock.starts_min
    order = sorted(range(len(stops)), key=lambda k: stops[k])
    together = {k for k in order if k < len(pooled) and pooled[k]}
    gaps = {b: stops[b] - stops[a] for a, b in pairwise(order)}
    single = [gap for k, gap in gaps.items() if gap > 0 and k not in together]
    if not single or order[0] in together:
        raise InputError(
            "the sample has no start, and no other one shows when it began",
            where=at[order[0]],
            do="Fill in start and end, or end and duration",
        )
    usual = median(single)
    for k, gap in gaps.items():
        if gap <= 0 or (gap > LONGEST_OF_ONE * usual and k not in together):
            raise InputError(
                f"the sample has no start, and ends {gap:g} min after the one before it; others "
                f"{usual:g} min",
                where=at[k],
                do='Fill in its start, or write "pooled" into its note if it is of several '
                "fractions",
            )
    starts = tuple(stop - gaps.get(k, usual) for k, stop in enumerate(stops))
    return replace(clock, starts_min=starts, ends_min=stops)


def _first_of_day(minutes: Sequence[float], where: str) -> float:
    """The time of day at which a collection begins: that after the longest pause.

    The order of a list may be that of the injections, and not of the collection.
    """
    sorted_minutes = sorted(set(minutes))
    if len(sorted_minutes) < 2:
        return sorted_minutes[0] if sorted_minutes else 0.0
    ends = [*sorted_minutes[1:], sorted_minutes[0] + MINUTES_PER_DAY]
    pauses = [end - start for start, end in zip(sorted_minutes, ends, strict=True)]
    longest, second = sorted(pauses, reverse=True)[:2]
    if longest < 2.0 * second:
        raise InputError(
            "the times of day are those of more than one day, or of most of a day",
            where=where,
            do="Write dates with the times: 2026-03-02 14:05",
        )
    return ends[pauses.index(longest)] % MINUTES_PER_DAY


def start_as_time(end: str, duration: str, where: str = "") -> str:
    """The start of a sample, by its end and its duration.

    Parameters
    ----------
    end, duration : str
        "10:20" and "+20 min" give "10:00".
    where : str
        For errors.
    """
    length = _duration(duration, where)
    return end if length is None else _moved(end, -length, where)


def end_as_time(start: str, end: str, where: str = "") -> str:
    """The end of a sample as a time, where it is written as a duration after its start.

    Parameters
    ----------
    start, end : str
        "10:00" and "+20 min" give "10:20"; an end that is a time is given back as it is.
    where : str
        For errors.
    """
    length = _duration(end, where)
    if length is None or not start.strip():
        return end
    return _moved(start, length, where)


def _moved(text: str, by_min: float, where: str) -> str:
    """A time so many minutes later, as it is written."""
    moment = _time(text, where)
    minute = moment.minute + by_min
    if moment.kind == "minutes":
        return f"{minute:.12g}"
    if moment.kind == "date":
        first = _day_first([moment], [text], where)
        day = datetime.fromordinal(_ordinal(moment, first, where))
        return (day + timedelta(minutes=minute)).isoformat(sep=" ", timespec="seconds")
    seconds = round(60.0 * (minute % MINUTES_PER_DAY))
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{clock}:{seconds % 60:02d}" if seconds % 60 else clock


def _on_clock(moment: WrittenTime, day_first: bool | None, where: str) -> float:
    if moment.kind != "date":
        return moment.minute
    return _ordinal(moment, day_first, where) * MINUTES_PER_DAY + moment.minute


def _duration(text: str, where: str) -> float | None:
    """Minutes of "+20" or "+20 min"; None for a time."""
    plain = text.strip()
    if not plain.startswith("+"):
        return None
    value = minutes_in(plain[1:], parse_number)
    if value is None or not value > 0:
        raise InputError(
            f"the duration is '{plain[1:].strip()}'",
            where=where,
            allowed="It is a number of minutes above 0",
        )
    return value


def _time(text: str, where: str) -> WrittenTime:
    time = written_time(text, parse_number)
    if time is None and written_date(text) is not None and " " not in text.strip():
        raise InputError(
            f"'{text}' is a date without a time", where=where, do="Add the time: 14:05"
        )
    if time is None:
        raise InputError(f"'{text}' is no time", where=where, allowed=ALLOWED)
    return time


def _check_one_kind(moments: Sequence[WrittenTime], texts: Sequence[str], where: str) -> None:
    for moment, text in zip(moments, texts, strict=True):
        if moment.kind != moments[0].kind:
            raise InputError(
                f"'{texts[0]}' is {_KINDS[moments[0].kind]}, and '{text}' is {_KINDS[moment.kind]}",
                where=where,
                allowed="All times of one animal are of one kind",
                do="Write them in one way",
            )


def _day_first(moments: Sequence[WrittenTime], texts: Sequence[str], where: str) -> bool | None:
    """Whether "3/4/2026" is the third of April; None where no date has its year at the end."""
    open_ended = [
        (moment.date, text)
        for moment, text in zip(moments, texts, strict=True)
        if moment.date and not moment.date.year_first
    ]
    if not open_ended:
        return None
    if any(day.mark == "." for day, _ in open_ended):
        return True
    days = [day.numbers for day, _ in open_ended]
    is_day, is_month = any(d[0] > 12 for d in days), any(d[1] > 12 for d in days)
    if is_day or is_month:
        return is_day
    # Dates of one day are the same minutes apart in either reading.
    if len(set(days)) == 1 or all(d[0] == d[1] for d in days):
        return True
    raise InputError(
        f"'{open_ended[0][1]}' can be read as two dates",
        where=where,
        do="Write dates as year-month-day: 2026-03-04",
    )


def _ordinal(moment: WrittenTime, day_first: bool | None, where: str) -> int:
    assert moment.date is not None
    day = moment.date.day(day_first=day_first is not False)
    if day is None:
        raise InputError(f"'{moment.date}' is no date", where=where, allowed=ALLOWED)
    return day


def time_text(given: object) -> str:
    """A time as the functions here read it, from a cell or from TOML: text, number or datetime."""
    if isinstance(given, datetime):
        return given.isoformat(sep=" ")
    if isinstance(given, float):
        return f"{given:.12g}"
    return str(given).strip()
