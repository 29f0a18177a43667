"""Effective doses of a fitted curve: the dose at a share of the way between the plateaus (relative
ECx), or at a reading (absolute), with its limits.

Not for curves that turn back (hormesis): such a curve has a reading at two doses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.errors import InputError
from tricyclic.fitting.derived import derived_estimate
from tricyclic.fitting.dose_as_parameter import (
    EffectiveShift,
    absolute_dose,
    relative_dose_limits,
)
from tricyclic.fitting.fitted_curve import CurvePoint, FitSettings
from tricyclic.fitting.problem import FitPart
from tricyclic.numerics.least_squares import jacobian
from tricyclic.stats.statistics import satterthwaite, t_quantile

Beyond = Literal["", "above", "below"]
# Decades beyond the doses within which a limit of an effective dose is searched.
REACH = 6.0
# Curves whose dose at a share of the way has a closed form.
LOGISTIC = (
    "logistic_4pl",
    "logistic_3pl",
    "one_site_competition",
    "one_site_competition_hill",
)
# Steps of the bisection that inverts a curve without a closed form: 2^-60 of the range.
STEPS = 60
# Decades about the midpoint, or beyond the doses, within which a dose is searched.
DECADES, BEYOND = 280.0, 3.0
GRID = 600
# Each zoom into the interval of a crossing divides it by this many points.
ZOOMS, ZOOM = 3, 40
LEAST_VARIABLES = 1e-3
HALF = 50.0
# Distance from the outermost dose within which a dose is not beyond it.
SAME_DOSE = 1e-9


@dataclass(frozen=True)
class EffectiveDose:
    """One effective dose of one curve.

    Parameters
    ----------
    level : float
        Percent of the way from the reading without drug to that at saturation; with `absolute`, a
        reading.
    absolute : bool
    value : float
        log10 of the dose in M where `is_log`, else the dose itself; nan where the curve does not
        reach the level.
    se, low, high : float
        On the scale of `value`.
    method : str
        "profile likelihood", "delta method", or "" without limits.
    is_log : bool
    beyond : {"", "above", "below"}
        Whether the dose lies beyond the tested ones, so that it is extrapolated.
    """

    level: float
    absolute: bool
    value: float
    se: float
    low: float
    high: float
    method: str
    is_log: bool
    beyond: Beyond = ""


def dose_column(model: CurveModel) -> str:
    """The independent variable along which an effective dose is searched.

    Raises
    ------
    InputError
        If the curve has several independent variables.
    """
    needed = [column.name for column in model.columns if column.default is None]
    if len(needed) != 1:
        raise InputError(
            f"{model.name or model.description} has several independent variables: "
            f"{', '.join(needed)}",
            allowed="Effective doses and predictions along one axis need a curve of one variable",
            do="Use tca.predict(fit.fit, model, {...}) with a value for each variable",
        )
    return needed[0]


def effective_dose(
    point: CurvePoint, level: float, *, absolute: bool = False, confidence: float = 0.95
) -> EffectiveDose:
    """An effective dose with limits by the delta method, on the log scale for a concentration.

    Parameters
    ----------
    point : CurvePoint
        Estimates of one curve and their covariance.
    level : float
        Percent between the plateaus, between 0 and 100; with `absolute`, a reading.
    absolute : bool
    confidence : float

    Raises
    ------
    InputError
        If the level is impossible, or the curve has no plateaus to be relative to.
    """
    _check_level(level, absolute)
    column = dose_column(point.model)
    _check_plateaus(point.model, column, absolute)
    is_log = column.endswith("_M")

    def dose(vectors: np.ndarray) -> np.ndarray:
        values = point.values_at(vectors)
        return _dose(point, column, values, level, absolute)[:, None]

    value = float(dose(point.free[None, :])[0, 0])
    se = math.nan
    if math.isfinite(value):
        with np.errstate(all="ignore"):
            slope = jacobian(dose, point.free, np.maximum(np.abs(point.free), LEAST_VARIABLES))[0]
        se = point.standard_error(slope)
    reach = t_quantile(point.df, confidence) * se if point.df > 0 else math.nan
    if not point.determined:
        reach = math.inf
    return EffectiveDose(
        level,
        absolute,
        value,
        se,
        value - reach,
        value + reach,
        "delta method" if math.isfinite(reach) else "",
        is_log,
    )


def log10_ratio(
    one: CurvePoint, other: CurvePoint, level: float, *, absolute: bool, is_joint: bool
) -> tuple[float, float, float]:
    """log10 of the ratio of an effective dose of two curves, its standard error and its df.

    Parameters
    ----------
    one, other : CurvePoint
        Numerator and denominator.
    level : float
    absolute : bool
    is_joint : bool
        Whether both belong to one fit, with one covariance; else they are independent, and the
        degrees of freedom are those of Welch and Satterthwaite.
    """
    values, slopes = [], []
    for point in (one, other):
        column = dose_column(point.model)

        def dose(
            vectors: np.ndarray, point: CurvePoint = point, column: str = column
        ) -> np.ndarray:
            return _dose(point, column, point.values_at(vectors), level, absolute)[:, None]

        values.append(float(dose(point.free[None, :])[0, 0]))
        with np.errstate(all="ignore"):
            sizes = np.maximum(np.abs(point.free), LEAST_VARIABLES)
            slopes.append(jacobian(dose, point.free, sizes)[0])
    difference = values[0] - values[1]
    if is_joint:
        return difference, one.standard_error(slopes[0] - slopes[1]), one.df
    variances = [
        point.standard_error(slope) ** 2 for slope, point in zip(slopes, (one, other), strict=True)
    ]
    return difference, math.sqrt(sum(variances)), satterthwaite(variances, [one.df, other.df])


def marked_beyond(dose: EffectiveDose, tested: np.ndarray) -> EffectiveDose:
    """The effective dose, marked where it lies beyond the tested ones.

    Parameters
    ----------
    dose : EffectiveDose
    tested : array, shape (n,)
        Doses of the readings, on the scale of the curve; those of 0 have no place on a log scale.
    """
    used = tested[np.isfinite(tested) & ((tested > 0) | (not dose.is_log))]
    if not used.size or not math.isfinite(dose.value):
        return dose
    low, high = float(used.min()), float(used.max())
    ends = (math.log10(low), math.log10(high)) if dose.is_log else (low, high)
    beyond: Beyond = (
        "above"
        if dose.value > ends[1] + SAME_DOSE
        else "below"
        if dose.value < ends[0] - SAME_DOSE
        else ""
    )
    return replace(dose, beyond=beyond)


def without_dose(point: CurvePoint, level: float, *, absolute: bool = False) -> EffectiveDose:
    """No effective dose, of a curve that is flat or not monotone.

    Parameters
    ----------
    point, level, absolute
        As for `effective_dose`, which refuses what is impossible.
    """
    none = effective_dose(point, level, absolute=absolute)
    return replace(none, value=math.nan, se=math.nan, low=math.nan, high=math.nan, method="")


def profile_effective_dose(
    parts: Sequence[FitPart],
    fit: Fit,
    point: CurvePoint,
    level: float,
    *,
    absolute: bool = False,
    confidence: float = 0.95,
    settings: FitSettings | None = None,
) -> EffectiveDose:
    """An effective dose with profile-likelihood limits.

    Parameters
    ----------
    parts : sequence of FitPart
        What was fitted.
    fit : Fit
        Of these parts.
    point, level, absolute, confidence
        As for `effective_dose`.
    settings : FitSettings, optional
        Those of the fit; without them every dose is profiled as a derived quantity.

    Raises
    ------
    InputError
        As `effective_dose`.

    Notes
    -----
    Where the curve depends on hill (log x - log EC50) alone, a relative effective dose takes the
    place of the EC50 as a parameter, and so does the dose at a reading of any sigmoid. The curve is
    fitted again: the limits are searched as thoroughly as those of an EC50, which matters where
    slope or plateau are barely determined. All others are profiled as derived quantities.
    """
    first = effective_dose(point, level, absolute=absolute, confidence=confidence)
    if not fit.ok or not math.isfinite(first.value):
        return first
    # The series of the fit have the weights of their readings.
    fitted = [replace(part, series=own.series) for part, own in zip(parts, fit.parts, strict=True)]
    if settings is not None:
        as_parameter = _as_parameter(
            fitted, fit, point, first, replace(settings, confidence=confidence)
        )
        if as_parameter is not None:
            return replace(as_parameter, method="profile likelihood")
    if not point.determined:
        return first
    column = dose_column(point.model)
    bounds = (-math.inf, math.inf)
    if first.is_log:
        tested = np.asarray(point.series.x[column], float)
        log10 = np.log10(tested[tested > 0])
        bounds = float(log10.min()) - REACH, float(log10.max()) + REACH

    def dose(values: Mapping[str, np.ndarray]) -> np.ndarray:
        own: dict[str, np.ndarray | float] = {
            short: np.asarray(values[name], float).reshape(-1, 1)
            if np.ndim(values[name])
            else float(values[name])
            for short, name in point.names.items()
        }
        return _dose(point, column, own, level, absolute)

    derived = derived_estimate(fit, fitted, dose, bounds=bounds, confidence=confidence)
    if math.isnan(derived.low):
        return first
    return replace(first, low=derived.low, high=derived.high, method=derived.method)


def _as_parameter(
    parts: Sequence[FitPart],
    fit: Fit,
    point: CurvePoint,
    first: EffectiveDose,
    settings: FitSettings,
) -> EffectiveDose | None:
    """An effective dose with the limits that it has as a parameter of its curve; None where it
    cannot be one.
    """
    position = _position_of(point, parts)
    model = point.model
    if position is None or not model.sigmoid:
        return None
    target, column = fit[point.names[model.target]], dose_column(model)
    if target.fixed or not first.is_log:
        return None
    plateaus = [fit[point.names[name]] for name in ("bottom", "top")]
    way = first.level / 100.0
    if first.absolute:
        if not all(one.fixed for one in plateaus):

            def shift(values: Mapping[str, Any], level: float) -> np.ndarray:
                return _shift(model, column, values, _way(values, level, True))

            dose = EffectiveShift(column, first.value, shift)
            one = absolute_dose(parts, position, fit, first.level, dose, settings)
            if one is None:
                return None
            if point.determined:
                return replace(first, low=one.low, high=one.high)
            # The dose at a reading may be determined although the midpoint is not.
            return replace(first, value=one.estimate, se=one.se, low=one.low, high=one.high)
        own = {name: fit[point.names[name]].value for name in ("bottom", "top", "hill")}
        way = float(_way(own, first.level, True))
    if model.name not in (*LOGISTIC, "probit"):
        return None
    if first.absolute and not point.determined:
        first = replace(first, value=math.nan, se=math.nan)
    if 100.0 * way == HALF and settings.confidence == fit.confidence and not math.isnan(target.low):
        return replace(first, low=target.low, high=target.high)
    apart = float(_shift(model, column, {"hill": 1.0}, way))
    limits = relative_dose_limits(parts, position, fit, apart, settings)
    return None if limits is None else replace(first, low=limits[0], high=limits[1])


def _position_of(point: CurvePoint, parts: Sequence[FitPart]) -> int | None:
    """The curve among those fitted together; None where it shares its midpoint with others."""
    target = point.names[point.model.target]
    own = [k for k, part in enumerate(parts) if part.name_of(part.model.target) == target]
    return own[0] if len(own) == 1 else None


def _check_level(level: float, absolute: bool) -> None:
    if not math.isfinite(level):
        raise InputError(f"the level is {level}", allowed="It is a finite number")
    if not absolute and not 0 < level < 100:
        raise InputError(
            f"the level is {level:g} %",
            allowed="A relative effective dose lies between 0 and 100 % of the way between the "
            "plateaus",
            do="For the dose at a reading, add --absolute",
        )


def _check_plateaus(model: CurveModel, column: str, absolute: bool) -> None:
    if not absolute and not (model.sigmoid and column.endswith("_M")):
        raise InputError(
            f"{model.name or model.description} has no two plateaus for a relative effective dose",
            do="For the dose at a reading, add --absolute",
        )


def _names(model: CurveModel) -> list[str]:
    return [parameter.name for parameter in model.parameters]


def _dose(
    point: CurvePoint,
    column: str,
    values: Mapping[str, np.ndarray | float],
    level: float,
    absolute: bool,
) -> np.ndarray:
    """Dose at a level, shape (k,), for parameters that are numbers or of shape (k, 1)."""
    if point.model.sigmoid and column.endswith("_M"):
        target = np.asarray(values[point.model.target], float)
        way = _way(values, level, absolute)
        return np.asarray(
            np.broadcast_to(
                target + _shift(point.model, column, values, way),
                (max(np.size(target), *(np.size(v) for v in values.values())), 1),
            )[:, 0]
        )
    return _crossing(point, column, values, level)


def _way(
    values: Mapping[str, np.ndarray | float], level: float, absolute: bool
) -> np.ndarray | float:
    """Share of the way from the plateau without drug to the one at saturation."""
    if not absolute:
        return level / 100.0
    rises = np.asarray(values["hill"]) > 0
    bottom, top = np.asarray(values["bottom"], float), np.asarray(values["top"], float)
    start, end = np.where(rises, bottom, top), np.where(rises, top, bottom)
    with np.errstate(all="ignore"):
        way = (level - start) / (end - start)
    return np.where((way > 0) & (way < 1), way, np.nan)


def _shift(
    model: CurveModel,
    column: str,
    values: Mapping[str, np.ndarray | float],
    way: np.ndarray | float,
) -> np.ndarray:
    """Decades from the midpoint to the dose at a share of the way."""
    hill = np.asarray(values["hill"], float)
    way = np.asarray(way, float)
    shape = [name for name in _names(model) if name not in ("bottom", "top", "hill", model.target)]
    if model.name in LOGISTIC:
        with np.errstate(all="ignore"):
            return np.asarray(np.log10(way / (1.0 - way)) / np.abs(hill))
    unit: dict[str, np.ndarray | float] = {
        **{
            one.name: one.default
            for one in model.columns
            if one.name != column and one.default is not None
        },
        **{name: np.asarray(values[name], float) for name in shape},
        "hill": hill,
        "bottom": 0.0,
        "top": 1.0,
        model.target: 0.0,
    }
    sizes = np.broadcast_shapes(*(np.shape(value) for value in unit.values()), np.shape(way))
    low = np.full(sizes, -DECADES)
    high = np.full(sizes, DECADES)
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        with np.errstate(all="ignore"):
            reading = model.curve(**{column: 10.0**middle}, **unit)
        done = np.where(hill > 0, reading, 1.0 - reading)
        below = done < way
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(np.where(np.isfinite(way), 0.5 * (low + high), np.nan))


def _crossing(
    point: CurvePoint, column: str, values: Mapping[str, np.ndarray | float], level: float
) -> np.ndarray:
    """The lowest dose at which a curve without declared plateaus has a reading."""
    tested = np.asarray(point.series.x[column], float)
    is_log = column.endswith("_M")
    if is_log:
        positive = tested[tested > 0]
        ends = np.log10(positive.min()) - BEYOND, np.log10(positive.max()) + BEYOND
    else:
        ends = float(tested.min()), float(tested.max())
    first = np.linspace(*ends, GRID)
    size = max(np.size(value) for value in values.values())
    out = np.full(size, np.nan)
    for k in range(size):
        own = {
            name: np.ravel(value)[k] if np.size(value) > 1 else float(np.ravel(value)[0])
            for name, value in values.items()
        }
        grid = first
        for _ in range(ZOOMS):
            x = 10.0**grid if is_log else grid
            others = {
                one.name: np.full(grid.size, one.default)
                for one in point.model.columns
                if one.default is not None
            }
            with np.errstate(all="ignore"):
                off = np.ravel(point.model.curve(**{column: x}, **others, **own)) - level
            change = np.flatnonzero(np.sign(off[:-1]) * np.sign(off[1:]) <= 0)
            if not change.size:
                break
            i = int(change[0])
            span = off[i + 1] - off[i]
            step = grid[i + 1] - grid[i]
            out[k] = grid[i] - (off[i] / span if span else 0.0) * step
            grid = np.linspace(grid[i], grid[i + 1], ZOOM)
    return out
