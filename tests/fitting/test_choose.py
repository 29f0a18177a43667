"""Nested curves against R's anova, and the calibration against what it promises."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.choose import (
    calibrate,
    compare,
    compare_models,
    fixed_or_free,
    shared_or_separate,
    simpler_or_fuller,
)
from tricyclic.fitting.fit import FitPart, fit

R = json.loads((Path(__file__).parents[1] / "golden/r/curves.json").read_text(encoding="utf-8"))
ONE, HILL = CURVES["one_site_competition"], CURVES["one_site_competition_hill"]


def wells(readings, name="a", group="", **counting):
    dose = {"competitor_M": 10.0 ** np.array(R["x"])}
    return Series(name, np.array(readings, float), "cpm", dose, group=group, **counting)


def test_the_slope_test_has_the_f_and_p_of_r():
    compared = compare_models(fit(wells(R["a"]), ONE), fit(wells(R["a"]), HILL))
    assert (compared.statistic, compared.p) == pytest.approx(
        (R["hill_is_1"]["F"], R["hill_is_1"]["p"]), rel=1e-6
    )
    assert compared.df == (1, 23)


def test_shared_against_separate_ic50_has_the_f_and_p_of_r():
    parts = [
        FitPart(wells(R["a"], "a", "vehicle"), ONE, scatter="p"),
        FitPart(wells(R["b"], "b", "treated"), ONE, scatter="p"),
    ]
    compared = compare(*shared_or_separate(parts, ["log10_ic50"]), name="IC50")
    assert (compared.statistic, compared.p) == pytest.approx(
        (R["shared"]["F"], R["shared"]["p"]), rel=1e-6
    )
    assert compared.df == tuple(R["shared"]["df"])
    assert compared.statement == (
        "a separate log10_ic50 for vehicle and treated preferred to one log10_ic50 for vehicle and "
        "treated (p below 0.0001); AICc agrees (evidence ratio above one million)"
    )


def test_counting_noise_in_the_denominator_of_f_leaves_its_numerator_as_it_is():
    dose = 10.0 ** np.array(R["x"])
    quiet = ONE.curve(
        competitor_M=dose, specific=1.0, top=900.0, bottom=100.0, log10_ic50=-7.0, hill=-1.0
    )
    quiet = quiet + 20.0 * np.sin(np.arange(dose.size))
    series = wells(quiet, counting_slope=np.array(1.0), counting_offset=np.array(0.0))
    simple, full = (fit(series, model, variance="poisson") for model in (ONE, HILL))
    sd = full.parts[0].sd
    rss = [
        float(np.sum(((quiet - result.parts[0].expected) / sd) ** 2)) for result in (simple, full)
    ]
    assert rss[1] < full.df
    assert compare_models(simple, full).statistic == pytest.approx(rss[0] - rss[1], rel=1e-9)
    assert rss[0] > rss[1]


def test_what_is_in_question_gets_one_name_or_one_per_group():
    parts = [
        FitPart(wells(R["a"], "a", "vehicle"), ONE),
        FitPart(wells(R["b"], "b", "treated"), ONE),
    ]
    shared, separate = shared_or_separate(parts, ["log10_ic50"])
    assert {p.name_of("log10_ic50") for p in shared.parts} == {"log10_ic50"}
    assert [p.name_of("log10_ic50") for p in separate.parts] == [
        "log10_ic50[vehicle]",
        "log10_ic50[treated]",
    ]
    assert all(p.name_of("top") == "top" for p in separate.parts)


def test_a_value_given_for_a_shared_parameter_holds_for_each_copy():
    parts = [
        FitPart(wells(R["a"], "a", "vehicle"), ONE),
        FitPart(wells(R["b"], "b", "treated"), ONE),
    ]
    separate = shared_or_separate(parts, ["bottom"], fixed={"bottom": 300.0, "top": 2500.0})[1]
    assert separate.fixed == {"bottom[vehicle]": 300.0, "bottom[treated]": 300.0, "top": 2500.0}


def test_one_group_cannot_be_shared_or_separate():
    with pytest.raises(InputError, match="two groups"):
        shared_or_separate([FitPart(wells(R["a"], "a", "vehicle"), ONE)] * 2, ["log10_ic50"])
    with pytest.raises(InputError, match="parameter log10_ki"):
        shared_or_separate([FitPart(wells(R["a"]), ONE)], ["log10_ki"])


def test_fits_of_different_readings_are_not_compared():
    with pytest.raises(InputError, match="different readings"):
        compare_models(fit(wells(R["a"]), ONE), fit(wells(R["b"]), HILL))


def test_the_unit_of_the_readings_does_not_matter():
    one = compare(*fixed_or_free(FitPart(wells(R["a"]), HILL), {"hill": -1.0}))
    other = compare(*fixed_or_free(FitPart(wells(np.array(R["a"]) / 6022.0), HILL), {"hill": -1.0}))
    assert other.statistic == pytest.approx(one.statistic, rel=1e-5)
    assert dict(other.details)["AICc difference"] == pytest.approx(
        dict(one.details)["AICc difference"], abs=1e-4
    )


def test_a_failed_fit_is_reported_with_its_reason():
    flat = wells([500.0] * 27)
    with pytest.raises(InputError, match="all readings of a are equal"):
        compare(*simpler_or_fuller(flat, ONE, HILL))


def test_simulations_need_a_generator():
    with pytest.raises(InputError, match="rng"):
        compare(*simpler_or_fuller(wells(R["a"]), ONE, HILL), simulations=9)


def test_the_same_seed_gives_the_same_calibrated_p():
    p = [
        calibrate(wells(R["a"]), ONE, HILL, rng=np.random.default_rng(7), simulations=19)
        for _ in range(2)
    ]
    assert p[0] == p[1]


@pytest.mark.slow
def test_for_a_slope_on_many_wells_calibration_gives_nearly_the_nominal_p():
    # Triplicates at nine doses: F is close to F here, so the bootstrap has to agree with it.
    compared = compare(
        *fixed_or_free(FitPart(wells(R["a"]), HILL), {"hill": -1.0}),
        simulations=399,
        rng=np.random.default_rng(11),
    )
    assert compared.p_calibrated == pytest.approx(compared.p, abs=3 * np.sqrt(0.044 * 0.956 / 399))


def test_counted_wells_are_compared_under_their_counting_noise():
    truth = fit(wells(R["a"]), ONE)
    rng = np.random.default_rng(5)
    expected = truth.parts[0].expected
    counts = rng.poisson(expected).astype(float)
    series = replace(
        wells(R["a"]), y=counts, counting_slope=np.ones(27), counting_offset=np.zeros(27)
    )
    simple, full = simpler_or_fuller(series, ONE, HILL)
    compared = compare(simple, full, variance="counting")
    assert compared.p > 0.01
    # A slope of 1.6 in the same wells is detected.
    steep = expected.min() + np.ptp(expected) / (1 + (10 ** (np.array(R["x"]) + 8.13)) ** 1.6)
    spoilt = replace(series, y=rng.poisson(steep).astype(float))
    assert compare(*simpler_or_fuller(spoilt, ONE, HILL), variance="counting").p < 1e-6


@pytest.mark.parametrize(
    ("simple_aicc", "end"),
    [
        (
            100.0,
            (
                "one adequate: two fits no better than expected by chance (p = 0.17); AICc agrees "
                "(evidence ratio 12)"
            ),
        ),
        (
            110.0,
            (
                "one adequate: two fits no better than expected by chance (p = 0.17); AICc favours "
                "two (evidence ratio 12)"
            ),
        ),
        (
            np.inf,
            (
                "one adequate: two fits no better than expected by chance (p = 0.17); too few "
                "readings for AICc"
            ),
        ),
        (
            105.0 + 2 * np.log(0.99e6),
            (
                "one adequate: two fits no better than expected by chance "
                "(p = 0.17); AICc favours two (evidence ratio 990000)"
            ),
        ),
        (
            105.0 + 2 * np.log(1.01e6),
            (
                "one adequate: two fits no better than expected by chance "
                "(p = 0.17); AICc favours two (evidence ratio above one million)"
            ),
        ),
    ],
)
def test_the_statement_names_the_evidence_ratio_of_aicc(simple_aicc, end):
    simple = fit(wells(R["a"]), ONE, intervals="none")
    full = fit(wells(R["a"]), HILL, intervals="none")
    compared = compare_models(
        replace(simple, aicc=simple_aicc),
        replace(full, aicc=105.0),
        simple_name="one",
        full_name="two",
        p_calibrated=0.17,
    )
    assert compared.statement == end
