"""A result as the bytes of its files: report, tables, figures; what is written where the doors decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tricyclic.errors import InputError

if TYPE_CHECKING:
    from tricyclic.core.document import Document
    from tricyclic.core.plot_data import CurvePicture
    from tricyclic.jobs._found import Found
    from tricyclic.results.binding import StudyResult


def report_bytes(found: Found, ending: str) -> bytes:
    """One report of a result, in the form that its file's ending names.

    Raises
    ------
    InputError
        If the ending is none of .html, .pdf, .json.
    """
    from tricyclic.jobs._binding import curves_of
    from tricyclic.jobs._json import as_json_bytes
    from tricyclic.jobs._pictures import pictures_of

    if ending == ".json":
        return as_json_bytes(found.as_json())
    if ending not in (".html", ".pdf"):
        raise InputError(
            f"a report cannot end in '{ending}'", allowed="It ends in .html, .pdf or .json"
        )
    curves = curves_of()
    pictures = [picture for assay in found.study.assays for picture in pictures_of(assay, curves)]
    document = document_of(found.study, pictures, in_study=False)
    return html_of(document) if ending == ".html" else pdf_of(document)


def document_of(
    study: StudyResult, pictures: Sequence[CurvePicture], *, in_study: bool = True
) -> Document:
    """The report as a Document; in a study its numbers lead to the raw files beside it."""
    from tricyclic.reports.assemble import assemble

    return assemble(study, pictures, files_at="../../" if in_study else None, figure_pdf=in_study)


def html_of(document: Document) -> bytes:
    """The report as one self-contained page."""
    from tricyclic.reports.html import to_html

    return to_html(document).encode("utf-8")


def pdf_of(document: Document) -> bytes:
    """The report as PDF."""
    from tricyclic.reports.pdf import to_pdf

    return to_pdf(document)


def tables_of(study: StudyResult) -> dict[str, bytes]:
    """Estimates, parameters, wells, checks and comparisons as tidy CSV."""
    from tricyclic.reports.tables import all_tables

    return {name: text.encode("utf-8") for name, text in all_tables(study).items()}


def figures_of(document: Document) -> dict[str, bytes]:
    """Every figure of the report as SVG, and as PDF where it carries one."""
    from tricyclic.core.document import Figure

    files: dict[str, bytes] = {}
    for block in document.blocks:
        if isinstance(block, Figure):
            files[f"figures/{block.name}.svg"] = block.svg.encode("utf-8")
            if block.pdf:
                files[f"figures/{block.name}.pdf"] = block.pdf
    return files
