"""Fit declared curves to series: one engine for every curve.

Readings are weighted by what the curve expects of them, not by what was observed; intervals are
profile-likelihood limits. A fit that fails is a Fit with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.format import pluralize
from tricyclic.core.series import Series
from tricyclic.core.weight_formula import weight_is_of_curve
from tricyclic.curves._guesses import whole_space
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.deviance import DevianceProblem, DevianceSearch, count_band
from tricyclic.fitting.direction import (
    Directions,
    SigmoidGroup,
    directions,
    oriented_start,
    relabel,
)
from tricyclic.fitting.outcome import SearchResult, build_fit, failed_fit
from tricyclic.fitting.problem import FitPart, FitProblem, curve_columns
from tricyclic.fitting.profiles import degenerate_limits, lies_on_curve, profile_limits
from tricyclic.fitting.search import WeightedSearch
from tricyclic.fitting.variance_model import VarianceModel, variance_model
from tricyclic.numerics.least_squares import jacobian

__all__ = ["FitPart", "band", "fit", "predict"]

# Words of `numerics.batch.fit.STATUS` for a fit that is not possible.
TOO_FEW_POINTS, CONSTANT_READINGS = "too few points", "constant readings"
Intervals = Literal["all", "target", "none"] | Sequence[str]
Starts = Sequence[Mapping[str, float]]
# Starts from the whole space beside the first guesses.
FURTHER_STARTS = 6
# A variance of the curve is lost where its terms cancel but for this share: the gradient has nine
# digits.
CANCELLED = 1e-8
# Log-likelihoods that differ by less are equal: the first of several choices is kept.
TIE = 1e-6


def fit(
    parts: Series | FitPart | Sequence[FitPart],
    model: CurveModel | None = None,
    *,
    fixed: Mapping[str, float] | None = None,
    free: Sequence[str] = (),
    variance: FitVariance = "constant",
    weights: str = "",
    intervals: Intervals = "all",
    confidence: float = 0.95,
    starts: Starts | None = None,
) -> Fit:
    """Fit one curve to one series, or several curves that share parameters to several series.

    Parameters
    ----------
    parts : Series, FitPart or sequence of FitPart
        What to fit; a Series goes with `model`.
    model : CurveModel, optional
        Curve of a single series.
    fixed : mapping of str to float
        Values of parameters that are fixed by default, and of any other parameter to fix.
    free : sequence of str
        Parameters to fit although they are fixed by default; their value in `fixed`, if any, is
        where the search starts.
    variance : str
        constant: one standard deviation per series, estimated. proportional: it grows with the
        expected reading. power: it is proportional to a power of the expected reading that is
        estimated. counting: the counting variance of the series plus a proportional part,
        estimated by restricted likelihood. poisson: the counting variance alone; exact likelihood
        where the readings themselves are counts. binomial: exact likelihood of shares of `trials`.
        quasipoisson, quasibinomial: the same with an estimated dispersion of 1 or more.
    weights : str
        "1/y^K": by the curve, the standard deviation being proportional to its power K/2.
        "1/x^K": by the dose. "1/sd^K": by the standard deviation of the replicates. Weights of
        single readings are part of a Series; both multiply.
    intervals : {"all", "target", "none"} or sequence of str
        Which parameters get profile limits.
    confidence : float
        Of the limits, such as 0.95.
    starts : sequence of mapping, optional
        Starts of the search instead of the first guesses of the curves.

    Returns
    -------
    Fit
        With `ok` False and the reason in `message` where the readings cannot determine the curve.

    Raises
    ------
    InputError
        If a value that the curve needs is missing, fixed values contradict each other, or the
        variance model needs counting errors that the series do not have.

    Notes
    -----
    Limits are where the weighted residual sum has risen by s2 * F(confidence; 1, df) at fixed
    weights [Bates & Watts 1988]. Where counting sets the variance, s2 is at least 1: no reading is
    more precise than its counts.

    Weights are relative, as in R's `nls`: s2 is the weighted residual sum over its degrees of
    freedom and scales all standard errors, so that a common factor of the weights changes nothing.
    Under an exact likelihood, limits are where the deviance has risen by the quantile of
    chi-squared with one degree of freedom; with an estimated dispersion, by F times the dispersion
    [McCullagh & Nelder 1989, Generalized Linear Models, section 4.5].

    A sigmoid has bottom below top, and the sign of hill is its direction. With a fixed plateau both
    directions are searched, and the one with the higher likelihood (the lower residual sum under
    constant variance) is kept. So is the better end of an asymmetric curve; the limits then belong
    to that end.
    """
    parts, spread = variance_model(listed_parts(parts, model), variance, weights)
    if not 0.5 <= confidence < 1:
        raise InputError(
            f"is {confidence:g}",
            where="confidence",
            allowed="It lies between 0.5 and 1, such as 0.95",
        )
    plan = directions(parts, fixed or {}, free)
    problem = _problem(parts, fixed or {}, free, plan.signs, spread)
    if impossible := _impossible(problem):
        status, reason = impossible
        return failed_fit(problem, reason, spread.name, confidence, status)
    with np.errstate(all="ignore"):
        best = None
        for chosen in _choices(parts, fixed or {}, free):
            for signs in _sign_choices(plan, chosen, free, variance, weights):
                trial = _problem(parts, chosen, free, signs, spread)
                optimum = _search(trial, spread, _oriented(starts, plan, signs))
                if optimum and (best is None or optimum.log_likelihood > best.log_likelihood + TIE):
                    best = optimum
        if best is None:
            reason = "no start led to a finite residual sum"
            return failed_fit(problem, reason, spread.name, confidence)
        problem = best.problem
        wanted = _wanted(problem, intervals)
        positions = _with_partners(wanted, problem, plan)
        limits, result = (
            (degenerate_limits(best.search, best.result, positions), best.result)
            if not spread.family and lies_on_curve(problem, best.result.x)
            else profile_limits(best.search, best.result, positions, confidence)
        )
        names = relabel(plan.symmetric, problem.values(result.x))
        shown = {problem.position[names.source_of(problem.free[i].name)] for i in wanted}
        return build_fit(
            SearchResult(best.search, result, best.agreeing, best.tried),
            {i: ends for i, ends in limits.items() if i in shown},
            names,
            confidence,
        )


def _problem(
    parts: Sequence[FitPart],
    fixed: Mapping[str, float],
    free: Sequence[str],
    signs: Mapping[str, float],
    spread: VarianceModel,
) -> FitProblem:
    if spread.family:
        return DevianceProblem(parts, fixed, free, signs, family=spread.family)
    return FitProblem(parts, fixed, free, signs)


def listed_parts(
    parts: Series | FitPart | Sequence[FitPart], model: CurveModel | None
) -> tuple[FitPart, ...]:
    """What is to be fitted as a tuple of parts.

    Raises
    ------
    InputError
        If a Series comes without a curve, or something else than these is given.
    """
    if isinstance(parts, Series):
        if model is None:
            raise InputError(
                "no curve model is given", where=parts.name, do="See: tricyclic curves models"
            )
        return (FitPart(parts, model),)
    listed = (parts,) if isinstance(parts, FitPart) else tuple(parts)
    for part in listed:
        if not isinstance(part, FitPart):
            raise InputError(
                f"'{type(part).__name__}' cannot be fitted",
                where="parts",
                allowed="It is a Series, a FitPart, or several FitPart",
            )
    return listed


def predict(
    fit: Fit, model: CurveModel, x: Mapping[str, ArrayLike], *, part: int = 0
) -> np.ndarray:
    """Expected readings of a fitted curve.

    Parameters
    ----------
    fit : Fit
        A fit that succeeded.
    model : CurveModel
        Its curve model.
    x : mapping of str to array
        Independent variables by name, each of shape (n,) or one number; those with a default may be
        omitted.
    part : int
        Number of the series, in a fit of several.

    Returns
    -------
    array, shape (n,)
        In the unit of the readings.
    """
    names = fit.parts[part].names
    own = {p.name: fit.values[names.get(p.name, p.name)] for p in model.parameters}
    with np.errstate(all="ignore"):
        return np.asarray(model.curve(**_settings(model, x), **own), float)


def band(
    fit: Fit, model: CurveModel, x: Mapping[str, ArrayLike], *, part: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise confidence band of a fitted curve at settings x, two arrays of shape (n,).

    First-order propagation of the fit's covariance, with t at the fit's confidence; of shares and
    counts on the scale of their logit or logarithm. Not a number where the readings do not
    determine the parameters, so that rounding errors are all that is left.
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
        variance = np.einsum("ij,jk,ik->i", gradient, known, gradient)
        size = np.einsum("ij,jk,ik->i", np.abs(gradient), np.abs(known), np.abs(gradient))
        # Terms that cancel by more digits than the gradient has leave no variance.
        variance[variance < CANCELLED * size] = np.nan
        sd = np.sqrt(variance)
    if math.isfinite(fit.deviance):
        return count_band(fit, middle, sd)
    reach = float(stdtrit(fit.df, 0.5 + 0.5 * fit.confidence)) * sd
    return middle - reach, middle + reach


def _settings(model: CurveModel, x: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    arrays = {key: np.atleast_1d(np.asarray(value, float)) for key, value in x.items()}
    n = max(array.size for array in arrays.values())
    series = Series(
        model.name or model.description,
        np.zeros(n),
        "y",
        {k: np.broadcast_to(v, (n,)) for k, v in arrays.items()},
    )
    return curve_columns(series, model)


def _impossible(problem: FitProblem) -> tuple[str, str] | None:
    """Status and reason why the readings cannot determine the curve; None where they can."""
    readings, wanted = problem.y.size, len(problem.free)
    for part in problem.parts:
        y = part.series.y
        if part.series.n > 1 and np.ptp(y) <= 1e-12 * np.abs(y).max():
            return CONSTANT_READINGS, (
                f"all readings of {part.series.name} are equal ({y[0]:g}): "
                "there is no curve in them"
            )
    if readings <= wanted:
        return TOO_FEW_POINTS, (
            f"{pluralize(readings, 'reading')} cannot determine {wanted} parameters"
        )
    settings = sum(
        np.unique(np.column_stack([*columns.values()]), axis=0).shape[0]
        for columns in problem.columns
    )
    if settings < wanted:
        # The expected readings have no more degrees of freedom than there are settings.
        what = "dose" if all(_has_one_dose(part) for part in problem.parts) else "setting"
        counted = f"{settings} different {what}s" if settings > 1 else f"a single {what}"
        return TOO_FEW_POINTS, (
            f"{counted} cannot determine {wanted} parameters, however often they are read"
        )
    return None


def _has_one_dose(part: FitPart) -> bool:
    needed = [column.name for column in part.model.columns if column.default is None]
    return len(needed) == 1 and needed[0].endswith("_M")


def _sign_choices(
    plan: Directions,
    fixed: Mapping[str, float],
    free: Sequence[str],
    variance: FitVariance,
    weights: str,
) -> list[dict[str, float]]:
    """Signs of all hills, one mapping for each problem to search.

    Where several groups could have either direction, each gets that of a fit of its own parts, so
    that the number of searches does not double with every group.
    """
    if len(plan.open) == 1:
        (group,) = plan.open
        return [
            {**plan.signs, **dict.fromkeys(group.hills, sign)}
            for sign in (group.first, -group.first)
        ]
    signs = dict(plan.signs)
    for group in plan.open:
        signs |= dict.fromkeys(group.hills, _own_direction(group, fixed, free, variance, weights))
    return [signs]


def _choices(
    parts: Sequence[FitPart], fixed: Mapping[str, float], free: Sequence[str]
) -> list[dict[str, float]]:
    """Fixed values with every combination of the choices that the caller has not made."""
    open_choices = {
        part.name_of(parameter.name): parameter.choices
        for part in parts
        for parameter in part.model.parameters
        if parameter.choices and part.name_of(parameter.name) not in {*fixed, *free}
    }
    return [
        {**fixed, **dict(zip(open_choices, values, strict=True))}
        for values in product(*open_choices.values())
    ]


def _own_direction(
    group: SigmoidGroup,
    fixed: Mapping[str, float],
    free: Sequence[str],
    variance: FitVariance,
    weights: str,
) -> float:
    own = {part.name_of(p.name) for part in group.parts for p in part.model.parameters}
    alone = fit(
        group.parts,
        fixed={name: value for name, value in fixed.items() if name in own},
        free=[name for name in free if name in own],
        variance=variance,
        # Parts already have the weights of their readings.
        weights=weights if weight_is_of_curve(weights) else "",
        intervals="none",
    )
    return float(np.sign(alone[next(iter(sorted(group.hills)))].value)) if alone.ok else group.first


def _oriented(starts: Starts | None, plan: Directions, signs: Mapping[str, float]) -> Starts | None:
    return [oriented_start(start, plan, signs) for start in starts] if starts else None


def _search(
    problem: FitProblem, spread: VarianceModel, starts: Starts | None
) -> SearchResult | None:
    """The best optimum with its final weights; None where no start has a finite residual sum."""
    search = (
        DevianceSearch(problem, spread)
        if isinstance(problem, DevianceProblem)
        else WeightedSearch(problem, spread)
    )
    further = [] if starts else _further_starts(problem)
    result, agreeing, tried = search.best_of(problem.starts(starts), further)
    if not np.isfinite(result.rss):
        return None
    return SearchResult(search, search.reweight(result), agreeing, tried)


def _further_starts(problem: FitProblem) -> list[np.ndarray]:
    """Starts from the whole space for a single sigmoid, whose readings may have several optima:
    steps between different doses, and shallow curves.
    """
    if len(problem.parts) > 1 or not problem.parts[0].model.sigmoid or not problem.free:
        return []
    with whole_space(FURTHER_STARTS):
        return problem.starts(None)


def _wanted(problem: FitProblem, intervals: Intervals) -> list[int]:
    """Positions of the free parameters that get limits."""
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


def _with_partners(wanted: list[int], problem: FitProblem, plan: Directions) -> list[int]:
    """Also the other plateau of a symmetric sigmoid, since the two may exchange their names."""
    positions = set(wanted)
    for group in plan.symmetric:
        for pair in group.plateaus:
            both = {problem.position[name] for name in pair}
            positions |= both if both & positions else set()
    return sorted(positions)
