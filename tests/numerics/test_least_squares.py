"""Bounds, singular designs and derivatives of the least-squares optimiser."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.least_squares import covariance, jacobian, least_squares


def linear(design: np.ndarray):
    return lambda x: x @ design.T


def test_bounded_least_squares_agrees_with_the_active_set_solution() -> None:
    rng = np.random.default_rng(1)
    design = rng.normal(size=(30, 4))
    y = design @ np.array([1.0, -2.0, 0.5, 3.0]) + rng.normal(size=30)
    low, high = np.zeros(4), np.full(4, 2.0)
    from scipy.optimize import lsq_linear

    exact = lsq_linear(design, y, (low, high)).x
    result = least_squares(linear(design), y, np.ones(30), np.full(4, 1.0), low, high, np.ones(4))
    assert result.x == pytest.approx(exact, abs=1e-6)
    assert np.all(result.x >= low) and np.all(result.x <= high)


def test_central_differences_are_good_to_nine_digits() -> None:
    at = np.array([0.7, -3.0])

    def model(x: np.ndarray) -> np.ndarray:
        return np.column_stack([np.exp(x[:, 0]), np.sin(x[:, 1]), x[:, 0] * x[:, 1]])

    exact = np.array([[np.exp(0.7), 0], [0, np.cos(-3.0)], [-3.0, 0.7]])
    assert jacobian(model, at, np.ones(2)) == pytest.approx(exact, abs=1e-9)


def test_differences_of_four_points_are_good_to_eleven_digits_whatever_the_typical_size() -> None:
    at = np.array([0.7, -3.0])

    def model(x: np.ndarray) -> np.ndarray:
        return np.column_stack([np.exp(x[:, 0]), np.sin(x[:, 1]), x[:, 0] * x[:, 1]])

    exact = np.array([[np.exp(0.7), 0], [0, np.cos(-3.0)], [-3.0, 0.7]])
    for typical in (1.0, 300.0):
        assert jacobian(model, at, np.full(2, typical), fine=True) == pytest.approx(
            exact, abs=3e-11
        )


def test_a_parameter_without_information_has_infinite_variance_and_the_others_keep_theirs() -> None:
    slopes = np.column_stack([np.ones(10), np.arange(10.0), np.zeros(10)])
    cov = covariance(slopes, np.ones(10))
    assert cov[2, 2] == np.inf
    assert cov[:2, :2] == pytest.approx(np.linalg.inv(slopes[:, :2].T @ slopes[:, :2]))


def test_two_parameters_of_which_the_data_determine_only_the_sum_are_both_unknown() -> None:
    slopes = np.column_stack([np.ones(10), np.ones(10), np.arange(10.0)])
    cov = covariance(slopes, np.ones(10))
    assert cov[0, 0] == cov[1, 1] == np.inf
    assert np.isfinite(cov[2, 2])


def test_weights_act_as_repeated_readings() -> None:
    y = np.array([1.0, 5.0])
    result = least_squares(
        linear(np.ones((2, 1))),
        y,
        np.array([3.0, 1.0]),
        np.array([0.0]),
        np.array([-9.0]),
        np.array([9.0]),
        np.ones(1),
    )
    assert result.x[0] == pytest.approx(2.0)


@pytest.mark.parametrize("warm", [False, True])
def test_a_start_on_a_bound_stays_there_only_if_the_optimum_does(warm: bool) -> None:
    rng = np.random.default_rng(8)
    x = np.linspace(0.0, 4.0, 30)
    low, high = np.array([-np.inf, 0.0]), np.array([np.inf, 1.0])

    def expected(p: np.ndarray) -> np.ndarray:
        return np.asarray(p[:, :1] + p[:, 1:] * x)

    for slope in (-0.6, 0.4, 1.7):
        y = 2.0 + slope * x + 0.1 * rng.standard_normal(30)
        free = np.polyfit(x, y, 1)[0]
        held = float(np.clip(free, 0.0, 1.0))
        for start in (0.0, 0.5, 1.0):
            result = least_squares(
                expected, y, np.ones(30), np.array([0.0, start]), low, high, np.ones(2), warm=warm
            )
            assert result.x[1] == pytest.approx(held, abs=1e-9)
            assert result.x[0] == pytest.approx(float(np.mean(y - held * x)), abs=1e-9)
