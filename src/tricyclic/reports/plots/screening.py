"""Figures of screens and of the reproducibility of potencies."""

from __future__ import annotations

from functools import partial

from tricyclic.assays.screening.plate_checks import MIN_Z_PRIME
from tricyclic.core.document import Figure
from tricyclic.core.format import format_number
from tricyclic.plotting.control_chart import agreement_plot, control_chart_plot
from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.forest import ForestRow, forest
from tricyclic.plotting.screen_map import median_map, plate_course
from tricyclic.plotting.style import slug
from tricyclic.reports.plots.drawings import curve_drawing
from tricyclic.results.reproducibility import ControlChartResult, MsrResult, RelativePotencyResult
from tricyclic.results.screening import ScreeningResult


def screen_drawings(result: ScreeningResult) -> dict[str, Drawing]:
    """Z' and controls over the plates, and the median residual at each position."""
    drawings = {"plates": Drawing(partial(plate_course, result.plates, limit=MIN_Z_PRIME))}
    for size, residual in result.median_by_position.items():
        count = sum(plate.size == size for plate in result.plates)
        name = f"median-{size}"
        drawings[name] = Drawing(partial(median_map, residual, plates=count, name=name))
    return drawings


def control_chart_drawings(result: ControlChartResult) -> dict[str, Drawing]:
    """The pair of control charts with the moving MSR."""
    return {"control_chart": Drawing(partial(control_chart_plot, result), is_flexible=True)}


def msr_drawings(result: MsrResult) -> dict[str, Drawing]:
    """Ratio of the two runs against the mean of each compound."""
    return {"agreement": Drawing(partial(agreement_plot, result), is_flexible=True)}


def relative_potency_drawings(result: RelativePotencyResult) -> dict[str, Drawing]:
    """The curves of each sample with those of the reference; before them the potencies of several
    samples with their intervals.
    """
    drawings: dict[str, Drawing] = {}
    plots = {slug(one.plot.name): one.plot for one in result.potencies if one.plot is not None}
    potencies = Drawing(partial(_potencies, result), is_part=len(plots) == 1, is_flexible=True)
    has_potencies = any(one.potency > 0 for one in result.potencies)
    if has_potencies and len(plots) != 1:
        drawings["relative_potency"] = potencies
    for name, plot in plots.items():
        drawings[name] = curve_drawing(plot)
    return drawings | ({"relative_potency": potencies} if has_potencies else {})


def _potencies(result: RelativePotencyResult) -> Figure:
    rows = [
        ForestRow(
            one.sample if one.parallel else f"{one.sample} (not parallel)",
            "run",
            one.potency,
            one.low,
            one.high,
            numbers=f"{format_number(one.potency)} "
            f"({format_number(one.low)} to {format_number(one.high)})",
        )
        for one in result.potencies
        if one.potency > 0
    ]
    reference = result.potencies[0].reference
    return forest(
        rows,
        name="relative_potency",
        title=f"Potency relative to {reference}",
        x_title=f"EC50 of {reference} over EC50 of the sample",
        reference=1.0,
    )
