"""Residuals and distances of predictions, against values that can be computed by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.core.observation import Observation
from tricyclic.simulation.calibration.misfit import MisfitFunction, misfit_table

NUMBER = Observation(
    id="n",
    row="n",
    topic="topic",
    description="description",
    scenario="scenario",
    dosing="",
    reference="",
    quantity="x",
    measure="at",
    from_h=0,
    to_h=1,
    qualifier="is",
    value=100.0,
    low=math.nan,
    high=math.nan,
    error=math.nan,
    sd_log=0.1,
    sd_basis="assumed",
    unit="%",
    certainty="assumed",
)
ABOVE = replace(NUMBER, id="a", qualifier="above", value=math.nan, low=50.0)
BELOW = replace(NUMBER, id="b", qualifier="below", value=math.nan, high=50.0)
BETWEEN = replace(NUMBER, id="c", qualifier="between", value=math.nan, low=40.0, high=60.0)


def residual(row, number):
    return MisfitFunction([row]).residuals(np.log([[number]]))[0, 0]


def test_the_residual_of_a_number_is_its_log_distance_in_standard_deviations():
    assert residual(NUMBER, 100.0 * math.exp(0.25)) == pytest.approx(2.5)
    assert residual(NUMBER, 100.0 * math.exp(-0.1)) == pytest.approx(-1.0)


@pytest.mark.parametrize(("row", "sign"), [(ABOVE, 1), (BELOW, -1)])
def test_half_the_square_of_a_limits_residual_is_minus_the_log_probability_that_it_is_kept(
    row, sign
):
    for z in (-2.0, -0.5, 0.0, 1.0):
        number = 50.0 * math.exp(0.1 * z * sign)
        probability = 0.5 * math.erfc(-z / math.sqrt(2))
        assert 0.5 * residual(row, number) ** 2 == pytest.approx(-math.log(probability), rel=1e-6)


def test_a_range_counts_both_of_its_limits():
    for number in (35.0, 50.0, 70.0):
        both = math.hypot(
            residual(replace(ABOVE, low=40.0), number), residual(replace(BELOW, high=60.0), number)
        )
        assert residual(BETWEEN, number) == pytest.approx(both)


def test_an_observation_that_is_not_fitted_has_no_residual():
    assert residual(replace(NUMBER, fitted=False), 500.0) == 0.0


def test_the_log_likelihood_adds_up_and_is_minus_infinity_for_a_failed_run():
    function = MisfitFunction([NUMBER, NUMBER])
    log = np.log(np.array([[100.0, 100.0 * math.exp(0.2)], [np.nan, 100.0]]))
    assert function.log_likelihood(log).tolist() == [pytest.approx(-2.0), -math.inf]


def test_only_required_limits_count_as_limits():
    function = MisfitFunction([ABOVE, BETWEEN])
    predicted = np.array([[60.0, 50.0], [60.0, 70.0], [40.0, 50.0]])
    assert function.within_limits(predicted, [True, True]).tolist() == [True, False, False]
    assert function.within_limits(predicted, [True, False]).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("row", "number", "distance"),
    [
        (NUMBER, 100.0 * math.exp(-0.3), -3.0),
        (ABOVE, 60.0, 0.0),
        (ABOVE, 50.0 * math.exp(-0.2), -2.0),
        (BELOW, 40.0, 0.0),
        (BELOW, 50.0 * math.exp(0.2), 2.0),
        (BETWEEN, 50.0, 0.0),
        (BETWEEN, 40.0 * math.exp(-0.1), -1.0),
        (BETWEEN, 60.0 * math.exp(0.1), 1.0),
    ],
)
def test_the_distance_of_the_best_set_is_in_standard_deviations_beyond_the_limit(
    row, number, distance
):
    (misfit,) = misfit_table([row], np.array([number]), np.array([[number]]))
    assert misfit.distance == pytest.approx(distance)


def test_a_misfit_has_median_band_and_share_of_the_sets():
    predicted = np.linspace(1.0, 100.0, 100)[:, None]
    (misfit,) = misfit_table([BETWEEN], np.array([50.0]), predicted)
    assert (misfit.best, misfit.median) == (50.0, pytest.approx(50.5))
    assert misfit.low == pytest.approx(5.5) and misfit.high == pytest.approx(95.5)
    # 40 to 60 are 21 of the 100 sets.
    assert misfit.share == pytest.approx(0.21)
