"""The readings: wells with their contents, reading, and the value expected by the fit."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.reports.rows import DataRow, data_rows
from tricyclic.reports.section import ReportData, ReportSection, rows_anchor
from tricyclic.reports.words import format_optional
from tricyclic.results.binding import PlateResult


def write(report: ReportData) -> Sequence[Block]:
    """The file and the readings of each plate."""
    blocks: list[Block] = [
        Heading("Data", 1, "data"),
        Paragraph(
            "The numbers above link to these readings. The table wells.csv beside this report "
            "contains all of them."
        ),
    ]
    for i, j, _, plate in report.plates:
        blocks.append(Heading(plate.name, 2, rows_anchor(i, j)))
        blocks += _origin(report, plate)
        rows = data_rows(plate)
        if rows:
            blocks.append(_table(i, j, plate, rows))
    return blocks


def _origin(report: ReportData, plate: PlateResult) -> list[Block]:
    files = list(dict.fromkeys([plate.plate.file] if plate.plate and plate.plate.file else []))
    if not files:
        return []
    assert plate.plate is not None
    anchor = report.file_anchor(files[0])
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
        "Reason of exclusion",
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
                format_optional(row.expected, 4),
                format_optional(row.residual, 2),
                row.excluded,
            )
        )
    numeric = (False, False, False, *([True] * (len(varied) + 3)), False)
    anchors = tuple(f"{rows_anchor(i, j)}-{n}" for n in range(1, len(rows) + 1))
    return Table(
        f"Readings of {plate.name}.",
        columns,
        tuple(cells),
        numeric,
        anchors=anchors,
        collapsed=True,
    )


SECTION = ReportSection(
    order=92, applies=lambda report: any(True for _ in report.plates), write=write
)
