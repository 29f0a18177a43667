"""Affinity (Kd) of a radioligand and density of its sites (Bmax) from saturation plates."""

from __future__ import annotations

from tricyclic.core.progress import ProgressCallback
from tricyclic.results.study_run import StudyRunResult
from tricyclic.workflows.binding.options import SaturationOptions
from tricyclic.workflows.binding.plates import analyse_plates


def run(options: SaturationOptions, on_progress: ProgressCallback | None = None) -> StudyRunResult:
    """Analyse the plates; total and non-specific wells share one fit."""
    return analyse_plates(options, options.kind, on_progress)
