"""Which of two nested curves the readings can bear: one site or two, slope 1 or free, shared or separate.

The simpler curve is a special case of the fuller one. An F test weighs what the extra parameters
explain against what chance would; since F is only nearly right for curves, it can be calibrated by
simulating the very design under the simpler curve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.analysis_options import Variance
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.format import figures
from tricyclic.core.series import Series
from tricyclic.errors import FitFailedError, InputError
from tricyclic.fitting.fit import Part, fit
from tricyclic.fitting.hypotheses import (
    Hypothesis,
    held_or_free,
    listed_names,
    shared_or_separate,
    simpler_or_fuller,
    with_model,
)
from tricyclic.results.binding import Comparison
from tricyclic.stats.statistics import extra_sum_of_squares

__all__ = [
    "Hypothesis",
    "calibrate",
    "compare",
    "compare_models",
    "held_or_free",
    "shared_or_separate",
    "simpler_or_fuller",
]

ALPHA = 0.05


def compare_models(
    simple: Fit,
    full: Fit,
    *,
    name: str = "",
    simple_says: str = "",
    full_says: str = "",
    p_calibrated: float = float("nan"),
) -> Comparison:
    """Compare two fits of the same readings, one curve being a special case of the other.

    Parameters
    ----------
    simple, full : Fit
        Both `ok`, of the same series in the same order.
    name : str
        What is asked ("Hill slope = 1").
    simple_says, full_says : str
        The two answers in a sentence ("one site"); the curves' own names where left out.
    p_calibrated : float
        From `calibrate`, where it was simulated; it then decides.

    Returns
    -------
    Comparison
        `statistic` and `df` of the extra-sum-of-squares F test; the AICc difference (positive: for the fuller
        curve) stands in `details`.

    Raises
    ------
    InputError
        If a fit failed, the readings differ, or the fuller fit has no more parameters.

    Notes
    -----
    Both residual sums are weighted by the scatter that the fuller fit expects, so that a wrong curve cannot
    hide in a scatter of its own making. AICc compares the fits under their own scatter.
    """
    _same_readings(simple, full)
    tested = extra_sum_of_squares(*_weighted_sums(simple, full))
    gain = simple.aicc - full.aicc
    simple_says = simple_says or _curves(simple)
    full_says = full_says or _curves(full)
    p = tested.p if math.isnan(p_calibrated) else p_calibrated
    return Comparison(
        name=name or f"{simple_says} or {full_says}",
        says=_finding(simple_says, full_says, p, gain),
        test="extra sum of squares F",
        p=tested.p,
        statistic=tested.statistic,
        df=tested.df,
        p_calibrated=p_calibrated,
        details=(("AICc difference", gain), ("rss simple", simple.rss), ("rss full", full.rss)),
    )


def compare(
    simple: Hypothesis,
    full: Hypothesis,
    *,
    variance: Variance = "constant",
    name: str = "",
    simulations: int = 0,
    rng: np.random.Generator | None = None,
) -> Comparison:
    """Fit both hypotheses and compare them; with simulations, p is calibrated for the design.

    Parameters
    ----------
    simple, full : Hypothesis
    variance : {"constant", "proportional", "poisson", "counting"}
    simulations : int
        Plates simulated under the simple hypothesis; 0 leaves the nominal p. 199 resolve p to about 0.03 at
        0.05, 999 to 0.014.
    rng : numpy Generator
        Needed with simulations.

    Raises
    ------
    InputError
        If a fit fails, or simulations are asked for without rng.
    """
    fits = [_fitted(hypothesis, variance) for hypothesis in (simple, full)]
    calibrated = float("nan")
    if simulations:
        if rng is None:
            raise InputError(
                "simulations need a generator of random numbers", do="Pass rng with a seed"
            )
        calibrated = _calibrated_p(simple, full, fits[0], fits[1], variance, rng, simulations)
    return compare_models(
        fits[0],
        fits[1],
        name=name,
        simple_says=simple.says,
        full_says=full.says,
        p_calibrated=calibrated,
    )


def calibrate(
    parts: Series | Part | Sequence[Part],
    simple_model: CurveModel,
    full_model: CurveModel,
    *,
    given: Mapping[str, float] | None = None,
    variance: Variance = "constant",
    rng: np.random.Generator,
    simulations: int = 499,
) -> float:
    """Chance of an F at least as large as the one found, were the simpler curve true, on this very design.

    Parameters
    ----------
    parts : Series, Part or sequence of Part
        Readings; the curve of a Part is replaced by either model, its renaming kept.
    simple_model, full_model : CurveModel
    given : mapping of str to float
        Values for either curve; each takes those it has a place for.
    rng : numpy Generator
    simulations : int

    Returns
    -------
    float
        (1 + simulations with a larger F) / (1 + simulations), never 0.

    Notes
    -----
    Parametric bootstrap under the simpler fit: readings are drawn about its curve with the scatter it found, and
    both curves are fitted again [Davison & Hinkley 1997, Bootstrap Methods and their Application, section 4.4].
    """
    simple, full = (with_model(parts, model, given or {}) for model in (simple_model, full_model))
    return _calibrated_p(
        simple, full, _fitted(simple, variance), _fitted(full, variance), variance, rng, simulations
    )


def _calibrated_p(
    simple: Hypothesis,
    full: Hypothesis,
    simple_fit: Fit,
    full_fit: Fit,
    variance: Variance,
    rng: np.random.Generator,
    simulations: int,
) -> float:
    observed = _statistic(simple_fit, full_fit)
    larger = done = 0
    # The fuller curve is searched for as it was on the real readings; the simple one lies where it was put.
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
                    for part, series in zip(h.parts, drawn, strict=True)
                ),
                given=h.given,
                free=h.free,
                variance=variance,
                intervals="none",
                starts=starts,
            )
            for h, starts in ((simple, at_simple), (full, None))
        ]
        if not all(f.ok for f in again):
            continue
        done += 1
        larger += _statistic(again[0], again[1]) >= observed
    if done < max(1, simulations // 2):
        raise FitFailedError(
            f"only {done} of {simulations} simulated plates could be fitted",
            do="Take the nominal p, or a simpler pair of curves",
        )
    return (1 + larger) / (1 + done)


def _redrawn(
    series: Series, *, expected: np.ndarray, sd: np.ndarray, rng: np.random.Generator
) -> Series:
    return replace(series, y=expected + sd * rng.standard_normal(series.n))


def _statistic(simple: Fit, full: Fit) -> float:
    return extra_sum_of_squares(*_weighted_sums(simple, full)).statistic


def _weighted_sums(simple: Fit, full: Fit) -> tuple[float, float, float, float]:
    sd = np.concatenate([part.sd for part in full.parts])
    y = np.concatenate([part.series.y for part in full.parts])
    sums = [
        float(np.sum(((y - np.concatenate([part.expected for part in found.parts])) / sd) ** 2))
        for found in (simple, full)
    ]
    # `sd` is scaled to the scatter found, or to counting noise where that is more: nothing is quieter than counting.
    # Only what F is divided by is lifted so; what the extra parameters explain stays as it is.
    lift = max(float(full.df) - sums[1], 0.0) if _counted(full) else 0.0
    return sums[0] + lift, float(simple.df), sums[1] + lift, float(full.df)


def _counted(found: Fit) -> bool:
    return found.variance in ("poisson", "counting")


def _same_readings(simple: Fit, full: Fit) -> None:
    for found in (simple, full):
        if not found.ok:
            raise InputError(
                f"the fit of {_curves(found)} failed: {found.says}",
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


def _finding(simple: str, full: str, p: float, gain: float) -> str:
    chosen = full if p < ALPHA else simple
    aicc = full if gain > 0 else simple
    verdict = (
        f"the readings ask for {full}: so much better a fit would come by chance with {_p(p)}"
        if p < ALPHA
        else f"{simple} is enough: {full} fits no better than chance would have it ({_p(p)})"
    )
    if not math.isfinite(gain):
        return f"{verdict}; too few readings for AICc"
    odds = math.exp(min(abs(gain) / 2.0, 50.0))
    weight = f"{figures(odds, 2)} times as well supported" if odds < 1e6 else "beyond doubt"
    agrees = "AICc agrees" if aicc == chosen else f"AICc sides with {aicc}"
    return f"{verdict}; {agrees} ({weight})"


def _p(p: float) -> str:
    return "p below 0.0001" if p < 1e-4 else f"p = {figures(p, 2)}"


def _curves(found: Fit) -> str:
    return listed_names([part.model.replace("_", " ") for part in found.parts])


def _fitted(hypothesis: Hypothesis, variance: Variance) -> Fit:
    found = fit(
        hypothesis.parts,
        given=hypothesis.given,
        free=hypothesis.free,
        variance=variance,
        intervals="none",
    )
    if not found.ok:
        raise FitFailedError(f"the fit of {hypothesis.says or _curves(found)} failed: {found.says}")
    return found
