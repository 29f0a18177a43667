"""A judgement of predictions against folds that can be counted by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tricyclic.core.ensemble import Misfit
from tricyclic.core.observation import Observation
from tricyclic.simulation.calibration.validation import judged, off_by

nan = math.nan
NUMBER = Observation(
    "n",
    "n",
    "topic",
    "says",
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
ABOVE = replace(NUMBER, id="a", relation="above", value=nan, low=50.0)
BETWEEN = replace(NUMBER, id="b", relation="between", value=nan, low=80.0, high=125.0)


def found(name: str, middle: float, low: float = nan, high: float = nan) -> Misfit:
    return Misfit(name, middle, middle, low, high, 0.0, 1.0)


def test_double_and_half_are_both_twofold_and_cancel_in_the_bias():
    told = judged([NUMBER, replace(NUMBER, id="m")], [found("n", 200.0), found("m", 50.0)])
    assert told.fold == pytest.approx(2.0)
    assert told.bias == pytest.approx(1.0)
    assert (told.numbers, told.good, told.limits) == (2, 2, 0)


def test_a_limit_that_holds_is_not_off_and_one_that_is_broken_is_off_by_how_far_it_lies_beyond():
    assert off_by(ABOVE, 60.0) == 1.0
    assert off_by(ABOVE, 25.0) == pytest.approx(0.5)
    assert off_by(BETWEEN, 250.0) == pytest.approx(2.0)
    assert off_by(BETWEEN, 40.0) == pytest.approx(0.5)
    assert off_by(BETWEEN, 100.0) == 1.0
    told = judged([ABOVE, BETWEEN], [found("a", 60.0), found("b", 250.0)])
    assert (told.limits, told.kept, told.numbers) == (2, 1, 0)
    assert math.isnan(told.fold)


def test_a_number_is_inside_only_where_there_is_a_band_that_holds_it():
    bands = [
        found("n", 90.0, 80.0, 110.0),
        found("m", 90.0, 80.0, 95.0),
        found("k", 100.0, 100.0, 100.0),
    ]
    assert judged([NUMBER, replace(NUMBER, id="m"), replace(NUMBER, id="k")], bands).inside == 1
