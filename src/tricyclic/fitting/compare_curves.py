"""Do curves differ? One curve for all against separate ones, the same EC50, hill or plateaus.

Each question is a pair of nested fits of all readings: in the simpler one the curves share the
parameters in question. With constant variance the extra-sum-of-squares F test decides, as in
GraphPad Prism and R's `anova`; with weights or a variance model the sums are weighted by the
scatter of the fuller fit. Where the readings have to determine the weights themselves (a power of
the mean, or a standard deviation of each curve) they are those of the simpler fit. Counts and
shares are compared by their likelihood ratio, and where their dispersion is estimated
(quasi-likelihood) by F of the deviances, as R's `anova(test = "F")`. AICc is given beside it.
Not for curves that are paired by experiment, nor for a trend over groups.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import chdtrc, fdtrc

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit, dose_name
from tricyclic.core.format import enumerate_words, format_number, format_p
from tricyclic.core.plot_data import CurvePlot
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.errors import FitFailedError, InputError, UnknownNameError
from tricyclic.fitting.comparison_plot import comparison_plot
from tricyclic.fitting.fit_groups import (
    POOLED,
    GroupedReadings,
    fit_together,
    shared_parts,
)
from tricyclic.fitting.fitted_curve import FitSettings
from tricyclic.fitting.problem import FitPart, curve_columns
from tricyclic.fitting.replicates import known_scatter, without_scatter
from tricyclic.fitting.scatter_of_curves import estimates_weights, scatter_checks
from tricyclic.results.curves import CurveComparison, CurveComparisonResult
from tricyclic.stats.statistics import extra_sum_of_squares

ALPHA = 0.05
PLATEAUS = ("bottom", "top")
# Words for parameters, beside their own names.
ONE_CURVE, MIDPOINT, PLATEAU_WORD = "curves", "ec50", "plateaus"
F_TEST, RATIO_TEST, DEVIANCE_TEST = "extra sum of squares F", "likelihood ratio", "deviance F"


@dataclass(frozen=True)
class _Question:
    """What is compared: the parameters that the simpler fit shares, and both fits in words."""

    name: str
    shared: tuple[str, ...]
    simple: str
    full: str

    def with_doses_named(self, letters: str) -> _Question:
        """The question with LD50 for EC50 in its words, where the letters are LD."""
        name, simple, full = (
            " ".join(dose_name(word, letters) for word in text.split(" "))
            for text in (self.name, self.simple, self.full)
        )
        return _Question(name, self.shared, simple, full)


def compare_curves(
    groups: Sequence[GroupedReadings],
    model: CurveModel,
    settings: FitSettings,
    *,
    share: Sequence[str] = (),
    what: Sequence[str] = (),
    on_progress: ProgressCallback | None = None,
) -> CurveComparisonResult:
    """Compare the curves of groups.

    Parameters
    ----------
    groups : sequence of GroupedReadings
        Two or more.
    model : CurveModel
    settings : FitSettings
    share : sequence of str
        Parameters that are shared in both fits of every pair.
    what : sequence of str
        "curves" (one curve for all groups), "ec50" (what the model is fitted for), "plateaus", or
        names of parameters; by default, and with "all", all that apply.

    Raises
    ------
    InputError
        If there is one group, or a name is none of these.
    FitFailedError
        If a fit fails.
    """
    if len(groups) < 2:
        raise InputError(
            "there is one curve", where="compare", do="Add --by COLUMN, whose values are the curves"
        )
    own = tuple(
        p.name
        for p in model.parameters
        if (not p.fixed_by_default or p.name in settings.free)
        and (p.name not in settings.fixed or p.name in settings.free)
    )
    separate = tuple(name for name in own if name not in share)
    questions = (
        _all_questions(model, own, separate)
        if not what or "all" in what
        else [_question(name, model, own, separate) for name in what]
    )
    if settings.ec_name:
        questions = [question.with_doses_named(settings.ec_name) for question in questions]
    _check_determined(groups, model, separate)
    quick = replace(settings, intervals="none", outliers=None)
    names = tuple(", ".join(group.key) or group.series.name for group in groups)
    full_parts = shared_parts(groups, model, share, quick)
    steps = len(questions) + 1
    report_progress(on_progress, 0, steps, f"fitting {len(groups)} curves")
    full = _fitted(full_parts, quick, "separate curves")
    rows: list[CurveComparison] = []
    plots: list[CurvePlot] = []
    for k, question in enumerate(questions):
        report_progress(on_progress, k + 1, steps, f"comparing {question.name}")
        parts = shared_parts(groups, model, (*share, *question.shared), quick)
        simple = _fitted(parts, quick, question.simple)
        tested = None
        if estimates_weights(settings):
            tested = _with_weights_of(simple, parts, full_parts, quick)
        words = question.name, question.simple, question.full
        rows.append(compare_nested(simple, full, *words, tested=tested))
        plots += comparison_plot(rows[-1], full_parts, names, (simple, full))
    report_progress(on_progress, steps, steps, "compared")
    return CurveComparisonResult(
        curve=model.name or model.description,
        curves=names,
        shared=tuple(share),
        variance=settings.variance,
        comparisons=tuple(rows),
        checks=scatter_checks(full, full_parts, names, settings),
        plots=tuple(plots),
    )


def _with_weights_of(
    simple: Fit, parts: Sequence[FitPart], full_parts: Sequence[FitPart], settings: FitSettings
) -> tuple[Fit, Fit]:
    """Both fits with the weights that the simpler one implies.

    Weights that the fuller fit estimates favour it: in curves of 8 readings, F with them rejects a
    true equality in 13 to 17 % at 5 % (proportional scatter, power estimated), with these in 3 to
    7 %.
    """
    weights = 1.0 / known_scatter(simple) ** 2
    own = np.split(weights / weights.mean(), np.cumsum([p.series.n for p in parts])[:-1])
    known = replace(settings, variance="constant", weights="", own_scatter=False)

    def weighted(unweighted: Sequence[FitPart]) -> tuple[FitPart, ...]:
        return tuple(
            replace(part, series=replace(part.series, weight=weight), scatter=POOLED)
            for part, weight in zip(unweighted, own, strict=True)
        )

    return (
        _fitted(weighted(parts), known, "the simpler curves"),
        _fitted(weighted(full_parts), known, "separate curves"),
    )


def _check_determined(
    groups: Sequence[GroupedReadings], model: CurveModel, separate: Sequence[str]
) -> None:
    """Refuse a curve with more parameters of its own than different settings: it would pass through
    its readings, whatever the others do.
    """
    for group in groups:
        columns = curve_columns(group.series, model)
        settings = np.unique(np.column_stack([*columns.values()]), axis=0).shape[0]
        if settings < len(separate):
            raise FitFailedError(
                f"{settings} different doses cannot determine its own {len(separate)} parameters",
                where=", ".join(group.key) or group.series.name,
                do="Leave this curve out, or share or fix parameters",
            )


def compare_nested(
    simple: Fit,
    full: Fit,
    name: str,
    simple_name: str,
    full_name: str,
    *,
    tested: tuple[Fit, Fit] | None = None,
) -> CurveComparison:
    """Two fits of the same readings, of which the simpler one is a special case of the other.

    Parameters
    ----------
    simple, full : Fit
        Both `ok`, of the same readings in the same order.
    name, simple_name, full_name : str
        What is compared, and the two fits in words.
    tested : (Fit, Fit), optional
        Both fits with the weights of the test, where they are not those of the fuller fit.

    Raises
    ------
    InputError
        If the readings differ, or the fuller fit has no more parameters.
    """
    _same_readings(simple, full)
    more = simple.df - full.df
    if more <= 0:
        raise InputError(
            f"{full_name} has no more parameters than {simple_name}",
            allowed="The simpler fit is a special case of the fuller one",
        )
    exact = without_scatter(full)
    kind, statistic, df, p = _test(*(tested or (simple, full)))
    difference = math.nan if exact else simple.aicc - full.aicc
    ratio = math.exp(min(abs(difference) / 2.0, 700.0)) if math.isfinite(difference) else math.nan
    return CurveComparison(
        name=name,
        simple=simple_name,
        full=full_name,
        test=kind,
        statistic=statistic,
        df=df,
        p=p,
        aicc_difference=difference,
        evidence_ratio=ratio,
        preferred=full_name if p < ALPHA else simple_name,
        preferred_by_aicc=""
        if not math.isfinite(difference)
        else full_name
        if difference > 0
        else simple_name,
        statement=_statement(simple_name, full_name, kind, statistic, df, p, difference, ratio),
    )


def _test(simple: Fit, full: Fit) -> tuple[str, float, tuple[float, ...], float]:
    """Name of the test of two nested fits, its statistic, degrees of freedom and p."""
    more = float(simple.df - full.df)
    if not math.isfinite(full.deviance):
        # Also where the variance is modelled: with a scale that is estimated, chi-squared of the
        # likelihood ratio rejects in small designs three times as often as it states.
        test = extra_sum_of_squares(*_weighted_sums(simple, full))
        return F_TEST, test.statistic, test.df, test.p
    gain = max(simple.deviance - full.deviance, 0.0)
    if not full.variance.startswith("quasi"):
        return RATIO_TEST, gain, (more,), float(chdtrc(more, gain))
    statistic = gain / more / max(full.dispersion, 1.0)
    p = float(fdtrc(more, full.df, statistic)) if full.df > 0 else math.nan
    return DEVIANCE_TEST, statistic, (more, float(full.df)), p


def _all_questions(
    model: CurveModel, own: tuple[str, ...], separate: tuple[str, ...]
) -> list[_Question]:
    names = [ONE_CURVE]
    if model.target in separate:
        names.append(model.target)
    if "hill" in separate:
        names.append("hill")
    if set(PLATEAUS) & set(separate):
        names.append(PLATEAU_WORD)
    others = [n for n in separate if n not in (model.target, "hill", *PLATEAUS)]
    if len(separate) < 2:
        names = names[:1]
    return [_question(name, model, own, separate) for name in (*names, *others)]


def _question(
    name: str, model: CurveModel, own: tuple[str, ...], separate: tuple[str, ...]
) -> _Question:
    """A comparison by the word for it."""
    short = model.target.removeprefix("log10_")
    if name == ONE_CURVE:
        names = separate
        if not names:
            raise InputError(
                "the curves share all parameters",
                where="compare",
                do="Share fewer parameters",
            )
        return _Question("one curve for all", names, "one curve for all", "separate curves")
    if name == PLATEAU_WORD and model.sigmoid:
        names = tuple(one for one in PLATEAUS if one in own)
    elif model.target and name.lower() in (MIDPOINT, "ic50", short, model.target):
        names = (model.target,)
    else:
        names = (name,)
    known = ("all", ONE_CURVE, *([PLATEAU_WORD] if model.sigmoid else []), *own)
    for one in names:
        if one not in own:
            raise UnknownNameError.among("parameter to compare", one, known, where="compare")
    if not names:
        raise UnknownNameError.among("parameter to compare", name, known, where="compare")
    if not set(names) & set(separate):
        raise InputError(
            f"the curves share {enumerate_words(names)} already",
            where="compare",
            do="Share fewer parameters, or compare another one",
        )
    words = enumerate_words([one.removeprefix("log10_") for one in names])
    words = words.replace("ec50", "EC50").replace("ic50", "IC50")
    label = f"same {PLATEAU_WORD}" if name == PLATEAU_WORD else f"same {words}"
    return _Question(label, names, f"one {words} for all", f"separate {words}")


def _fitted(parts: tuple[FitPart, ...], settings: FitSettings, name: str) -> Fit:
    result = fit_together(parts, settings)
    if not result.ok:
        raise FitFailedError(f"the fit of {name} failed: {result.message}")
    return result


def _same_readings(simple: Fit, full: Fit) -> None:
    for one in (simple, full):
        if not one.ok:
            raise InputError(f"a fit failed: {one.message}", do="Compare fits that succeeded")
    readings = [
        [reading for part in one.parts for reading in part.series.y.tolist()]
        for one in (simple, full)
    ]
    if readings[0] != readings[1]:
        raise InputError(
            "the two fits are of different readings",
            allowed="Both are fits of the same readings in the same order",
        )
    if simple.variance != full.variance:
        raise InputError(
            f"the variance models differ: {simple.variance} and {full.variance}",
            allowed="Fits that are compared have one variance model",
        )


def _weighted_sums(simple: Fit, full: Fit) -> tuple[float, float, float, float]:
    """Residual sums, weighted by the scatter of the fuller fit, with their degrees of freedom.

    By that of the simpler fit where each fit has estimated its own power of the mean: weights of
    the fuller one favour it.
    """
    estimated = math.isfinite(full.power) and simple.power != full.power
    weight = 1.0 / known_scatter(simple if estimated else full) ** 2
    sums = []
    for one in (simple, full):
        residual = np.concatenate([part.series.y - part.expected for part in one.parts])
        sums.append(float(weight @ residual**2))
    return sums[0], float(simple.df), sums[1], float(full.df)


def _statement(
    simple: str,
    full: str,
    kind: str,
    statistic: float,
    df: tuple[float, ...],
    p: float,
    difference: float,
    ratio: float,
) -> str:
    degrees = ", ".join(f"{number:g}" for number in df)
    symbol = "F" if kind != RATIO_TEST else "likelihood ratio chi-squared"
    numbers = f"{symbol}({degrees}) = {format_number(statistic)}, {format_p(p)}"
    verdict = f"{full} preferred to {simple}" if p < ALPHA else f"{simple} adequate"
    text = f"{verdict} ({numbers})"
    if not math.isfinite(difference):
        return f"{text}; AICc is not defined for these readings"
    favoured = full if difference > 0 else simple
    evidence = "above one million" if ratio > 1e6 else format_number(ratio, 2)
    return f"{text}; AICc favours {favoured} (evidence ratio {evidence})"
