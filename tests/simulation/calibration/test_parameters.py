"""Free parameters as standard normals truncated at their limits."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import truncnorm

from tricyclic.core.constant import Constant
from tricyclic.core.ensemble import Prior
from tricyclic.errors import InputError
from tricyclic.simulation.calibration.parameters import ParameterSpace, collect_priors

SPACE = ParameterSpace(
    (
        Prior("rate", 1.0, 0.1, 10.0, "per_h", "log"),
        Prior("share", 0.9, 0.7, 0.97, "dimensionless", "logit"),
        Prior("offset", -1.0, -2.0, 3.0, "nM", "linear"),
    )
)


def model(name, *constants):
    return SimpleNamespace(
        name=name, doses=(), parameters={f"part.{one.name}": one for one in constants}
    )


def free(name, value, low, high):
    return Constant(name, value, "nM", low=low, high=high, free=True)


def test_the_start_values_are_0_and_the_limits_are_3_92_apart():
    start = np.array([[prior.start for prior in SPACE.priors]])
    assert SPACE.standard(start) == pytest.approx(np.zeros((1, 3)), abs=1e-12)
    assert SPACE.high - SPACE.low == pytest.approx(np.full(3, 3.92))


def test_values_come_back_from_the_standard_scale():
    values = np.array([[0.3, 0.75, 2.0], [9.0, 0.96, -1.9]])
    assert SPACE.natural(SPACE.standard(values)) == pytest.approx(values)


def test_a_value_is_never_outside_its_limits():
    natural = SPACE.natural(np.array([SPACE.low, SPACE.high]))
    for k, prior in enumerate(SPACE.priors):
        assert natural[0, k] >= prior.low and natural[1, k] <= prior.high


def test_the_prior_is_normal_inside_the_limits_and_0_outside():
    z = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.5], SPACE.high + 0.01])
    assert SPACE.log_prior(z).tolist() == [0.0, -0.625, -np.inf]


def test_draws_are_spread_evenly_over_the_prior():
    draws = SPACE.draw(200, np.random.default_rng(1))
    for k in range(3):
        prior = truncnorm(SPACE.low[k], SPACE.high[k])
        # A Latin hypercube has exactly one draw in each of 200 classes of equal probability.
        assert sorted((prior.cdf(draws[:, k]) * 200).astype(int)) == list(range(200))


def test_the_standard_deviation_is_that_of_the_truncated_normal():
    expected = [truncnorm(low, high).std() for low, high in zip(SPACE.low, SPACE.high, strict=True)]
    assert SPACE.prior_sd() == pytest.approx(expected, rel=1e-6)


def test_only_free_constants_are_varied_each_once():
    fixed = Constant("fixed", 1.0, "nM")
    one = model("one", free("K", 2.0, 1.0, 4.0), fixed)
    other = model("other", free("K", 2.0, 1.0, 4.0), free("L", 3.0, 1.0, 9.0))
    priors = collect_priors([one, other])
    assert [prior.name for prior in priors] == ["part.K", "part.L"]
    assert (priors[0].start, priors[0].low, priors[0].high, priors[0].scale) == (2, 1, 4, "log")


def test_two_scenarios_with_different_priors_are_refused():
    one = model("one", free("K", 2.0, 1.0, 4.0))
    other = model("other", free("K", 2.0, 1.0, 5.0))
    with pytest.raises(InputError) as error:
        collect_priors([one, other])
    assert str(error.value) == (
        "other: 'part.K' is 2 (1 to 4) in one scenario and 2 (1 to 5) in another. "
        "Give the components different names, or the same values."
    )
