"""A Ki from an IC50 as text."""

from __future__ import annotations

import math

from tricyclic.core.estimate import format_range
from tricyclic.core.format import align_columns, format_quantity, wrap_line
from tricyclic.core.stated_number import StatedInput
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.study import with_p_scale
from tricyclic.results.ki import KbResult, KiResult


def ki_text(result: KiResult) -> str:
    """The Ki and its pKi, the numbers that enter it with their share of the error, the equation."""
    lines = [wrap_line(with_p_scale(result.ki))]
    if not math.isnan(result.bound_percent):
        lines.append(wrap_line(f"  for comparison: {with_p_scale(result.cheng_prusoff)}"))
    lines += align_columns([_row(one) for one in result.inputs])
    lines.append(wrap_line(f"  {result.formula}"))
    return "\n".join([*lines, *check_lines(result.checks)])


def kb_text(result: KbResult) -> str:
    """The KB and its pKB, the numbers that enter it with their share of the error, the equation."""
    lines = [wrap_line(with_p_scale(result.kb))]
    if result.cheng_prusoff.value != result.kb.value:
        lines.append(
            wrap_line(f"  for comparison, with slope 1: {with_p_scale(result.cheng_prusoff)}")
        )
    lines += align_columns([_row(one) for one in result.inputs])
    lines.append(wrap_line(f"  {result.formula}"))
    return "\n".join([*lines, *check_lines(result.checks)])


def _row(one: StatedInput) -> tuple[str, str, str, str]:
    exact = one.log10_se == 0
    interval = "" if exact else f"({format_range(one.low, one.high)})"
    share = "treated as exact" if exact else f"{100 * one.share:.0f} % of the variance"
    return one.name, format_quantity(one.value, one.unit), interval, share
