"""No net flux as text."""

from __future__ import annotations

import math

from tricyclic.core.format import align_columns, format_number, format_p, pluralize, wrap_line
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.reports.words import sentence
from tricyclic.results.microdialysis import NoNetFlux
from tricyclic.results.no_net_flux import NoNetFluxResult
from tricyclic.stats.statistics import MeanEstimate


def no_net_flux_text(result: NoNetFluxResult) -> str:
    """Fits of animals with Fieller limits, means over animals, or courses between animals."""
    level = f"{100 * result.confidence:g} % CI"
    unit = "" if result.unit == "unknown" else f" ({result.unit})"
    count = sum(g.animals for g in result.dynamic) or len(result.animals)
    kind = "Dynamic no net flux" if result.dynamic else "No net flux"
    lines = [f"{kind}   {pluralize(count, 'animal')}" if count > 1 else kind, ""]
    if result.animals:
        rows: list[tuple[str, ...]] = [
            ("", "group", "points", f"concentration{unit}", level, "extraction", level)
        ]
        rows += [
            (one.animal, one.group, str(one.fit.points), *_of_fit(one.fit))
            for one in result.animals
        ]
        lines += align_columns(rows)
        lines.append(wrap_line("  limits of the concentration by Fieller's theorem"))
    if result.groups:
        rows = [("group", "n", f"concentration{unit}", level, "extraction", level)]
        rows += [
            (one.group, str(one.n), *_mean(one.concentration), *_mean(one.extraction))
            for one in result.groups
        ]
        arithmetic = [one.group for one in result.groups if not one.geometric]
        means = (
            f"geometric means of concentrations (of {', '.join(arithmetic)}: arithmetic, as one is "
            "not above 0)"
            if arithmetic
            else "geometric means of concentrations"
        )
        lines += ["", *align_columns(rows)]
        lines.append(wrap_line(f"  {means}, means of extractions; n is the number of animals"))
    for ratio in result.ratios:
        (c, c_low, c_high, c_p), (e, e_low, e_high, e_p) = ratio.concentration, ratio.extraction
        lines.append(
            wrap_line(
                f"  {ratio.group} / {ratio.control}: concentration {format_number(c)} "
                f"({format_number(c_low)}–{format_number(c_high)}, {format_p(c_p)}), extraction "
                f"{format_number(e)} ({format_number(e_low)}–{format_number(e_high)}, "
                f"{format_p(e_p)}); percent of baseline alone would show {format_number(c * e)}"
            )
        )
    if len(result.ratios) > 1:
        lines.append(
            wrap_line(
                f"  limits and p are those of each comparison alone, not adjusted for all "
                f"{2 * len(result.ratios)}"
            )
        )
    for group in result.dynamic:
        rows = [
            (
                f"{group.group}, time (min)",
                "animals",
                f"concentration{unit}",
                level,
                "extraction",
                level,
            )
        ]
        rows += [
            (f"{middle:.4g}", str(fit.points), *_of_fit(fit))
            for middle, fit in zip(group.course.middle_min, group.course.bins, strict=True)
        ]
        lines += [*align_columns(rows), ""]
    lines.append("")
    if result.extraction_note:
        lines.append(wrap_line(f"  note   {sentence(result.extraction_note)}"))
    lines += check_lines(result.checks)
    lines += [wrap_line(f"  remark    {one}") for one in result.remarks]
    lines += [wrap_line(f"  read as   {one}") for one in result.read_as]
    return "\n".join([*lines, *unused_lines(result.unused)])


def flux_limits(fit: NoNetFlux) -> str:
    """Limits of the concentration, or that they are not bounded."""
    if not fit.bounded:
        return "not bounded"
    return f"{format_number(fit.low)} to {format_number(fit.high)}"


def _of_fit(fit: NoNetFlux) -> tuple[str, ...]:
    return (
        format_number(fit.concentration),
        flux_limits(fit),
        format_number(fit.extraction.value),
        f"{format_number(fit.extraction.low)} to {format_number(fit.extraction.high)}",
    )


def _mean(mean: MeanEstimate) -> tuple[str, str]:
    limits = (
        f"{format_number(mean.low)} to {format_number(mean.high)}"
        if math.isfinite(mean.low) and math.isfinite(mean.high)
        else "one animal"
    )
    return format_number(mean.value), limits
