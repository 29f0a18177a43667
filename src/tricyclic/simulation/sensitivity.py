"""Sensitivity of the endpoints of a dosed scenario to its parameters: local elasticities, and Sobol
indices over the ranges of the parameters.

Every run is a subject of its own, dosed from the drug-free steady state of its parameters. The
solver's own sensitivities are not used: for these models they are zero without a warning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.constant import Constant
from tricyclic.core.model_unit import unit_label
from tricyclic.core.population import Endpoint
from tricyclic.core.progress import CountCallback
from tricyclic.errors import InputError, NumericsError
from tricyclic.numerics.sobol import saltelli_design, sobol_indices
from tricyclic.results.sensitivity import ElasticityTable, SobolTable, VariedParameter
from tricyclic.simulation.endpoints import NO_DERIVATIVE
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.parallel import PopulationTask, simulate_subjects

Floats = NDArray[np.float64]
# Change of the log of a parameter, and the errors of the runs that are subtracted: noise then stays
# below 1e-4.
STEP, RTOL, ATOL = 0.01, 1e-8, 1e-11
# Error of a time course at its peak, in tolerances of the solver. An endpoint that varies by no
# more counts as constant.
ERRORS = 10.0
# An area between course and baseline below this share of baseline times duration is rounding.
ROUNDING = 1e-7


def varied_parameters(
    composed: ComposedModel,
    values: Mapping[str, float] = {},
    *,
    names: Sequence[str] = (),
    every: bool = False,
    ranges: bool = False,
) -> tuple[VariedParameter, ...]:
    """Choose the parameters to vary.

    Parameters
    ----------
    composed : ComposedModel
    values : mapping of str to float
        Values that differ from the library's.
    names : sequence of str
        Parameters to vary; the free ones where empty.
    every : bool
        All parameters that are not 0.
    ranges : bool
        Only parameters with a stated range.

    Returns
    -------
    tuple of VariedParameter
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
    varied = []
    for name, constant in known.items():
        value = values.get(name, constant.value)
        wanted = name in names if names else every or constant.free
        if not wanted:
            continue
        if (value == 0 and not ranges) or (ranges and not _has_range(constant)):
            if names:
                raise InputError(
                    "has no range" if value else "is 0, and has no elasticity",
                    where=name,
                    do="Leave it out",
                )
            continue
        varied.append(_varied(name, constant, value, composed.quantity(name).unit))
    if not varied:
        raise InputError(
            "has no parameter to vary",
            where=composed.name,
            do="Name parameters with --parameter, or add --all",
        )
    return tuple(varied)


def elasticities(
    task: PopulationTask,
    varied: Sequence[VariedParameter],
    values: Mapping[str, float] = {},
    *,
    workers: int = 1,
    scheduler: str = "",
    on_count: CountCallback | None = None,
) -> ElasticityTable:
    """Change each parameter by one percent up and down.

    Parameters
    ----------
    task : PopulationTask
        Its errors are replaced by those that a difference needs.
    varied : sequence of VariedParameter
    values : mapping of str to float
        Values of the typical subject that differ from the library's.
    workers, scheduler, on_count
        As in `simulate_subjects`.

    Returns
    -------
    ElasticityTable

    Raises
    ------
    NumericsError
        If the typical subject itself cannot be computed.

    Notes
    -----
    Central differences in the log of the parameter; for an endpoint below 0 the elasticity is that
    of its absolute value.
    """
    names = tuple(dict.fromkeys([*values, *(one.name for one in varied)]))
    typical = np.array([values.get(name, task.composed.parameters[name].value) for name in names])
    table = np.repeat(typical[None], 1 + 2 * len(varied), axis=0)
    for k, one in enumerate(varied):
        column = names.index(one.name)
        table[1 + 2 * k, column] = one.value * math.exp(-STEP)
        table[2 + 2 * k, column] = one.value * math.exp(STEP)
    precise = replace(task, rtol=RTOL, atol=ATOL, sizes=None, kept=np.empty(0, dtype=np.intp))
    responses = simulate_subjects(
        precise, names, table, workers=workers, scheduler=scheduler, on_count=on_count
    )
    reasons = dict(responses.failed)
    if 0 in reasons:
        raise NumericsError(f"The typical subject cannot be computed: {reasons[0]}")
    endpoints = task.reduction.endpoints
    smooth = [
        k for k, endpoint in enumerate(endpoints) if not endpoint.name.endswith(NO_DERIVATIVE)
    ]
    at, down, up = responses.endpoints[0], responses.endpoints[1::2], responses.endpoints[2::2]
    nonzero = _is_nonzero(endpoints, at, float(task.time_h[-1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        slopes = np.where(nonzero, (up - down) / (2 * STEP * np.abs(at)), np.nan)
    failed = tuple(
        f"{one.name}: {reasons[row]}"
        for k, one in enumerate(varied)
        for row in (1 + 2 * k, 2 + 2 * k)
        if row in reasons
    )
    typical_endpoints = at * task.reduction.endpoint_factors
    return ElasticityTable(
        tuple(varied),
        tuple(endpoints[k] for k in smooth),
        typical_endpoints[smooth],
        slopes[:, smooth],
        failed,
    )


def sobol_table(
    task: PopulationTask,
    varied: Sequence[VariedParameter],
    n: int,
    seed: int,
    values: Mapping[str, float] = {},
    *,
    confidence: float = 0.95,
    workers: int = 1,
    scheduler: str = "",
    on_count: CountCallback | None = None,
) -> SobolTable:
    """Vary all parameters at once over their ranges.

    Parameters
    ----------
    task : PopulationTask
    varied : sequence of VariedParameter
        With ranges.
    n : int
        Base points, a power of 2; n (parameters + 2) runs follow.
    seed : int
    values : mapping of str to float
        Values of the parameters that do not vary.
    confidence : float
        Confidence level of the bootstrap intervals.
    workers, scheduler, on_count
        As in `simulate_subjects`.

    Returns
    -------
    SobolTable

    Raises
    ------
    InputError
        If n is not a power of 2, or a parameter has no range.
    NumericsError
        If too many runs fail.
    """
    design = saltelli_design(len(varied), n, seed)
    constant = {
        name: value for name, value in values.items() if name not in {one.name for one in varied}
    }
    names = (*constant, *(one.name for one in varied))
    columns = [np.full(len(design), value) for value in constant.values()]
    columns += [spread_over(one, design[:, k]) for k, one in enumerate(varied)]
    responses = simulate_subjects(
        replace(task, kept=np.empty(0, dtype=np.intp)),
        names,
        np.column_stack(columns),
        workers=workers,
        scheduler=scheduler,
        on_count=on_count,
    )
    failed = {row for row, _ in responses.failed}
    endpoints, y = task.reduction.endpoints, responses.endpoints
    noise = ERRORS * task.rtol * _sizes(endpoints, y, float(task.time_h[-1]))
    defined = _is_defined(endpoints, y, ERRORS * task.rtol)
    tables = np.full((6, len(varied), y.shape[1]), np.nan)
    for k in range(y.shape[1]):
        # An endpoint that some subjects do not have (no half-life where nothing falls) has no
        # variance to attribute.
        if defined[k] and np.isfinite(np.delete(y[:, k], list(failed))).all():
            indices = sobol_indices(
                y[:, k], len(varied), seed, confidence=confidence, noise=float(noise[k])
            )
            tables[:, :, k] = np.array(indices[:6])
    first, first_low, first_high, total, total_low, total_high = tables
    return SobolTable(
        tuple(varied),
        endpoints,
        first,
        first_low,
        first_high,
        total,
        total_low,
        total_high,
        confidence,
        n,
        runs=len(design),
        failed=len(failed),
    )


def spread_over(one: VariedParameter, uniform: Floats) -> Floats:
    """Values of a parameter over its range, for uniform numbers between 0 and 1."""
    if one.scale == "log":
        return np.asarray(one.low * (one.high / one.low) ** uniform)
    return np.asarray(one.low + (one.high - one.low) * uniform)


def _has_range(constant: Constant) -> bool:
    return -math.inf < constant.low < constant.high < math.inf


def _varied(name: str, constant: Constant, value: float, unit: str) -> VariedParameter:
    low, high = constant.low, constant.high
    is_wide = low > 0 and math.isfinite(high) and high > 3 * low
    return VariedParameter(
        name,
        unit_label(unit),
        constant.description,
        value,
        low,
        high,
        "log" if is_wide else "linear",
    )


def _sizes(endpoints: Sequence[Endpoint], values: Floats, duration: float) -> Floats:
    """Size of the time course behind each endpoint: a trough of 0 has the error of its peak; 0 for
    times.
    """
    largest = _largest(endpoints, values)
    sizes = []
    for endpoint in endpoints:
        owner, _, kind = endpoint.name.rpartition(".")
        unit = "_percent" if kind.endswith("_percent") else ""
        own = (
            largest.get(f"{owner}.peak{unit}", 0.0),
            largest.get(f"{owner}.trough{unit}", 0.0),
            largest.get(f"{owner}.cmax", 0.0) if kind.startswith("c") else 0.0,
        )
        size = max(own) * (duration if kind == "auc_over_baseline" else 1.0)
        sizes.append(0.0 if kind.endswith("_h") else max(size, largest[endpoint.name]))
    return np.array(sizes)


def _is_defined(endpoints: Sequence[Endpoint], values: Floats, error: float) -> NDArray[np.bool_]:
    """All endpoints but the time of a peak or trough that is the baseline itself: the solver's
    error then chooses the time.
    """
    names, largest = [endpoint.name for endpoint in endpoints], _largest(endpoints, values)
    defined = []
    for name in names:
        owner, _, kind = name.rpartition(".")
        baseline = f"{owner}.baseline"
        if kind not in ("t_peak_h", "t_trough_h") or baseline not in names:
            defined.append(True)
            continue
        level = names.index(f"{owner}.{kind.removeprefix('t_').removesuffix('_h')}")
        gap = np.abs(values[:, level] - values[:, names.index(baseline)])
        size = max(largest[f"{owner}.peak"], largest[f"{owner}.trough"])
        defined.append(bool(np.nanmax(gap, initial=0.0) > error * size))
    return np.array(defined)


def _largest(endpoints: Sequence[Endpoint], values: Floats) -> dict[str, float]:
    size = np.where(np.isfinite(values), np.abs(values), 0.0).max(axis=0)
    return {endpoint.name: float(most) for endpoint, most in zip(endpoints, size, strict=True)}


def _is_nonzero(endpoints: Sequence[Endpoint], at: Floats, duration: float) -> NDArray[np.bool_]:
    """Endpoints that are neither 0 nor what rounding makes of 0."""
    baseline = {
        endpoint.name.rpartition(".")[0]: abs(value)
        for endpoint, value in zip(endpoints, at, strict=True)
        if endpoint.name.endswith(".baseline")
    }
    least = [
        ROUNDING * baseline.get(endpoint.name.rpartition(".")[0], 0.0) * duration
        if endpoint.name.endswith(".auc_over_baseline")
        else 0.0
        for endpoint in endpoints
    ]
    return np.asarray(np.isfinite(at) & (np.abs(at) > np.array(least)))
