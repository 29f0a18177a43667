from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.batched_least_squares import central_slopes, minimise

WIDE = (np.full(2, -10.0), np.full(2, 10.0))


def in_batches(residuals):
    """Residuals of one set of parameters as the function of a batch that is needed."""
    return lambda batch: np.array([residuals(x) for x in batch])


def rosenbrock(x):
    return np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])


def test_the_bent_valley_of_rosenbrock_is_followed_to_its_minimum():
    minimum = minimise(
        in_batches(rosenbrock),
        np.array([-1.2, 1.0]),
        *WIDE,
        step=1e-3,
        max_steps=100,
        tolerance=1e-9,
    )
    assert minimum.converged
    assert minimum.x == pytest.approx([1.0, 1.0], abs=1e-3)
    assert minimum.cost == pytest.approx(0.0, abs=1e-6)


def test_a_search_that_runs_out_of_steps_has_not_converged():
    minimum = minimise(in_batches(rosenbrock), np.array([-1.2, 1.0]), *WIDE, max_steps=2)
    assert not minimum.converged


def test_a_line_is_fitted_as_algebra_fits_it():
    t, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.1, 2.9, 5.2, 6.8])
    minimum = minimise(
        in_batches(lambda x: x[0] + x[1] * t - y), np.zeros(2), *WIDE, tolerance=1e-10
    )
    assert minimum.x == pytest.approx(np.polyfit(t, y, 1)[::-1], abs=1e-4)
    assert minimum.slopes == pytest.approx(np.stack([np.ones(4), t], axis=1), abs=1e-9)


def test_a_minimum_beyond_a_bound_ends_on_it():
    minimum = minimise(
        in_batches(lambda x: x - np.array([3.0, 0.5])),
        np.array([0.0, 0.0]),
        np.full(2, -1.0),
        np.full(2, 1.0),
    )
    assert minimum.x == pytest.approx([1.0, 0.5], abs=1e-3)


def test_a_model_that_fails_beyond_a_limit_is_fitted_before_it():
    def residuals(x):
        return np.full(2, np.nan) if x[0] > 0.8 else x - np.array([0.5, 0.2])

    minimum = minimise(in_batches(residuals), np.array([-2.0, 0.0]), *WIDE)
    assert minimum.x == pytest.approx([0.5, 0.2], abs=1e-2)


def test_slopes_at_a_bound_are_one_sided():
    residuals, slopes = central_slopes(
        in_batches(lambda x: np.array([x[0] ** 2, 3.0 * x[1]])),
        np.array([1.0, 0.0]),
        np.full(2, -1.0),
        np.full(2, 1.0),
        0.1,
    )
    assert residuals.tolist() == [1.0, 0.0]
    assert slopes == pytest.approx(np.array([[1.9, 0.0], [0.0, 3.0]]))
