from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.importance import (
    choose,
    effective_draws,
    importance_weights,
    weighted_quantiles,
)


def log_normal(x, mean, sd):
    return -0.5 * ((x - mean) / sd) ** 2 - np.log(sd)


def test_draws_of_a_wide_normal_weighted_become_a_narrow_one():
    x = np.random.default_rng(1).normal(0.3, 1.5, 20000)
    weights, tail = importance_weights(log_normal(x, 0.0, 1.0) - log_normal(x, 0.3, 1.5))
    assert tail < 0.7
    assert weights.sum() == pytest.approx(1.0)
    assert np.sum(weights * x) == pytest.approx(0.0, abs=0.03)
    assert np.sum(weights * x**2) == pytest.approx(1.0, abs=0.05)
    low, middle, high = weighted_quantiles(x, weights, np.array([0.025, 0.5, 0.975]))
    assert [low, middle, high] == pytest.approx([-1.96, 0.0, 1.96], abs=0.08)


def test_draws_that_are_too_narrow_are_not_to_be_trusted():
    x = np.random.default_rng(2).normal(0.0, 0.2, 4000)
    _, tail = importance_weights(log_normal(x, 0.0, 1.0) - log_normal(x, 0.0, 0.2))
    assert tail > 0.7


def test_the_shape_of_an_exact_pareto_tail_is_estimated():
    # Ratios that follow a Pareto law with shape 0.5: P(ratio > r) = r^-2.
    ratio = np.random.default_rng(3).random(40000) ** -0.5
    assert importance_weights(np.log(ratio))[1] == pytest.approx(0.5, abs=0.12)


def test_equal_weights_are_worth_as_many_draws_as_there_are():
    weights, _ = importance_weights(np.zeros(500))
    assert effective_draws(weights) == pytest.approx(500)
    assert effective_draws(np.array([1.0, 0.0, 0.0])) == pytest.approx(1.0)


def test_choosing_by_weight_keeps_the_shares():
    weights = np.array([0.5, 0.3, 0.2, 0.0])
    counts = np.bincount(choose(weights, 1000, np.random.default_rng(4)), minlength=4)
    assert counts.tolist() == pytest.approx([500, 300, 200, 0], abs=1)
