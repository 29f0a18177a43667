"""Calibration lines of a batch, limits of detection, and sensitivity that drifts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.calibration_line import (
    POWERS,
    WEIGHTINGS,
    BackCalculated,
    CalibrationLine,
    CalibrationStandard,
    LimitDefinition,
    Weighting,
    levels_of,
)
from tricyclic.core.format import pluralize
from tricyclic.errors import InputError
from tricyclic.results.chromatography import SensitivityDrift
from tricyclic.stats.statistics import with_t_interval
from tricyclic.stats.straight_line import StraightLine, fit_straight_line

Floats = NDArray[np.float64]

# A heavier weighting has to lower the mean error by this share to be chosen.
GAIN = 0.05
# No detector is linear over more.
_WIDEST = 1e8
DETECTION, QUANTIFICATION = 3.3, 10.0


def fit_calibration(
    standards: Sequence[CalibrationStandard],
    *,
    analyte: str,
    unit: str,
    weighting: Weighting | Literal["auto"] = "auto",
) -> CalibrationLine:
    """Fit a straight line to the standards of an analyte.

    Parameters
    ----------
    standards : sequence of CalibrationStandard
        Three levels or more that are not excluded.
    analyte, unit : str
        Unit of the amounts.
    weighting : {"auto", "1", "1/x", "1/x2"}
        auto: that with the smallest mean absolute error of the back-calculated standards; of two
        alike, the lighter one.

    Returns
    -------
    CalibrationLine

    Raises
    ------
    InputError
        If there are too few levels, an amount is not above 0, or the response does not rise with
        the amount.

    Notes
    -----
    The coefficient of determination does not choose a weighting: it is close to 1 for lines that
    miss the low standards by a quarter.
    """
    where = f"calibration of {analyte}"
    bad = [s for s in standards if not (math.isfinite(s.amount) and s.amount > 0)]
    if bad:
        raise InputError(
            f"the amount of {bad[0].name} is {bad[0].amount:g} {unit}",
            where=where,
            allowed="Amounts of standards are above 0",
            do='List an injection without analyte as "blank"',
        )
    used = [s for s in standards if not s.excluded]
    unknown = [s.name for s in used if not math.isfinite(s.response)]
    if unknown:
        raise InputError(
            f"{unknown[0]} has no response",
            where=where,
            do="Exclude it with a reason, or mend the window of the compound",
        )
    levels = levels_of(s.amount for s in used)
    if len(levels) < 3:
        reasons = Counter(s.excluded for s in standards if s.excluded)
        left_out = ", ".join(f"{reason}: {count}" for reason, count in reasons.most_common(3))
        raise InputError(
            f"{pluralize(len(used), 'standard')} at {pluralize(len(levels), 'level')}"
            + (f"; {sum(reasons.values())} are left out ({left_out})" if reasons else ""),
            where=where,
            allowed="A line needs three levels or more",
            do="Add standards to the sample list"
            if not reasons
            else "Mend the reasons, or add standards to the sample list",
        )
    if levels[-1] > _WIDEST * levels[0]:
        raise InputError(
            f"the amounts of the standards are from {levels[0]:g} to {levels[-1]:g} {unit}",
            where=where,
            allowed=f"The top one is at most {_WIDEST:.0e} times the lowest",
            do="Correct the amounts in the sample list",
        )
    choices = WEIGHTINGS if weighting == "auto" else (weighting,)
    if weighting not in ("auto", *WEIGHTINGS):
        raise InputError(
            f"weighting {weighting!r}", where=where, allowed="It is auto, 1, 1/x or 1/x2"
        )
    fits = {one: _weighted_line(used, one) for one in WEIGHTINGS}
    errors = {one: _mean_error(used, fit) for one, fit in fits.items()}
    best = choices[0]
    for one in choices[1:]:
        if errors[one] < (1.0 - GAIN) * errors[best]:
            best = one
    fit = fits[best]
    if not fit.slope > 0:
        raise InputError(
            "the response does not rise with the amount",
            where=where,
            do="Look for standards that were mixed up in the sample list",
        )
    return CalibrationLine(
        analyte=analyte,
        unit=unit,
        weighting=best,
        chosen=weighting == "auto",
        slope=fit.slope,
        intercept=fit.intercept,
        slope_se=fit.slope_se,
        intercept_se=fit.intercept_se,
        covariance=fit.covariance,
        residual_sd=fit.residual_sd,
        df=fit.df,
        standards=tuple(
            BackCalculated(s, (s.response - fit.intercept) / fit.slope) for s in standards
        ),
        mean_errors=tuple(errors.items()),
    )


def _weighted_line(standards: Sequence[CalibrationStandard], weighting: Weighting) -> StraightLine:
    x = np.array([s.amount for s in standards])
    return fit_straight_line(x, [s.response for s in standards], x ** -POWERS[weighting])


def _mean_error(standards: Sequence[CalibrationStandard], line: StraightLine) -> float:
    if line.slope == 0:
        return math.inf
    back = np.array([(s.response - line.intercept) / line.slope for s in standards])
    nominal = np.array([s.amount for s in standards])
    return float(100.0 * np.abs(back / nominal - 1.0).mean())


def limits_of(
    line: CalibrationLine,
    *,
    blanks: Sequence[float] = (),
    signal_to_noise: Sequence[tuple[float, float]] = (),
) -> tuple[LimitDefinition, ...]:
    """Limits of detection and quantification by each definition that the batch allows.

    Parameters
    ----------
    line : CalibrationLine
    blanks : sequence of float
        Responses of blanks; three or more give the definition by their standard deviation.
    signal_to_noise : sequence of (amount, signal over noise)
        Of the lowest standards.

    Notes
    -----
    3.3 sigma / slope and 10 sigma / slope, where sigma is the standard deviation of blanks, of the
    residuals or of the intercept; signal to noise of 3 and 10 (ICH Q2(R1), 6.2, 6.3, 7.2 and 7.3;
    ICH Q2(R2), 3.2.3, as others quote it). The guidelines recommend to state the definition, and to
    confirm the limits with samples near them. With weights, the residual standard deviation is that
    at the lowest standard; that of the intercept is its standard error in this one line.
    """
    rows = [
        ("residual standard deviation at the lowest standard", line.scatter(line.lowest)),
        ("standard error of the intercept", line.intercept_se),
    ]
    finite = [value for value in blanks if math.isfinite(value)]
    if len(finite) >= 3:
        rows.append((f"standard deviation of {len(finite)} blanks", float(np.std(finite, ddof=1))))
    definitions = [
        LimitDefinition(
            name, sigma, DETECTION * sigma / line.slope, QUANTIFICATION * sigma / line.slope
        )
        for name, sigma in rows
    ]
    per_noise = [amount / ratio for amount, ratio in signal_to_noise if ratio > 0]
    if per_noise:
        noise = float(np.mean(per_noise))
        definitions.append(
            LimitDefinition(
                "signal over noise of 3 and 10, from "
                f"{pluralize(len(per_noise), 'injection')} of the lowest standard",
                math.nan,
                3.0 * noise,
                10.0 * noise,
            )
        )
    return tuple(definitions)


def sensitivity_drift(
    orders: Sequence[float], responses: Sequence[float], *, confidence: float = 0.95
) -> SensitivityDrift:
    """Drift of the sensitivity from repeated injections of one standard.

    Parameters
    ----------
    orders : sequence of float
        Place of each in the batch.
    responses : sequence of float
        Above 0; injections of one place are averaged.

    Raises
    ------
    InputError
        If there are fewer than three places, or a response is not above 0.
    """
    at = np.asarray(orders, float)
    y = np.asarray(responses, float)
    places = np.unique(at)
    if at.size != y.size or places.size < 3 or not (y > 0).all():
        raise InputError(
            f"{y.size} responses at {places.size} places of the batch",
            where="drift",
            allowed="Drift needs one standard at three places or more, with responses above 0",
        )
    logs = np.array([np.log(y[at == place]).mean() for place in places])
    line = fit_straight_line(places, logs)
    return SensitivityDrift(
        with_t_interval(line.slope, line.slope_se, line.df, confidence),
        100.0 * math.expm1(line.slope * float(places[-1] - places[0])),
        tuple(places.tolist()),
        tuple(np.exp(logs).tolist()),
    )
