"""The files of an analysed study, in memory; the same bytes on every repetition.

They contain no time, no random numbers and no path of the machine.
"""

from __future__ import annotations

from tricyclic.core.progress import ProgressCallback
from tricyclic.io.library.library import Library
from tricyclic.reports.files.study import study_files
from tricyclic.results.study_run import StudyRunResult
from tricyclic.study.folder import PreparedStudy
from tricyclic.study.results_folder import with_manifest
from tricyclic.workflows.study_analysis import analyse_study


def study_outputs(
    prepared: PreparedStudy, library: Library, on_progress: ProgressCallback | None = None
) -> tuple[StudyRunResult, dict[str, bytes]]:
    """Analyse a study and render all its files, including the manifest."""
    result = analyse_study(prepared, library, on_progress)
    files = study_files(result, formats=prepared.plan.formats, in_study=True)
    return result, with_manifest(prepared, files)
