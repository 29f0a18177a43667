"""Each class of a screening curve begins exactly at the threshold of its rule."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.screening.curve_classes import (
    CLASSES,
    FittedCurve,
    curve_class,
    curve_ic50,
    describe_curve,
)

CURVE = FittedCurve(
    status="fitted",
    log10_ic50=-7.0,
    log10_ic50_low=-7.2,
    log10_ic50_high=-6.8,
    log10_ic50_se=0.1,
    hill=1.0,
    effect_low=0.0,
    effect_high=100.0,
    residual_sd=1.0,
    lowest=-9.0,
    highest=-5.0,
)


def class_of(curve, **settings):
    given = {"discovered": True, "median_effect": 0.0, "min_effect_percent": 30.0, **settings}
    return curve_class(curve, **given)


def at_share(share):
    """Distance in log10 units from the IC50 at which a curve of slope 1 has this share."""
    return math.log10(share / (1 - share))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "full curve, both plateaus"),
        ({"effect_high": 80.1}, "full curve, both plateaus"),
        ({"effect_high": 79.9}, "partial effect, both plateaus"),
        ({"hill": 3.01}, "steep"),
        ({"hill": 2.99}, "full curve, both plateaus"),
        ({"hill": 0.41, "lowest": -12.0, "highest": -2.0}, "full curve, both plateaus"),
        ({"hill": 0.39, "lowest": -12.0, "highest": -2.0}, "shallow"),
        ({"highest": -7.0 + at_share(0.79)}, "upper plateau missing"),
        ({"highest": -7.0 + at_share(0.81)}, "full curve, both plateaus"),
        ({"lowest": -7.0 + at_share(0.21)}, "lower plateau missing"),
        ({"lowest": -7.0 + at_share(0.19)}, "full curve, both plateaus"),
        (
            {"lowest": -7.0 + at_share(0.21), "highest": -7.0 + at_share(0.79)},
            "neither plateau",
        ),
        ({"highest": -7.01}, "IC50 above range"),
        ({"log10_ic50_high": math.inf}, "IC50 above range"),
        ({"lowest": -6.99}, "IC50 below range"),
        ({"log10_ic50_low": -math.inf}, "IC50 below range"),
        ({"hill": -1.0, "effect_low": 100.0, "effect_high": 0.0}, "inverted"),
        ({"status": "constant readings"}, "flat"),
        ({"status": "too few points"}, "not fitted"),
        ({"status": "no finite readings"}, "not fitted"),
        ({"status": "infinite readings"}, "not fitted"),
        ({"status": "not converged"}, "not fitted"),
        ({"status": "parameter at bound"}, "full curve, both plateaus"),
    ],
)
def test_a_curve_gets_the_class_of_its_rule(changes, expected):
    assert class_of(replace(CURVE, **changes)) == expected
    assert expected in CLASSES


def test_a_curve_that_is_no_discovery_is_flat_only_if_its_readings_show_no_effect():
    assert class_of(CURVE, discovered=False) == "not distinguishable from flat"
    small = replace(CURVE, effect_high=15.0)
    assert class_of(small, discovered=False) == "flat"


def test_a_curve_whose_shown_span_is_below_the_least_effect_is_flat():
    # Between 1 nM and 10 uM a curve with an IC50 of 100 nM shows 98 % of its span.
    shown = float(np.diff(CURVE.share(np.array([-9.0, -5.0])))[0])
    assert class_of(replace(CURVE, effect_high=30.1 / shown)) == "partial effect, both plateaus"
    assert class_of(replace(CURVE, effect_high=29.9 / shown)) == "flat"


@pytest.mark.parametrize(
    ("median_effect", "min_effect", "expected"),
    [
        (50.0, 30.0, "effect at every concentration"),
        (49.9, 30.0, "flat"),
        (60.0, 61.0, "flat"),
        (61.0, 61.0, "effect at every concentration"),
    ],
)
def test_a_flat_curve_at_half_effect_or_more_has_an_effect_at_every_concentration(
    median_effect, min_effect, expected
):
    flat = replace(CURVE, effect_high=0.0)
    settings = {"median_effect": median_effect, "min_effect_percent": min_effect}
    assert class_of(flat, **settings) == expected


@pytest.mark.parametrize(
    ("changes", "kind", "qualifier", "value", "low", "high"),
    [
        ({}, "full curve, both plateaus", "=", 100.0, 10**1.8, 10**2.2),
        ({}, "flat", ">", 1e4, 1e4, math.inf),
        ({}, "effect at every concentration", "<", 1.0, 0.0, 1.0),
        ({"log10_ic50": -4.9}, "IC50 above range", ">", 1e4, 1e4, math.inf),
        ({"log10_ic50": -9.1}, "IC50 below range", "<", 1.0, 0.0, 1.0),
        (
            {"log10_ic50_high": math.inf},
            "IC50 above range",
            "=",
            100.0,
            10**1.8,
            math.inf,
        ),
        ({"log10_ic50_low": -math.inf}, "IC50 below range", "=", 100.0, 0.0, 10**2.2),
    ],
)
def test_an_ic50_outside_the_concentrations_is_a_bound(changes, kind, qualifier, value, low, high):
    ic50 = curve_ic50(replace(CURVE, **changes), kind, 0.9, subject="drug", where="P1")
    assert ic50.qualifier == qualifier
    assert (ic50.value, ic50.low, ic50.high) == pytest.approx((value, low, high))
    assert (ic50.unit, ic50.confidence, ic50.subject, ic50.where) == ("nM", 0.9, "drug", "P1")


def test_a_curve_without_a_fit_has_no_ic50():
    assert math.isnan(curve_ic50(CURVE, "not fitted", 0.95).value)


@pytest.mark.parametrize(
    ("changes", "kind", "text"),
    [
        ({"status": "too few points"}, "not fitted", "not fitted: too few points"),
        ({"log10_ic50": -4.0}, "IC50 above range", "IC50 above 10.0 uM"),
        ({"log10_ic50": -10.0}, "IC50 below range", "IC50 below 1.00 nM"),
        ({}, "IC50 above range", "upper CI of IC50 unbounded"),
        ({}, "IC50 below range", "lower CI of IC50 unbounded"),
        ({"hill": 5.0}, "steep", "steep, slope 5.0"),
        ({"hill": 0.3}, "shallow", "shallow, slope 0.30"),
        ({"hill": -4.0}, "inverted", "inverted; steep, slope 4.0"),
        ({"hill": 4.0}, "flat", "flat"),
        ({}, "flat", "flat"),
    ],
)
def test_a_description_has_the_class_and_what_is_special(changes, kind, text):
    curve = replace(CURVE, **changes)
    assert describe_curve(curve, kind, curve_ic50(curve, kind, 0.95)) == text
