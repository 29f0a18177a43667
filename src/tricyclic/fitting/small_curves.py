"""The curves of a fit of many as thumbnails."""

from __future__ import annotations

from functools import partial

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel
from tricyclic.core.curve_sheet import CurveSheet, SmallCurve
from tricyclic.core.estimate import unit_of_parameter
from tricyclic.core.format import format_number
from tricyclic.fitting.curve_tables import (
    is_log_dose,
    printable,
    shown_unit,
    unit_of_axis,
)
from tricyclic.fitting.fitted_curve import GroupFit
from tricyclic.fitting.fitted_curves import FittedCurves
from tricyclic.fitting.potency import NOT_DETERMINED
from tricyclic.io.curves.columns import effect_in_column_name

# Curves that are drawn, 37 pages of them.
MAX_CURVES = 2_000


def small_curves(result: FittedCurves) -> CurveSheet | None:
    """Thumbnails of the first 2,000 curves of a fit; None where the curves have several independent
    variables or different ones.
    """
    columns = [_axis(curve.part.model) for curve in result.curves]
    units = {
        unit_of_axis(curve, c.name) for curve, c in zip(result.curves, columns, strict=True) if c
    }
    first = columns[0] if columns else None
    if first is None or len(units) > 1 or any(c is None or c.name != first.name for c in columns):
        return None
    is_log = first.name.endswith("_M") and all(
        bool((curve.part.series.x[first.name] > 0).any()) for curve in result.curves
    )
    name, _, own = first.description.partition(" [")
    unit, factor = shown_unit(units.pop()) if first.name.endswith("_M") else (own.rstrip("]"), 1.0)
    target, own_unit = _target(result.curves[0])
    y_units = {curve.part.series.y_unit for curve in result.curves}
    return CurveSheet(
        result.y_name or result.description,
        [_small(curve, first, factor, is_log=is_log) for curve in result.curves[:MAX_CURVES]],
        len(result.curves),
        unit,
        target,
        name,
        value_unit=unit if own_unit.startswith("log10 ") else own_unit,
        is_percent=bool(effect_in_column_name(result.y_name)) or y_units == {"%"},
        is_log=is_log,
    )


def _axis(model: CurveModel) -> Column | None:
    """The independent variable, where there is one."""
    needed = [column for column in model.columns if column.default is None]
    return needed[0] if len(needed) == 1 else None


def _target(curve: GroupFit) -> tuple[str, str]:
    """Name and unit of what the curve was fitted for."""
    model = curve.part.model
    unit = next((one.unit for one in curve.parameters if one.name == model.target), "")
    name = model.target.removeprefix("log10_")
    words = {"ec50": "EC50", "ic50": "IC50", "ki": "Ki", "kd": "Kd"}
    return words.get(name, name), unit_of_parameter(unit, curve.part.series.y_unit)


def _small(curve: GroupFit, axis: Column, factor: float, *, is_log: bool) -> SmallCurve:
    values = curve.part.series.x[axis.name] * factor
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.where(values > 0, np.log10(values), -np.inf) if is_log else values
    known = bool(np.isfinite(list(curve.values.values())).all())
    return SmallCurve(
        curve.label,
        x,
        curve.part.series.y,
        curve.status,
        _text(curve),
        partial(_expected, curve, axis, factor, is_log) if known else None,
    )


def _text(curve: GroupFit) -> str:
    """The printed value."""
    target = curve.part.model.target
    one = next((one for one in curve.parameters if one.name == target), None)
    if one is None or is_log_dose(one):
        return printable(curve)
    return format_number(one.estimate) if np.isfinite(one.estimate) else NOT_DETERMINED


def _expected(
    curve: GroupFit, axis: Column, factor: float, is_log: bool, grid: np.ndarray
) -> np.ndarray:
    """Fitted readings along the axis; a row each for total and non-specific wells."""
    series = curve.part.series
    at = (10.0**grid if is_log else grid) / factor
    settings = {
        column.name: [column.default]
        if column.name not in series.x
        else list(np.unique(series.x[column.name]))
        for column in curve.part.model.columns
        if column.name != axis.name
    }
    rows = max((len(values) for values in settings.values()), default=1)
    with np.errstate(all="ignore"):
        return np.array(
            [
                curve.part.model.curve(
                    **{axis.name: at},
                    **{
                        name: np.full(at.size, values[min(row, len(values) - 1)])
                        for name, values in settings.items()
                    },
                    **curve.values,
                )
                for row in range(rows)
            ]
        )
