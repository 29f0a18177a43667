"""Maps of all plates: readings, roles, exclusions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.document import Block, Heading
from tricyclic.plotting.plate import plate_map
from tricyclic.reports.section import Material, Section


def write(material: Material) -> Sequence[Block]:
    """One map per plate."""
    blocks: list[Block] = [Heading("Plates", 1, "plates")]
    for i, j, assay, plate in material.plates:
        if plate.plate is not None and plate.plate.wells:
            title = f"{plate.name}: {assay.title}" if assay.title else plate.name
            figure = plate_map(replace(plate.plate, name=f"plate-{i}-{j}"), title=title, pdf=False)
            blocks.append(figure)
    return blocks


SECTION = Section(
    order=90,
    wants=lambda material: any(p.plate is not None and p.plate.wells for *_, p in material.plates),
    write=write,
)
