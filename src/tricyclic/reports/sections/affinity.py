"""Competition and homologous assays: the affinity of compounds."""

from __future__ import annotations

from tricyclic.reports.assay_blocks import assay_groups, assay_section
from tricyclic.reports.section import ReportSection

KINDS = ("competition", "homologous")

SECTION = ReportSection(
    appendix=True,
    order=20,
    applies=lambda report: bool(assay_groups(report, KINDS)),
    write=lambda report: assay_section(report, KINDS, "Affinity, run by run", "affinity"),
)
