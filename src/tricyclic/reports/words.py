"""Numbers and findings as the text of cells."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.check import LEVELS, Check, Level
from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.evidence import Evidence
from tricyclic.core.format import format_number, format_p, format_quantity, list_names
from tricyclic.errors import InputError
from tricyclic.results.binding import AssayResult
from tricyclic.units import convert

# A warning about more places than these ends in "and 3 more".
MAX_PLACES = 6
# The check whose messages differ by the concentrations of a run, which these words precede.
OUTSIDE, _TESTED = "ic50_outside_range", " tested "
SIGNS: dict[Level, str] = {"pass": "✓", "warn": "▲", "fail": "✕"}
# What an estimate above or below a limit is called when its own interval is open.
UNDECIDED = "undecided"


def format_value(estimate: Estimate, *, unit: bool = True) -> str:
    """The number: "0.83 nM", "> 10000 nM", "not determined"."""
    if math.isnan(estimate.value):
        return "not determined"
    sign = "" if estimate.qualifier == "=" else f"{estimate.qualifier} "
    return f"{sign}{format_quantity(estimate.value, estimate.unit if unit else '')}"


def format_value_with_interval(estimate: Estimate, *, unit: bool = False) -> str:
    """The number and its interval: "0.83 (0.71–0.97)"."""
    interval = format_interval(estimate)
    return format_value(estimate, unit=unit) + (f" ({interval})" if interval else "")


def interval_name(estimates: Sequence[Estimate]) -> str:
    """What the intervals are called: "95 % CI", or "CI" where their levels differ."""
    levels = {estimate.confidence for estimate in estimates}
    return f"{levels.pop() * 100:g} % CI" if len(levels) == 1 else "CI"


def format_p_value(p: float, calibrated: float = math.nan) -> str:
    """A p value; a calibrated one is followed by the nominal one."""
    if math.isfinite(calibrated):
        return f"{format_p_value(calibrated)} (nominal {format_p_value(p)})"
    words = "" if math.isnan(p) else format_p(p, below="<")
    return words.removeprefix("p ").removeprefix("= ")


def format_optional(x: float | None, digits: int = 3) -> str:
    """A number that may be missing (empty) or infinite (∞)."""
    if x is None or math.isnan(x):
        return ""
    return ("∞" if x > 0 else "−∞") if math.isinf(x) else format_number(x, digits)


def format_level(level: Level) -> str:
    """A level with its sign: "✓ pass"."""
    return f"{SIGNS[level]} {level}"


def level_of_cell(cell: str) -> str:
    """The level of a cell such as "✓ pass" or "✕ p < 0.0001"; empty for other cells."""
    return next((level for level, sign in SIGNS.items() if cell.startswith(f"{sign} ")), "")


def group_of(estimate: Estimate, assay: AssayResult) -> str:
    """Group of a pooled estimate; empty where it describes the whole assay."""
    return estimate.where if estimate.where in {plate.group for plate in assay.plates} else ""


def fit_check(assay: AssayResult, group: str = "") -> Check | None:
    """The check of whether the readings of an assay, or of one group of it, follow their curve."""
    places = (f"{assay.name}, {group}", group) if group else (assay.name,)
    return next((c for c in assay.checks if c.name == "model_fits" and c.where in places), None)


def fit_verdict(assay: AssayResult, group: str = "") -> str:
    """The level of that check, empty where nothing tested the curve."""
    check = fit_check(assay, group)
    return check.level if check is not None else ""


def format_fit(assay: AssayResult, group: str = "") -> str:
    """The level of that check with its p: "✕ p < 0.0001"; alone where it has none."""
    check = fit_check(assay, group)
    if check is None or check.value is None:
        return "" if check is None else format_level(check.level)
    p = format_p_value(check.value)
    return f"{SIGNS[check.level]} p {p if p.startswith('<') else f'= {p}'}"


def sentence(text: str) -> str:
    """Text that ends as a sentence."""
    return text if not text or text.endswith((".", "?", "!", "…", ":")) else f"{text}."


def count_levels(checks: Sequence[Check]) -> str:
    """The number of checks by level, most severe first: "1 fail, 2 warn, 30 pass"."""
    counts = {level: sum(check.level == level for check in checks) for level in reversed(LEVELS)}
    return ", ".join(f"{count} {level}" for level, count in counts.items() if count) or "no check"


def group_warnings(checks: Sequence[Check]) -> list[tuple[Check, list[str]]]:
    """Checks that warn or fail, most severe first; equal ones once, with all their places.

    Runs whose IC50 lies on the same side of what they tested are one group, although each has its
    own range of concentrations.
    """
    groups: dict[tuple[Level, str, str], list[Check]] = {}
    for check in checks:
        if check.level != "pass":
            key = (check.level, check.message, check.advice)
            if check.name == OUTSIDE:
                key = (check.level, check.message.partition(_TESTED)[0], "")
            groups.setdefault(key, []).append(check)
    severe_first = sorted(groups.values(), key=lambda group: -LEVELS.index(group[0].level))
    return [
        (_of_all(group), list(dict.fromkeys(check.where for check in group if check.where)))
        for group in severe_first
    ]


def _of_all(group: Sequence[Check]) -> Check:
    """One check for a group: with all ranges of concentrations where they differ."""
    ranges = list(dict.fromkeys(check.message.partition(_TESTED)[2] for check in group))
    if len(ranges) < 2:
        return group[0]
    side = group[0].message.partition(_TESTED)[0]
    quantity = side.removeprefix("the ").partition(" lies ")[0]
    sign, end = ("<", "lowest") if "below" in side else (">", "highest")
    return replace(
        group[0],
        message=f"{side}{_TESTED}{list_names(ranges, MAX_PLACES)}",
        advice=f"Report an {quantity} {sign} the {end} tested concentration of the run, or test "
        "further in that direction",
    )


def collect_warnings(checks: Sequence[Check]) -> tuple[Check, ...]:
    """The groups of `group_warnings` as one check each, with a short list of places.

    Messages that differ in one quoted name only, such as that of a protocol, are one message.
    """
    groups: dict[tuple[Level, str, str], tuple[list[str], list[str]]] = {}
    for check, places in group_warnings(checks):
        names = _QUOTED.findall(check.message)
        message = _QUOTED.sub("{}", check.message) if len(names) == 1 else check.message
        all_places, all_names = groups.setdefault((check.level, message, check.advice), ([], []))
        all_places += places
        all_names += names if len(names) == 1 else []
    return tuple(
        Check(
            "combined_warning",
            level,
            message.replace("{}", list_names(names, MAX_PLACES)) if names else message,
            list_names(list(dict.fromkeys(places)), MAX_PLACES),
            advice=advice,
        )
        for (level, message, advice), (places, names) in groups.items()
    )


def keep_together(text: str) -> str:
    """Running text without line breaks inside "n = 3", "95 % CI" and between number and unit."""
    return _APART.sub(lambda match: match[0].replace(" ", "\u00a0"), text)


_APART = re.compile(
    r"\b[np] [=<>] (?=[0-9])|[0-9] ± (?=[0-9])"
    r"|[0-9] %(?: CI(?= [0-9]))?|[0-9] (?=[npµm]?M\b|[fp]mol/mg\b)"
)
_QUOTED = re.compile(r"'[^']+'")


def format_published(evidence: Evidence) -> str:
    """A published value in its own unit, with its range: "0.83 (0.6–4.4) nM"."""
    sign = "" if evidence.qualifier == "=" else f"{evidence.qualifier} "
    text = "" if math.isnan(evidence.value) else f"{sign}{evidence.value:g}"
    if not (math.isnan(evidence.low) or math.isnan(evidence.high)):
        limits = f"{evidence.low:g}–{evidence.high:g}"
        text = f"{text} ({limits})" if text else limits
    return f"{text} {evidence.unit}".strip() if text else ""


def compare_with_published(estimate: Estimate, evidence: Evidence) -> str:
    """An estimate compared with a published range or value.

    "within range": the value is in the range; "CI overlaps range": only its interval is; "above
    range", "below range"; "undecided" for a bound inside the range. Against a single value, the
    ratio: "2.1-fold". Empty where the units cannot be compared.
    """
    try:
        same_unit = evidence.unit == estimate.unit
        factor = 1.0 if same_unit else convert(1.0, evidence.unit, estimate.unit)
    except InputError:
        return ""
    if math.isnan(estimate.value):
        return ""
    low, high = evidence.low * factor, evidence.high * factor
    if math.isnan(low) or math.isnan(high):
        return _fold(estimate, evidence, evidence.value * factor)
    return _position(estimate, low, high)


def published_values(estimate: Estimate, assay: AssayResult) -> tuple[Evidence, ...]:
    """Published values of the same quantity, compound or group, and target.

    Values that were read in a paper come first, then those from memory, then the ranges of vendors.
    """
    matching = (
        evidence
        for evidence in assay.evidence
        if evidence.parameter.casefold() == estimate.name.casefold()
        and _matches(evidence.target, estimate.target, assay.target)
        and _matches(evidence.subject, estimate.subject, estimate.where, *assay.compounds)
    )
    return tuple(sorted(matching, key=lambda evidence: is_vendor_guide(evidence)))


def is_vendor_guide(evidence: Evidence) -> bool:
    """Whether a value was read on the page of a vendor, not in a paper."""
    return evidence.certainty == "vendor guide"


def short_name(assay: AssayResult) -> str:
    """What the report calls an assay: its title, else its name."""
    return assay.title or assay.name


def _fold(estimate: Estimate, evidence: Evidence, published: float) -> str:
    if not (estimate.qualifier == evidence.qualifier == "=" and published > 0):
        return ""
    return f"{format_number(estimate.value / published, 2)}-fold"


def _position(estimate: Estimate, low: float, high: float) -> str:
    """Where an estimate lies against the limits of a range in its own unit."""
    if estimate.qualifier == ">":
        return "above range" if estimate.value >= high else UNDECIDED
    if estimate.qualifier == "<":
        return "below range" if estimate.value <= low else UNDECIDED
    if low <= estimate.value <= high:
        return "within range"
    own_low = estimate.value if math.isnan(estimate.low) else estimate.low
    own_high = estimate.value if math.isnan(estimate.high) else estimate.high
    if own_low <= high and own_high >= low:
        return "CI overlaps range"
    return "above range" if estimate.value > high else "below range"


def _matches(name: str, *others: str) -> bool:
    return not name or name.casefold() in {other.casefold() for other in others if other}
