"""Rate constants, residence time and kinetic Kd from plates read over time."""

from __future__ import annotations

from tricyclic.core.progress import ProgressCallback
from tricyclic.results.study_run import StudyRunResult
from tricyclic.workflows.binding.options import KineticsOptions
from tricyclic.workflows.binding.plates import analyse_plates


def run(options: KineticsOptions, on_progress: ProgressCallback | None = None) -> StudyRunResult:
    """Analyse the plates."""
    return analyse_plates(options, options.kind, on_progress)
