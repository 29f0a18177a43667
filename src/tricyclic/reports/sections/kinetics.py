"""Kinetic assays: rates of binding and unbinding."""

from __future__ import annotations

from tricyclic.reports.assay_blocks import assay_groups, assay_section
from tricyclic.reports.section import ReportSection

KINDS = ("association", "dissociation", "association_then_dissociation", "competitive_association")

SECTION = ReportSection(
    appendix=True,
    order=40,
    applies=lambda report: bool(assay_groups(report, KINDS)),
    write=lambda report: assay_section(report, KINDS, "Kinetics, run by run", "kinetics"),
)
