"""Ramps, steps and cycles are detected; numbers without order are flagged as rarely as stated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from tricyclic.stats.sequence import MAX_SIMULATED, sequence_test

LEVEL = 0.0025


@pytest.mark.parametrize("n", [12, 60, 400])
@pytest.mark.parametrize("scatter", ["normal", "t2", "exponential"])
def test_independent_numbers_are_flagged_at_the_stated_rate(n, scatter):
    rng = np.random.default_rng([n, len(scatter)])
    draw = {
        "normal": rng.standard_normal,
        "t2": lambda size: rng.standard_t(2.0, size),
        "exponential": rng.standard_exponential,
    }[scatter]
    times = 1500
    flagged = sum(sequence_test(draw(n), 0.05).p < 0.05 for _ in range(times))
    assert flagged <= binom.ppf(0.9999, times, 0.05)


SHAPES = {
    "ramp": lambda x: x / x.size,
    "rise that steps back": lambda x: np.where(x < 0.8 * x.size, x / x.size, 0.0),
    "saw": lambda x: (x % (x.size // 3)) / (x.size // 3),
    "step": lambda x: (x > 0.4 * x.size) * 1.0,
    "cycle": lambda x: np.sin(2 * np.pi * x / (x.size / 12)) / 2,
    "alternation": lambda x: x % 2,
}


@pytest.mark.parametrize("n", [120, 860])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_pattern_over_the_sequence_is_detected_with_its_size(n, shape):
    rng = np.random.default_rng([n, len(shape)])
    pattern = SHAPES[shape](np.arange(n))
    test = sequence_test(pattern + 0.15 * rng.standard_normal(n), LEVEL)
    assert test.p < LEVEL
    assert test.size == pytest.approx(np.ptp(pattern), abs=0.25)


def test_the_step_is_where_it_happens():
    rng = np.random.default_rng(4)
    values = np.where(np.arange(200) < 130, 0.0, 1.0) + 0.2 * rng.standard_normal(200)
    assert sequence_test(values, LEVEL).step == pytest.approx(130, abs=4)


def test_the_period_of_a_cycle_is_reported_and_no_period_of_a_step():
    rng = np.random.default_rng(5)
    x = np.arange(400)
    cycle = np.sin(2 * np.pi * x / 25) + 0.5 * rng.standard_normal(400)
    assert sequence_test(cycle, LEVEL).period == pytest.approx(25, rel=0.02)
    assert np.isnan(sequence_test((x > 100) + 0.3 * rng.standard_normal(400), LEVEL).period)


def test_short_and_long_sequences_have_the_same_p():
    # On either side of the length from which the asymptotic distributions are used.
    rng = np.random.default_rng(6)
    scatter = rng.standard_normal(MAX_SIMULATED + 1)
    step = 0.45 * (np.arange(MAX_SIMULATED + 1) > 100)
    long = sequence_test(scatter + step, LEVEL).p
    short = sequence_test((scatter + step)[:-1], LEVEL).p
    assert np.log10(short) == pytest.approx(np.log10(long), abs=0.5)


def test_one_outlier_is_no_pattern():
    rng = np.random.default_rng(7)
    values = rng.standard_normal(100)
    values[40] = 1e6
    assert sequence_test(values, LEVEL).p > 0.05
