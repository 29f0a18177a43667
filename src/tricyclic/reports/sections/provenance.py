"""Provenance: the files, the program, and the commands that make the same numbers again."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.reports.section import Material, Section


def write(material: Material) -> Sequence[Block]:
    """Commands first, then every raw file with its hash."""
    result = material.result
    blocks: list[Block] = [Heading("Provenance", 1, "provenance")]
    version = f"tricyclic {result.version}" if result.version else "tricyclic"
    blocks.append(
        Paragraph(
            f"Computed by {version}. To compute all of it again, and to prove that the results are the same bytes:"
        )
    )
    blocks.append(
        Paragraph(
            f"tricyclic run {material.study_folder}\ntricyclic verify {material.study_folder}",
            "code",
        )
    )
    if result.synthetic:
        blocks.append(Paragraph(f"The data are synthetic: {result.synthetic}.", "note"))
    if result.inputs:
        rows = tuple((entry.path, str(entry.bytes), entry.sha256) for entry in result.inputs)
        anchors = tuple(f"file-{n}" for n in range(1, len(rows) + 1))
        base = material.files_at
        links = tuple(
            (f"{base}{quote(entry.path)}" if base is not None else "", "", "")
            for entry in result.inputs
        )
        blocks.append(
            Table(
                "Raw files, never changed.",
                ("File", "Bytes", "sha256"),
                rows,
                (False, True, False),
                anchors=anchors,
                links=links,
            )
        )
    return blocks


SECTION = Section(order=94, wants=lambda material: True, write=write)
