"""Figures of an evoked-release experiment of a study."""

from __future__ import annotations

from tricyclic.plotting.drawing import Drawing
from tricyclic.reports.plots.release import release_drawings
from tricyclic.results.release_study import ReleaseExperiment


def release_experiment_drawings(one: ReleaseExperiment) -> dict[str, Drawing]:
    """Arms, potentiation and antagonists."""
    return release_drawings(one.response)
