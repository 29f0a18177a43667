"""Comparison of two conditions (vehicle and treated): over runs, in one joint fit, or from
published means.

Ratios are compared. A ratio below 1 means that the other condition has less than the reference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.assays.pooling import power_of_ten
from tricyclic.core.estimate import Estimate, Fit, format_range
from tricyclic.core.format import format_number, format_p
from tricyclic.errors import InputError
from tricyclic.fitting.choose import compare_models
from tricyclic.results.binding import GroupComparison
from tricyclic.stats.statistics import (
    MeanEstimate,
    difference,
    mean_with_interval,
    paired,
    ratio_by_fieller,
    ratio_by_logarithm,
    summarised,
    with_t_interval,
)
from tricyclic.units import convert

ALPHA = 0.05
# Usual group sizes, for a study that does not state n.
# Normal coverage of mean ± one standard error.
COVERAGE_OF_SEM = 0.683
LIKELY_N = (3, 4, 6, 8)


def compare_conditions(
    reference: Sequence[Estimate],
    other: Sequence[Estimate],
    *,
    names: tuple[str, str] = ("reference", "other"),
    runs: tuple[Sequence[str], Sequence[str]] | None = None,
    pairs: bool = False,
    confidence: float = 0.95,
) -> GroupComparison:
    """Compare an estimate between two conditions from single runs or animals.

    Parameters
    ----------
    reference, other : sequence of Estimate
        One per run, plate or animal, of the same name, above 0, none of them a bound.
    names : tuple of two str
        Names of the conditions.
    runs : tuple of two sequences of str, optional
        The run of each estimate. Plates of one run are averaged; with `pairs` runs of the same name
        are paired.
    pairs : bool
        Whether both conditions were measured in every run.
    confidence : float
        Confidence level of the interval of the ratio.

    Returns
    -------
    GroupComparison
        `ratio` is other / reference, as geometric means; p against a ratio of 1.

    Notes
    -----
    Logarithms, by Welch's test, or by Student's test of the paired differences. With one run per
    condition there is a ratio and no interval; compare the two plates in one fit then
    (`compare_in_one_fit`).
    """
    a, a_runs = _logs(reference, names[0], runs[0] if runs else None)
    b, b_runs = _logs(
        other, names[1], runs[1] if runs else None, unit=reference[0].unit, name=reference[0].name
    )
    what = reference[0].name
    if pairs:
        both = [run for run in a_runs if run in b_runs]
        lone = [run for run in (*a_runs, *b_runs) if run not in both]
        if not both:
            raise InputError("no run has both conditions", do="Compare them unpaired")
        tested = paired(
            [b[b_runs.index(r)] for r in both],
            [a[a_runs.index(r)] for r in both],
            confidence=confidence,
        )
        test, n = "paired t on log10", len(both)
        note = f"; {', '.join(lone)} excluded, because only one condition was measured there"
        note = note if lone else ""
    else:
        tested = difference(mean_with_interval(b), mean_with_interval(a), confidence=confidence)
        test, n, note = "Welch t on log10", min(a.size, b.size), ""
    ratio = _ratio(what, tested, n, test, confidence, names, reference[0])
    means = 10 ** float(a.mean()), 10 ** float(b.mean())
    unit = f" {reference[0].unit}" if reference[0].unit else ""
    values = (
        f"{what} {format_number(means[0])}{unit} ({names[0]}, n = {a.size}) "
        f"and {format_number(means[1])}{unit} ({names[1]}, n = {b.size})"
    )
    return GroupComparison(
        name=f"{what}: {names[1]} against {names[0]}",
        statement=f"{values}: {_conclusion(ratio, tested.p)}{note}",
        test=test,
        p=tested.p,
        statistic=tested.value / tested.se if tested.se > 0 else math.nan,
        df=(tested.df,),
        ratio=ratio,
        details=(
            (f"geometric mean {names[0]}", means[0]),
            (f"geometric mean {names[1]}", means[1]),
        ),
    )


def compare_in_one_fit(
    shared: Fit,
    separate: Fit,
    reference: str,
    other: str,
    *,
    name: str = "Bmax",
    names: tuple[str, str] = ("reference", "other"),
    p_calibrated: float = math.nan,
) -> GroupComparison:
    """Compare a parameter between two plates that were fitted jointly, with one value and with two.

    Parameters
    ----------
    shared, separate : Fit
        Of the same readings; see `fitting.choose.shared_or_separate`.
    reference, other : str
        Names of the parameter in `separate` ("log10_bmax[vehicle]").
    p_calibrated : float
        From `fitting.choose`, where it was simulated.

    Returns
    -------
    GroupComparison
        F test; `ratio` with limits from the joint covariance. It is valid for these plates, not for
        further animals or runs.
    """
    tested = compare_models(
        shared,
        separate,
        name=f"{name}: {names[1]} against {names[0]}",
        simple_name=f"one {name}",
        full_name=f"a {name} for each condition",
        p_calibrated=p_calibrated,
    )
    ratio = _fitted_ratio(separate, reference, other, name, names)
    p = tested.p if math.isnan(p_calibrated) else p_calibrated
    return GroupComparison(
        name=tested.name,
        statement=f"{_conclusion(ratio, p)}; one plate each, so this is valid for these plates and "
        "not for further animals or runs",
        test=tested.test,
        p=tested.p,
        statistic=tested.statistic,
        df=tested.df,
        p_calibrated=p_calibrated,
        ratio=ratio,
        details=tested.details,
    )


def compare_published(
    reference: tuple[float, float],
    other: tuple[float, float],
    *,
    n: tuple[int, int] | None = None,
    name: str = "Bmax",
    unit: str = "fmol/mg",
    names: tuple[str, str] = ("reference", "other"),
    confidence: float = 0.95,
    sources: tuple[str, ...] = (),
) -> GroupComparison:
    """Compare two published means, each with its standard error of the mean.

    Parameters
    ----------
    reference, other : tuple of (mean, SEM)
        Both means above 0, in `unit`.
    n : tuple of two int, optional
        Animals or experiments per group; None where the publication does not state it.

    Returns
    -------
    GroupComparison
        Welch's t on the means as printed; `ratio` with limits on the log scale, Fieller's limits in
        `details`. Without n the limits are those of large groups, too narrow for small ones:
        `statement` reports this, and `details` has p and limits for usual group sizes.

    Raises
    ------
    InputError
        If a mean or SEM is not above 0, or n is below 2.
    """
    _check_published(reference, other, n, unit, names)
    sizes: tuple[float, float] = n or (math.inf, math.inf)
    a, b = summarised(*reference, sizes[0]), summarised(*other, sizes[1])
    tested = difference(b, a, confidence=confidence)
    log_ratio = ratio_by_logarithm(b, a, confidence=confidence)
    fieller = ratio_by_fieller(b, a, confidence=confidence)
    sample_sizes = f"n = {n[0]} and {n[1]}" if n else "n is not stated"
    ratio = Estimate(
        name=f"{name} ratio",
        value=log_ratio.value,
        unit="",
        low=log_ratio.low,
        high=log_ratio.high,
        confidence=confidence,
        log10_se=log_ratio.se / math.log(10.0),
        n_experiments=min(n) if n else 0,
        method=f"log delta from mean ± SEM, {sample_sizes}",
        target=" / ".join(names[::-1]),
        sources=sources,
    )
    change = Estimate(
        name=f"{name} difference",
        value=tested.value,
        unit=unit,
        low=tested.low,
        high=tested.high,
        confidence=confidence,
        se=tested.se,
        n_experiments=min(n) if n else 0,
        method=f"Welch from mean ± SEM, {sample_sizes}",
        sources=sources,
    )
    details = (("Fieller low", fieller[0]), ("Fieller high", fieller[1]))
    caution, for_sizes = ("", ()) if n else _for_usual_sizes(reference, other, confidence)
    values = " and ".join(
        f"{format_number(mean)} ± {format_number(sem, 2)} {unit} ({group})"
        for group, (mean, sem) in zip(names, (reference, other), strict=True)
    )
    return GroupComparison(
        name=f"{name}: {names[1]} against {names[0]}",
        statement=f"{name} {values}: {_conclusion(ratio, tested.p)}{caution}",
        test="Welch t from mean ± SEM",
        p=tested.p,
        statistic=tested.value / tested.se,
        df=(tested.df,),
        ratio=ratio,
        difference=change,
        details=(*details, *for_sizes),
        published=tuple(
            Estimate(
                name=name,
                value=mean,
                unit=unit,
                low=mean - sem,
                high=mean + sem,
                confidence=COVERAGE_OF_SEM,
                se=sem,
                n_experiments=n[k] if n else 0,
                method="mean ± SEM as published",
                where=group,
                sources=sources,
            )
            for k, (group, (mean, sem)) in enumerate(zip(names, (reference, other), strict=True))
        ),
    )


def _check_published(
    reference: tuple[float, float],
    other: tuple[float, float],
    n: tuple[int, int] | None,
    unit: str,
    names: tuple[str, str],
) -> None:
    for group, (mean, sem) in zip(names, (reference, other), strict=True):
        if not (math.isfinite(mean) and math.isfinite(sem) and mean > 0 and sem > 0):
            raise InputError(
                f"{mean:g} ± {sem:g} {unit}",
                where=group,
                allowed="Mean and standard error are above 0",
            )
    if n is not None and min(n) < 2:
        raise InputError(f"n is {min(n)}", allowed="A standard error of the mean needs 2 or more")


def _for_usual_sizes(
    reference: tuple[float, float], other: tuple[float, float], confidence: float
) -> tuple[str, tuple[tuple[str, float], ...]]:
    """A caution, and p and limits for usual group sizes, where n is not stated."""
    results = [_for_size(reference, other, size, confidence) for size in LIKELY_N]
    details: list[tuple[str, float]] = []
    for size, (p, low, high) in zip(LIKELY_N, results, strict=True):
        details += [
            (f"p if n = {size} each", p),
            (f"ratio low if n = {size} each", low),
            (f"ratio high if n = {size} each", high),
        ]
    p, low, high = results[0]
    caution = (
        "; n is not stated, so p and limits are those of large groups: "
        f"with {LIKELY_N[0]} in each group p would be {format_number(p, 2)} and the limits "
        f"{format_range(low, high, 2)}"
    )
    return caution, tuple(details)


def _for_size(
    reference: tuple[float, float], other: tuple[float, float], size: int, confidence: float
) -> tuple[float, float, float]:
    a, b = summarised(*reference, size), summarised(*other, size)
    ratio = ratio_by_logarithm(b, a, confidence=confidence)
    return difference(b, a).p, ratio.low, ratio.high


def _logs(
    estimates: Sequence[Estimate],
    group: str,
    runs: Sequence[str] | None,
    *,
    unit: str = "",
    name: str = "",
) -> tuple[np.ndarray, list[str]]:
    if not estimates:
        raise InputError(
            f"there is nothing to compare in {group}", do="Provide one run or more per condition"
        )
    names = (
        [str(run) for run in runs] if runs is not None else [str(i) for i in range(len(estimates))]
    )
    if len(names) != len(estimates):
        raise InputError(f"{len(names)} runs are named for {len(estimates)} estimates", where=group)
    per_run: dict[str, list[float]] = {}
    for run, estimate in zip(names, estimates, strict=True):
        place = estimate.where or group
        if name and estimate.name != name:
            raise InputError(f"{estimate.name} cannot be compared with {name}", where=place)
        if estimate.qualifier != "=":
            raise InputError(
                f"{estimate.name} is a bound, {estimate.qualifier} "
                f"{format_number(estimate.value)} {estimate.unit}",
                where=place,
                do="Pool each condition by itself and compare the bounds",
            )
        value = (
            estimate.value
            if unit in ("", estimate.unit)
            else convert(estimate.value, estimate.unit, unit, where=place)
        )
        if not (value > 0 and math.isfinite(value)):
            raise InputError(
                f"{estimate.name} is {value:g}", where=place, allowed="A ratio needs values above 0"
            )
        per_run.setdefault(run, []).append(math.log10(value))
    return np.array([float(np.mean(values)) for values in per_run.values()]), list(per_run)


def _ratio(
    what: str,
    log_ratio: MeanEstimate,
    n: int,
    test: str,
    confidence: float,
    names: tuple[str, str],
    like: Estimate,
) -> Estimate:
    return Estimate(
        name=f"{what} ratio",
        value=power_of_ten(log_ratio.value),
        unit="",
        low=power_of_ten(log_ratio.low),
        high=power_of_ten(log_ratio.high),
        confidence=confidence,
        log10_se=log_ratio.se,
        n_experiments=n,
        method=f"{test}, {log_ratio.df:.1f} df"
        if log_ratio.df > 0
        else "one run each: no interval",
        subject=like.subject,
        target=" / ".join(names[::-1]),
    )


def _fitted_ratio(
    joint: Fit, reference: str, other: str, name: str, names: tuple[str, str]
) -> Estimate:
    position = {parameter.name: i for i, parameter in enumerate(joint.free)}
    for parameter in (reference, other):
        if parameter not in position:
            raise InputError(
                f"{parameter} was not fitted", allowed=f"Fitted are: {', '.join(position)}"
            )
    i, j = position[reference], position[other]
    a, b = joint.free[i].value, joint.free[j].value
    if reference.startswith("log10_"):
        log, gradient = b - a, (-1.0, 1.0)
    else:
        if not (a > 0 and b > 0):
            raise InputError(f"{name} is {min(a, b):g}", allowed="A ratio needs values above 0")
        log, gradient = math.log10(b / a), (-1.0 / (a * math.log(10.0)), 1.0 / (b * math.log(10.0)))
    cov = joint.covariance[np.ix_([i, j], [i, j])]
    se = math.sqrt(max(float(np.asarray(gradient) @ cov @ np.asarray(gradient)), 0.0))
    limits = with_t_interval(log, se, float(joint.df), joint.confidence)
    return Estimate(
        name=f"{name} ratio",
        value=power_of_ten(log),
        unit="",
        low=power_of_ten(limits.low),
        high=power_of_ten(limits.high),
        confidence=joint.confidence,
        log10_se=se,
        n_experiments=1,
        method=f"joint fit, t on {joint.df} df of wells",
        target=" / ".join(names[::-1]),
    )


def _conclusion(ratio: Estimate, p: float) -> str:
    direction = "lower" if ratio.value < 1 else "higher"
    change = f"{format_number(abs(100.0 * (ratio.value - 1.0)), 2)} % {direction}"
    text = f"ratio {format_number(ratio.value)}, "
    if ratio.low > 0 and math.isfinite(ratio.high):
        text += f"{ratio.confidence * 100:g} % CI {format_range(ratio.low, ratio.high)}"
    else:
        text += "no interval"
    if math.isnan(p):
        return f"{change} ({text}); one run in each condition cannot be tested"
    outcome = change if p < ALPHA else "no significant difference"
    return f"{outcome} ({text}; {format_p(p, below='<')})"
