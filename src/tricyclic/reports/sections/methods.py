"""Methods, as in a paper, written from the options and conditions of the analysis."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.assays.binding.stated_conditions import assumed_values
from tricyclic.core.document import Block, Heading, Paragraph
from tricyclic.reports.section import ReportData, ReportSection


def write(report: ReportData) -> Sequence[Block]:
    """A paragraph for each assay; equal paragraphs are printed once."""
    blocks: list[Block] = [Heading("Methods", 1, "methods")]
    titles_of: dict[str, list[str]] = {}
    for _, assay in report.assays:
        if assay.methods:
            titles_of.setdefault(assay.methods, []).append(assay.title or assay.name)
    for text, titles in titles_of.items():
        blocks.append(Heading("; ".join(titles), 2))
        blocks += [Paragraph(part.strip()) for part in text.split("\n\n") if part.strip()]
        assumed = dict.fromkeys(
            value
            for _, assay in report.assays
            if assay.methods == text
            for value in assumed_values(assay.plates, assay.protocol, assay.kind)
        )
        if assumed:
            blocks.append(Paragraph(f"Assumed, without a source: {', '.join(assumed)}.", "note"))
    return blocks


SECTION = ReportSection(
    order=85, applies=lambda report: any(a.methods for a in report.study.assays), write=write
)
