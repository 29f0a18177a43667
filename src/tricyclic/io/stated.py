"""From what a file says in words to units and times; what is not said stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tricyclic.errors import InputError, UnitError
from tricyclic.units import UNKNOWN, dimension, known_unit

_COUNT_NAMES = (
    (re.compile(r"c?cpm(?:[a-c]|\d{1,2})?", re.IGNORECASE), "cpm"),
    (re.compile(r"dpm(?:[a-c]|\d{1,2})?", re.IGNORECASE), "dpm"),
    (re.compile(r"cps\d?", re.IGNORECASE), "cps"),
    (re.compile(r"dps", re.IGNORECASE), "dps"),
    (re.compile(r"counts?", re.IGNORECASE), "counts"),
    (re.compile(r"bq", re.IGNORECASE), "Bq"),
)
_LONGEST_HEADING = 200
_SAYS_UNIT = re.compile(r"^\s*units?\s*[:=]\s*(\S.*?)\s*$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]{1,24}?)\s*[)\]]\s*$")


def count_unit(word: str) -> str:
    """Unit of counting that a word names: "CCPM1" and "cpm" give cpm, "DPM1" dpm; "" where it names none."""
    return next((unit for pattern, unit in _COUNT_NAMES if pattern.fullmatch(word.strip())), "")


def unit_in_heading(text: str) -> str:
    """Unit that a heading of readings states: "cpm", "Plate 1 (dpm)", "unit: RFU", "I-125 CPM"; "" where none."""
    if len(text) > _LONGEST_HEADING:
        return ""
    said = _SAYS_UNIT.match(text)
    if said:
        return count_unit(said[1]) or _known(said[1]) or said[1]
    whole = count_unit(text)
    if whole:
        return whole
    bracket = _IN_BRACKETS.search(text)
    if bracket:
        return count_unit(bracket[1]) or _known(bracket[1])
    words = {count_unit(word) for word in re.split(r"[\s_,;]+", text)} - {""}
    # One unit among a few words ("plate 1 cpm") is a heading; a longer text is a remark.
    return words.pop() if len(words) == 1 and len(text.split()) <= 4 else ""


def unit_in_column_name(name: str) -> str:
    """Unit at the end of a column's name: "conc_nM", "total_fmol_mg", "time (min)", "log10_conc_M"; unknown else."""
    text = name.strip()
    if len(text) > _LONGEST_HEADING:
        return UNKNOWN
    bracket = _IN_BRACKETS.search(text)
    found = (count_unit(bracket[1]) or _known(bracket[1])) if bracket else count_unit(text)
    if not found:
        words = [word for word in re.split(r"[\s_]+", text) if word]
        for length in (3, 2, 1):
            tail = words[-length:]
            if len(words) <= length or found:
                continue
            found = _known("/".join(word for word in tail if word != "per")) if length > 1 else ""
            found = found or (_known(tail[0]) or count_unit(tail[0]) if length == 1 else "")
    if not found:
        return UNKNOWN
    log = re.match(r"\s*log(?:10)?\s*[_\s(\[]", text, re.IGNORECASE)
    return f"log10 {found}" if log else found


def agreed_unit(stated: Iterable[str], wanted: str | None, where: str = "") -> str:
    """The unit that the file states and the user does not contradict.

    Raises
    ------
    InputError
        If they differ, or the file states two.
    """
    named = sorted({unit for unit in stated if unit})
    if len(named) > 1:
        raise InputError(
            f"states two units, {' and '.join(named)}", where=where, do="Keep one kind of reading"
        )
    if wanted is None:
        return named[0] if named else UNKNOWN
    chosen = _known(wanted) or wanted
    if named and named[0] != chosen:
        raise InputError(
            f"the file states {named[0]}, but the unit was given as {wanted}",
            where=where,
            do="Leave out the unit",
        )
    return chosen


def minutes_in_column_name(name: str) -> float | None:
    """Minutes in one unit of a time column ("time_h" gives 60); None where its name states no unit of time."""
    unit = unit_in_column_name(name)
    if unit in {UNKNOWN, ""} or unit.startswith("log10") or dimension(unit) != "time":
        return None
    return {"s": 1 / 60.0, "min": 1.0, "h": 60.0, "d": 1440.0}[unit]


def agreed_counting_time(
    stated: float | None, wanted: float | None, where: str = ""
) -> float | None:
    """Counting time [min] from the file and the user.

    Raises
    ------
    InputError
        If they differ by over 1 %, or the time is not above 0.
    """
    for value in (stated, wanted):
        if value is not None and not 0 < value < 1e6:
            raise InputError(
                f"the counting time is {value:g} min", where=where, allowed="It is above 0"
            )
    if stated is not None and wanted is not None and abs(stated - wanted) > 0.01 * stated:
        raise InputError(
            f"the file states a counting time of {stated:g} min, but it was given as {wanted:g} min",
            where=where,
            do="Leave out the counting time",
        )
    return stated if stated is not None else wanted


def date_note(dates: Iterable[str]) -> str:
    """Say how the dates of a file can be read: day first, month first, or either; "" where there are none."""
    found = [
        match
        for date in dates
        if (match := re.match(r"\s*(\d{1,2})([/.-])(\d{1,2})\2\d{2,4}", date))
    ]
    if not found:
        return ""
    example = found[0][0].strip()
    day_first = any(int(match[1]) > 12 for match in found)
    month_first = any(int(match[3]) > 12 for match in found)
    if day_first and month_first:
        return f"dates such as {example} are written in two orders; no date was used"
    if day_first or month_first:
        return f"dates are written {'day/month/year' if day_first else 'month/day/year'}"
    return f"dates such as {example} may be day/month or month/day; no date was used"


def _known(text: str) -> str:
    if not text or len(text) > 24:
        return ""
    try:
        return known_unit(text)
    except UnitError:
        return ""
