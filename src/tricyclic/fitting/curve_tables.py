"""Fitted curves as tables: one row per curve, per parameter, per reading, per effective dose.

Units are part of the column names, except those of the readings, which are the user's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.concentrations import is_dose_unit
from tricyclic.core.estimate import (
    TO_NANOMOLAR,
    WITHOUT_MIDPOINT,
    FittedParameter,
    unit_of_parameter,
)
from tricyclic.core.potency_columns import LOG10_NM_PER_M
from tricyclic.fitting.curve_predictions import Prediction, from_model_unit
from tricyclic.fitting.effective_dose import EffectiveDose, dose_column
from tricyclic.fitting.fitted_curve import GroupFit
from tricyclic.fitting.fitted_curves import FittedCurves
from tricyclic.fitting.potency import PotencyInput, PrintedPotency, printed_potency
from tricyclic.io.frames import Columns
from tricyclic.io.headings import unit_in_column_name
from tricyclic.results.curves import CurveComparison

LARGEST_LOG10 = 290.0
LOG10 = "log10 "


def checks_of(result: FittedCurves) -> tuple[Check, ...]:
    """Checks of the fits in the order of the curves; none of curves that the engine of many fitted,
    whose table names them.
    """
    if result.by_many:
        return ()
    fits = [result.joint] if result.joint is not None else [*result.fits]
    return tuple(check for fit in fits for check in fit.checks)


def key_columns(by: Sequence[str], curves: Iterable[GroupFit]) -> dict[str, list[str]]:
    """The columns that distinguish the curves: "curve" where the table has none, and nothing where
    there is one curve.
    """
    listed = list(curves)
    if not by:
        labels = [curve.label for curve in listed]
        return {"curve": labels} if len(set(labels)) > 1 else {}
    return {name: [curve.key[k] for curve in listed] for k, name in enumerate(by)}


def curve_columns_of(result: FittedCurves) -> Columns:
    """One row for each curve."""
    curves = result.curves
    columns: dict[str, Any] = dict(key_columns(result.by, curves))
    models = [curve.part.curve_name for curve in curves]
    if len(set(models)) > 1:
        columns["model"] = models
    targets = list(dict.fromkeys(curve.part.model.target for curve in curves))
    names = list(dict.fromkeys(p.name for curve in curves for p in curve.parameters))
    logarithms: dict[str, Any] = {}
    for name in [*targets, *(one for one in names if one not in targets)]:
        own = [_parameter(curve, name) for curve in curves]
        shown, logs = _parameter_columns(name, own, curves, is_target=name in targets)
        columns |= shown
        logarithms |= logs
    columns |= {
        "status": [curve.status for curve in curves],
        "n": [curve.part.series.n for curve in curves],
        "df": [curve.df for curve in curves],
        "r_squared": [curve.r_squared for curve in curves],
        "residual_sd": [curve.sd for curve in curves],
        "p_lack_of_fit": [curve.p_lack_of_fit for curve in curves],
        "checks": [", ".join(curve.checks) for curve in curves],
    }
    return columns | logarithms


def _parameter(curve: GroupFit, name: str) -> FittedParameter | None:
    return next((one for one in curve.parameters if one.name == name), None)


def _parameter_columns(
    name: str,
    own: Sequence[FittedParameter | None],
    curves: Sequence[GroupFit],
    *,
    is_target: bool,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns of one parameter; of a concentration those in nM, and those of its logarithm."""
    known = [
        math.nan if one is None else _estimate(one, curve)
        for one, curve in zip(own, curves, strict=True)
    ]
    units = {one.unit for one in own if one is not None and is_log_dose(one)}
    if len(units) != 1:
        return {name: known}, {}
    own_unit = units.pop().removeprefix(LOG10)
    unit, factor = shown_unit(own_unit)
    short, end, log_end = (name.removeprefix("log10_"), _suffix(unit), _suffix(own_unit))
    columns: dict[str, Any] = {f"{short}{end}": [_power10(value, factor) for value in known]}
    if not is_target:
        return columns, {f"{name}{log_end}": known}
    low, high, se = (
        [math.nan if one is None else getattr(one, end) for one in own]
        for end in ("low", "high", "se")
    )
    printed = _printed(curves)
    plain = np.where(printed.is_value, known, math.nan).tolist()
    limits = [
        [value if has else math.nan for value, has in zip(side, printed.has_limits, strict=True)]
        for side in (low, high)
    ]
    columns |= {
        f"{short}{end}": [_power10(value, factor) for value in plain],
        f"{short}_low{end}": [_power10(value, factor) for value in limits[0]],
        f"{short}_high{end}": [_power10(value, factor) for value in limits[1]],
        f"{short}{end}_text": [
            "" if one is None else str(text) for one, text in zip(own, printed.text, strict=True)
        ],
        **({f"p{_p_name(short)}": [-value for value in plain]} if own_unit == "M" else {}),
    }
    return columns, {
        f"{name}{log_end}": known,
        f"{name}_low{log_end}": low,
        f"{name}_high{log_end}": high,
        f"{name}_se": se,
    }


def is_log_dose(one: FittedParameter) -> bool:
    """Whether a parameter is the logarithm of a dose, in M or in a unit of its own."""
    unit = one.unit.removeprefix(LOG10)
    return one.unit.startswith(LOG10) and is_dose_unit(unit)


def shown_unit(unit: str) -> tuple[str, float]:
    """The unit in which doses are shown, and its number in one of the fit: nM for M."""
    return ("nM", TO_NANOMOLAR) if unit == "M" else (unit, 1.0)


def unit_of_axis(curve: GroupFit, column: str) -> str:
    """Unit of an axis of doses in the fit: M, or the unit of its own."""
    return curve.part.series.x_units.get(column, "M")


def _suffix(unit: str) -> str:
    """A unit at the end of a column name: "_nM", "_g_per_ha"; nothing for none."""
    text = unit.replace("/", "_per_").replace("%", "percent").replace(" ", "_")
    return f"_{text}" if text and text != "dimensionless" else ""


def _p_name(short: str) -> str:
    return {"ec50": "EC50", "ic50": "IC50", "ki": "Ki", "kd": "Kd"}.get(short, short)


def _estimate(one: FittedParameter, curve: GroupFit) -> float:
    """The value of a parameter; nan where it is no estimate."""
    if is_log_dose(one) and not one.fixed and curve.status in WITHOUT_MIDPOINT:
        return math.nan
    return one.estimate


def _power10(log10: float, factor: float) -> float:
    """A dose from its logarithm; 0 or inf where that is beyond the numbers of a computer."""
    if abs(log10) > LARGEST_LOG10:
        return math.inf if log10 > 0 else 0.0
    return float(factor * 10.0**log10)


def printable(curve: GroupFit) -> str:
    """What the curve was fitted for, as a table shows it: "12.3", "> 10000", "n.d.".

    Parameters
    ----------
    curve : GroupFit
    """
    return str(_printed([curve]).text[0])


def _printed(curves: Sequence[GroupFit]) -> PrintedPotency:
    """Printed values by the rule of files of many curves; "n.d." without a parameter to print."""
    own = [_parameter(curve, curve.part.model.target) for curve in curves]
    tested = [_tested(curve) or (-math.inf, math.inf) for curve in curves]
    side = {"high": 1, "low": -1, "": 0}
    numbers = [(math.nan,) * 3 if one is None else (one.value, one.low, one.high) for one in own]
    value, low, high = np.array(numbers, float).reshape(-1, 3).T
    lowest, highest = np.array(tested, float).reshape(-1, 2).T
    given = PotencyInput(
        value,
        low,
        high,
        lowest,
        highest,
        np.array([0 if one is None else side[one.at_bound] for one in own]),
        np.array([curve.status for curve in curves]),
        np.array([curve.part.series.y.mean() if curve.effect else math.nan for curve in curves]),
        next((curve.effect for curve in curves if curve.effect), ""),
    )
    units = {shown_unit(one.unit.removeprefix(LOG10))[0] for one in own if one is not None}
    return printed_potency(given, LOG10_NM_PER_M if units == {"nM"} else 0.0)


def _tested(curve: GroupFit) -> tuple[float, float] | None:
    """log10 of the lowest and of the highest dose; None where the axis is no concentration."""
    model = curve.part.model
    needed = [column.name for column in model.columns if column.default is None]
    if len(needed) != 1 or not needed[0].endswith("_M") or not model.target.startswith("log10_"):
        return None
    if not model.sigmoid:
        return None
    dose = np.asarray(curve.part.series.x[needed[0]])
    positive = dose[dose > 0]
    if not positive.size:
        return None
    return float(np.log10(positive.min())), float(np.log10(positive.max()))


def parameter_columns(
    by: Sequence[str], curves: Sequence[GroupFit], *, fixed: bool = True
) -> Columns:
    """One row for each curve and parameter; without those that were not fitted if `fixed` is
    False.
    """
    rows = [(curve, one) for curve in curves for one in curve.parameters if fixed or not one.fixed]
    return {
        **key_columns(by, [curve for curve, _ in rows]),
        "parameter": [one.name for _, one in rows],
        "unit": [unit_of_parameter(one.unit, curve.part.series.y_unit) for curve, one in rows],
        "value": [_estimate(one, curve) for curve, one in rows],
        "se": [one.se for _, one in rows],
        "low": [one.low for _, one in rows],
        "high": [one.high for _, one in rows],
        "is_fixed": [one.fixed for _, one in rows],
        "at_bound": [bool(one.at_bound) for _, one in rows],
        "bound": [one.at_bound for _, one in rows],
    }


def reading_columns(result: FittedCurves) -> Columns:
    """One row for each reading."""
    repeated = [curve for curve in result.curves for _ in range(curve.part.series.n)]
    axes = list(
        dict.fromkeys(
            column.name
            for curve in result.curves
            for column in curve.part.model.columns
            if column.name in curve.part.series.x
        )
    )
    columns: dict[str, Any] = dict(key_columns(result.by, repeated))
    if result.x_name:
        column = dose_column(result.curves[0].part.model)
        columns[axis_name(result, result.x_unit)] = np.concatenate(
            [
                from_model_unit(
                    curve.part.series.x[column], column, result.x_unit, result.molar_mass
                )
                for curve in result.curves
            ]
        )
        axes = [axis for axis in axes if axis not in columns]
    for axis in axes:
        columns[axis] = np.concatenate(
            [
                np.asarray(curve.part.series.x.get(axis, np.full(curve.part.series.n, np.nan)))
                for curve in result.curves
            ]
        )
    readings = np.concatenate([curve.part.series.y for curve in result.curves])
    fitted = result.fitted
    sd = np.concatenate([_reading_sd(result, curve) for curve in result.curves])
    with np.errstate(all="ignore"):
        standardised = np.where(sd > 0, (readings - fitted) / sd, 0.0)
    return {
        **columns,
        "reading": readings,
        "fitted": fitted,
        "residual": readings - fitted,
        "standardized_residual": standardised,
        "source": [
            label
            for curve in result.curves
            for label in (curve.part.series.labels or [""] * curve.part.series.n)
        ],
    }


def _reading_sd(result: FittedCurves, curve: GroupFit) -> np.ndarray:
    if result.by_many:
        return np.full(curve.part.series.n, curve.sd)
    return np.asarray(result.fit_of(curve).parts[curve.position].sd)


def effective_columns(by: Sequence[str], rows: Sequence[tuple[GroupFit, EffectiveDose]]) -> Columns:
    """One row for each curve and effective dose."""
    entry = [one for _, one in rows]
    columns: dict[str, Any] = dict(key_columns(by, [curve for curve, _ in rows]))
    columns["reading" if entry[0].absolute else "effect_percent"] = [one.level for one in entry]
    is_log = entry[0].is_log
    values = {"": "value", "_low": "low", "_high": "high"}
    column = dose_column(rows[0][0].part.model)
    stem = "ec" if is_log else column.removesuffix("_min")
    own_unit = unit_of_axis(rows[0][0], column)
    shown, factor = shown_unit(own_unit)
    unit = _suffix(shown) if is_log else "_min" if column.endswith("_min") else ""
    for end, name in values.items():
        numbers = [getattr(one, name) for one in entry]
        columns[f"{stem}{end}{unit}"] = (
            [_power10(v, factor) for v in numbers] if is_log else numbers
        )
    if is_log:
        columns[f"log10_ec{_suffix(own_unit)}"] = [one.value for one in entry]
        columns["log10_ec_se"] = [one.se for one in entry]
    else:
        columns[f"{stem}_se{unit}"] = [one.se for one in entry]
    columns["method"] = [one.method for one in entry]
    columns["extrapolated"] = [bool(one.beyond) for one in entry]
    return columns


def prediction_columns(result: FittedCurves, rows: Sequence[Prediction], x_unit: str) -> Columns:
    """One row for each curve and setting."""
    repeated = [one.curve for one in rows for _ in range(one.x.size)]
    columns: dict[str, Any] = dict(key_columns(result.by, repeated))
    columns[axis_name(result, x_unit)] = np.concatenate([one.x for one in rows])
    columns["fitted"] = np.concatenate([one.expected for one in rows])
    if rows and rows[0].low is not None:
        columns["low"] = np.concatenate([np.asarray(one.low) for one in rows])
        columns["high"] = np.concatenate([np.asarray(one.high) for one in rows])
    return columns


def axis_name(result: FittedCurves, x_unit: str) -> str:
    """Name of the column of an axis, with its unit."""
    model = result.curves[0].part.model
    column = dose_column(model)
    if result.x_name and unit_in_column_name(result.x_name) == x_unit:
        return result.x_name
    stem = result.x_name or column.removesuffix("_M").removesuffix("_min")
    own_unit = unit_of_axis(result.curves[0], column) if column.endswith("_M") else ""
    suffix = x_unit or own_unit or ("min" if column.endswith("_min") else "")
    return f"{stem}{_suffix(suffix)}"


def comparison_columns(rows: Sequence[CurveComparison]) -> Columns:
    """One row for each comparison."""
    return {
        "comparison": [one.name for one in rows],
        "simple": [one.simple for one in rows],
        "full": [one.full for one in rows],
        "test": [one.test for one in rows],
        "statistic": [one.statistic for one in rows],
        "df_numerator": [one.df[0] for one in rows],
        "df_denominator": [one.df[1] if len(one.df) > 1 else math.nan for one in rows],
        "p": [one.p for one in rows],
        "aicc_difference": [one.aicc_difference for one in rows],
        "evidence_ratio": [one.evidence_ratio for one in rows],
        "preferred": [one.preferred for one in rows],
        "preferred_by_aicc": [one.preferred_by_aicc for one in rows],
    }
