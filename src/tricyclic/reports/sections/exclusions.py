"""What was left out, why, by whom, and when."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.reports.section import Material, Section, rows_anchor


def write(material: Material) -> Sequence[Block]:
    """The recorded exclusions, and the wells that are in fact left out."""
    blocks: list[Block] = [Heading("Exclusions", 1, "exclusions")]
    recorded = material.result.exclusions
    wells = [
        (i, j, plate, well)
        for i, j, _, plate in material.plates
        if plate.plate
        for well in plate.plate.wells
        if well.excluded
    ]
    if not recorded and not wells:
        return [*blocks, Paragraph("Nothing was left out.")]
    if recorded:
        rows = tuple((e.target, e.reason, e.who, e.when) for e in recorded)
        blocks.append(Table("Exclusions as recorded.", ("What", "Reason", "Who", "When"), rows))
    if wells:
        rows = tuple(
            (plate.name, well.name, f"{well.value:g}", well.excluded) for _, _, plate, well in wells
        )
        links = tuple(("", "", f"#{rows_anchor(i, j)}", "") for i, j, _, _ in wells)
        blocks.append(
            Table(
                "Wells left out of the fits; crossed in the figures.",
                ("Plate", "Well", "Reading", "Reason"),
                rows,
                (False, False, True, False),
                links=links,
            )
        )
    return blocks


SECTION = Section(order=80, wants=lambda material: bool(material.result.assays), write=write)
