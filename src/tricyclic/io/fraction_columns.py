"""Columns of tables of dialysate by their headings: what they are, and their units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tricyclic.core.clock_time import MINUTES_IN
from tricyclic.errors import InputError, UnknownNameError

_UNIT_AFTER = re.compile(r"\s*[(\[]\s*([^()\[\]]*?)\s*[)\]]\s*$")
# "flow_uL_per_min", "NE fmol/20 uL": the name, and a unit of two parts.
_UNIT_OF_TWO = re.compile(
    r"(?P<name>\S.*?)[\s_,]+(?P<unit>[fpnumµμ]?(?:mol|M|g|[lL])(?:/|[\s_]per[\s_])"
    r"(?:[0-9]+(?:\.[0-9]+)?[\s_]*)?(?:[umnµμ]?[lL]|min|h))"
)
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
        "clock",
        "clock time",
        "time of day",
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
        "treated at",
        "treatment at",
        "injected at",
        "injection at",
        "drug at",
        "drug given at",
        "time treated",
        "time injected",
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
    "recovery_se": (
        "recovery se",
        "recovery sem",
        "se recovery",
        "recovery in vitro se",
        "se of recovery",
        "recovery error",
    ),
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


def name_and_unit(text: str) -> tuple[str, str]:
    """Name and unit of a heading: "time (min)", "NE [nM]", "start_min", "NE_nM", "time, min"."""
    plain = text.strip()
    match = _UNIT_AFTER.search(plain)
    if not match and (percent := _PERCENT_OF_BASELINE.fullmatch(plain)):
        unit = re.sub(r"pct|prozent", "%", percent[2].replace("_", " "), flags=re.IGNORECASE)
        return percent[1].strip(" _,"), unit.replace("vom", "of").strip()
    if match:
        return plain[: match.start()].strip(), match[1]
    if two := _UNIT_OF_TWO.fullmatch(plain):
        unit = re.sub(r"[\s_]per[\s_]", "/", two["unit"]).replace("_", " ")
        return two["name"].strip(), unit
    name, comma, unit = plain.rpartition(",")
    if comma and len(unit) <= 16:
        return name.strip(), unit.strip()
    for mark in ("_", " "):
        name, before, unit = plain.rpartition(mark)
        if before and _is_unit(unit):
            return name.strip(), unit
    return plain, ""


def _is_unit(text: str) -> bool:
    known = re.compile(r"[fpnum]?(?:M|mol|g)|min|h|s|%|[numµμ][lL]")
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
