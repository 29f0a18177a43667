"""Series and a declared curve become a Fit: one engine for every curve.

Readings are weighted by what the curve expects of them, never by what was observed; intervals are
profile-likelihood limits; a fit that fails is a Fit that says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.core.analysis_options import Variance
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit, FittedParameter, FittedPart
from tricyclic.core.series import Series
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.problem import Part, Problem, Slot, columns_of
from tricyclic.fitting.search import Search
from tricyclic.numerics.least_squares import Optimum, jacobian

__all__ = ["Part", "band", "fit", "predict"]


def fit(
    parts: Series | Part | Sequence[Part],
    model: CurveModel | None = None,
    *,
    given: Mapping[str, float] | None = None,
    free: Sequence[str] = (),
    variance: Variance = "constant",
    intervals: Literal["all", "target", "none"] | Sequence[str] = "all",
    confidence: float = 0.95,
    starts: Sequence[Mapping[str, float]] | None = None,
) -> Fit:
    """Fit one curve to one series, or several curves that share parameters to several series.

    Parameters
    ----------
    parts : Series, Part or sequence of Part
        What to fit; a Series goes with `model`.
    model : CurveModel, optional
        Curve of a single series.
    given : mapping of str to float
        Values of given parameters, and of any other parameter that is to be held fixed.
    free : sequence of str
        Given parameters to fit after all; their value in `given`, if any, is where the search starts.
    variance : {"constant", "proportional", "poisson", "counting"}
        constant: one standard deviation per series, estimated. proportional: it grows with the expected
        reading. poisson: the counting variance of the series. counting: that plus a proportional part,
        estimated by restricted likelihood.
    intervals : {"all", "target", "none"} or sequence of str
        Which parameters get profile limits.
    confidence : float
        Of the limits, such as 0.95.
    starts : sequence of mapping, optional
        Starts of the search instead of the curves' own guesses.

    Returns
    -------
    Fit
        With `ok` False and a reason in `says` where the readings cannot bear the curve.

    Raises
    ------
    InputError
        If something the curve needs is missing, or the variance model wants counting errors that are not there.

    Notes
    -----
    Limits are where the weighted residual sum has risen by s2 * F(confidence; 1, df), the weights held
    [Bates & Watts 1988]. Where counting sets the variance, s2 is at least 1: nothing is quieter than counting.
    """
    if isinstance(parts, Series):
        if model is None:
            raise InputError("no curve was named", where=parts.name, do="Choose one from the shelf")
        parts = (Part(parts, model),)
    elif isinstance(parts, Part):
        parts = (parts,)
    if not 0.5 <= confidence < 1:
        raise InputError(
            f"confidence is {confidence:g}", allowed="It lies between 0.5 and 1, such as 0.95"
        )
    problem = Problem(parts, given or {}, free)
    if variance in ("poisson", "counting"):
        for part in parts:
            if part.series.counting_slope is None:
                raise InputError(
                    f"the variance model '{variance}' needs counts and a counting time",
                    where=part.series.name,
                    do="State the counting time, or choose the variance model 'constant' or 'proportional'",
                )
    reason = _cannot(problem)
    if reason:
        return _failed(problem, reason, variance, confidence)
    with np.errstate(all="ignore"):
        search = Search(problem, variance)
        found, agreeing, tried = search.best_of(problem.starts(starts))
        if not np.isfinite(found.rss):
            return _failed(problem, "no start led to a finite residual sum", variance, confidence)
        found = search.reweight(found)
        wanted = _wanted(problem, intervals)
        limits, found = search.limits(found, wanted, confidence)
        return _told(problem, search, found, limits, variance, confidence, agreeing, tried)


def predict(
    fit: Fit, model: CurveModel, x: Mapping[str, ArrayLike], *, part: int = 0
) -> np.ndarray:
    """Expected readings of a fitted curve at settings x, shape (n,).

    Columns with a default may be left out; every column has shape (n,) or is one number.
    """
    names = fit.parts[part].names
    own = {p.name: fit.values[names.get(p.name, p.name)] for p in model.parameters}
    with np.errstate(all="ignore"):
        return np.asarray(model.curve(**_settings(model, x), **own), float)


def band(
    fit: Fit, model: CurveModel, x: Mapping[str, ArrayLike], *, part: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise confidence band of a fitted curve at settings x, two arrays of shape (n,).

    First-order propagation of the fit's covariance, with t at the fit's confidence.
    """
    from scipy.special import stdtrit

    names = fit.parts[part].names
    position = {parameter.name: i for i, parameter in enumerate(fit.free)}
    columns = _settings(model, x)
    best = np.array([parameter.value for parameter in fit.free])

    def expected(vector: np.ndarray) -> np.ndarray:
        own: dict[str, np.ndarray | float] = {}
        for parameter in model.parameters:
            name = names.get(parameter.name, parameter.name)
            own[parameter.name] = (
                vector[:, position[name], None] if name in position else fit.values[name]
            )
        return np.asarray(model.curve(**columns, **own))

    with np.errstate(all="ignore"):
        middle = expected(best[None, :])[0]
        gradient = jacobian(expected, best, np.maximum(np.abs(best), 1e-3))
        known = np.where(np.isfinite(fit.covariance), fit.covariance, 0.0)
        sd = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", gradient, known, gradient), 0.0))
    reach = float(stdtrit(fit.df, 0.5 + 0.5 * fit.confidence)) * sd
    return middle - reach, middle + reach


def _settings(model: CurveModel, x: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    arrays = {key: np.atleast_1d(np.asarray(value, float)) for key, value in x.items()}
    n = max(array.size for array in arrays.values())
    series = Series(
        model.name or model.says,
        np.zeros(n),
        "y",
        {k: np.broadcast_to(v, (n,)) for k, v in arrays.items()},
    )
    return columns_of(series, model)


def _cannot(problem: Problem) -> str:
    readings, wanted = problem.y.size, len(problem.free)
    if readings <= wanted:
        return f"{readings} readings cannot bear {wanted} parameters"
    for part in problem.parts:
        if part.series.n > 1 and np.ptp(part.series.y) == 0:
            return f"all readings of {part.series.name} are equal ({part.series.y[0]:g}): there is no curve in them"
    return ""


def _wanted(
    problem: Problem, intervals: Literal["all", "target", "none"] | Sequence[str]
) -> list[int]:
    if intervals == "none":
        return []
    if intervals == "all":
        return list(range(len(problem.free)))
    names = (
        {part.name_of(part.model.target) for part in problem.parts}
        if intervals == "target"
        else set(intervals)
    )
    for name in names - set(problem.position) - {slot.name for slot in problem.slots} - {""}:
        raise UnknownNameError.among("parameter", name, problem.position)
    return sorted(problem.position[name] for name in names if name in problem.position)


def _told(
    problem: Problem,
    search: Search,
    found: Optimum,
    limits: Mapping[int, tuple[float, float]],
    variance: Variance,
    confidence: float,
    agreeing: int,
    tried: int,
) -> Fit:
    n, p = problem.y.size, len(problem.free)
    df = n - p
    cov = search.covariance(found)
    expected = problem.expected(found.x[None, :])[0]
    scale = search.scale(found.rss)
    # The likelihood has its own, maximum-likelihood scale where the scatter was estimated.
    likely = 1.0 if search.counts else found.rss / n
    spread = 1.0 / search.weight
    log_likelihood = -0.5 * float(
        np.sum(
            np.log(2 * np.pi * spread * likely) + (problem.y - expected) ** 2 / (spread * likely)
        )
    )
    k = p + (search.sd.size if variance != "poisson" else 0)
    aicc = 2 * k - 2 * log_likelihood + (2 * k * (k + 1) / (n - k - 1) if n - k - 1 > 0 else np.inf)
    on_bound = search.on_bound(found)
    checks = (
        []
        if found.converged
        else [Check("converged", "look", "the search stopped before it was sure of the optimum")]
    )
    told = []
    for slot in problem.slots:
        if slot.fixed is not None:
            told.append(
                FittedParameter(
                    slot.name, slot.fixed, slot.declared.unit, slot.declared.says, fixed=True
                )
            )
            continue
        i = problem.position[slot.name]
        low, high = limits.get(i, (np.nan, np.nan))
        touched = _touched(slot, float(found.x[i])) if on_bound[i] else ""
        if touched:
            checks.append(
                Check(
                    "bound_touched",
                    "look",
                    f"{slot.declared.says} ({slot.name}) lies on its bound {found.x[i]:.4g}",
                    where=problem.parts[0].series.name,
                    value=float(found.x[i]),
                    limit=slot.low if touched == "low" else slot.high,
                    advice="The readings do not determine it; read the other parameters with that in mind",
                )
            )
        told.append(
            FittedParameter(
                slot.name,
                float(found.x[i]),
                slot.declared.unit,
                slot.declared.says,
                se=float(np.sqrt(cov[i, i])) if not touched else float("nan"),
                low=low,
                high=high,
                at_bound=touched,
            )
        )
    parts = tuple(
        FittedPart(
            part.series,
            part.model.name or part.model.says,
            {q.name: part.name_of(q.name) for q in part.model.parameters},
            _frozen(expected[span]),
            _frozen(np.sqrt(spread[span] * scale)),
            float(search.cv[problem.scatter[span.start]])
            if variance == "counting"
            else float("nan"),
        )
        for part, span in zip(problem.parts, problem.spans, strict=True)
    )
    return Fit(
        True,
        "fits",
        tuple(told),
        parts,
        _frozen(cov),
        found.rss,
        df,
        log_likelihood,
        float(aicc),
        variance,
        confidence,
        agreeing,
        tried,
        tuple(checks),
    )


def _touched(slot: Slot, value: float) -> Literal["low", "high"]:
    return "low" if abs(value - slot.low) <= abs(value - slot.high) else "high"


def _frozen(array: np.ndarray) -> np.ndarray:
    array = np.array(array)
    array.setflags(write=False)
    return array


def _failed(problem: Problem, reason: str, variance: Variance, confidence: float) -> Fit:
    told = tuple(
        FittedParameter(
            s.name,
            float("nan") if s.fixed is None else s.fixed,
            s.declared.unit,
            s.declared.says,
            fixed=s.fixed is not None,
        )
        for s in problem.slots
    )
    empty = tuple(
        FittedPart(
            part.series,
            part.model.name or part.model.says,
            {q.name: part.name_of(q.name) for q in part.model.parameters},
            np.full(part.series.n, np.nan),
            np.full(part.series.n, np.nan),
        )
        for part in problem.parts
    )
    nothing = np.empty((0, 0))
    df = problem.y.size - len(problem.free)
    check = Check(
        "fit_failed",
        "stop",
        reason,
        where=problem.parts[0].series.name,
        advice="Look at the wells before anything else",
    )
    return Fit(
        False,
        reason,
        told,
        empty,
        nothing,
        float("nan"),
        df,
        float("nan"),
        float("nan"),
        variance,
        confidence,
        0,
        0,
        (check,),
    )
