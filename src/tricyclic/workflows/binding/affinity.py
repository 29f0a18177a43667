"""Affinity (Ki) of a compound from competition plates, pooled over independent runs."""

from __future__ import annotations

from tricyclic.core.progress import ProgressCallback
from tricyclic.results.study_run import StudyRunResult
from tricyclic.workflows.binding.options import AffinityOptions
from tricyclic.workflows.binding.plates import analyse_plates


def run(options: AffinityOptions, on_progress: ProgressCallback | None = None) -> StudyRunResult:
    """Analyse the plates; every well is fitted as it was counted."""
    return analyse_plates(options, "competition", on_progress)
