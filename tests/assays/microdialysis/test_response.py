"""Responses of animals, effects of groups, power."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import dunnett, ttest_ind

from tricyclic.assays.microdialysis.groups import aligned_courses, group_effects
from tricyclic.assays.microdialysis.power import (
    animals_needed,
    mean_variance,
    planned_power,
    scatter_of,
)
from tricyclic.assays.microdialysis.response import response_of
from tricyclic.core.fractions import AnimalCourse, MeasuredFraction, ResponseSettings
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import ScatterOfFractions

SETTINGS = ResponseSettings(baseline_fractions=4, window_min=(0.0, 120.0))


def course(values, *, start=-80.0, step=20.0, animal="a1", group="vehicle", states=(), lod=0.1):
    fractions = tuple(
        MeasuredFraction(
            f"f{k + 1}",
            start + k * step,
            start + (k + 1) * step,
            value=v,
            state=dict(states).get(k, "quantified"),
            lod=lod,
        )
        for k, v in enumerate(values)
    )
    return AnimalCourse(animal, group, "nM", fractions)


def study(rng, n=6, groups=("vehicle", "low", "high"), effect=(0.0, 0.2, 0.7), samples=10):
    responses = []
    for group, size in zip(groups, effect, strict=True):
        for k in range(n):
            logs = rng.normal(0, 0.4) + rng.normal(0, 0.15, samples)
            logs[4:] += size
            responses.append(
                response_of(course(np.exp(logs), animal=f"{group}{k}", group=group), SETTINGS)
            )
    return responses


def test_a_rise_is_percent_of_baseline_area_and_extremes():
    response = response_of(course([2, 2, 2, 2, 4, 6, 5, 3, 2.1, 2.0]), SETTINGS)
    assert response.baseline.mean == 2.0
    assert list(response.percent[4:]) == pytest.approx([200, 300, 250, 150, 105, 100])
    assert response.auc_net == pytest.approx(20 * (100 + 200 + 150 + 50 + 5))
    assert response.auc_positive == response.auc_net
    assert (response.cmax, response.cmax_percent, response.tmax_min) == (6.0, 300.0, 30.0)
    assert response.return_min == 90.0
    assert response.coverage == 1.0
    assert math.isnan(response_of(course([2, 2, 2, 2, 2.1, 2, 2, 2]), SETTINGS).return_min)
    assert response.log_ratio == pytest.approx(math.log(np.mean([4, 6, 5, 3, 2.1, 2.0]) / 2))


def test_falls_count_in_the_net_area_alone():
    response = response_of(course([2, 2, 2, 2, 1, 1, 4, 2, 2, 2]), SETTINGS)
    assert response.auc_net == pytest.approx(20 * (-50 - 50 + 100))
    assert response.auc_positive == pytest.approx(20 * 100)


@pytest.mark.parametrize("offset", [0.0, 3.0, 7.5, 14.63, 19.0])
def test_the_area_of_a_step_is_restored_whatever_the_windows(offset):
    # Level 1 before the treatment, 3 after it; windows that are not aligned with the treatment.
    edges = -100.0 + offset + 20.0 * np.arange(14)
    means = [1.0 + 2.0 * np.clip((b - 0.0) / (b - a), 0.0, 1.0) for a, b in pairwise(edges)]
    one = course(means, start=edges[0])
    response = response_of(one, SETTINGS)
    assert response.baseline.mean == pytest.approx(1.0)
    assert response.auc_net == pytest.approx(200.0 * 120.0, rel=0.02)
    # The fraction that the treatment falls into does not pull the mean of the window down.
    assert response.log_ratio == pytest.approx(math.log(3.0))


def test_lost_fractions_stay_missing_and_the_area_is_that_of_the_others():
    response = response_of(
        course([2, 2, 2, 2, 4, math.nan, 4, 4, 4, 4], states={5: "lost"}), SETTINGS
    )
    assert math.isnan(response.percent[5])
    assert response.coverage == pytest.approx(100 / 120)
    assert response.auc_net == pytest.approx(100 * 100)
    assert response.missing == ("f6: lost",)


def test_values_below_the_limit_enter_in_three_ways():
    values = [2, 2, 2, 2, 0.3, 2, 2, 2, 2, math.nan]
    one = course(values, states={4: "below LOQ", 9: "below LOD"}, lod=0.2)
    means = {}
    for below in ("as measured", "half of LOD", "excluded"):
        response = response_of(one, ResponseSettings(below=below))
        means[below] = response.window_mean
    assert means["as measured"] == pytest.approx((0.3 + 8) / 5)
    assert means["half of LOD"] == pytest.approx((0.1 + 8 + 0.1) / 6)
    assert means["excluded"] == pytest.approx(2.0)


def test_an_unstable_baseline_and_an_early_response_are_flagged_and_used():
    unstable = response_of(course([1, 2, 3, 2, 4, 4, 4, 4, 4, 4]), SETTINGS)
    assert not unstable.baseline.stable
    assert unstable.baseline.mean == 2.0
    early = response_of(course([1, 1, 1, 5.5, 6, 6, 6, 6, 6, 6]), SETTINGS)
    assert early.baseline.early_response
    assert early.baseline.early_ratio == pytest.approx(5.5)
    steady = response_of(course([1, 1.1, 0.9, 1, 6, 6, 6, 6, 6, 6]), SETTINGS)
    assert steady.baseline.stable
    assert not steady.baseline.early_response


def test_two_groups_are_compared_by_welch_on_log_ratios():
    responses = study(np.random.default_rng(3), groups=("vehicle", "high"), effect=(0.0, 0.7))
    effects = group_effects(responses, "vehicle")
    ratios = np.array([r.log_ratio for r in responses])
    expected = ttest_ind(ratios[6:], ratios[:6], equal_var=False)
    assert effects.effects[0].p == pytest.approx(expected.pvalue)
    assert effects.effects[0].ratio == pytest.approx(
        math.exp(ratios[6:].mean() - ratios[:6].mean())
    )
    assert "Welch" in effects.test
    assert "Greenhouse" in effects.courses_test
    assert effects.courses.method == "anova"


def test_doses_are_compared_with_the_control_by_dunnett():
    responses = study(np.random.default_rng(5))
    effects = group_effects(responses, "vehicle")
    ratios = np.array([r.log_ratio for r in responses]).reshape(3, 6)
    expected = dunnett(ratios[1], ratios[2], control=ratios[0], rng=1)
    assert [e.p for e in effects.effects] == pytest.approx(list(expected.pvalue), abs=1e-3)
    assert "Dunnett" in effects.test
    # Order of the groups in the table does not matter.
    again = group_effects(responses[::-1], "vehicle")
    by_group = {e.group: e.p for e in again.effects}
    assert by_group["low"] == pytest.approx(effects.effects[0].p, abs=1e-4)


def test_missing_fractions_lead_to_the_mixed_model():
    responses = study(np.random.default_rng(6), groups=("vehicle", "high"), effect=(0.0, 0.5))
    one = responses[2].course
    fractions = list(one.fractions)
    fractions[6] = MeasuredFraction("f7", 40.0, 60.0, state="lost")
    lost = AnimalCourse(one.animal, one.group, "nM", tuple(fractions))
    responses[2] = response_of(lost, SETTINGS)
    effects = group_effects(responses, "vehicle", primary="ancova")
    assert effects.courses.method == "mixed"
    assert "because the courses lack 1 value" in effects.courses_test
    assert effects.slope.value == pytest.approx(1.0, abs=0.5)
    assert all(e.p_holm >= e.p_alone for e in effects.at_times)


def test_animals_treated_at_other_times_are_aligned_by_their_fractions():
    responses = [
        response_of(course([1, 1, 1, 1, 2, 3], start=-80.0 - shift, animal=f"a{k}"), SETTINGS)
        for k, shift in enumerate((0.0, 4.0, 7.0))
    ]
    middles, percent, remarks = aligned_courses(responses)
    assert len(middles) == 2
    assert percent.shape == (3, 2)
    assert any("differ by up to" in remark for remark in remarks)


def test_power_agrees_with_the_noncentral_t_and_with_simulation():
    # power.t.test(n = 20, delta = 1, sd = 1) of R.
    unit = ScatterOfFractions(0.0, 0.0, 1.0, 1.0, 40)
    plan = planned_power(unit, math.e, 20, baseline_fractions=4, window_fractions=6)
    assert plan.power == pytest.approx(0.8689528, abs=1e-6)
    needed = animals_needed(unit, math.e, power=0.9, baseline_fractions=4, window_fractions=6)
    assert needed.animals_per_group == 23
    rng = np.random.default_rng(8)
    n, correlation = 5, 0.6
    gaps = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    draws = rng.multivariate_normal(np.zeros(n), correlation**gaps, 20_000).mean(axis=1)
    assert mean_variance(n, correlation) == pytest.approx(draws.var(), rel=0.03)


def test_scatter_of_a_study_is_that_which_made_it():
    rng = np.random.default_rng(9)
    responses = study(rng, n=60, groups=("vehicle", "high"), effect=(0.0, 0.5))
    scatter = scatter_of(responses, SETTINGS)
    assert scatter.fraction_sd == pytest.approx(0.15, rel=0.1)
    assert scatter.log_ratio_sd == pytest.approx(0.15 * (1 / 4 + 1 / 6) ** 0.5, rel=0.15)
    assert scatter.response_sd < 0.05


def test_scatter_counts_the_fractions_of_the_window_alone():
    rng = np.random.default_rng(9)
    responses = study(rng, n=60, groups=("vehicle", "high"), effect=(0.0, 0.5), samples=24)
    assert scatter_of(responses, SETTINGS).response_sd < 0.03


def test_unusable_animals_and_groups_have_sentences():
    with pytest.raises(InputError, match="has no baseline"):
        response_of(course([1, 2, 3], start=0.0), SETTINGS)
    with pytest.raises(InputError, match="nothing was measured from 0 to 120"):
        response_of(course([1, 1, 1, 1]), SETTINGS)
    with pytest.raises(InputError, match="Fractions of one animal do not overlap"):
        AnimalCourse(
            "a",
            "g",
            "nM",
            (MeasuredFraction("x", 0, 20, 1.0), MeasuredFraction("y", 15, 35, 1.0)),
        )
    with pytest.raises(InputError, match="no animal of the control group saline"):
        group_effects(study(np.random.default_rng(1)), "saline")
    with pytest.raises(InputError, match="two animals or more each"):
        group_effects(study(np.random.default_rng(1), n=1), "vehicle")
    with pytest.raises(InputError, match="ends after it starts"):
        ResponseSettings(window_min=(60.0, 60.0))
