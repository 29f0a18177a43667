"""From a user's own curve to the same curve, tried; or to a sentence that says what is wrong with it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.errors import InputError


def tried(model: Any, where: str) -> CurveModel:
    """Hold a curve to what its declaration claims.

    Raises
    ------
    InputError
        If it is no CurveModel, its names and its kernel disagree, its example is not complete or lies out of
        bounds, or its kernel or first guess fails on that example.
    """
    if not isinstance(model, CurveModel):
        raise InputError(
            f"MODEL is {type(model).__name__}",
            where=where,
            allowed="MODEL is a CurveModel",
            do="Copy one of ours to start from",
        )
    _names_agree(model, where)
    _example_is_whole(model, where)
    columns = {c.name: _column(model, c.name, c.default) for c in model.columns}
    y = _drawn(model, columns, where)
    _guess_starts(model, Series(model.name, y, "y", columns), where)
    return model


def _names_agree(model: CurveModel, where: str) -> None:
    declared = [c.name for c in model.columns] + [p.name for p in model.parameters]
    twice = sorted({name for name in declared if declared.count(name) > 1})
    if twice:
        raise InputError(
            f"declares {', '.join(twice)} twice",
            where=where,
            do="Give each column and parameter its own name",
        )
    wanted = inspect.signature(model.curve).parameters
    if not any(p.kind is p.VAR_KEYWORD for p in wanted.values()):
        odd = sorted(set(declared) ^ set(wanted))
        if odd:
            raise InputError(
                f"the kernel and the declaration disagree on {', '.join(odd)}",
                where=where,
                allowed="The kernel takes each column and each parameter by name",
            )
    for p in model.parameters:
        if not p.low < p.high:
            raise InputError(
                f"{p.name} is bounded by {p.low:g} and {p.high:g}",
                where=where,
                allowed="low lies below high",
            )
    if model.target not in {p.name for p in model.parameters}:
        raise InputError(
            f"target is '{model.target}'",
            where=where,
            allowed="target names the parameter that answers the question",
        )


def _example_is_whole(model: CurveModel, where: str) -> None:
    missing = [p.name for p in model.parameters if p.name not in model.example]
    missing += [c.name for c in model.columns if c.default is None and c.name not in model.design]
    if missing:
        raise InputError(
            f"example and design lack {', '.join(missing)}",
            where=where,
            do="Give each parameter a value in example and each column its settings in design, so that the curve can be tried",
        )
    if len({len(settings) for settings in model.design.values()}) != 1:
        raise InputError(
            "the columns of design differ in length",
            where=where,
            allowed="One setting per reading in each column",
        )
    for p in model.parameters:
        if not p.low <= model.example[p.name] <= p.high:
            raise InputError(
                f"{p.name} is {model.example[p.name]:g} in the example",
                where=where,
                allowed=f"It is bounded by {p.low:g} and {p.high:g}",
            )


def _column(model: CurveModel, name: str, default: float | None) -> np.ndarray:
    length = max(len(settings) for settings in model.design.values())
    return np.asarray(
        model.design[name] if name in model.design else np.full(length, default), float
    )


def _drawn(model: CurveModel, columns: Mapping[str, np.ndarray], where: str) -> np.ndarray:
    # A second set, a little off the first but inside the bounds, shows whether sets are kept apart.
    first = dict(model.example)
    second = {p.name: _nearby(first[p.name], p.low, p.high) for p in model.parameters}
    both = {name: np.array([[first[name]], [second[name]]]) for name in first}
    with np.errstate(all="ignore"):
        try:
            alone = [
                np.asarray(model.curve(**columns, **values), float) for values in (first, second)
            ]
            together = np.asarray(model.curve(**columns, **both), float)
        except Exception as error:
            raise InputError(
                f"the kernel fails on its own example ({type(error).__name__}: {error})",
                where=where,
                allowed="Columns come as arrays of shape (n,), parameters as numbers or with shape (k, 1)",
            ) from error
    n = next(iter(columns.values())).size
    if alone[0].shape != (n,) or together.shape != (2, n):
        raise InputError(
            f"the kernel gives shapes {alone[0].shape} and {together.shape} for {n} readings",
            where=where,
            allowed=f"Shape ({n},) for numbers and (2, {n}) for two sets of parameters",
        )
    if not np.isfinite(together).all():
        raise InputError("the kernel gives no finite number on its own example", where=where)
    if not np.allclose(
        together, np.stack(alone), rtol=1e-9, atol=1e-9 * float(np.abs(together).max())
    ):
        raise InputError(
            "the kernel gives other readings for two sets of parameters at once than for one at a time",
            where=where,
            do="Let columns of shape (n,) and parameters of shape (k, 1) broadcast",
        )
    return alone[0]


def _nearby(value: float, low: float, high: float) -> float:
    step = 0.01 * max(abs(value), 0.1)
    return value + step if value + step <= high else max(value - step, low)


def _guess_starts(model: CurveModel, series: Series, where: str) -> None:
    given = {p.name: model.example[p.name] for p in model.parameters if p.given}
    try:
        with np.errstate(all="ignore"):
            starts = [dict(start) for start in model.first_guess(series, given)]
    except Exception as error:
        raise InputError(
            f"the first guess fails on its own example ({type(error).__name__}: {error})",
            where=where,
        ) from error
    if not starts:
        raise InputError(
            "the first guess gives no start", where=where, allowed="A list of one or more starts"
        )
    strangers = sorted(
        {name for start in starts for name in start} - {p.name for p in model.parameters}
    )
    if strangers:
        raise InputError(
            f"the first guess names {', '.join(strangers)}",
            where=where,
            allowed="It names parameters of the curve",
        )
