"""Creates a study folder: a commented study.toml, a plate layout, exclusions, and raw/."""

from __future__ import annotations

from pathlib import Path

from tricyclic.core.progress import ProgressCallback
from tricyclic.io.library.library import Library
from tricyclic.results.study_run import NewStudyResult
from tricyclic.study.template import study_template, write_study
from tricyclic.workflows.study.options import NewStudyOptions


def run(options: NewStudyOptions, on_progress: ProgressCallback | None = None) -> NewStudyResult:
    """Write the template of a protocol."""
    files = study_template(Library(options.library).protocol(options.protocol))
    folder = Path(options.folder)
    write_study(folder, files)
    return NewStudyResult(str(folder), tuple(sorted(files)))
