"""Comparisons of conditions, such as vehicle and treated, with the interval of the ratio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tricyclic.core.document import Block, Figure, Heading, Table
from tricyclic.core.estimate import Estimate
from tricyclic.plotting.comparison import comparison
from tricyclic.plotting.style import slug
from tricyclic.reports.section import ReportData, ReportSection, assay_anchor
from tricyclic.reports.words import format_optional, format_p_value, format_value_with_interval
from tricyclic.results.binding import AssayResult, GroupComparison

# Height of a figure beside others in the report.
HEIGHT_MM = 45.0


def _comparisons(report: ReportData) -> list[tuple[int, AssayResult | None, GroupComparison]]:
    """All comparisons of conditions, each with the number of its assay, and the assay, if known."""
    of_study = [(*_assay_of(report, c), c) for c in report.study.comparisons]
    return of_study + [(i, assay, c) for i, assay in report.assays for c in assay.comparisons]


def _assay_of(report: ReportData, result: GroupComparison) -> tuple[int, AssayResult | None]:
    """The assay whose groups were compared."""
    for i, assay in report.assays:
        if assay.name == result.assay:
            return i, assay
    return 0, None


def write(report: ReportData) -> Sequence[Block]:
    """A figure of each comparison of groups, and one table of all comparisons."""
    blocks: list[Block] = [Heading("Comparison of conditions", 1, "comparison")]
    rows, links = [], []
    for number, (i, assay, result) in enumerate(_comparisons(report), 1):
        figure = _figure(assay, result, number) if assay is not None else None
        if figure is not None:
            blocks.append(figure)
        statistic = format_optional(result.statistic)
        df = f" (df {', '.join(f'{d:.3g}' for d in result.df)})" if result.df else ""
        rows.append(
            (
                result.name,
                format_value_with_interval(result.ratio) if result.ratio else "",
                format_value_with_interval(result.difference, unit=True)
                if result.difference
                else "",
                result.test,
                f"{statistic}{df}" if statistic else "",
                format_p_value(result.p, result.p_calibrated),
            )
        )
        links.append(("", *([f"#{assay_anchor(i)}" if i else ""] * 2), "", "", ""))
    blocks.append(
        Table(
            "Comparisons, with intervals of ratio and difference.",
            ("Comparison", "Ratio", "Difference", "Test", "Statistic", "p"),
            tuple(rows),
            (False, True, True, False, True, True),
            links=tuple(links),
        )
    )
    return blocks


def comparison_figures(report: ReportData) -> dict[str, Callable[[], Figure]]:
    """The figure of each comparison of groups, drawn when it is called."""
    return {
        _name(result, number): partial(_draw, assay, result, number)
        for number, (_, assay, result) in enumerate(_comparisons(report), 1)
        if assay is not None and (result.published or _groups(assay, result))
    }


def _figure(assay: AssayResult, result: GroupComparison, number: int) -> Figure | None:
    """The compared quantity: published means, or the runs of the groups; None without either."""
    if not result.published and not _groups(assay, result):
        return None
    return _draw(assay, result, number, alone=False)


def _draw(
    assay: AssayResult, result: GroupComparison, number: int, *, alone: bool = True
) -> Figure:
    height_mm = 0.0 if alone else HEIGHT_MM
    if result.published:
        return comparison(
            {},
            {mean.where: mean for mean in result.published},
            result,
            name=_name(result, number),
            title=f"{result.parameter} as published: {assay.title}",
            y_title=_axis_title(result.published[0]),
            published=True,
            pdf=alone,
            show_title=alone,
            explain=alone,
            height_mm=height_mm,
        )
    groups = _groups(assay, result)
    pooled = {e.where: e for e in assay.pooled if e.name == result.parameter and e.where in groups}
    return comparison(
        groups,
        pooled,
        result,
        name=_name(result, number),
        title=f"{result.parameter}: {assay.title}",
        y_title=_axis_title(next(iter(groups.values()))[0]),
        pdf=alone,
        show_title=alone,
        explain=alone,
        height_mm=height_mm,
    )


def _name(result: GroupComparison, number: int) -> str:
    return f"comparison-{number}-{slug(result.parameter)}"


def _groups(assay: AssayResult, result: GroupComparison) -> dict[str, list[Estimate]]:
    """The compared quantity of the runs of each group; empty where they cannot be drawn."""
    groups: dict[str, list[Estimate]] = {}
    for plate in assay.plates:
        for estimate in plate.estimates:
            # A run that is left out of the comparison is not drawn either.
            compared = plate.group in result.groups and not plate.excluded
            if compared and estimate.name == result.parameter:
                groups.setdefault(plate.group, []).append(estimate)
    every = [e for estimates in groups.values() for e in estimates]
    if len(groups) < 2 or len({e.unit for e in every}) > 1 or not any(e.value > 0 for e in every):
        return {}
    return groups


def _axis_title(estimate: Estimate) -> str:
    return f"{estimate.name} ({estimate.unit})" if estimate.unit else estimate.name


SECTION = ReportSection(order=50, applies=lambda report: bool(_comparisons(report)), write=write)
