"""Selectivity: ratios of affinities with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Table
from tricyclic.core.estimate import interval
from tricyclic.reports.section import Material, Section, assay_anchor
from tricyclic.reports.words import confidence, value


def write(material: Material) -> Sequence[Block]:
    """One table."""
    ratios = material.result.selectivity
    first = next((i for i, _ in material.assays), 0)
    rows = tuple(
        (e.subject, e.target, e.name, value(e), interval(e), str(e.n), e.method) for e in ratios
    )
    links = tuple(
        ("", "", "", f"#{assay_anchor(first)}" if first else "", "", "", "") for _ in rows
    )
    return [
        Heading("Selectivity", 1, "selectivity"),
        Table(
            "Ratios of affinities with their intervals.",
            ("Compound", "Targets", "Quantity", "Ratio", confidence(ratios), "n", "Method"),
            rows,
            (False, False, False, True, True, True, False),
            links=links,
        ),
    ]


SECTION = Section(order=60, wants=lambda material: bool(material.result.selectivity), write=write)
