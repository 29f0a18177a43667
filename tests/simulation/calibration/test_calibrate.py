"""A calibration is compared with posteriors that are known in closed form."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.core.ensemble import Prior
from tricyclic.core.observation import Observation
from tricyclic.errors import NumericsError
from tricyclic.simulation.calibration.calibrate import CalibrationBudget, calibrate
from tricyclic.simulation.calibration.identifiability import (
    identifiability,
    information_shares,
    widening_without,
)
from tricyclic.simulation.calibration.parameters import ParameterSpace

SPACE = ParameterSpace(
    (
        Prior("rate", 1.0, 0.1, 10.0, "per_h", "log"),
        Prior("share", 0.9, 0.7, 0.97, "dimensionless", "logit"),
        Prior("unused", 2.0, 0.5, 8.0, "nM", "log"),
    )
)
SLOPES = np.array([[3.0, 1.0, 0.0], [-1.0, 4.0, 0.0], [2.0, 2.0, 0.0]])
SMALL = CalibrationBudget(
    starts=2,
    max_steps=6,
    around_best=200,
    rounds=1,
    per_round=150,
    final=800,
    chain_steps=300,
    final_chain_steps=2500,
    ensemble_size=60,
)


def observation(
    name, qualifier="is", value=math.nan, low=math.nan, high=math.nan, sd_log=0.5, fitted=True
):
    return Observation(
        name,
        name,
        "toy",
        name,
        "toy",
        "",
        "",
        "y",
        "at",
        0.0,
        1.0,
        qualifier,
        value,
        low,
        high,
        math.nan,
        sd_log,
        "assumed",
        "",
        fitted,
        certainty="assumed",
    )


def solve(rows, model, *, required=None, budget=SMALL, seed=5):
    def predict(values, on_done):
        return model(values)

    required = [False] * len(rows) if required is None else required
    return calibrate(rows, SPACE, required, predict, budget=budget, seed=seed)


def first_parameter(values):
    return np.exp(SPACE.standard(values)[:, :1])


def linear(values):
    return np.exp(0.3 + SPACE.standard(values) @ SLOPES.T)


@pytest.fixture(scope="module")
def toy():
    truth = np.array([0.3, -0.4, 0.0])
    seen = np.exp(0.3 + SLOPES @ truth)
    rows = [observation(f"row{k}", value=float(value)) for k, value in enumerate(seen)]
    result = solve(rows, linear, seed=3)
    scaled = SLOPES / 0.5
    covariance = np.linalg.inv(np.eye(3) + scaled.T @ scaled)
    return result, covariance, covariance @ scaled.T @ (scaled @ truth), rows


def test_a_linear_model_with_normal_errors_gets_the_posterior_of_algebra(toy):
    result, covariance, mean, _ = toy
    informed = slice(0, 2)
    weighted_mean = result.weights @ result.draws
    away = result.draws - weighted_mean
    spread = (away * result.weights[:, None]).T @ away
    assert weighted_mean[informed] == pytest.approx(mean[informed], abs=0.02)
    assert spread[informed, informed] == pytest.approx(
        covariance[informed, informed], rel=0.2, abs=2e-3
    )
    assert result.parameter_sets[0][informed] == pytest.approx(mean[informed], abs=0.05)


def test_a_parameter_that_nothing_informs_keeps_the_width_of_its_prior(toy):
    result, _, _, rows = toy
    rows_of = {
        item.name: item
        for item in identifiability(
            SPACE, result.draws, result.weights, result.slopes, [row.id for row in rows]
        )
    }
    assert rows_of["unused"].width == pytest.approx(1.0, abs=0.1)
    assert rows_of["unused"].rows == ()
    assert rows_of["rate"].width < 0.3
    assert rows_of["unused"].low == pytest.approx(
        2.0 * math.exp(-1.44 * math.log(16) / 3.92), rel=0.15
    )


def test_the_information_of_an_observation_is_the_square_of_its_slope(toy):
    result, _, _, _ = toy
    assert result.slopes[:, :, :2] == pytest.approx(
        np.broadcast_to(SLOPES[:, :2] / 0.5, result.slopes[:, :, :2].shape), rel=0.02
    )
    shares = information_shares(result.slopes)
    assert shares[:, 0].sum() == pytest.approx(
        # Squares of 6, 2 and 4, and 1 of the prior.
        56.0 / 57.0,
        rel=0.02,
    )
    assert np.argmax(shares[:, 1]) == 1


def test_leaving_an_observation_out_widens_as_in_linear_algebra():
    slopes = np.array([[6.0, 2.0], [0.0, 8.0], [6.0, 2.0]])
    without = np.linalg.inv(np.eye(2) + slopes[:2].T @ slopes[:2])
    with_all = np.linalg.inv(np.eye(2) + slopes.T @ slopes)
    assert widening_without(slopes[None])[2] == pytest.approx(
        np.sqrt(np.diag(without) / np.diag(with_all))
    )


def test_limits_cut_the_prior_where_they_are():
    # y is the standardised first parameter on the log scale; a sharp limit at its start value
    # leaves the upper half.
    rows = [observation("half", "above", low=1.0, sd_log=0.01)]
    result = solve(rows, first_parameter, required=[True])
    first = result.draws[:, 0]
    # A half normal cut at 1.96 has mean (pdf(0) - pdf(1.96)) / (0.975 - 0.5).
    expected = (0.39894 - 0.05845) / 0.475
    assert result.weights @ first == pytest.approx(expected, abs=0.05)
    assert result.ensemble_predictions[:, 0].min() >= 1.0


def test_conflicting_observations_are_met_half_way():
    rows = [observation("low", value=0.5, sd_log=0.2), observation("high", value=2.0, sd_log=0.2)]

    def model(values):
        one = np.exp(SPACE.standard(values)[:, :1])
        return np.concatenate([one, one], axis=1)

    result = solve(rows, model)
    assert np.log(result.ensemble_predictions[0]) == pytest.approx([0.0, 0.0], abs=0.05)


def test_an_observation_that_is_not_fitted_has_no_influence():
    rows = [observation("seen", value=2.0, sd_log=0.2, fitted=False)]
    result = solve(rows, first_parameter)
    assert result.weights @ result.draws[:, 0] == pytest.approx(0.0, abs=0.1)
    assert not result.slopes.any()


def test_the_same_seed_gives_the_same_parameter_sets():
    rows = [observation("row", value=1.5)]
    small = CalibrationBudget(
        starts=1,
        max_steps=3,
        around_best=60,
        rounds=0,
        per_round=0,
        final=150,
        chain_steps=50,
        final_chain_steps=200,
        ensemble_size=20,
    )

    def sets(seed):
        return solve(rows, first_parameter, budget=small, seed=seed).parameter_sets

    assert np.array_equal(sets(1), sets(1))
    assert not np.array_equal(sets(1), sets(2))


def test_runs_that_fail_are_left_out():
    def model(values):
        z = SPACE.standard(values)
        return np.where(z[:, 1:2] > 0.5, np.nan, np.exp(z[:, :1]))

    result = solve([observation("row", value=1.5)], model, seed=2)
    assert result.parameter_sets[:, 1].max() <= 0.5
    assert result.sampling["failed_runs"] > 0


def test_a_start_that_cannot_be_run_is_refused_with_a_sentence():
    with pytest.raises(NumericsError) as error:
        solve(
            [observation("row", value=1.5)],
            lambda values: np.full((len(values), 1), np.nan),
        )
    assert str(error.value) == "the scenario cannot be run with its start values"


def test_a_required_limit_that_contradicts_the_observations_is_reported():
    rows = [
        observation("low", value=0.5, sd_log=0.1),
        observation("limit", "above", low=2.0, sd_log=5.0),
    ]

    def model(values):
        return np.repeat(first_parameter(values), 2, axis=1)

    result = solve(rows, model, required=[False, True])
    assert result.notes[0] == (
        "Only 0 % of the draws by weight keep every required limit, so the ensemble may break them."
    )
    assert result.ensemble_predictions[0, 0] == pytest.approx(0.5, rel=0.1)


def test_chains_that_are_too_short_are_reported():
    result = solve(
        [observation("row", value=1.5)],
        first_parameter,
        budget=replace(SMALL, starts=1, rounds=0, final_chain_steps=100),
    )
    assert result.sampling["autocorrelation_times"] < 50
    assert result.notes[-1] == (
        "The chains are shorter than 50 autocorrelation times: calibrate with more steps."
    )
