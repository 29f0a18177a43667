from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.response_surface import fit_surface


def quadratic(x):
    return np.stack([1 + x[:, 0] - 2 * x[:, 1] + 0.5 * x[:, 0] * x[:, 2], x[:, 1] ** 2], axis=1)


def test_a_quadratic_is_recovered_exactly():
    rng = np.random.default_rng(1)
    surface = fit_surface(x := rng.normal(2.0, 3.0, (60, 3)), quadratic(x))
    new = rng.normal(2.0, 3.0, (20, 3))
    assert surface(new) == pytest.approx(quadratic(new), rel=1e-3, abs=1e-2)


def test_few_runs_still_give_the_plane():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((25, 8))
    slopes = rng.standard_normal((8, 1))
    surface = fit_surface(x, 3 + x @ slopes)
    new = rng.standard_normal((50, 8))
    assert surface(new) == pytest.approx(3 + new @ slopes, abs=0.05)


def test_the_stated_error_is_that_of_runs_it_has_not_seen():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((200, 4))
    noisy = quadratic(x) + 0.3 * rng.standard_normal((200, 2))
    surface = fit_surface(x, noisy)
    new = rng.standard_normal((4000, 4))
    seen = np.sqrt(
        np.mean((surface(new) - quadratic(new) - 0.3 * rng.standard_normal((4000, 2))) ** 2, axis=0)
    )
    assert surface.error == pytest.approx(seen, rel=0.15)


def test_an_input_that_does_nothing_does_nothing():
    rng = np.random.default_rng(4)
    x = rng.standard_normal((100, 3))
    surface = fit_surface(x, x[:, :1])
    moved = x + np.array([0.0, 0.0, 1.0])
    assert surface(moved) == pytest.approx(surface(x), abs=1e-2)
