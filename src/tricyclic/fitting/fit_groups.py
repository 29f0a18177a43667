"""Fit a curve to each group of readings: separately, with shared parameters, or thousands at once.

Separate curves have one standard deviation each. Curves that share a parameter have one for all of
them, as in GraphPad Prism and R's nls and drc.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tricyclic.core.curve_batch import MIN_CURVES_PER_SERIES, CurveBatch, dose_series_keys
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit, FittedParameter
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.series import Series
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.copied_readings import copied_readings_checks
from tricyclic.fitting.fit import fit
from tricyclic.fitting.fit_by_settings import fit_by_settings
from tricyclic.fitting.fitted_curve import (
    FitSettings,
    GroupFit,
    curve_of_fit,
    point_of_numbers,
)
from tricyclic.fitting.many import BatchFitOptions, fit_rows
from tricyclic.fitting.outlier_checks import check_outlier_settings, with_outlier_checks
from tricyclic.fitting.problem import FitPart
from tricyclic.fitting.scatter_of_curves import check_own_scatter
from tricyclic.fitting.verdict import with_verdict
from tricyclic.numerics.batch.fit import BatchFits, fit_batch
from tricyclic.stats.statistics import t_quantile

# From this number of curves on, the engine of many curves fits what it can fit.
MANY = 100
# Fitted parameters up to which those of a fit with shared parameters get profile limits by default;
# of 26 parameters the profiles take about ten seconds.
MAX_PROFILED = 20
POOLED = "all curves"
BATCH_MODELS = {"logistic_4pl": "4pl", "logistic_3pl": "3pl"}
BATCH_FIXED = frozenset({"hill", "top", "bottom"})


@dataclass(frozen=True, eq=False)
class GroupedReadings:
    """The readings of one curve, and the values of the columns that distinguish it."""

    key: tuple[str, ...]
    series: Series


@dataclass(frozen=True, eq=False)
class GroupFits:
    """Curves as they were fitted: each with its own fit, all in one, or by the engine of many
    (`fits` is then empty).
    """

    curves: tuple[GroupFit, ...]
    fits: tuple[Fit, ...]
    joint: Fit | None = None


def fit_groups(
    groups: Sequence[GroupedReadings],
    model: CurveModel,
    settings: FitSettings,
    *,
    share: Sequence[str] = (),
    workers: int = 1,
    on_progress: ProgressCallback | None = None,
) -> GroupFits:
    """Fit a curve to every group.

    Parameters
    ----------
    groups : sequence of GroupedReadings
    model : CurveModel
    settings : FitSettings
    share : sequence of str
        Parameters that all groups have in common.
    workers : int
        Threads of the engine of many curves; the result does not depend on it.
    on_progress : callable, optional

    Raises
    ------
    InputError
        If a shared parameter does not exist or is fixed, or there is one group only; if outliers
        cannot be looked for as the settings state.
    """
    check_outlier_settings(settings)
    check_own_scatter(settings)
    if share:
        parts = shared_parts(groups, model, share, settings)
        report_progress(on_progress, 0, 1, f"fitting {len(groups)} curves together")
        joint = fit_together(parts, settings)
        curves = tuple(
            curve_of_fit(group.key, part, k, joint)
            for k, (group, part) in enumerate(zip(groups, parts, strict=True))
        )
        return GroupFits(curves, (), joint)
    if len(groups) >= MANY and _is_for_many(groups, model, settings):
        return GroupFits(_fit_many(groups, model, settings, workers, on_progress), ())
    fits = []
    for k, group in enumerate(groups):
        report_progress(on_progress, k, len(groups), "curves fitted")
        fits.append(fit_alone(FitPart(group.series, model), settings))
    curves = tuple(
        curve_of_fit(group.key, FitPart(group.series, model), 0, one)
        for group, one in zip(groups, fits, strict=True)
    )
    return GroupFits(curves, tuple(fits))


def fit_alone(part: FitPart, settings: FitSettings) -> Fit:
    """One curve with its status and checks."""
    wanted = "all" if settings.intervals == "auto" else settings.intervals
    result = fit_by_settings([part], settings, intervals=wanted)
    verdict = _with_copies(with_verdict(result, (part,)))
    return with_outlier_checks(verdict, (part,), settings)


def fit_together(parts: Sequence[FitPart], settings: FitSettings) -> Fit:
    """Curves that share parameters, in one fit with its status and checks."""
    wanted = settings.intervals
    by_covariance = wanted == "auto" and not limits_are_profiled(parts, settings)
    if wanted == "auto":
        wanted = "none" if by_covariance else "all"
    elif not isinstance(wanted, str):
        wanted = _names_in_fit(parts, wanted)
    result = fit_by_settings(
        parts, settings, intervals=wanted, starts=joint_starts(parts, settings)
    )
    if by_covariance and result.ok:
        result = _with_linear_limits(result)
    return with_outlier_checks(_with_copies(with_verdict(result, parts)), parts, settings)


def _with_copies(fit: Fit) -> Fit:
    """The fit with a check of replicates that are copies of others."""
    return replace(fit, checks=(*fit.checks, *copied_readings_checks(fit)))


def limits_are_profiled(parts: Sequence[FitPart], settings: FitSettings) -> bool:
    """Whether the limits of a fit of several parts are profile-likelihood limits; else they are of
    first order.
    """
    names = {part.name_of(p.name) for part in parts for p in part.model.parameters}
    return settings.intervals != "auto" or len(names - settings.fixed.keys()) <= MAX_PROFILED


def _with_linear_limits(result: Fit) -> Fit:
    """The fit with limits of first order: t times the standard error."""
    df = math.inf if result.variance in ("poisson", "binomial") else float(result.df)
    t = t_quantile(df, result.confidence)
    return replace(
        result,
        parameters=tuple(
            one
            if one.fixed
            else replace(one, low=one.value - t * one.se, high=one.value + t * one.se)
            for one in result.parameters
        ),
    )


def shared_parts(
    groups: Sequence[GroupedReadings],
    model: CurveModel,
    share: Sequence[str],
    settings: FitSettings,
) -> tuple[FitPart, ...]:
    """Parts of one fit in which each group has its own parameters, but those that are shared.

    Raises
    ------
    InputError
        If a shared parameter does not exist or is fixed, or there is one group only.
    """
    own = {parameter.name: parameter for parameter in model.parameters}
    for name in share:
        if name not in own:
            raise UnknownNameError.among("parameter", name, own, where="share")
        if name in settings.fixed and name not in settings.free:
            raise InputError(
                f"{name} is fixed at {settings.fixed[name]:g}",
                where="share",
                allowed="A fixed parameter has one value for all curves anyway",
                do=f"Omit --share {name}",
            )
    if len(groups) < 2:
        raise InputError(
            "there is one curve", where="share", do="Add --by COLUMN, whose values are the curves"
        )
    # Parts without a name of their scatter have each their own.
    scatter = "" if settings.own_scatter else POOLED
    return tuple(
        FitPart(group.series, model, _renamed(model, share, settings, label), scatter=scatter)
        for group, label in zip(groups, labels(groups), strict=True)
    )


def labels(groups: Sequence[GroupedReadings]) -> list[str]:
    """The key of each group as one text; its number is added where two are equal."""
    texts = [", ".join(group.key) or group.series.name for group in groups]
    return (
        [f"{text} ({k + 1})" if texts.count(text) > 1 else text for k, text in enumerate(texts)]
        if len(set(texts)) < len(texts)
        else texts
    )


def joint_starts(parts: Sequence[FitPart], settings: FitSettings) -> list[dict[str, float]] | None:
    """Starts of a fit of several curves: their own estimates, and the median or the first one of
    what they share. None where no curve could be fitted alone.
    """
    own: dict[str, list[float]] = {}
    for part in parts:
        back = {part.name_of(p.name): p.name for p in part.model.parameters}
        known = {back[name]: value for name, value in settings.fixed.items() if name in back}
        freed = [back[name] for name in settings.free if name in back]
        alone = fit(
            replace(part, rename={}),
            fixed=known,
            free=freed,
            variance=settings.variance,
            weights=settings.weights,
            intervals="none",
        )
        if not alone.ok:
            continue
        for name, short in back.items():
            if not alone[short].fixed:
                own.setdefault(name, []).append(alone[short].value)
    if not own:
        return None
    return [
        {name: float(np.median(values)) for name, values in own.items()},
        {name: values[0] for name, values in own.items()},
    ]


def _renamed(
    model: CurveModel, share: Sequence[str], settings: FitSettings, label: str
) -> dict[str, str]:
    """Names of the parameters that a group has for itself."""
    together = {*share, *(name for name in settings.fixed if name not in settings.free)}
    return {
        parameter.name: f"{parameter.name}[{label}]"
        for parameter in model.parameters
        if parameter.name not in together
        and (not parameter.fixed_by_default or parameter.name in settings.free)
    }


def _names_in_fit(parts: Sequence[FitPart], wanted: Sequence[str]) -> list[str]:
    """Names in the fit of parameters that are named as the model names them."""
    known = {p.name for part in parts for p in part.model.parameters}
    for name in wanted:
        if name not in known:
            raise UnknownNameError.among("parameter", name, known, where="intervals")
    return list(dict.fromkeys(part.name_of(name) for part in parts for name in wanted))


def _is_for_many(
    groups: Sequence[GroupedReadings], model: CurveModel, settings: FitSettings
) -> bool:
    return (
        model.name in BATCH_MODELS
        and settings.variance == "constant"
        and not settings.weights
        and settings.outliers is None
        and all(group.series.weight is None for group in groups)
        and settings.intervals in ("auto", "target", "none")
        and not settings.free
        and settings.fixed.keys() <= BATCH_FIXED
        and (model.name != "logistic_3pl" or "hill" not in settings.fixed)
        and all(group.series.x.keys() >= {"concentration_M"} for group in groups)
    )


def _fit_many(
    groups: Sequence[GroupedReadings],
    model: CurveModel,
    settings: FitSettings,
    workers: int,
    on_progress: ProgressCallback | None,
) -> tuple[GroupFit, ...]:
    report_progress(on_progress, 0, len(groups), "curves fitted")
    dose = np.concatenate([group.series.x["concentration_M"] for group in groups])
    x = np.log10(dose, out=np.full(dose.size, -np.inf), where=dose > 0)
    starts = np.concatenate([[0], np.cumsum([group.series.n for group in groups])])
    keys, counts = np.unique(dose_series_keys(x, starts), return_counts=True)
    rows = CurveBatch(
        np.arange(len(groups)), starts, x, np.concatenate([group.series.y for group in groups])
    )
    options = BatchFitOptions(
        model="3pl" if BATCH_MODELS[model.name] == "3pl" else "4pl",
        confidence=None if settings.intervals == "none" else settings.confidence,
        **{name: float(value) for name, value in settings.fixed.items()},
    )
    numbers = fit_rows(rows, options, keys[counts >= MIN_CURVES_PER_SERIES], workers=workers)
    report_progress(on_progress, len(groups), len(groups), "curves fitted")
    plain = {name: np.asarray(column).tolist() for name, column in numbers.items()}
    curves = []
    for k, group in enumerate(groups):
        row = {name: column[k] for name, column in plain.items()}
        curves.append(_with_errors(_curve_of_numbers(group, model, settings, row)))
    at_bounds: dict[int, list[int]] = {}
    for k, curve in enumerate(curves):
        if not all(math.isfinite(value) for value in curve.values.values()):
            at_bounds.setdefault(curve.part.series.n, []).append(k)
    for places in at_bounds.values():
        # One call for all curves of one length: a call costs as much as a hundred curves.
        for k, curve in zip(
            places, _with_bounds([curves[k] for k in places], options), strict=True
        ):
            curves[k] = curve
    return tuple(curves)


def _with_errors(curve: GroupFit) -> GroupFit:
    """The curve with the standard errors of its estimates, as a single fit has them."""
    point = point_of_numbers(curve)
    variances = dict(zip(point.free_names, np.diag(point.covariance), strict=True))
    return replace(
        curve,
        parameters=tuple(
            replace(one, se=math.sqrt(variance))
            if math.isfinite(variance := float(variances.get(one.name, math.nan)))
            else one
            for one in curve.parameters
        ),
    )


def _with_bounds(curves: Sequence[GroupFit], options: BatchFitOptions) -> list[GroupFit]:
    """Curves, all with as many readings, with the numbers of their fitted lines also where these
    are bounds of the search and no estimates, so that they can be drawn.
    """
    dose = np.stack([np.asarray(curve.part.series.x["concentration_M"]) for curve in curves])
    order = np.argsort(dose, axis=1, kind="stable")
    dose = np.take_along_axis(dose, order, axis=1)
    x = np.log10(dose, out=np.full(dose.shape, -np.inf), where=dose > 0)
    fits = fit_batch(
        x[0] if (x == x[0]).all() else x,
        np.take_along_axis(np.stack([curve.part.series.y for curve in curves]), order, axis=1),
        model=options.model,
        hill=options.hill,
        top=options.top,
        bottom=options.bottom,
        confidence=None,
    )
    return [_with_line(curve, fits, k) for k, curve in enumerate(curves)]


def _with_line(curve: GroupFit, fits: BatchFits, k: int) -> GroupFit:
    """The curve with the numbers of row k of the fits where it has no estimate."""
    line = {"hill": fits.hill, "top": fits.top, "bottom": fits.bottom}
    model = curve.part.model
    return replace(
        curve,
        parameters=tuple(
            parameter
            if math.isfinite(parameter.value)
            else replace(
                parameter,
                value=float(line.get(parameter.name, fits.log10_ic50)[k]),
                determined=False,
                at_bound=_side(int(fits.at_bound[k])) if parameter.name == model.target else "",
            )
            for parameter in curve.parameters
        ),
    )


def _side(at_bound: int) -> Literal["", "low", "high"]:
    return "high" if at_bound > 0 else "low" if at_bound < 0 else ""


def _curve_of_numbers(
    group: GroupedReadings,
    model: CurveModel,
    settings: FitSettings,
    row: Mapping[str, float | str],
) -> GroupFit:
    """A curve from its row of the results of many."""
    fixed = {p.name for p in model.parameters if p.fixed_by_default} | settings.fixed.keys()
    own = []
    unit = group.series.x_units.get("concentration_M", "M")
    for p in model.parameters:
        is_target = p.name == model.target
        value = float(row["log10_ic50" if is_target else p.name])
        low, high = math.nan, math.nan
        if is_target:
            low, high = float(row["log10_ic50_low"]), float(row["log10_ic50_high"])
        own.append(
            FittedParameter(
                p.name,
                value,
                f"log10 {unit}" if is_target else p.unit,
                p.description,
                low=low,
                high=high,
                fixed=p.name in fixed,
                determined=p.name in fixed or math.isfinite(value),
            )
        )
    fitted = sum(not parameter.fixed for parameter in own)
    return GroupFit(
        group.key,
        FitPart(group.series, model),
        0,
        str(row["status"]),
        tuple(own),
        float(group.series.n - fitted),
        float(row["residual_sd"]),
        float(row["p_replicates"]),
        tuple(name for name in str(row["checks"]).split(", ") if name),
    )
