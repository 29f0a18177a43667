"""Runs the example study: from raw counts to a report, in one command."""

from __future__ import annotations

from pathlib import Path

from tricyclic.core.progress import ProgressCallback
from tricyclic.results.study_run import DemoResult
from tricyclic.study.examples import copy_example
from tricyclic.workflows.study.options import DemoOptions
from tricyclic.workflows.study.run import run_study

EXAMPLE = "desipramine-study"


def run(options: DemoOptions, on_progress: ProgressCallback | None = None) -> DemoResult:
    """Copy the example study, unless it is there already, and run it."""
    copy_example(EXAMPLE, Path(options.folder))
    result = run_study(Path(options.folder), on_progress)
    paths = (Path(result.folder) / name for name in ("report.html", "report.pdf"))
    reports = tuple(str(path) for path in paths if path.is_file())
    return DemoResult(
        result.study,
        result.methods,
        result.curves,
        result.folder,
        result.unused_files,
        reports=reports,
    )
