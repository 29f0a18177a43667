"""Drawings of plot data: fitted curves, and time courses with each of their panels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from tricyclic.core.course_plot import TimeCoursePlot
from tricyclic.core.plot_data import CurvePlot
from tricyclic.plotting.course import draw_panel, plot_courses
from tricyclic.plotting.curve import curve, draw_curve
from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.style import slug


def curve_drawing(plot: CurvePlot, *, is_part: bool = False) -> Drawing:
    """A figure of fitted curves, which can also be drawn into axes."""
    return Drawing(
        partial(curve, plot),
        lambda axes: draw_curve(axes, plot),
        is_part=is_part,
        is_flexible=True,
        has_readings=True,
    )


def course_drawing(plot: TimeCoursePlot, *, is_part: bool = False) -> Drawing:
    """A figure of time courses; one panel can also be drawn into axes."""
    single = len(plot.panels) == 1
    return Drawing(
        partial(plot_courses, plot),
        (lambda axes: draw_panel(axes, plot, plot.panels[0])) if single else None,
        is_part=is_part,
        is_flexible=True,
    )


def plot_drawings(plots: Iterable[CurvePlot | TimeCoursePlot]) -> dict[str, Drawing]:
    """Drawings by the names of their plots."""
    return {
        slug(plot.name): curve_drawing(plot)
        if isinstance(plot, CurvePlot)
        else course_drawing(plot)
        for plot in plots
    }
