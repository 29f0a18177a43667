"""Optimal designs against the textbook: a logistic is a parabola of p, the share of free sites."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.numerics.optimal_design import c_optimal, d_optimal, parameter_variance, typical_fold

# y = bottom + (top - bottom) p with p = 1 / (1 + dose / IC50): slopes (1 - p, p, p (1 - p) span ln
# 10) in bottom, top and log10 IC50 span the parabolas in p. The slope of p**2 alone is what log10
# IC50 needs, so the best shares are those of Chebyshev for the highest coefficient of a parabola
# [Kiefer and Wolfowitz 1959; Fedorov 1972]: 1/4 at p = 1 (total), 1/2 at p = 1/2 (the IC50) and 1/4
# at p = 0 (non-specific), with a variance of 64 / (span ln 10)**2 for one well of SD 1.
SPAN = 20.0
P = np.linspace(0.0, 1.0, 101)
ROWS = np.column_stack([1 - P, P, P * (1 - P) * SPAN * np.log(10)])
WANTED = np.array([0.0, 0.0, 1.0])


def test_half_of_the_wells_belong_at_the_ic50_and_a_quarter_on_each_plateau():
    shares, variance = c_optimal(ROWS, WANTED)
    assert shares[[0, 50, 100]] == pytest.approx([0.25, 0.5, 0.25], abs=1e-6)
    assert shares.sum() == pytest.approx(1.0)
    assert variance == pytest.approx(64.0 / (SPAN * np.log(10)) ** 2, rel=1e-6)


def test_a_third_of_the_wells_at_each_of_three_places_is_best_for_all_parameters():
    shares = d_optimal(ROWS)
    assert shares[:3].sum() == pytest.approx(1 / 3, abs=0.01)
    assert shares[48:53].sum() == pytest.approx(1 / 3, abs=0.01)
    assert shares[-3:].sum() == pytest.approx(1 / 3, abs=0.01)


def test_no_set_of_few_wells_beats_the_optimal_shares():
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(7, 3))
    shares, variance = c_optimal(rows, WANTED)
    assert parameter_variance(rows, shares, WANTED) == pytest.approx(variance, rel=1e-6)
    counts = (n for n in itertools.product(range(7), repeat=7) if sum(n) == 6)
    best = min(6 * parameter_variance(rows, np.array(n, float), WANTED) for n in counts)
    assert variance <= best * (1 + 1e-9)
    assert best <= 1.35 * variance


def test_the_variance_is_that_of_the_inverse_information():
    counts = np.arange(101.0)
    inverse = np.linalg.inv(ROWS.T @ (counts[:, None] * ROWS))
    assert parameter_variance(ROWS, counts, WANTED) == pytest.approx(inverse[2, 2], rel=1e-9)


def test_wells_on_the_plateaus_alone_do_not_determine_the_ic50():
    assert parameter_variance(ROWS[[0, 100]], [6, 6], WANTED) == np.inf
    with pytest.raises(InputError):
        c_optimal(ROWS[[0, 100]], WANTED)


def test_the_typical_width_is_the_middle_one_of_many_experiments():
    rng = np.random.default_rng(3)
    runs = rng.normal(0.0, 0.2, (40_000, 4))
    half_width = 3.182446 * runs.std(axis=1, ddof=1) / 2.0
    assert np.log10(typical_fold(0.2, 4)) == pytest.approx(np.median(2 * half_width), rel=0.01)
    assert typical_fold(0.2, 1) == np.inf


def test_a_small_share_that_is_needed_is_kept():
    shares, variance = c_optimal([[1.0, 0.0], [1.0, 1000.0]], [1.0, 0.5])
    assert shares == pytest.approx([0.9995, 0.0005], rel=1e-6)
    assert variance == pytest.approx(1.0)
