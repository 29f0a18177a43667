"""What both culture assays ask of their wells: a curve per culture, EC50 and fold pooled over cultures, groups, a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.estimate import Estimate, Fit, interval
from tricyclic.core.format import figures

if TYPE_CHECKING:
    from tricyclic.core.analysis_options import Variance
    from tricyclic.core.curve_model import CurveModel
    from tricyclic.core.plot_data import CurvePicture
    from tricyclic.io.write_tables import Columns
    from tricyclic.jobs._virtual_ask import Level
    from tricyclic.results.binding import Comparison

Floats = NDArray[np.float64]
# The typical culture without error, for the truth: concentrations well beyond both plateaus [nM].
DENSE_NM = np.logspace(0.0, 6.0, 61)
# A fold that its own wells leave open by more than this, to either side, is none.
MOST_DECADES = 2.0
# Simulated cultures of which experiments take theirs; an experiment takes a quarter of them at most.
POOL = 120
SIZES = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30)


@dataclass(frozen=True)
class DoseResponse:
    """Curves of single cultures, and what they say together.

    Parameters
    ----------
    fits : tuple of Fit
        One per culture.
    ec50, fold : Estimate or None
        Pooled over cultures on the log scale; None where no culture gave one.
    shared : Estimate or None
        One EC50 for all cultures, each with plateaus of its own, fitted to all wells together; None with one culture.
    left_out : tuple of str
        Why cultures gave none.
    """

    fits: tuple[Fit, ...]
    ec50: Estimate | None
    fold: Estimate | None
    shared: Estimate | None
    left_out: tuple[str, ...]


def dose_response(
    concentrations_nM: Floats,
    readings: Sequence[Floats],
    unit: str,
    curve: str,
    subject: str,
    variance: Variance,
) -> DoseResponse:
    """Fit each culture by itself, then pool.

    Parameters
    ----------
    concentrations_nM : array, shape (levels,)
        Vehicle first, as 0.
    readings : sequence of array, shape (levels, replicates)
        One per culture.
    unit : str
        Of the readings.
    curve : str
        Name on the shelf of curves, with `baseline`, `plateau`, `log10_ec50`.
    subject : str
        The drug.
    variance : str
        How wells of one culture scatter: "proportional", or "constant".
    """
    from tricyclic.assays.binding.estimates import NANOMOLAR, from_log10
    from tricyclic.assays.pooling import pool_estimates
    from tricyclic.core.series import Series
    from tricyclic.curves import SHELF
    from tricyclic.fitting.fit import fit

    model = SHELF[curve]
    fits: list[Fit] = []
    halves: list[Estimate] = []
    folds: list[Estimate] = []
    left_out: list[str] = []
    for k, table in enumerate(readings, start=1):
        x = np.repeat(concentrations_nM * 1e-9, table.shape[1])
        series = Series(
            f"culture {k}", table.ravel(), unit, {"concentration_M": x}, experiment=str(k)
        )
        found = fit(series, model, intervals="target", variance=variance)
        fits.append(found)
        if not found.ok:
            left_out.append(f"culture {k} gave no curve: {found.says}")
            continue
        half = from_log10(
            found, "log10_ec50", "EC50", "nM", NANOMOLAR, subject=subject, where=f"culture {k}"
        )
        ratio = _fold(found, subject, f"culture {k}")
        open_both_ways = half.low <= 0 and math.isinf(half.high)
        if ratio is None or open_both_ways or found["log10_ec50"].at_bound:
            left_out.append(
                f"culture {k} tells no EC50 and no maximum: its curve is not held by its wells"
            )
            continue
        halves.append(half)
        folds.append(ratio)
    pooled = [
        pool_estimates(listed, scale="log", where="") if listed else None
        for listed in (halves, folds)
    ]
    return DoseResponse(
        tuple(fits), pooled[0], pooled[1], _shared(fits, model, subject, variance), tuple(left_out)
    )


def ratios(name: str, treated: Floats, control: Floats, subject: str) -> list[Estimate | None]:
    """Treated over control in each culture, None where either is not above 0."""
    return [
        Estimate(name, float(a / b), "", log10_se=0.0, subject=subject, where=f"culture {k}")
        if a > 0 and b > 0
        else None
        for k, (a, b) in enumerate(zip(treated, control, strict=True), start=1)
    ]


def pooled_ratio(listed: Sequence[Estimate | None] | None) -> Estimate | None:
    """Geometric mean over cultures with its t interval; None where no culture has a ratio."""
    from tricyclic.assays.pooling import pool_estimates

    known = [one for one in listed or () if one is not None]
    return pool_estimates(known, scale="log") if known else None


def mean_estimate(
    name: str, values: Floats, unit: str, subject: str = "", confidence: float = 0.95
) -> Estimate:
    """Mean over cultures or animals with its t interval; nan where there are none."""
    from tricyclic.stats.statistics import mean_of

    if not values.size:
        return Estimate(name, math.nan, unit, n=0, method="none could be read", subject=subject)
    found = mean_of(values, confidence=confidence)
    return Estimate(
        name,
        found.value,
        unit,
        found.low,
        found.high,
        confidence,
        se=found.se,
        n=int(values.size),
        method=f"mean, t on {values.size}",
        subject=subject,
    )


def wells_of(count: int) -> list[str]:
    """Names of so many wells, row by row on 96-well plates: "A01", ..., "2:A01" on the second plate."""
    found = []
    for k in range(count):
        plate, place = divmod(k, 96)
        well = f"{'ABCDEFGH'[place // 12]}{place % 12 + 1:02d}"
        found.append(well if plate == 0 else f"{plate + 1}:{well}")
    return found


def curves_table(response: DoseResponse) -> Columns:
    """One row per culture: what its curve gave, and why not."""

    def column(name: str, which: str = "value") -> list[float]:
        return [
            float(getattr(fit[name], which)) if fit.ok and name in fit else math.nan
            for fit in response.fits
        ]

    return {
        "culture": [str(k) for k in range(1, len(response.fits) + 1)],
        "baseline": column("baseline"),
        "plateau": column("plateau"),
        "log10_ec50_M": column("log10_ec50"),
        "low": column("log10_ec50", "low"),
        "high": column("log10_ec50", "high"),
        "hill": column("hill"),
        "says": [fit.says for fit in response.fits],
    }


def picture_of(
    name: str,
    title: str,
    x_title: str,
    y_title: str,
    levels: Sequence[Level],
    sets: Sequence[tuple[str, Floats]],
    response: DoseResponse,
    scale: Floats,
    curve: str,
    caption: str,
    vehicle_says: str = "0",
) -> CurvePicture:
    """The dose-response figure: mean +/- SD of cultures, a curve per culture behind the treated wells.

    Parameters
    ----------
    sets : sequence of (str, array of shape (cultures, 1 + levels))
        Means of wells in figure units, vehicle first; the first set is that of the curves.
    scale : array, shape (cultures,)
        Figure units per unit of the fits.
    """
    from tricyclic.core.plot_data import ControlLevel, CurvePicture, Mark, PointSet, Trace
    from tricyclic.curves import SHELF
    from tricyclic.fitting.fit import predict

    x = np.log10([level.amount * 1e-9 for level in levels])
    points = tuple(
        PointSet(
            label,
            x,
            table[:, 1:].mean(axis=0),
            error=table[:, 1:].std(axis=0, ddof=1) if len(table) > 1 else None,
        )
        for label, table in sets
    )
    dense = np.linspace(x[0] - 0.3, x[-1] + 0.3, 121)
    fitted = [(fit, factor) for fit, factor in zip(response.fits, scale, strict=True) if fit.ok]
    traces: tuple[Trace, ...] = ()
    if fitted:
        lines = np.array(
            [
                predict(fit, SHELF[curve], {"concentration_M": 10**dense}) * factor
                for fit, factor in fitted
            ]
        )
        several = len(lines) > 1
        traces = (
            Trace(
                sets[0][0],
                dense,
                lines.mean(axis=0),
                lines.min(axis=0) if several else None,
                lines.max(axis=0) if several else None,
            ),
        )
    marks: tuple[Mark, ...] = ()
    if response.ec50 is not None and response.ec50.relation == "=":
        at = [
            math.log10(value * 1e-9) if 0 < value < math.inf else math.copysign(math.inf, value - 1)
            for value in (response.ec50.value, response.ec50.low, response.ec50.high)
        ]
        marks = (
            Mark(
                "EC50",
                at[0],
                at[1],
                at[2],
                f"EC50 {figures(response.ec50.value)} nM ({interval(response.ec50)})",
            ),
        )
    controls = tuple(ControlLevel(vehicle_says, table[:, 0], of=label) for label, table in sets)
    return CurvePicture(
        name,
        f"{title} (simulated)",
        x_title,
        y_title,
        "log10_M",
        traces,
        points,
        controls,
        marks,
        points_say=f"mean +/- SD of {len(sets[0][1])} simulated cultures"
        if len(sets[0][1]) > 1
        else "mean of the wells of one simulated culture",
        band_says="lowest and highest curve of the cultures",
        caption=caption,
    )


def paired_folds(
    plain: Sequence[Estimate | None],
    held: Sequence[Estimate | None],
    plain_says: str,
    held_says: str,
) -> tuple[Comparison, ...]:
    """Potentiation without and with the antagonist in the same cultures, compared; none without a culture that has both."""
    from tricyclic.assays.binding.compare_conditions import compare_conditions

    both = [(a, b) for a, b in zip(plain, held, strict=True) if a is not None and b is not None]
    if not both:
        return ()
    return (
        compare_conditions(
            [a for a, _ in both], [b for _, b in both], pairs=True, names=(plain_says, held_says)
        ),
    )


def unsaid(response: DoseResponse) -> tuple[str, ...]:
    """Remarks on cultures that gave no number."""
    few = response.left_out[:3]
    more = len(response.left_out) - len(few)
    return (*few, *((f"and {more} culture{'s' if more > 1 else ''} more",) if more > 0 else ()))


def _shared(
    fits: Sequence[Fit], model: CurveModel, subject: str, variance: Variance
) -> Estimate | None:
    """One EC50 in all cultures; its interval knows the wells, not how much cultures differ in EC50."""
    from tricyclic.assays.binding.estimates import NANOMOLAR, from_log10
    from tricyclic.fitting.fit import Part, fit

    if len(fits) < 2:
        return None
    own = [
        name
        for name in (parameter.name for parameter in model.parameters)
        if name in ("baseline", "plateau")
    ]
    parts = [
        Part(found.parts[0].series, model, {name: f"{name} {k}" for name in own})
        for k, found in enumerate(fits, start=1)
    ]
    together = fit(parts, intervals=["log10_ec50"], variance=variance)
    if not together.ok or together["log10_ec50"].at_bound:
        return None
    told = from_log10(
        together, "log10_ec50", "EC50, one for all cultures", "nM", NANOMOLAR, subject=subject
    )
    if told.low <= 0 and math.isinf(told.high):
        return None
    return replace(
        told,
        n=len(fits),
        method=f"one fit of {len(fits)} cultures, profile likelihood of the wells",
    )


def _fold(found: Fit, subject: str, where: str) -> Estimate | None:
    """Plateau over baseline of a curve, with the limits that the covariance of both gives to its logarithm."""
    from tricyclic.stats.statistics import t_quantile

    bottom, top = found["baseline"].value, found["plateau"].value
    if not (bottom > 0 and top > 0):
        return None
    position = {parameter.name: i for i, parameter in enumerate(found.free)}
    i, j = position["baseline"], position["plateau"]
    gradient = np.array([-1.0 / bottom, 1.0 / top]) / math.log(10.0)
    variance = float(gradient @ found.covariance[np.ix_([i, j], [i, j])] @ gradient)
    se = math.sqrt(max(variance, 0.0)) if math.isfinite(variance) else math.inf
    decades = t_quantile(found.df, found.confidence) * se
    if decades > MOST_DECADES:
        return None
    reach = 10**decades
    return Estimate(
        "maximum fold",
        top / bottom,
        "",
        top / bottom / reach,
        top / bottom * reach,
        found.confidence,
        log10_se=se,
        method="plateau over baseline of one curve",
        subject=subject,
        where=where,
    )
