"""Comparisons as text: ratio, interval and test, then both sides."""

from __future__ import annotations

import math

from tricyclic.core.estimate import (
    Estimate,
    format_estimate,
    format_interval,
    format_p_scale,
    p_scale_name,
)
from tricyclic.core.format import (
    align_columns,
    format_number,
    format_p,
    format_quantity,
    pluralize,
    wrap_line,
)
from tricyclic.results.comparison import CompareResult, MeasuredQuantity, MeasurementComparison

# More comparisons are one table.
MOST_IN_FULL = 4


def compare_text(result: CompareResult) -> str:
    """Each comparison with its two sides; of many comparisons a table."""
    lines: list[str] = []
    if len(result.comparisons) > MOST_IN_FULL:
        lines += _table(result)
    else:
        for one in result.comparisons:
            lines += [*([""] if lines else []), *_in_full(one, several=len(result.comparisons) > 1)]
    if result.unmatched:
        listed = ", ".join(result.unmatched[:8])
        more = f" and {len(result.unmatched) - 8} more" if len(result.unmatched) > 8 else ""
        lines += ["", wrap_line(f"not in both: {listed}{more}")]
    return "\n".join(lines)


def _in_full(one: MeasurementComparison, *, several: bool) -> list[str]:
    lines = [wrap_line(f"{one.statement}.")]
    rows = [_side(one.names[0], one.a), _side(one.names[1], one.b)]
    lines += align_columns(rows)
    if one.ratio is not None and one.difference is not None and math.isfinite(one.ratio.high):
        lines.append(f"  {one.difference.name} {_number(one.difference)}")
    p = f"{format_p(one.p)}" if not math.isnan(one.p) else ""
    adjusted = f"{format_p(one.p_adjusted)} (Holm)" if several and p else ""
    lines.append(wrap_line("  " + "   ".join(x for x in (f"test: {one.test}", p, adjusted) if x)))
    lines += [wrap_line(f"  note   {remark}") for remark in one.remarks]
    return lines


def _side(name: str, side: MeasuredQuantity) -> tuple[str, ...]:
    e = side.pooled
    sign = "" if e.qualifier == "=" else f"{e.qualifier} "
    value = f"{side.endpoint} {sign}{format_quantity(e.value, e.unit)}"
    interval = format_interval(e) if e.qualifier == "=" else ""
    scale = format_p_scale(e).partition(" (")[0]
    n = len({run for run, _ in side.runs}) or e.n_experiments
    return (
        name,
        value,
        f"{100 * e.confidence:g} % CI {interval}" if interval else "",
        f"{p_scale_name(e)} {scale}" if scale else "",
        pluralize(n, "run") if n else "n not stated",
    )


def _table(result: CompareResult) -> list[str]:
    head = ("", "quantity", "A", "B", "ratio", "CI", "p", "p (Holm)")
    rows = [head]
    for one in result.comparisons:
        compared = one.ratio or one.difference
        rows.append(
            (
                _subject(one),
                one.endpoint,
                _value(one.a.pooled),
                _value(one.b.pooled),
                "" if compared is None else _value(compared),
                "" if compared is None else format_interval(compared),
                "" if math.isnan(one.p) else format_number(one.p, 2),
                "" if math.isnan(one.p_adjusted) else format_number(one.p_adjusted, 2),
            )
        )
    return [f"B / A: {result.b} / {result.a}", *align_columns(rows)]


def _subject(one: MeasurementComparison) -> str:
    a, b = one.a, one.b
    shared = [
        x
        for x, y in ((a.compound, b.compound), (a.target, b.target), (a.group, b.group))
        if x and x == y
    ]
    return ", ".join(shared) or " / ".join(one.names[::-1])


def _value(e: Estimate) -> str:
    sign = "" if e.qualifier == "=" else f"{e.qualifier} "
    return f"{sign}{format_quantity(e.value, e.unit)}"


def _number(e: Estimate) -> str:
    return format_estimate(e).partition(f"{e.name} ")[2].partition("   n")[0]
