"""Figures of fitted curves: all together, and each alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.plot_data import CurvePlot, readings_by_curve
from tricyclic.errors import InputError
from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.fitting.small_curves import small_curves
from tricyclic.plotting.curve import curve, draw_curve
from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.style import slug
from tricyclic.reports.plots.drawings import curve_drawing
from tricyclic.reports.plots.many_curves import sheet_drawings
from tricyclic.results.curves import CurveComparisonResult, FitComparison

# Curves that are drawn over each other; more are thumbnails.
MAX_TOGETHER, MAX_FIGURES = 12, 24


def curve_fit_drawings(result: CurveFitResult) -> dict[str, Drawing]:
    """The curves with their readings: one, several over each other, many as thumbnails; by name
    each of the first alone.

    A curve that was not fitted has its readings alone. Nothing where the model has several
    independent variables.
    """
    if len(result) > MAX_TOGETHER and (sheet := small_curves(result)) is not None:
        # Each curve is fitted and drawn when it is needed.
        alone = {
            f"curve-{number + 1}": _drawing_of(result, number)
            for number in range(min(len(result), MAX_FIGURES))
        }
        return sheet_drawings(sheet) | alone
    plots = result.curve_plots()
    together = _together(plots)
    drawings = {} if together is None else {"curves": curve_drawing(together)}
    for plot in plots:
        is_part = together is not None or len(plots) > MAX_FIGURES
        drawings[slug(plot.name)] = curve_drawing(plot, is_part=is_part)
    compared = result.queries.comparison
    for plot in compared.plots if compared is not None else ():
        drawings[slug(plot.name)] = curve_drawing(plot, is_part=True)
    return drawings


def curve_comparison_drawings(result: CurveComparisonResult | FitComparison) -> dict[str, Drawing]:
    """A figure of each comparison; the first is the main one."""
    return {
        slug(plot.name): curve_drawing(plot, is_part=k > 0) for k, plot in enumerate(result.plots)
    }


def _drawing_of(result: CurveFitResult, number: int) -> Drawing:
    """One of many curves."""

    def plot() -> CurvePlot:
        made = result.curve_plot(number)
        if made is None:
            raise InputError(
                f"{result.curves[number].label} has no figure",
                allowed=f"Its status is: {result.curves[number].status}",
                do="Its readings are among the thumbnails",
            )
        return made

    return Drawing(
        lambda: curve(plot()),
        lambda axes: draw_curve(axes, plot()),
        is_part=True,
        is_flexible=True,
        has_readings=True,
    )


def _together(plots: Sequence[CurvePlot]) -> CurvePlot | None:
    """All curves in one figure; None for one, for many, and where their axes differ."""
    axes = {(plot.x_scale, plot.x_title, plot.y_title) for plot in plots}
    single = all(len(plot.traces) <= 1 for plot in plots)
    if not 1 < len(plots) <= MAX_TOGETHER or len(axes) > 1 or not single:
        return None
    names = [plot.title or plot.name for plot in plots]
    first = plots[0]
    points, levels = readings_by_curve(plots, names)
    return replace(
        first,
        name="curves",
        title="",
        traces=tuple(
            replace(trace, name=name)
            for plot, name in zip(plots, names, strict=True)
            for trace in plot.traces
        ),
        points=points,
        levels=levels,
        marks=tuple(
            replace(mark, label=f"{name}: {mark.label}")
            for plot, name in zip(plots, names, strict=True)
            for mark in plot.marks
        ),
        tested=None,
    )
