"""Expected readings of fitted curves, with the band of the curve or of a new reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tricyclic.core.concentrations import (
    dose_values,
    is_molar_unit,
    log10_of,
    own_unit,
    to_molar_values,
)
from tricyclic.errors import InputError
from tricyclic.fitting.deviance import count_band
from tricyclic.fitting.effective_dose import dose_column
from tricyclic.fitting.fitted_curve import GroupFit
from tricyclic.fitting.fitted_curves import FittedCurves
from tricyclic.fitting.variance_model import LIKELIHOODS
from tricyclic.stats.statistics import t_quantile
from tricyclic.units import convert

Band = Literal["", "confidence", "prediction"]


@dataclass(frozen=True)
class Prediction:
    """Expected readings of one curve at settings x; `low` and `high` are None without a band.

    `x` is in the unit of the axis; all arrays have shape (n,).
    """

    curve: GroupFit
    x: np.ndarray
    expected: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None


def predicted(
    result: FittedCurves,
    curve: GroupFit,
    x: np.ndarray,
    *,
    band: Band = "",
    confidence: float = 0.95,
    x_unit: str = "",
) -> Prediction:
    """Expected readings of one curve.

    Parameters
    ----------
    result : FittedCurves
        The fit that the curve belongs to.
    curve : GroupFit
    x : array, shape (n,)
        In `x_unit`, by default the unit of the axis of the fit.
    band : {"", "confidence", "prediction"}
        Limits of the curve, or of a single new reading.
    confidence : float
    x_unit : str

    Raises
    ------
    InputError
        If the curve has several independent variables, or the scatter of a new reading is not
        known.
    """
    model = curve.part.model
    column = dose_column(model)
    own = curve.part.series.x_units.get(column, "")
    settings = to_model_unit(x, column, x_unit or result.x_unit, own, result.molar_mass)
    columns = {
        one.name: np.full(x.size, one.default) for one in model.columns if one.default is not None
    }
    point = result.point_of(curve)
    if not np.isfinite(point.free).all() or point.covariance.shape[0] != point.free.size:
        none = np.full(x.size, np.nan)
        return Prediction(curve, x, none, none if band else None, none if band else None)
    expected, se = (
        np.where(np.isnan(x), np.nan, values)
        for values in point.curve_at({column: settings, **columns})
    )
    if not band:
        return Prediction(curve, x, expected)
    if result.settings.variance in LIKELIHOODS:
        _refuse_new_reading(band, result.settings.variance)
        fit = result.fit_of(curve)
        return Prediction(curve, x, expected, *count_band(fit, expected, se, confidence))
    variance = se**2
    if band == "prediction":
        variance = variance + _reading_sd(result, curve, expected) ** 2
    reach = t_quantile(point.df, confidence) * np.sqrt(variance)
    return Prediction(curve, x, expected, expected - reach, expected + reach)


def _refuse_new_reading(band: Band, variance: str) -> None:
    if band == "prediction":
        raise InputError(
            f"a new reading has no limits of its own under the variance model '{variance}'",
            where="interval",
            allowed="It depends on the number of trials, or is a whole number",
            do="Choose the limits of the curve: confidence",
        )


def to_model_unit(
    x: np.ndarray, column: str, unit: str, own: str = "", molar_mass: float | None = None
) -> np.ndarray:
    """Values of an axis in the unit of the curve: M, min, or as they are.

    Parameters
    ----------
    x : array, shape (n,)
    column : str
        The independent variable of the curve.
    unit : str
        Of x; empty for that of the curve.
    own : str
        Unit of the doses of the fit, where it is not M.
    molar_mass : float, optional
        Molar mass [g/mol], for masses per volume.

    Raises
    ------
    InputError
        If the unit cannot be converted.
    """
    if own:
        if own_unit(unit) not in ("", own) or (unit and not own_unit(unit)):
            raise InputError(
                f"is '{unit}'", where="x_unit", allowed=f"The doses of the fit are in {own}"
            )
        return dose_values(x, unit or own, where="x")
    if column.endswith("_M"):
        return to_molar_values(x, unit or "M", molar_mass_g_per_mol=molar_mass, where="x")
    if column.endswith("_min") and unit:
        return np.asarray(x * convert(1.0, unit, "min", where="x"))
    return x


def from_model_unit(
    x: np.ndarray, column: str, unit: str, molar_mass: float | None = None
) -> np.ndarray:
    """Values of an axis of the curve in the unit of the table; logarithms where that is one.

    Parameters
    ----------
    x : array, shape (n,)
        In M, min, or the unit of the doses of the fit.
    column : str
        The independent variable of the curve.
    unit : str
        Of the table; empty for that of the curve.
    molar_mass : float, optional
        Molar mass [g/mol] by which masses per volume were converted.
    """
    base = log10_of(unit) or unit
    values = np.asarray(x, float)
    if column.endswith("_M") and (is_molar_unit(base) or molar_mass is not None):
        values = values / convert(1.0, base, "M", molar_mass_g_per_mol=molar_mass)
    elif column.endswith("_min") and unit:
        values = values / convert(1.0, unit, "min")
    if log10_of(unit):
        return np.asarray(np.log10(values, out=np.full(values.shape, -np.inf), where=values > 0))
    return values


def _reading_sd(result: FittedCurves, curve: GroupFit, expected: np.ndarray) -> np.ndarray:
    """Standard deviation of a new reading, shape (n,)."""
    if result.by_many:
        return np.full(expected.shape, curve.sd)
    fit = result.fit_of(curve)
    part = fit.parts[curve.position]
    power = {"constant": 0.0, "proportional": 1.0, "power": fit.power}.get(fit.variance)
    if power is None or part.series.weight is not None:
        reason = (
            "the readings have weights"
            if part.series.weight is not None
            else f"the variance model is '{fit.variance}'"
        )
        raise InputError(
            f"the scatter of a new reading is not known: {reason}",
            where="interval",
            allowed="A prediction interval needs one scatter, or one that follows the reading",
            do="Choose the interval 'confidence'",
        )
    # The largest reading is the farthest from the floor of the variance near 0.
    largest = int(np.argmax(np.abs(part.expected)))
    size = np.abs(expected) / max(abs(float(part.expected[largest])), np.finfo(float).tiny)
    return np.asarray(part.sd[largest] * size**power)
