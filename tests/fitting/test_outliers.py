"""ROUT: the robust curve against optim of R, planted outliers suggested, none on clean plates."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.fit import FitPart
from tricyclic.fitting.outliers import detect_outliers_rout, suspects_as_checks
from tricyclic.fitting.problem import FitProblem
from tricyclic.numerics.robust import flag_outliers, robust_fit, robust_sd

R = json.loads((Path(__file__).parents[1] / "golden/r/curves.json").read_text(encoding="utf-8"))
ONE = CURVES["one_site_competition"]
DOSE = 10.0 ** np.array(R["x"])


def plate(y, **more):
    return Series(
        "plate",
        y,
        "cpm",
        {"competitor_M": DOSE},
        labels=tuple(f"well {i + 1}" for i in range(27)),
        **more,
    )


def simulated(rng, cv=0.05):
    mean = 300 + 2200 / (1 + DOSE / 10 ** rng.uniform(-8.7, -7.3))
    y = rng.poisson(mean * np.maximum(1 + cv * rng.standard_normal(27), 0.1)).astype(float)
    return plate(y, counting_slope=np.ones(27), counting_offset=np.zeros(27))


def test_the_robust_curve_is_the_lorentzian_optimum_that_r_finds():
    witness = R["robust"]
    problem = FitProblem((FitPart(plate(witness["spoilt"]), ONE),), {}, ())
    start = np.array([2400.0, 350.0, -8.0])
    result = robust_fit(
        problem.expected,
        problem.y,
        np.ones(27),
        [start],
        problem.low,
        problem.high,
        np.abs(start),
        scale=witness["scale"],
    )
    assert result.merit == pytest.approx(witness["merit"], rel=1e-9)
    assert result.x == pytest.approx([witness["top"], witness["bottom"], witness["l"]], rel=1e-5)


def test_the_robust_deviation_of_a_normal_sample_is_its_standard_deviation():
    normal = np.random.default_rng(1).standard_normal(200_000)
    assert robust_sd(normal, 0) == pytest.approx(1.0, abs=0.01)
    assert robust_sd(np.arange(-10.0, 11.0), 3) == pytest.approx(
        np.quantile(np.abs(np.arange(-10, 11)), 0.6827) * 21 / 18
    )


def test_a_spoilt_well_is_the_only_one_that_is_suggested():
    result = detect_outliers_rout(plate(R["robust"]["spoilt"]), ONE)
    assert [s.label for s in result] == ["well 11"]
    assert result[0].observed == 2600 and result[0].expected == pytest.approx(1840, abs=20)
    check = suspects_as_checks(result)[0]
    assert check.level == "warn" and check.source == "motulsky_2006"
    assert re.fullmatch(
        r"well 11 is 2600, \d+(\.\d)? robust standard deviations from the expected 18\d\d",
        check.message,
    )
    assert check.advice == (
        "It is still in the result; the result without it is given beside. Check the notebook; "
        "exclude it only for a reason that you write down"
    )


def test_the_same_wells_before_they_were_spoilt_give_no_suggestion():
    assert detect_outliers_rout(plate(R["a"]), ONE) == ()


@pytest.mark.parametrize("variance", ["constant", "proportional", "poisson", "counting"])
def test_three_planted_outliers_are_suggested_under_every_variance_model(variance):
    series = simulated(np.random.default_rng(8), cv=0.02)
    y = series.y.copy()
    y[[4, 13, 22]] = [800.0, 4000.0, 1500.0]
    result = detect_outliers_rout(replace(series, y=y), ONE, variance=variance)
    assert {4, 13, 22} <= {s.index for s in result}
    assert len(result) <= 5


@pytest.mark.slow
def test_clean_plates_raise_a_false_alarm_no_more_often_than_published():
    # Motulsky & Brown report 1 to 3 % of clean experiments at Q = 1 %.
    rng = np.random.default_rng(20)
    alarms = sum(
        bool(detect_outliers_rout(simulated(rng), ONE, variance="counting")) for _ in range(150)
    )
    assert alarms / 150 <= 0.06


def table_of_amounts(scatter: str, rng: np.random.Generator) -> Series:
    """A good table, 20 to 500 fmol/mg, with scatter of one kind."""
    dose = np.repeat(np.r_[0.0, 10.0 ** np.arange(-11.0, -4.9, 0.5)], 3)
    y = 20.0 + 480.0 / (1.0 + dose / 3e-9)
    sd = {"constant": np.full_like(y, 8.0), "proportional": 0.03 * y, "counting": np.sqrt(y)}
    y = y + sd[scatter] * rng.standard_normal(y.size)
    return Series("table", y, "fmol/mg", {"competitor_M": dose})


@pytest.mark.slow
@pytest.mark.parametrize("variance", ["constant", "proportional"])
@pytest.mark.parametrize("scatter", ["constant", "proportional", "counting"])
def test_good_tables_get_no_more_false_suggestions_than_stated(scatter, variance):
    """At q = 1 % more than 4 of 100 tables have a probability of 0.4 %."""
    rng = np.random.default_rng(5)
    tables = sum(
        bool(detect_outliers_rout(table_of_amounts(scatter, rng), ONE, variance=variance))
        for _ in range(100)
    )
    assert tables <= 4


@pytest.mark.parametrize("scatter", ["constant", "proportional", "counting"])
def test_the_scatter_of_suggestions_grows_as_that_of_the_readings(scatter):
    rng = np.random.default_rng(6)
    for _ in range(4):
        good = table_of_amounts(scatter, rng)
        assert detect_outliers_rout(good, ONE) == ()
        y = good.y.copy()
        # 12 standard deviations at the top and, where the scatter is smaller there, at the bottom.
        y[1] += 12 * {"constant": 8.0, "proportional": 15.0, "counting": 22.4}[scatter]
        y[-2] += 12 * {"constant": 8.0, "proportional": 0.6, "counting": 4.5}[scatter]
        suggested = detect_outliers_rout(replace(good, y=y), ONE)
        assert {s.index for s in suggested} == {1, y.size - 2}


def test_readings_exactly_on_their_curve_get_no_suggestion():
    dose = np.repeat(10.0 ** np.arange(-11.0, -4.9, 0.5), 2)
    exact = Series("exact", 20 + 480 / (1 + dose / 3e-9), "fmol/mg", {"competitor_M": dose})
    for variance in ("constant", "proportional"):
        assert detect_outliers_rout(exact, ONE, variance=variance) == ()


def test_only_the_outer_three_tenths_are_tested_and_all_beyond_the_first_outlier_are_flagged():
    scores = np.array([0.1, -0.2, 0.3, 0.5, -0.6, 0.7, 0.9, 12.0, -9.0, 15.0])
    assert list(np.flatnonzero(flag_outliers(scores, 7, 0.01))) == [7, 8, 9]
    assert not flag_outliers(np.linspace(-1.5, 1.5, 30), 27, 0.01).any()
    four_far = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 20.0, 21.0, 22.0, 23.0])
    assert list(np.flatnonzero(flag_outliers(four_far, 7, 0.01))) == [7, 8, 9]


def test_parts_are_tested_together_and_named_separately():
    b, a = plate(R["b"]), replace(plate(R["robust"]["spoilt"]), name="second")
    result = detect_outliers_rout(
        [FitPart(b, ONE, {"log10_ic50": "other"}), FitPart(a, ONE)], variance="proportional"
    )
    assert [(s.series, s.index) for s in result] == [("second", 10)]


def test_a_false_discovery_rate_out_of_range_is_refused():
    for q, text in ((0.5, "0.5"), (0.0, "0"), (1.0, "1")):
        with pytest.raises(InputError) as error:
            detect_outliers_rout(plate(R["a"]), ONE, q=q)
        assert str(error.value) == f"Q is {text}. It lies above 0 and below 0.5, such as 0.01."


def test_too_few_readings_give_no_suggestion():
    few = Series(
        "few", [2500.0, 1300.0, 300.0, 320.0], "cpm", {"competitor_M": [0.0, 1e-8, 1e-6, 1e-5]}
    )
    assert detect_outliers_rout(few, ONE) == ()


@pytest.mark.parametrize(("n", "suggested"), [(5, []), (6, [2])])
def test_three_readings_more_than_parameters_are_needed(n, suggested):
    dose = np.array([0.0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-5])[:n]
    y = 300 + 2000 / (1 + dose / 3e-9) + np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])[:n]
    y[2] += 5000.0
    series = Series("spoilt", y, "cpm", {"competitor_M": dose})
    assert [s.index for s in detect_outliers_rout(series, ONE)] == suggested


def two_sites(rng):
    dose = np.repeat(10.0 ** np.arange(-10.0, -3.9, 0.5), 3)
    share = 0.5 / (1 + dose / 5e-9) + 0.5 / (1 + dose / 1e-6)
    y = 100 + 1200 * share * (1 + 0.03 * rng.standard_normal(dose.size))
    return Series("plate", y, "cpm", {"competitor_M": dose})


def test_replicates_that_agree_against_a_wrong_curve_are_no_outliers():
    for seed in range(6):
        series = two_sites(np.random.default_rng(seed))
        assert not detect_outliers_rout(series, ONE, variance="proportional")


def test_a_reading_against_its_replicates_is_suggested_beside_them():
    series = two_sites(np.random.default_rng(7))
    y = series.y.copy()
    y[19] *= 4
    result = detect_outliers_rout(replace(series, y=y), CURVES["one_site_competition_hill"])
    assert [s.index for s in result] == [19]


def test_several_suggestions_of_a_plate_are_one_check_that_names_each():
    y = R["robust"]["spoilt"].copy()
    y[2] = 5 * y[2]
    suspects = detect_outliers_rout(plate(y), ONE)
    assert len(suspects) == 2
    (check,) = suspects_as_checks(suspects)
    assert all(s.label in check.message for s in suspects)
    assert check.advice.startswith("They are still in the result; the result without them")


def test_many_suggestions_of_a_run_are_a_question_about_layout_and_curve():
    y = R["robust"]["spoilt"].copy()
    (one,) = detect_outliers_rout(plate(y), ONE)
    several = [replace(one, index=i, label=f"A{i + 1}", distance=5.0 + i) for i in range(4)]
    (check,) = suspects_as_checks(several)
    assert check.message == (
        "4 readings lie 5.0 or more robust standard deviations from the curve: A1, A2, A3 and A4"
    )
    assert check.advice.startswith("So many are seldom outliers: check the layout")
    (fewer,) = suspects_as_checks(several[:3])
    assert fewer.message.count("robust standard deviations from the expected") == 3


@pytest.mark.parametrize("scatter", ["constant", "proportional"])
def test_amounts_of_either_scatter_have_outliers_only_where_one_is(scatter):
    """Total and non-specific binding over a hundredfold range: under the wrong scatter 19 of 20
    clean tables have a suggestion.
    """
    rng = np.random.default_rng(4)
    added = np.tile(np.repeat([0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8], 2), 2)
    specific = np.repeat([1.0, 0.0], 16)
    mean = specific * 60 * added / (added + 0.5) + 3 * added
    x = {"radioligand_M": added * 1e-9, "specific": specific}
    suggested, detected = 0, 0
    for _ in range(8):
        noise = rng.standard_normal(32)
        y = mean * (1 + 0.05 * noise) if scatter == "proportional" else mean + 1.5 * noise
        spoilt = y.copy()
        well = int(rng.integers(8, 16))
        spoilt[well] *= 2
        for values, is_clean in ((y, True), (spoilt, False)):
            part = FitPart(Series("s", values, "fmol/mg", x), CURVES["saturation"])
            suspects = detect_outliers_rout([part])
            suggested += is_clean and bool(suspects)
            detected += not is_clean and well in {one.index for one in suspects}
    assert suggested <= 1
    assert detected == 8
