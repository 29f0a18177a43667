"""Readings of cycles and their injections as the columns of the curve `sensorgram`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.series import Series
from tricyclic.errors import InputError


@dataclass(frozen=True)
class Injection:
    """Analyte over the surface from `start_min` to `end_min`."""

    start_min: float
    end_min: float
    concentration_M: float


@dataclass(frozen=True)
class CycleTrace:
    """The readings of one cycle, each of shape (n,), and its injections in the order of time."""

    name: str
    time_min: np.ndarray
    reading: np.ndarray
    injections: tuple[Injection, ...]


def series_of_traces(traces: Sequence[CycleTrace], *, y_unit: str) -> tuple[Series, float]:
    """All traces as one series, and the time from which it counts.

    Parameters
    ----------
    traces : sequence of CycleTrace
    y_unit : str
        Unit of the readings.

    Raises
    ------
    InputError
        If injections overlap, lie outside the readings, or there is no analyte at all.
    """
    if not any(one.concentration_M > 0 for trace in traces for one in trace.injections):
        raise InputError(
            "no injection has a concentration above 0",
            where="injection",
            do="State it: --injection 60:180:10nM, or with the column: --y RU=10nM",
        )
    start = min(float(trace.time_min.min()) for trace in traces)
    shift = min(start, 0.0)
    columns: dict[str, list[np.ndarray]] = {
        name: [] for name in ("time_min", "concentration_M", "step_min", "cycle")
    }
    for number, trace in enumerate(traces):
        begins, levels = _steps(trace)
        which = np.searchsorted(begins, trace.time_min, side="right") - 1
        missed = sorted(set(range(1, begins.size)) - set(which.tolist()))
        if missed:
            raise InputError(
                f"{trace.name} has no reading after the switch at {begins[missed[0]]:g} min",
                where="injection",
                allowed="Each injection and what follows it needs readings",
            )
        columns["time_min"].append(trace.time_min - shift)
        columns["concentration_M"].append(levels[which])
        columns["step_min"].append(np.maximum(begins[which] - shift, 0.0))
        columns["cycle"].append(np.full(trace.time_min.size, float(number)))
    series = Series(
        "sensorgram",
        np.concatenate([trace.reading for trace in traces]),
        y_unit,
        {name: np.concatenate(values) for name, values in columns.items()},
    )
    return series, shift


def _steps(trace: CycleTrace) -> tuple[np.ndarray, np.ndarray]:
    """Times at which the concentration changes, from the first reading on, and the concentrations
    from then on.
    """
    first = float(trace.time_min.min())
    begins, levels, last = [min(first, trace.injections[0].start_min)], [0.0], -math.inf
    for one in trace.injections:
        if one.start_min > float(trace.time_min.max()):
            raise InputError(
                f"an injection of {trace.name} starts at {one.start_min:g} min, after its last "
                f"reading at {trace.time_min.max():g} min",
                where="injection",
                allowed="Injections lie within the readings",
                do="Check the unit of the times",
            )
        if one.start_min < last or one.end_min <= one.start_min:
            raise InputError(
                f"an injection of {trace.name} lasts from {one.start_min:g} to {one.end_min:g} min",
                where="injection",
                allowed="Each ends after it starts, and before the next starts",
            )
        for begin, level in ((one.start_min, one.concentration_M), (one.end_min, 0.0)):
            if begin == begins[-1]:
                levels[-1] = level
            else:
                begins.append(begin)
                levels.append(level)
        last = one.end_min
    # Nothing is read after an injection that lasts to the end of the record.
    while len(begins) > 1 and begins[-1] > float(trace.time_min.max()):
        begins.pop()
        levels.pop()
    return np.array(begins), np.array(levels)
