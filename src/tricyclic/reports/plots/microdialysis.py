"""Figures of microdialysis."""

from __future__ import annotations

from functools import partial

from tricyclic.core.fractions import PERCENT
from tricyclic.plotting.dialysis import (
    dialysis_animals,
    dialysis_course,
    draw_dialysis_animals,
    draw_dialysis_course,
)
from tricyclic.plotting.drawing import Drawing
from tricyclic.results.microdialysis import MicrodialysisResult


def microdialysis_drawings(result: MicrodialysisResult) -> dict[str, Drawing]:
    """Courses in percent of baseline, the animals, and courses in the unit of the values."""
    drawings = {
        "time_course": Drawing(
            partial(dialysis_course, result),
            lambda axes: draw_dialysis_course(axes, result),
            is_flexible=True,
        ),
        "animals": Drawing(
            partial(dialysis_animals, result),
            lambda axes: draw_dialysis_animals(axes, result),
            is_flexible=True,
        ),
    }
    if result.unit != PERCENT:
        drawings["time_course_absolute"] = Drawing(
            partial(dialysis_course, result, "absolute"),
            lambda axes: draw_dialysis_course(axes, result, "absolute"),
            is_flexible=True,
        )
    return drawings
