"""Relative potency of a sample and a reference, from one fit with common plateaus and slope.

Equivalence decides whether the curves are parallel: the limits of the ratio of the slopes and of
the differences of the plateaus inside margins. Inside narrow margins a difference is of no
consequence, however significant; inside wide ones it must not be significant, of the slopes alone
or of all of the shape. A significant difference that is not inside the narrow margins is a failure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.potency.parallel_plot import parallel_plot
from tricyclic.core.analysis_options import Variance
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_confidence_interval, format_number, format_p, pluralize
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.choose import compare_models
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.restate import restated
from tricyclic.fitting.verdict import with_verdict
from tricyclic.results.binding import GroupComparison
from tricyclic.results.reproducibility import RelativePotency, ShapeDifference
from tricyclic.stats.statistics import t_quantile

MIN_DOSES = 4
BOTTOM, TOP, HILL = "bottom", "top", "hill"
SHAPE = (BOTTOM, TOP, HILL)
# Checks of one curve after which it has no potency, even if the common fit has one.
NO_CURVE = ("flat", "not_monotone")
EC50 = "log10_ec50"
# Ratio of slopes, and difference of plateaus over the span, that count as parallel.
SLOPE_MARGIN = (0.8, 1.25)
PLATEAU_MARGIN = 0.1
# The same where F shows no difference: wide enough for 9 doses in triplicate at a standard
# deviation of 4 % of the span (see docs/screens.md).
WIDE_SLOPE_MARGIN = (1 / 1.5, 1.5)
WIDE_PLATEAU_MARGIN = 0.2
# Confidence level of the shapes: two one-sided tests at 5 %.
SHAPE_CONFIDENCE = 0.9
ALPHA = 0.05
SOURCE = "default thresholds; equivalence, Hauck et al. 2005"


def relative_potency(
    reference: Series,
    sample: Series,
    model: CurveModel,
    *,
    fixed: Mapping[str, float] | None = None,
    variance: Variance = "constant",
    confidence: float = 0.95,
    slope_margin: tuple[float, float] = SLOPE_MARGIN,
    plateau_margin: float = PLATEAU_MARGIN,
) -> RelativePotency:
    """Potency of a sample relative to a reference.

    Parameters
    ----------
    reference, sample : Series
        Readings against `concentration_M`, in one unit, of the same assay.
    model : CurveModel
        The four-parameter logistic, or a model with the same parameter names.
    fixed : mapping of str to float
        Parameters of the shape with a fixed value for both.
    variance : str
        As in `fit`.
    confidence : float
        Confidence level of the potency.
    slope_margin : (float, float)
        Ratios of the Hill slopes, sample over reference, that count as parallel.
    plateau_margin : float
        Difference of a plateau, as a share of the reference's span, that counts as the same.

    Returns
    -------
    RelativePotency
        Potency 2: half the concentration of the sample has the effect of the reference.

    Raises
    ------
    InputError
        If the model has other parameters, the units differ, or a fit fails.

    Notes
    -----
    log10 EC50(sample) = log10 EC50(reference) - log10 potency, in the constrained fit. Equivalence
    of the shapes from 90 % limits of the separate fits, which are two one-sided tests at 5 %.
    """
    fixed = dict(fixed or {})
    _check_input(reference, sample, model, fixed, confidence)
    common_parts = _common(reference, sample, model)
    separate_parts = _separate(reference, sample, model)
    common = fit(
        common_parts,
        fixed=fixed,
        variance=variance,
        intervals=["log10_potency"],
        confidence=confidence,
    )
    separate = fit(
        separate_parts,
        fixed=_of_both(fixed),
        variance=variance,
        intervals="none",
    )
    one_slope = (
        None
        if HILL in fixed
        else fit(
            _separate(reference, sample, model, shared=(HILL,)),
            fixed=_of_both(fixed),
            variance=variance,
            intervals="none",
        )
    )
    for one, name in ((common, "common"), (separate, "separate")):
        if not one.ok:
            raise InputError(
                f"the fit of {name} curves failed: {one.message}",
                where=f"{reference.name}, {sample.name}",
            )
    shape = [
        _slope_difference(separate, slope_margin)
        if name == HILL
        else _plateau_difference(separate, name, plateau_margin)
        for name in SHAPE
        if name not in fixed
    ]
    result = _result(reference.name, sample.name, common, separate, shape)
    if one_slope is not None and one_slope.ok:
        result = replace(result, slope_test=_slope_test(one_slope, separate))
    alone = [*_alone(reference, model, fixed, variance), *_alone(sample, model, fixed, variance)]
    result = replace(result, checks=(*_checks(result, common), *alone))
    # Curves that are not parallel are drawn as they are, each with its own shape.
    shown, parts = (separate, separate_parts) if result.failed else (common, common_parts)
    return replace(result, plot=parallel_plot(result, shown, parts))


def _alone(
    series: Series, model: CurveModel, fixed: Mapping[str, float], variance: Variance
) -> tuple[Check, ...]:
    """Checks that fail where one of the two has no curve of its own whose potency could be had.

    A sample that is flat or a bell can share plateaus and slope with the reference in a common fit.
    """
    one = fit(series, model, fixed=fixed, variance=variance, intervals="none")
    verdict = with_verdict(one, (FitPart(series, model),))
    return tuple(
        replace(check, where=series.name, message=f"{series.name} alone: {check.message}")
        for check in verdict.checks
        if check.name in NO_CURVE and check.level == "fail"
    )


def _check_input(
    reference: Series,
    sample: Series,
    model: CurveModel,
    fixed: Mapping[str, float],
    confidence: float,
) -> None:
    needed = {*SHAPE, EC50}
    if needed - {p.name for p in model.parameters}:
        raise InputError(
            f"{model.name or model.description} has no relative potency",
            allowed=f"The model needs the parameters {', '.join(sorted(needed))}",
            do="Choose logistic_4pl",
        )
    if reference.y_unit != sample.y_unit:
        raise InputError(
            f"the reference is in {reference.y_unit}, the sample in {sample.y_unit}",
            where=sample.name,
            allowed="Both have the same unit",
        )
    if not 0 < confidence < 1:
        raise InputError(
            f"is {confidence:g}",
            where="confidence",
            allowed="It is between 0 and 1, such as 0.95",
        )
    for one in (reference, sample):
        doses = np.unique(one.x["concentration_M"][one.x["concentration_M"] > 0]).size
        if doses < MIN_DOSES:
            raise InputError(
                f"has {pluralize(doses, 'dose')} above 0",
                where=f"sample '{one.name}'",
                allowed=f"A curve of a relative potency has {MIN_DOSES} or more",
            )
    if not set(SHAPE) - set(fixed):
        raise InputError(
            "plateaus and slope are all fixed",
            do="Leave at least one of them free, to test parallelism",
        )


def _common(reference: Series, sample: Series, model: CurveModel) -> tuple[FitPart, FitPart]:
    """Both series under one curve; that of the sample is shifted by the potency."""
    ec50 = next(p for p in model.parameters if p.name == EC50)
    width = ec50.high - ec50.low
    shifted = restated(
        model,
        EC50,
        (
            replace(ec50, name="log10_of_reference", description="EC50 of the reference"),
            Parameter(
                "log10_potency",
                "log10",
                "potency of the sample relative to the reference",
                low=-width,
                high=width,
            ),
        ),
        lambda **v: v["log10_of_reference"] - v["log10_potency"],
        {
            "log10_of_reference": lambda **v: np.asarray(v[EC50]),
            "log10_potency": lambda **v: np.asarray(0.0),
        },
    )
    return (
        FitPart(reference, model, scatter="assay"),
        FitPart(sample, shifted, rename={"log10_of_reference": EC50}, scatter="assay"),
    )


def _separate(
    reference: Series, sample: Series, model: CurveModel, *, shared: Sequence[str] = ()
) -> tuple[FitPart, FitPart]:
    """Each series under a curve with its own shape, but for the parameters that are shared."""
    names = [p.name for p in model.parameters if p.name not in shared]
    return (
        FitPart(reference, model, rename={n: f"{n}[reference]" for n in names}, scatter="assay"),
        FitPart(sample, model, rename={n: f"{n}[sample]" for n in names}, scatter="assay"),
    )


def _slope_test(one_slope: Fit, separate: Fit) -> GroupComparison:
    """F of a slope for each curve against a common one, with separate plateaus."""
    return compare_models(
        one_slope,
        separate,
        name="equal slopes",
        simple_name="one slope for both curves",
        full_name="a slope for each curve",
    )


def _of_both(fixed: Mapping[str, float]) -> dict[str, float]:
    return {
        f"{name}[{side}]": value
        for name, value in fixed.items()
        for side in ("reference", "sample")
    }


def _result(
    reference: str,
    sample: str,
    common: Fit,
    separate: Fit,
    shape: Sequence[ShapeDifference],
) -> RelativePotency:
    """The potency from the common fit, with the test of parallelism; without checks."""
    potency = common["log10_potency"]
    own_ratio = separate[f"{EC50}[reference]"].value - separate[f"{EC50}[sample]"].value
    ec50 = 10.0 ** common[EC50].value
    unit = common[EC50].unit.removeprefix("log10 ")
    return RelativePotency(
        reference=reference,
        sample=sample,
        potency=10.0**potency.value,
        low=_power(potency.low),
        high=_power(potency.high),
        confidence=common.confidence,
        ec50_reference_M=ec50 if unit == "M" else math.nan,
        ec50_reference=ec50,
        dose_unit=unit,
        test=compare_models(
            common,
            separate,
            name="parallel curves",
            simple_name="one shape for both curves",
            full_name="a shape for each curve",
        ),
        shape=tuple(shape),
        ratio_at_own_shape=10.0**own_ratio,
    )


def _slope_difference(separate: Fit, margin: tuple[float, float]) -> ShapeDifference:
    """Ratio of the slopes; its error on the log scale is the relative one."""
    a, b = separate[f"{HILL}[reference]"], separate[f"{HILL}[sample]"]
    ratio = b.value / a.value
    low, high = -math.inf, math.inf
    # Slopes of opposite sign have no common shape, whatever their errors.
    if ratio > 0:
        middle = math.log(ratio)
        t = t_quantile(separate.df, SHAPE_CONFIDENCE)
        se = math.hypot(a.se / a.value, b.se / b.value)
        low, high = 0.0, math.inf
        if math.isfinite(se):
            low, high = math.exp(middle - t * se), math.exp(middle + t * se)
        ratio = math.exp(middle)
    return ShapeDifference(
        "hill ratio",
        "Hill slope of the sample over that of the reference",
        ratio,
        low,
        high,
        *margin,
        wide_low=min(margin[0], WIDE_SLOPE_MARGIN[0]),
        wide_high=max(margin[1], WIDE_SLOPE_MARGIN[1]),
    )


def _plateau_difference(separate: Fit, name: str, margin: float) -> ShapeDifference:
    """Difference of a plateau as a share of the reference's span."""
    a, b = separate[f"{name}[reference]"], separate[f"{name}[sample]"]
    span = abs(separate[f"{TOP}[reference]"].value - separate[f"{BOTTOM}[reference]"].value)
    t = t_quantile(separate.df, SHAPE_CONFIDENCE)
    difference = (b.value - a.value) / span
    half_width = t * math.hypot(a.se, b.se) / span
    half_width = half_width if math.isfinite(half_width) else math.inf
    return ShapeDifference(
        f"{name} difference",
        f"{name} of the sample minus that of the reference, over the reference's span",
        difference,
        difference - half_width,
        difference + half_width,
        -margin,
        margin,
        wide_low=-max(margin, WIDE_PLATEAU_MARGIN),
        wide_high=max(margin, WIDE_PLATEAU_MARGIN),
    )


def _checks(result: RelativePotency, common: Fit) -> tuple[Check, ...]:
    tests = [_f_check(result, result.test, "parallel_f", "shapes fit", "shape")]
    if result.slope_test is not None:
        tests.append(
            _f_check(result, result.slope_test, "parallel_slope_f", "slopes alone fit", "slope")
        )
    checks = [*tests, *(_shape_check(result, item) for item in result.shape)]
    if result.differs and not result.parallel:
        checks.append(
            Check(
                "not_parallel",
                "fail",
                "the curves differ significantly in shape, and are not equivalent within the "
                "margins",
                where=result.sample,
                source=SOURCE,
                advice="Do not report a relative potency; compare effects at given doses instead",
            )
        )
    return (*checks, *common.checks)


def _f_check(
    result: RelativePotency, test: GroupComparison, name: str, what: str, common: str
) -> Check:
    level = ALPHA / (2 if result.slope_test is not None else 1)
    differs = test.p < level
    p = format_p(test.p).removeprefix("p ")
    better = "better" if differs else "no better"
    return Check(
        name,
        "warn" if differs else "pass",
        f"separate {what} {better} than a common {common} (F p {p})",
        where=result.sample,
        value=test.p,
        limit=level,
        source="extra sum of squares F",
        advice="See below whether the difference matters" if differs else "",
    )


def _shape_check(result: RelativePotency, item: ShapeDifference) -> Check:
    interval = format_confidence_interval(item.low, item.high, item.confidence)
    # Within the wide margins it is enough that no difference is significant.
    wide = item.similar and not item.equivalent and not result.differs
    passes = item.equivalent or wide
    low, high = (item.wide_low, item.wide_high) if wide else (item.margin_low, item.margin_high)
    verdict = "within" if passes else "not shown to be within"
    return Check(
        "parallel_equivalence",
        "pass" if passes else "warn",
        f"{item.statement}: {format_number(item.difference)} ({interval}), {verdict} "
        f"{format_number(low)} to {format_number(high)}",
        where=result.sample,
        value=item.difference,
        limit=high,
        source=SOURCE,
        advice=""
        if passes
        else "One number does not describe the potency of curves with different shapes; widen "
        "the doses or repeat the experiment",
    )


def _power(exponent: float) -> float:
    if math.isnan(exponent):
        return math.nan
    if exponent > 300:
        return math.inf
    return 10.0**exponent if exponent > -300 else 0.0
