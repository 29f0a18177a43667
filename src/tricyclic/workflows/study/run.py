"""Analyses a study folder: tables, JSON, figures and a report, written completely or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.io.atomic import only_one
from tricyclic.io.files import existing_file
from tricyclic.io.library.library import Library
from tricyclic.results.study_run import StudyRunResult
from tricyclic.study.folder import read_study
from tricyclic.study.results_folder import save_results
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.study.options import RunStudyOptions
from tricyclic.workflows.study.outputs import study_outputs
from tricyclic.workflows.study.workbook import is_workbook_study, run_workbook_study


def run(options: RunStudyOptions, on_progress: ProgressCallback | None = None) -> StudyRunResult:
    """Analyse the study; the previous results remain until the new ones are complete."""
    study = Path(options.study)
    if is_workbook_study(study):
        if options.compare:
            refuse_without_effect(options, ("compare",), "study folders with microdialysis")
        return run_workbook_study(existing_file(study), on_progress)
    return run_study(study, on_progress, compare=options.compare)


def run_study(
    folder: Path, on_progress: ProgressCallback | None = None, *, compare: bool = False
) -> StudyRunResult:
    """Read, analyse and write a study while its folder is locked."""
    library = Library()
    with only_one(folder):
        report_progress(on_progress, 0, 1, f"reading {folder}")
        prepared = read_study(folder, library, on_progress)
        result, files = study_outputs(prepared, library, on_progress, compare=compare)
        place = save_results(prepared, files, {"checks": result.count_levels()})
    return replace(result, folder=str(place), unused_files=prepared.unused_files)
