"""Makes a Fit of an optimum: parameters under their names, limits, scatter, checks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.estimate import Fit, FittedParameter, FittedPart
from tricyclic.fitting.deviance import DevianceSearch
from tricyclic.fitting.direction import Relabelling
from tricyclic.fitting.input_checks import input_checks
from tricyclic.fitting.problem import FitPart, FitProblem, ProblemParameter
from tricyclic.fitting.profiles import lies_on_curve
from tricyclic.fitting.search import WeightedSearch
from tricyclic.fitting.standard_errors import is_searched, with_standard_errors
from tricyclic.numerics.least_squares import LeastSquaresResult

# A hill steeper than STEEP whose relative standard error is at least STEP_SE is that of a step.
STEEP, STEP_SE = 5.0, 7.0


@dataclass(frozen=True)
class SearchResult:
    """The best optimum of a search, and how many of the starts that were tried ended there."""

    search: WeightedSearch
    result: LeastSquaresResult
    agreeing: int
    tried: int

    @property
    def problem(self) -> FitProblem:
        """The problem that was searched."""
        return self.search.problem

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood under the variance model, at its own maximum-likelihood scale."""
        return self.search.log_likelihood(self.result)


def build_fit(
    best: SearchResult,
    limits: Mapping[int, tuple[float, float]],
    names: Relabelling,
    confidence: float,
) -> Fit:
    """Describe an optimum.

    Parameters
    ----------
    best
    limits
        Profile limits by position among the free parameters.
    names
        How the parameters are called in the result.
    confidence
        As in `fit`.
    """
    problem, search, result = best.problem, best.search, best.result
    n, p = problem.y.size, len(problem.free)
    expected = problem.mean(result.x[None, :])[0]
    spread = search.reading_variance(result)
    k = p + search.scatter_parameters
    correction = 2 * k * (k + 1) / (n - k - 1) if n - k - 1 > 0 else np.inf
    cov = _relabelled(problem, search.covariance(result), names)
    parameters = _parameters(best, cov, limits, names, confidence)
    checks = [] if result.converged else [not_converged()]
    checks += [_at_bound(problem, one, names) for one in parameters if one.at_bound]
    # Where a parameter lies on a bound, its own check speaks for those that depend on it.
    on_bound = any(one.at_bound for one in parameters)
    checks += [
        _not_determined(problem, one)
        for one in parameters
        if not one.determined and not one.at_bound and not on_bound
    ]
    checks += _reversed_plateaus(problem, {one.name: one.value for one in parameters})
    checks += input_checks(problem)
    if lies_on_curve(problem, result.x):
        checks.append(_no_scatter(problem))
    parts = tuple(
        FittedPart(
            part.series,
            part.curve_name,
            _own_names(part),
            _read_only(expected[span]),
            _read_only(np.sqrt(spread[span])),
            float(search.cv[problem.scatter[span.start]])
            if search.variance == "counting"
            else np.nan,
        )
        for part, span in zip(problem.parts, problem.spans, strict=True)
    )
    counts = search if isinstance(search, DevianceSearch) else None
    return Fit(
        ok=True,
        message="fitted",
        parameters=parameters,
        parts=parts,
        covariance=_read_only(cov),
        rss=result.rss,
        df=n - p,
        log_likelihood=best.log_likelihood,
        aicc=np.nan
        if search.variance.startswith("quasi")
        else float(2 * k - 2 * best.log_likelihood + correction),
        variance=search.variance,
        confidence=confidence,
        optima=best.agreeing,
        starts=best.tried,
        checks=tuple(checks),
        power=search.power if search.variance == "power" else np.nan,
        deviance=result.rss if counts else np.nan,
        dispersion=counts.dispersion(result) if counts else np.nan,
    )


def failed_fit(
    problem: FitProblem,
    reason: str,
    variance: str,
    confidence: float,
    status: str = "not converged",
) -> Fit:
    """A Fit without estimates that gives the reason, in words and as a status of `fit_batch`."""
    nan = float("nan")
    parameters = tuple(
        FittedParameter(
            slot.name,
            nan if slot.fixed is None else slot.fixed,
            _unit(problem, slot),
            slot.declared.description,
            fixed=slot.fixed is not None,
        )
        for slot in problem.slots
    )
    parts = tuple(
        FittedPart(
            part.series,
            part.curve_name,
            _own_names(part),
            np.full(part.series.n, np.nan),
            np.full(part.series.n, np.nan),
        )
        for part in problem.parts
    )
    check = Check(
        "fit_failed",
        "fail",
        reason,
        where=problem.parts[0].series.name,
        advice="Look at the wells before anything else",
    )
    return Fit(
        ok=False,
        message=reason,
        parameters=parameters,
        parts=parts,
        covariance=np.empty((0, 0)),
        rss=nan,
        df=problem.y.size - len(problem.free),
        log_likelihood=nan,
        aicc=nan,
        variance=variance,
        confidence=confidence,
        optima=0,
        starts=0,
        checks=(check,),
        status=status,
    )


def _parameters(
    best: SearchResult,
    cov: np.ndarray,
    limits: Mapping[int, tuple[float, float]],
    names: Relabelling,
    confidence: float,
) -> tuple[FittedParameter, ...]:
    problem, result = best.problem, best.result
    on_bound = best.search.on_bound(result)
    by_name = {slot.name: slot for slot in problem.slots}
    parameters = []
    for slot in problem.slots:
        source, sign = by_name[names.source_of(slot.name)], names.sign(slot.name)
        unit, description = _unit(problem, slot), slot.declared.description
        if source.fixed is not None:
            fixed = sign * source.fixed
            parameters.append(FittedParameter(slot.name, fixed, unit, description, fixed=True))
            continue
        i = problem.position[source.name]
        low, high = sorted(sign * end for end in limits.get(i, (np.nan, np.nan)))
        bound = _touched_bound(source, float(result.x[i]), sign) if on_bound[i] else ""
        variance = cov[problem.position[slot.name], problem.position[slot.name]]
        parameters.append(
            FittedParameter(
                slot.name,
                sign * float(result.x[i]),
                unit,
                description,
                se=float("nan") if bound else float(np.sqrt(variance)),
                low=low,
                high=high,
                at_bound=bound,
            )
        )
    slots = {one.name: by_name[names.source_of(one.name)] for one in parameters}
    on_search_bound = any(one.at_bound and is_searched(slots[one.name]) for one in parameters)
    determined = [
        replace(one, determined=False)
        if _is_undetermined(one, slots[one.name], on_search_bound)
        else one
        for one in parameters
    ]
    return with_standard_errors(determined, slots, best.search, best.result, confidence)


def _unit(problem: FitProblem, slot: ProblemParameter) -> str:
    """The declared unit of a parameter; that of a half-way dose is the unit of the doses."""
    declared = slot.declared
    units = (part.series.x_units.get(declared.along, "") for part in problem.parts)
    own = next((unit for unit in units if unit), "") if declared.along else ""
    return declared.unit.replace("log10 M", f"log10 {own}") if own else declared.unit


def _is_undetermined(one: FittedParameter, slot: ProblemParameter, on_bound: bool) -> bool:
    if one.fixed:
        return False
    if one.at_bound:
        return is_searched(slot)
    is_open = math.isinf(one.low) or math.isinf(one.high)
    if math.isinf(one.se) or (on_bound and is_open):
        return True
    # As in the batch fits: a step between two doses has no slope.
    return bool(slot.declared.min_abs and abs(one.value) > STEEP and _relative_se(one) >= STEP_SE)


def _relative_se(one: FittedParameter) -> float:
    return one.se / abs(one.value) if one.value else math.inf


def _relabelled(problem: FitProblem, cov: np.ndarray, names: Relabelling) -> np.ndarray:
    """Covariance in the order and with the signs of the names in the result."""
    order = [problem.position[names.source_of(slot.name)] for slot in problem.free]
    sign = np.array([names.sign(slot.name) for slot in problem.free])
    return np.asarray(cov[np.ix_(order, order)] * np.outer(sign, sign))


def _touched_bound(slot: ProblemParameter, value: float, sign: float) -> Literal["low", "high"]:
    near_low = abs(value - slot.low) <= abs(value - slot.high)
    return "low" if near_low == (sign > 0) else "high"


def not_converged() -> Check:
    """That the search is not certain of its optimum."""
    return Check("converged", "warn", "the search stopped before it was sure of the optimum")


def _at_bound(problem: FitProblem, one: FittedParameter, names: Relabelling) -> Check:
    slot = next(slot for slot in problem.slots if slot.name == names.source_of(one.name))
    low, high = sorted(names.sign(one.name) * end for end in (slot.low, slot.high))
    return Check(
        "parameter_at_bound",
        "warn",
        f"{one.description} ({one.name}) lies on its bound {one.value:.4g}",
        where=problem.parts[0].series.name,
        value=one.value,
        limit=low if one.at_bound == "low" else high,
        advice="The readings do not determine it; read the other parameters with that in mind",
    )


def _no_scatter(problem: FitProblem) -> Check:
    return Check(
        "no_scatter",
        "warn",
        "the readings lie exactly on the curve: there is no scatter from which limits could be "
        "estimated, and those given are the values themselves",
        where=problem.parts[0].series.name,
        advice="Measured readings scatter; fit the readings themselves, not calculated ones",
    )


def _not_determined(problem: FitProblem, one: FittedParameter) -> Check:
    return Check(
        "not_determined",
        "warn",
        f"{one.description} ({one.name}) is not determined: the readings do not change with it",
        where=problem.parts[0].series.name,
        advice="Do not use its value; fix it, add readings that depend on it, or try other starts",
    )


def _reversed_plateaus(problem: FitProblem, values: Mapping[str, float]) -> list[Check]:
    """One check per sigmoid whose top lies below its bottom, as in the batch fits."""
    checks = []
    for part in problem.parts:
        if not part.model.sigmoid:
            continue
        top, bottom = part.name_of("top"), part.name_of("bottom")
        if values[top] < values[bottom]:
            checks.append(
                Check(
                    "top_below_bottom",
                    "warn",
                    f"{top} is {values[top]:.4g} and {bottom} is {values[bottom]:.4g}: "
                    "the readings lie beyond a fixed plateau or go against a fixed direction",
                    where=part.series.name,
                    value=values[top],
                    limit=values[bottom],
                    advice="Check the fixed values, or leave bottom, top and hill free",
                )
            )
    return checks


def _own_names(part: FitPart) -> dict[str, str]:
    return {parameter.name: part.name_of(parameter.name) for parameter in part.model.parameters}


def _read_only(array: np.ndarray) -> np.ndarray:
    array = np.array(array)
    array.setflags(write=False)
    return array
