"""A quantified batch as text: lines, limits, criteria, suitability, and what the samples gave."""

from __future__ import annotations

import math
from collections import Counter

from tricyclic.core.format import align_columns, format_number, list_names, pluralize, wrap_line
from tricyclic.core.peak import STATES
from tricyclic.core.sample_list import ROLES
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.chromatography import NO_INTERNAL_STANDARD, AnalyteBatch, BatchResult

_PLURALS = {
    "standard": "standards",
    "quality control": "quality controls",
    "blank": "blanks",
    "sample": "samples",
    "suitability": "repeated standards",
}
MAX_LISTED = 6


def batch_text(result: BatchResult) -> str:
    """The batch, each analyte, suitability, checks."""
    lines = [*_head(result), ""]
    for analyte in result.analytes:
        lines += [*_analyte(result, analyte), ""]
    lines += [*_suitability(result), ""]
    lines += check_lines(result.checks)
    lines += [wrap_line(f"  remark    {remark}") for remark in result.remarks]
    return "\n".join([*lines, *unused_lines(result.unused)])


def criteria_verdict(analyte: AnalyteBatch) -> str:
    """Whether a batch meets the limits, in words that claim no more."""
    known = [one for one in analyte.criteria if one.meets is not None]
    failed = [one for one in known if not one.meets]
    open_ones = len(analyte.criteria) - len(known)
    verdict = (
        f"does not meet {len(failed)} of {len(known)} limits in the style of ICH M10"
        if failed
        else f"meets {len(known)} limits in the style of ICH M10"
    )
    return verdict + (f"; {open_ones} could not be read" if open_ones else "")


def _head(result: BatchResult) -> list[str]:
    counts = Counter(row.role for row in result.samples.injected)
    roles = [
        f"{counts[role]} {_PLURALS[role] if counts[role] != 1 else _PLURALS[role][:-1]}"
        for role in ROLES
        if counts[role]
    ]
    by = (
        f"internal standard {result.internal_standard}"
        if result.internal_standard
        else "external standards"
    )
    names = ", ".join(result)
    title = result.title or "batch"
    lines = [f"{title}   {names}   {by}"]
    lines.append(
        wrap_line(f"  {pluralize(len(result.samples.injected), 'injection')}   {', '.join(roles)}")
    )
    lost = [row.name for row in result.samples.lost if not row.excluded]
    if lost:
        lines.append(wrap_line(f"  lost   {list_names(lost, MAX_LISTED)}"))
    out = [f"{row.name} ({row.excluded})" for row in result.samples if row.excluded]
    if out:
        lines.append(wrap_line(f"  excluded   {list_names(out, MAX_LISTED)}"))
    return lines


def _analyte(result: BatchResult, analyte: AnalyteBatch) -> list[str]:
    line, unit = analyte.line, result.unit
    used = [one for one in line.standards if not one.standard.excluded]
    ratio = "area ratio" if result.internal_standard else "area"
    errors = ", ".join(f"{name}: {value:.2g} %" for name, value in line.mean_errors)
    chosen = f", chosen by the mean error of the standards ({errors})" if line.chosen else ""
    worst = max(used, key=lambda one: abs(one.error_percent))
    lines = [
        wrap_line(
            f"{analyte.analyte}   {pluralize(len(used), 'standard')} at "
            f"{pluralize(len(line.levels), 'level')}, {line.lowest:g} to {line.highest:g} {unit}"
        ),
        wrap_line(
            f"  {ratio} = {format_number(line.slope, 4)} (SE {format_number(line.slope_se, 2)}) x "
            f"{unit} {'+' if line.intercept >= 0 else '-'} "
            f"{format_number(abs(line.intercept), 3)} (SE {format_number(line.intercept_se, 2)})"
        ),
        wrap_line(f"  weight {line.weighting}{chosen}"),
        wrap_line(
            f"  standards read back with a mean error of "
            f"{dict(line.mean_errors)[line.weighting]:.2g} %, {worst.error_percent:+.1f} % at most "
            f"({worst.standard.name})"
        ),
    ]
    drift = analyte.drift
    if drift is not None:
        corrected = "corrected" if analyte.drift_corrected else "not corrected"
        lines.append(
            wrap_line(
                f"  drift of the repeated standard {drift.total_percent:+.1f} % over the batch, "
                f"{corrected}"
            )
        )
    lines += ["", *_limits(analyte, unit), "", *_criteria(analyte)]
    states = _states(analyte)
    lines += ["", *states] if states else []
    return lines


def _limits(analyte: AnalyteBatch, unit: str) -> list[str]:
    rows = [(f"LOD [{unit}]", f"LOQ [{unit}]", "by")]
    rows += [
        (
            format_number(one.lod) if math.isfinite(one.lod) else "",
            format_number(one.loq) if math.isfinite(one.loq) else "",
            one.definition,
        )
        for one in analyte.limits
    ]
    return align_columns(rows)


def _criteria(analyte: AnalyteBatch) -> list[str]:
    words = {True: "meets", False: "does not meet", None: "not read"}
    rows = [("limit", "value", "allowed", "")]
    rows += [
        (
            one.name,
            one.value + (f" ({list_names(one.names, 3)} outside)" if one.names else ""),
            one.limit,
            words[one.meets],
        )
        for one in analyte.criteria
    ]
    return [*align_columns(rows), f"  {analyte.analyte} {criteria_verdict(analyte)}"]


def _states(analyte: AnalyteBatch) -> list[str]:
    roles = ("sample", "quality control", "blank")
    counts = {
        role: Counter(
            a.outcome for a in analyte.amounts if a.row.role == role and not a.row.excluded
        )
        for role in roles
    }
    unread = any(one[NO_INTERNAL_STANDARD] for one in counts.values())
    states = (*STATES, NO_INTERNAL_STANDARD) if unread else STATES
    rows: list[tuple[str, ...]] = [(analyte.analyte, *states)]
    rows += [
        (_PLURALS[role], *(str(counts[role][state]) for state in states))
        for role in roles
        if sum(counts[role].values())
    ]
    return align_columns(rows) if len(rows) > 1 else []


def _suitability(result: BatchResult) -> list[str]:
    rows = [("standards", "n", "RSD of time", "RSD of response", "tailing", "plates", "resolution")]
    rows += [
        (
            one.compound,
            str(one.injections),
            _number(one.retention_rsd_percent, " %"),
            _number(one.area_rsd_percent, " %"),
            _number(one.tailing),
            f"{one.plates:.0f}" if math.isfinite(one.plates) else "",
            _number(one.resolution),
        )
        for one in result.suitability
    ]
    return align_columns(rows)


def _number(value: float, unit: str = "") -> str:
    return f"{value:.2f}{unit}" if math.isfinite(value) else ""
