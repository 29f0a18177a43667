"""Comparisons of conditions, such as vehicle and treated, with the interval of the ratio."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Figure, Heading, Table
from tricyclic.core.estimate import Estimate
from tricyclic.plotting.comparison import comparison
from tricyclic.plotting.style import slug
from tricyclic.reports.section import ReportData, ReportSection, assay_anchor
from tricyclic.reports.words import format_optional, format_p_value, format_value_with_interval
from tricyclic.results.binding import AssayResult, GroupComparison


def _comparisons(report: ReportData) -> list[tuple[int, AssayResult | None, GroupComparison]]:
    """All comparisons of conditions, each with the number of its assay, and the assay, if known."""
    of_study = [(*_assay_of(report, c), c) for c in report.study.comparisons]
    return of_study + [(i, assay, c) for i, assay in report.assays for c in assay.comparisons]


def _assay_of(report: ReportData, result: GroupComparison) -> tuple[int, AssayResult | None]:
    """The assay of a comparison: it has groups, and the comparison contains its name or target."""
    for i, assay in report.assays:
        grouped = len({plate.group for plate in assay.plates if plate.group}) > 1
        if grouped and any(
            name and name.casefold() in result.name.casefold()
            for name in (assay.target, assay.name)
        ):
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
                result.statement,
            )
        )
        links.append(("", *([f"#{assay_anchor(i)}" if i else ""] * 2), "", "", "", ""))
    blocks.append(
        Table(
            "Comparisons, with intervals of ratio and difference.",
            ("Comparison", "Ratio", "Difference", "Test", "Statistic", "p", "Result"),
            tuple(rows),
            (False, True, True, False, True, True, False),
            links=tuple(links),
        )
    )
    return blocks


def _figure(assay: AssayResult, result: GroupComparison, number: int) -> Figure | None:
    """The compared quantity by run and group; None where the assay has fewer than two groups."""
    names = dict.fromkeys(e.name for plate in assay.plates for e in plate.estimates)
    quantity = next((name for name in names if name.casefold() in result.name.casefold()), None)
    groups: dict[str, list[Estimate]] = {}
    for plate in assay.plates:
        for estimate in plate.estimates:
            if plate.group and estimate.name == quantity:
                groups.setdefault(plate.group, []).append(estimate)
    every = [e for estimates in groups.values() for e in estimates]
    if len(groups) < 2 or len({e.unit for e in every}) > 1 or not any(e.value > 0 for e in every):
        return None
    pooled = {e.where: e for e in assay.pooled if e.name == quantity and e.where in groups}
    unit = every[0].unit
    return comparison(
        groups,
        pooled,
        result,
        name=f"comparison-{number}-{slug(quantity or '')}",
        title=f"{quantity}: {assay.title}",
        y_title=f"{quantity} ({unit})" if unit else quantity or "",
        pdf=False,
    )


SECTION = ReportSection(order=50, applies=lambda report: bool(_comparisons(report)), write=write)
