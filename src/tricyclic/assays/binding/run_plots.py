"""Plots of all runs of an assay on a common scale.

Competition runs are shown from 0 % (non-specific) to 100 % (total), as fitted, because runs differ
in counts and not in affinity.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.assays.binding.plot_parts import (
    Curves,
    XAxis,
    axis_marks,
    file_name,
    fitted_curve,
    fitted_window,
    median_settings,
    model_columns,
    part_name,
    subjects_of,
    title_of_run,
)
from tricyclic.core.plot_data import CurvePlot, PointSet, Trace
from tricyclic.fitting.fit import predict
from tricyclic.results.binding import AssayResult, PlateResult


def all_runs_plot(assay: AssayResult, curves: Curves) -> CurvePlot | None:
    """All runs of an assay in one plot; None for kinds of assay without a common scale."""
    if assay.kind == "competition":
        return _competition_plot(assay, curves)
    if assay.kind == "saturation":
        return _saturation_plot(assay, curves)
    return None


def _competition_plot(assay: AssayResult, curves: Curves) -> CurvePlot | None:
    axis = XAxis("competitor_M")
    drawn: list[tuple[Trace, PointSet]] = []
    subjects = subjects_of(assay.plates)
    runs = {(plate.group, plate.experiment) for plate in assay.plates}
    for plate in assay.plates:
        if not plate.fit.ok:
            continue
        window = fitted_window(plate, curves[plate.model])
        if window is None:
            return None
        drawn += _competition_curves(
            plate, curves, axis, window, by_compound=len(subjects) > 1, several=len(runs) > 1
        )
    if not drawn:
        return None
    return CurvePlot(
        name=f"{file_name(assay.name)}_all_runs",
        title=_title(assay, assay.plates),
        x_title=axis.title_of(subjects),
        y_title="specific binding (%)",
        traces=tuple(trace for trace, _ in drawn),
        points=tuple(points for _, points in drawn),
        marks=axis_marks(
            [e for e in assay.pooled if e.name == "Ki" and e.unit == "nM" and e.value > 0], axis
        ),
        caption="Each run from 0 % (non-specific, as fitted) to 100 % (total, as fitted); the fits "
        "are of the raw wells.",
        assay=assay.name,
    )


def _competition_curves(
    plate: PlateResult,
    curves: Curves,
    axis: XAxis,
    window: tuple[float, float],
    *,
    by_compound: bool,
    several: bool,
) -> list[tuple[Trace, PointSet]]:
    """Curve and wells of each compound of one run, in percent of the fitted window."""
    model = curves[plate.model]
    floor, top = window
    height = 100.0 / (top - floor)
    drawn = []
    for number, part in enumerate(plate.fit.parts):
        specific = part.series.x.get("specific", np.ones(part.series.n)) > 0
        rows = (part.series.x["competitor_M"] > 0) & specific
        if not rows.any():
            continue
        series = part.series.keep(rows)
        x = series.x["competitor_M"]
        compound = _compound(plate, number) if by_compound else ""
        run = f"{plate.group + ' ' if plate.group else ''}{plate.experiment}"
        legend = ", ".join(
            text for text in (compound, run if several or not compound else "") if text
        )
        dense = axis.dense(x)
        settings = median_settings(series, model)
        mean, low, high = fitted_curve(plate, model, number, "competitor_M", dense, settings)
        mean, low, high = ((y - floor) * height for y in (mean, low, high))
        subject = f"{plate.group} {compound}".strip() or "all runs"
        points = PointSet(
            legend,
            axis.position(x),
            (series.y - floor) * height,
            labels=series.labels,
            subject=subject,
        )
        trace = Trace(legend, axis.position(dense), mean, low, high, subject=subject)
        drawn.append((trace, points))
    return drawn


def _compound(plate: PlateResult, number: int) -> str:
    """The compound of a curve of a run: that of its part, or the only one of the run."""
    subjects = subjects_of([plate])
    only = len(plate.fit.parts) == 1 and len(subjects) == 1
    return subjects[0] if only else part_name(plate, number)


def _title(assay: AssayResult, plates: Sequence[PlateResult]) -> str:
    """The title with the number of independent runs; several compounds or plates may be of one."""
    runs = list(dict.fromkeys(plate.experiment for plate in plates))
    return title_of_run(assay.title, f"{len(runs)} runs" if len(runs) > 1 else runs[0])


def _saturation_plot(assay: AssayResult, curves: Curves) -> CurvePlot | None:
    axis = XAxis.of_column("radioligand_M", assay.plates[0])
    fitted = [plate for plate in assay.plates if plate.fit.ok]
    units = {bmax_scale(plate)[1] for plate in fitted}
    if len(units) != 1:
        return None
    drawn = [_specific_curve(plate, curves, axis) for plate in fitted]
    return CurvePlot(
        name=f"{file_name(assay.name)}_all_runs",
        title=_title(assay, fitted),
        x_title=axis.title(assay.plates[0]),
        y_title=f"specific binding ({units.pop()})",
        x_scale="linear",
        traces=tuple(trace for trace, _ in drawn),
        points=tuple(points for _, points in drawn),
        points_label="single wells less the fitted non-specific binding",
        caption="The fitted non-specific binding is subtracted for the plot only; the fits are of "
        "the raw wells.",
        assay=assay.name,
    )


def _specific_curve(plate: PlateResult, curves: Curves, axis: XAxis) -> tuple[Trace, PointSet]:
    """Specific binding of one run, curve and total wells less the fitted non-specific binding."""
    model = curves[plate.model]
    (part,) = plate.fit.parts
    factor, _ = bmax_scale(plate)
    series = part.series
    is_total = series.x["specific"] > 0
    total = series.keep(is_total)
    x = series.x["radioligand_M"]
    dense = axis.dense(x)
    settings = median_settings(total, model)
    binding, blank = (
        fitted_curve(plate, model, 0, "radioligand_M", dense, settings | {"specific": s})[0]
        for s in (1.0, 0.0)
    )
    nonspecific = {**model_columns(total, model), "specific": np.zeros(total.n)}
    floor = predict(plate.fit, model, nonspecific)
    # Runs of one group share a name, and with it colour and symbol, because groups are compared.
    legend = plate.group or plate.experiment
    subject = plate.group or "all runs"
    points = PointSet(
        legend,
        axis.position(x[is_total]),
        (total.y - floor) * factor,
        labels=total.labels,
        subject=subject,
    )
    mean = (binding - blank) * factor
    return Trace(legend, axis.position(dense), mean, subject=subject), points


def bmax_scale(plate: PlateResult) -> tuple[float, str]:
    """Factor from readings to the unit of Bmax, and that unit."""
    bmax = next((e for e in plate.estimates if e.name == "Bmax"), None)
    if bmax is not None and "log10_bmax" in plate.fit and "signal_per_M" in plate.fit:
        molar = 10.0 ** plate.fit["log10_bmax"].value
        return bmax.value / molar / plate.fit["signal_per_M"].value, bmax.unit
    return 1.0, plate.series[0].y_unit
