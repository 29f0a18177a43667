"""The plan of a microdialysis study as text."""

from __future__ import annotations

import math

from tricyclic.core.format import align_columns, format_number, wrap_line
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.microdialysis import PlannedPower
from tricyclic.results.microdialysis_design import MicrodialysisDesignResult


def microdialysis_design_text(result: MicrodialysisDesignResult) -> str:
    """Scatter, the planned study, animals by baseline and window, and what was assumed."""
    plan, scatter = result.plan, result.scatter
    length = f" of {result.fraction_min:g} min" if math.isfinite(result.fraction_min) else ""
    lines = [
        (
            f"Microdialysis design   ratio {result.ratio:g}   power {100 * result.target:g} %   "
            f"baseline {plan.baseline_fractions}, window {plan.window_fractions} fractions{length}"
        ),
        "",
        wrap_line(f"  scatter {result.source}"),
        *align_columns(
            [
                ("of fractions about the course", _cv(scatter.fraction_sd)),
                ("correlation of successive fractions", f"{scatter.correlation:.2f}"),
                ("of responses between animals", _cv(scatter.response_sd)),
                ("of the primary result, as planned", _cv(plan.sd)),
            ]
        ),
        "",
    ]
    if result.needed is None:
        lines.append(f"  animals per group   more than 200 for {100 * result.target:g} %")
    else:
        lines.append(f"  animals per group   {_animals(result.needed)}")
    if result.needed_cautious is not None:
        lines.append(
            wrap_line(
                f"  cautiously          {_animals(result.needed_cautious)}, if the scatter is "
                f"{result.cautious_factor:.2f} times as large, its upper limit (80 %, one-sided)"
            )
        )
    shown = (
        f"{format_number(result.detectable)} or 1/{format_number(result.detectable)}"
        if math.isfinite(result.detectable)
        else "none"
    )
    lines.append(
        wrap_line(
            f"  as planned          {plan.animals_per_group} animals per group: power "
            f"{100 * plan.power:.0f} %; smallest effect with {100 * result.target:g} %: {shown}"
        )
    )
    lines += ["", *_grid(result), ""]
    lines.append(
        wrap_line(
            "  two groups of equal size and scatter, two-sided at 5 %; baseline and window "
            "count as independent, which is cautious where fractions correlate"
        )
    )
    lines += check_lines(result.checks)
    lines += [f"  remark    {one}" for one in result.remarks]
    lines += [wrap_line(f"  read as   {one}") for one in result.read_as]
    return "\n".join([*lines, *unused_lines(result.unused)])


def _grid(result: MicrodialysisDesignResult) -> list[str]:
    """Animals per group by fractions of the baseline (down) and of the window (across)."""
    by = {(one.baseline_fractions, one.window_fractions): one for one in result.grid}
    baselines = sorted({k for k, _ in by})
    windows = sorted({m for _, m in by})
    rows = [("baseline fractions", *(f"window {m}" for m in windows))]
    rows += [
        (
            str(k),
            *(str(by[k, m].animals_per_group) if (k, m) in by else "> 200" for m in windows),
        )
        for k in baselines
    ]
    return [f"  animals per group for {100 * result.target:g} % power", *align_columns(rows)]


def _animals(plan: PlannedPower) -> str:
    return f"{plan.animals_per_group} (power {100 * plan.power:.0f} %)"


def _cv(sd: float) -> str:
    """A standard deviation on natural logarithms, with the CV that it means."""
    return f"SD {sd:.3f} of logarithms (CV {100 * math.sqrt(math.expm1(sd**2)):.0f} %)"
