"""Curve fits and curve models as text."""

from __future__ import annotations

from tricyclic.core.estimate import format_parameters, unit_of_parameter
from tricyclic.core.format import align_columns
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.curves import BatchFitResult, CurveFitResult, CurveModelsResult


def curve_fit_text(result: CurveFitResult) -> str:
    """Parameters with their intervals, then the checks."""
    fit = result.fit
    head = f"{result.curve}   {result.description}   {fit.n} readings   {fit.status or fit.message}"
    lines = [head, *format_parameters(fit), *check_lines(fit.checks)]
    return "\n".join([*lines, *unused_lines(result.unused)])


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
    lines += unused_lines(result.unused)
    return "\n".join([*lines, "", f"written  {result.out}"])


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
