"""Intervals, differences, ratios and tests against R and against exact arithmetic."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.stats.statistics import (
    Located,
    aicc,
    df_from_reach,
    difference,
    extra_sum_of_squares,
    false_discoveries,
    mean_of,
    paired,
    ratio_by_fieller,
    ratio_by_logarithm,
    runs_test,
    satterthwaite,
    summarised,
    t_quantile,
    welch,
)

R = json.loads((Path(__file__).parents[1] / "golden/r/groups.json").read_text(encoding="utf-8"))


def test_the_t_interval_of_a_mean_is_that_of_r():
    found, witness = mean_of(R["one_group"]["a"]), R["one_group"]
    assert (found.value, found.low, found.high) == pytest.approx(
        (witness["mean"], witness["low"], witness["high"]), rel=1e-9
    )


def test_one_value_has_no_limits():
    found = mean_of([9.1])
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert math.isnan(found.se)


def test_welch_is_that_of_r():
    witness = R["welch"]
    found = welch(witness["a"], witness["b"])
    assert (found.value, found.df, found.low, found.high, found.p) == pytest.approx(
        [witness[key] for key in ("difference", "df", "low", "high", "p")], rel=1e-8
    )


def test_pairs_are_compared_as_in_r():
    witness = R["paired"]
    found = paired(witness["a"], witness["b"])
    assert (found.value, found.df, found.low, found.high, found.p) == pytest.approx(
        [witness[key] for key in ("difference", "df", "low", "high", "p")], rel=1e-8
    )


def test_welch_from_means_and_errors_is_that_of_r():
    witness = R["published"]
    vehicle, treated = (
        summarised(m, s, witness["n"]) for m, s in zip(witness["mean"], witness["sem"], strict=True)
    )
    found = difference(treated, vehicle)
    assert (found.df, found.value / found.se, found.p) == pytest.approx(
        (witness["df"], witness["t"], witness["p"]), rel=1e-8
    )
    assert ratio_by_fieller(treated, vehicle) == pytest.approx(
        (witness["fieller_low"], witness["fieller_high"]), rel=1e-8
    )


def test_swapping_the_groups_inverts_the_ratio_and_keeps_p():
    a, b = summarised(73.3, 4.6, 6), summarised(40.7, 3.4, 5)
    one, other = ratio_by_logarithm(b, a), ratio_by_logarithm(a, b)
    assert one.value * other.value == pytest.approx(1)
    assert (one.low * other.high, one.high * other.low) == pytest.approx((1, 1))
    assert one.p == pytest.approx(other.p)


def test_fieller_and_the_logarithm_agree_where_errors_are_small():
    a, b = summarised(40.7, 0.034, 9), summarised(73.3, 0.046, 9)
    found = ratio_by_logarithm(a, b)
    assert ratio_by_fieller(a, b) == pytest.approx((found.low, found.high), rel=1e-5)


def test_a_denominator_that_may_be_zero_leaves_the_ratio_open():
    assert ratio_by_fieller(summarised(5, 1, 4), summarised(1, 1, 4)) == (-math.inf, math.inf)


def test_a_ratio_with_a_negative_number_is_refused_in_words():
    with pytest.raises(InputError, match="above 0"):
        ratio_by_logarithm(summarised(-1, 1, 4), summarised(1, 1, 4))


def test_satterthwaite_of_equal_variances_adds_their_degrees_of_freedom():
    assert satterthwaite([2.0, 2.0], [3.0, 3.0]) == pytest.approx(6.0)
    assert satterthwaite([1.0, 0.0], [3.0, 5.0]) == pytest.approx(3.0)
    assert satterthwaite([1.0, 1.0], [3.0, math.inf]) == pytest.approx(12.0)


@pytest.mark.parametrize("df", [1.0, 2.0, 3.7, 25.0])
def test_degrees_of_freedom_are_read_back_from_an_interval(df):
    assert df_from_reach(t_quantile(df, 0.95), 0.95) == pytest.approx(df, rel=1e-8)


def test_limits_at_infinite_degrees_of_freedom_are_those_of_the_normal():
    assert t_quantile(math.inf, 0.95) == pytest.approx(1.959963984540054)
    assert df_from_reach(1.9, 0.95) == math.inf


def test_the_chance_of_few_runs_is_counted_out():
    # Every order of 4 above and 3 below, counted by hand.
    orders = set(itertools.permutations([1] * 4 + [-1] * 3))
    runs = [1 + sum(a != b for a, b in itertools.pairwise(order)) for order in orders]
    for order in ([1, 1, 1, 1, -1, -1, -1], [1, -1, -1, 1, 1, -1, 1], [1, -1, 1, -1, 1, -1, 1]):
        found = runs_test(order)
        assert found.p == pytest.approx(np.mean([r <= found.statistic for r in runs]))
    assert runs_test([1, 2, 3, 1]).p == pytest.approx(0.125)


def test_a_full_model_without_extra_parameters_is_refused_in_words():
    with pytest.raises(InputError, match="more parameters"):
        extra_sum_of_squares(10.0, 8, 9.0, 8)


def test_f_with_one_extra_parameter_is_t_squared():
    found = extra_sum_of_squares(12.0 + 3.0, 13, 12.0, 12)
    assert found.p == pytest.approx(
        Located(math.sqrt(3.0), 1.0, 12, 0, 0, 2 * (1 - 0.9455)).p, abs=2e-3
    )
    assert found.statistic == pytest.approx(3.0)


def test_aicc_approaches_aic_with_many_readings_and_is_infinite_with_too_few():
    assert aicc(-10.0, 3, 10**9) == pytest.approx(26.0)
    assert aicc(-10.0, 3, 4) == math.inf


def test_discoveries_are_those_of_benjamini_and_hochberg():
    # Their paper's example (1995, section 3.1): at 0.05 the four smallest of fifteen p values.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert false_discoveries(p, 0.05).sum() == 4
    assert list(false_discoveries(p[::-1], 0.05)) == list(false_discoveries(p, 0.05))[::-1]
