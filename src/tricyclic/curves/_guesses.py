"""Starts of a search: a grid over the nonlinear parameters, least squares for the linear ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series

Grid = Mapping[str, Sequence[float] | np.ndarray]
Start = dict[str, float]

# Starts of each valley that a search of the whole space gets, and nodes that it may evaluate.
THOROUGH_STARTS = 6
MAX_THOROUGH_NODES = 12_000
# Steepest and shallowest slopes that are tried, from a straight line to a step.
WIDE_HILLS = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.2, 3.3, 5.0, 8.0, 15.0, 40.0, 150.0, 600.0)
# Decades by which axes of log10 concentrations and rates are extended, and their spacing.
WIDER, WIDE_STEP = 2.0, 0.25
_thorough: ContextVar[int] = ContextVar("thorough", default=0)


@contextmanager
def whole_space(keep: int = THOROUGH_STARTS) -> Iterator[None]:
    """First guesses from the whole space of the parameters instead of from where curves mostly lie.

    Profiles need it: with one parameter fixed away from its optimum, the others may lie far from
    theirs. Within the context `starts_on_grid` widens its grids and gives up to `keep` starts.
    """
    token = _thorough.set(keep)
    try:
        yield
    finally:
        _thorough.reset(token)


def starts_on_grid(
    model: CurveModel,
    series: Series,
    given: Mapping[str, float],
    grid: Grid,
    *,
    linear: Sequence[str] = (),
    common: Mapping[str, float] | None = None,
    only: Callable[[Mapping[str, np.ndarray]], np.ndarray] | None = None,
    keep: int = 2,
) -> list[Start]:
    """Evaluate every node of a grid and keep the best ones, first one from each valley.

    Parameters
    ----------
    grid : mapping of name to values
        Parameters in which the curve is not linear; one that is `given` keeps that value. Empty for
        a curve that is linear in all of its parameters.
    linear : sequence of str
        Parameters in which the curve is linear: fitted by least squares at every node.
    common : mapping of name to value
        Parameters that have this value in all starts.
    only : callable, optional
        From node values, shape (k,), to which nodes count (the order of two affinities).
    keep : int
        Most starts to give.
    """
    columns = settings(model, series)
    names = {p.name for p in model.parameters}
    defaults = {p.name: p.default for p in model.parameters if p.default is not None}
    known = {name: value for name, value in (defaults | dict(given)).items() if name in names}
    plain = {
        p.name: plausible(p, series.y, columns)
        for p in model.parameters
        if p.name not in {*known, *grid, *linear, *(common or {})}
    }
    common = {**plain, **(common or {})}
    axes = {
        name: np.asarray([known[name]] if name in known else values, float)
        for name, values in grid.items()
    }
    if thorough := _thorough.get():
        axes, keep = _widened(model, axes, known), max(thorough, keep)
    shape = tuple(axis.size for axis in axes.values())
    index = np.indices(shape).reshape(len(axes), -1).T if axes else np.zeros((1, 0), int)
    nodes = {name: axis[index[:, i]] for i, (name, axis) in enumerate(axes.items())}
    counted = np.ones(len(index), bool) if only is None else only(nodes)
    counted |= not counted.any()
    free = [name for name in linear if name not in known]
    values: dict[str, float | np.ndarray] = {
        **common,
        **known,
        **{name: v[counted, None] for name, v in nodes.items()},
    }
    scales, misfit = np.full((len(index), len(free)), np.nan), np.full(len(index), np.inf)
    # Valleys of weighted readings lie elsewhere; first guesses need no weights.
    weight = series.weight if thorough and series.weight is not None else np.ones(series.n)
    scales[counted], misfit[counted] = _linear_fit(
        model, columns, values, free, series.y, np.sqrt(weight)
    )
    misfit[~np.isfinite(misfit)] = np.inf
    starts = []
    best = _best_nodes(misfit.reshape(shape), index, keep) if axes else [0]
    for node in best or [int(np.argmax(counted))]:
        start = {name: float(values[node]) for name, values in nodes.items()}
        start |= {name: float(scales[node, j]) for j, name in enumerate(free)}
        starts.append(within_bounds(model, {**common, **start}, known))
    return starts


def _widened(
    model: CurveModel, axes: dict[str, np.ndarray], known: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """The axes over the whole range of each parameter, where that is not too many nodes."""
    wide = {}
    for name, axis in axes.items():
        declared = model.parameter(name)
        if name in known:
            wide[name] = axis
        elif declared.min_abs > 0:
            limit = declared.high if axis[0] > 0 else -declared.low
            hills = [h for h in WIDE_HILLS if declared.min_abs <= h <= limit]
            wide[name] = np.sign(axis[0]) * np.unique([*hills, *np.abs(axis)])
        elif name.startswith("log10_") and axis.size > 3:
            low, high = axis.min() - WIDER, axis.max() + WIDER
            points = int(np.ceil((high - low) / WIDE_STEP)) + 1
            wide[name] = np.linspace(low, high, max(points, axis.size))
        elif name.startswith("log10_") and np.isfinite(declared.high - declared.low):
            wide[name] = np.linspace(declared.low, declared.high, 9)
        else:
            wide[name] = axis
    nodes = np.prod([float(axis.size) for axis in wide.values()])
    return wide if nodes <= MAX_THOROUGH_NODES else axes


def signed(hills: Sequence[float], model: CurveModel, given: Mapping[str, float]) -> np.ndarray:
    """Hills in the direction of the search, or in that of the model where none is given."""
    default = 1.0 if model.sigmoid == "rising" else -1.0
    return given.get("direction", default) * np.asarray(hills, float)


def _best_nodes(misfit: np.ndarray, index: np.ndarray, keep: int) -> list[int]:
    """Nodes of least misfit that are not neighbours, at most `keep`."""
    flat = misfit.ravel()
    # Nodes that are chosen, or neighbours of one.
    near = np.zeros(misfit.shape, bool)
    is_near = near.reshape(-1)
    chosen: list[int] = []
    for candidate in _valleys_first(misfit).tolist():
        if len(chosen) == keep or flat[candidate] == np.inf:
            break
        if not is_near[candidate]:
            chosen.append(candidate)
            near[tuple(slice(max(i - 1, 0), i + 2) for i in index[candidate])] = True
    return chosen


def _valleys_first(misfit: np.ndarray) -> np.ndarray:
    """Nodes by misfit; first those below all of their neighbours, diagonal ones included."""
    least = misfit
    for axis in range(misfit.ndim):
        edge = [(1, 1) if i == axis else (0, 0) for i in range(misfit.ndim)]
        wide = np.pad(least, edge, constant_values=np.inf)
        size = misfit.shape[axis]
        least = np.min([np.take(wide, np.arange(k, k + size), axis=axis) for k in range(3)], axis=0)
    return np.lexsort((misfit.ravel(), (misfit > least).ravel()))


def within_bounds(
    model: CurveModel, start: Mapping[str, float], known: Mapping[str, float]
) -> Start:
    """Remove what is known and clip the other parameters to their bounds."""
    bounds = {p.name: (p.low, p.high) for p in model.parameters}
    return {
        name: min(max(float(value), bounds[name][0]), bounds[name][1])
        for name, value in start.items()
        if name not in known
    }


def settings(model: CurveModel, series: Series) -> dict[str, np.ndarray]:
    """The columns of a curve from a series, defaults filled in."""
    return {
        c.name: np.asarray(series.x.get(c.name, np.full(series.n, c.default)))
        for c in model.columns
    }


def per_molar(y: np.ndarray, columns: Mapping[str, np.ndarray]) -> float:
    """Readings per molar if at most half of the radioligand were bound."""
    greatest = max(
        (float(c.max()) for name, c in columns.items() if name.endswith("_M")), default=0.0
    )
    return 2.0 * max(float(np.abs(y).max()), 1e-12) / max(greatest, 1e-15)


def plausible(parameter: Parameter, y: np.ndarray, columns: Mapping[str, np.ndarray]) -> float:
    """A start for a parameter that was freed without a start of its own."""
    if parameter.default is not None:
        return parameter.default
    if parameter.unit == "y/M":
        return per_molar(
            y, {name: c for name, c in columns.items() if name == "radioligand_M"} or columns
        )
    if parameter.unit == "y":
        return float(np.median(y))
    bounds = (parameter.low, parameter.high)
    return float(np.mean(bounds)) if np.isfinite(bounds).all() else float(np.clip(1.0, *bounds))


def doses(values: np.ndarray, *, points: int = 25, beyond: float = 1.0) -> np.ndarray:
    """Grid of log10 concentrations from `beyond` decades below the doses to as far above them."""
    positive = values[values > 0]
    if positive.size == 0:
        return np.linspace(-12.0, -3.0, points)
    low, high = np.log10(positive.min()), np.log10(positive.max())
    return np.linspace(low - beyond, high + beyond, points)


def rates(time: np.ndarray, *, points: int = 12) -> np.ndarray:
    """Grid of log10 rates [1/min] that readings at these times can determine."""
    positive = time[time > 0]
    if positive.size == 0:
        return np.linspace(-3.0, 1.0, points)
    return np.linspace(np.log10(0.02 / positive.max()), np.log10(5.0 / positive.min()), points)


def well_bound(
    series: Series, columns: Mapping[str, np.ndarray], known: Mapping[str, float]
) -> tuple[float, float, float]:
    """Rough sink, sites and affinity [M] from wells in molar: (nonspecific, sites, Kd).

    The sink comes from the non-specific wells, or from the lowest reading per radioligand where
    there are none; the sites from the wells without competitor.
    """
    hot = columns["radioligand_M"]
    signal, background = (
        known.get("signal_per_M", per_molar(series.y, {"radioligand_M": hot})),
        known.get("background", 0.0),
    )
    bound = (series.y - background) / max(signal, 1e-300)
    used = hot > 0
    if not used.any():
        return 0.0, 1e-12, 1e-9
    share = np.clip(bound[used] / hot[used], 0.0, 0.999)
    blank = columns["specific"][used] <= 0
    low = float(np.median(share[blank])) if blank.any() else 0.9 * float(share.min())
    sink = low / (1.0 - low)
    kd = 10.0 ** known["log10_kd"] if "log10_kd" in known else float(np.median(hot[used]))
    unopposed = used & (columns["specific"] > 0)
    if "competitor_M" in columns and unopposed.any():
        least = columns["competitor_M"][unopposed].min()
        unopposed &= columns["competitor_M"] <= least
    specific = np.maximum(bound - low * hot, 1e-4 * hot)[unopposed]
    free = np.maximum(hot[unopposed] - bound[unopposed], 1e-3 * hot[unopposed])
    sites = float(np.median(specific * (kd + free) / free)) if specific.size else 1e-12
    return sink, sites, kd


def _linear_fit(
    model: CurveModel,
    columns: Mapping[str, np.ndarray],
    values: Mapping[str, float | np.ndarray],
    free: Sequence[str],
    y: np.ndarray,
    root_weight: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Linear parameters at each node, shape (k, p), and the residual sum of squares, shape (k,)."""
    zero = dict.fromkeys(free, 0.0)
    base = np.atleast_2d(model.curve(**columns, **{**values, **zero}))
    shapes = [
        (np.atleast_2d(model.curve(**columns, **{**values, **zero, name: 1.0})) - base)
        * root_weight
        for name in free
    ]
    target = (y - base) * root_weight
    if not free:
        return np.empty((base.shape[0], 0)), np.sum(target**2, axis=-1)
    basis = np.stack(np.broadcast_arrays(*shapes), axis=-1)
    size = np.sqrt(np.sum(basis**2, axis=1))
    size = np.where(size > 0, size, 1.0)
    unit = basis / size[:, None]
    # The small ridge keeps nodes solvable at which two shapes are the same.
    normal = np.einsum("kni,knj->kij", unit, unit) + 1e-10 * np.eye(len(free))
    right = np.einsum("kni,kn->ki", unit, np.broadcast_to(target, unit.shape[:2]))
    # A start on a bound has no size by which the search could scale its first step, so starts stay
    # a hundredth of the readings' range away from it.
    off = 0.01 * np.ptp(y) * np.sqrt(y.size)
    low = np.array([model.parameter(name).low for name in free]) * size + off
    high = np.maximum(np.array([model.parameter(name).high for name in free]) * size - off, low)
    scales = np.clip(np.linalg.solve(normal, right[..., None])[..., 0], low, high)
    # Coordinate descent: exact where no bound is active, and quick for two or three parameters.
    for j in list(range(len(free))) * 8:
        others = np.einsum("ki,ki->k", normal[:, j], scales) - normal[:, j, j] * scales[:, j]
        best = (right[:, j] - others) / normal[:, j, j]
        scales[:, j] = np.minimum(np.maximum(best, low[:, j]), high[:, j])
    return scales / size, np.sum((target - np.einsum("kni,ki->kn", unit, scales)) ** 2, axis=-1)
