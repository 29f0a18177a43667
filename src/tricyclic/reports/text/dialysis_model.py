"""Measured dialysate beside the model as text."""

from __future__ import annotations

import math

from tricyclic.core.format import align_columns, format_number, wrap_line
from tricyclic.results.microdialysis import MicrodialysisResult


def model_lines(result: MicrodialysisResult) -> list[str]:
    """A line for each window: measured mean and SEM, the model's median and band."""
    lines: list[str] = []
    for course in result.modelled:
        means = [m for m in result.means if m.group == course.group]
        band = f"{100 * course.coverage:g} % band" if course.runs > 1 else ""
        head = [f"{course.group}, min", "n", "measured, %", "SEM", "model, %", band]
        head += ["measured, nM", "SEM", "model, nM", band] if course.absolute else []
        rows = [tuple(head)]
        for one, mean in zip(course.fractions, means, strict=True):
            row = [
                f"{one.start_min:.0f} to {one.end_min:.0f}",
                str(mean.n),
                *map(_number, (mean.percent, mean.percent_sem, one.percent)),
                _limits(one.percent_low, one.percent_high),
            ]
            if course.absolute:
                row += map(_number, (mean.value, mean.value_sem, one.level_nM))
                row.append(_limits(one.low_nM, one.high_nM))
            rows.append(tuple(row))
        what = course.treatment or "no drug"
        source = (
            f"{course.runs} parameter sets of {course.ensemble}"
            if course.ensemble
            else "the library's values"
        )
        lines += ["", wrap_line(f"beside the model   {what}, {course.region}, {source}")]
        lines += align_columns(rows)
        lines += [wrap_line(f"  remark    {one}") for one in course.remarks]
    if lines:
        lines.append("  agreement is not tested")
        if not any(course.absolute for course in result.modelled):
            lines.append("  levels in nM are compared where the recovery of the probe is stated")
    return lines


def _number(value: float) -> str:
    return format_number(value) if math.isfinite(value) else "-"


def _limits(low: float, high: float) -> str:
    # Parameter sets that give one value, as before the treatment, have no band.
    if not high - low > 1e-9 * abs(high):
        return ""
    return f"{format_number(low)}–{format_number(high)}"
