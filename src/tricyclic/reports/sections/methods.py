"""Methods, as a paper would print them: written from what was really done."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph
from tricyclic.reports.section import Material, Section


def write(material: Material) -> Sequence[Block]:
    """A paragraph for each assay; equal paragraphs once."""
    blocks: list[Block] = [Heading("Methods", 1, "methods")]
    told: dict[str, list[str]] = {}
    for _, assay in material.assays:
        if assay.methods:
            told.setdefault(assay.methods, []).append(assay.title or assay.name)
    for text, titles in told.items():
        blocks.append(Heading("; ".join(titles), 2))
        blocks += [Paragraph(part.strip()) for part in text.split("\n\n") if part.strip()]
        assumed = {
            field
            for _, assay in material.assays
            if assay.methods == text and assay.protocol
            for field in assay.protocol.assumed
        }
        if assumed:
            named = ", ".join(sorted(field.replace("_", " ") for field in assumed))
            blocks.append(Paragraph(f"Assumed, without a source: {named}.", "note"))
    return blocks


SECTION = Section(
    order=85, wants=lambda material: any(a.methods for a in material.result.assays), write=write
)
