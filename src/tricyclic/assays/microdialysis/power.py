"""Power and sample size of a microdialysis study, from the scatter of one that was done."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.assays.microdialysis.groups import aligned_courses
from tricyclic.assays.microdialysis.response import WHOLE
from tricyclic.core.fractions import ResponseSettings
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import AnimalResponse, PlannedPower, ScatterOfFractions
from tricyclic.stats.distributions import noncentral_t_lower_tail
from tricyclic.stats.mixed_model import fit_mixed_model
from tricyclic.stats.statistics import t_quantile

MAX_ANIMALS = 200
# Standard errors beyond the limit at which a test is sure to reject.
CERTAIN = 12.0
# Shift beyond which a significant result in the other direction has a probability below 1e-6.
ONE_SIDED = 5.0


def scatter_of(
    responses: Sequence[AnimalResponse], settings: ResponseSettings
) -> ScatterOfFractions:
    """Scatter of a study within its groups.

    Parameters
    ----------
    responses : sequence of AnimalResponse
    settings : ResponseSettings
        By which the responses were computed.

    Raises
    ------
    InputError
        If no group has two animals.
    """
    groups = [r.course.group for r in responses]
    ratios = np.array([r.log_ratio for r in responses])
    names = list(dict.fromkeys(groups))
    df = len(groups) - len(names)
    if df < 1:
        raise InputError(
            "every group has one animal",
            where="design",
            allowed="The scatter between animals needs a group of two animals or more",
        )
    rows = [np.array([g == name for g in groups]) for name in names]
    squares = sum(float(((ratios[r] - ratios[r].mean()) ** 2).sum()) for r in rows)
    total = math.sqrt(squares / df)
    sd, correlation = _within(responses, groups, names)
    within = [
        sd**2
        * (
            mean_variance(len(r.baseline.names), correlation)
            + mean_variance(_window_fractions(r, settings), correlation)
        )
        for r in responses
    ]
    between = max(0.0, total**2 - float(np.mean(within)))
    return ScatterOfFractions(sd, correlation, math.sqrt(between), total, len(groups))


def mean_variance(n: int, correlation: float) -> float:
    """Variance of the mean of n successive values of variance 1 that correlate serially."""
    if n < 1:
        return 0.0
    lags = np.arange(1, n)
    return float((1.0 + 2.0 * ((1.0 - lags / n) * correlation**lags).sum()) / n)


def planned_power(
    scatter: ScatterOfFractions,
    ratio: float,
    animals_per_group: int,
    *,
    baseline_fractions: int,
    window_fractions: int,
) -> PlannedPower:
    """Power to show a ratio of two groups.

    Parameters
    ----------
    scatter : ScatterOfFractions
    ratio : float
        Geometric mean of window over baseline of one group over that of the other; above 0.
    animals_per_group : int
        2 or more.
    baseline_fractions, window_fractions : int
        1 or more.

    Notes
    -----
    Noncentral t of two groups of equal size and scatter. Baseline and window are taken as
    independent, which is cautious where fractions correlate over time.
    """
    if not ratio > 0 or min(animals_per_group - 1, baseline_fractions, window_fractions) < 1:
        raise InputError(
            f"ratio {ratio:g}, {animals_per_group} animals in a group, {baseline_fractions} "
            f"fractions of baseline, {window_fractions} in the window",
            where="design",
            allowed="The ratio is above 0, a group has two animals or more, and baseline and "
            "window have one fraction or more",
        )
    variance = scatter.response_sd**2 + scatter.fraction_sd**2 * (
        mean_variance(baseline_fractions, scatter.correlation)
        + mean_variance(window_fractions, scatter.correlation)
    )
    sd = math.sqrt(variance)
    df = 2.0 * animals_per_group - 2.0
    limit = t_quantile(df, 0.95)
    shift = abs(math.log(ratio)) / (sd * math.sqrt(2.0 / animals_per_group))
    if shift > limit + CERTAIN:
        # So far from the limit the noncentral t is not computed, and the power is 1.
        power = 1.0
    else:
        # The lower tail is at most that of the normal below minus the shift.
        below = noncentral_t_lower_tail(df, shift, -limit) if shift < ONE_SIDED else 0.0
        power = 1.0 - noncentral_t_lower_tail(df, shift, limit) + below
    return PlannedPower(
        animals_per_group, baseline_fractions, window_fractions, ratio, sd, min(power, 1.0)
    )


def animals_needed(
    scatter: ScatterOfFractions,
    ratio: float,
    *,
    power: float = 0.8,
    baseline_fractions: int,
    window_fractions: int,
) -> PlannedPower | None:
    """Smallest group with at least this power; None where more than 200 animals are needed."""
    for n in range(2, MAX_ANIMALS + 1):
        plan = planned_power(
            scatter,
            ratio,
            n,
            baseline_fractions=baseline_fractions,
            window_fractions=window_fractions,
        )
        if plan.power >= power:
            return plan
    return None


def _window_fractions(response: AnimalResponse, settings: ResponseSettings) -> int:
    """Whole fractions that the mean of the window is made of."""
    shares = [
        f.overlap_min(*settings.window_min) / f.width_min
        for f, percent in zip(response.course.fractions, response.percent, strict=True)
        if f.after(0.0) >= WHOLE and math.isfinite(percent)
    ]
    return max(1, round(sum(shares)))


def _within(
    responses: Sequence[AnimalResponse], groups: Sequence[str], names: Sequence[str]
) -> tuple[float, float]:
    """Standard deviation and correlation of fractions, from their courses after the treatment."""
    middles, percent, _ = aligned_courses(responses)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(percent / 100.0)
    animal, column = np.nonzero(np.isfinite(logs))
    group_of = np.array([names.index(g) for g in groups])
    cells = group_of[animal] * len(middles) + column
    used, cells = np.unique(cells, return_inverse=True)
    fit = fit_mixed_model(
        logs[animal, column],
        np.eye(used.size)[cells],
        animal,
        np.array(middles)[column],
        errors="serial",
    )
    return math.sqrt(fit.variance_within), fit.correlation
