"""Recovery of probes as text."""

from __future__ import annotations

import math

from tricyclic.core.format import align_columns, format_number, pluralize, wrap_line
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.probe_recovery import BATH_NOTE, MeanRecovery, ProbeRecoveryResult
from tricyclic.stats.statistics import MeanEstimate


def probe_recovery_text(result: ProbeRecoveryResult) -> str:
    """Recovery of each probe, the means over probes, and the checks."""
    level = f"{100 * result.confidence:g} % CI"
    count = len(dict.fromkeys(one.probe for one in result.probes))
    readings = sum(one.readings.size for one in result.probes)
    flow = bool(result.flows)
    head = ("by", *(["uL/min"] if flow else []))
    rows: list[tuple[str, ...]] = [("probe", *head, "readings", "recovery (%)", level, "CV (%)")]
    rows += [
        (
            one.probe,
            *_by(one.method, one.flow_uL_per_min, flow),
            str(one.readings.size),
            *recovery_numbers(one.mean, "one reading"),
            _cv(one.cv_percent),
        )
        for one in result.probes
    ]
    lines = [
        f"Probe recovery in vitro   {pluralize(count, 'probe')}   {pluralize(readings, 'reading')}",
        "",
        *align_columns(rows),
    ]
    means = [one for one in result.means if one.over == "probes"]
    if means:
        rows = [("mean", *head[1:], "probes", "recovery (%)", level, "CV (%)")]
        rows += [
            (
                *_by(f"by {one.method}", one.flow_uL_per_min, flow),
                str(one.n),
                *recovery_numbers(one.mean, "one probe"),
                _cv(one.cv_percent),
            )
            for one in means
        ]
        lines += ["", *align_columns(rows)]
        lines.append(wrap_line("  means over probes, each with one number"))
    kinds = {one.method for one in result.means}
    for kind, text in (
        ("gain", "gain: (dialysate - perfusate) / (bath - perfusate), from the bath"),
        ("loss", "loss: (perfusate - dialysate) / (perfusate - bath), retrodialysis"),
    ):
        if kind in kinds:
            lines.append(wrap_line(f"  {text}"))
    lines += ["", wrap_line(f"  note   {BATH_NOTE[0].upper()}{BATH_NOTE[1:]}.")]
    lines += check_lines(result.checks)
    lines += [wrap_line(f"  remark    {one}") for one in result.remarks]
    lines += [wrap_line(f"  read as   {one}") for one in result.read_as]
    if not result.failed:
        lines.append(wrap_line(f"  To use it: {_use(result.means[0], result.file)}"))
    return "\n".join([*lines, *unused_lines(result.unused)])


def recovery_numbers(mean: MeanEstimate, alone: str) -> tuple[str, str]:
    """Recovery and its limits in percent; a phrase for the limits of a single value."""
    limits = (
        f"{format_number(100 * mean.low)}–{format_number(100 * mean.high)}"
        if math.isfinite(mean.low) and math.isfinite(mean.high)
        else alone
    )
    return format_number(100 * mean.value), limits


def _by(method: str, flow: float, stated: bool) -> tuple[str, ...]:
    if not stated:
        return (method,)
    return method, f"{flow:g}" if math.isfinite(flow) else "not stated"


def _cv(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else ""


def _use(mean: MeanRecovery, file: str) -> str:
    value, se = mean.mean.value, mean.mean.se
    number = f"{value:.3g} +/- {se:.2g}" if math.isfinite(se) else f"{value:.3g}"
    text = f'--recovery "{number}" for the analysis of dialysate'
    return f'{text}, or recovery_in_vitro = {{ file = "{file}" }} in study.toml' if file else text
