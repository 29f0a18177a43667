"""Rate constants, residence time and kinetic Kd from plates read over time."""

from __future__ import annotations

from tricyclic.core.progress import ProgressCallback
from tricyclic.results.study_run import StudyRunResult
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.binding.options import KineticsOptions
from tricyclic.workflows.binding.plates import analyse_plates


def run(options: KineticsOptions, on_progress: ProgressCallback | None = None) -> StudyRunResult:
    """Analyse the plates."""
    refuse_without_effect(
        options, ("calibrate",), "comparisons of models, which competition and saturation have"
    )
    return analyse_plates(options, options.kind, on_progress)
