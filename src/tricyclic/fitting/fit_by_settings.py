"""A fit by the settings that the groups of a table share."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.estimate import Fit
from tricyclic.fitting.fit import Starts, fit
from tricyclic.fitting.fitted_curve import FitSettings, Intervals
from tricyclic.fitting.problem import FitPart


def fit_by_settings(
    parts: Sequence[FitPart],
    settings: FitSettings,
    *,
    intervals: Intervals,
    starts: Starts | None = None,
) -> Fit:
    """Fit curves as `settings` state.

    Parameters
    ----------
    parts : sequence of FitPart
    settings : FitSettings
        Its `intervals` are those of the question; `intervals` here are those of this fit.
    intervals : {"all", "target", "none"} or sequence of str
        Parameters that get profile-likelihood limits.
    starts : optional
        Starting values instead of those of the model.
    """
    return fit(
        parts,
        fixed=settings.fixed,
        free=settings.free,
        variance=settings.variance,
        weights=settings.weights,
        intervals=intervals,
        confidence=settings.confidence,
        starts=starts,
    )
