"""A curve in other parameters, so that curves of different assays can share them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series

Combine = Callable[..., np.ndarray]


def restated(
    model: CurveModel,
    old: str,
    new: tuple[Parameter, ...],
    forward: Combine,
    back: Mapping[str, Combine],
) -> CurveModel:
    """Replace one parameter of a curve by others that determine it.

    Parameters
    ----------
    model : CurveModel
    old : str
        Parameter to replace.
    new : tuple of Parameter
        Its replacements; a name that the curve already has is used as it is.
    forward : callable
        `forward(**values)` gives the old parameter from the new values and those that the curve
        keeps.
    back : mapping of str to callable
        `back[name](**values)` gives a new parameter from the old values, to convert first guesses.
    """
    kept = tuple(p for p in model.parameters if p.name != old)
    kept_names = {p.name for p in kept}
    new_names = {p.name for p in new}
    added = tuple(p for p in new if p.name not in kept_names)
    own = {p.name for p in model.parameters}
    needed = {
        name
        for name, one in inspect.signature(forward).parameters.items()
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    }

    def curve(**values: np.ndarray) -> np.ndarray:
        numbers = {name: value for name, value in values.items() if name in own | new_names}
        columns = {name: value for name, value in values.items() if name not in numbers}
        original = {name: value for name, value in numbers.items() if name in own}
        return model.curve(**columns, **{**original, old: forward(**numbers)})

    def first_guess(series: Series, given: Mapping[str, float]) -> list[dict[str, float]]:
        known = dict(given)
        # The old parameter may need others that are still to be guessed.
        if new_names | needed <= known.keys():
            known[old] = float(forward(**known))
        # `direction` of a sigmoid is no parameter, but its first guess needs it.
        passed = {name: value for name, value in known.items() if name in own | {"direction"}}
        starts = []
        for guess in model.first_guess(series, passed):
            values = {**known, **guess}
            converted = {name: float(back[name](**values)) for name in new_names if name in back}
            others = {name: value for name, value in guess.items() if name != old}
            starts.append({**others, **converted})
        return starts

    return replace(model, parameters=(*added, *kept), curve=curve, first_guess=first_guess)


def shifted(model: CurveModel, name: str, shift: float) -> CurveModel:
    """The curve with `name` + shift in place of one parameter; unchanged if it has none of the
    name.

    On the log scale the shift is a known ratio, such as twice the membrane in one of two assays.
    """
    if shift == 0.0 or name not in {p.name for p in model.parameters}:
        return model

    def curve(**values: np.ndarray) -> np.ndarray:
        return model.curve(**{**values, name: values[name] + shift})

    def first_guess(series: Series, given: Mapping[str, float]) -> list[dict[str, float]]:
        known = {key: value + shift if key == name else value for key, value in given.items()}
        guesses = model.first_guess(series, known)
        return [
            {key: value - shift if key == name else value for key, value in guess.items()}
            for guess in guesses
        ]

    return replace(model, curve=curve, first_guess=first_guess)


def with_power(
    model: CurveModel, column: str, exponent: Parameter, centre: str | float
) -> CurveModel:
    """The curve with a column raised to a fitted power about a centre: c becomes m (c / m)^p.

    At p = 1 it is the curve itself, whatever else the curve contains (depletion, a second site), so
    that an F test of p = 1 has its level for every curve.

    Parameters
    ----------
    model : CurveModel
    column : str
        Column of the curve ("competitor_M", "time_min"); 0 stays 0.
    exponent : Parameter
        The power p, with bounds that include 1.
    centre : str or float
        m: a number, or the parameter of the curve of which it is the antilogarithm ("log10_ki").
    """

    def curve(**values: np.ndarray) -> np.ndarray:
        own = {name: value for name, value in values.items() if name != exponent.name}
        middle = centre if isinstance(centre, float) else 10.0 ** np.asarray(own[centre])
        own[column] = middle * (np.asarray(own[column]) / middle) ** values[exponent.name]
        return model.curve(**own)

    def first_guess(series: Series, given: Mapping[str, float]) -> list[dict[str, float]]:
        known = {name: value for name, value in given.items() if name != exponent.name}
        return [{exponent.name: 1.0, **guess} for guess in model.first_guess(series, known)]

    return replace(
        model,
        description=f"{model.description}, {exponent.description} fitted",
        parameters=(exponent, *model.parameters),
        curve=curve,
        first_guess=first_guess,
    )
