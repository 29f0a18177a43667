"""A calibration is held against posteriors that can be written down."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.core.ensemble import Prior
from tricyclic.core.observation import Observation
from tricyclic.errors import NumericsError
from tricyclic.simulation.calibration.calibrate import Budget, calibration
from tricyclic.simulation.calibration.identifiability import (
    identified,
    information_shares,
    widening_without,
)
from tricyclic.simulation.calibration.parameters import Space

SPACE = Space(
    (
        Prior("rate", 1.0, 0.1, 10.0, "per_h", "log"),
        Prior("share", 0.9, 0.7, 0.97, "dimensionless", "logit"),
        Prior("unused", 2.0, 0.5, 8.0, "nM", "log"),
    )
)
SLOPES = np.array([[3.0, 1.0, 0.0], [-1.0, 4.0, 0.0], [2.0, 2.0, 0.0]])
SMALL = Budget(
    starts=2,
    descents=6,
    first=200,
    rounds=1,
    each=150,
    last=800,
    steps=300,
    last_steps=2500,
    members=60,
)


def observation(
    name, relation="is", value=math.nan, low=math.nan, high=math.nan, sd_log=0.5, fitted=True
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
        relation,
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


def solve(work, model):
    asked = next(work)
    try:
        while True:
            asked = work.send(model(asked.values))
    except StopIteration as stop:
        return stop.value


def linear(values):
    return np.exp(0.3 + SPACE.standard(values) @ SLOPES.T)


@pytest.fixture(scope="module")
def toy():
    truth = np.array([0.3, -0.4, 0.0])
    seen = np.exp(0.3 + SLOPES @ truth)
    rows = [observation(f"row{k}", value=float(value)) for k, value in enumerate(seen)]
    result = solve(calibration(rows, SPACE, [False] * 3, budget=SMALL, seed=3), linear)
    scaled = SLOPES / 0.5
    covariance = np.linalg.inv(np.eye(3) + scaled.T @ scaled)
    return result, covariance, covariance @ scaled.T @ (scaled @ truth), rows


def test_a_linear_model_with_normal_errors_gets_the_posterior_of_algebra(toy):
    result, covariance, mean, _ = toy
    informed = slice(0, 2)
    found = result.weights @ result.draws
    away = result.draws - found
    spread = (away * result.weights[:, None]).T @ away
    assert found[informed] == pytest.approx(mean[informed], abs=0.02)
    assert spread[informed, informed] == pytest.approx(
        covariance[informed, informed], rel=0.2, abs=2e-3
    )
    assert result.best[informed] == pytest.approx(mean[informed], abs=0.05)


def test_a_parameter_that_nothing_informs_keeps_the_width_of_its_prior(toy):
    result, _, _, rows = toy
    learnt = {
        item.name: item
        for item in identified(
            SPACE, result.draws, result.weights, result.slopes, [row.id for row in rows]
        )
    }
    assert learnt["unused"].width == pytest.approx(1.0, abs=0.1)
    assert learnt["unused"].rows == ()
    assert learnt["rate"].width < 0.3
    assert learnt["unused"].low == pytest.approx(
        2.0 * math.exp(-1.44 * math.log(16) / 3.92), rel=0.15
    )


def test_what_a_row_says_about_a_parameter_is_the_square_of_its_slope(toy):
    result, _, _, _ = toy
    assert result.slopes[:, :, :2] == pytest.approx(
        np.broadcast_to(SLOPES[:, :2] / 0.5, result.slopes[:, :, :2].shape), rel=0.02
    )
    shares = information_shares(result.slopes)
    assert shares[:, 0].sum() == pytest.approx(
        56.0 / 57.0, rel=0.02
    )  # squares of 6, 2 and 4 against 1 of the prior
    assert np.argmax(shares[:, 1]) == 1


def test_leaving_a_row_out_widens_as_algebra_says():
    slopes = np.array([[6.0, 2.0], [0.0, 8.0], [6.0, 2.0]])
    without = np.linalg.inv(np.eye(2) + slopes[:2].T @ slopes[:2])
    with_all = np.linalg.inv(np.eye(2) + slopes.T @ slopes)
    assert widening_without(slopes[None])[2] == pytest.approx(
        np.sqrt(np.diag(without) / np.diag(with_all))
    )


def test_limits_cut_the_prior_where_they_are():
    # y is the standardised first parameter on the log scale; a sharp limit at its start value leaves the upper half.
    def model(values):
        return np.exp(SPACE.standard(values)[:, :1])

    rows = [observation("half", "above", low=1.0, sd_log=0.01)]
    result = solve(calibration(rows, SPACE, [True], budget=SMALL, seed=5), model)
    first = result.draws[:, 0]
    # A half normal cut at 1.96 has mean (pdf(0) - pdf(1.96)) / (0.975 - 0.5).
    expected = (0.39894 - 0.05845) / 0.475
    assert result.weights @ first == pytest.approx(expected, abs=0.05)
    assert result.member_predictions[:, 0].min() >= 1.0


def test_rows_that_conflict_share_the_blame():
    rows = [observation("low", value=0.5, sd_log=0.2), observation("high", value=2.0, sd_log=0.2)]

    def model(values):
        one = np.exp(SPACE.standard(values)[:, :1])
        return np.concatenate([one, one], axis=1)

    result = solve(calibration(rows, SPACE, [False, False], budget=SMALL, seed=5), model)
    assert np.log(result.member_predictions[0]) == pytest.approx([0.0, 0.0], abs=0.05)


def test_a_row_that_is_only_shown_moves_nothing():
    rows = [observation("seen", value=2.0, sd_log=0.2, fitted=False)]
    result = solve(
        calibration(rows, SPACE, [False], budget=SMALL, seed=5),
        lambda v: np.exp(SPACE.standard(v)[:, :1]),
    )
    assert result.weights @ result.draws[:, 0] == pytest.approx(0.0, abs=0.1)
    assert not result.slopes.any()


def test_the_same_seed_gives_the_same_members():
    rows = [observation("row", value=1.5)]
    small = Budget(
        starts=1,
        descents=3,
        first=60,
        rounds=0,
        each=0,
        last=150,
        steps=50,
        last_steps=200,
        members=20,
    )

    def members(seed):
        return solve(
            calibration(rows, SPACE, [False], budget=small, seed=seed),
            lambda v: np.exp(SPACE.standard(v)[:, :1]),
        ).members

    assert np.array_equal(members(1), members(1))
    assert not np.array_equal(members(1), members(2))


def test_runs_that_fail_are_left_out():
    def model(values):
        z = SPACE.standard(values)
        return np.where(z[:, 1:2] > 0.5, np.nan, np.exp(z[:, :1]))

    result = solve(
        calibration([observation("row", value=1.5)], SPACE, [False], budget=SMALL, seed=2), model
    )
    assert result.members[:, 1].max() <= 0.5
    assert result.sampling["failed_runs"] > 0


def test_a_start_that_cannot_be_run_is_said_in_words():
    work = calibration([observation("row", value=1.5)], SPACE, [False], budget=SMALL)
    with pytest.raises(NumericsError, match="cannot be run with its start values"):
        solve(work, lambda values: np.full((len(values), 1), np.nan))
