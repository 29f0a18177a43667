"""A screen as text: checks, hits at one concentration, curves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tricyclic.core.format import (
    align_columns,
    format_confidence_interval,
    format_number,
    format_quantity,
    pluralize,
    wrap_line,
)
from tricyclic.reports.text.checks import with_advice
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.screening import CurveHit, ScreeningResult

MAX_HITS = 10
MAX_TO_CONFIRM = 5


def screen_text(screen: ScreeningResult) -> str:
    """Number of plates by level, what did not pass, then the strongest hits."""
    levels = Counter(plate.level for plate in screen.plates)
    counts = ", ".join(f"{levels[level]} {level}" for level in ("pass", "warn", "fail"))
    lines = ["Synthetic data"] if screen.synthetic else []
    lines.append(f"{screen.name}   {pluralize(len(screen.plates), 'plate')}: {counts}")
    lines += [*_check_lines(screen), *_well_lines(screen), *_curve_lines(screen)]
    return "\n".join([*lines, *unused_lines(screen.unused)])


def _check_lines(screen: ScreeningResult) -> list[str]:
    """Checks of the screen, then those of the plates by number of plates."""
    lines = []
    for check in screen.checks:
        if check.level != "pass":
            where = f"{check.where}: " if check.where else ""
            text = with_advice(check.message, check.advice)
            lines.append(wrap_line(f"  {check.level}   {where}{text}"))
    counts = Counter(
        (check.level, check.name)
        for plate in screen.plates
        for check in plate.checks
        if check.level != "pass"
    )
    for (level, name), count in sorted(
        counts.items(), key=lambda item: (item[0][0] != "fail", -item[1])
    ):
        lines.append(f"  {level}   {name.replace('_', ' ')} on {pluralize(count, 'plate')}")
    return lines


def _rule(screen: ScreeningResult) -> str:
    return f"false discovery rate {screen.fdr:g}, effect of {screen.min_effect_percent:g} % or more"


def _well_lines(screen: ScreeningResult) -> list[str]:
    if not screen.wells:
        return []
    hits = [hit for hit in screen.wells if hit.is_hit]
    rows = [
        (
            hit.compound,
            format_quantity(hit.effect_percent, "%", 2),
            f"z {format_number(hit.z, 2)}",
            f"q {hit.q:.2g}",
        )
        for hit in hits[:MAX_HITS]
    ]
    return [
        "",
        (
            f"{len(hits)} hits among {len(screen.wells)} compounds at one concentration "
            f"({_rule(screen)})"
        ),
        *(align_columns(rows) if rows else []),
        *_and_more(len(hits)),
        *_confirm_lines([(hit.compound, hit.remark) for hit in screen.wells if hit.to_confirm]),
    ]


def _confirm_lines(waiting: Sequence[tuple[str, str]]) -> list[str]:
    """Compounds that are not called without confirmation, each with its reason."""
    if not waiting:
        return []
    lines = [f"{pluralize(len(waiting), 'compound')} with an effect to confirm, not called:"]
    lines += [wrap_line(f"  {name}: {remark}") for name, remark in waiting[:MAX_TO_CONFIRM]]
    more = len(waiting) - MAX_TO_CONFIRM
    return [*lines, f"  and {more} more"] if more > 0 else lines


def _curve_lines(screen: ScreeningResult) -> list[str]:
    if not screen.curves:
        return []
    hits = sorted(
        (curve for curve in screen.curves if curve.is_hit),
        key=lambda curve: (curve.ic50.qualifier == ">", curve.ic50.value),
    )
    rows = [_curve(curve) for curve in hits[:MAX_HITS]]
    kinds = Counter(curve.kind for curve in screen.curves).most_common()
    return [
        "",
        f"{len(hits)} hits among {len(screen.curves)} curves ({_rule(screen)})",
        *(align_columns(rows) if rows else []),
        *_and_more(len(hits)),
        *_confirm_lines(
            [(curve.compound, curve.remark) for curve in screen.curves if curve.to_confirm]
        ),
        wrap_line("  classes: " + ", ".join(f"{count} {kind}" for kind, count in kinds)),
    ]


def _curve(curve: CurveHit) -> tuple[str, ...]:
    ic50 = curve.ic50
    sign = "" if ic50.qualifier == "=" else f"{ic50.qualifier} "
    interval = (
        format_confidence_interval(ic50.low, ic50.high, ic50.confidence)
        if ic50.qualifier == "="
        else ""
    )
    return (
        curve.compound,
        f"IC50 {sign}{format_quantity(ic50.value, 'nM')}",
        interval,
        curve.description,
    )


def _and_more(hits: int) -> list[str]:
    return [f"  and {hits - MAX_HITS} more"] if hits > MAX_HITS else []
