"""Maps of the plates: readings, roles and exclusions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.document import Block, Heading
from tricyclic.plotting.plate import plate_map
from tricyclic.reports.section import ReportData, ReportSection


def write(report: ReportData) -> Sequence[Block]:
    """One map per plate."""
    blocks: list[Block] = [Heading("Plates", 1, "plates")]
    for i, j, assay, plate in report.plates:
        if plate.plate is not None and plate.plate.wells:
            title = f"{plate.name}: {assay.title}" if assay.title else plate.name
            figure = plate_map(
                replace(plate.plate, name=f"plate-{i}-{j}"),
                title=title,
                pdf=False,
                show_title=False,
            )
            blocks.append(figure)
    return blocks


SECTION = ReportSection(
    order=90,
    appendix=True,
    applies=lambda report: any(p.plate is not None and p.plate.wells for *_, p in report.plates),
    write=write,
)
