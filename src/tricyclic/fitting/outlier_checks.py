"""Suspected outliers of a fitted curve as its checks, with what the fit would be without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_confidence_interval, format_number
from tricyclic.core.suspect import SuspectedOutlier
from tricyclic.errors import InputError
from tricyclic.fitting.fit_by_settings import fit_by_settings
from tricyclic.fitting.fitted_curve import FitSettings
from tricyclic.fitting.outliers import detect_outliers_rout, suspects_as_checks
from tricyclic.fitting.problem import FitPart
from tricyclic.fitting.variance_model import LIKELIHOODS
from tricyclic.numerals import parse_number

# False discovery rate of suggested outliers, as for the wells of a binding assay.
USUAL_RATE = 0.01


def outlier_rate(given: float | str | None) -> float | None:
    """The false discovery rate of suggested outliers: a number, "suggest" for 1 %, None for none.

    Raises
    ------
    InputError
        If it is none of these.
    """
    if given is None or given in ("", "none"):
        return None
    if given == "suggest":
        return USUAL_RATE
    rate = parse_number(given) if isinstance(given, str) else given
    if rate is None:
        raise InputError(
            f"is '{given}'",
            where="outliers",
            allowed="It is suggest, none, or a false discovery rate such as 0.01",
        )
    _check_rate(float(rate))
    return float(rate)


def _check_rate(rate: float) -> None:
    if not 0 < rate < 0.5:
        raise InputError(
            f"is {rate:g}",
            where="outliers",
            allowed="It lies above 0 and below 0.5, such as 0.01",
        )


def check_outlier_settings(settings: FitSettings) -> None:
    """Refuse a rate out of range, and a variance model under which outliers are not looked for.

    Raises
    ------
    InputError
    """
    rate = settings.outliers
    if rate is None:
        return
    _check_rate(rate)
    if settings.variance in LIKELIHOODS:
        raise InputError(
            f"outliers are not looked for under the variance model '{settings.variance}'",
            where="outliers",
            do="Leave --outliers out",
        )


def with_outlier_checks(result: Fit, parts: Sequence[FitPart], settings: FitSettings) -> Fit:
    """The fit with a check for each series that has suspects; the estimates stay as they are.

    Parameters
    ----------
    result : Fit
    parts : sequence of FitPart
        What was fitted.
    settings : FitSettings
        With `outliers`; None gives the fit as it is.
    """
    if settings.outliers is None or not result.ok:
        return result
    suspects = detect_outliers_rout(
        parts,
        fixed=settings.fixed,
        free=settings.free,
        variance=settings.variance,
        weights=settings.weights,
        q=settings.outliers,
    )
    checks = suspects_as_checks(suspects)
    if not checks:
        clean = Check("outlier", "pass", "no reading is suspected to be an outlier")
        return replace(result, checks=(*result.checks, clean))
    words = _without(suspects, parts, settings)
    advice = (
        "Nothing was excluded. "
        + (f"{words}. " if words else "")
        + "Check the notebook; exclude a reading only for a reason that you write down"
    )
    warned = [replace(check, advice=advice) for check in checks]
    level = {"fail": 0, "warn": 1, "pass": 2}
    both = sorted([*result.checks, *warned], key=lambda check: level[check.level])
    return replace(result, checks=tuple(both))


def _without(
    suspects: Sequence[SuspectedOutlier], parts: Sequence[FitPart], settings: FitSettings
) -> str:
    """What the parameter of interest would be without the suspects, in words."""
    cleaned = []
    for part in parts:
        mask = np.ones(part.series.n, bool)
        mask[[s.index for s in suspects if s.series == part.series.name]] = False
        if not mask.any():
            return ""
        cleaned.append(replace(part, series=part.series.keep(mask)))
    again = fit_by_settings(cleaned, settings, intervals="target")
    names = list(dict.fromkeys(part.name_of(part.model.target) for part in parts))
    if not again.ok or len(names) != 1 or again[names[0]].fixed:
        return ""
    one = again[names[0]]
    interval = format_confidence_interval(one.low, one.high, settings.confidence)
    them = "it" if len(suspects) == 1 else "them"
    return f"Without {them} {one.name} would be {format_number(one.value, 4)} ({interval})"
