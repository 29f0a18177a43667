"""The publications from which values and methods were taken."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Table
from tricyclic.reports.section import ReportData, ReportSection


def write(report: ReportData) -> Sequence[Block]:
    """One row per publication."""
    sources = report.study.sources
    rows = tuple((s.key, s.citation, s.doi or s.address) for s in sources)
    links = tuple(("", "", f"https://doi.org/{s.doi}" if s.doi else s.address) for s in sources)
    anchors = tuple(f"source-{n}" for n in range(1, len(rows) + 1))
    return [
        Heading("Sources", 1, "sources"),
        Table("", ("Key", "Citation", "DOI or address"), rows, anchors=anchors, links=links),
    ]


SECTION = ReportSection(
    order=96, appendix=True, applies=lambda report: bool(report.study.sources), write=write
)
