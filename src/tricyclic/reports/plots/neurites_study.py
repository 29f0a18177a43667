"""Figures of a neurite experiment of a study."""

from __future__ import annotations

from tricyclic.plotting.drawing import Drawing
from tricyclic.reports.plots.neurites import neurites_drawings
from tricyclic.results.neurites_study import NeuritesExperiment


def neurites_experiment_drawings(one: NeuritesExperiment) -> dict[str, Drawing]:
    """Arms, concentrations, lengths and thresholds."""
    return neurites_drawings(one.response)
