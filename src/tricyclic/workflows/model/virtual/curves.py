"""Dose-response curves of single cultures, and EC50 and maximum fold pooled over cultures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.binding.compare_conditions import compare_conditions
from tricyclic.assays.binding.estimates import NANOMOLAR, from_log10
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import Variance
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.io.write_tables import Columns
from tricyclic.results.binding import GroupComparison
from tricyclic.simulation.virtual.common import Floats
from tricyclic.stats.statistics import mean_with_interval, t_quantile
from tricyclic.workflows.model.virtual.joint_curves import joint_estimates

# The limits of a fold may be this far from it [log10]; a wider one is not determined.
MAX_DECADES = 2.0
# Cultures without a result that are listed one by one.
MAX_LISTED = 3


@dataclass(frozen=True)
class CultureCurves:
    """Curves of single cultures, and their pooled numbers.

    Parameters
    ----------
    fits : tuple of Fit
        One per culture.
    model : str
        Name of the curve model.
    ec50, fold : Estimate or None
        Pooled over cultures on the log scale where each has its own, else from one fit of all
        cultures; None where that does not determine it.
    shared_ec50 : Estimate or None
        One EC50 for all cultures, each with plateaus of its own, fitted to all wells together; None
        with one culture.
    left_out : tuple of str
        Why cultures have no numbers.
    """

    fits: tuple[Fit, ...]
    model: str
    ec50: Estimate | None
    fold: Estimate | None
    shared_ec50: Estimate | None
    left_out: tuple[str, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """Why cultures have no numbers: the first ones, then how many more."""
        reasons = [one for one in self.left_out if one.startswith("culture ")]
        others = self.left_out[len(reasons) :]
        more = len(reasons) - MAX_LISTED
        if more <= 0:
            return self.left_out
        summary = f"and {more} culture{'s' if more > 1 else ''} more"
        return (*reasons[:MAX_LISTED], summary, *others)


def fit_cultures(
    concentrations_nM: Sequence[float],
    readings: Floats,
    *,
    unit: str,
    model: str,
    drug: str,
    variance: Variance,
) -> CultureCurves:
    """Fit each culture by itself and all together, then pool.

    A pool of the cultures that have an EC50 of their own would depend on the outcome: these are the
    steeper and more sensitive ones. Where one has none, EC50 and fold are those of the fit of all
    cultures together, with the differences between cultures in their intervals.

    Parameters
    ----------
    concentrations_nM : sequence of float, length levels
        Vehicle first, as 0.
    readings : array, shape (cultures, levels, replicates)
    unit : str
        Unit of the readings.
    model : str
        Name of a curve model.
    drug : str
    variance : str
        Scatter of the wells of a culture: "proportional" or "constant".
    """
    curve = CURVES[model]
    x = np.repeat(np.array(concentrations_nM) * 1e-9, readings.shape[2])
    fits = [
        fit(
            Series(f"culture {k}", table.ravel(), unit, {"concentration_M": x}, experiment=str(k)),
            curve,
            intervals="target",
            variance=variance,
        )
        for k, table in enumerate(readings, start=1)
    ]
    results = [_culture_result(one, k, drug) for k, one in enumerate(fits, start=1)]
    numbers = [result for result in results if not isinstance(result, str)]
    left_out = [result for result in results if isinstance(result, str)]
    left_out += [
        f"{ec50.where} has only a limit of its EC50" for ec50, _ in numbers if not _is_value(ec50)
    ]
    if left_out:
        ec50, fold = joint_estimates(fits, curve, drug, variance)
        left_out.append(
            "EC50 and maximum fold are from one fit of all cultures: a pool of the others would "
            "depend on the outcome"
        )
    else:
        ec50, fold = _pool([one for one, _ in numbers]), _pool([one for _, one in numbers])
    return CultureCurves(
        tuple(fits),
        model,
        ec50,
        fold,
        _shared_ec50(fits, curve, drug, variance),
        tuple(left_out),
    )


def folds(name: str, treated: Floats, control: Floats, drug: str) -> tuple[Estimate | None, ...]:
    """Treated over control in each culture; None where either is not above 0."""
    return tuple(
        Estimate(name, float(a / b), "", log10_se=0.0, subject=drug, where=f"culture {k}")
        if a > 0 and b > 0
        else None
        for k, (a, b) in enumerate(zip(treated, control, strict=True), start=1)
    )


def missing_folds(values: Mapping[str, Sequence[Estimate | None]]) -> tuple[str, ...]:
    """Remark on the conditions whose folds are not pooled, because a culture has none."""
    names = [name for name, folds in values.items() if None in folds]
    if not names:
        return ()
    return (
        (
            f"no pooled fold for {', '.join(names)}: a culture has a reading of 0 or less, and the "
            "others would be a selection by the outcome"
        ),
    )


def pooled_fold(values: Sequence[Estimate | None]) -> Estimate | None:
    """Geometric mean over cultures with its t interval; None where a culture has no ratio.

    The others would be a selection by the outcome.
    """
    return None if None in values else _pool([one for one in values if one is not None])


def mean_estimate(name: str, values: Floats, unit: str, subject: str = "") -> Estimate:
    """Mean over cultures or animals that have a value, with its t interval; nan where none has."""
    known = values[np.isfinite(values)]
    if not known.size:
        return Estimate(name, math.nan, unit, n_experiments=0, method="no reading", subject=subject)
    mean = mean_with_interval(known)
    return Estimate(
        name,
        mean.value,
        unit,
        mean.low,
        mean.high,
        se=mean.se,
        n_experiments=int(known.size),
        method=f"mean, t on {known.size}",
        subject=subject,
    )


def compare_folds(
    alone: Sequence[Estimate | None],
    blocked: Sequence[Estimate | None],
    names: tuple[str, str],
) -> tuple[GroupComparison, ...]:
    """Folds without and with the antagonist in the same cultures, compared; none where a culture
    lacks one, because the others would be a selection by the outcome.
    """
    pairs = [(a, b) for a, b in zip(alone, blocked, strict=True) if a is not None and b is not None]
    if not pairs or len(pairs) < len(alone):
        return ()
    return (
        compare_conditions([a for a, _ in pairs], [b for _, b in pairs], pairs=True, names=names),
    )


def curve_table(curves: CultureCurves) -> Columns:
    """One row per culture: the parameters of its curve, and why it has none."""

    def column(name: str, attribute: str = "value") -> list[float]:
        return [
            float(getattr(one[name], attribute)) if one.ok and name in one else math.nan
            for one in curves.fits
        ]

    def plateau(side: int) -> list[float]:
        return [one[_plateau_names(one)[side]].value if one.ok else math.nan for one in curves.fits]

    hills = [
        one["hill"].value if one.ok and not one["hill"].fixed else math.nan for one in curves.fits
    ]
    return {
        "culture": [str(k) for k in range(1, len(curves.fits) + 1)],
        "baseline": plateau(0),
        "plateau": plateau(1),
        "log10_ec50_M": column("log10_ec50"),
        "low": column("log10_ec50", "low"),
        "high": column("log10_ec50", "high"),
        "hill": hills,
        "message": [one.message for one in curves.fits],
    }


def _pool(estimates: Sequence[Estimate]) -> Estimate | None:
    return pool_estimates(estimates, scale="log") if estimates else None


def _culture_result(result: Fit, number: int, drug: str) -> tuple[Estimate, Estimate] | str:
    """EC50 and maximum fold of one culture, or why it has none."""
    where = f"culture {number}"
    if not result.ok:
        return f"{where} has no curve: {result.message}"
    ec50 = from_log10(result, "log10_ec50", "EC50", "nM", NANOMOLAR, subject=drug, where=where)
    fold = _maximum_fold(result, drug, where)
    is_open = ec50.low <= 0 and math.isinf(ec50.high)
    if fold is None or is_open or result["log10_ec50"].at_bound:
        return f"{where} has no EC50 and no maximum: its wells do not determine its curve"
    return ec50, fold


def _plateau_names(result: Fit) -> tuple[str, str]:
    """Parameters of the level without drug and of that at saturating drug."""
    return ("bottom", "top") if result["hill"].value > 0 else ("top", "bottom")


def _maximum_fold(result: Fit, drug: str, where: str) -> Estimate | None:
    """Maximum over vehicle of a curve, with limits from the covariance of both on the log scale;
    None where it is not determined.
    """
    names = _plateau_names(result)
    vehicle, maximum = (result[name].value for name in names)
    if not (vehicle > 0 and maximum > 0):
        return None
    position = {parameter.name: i for i, parameter in enumerate(result.free)}
    rows = [position[name] for name in names]
    gradient = np.array([-1.0 / vehicle, 1.0 / maximum]) / math.log(10.0)
    variance = float(gradient @ result.covariance[np.ix_(rows, rows)] @ gradient)
    se = math.sqrt(max(variance, 0.0)) if math.isfinite(variance) else math.inf
    decades = t_quantile(result.df, result.confidence) * se
    if decades > MAX_DECADES:
        return None
    factor = 10**decades
    return Estimate(
        "maximum fold",
        maximum / vehicle,
        "",
        maximum / vehicle / factor,
        maximum / vehicle * factor,
        result.confidence,
        log10_se=se,
        method="maximum over vehicle of one curve",
        subject=drug,
        where=where,
    )


def _shared_ec50(
    fits: Sequence[Fit], model: CurveModel, drug: str, variance: Variance
) -> Estimate | None:
    """One EC50 for all cultures; its interval comes from the wells, without differences of the EC50
    between cultures.
    """
    if len(fits) < 2:
        return None
    together = fit(_parts(fits, model), intervals=["log10_ec50"], variance=variance)
    if not together.ok or together["log10_ec50"].at_bound:
        return None
    estimate = from_log10(
        together, "log10_ec50", "EC50, one for all cultures", "nM", NANOMOLAR, subject=drug
    )
    if estimate.low <= 0 and math.isinf(estimate.high):
        return None
    return replace(
        estimate,
        n_experiments=len(fits),
        method=f"one fit of {len(fits)} cultures, profile likelihood of the wells",
    )


def _parts(fits: Sequence[Fit], model: CurveModel) -> list[FitPart]:
    """The cultures with plateaus of their own and everything else in common."""
    return [
        FitPart(one.parts[0].series, model, {name: f"{name} {k}" for name in ("bottom", "top")})
        for k, one in enumerate(fits, start=1)
    ]


def _is_value(estimate: Estimate) -> bool:
    return estimate.qualifier == "=" and math.isfinite(estimate.value) and estimate.value > 0
