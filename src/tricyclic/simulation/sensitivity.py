"""From a scenario and its parameters to what its endpoints hang on: local elasticities, and Sobol indices over the ranges.

Every run is a subject of its own: brought to its drug-free rest with its parameters, then dosed. The solver's own
sensitivities are not used, because they are zero without a word.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.constant import Constant
from tricyclic.core.model_unit import model_unit
from tricyclic.core.population import Endpoint
from tricyclic.errors import InputError, NumericsError
from tricyclic.results.sensitivity import Elasticities, SobolTable, Varied
from tricyclic.simulation.model import Composed
from tricyclic.simulation.parallel import Question, respond

Floats = NDArray[np.float64]
# Move of the log of a parameter, and the errors of the runs that are subtracted: noise then stays below 1e-4.
STEP, RTOL, ATOL = 0.01, 1e-8, 1e-11
# A time of a peak jumps from one stored time to the next; it has no derivative.
NO_DERIVATIVE = (".peak_h", ".trough_h", ".tmax_h")
# The error of a course, in tolerances of the solver, at its peak. An endpoint that varies by no more does not vary.
ERRORS = 10.0
# An area between course and rest that is smaller than this share of rest times duration is rounding.
ROUNDING = 1e-7


def varied_of(
    composed: Composed,
    values: Mapping[str, float] = {},
    *,
    names: Sequence[str] = (),
    every: bool = False,
    ranges: bool = False,
) -> tuple[Varied, ...]:
    """Choose parameters.

    Parameters
    ----------
    composed : Composed
    values : mapping of str to float
        Values that differ from the library's.
    names : sequence of str
        Those that were asked for; the free ones where empty.
    every : bool
        All that have a value other than 0.
    ranges : bool
        Only those with a stated range, which then must hold the value.

    Returns
    -------
    tuple of Varied
        In the order of the model.

    Raises
    ------
    InputError
        If a named parameter is unknown, is 0, or has no range where one is needed; if none is left.
    """
    known = composed.parameters
    for name in names:
        if composed.quantity(name).name not in known:
            raise InputError(
                f"'{name}' is computed", where=composed.name, allowed="A parameter is varied"
            )
    found = []
    for name, constant in known.items():
        value = values.get(name, constant.value)
        wanted = name in names if names else every or constant.free
        if not wanted:
            continue
        spans = (
            math.isfinite(constant.low)
            and math.isfinite(constant.high)
            and constant.low < constant.high
        )
        if (value == 0 and not ranges) or (ranges and not spans):
            if names:
                raise InputError(
                    "has no range" if value else "is 0, and has no elasticity",
                    where=name,
                    do="Leave it out",
                )
            continue
        found.append(_varied(name, constant, value))
    if not found:
        raise InputError(
            "has no parameter to vary",
            where=composed.name,
            do="Name parameters, or ask for all of them",
        )
    return tuple(found)


def elasticities(
    question: Question,
    varied: Sequence[Varied],
    values: Mapping[str, float] = {},
    *,
    workers: int = 1,
    scheduler: str = "",
) -> Generator[int, None, Elasticities]:
    """Move each parameter by one percent up and down; yields how many runs are done.

    Parameters
    ----------
    question : Question
        Its errors are replaced by those that a difference needs.
    varied : sequence of Varied
    values : mapping of str to float
        Values of the typical subject that differ from the library's.
    workers, scheduler
        As in `many.respond`.

    Returns
    -------
    Elasticities

    Raises
    ------
    NumericsError
        If the typical subject itself cannot be computed.

    Notes
    -----
    Central differences in the log of the parameter; of an endpoint below 0 the elasticity is that of its size.
    """
    names = tuple(dict.fromkeys([*values, *(one.name for one in varied)]))
    typical = np.array(
        [values.get(name, question.composed.parameters[name].value) for name in names]
    )
    table = np.repeat(typical[None], 1 + 2 * len(varied), axis=0)
    for k, one in enumerate(varied):
        column = names.index(one.name)
        table[1 + 2 * k, column] = one.value * math.exp(-STEP)
        table[2 + 2 * k, column] = one.value * math.exp(STEP)
    fine = replace(question, rtol=RTOL, atol=ATOL, sizes=None, kept=np.empty(0, dtype=np.intp))
    found = yield from respond(fine, names, table, workers=workers, scheduler=scheduler)
    told = dict(found.failed)
    if 0 in told:
        raise NumericsError(f"The typical subject cannot be computed: {told[0]}")
    endpoints = question.reduction.endpoints
    smooth = [
        k for k, endpoint in enumerate(endpoints) if not endpoint.name.endswith(NO_DERIVATIVE)
    ]
    at, down, up = found.endpoints[0], found.endpoints[1::2], found.endpoints[2::2]
    exists = _worth_dividing_by(endpoints, at, float(question.time_h[-1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        slopes = np.where(exists, (up - down) / (2 * STEP * np.abs(at)), np.nan)
    failed = tuple(
        f"{one.name}: {told[row]}"
        for k, one in enumerate(varied)
        for row in (1 + 2 * k, 2 + 2 * k)
        if row in told
    )
    return Elasticities(
        tuple(varied), tuple(endpoints[k] for k in smooth), at[smooth], slopes[:, smooth], failed
    )


def sobol_table(
    question: Question,
    varied: Sequence[Varied],
    n: int,
    seed: int,
    values: Mapping[str, float] = {},
    *,
    confidence: float = 0.95,
    workers: int = 1,
    scheduler: str = "",
) -> Generator[int, None, SobolTable]:
    """Let all parameters range at once; yields how many runs are done.

    Parameters
    ----------
    question : Question
    varied : sequence of Varied
        With ranges.
    n : int
        Base points, a power of 2; n (parameters + 2) runs follow.
    seed : int
    values : mapping of str to float
        Values of the parameters that stay.
    confidence : float
        Coverage of the limits.
    workers, scheduler
        As in `many.respond`.

    Returns
    -------
    SobolTable

    Raises
    ------
    InputError
        If n is no power of 2, or a parameter has no range.
    NumericsError
        If too many runs fail.
    """
    from tricyclic.numerics.sobol import indices, saltelli

    cube = saltelli(len(varied), n, seed)
    held = {
        name: value for name, value in values.items() if name not in {one.name for one in varied}
    }
    names = (*held, *(one.name for one in varied))
    columns = [np.full(len(cube), value) for value in held.values()]
    columns += [spread_over(one, cube[:, k]) for k, one in enumerate(varied)]
    asked = replace(question, kept=np.empty(0, dtype=np.intp))
    found = yield from respond(
        asked, names, np.column_stack(columns), workers=workers, scheduler=scheduler
    )
    lost = {row for row, _ in found.failed}
    tables = np.full((6, len(varied), found.endpoints.shape[1]), np.nan)
    noise = (
        ERRORS
        * question.rtol
        * _sizes(question.reduction.endpoints, found.endpoints, float(question.time_h[-1]))
    )
    moves = _moves(question.reduction.endpoints, found.endpoints, ERRORS * question.rtol)
    for k in range(found.endpoints.shape[1]):
        y = found.endpoints[:, k]
        # An endpoint that some subjects do not have (no half-life where nothing falls) has no variance to share out.
        if moves[k] and np.isfinite(np.delete(y, list(lost))).all():
            tables[:, :, k] = np.array(
                indices(y, len(varied), seed, confidence=confidence, noise=float(noise[k]))[:6]
            )
    return SobolTable(
        tuple(varied),
        question.reduction.endpoints,
        tables[0],
        tables[1],
        tables[2],
        tables[3],
        tables[4],
        tables[5],
        confidence,
        n,
        len(cube),
        len(lost),
    )


def spread_over(one: Varied, even: Floats) -> Floats:
    """Values of a parameter over its range, for even numbers between 0 and 1."""
    if one.scale == "log":
        return np.asarray(one.low * (one.high / one.low) ** even)
    return np.asarray(one.low + (one.high - one.low) * even)


def _varied(name: str, constant: Constant, value: float) -> Varied:
    low, high = constant.low, constant.high
    decades = low > 0 and math.isfinite(high) and high > 3 * low
    return Varied(
        name,
        model_unit(constant.unit).says,
        constant.says,
        value,
        low,
        high,
        "log" if decades else "linear",
    )


def _sizes(endpoints: Sequence[Endpoint], values: Floats, duration: float) -> Floats:
    """How large the course is from which each endpoint is taken: a trough of nothing has the error of its peak; 0 for times."""
    highest = _highest(endpoints, values)
    sizes = []
    for endpoint in endpoints:
        watch, _, kind = endpoint.name.rpartition(".")
        unit = "_percent" if kind.endswith("_percent") else ""
        own = (
            highest.get(f"{watch}.peak{unit}", 0.0),
            highest.get(f"{watch}.trough{unit}", 0.0),
            highest.get(f"{watch}.cmax", 0.0) if kind.startswith("c") else 0.0,
        )
        size = max(own) * (duration if kind == "auc_over_rest" else 1.0)
        sizes.append(0.0 if kind.endswith("_h") else max(size, highest[endpoint.name]))
    return np.array(sizes)


def _moves(endpoints: Sequence[Endpoint], values: Floats, error: float) -> NDArray[np.bool_]:
    """All endpoints but the time of a peak or trough that is rest itself: the solver's error then chooses it."""
    names, highest = [endpoint.name for endpoint in endpoints], _highest(endpoints, values)
    found = []
    for name in names:
        watch, _, kind = name.rpartition(".")
        at = f"{watch}.{kind.removesuffix('_h')}"
        if kind not in ("peak_h", "trough_h") or f"{watch}.rest" not in names:
            found.append(True)
            continue
        gap = np.abs(values[:, names.index(at)] - values[:, names.index(f"{watch}.rest")])
        size = max(highest[f"{watch}.peak"], highest[f"{watch}.trough"])
        found.append(bool(np.nanmax(gap, initial=0.0) > error * size))
    return np.array(found)


def _highest(endpoints: Sequence[Endpoint], values: Floats) -> dict[str, float]:
    size = np.where(np.isfinite(values), np.abs(values), 0.0).max(axis=0)
    return {endpoint.name: float(most) for endpoint, most in zip(endpoints, size, strict=True)}


def _worth_dividing_by(
    endpoints: Sequence[Endpoint], at: Floats, duration: float
) -> NDArray[np.bool_]:
    """Endpoints that are not 0, nor what rounding makes of 0."""
    rest = {
        endpoint.name.rpartition(".")[0]: abs(value)
        for endpoint, value in zip(endpoints, at, strict=True)
        if endpoint.name.endswith(".rest")
    }
    least = [
        ROUNDING * rest.get(endpoint.name.rpartition(".")[0], 0.0) * duration
        if endpoint.name.endswith(".auc_over_rest")
        else 0.0
        for endpoint in endpoints
    ]
    return np.asarray(np.isfinite(at) & (np.abs(at) > np.array(least)))
