"""The files of an analysed study, in memory; the same bytes on every repetition.

They contain no time, no random numbers and no path of the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tricyclic.core.progress import ProgressCallback
from tricyclic.io.atomic import first_difference
from tricyclic.io.library.library import Library
from tricyclic.reports.files.study import study_files
from tricyclic.results.study_run import StudyRunResult, VerifyResult
from tricyclic.study.folder import PreparedStudy
from tricyclic.study.results_folder import with_manifest
from tricyclic.workflows.study_analysis import analyse_study


def study_outputs(
    prepared: PreparedStudy,
    library: Library,
    on_progress: ProgressCallback | None = None,
    *,
    compare: bool = False,
) -> tuple[StudyRunResult, dict[str, bytes]]:
    """Analyse a study and render all its files, including the manifest."""
    result = analyse_study(prepared, library, on_progress, compare=compare)
    files = study_files(result, formats=prepared.plan.formats, in_study=True)
    return result, with_manifest(prepared, files)


def compared_with(
    place: Path,
    study: Path,
    changed: str,
    outputs: Callable[[], Mapping[str, bytes]],
    log_lines: int = 0,
) -> VerifyResult:
    """Whether an analysis made again gives the files at `place`, byte for byte.

    `changed` is what is known to differ before; it is then not analysed again.
    """
    files = {} if changed else outputs()
    difference = changed or first_difference(place, files)
    return VerifyResult(
        study=str(study),
        results=str(place),
        verified=not difference,
        compared=len(files),
        log_lines=log_lines,
        difference=difference,
    )
