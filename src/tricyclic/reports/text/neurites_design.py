"""The plan of a neurite experiment as text."""

from __future__ import annotations

import math

from tricyclic.core.format import align_columns, pluralize, wrap_line
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.neurites_design import NeuritesDesignResult


def neurites_design_text(result: NeuritesDesignResult) -> str:
    """Scatter, cultures needed, cultures by wells and fields, and what was assumed."""
    plan, scatter = result.plan, result.scatter
    in_fields, in_wells = (
        f"intraclass correlation {_number(one)}"
        for one in (scatter.correlation_fields, scatter.correlation_wells)
    )
    size = (
        f"{pluralize(plan.wells, 'well')} of {pluralize(plan.fields, 'field')} of "
        f"{pluralize(plan.cells, 'cell')}"
    )
    lines = [
        wrap_line(
            f"Neurite design   {result.percent:.3g} % without drug   difference "
            f"{result.difference:+g} points   power {100 * result.target:g} %"
        ),
        "",
        wrap_line(f"  scatter {result.source}"),
        *align_columns(
            [
                (
                    "of the effect between cultures",
                    f"SD {scatter.effect_sd:.1f} points, which only further cultures average",
                ),
                ("cells in a field", in_fields),
                ("cells in a well", in_wells),
                ("of a difference, as planned", f"SD {plan.sd:.1f} points with {size}"),
            ]
        ),
        "",
    ]
    if result.needed is None:
        lines.append(f"  cultures   more than 60 for {100 * result.target:g} %")
    else:
        lines.append(
            f"  cultures   {result.needed.cultures} (power {100 * result.needed.power:.0f} %)"
        )
    shown = f"{result.detectable:+.1f} points" if math.isfinite(result.detectable) else "none"
    lines.append(
        wrap_line(
            f"  as planned {pluralize(plan.cultures, 'culture')}: power {100 * plan.power:.0f} %; "
            f"smallest rise with {100 * result.target:g} %: {shown}"
        )
    )
    lines += ["", *_grid(result), ""]
    lines.append(
        wrap_line(
            f"  paired t test over cultures, two-sided at {100 * result.level:.3g} %; n is the "
            "number of cultures, and no number of cells replaces one"
        )
    )
    lines += check_lines(result.checks)
    lines += [wrap_line(f"  remark    {one}") for one in result.remarks]
    lines += [wrap_line(f"  read as   {one}") for one in result.read_as]
    return "\n".join([*lines, *unused_lines(result.unused)])


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "not known, taken as 0"


def _grid(result: NeuritesDesignResult) -> list[str]:
    """Cultures by wells (down) and fields of a well (across)."""
    by = {(one.wells, one.fields): one for one in result.grid}
    if not by:
        return []
    wells, fields = sorted({w for w, _ in by}), sorted({f for _, f in by})
    rows = [("wells", *(pluralize(f, "field") for f in fields))]
    rows += [
        (str(w), *(str(by[w, f].cultures) if (w, f) in by else "> 60" for f in fields))
        for w in wells
    ]
    return [
        f"  cultures for {100 * result.target:g} % power, {result.plan.cells} cells a field",
        *align_columns(rows),
    ]
