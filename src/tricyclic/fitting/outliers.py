"""Readings that may be outliers: a robust curve, its own estimate of scatter, and a false discovery
rate.

Suggestions only: nothing is excluded here; a person who excludes a well gives a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.format import enumerate_words, format_number
from tricyclic.core.series import Series
from tricyclic.core.suspect import SuspectedOutlier
from tricyclic.core.weight_formula import weight_is_of_curve
from tricyclic.errors import InputError
from tricyclic.fitting.fit import FitPart, fit, listed_parts
from tricyclic.fitting.problem import FitProblem
from tricyclic.fitting.scatter_shape import growth_of_scatter
from tricyclic.fitting.variance_model import variance_model
from tricyclic.numerics.least_squares import jacobian, least_squares
from tricyclic.numerics.robust import flag_outliers, robust_fit
from tricyclic.stats.statistics import t_probability

SOURCE = "motulsky_2006"
# With fewer readings than this beyond the parameters, scatter cannot be estimated robustly.
MIN_DF = 3
# More suggestions than this in one series rather mean a wrong layout or a wrong curve.
MANY = 3
# Rounds of curve and growth of the scatter, each from the other.
GROWTH_ROUNDS = 2


@dataclass(frozen=True)
class _Scores:
    """Distance of each reading from the robust curve in robust standard deviations, shape (n,), and
    the free parameters of that curve, shape (k,).
    """

    score: np.ndarray
    df: float
    expected: np.ndarray
    x: np.ndarray


def detect_outliers_rout(
    parts: Series | FitPart | Sequence[FitPart],
    model: CurveModel | None = None,
    *,
    fixed: Mapping[str, float] | None = None,
    free: Sequence[str] = (),
    variance: FitVariance = "constant",
    weights: str = "",
    q: float = 0.01,
    first: Fit | None = None,
) -> tuple[SuspectedOutlier, ...]:
    """Suggest readings that lie farther from the curve than chance explains (ROUT).

    Parameters
    ----------
    parts, model, fixed, free, variance, weights
        As for `fit`; not for the exact likelihoods of counts and shares.
    q : float
        Share of suggestions that may be false, above 0 and below 0.5. With q = 0.01 at most about 1
        clean plate in 100 gets a suggestion.
    first : Fit, optional
        The fit of these parts with these settings, where it has been made already.

    Returns
    -------
    tuple of SuspectedOutlier
        Farthest first; empty where there is no outlier, or where there are fewer than three
        readings more than parameters.

    Raises
    ------
    InputError
        If q is out of range, or something that the curve needs is missing.

    Notes
    -----
    Motulsky & Brown 2006, doi:10.1186/1471-2105-7-123: a curve under Lorentzian scatter, whose
    standard deviation is the 68.27th percentile of the absolute residuals times N / (N - K);
    residuals over it are tested with t, the outer 30 % of them at the false discovery rate q.
    Readings are first divided by their scatter. Under "constant" and "proportional" it is estimated
    from the residuals how the scatter grows with the reading, whatever the weights of the fit
    (`growth_of_scatter`): a constant scatter would make large readings of a proportional one
    suspect, and a proportional one small readings of a constant one. Under the other models, after
    a first round, it is estimated again without the suspects, which otherwise would inflate it.

    The robust standard deviation of a plate varies more than t with N - K degrees of freedom allows
    (3 clean plates in 100 got a suggestion at q = 0.01). Suspects are therefore confirmed against
    the least-squares curve of the other readings, with its scatter and its own error, by t on their
    degrees of freedom at q m / N for m suspects (Bonferroni; Cook & Weisberg 1982, Residuals and
    Influence in Regression, section 2.2). A reading with which its replicates agree against the
    curve is not suggested: there the curve or the concentration is wrong, not the reading.
    """
    if not 0 < q < 0.5:
        raise InputError(f"q is {q:g}", allowed="It lies above 0 and below 0.5, such as 0.01")
    parts, spread = variance_model(listed_parts(parts, model), variance, weights)
    if spread.family:
        raise InputError(
            f"outliers are not looked for under the variance model '{variance}'",
            allowed="The test is one of readings with a normal distribution",
            do="See the check overdispersion of the fit",
        )
    how: dict[str, Any] = {
        "fixed": fixed,
        "free": free,
        "variance": variance,
        # The other weights are part of the series from here on.
        "weights": weights if weight_is_of_curve(weights) else "",
        "intervals": "none",
    }
    first = fit(parts, **how) if first is None else first
    if not first.ok or first.df < MIN_DF:
        return ()
    problem = FitProblem(parts, fixed or {}, free, _directions(parts, first))
    sd = np.concatenate([part.sd for part in first.parts])
    estimated = not spread.counts
    if estimated:
        sd = _level(problem, sd)
        if not (sd > 0).all():
            # Readings exactly on their curve have no scatter to be far from.
            return ()
    scores = _scores(problem, first, sd)
    growth = np.ones_like(sd)
    for _ in range(GROWTH_ROUNDS if estimated else 0):
        growth = growth_of_scatter(
            (problem.y - scores.expected) / sd, scores.expected, problem.spans
        )
        scores = _scores(problem, first, sd * growth)
    flagged = flag_outliers(scores.score, scores.df, q)
    if flagged.any() and not estimated:
        cleaned = _without(parts, problem, flagged)
        if cleaned is not None:
            again = fit(cleaned, **how, starts=[first.values])
            if again.ok:
                sd = _scatter_of_all(problem, again, scores.expected, sd)
                scores = _scores(problem, again, sd)
                flagged = flag_outliers(scores.score, scores.df, q)
    flagged &= ~_shared_by_replicates(problem, scores.expected)
    if estimated:
        flagged = _confirmed_by_growth(problem, scores, flagged, sd, q)
    else:
        flagged = _confirmed(parts, problem, first, scores, flagged, how, q)
    order = [i for i in np.argsort(-np.abs(scores.score), kind="stable") if flagged[i]]
    return tuple(_suspect(problem, scores, int(i)) for i in order)


def suspects_as_checks(suspects: Sequence[SuspectedOutlier]) -> tuple[Check, ...]:
    """Suggestions as checks, one for each series."""
    by_series: dict[str, list[SuspectedOutlier]] = {}
    for suspect in suspects:
        by_series.setdefault(suspect.series, []).append(suspect)
    return tuple(_check(name, of_series) for name, of_series in by_series.items())


def _check(series: str, suspects: Sequence[SuspectedOutlier]) -> Check:
    one, many = len(suspects) == 1, len(suspects) > MANY
    it, they = ("It is", "it") if one else ("They are", "them")
    names = enumerate_words([s.label or f"reading {s.index + 1}" for s in suspects])
    return Check(
        "outlier",
        "warn",
        f"{len(suspects)} readings lie {format_number(min(abs(s.distance) for s in suspects), 2)} "
        f"or more robust standard deviations from the curve: {names}"
        if many
        else "; ".join(
            f"{s.label or f'reading {s.index + 1}'} is {format_number(s.observed, 4)}, "
            f"{format_number(abs(s.distance), 2)} robust standard deviations from the expected "
            f"{format_number(s.expected, 4)}"
            for s in suspects
        ),
        where=series,
        value=suspects[0].distance,
        advice=(
            f"{it} still in the result; the result without {they} is given beside. Check the "
            f"notebook; exclude {they} only for a reason that you write down"
            if not many
            else "So many are seldom outliers: check the layout, the concentrations and the curve. "
            "They are still in the result; the result without them is given beside"
        ),
        source=SOURCE,
    )


def _directions(parts: Sequence[FitPart], result: Fit) -> dict[str, float]:
    """Signs of the hills of a fit, so that its values lie within the bounds of a problem."""
    names = [part.name_of("hill") for part in parts if part.model.sigmoid]
    return {name: float(np.sign(result[name].value)) for name in names}


def _scores(problem: FitProblem, result: Fit, sd: np.ndarray) -> _Scores:
    start = np.array([result.values[slot.name] for slot in problem.free])
    robust = robust_fit(
        problem.expected,
        problem.y,
        sd,
        [start, *problem.starts(None)],
        problem.low,
        problem.high,
        np.maximum(np.abs(start), 1e-3),
    )
    expected = problem.expected(robust.x[None, :])[0]
    score = (problem.y - expected) / sd / robust.scale
    return _Scores(score, float(problem.y.size - start.size), expected, robust.x)


def _shared_by_replicates(problem: FitProblem, expected: np.ndarray) -> np.ndarray:
    """Whether the other readings of its setting are nearer to a reading than to the curve, shape
    (n,); their median counts.
    """
    shared = np.zeros(problem.y.size, bool)
    for span, part in zip(problem.spans, problem.parts, strict=True):
        setting = part.series.replicate_index()
        y, curve, own = problem.y[span], expected[span], shared[span]
        for i in range(y.size):
            others = np.flatnonzero(setting == setting[i])
            others = others[others != i]
            if others.size:
                middle = float(np.median(y[others]))
                own[i] = abs(y[i] - middle) < abs(middle - curve[i])
    return shared


def _confirmed(
    parts: tuple[FitPart, ...],
    problem: FitProblem,
    first: Fit,
    scores: _Scores,
    flagged: np.ndarray,
    how: Mapping[str, Any],
    q: float,
) -> np.ndarray:
    """Those of the flagged readings that the curve of the other readings excludes, shape (n,)."""
    confirmed = flagged.copy()
    while confirmed.any():
        cleaned = _without(parts, problem, confirmed)
        if cleaned is None:
            return np.zeros_like(flagged)
        others = fit(cleaned, **how, starts=[first.values])
        if not others.ok or others.df < 1:
            return np.zeros_like(flagged)
        best = np.array([others.values[slot.name] for slot in problem.free])
        expected = problem.expected(best[None, :])[0]
        sd = _scatter_of_all(problem, others, expected, np.concatenate([p.sd for p in first.parts]))
        slopes = jacobian(problem.expected, best, np.maximum(np.abs(best), 1e-3))
        of_curve = np.einsum("ij,jk,ik->i", slopes, others.covariance, slopes)
        t = (problem.y - expected) / np.sqrt(sd**2 + np.maximum(np.nan_to_num(of_curve), 0.0))
        p = np.array([t_probability(float(value), float(others.df)) for value in t])
        kept = confirmed & (p < q * confirmed.sum() / problem.y.size)
        if (kept == confirmed).all():
            break
        confirmed = kept
    return confirmed


def _level(problem: FitProblem, sd: np.ndarray) -> np.ndarray:
    """Root mean square of the scatter of each series at equal weights, by the weights of the
    readings, shape (n,).
    """
    level, weight = sd.copy(), problem.weight
    for span in problem.spans:
        level[span] = np.sqrt(np.mean(sd[span] ** 2 * weight[span]) / weight[span])
    return level


def _confirmed_by_growth(
    problem: FitProblem, scores: _Scores, flagged: np.ndarray, sd: np.ndarray, q: float
) -> np.ndarray:
    """As `_confirmed`, with scatter that grows as in the readings that are not flagged."""
    confirmed = flagged.copy()
    typical = np.maximum(np.abs(scores.x), 1e-3)
    while confirmed.any():
        kept = ~confirmed
        df = float(kept.sum() - scores.x.size)
        if df < 1 or any(not kept[span].any() for span in problem.spans):
            return np.zeros_like(flagged)
        x, expected = scores.x, scores.expected
        for _ in range(GROWTH_ROUNDS):
            growth = _growth_of_all(problem, expected, sd, kept)
            weight = np.where(kept, 1.0 / (sd * growth), 0.0)
            x = least_squares(
                problem.expected, problem.y, weight**2, x, problem.low, problem.high, typical
            ).x
            expected = problem.expected(x[None, :])[0]
        residuals = (problem.y - expected) * weight
        s2 = float(residuals @ residuals) / df
        if not s2 > 0:
            return confirmed
        slopes = jacobian(problem.expected, x, typical)
        weighted = slopes * weight[:, None]
        covariance = s2 * np.linalg.pinv(weighted.T @ weighted)
        of_curve = np.einsum("ij,jk,ik->i", slopes, covariance, slopes)
        variance = s2 * (sd * growth) ** 2 + np.maximum(of_curve, 0.0)
        t = (problem.y - expected) / np.sqrt(variance)
        # One more degree of freedom is spent on the growth of the scatter.
        p = np.array([t_probability(float(value), max(df - 1.0, 1.0)) for value in t])
        again = confirmed & (p < q * confirmed.sum() / problem.y.size)
        if (again == confirmed).all():
            break
        confirmed = again
    return confirmed


def _growth_of_all(
    problem: FitProblem, expected: np.ndarray, sd: np.ndarray, kept: np.ndarray
) -> np.ndarray:
    """Growth of the scatter of all readings, from the kept ones of equal expected reading."""
    ends = np.cumsum([int(kept[span].sum()) for span in problem.spans])
    spans = [
        slice(int(end - kept[of].sum()), int(end))
        for end, of in zip(ends, problem.spans, strict=True)
    ]
    of_kept = growth_of_scatter(((problem.y - expected) / sd)[kept], expected[kept], spans)
    growth = np.ones_like(sd)
    for of, span in zip(problem.spans, spans, strict=True):
        size, own = np.abs(expected[kept][span]), of_kept[span]
        order = np.argsort(size, kind="stable")
        growth[of] = np.interp(np.abs(expected[of]), size[order], own[order])
    return growth


def _without(
    parts: tuple[FitPart, ...], problem: FitProblem, flagged: np.ndarray
) -> tuple[FitPart, ...] | None:
    """The parts without the flagged readings; None if a part would have no reading."""
    kept = [~flagged[span] for span in problem.spans]
    if any(not mask.any() for mask in kept):
        return None
    return tuple(
        replace(part, series=part.series.keep(mask)) for part, mask in zip(parts, kept, strict=True)
    )


def _scatter_of_all(
    problem: FitProblem, cleaned: Fit, expected: np.ndarray, before: np.ndarray
) -> np.ndarray:
    """Scatter of all readings by that of the cleaned ones of equal expected reading."""
    sd = before.copy()
    for span, part in zip(problem.spans, cleaned.parts, strict=True):
        order = np.argsort(part.expected, kind="stable")
        sd[span] = np.interp(expected[span], part.expected[order], part.sd[order])
    return sd


def _suspect(problem: FitProblem, scores: _Scores, i: int) -> SuspectedOutlier:
    which = next(k for k, span in enumerate(problem.spans) if span.start <= i < span.stop)
    series, own = problem.parts[which].series, i - problem.spans[which].start
    return SuspectedOutlier(
        series=series.name,
        index=own,
        label=series.labels[own] if series.labels else "",
        observed=float(series.y[own]),
        expected=float(scores.expected[i]),
        distance=float(scores.score[i]),
        p=t_probability(float(scores.score[i]), scores.df),
    )
