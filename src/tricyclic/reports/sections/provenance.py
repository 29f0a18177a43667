"""Provenance: files, program, and the commands that reproduce the results."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.core.unused import split_remarks
from tricyclic.reports.section import ReportData, ReportSection


def write(report: ReportData) -> Sequence[Block]:
    """The commands, then every raw file with its hash."""
    study = report.study
    blocks: list[Block] = [Heading("Provenance", 1, "provenance"), *_commands(report)]
    if study.synthetic:
        blocks.append(Paragraph(f"The data are synthetic: {study.synthetic}.", "note"))
    if study.inputs:
        blocks.append(_files(report))
    if study.read_as:
        rows = tuple((part,) for part in study.read_as)
        blocks.append(Table("How the files were read.", ("Decision",), rows))
    parts, remarks = split_remarks(study.unused)
    if remarks:
        rows = tuple((part,) for part in remarks)
        blocks.append(Table("Remarks about what was read.", ("Remark",), rows))
    if parts:
        rows = tuple((part,) for part in parts)
        blocks.append(Table("Parts of the files that no run uses.", ("Not used",), rows))
    return blocks


def _commands(report: ReportData) -> list[Block]:
    version = f"tricyclic {report.study.version}" if report.study.version else "tricyclic"
    folder = report.study_folder
    if not folder:
        return [Paragraph(f"Computed by {version}.")]
    return [
        Paragraph(
            f"Computed by {version}. These commands repeat the analysis, and verify that the "
            "results are reproduced byte for byte:"
        ),
        Paragraph(f"tricyclic study run {folder}\ntricyclic study verify {folder}", "code"),
    ]


def _files(report: ReportData) -> Table:
    inputs, base = report.study.inputs, report.files_at
    return Table(
        "Raw files.",
        ("File", "Bytes", "sha256"),
        tuple((entry.path, str(entry.bytes), entry.sha256) for entry in inputs),
        (False, True, False),
        anchors=tuple(f"file-{number}" for number in range(1, len(inputs) + 1)),
        links=tuple(
            (f"{base}{quote(entry.path)}" if base is not None else "", "", "") for entry in inputs
        ),
    )


SECTION = ReportSection(order=94, appendix=True, applies=lambda report: True, write=write)
