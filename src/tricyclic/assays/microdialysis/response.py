"""Baseline and response of one animal.

A fraction is the mean over its window. Areas are therefore sums of value times length, which is the
exact integral of what was measured, a fraction that the treatment falls into included.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.fractions import (
    PERCENT,
    AnimalCourse,
    BelowLimit,
    MeasuredFraction,
    ResponseSettings,
)
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import AnimalResponse, Baseline

Floats = NDArray[np.float64]

# A fraction counts as before or after the treatment if this share of it is.
WHOLE = 0.999


def fractions_before(
    course: AnimalCourse, settings: ResponseSettings
) -> tuple[MeasuredFraction, ...]:
    """The last fractions that were collected before the treatment, which make the baseline."""
    before = [f for f in course.fractions if f.after(0.0) <= 1.0 - WHOLE]
    return tuple(before[-settings.baseline_fractions :])


def baseline_of(course: AnimalCourse, settings: ResponseSettings) -> Baseline:
    """Mean and stability of the last fractions that were collected before the treatment.

    Nothing is dropped: an unstable baseline and a response before the treatment are flagged.
    """
    before = fractions_before(course, settings)
    values_of = [(f, f.used_value(settings.below)) for f in before]
    used = [(f, value) for f, value in values_of if math.isfinite(value)]
    if course.unit == PERCENT and not used:
        # The baseline was used before the table was written.
        return Baseline(100.0, math.nan, (), True, False, math.nan)
    if not used:
        return Baseline(math.nan, math.nan, (), True, False, math.nan)
    values = np.array([value for _, value in used])
    mean = float(values.mean())
    cv = float(100.0 * values.std(ddof=1) / mean) if values.size > 1 and mean > 0 else math.nan
    ratio = math.nan
    # The fraction just before the treatment, if it was measured.
    if values.size > 1 and used[-1][0] is before[-1] and values[:-1].mean() > 0:
        ratio = float(values[-1] / values[:-1].mean())
    return Baseline(
        100.0 if course.unit == PERCENT else mean,
        cv,
        tuple(f.name for f, _ in used),
        not cv > settings.cv_max_percent,
        bool(ratio >= settings.early_ratio or ratio <= 1.0 / settings.early_ratio),
        ratio,
    )


def response_of(course: AnimalCourse, settings: ResponseSettings) -> AnimalResponse:
    """Baseline, percent of baseline, areas and extremes of one animal.

    Parameters
    ----------
    course : AnimalCourse
        Time 0 is the treatment.
    settings : ResponseSettings

    Raises
    ------
    InputError
        If the animal has no baseline, or nothing was measured in the window of the primary result.
    """
    where = f"animal {course.animal}"
    baseline = baseline_of(course, settings)
    if not baseline.mean > 0:
        raise InputError(
            "has no baseline" if math.isnan(baseline.mean) else "has a baseline of 0",
            where=where,
            allowed="One fraction or more with a value is collected before the treatment",
            do="Mend the time of the treatment or of the fractions, or exclude the animal with a "
            "reason",
        )
    values = course.values(settings.below)
    percent = 100.0 * values / baseline.mean
    low, high = settings.window_min
    shares = np.array([f.overlap_min(low, high) for f in course.fractions])
    present = np.isfinite(values) & (shares > 0)
    observed = float(shares[present].sum())
    if observed <= 0:
        raise InputError(
            f"nothing was measured from {low:g} to {high:g} min after the treatment",
            where=where,
            do="Change the window, or exclude the animal with a reason",
        )
    weights = shares[present] * _of_treatment(course.fractions, present, low)
    mean = float((weights * values[present]).sum() / weights.sum())
    excess = percent[present] - 100.0
    # The whole excess of a fraction that the treatment falls into came after the treatment.
    lengths = np.array(
        [
            f.width_min if low == 0.0 and f.start_min < 0.0 < f.end_min else share
            for f, share in zip(course.fractions, shares, strict=True)
        ]
    )[present]
    cmax, cmax_percent, tmax, back = _extremes(course, values, percent, settings.return_percent)
    return AnimalResponse(
        course=course,
        baseline=baseline,
        percent=percent,
        log_ratio=math.log(mean / baseline.mean) if mean > 0 else -math.inf,
        window_mean=mean,
        coverage=observed / (high - low),
        auc_net=float((excess * lengths).sum()),
        auc_positive=float((np.maximum(excess, 0.0) * lengths).sum()),
        cmax=cmax,
        cmax_percent=cmax_percent,
        tmax_min=tmax,
        return_min=back,
        missing=_missing(course, values, settings.below),
    )


def _of_treatment(
    fractions: Sequence[MeasuredFraction], present: NDArray[np.bool_], low: float
) -> Floats:
    """1 for each fraction of the window; 0 for one that the treatment falls into, if others remain.

    Its value mixes baseline and response, and would pull the mean of the window to the baseline.
    """
    used = [f for f, one in zip(fractions, present, strict=True) if one]
    mixed = np.array([low == 0.0 and f.start_min < 0.0 and f.after(0.0) < WHOLE for f in used])
    return np.ones(len(used)) if mixed.all() else (~mixed).astype(float)


def _extremes(
    course: AnimalCourse, values: Floats, percent: Floats, return_percent: float
) -> tuple[float, float, float, float]:
    after = [
        k
        for k, f in enumerate(course.fractions)
        if f.after(0.0) >= WHOLE and math.isfinite(values[k])
    ]
    if not after:
        return math.nan, math.nan, math.nan, math.nan
    top = max(after, key=lambda k: values[k])
    later = [k for k in after if k > top]
    back = math.nan
    # One fraction alone does not show a return, and a level that never left has none.
    left = percent[top] > 100.0 + return_percent
    for k, following in pairwise(later if left else []):
        if max(percent[k], percent[following]) <= 100.0 + return_percent:
            back = course.fractions[k].middle_min
            break
    return (
        float(values[top]),
        float(percent[top]),
        course.fractions[top].middle_min,
        back,
    )


def _missing(course: AnimalCourse, values: Floats, below: BelowLimit) -> tuple[str, ...]:
    lines = []
    for fraction, value in zip(course.fractions, values, strict=True):
        if math.isfinite(value):
            continue
        reason = fraction.excluded or fraction.state
        if fraction.state not in ("quantified", "lost") and not fraction.excluded:
            reason += f" ({below})"
        lines.append(f"{fraction.name}: {reason}")
    return tuple(lines)
