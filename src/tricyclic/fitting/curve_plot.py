"""The plot of one fitted curve: readings, curve and confidence band over its own range."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel
from tricyclic.core.estimate import Fit, dose_name, format_range, natural_dose
from tricyclic.core.format import format_quantity
from tricyclic.core.plot_data import AxisMark, ControlLevel, CurvePlot, PointSet, Trace
from tricyclic.core.series import Series
from tricyclic.fitting.fit import band, predict
from tricyclic.units import convert

POINTS = 200
_LOG_DOSE = re.compile(r".* \(log10 (.+)\)$")
# What the name of a column in percent begins with.
_PERCENT = re.compile(r"^(?:pct|percent|perc|%)[\s_.]*(of[\s_.])?", re.IGNORECASE)
# Decades by which the curve extends beyond the concentrations.
MARGIN_DECADES = 0.3


def fit_plot(
    series: Series,
    model: CurveModel,
    fit: Fit,
    *,
    part: int = 0,
    name: str = "curve",
    title: str = "",
) -> CurvePlot | None:
    """The plot of a fit, of the readings alone where it failed; None if the model has several
    independent variables.

    Parameters
    ----------
    series, model
        Readings and their curve.
    fit
        The fit that they belong to.
    part
        Their place in it.
    name
        File name of the figure.
    title
        Default: the description of the model, which is else part of the caption.
    """
    needed = [column for column in model.columns if column.default is None]
    values = series.x[needed[0].name] if len(needed) == 1 else np.zeros(0)
    if not values.size:
        return None
    (column,) = needed
    is_log = column.name.endswith("_M") and bool((values > 0).any())
    used = values > 0 if is_log else np.isfinite(values)
    x = np.log10(values[used]) if is_log else values[used]
    margin = MARGIN_DECADES if is_log else 0.0
    grid = np.linspace(x.min() - margin, x.max() + margin, POINTS)
    at = {column.name: 10.0**grid if is_log else grid}
    zero = series.y[~used]
    kinds = _kinds(series, model)
    described = f"{model.description[:1].upper()}{model.description[1:]}"
    return CurvePlot(
        name=name,
        title=title or described,
        x_title=_x_title(column, series.x_units.get(column.name, "M"), is_log=is_log),
        y_title=_y_title(series),
        x_scale="log10_M" if is_log else "linear",
        traces=tuple(
            Trace(
                label,
                grid,
                predict(fit, model, at | settings, part=part),
                *band(fit, model, at | settings, part=part),
            )
            for label, settings, _ in (kinds if fit.ok else ())
        ),
        points=tuple(
            PointSet(label, x[own[used]], series.y[used & own], labels=_labels(series, used & own))
            for label, _, own in kinds
        ),
        levels=(ControlLevel("0", zero),) if zero.size else (),
        marks=_marks(model, fit, part) if is_log and fit.ok else (),
        points_label="single readings",
        band_label=f"{100 * fit.confidence:g} % confidence band of the curve",
        caption=f"{described}." if title else "",
    )


def _y_title(series: Series) -> str:
    if series.trials is not None:
        return "share that responded"
    return "reading" if series.y_unit == "unknown" else f"reading ({series.y_unit})"


def in_time_unit(plot: CurvePlot, unit: str) -> CurvePlot:
    """The plot of a curve over minutes, with the axis in the unit of time of the table."""
    if plot.x_scale != "linear" or unit in ("", "min") or not plot.x_title.endswith(" (min)"):
        return plot
    minutes = convert(1.0, unit, "min")
    return replace(
        plot,
        x_title=f"{plot.x_title.removesuffix(' (min)')} ({unit})",
        traces=tuple(replace(trace, x=trace.x / minutes) for trace in plot.traces),
        points=tuple(replace(points, x=points.x / minutes) for points in plot.points),
    )


def titled(
    plot: CurvePlot, series: Series, *, x_name: str = "", y_name: str = "", x_unit: str = ""
) -> CurvePlot:
    """The plot with the titles of its columns, and a time in the unit of the table."""
    y_title = title_of_readings(y_name, series) if y_name else plot.y_title
    plot = replace(plot, x_title=title_of_doses(x_name, plot.x_title), y_title=y_title)
    return in_time_unit(plot, x_unit)


def named_marks(marks: Sequence[AxisMark], letters: str) -> tuple[AxisMark, ...]:
    """Effective doses on the axis with the letters of the user: "LD50 4.70 ug"."""
    return tuple(
        replace(mark, name=dose_name(mark.name, letters), label=dose_name(mark.label, letters))
        for mark in marks
    )


def name_of_readings(columns: Sequence[str]) -> str:
    """What columns of replicates have in common: "OD" of "OD_1" and "OD_2"; empty if nothing."""
    if len(columns) == 1:
        return columns[0]
    letters = zip(*columns, strict=False)
    shared = "".join(one[0] for one in takewhile(lambda one: len(set(one)) == 1, letters))
    return shared.rstrip("0123456789 _.-#([")


def title_of_readings(column: str, series: Series) -> str:
    """Title of the y axis: the column of readings, with the unit that its name does not state.

    "response" in % is "response (%)", and so are "response_%" and "pct_response".
    """
    if series.trials is not None:
        return f"{column} (share)"
    unit = series.y_unit
    if unit == "unknown":
        return column or "reading"
    name = column
    if unit == "%" and (match := _PERCENT.match(column)):
        name = column[match.end() :]
        if match[1]:
            return f"% of {name.replace('_', ' ')}"
    return f"{_without_unit(name, unit) or 'reading'} ({unit})"


def title_of_doses(column: str, title: str) -> str:
    """Title of an x axis of doses that are no concentrations: "dose (log10 ug)" of "dose_ug"."""
    match = _LOG_DOSE.match(title)
    if match is None or match[1] == "M" or not column:
        return title
    return f"{_without_unit(column, match[1]) or 'dose'} (log10 {match[1]})"


def _without_unit(column: str, unit: str) -> str:
    """The words of a name of a column whose unit is stated beside it."""
    spelled = re.escape(unit).replace("/", "(?:/|_per_|_)")
    return re.sub(rf"[\s_]*[(\[]?{spelled}[)\]]?$", "", column).replace("_", " ").strip()


def _kinds(
    series: Series, model: CurveModel
) -> list[tuple[str, dict[str, np.ndarray], np.ndarray]]:
    """Label, setting and readings of total and of non-specific wells; one where all are alike."""
    everything = np.ones(series.n, bool)
    if "specific" not in {column.name for column in model.columns} or "specific" not in series.x:
        return [(model.name, {}, everything)]
    sites = series.x["specific"]
    present = [site for site in (1.0, 0.0) if (sites == site).any()]
    labels = {1.0: "total", 0.0: "non-specific"} if len(present) > 1 else {}
    return [
        (labels.get(site, model.name), {"specific": np.array([site])}, sites == site)
        for site in present
    ]


def _x_title(column: Column, dose_unit: str, *, is_log: bool) -> str:
    """The description of a column without the unit, then the unit of the axis."""
    name, _, unit = column.description.partition(" [")
    if is_log:
        return f"{name} (log10 {dose_unit})"
    return f"{name} ({unit.partition(']')[0]})" if unit else name


def _labels(series: Series, used: np.ndarray) -> tuple[str, ...]:
    if not series.labels:
        return ()
    return tuple(label for label, is_used in zip(series.labels, used, strict=True) if is_used)


def _marks(model: CurveModel, fit: Fit, part: int) -> tuple[AxisMark, ...]:
    """The half-way concentration on the axis, with its interval."""
    target = fit.parts[part].names.get(model.target, model.target)
    if not model.target.startswith("log10_") or target not in fit:
        return ()
    parameter = fit[target]
    if not parameter.unit.startswith("log10 "):
        return ()
    # Called as in the model: the parameter of a curve of several has the name of the curve too.
    dose = natural_dose(replace(parameter, name=model.target))
    label = f"{dose.name} {format_quantity(dose.value, dose.unit)}"
    if math.isfinite(dose.low) and math.isfinite(dose.high):
        label += f" ({format_range(dose.low, dose.high)})"
    return (AxisMark(dose.name, parameter.value, parameter.low, parameter.high, label),)
