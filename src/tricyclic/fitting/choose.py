"""Which of two nested curves the readings can bear: one site or two, slope 1 or free, shared or separate.

The simpler curve is a special case of the fuller one. An F test weighs what the extra parameters
explain against what chance would; since F is only nearly right for curves, it can be calibrated by
simulating the very design under the simpler curve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tricyclic.errors import InputError
from tricyclic.fitting.fit import Part, fit
from tricyclic.numerics.statistics import extra_sum_of_squares
from tricyclic.records.curve_model import CurveModel
from tricyclic.records.estimate import Fit
from tricyclic.records.method import Variance
from tricyclic.records.results import Comparison
from tricyclic.records.series import Series
from tricyclic.records.telling import figures

ALPHA = 0.05


@dataclass(frozen=True)
class Hypothesis:
    """One way to describe the readings: parts with their curves, what is held fixed, and its name in a sentence."""

    parts: tuple[Part, ...]
    given: Mapping[str, float] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    says: str = ""


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
            raise InputError("simulations need a generator of random numbers", do="Pass rng with a seed")
        calibrated = _calibrated_p(simple, full, fits[0], fits[1], variance, rng, simulations)
    return compare_models(
        fits[0], fits[1], name=name, simple_says=simple.says, full_says=full.says, p_calibrated=calibrated
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
    simple, full = (_with_model(parts, model, given or {}) for model in (simple_model, full_model))
    return _calibrated_p(
        simple, full, _fitted(simple, variance), _fitted(full, variance), variance, rng, simulations
    )


def simpler_or_fuller(
    parts: Series | Part | Sequence[Part],
    simple_model: CurveModel,
    full_model: CurveModel,
    *,
    given: Mapping[str, float] | None = None,
) -> tuple[Hypothesis, Hypothesis]:
    """Two curves for the same readings, as hypotheses: one site or two."""
    simple, full = (_with_model(parts, model, given or {}) for model in (simple_model, full_model))
    return simple, full


def shared_or_separate(
    parts: Sequence[Part],
    parameters: Sequence[str],
    *,
    given: Mapping[str, float] | None = None,
) -> tuple[Hypothesis, Hypothesis]:
    """One value for all parts, or one for each group of parts, as hypotheses.

    Parameters
    ----------
    parts : sequence of Part
        Their series name the `group` (where they have none, the series' name stands for it). Parameters that are
        not named here keep the parts' own renaming, so what is shared already stays shared.
    parameters : sequence of str
        The curve's own names of those in question ("log10_bmax").

    Returns
    -------
    tuple of two Hypothesis
        Shared, and separate under names such as "log10_bmax[vehicle]".
    """
    known = {p.name for part in parts for p in part.model.parameters}
    for parameter in parameters:
        if parameter not in known:
            raise InputError(
                f"no curve has a parameter {parameter}", allowed=f"There are: {', '.join(sorted(known))}"
            )
    groups = [part.series.group or part.series.name for part in parts]
    if len(set(groups)) < 2:
        raise InputError(
            f"all parts belong to {groups[0]}", allowed="Shared or separate needs two groups or more"
        )
    one = tuple(replace(part, rename={**part.rename, **{p: p for p in parameters}}) for part in parts)
    own = tuple(
        replace(part, rename={**part.rename, **{p: f"{p}[{group}]" for p in parameters}})
        for part, group in zip(parts, groups, strict=True)
    )
    what = " and ".join(parameters)
    # A value that holds for the shared parameter holds for each of its separate copies.
    spread = {
        **{k: v for k, v in (given or {}).items() if k not in parameters},
        **{
            f"{p}[{g}]": v
            for p in parameters
            if p in (given or {})
            for g in groups
            for v in [(given or {})[p]]
        },
    }
    return (
        Hypothesis(one, given or {}, says=f"one {what} for {_listed(groups)}"),
        Hypothesis(own, spread, says=f"a {what} of its own for {_listed(groups)}"),
    )


def held_or_free(
    parts: Series | Part | Sequence[Part],
    values: Mapping[str, float],
    *,
    model: CurveModel | None = None,
    given: Mapping[str, float] | None = None,
) -> tuple[Hypothesis, Hypothesis]:
    """Parameters held at values, or fitted, as hypotheses: {"hill": 1.0}."""
    listed = _listed_parts(parts, model)
    names = {part.name_of(p.name): p for part in listed for p in part.model.parameters}
    told = " and ".join(f"{name} = {figures(value)}" for name, value in values.items())
    freed = tuple(name for name in values if name in names and names[name].given)
    return (
        Hypothesis(listed, {**(given or {}), **values}, says=told),
        Hypothesis(
            listed,
            {**(given or {}), **{n: values[n] for n in freed}},
            freed,
            says=f"{' and '.join(values)} fitted",
        ),
    )


def _calibrated_p(
    simple: Hypothesis, full: Hypothesis, simple_fit: Fit, full_fit: Fit, variance: Variance, rng: np.random.Generator,
    simulations: int,
) -> float:  # fmt: skip
    observed = _statistic(simple_fit, full_fit)
    larger = done = 0
    # The curves' own guesses are dear and, this near the truth, no better than where the real fits ended.
    at_simple, at_full = simple_fit.values, full_fit.values
    for _ in range(simulations):
        drawn = [
            _redrawn(part.series, expected=p.expected, sd=p.sd, rng=rng)
            for part, p in zip(simple.parts, simple_fit.parts, strict=True)
        ]
        again = [
            fit(
                tuple(replace(part, series=series) for part, series in zip(h.parts, drawn, strict=True)),
                given=h.given,
                free=h.free,
                variance=variance,
                intervals="none",
                starts=starts,
            )
            for h, starts in ((simple, [at_simple]), (full, _spread_starts(at_full, full_fit, rng)))
        ]
        if not all(f.ok for f in again):
            continue
        done += 1
        larger += _statistic(again[0], again[1]) >= observed
    if done < max(1, simulations // 2):
        raise InputError(
            f"only {done} of {simulations} simulated plates could be fitted",
            do="Take the nominal p, or a simpler pair of curves",
        )
    return (1 + larger) / (1 + done)


def _spread_starts(
    values: Mapping[str, float], found: Fit, rng: np.random.Generator
) -> list[dict[str, float]]:
    # A fuller curve may have its optimum on either side of the simple one; a few scattered starts find it.
    starts = [dict(values)]
    for _ in range(3):
        start = dict(values)
        for parameter in found.free:
            width = parameter.se if math.isfinite(parameter.se) else 0.1 * max(abs(parameter.value), 1e-3)
            width = min(width, 1.0) if parameter.name.startswith("log10_") else width
            start[parameter.name] = parameter.value + 1.5 * width * float(rng.standard_normal())
        starts.append(start)
    return starts


def _redrawn(series: Series, *, expected: np.ndarray, sd: np.ndarray, rng: np.random.Generator) -> Series:
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
    return (
        sums[0],
        float(simple.df),
        max(sums[1], float(full.df)) if _counted(full) else sums[1],
        float(full.df),
    )


def _counted(found: Fit) -> bool:
    return found.variance in ("poisson", "counting")


def _same_readings(simple: Fit, full: Fit) -> None:
    for found in (simple, full):
        if not found.ok:
            raise InputError(
                f"the fit of {_curves(found)} failed: {found.says}", do="Compare fits that succeeded"
            )
    if [p.series.n for p in simple.parts] != [p.series.n for p in full.parts] or any(
        not np.array_equal(a.series.y, b.series.y) for a, b in zip(simple.parts, full.parts, strict=True)
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
    return _listed([part.model.replace("_", " ") for part in found.parts])


def _listed(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} and {unique[-1]}"


def _listed_parts(parts: Series | Part | Sequence[Part], model: CurveModel | None) -> tuple[Part, ...]:
    if isinstance(parts, Series):
        if model is None:
            raise InputError("no curve was named", where=parts.name, do="Choose one from the shelf")
        return (Part(parts, model),)
    return (parts,) if isinstance(parts, Part) else tuple(parts)


def _with_model(
    parts: Series | Part | Sequence[Part], model: CurveModel, given: Mapping[str, float]
) -> Hypothesis:
    listed = tuple(replace(part, model=model) for part in _listed_parts(parts, model))
    names = {part.name_of(p.name) for part in listed for p in model.parameters}
    return Hypothesis(
        listed, {name: value for name, value in given.items() if name in names}, says=model.says
    )


def _fitted(hypothesis: Hypothesis, variance: Variance) -> Fit:
    found = fit(
        hypothesis.parts, given=hypothesis.given, free=hypothesis.free, variance=variance, intervals="none"
    )
    if not found.ok:
        raise InputError(f"the fit of {hypothesis.says or _curves(found)} failed: {found.says}")
    return found
