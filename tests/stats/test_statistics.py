"""Intervals, differences, ratios and tests against R and against exact arithmetic."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.stats.multiple_testing import benjamini_hochberg
from tricyclic.stats.statistics import (
    MeanEstimate,
    aicc,
    df_from_half_width,
    difference,
    extra_sum_of_squares,
    mean_with_interval,
    paired,
    ratio_by_fieller,
    ratio_by_logarithm,
    satterthwaite,
    summarised,
    t_quantile,
    welch,
)

R = json.loads((Path(__file__).parents[1] / "golden/r/groups.json").read_text(encoding="utf-8"))


def test_the_t_interval_of_a_mean_is_that_of_r():
    result, witness = mean_with_interval(R["one_group"]["a"]), R["one_group"]
    assert (result.value, result.low, result.high) == pytest.approx(
        (witness["mean"], witness["low"], witness["high"]), rel=1e-9
    )


def test_one_value_has_no_limits():
    result = mean_with_interval([9.1])
    assert (result.low, result.high) == (-math.inf, math.inf)
    assert math.isnan(result.se)


def test_welch_is_that_of_r():
    witness = R["welch"]
    result = welch(witness["a"], witness["b"])
    assert (result.value, result.df, result.low, result.high, result.p) == pytest.approx(
        [witness[key] for key in ("difference", "df", "low", "high", "p")], rel=1e-8
    )


def test_pairs_are_compared_as_in_r():
    witness = R["paired"]
    result = paired(witness["a"], witness["b"])
    assert (result.value, result.df, result.low, result.high, result.p) == pytest.approx(
        [witness[key] for key in ("difference", "df", "low", "high", "p")], rel=1e-8
    )


def test_welch_from_means_and_errors_is_that_of_r():
    witness = R["published"]
    vehicle, treated = (
        summarised(m, s, witness["n"]) for m, s in zip(witness["mean"], witness["sem"], strict=True)
    )
    result = difference(treated, vehicle)
    assert (result.df, result.value / result.se, result.p) == pytest.approx(
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
    result = ratio_by_logarithm(a, b)
    assert ratio_by_fieller(a, b) == pytest.approx((result.low, result.high), rel=1e-5)


def test_a_denominator_that_may_be_zero_gives_an_unbounded_ratio():
    assert ratio_by_fieller(summarised(5, 1, 4), summarised(1, 1, 4)) == (-math.inf, math.inf)


def test_a_ratio_with_a_negative_number_is_refused():
    with pytest.raises(InputError, match="above 0"):
        ratio_by_logarithm(summarised(-1, 1, 4), summarised(1, 1, 4))


def test_satterthwaite_of_equal_variances_adds_their_degrees_of_freedom():
    assert satterthwaite([2.0, 2.0], [3.0, 3.0]) == pytest.approx(6.0)
    assert satterthwaite([1.0, 0.0], [3.0, 5.0]) == pytest.approx(3.0)
    assert satterthwaite([1.0, 1.0], [3.0, math.inf]) == pytest.approx(12.0)


@pytest.mark.parametrize("df", [1.0, 2.0, 3.7, 25.0])
def test_degrees_of_freedom_are_read_back_from_an_interval(df):
    assert df_from_half_width(t_quantile(df, 0.95), 0.95) == pytest.approx(df, rel=1e-8)


def test_limits_at_infinite_degrees_of_freedom_are_those_of_the_normal():
    assert t_quantile(math.inf, 0.95) == pytest.approx(1.959963984540054)
    assert df_from_half_width(1.9, 0.95) == math.inf


def test_a_full_model_without_extra_parameters_is_refused():
    with pytest.raises(InputError, match="more parameters"):
        extra_sum_of_squares(10.0, 8, 9.0, 8)


def test_f_with_one_extra_parameter_is_t_squared():
    result = extra_sum_of_squares(12.0 + 3.0, 13, 12.0, 12)
    assert result.p == pytest.approx(
        MeanEstimate(math.sqrt(3.0), 1.0, 12, 0, 0, 2 * (1 - 0.9455)).p, abs=2e-3
    )
    assert result.statistic == pytest.approx(3.0)


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
    adjusted = benjamini_hochberg(p)
    assert (adjusted <= 0.05).sum() == 4
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)
    assert list(benjamini_hochberg(p[::-1])) == list(adjusted[::-1])


@pytest.mark.parametrize("p", [[0.5, -0.1], [1.5], [math.nan]])
def test_impossible_p_values_are_refused(p):
    with pytest.raises(InputError, match=r"^A p value is not a number from 0 to 1\.$"):
        benjamini_hochberg(p)
