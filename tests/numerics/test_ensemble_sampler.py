from __future__ import annotations

import numpy as np
import pytest

from tricyclic.errors import NumericsError
from tricyclic.numerics.ensemble_sampler import autocorrelation_time, sample

MEAN = np.array([1.0, -2.0, 0.5])
COVARIANCE = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, -0.05], [0.0, -0.05, 0.08]])


def normal(x):
    away = x - MEAN
    return -0.5 * np.einsum("ij,jk,ik->i", away, np.linalg.inv(COVARIANCE), away)


@pytest.fixture(scope="module")
def chain():
    start = MEAN + 0.1 * np.random.default_rng(5).standard_normal((24, 3))
    return sample(normal, start, steps=3000, burn_in=300, rng=np.random.default_rng(7))


def test_draws_of_a_correlated_normal_have_its_mean_and_covariance(chain):
    flat = chain.draws.reshape(-1, 3)
    standard_error = np.sqrt(np.diag(COVARIANCE) / chain.effective)
    assert (np.abs(flat.mean(axis=0) - MEAN) < 5 * standard_error).all()
    assert np.cov(flat.T) == pytest.approx(COVARIANCE, abs=0.08)


def test_a_long_chain_is_called_settled_and_a_short_one_is_not(chain):
    assert chain.settled
    start = MEAN + 0.1 * np.random.default_rng(5).standard_normal((24, 3))
    assert not sample(normal, start, steps=60, burn_in=0, rng=np.random.default_rng(7)).settled


def test_the_same_seed_gives_the_same_draws():
    start = MEAN + 0.1 * np.random.default_rng(5).standard_normal((8, 3))
    first, again, other = (
        sample(normal, start, steps=20, burn_in=5, rng=np.random.default_rng(seed)).draws
        for seed in (3, 3, 4)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_autocorrelation_time_of_an_autoregressive_walk_is_that_of_theory():
    # x' = a x + noise forgets as a^k, so the sum over lags is (1 + a) / (1 - a).
    rng, a = np.random.default_rng(11), 0.8
    walk = np.zeros((20000, 8, 1))
    for k in range(1, len(walk)):
        walk[k] = a * walk[k - 1] + rng.standard_normal((8, 1))
    assert autocorrelation_time(walk)[0] == pytest.approx((1 + a) / (1 - a), rel=0.1)


def test_a_walker_outside_the_density_is_refused():
    with pytest.raises(NumericsError, match=r"^a walker starts where the density is 0"):
        sample(
            lambda x: np.full(len(x), -np.inf),
            np.random.default_rng(0).random((8, 2)),
            steps=5,
            burn_in=0,
            rng=np.random.default_rng(1),
        )
