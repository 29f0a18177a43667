"""Assays of all other kinds: Schild, allosteric, joint fits."""

from __future__ import annotations

from tricyclic.reports.assay_blocks import assay_section
from tricyclic.reports.section import ReportData, ReportSection
from tricyclic.reports.sections import affinity, kinetics, saturation

ELSEWHERE = {*affinity.KINDS, *saturation.KINDS, *kinetics.KINDS}


def _kinds(report: ReportData) -> list[str]:
    return [assay.kind for assay in report.study.assays if assay.kind not in ELSEWHERE]


SECTION = ReportSection(
    appendix=True,
    order=45,
    applies=lambda report: bool(_kinds(report)),
    write=lambda report: assay_section(
        report, _kinds(report), "Further assays, run by run", "further"
    ),
)
