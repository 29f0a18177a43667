"""Censored means against survival::survreg and against Student."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.stats.censored import censored_mean
from tricyclic.stats.statistics import mean_with_interval, t_quantile

R = json.loads((Path(__file__).parents[1] / "golden/r/censored.json").read_text(encoding="utf-8"))[
    "cases"
]


def numbers(listed: list[float | str]) -> np.ndarray:
    return np.array([float(x) for x in listed])


@pytest.mark.parametrize("case", R)
def test_mean_and_spread_are_those_of_survreg(case):
    witness = R[case]
    result = censored_mean(numbers(witness["low"]), numbers(witness["high"]))
    assert (result.value, result.sd) == pytest.approx((witness["mean"], witness["sd"]), rel=1e-6)
    assert result.log_likelihood == pytest.approx(witness["log_likelihood"], abs=1e-8)
    m = result.exact
    assert result.se == pytest.approx(witness["se"] * math.sqrt(m / (m - 1)), rel=1e-4)


@pytest.mark.parametrize("case", R)
def test_profile_limits_are_those_of_r(case):
    witness = R[case]
    low, high = numbers(witness["low"]), numbers(witness["high"])
    m = int((low == high).sum())
    for at, profile in zip(witness["profile_at"], witness["profile"], strict=True):
        drop = 2 * (witness["log_likelihood"] - profile)
        # The confidence at which this point of R's profile is a limit.
        t = math.sqrt((m - 1) * math.expm1(drop / m))
        confidence = _confidence(t, m - 1)
        result = censored_mean(low, high, confidence=confidence)
        assert (result.low if at < witness["mean"] else result.high) == pytest.approx(at, abs=2e-5)


def _confidence(t: float, df: int) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if t_quantile(df, middle) < t else (low, middle)
    return low


def test_without_censoring_the_limits_are_exactly_students():
    y = [9.12, 9.31, 8.97, 9.21]
    result, plain = censored_mean(y, y), mean_with_interval(y)
    assert (result.value, result.low, result.high) == pytest.approx(
        (plain.value, plain.low, plain.high), abs=1e-6
    )
    assert result.se == pytest.approx(plain.se, rel=1e-4)


def test_a_bound_without_information_changes_nothing():
    plain = censored_mean([5.0, 5.2, 4.9], [5.0, 5.2, 4.9])
    result = censored_mean([5.0, 5.2, 4.9, -math.inf], [5.0, 5.2, 4.9, math.inf])
    assert (result.value, result.low, result.high) == pytest.approx(
        (plain.value, plain.low, plain.high), abs=1e-6
    )


def test_mirrored_values_give_mirrored_limits():
    result = censored_mean([4.8, 5.1, 5.3, 5.2], [4.8, 5.1, 5.3, math.inf])
    mirrored = censored_mean([-4.8, -5.1, -5.3, -math.inf], [-4.8, -5.1, -5.3, -5.2])
    assert (mirrored.value, mirrored.low, mirrored.high) == pytest.approx(
        (-result.value, -result.high, -result.low), abs=1e-6
    )


def test_values_above_a_bound_raise_the_mean():
    result = censored_mean([4.8, 4.9, 5.0, 5.0], [4.8, 4.9, math.inf, math.inf])
    assert result.value > 4.95


def test_one_exact_value_cannot_determine_a_spread():
    with pytest.raises(InputError, match="1 of 3 values are known, the others are bounds"):
        censored_mean([5.0, 5.1, 5.2], [5.0, math.inf, math.inf])


def test_limits_out_of_order_are_refused():
    with pytest.raises(InputError, match="not in order"):
        censored_mean([5.0, 5.2, 5.1], [5.0, 5.2, 4.0])
