"""Baseline and response of one animal.

A fraction is the mean over its window. Areas are therefore sums of value times length, which is the
exact integral of what was measured, a fraction that the treatment falls into included.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.fractions import AnimalCourse, BelowLimit, MeasuredFraction
from tricyclic.errors import InputError

Floats = NDArray[np.float64]

# A fraction counts as before or after the treatment if this share of it is.
WHOLE = 0.999


@dataclass(frozen=True)
class ResponseSettings:
    """How the response of an animal is computed; declared before the analysis.

    Parameters
    ----------
    baseline_fractions : int
        Number of the last fractions before the treatment that make the baseline.
    window_min : tuple of float
        Begin and end of the window of the primary result [min after the treatment].
    cv_max_percent : float
        A baseline that scatters more is flagged, and used.
    return_percent : float
        A fraction within this of the baseline has returned to it [% of baseline].
    early_ratio : float
        The last fraction before the treatment is flagged if it is this many times the mean of the
        others of the baseline.
    below : {"as measured", "half of LOD", "excluded"}
        How values below the limit of quantification are used.
    """

    baseline_fractions: int = 4
    window_min: tuple[float, float] = (0.0, 120.0)
    cv_max_percent: float = 20.0
    return_percent: float = 20.0
    early_ratio: float = 2.0
    below: BelowLimit = "as measured"

    def __post_init__(self) -> None:
        if self.baseline_fractions < 1:
            raise InputError(
                f"is {self.baseline_fractions}", where="baseline_fractions", allowed="1 or more"
            )
        low, high = self.window_min
        if not (math.isfinite(low) and math.isfinite(high) and 0 <= low < high):
            raise InputError(
                f"is {low:g} to {high:g} min",
                where="window_min",
                allowed="The window of the primary result starts at or after the treatment (0) and "
                "ends after it starts",
            )


@dataclass(frozen=True)
class Baseline:
    """Mean of the last fractions before the treatment.

    Attributes
    ----------
    mean : float
        nan where no fraction before the treatment has a value.
    cv_percent : float
        Standard deviation over mean; nan for one fraction.
    names : tuple of str
        Fractions in it.
    stable : bool
        Whether the CV is at most that of the settings; true where it is unknown.
    early_response : bool
        Whether the last fraction before the treatment is far from the others.
    early_ratio : float
        The last fraction over the mean of the others; nan for one.
    """

    mean: float
    cv_percent: float
    names: tuple[str, ...]
    stable: bool
    early_response: bool
    early_ratio: float


@dataclass(frozen=True)
class AnimalResponse:
    """What a treatment did in one animal.

    Attributes
    ----------
    course : AnimalCourse
    baseline : Baseline
    percent : array, shape (fractions,)
        Values as percent of baseline; nan where missing.
    log_ratio : float
        Natural logarithm of the mean over the window of the primary result over the baseline.
    window_mean : float
        Mean over that window, in the unit of the course.
    coverage : float
        Share of that window that was measured, from 0 to 1.
    auc_net, auc_positive : float
        Area of percent of baseline less 100 over the measured part of the window [% min]; that of
        rises alone.
    cmax, cmax_percent, tmax_min : float
        Largest fraction after the treatment, and the middle of its window.
    return_min : float
        Middle of the first of two fractions in a row that are back at baseline after the maximum;
        nan where none are.
    missing : tuple of str
        Fractions without a value, with the reason.
    """

    course: AnimalCourse
    baseline: Baseline
    percent: Floats
    log_ratio: float
    window_mean: float
    coverage: float
    auc_net: float
    auc_positive: float
    cmax: float
    cmax_percent: float
    tmax_min: float
    return_min: float
    missing: tuple[str, ...]


def baseline_of(course: AnimalCourse, settings: ResponseSettings) -> Baseline:
    """Mean and stability of the last fractions that were collected before the treatment.

    Nothing is dropped: an unstable baseline and a response before the treatment are flagged.
    """
    before = [
        (f, value)
        for f, value in zip(course.fractions, course.values(settings.below), strict=True)
        if f.after(0.0) <= 1.0 - WHOLE
    ][-settings.baseline_fractions :]
    used = [(f, value) for f, value in before if math.isfinite(value)]
    if not used:
        return Baseline(math.nan, math.nan, (), True, False, math.nan)
    values = np.array([value for _, value in used])
    mean = float(values.mean())
    cv = float(100.0 * values.std(ddof=1) / mean) if values.size > 1 and mean > 0 else math.nan
    ratio = math.nan
    # The fraction just before the treatment, if it was measured.
    if values.size > 1 and used[-1][0] is before[-1][0] and values[:-1].mean() > 0:
        ratio = float(values[-1] / values[:-1].mean())
    return Baseline(
        mean,
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
    shares = np.array([_overlap(f, low, high) for f in course.fractions])
    present = np.isfinite(values) & (shares > 0)
    observed = float(shares[present].sum())
    if observed <= 0:
        raise InputError(
            f"nothing was measured from {low:g} to {high:g} min after the treatment",
            where=where,
            do="Change window_min, or exclude the animal with a reason",
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


def _overlap(fraction: MeasuredFraction, low: float, high: float) -> float:
    """Minutes of a fraction within a window."""
    return max(0.0, min(fraction.end_min, high) - max(fraction.start_min, low))


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
    # One fraction alone does not show a return.
    for k, following in pairwise(later):
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
