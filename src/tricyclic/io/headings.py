"""Units, counting times and dates from the headings of a file; what a file omits is unknown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tricyclic.core.concentrations import is_dose_unit, log10_of
from tricyclic.errors import InputError, UnitError
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import convert, dimension, known_unit

_COUNT_NAMES = (
    (re.compile(r"c?cpm(?:[a-c]|[0-9]{1,2})?", re.IGNORECASE), "cpm"),
    (re.compile(r"dpm(?:[a-c]|[0-9]{1,2})?", re.IGNORECASE), "dpm"),
    (re.compile(r"cps[0-9]?", re.IGNORECASE), "cps"),
    (re.compile(r"dps", re.IGNORECASE), "dps"),
    (re.compile(r"counts?", re.IGNORECASE), "counts"),
    (re.compile(r"bq", re.IGNORECASE), "Bq"),
)
# Units in which plate readers give their readings, by detection.
READING_UNITS = {"absorbance": "OD", "fluorescence": "RFU", "luminescence": "RLU"}
_LONGEST_HEADING = 200
_UNIT_LINE = re.compile(r"^\s*units?\s*[:=]\s*(\S.*?)\s*$", re.IGNORECASE)
# What stands before the unit of the readings in a title, and words after it.
_BEFORE_UNIT = re.compile(r"[,;:–—]|\s-\s|\bin\b")
_AFTER_UNIT = re.compile(
    r"\s*(?:of\s+)?(?:(?:membrane\s+|total\s+)?(?:protein|prot\.?)|tissue|control|bound|inhibition"
    r"|specific(?:\s+binding)?|well)\s*$",
    re.IGNORECASE,
)
_READING_KINDS = (
    "density",
    "amount",
    "counts",
    "count rate",
    "activity",
    "absorbance",
    "fluorescence",
    "luminescence",
)
# A logarithm: "log10 conc", "conc_log10_nM", "logIC50".
_LOG = re.compile(
    r"(?:^|[\s_(\[])log(?:10)?(?:[\s_(\[]|(?=(?:conc|dose|ic50|ec50|ki|kd|ac50)))", re.IGNORECASE
)
# A column called by its signal, with the wavelength: "OD", "OD450", "RFU".
_SIGNAL = re.compile(r"(OD|od|RFU|rfu|RLU|rlu|RU|mP|mAU)[\s_]?(?:[0-9]{3,4}(?:[\s_]?nm)?)?")
_SIGNAL_UNITS = {"od": "OD", "rfu": "RFU", "rlu": "RLU"}
_DILUTION = re.compile(r"(?:fold[\s_]+)?dilution(?:[\s_]+factor)?", re.IGNORECASE)
_OF_TIME = re.compile(
    r"(t|x|time|times|zeit|temps|.*incubat|.*wash|elapsed|duration|delay|lag|age|after|since|half)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]{1,24}?)\s*[)\]]\s*$")


def without_accents(text: str) -> str:
    """Letters without their marks: "Qualitätskontrolle" as "Qualitatskontrolle"."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def count_unit(word: str) -> str:
    """Unit of counting that a word means: "CCPM1" and "cpm" are cpm, "DPM1" is dpm; else ""."""
    return next((unit for pattern, unit in _COUNT_NAMES if pattern.fullmatch(word.strip())), "")


def detection_unit(text: str) -> str:
    """Unit of the readings of a detection that a text names ("Fluorescence (FI)"); else ""."""
    named = {unit for word, unit in READING_UNITS.items() if word in text.lower()}
    return named.pop() if len(named) == 1 else ""


def unit_in_heading(text: str) -> str:
    """Unit in a heading of readings: "cpm", "Plate 1 (dpm)", "unit: RFU", "I-125 CPM"; else ""."""
    if len(text) > _LONGEST_HEADING:
        return ""
    line = _UNIT_LINE.match(text)
    if line:
        return count_unit(line[1]) or _known(line[1]) or line[1]
    whole = count_unit(text)
    if whole:
        return whole
    bracket = _IN_BRACKETS.search(text)
    if bracket:
        return count_unit(bracket[1]) or _known(bracket[1])
    words = {count_unit(word) for word in re.split(r"[\s_,;]+", text)} - {""}
    # One unit among a few words ("plate 1 cpm") is a heading; a longer text is a comment.
    return words.pop() if len(words) == 1 and len(text.split()) <= 4 else ""


def unit_in_title(text: str) -> str:
    """Unit of readings in a title: "Saturation, fmol/mg protein", "Inhibition (%)"; else "".

    A unit of a concentration, a dose or a time in a title is not that of the readings.
    """
    if len(text) > _LONGEST_HEADING:
        return ""
    *before, last = _BEFORE_UNIT.split(text)
    own = last.strip(" ()[]") if before else text.strip(" ()[]")
    shorter = _AFTER_UNIT.sub("", own)
    plain = (count_unit(one) or _known(one) for one in (own, shorter) if one)
    unit = unit_in_heading(text) or next((one for one in plain if one), "")
    try:
        return unit if unit == "%" or dimension(unit) in _READING_KINDS else ""
    except UnitError:
        return ""


def unit_in_column_name(name: str) -> str:
    """Unit at the end of a column name: "conc_nM", "total_fmol_mg", "time (min)"; else unknown."""
    text = name.strip()
    if len(text) > _LONGEST_HEADING:
        return UNKNOWN
    if _DILUTION.fullmatch(text):
        return "dilution"
    if signal := _SIGNAL.fullmatch(text):
        return _SIGNAL_UNITS.get(signal[1], signal[1])
    bracket = _IN_BRACKETS.search(text)
    inside = bracket[1] if bracket else ""
    if is_dose_unit(inside) and log10_of(inside):
        return f"log10 {log10_of(inside)}"
    unit = (count_unit(inside) or _known(inside)) if bracket else count_unit(text)
    unit = unit or _unit_of_last_words([word for word in re.split(r"[\s_]+", text) if word])
    if not unit and "_" in text and not re.search(r"\s", text):
        # Names of programs end in a unit: "tmax_h".
        unit = _known(text.rpartition("_")[2])
    if not unit:
        return UNKNOWN
    return f"log10 {unit}" if _LOG.search(text) else unit


def _unit_of_last_words(words: list[str]) -> str:
    """Unit of the last three, two or one words: "total fmol mg" is fmol/mg."""
    for length in (3, 2):
        if len(words) > length:
            unit = _known("/".join(word for word in words[-length:] if word != "per"))
            if unit:
                return unit
    if len(words) < 2:
        return ""
    # A letter is a unit of time after a word for a time: "time h", not "vitamin d".
    is_letter = len(words[-1]) == 1 and _known(words[-1]) and dimension(words[-1]) == "time"
    if is_letter and not any(_OF_TIME.match(word) for word in words[:-1]):
        return ""
    return _known(words[-1]) or count_unit(words[-1])


def agreed_unit(stated: Iterable[str], wanted: str | None, where: str = "") -> str:
    """The unit of the file, or that of the user; they must not differ.

    Raises
    ------
    InputError
        If they differ, or the file has two units.
    """
    named = sorted({unit for unit in stated if unit})
    if len(named) > 1:
        raise InputError(
            f"has readings in two units, {' and '.join(named)}",
            where=where,
            do="Keep readings in one unit",
        )
    if wanted is None:
        return named[0] if named else UNKNOWN
    chosen = _known(wanted) or wanted
    if named and named[0] != chosen:
        raise InputError(
            f"the unit in the file is {named[0]}, but {wanted} was specified",
            where=where,
            do="Omit --unit",
        )
    return chosen


def minutes_in_column_name(name: str) -> float | None:
    """Minutes per unit of a time column (60 for "time_h"); None if its name has no unit of time."""
    unit = unit_in_column_name(name)
    if unit in {UNKNOWN, ""} or unit.startswith("log10") or dimension(unit) != "time":
        return None
    return convert(1.0, unit, "min")


def agreed_counting_time(
    stated: float | None, wanted: float | None, where: str = ""
) -> float | None:
    """Counting time [min] of the file, or that of the user; they must not differ.

    Raises
    ------
    InputError
        If they differ by more than 1 %, or the time is not above 0.
    """
    for value in (stated, wanted):
        if value is not None and not 0 < value < 1e6:
            raise InputError(
                f"the counting time is {value:g} min", where=where, allowed="It must be above 0"
            )
    if stated is not None and wanted is not None and abs(stated - wanted) > 0.01 * stated:
        raise InputError(
            f"the counting time in the file is {stated:g} min, but {wanted:g} min was specified",
            where=where,
            do="Omit the counting time",
        )
    return stated if stated is not None else wanted


def date_note(dates: Iterable[str]) -> str:
    """Note on the order of day and month in the dates of a file; "" if there are none."""
    matches = [
        match
        for date in dates
        if (match := re.match(r"\s*([0-9]{1,2})([/.-])([0-9]{1,2})\2[0-9]{2,4}", date))
    ]
    if not matches:
        return ""
    example = matches[0][0].strip()
    day_first = any(int(match[1]) > 12 for match in matches)
    month_first = any(int(match[3]) > 12 for match in matches)
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
