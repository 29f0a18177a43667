"""Effect of treatments on the response, over animals.

The primary result is one summary per animal over a window that was declared before: the logarithm
of its mean over the baseline, or the logarithm of the mean with that of the baseline as covariate.
Time courses and single times are secondary.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.microdialysis.response import WHOLE
from tricyclic.core.format import pluralize
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import (
    AnimalResponse,
    GroupEffects,
    GroupSummary,
    Primary,
    TimeEffect,
    TreatmentEffect,
)
from tricyclic.stats.controls import compare_with_control
from tricyclic.stats.multiple_testing import adjust_by_holm
from tricyclic.stats.repeated_measures import CourseTests, compare_courses
from tricyclic.stats.statistics import MeanEstimate, mean_with_interval, welch

# Differences of logarithms up to this are rounding.
LEAST_SCATTER = 1e-9
SERIAL = "mixed model with serially correlated fractions and Kenward-Roger degrees of freedom"


def group_effects(
    responses: Sequence[AnimalResponse],
    control: str,
    *,
    primary: Primary = "log ratio",
    confidence: float = 0.95,
) -> GroupEffects:
    """Compare the groups of a study with its control.

    Parameters
    ----------
    responses : sequence of AnimalResponse
        One per animal; n is the number of animals.
    control : str
        Group that the others are compared with.
    primary : {"log ratio", "ancova"}
    confidence : float

    Returns
    -------
    GroupEffects

    Raises
    ------
    InputError
        If there is no such control, or a group has fewer than two animals.
    """
    groups = list(dict.fromkeys(r.course.group for r in responses))
    if control not in groups:
        raise InputError(
            f"no animal of the control group {control}",
            where="control",
            allowed=f"Groups are {', '.join(groups)}",
        )
    animals_of = {name: [r for r in responses if r.course.group == name] for name in groups}
    few = [name for name, of_group in animals_of.items() if len(of_group) < 2]
    if few or len(groups) < 2:
        raise InputError(
            f"group {few[0]} has one animal" if few else "one group of animals",
            where="groups",
            allowed="Groups are compared with two animals or more each",
        )
    _check_logarithms(responses)
    ordered = [control, *(name for name in groups if name != control)]
    summaries = tuple(_summary(name, animals_of[name], confidence) for name in ordered)
    effects, slope, test = _primary(responses, ordered, primary, confidence)
    courses, courses_test, at_times, remarks = _courses(responses, ordered)
    family = (
        f"{len(effects)} groups against {control}, adjusted together"
        if len(effects) > 1
        else f"one comparison, {ordered[1]} against {control}"
    )
    return GroupEffects(
        primary,
        test,
        "natural logarithm of the mean of the window over the baseline"
        if primary == "log ratio"
        else "natural logarithm of the mean of the window, with that of the baseline as covariate",
        family,
        summaries,
        effects,
        slope,
        courses,
        courses_test,
        at_times,
        remarks,
    )


def _check_logarithms(responses: Sequence[AnimalResponse]) -> None:
    for response in responses:
        if not math.isfinite(response.log_ratio):
            raise InputError(
                "has a mean of 0 in the window, which has no logarithm",
                where=f"animal {response.course.animal}",
                do='Write "n.d." or "<LOD" where nothing was detected, or exclude the animal with '
                "a reason",
            )


def _summary(name: str, responses: Sequence[AnimalResponse], confidence: float) -> GroupSummary:
    mean = mean_with_interval([r.log_ratio for r in responses], confidence=confidence)
    baseline = mean_with_interval([r.baseline.mean for r in responses], confidence=confidence)
    low, percent, high = (100.0 * math.exp(v) for v in (mean.low, mean.value, mean.high))
    return GroupSummary(name, len(responses), percent, low, high, baseline)


def _primary(
    responses: Sequence[AnimalResponse], ordered: Sequence[str], primary: Primary, confidence: float
) -> tuple[tuple[TreatmentEffect, ...], MeanEstimate | None, str]:
    control = ordered[0]
    of_group = [r.course.group for r in responses]
    ratios = np.array([r.log_ratio for r in responses])
    if primary == "ancova":
        after = np.log([r.window_mean for r in responses])
        before = np.log([r.baseline.mean for r in responses])
        fit = compare_with_control(
            after, of_group, control, covariate=before, confidence=confidence
        )
        name = "analysis of covariance on logarithms, one slope of the baseline for all groups"
        if len(ordered) > 2:
            name += "; p and limits adjusted for all groups by Dunnett's method"
        pairs = zip(fit.names, fit.differences, fit.unadjusted, strict=True)
        effects = [_effect(group, control, d, p) for group, d, p in pairs]
        return _in_order(effects, ordered), fit.slope, name
    if len(ordered) == 2:
        one = np.array([name == ordered[1] for name in of_group])
        difference = welch(ratios[one], ratios[~one], confidence=confidence)
        test = "Welch's t test, because there are two groups, which may scatter unequally"
        return (_effect(ordered[1], control, difference, difference.p),), None, test
    fit = compare_with_control(ratios, of_group, control, confidence=confidence)
    pairs = zip(fit.names, fit.differences, fit.unadjusted, strict=True)
    test = "Dunnett's test, because several groups are compared with one control"
    return _in_order([_effect(g, control, d, p) for g, d, p in pairs], ordered), None, test


def _in_order(
    effects: Sequence[TreatmentEffect], ordered: Sequence[str]
) -> tuple[TreatmentEffect, ...]:
    return tuple(sorted(effects, key=lambda effect: ordered.index(effect.group)))


def _effect(group: str, control: str, d: MeanEstimate, alone: float) -> TreatmentEffect:
    ratio, low, high = (math.exp(v) for v in (d.value, d.low, d.high))
    return TreatmentEffect(group, control, ratio, low, high, d.p, alone, d.df)


def _courses(
    responses: Sequence[AnimalResponse], ordered: Sequence[str]
) -> tuple[CourseTests | None, str, tuple[TimeEffect, ...], tuple[str, ...]]:
    """Tests of the courses after the treatment, over the times that the animals have in common."""
    middles, table, remarks = aligned_courses(responses)
    groups = [r.course.group for r in responses]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(table / 100.0)
    zeros = int((table == 0.0).sum())
    if zeros:
        remarks.append(
            f"{pluralize(zeros, 'value')} of 0 {'has' if zeros == 1 else 'have'} no logarithm, and "
            "count as missing in the tests of courses and single times"
        )
    logs[~np.isfinite(logs)] = np.nan
    kept = [
        k
        for k in range(len(middles))
        if all(np.isfinite(logs[[g == name for g in groups], k]).sum() >= 2 for name in ordered)
    ]
    if len(kept) < len(middles):
        remarks.append(
            f"{len(middles) - len(kept)} of {len(middles)} times are left out of the test of the "
            "courses, because a group has fewer than two animals there"
        )
    at_times = _at_times(logs[:, kept], [middles[k] for k in kept], groups, ordered)
    if len(kept) < 2:
        remarks.append("the courses are not tested: fewer than two times in common")
        return None, "", at_times, tuple(remarks)
    if not scatters(logs[:, kept], groups):
        remarks.append("the courses are not tested: the animals of a group do not differ")
        return None, "", at_times, tuple(remarks)
    rows = [k for k, row in enumerate(logs[:, kept]) if np.isfinite(row).any()]
    tests = compare_courses(
        logs[rows][:, kept], [groups[k] for k in rows], [middles[k] for k in kept]
    )
    if tests.method == "anova":
        test = (
            "repeated-measures analysis of variance with the correction of Greenhouse & Geisser, "
            "because every animal has a value at every time"
        )
    else:
        lost = pluralize(tests.missing, "value")
        test = f"{SERIAL}, because the courses lack {lost}"
    return tests, test, at_times, tuple(remarks)


def scatters(logs: np.ndarray, groups: Sequence[str]) -> bool:
    """Whether animals of a group differ at any time by more than rounding.

    Parameters
    ----------
    logs : array, shape (animals, times)
        Logarithms; nan where missing.
    groups : sequence of str
    """
    for name in dict.fromkeys(groups):
        own = logs[[g == name for g in groups]]
        for column in own.T:
            here = column[np.isfinite(column)]
            if here.size > 1 and float(np.ptp(here)) > LEAST_SCATTER:
                return True
    return False


def aligned_courses(
    responses: Sequence[AnimalResponse],
) -> tuple[list[float], np.ndarray, list[str]]:
    """Percent of baseline of all animals at common times after the treatment.

    Returns
    -------
    list of float
        Middle of the windows [min], mean over the animals.
    array, shape (animals, times)
        nan where an animal has no value.
    list of str
        Remarks.

    Notes
    -----
    Whole fractions after the treatment, as `at_common_times` has them.
    """
    step = usual_width(responses)
    bins = at_common_times(
        [
            (f.middle_min, row, k)
            for row, r in enumerate(responses)
            for k, f in enumerate(r.course.fractions)
            if f.after(0.0) >= WHOLE
        ],
        step,
    )
    table = np.full((len(responses), len(bins)), np.nan)
    for column, points in enumerate(bins):
        for _, row, k in points:
            table[row, column] = responses[row].percent[k]
    middles = [[middle for middle, _, _ in points] for points in bins]
    remarks = []
    spread = max((max(b) - min(b) for b in middles), default=0.0)
    if spread > 0.02 * step:
        remarks.append(
            f"windows of one time differ by up to {spread:.3g} min between animals; they are "
            "compared at their mean"
        )
    return [float(np.mean(b)) for b in middles], table, remarks


def usual_width(responses: Sequence[AnimalResponse]) -> float:
    """Median length of the fractions [min]."""
    return float(np.median([f.width_min for r in responses for f in r.course.fractions]))


def at_common_times(
    points: Sequence[tuple[float, int, int]], step: float
) -> list[list[tuple[float, int, int]]]:
    """Fractions of several animals by the time that they have in common, in order of time.

    Parameters
    ----------
    points : sequence of (middle, animal, fraction)
        Middle of a fraction [min], and places of its animal and of the fraction in it.
    step : float
        Usual length of a fraction [min].

    Notes
    -----
    Windows of one time may differ by half a fraction, as vials are changed at set times and animals
    treated one by one. An animal has at most one fraction at a time.
    """
    bins: list[list[tuple[float, int, int]]] = []
    for point in sorted(points):
        near = bins and abs(point[0] - float(np.mean([p[0] for p in bins[-1]]))) <= 0.5 * step
        if near and point[1] not in [p[1] for p in bins[-1]]:
            bins[-1].append(point)
        else:
            bins.append([point])
    return bins


def _at_times(
    logs: np.ndarray, middles: Sequence[float], groups: Sequence[str], ordered: Sequence[str]
) -> tuple[TimeEffect, ...]:
    """Welch's test at each time, adjusted over all times and groups by Holm."""
    effects = []
    for name in ordered[1:]:
        for k, middle in enumerate(middles):
            sides = [logs[[g == side for g in groups], k] for side in (name, ordered[0])]
            a, b = (side[np.isfinite(side)] for side in sides)
            if min(a.size, b.size) < 2:
                continue
            d = welch(a, b)
            effects.append(
                TimeEffect(name, middle, math.exp(d.value), d.p, math.nan, (a.size, b.size))
            )
    adjusted = adjust_by_holm([effect.p_alone for effect in effects])
    return tuple(replace(e, p_holm=p) for e, p in zip(effects, adjusted, strict=True))
