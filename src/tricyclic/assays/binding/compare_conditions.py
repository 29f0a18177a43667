"""Two conditions compared: vehicle against treated, by their runs, by one joint fit, or as two papers print them.

What is compared are ratios. A ratio below 1 means that the other condition has less than the reference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.format import figures
from tricyclic.errors import InputError
from tricyclic.fitting.choose import compare_models
from tricyclic.results.binding import Comparison
from tricyclic.stats.statistics import (
    Located,
    difference,
    located,
    mean_of,
    paired,
    ratio_by_fieller,
    ratio_by_logarithm,
    summarised,
)
from tricyclic.units import convert

ALPHA = 0.05
# Group sizes that a study without a stated n may have had.
LIKELY_N = (3, 4, 6, 8)


def compare_conditions(
    reference: Sequence[Estimate],
    other: Sequence[Estimate],
    *,
    names: tuple[str, str] = ("reference", "other"),
    runs: tuple[Sequence[str], Sequence[str]] | None = None,
    pairs: bool = False,
    confidence: float = 0.95,
) -> Comparison:
    """Compare a quantity between two conditions from the values of single runs or animals.

    Parameters
    ----------
    reference, other : sequence of Estimate
        One per run, plate or animal, of the same name, above 0, none of them a bound.
    names : tuple of two str
        What the conditions are called.
    runs : tuple of two sequences of str, optional
        The run of each estimate. Plates of one run are averaged; with `pairs` runs of the same name are paired.
    pairs : bool
        Both conditions were measured in every run, and the run is what they share.
    confidence : float
        Of the interval of the ratio.

    Returns
    -------
    Comparison
        `ratio` is other / reference, as geometric means; p against a ratio of 1.

    Notes
    -----
    Logarithms, by Welch's test, or by Student's test of the paired differences. With one run per condition there is a
    ratio and no interval; compare the two plates in one fit then (`compare_in_one_fit`).
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
            raise InputError("no run holds both conditions", do="Compare them unpaired")
        found = paired(
            [b[b_runs.index(r)] for r in both],
            [a[a_runs.index(r)] for r in both],
            confidence=confidence,
        )
        test, n = "paired t on log10", len(both)
        note = (
            f"; {', '.join(lone)} left out, as only one condition was measured there"
            if lone
            else ""
        )
    else:
        found = difference(mean_of(b), mean_of(a), confidence=confidence)
        test, n, note = "Welch t on log10", min(a.size, b.size), ""
    ratio = _ratio(what, found, n, test, confidence, names, reference[0])
    means = 10 ** float(a.mean()), 10 ** float(b.mean())
    told = f"{what} {figures(means[0])} {reference[0].unit} ({names[0]}, n = {a.size}) and {figures(means[1])} {reference[0].unit} ({names[1]}, n = {b.size})"
    return Comparison(
        name=f"{what}: {names[1]} against {names[0]}",
        says=f"{told}: {_verdict(ratio, found.p)}{note}",
        test=test,
        p=found.p,
        statistic=found.value / found.se if found.se > 0 else math.nan,
        df=(found.df,),
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
) -> Comparison:
    """Compare a parameter between two plates that were fitted together, with one value and with two.

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
    Comparison
        F test; `ratio` with limits from the joint covariance. It speaks of these plates, not of further animals or runs.
    """
    tested = compare_models(
        shared,
        separate,
        name=f"{name}: {names[1]} against {names[0]}",
        simple_says=f"one {name}",
        full_says=f"a {name} for each condition",
        p_calibrated=p_calibrated,
    )
    ratio = _fitted_ratio(separate, reference, other, name, names)
    p = tested.p if math.isnan(p_calibrated) else p_calibrated
    return Comparison(
        name=tested.name,
        says=f"{_verdict(ratio, p)}; one plate each, so this is about these plates and not about further animals or runs",
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
) -> Comparison:
    """Compare two published means, each with its standard error of the mean.

    Parameters
    ----------
    reference, other : tuple of (mean, SEM)
        Both means above 0, in `unit`.
    n : tuple of two int, optional
        Animals or experiments per group; None where the publication does not state it.

    Returns
    -------
    Comparison
        Welch's t on the means as printed; `ratio` with limits on the log scale, Fieller's limits in `details`. Without n
        the limits are those of large groups, too narrow for small ones: `says` tells so, and `details` hold p and
        limits for group sizes that are common.

    Raises
    ------
    InputError
        If a mean or SEM is not above 0, or n is below 2.
    """
    for group, (mean, sem) in zip(names, (reference, other), strict=True):
        if not (math.isfinite(mean) and math.isfinite(sem) and mean > 0 and sem > 0):
            raise InputError(
                f"{mean:g} ± {sem:g} {unit}",
                where=group,
                allowed="Mean and standard error are above 0",
            )
    if n is not None and min(n) < 2:
        raise InputError(f"n is {min(n)}", allowed="A standard error of the mean needs 2 or more")
    sizes: tuple[float, float] = n or (math.inf, math.inf)
    a, b = summarised(*reference, sizes[0]), summarised(*other, sizes[1])
    tested = difference(b, a, confidence=confidence)
    found = ratio_by_logarithm(b, a, confidence=confidence)
    fieller = ratio_by_fieller(b, a, confidence=confidence)
    log10 = Located(found.value, found.se / math.log(10.0), found.df, found.low, found.high)
    stated = f"n = {n[0]} and {n[1]}" if n else "n is not stated"
    ratio = Estimate(
        name=f"{name} ratio",
        value=found.value,
        unit="",
        low=found.low,
        high=found.high,
        confidence=confidence,
        log10_se=log10.se,
        n=min(n) if n else 0,
        method=f"log delta from mean ± SEM, {stated}",
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
        n=min(n) if n else 0,
        method=f"Welch from mean ± SEM, {stated}",
        sources=sources,
    )
    details = [("Fieller low", fieller[0]), ("Fieller high", fieller[1])]
    caution = ""
    if n is None:
        likely = [_for_size(reference, other, size, confidence) for size in LIKELY_N]
        for size, (p, low, high) in zip(LIKELY_N, likely, strict=True):
            details += [
                (f"p if n = {size} each", p),
                (f"ratio low if n = {size} each", low),
                (f"ratio high if n = {size} each", high),
            ]
        caution = (
            f"; n is not stated, so p and limits are those of large groups: with {LIKELY_N[0]} in each group "
            f"p would be {figures(likely[0][0], 2)} and the limits {figures(likely[0][1], 2)} to {figures(likely[0][2], 2)}"
        )
    told = f"{name} {figures(reference[0])} ± {figures(reference[1], 2)} {unit} ({names[0]}) and {figures(other[0])} ± {figures(other[1], 2)} {unit} ({names[1]})"
    return Comparison(
        name=f"{name}: {names[1]} against {names[0]}",
        says=f"{told}: {_verdict(ratio, tested.p)}{caution}",
        test="Welch t from mean ± SEM",
        p=tested.p,
        statistic=tested.value / tested.se,
        df=(tested.df,),
        ratio=ratio,
        difference=change,
        details=tuple(details),
    )


def _for_size(
    reference: tuple[float, float], other: tuple[float, float], size: int, confidence: float
) -> tuple[float, float, float]:
    a, b = summarised(*reference, size), summarised(*other, size)
    found = ratio_by_logarithm(b, a, confidence=confidence)
    return difference(b, a).p, found.low, found.high


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
            f"there is nothing to compare in {group}", do="Each condition needs a run or more"
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
        if estimate.relation != "=":
            raise InputError(
                f"{estimate.name} is only known to be {estimate.relation} {figures(estimate.value)} {estimate.unit}",
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
    found: Located,
    n: int,
    test: str,
    confidence: float,
    names: tuple[str, str],
    like: Estimate,
) -> Estimate:
    return Estimate(
        name=f"{what} ratio",
        value=_power(found.value),
        unit="",
        low=_power(found.low),
        high=_power(found.high),
        confidence=confidence,
        log10_se=found.se,
        n=n,
        method=f"{test}, {found.df:.1f} df" if found.df > 0 else "one run each: no interval",
        subject=like.subject,
        target=" / ".join(names[::-1]),
    )


def _fitted_ratio(
    found: Fit, reference: str, other: str, name: str, names: tuple[str, str]
) -> Estimate:
    position = {parameter.name: i for i, parameter in enumerate(found.free)}
    for parameter in (reference, other):
        if parameter not in position:
            raise InputError(
                f"{parameter} was not fitted", allowed=f"Fitted are: {', '.join(position)}"
            )
    i, j = position[reference], position[other]
    a, b = found.free[i].value, found.free[j].value
    if reference.startswith("log10_"):
        log, gradient = b - a, (-1.0, 1.0)
    else:
        if not (a > 0 and b > 0):
            raise InputError(f"{name} is {min(a, b):g}", allowed="A ratio needs values above 0")
        log, gradient = math.log10(b / a), (-1.0 / (a * math.log(10.0)), 1.0 / (b * math.log(10.0)))
    cov = found.covariance[np.ix_([i, j], [i, j])]
    se = math.sqrt(max(float(np.asarray(gradient) @ cov @ np.asarray(gradient)), 0.0))
    limits = located(log, se, float(found.df), found.confidence)
    return Estimate(
        name=f"{name} ratio",
        value=_power(log),
        unit="",
        low=_power(limits.low),
        high=_power(limits.high),
        confidence=found.confidence,
        log10_se=se,
        n=1,
        method=f"joint fit, t on {found.df} df of wells",
        target=" / ".join(names[::-1]),
    )


def _verdict(ratio: Estimate, p: float) -> str:
    direction = "lower" if ratio.value < 1 else "higher"
    change = abs(100.0 * (ratio.value - 1.0))
    limits = (
        f"ratio {figures(ratio.value)}, {ratio.confidence * 100:g} % {figures(ratio.low)} to {figures(ratio.high)}"
        if ratio.low > 0 and math.isfinite(ratio.high)
        else f"ratio {figures(ratio.value)}, no interval"
    )
    if math.isnan(p):
        return f"{figures(change, 2)} % {direction} ({limits}); one run in each condition cannot be tested"
    told = "below 0.0001" if p < 1e-4 else figures(p, 2)
    if p < ALPHA:
        return f"{figures(change, 2)} % {direction} ({limits}; p = {told})".replace(
            "p = below", "p below"
        )
    return f"no difference shown ({limits}; p = {told})"


def _power(exponent: float) -> float:
    if math.isnan(exponent):
        return math.nan
    return math.inf if exponent > 300 else 10.0**exponent if exponent > -300 else 0.0
