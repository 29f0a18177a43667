"""Quality: all checks, and the residuals of all fits."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.check import Check
from tricyclic.core.document import Block, CheckList, Heading, Paragraph, Table
from tricyclic.plotting.residuals import residuals
from tricyclic.reports.section import ReportData, ReportSection
from tricyclic.reports.sections.warnings import MAX_WARNINGS
from tricyclic.reports.words import collect_warnings, count_levels, format_level, format_optional

RESIDUALS = (
    "Each reading minus its expected value, divided by the standard deviation that the variance "
    "model expects; 5 % lie outside ±1.96 by chance."
)


def write(report: ReportData) -> Sequence[Block]:
    """All checks as a table, residuals as figures; the warnings that the report did not list."""
    checks = report.study.all_checks()
    blocks: list[Block] = [
        Heading("Checks and residuals", 1, "checks"),
        Paragraph(f"Checks: {count_levels(checks)}."),
    ]
    more = collect_warnings(checks)[MAX_WARNINGS:]
    if more:
        blocks.append(CheckList(more, "Further warnings"))
    if checks:
        blocks.append(_table(report, checks))
    fitted = [(i, j, plate) for i, j, _, plate in report.plates if plate.fit.ok and plate.fit.parts]
    if fitted:
        blocks += [Heading("Residuals", 2, "residuals"), Paragraph(RESIDUALS)]
    for i, j, plate in fitted:
        blocks.append(
            residuals(
                plate.fit,
                name=f"residuals-{i}-{j}",
                title=plate.name,
                pdf=False,
                show_title=False,
                explain=False,
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
    appendix=True,
    applies=lambda report: (
        bool(report.study.all_checks()) or any(p.fit.ok for *_, p in report.plates)
    ),
    write=write,
)
