"""Figures of a microdialysis experiment of a study."""

from __future__ import annotations

from tricyclic.plotting.drawing import Drawing
from tricyclic.reports.plots.chromatography import batch_drawings
from tricyclic.reports.plots.microdialysis import microdialysis_drawings
from tricyclic.results.dialysis_study import DialysisExperiment


def experiment_drawings(one: DialysisExperiment) -> dict[str, Drawing]:
    """Courses of the animals, then those of the batch."""
    drawings = dict(microdialysis_drawings(one.response))
    return drawings | batch_drawings(one.batch) if one.batch is not None else drawings
