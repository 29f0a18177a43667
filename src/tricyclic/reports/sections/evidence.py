"""The estimates beside reference ranges and published values."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Figure, Heading, Table
from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Evidence
from tricyclic.errors import InputError
from tricyclic.plotting.forest import ForestRow, estimate_row, evidence_row, forest
from tricyclic.plotting.style import slug
from tricyclic.reports.assay_blocks import run_name
from tricyclic.reports.section import ReportData, ReportSection
from tricyclic.reports.words import compare_with_published, format_published
from tricyclic.results.binding import AssayResult

COLUMNS = (
    "Compound",
    "Target",
    "Quantity",
    "Published",
    "This study",
    "Measured on",
    "Source",
    "Caution",
)


def write(report: ReportData) -> Sequence[Block]:
    """A forest plot per quantity of an assay, then one table of all published values used."""
    blocks: list[Block] = [Heading("Comparison with published values", 1, "evidence")]
    rows, links = [], []
    for i, assay in report.assays:
        figures = [_figure(report, i, assay, name) for name in _quantities(assay)]
        blocks += [figure for figure in figures if figure is not None]
        for evidence in assay.evidence:
            rows.append(_row(evidence, assay))
            anchor = report.source_anchor(evidence.source)
            links.append(("", "", "", "", "", "", f"#{anchor}" if anchor else "", ""))
    table = Table(
        "Published values and reference ranges.",
        COLUMNS,
        tuple(rows),
        (False, False, False, True, False, False, False, False),
        links=tuple(links),
        note="Values without a remark on their certainty were read in the source itself.",
    )
    return [*blocks, table]


def _row(e: Evidence, assay: AssayResult) -> tuple[str, ...]:
    matching = (
        estimate
        for estimate in assay.pooled
        if estimate.name == e.parameter and e.subject in ("", estimate.subject, estimate.where)
    )
    estimate = next(matching, None)
    certainty = e.certainty if e.certainty != "reported" else ""
    return (
        e.subject,
        e.target,
        e.parameter,
        format_published(e),
        compare_with_published(estimate, e) if estimate else "",
        ", ".join(part for part in (e.species, e.preparation, e.radioligand) if part),
        e.source,
        "; ".join(part for part in (certainty, e.quality) if part),
    )


def _quantities(assay: AssayResult) -> list[str]:
    names = dict.fromkeys(e.name for e in assay.pooled)
    return [name for name in names if any(e.parameter == name for e in assay.evidence)]


def _figure(report: ReportData, i: int, assay: AssayResult, quantity: str) -> Figure | None:
    """Runs, pooled estimate, reference range and published values of one quantity on one axis."""
    pooled = [e for e in assay.pooled if e.name == quantity]
    unit = pooled[0].unit
    rows: list[ForestRow] = []
    for estimate in pooled:
        rows += _group(report, assay, estimate, unit, quantity)
    title = f"{quantity}: {assay.title or assay.name}"
    try:
        return forest(
            rows,
            name=f"evidence-{i}-{slug(quantity)}",
            title=title,
            x_title=f"{quantity} ({unit})" if unit else quantity,
            pdf=False,
            show_title=False,
        )
    except InputError:
        return None


def _group(
    report: ReportData, assay: AssayResult, pooled: Estimate, unit: str, quantity: str
) -> list[ForestRow]:
    groups = {plate.group for plate in assay.plates}
    heading = " ".join(
        part for part in (pooled.subject, f"at {pooled.target}" if pooled.target else "") if part
    )
    grouped = pooled.where in groups and pooled.where != ""
    heading = f"{heading}, {pooled.where}" if grouped else heading
    rows: list[ForestRow | None] = [ForestRow(heading or quantity, "heading")]
    for plate in assay.plates:
        if not grouped or plate.group == pooled.where:
            rows += [
                estimate_row(e, run_name(plate), "run", unit)
                for e in plate.estimates
                if (e.name, e.subject) == (quantity, pooled.subject)
            ]
    rows.append(estimate_row(pooled, "pooled", "pooled", unit))
    kin = {quantity, "Kd"} if quantity == "Ki" else {quantity}
    rows += [
        evidence_row(report.cited(e), unit, quantity)
        for e in assay.evidence
        if e.parameter in kin and e.subject in ("", pooled.subject, pooled.where)
    ]
    return [row for row in rows if row is not None]


SECTION = ReportSection(
    order=65,
    appendix=True,
    applies=lambda report: any(a.evidence for a in report.study.assays),
    write=write,
)
