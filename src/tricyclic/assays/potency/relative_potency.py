"""From two dose-response curves to how many times one is as potent as the other, and whether they are parallel at all.

The potency is a parameter of one fit in which both curves share plateaus and slope, so its limits are profile limits.
Parallelism is asked twice: whether the readings ask for separate shapes (F), and whether the shapes were shown to be the
same (limits inside margins), since many readings make every difference significant and few hide every one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tricyclic.core.analysis_options import Variance
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.estimate import Fit
from tricyclic.core.format import figures
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.choose import compare_models
from tricyclic.fitting.fit import Part, fit
from tricyclic.fitting.restate import restated
from tricyclic.results.reproducibility import RelativePotency, SharedShape
from tricyclic.stats.statistics import t_quantile

FEWEST_DOSES = 4
SHAPE = ("baseline", "plateau", "hill")
HALF = "log10_ec50"
SLOPE_MARGIN = (0.8, 1.25)
PLATEAU_MARGIN = 0.1
HOUSE = "limit of the house; equivalence as in USP <1032>"


def relative_potency(
    reference: Series,
    sample: Series,
    model: CurveModel,
    *,
    given: Mapping[str, float] | None = None,
    variance: Variance = "constant",
    confidence: float = 0.95,
    slope_margin: tuple[float, float] = SLOPE_MARGIN,
    plateau_margin: float = PLATEAU_MARGIN,
) -> RelativePotency:
    """Find the potency of a sample over that of a reference.

    Parameters
    ----------
    reference, sample : Series
        Readings against `concentration_M`, in one unit, of the same assay.
    model : CurveModel
        The four-parameter logistic of the shelf (or one with the same parameter names).
    given : mapping of str to float
        Parameters of the shape that are held at a value for both.
    variance : str
        As in `fit`.
    confidence : float
        Of the potency.
    slope_margin : (float, float)
        Ratios of the Hill slopes, sample over reference, that count as parallel.
    plateau_margin : float
        Difference of a plateau, as a share of the reference's span, that counts as the same.

    Returns
    -------
    RelativePotency
        Potency 2: half the concentration of the sample does what the reference does.

    Raises
    ------
    InputError
        If the curve has other parameters, the units differ, or a fit fails.

    Notes
    -----
    log10 EC50(sample) = log10 EC50(reference) - log10 potency, in the constrained fit. Equivalence of the shapes from 90 %
    limits of the separate fits, which are two one-sided tests at 5 %.
    """
    needed = {*SHAPE, HALF}
    if needed - {p.name for p in model.parameters}:
        raise InputError(
            f"{model.name or model.says} cannot be compared so",
            allowed=f"The curve needs {', '.join(sorted(needed))}",
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
            f"the confidence is {confidence:g}", allowed="It is between 0 and 1, such as 0.95"
        )
    for one in (reference, sample):
        doses = np.unique(one.x["concentration_M"][one.x["concentration_M"] > 0]).size
        if doses < FEWEST_DOSES:
            raise InputError(
                f"has {doses} dose{'' if doses == 1 else 's'} above 0",
                where=one.name,
                allowed=f"A curve that is compared has {FEWEST_DOSES} or more",
            )
    held = dict(given or {})
    common = fit(
        _common(reference, sample, model),
        given=held,
        variance=variance,
        intervals=["log10_potency"],
        confidence=confidence,
    )
    separate = fit(
        _separate(reference, sample, model, held),
        given=_both(held),
        variance=variance,
        intervals="none",
    )
    for found, what in ((common, "common"), (separate, "separate")):
        if not found.ok:
            raise InputError(
                f"the fit of {what} curves failed: {found.says}",
                where=f"{reference.name}, {sample.name}",
            )
    free = [name for name in SHAPE if name not in held]
    if not free:
        raise InputError(
            "plateaus and slope are all given",
            do="Leave at least one of them free, to test parallelism",
        )
    test = compare_models(
        common,
        separate,
        name="parallel curves",
        simple_says="one shape for both curves",
        full_says="a shape for each curve",
    )
    log = common["log10_potency"]
    told = RelativePotency(
        reference=reference.name,
        sample=sample.name,
        potency=10.0**log.value,
        low=_power(log.low),
        high=_power(log.high),
        confidence=confidence,
        ec50_reference_M=10.0 ** common[HALF].value,
        test=test,
        shape=tuple(_shape(separate, name, slope_margin, plateau_margin) for name in free),
        ratio_at_own_shape=10.0
        ** (separate[f"{HALF}[reference]"].value - separate[f"{HALF}[sample]"].value),
    )
    return replace(told, checks=_checks(told, common))


def _common(reference: Series, sample: Series, model: CurveModel) -> tuple[Part, Part]:
    half = next(p for p in model.parameters if p.name == HALF)
    reach = half.high - half.low
    moved = restated(
        model,
        HALF,
        (
            replace(half, name="log10_of_reference", says="EC50 of the reference"),
            Parameter(
                "log10_potency",
                "log10",
                "potency of the sample over the reference",
                low=-reach,
                high=reach,
            ),
        ),
        lambda **v: v["log10_of_reference"] - v["log10_potency"],
        {
            "log10_of_reference": lambda **v: np.asarray(v[HALF]),
            "log10_potency": lambda **v: np.asarray(0.0),
        },
    )
    return (
        Part(reference, model, scatter="assay"),
        Part(sample, moved, rename={"log10_of_reference": HALF}, scatter="assay"),
    )


def _separate(
    reference: Series, sample: Series, model: CurveModel, held: Mapping[str, float]
) -> tuple[Part, Part]:
    names = [p.name for p in model.parameters]
    return (
        Part(reference, model, rename={n: f"{n}[reference]" for n in names}, scatter="assay"),
        Part(sample, model, rename={n: f"{n}[sample]" for n in names}, scatter="assay"),
    )


def _both(held: Mapping[str, float]) -> dict[str, float]:
    return {
        f"{name}[{side}]": value for name, value in held.items() for side in ("reference", "sample")
    }


def _shape(
    separate: Fit, name: str, slope_margin: tuple[float, float], plateau_margin: float
) -> SharedShape:
    a, b = separate[f"{name}[reference]"], separate[f"{name}[sample]"]
    t = t_quantile(separate.df, 0.9)
    if name == "hill":
        # A slope is compared as a ratio; its error on the log scale is the relative one.
        se = math.hypot(a.se / a.value, b.se / b.value)
        middle = math.log(b.value / a.value)
        low, high = (
            math.exp(middle + sign * t * se) if math.isfinite(se) else (0.0, math.inf)[sign > 0]
            for sign in (-1, 1)
        )
        return SharedShape(
            "hill ratio",
            "Hill slope of the sample over that of the reference",
            math.exp(middle),
            low,
            high,
            *slope_margin,
        )
    span = abs(separate["plateau[reference]"].value - separate["baseline[reference]"].value)
    difference = (b.value - a.value) / span
    reach = t * math.hypot(a.se, b.se) / span
    reach = reach if math.isfinite(reach) else math.inf
    return SharedShape(
        f"{name} difference",
        f"{name} of the sample less that of the reference, over the reference's span",
        difference,
        difference - reach,
        difference + reach,
        -plateau_margin,
        plateau_margin,
    )


def _checks(found: RelativePotency, common: Fit) -> tuple[Check, ...]:
    where = found.sample
    differs = found.test.p < 0.05
    made = [
        Check(
            "parallel_f",
            "look" if differs else "fine",
            f"{'separate shapes fit better' if differs else 'separate shapes fit no better'} than a common one "
            f"(F p {'below 0.0001' if found.test.p < 1e-4 else '= ' + figures(found.test.p, 2)})",
            where=where,
            value=found.test.p,
            limit=0.05,
            source="extra sum of squares F",
            advice="See below whether the difference matters" if differs else "",
        )
    ]
    for item in found.shape:
        made.append(
            Check(
                "parallel_equivalence",
                "fine" if item.equivalent else "look",
                f"{item.says}: {figures(item.difference)} (90 %: {figures(item.low)} to {figures(item.high)})"
                f"{'' if item.equivalent else ', not shown to be'}{' is' if item.equivalent else ''} within {figures(item.margin_low)} to {figures(item.margin_high)}",
                where=where,
                value=item.difference,
                limit=item.margin_high,
                source=HOUSE,
                advice=""
                if item.equivalent
                else "One number cannot tell the potency of curves of another shape; widen the doses or repeat",
            )
        )
    if differs and not found.parallel:
        made.append(
            Check(
                "not_parallel",
                "stop",
                "the curves differ in shape by more than chance explains, and were not shown to agree within the margins",
                where=where,
                source=HOUSE,
                advice="Do not report a relative potency; compare effects at stated doses instead",
            )
        )
    return (*made, *common.checks)


def _power(exponent: float) -> float:
    return (
        math.nan
        if math.isnan(exponent)
        else math.inf
        if exponent > 300
        else 10.0**exponent
        if exponent > -300
        else 0.0
    )
