"""Effective doses of a fitted curve: the dose at a share of the way between the plateaus (relative
ECx), or at a reading (absolute), with its limits.

Not for curves that turn back (hormesis): such a curve has a reading at two doses.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.errors import InputError
from tricyclic.fitting.fit import fit
from tricyclic.fitting.fitted_curve import CurvePoint, FitSettings
from tricyclic.fitting.problem import FitPart
from tricyclic.fitting.restate import restated
from tricyclic.numerics.least_squares import jacobian
from tricyclic.stats.statistics import t_quantile

# Name of the effective dose where it is a parameter of the curve.
ECX = "log10_ecx"
# Decades beyond the doses within which a limit of an effective dose is searched.
REACH = 6.0
# A share of the way is kept this far from 0 and 1, so that the reparametrised curve stays finite.
EDGE = 1e-9
# Steps of the bisection that inverts a curve without a closed form: 2^-60 of the range.
STEPS = 60
# Decades about the midpoint, or beyond the doses, within which a dose is searched.
DECADES, BEYOND = 280.0, 3.0
GRID = 600
LEAST_VARIABLES = 1e-3


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
    """

    level: float
    absolute: bool
    value: float
    se: float
    low: float
    high: float
    method: str
    is_log: bool


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
        se = float(np.sqrt(max(float(slope @ point.known_covariance @ slope), 0.0)))
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
    part: int,
    settings: FitSettings,
    point: CurvePoint,
    level: float,
    *,
    absolute: bool = False,
    confidence: float = 0.95,
) -> EffectiveDose:
    """An effective dose with profile-likelihood limits; by the delta method where the curve has no
    midpoint of its own that the effective dose can replace as a parameter.

    Parameters
    ----------
    parts : sequence of FitPart
        What was fitted.
    part : int
        The curve among them.
    settings : FitSettings
        How it was fitted.
    point, level, absolute, confidence
        As for `effective_dose`.

    Raises
    ------
    InputError
        As `effective_dose`.
    """
    first = effective_dose(point, level, absolute=absolute, confidence=confidence)
    model = parts[part].model
    target = parts[part].name_of(model.target)
    is_shared = sum(target in map(one.name_of, _names(one.model)) for one in parts) > 1
    if (
        not model.sigmoid
        or is_shared
        or target in settings.fixed
        or not math.isfinite(first.value)
        or not point.determined
    ):
        return first
    changed = list(parts)
    own_name = f"{ECX}[{part}]" if len(parts) > 1 else ECX
    changed[part] = replace(
        parts[part],
        model=_in_effective_dose(model, point, level, absolute),
        rename={**parts[part].rename, ECX: own_name},
    )
    start = {**point.all_values, own_name: first.value}
    again = fit(
        changed,
        fixed=settings.fixed,
        free=settings.free,
        variance=settings.variance,
        weights=settings.weights,
        intervals=[own_name],
        confidence=confidence,
        starts=[start],
    )
    entry = again[own_name] if again.ok else None
    near = max(0.05 * (first.high - first.low), 1e-4)
    if entry is None or abs(entry.value - first.value) > near or math.isnan(entry.low):
        return first
    return replace(first, low=entry.low, high=entry.high, method="profile likelihood")


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
    if not shape:
        with np.errstate(all="ignore"):
            return np.asarray(np.log10(way / (1.0 - way)) / np.abs(hill))
    unit: dict[str, np.ndarray | float] = {
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
    grid = np.linspace(*ends, GRID)
    x = 10.0**grid if is_log else grid
    others = {
        one.name: np.full(GRID, one.default)
        for one in point.model.columns
        if one.default is not None
    }
    with np.errstate(all="ignore"):
        readings = np.atleast_2d(point.model.curve(**{column: x}, **others, **values))
    out = np.full(readings.shape[0], np.nan)
    for k, curve in enumerate(readings - level):
        change = np.flatnonzero(np.sign(curve[:-1]) * np.sign(curve[1:]) <= 0)
        if change.size:
            i = int(change[0])
            # The curve is nearly straight between two of the points, 0.01 decades apart.
            span = curve[i + 1] - curve[i]
            out[k] = grid[i] - (curve[i] / span if span else 0.0) * (grid[i + 1] - grid[i])
    return out


def _in_effective_dose(
    model: CurveModel, point: CurvePoint, level: float, absolute: bool
) -> CurveModel:
    """The curve with the effective dose in place of its midpoint."""
    column = dose_column(model)
    tested = np.asarray(point.series.x[column], float)
    log10 = np.log10(tested[tested > 0])
    declared = Parameter(
        ECX,
        "log10 M",
        "effective dose",
        low=float(log10.min()) - REACH,
        high=float(log10.max()) + REACH,
    )
    shape = [name for name in _names(model) if name not in ("bottom", "top", model.target)]
    needed = [*shape, *(["bottom", "top"] if absolute else [])]

    def distance(values: Mapping[str, np.ndarray | float]) -> np.ndarray:
        way = _way(values, level, absolute)
        if absolute:
            # Beyond the plateaus the dose grows without limit, but stays a number.
            way = _inside(values, level)
        return _shift(model, column, values, way)

    forward = _with_arguments(lambda **values: values[ECX] - distance(values), (ECX, *needed))
    back: dict[str, Callable[..., np.ndarray]] = {
        ECX: lambda **values: np.asarray(values[model.target] + distance(values))
    }
    return restated(model, model.target, (declared,), forward, back)


def _inside(values: Mapping[str, np.ndarray | float], level: float) -> np.ndarray:
    rises = np.asarray(values["hill"]) > 0
    bottom, top = np.asarray(values["bottom"], float), np.asarray(values["top"], float)
    start, end = np.where(rises, bottom, top), np.where(rises, top, bottom)
    with np.errstate(all="ignore"):
        way = (level - start) / (end - start)
    return np.clip(np.where(np.isfinite(way), way, 0.5), EDGE, 1.0 - EDGE)


def _with_arguments(
    function: Callable[..., np.ndarray], names: Sequence[str]
) -> Callable[..., np.ndarray]:
    """A function of keywords that states which it needs, as `restated` reads it."""
    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    more = inspect.Parameter("more", inspect.Parameter.VAR_KEYWORD)
    function.__signature__ = inspect.Signature([*parameters, more])  # type: ignore[attr-defined]
    return function
