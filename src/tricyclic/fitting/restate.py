"""A curve restated in other parameters, so that curves of different assays can share them."""

from __future__ import annotations

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
    """Replace one parameter of a curve by others that it follows from.

    Parameters
    ----------
    model : CurveModel
    old : str
        Parameter to replace.
    new : tuple of Parameter
        What stands in its place; a name the curve already has is used as it is.
    forward : callable
        `forward(**values)` gives the old parameter from the new values and those that the curve keeps.
    back : mapping of str to callable
        `back[name](**values)` gives a new parameter from the old values, to turn first guesses.
    """
    kept = tuple(p for p in model.parameters if p.name != old)
    new_names = {p.name for p in new}
    added = tuple(p for p in new if p.name not in {q.name for q in kept})
    own = {p.name for p in model.parameters}

    def curve(**values: np.ndarray) -> np.ndarray:
        numbers = {
            name: value
            for name, value in values.items()
            if name in own or name in {p.name for p in new}
        }
        columns = {name: value for name, value in values.items() if name not in numbers}
        original = {name: value for name, value in numbers.items() if name in own}
        return model.curve(**columns, **{**original, old: forward(**numbers)})

    def first_guess(series: Series, given: Mapping[str, float]) -> list[dict[str, float]]:
        known = dict(given)
        if all(p.name in known for p in new):
            known[old] = float(forward(**known))
        out = []
        for guess in model.first_guess(
            series, {name: value for name, value in known.items() if name in own}
        ):
            everything = {**known, **guess}
            turned = {name: float(back[name](**everything)) for name in new_names if name in back}
            out.append({**{name: value for name, value in guess.items() if name != old}, **turned})
        return out

    return replace(model, parameters=(*added, *kept), curve=curve, first_guess=first_guess)


def shifted(model: CurveModel, name: str, shift: float) -> CurveModel:
    """The curve with one parameter counted from another zero: it sees `name` + shift; a curve without it stays as it is.

    On the log scale this is a known ratio, such as twice the membrane in one of two assays.
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
