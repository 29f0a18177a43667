from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.batch.descent import descend, slopes_at

WIDE = (np.full(2, -10.0), np.full(2, 10.0))


def answered(work, residuals):
    batch = next(work)
    try:
        while True:
            batch = work.send(np.array([residuals(x) for x in batch]))
    except StopIteration as stop:
        return stop.value


def rosenbrock(x):
    return np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])


def test_the_bent_valley_of_rosenbrock_is_followed_to_its_end():
    found = answered(
        descend(np.array([-1.2, 1.0]), *WIDE, step=1e-3, most=100, tolerance=1e-9), rosenbrock
    )
    assert found.converged
    assert found.x == pytest.approx([1.0, 1.0], abs=1e-3)
    assert found.cost == pytest.approx(0.0, abs=1e-6)


def test_a_line_is_fitted_as_algebra_fits_it():
    t, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.1, 2.9, 5.2, 6.8])
    found = answered(descend(np.zeros(2), *WIDE, tolerance=1e-10), lambda x: x[0] + x[1] * t - y)
    assert found.x == pytest.approx(np.polyfit(t, y, 1)[::-1], abs=1e-4)
    assert found.slopes == pytest.approx(np.stack([np.ones(4), t], axis=1), abs=1e-9)


def test_an_optimum_beyond_a_bound_ends_on_it():
    found = answered(
        descend(np.array([0.0, 0.0]), np.full(2, -1.0), np.full(2, 1.0)),
        lambda x: x - np.array([3.0, 0.5]),
    )
    assert found.x == pytest.approx([1.0, 0.5], abs=1e-3)


def test_a_model_that_fails_beyond_a_wall_is_fitted_before_it():
    def residuals(x):
        return np.full(2, np.nan) if x[0] > 0.8 else x - np.array([0.5, 0.2])

    found = answered(descend(np.array([-2.0, 0.0]), *WIDE), residuals)
    assert found.x == pytest.approx([0.5, 0.2], abs=1e-2)


def test_slopes_at_a_bound_look_inwards():
    residuals, slopes = answered(
        slopes_at(np.array([1.0, 0.0]), np.full(2, -1.0), np.full(2, 1.0), 0.1),
        lambda x: np.array([x[0] ** 2, 3.0 * x[1]]),
    )
    assert residuals.tolist() == [1.0, 0.0]
    assert slopes == pytest.approx(np.array([[1.9, 0.0], [0.0, 3.0]]))
