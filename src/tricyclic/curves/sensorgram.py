"""Binding to a surface under flow, one site: injections in one or several cycles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, rates, settings, starts_on_grid
from tricyclic.curves._kernels import Values, power10

# Readings from which the first guess is made, of all in a trace; at least so many of each step.
GUESSED_FROM, OF_EACH_STEP = 300, 4

KINETIC = ("rmax", "log10_kon", "log10_koff", "background", "bulk", "drift")

# log10 of the Kd of a surface, and its range: from 1 aM to 1 M.
KD, KDS = "log10_kd", (-18.0, 0.0)

# Of the example: two cycles of two injections each.
BEGINS = (0.0, 3.0, 6.0, 9.0)
TIMES = tuple(np.round(np.linspace(0.0, 12.0, 25), 3).tolist())


def response(
    *,
    time_min: Values,
    concentration_M: Values,
    step_min: Values,
    cycle: Values,
    rmax: Values,
    log10_kon: Values,
    log10_koff: Values,
    background: Values,
    bulk: Values,
    drift: Values,
    delay_min: Values,
) -> np.ndarray:
    """Signal at a time. The steps of a cycle are the different values of step_min and
    concentration_M of its readings; between steps the solution is exponential.
    """
    return _response(
        time_min,
        concentration_M,
        step_min,
        cycle,
        (rmax, log10_kon, log10_koff, background, bulk, drift),
        lambda _: delay_min,
    )


def with_switch_delays(model: CurveModel, switches: Sequence[float], first: float) -> CurveModel:
    """The curve `sensorgram` with a delay of its own of each switch: `switch_1_min`, ...

    Parameters
    ----------
    model : CurveModel
        `sensorgram`.
    switches : sequence of float
        Values of step_min at which the concentration changes, in rising order.
    first : float
        Time of the first reading. A switch stays half-way from its neighbours, or from the first
        reading.
    """
    names = [f"switch_{i + 1}_min" for i in range(len(switches))]
    by_time = dict(zip((float(one) for one in switches), names, strict=True))
    parameters = []
    for i, (name, at) in enumerate(zip(names, switches, strict=True)):
        after = switches[i + 1] - at if i + 1 < len(switches) else 2e4
        before = at - (switches[i - 1] if i else first)
        parameters.append(
            Parameter(
                name,
                "min",
                f"delay of the switch at {at:g} min",
                low=-0.5 * (before or after),
                high=0.5 * after,
            )
        )

    def curve(**values: Values) -> np.ndarray:
        own = {name: values[name] for name in names}
        return _response(
            values["time_min"],
            values["concentration_M"],
            values["step_min"],
            values["cycle"],
            tuple(values[name] for name in KINETIC),
            lambda begin: own[by_time[begin]] if begin in by_time else 0.0,
        )

    def guess(series: Series, given: Mapping[str, float]) -> list[Start]:
        known = {name: value for name, value in given.items() if name not in names}
        delays = {name: given.get(name, 0.0) for name in names}
        return [{**delays, **start} for start in model.first_guess(series, known)]

    kept = tuple(one for one in model.parameters if one.name != "delay_min")
    return replace(model, parameters=(*kept, *parameters), curve=curve, first_guess=guess)


def with_affinity(model: CurveModel) -> CurveModel:
    """The curve with log10 Kd in place of log10 kon, so that the Kd has a profile of its own.

    Parameters
    ----------
    model : CurveModel
        `sensorgram`, with or without delays of switches.
    """

    def curve(**values: Values) -> np.ndarray:
        own = {name: value for name, value in values.items() if name != KD}
        return np.asarray(model.curve(**own, log10_kon=own["log10_koff"] - values[KD]))

    def guess(series: Series, given: Mapping[str, float]) -> list[Start]:
        known = {name: value for name, value in given.items() if name != KD}
        starts = []
        for start in model.first_guess(series, known):
            kon, koff = start.pop("log10_kon"), {**known, **start}["log10_koff"]
            starts.append(start if KD in given else {**start, KD: float(np.clip(koff - kon, *KDS))})
        return starts

    parameters = tuple(
        Parameter(KD, "log10 M", "dissociation constant", low=KDS[0], high=KDS[1])
        if one.name == "log10_kon"
        else one
        for one in model.parameters
    )
    return replace(model, parameters=parameters, curve=curve, first_guess=guess, target=KD)


def _response(
    time_min: Values,
    concentration_M: Values,
    step_min: Values,
    cycle: Values,
    kinetic: tuple[Values, ...],
    delay_of: Callable[[float], Values],
) -> np.ndarray:
    """The signal, with the delay of the switch that is stated for a time."""
    rmax, log10_kon, log10_koff, background, bulk, drift = kinetic
    time, concentration, step, cycles = (
        np.asarray(column, float) for column in (time_min, concentration_M, step_min, cycle)
    )
    kon, koff = power10(log10_kon), power10(log10_koff)
    starts, plan = _plan(step.tobytes(), concentration.tobytes(), cycles.tobytes())
    every = [np.asarray(delay_of(begin), float) for begin in starts]
    shape = np.broadcast_shapes(time.shape, *map(np.shape, (rmax, kon, koff, *every)))
    occupied, current = np.zeros(shape), np.zeros(shape)
    for own, begins, levels in plan:
        at = time[own]
        b, c = np.zeros((*shape[:-1], at.size)), np.zeros((*shape[:-1], at.size))
        actual = [begin + np.asarray(delay_of(begin), float) for begin in begins]
        for begin, end, level in zip(actual, [*actual[1:], np.array(np.inf)], levels, strict=True):
            since = np.asarray(at - begin, float)
            rate = kon * level + koff
            reached = kon * level / rate
            passed = np.maximum(np.minimum(since, end - begin), 0.0)
            b = reached + (b - reached) * np.exp(-rate * passed)
            c = np.where(since >= 0, level, c)
        occupied[..., own], current[..., own] = b, c
    return np.asarray(background + drift * time + bulk * current + rmax * occupied)


@lru_cache(maxsize=8)
def _plan(
    step: bytes, concentration: bytes, cycle: bytes
) -> tuple[list[float], list[tuple[np.ndarray, list[float], list[float]]]]:
    """All switches, and of each cycle its readings, switches and concentrations.

    A search needs them thousands of times with the same columns, and sorting these takes as long
    as the exponentials.
    """
    steps, levels, cycles = (np.frombuffer(column) for column in (step, concentration, cycle))
    parts = [(cycles == one) for one in np.unique(cycles)]
    return np.unique(steps).tolist(), [(own, *_steps(steps[own], levels[own])) for own in parts]


def _steps(step: np.ndarray, concentration: np.ndarray) -> tuple[list[float], list[float]]:
    """Times at which the concentration changes, and the concentrations from then on."""
    pairs = np.unique(np.column_stack([step, concentration]), axis=0)
    return pairs[:, 0].tolist(), pairs[:, 1].tolist()


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best pairs of rates of a grid."""
    few = _thinned(series)
    columns = settings(MODEL, few)
    since = columns["time_min"] - columns["step_min"]
    axis = rates(since, points=25)
    level = columns["concentration_M"]
    typical = float(np.log10(np.median(level[level > 0]))) if (level > 0).any() else -9.0
    grid: Grid = {
        "log10_kon": np.clip(axis - typical, 0.0, 14.0),
        "log10_koff": np.clip(axis - 0.5, -8.0, 6.0),
    }
    linear = ("rmax", "background", "bulk", "drift")
    return starts_on_grid(MODEL, few, given, grid, linear=linear, common={"delay_min": 0.0}, keep=3)


def _thinned(series: Series) -> Series:
    """The series with some of the readings of each step: traces have thousands."""
    if series.n <= GUESSED_FROM:
        return series
    columns = settings(MODEL, series)
    names = ("cycle", "step_min", "concentration_M")
    table = np.column_stack([columns[name] for name in names])
    index = np.asarray(np.unique(table, axis=0, return_inverse=True)[1]).reshape(-1)
    keep = np.zeros(series.n, bool)
    steps = int(index.max()) + 1
    most = max(GUESSED_FROM // steps, OF_EACH_STEP)
    for one in range(steps):
        own = np.flatnonzero(index == one)
        own = own[np.argsort(columns["time_min"][own], kind="stable")]
        keep[own[np.unique(np.linspace(0, own.size - 1, most).astype(int))]] = True
    return series.keep(keep)


MODEL = CurveModel(
    description="sensorgram of one site, one or several injections",
    equation=(
        "dR/dt = kon C(t) (Rmax - R) - koff R, R(0) = 0; y = background + drift t + bulk C(t) + R"
    ),
    when=(
        "kon, koff and Kd = koff/kon from surface plasmon resonance or biolayer interferometry: "
        "multi-cycle (one concentration for each cycle) or single-cycle kinetics (several "
        "injections "
        "in one). Not where binding is limited by transport to the surface, rebinds, or has two "
        "sites, and not with a step of which no reading was taken."
    ),
    columns=(
        Column("time_min", "time since the start of the cycle [min]"),
        Column("concentration_M", "analyte that flows over the surface at this time [M]; 0 buffer"),
        Column("step_min", "time at which this concentration was switched on [min]"),
        Column("cycle", "number of the cycle; the surface is regenerated between cycles", 1.0),
    ),
    parameters=(
        Parameter("rmax", "y", "signal with all sites occupied", low=0.0),
        Parameter("log10_kon", "log10 1/(M min)", "association rate constant", low=0.0, high=14.0),
        Parameter("log10_koff", "log10 1/min", "dissociation rate constant", low=-8.0, high=6.0),
        Parameter("background", "y", "signal without analyte", fixed_by_default=True, default=0.0),
        Parameter(
            "bulk",
            "y/M",
            "signal of the solution itself per molar of analyte",
            fixed_by_default=True,
            default=0.0,
        ),
        Parameter("drift", "y/min", "drift of the baseline", fixed_by_default=True, default=0.0),
        Parameter(
            "delay_min",
            "min",
            "time from a stated switch until the analyte reaches or leaves the surface",
            low=-1e4,
            high=1e4,
            fixed_by_default=True,
            default=0.0,
        ),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1007/s00216-021-03623-x", "doi:10.12688/gatesopenres.14743.2"),
    target="log10_koff",
    example={
        "rmax": 85.0,
        "log10_kon": 7.0,
        "log10_koff": -0.6,
        "background": 2.0,
        "bulk": 4e7,
        "drift": 0.05,
        "delay_min": 0.1,
    },
    design={
        "time_min": TIMES * 2,
        "step_min": tuple(max(b for b in BEGINS if b <= t) for t in TIMES) * 2,
        "concentration_M": tuple(
            level[max(i for i, b in enumerate(BEGINS) if b <= t)]
            for level in ((1e-8, 0.0, 4e-8, 0.0), (3e-8, 0.0, 1.2e-7, 0.0))
            for t in TIMES
        ),
        "cycle": (*(1.0,) * len(TIMES), *(2.0,) * len(TIMES)),
    },
)
