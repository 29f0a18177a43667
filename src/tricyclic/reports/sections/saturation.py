"""Saturation assays: density of sites, affinity of the radioligand."""

from __future__ import annotations

from tricyclic.reports.assay_blocks import assay_groups, assay_section
from tricyclic.reports.section import ReportSection

KINDS = ("saturation",)

SECTION = ReportSection(
    appendix=True,
    order=30,
    applies=lambda report: bool(assay_groups(report, KINDS)),
    write=lambda report: assay_section(report, KINDS, "Saturation, run by run", "saturation"),
)
