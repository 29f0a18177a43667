"""Quality: all checks, and the residuals of all fits."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.check import Check
from tricyclic.core.document import Block, CheckList, Heading, Paragraph, Table
from tricyclic.plotting.residuals import residuals
from tricyclic.reports.section import ReportData, ReportSection
from tricyclic.reports.words import collect_warnings, count_levels, format_level, format_optional


def write(report: ReportData) -> Sequence[Block]:
    """Warnings as a list, all checks as a table, residuals as figures."""
    checks = report.study.all_checks()
    blocks: list[Block] = [
        Heading("Quality", 1, "checks"),
        Paragraph(f"Checks: {count_levels(checks)}."),
    ]
    warnings = collect_warnings(checks)
    if warnings:
        blocks.append(CheckList(warnings, "Warnings"))
    if checks:
        blocks.append(_table(report, checks))
    fitted = [(i, j, plate) for i, j, _, plate in report.plates if plate.fit.ok and plate.fit.parts]
    if fitted:
        blocks.append(Heading("Residuals", 2, "residuals"))
    for i, j, plate in fitted:
        blocks.append(
            residuals(
                plate.fit,
                name=f"residuals-{i}-{j}",
                title=f"Residuals, {plate.name}",
                pdf=False,
            )
        )
    return blocks


def _table(report: ReportData, checks: Sequence[Check]) -> Table:
    rows, links = [], []
    for check in checks:
        value = format_optional(check.value)
        limit = format_optional(check.limit)
        unit = f" {check.unit}" if check.unit else ""
        rows.append(
            (
                format_level(check.level),
                check.where,
                check.message,
                f"{value}{unit}" if value else "",
                f"{limit}{unit}" if limit else "",
                check.source,
            )
        )
        place = report.place_anchor(check.where)
        links.append(("", f"#{place}" if place else "", "", "", "", ""))
    return Table(
        f"All {len(checks)} checks.",
        ("Level", "Where", "Result", "Value", "Limit", "Source of the limit"),
        tuple(rows),
        (False, False, False, True, True, False),
        links=tuple(links),
        collapsed=len(checks) > 12,
    )


SECTION = ReportSection(
    order=70,
    applies=lambda report: (
        bool(report.study.all_checks()) or any(p.fit.ok for *_, p in report.plates)
    ),
    write=write,
)
