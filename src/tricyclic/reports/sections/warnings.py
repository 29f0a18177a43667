"""The warnings, once each with their places; failures first."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, CheckList, Heading, Paragraph
from tricyclic.reports.section import ReportData, ReportSection
from tricyclic.reports.words import collect_warnings, count_levels

# Warnings in the report itself; all of them stand in the appendix.
MAX_WARNINGS = 8


def write(report: ReportData) -> Sequence[Block]:
    """A count of all checks, then what does not pass."""
    checks = report.study.all_checks()
    warnings = collect_warnings(checks)
    blocks: list[Block] = [Heading("Warnings", 1, "warnings")]
    if not warnings:
        return [*blocks, Paragraph(f"None: {count_levels(checks)}.")]
    shown = warnings[:MAX_WARNINGS]
    title = f"{count_levels(checks)}; equal ones are listed once"
    if len(shown) < len(warnings):
        title += f"; the first {len(shown)} of {len(warnings)}, all are in the appendix"
    return [*blocks, CheckList(shown, title)]


SECTION = ReportSection(
    order=70, applies=lambda report: bool(report.study.all_checks()), write=write
)
