"""Check of the curve itself: whether the readings of all runs follow the curve of the estimates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.assays.binding.model_tests import (
    BACKGROUND_TEST,
    PHASE_TEST,
    REPLICATES_TEST,
    SLOPE_TEST,
    TWO_SITE_TEST,
    TWO_SITES_LABEL,
    p_of_shape,
)
from tricyclic.core.check import Check, Level
from tricyclic.core.estimate import Estimate
from tricyclic.core.format import format_number, format_p, format_quantity, pluralize
from tricyclic.results.binding import GroupComparison, PlateResult
from tricyclic.stats.statistics import combined_probability

MODEL_FITS = "model_fits"
WARN_P, FAIL_P = 0.01, 0.0001
SOURCE = "default threshold; Fisher 1932"
# What a small p of each test means. The others are about the shape of the curve; the replicates
# test is also small where the concentrations were pipetted with errors, and a small background is
# of little consequence, so that these two only warn.
_FINDINGS = {
    SLOPE_TEST: "the Hill slope is not 1",
    TWO_SITE_TEST: "two sites fit better than one",
    PHASE_TEST: "there is more than one phase, or a lag",
    BACKGROUND_TEST: "there is a background",
    REPLICATES_TEST: "the points deviate from the curve by more than replicates scatter",
}
_ONLY_WARNS = (REPLICATES_TEST, BACKGROUND_TEST)


def model_fits(plates: Sequence[PlateResult], where: str) -> tuple[Check, ...]:
    """Whether the runs of one group follow their curve; empty where nothing could test it.

    Parameters
    ----------
    plates : sequence of PlateResult
        The runs that count, of one group.
    where : str
        Name of the assay or group.

    Notes
    -----
    The p of each kind of test are combined over the runs (Fisher); the smallest counts, times the
    number of kinds (Bonferroni), so that a good assay warns in 1 % and fails in 0.01 % at most,
    whatever its number of runs and tests.
    """
    combined = {
        name: combined_probability([p_of_shape(test) for test in tests])
        for name, tests in _tests(plates).items()
    }
    combined = {name: p for name, p in combined.items() if not math.isnan(p)}
    if not combined:
        return ()
    adjusted = {name: min(1.0, len(combined) * p) for name, p in combined.items()}
    levels = {name: _level(name, p) for name, p in adjusted.items()}
    level: Level = max(levels.values(), key=("pass", "warn", "fail").index)
    smallest = min(adjusted.values())
    deciding = [name for name, of_test in levels.items() if of_test != "pass"] or list(adjusted)
    return (
        Check(
            MODEL_FITS,
            level,
            _message(plates, level, deciding, adjusted),
            where=where,
            value=smallest,
            limit=WARN_P,
            advice=_advice(plates, deciding) if level != "pass" else "",
            source=SOURCE,
        ),
    )


def _tests(plates: Sequence[PlateResult]) -> dict[str, list[GroupComparison]]:
    tests: dict[str, list[GroupComparison]] = {}
    for plate in plates:
        for test in plate.comparisons:
            if test.tests_fit and test.name in _FINDINGS:
                tests.setdefault(test.name, []).append(test)
    return tests


def _level(name: str, p: float) -> Level:
    if p < FAIL_P and name not in _ONLY_WARNS:
        return "fail"
    return "warn" if p < WARN_P else "pass"


def _message(
    plates: Sequence[PlateResult],
    level: Level,
    deciding: Sequence[str],
    adjusted: dict[str, float],
) -> str:
    runs = pluralize(len({plate.experiment for plate in plates}), "run")
    if level == "pass":
        listed = ", ".join(f"{name}: {format_p(adjusted[name])}" for name in adjusted)
        return f"the readings follow the curve ({listed}; over {runs})"
    findings = {**_FINDINGS, SLOPE_TEST: _slope_finding(plates)}
    rejected = "; ".join(f"{findings[name]} ({format_p(adjusted[name])})" for name in deciding)
    text = f"the readings do not follow '{plates[0].model}': {rejected}, over {runs}"
    offered = _two_sites(plates) if TWO_SITE_TEST in deciding else ""
    return f"{text}. {offered}" if offered else text


def _slope_finding(plates: Sequence[PlateResult]) -> str:
    """The mean Hill slope of each compound, which is not 1."""
    slopes: dict[str, list[float]] = {}
    for plate in plates:
        for e in plate.estimates:
            if e.name == "Hill slope" and math.isfinite(e.value):
                slopes.setdefault(e.subject, []).append(e.value)
    if not slopes:
        return _FINDINGS[SLOPE_TEST]
    several = len(slopes) > 1
    listed = ", ".join(
        f"{format_number(float(np.mean(values)), 2)}{f' ({subject})' if several else ''}"
        for subject, values in slopes.items()
    )
    return f"the Hill slope is {listed}, not 1"


def _two_sites(plates: Sequence[PlateResult]) -> str:
    """The two sites: means of the runs in which they fit better."""
    listed: dict[tuple[str, str], list[Estimate]] = {}
    runs = set()
    for plate in plates:
        for label, estimates in plate.classical:
            if label == TWO_SITES_LABEL:
                runs.add(plate.experiment)
                for e in estimates:
                    if e.qualifier == "=" and math.isfinite(e.value) and e.value > 0:
                        listed.setdefault((e.subject, e.name), []).append(e)
    if not listed:
        return ""
    means: dict[str, list[str]] = {}
    for (subject, name), same in listed.items():
        value = 10 ** float(np.mean([math.log10(e.value) for e in same]))
        text = f"{name} {format_quantity(value, same[0].unit)}"
        means.setdefault(subject, []).append(text)
    several = len(means) > 1
    parts = [
        f"{subject}: {', '.join(texts)}" if several and subject else ", ".join(texts)
        for subject, texts in means.items()
    ]
    of_runs = f" (geometric mean of {len(runs)} runs)" if len(runs) > 1 else ""
    return f"Two sites would be {'; '.join(parts)}{of_runs}"


def _advice(plates: Sequence[PlateResult], deciding: Sequence[str]) -> str:
    model = plates[0].model
    if TWO_SITE_TEST in deciding:
        two = {
            "competition_with_depletion": "two_site_competition_with_depletion",
            "competition_ki": "two_site_competition",
            "one_site_competition": "two_site_competition",
            "saturation": "saturation_two_sites",
            "saturation_with_depletion": "saturation_two_sites_with_depletion",
        }.get(model, "")
        choice = f", with the model {two}" if two else ""
        return f"Do not report one affinity: report both sites{choice}, or find the cause"
    if SLOPE_TEST in deciding:
        return (
            "Report the Hill slope with its interval beside the number; look for a second site, "
            "too short an incubation (a slow competitor), or a competitor that binds or aggregates"
        )
    if PHASE_TEST in deciding:
        return (
            "Do not report one rate: look for a second site or state, rebinding, or a change of "
            "temperature"
        )
    if REPLICATES_TEST in deciding:
        return "Look at the residuals: a wrong curve, or errors of the concentrations"
    return "State the background of the counter"
