"""Selectivity: ratios of affinities with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Table
from tricyclic.core.estimate import format_interval
from tricyclic.reports.section import ReportData, ReportSection, assay_anchor
from tricyclic.reports.words import format_value, interval_name


def write(report: ReportData) -> Sequence[Block]:
    """A table of the ratios."""
    ratios = report.study.selectivity
    first = next((i for i, _ in report.assays), 0)
    rows = tuple(
        (
            e.subject,
            e.target,
            e.name,
            format_value(e),
            format_interval(e),
            str(e.n_experiments),
            e.method,
        )
        for e in ratios
    )
    links = tuple(
        ("", "", "", f"#{assay_anchor(first)}" if first else "", "", "", "") for _ in rows
    )
    return [
        Heading("Selectivity", 1, "selectivity"),
        Table(
            "Ratios of affinities with their intervals.",
            ("Compound", "Targets", "Quantity", "Ratio", interval_name(ratios), "n", "Method"),
            rows,
            (False, False, False, True, True, True, False),
            links=links,
        ),
    ]


SECTION = ReportSection(
    order=60, appendix=True, applies=lambda report: bool(report.study.selectivity), write=write
)
