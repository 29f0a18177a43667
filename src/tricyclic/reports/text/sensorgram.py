"""Rates from sensorgrams as text."""

from __future__ import annotations

from tricyclic.core.estimate import format_interval
from tricyclic.core.format import align_columns, format_number, format_quantity, pluralize
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.sensorgram import SensorgramResult


def sensorgram_text(result: SensorgramResult) -> str:
    """Rates and affinity with their limits, the cycles, and the checks."""
    injections = sum(len(one.injections) for one in result.cycles)
    counts = ", ".join(
        (
            pluralize(len(result.cycles), "cycle"),
            pluralize(injections, "injection"),
            pluralize(result.fit.n, "reading"),
        )
    )
    rows = []
    for one in result.estimates:
        limits = format_interval(one)
        interval = f"{100 * one.confidence:g} % CI {limits}" if limits else ""
        sign = "" if one.qualifier == "=" else f"{one.qualifier} "
        rows.append((one.name, f"{sign}{format_quantity(one.value, one.unit)}", interval))
    unit = result.fit.parts[0].series.y_unit
    cycles = [("cycle", "concentrations", "readings", f"residual SD [{unit}]")]
    for cycle in result.cycles:
        levels = dict.fromkeys(f"{level * 1e9:.4g}" for _, _, level in cycle.injections)
        cycles.append(
            (
                cycle.name,
                f"{', '.join(levels)} nM",
                str(cycle.n),
                format_number(cycle.residual_sd, 2),
            )
        )
    return "\n".join(
        [
            f"sensorgram   one site   {counts}",
            *align_columns(rows),
            "",
            *align_columns(cycles),
            "",
            *check_lines(result.checks),
            *unused_lines(result.unused),
        ]
    )
