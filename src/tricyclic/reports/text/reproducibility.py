"""Minimum significant ratio, control chart and relative potency as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.check import Check
from tricyclic.core.format import format_confidence_interval, format_number, wrap_line
from tricyclic.reports.text.checks import with_advice
from tricyclic.results.reproducibility import (
    ControlChartResult,
    MsrResult,
    RelativePotency,
    RelativePotencyResult,
)


def control_chart_text(result: ControlChartResult) -> str:
    """Centre line, control limits, then every check."""
    head = f"{result.subject}   " if result.subject else ""
    limits = f"{format_number(result.lower[-1], 4)} to {format_number(result.upper[-1], 4)}"
    line = (
        f"{head}{result.kind} chart of {len(result.runs)} runs   {result.scale}   "
        f"centre {format_number(result.centre, 4)}   control limits {limits}   "
        f"sigma {format_number(result.sigma)}"
    )
    return "\n".join([wrap_line(line), *_checks(result.checks)])


def msr_text(result: MsrResult) -> str:
    """MSR, mean ratio and limits of agreement, then every check."""
    msr = format_confidence_interval(result.msr_low, result.msr_high, result.confidence)
    ratio = format_confidence_interval(
        result.mean_ratio_low, result.mean_ratio_high, result.confidence
    )
    agreement = f"{format_number(result.agreement_low)} to {format_number(result.agreement_high)}"
    return "\n".join(
        [
            f"MSR {format_number(result.msr)}   {msr}   n = {result.n_compounds} compounds",
            f"mean ratio {format_number(result.mean_ratio)}   {ratio}",
            f"limits of agreement {agreement}",
            *_checks(result.checks),
        ]
    )


def relative_potency_text(result: RelativePotencyResult) -> str:
    """One potency per sample with its interval and its checks."""
    return "\n".join(line for one in result.potencies for line in _sample(one))


def _sample(one: RelativePotency) -> list[str]:
    # A ratio whose logarithm has no lower limit.
    low = one.low if one.low > 0 else -math.inf
    interval = format_confidence_interval(low, one.high, one.confidence)
    number = f"{format_number(one.potency)}   {interval}"
    own = format_number(one.ratio_at_own_shape)
    text = f"potency {number}   EC50 ratio with separate curve shapes {own}"
    if one.failed:
        text = f"no potency to report (the number would be {number})"
    return [
        wrap_line(f"{one.sample} relative to {one.reference}   {text}"),
        *_checks(one.checks),
    ]


def _checks(checks: Sequence[Check]) -> list[str]:
    return [wrap_line(f"  {c.level}   {with_advice(c.message, c.advice)}") for c in checks]
