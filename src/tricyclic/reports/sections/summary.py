"""The first page: what was found, how sure it is, how it stands to the guide, what to doubt."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.check import worst
from tricyclic.core.document import Block, CheckList, Figure, Heading, Paragraph, Table
from tricyclic.core.estimate import Estimate, interval
from tricyclic.plotting.forest import ForestRow, estimate_row, evidence_row, forest
from tricyclic.reports.section import Material, Section, assay_anchor, primary
from tricyclic.reports.words import (
    against,
    confidence,
    doubts_of,
    guide_for,
    level_word,
    range_of,
    tally,
    value,
)
from tricyclic.results.binding import AssayResult

DOUBTS_SHOWN = 8


def write(material: Material) -> Sequence[Block]:
    """Lead, table of results, key figure, doubts."""
    result = material.result
    blocks: list[Block] = [Heading("Summary", 1, "summary"), Paragraph(_lead(material), "lead")]
    for compared in (
        *result.comparisons,
        *(c for assay in result.assays for c in assay.comparisons),
    ):
        if compared.says:
            blocks.append(
                Paragraph(compared.says if compared.says.endswith(".") else f"{compared.says}.")
            )
    table = _table(material)
    if table is not None:
        blocks.append(table)
    figure = key_figure(material)
    if figure is not None:
        blocks.append(figure)
    doubts = doubts_of(result.all_checks())
    if doubts:
        more = f"; the first {DOUBTS_SHOWN} of {len(doubts)}" if len(doubts) > DOUBTS_SHOWN else ""
        blocks.append(
            CheckList(doubts[:DOUBTS_SHOWN], f"To be read before the numbers are used{more}")
        )
    return blocks


def _lead(material: Material) -> str:
    result = material.result
    plates = sum(len(assay.plates) for assay in result.assays)
    assays = len(result.assays)
    if not assays:
        return "Nothing was measured in this study."
    return (
        f"{assays} assay{'s' if assays != 1 else ''} on {plates} plate{'s' if plates != 1 else ''} or tables of readings. "
        f"n counts independent runs, never wells. Checks: {tally(result.all_checks())}."
    )


def _table(material: Material) -> Table | None:
    found = [(i, assay, e) for i, assay in material.assays for e in primary(assay)]
    if not found:
        return None
    has_guide = any(guide_for(e, assay) for _, assay, e in found)
    columns = ["Compound", "Target", "Quantity", "Value", confidence([e for *_, e in found]), "n"]
    columns += ["Guide", "Against it"] if has_guide else []
    rows, links = [], []
    for i, assay, estimate in found:
        guide = guide_for(estimate, assay)
        row = [
            _subject(estimate, assay),
            estimate.target or assay.target,
            estimate.name,
            value(estimate),
            interval(estimate),
            str(estimate.n),
        ]
        if has_guide:
            row += [range_of(guide), against(estimate, guide)] if guide else ["", ""]
        rows.append((*row, level_word(worst(assay.all_checks()))))
        links.append(
            tuple(
                f"#{assay_anchor(i)}"
                if column in (3, 4)
                else "#checks"
                if column == len(row)
                else ""
                for column in range(len(row) + 1)
            )
        )
    numeric = tuple(name in ("Value", "n") or name.endswith("interval") for name in columns)
    return Table(
        "Results, runs pooled.",
        (*columns, "Checks"),
        tuple(rows),
        (*numeric, False),
        links=tuple(links),
        note="Concentrations are averaged and bounded on the log scale. The last column is the gravest check of the assay and its plates.",
    )


def _subject(estimate: Estimate, assay: AssayResult) -> str:
    """The compound, with the group where the assay has the same number for several groups."""
    same = [
        e
        for e in assay.pooled
        if (e.name, e.subject, e.target) == (estimate.name, estimate.subject, estimate.target)
    ]
    named = estimate.subject or (
        "" if estimate.target or assay.target else assay.title or assay.name
    )
    return ", ".join(part for part in (named, estimate.where if len(same) > 1 else "") if part)


def key_figure(material: Material) -> Figure | None:
    """Pooled Ki of all assays beside the guide's ranges; None where there is no Ki."""
    rows: list[ForestRow] = []
    for _, assay in material.assays:
        rows += _rows(assay)
    if not any(row.value > 0 for row in rows):
        return None
    return forest(
        rows,
        name="summary-ki",
        title="Affinities",
        x_title="Ki (nM)",
        pdf=False,
    )


def _rows(assay: AssayResult) -> list[ForestRow]:
    rows = []
    for estimate in assay.pooled:
        if estimate.name != "Ki":
            continue
        row = estimate_row(estimate, _label(estimate, assay), "pooled", "nM")
        guide = guide_for(estimate, assay)
        rows += [r for r in (row, evidence_row(guide, "nM") if guide else None) if r is not None]
    return rows


def _label(estimate: Estimate, assay: AssayResult) -> str:
    target = estimate.target or assay.target
    return (
        f"{estimate.subject} at {target}"
        if estimate.subject and target
        else estimate.subject or target or assay.title
    )


SECTION = Section(order=10, wants=lambda material: True, write=write)
