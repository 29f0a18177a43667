"""Intervals have their stated coverage and tests their stated error rate: seeded simulations.

The simulations are those of benchmarks/interval_coverage.py, made small; the margins are three
Monte Carlo errors wide, or what that table was measured to be where an approximation is known to be
off.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from tricyclic.curves import CURVES

_FILE = Path(__file__).parents[2] / "benchmarks" / "interval_coverage.py"
_SPEC = importlib.util.spec_from_file_location("coverage_benchmark", _FILE)
bench = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bench)


@pytest.mark.parametrize("between_within", [(0.15, 0.05), (0.03, 0.15)])
def test_intervals_of_three_runs_cover_the_truth_in_93_to_97_of_100_studies(between_within):
    (pooled, by_run, _), _ = bench.pooled_coverage(
        np.random.default_rng(1), 2000, (1, 1, 1), *between_within
    )
    assert 0.93 <= pooled <= 0.97
    assert pooled == by_run


def test_plates_taken_for_runs_would_cover_the_truth_far_less_often():
    (mixed, by_run, naive), widths = bench.pooled_coverage(
        np.random.default_rng(2), 1500, (3, 3, 3), 0.15, 0.05
    )
    assert 0.93 <= by_run <= 0.97 and 0.93 <= mixed <= 0.97
    assert naive < 0.75
    assert widths[1] == pytest.approx(widths[0])


def test_run_means_of_unequal_plates_cover_the_truth_and_the_mixed_model_is_conservative():
    (mixed, by_run, naive), widths = bench.pooled_coverage(
        np.random.default_rng(3), 1200, (3, 1, 1), 0.10, 0.10
    )
    assert 0.93 <= by_run <= 0.97
    assert mixed > 0.97
    assert naive < 0.92
    assert widths[1] < widths[0]


def test_run_means_and_the_mixed_model_of_six_runs_cover_the_truth_where_runs_differ():
    (mixed, by_run, naive), widths = bench.pooled_coverage(
        np.random.default_rng(4), 800, (1, 2, 2, 3, 4, 5), 0.15, 0.05
    )
    assert 0.93 <= mixed <= 0.975 and 0.93 <= by_run <= 0.97
    assert widths[1] == pytest.approx(widths[0], rel=0.1)
    assert naive < 0.75


@pytest.mark.parametrize(("runs", "limit_sd"), [(4, 0.5), (6, 0.0)])
@pytest.mark.slow
def test_runs_above_the_highest_dose_treated_as_bounds_keep_the_coverage(runs, limit_sd):
    tobit, dropped, _, _ = bench.censored_coverage(np.random.default_rng(5), 200, runs, limit_sd)
    assert 0.93 <= tobit <= 1.0
    assert dropped < tobit - 0.02


def test_known_errors_of_the_runs_give_intervals_that_cover_the_truth():
    plain, guarded = bench.known_error_coverage(np.random.default_rng(6), 800, 4, 0.10)
    assert 0.92 <= plain <= 0.98
    assert guarded >= plain


@pytest.mark.slow
def test_the_nominal_f_test_for_two_sites_is_conservative_so_it_is_calibrated():
    dose = bench.DESIGNS["10 doses, triplicates"]
    nominal, _ = bench.false_positives(
        np.random.default_rng(7),
        50,
        CURVES["one_site_competition"],
        CURVES["two_site_competition"],
        dose,
    )
    assert nominal <= 0.05


@pytest.mark.slow
def test_the_calibrated_slope_test_has_about_its_stated_error_rate():
    dose = bench.DESIGNS["10 doses, single wells"]
    one, hill = CURVES["one_site_competition"], CURVES["one_site_competition_hill"]
    rate = bench.calibrated_false_positives(np.random.default_rng(8), 25, one, hill, dose, 39)
    # 5 % of 25 is 1.25; more than 4 would come by chance once in 140 times.
    assert rate <= 0.16
