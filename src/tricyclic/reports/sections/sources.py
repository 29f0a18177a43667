"""The papers and guides that numbers and methods come from."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Table
from tricyclic.reports.section import Material, Section


def write(material: Material) -> Sequence[Block]:
    """One row per source that was used."""
    sources = material.result.sources
    rows = tuple((s.key, s.citation, s.doi or s.address) for s in sources)
    links = tuple(("", "", f"https://doi.org/{s.doi}" if s.doi else s.address) for s in sources)
    anchors = tuple(f"source-{n}" for n in range(1, len(rows) + 1))
    return [
        Heading("Sources", 1, "sources"),
        Table("", ("Key", "Citation", "DOI or address"), rows, anchors=anchors, links=links),
    ]


SECTION = Section(order=96, wants=lambda material: bool(material.result.sources), write=write)
