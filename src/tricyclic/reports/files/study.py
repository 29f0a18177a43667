"""An analysed study as files: tables, JSON, reports and figures."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.io.frames import Columns
from tricyclic.io.write_tables import csv_files
from tricyclic.reports.experiments import further_files, of_each
from tricyclic.reports.results_workbook import results_csv, results_xlsx
from tricyclic.reports.study_report import (
    figure_files,
    render,
    result_json_bytes,
    study_document,
)
from tricyclic.reports.tables import study_tables
from tricyclic.results.study_run import StudyRunResult


def study_files(
    result: StudyRunResult,
    *,
    formats: Sequence[str] = ("html", "pdf"),
    in_study: bool = False,
) -> dict[str, bytes]:
    """Name of each file and its bytes; the same study gives the same bytes.

    Parameters
    ----------
    result
        The analysed study.
    formats
        Formats of the report: "html", "pdf".
    in_study
        Whether the files are written into the study folder, so that the report can link to raw
        files.
    """
    document = study_document(result, in_study=in_study, figure_pdf=True)
    files = study_tables(result.study) | {"result.json": result_json_bytes(result)}
    files |= {"results.csv": results_csv(result), "results.xlsx": results_xlsx(result)}
    tables: dict[str, Columns] = of_each(result.study, "frames", "_")
    files |= csv_files(tables) | further_files(result.study)
    files |= {f"report.{format}": render(document, f".{format}") for format in formats}
    return files | figure_files(document)
