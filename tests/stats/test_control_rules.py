"""Constants of control charts against printed tables; run rules against hand-made patterns."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.stats.control_rules import (
    NELSON,
    WESTERN_ELECTRIC,
    c4,
    range_constants,
    rule_violations,
    t_upper_tail,
    variance_limits,
)

# Montgomery, Introduction to Statistical Quality Control, appendix VI (n: d2, d3, c4)
PRINTED = {
    2: (1.128, 0.853, 0.7979),
    3: (1.693, 0.888, 0.8862),
    4: (2.059, 0.880, 0.9213),
    5: (2.326, 0.864, 0.9400),
    6: (2.534, 0.848, 0.9515),
    7: (2.704, 0.833, 0.9594),
    8: (2.847, 0.820, 0.9650),
    9: (2.970, 0.808, 0.9693),
    10: (3.078, 0.797, 0.9727),
    15: (3.472, 0.756, 0.9823),
    20: (3.735, 0.729, 0.9869),
    25: (3.931, 0.708, 0.9896),
}


@pytest.mark.parametrize("n", PRINTED)
def test_constants_are_those_of_the_printed_table(n):
    d2, d3, c = PRINTED[n]
    assert range_constants(n) == pytest.approx((d2, d3), abs=6e-4)
    assert c4(n) == pytest.approx(c, abs=6e-5)


def test_the_range_of_two_readings_has_its_exact_mean_and_spread():
    assert range_constants(2) == pytest.approx(
        (2 / np.sqrt(np.pi), np.sqrt(2 - 4 / np.pi)), rel=1e-9
    )


def test_one_reading_has_no_range():
    with pytest.raises(InputError, match="two readings or more"):
        range_constants(1)


def result(z, rules=WESTERN_ELECTRIC):
    return {(rule.number, at) for rule, at in rule_violations(z, rules=rules)}


def test_a_chart_in_control_violates_no_rule():
    quiet = [0.5, -0.5, 0.2, -1.2, 0.9, -0.3, 0.4, -0.8, 1.1, -0.2]
    assert not result(quiet)
    assert not result(quiet, NELSON)


@pytest.mark.parametrize(
    ("z", "rule", "at"),
    [
        ([0, 0.1, 3.1, 0, -0.1], 1, 2),
        ([0.1, -3.2], 1, 1),
        ([0.1, 2.1, -0.1, 2.2], 2, 3),
        ([-0.1, 1.1, 1.2, 0.2, 1.3, 1.4], 3, 5),
        ([-0.1] + [0.5] * 8, 4, 8),
    ],
)
def test_each_western_electric_rule_is_detected_where_its_pattern_is_complete(z, rule, at):
    assert result(z) == {(rule, at)}


def test_two_points_far_out_on_different_sides_are_no_pattern():
    assert not result([0.1, 2.1, 0.0, -2.2])


@pytest.mark.parametrize(
    ("z", "rule", "at"),
    [
        ([-0.1] + [0.5, 0.4] * 4 + [0.5], 2, 9),
        ([-0.6, -0.4, -0.2, 0.1, 0.3, 0.5], 3, 5),
        ([0.5, -0.5] * 7, 4, 13),
        ([1.5, -1.5, -1.6, 1.7, 1.8, -1.5, -1.6, 1.7], 8, 7),
    ],
)
def test_each_nelson_rule_is_detected_where_its_pattern_is_complete(z, rule, at):
    assert (rule, at) in result(z, NELSON)
    assert (rule, at - 1) not in result(z, NELSON)


def test_stratification_around_the_centre_is_detected():
    z = np.tile([0.5, 0.4, -0.3, -0.6, 0.2], 3)
    assert (7, 14) in result(z, NELSON)


def test_the_first_rule_has_the_false_alarm_rate_of_the_normal():
    rng = np.random.default_rng(5)
    z = rng.standard_normal(200_000)
    alarms = sum(rule.number == 1 for rule, _ in rule_violations(z, rules=WESTERN_ELECTRIC[:1]))
    assert alarms == pytest.approx(0.0026998 * z.size, abs=4 * np.sqrt(540))


def test_limits_of_a_variance_have_their_nominal_coverage():
    rng = np.random.default_rng(1)
    variances = rng.standard_normal((4000, 6)).var(axis=1, ddof=1)
    held = [low <= 1.0 <= high for low, high in (variance_limits(v, 5.0, 0.95) for v in variances)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.012)


def test_the_upper_tail_of_t_is_that_of_the_table():
    assert t_upper_tail([2.228, 1.812], [10, 10]) == pytest.approx([0.025, 0.05], abs=5e-5)
