"""Unknowns from a standard curve as text."""

from __future__ import annotations

import math

from tricyclic.core.estimate import format_parameters
from tricyclic.core.format import (
    align_columns,
    format_number,
    pluralize,
    wrap_line,
)
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.standard_curve import InterpolatedSample, InterpolationResult, StandardLevel


def interpolation_text(result: InterpolationResult) -> str:
    """The curve, what it gives back for the standards, and the samples."""
    readings = pluralize(result.fit.n, "reading")
    levels = pluralize(len(result.standards), "standard")
    head = f"{result.curve}   {result.description}   {readings} of {levels}   {result.weighting}"
    unit = result.unit or "concentration"
    lines = [head, *format_parameters(result.fit)]
    lines += ["", *_standards(result, unit), ""]
    if result.samples:
        lines += [*_samples(result, unit), ""]
    lines += check_lines(result.checks)
    lines += [wrap_line(f"  read as   {part}") for part in result.read_as]
    return "\n".join([*lines, *unused_lines(result.unused)])


def concentration_text(sample: InterpolatedSample, digits: int = 3) -> str:
    """A concentration to print: "12.3", "> 500", "< 2.00" or "n.d."."""
    if sample.status == "in range":
        return format_number(sample.concentration, digits)
    if math.isnan(sample.bound):
        return "n.d."
    sign = ">" if sample.status == "above range" else "<"
    return f"{sign} {format_number(sample.bound, digits)}"


def interval_text(sample: InterpolatedSample) -> str:
    """Its limits; open ones beyond the range are "<" and ">", of one outside are left out."""
    if sample.status != "in range":
        return ""
    low = "<" if sample.low == 0 else format_number(sample.low)
    high = ">" if math.isinf(sample.high) else format_number(sample.high)
    if low == "<" and high == ">":
        return "not determined"
    if low == "<":
        return f"up to {high}"
    return f"from {low}" if high == ">" else f"{low}–{high}"


def _standards(result: InterpolationResult, unit: str) -> list[str]:
    rows = [("standard", "n", "reading", "CV %", "back-calculated", "recovery %", "CV %", "")]
    has_limit = not math.isnan(result.acceptance_percent)
    rows += [
        (
            f"{level.concentration:.6g} {result.unit}".rstrip(),
            str(level.n),
            format_number(level.reading, 4),
            _number(level.reading_cv_percent, 2),
            _number(level.back_calculated),
            _number(level.recovery_percent),
            _number(level.cv_percent, 2),
            _remark(level, has_limit=has_limit),
        )
        for level in result.standards
    ]
    ends = f"{format_number(result.lowest)} to {format_number(result.highest)} {unit}"
    by = f", standards within {result.acceptance_percent:g} %" if has_limit else ", all standards"
    return [*align_columns(rows), "", f"range  {ends}{by}"]


def _remark(level: StandardLevel, *, has_limit: bool) -> str:
    beyond = f"{level.n_beyond} of {level.n} beyond the curve" if level.n_beyond else ""
    refused = "not accepted" if has_limit and not level.accepted else ""
    return ", ".join(filter(None, (refused, beyond)))


def _samples(result: InterpolationResult, unit: str) -> list[str]:
    confidence = f"{100 * result.confidence:g} % CI"
    diluted = any(one.dilution != 1 for one in result.samples)
    controls = any(one.kind == "qc" for one in result.samples)
    head = ["sample", "n", "reading", *(["dilution"] if diluted else []), unit, confidence, "CV %"]
    rows = [tuple(head + (["recovery %"] if controls else []))]
    for one in result.samples:
        row = [one.sample, str(one.n), format_number(one.reading, 4)]
        row += [f"{one.dilution:.6g}"] if diluted else []
        row += [concentration_text(one), interval_text(one), _number(one.cv_percent, 2)]
        row += [_number(one.recovery_percent)] if controls else []
        rows.append(tuple(row))
    return align_columns(rows)


def _number(value: float, digits: int = 3) -> str:
    return format_number(value, digits) if math.isfinite(value) else ""
