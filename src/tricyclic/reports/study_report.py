"""The report of an analysed study or of single plates, as HTML, PDF or JSON."""

from __future__ import annotations

from tricyclic.assays.binding.plots import assay_plots
from tricyclic.core.document import Document, Figure
from tricyclic.errors import InputError
from tricyclic.reports.assemble import assemble
from tricyclic.reports.documents import STUDY_FORMATS
from tricyclic.reports.html import to_html
from tricyclic.reports.json import document as json_document
from tricyclic.reports.json import encode
from tricyclic.reports.json.study import study_json
from tricyclic.reports.pdf import to_pdf
from tricyclic.reports.results_workbook import results_csv, results_xlsx
from tricyclic.results.study_run import StudyRunResult


def report_bytes(result: StudyRunResult, suffix: str) -> bytes:
    """The report, or the table of results, in the format of a suffix.

    Raises
    ------
    InputError
        If the suffix is none of .html, .pdf, .json, .csv, .xlsx.
    """
    write = {".json": result_json_bytes, ".csv": results_csv, ".xlsx": results_xlsx}.get(suffix)
    if write is not None:
        return write(result)
    if suffix not in STUDY_FORMATS:
        raise InputError(
            f"a report cannot end in '{suffix}'", allowed=f"It is one of {', '.join(STUDY_FORMATS)}"
        )
    return render(study_document(result), suffix)


def study_document(
    result: StudyRunResult, *, in_study: bool = False, figure_pdf: bool = False
) -> Document:
    """The report as a Document.

    Parameters
    ----------
    result
        The analysed study.
    in_study
        Whether the report is written into the study folder, so that it can link to raw files.
    figure_pdf
        Whether each figure also has a PDF.
    """
    plots = [plot for assay in result.study.assays for plot in assay_plots(assay, result.curves)]
    return assemble(
        result.study,
        plots,
        study_folder="DIR" if in_study else "",
        files_at="../../" if in_study else None,
        figure_pdf=figure_pdf,
    )


def render(document: Document, suffix: str) -> bytes:
    """A Document as a page (.html) or as PDF (.pdf)."""
    return to_html(document).encode("utf-8") if suffix == ".html" else to_pdf(document)


def result_json_bytes(result: StudyRunResult) -> bytes:
    """The study as the bytes of result.json."""
    return encode(json_document("study", study_json(result)))


def figure_files(document: Document) -> dict[str, bytes]:
    """The figures of a Document as SVG, and as PDF where they have one."""
    files: dict[str, bytes] = {}
    for block in document.blocks:
        if isinstance(block, Figure):
            files |= block.files(f"figures/{block.name}")
    return files
