"""Excluded wells and runs: why, by whom, and when."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.reports.section import ReportData, ReportSection, rows_anchor


def write(report: ReportData) -> Sequence[Block]:
    """The recorded exclusions, and the wells that the fits do not use."""
    blocks: list[Block] = [Heading("Exclusions", 1, "exclusions")]
    recorded = report.study.exclusions
    # The reason of a recorded exclusion continues with its person and date.
    listed = tuple(exclusion.reason for exclusion in recorded)
    wells = [
        (i, j, plate, well)
        for i, j, _, plate in report.plates
        if plate.plate
        for well in plate.plate.wells
        if well.excluded and not (listed and well.excluded.startswith(listed))
    ]
    others = [
        (one, target, reason)
        for one in report.study.experiments
        for target, reason in one.excluded
        if not (listed and reason.startswith(listed))
    ]
    if not recorded and not wells and not others:
        kinds = dict.fromkeys(one.parts for one in report.study.experiments)
        what = "well or run" if report.study.assays else ", ".join(kinds)
        return [*blocks, Paragraph(f"No {what} was excluded.")]
    if recorded:
        rows = tuple((e.target, e.reason, e.excluded_by, e.excluded_on) for e in recorded)
        blocks.append(
            Table("Exclusions as recorded.", ("Target", "Reason", "Person", "Date"), rows)
        )
    if wells:
        rows = tuple(
            (plate.name, well.name, f"{well.value:g}", well.excluded) for _, _, plate, well in wells
        )
        links = tuple(("", "", f"#{rows_anchor(i, j)}", "") for i, j, _, _ in wells)
        blocks.append(
            Table(
                "Further wells that the fits do not use; crossed out in the figures."
                if recorded
                else "Wells that the fits do not use; crossed out in the figures.",
                ("Plate", "Well", "Reading", "Reason"),
                rows,
                (False, False, True, False),
                links=links,
            )
        )
    if others:
        blocks.append(
            Table(
                "Left out by the sample list or the table of values.",
                ("Experiment", "Target", "Reason"),
                tuple((one.title, target, reason) for one, target, reason in others),
            )
        )
    return blocks


SECTION = ReportSection(
    order=80,
    applies=lambda report: bool(report.study.assays or report.study.experiments),
    write=write,
)
