"""ROUT: the robust curve against R's optim, planted outliers found, clean plates left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tricyclic.core.series import Series
from tricyclic.curves import SHELF
from tricyclic.errors import InputError
from tricyclic.fitting.fit import Part
from tricyclic.fitting.outliers import rout, suspects_as_checks
from tricyclic.fitting.problem import Problem
from tricyclic.numerics.robust import discordant, robust_fit, robust_sd

R = json.loads((Path(__file__).parents[1] / "golden/r/curves.json").read_text(encoding="utf-8"))
ONE = SHELF["one_site_competition"]
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
    problem = Problem((Part(plate(witness["spoilt"]), ONE),), {}, ())
    start = np.array([2400.0, 350.0, -8.0])
    found = robust_fit(
        problem.expected,
        problem.y,
        np.ones(27),
        [start],
        problem.low,
        problem.high,
        np.abs(start),
        scale=witness["scale"],
    )
    assert found.merit == pytest.approx(witness["merit"], rel=1e-9)
    assert found.x == pytest.approx([witness["top"], witness["bottom"], witness["l"]], rel=1e-5)


def test_the_robust_deviation_of_a_normal_sample_is_its_standard_deviation():
    normal = np.random.default_rng(1).standard_normal(200_000)
    assert robust_sd(normal, 0) == pytest.approx(1.0, abs=0.01)
    assert robust_sd(np.arange(-10.0, 11.0), 3) == pytest.approx(
        np.quantile(np.abs(np.arange(-10, 11)), 0.6827) * 21 / 18
    )


def test_a_spoilt_well_is_named_and_the_others_are_not():
    found = rout(plate(R["robust"]["spoilt"]), ONE)
    assert [s.label for s in found] == ["well 11"]
    assert found[0].observed == 2600 and found[0].expected == pytest.approx(1840, abs=20)
    check = suspects_as_checks(found)[0]
    assert (
        check.level == "look"
        and "well 11 reads 2600" in check.says
        and "still in the fit" in check.advice
    )


def test_the_same_wells_unspoilt_raise_nothing():
    assert rout(plate(R["a"]), ONE) == ()


@pytest.mark.parametrize("variance", ["constant", "proportional", "poisson", "counting"])
def test_three_planted_outliers_are_found_under_every_variance_model(variance):
    series = simulated(np.random.default_rng(8), cv=0.02)
    y = series.y.copy()
    y[[4, 13, 22]] = [800.0, 4000.0, 1500.0]
    found = rout(replace(series, y=y), ONE, variance=variance)
    assert {4, 13, 22} <= {s.index for s in found}
    assert len(found) <= 5


def test_clean_plates_raise_a_false_alarm_no_more_often_than_published():
    # Motulsky & Brown report 1 to 3 % of clean experiments at Q = 1 %.
    rng = np.random.default_rng(20)
    alarms = sum(bool(rout(simulated(rng), ONE, variance="counting")) for _ in range(150))
    assert alarms / 150 <= 0.06


def test_outliers_are_looked_for_in_the_outer_three_tenths_only_and_all_beyond_the_first_are_marked():
    scores = np.array([0.1, -0.2, 0.3, 0.5, -0.6, 0.7, 0.9, 12.0, -9.0, 15.0])
    assert list(np.flatnonzero(discordant(scores, 7, 0.01))) == [7, 8, 9]
    assert not discordant(np.linspace(-1.5, 1.5, 30), 27, 0.01).any()


def test_parts_are_judged_together_and_named_apart():
    b, a = plate(R["b"]), replace(plate(R["robust"]["spoilt"]), name="second")
    found = rout([Part(b, ONE, {"log10_ic50": "other"}), Part(a, ONE)], variance="proportional")
    assert [(s.series, s.index) for s in found] == [("second", 10)]


def test_a_false_discovery_rate_out_of_range_is_refused():
    with pytest.raises(InputError, match="above 0 and below"):
        rout(plate(R["a"]), ONE, q=1.0)


def test_too_few_readings_raise_no_suspicion():
    few = Series(
        "few", [2500.0, 1300.0, 300.0, 320.0], "cpm", {"competitor_M": [0.0, 1e-8, 1e-6, 1e-5]}
    )
    assert rout(few, ONE) == ()
