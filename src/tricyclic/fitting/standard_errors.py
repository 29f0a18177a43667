"""Which standard errors of a fit are numbers to print.

A standard error is the curvature of the likelihood at an optimum inside the bounds. At a bound, and
where the readings do not change smoothly with a parameter, as with the midpoint of a step between
two doses, there is no such curvature, and what is calculated is an error of rounding. Such a
standard error is not determined; profile limits need no curvature and remain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.estimate import FittedParameter
from tricyclic.fitting.problem import FitProblem, ProblemParameter
from tricyclic.fitting.search import WeightedSearch
from tricyclic.numerics.least_squares import LeastSquaresResult

# Multiples of its size, and of the range of the readings, that a standard error in the unit of the
# readings may have: beyond it no digit of the value is determined.
LARGEST_RELATIVE_SE = 1e3


def with_standard_errors(
    parameters: Sequence[FittedParameter],
    slots: Mapping[str, ProblemParameter],
    search: WeightedSearch,
    optimum: LeastSquaresResult,
    confidence: float,
) -> tuple[FittedParameter, ...]:
    """The parameters, with nan for each standard error that is not determined.

    Parameters
    ----------
    parameters : sequence of FittedParameter
        With the standard errors of the covariance.
    slots : mapping of str to ProblemParameter
        What was fitted, by the names of the parameters.
    search : WeightedSearch
    optimum : LeastSquaresResult
    confidence : float
        Of the limits.
    """
    by_name = {one.name: one for one in parameters}
    conditional = _conditional_on_a_bound(search.problem, by_name, slots)
    critical = search.critical(confidence)
    spread = float(np.ptp(np.concatenate([part.series.y for part in search.problem.parts])))
    known = _beside_steps(by_name, slots, search, optimum, critical)
    out = []
    for one in parameters:
        if one.fixed:
            out.append(one)
            continue
        own = replace(one, se=known.get(one.name, one.se))
        lacks = not own.determined or own.name in conditional or not math.isfinite(own.se)
        if lacks or _exceeds_space(own, slots[own.name], critical, spread):
            own = replace(own, se=math.nan)
        out.append(own)
    return tuple(out)


def is_searched(slot: ProblemParameter) -> bool:
    """Whether the bounds of a parameter end its search, and are not limits of nature such as 0.

    Parameters
    ----------
    slot : ProblemParameter
    """
    declared = slot.declared
    return bool(declared.along or declared.min_abs or declared.name.startswith("log10_"))


def _conditional_on_a_bound(
    problem: FitProblem,
    parameters: Mapping[str, FittedParameter],
    slots: Mapping[str, ProblemParameter],
) -> set[str]:
    """Parameters whose standard error would belong to a bound of the search: in each curve that
    they describe, a half-way dose or a slope ended there, or has no curvature. The plateaus of a
    step remain means of readings.
    """
    regular: set[str] = set()
    conditional: set[str] = set()
    for part in problem.parts:
        own = {part.name_of(one.name) for one in part.model.parameters} & parameters.keys()
        ended = {
            name
            for name in own
            if not parameters[name].fixed
            and (slots[name].declared.along or slots[name].declared.min_abs)
            and (parameters[name].at_bound or not parameters[name].determined)
        }
        if not ended:
            regular |= own
        elif all(_is_step(parameters[name], slots[name]) for name in ended):
            smooth = {name for name in own if not is_searched(slots[name])}
            regular |= smooth
            conditional |= own - smooth
        else:
            conditional |= own
    return conditional - regular


def _beside_steps(
    parameters: Mapping[str, FittedParameter],
    slots: Mapping[str, ProblemParameter],
    search: WeightedSearch,
    optimum: LeastSquaresResult,
    critical: float,
) -> dict[str, float]:
    """Standard errors with the slopes of steps held, and their midpoints where no reading lies on
    the step: the slopes of the readings in these are errors of rounding, which would count as
    information about, or as correlation with, the others.
    """
    position = search.problem.position
    steps = [
        name
        for name, one in parameters.items()
        if not one.fixed and _is_step(one, slots[name]) and (one.at_bound or not one.determined)
    ]
    if not steps:
        return {}
    held = np.zeros(len(position), bool)
    held[[position[slots[name].name] for name in steps]] = True
    free = [name for name, one in parameters.items() if not one.fixed]
    at = {name: position[slots[name].name] for name in free}

    def errors() -> dict[str, float]:
        variance = np.diag(search.covariance(optimum, held))
        return {name: math.sqrt(variance[i]) for name, i in at.items() if not held[i]}

    first = errors()
    between = [
        name
        for name, se in first.items()
        if slots[name].declared.along and not critical * se <= slots[name].high - slots[name].low
    ]
    if not between:
        return first
    held[[at[name] for name in between]] = True
    return errors()


def _is_step(one: FittedParameter, slot: ProblemParameter) -> bool:
    """Whether a parameter is a slope so steep that the curve steps between two doses."""
    return bool(slot.declared.min_abs) and abs(one.value) > 1.0


def _exceeds_space(
    one: FittedParameter, slot: ProblemParameter, critical: float, spread: float
) -> bool:
    """Whether an interval from a standard error would exceed everything that was searched."""
    if is_searched(slot) and math.isfinite(slot.high - slot.low):
        return critical * one.se > slot.high - slot.low
    if slot.declared.unit == "y":
        return one.se > LARGEST_RELATIVE_SE * max(abs(one.value), spread)
    return False
