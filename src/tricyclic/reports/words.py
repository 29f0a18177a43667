"""Numbers and findings in the words of a report's cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.check import LEVELS, Check, Level
from tricyclic.core.estimate import Estimate, interval
from tricyclic.core.evidence import Evidence
from tricyclic.core.format import figures
from tricyclic.errors import InputError
from tricyclic.results.binding import AssayResult
from tricyclic.units import convert

PLACES_NAMED = 6
SIGNS: dict[Level, str] = {"fine": "✓", "look": "▲", "stop": "✕"}


def value(estimate: Estimate, *, unit: bool = True) -> str:
    """Write the number: "0.83 nM", "> 10000 nM", "not found"."""
    if math.isnan(estimate.value):
        return "not found"
    sign = "" if estimate.relation == "=" else f"{estimate.relation} "
    return f"{sign}{figures(estimate.value)}" + (
        f" {estimate.unit}" if unit and estimate.unit else ""
    )


def value_with_limits(estimate: Estimate, *, unit: bool = False) -> str:
    """Write the number and its interval: "0.83 (0.71 to 0.97)"."""
    limits = interval(estimate)
    return value(estimate, unit=unit) + (f" ({limits})" if limits else "")


def confidence(estimates: Sequence[Estimate]) -> str:
    """Write the coverage that the intervals share: "95 % interval"."""
    levels = {estimate.confidence for estimate in estimates}
    return f"{levels.pop() * 100:g} % interval" if len(levels) == 1 else "interval"


def p_value(p: float, calibrated: float = math.nan) -> str:
    """Write a p value; the calibrated one, where there is one, with the nominal one after it."""
    if math.isfinite(calibrated):
        return f"{p_value(calibrated)} (nominal {p_value(p)})"
    return "" if math.isnan(p) else "< 0.0001" if p < 1e-4 else figures(p, 2)


def number(x: float | None, digits: int = 3) -> str:
    """Write a number that may be missing or open."""
    if x is None or math.isnan(x):
        return ""
    return ("∞" if x > 0 else "−∞") if math.isinf(x) else figures(x, digits)


def level_word(level: Level) -> str:
    """Write a level with its sign: "✓ fine"."""
    return f"{SIGNS[level]} {level}"


def level_of(cell: str) -> str:
    """Give the level that a cell such as "✓ fine" names; empty for other cells."""
    return next((level for level, sign in SIGNS.items() if cell == f"{sign} {level}"), "")


def sentence(text: str) -> str:
    """End text as a sentence."""
    return text if not text or text.endswith((".", "?", "!", "…", ":")) else f"{text}."


def tally(checks: Sequence[Check]) -> str:
    """Count the checks by level, gravest first: "1 stop, 2 look, 30 fine"."""
    counts = {level: sum(check.level == level for check in checks) for level in reversed(LEVELS)}
    return ", ".join(f"{count} {level}" for level, count in counts.items() if count) or "no check"


def doubts_of(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Checks that say look or stop, gravest first; the same doubt about several places is told once."""
    places: dict[tuple[Level, str, str], list[str]] = {}
    for check in checks:
        if check.level != "fine":
            places.setdefault((check.level, check.says, check.advice), []).append(check.where)
    told = []
    for (level, says, advice), where in places.items():
        named = list(dict.fromkeys(place for place in where if place))
        more = f" and {len(named) - PLACES_NAMED} more" if len(named) > PLACES_NAMED else ""
        told.append(
            Check("doubt", level, says, ", ".join(named[:PLACES_NAMED]) + more, advice=advice)
        )
    return tuple(sorted(told, key=lambda check: -LEVELS.index(check.level)))


def range_of(evidence: Evidence) -> str:
    """Write a published number as it was published, with its range."""
    sign = "" if evidence.relation == "=" else f"{evidence.relation} "
    told = "" if math.isnan(evidence.value) else f"{sign}{evidence.value:g}"
    if not (math.isnan(evidence.low) or math.isnan(evidence.high)):
        spread = f"{evidence.low:g} to {evidence.high:g}"
        told = f"{told} ({spread})" if told else spread
    return f"{told} {evidence.unit}".strip() if told else ""


def against(estimate: Estimate, evidence: Evidence) -> str:
    """Say how an estimate stands to a published number or range.

    "inside": the value lies in the range; "interval overlaps": only its interval reaches it; "above", "below";
    against a single number, how many times as large. Empty where the two cannot be compared.
    """
    try:
        factor = (
            1.0 if evidence.unit == estimate.unit else convert(1.0, evidence.unit, estimate.unit)
        )
    except InputError:
        return ""
    if math.isnan(estimate.value):
        return ""
    low, high = evidence.low * factor, evidence.high * factor
    if math.isnan(low) or math.isnan(high):
        there = evidence.value * factor
        comparable = estimate.relation == evidence.relation == "=" and there > 0
        return f"{figures(estimate.value / there, 2)} times as large" if comparable else ""
    ours_low = estimate.value if math.isnan(estimate.low) else estimate.low
    ours_high = estimate.value if math.isnan(estimate.high) else estimate.high
    if estimate.relation == ">":
        return "above" if estimate.value >= high else "not decided"
    if estimate.relation == "<":
        return "below" if estimate.value <= low else "not decided"
    if low <= estimate.value <= high:
        return "inside"
    if ours_low <= high and ours_high >= low:
        return "interval overlaps"
    return "above" if estimate.value > high else "below"


def guide_for(estimate: Estimate, assay: AssayResult) -> Evidence | None:
    """Find what the guide says of the same quantity, compound or group, and target."""
    for evidence in assay.evidence:
        if (
            evidence.certainty == "guide"
            and evidence.parameter.casefold() == estimate.name.casefold()
            and _same(evidence.target, estimate.target, assay.target)
            and _same(evidence.subject, estimate.subject, estimate.where, *assay.compounds)
        ):
            return evidence
    return None


def _same(name: str, *others: str) -> bool:
    return not name or name.casefold() in {other.casefold() for other in others if other}
