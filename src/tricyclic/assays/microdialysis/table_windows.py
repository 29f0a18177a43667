"""When the fractions of a table were collected, where it states both ends or one time of each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.clock_time import MINUTES_PER_DAY, TimeKind
from tricyclic.core.format import pluralize
from tricyclic.core.fraction_table import FractionRow, FractionTable, TimeIs
from tricyclic.core.fractions import is_pooled
from tricyclic.errors import InputError

# A gap between two times up to so many lengths of a fraction is that fraction; a longer one has
# fractions in it that are not in the table.
ONE_FRACTION = 1.25
Rows = Mapping[str, Sequence[FractionRow]]
Windows = dict[str, list[tuple[float, float]]]


@dataclass(frozen=True)
class StatedTimes:
    """What is stated about the times of fractions apart from the table.

    Parameters
    ----------
    time_is : {"start", "middle", "end", ""}
        What a single time is; empty to decide by the name of its column, or by the times.
    fraction_min : float
        Length of the fractions; nan for the distance of their times.
    from_treatment : bool
        Whether times count from the treatment.
    """

    time_is: TimeIs = ""
    fraction_min: float = math.nan
    from_treatment: bool = True


def collection_windows(
    table: FractionTable, by_animal: Rows, stated: StatedTimes
) -> tuple[Windows, list[str]]:
    """Begin and end of the collection of every fraction.

    Parameters
    ----------
    table : FractionTable
    by_animal : mapping of str to sequence of FractionRow
        Rows of the animals that are used.
    stated : StatedTimes

    Returns
    -------
    dict of str to list of (float, float)
        For each animal and row [min on the clock of the table].
    list of str
        What was assumed.

    Raises
    ------
    InputError
        If a length is not known, or a fraction has two values.
    """
    if any(
        math.isnan(r.start_min) or math.isnan(r.end_min)
        for rows in by_animal.values()
        for r in rows
    ):
        time_is, note = _meaning(table, stated, by_animal)
    else:
        time_is, note = "", ""
    notes = [note] if note else []
    windows: Windows = {}
    lengths = _lengths(stated, by_animal)
    estimated = False
    for animal, rows in by_animal.items():
        times = _unwrapped(rows, table.time_kind)
        typical = lengths[animal]
        spans = []
        for k, row in enumerate(rows):
            shift = times[k] - _key_min(row)
            if math.isfinite(row.start_min) and math.isfinite(row.end_min):
                start, end = row.start_min + shift, row.end_min + shift
                if end < start and table.time_kind == "time of day":
                    end += MINUTES_PER_DAY
                spans.append((start, end))
                continue
            estimated |= math.isnan(row.length_min) and math.isnan(stated.fraction_min)
            if math.isnan(row.length_min) and math.isnan(typical):
                raise InputError(
                    "has one fraction, whose length is not known",
                    where=f"animal {animal}",
                    do="Add --fraction-min, or columns with start and end",
                )
            spans.append(_span(rows, times, k, time_is, typical, spans[-1:]))
        _refuse_repeated(animal, rows, spans)
        windows[animal] = spans
    if gaps := _gaps(windows):
        notes.append(
            f"{pluralize(gaps, 'gap')} between fractions of one animal: samples in them are not in "
            'the table (a pooled sample has start and end, or "pooled" in its note)'
        )
    if estimated:
        usual = sorted({round(v, 2) for v in lengths.values()})
        words = " or ".join(f"{v:g}" for v in usual[:4])
        notes.append(f"fractions of {words} min, from the distance of their times")
    return windows, notes


def single_time_checks(
    table: FractionTable, by_animal: Rows, time_is: TimeIs, windows: Windows
) -> tuple[Check, ...]:
    """Whether it is stated what single times of day are; minutes count from the treatment, so that
    a shift of one fraction shows.
    """
    rows = [row for of in by_animal.values() for row in of]
    single = any(math.isnan(row.start_min) or math.isnan(row.end_min) for row in rows)
    if not single or table.time_kind == "minutes":
        return ()
    if time_is or table.time_is:
        words = f"the times are the {time_is or table.time_is} of fractions, as stated"
        return (Check("single_times", "pass", words),)
    usual = float(np.median([end - start for spans in windows.values() for start, end in spans]))
    words = (
        "the column of times does not state whether they are the begin or the end of fractions: "
        f"they are taken as the end; as the begin, every fraction is {usual:.3g} min later"
    )
    advice = 'State --time-is end or --time-is start, or call the column "end" or "start"'
    return (Check("single_times", "warn", words, advice=advice),)


def _span(
    rows: Sequence[FractionRow],
    times: Sequence[float],
    k: int,
    time_is: TimeIs,
    typical: float,
    before: Sequence[tuple[float, float]],
) -> tuple[float, float]:
    """Begin and end of a fraction with one time: of its length, or up to its neighbour where that
    is about as far, or where it is pooled.
    """
    row, at = rows[k], times[k]
    length = row.length_min if math.isfinite(row.length_min) else typical
    pooled = math.isnan(row.length_min) and is_pooled(row.name, row.note)
    most = math.inf if pooled else ONE_FRACTION * length
    if time_is == "middle":
        half = at - before[0][1] if pooled and before and before[0][1] < at else 0.5 * length
        return at - half, at + half
    if time_is == "start":
        gap = times[k + 1] - at if k + 1 < len(rows) else length
        return at, at + (gap if 0 < gap < most else length)
    gap = at - times[k - 1] if k else length
    return at - (gap if 0 < gap < most else length), at


def _gaps(windows: Windows) -> int:
    """Number of spans of half a fraction or more between two fractions of an animal."""
    count = 0
    for spans in windows.values():
        ordered = sorted(spans)
        usual = float(np.median([end - start for start, end in ordered]))
        count += sum(b[0] - a[1] > 0.5 * usual for a, b in pairwise(ordered))
    return count


def _refuse_repeated(
    animal: str, rows: Sequence[FractionRow], spans: Sequence[tuple[float, float]]
) -> None:
    seen: dict[tuple[float, float], str] = {}
    for row, span in zip(rows, spans, strict=True):
        if span in seen:
            raise InputError(
                f"has two values for one fraction ({seen[span]} and {row.where})",
                where=f"animal {animal}",
                allowed="A fraction has one value",
                do="Average repeated injections, or correct the time or the name of the animal",
            )
        seen[span] = row.where


def _unwrapped(rows: Sequence[FractionRow], kind: TimeKind) -> list[float]:
    """Times of an animal; a time of day that falls by half a day or more is of the next day."""
    times = [_key_min(row) for row in rows]
    if kind != "time of day":
        return times
    day = 0.0
    result: list[float] = []
    for k, at in enumerate(times):
        if k and at + day < result[-1] - 0.5 * MINUTES_PER_DAY:
            day += MINUTES_PER_DAY
        result.append(at + day)
    return result


def _key_min(row: FractionRow) -> float:
    """The time of a row by which rows are in order: its begin where begin and end are known."""
    both = math.isfinite(row.start_min) and math.isfinite(row.end_min)
    return row.start_min if both else row.time_min


def _lengths(stated: StatedTimes, by_animal: Rows) -> dict[str, float]:
    """Usual length of the fractions of each animal; nan where it cannot be known."""
    lengths = {}
    for animal, rows in by_animal.items():
        if math.isfinite(stated.fraction_min):
            lengths[animal] = stated.fraction_min
            continue
        gaps = np.diff(sorted({row.time_min for row in rows}))
        lengths[animal] = float(np.median(gaps)) if gaps.size else math.nan
    known = [length for length in lengths.values() if math.isfinite(length)]
    usual = float(np.median(known)) if known else math.nan
    return {a: length if math.isfinite(length) else usual for a, length in lengths.items()}


def _meaning(
    table: FractionTable,
    stated: StatedTimes,
    by_animal: Rows,
) -> tuple[TimeIs, str]:
    """What a single time of a fraction is, and a phrase that states what was assumed."""
    if stated.time_is:
        return stated.time_is, ""
    if table.time_is:
        return table.time_is, f"times are the {table.time_is} of fractions, as the column is called"
    lengths = _lengths(stated, by_animal)
    halves = 0
    if table.time_kind == "minutes" and stated.from_treatment:
        for animal, rows in by_animal.items():
            for row in rows:
                place = (row.time_min / lengths[animal]) % 1.0 if lengths[animal] else math.nan
                halves += abs(place - 0.5) < 0.02
    if halves > 0.8 * sum(map(len, by_animal.values())):
        return "middle", (
            "times are taken as the middle of fractions, because the treatment then falls between "
            "two of them; --time-is states another meaning"
        )
    return "end", "times are taken as the end of fractions; --time-is states another meaning"
