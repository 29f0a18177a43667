"""The rows that every number rests on: wells with what they held, what was read, what the model expected."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.reports.rows import DataRow, rows_of
from tricyclic.reports.section import Material, Section, rows_anchor
from tricyclic.reports.words import number
from tricyclic.results.binding import PlateResult


def write(material: Material) -> Sequence[Block]:
    """For each plate its file and its rows."""
    blocks: list[Block] = [
        Heading("Data", 1, "data"),
        Paragraph(
            "Every number above leads here. The same rows, all together, are in wells.csv beside this report."
        ),
    ]
    for i, j, _, plate in material.plates:
        blocks.append(Heading(plate.name, 2, rows_anchor(i, j)))
        blocks += _origin(material, plate)
        rows = rows_of(plate)
        if rows:
            blocks.append(_table(i, j, plate, rows))
    return blocks


def _origin(material: Material, plate: PlateResult) -> list[Block]:
    files = list(dict.fromkeys([plate.plate.file] if plate.plate and plate.plate.file else []))
    if not files:
        return []
    assert plate.plate is not None
    anchor = material.file_anchor(files[0])
    table = Table(
        "",
        ("File", "sha256", "Unit of readings"),
        ((files[0], plate.plate.sha256, plate.plate.unit),),
        (False, False, False),
        links=((f"#{anchor}" if anchor else "", "", ""),),
    )
    notes = (
        [Paragraph(f"Read as: {'; '.join(plate.plate.notes)}.", "note")]
        if plate.plate.notes
        else []
    )
    return [table, *notes]


def _table(i: int, j: int, plate: PlateResult, rows: Sequence[DataRow]) -> Table:
    varied = list(dict.fromkeys(name for row in rows for name, _ in row.settings))
    columns = (
        "Well",
        "Role",
        "Compound",
        *varied,
        "Reading",
        "Expected",
        "Residual (SD)",
        "Left out because",
    )
    cells = []
    for row in rows:
        settings = dict(row.settings)
        cells.append(
            (
                row.well,
                row.role,
                row.compound,
                *(settings.get(name, "") for name in varied),
                f"{row.value:.6g}" if row.value == row.value else "not counted",
                number(row.expected, 4),
                number(row.residual, 2),
                row.excluded,
            )
        )
    numeric = (False, False, False, *([True] * (len(varied) + 3)), False)
    anchors = tuple(f"{rows_anchor(i, j)}-{n}" for n in range(1, len(rows) + 1))
    return Table(
        f"Rows of {plate.name}.", columns, tuple(cells), numeric, anchors=anchors, collapsed=True
    )


SECTION = Section(order=92, wants=lambda material: any(True for _ in material.plates), write=write)
