"""Means over runs against nlme, lmerTest, pbkrtest and metafor."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tricyclic.errors import InputError
from tricyclic.stats.random_effects import mean_over_groups, mean_with_known_errors
from tricyclic.stats.statistics import mean_with_interval

R = json.loads((Path(__file__).parents[1] / "golden/r/runs.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("design", R["grouped"])
def test_unequally_many_plates_per_run_are_averaged_as_in_r(design):
    witness = R["grouped"][design]
    result = mean_over_groups(witness["y"], witness["run"])
    assert result.value == pytest.approx(witness["lme_mean"], abs=1e-6)
    assert result.sd_between == pytest.approx(witness["sd_between"], abs=1e-6)
    assert result.sd_within == pytest.approx(witness["sd_within"], rel=1e-5)
    assert (result.se, result.df) == pytest.approx(
        (witness["kenward_roger"]["se"], witness["kenward_roger"]["df"]), rel=1e-5
    )


@pytest.mark.parametrize("design", R["known"])
def test_runs_with_known_errors_are_averaged_as_in_metafor(design):
    witness = R["known"][design]
    result = mean_with_known_errors(witness["y"], witness["se"])
    assert (result.value, result.se, result.low, result.high) == pytest.approx(
        [witness[key] for key in ("mean", "mean_se", "low", "high")], rel=1e-6
    )
    assert result.sd_between == pytest.approx(witness["tau"], abs=1e-6)
    wider = mean_with_known_errors(witness["y"], witness["se"], never_narrower=True)
    assert (wider.low, wider.high) == pytest.approx(
        (witness["adhoc_low"], witness["adhoc_high"]), rel=1e-6
    )


def test_equally_many_plates_per_run_give_the_t_interval_of_the_run_means():
    runs = np.array([[9.10, 9.14], [8.80, 8.85], [9.02, 8.95], [9.3, 9.28]])
    mixed, plain = (
        mean_over_groups(runs.ravel(), np.repeat(range(4), 2)),
        mean_with_interval(runs.mean(axis=1)),
    )
    assert (mixed.value, mixed.se, mixed.df) == pytest.approx(
        (plain.value, plain.se, plain.df), rel=1e-6
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-50, 50), st.floats(0.01, 100))
def test_shift_and_scale_of_the_values_only_shift_and_scale_the_mean(seed, shift, unit):
    rng = np.random.default_rng(seed)
    group = np.repeat([0, 1, 2, 3], [1, 2, 3, 2])
    y = rng.normal(size=4)[group] + rng.normal(size=8)
    one, other = mean_over_groups(y, group), mean_over_groups(shift + unit * y, group)
    assert other.value == pytest.approx(shift + unit * one.value, rel=1e-5, abs=1e-5 * unit)
    assert other.se == pytest.approx(unit * one.se, rel=1e-4)


@pytest.mark.parametrize(
    ("values", "group"),
    [([1.0, 2.0], [0, 0]), ([1.0, 2.0, 3.0], [0, 1, 2]), ([1.0, 2.0], [0, 1, 1])],
)
def test_runs_and_plates_that_cannot_be_separated_are_refused(values, group):
    with pytest.raises(InputError, match="groups"):
        mean_over_groups(values, group)


def test_equal_values_everywhere_have_no_error():
    result = mean_over_groups([9.0, 9.0, 9.0], [0, 0, 1])
    assert (result.value, result.low, result.high) == (9.0, 9.0, 9.0)


def test_values_that_agree_within_each_run_leave_all_scatter_between_runs():
    result = mean_over_groups([9.0, 9.0, 8.0, 8.5, 8.5], [0, 0, 1, 2, 2])
    plain = mean_with_interval([9.0, 8.0, 8.5])
    assert (result.value, result.se, result.df) == pytest.approx(
        (plain.value, plain.se, plain.df), rel=1e-6
    )
