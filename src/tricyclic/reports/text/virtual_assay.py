"""A simulated experiment as text: design, main numbers, groups, comparisons, power, settings."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.estimate import Estimate, format_estimate, format_interval
from tricyclic.core.format import align_columns, format_quantity, pluralize, wrap_line
from tricyclic.reports.text.microdialysis import groups_and_effects
from tricyclic.reports.text.neurites import primary_lines
from tricyclic.reports.words import sentence
from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.results.neurites import NeuritesResult
from tricyclic.results.virtual_assay import (
    ALPHA,
    TARGET_POWER,
    AssaySetting,
    PowerEstimate,
    VirtualAssayResult,
    VirtualEndpoint,
)


def virtual_assay_text(result: VirtualAssayResult) -> str:
    """The result in aligned columns; the first line states that it is synthetic."""
    lines = [f"{result.title}   SYNTHETIC: simulated, no experiment"]
    lines += [wrap_line(f"  {line}") for line in result.design]
    lines += ["", *map(_endpoint, result.endpoints)] if result.endpoints else []
    lines += ["", *_groups(result)]
    if result.comparisons:
        lines += ["", *(wrap_line(f"  {one.statement}") for one in result.comparisons)]
    if result.microdialysis is not None:
        lines += ["", *_as_measured(result.microdialysis)]
    if result.neurites is not None:
        lines += ["", *_counts_as_measured(result.neurites)]
    lines += ["", *_power(result)] if result.power else []
    lines += ["", *_settings(result.settings)]
    lines += [wrap_line(f"  warn   {remark}") for remark in result.remarks]
    return "\n".join(lines)


def _endpoint(endpoint: VirtualEndpoint) -> str:
    text = format_estimate(endpoint.estimate)
    if math.isnan(endpoint.truth):
        return text
    truth = format_quantity(endpoint.truth, endpoint.estimate.unit)
    return f"{text}   true value {truth}"


def _groups(result: VirtualAssayResult) -> list[str]:
    rows = [("", *result.columns)]
    rows += [(group.name, *map(_cell, group.estimates)) for group in result.groups]
    return align_columns(rows)


def _cell(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    number = format_quantity(estimate.value, estimate.unit)
    limits = format_interval(estimate)
    return f"{number} ({limits})" if limits else number


def _as_measured(result: MicrodialysisResult) -> list[str]:
    """The simulated rats as `microdialysis analyse` reports a study."""
    baseline = result.settings.baseline_fractions
    head = (
        f"analysed like a measured study   window {result.settings.window_text}   "
        f"baseline {baseline} fractions   times corrected for the dead volume"
    )
    lines = [wrap_line(head), *groups_and_effects(result)]
    if result.extraction_note:
        lines.append(wrap_line(f"  note   {sentence(result.extraction_note)}"))
    return lines


def _counts_as_measured(result: NeuritesResult) -> list[str]:
    """The simulated wells as `neurites analyse` reports an experiment."""
    head = (
        f"analysed like a measured experiment   {pluralize(len(result.cultures), 'culture')}   "
        "each well one field"
    )
    return [wrap_line(head), *primary_lines(result)]


def _power(result: VirtualAssayResult) -> list[str]:
    sizes = sorted({n for estimate in result.power for n in estimate.sizes})
    target = f"{100 * TARGET_POWER:g} % power from"
    rows = [(f"power by number of {result.sample_unit}", *map(str, sizes), target)]
    rows += [
        (estimate.effect, *_percentages(estimate, sizes), _required_size(estimate))
        for estimate in result.power
    ]
    experiments = result.power[0].experiments
    note = f"  percentage of {experiments} simulated experiments with p < {ALPHA:g}"
    return [*align_columns(rows), note]


def _percentages(estimate: PowerEstimate, sizes: Sequence[int]) -> list[str]:
    """Power at each size; "-" at those that were not simulated."""
    known = dict(zip(estimate.sizes, estimate.power, strict=True))
    return [f"{100 * known[n]:.0f} %" if n in known else "-" for n in sizes]


def _required_size(estimate: PowerEstimate) -> str:
    if not estimate.sizes:
        return "-"
    if estimate.required_size is None:
        return f"more than {estimate.sizes[-1]}"
    return str(estimate.required_size)


def _settings(settings: Sequence[AssaySetting]) -> list[str]:
    """Settings by their source, one line each."""
    by_source: dict[str, list[str]] = {}
    for one in settings:
        value = one.value if isinstance(one.value, str) else f"{one.value:g}"
        by_source.setdefault(one.source, []).append(f"{one.name} {value}")
    return [wrap_line(f"  {source}: {', '.join(listed)}") for source, listed in by_source.items()]
