"""Time courses of groups and comparisons with one control, against R."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_ind

from tricyclic.errors import InputError
from tricyclic.stats.controls import compare_with_control, many_to_one
from tricyclic.stats.mixed_model import fit_mixed_model
from tricyclic.stats.repeated_measures import compare_courses, greenhouse_geisser

R = json.loads(
    (Path(__file__).parents[1] / "golden/r/repeated_measures.json").read_text(encoding="utf-8")
)
METHODS = {"kenward_roger": "kenward-roger", "satterthwaite": "satterthwaite"}


def values_of(golden):
    return np.array(golden["y"], float)


def cells_of(golden):
    """Readings, one column per group and time, animals, times."""
    y = values_of(golden)
    group = np.unique(golden["group"], return_inverse=True)[1]
    animal, column = np.nonzero(np.isfinite(y))
    cells = np.eye((group.max() + 1) * y.shape[1])[group[animal] * y.shape[1] + column]
    return y[animal, column], cells, animal, np.array(golden["times"], float)[column]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", R["mixed"])
def test_mixed_models_agree_with_lmertest_and_pbkrtest(name, method):
    golden = R["mixed"][name]
    obtained = compare_courses(
        values_of(golden),
        golden["group"],
        golden["times"],
        method="mixed",
        errors="independent",
        degrees_of_freedom=METHODS[method],
    )
    assert obtained.model.log_likelihood == pytest.approx(golden["log_likelihood"], abs=1e-8)
    assert obtained.model.variance_within == pytest.approx(golden["variance_residual"], rel=1e-6)
    assert obtained.model.variance_between == pytest.approx(golden["variance_animal"], rel=1e-6)
    for test, row in (
        (obtained.groups, "group"),
        (obtained.times, "time"),
        (obtained.interaction, "interaction"),
    ):
        expected = golden[method][row]
        assert test.statistic == pytest.approx(expected["f"], rel=1e-6)
        assert test.df == pytest.approx((expected["df1"], expected["df2"]), rel=1e-6)
        assert test.p == pytest.approx(expected["p"], rel=1e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", R["mixed"])
def test_contrasts_of_mixed_models_agree_with_lmertest(name, method):
    golden = R["mixed"][name]
    y, cells, animal, times = cells_of(golden)
    weights = np.zeros(cells.shape[1])
    weights[[2, len(golden["times"]) + 2]] = -1.0, 1.0
    obtained = fit_mixed_model(y, cells, animal, times).contrast(weights, method=METHODS[method])
    expected = golden["contrast"][method]
    assert obtained.value == pytest.approx(expected["estimate"], rel=1e-8)
    assert (obtained.se, obtained.df) == pytest.approx((expected["se"], expected["df"]), rel=1e-6)
    assert obtained.p == pytest.approx(expected["p"], rel=1e-6)


def test_serial_correlation_agrees_with_nlme():
    golden = R["serial"]["two_groups"]
    y, cells, animal, times = cells_of(golden)
    obtained = fit_mixed_model(y, cells, animal, times, errors="serial")
    assert obtained.log_likelihood == pytest.approx(golden["log_likelihood"], abs=1e-6)
    assert obtained.variance_between == pytest.approx(golden["variance_animal"], rel=1e-3)
    assert obtained.variance_within == pytest.approx(golden["variance_residual"], rel=1e-3)
    per_minute = obtained.correlation ** (1.0 / obtained.unit_time)
    assert per_minute == pytest.approx(golden["correlation_per_minute"], rel=1e-5)


@pytest.mark.parametrize("name", R["spherical"])
def test_anova_agrees_with_car(name):
    golden = R["spherical"][name]
    obtained = compare_courses(values_of(golden), golden["group"], golden["times"])
    assert obtained.method == "anova"
    # Printed by R with four digits; its p values have all.
    assert obtained.epsilon == pytest.approx(golden["epsilon"], abs=6e-5)
    assert obtained.groups.p == pytest.approx(golden["between"]["p"], rel=1e-9)
    assert obtained.times.statistic == pytest.approx(golden["time"]["f"], rel=1e-9)
    assert obtained.times.p == pytest.approx(golden["time"]["gg_p"], rel=1e-9)
    assert obtained.interaction.p == pytest.approx(golden["interaction"]["gg_p"], rel=1e-9)


@pytest.mark.parametrize("name", ["anova", "ancova"])
def test_comparisons_with_a_control_agree_with_multcomp(name):
    golden, expected = R["controls"], R["controls"][name]
    obtained = compare_with_control(
        golden["post"],
        golden["dose"],
        "vehicle",
        covariate=golden["base"] if name == "ancova" else None,
    )
    assert obtained.names == ("low", "mid", "high")
    for k, difference in enumerate(obtained.differences):
        assert difference.value == pytest.approx(expected["estimate"][k], rel=1e-9)
        assert difference.se == pytest.approx(expected["se"][k], rel=1e-9)
        assert difference.df == expected["df"]
        # Both integrate numerically.
        assert difference.p == pytest.approx(expected["p"][k], abs=2e-5)
        assert difference.low == pytest.approx(expected["low"][k], abs=2e-4)
        assert difference.high == pytest.approx(expected["high"][k], abs=2e-4)
    if name == "ancova":
        assert obtained.slope.value == pytest.approx(golden["slope"], rel=1e-9)


def test_complete_courses_give_the_mixed_model_the_exact_degrees_of_freedom():
    golden = R["mixed"]["complete"]
    obtained = compare_courses(
        values_of(golden), golden["group"], golden["times"], method="mixed", errors="independent"
    )
    plain = compare_courses(values_of(golden), golden["group"], golden["times"])
    assert obtained.groups.df == pytest.approx((1.0, 12.0))
    assert obtained.interaction.df == pytest.approx((7.0, 84.0))
    assert obtained.groups.statistic == pytest.approx(plain.groups.statistic, rel=1e-6)
    assert obtained.interaction.statistic == pytest.approx(plain.interaction.statistic, rel=1e-6)


@pytest.mark.parametrize("errors", ["independent", "serial"])
def test_unit_of_readings_and_order_of_rows_do_not_matter(errors):
    golden = R["mixed"]["missing"]
    y, cells, animal, times = cells_of(golden)
    order = np.random.default_rng(3).permutation(y.size)
    one = fit_mixed_model(y, cells, animal, times, errors=errors)
    other = fit_mixed_model(
        1e-9 * y[order], cells[order], animal[order], times[order] / 60.0, errors=errors
    )
    assert other.correlation == pytest.approx(one.correlation, abs=1e-5)
    weights = np.eye(cells.shape[1])[:1] - np.eye(cells.shape[1])[1:2]
    assert other.test(weights).p == pytest.approx(one.test(weights).p, rel=1e-4)


def test_epsilon_of_equal_variances_and_covariances_is_one():
    assert greenhouse_geisser(np.full((5, 5), 0.4) + np.eye(5)) == pytest.approx(1.0)
    one_direction = np.outer(np.arange(4.0), np.arange(4.0))
    assert greenhouse_geisser(one_direction) == pytest.approx(1.0 / 3.0)


def test_one_group_against_the_control_is_students_t():
    golden = R["controls"]
    post, dose = np.array(golden["post"]), np.array(golden["dose"])
    kept = (dose == "vehicle") | (dose == "high")
    obtained = compare_with_control(post[kept], list(dose[kept]), "vehicle").differences[0]
    expected = ttest_ind(post[dose == "high"], post[dose == "vehicle"])
    limits = expected.confidence_interval()
    assert obtained.value == pytest.approx(
        post[dose == "high"].mean() - post[dose == "vehicle"].mean()
    )
    assert (obtained.df, obtained.p) == pytest.approx((kept.sum() - 2, expected.pvalue))
    assert (obtained.low, obtained.high) == pytest.approx((limits.low, limits.high))


def test_adjusted_p_is_between_the_unadjusted_and_bonferronis():
    covariance = 0.5 * np.eye(4) + 0.5
    # From t = 8 on, p is smaller than the error of the integral.
    estimates = [0.5, 2.5, 8.0, 30.0]
    obtained, alone = many_to_one(estimates, covariance, 12.0)
    for one, p in zip(obtained, alone, strict=True):
        assert p <= one.p <= min(1.0, 4 * p)


def test_lost_readings_and_unusable_groups_have_sentences():
    golden = R["mixed"]["missing"]
    y, times = values_of(golden), golden["times"]
    assert compare_courses(y, golden["group"], times).missing == 5
    with pytest.raises(InputError, match=r"5 readings are missing.*mixed model"):
        compare_courses(y, golden["group"], times, method="anova")
    with pytest.raises(InputError, match="two groups or more"):
        compare_courses(y, ["one"] * len(y), times)
    lost = y.copy()
    lost[:7, 2] = np.nan
    with pytest.raises(InputError, match="time 40 a group has no reading"):
        compare_courses(lost, golden["group"], times)
    with pytest.raises(InputError, match="two readings at one time"):
        fit_mixed_model([1.0, 2.0, 3.0, 5.0], np.ones((4, 1)), [0, 0, 1, 1], [1, 1, 1, 2])
    with pytest.raises(InputError, match="roup placebo"):
        compare_with_control([1.0, 2.0, 3.0], ["a", "a", "b"], "placebo")


def test_readings_without_scatter_give_no_p():
    obtained = compare_with_control([1.0, 1.0, 2.0, 2.0, 3.0, 3.0], list("aabbcc"), "a")
    assert all(np.isnan(one.p) for one in obtained.differences)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_tests_hold_their_size(correlation):
    rng = np.random.default_rng([7, int(100 * correlation)])
    n, k, runs = 5, 9, 600
    root = np.linalg.cholesky(
        correlation ** np.abs(np.subtract.outer(np.arange(k), np.arange(k))) + 1e-12 * np.eye(k)
    )
    hits = np.zeros((runs, 4), bool)
    for run in range(runs):
        y = rng.normal(0, 0.4, (2 * n, 1)) + 0.25 * rng.normal(size=(2 * n, k)) @ root.T
        group = np.repeat([0, 1], n)
        complete = compare_courses(y, group, np.arange(k))
        y[1, 3] = y[7, 6] = np.nan
        mixed = compare_courses(y, group, np.arange(k))
        tests = (complete.groups, complete.interaction, mixed.groups, mixed.interaction)
        hits[run] = [test.p < 0.05 for test in tests]
    # Three standard errors of a share of 6 %.
    assert (hits.mean(axis=0) <= 0.06 + 3 * (0.06 * 0.94 / runs) ** 0.5).all()
