"""Compare two nested curves: one site or two, slope fixed or free, a parameter shared or separate.

The simpler curve is a special case of the fuller one. An F test compares what the extra parameters
explain with what chance would; since its distribution is only approximate for curves, p can be
calibrated by simulating the same design under the simpler curve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tricyclic.core.analysis_options import Variance
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_number, format_p
from tricyclic.core.series import Series
from tricyclic.errors import FitFailedError, InputError
from tricyclic.fitting.candidates import (
    CandidateModel,
    Parts,
    fixed_or_free,
    listed_names,
    shared_or_separate,
    simpler_or_fuller,
    with_model,
)
from tricyclic.fitting.fit import fit
from tricyclic.fitting.replicates import known_scatter, without_scatter
from tricyclic.results.binding import GroupComparison
from tricyclic.stats.statistics import extra_sum_of_squares

__all__ = [
    "CandidateModel",
    "calibrate",
    "compare",
    "compare_models",
    "fixed_or_free",
    "shared_or_separate",
    "simpler_or_fuller",
]

ALPHA = 0.05
# Evidence ratio above which no number is given.
MAX_EVIDENCE_RATIO = 1e6


def compare_models(
    simple: Fit,
    full: Fit,
    *,
    name: str = "",
    simple_name: str = "",
    full_name: str = "",
    p_calibrated: float = float("nan"),
) -> GroupComparison:
    """Compare two fits of the same readings, one curve being a special case of the other.

    Parameters
    ----------
    simple, full : Fit
        Both `ok`, of the same series in the same order.
    name : str
        What is compared ("Hill slope = 1").
    simple_name, full_name : str
        The two models in a sentence ("one site"); by default the names of the curves.
    p_calibrated : float
        From `calibrate`, where it was simulated; it then decides.

    Returns
    -------
    GroupComparison
        `statistic` and `df` of the extra-sum-of-squares F test; `details` has the AICc difference
        (above 0 it favours the fuller curve).

    Raises
    ------
    InputError
        If a fit failed, the readings differ, or the fuller fit has no more parameters.

    Notes
    -----
    Both residual sums are weighted by the scatter of the fuller fit, so that a wrong curve does not
    raise its own estimate of the scatter. AICc compares the fits under their own scatter.
    """
    _same_readings(simple, full)
    test = extra_sum_of_squares(*_weighted_sums(simple, full))
    exact = without_scatter(full)
    # The likelihood of readings without scatter has no limit.
    gain = math.nan if exact else simple.aicc - full.aicc
    simple_name = simple_name or _curve_names(simple)
    full_name = full_name or _curve_names(full)
    p = test.p if math.isnan(p_calibrated) else p_calibrated
    return GroupComparison(
        name=name or f"{simple_name} or {full_name}",
        statement=_statement(simple_name, full_name, p, gain, exact),
        test="extra sum of squares F",
        p=test.p,
        statistic=test.statistic,
        df=test.df,
        p_calibrated=p_calibrated,
        details=(("AICc difference", gain), ("rss simple", simple.rss), ("rss full", full.rss)),
    )


def compare(
    simple: CandidateModel,
    full: CandidateModel,
    *,
    variance: Variance = "constant",
    name: str = "",
    simulations: int = 0,
    rng: np.random.Generator | None = None,
) -> GroupComparison:
    """Fit both candidates and compare them; with simulations, p is calibrated for the design.

    Parameters
    ----------
    simple, full : CandidateModel
    variance : {"constant", "proportional", "poisson", "counting"}
    simulations : int
        Plates simulated under the simple candidate; 0 gives the nominal p only. At p = 0.05, 199
        have a standard error of about 0.015, 999 of 0.007.
    rng : numpy.random.Generator
        Required with simulations.

    Raises
    ------
    InputError
        If simulations are requested without rng.
    FitFailedError
        If a fit fails.
    """
    fits = [_fitted(candidate, variance) for candidate in (simple, full)]
    calibrated = float("nan")
    if simulations:
        if rng is None:
            raise InputError(
                "simulations need a generator of random numbers", do="Pass rng=default_rng(seed)"
            )
        calibrated = _calibrated_p(simple, full, fits[0], fits[1], variance, rng, simulations)
    return compare_models(
        fits[0],
        fits[1],
        name=name,
        simple_name=simple.description,
        full_name=full.description,
        p_calibrated=calibrated,
    )


def calibrate(
    parts: Parts,
    simple_model: CurveModel,
    full_model: CurveModel,
    *,
    fixed: Mapping[str, float] | None = None,
    variance: Variance = "constant",
    rng: np.random.Generator,
    simulations: int = 499,
) -> float:
    """Probability of an F at least as large as observed if the simpler curve is true, for this
    design.

    Parameters
    ----------
    parts : Series, FitPart or sequence of FitPart
        Readings; the curve of a FitPart is replaced by either model, its renaming kept.
    simple_model, full_model : CurveModel
    fixed : mapping of str to float
        Values for either curve; each takes those of its own parameters.
    rng : numpy.random.Generator
    simulations : int

    Returns
    -------
    float
        (1 + simulations with a larger F) / (1 + simulations), never 0.

    Notes
    -----
    Parametric bootstrap under the simpler fit: readings are drawn about its curve with its
    estimated scatter, and both curves are fitted again [Davison & Hinkley 1997, Bootstrap Methods
    and their Application, section 4.4].
    """
    simple, full = (with_model(parts, model, fixed or {}) for model in (simple_model, full_model))
    return _calibrated_p(
        simple, full, _fitted(simple, variance), _fitted(full, variance), variance, rng, simulations
    )


def _calibrated_p(
    simple: CandidateModel,
    full: CandidateModel,
    simple_fit: Fit,
    full_fit: Fit,
    variance: Variance,
    rng: np.random.Generator,
    simulations: int,
) -> float:
    observed = _statistic(simple_fit, full_fit)
    larger = done = 0
    # The fuller curve is searched as on the real readings; the optimum of the simple one is known.
    at_simple = [simple_fit.values]
    for _ in range(simulations):
        drawn = [
            _redrawn(part.series, expected=p.expected, sd=p.sd, rng=rng)
            for part, p in zip(simple.parts, simple_fit.parts, strict=True)
        ]
        again = [
            fit(
                tuple(
                    replace(part, series=series)
                    for part, series in zip(candidate.parts, drawn, strict=True)
                ),
                fixed=candidate.fixed,
                free=candidate.free,
                variance=variance,
                intervals="none",
                starts=starts,
            )
            for candidate, starts in ((simple, at_simple), (full, None))
        ]
        if not all(f.ok for f in again):
            continue
        done += 1
        larger += _statistic(again[0], again[1]) >= observed
    if done < max(1, simulations // 2):
        raise FitFailedError(
            f"only {done} of {simulations} simulated plates could be fitted",
            do="Use the nominal p, or a simpler pair of curves",
        )
    return (1 + larger) / (1 + done)


def _redrawn(
    series: Series, *, expected: np.ndarray, sd: np.ndarray, rng: np.random.Generator
) -> Series:
    return replace(series, y=expected + sd * rng.standard_normal(series.n))


def _statistic(simple: Fit, full: Fit) -> float:
    return extra_sum_of_squares(*_weighted_sums(simple, full)).statistic


def _weighted_sums(simple: Fit, full: Fit) -> tuple[float, float, float, float]:
    sd = known_scatter(full)
    y = np.concatenate([part.series.y for part in full.parts])
    sums = [
        float(np.sum(((y - np.concatenate([part.expected for part in one.parts])) / sd) ** 2))
        for one in (simple, full)
    ]
    # No reading is more precise than its counts, so the denominator of F is at least counting
    # noise. The same amount is added to both sums, which leaves their difference, the numerator, as
    # it is.
    # The same holds of the errors of computing, where the readings lie exactly on the curve.
    least = full.variance in ("poisson", "counting") or without_scatter(full)
    lift = max(float(full.df) - sums[1], 0.0) if least else 0.0
    return sums[0] + lift, float(simple.df), sums[1] + lift, float(full.df)


def _same_readings(simple: Fit, full: Fit) -> None:
    for one in (simple, full):
        if not one.ok:
            raise InputError(
                f"the fit of {_curve_names(one)} failed: {one.message}",
                do="Compare fits that succeeded",
            )
    if [p.series.n for p in simple.parts] != [p.series.n for p in full.parts] or any(
        not np.array_equal(a.series.y, b.series.y)
        for a, b in zip(simple.parts, full.parts, strict=True)
    ):
        raise InputError(
            "the two fits are of different readings",
            allowed="Both curves are fitted to the same series in the same order",
        )


def _statement(simple: str, full: str, p: float, gain: float, exact: bool) -> str:
    preferred = full if p < ALPHA else simple
    verdict = (
        f"{full} preferred to {simple} ({format_p(p)})"
        if p < ALPHA
        else f"{simple} adequate: {full} fits no better than expected by chance ({format_p(p)})"
    )
    if exact:
        return f"{verdict}; the readings lie exactly on {full}, so that AICc is not defined"
    if not math.isfinite(gain):
        return f"{verdict}; too few readings for AICc"
    favoured = full if gain > 0 else simple
    ratio = math.exp(min(abs(gain) / 2.0, 50.0))
    evidence = (
        f"evidence ratio {format_number(ratio, 2)}"
        if ratio < MAX_EVIDENCE_RATIO
        else "evidence ratio above one million"
    )
    agreement = "AICc agrees" if favoured == preferred else f"AICc favours {favoured}"
    return f"{verdict}; {agreement} ({evidence})"


def _curve_names(one: Fit) -> str:
    return listed_names([part.model.replace("_", " ") for part in one.parts])


def _fitted(candidate: CandidateModel, variance: Variance) -> Fit:
    result = fit(
        candidate.parts,
        fixed=candidate.fixed,
        free=candidate.free,
        variance=variance,
        intervals="none",
    )
    if not result.ok:
        name = candidate.description or _curve_names(result)
        raise FitFailedError(f"the fit of {name} failed: {result.message}")
    return result
