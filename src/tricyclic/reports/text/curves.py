"""Fits of many curves, and curve models, as text."""

from __future__ import annotations

from tricyclic.core.estimate import unit_of_parameter
from tricyclic.core.format import align_columns, format_number, pluralize
from tricyclic.core.potency_columns import PotencyColumns
from tricyclic.fitting.plate_quality import MIN_PLATES
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.curves import BatchFitResult, CurveModelsResult

# Plates and curves that the text lists.
MAX_PLATES, MAX_CURVES = 10, 20


def batch_fit_text(result: BatchFitResult) -> str:
    """Number of curves by status, the most frequent first."""
    intervals = (
        f"{100 * result.confidence:g} % CI of log10 IC50"
        if result.confidence is not None
        else "no confidence intervals"
    )
    head = f"{result.file}   {result.curves:,} curves   {result.layout}   {result.model}"
    lines = [f"{head}   {intervals}"]
    width = max(map(len, result.status), default=0)
    for word, count in sorted(result.status.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"  {word:<{width}}  {count:>11,}  {100 * count / result.curves:5.1f} %")
    if result.reused_blocks:
        lines.append(
            f"  {result.reused_blocks} of {result.blocks} blocks were finished by an earlier run"
        )
    lines += _plate_lines(result)
    lines += unused_lines(result.unused)
    if result.table is not None:
        return "\n".join([*lines, "", *_first_curves(result)])
    return "\n".join([*lines, "", f"written  {result.out}"])


def _plate_lines(result: BatchFitResult) -> list[str]:
    """The plates that differ from the others, with what differs."""
    flagged = [plate for plate in result.plates if plate.flags]
    if not result.plates:
        return []
    head = f"  {pluralize(len(result.plates), 'plate')}"
    if len(result.plates) < MIN_PLATES:
        return [f"{head}, too few to compare them"]
    if not flagged:
        return [f"{head}, none differs from the others"]
    lines = [f"{head}, {len(flagged)} of them unlike the others:"]
    for plate in flagged[:MAX_PLATES]:
        numbers = (
            f"residual SD {format_number(plate.median_residual_sd)}, plateaus "
            f"{format_number(plate.median_bottom)} and {format_number(plate.median_top)}, "
            f"{plate.fitted} of {plate.curves} curves with an IC50"
        )
        lines.append(f"    {plate.plate}: {', '.join(plate.flags)} ({numbers})")
    if len(flagged) > MAX_PLATES:
        lines.append(f"    and {len(flagged) - MAX_PLATES} more")
    return lines


def _first_curves(result: BatchFitResult) -> list[str]:
    """The first rows of the fits, and how to get all of them."""
    assert result.table is not None
    table, unit = result.table, result.ic50_unit
    names = PotencyColumns(unit)
    shown = [*result.keys, names.text, "hill", "top", "bottom", "status"]
    heads = [*result.keys, f"IC50 ({unit})", "hill", "top", "bottom", "status"]
    rows = [
        tuple(_cell(table[name][k]) for name in shown)
        for k in range(min(result.curves, MAX_CURVES))
    ]
    lines = align_columns([tuple(heads), *rows])
    if result.curves > MAX_CURVES:
        lines.append(
            f"  the first {MAX_CURVES} of {result.curves:,} curves; add --out fits.csv for all"
        )
    return lines


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else format_number(value)
    return "" if value is None else str(value)


def curve_models_text(result: CurveModelsResult) -> str:
    """One line per curve model, or one model in detail."""
    if not result.full:
        return "\n".join(
            align_columns([(one.name, one.description) for one in result.curves], indent="")
        )
    (curve,) = result.curves
    parameters = [
        (
            f"{name} [{unit_of_parameter(unit, 'unit of the readings')}]" if unit else name,
            description,
            "fixed by default" if fixed else "",
        )
        for name, unit, description, fixed in curve.parameters
    ]
    return "\n".join(
        [
            curve.name,
            *(f"  {text}" for text in (curve.description, curve.equation, curve.when)),
            "",
            "columns",
            *align_columns(curve.columns),
            "",
            "parameters",
            *align_columns(parameters),
            "",
            "sources",
            *(f"  {source}" for source in curve.sources),
        ]
    )
