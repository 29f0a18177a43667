"""Which readings may be outliers: a robust curve, its own measure of scatter, and a false discovery rate.

Suggestions only. Nothing is left out here; a person who excludes a well gives a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.analysis_options import Variance
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.format import figures
from tricyclic.core.series import Series
from tricyclic.core.suspect import Suspect
from tricyclic.errors import InputError
from tricyclic.fitting.fit import Part, fit
from tricyclic.fitting.problem import Problem
from tricyclic.numerics.robust import discordant, robust_fit
from tricyclic.stats.statistics import t_probability

SOURCE = "motulsky_2006"


def rout(
    parts: Series | Part | Sequence[Part],
    model: CurveModel | None = None,
    *,
    given: Mapping[str, float] | None = None,
    free: Sequence[str] = (),
    variance: Variance = "constant",
    q: float = 0.01,
) -> tuple[Suspect, ...]:
    """Suggest readings that lie further off the curve than chance puts them (ROUT).

    Parameters
    ----------
    parts, model, given, free, variance
        As for `fit`.
    q : float
        Share of suggestions that may be false, above 0 and below 0.5. With q = 0.01 about 3 clean plates in 100 get
        a suggestion; 40 in 100 if counts whose scatter grows with their size are said to have a constant one.

    Returns
    -------
    tuple of Suspect
        Farthest first; empty where nothing stands out, or where fewer than three readings would be left per parameter
        to judge by.

    Raises
    ------
    InputError
        If q is out of range, or something the curve needs is missing.

    Notes
    -----
    Motulsky & Brown 2006, doi:10.1186/1471-2105-7-123: a curve under Lorentzian scatter, whose standard deviation
    is the 68.27th percentile of the absolute residuals times N / (N - K); residuals over it are tested with t, the
    outer 30 % of them at the false discovery rate q. Readings are first divided by the scatter that the variance
    model expects; after a first round that is learnt again without the suspects, so that they cannot hide in it.
    """
    if not 0 < q < 0.5:
        raise InputError(f"q is {q:g}", allowed="It lies above 0 and below 0.5, such as 0.01")
    if isinstance(parts, Series):
        if model is None:
            raise InputError("no curve was named", where=parts.name, do="Choose one from the shelf")
        parts = (Part(parts, model),)
    listed = (parts,) if isinstance(parts, Part) else tuple(parts)
    problem = Problem(listed, given or {}, free)
    if problem.y.size - len(problem.free) < 3:
        return ()
    found = fit(listed, given=given, free=free, variance=variance, intervals="none")
    if not found.ok:
        return ()
    sd = np.concatenate([part.sd for part in found.parts])
    score, freedom, expected = _scores(problem, found, sd)
    marked = discordant(score, freedom, q)
    if marked.any() and variance != "constant":
        cleaned = _without(listed, problem, marked)
        if cleaned is not None:
            learnt = fit(
                cleaned,
                given=given,
                free=free,
                variance=variance,
                intervals="none",
                starts=[found.values],
            )
            if learnt.ok:
                score, freedom, expected = _scores(
                    problem, learnt, _scatter_of_all(problem, learnt, expected, sd)
                )
                marked = discordant(score, freedom, q)
    order = [i for i in np.argsort(-np.abs(score), kind="stable") if marked[i]]
    return tuple(_suspect(listed, problem, int(i), score, freedom, expected) for i in order)


def suspects_as_checks(suspects: Sequence[Suspect]) -> tuple[Check, ...]:
    """Tell suggestions as checks, one each; none is acted on."""
    return tuple(
        Check(
            "outlier",
            "look",
            f"{s.label or f'reading {s.index + 1}'} reads {figures(s.observed, 4)} where the curve expects {figures(s.expected, 4)}, "
            f"{figures(abs(s.distance), 2)} robust standard deviations off",
            where=s.series,
            value=s.distance,
            advice="It is still in the fit. Look into the notebook; exclude it only for a reason that you write down",
            source=SOURCE,
        )
        for s in suspects
    )


def _scores(problem: Problem, found: Fit, sd: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    start = np.array([found.values[slot.name] for slot in problem.free])
    typical = np.maximum(np.abs(start), 1e-3)
    robust = robust_fit(
        problem.expected,
        problem.y,
        sd,
        [start, *problem.starts(None)],
        problem.low,
        problem.high,
        typical,
    )
    expected = problem.expected(robust.x[None, :])[0]
    return (problem.y - expected) / sd / robust.scale, float(problem.y.size - start.size), expected


def _without(
    parts: tuple[Part, ...], problem: Problem, marked: np.ndarray
) -> tuple[Part, ...] | None:
    kept = [~marked[span] for span in problem.spans]
    if any(not mask.any() for mask in kept):
        return None
    return tuple(
        replace(part, series=part.series.keep(mask)) for part, mask in zip(parts, kept, strict=True)
    )


def _scatter_of_all(
    problem: Problem, learnt: Fit, expected: np.ndarray, before: np.ndarray
) -> np.ndarray:
    # The scatter without the suspects, carried over to all readings by what it is at like expectations.
    sd = before.copy()
    for span, part in zip(problem.spans, learnt.parts, strict=True):
        order = np.argsort(part.expected, kind="stable")
        sd[span] = np.interp(expected[span], part.expected[order], part.sd[order])
    return sd


def _suspect(
    parts: tuple[Part, ...],
    problem: Problem,
    i: int,
    score: np.ndarray,
    freedom: float,
    expected: np.ndarray,
) -> Suspect:
    which = next(k for k, span in enumerate(problem.spans) if span.start <= i < span.stop)
    series, own = parts[which].series, i - problem.spans[which].start
    return Suspect(
        series=series.name,
        index=own,
        label=series.labels[own] if series.labels else "",
        observed=float(series.y[own]),
        expected=float(expected[i]),
        distance=float(score[i]),
        p=t_probability(float(score[i]), freedom),
    )
