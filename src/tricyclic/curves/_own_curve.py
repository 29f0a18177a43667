"""Check of a curve that a user or an installed package adds: its declaration, kernel and first
guess.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.errors import InputError


def check_own_curve(model: Any, where: str) -> CurveModel:
    """The model, if its kernel and its first guess work on its example.

    Raises
    ------
    InputError
        If it is no CurveModel, its names and its kernel disagree, its example is not complete or
        out of bounds, or its kernel or first guess fails on that example.
    """
    if not isinstance(model, CurveModel):
        raise InputError(
            f"MODEL is {type(model).__name__}",
            where=where,
            allowed="MODEL is a CurveModel",
            do="Copy a built-in curve to start from",
        )
    _check_names(model, where)
    _check_bounds(model, where)
    _check_example(model, where)
    columns = {c.name: _column(model, c.name, c.default) for c in model.columns}
    y = _evaluate_example(model, columns, where)
    _check_first_guess(model, Series(model.name, y, "y", columns), where)
    return model


def _check_names(model: CurveModel, where: str) -> None:
    declared = [c.name for c in model.columns] + [p.name for p in model.parameters]
    twice = sorted({name for name in declared if declared.count(name) > 1})
    if twice:
        raise InputError(
            f"declares {', '.join(twice)} twice",
            where=where,
            do="Give each column and parameter its own name",
        )
    arguments = inspect.signature(model.curve).parameters
    if not any(p.kind is p.VAR_KEYWORD for p in arguments.values()):
        different = sorted(set(declared) ^ set(arguments))
        if different:
            raise InputError(
                f"the kernel and the declaration disagree on {', '.join(different)}",
                where=where,
                allowed="The kernel takes each column and each parameter by name",
            )
    names = {p.name for p in model.parameters}
    if model.target not in names:
        raise InputError(
            f"target is '{model.target}'",
            where=where,
            allowed="Its target is the parameter that the experiment is done for",
        )
    if model.sigmoid and (missing := sorted({"bottom", "hill", "top"} - names)):
        raise InputError(
            f"is a sigmoid without {', '.join(missing)}",
            where=where,
            allowed="A sigmoid has the parameters bottom, top and hill",
        )


def _check_bounds(model: CurveModel, where: str) -> None:
    for p in model.parameters:
        if not p.low < p.high:
            raise InputError(
                f"{p.name} is bounded by {p.low:g} and {p.high:g}",
                where=where,
                allowed="The bound low is below high",
            )
    if model.sigmoid and not model.parameter("hill").min_abs > 0:
        raise InputError(
            "is a sigmoid whose hill may be 0",
            where=where,
            do="Give hill a min_abs above 0, such as 0.05",
        )


def _check_example(model: CurveModel, where: str) -> None:
    missing = [p.name for p in model.parameters if p.name not in model.example]
    missing += [c.name for c in model.columns if c.default is None and c.name not in model.design]
    if missing:
        raise InputError(
            f"example and design lack {', '.join(missing)}",
            where=where,
            do="Give each parameter a value in example and each column its settings in design",
        )
    if len({len(settings) for settings in model.design.values()}) != 1:
        raise InputError(
            "the columns of design differ in length",
            where=where,
            allowed="One setting per reading in each column",
        )
    for p in model.parameters:
        value = model.example[p.name]
        if not (p.low <= value <= p.high and abs(value) >= p.min_abs):
            least = f", its absolute value by {p.min_abs:g} below" if p.min_abs else ""
            raise InputError(
                f"{p.name} is {value:g} in the example",
                where=where,
                allowed=f"It is bounded by {p.low:g} and {p.high:g}{least}",
            )


def _column(model: CurveModel, name: str, default: float | None) -> np.ndarray:
    length = max(len(settings) for settings in model.design.values())
    return np.asarray(
        model.design[name] if name in model.design else np.full(length, default), float
    )


def _evaluate_example(
    model: CurveModel, columns: Mapping[str, np.ndarray], where: str
) -> np.ndarray:
    """Readings of the example; the kernel is also tried with two sets of parameters at once."""
    first = dict(model.example)
    # A second set that differs a little shows whether the kernel keeps sets separate.
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
                allowed="Columns come as arrays of shape (n,), parameters as numbers or with shape "
                "(k, 1)",
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
            "the kernel gives other readings for two sets of parameters at once than for one at a "
            "time",
            where=where,
            do="Let columns of shape (n,) and parameters of shape (k, 1) broadcast",
        )
    return alone[0]


def _nearby(value: float, low: float, high: float) -> float:
    step = 0.01 * max(abs(value), 0.1)
    return value + step if value + step <= high else max(value - step, low)


def _check_first_guess(model: CurveModel, series: Series, where: str) -> None:
    fixed = {p.name: model.example[p.name] for p in model.parameters if p.fixed_by_default}
    try:
        with np.errstate(all="ignore"):
            starts = [dict(start) for start in model.first_guess(series, fixed)]
    except Exception as error:
        raise InputError(
            f"the first guess fails on its own example ({type(error).__name__}: {error})",
            where=where,
        ) from error
    if not starts:
        raise InputError(
            "the first guess gives no start", where=where, allowed="A list of one or more starts"
        )
    unknown = sorted(
        {name for start in starts for name in start} - {p.name for p in model.parameters}
    )
    if unknown:
        raise InputError(
            f"the first guess names {', '.join(unknown)}",
            where=where,
            allowed="It names parameters of the curve",
        )
