"""Scores of predictions against folds that can be counted by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tricyclic.core.ensemble import ObservationMisfit
from tricyclic.core.observation import Observation
from tricyclic.simulation.calibration.validation import predicted_ratio, validate

nan = math.nan
NUMBER = Observation(
    "n",
    "n",
    "topic",
    "description",
    "scenario",
    "",
    "",
    "x",
    "at",
    0,
    1,
    "is",
    100.0,
    nan,
    nan,
    nan,
    0.1,
    "assumed",
    "%",
    certainty="assumed",
)
ABOVE = replace(NUMBER, id="a", qualifier="above", value=nan, low=50.0)
BETWEEN = replace(NUMBER, id="b", qualifier="between", value=nan, low=80.0, high=125.0)


def predicted(name: str, median: float, low: float = nan, high: float = nan) -> ObservationMisfit:
    return ObservationMisfit(name, median, median, low, high, 0.0, 1.0)


def test_double_and_half_are_both_twofold_and_cancel_in_the_bias():
    score = validate(
        [NUMBER, replace(NUMBER, id="m")], [predicted("n", 200.0), predicted("m", 50.0)]
    )
    assert score.fold_error == pytest.approx(2.0)
    assert score.bias == pytest.approx(1.0)
    assert (score.n_numbers, score.n_within_twofold, score.n_limits) == (2, 2, 0)


def test_the_ratio_of_a_limit_is_1_where_it_is_kept_and_else_how_far_it_is_exceeded():
    assert predicted_ratio(ABOVE, 60.0) == 1.0
    assert predicted_ratio(ABOVE, 25.0) == pytest.approx(0.5)
    assert predicted_ratio(BETWEEN, 250.0) == pytest.approx(2.0)
    assert predicted_ratio(BETWEEN, 40.0) == pytest.approx(0.5)
    assert predicted_ratio(BETWEEN, 100.0) == 1.0
    score = validate([ABOVE, BETWEEN], [predicted("a", 60.0), predicted("b", 250.0)])
    assert (score.n_limits, score.n_limits_kept, score.n_numbers) == (2, 1, 0)
    assert math.isnan(score.fold_error)


def test_a_number_is_inside_only_where_there_is_a_band_that_contains_it():
    bands = [
        predicted("n", 90.0, 80.0, 110.0),
        predicted("m", 90.0, 80.0, 95.0),
        predicted("k", 100.0, 100.0, 100.0),
    ]
    assert (
        validate([NUMBER, replace(NUMBER, id="m"), replace(NUMBER, id="k")], bands).n_inside_band
        == 1
    )
