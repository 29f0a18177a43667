"""A neurite experiment as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.format import (
    align_columns,
    format_number,
    format_quantity,
    list_names,
    pluralize,
    wrap_line,
)
from tricyclic.core.neurites import diameters_text
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.reports.words import format_p_value
from tricyclic.results.neurites import (
    MEASURES,
    NeuriteEffect,
    NeuriteFamily,
    NeuriteResponse,
    NeuritesResult,
)


def neurites_text(result: NeuritesResult) -> str:
    """Arms, the primary result with its test, secondary results, curves and checks."""
    lines = [_head(result), "", *_arms(result)]
    for family in result.families:
        lines += ["", *_family(result, family)]
    if result.without_ambiguous is not None:
        one = result.without_ambiguous
        numbers = [
            f"{e.name} {effect_number(e)} ({format_p_value(e.p_adjusted)})" for e in one.effects
        ]
        lines.append(wrap_line(f"  without ambiguous cells   {', '.join(numbers)}"))
    lines += _stimulus_and_antagonists(result)
    for response in result.responses:
        lines += ["", *_response(result, response)]
    lines += _thresholds(result)
    lines += ["", *_scatter(result)]
    if result.synthetic:
        lines.append(wrap_line(f"  synthetic data   {result.synthetic}"))
    lines += check_lines(result.checks)
    if result.cells_left_out:
        listed = list_names([f"{reason} {n}" for reason, n in result.cells_left_out], 6)
        lines.append(wrap_line(f"  cells left out   {listed}"))
    if result.left_out:
        listed = list_names([f"{name}: {reason}" for name, reason in result.left_out], 4)
        lines.append(wrap_line(f"  fields left out   {listed}"))
    lines += [wrap_line(f"  remark    {one}") for one in result.remarks]
    lines += [wrap_line(f"  read as   {one}") for one in result.table.read_as]
    return "\n".join([*lines, *unused_lines(result.table.unused)])


def primary_lines(result: NeuritesResult) -> list[str]:
    """Lines on the primary result, for reports that have more to state."""
    return _family(result, result.primary) if result.primary is not None else []


def effect_number(effect: NeuriteEffect) -> str:
    """The size of an effect in words: "+12.3 points", "ratio 1.42"."""
    if not math.isfinite(effect.value):
        return "not defined"
    if effect.scale == "difference":
        return f"{effect.value:+.1f} points"
    return f"{effect.scale} {format_number(effect.value)}"


def effect_limits(effect: NeuriteEffect, *, joint: bool = False) -> str:
    """Limits of an effect; empty where it has none."""
    low = effect.low_joint if joint else effect.low
    high = effect.high_joint if joint else effect.high
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    if effect.scale == "difference":
        return f"{low:+.1f} to {high:+.1f}"
    return f"{format_number(low)}–{format_number(high)}"


def threshold_words(result: NeuritesResult) -> str:
    """The criterion in words."""
    if math.isnan(result.threshold):
        return "criterion not stated"
    return f"neurite >= {diameters_text(result.threshold)}"


def _head(result: NeuritesResult) -> str:
    cells = sum(value.cells for value in result.values)
    fields = sum(value.fields for value in result.values)
    return wrap_line(
        f"{result.title or 'Neurite outgrowth'}   {threshold_words(result)}   "
        f"{pluralize(len(result.cultures), 'culture')}   {pluralize(fields, 'field')}   "
        f"{pluralize(cells, 'cell')}"
    )


def _arms(result: NeuritesResult) -> list[str]:
    unit = f" ({result.length_unit})" if result.length_unit else ""
    lengths = any(math.isfinite(one.longest.value) for one in result.summaries)
    totals = any(math.isfinite(one.total.value) for one in result.summaries)
    rows = [
        (
            "arm",
            "n",
            "cells",
            "with neurites (%)",
            f"{100 * result.confidence:g} % CI",
            *([f"longest{unit}"] if lengths else []),
            *([f"total per cell{unit}"] if totals else []),
        )
    ]
    for one in result.summaries:
        low, high = one.percent.low, one.percent.high
        limits = f"{low:.1f}–{high:.1f}" if one.n > 1 else ""
        if math.isfinite(one.most):
            limits = f"none; at most {format_number(one.most, 2)}"
        rows.append(
            (
                result.label(one.arm),
                str(one.n),
                str(one.cells),
                f"{one.percent.value:.1f}",
                limits,
                *([_length(one.longest.value)] if lengths else []),
                *([_length(one.total.value)] if totals else []),
            )
        )
    lines = align_columns(rows)
    lines.append(
        wrap_line("  n counts independent cultures; means over cultures, each with equal weight")
    )
    return lines


def _length(value: float) -> str:
    return format_number(value) if math.isfinite(value) else "none"


def _family(result: NeuritesResult, family: NeuriteFamily) -> list[str]:
    several = len(family.effects) > 1
    kind = "primary result" if family.primary else "secondary"
    rows = [
        (
            f"{kind}: {MEASURES[family.measure]}",
            "effect",
            f"{100 * result.confidence:g} % CI",
            "P",
            *(["P alone"] if several else []),
            "n",
        )
    ]
    rows += [
        (
            one.name,
            effect_number(one),
            effect_limits(one) or one.undefined,
            format_p_value(one.p_adjusted),
            *([format_p_value(one.p)] if several else []),
            str(one.n),
        )
        for one in family.effects
    ]
    lines = align_columns(rows)
    if family.primary:
        lines.append(wrap_line(f"  question {family.question}"))
        lines.append(wrap_line(f"  test     {family.test}, {family.reason}"))
        lines.append(wrap_line(f"  family   {family.adjustment}; the limits are of each alone"))
        lacking = dict.fromkeys(c for one in family.effects for c in one.lacking)
        if lacking:
            lines.append(wrap_line(f"  without an arm   culture {list_names(list(lacking), 6)}"))
    elif family.question.endswith(f"without {result.stimulus}"):
        lines.append(wrap_line(f"  question {family.question}"))
    return lines


def _stimulus_and_antagonists(result: NeuritesResult) -> list[str]:
    """Lines on the effect of the stimulus and on antagonists."""
    lines: list[str] = []
    if result.stimulus_effects:
        lines += [
            "",
            *_table("secondary: dependence on " + result.stimulus, result.stimulus_effects),
        ]
    for one in result.antagonists:
        if one.measure in ("percent", "longest"):
            lines += [
                "",
                *_table(
                    f"secondary: {one.antagonist}, {MEASURES[one.measure]}",
                    (one.effect, one.remaining, one.change, one.alone),
                ),
            ]
    return lines


def _table(title: str, effects: Sequence[NeuriteEffect]) -> list[str]:
    rows = [(title, "effect", "CI", "P", "n")]
    rows += [
        (
            one.name
            if one.measure in one.name
            else f"{one.name}: {MEASURES[one.measure]}"
            if len({e.measure for e in effects}) > 1
            else one.name,
            effect_number(one),
            effect_limits(one) or one.undefined,
            format_p_value(one.p),
            str(one.n),
        )
        for one in effects
    ]
    return align_columns(rows)


def _response(result: NeuritesResult, response: NeuriteResponse) -> list[str]:
    name = f"{response.drug}, {MEASURES[response.measure]}"
    trend = response.trend
    step = effect_number(trend)
    lines = [
        wrap_line(
            f"  {name} over {len(response.concentrations)} concentrations"
            f" ({response.concentrations[0]:g} to {response.concentrations[-1]:g} {response.unit})"
        ),
        wrap_line(
            f"  trend    {step} per step ({effect_limits(trend)}), P {format_p_value(trend.p)}"
        ),
    ]
    if math.isfinite(response.downturn_p):
        lines.append(
            wrap_line(
                f"  downturn P {format_p_value(response.downturn_p)} (highest concentration below "
                f"{response.downturn_from}, one-sided)"
            )
        )
    if math.isfinite(response.ec50):
        curve = response.curve
        assert curve is not None
        lines.append(
            wrap_line(
                f"  EC50     {format_quantity(response.ec50, response.unit)} "
                f"({format_number(response.ec50_low)}–{format_number(response.ec50_high)}), from "
                f"{100 * curve.bottom.value:.1f} to {100 * curve.top.value:.1f} %, slope "
                f"{format_number(curve.hill)}; limits over cultures"
            )
        )
    elif response.measure == "percent":
        lines.append(wrap_line(f"  EC50     not determined: {response.reason}"))
    del result
    return lines


def _thresholds(result: NeuritesResult) -> list[str]:
    over = result.over_thresholds
    if not over:
        return []
    ks = sorted({one.threshold for one in over} & {0.5, 1.0, 1.5, 2.0, 2.5, 3.0}) or sorted(
        {one.threshold for one in over}
    )
    rows = [("difference (points) at k =", *(f"{k:g}" for k in ks))]
    for arm in dict.fromkeys(one.arm for one in over):
        own = {one.threshold: one for one in over if one.arm == arm}
        rows.append(
            (
                arm.treatment,
                *(
                    f"{own[k].difference:+.1f} ({own[k].low:+.1f} to {own[k].high:+.1f})"
                    if math.isfinite(own[k].low)
                    else f"{own[k].difference:+.1f}"
                    for k in ks
                ),
            )
        )
    return ["", *align_columns(rows)]


def _scatter(result: NeuritesResult) -> list[str]:
    one = result.scatter
    if one is None:
        return []
    parts = []
    if math.isfinite(one.correlation_fields):
        parts.append(f"intraclass correlation of cells in a field {one.correlation_fields:.3f}")
    if math.isfinite(one.correlation_wells):
        parts.append(f"in a well {one.correlation_wells:.3f}")
    parts.append(
        f"SD of an effect between cultures {one.difference_sd:.1f} points, of which "
        f"{one.effect_sd:.1f} beyond cells, fields and wells"
    )
    return [wrap_line(f"  scatter  {', '.join(parts)}")]
