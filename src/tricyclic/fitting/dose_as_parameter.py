"""Limits of an effective dose from a fit that has the dose as a parameter in place of the midpoint.

The dose at a reading (absolute ECx) of a curve whose plateau is barely determined has a profile
with several valleys: steps left of the dose, steps right of it, shallow curves through it. Here
such a curve is written with the dose, the distance from the midpoint to it and the span, so that
every curve through the reading is inside the bounds, and its limits are searched as thoroughly as
those of an EC50.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tricyclic.core.curve_model import CurveModel, FirstGuess, Parameter
from tricyclic.core.estimate import Fit, FittedParameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import doses, starts_on_grid
from tricyclic.fitting.fit_by_settings import fit_by_settings
from tricyclic.fitting.fitted_curve import FitSettings
from tricyclic.fitting.problem import FitPart

# Share by which the fit in terms of a dose may have the larger residual sum of squares.
SAME_OPTIMUM = 1e-4
# log10 of the dose over the midpoint times the slope; beyond it the share of the way rounds to 0
# or 1.
FARTHEST_SHIFT = 12.0
# Closest about 0, where a steep curve has its readings on the slope.
SHIFTS = np.sinh(np.linspace(-4.0, 4.0, 81)) * (FARTHEST_SHIFT / np.sinh(4.0))
HILLS = (0.4, 0.7, 1.0, 1.5, 3.0)
SHIFT, SPAN = "shift", "span"
# Names of a sigmoid's plateaus.
BOTTOM, TOP = "bottom", "top"
Shift = Callable[[Mapping[str, Any], float], np.ndarray]


@dataclass(frozen=True)
class EffectiveShift:
    """The dose at a reading, as it is calculated from the parameters of a sigmoid.

    Parameters
    ----------
    column : str
        The independent variable of the dose.
    value : float
        Its estimate, log10 M.
    shift : callable
        `shift(values, level)`: decades from the midpoint to the dose, nan where the curve does not
        have the reading.
    """

    column: str
    value: float
    shift: Shift


def relative_dose_limits(
    parts: Sequence[FitPart], position: int, fit: Fit, apart: float, settings: FitSettings
) -> tuple[float, float] | None:
    """Limits of log10 of the dose that lies `apart` / hill decades from the midpoint of one curve.

    Parameters
    ----------
    parts : sequence of FitPart
        What was fitted.
    position : int
        The curve among them. Its midpoint is a parameter of its own.
    fit : Fit
        Of these parts.
    apart : float
        Decades from the midpoint to the dose of a curve with hill 1.
    settings : FitSettings
        Those of the fit, with the confidence of the limits.

    Returns
    -------
    (float, float) or None
        None where the curve in terms of the dose has a higher optimum.
    """
    part = parts[position]
    target = part.name_of(part.model.target)
    replaced = [*parts]
    replaced[position] = replace(part, model=_with_relative_dose(part.model, apart))
    starts = None
    if parts[1:]:
        start = {one.name: one.value for one in fit.parameters if not one.fixed}
        start[target] += apart / abs(fit[part.name_of("hill")].value)
        starts = [start]
    again = fit_by_settings(replaced, settings, intervals=[target], starts=starts)
    return _limits_of(again, fit, target)


def absolute_dose(
    parts: Sequence[FitPart],
    position: int,
    fit: Fit,
    level: float,
    dose: EffectiveShift,
    settings: FitSettings,
) -> FittedParameter | None:
    """The dose at which one sigmoid has a reading, log10 M, as a parameter with limits.

    Parameters
    ----------
    parts, position, fit, settings
        As for `relative_dose_limits`. The midpoint of the curve is a parameter of its own.
    level : float
        The reading, between the fitted plateaus, of which at least one was fitted.
    dose : EffectiveShift

    Returns
    -------
    FittedParameter or None
        None where the curve in terms of the dose has a higher optimum.
    """
    part = parts[position]
    target = part.name_of(part.model.target)
    own = {one.name: fit[part.name_of(one.name)] for one in part.model.parameters}
    values = {name: one.value for name, one in own.items()}
    start = {one.name: one.value for one in fit.parameters if not one.fixed}
    start[target] = dose.value
    others = {
        other.name_of(one.name)
        for k, other in enumerate(parts)
        if k != position
        for one in other.model.parameters
    }
    shares_plateau = bool(others & {part.name_of(BOTTOM), part.name_of(TOP)})
    if shares_plateau:
        restated = _between_plateaus(part.model, level, dose.shift)
    else:
        fixed = {name: one.value for name, one in own.items() if one.fixed}
        restated = _CurveThroughReading(part.model, dose.column, level, fixed).model(
            float(np.sign(values["hill"]))
        )
        shift = (dose.value - values[part.model.target]) * abs(values["hill"])
        if not abs(shift) < FARTHEST_SHIFT:
            return None
        start |= {SHIFT: shift, SPAN: values[TOP] - values[BOTTOM]}
    replaced = [*parts]
    replaced[position] = replace(part, model=restated)
    kept = others | {part.name_of(parameter.name) for parameter in restated.parameters}
    again = fit_by_settings(
        replaced,
        replace(
            settings,
            fixed={one.name: one.value for one in fit.parameters if one.fixed and one.name in kept},
            free=tuple(name for name in settings.free if name in kept),
        ),
        intervals=[target],
        starts=[start],
    )
    return None if _limits_of(again, fit, target) is None else again[target]


def _limits_of(again: Fit, fit: Fit, target: str) -> tuple[float, float] | None:
    """The limits where the optimum is the same; of a step between two doses neither is known."""
    if not again.ok or again.rss > fit.rss * (1.0 + SAME_OPTIMUM):
        return None
    low, high = again[target].low, again[target].high
    return None if math.isnan(low) or math.isnan(high) else (low, high)


def _with_relative_dose(model: CurveModel, apart: float) -> CurveModel:
    """The curve with the dose `apart` / hill decades from the midpoint in place of the midpoint."""
    target = model.target

    def curve(**given: Any) -> np.ndarray:
        middle = given[target] - apart / np.abs(given["hill"])
        return np.asarray(model.curve(**{**given, target: middle}))

    def first_guess(series: Series, given: Mapping[str, float]) -> list[dict[str, float]]:
        return [
            {**start, target: start[target] + apart / abs({**given, **start}["hill"])}
            if target in start
            else dict(start)
            for start in model.first_guess(series, given)
        ]

    return replace(model, curve=curve, first_guess=first_guess)


def _between_plateaus(model: CurveModel, level: float, shift: Shift) -> CurveModel:
    """The curve with the dose at a reading in place of the midpoint, and plateaus on both sides of
    the reading, which other curves may share.
    """
    target = model.target

    def curve(**given: Any) -> np.ndarray:
        return np.asarray(model.curve(**{**given, target: given[target] - shift(given, level)}))

    def first_guess(series: Series, given: Mapping[str, float]) -> list[dict[str, float]]:
        starts = [dict(start) for start in model.first_guess(series, given)]
        if target in given:
            return starts
        for start in starts:
            apart = float(shift({**given, **start}, level))
            start[target] += apart if math.isfinite(apart) else 0.0
        return starts

    parameters = tuple(
        replace(one, high=min(one.high, level))
        if one.name == BOTTOM
        else replace(one, low=max(one.low, level))
        if one.name == TOP
        else one
        for one in model.parameters
    )
    return replace(model, parameters=parameters, curve=curve, first_guess=first_guess)


class _CurveThroughReading:
    """A sigmoid through a reading at a dose: the plateaus follow from the distance of the dose from
    the midpoint, which sets the share of the span below the reading, and from the span or the one
    plateau that is fixed.

    Parameters
    ----------
    model : CurveModel
    column : str
    level : float
        The reading.
    fixed : mapping of str to float
        Parameters of the sigmoid that are fixed.
    """

    def __init__(
        self, model: CurveModel, column: str, level: float, fixed: Mapping[str, float]
    ) -> None:
        self.sigmoid, self.column, self.level, self.fixed = model, column, level, fixed

    def model(self, direction: float) -> CurveModel:
        """The sigmoid in terms of the dose, falling or rising as `direction` has it."""
        parameters = []
        for one in self.sigmoid.parameters:
            if one.name in (BOTTOM, TOP):
                continue
            if one.name == "hill" and one.name not in self.fixed:
                ends = sorted((direction * one.min_abs, direction * max(one.high, -one.low)))
                one = replace(one, low=ends[0], high=ends[1])
            parameters.append(one)
        shift = Parameter(
            SHIFT, "", "decades from midpoint to dose x |hill|", -FARTHEST_SHIFT, FARTHEST_SHIFT
        )
        parameters.append(shift)
        if not self._has_fixed_plateau:
            parameters.append(Parameter(SPAN, "", "top - bottom", low=0.0))
        return replace(
            self.sigmoid,
            parameters=tuple(parameters),
            curve=self._curve,
            first_guess=self._first_guess(direction),
            sigmoid="",
        )

    @property
    def _has_fixed_plateau(self) -> bool:
        return BOTTOM in self.fixed or TOP in self.fixed

    def _curve(self, **given: Any) -> np.ndarray:
        target = self.sigmoid.target
        shape = {k: v for k, v in given.items() if k not in (SHIFT, SPAN, self.column, target)}
        decades = given[SHIFT] / np.abs(given["hill"])
        below = self.sigmoid.curve(
            **{**shape, self.column: 10.0**decades, target: 0.0, BOTTOM: 0.0, TOP: 1.0}
        )
        if BOTTOM in self.fixed:
            span = (self.level - self.fixed[BOTTOM]) / below
        elif TOP in self.fixed:
            span = (self.fixed[TOP] - self.level) / (1.0 - below)
        else:
            span = given[SPAN]
        # Relative to the midpoint, which may be farther away than a concentration can be.
        relative = given[self.column] * 10.0 ** (decades - given[target])
        way = self.sigmoid.curve(
            **{**shape, self.column: relative, target: 0.0, BOTTOM: 0.0, TOP: 1.0}
        )
        return np.asarray(self.level + span * (way - below))

    def _first_guess(self, direction: float) -> FirstGuess:
        """Starts on a grid; the share of the way comes in as a node, the span by least squares."""

        def first_guess(series: Series, given: Mapping[str, float]) -> list[dict[str, float]]:
            used = {k: v for k, v in given.items() if k not in (BOTTOM, TOP)}
            target = self.sigmoid.target
            grid: dict[str, Any] = {"hill": direction * np.asarray(HILLS), SHIFT: SHIFTS}
            if target not in given:
                grid = {
                    target: doses(np.asarray(series.x[self.column])),
                    "hill": grid["hill"],
                    SHIFT: SHIFTS[::8],
                }
            linear = () if self._has_fixed_plateau else (SPAN,)
            return starts_on_grid(self.model(direction), series, used, grid, linear=linear)

        return first_guess
