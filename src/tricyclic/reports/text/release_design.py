"""The plan of an evoked-release study as text."""

from __future__ import annotations

import math

from tricyclic.core.format import align_columns, format_number, pluralize, wrap_line
from tricyclic.reports.text.checks import check_lines
from tricyclic.results.release_design import ReleaseDesignResult


def release_design_text(result: ReleaseDesignResult) -> str:
    """Scatter, cultures needed, what the plan shows, and power by wells."""
    plan, scatter = result.plan, result.scatter
    lines = [
        wrap_line(
            f"Plan of an evoked-release study   ratio {result.ratio:g}   "
            f"power {100 * result.target:g} %   {pluralize(result.arms, 'arm')} against the vehicle"
        ),
        "",
        wrap_line(f"  scatter {result.source}"),
        *align_columns(
            [
                ("of wells of an arm in a culture", _cv(scatter.well_sd)),
                ("of the effect between cultures", _cv(scatter.effect_sd)),
                (f"of the effect with {pluralize(plan.wells, 'well')}", _cv(plan.sd)),
            ]
        ),
        "",
    ]
    needed = result.needed
    lines.append(
        f"  cultures needed   more than 200 for {100 * result.target:g} %"
        if needed is None
        else f"  cultures needed   {needed.cultures} with {pluralize(needed.wells, 'well')} of "
        f"each arm (power {100 * needed.power:.0f} %)"
    )
    if result.needed_cautious is not None:
        cautious = result.needed_cautious
        lines.append(
            wrap_line(
                f"  cautiously        {cautious.cultures} (power {100 * cautious.power:.0f} %), if "
                f"the scatter is {result.cautious_factor:.2f} times as large, its upper limit "
                "(80 %, one-sided)"
            )
        )
    shown = (
        f"{format_number(result.detectable)} or 1/{format_number(result.detectable)}"
        if math.isfinite(result.detectable)
        else "none"
    )
    lines.append(
        wrap_line(
            f"  as planned        {plan.cultures} cultures: power {100 * plan.power:.0f} %; "
            f"smallest effect with {100 * result.target:g} %: {shown}"
        )
    )
    sizes = [n for n in (3, 4, 5, 6, 8, 10) if n <= len(result.curves[0][1]) + 1]
    rows = [("power (%)", *(pluralize(n, "culture") for n in sizes))]
    for wells, plans in result.curves:
        by_size = {one.cultures: one for one in plans}
        rows.append((pluralize(wells, "well"), *(f"{100 * by_size[n].power:.0f}" for n in sizes)))
    level = (
        "two-sided at 5 %"
        if result.arms == 1
        else f"two-sided at 5 % over {result.arms}, as the smallest p by Holm"
    )
    lines += ["", *align_columns(rows), ""]
    lines.append(
        wrap_line(
            f"  one arm against the vehicle, paired by culture, {level}; wells average their own "
            "scatter, and not that between cultures"
        )
    )
    lines += check_lines(result.checks)
    return "\n".join([*lines, *(f"  remark    {one}" for one in result.remarks)])


def _cv(sd: float) -> str:
    return f"SD {sd:.3f} of logarithms (CV {100 * math.sqrt(math.expm1(sd**2)):.0f} %)"
