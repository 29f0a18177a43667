"""The plot of a reference and a sample with their common curve, shifted by the relative potency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.estimate import Fit, format_range
from tricyclic.core.format import format_number
from tricyclic.core.plot_data import AxisMark, CurvePlot, readings_by_curve
from tricyclic.fitting.curve_plot import fit_plot
from tricyclic.fitting.problem import FitPart
from tricyclic.results.reproducibility import RelativePotency


def parallel_plot(potency: RelativePotency, fit: Fit, parts: Sequence[FitPart]) -> CurvePlot | None:
    """Readings and curves of both; None where the fit cannot be drawn.

    Parameters
    ----------
    potency : RelativePotency
    fit : Fit
        Of both series: with common plateaus and slope, or with a shape of each.
    parts : sequence of FitPart
        Reference and sample, as they were fitted.
    """
    names = (potency.reference, potency.sample)
    plots = [
        fit_plot(part.series, part.model, fit, part=number, name=f"curves {potency.sample}")
        for number, part in enumerate(parts)
    ]
    first, second = plots
    if first is None or second is None:
        return None
    ends = [end for plot in (first, second) for end in _tested(plot)]
    common = not potency.failed
    points, levels = readings_by_curve((first, second), names)
    return replace(
        first,
        title=f"{potency.sample} and {potency.reference}",
        traces=tuple(
            replace(trace, name=name)
            for plot, name in zip((first, second), names, strict=True)
            for trace in plot.traces
        ),
        points=points,
        levels=levels,
        marks=_marks(potency, common=common),
        tested=(min(ends), max(ends)),
        caption=(
            "Both curves have the same plateaus and slope."
            if common
            else "The curves are not parallel: each has its own plateaus and slope."
        ),
    )


def _tested(plot: CurvePlot) -> tuple[float, float]:
    x = [value for points in plot.points for value in points.x]
    return float(min(x)), float(max(x))


def _marks(potency: RelativePotency, *, common: bool) -> tuple[AxisMark, ...]:
    """Both EC50s; the first has the potency as its label."""
    if not common:
        return (AxisMark("not parallel: no relative potency", math.nan),)
    ec50 = math.log10(potency.ec50_reference)
    label = f"relative potency {format_number(potency.potency)}"
    if math.isfinite(potency.low) and math.isfinite(potency.high):
        label += f" ({format_range(potency.low, potency.high)})"
    return (
        AxisMark(f"EC50 of {potency.reference}", ec50, label=label),
        AxisMark("", ec50 - math.log10(potency.potency)),
    )
