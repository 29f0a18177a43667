"""The readings: wells with their contents, reading, and the value expected by the fit."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.core.format import list_names
from tricyclic.reports.rows import DataRow, data_rows
from tricyclic.reports.section import ReportData, ReportSection, rows_anchor
from tricyclic.reports.words import MAX_PLACES, format_optional, sentence
from tricyclic.results.binding import PlateResult


def write(report: ReportData) -> Sequence[Block]:
    """A table of the plates with their files, then the readings of each plate."""
    blocks: list[Block] = [
        Heading("Data", 1, "data"),
        Paragraph(
            "The numbers above link to the readings of their plate, in the HTML report; the table "
            "wells.csv beside this report contains all of them."
        ),
        _origins(report),
    ]
    notes: dict[str, list[str]] = {}
    for _, _, _, plate in report.plates:
        if plate.plate is not None and plate.plate.notes:
            notes.setdefault("; ".join(plate.plate.notes), []).append(plate.name)
    blocks += [
        Paragraph(f"{list_names(names, MAX_PLACES)}: {sentence(note)}", "note")
        for note, names in notes.items()
    ]
    for i, j, _, plate in report.plates:
        rows = data_rows(plate)
        if rows:
            blocks.append(_table(i, j, plate, rows))
    return blocks


def _origins(report: ReportData) -> Table:
    """The file of each plate, whose hash Provenance lists."""
    rows, links, anchors = [], [], []
    for i, j, _, plate in report.plates:
        read = plate.plate
        rows.append(
            (
                plate.name,
                read.file if read else "",
                read.unit if read else plate.series[0].y_unit if plate.series else "",
                str(len(data_rows(plate))),
            )
        )
        anchor = report.file_anchor(read.file) if read and read.file else ""
        own = f"#{rows_anchor(i, j)}" if data_rows(plate) else ""
        links.append((own, f"#{anchor}" if anchor else "", "", ""))
        anchors.append(f"origin-{i}-{j}")
    return Table(
        "Plates and tables.",
        ("Run", "File", "Unit", "Readings"),
        tuple(rows),
        (False, False, False, True),
        anchors=tuple(anchors),
        links=tuple(links),
    )


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
        anchor=rows_anchor(i, j),
        on_screen_only=True,
    )


SECTION = ReportSection(
    order=92, appendix=True, applies=lambda report: any(True for _ in report.plates), write=write
)
