"""Conditions compared: vehicle against treated, with the interval of the ratio."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Figure, Heading, Table
from tricyclic.core.estimate import Estimate
from tricyclic.plotting.comparison import comparison
from tricyclic.plotting.style import slug
from tricyclic.reports.section import Material, Section, assay_anchor
from tricyclic.reports.words import number, p_value, value_with_limits
from tricyclic.results.binding import AssayResult, Comparison


def _compared(material: Material) -> list[tuple[int, AssayResult | None, Comparison]]:
    """All comparisons of conditions, each with the assay whose groups it compares where that is known."""
    of_study = [(*_assay_of(material, c), c) for c in material.result.comparisons]
    return of_study + [(i, assay, c) for i, assay in material.assays for c in assay.comparisons]


def _assay_of(material: Material, compared: Comparison) -> tuple[int, AssayResult | None]:
    """The assay that a comparison of the study speaks of: it has groups, and its name or target is named."""
    for i, assay in material.assays:
        grouped = len({plate.group for plate in assay.plates if plate.group}) > 1
        if grouped and any(
            name and name.casefold() in compared.name.casefold()
            for name in (assay.target, assay.name)
        ):
            return i, assay
    return 0, None


def write(material: Material) -> Sequence[Block]:
    """A figure where groups were compared, and one table of all comparisons."""
    blocks: list[Block] = [Heading("Conditions compared", 1, "comparison")]
    rows, links = [], []
    for number_of, (i, assay, compared) in enumerate(_compared(material), 1):
        figure = _figure(material, assay, compared, number_of) if assay is not None else None
        if figure is not None:
            blocks.append(figure)
        statistic = number(compared.statistic)
        df = f" (df {', '.join(f'{d:.3g}' for d in compared.df)})" if compared.df else ""
        rows.append(
            (
                compared.name,
                value_with_limits(compared.ratio) if compared.ratio else "",
                value_with_limits(compared.difference, unit=True) if compared.difference else "",
                compared.test,
                f"{statistic}{df}" if statistic else "",
                p_value(compared.p, compared.p_calibrated),
                compared.says,
            )
        )
        links.append(("", *([f"#{assay_anchor(i)}" if i else ""] * 2), "", "", "", ""))
    blocks.append(
        Table(
            "Comparisons, with intervals of ratio and difference.",
            ("Of", "Ratio", "Difference", "Test", "Statistic", "p", "Finding"),
            tuple(rows),
            (False, True, True, False, True, True, False),
            links=tuple(links),
        )
    )
    return blocks


def _figure(
    material: Material, assay: AssayResult, compared: Comparison, number_of: int
) -> Figure | None:
    """Runs of the groups whose quantity the comparison names; None where the assay has fewer than two groups."""
    names = dict.fromkeys(e.name for plate in assay.plates for e in plate.estimates)
    quantity = next((name for name in names if name.casefold() in compared.name.casefold()), None)
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
        compared,
        name=f"comparison-{number_of}-{slug(quantity or '')}",
        title=f"{quantity}: {assay.title}",
        y_title=f"{quantity} ({unit})" if unit else quantity or "",
        pdf=False,
    )


SECTION = Section(order=50, wants=lambda material: bool(_compared(material)), write=write)
