"""Predictions of a design agree with exact equilibria, known tables and its own simulation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.design.advice import advise, design_warnings, reach_target_precision
from tricyclic.assays.binding.design.chemistry import counts_in_wells, depletion, time_needed
from tricyclic.assays.binding.design.dilutions import propose
from tricyclic.assays.binding.design.information import (
    expected_precision,
    pooled_width,
    runs_for,
    well_sensitivities,
)
from tricyclic.assays.binding.design.plan import (
    competition_layout,
    expected_plate,
    saturation_layout,
    sites_M,
)
from tricyclic.assays.binding.design.trial import (
    concatenate_trials,
    performance,
    simulate_experiments,
)
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.experiment_plan import ExperimentPlan, TrueValues
from tricyclic.core.plate import Role
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.numerics.equilibrium import solve_one_site

CONDITIONS = BindingConditions(
    target="NET",
    radioligand="[3H]nisoxetine",
    isotope="3H",
    radioligand_nM=MeasuredValue(0.8, "nM"),
    radioligand_kd_nM=MeasuredValue(0.8, "nM"),
    specific_activity_Ci_per_mmol=MeasuredValue(80.0, "Ci/mmol"),
    counting_efficiency=MeasuredValue(0.45, ""),
    counting_time_min=1.0,
    background_cpm=20.0,
    volume_uL=250.0,
    protein_ug=MeasuredValue(30.0, "ug"),
    nsb_drug="mazindol",
)
PLAN = ExperimentPlan(
    "competition",
    CONDITIONS,
    TrueValues(0.8, 600.0, {"drug": 1.0}),
    competition_layout(96, "drug", 1e-6, 10, 3, 6, 6),
    "drug",
)
SATURATION = ExperimentPlan(
    "saturation",
    replace(CONDITIONS, radioligand_nM=None),
    TrueValues(0.8, 600.0),
    saturation_layout(96, (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0), 3, 3),
)


def with_sites_at(kd_times: float, ki_times: float, hot_times: float = 0.5) -> ExperimentPlan:
    """A plate with sites, radioligand and Ki in multiples of the Kd."""
    density = kd_times * 0.8e-9 / sites_M(CONDITIONS, 1.0)
    truth = TrueValues(0.8, density, {"drug": 0.8 * ki_times}, nonspecific=0.0)
    return replace(
        PLAN,
        truth=truth,
        conditions=replace(CONDITIONS, radioligand_nM=MeasuredValue(0.8 * hot_times, "nM")),
    )


def test_depletion_is_that_of_the_mass_balance():
    binding = depletion(PLAN)
    site = sites_M(CONDITIONS, 600.0)
    well = solve_one_site(site, (0.8e-9,), (0.8e-9,), (0.005,))
    bound = float(well.bound[0] + 0.005 * well.free[0])
    assert binding.bound_percent == pytest.approx(100 * bound / 0.8e-9, rel=1e-9)
    assert binding.sites_nM == pytest.approx(600.0 * 0.030 / 250.0, rel=1e-9)


@pytest.mark.parametrize(
    ("sites", "ki", "ratio"),
    # Exact over Cheng and Prusoff at L = Kd / 2, to the digits of an independent table made by
    # solving the cubic.
    [
        (0.1, 1.0, 1.07),
        (0.3, 10.0, 1.12),
        (1.0, 0.1, 5.5),
        (1.0, 1.0, 1.9),
        (3.0, 1000.0, 2.6),
        (1.0, 0.01, 42.0),
    ],
)
def test_cheng_prusoff_overestimates_by_the_exact_factor(sites, ki, ratio):
    assert depletion(with_sites_at(sites, ki)).cheng_prusoff_ratio == pytest.approx(ratio, rel=0.03)


def test_cheng_prusoff_is_exact_without_depletion():
    assert depletion(with_sites_at(1e-6, 1.0)).cheng_prusoff_ratio == pytest.approx(1.0, abs=1e-4)


def test_expected_counts_agree_with_the_amount_bound():
    total = counts_in_wells(PLAN)[0]
    fmol = depletion(PLAN).bound_percent / 100 * 0.8 * 250
    assert total.cpm == pytest.approx(20 + fmol * 80 * 2.22 * 0.45, rel=1e-6)
    assert total.counting_percent == pytest.approx(
        100 * math.sqrt(total.cpm) / (total.cpm - 20), rel=1e-6
    )


def test_five_half_lives_of_the_radioligand_alone():
    plan = replace(
        with_sites_at(1e-6, 1.0), truth=replace(with_sites_at(1e-6, 1.0).truth, kon_per_M_min=1e8)
    )
    (time,) = time_needed(plan, 1.0)
    assert not time.assumed
    # kobs = kon L + koff, koff = kon Kd; L = Kd / 2.
    assert time.alone_min == pytest.approx(5 * math.log(2) / (1e8 * 1.5 * 0.8e-9), rel=1e-5)


def test_a_slow_competitor_delays_equilibrium():
    plan = replace(PLAN, truth=replace(PLAN.truth, kon_per_M_min=1e8))
    quick, slow = (time_needed(plan, koff)[0].with_competitor_min for koff in (10.0, 0.001))
    assert slow > 10 * quick
    # In the wells in which it matters the competitor leaves at koff: 3 % takes some half-lives of
    # it.
    assert 0.5 * math.log(2) / 0.001 < slow < 6 * math.log(2) / 0.001


def test_unknown_rates_are_marked_as_assumed():
    assert all(row.assumed for row in time_needed(PLAN))
    assert len({row.kon_per_M_min for row in time_needed(PLAN)}) == 3


@pytest.mark.slow
@pytest.mark.parametrize("plan", [PLAN, SATURATION], ids=["competition", "saturation"])
def test_the_information_predicts_the_simulated_precision(plan):
    trials = simulate_experiments(
        replace(plan, runs=2, between_run_sd=0.0), CURVES, 120, np.random.default_rng(4)
    )
    result = performance(replace(plan, runs=2, between_run_sd=0.0), trials)
    for predicted, simulated in zip(expected_precision(plan, CURVES), result, strict=True):
        # 240 plates: the standard deviation is known within 4.6 %.
        assert simulated.sd_log10 == pytest.approx(predicted.se_log10, rel=0.16)
        assert simulated.width == pytest.approx(predicted.one_plate, rel=0.06)
        assert (
            0.93 - 3 * simulated.coverage_se
            <= simulated.coverage_own_run
            <= 0.97 + 3 * simulated.coverage_se
        )
        assert simulated.bias == pytest.approx(1.0, abs=0.02)
        assert simulated.failed == 0.0


@pytest.mark.slow
def test_variation_between_runs_shows_only_in_the_pooled_interval():
    plan = replace(PLAN, between_run_sd=0.15)
    (result,) = performance(plan, simulate_experiments(plan, CURVES, 60, np.random.default_rng(8)))
    assert result.coverage_own_run > 0.88
    assert result.coverage_overall < 0.4
    assert result.pooled_coverage > 0.85
    assert np.log10(result.pooled_width) == pytest.approx(
        np.log10(expected_precision(plan, CURVES)[0].pooled), rel=0.35
    )


def test_pieces_are_concatenated_in_their_order():
    parts = [simulate_experiments(PLAN, CURVES, 1, np.random.default_rng([1, k])) for k in range(2)]
    whole = concatenate_trials(parts)
    assert whole.plates.shape == (2, 3, 1, 4)
    assert np.array_equal(whole.plates[1], parts[1].plates[0])


def test_an_assay_read_too_early_is_biased():
    truth = TrueValues(
        0.8, 600.0, {"drug": 1.0}, kon_per_M_min=1e8, competitor_koff_per_min={"drug": 0.002}
    )
    early = replace(
        PLAN, truth=truth, conditions=replace(CONDITIONS, incubation_min=20.0), as_incubated=True
    )
    (result,) = performance(early, simulate_experiments(early, CURVES, 6, np.random.default_rng(2)))
    assert result.bias > 1.3
    assert "incubation_long_enough" in design_warnings(
        replace(early, conditions=replace(CONDITIONS, incubation_min=5.0))
    )


def test_the_proposal_is_more_efficient_on_no_more_wells_and_reaches_both_plateaus():
    plan, series, optima = propose(PLAN, CURVES, replicates=3)
    proposed, usual, _ = series
    assert proposed.wells <= usual.wells
    assert proposed.efficiency_over_range > usual.efficiency_over_range
    assert 0 < proposed.efficiency <= 1
    assert proposed.highest > 4 * 3e-9
    assert proposed.lowest < 1e-9
    doses = sorted({w.concentration_M for w in plan.wells if w.role is Role.COMPETITION})
    assert np.diff(np.log10(doses)) == pytest.approx(0.5, abs=0.001)
    assert sum(share for _, share in optima[0].shares) == pytest.approx(1.0, abs=0.03)
    # The width of the proposal is that of the planned wells.
    assert expected_precision(plan, CURVES)[0].one_plate == pytest.approx(proposed.width, rel=0.02)


def test_the_slope_without_counting_and_depletion_is_that_of_the_textbook():
    counted = replace(CONDITIONS, counting_time_min=1e15, background_cpm=0.0)
    plan = with_sites_at(1e-6, 1.0)
    plan = replace(
        plan, conditions=replace(counted, radioligand_nM=plan.conditions.radioligand_nM), cv=0.1
    )
    slopes = well_sensitivities(plan, CURVES)
    expected = np.array([w.value for w in expected_plate(plan).wells])
    # y = (top - bottom) p alone, without non-specific binding: slope in log10 Ki over the sd is ln
    # 10 (1 - p) / cv.
    p = expected / expected.max()
    column = slopes.rows[:, slopes.names.index("log10_ki")]
    competing = [w.role is Role.COMPETITION for w in plan.wells]
    assert column[competing] == pytest.approx(np.log(10) * (1 - p[competing]) / 0.1, rel=2e-3)


def test_a_saturation_spans_its_kd_and_is_more_efficient_than_the_usual_series():
    plan, series, _ = propose(SATURATION, CURVES, replicates=3)
    levels = sorted({w.radioligand_nM for w in plan.wells})
    assert levels[0] <= 0.35 * 0.8
    assert levels[-1] >= 3 * 0.8
    assert series[0].efficiency_over_range > series[1].efficiency_over_range


@pytest.mark.parametrize("size", [24, 48, 96, 384, 1536])
def test_layouts_use_every_well_once_and_have_controls_among_the_curves(size):
    layout = competition_layout(size, "drug", 1e-6, 6, 3, 3, 3)
    wells = list(layout.planned_wells.values())
    assert len(wells) == 24
    rows = {
        role: {w.row for w in wells if w.role is role} for role in (Role.COMPETITION, Role.TOTAL)
    }
    assert min(rows[Role.COMPETITION]) < min(rows[Role.TOTAL]) < max(rows[Role.COMPETITION])


def test_more_concentrations_than_columns_continue_in_the_next_rows():
    layout = competition_layout(24, "drug", 1e-6, 9, 1, 2, 2)
    doses = [w.concentration_M for w in layout.planned_wells.values() if w.role is Role.COMPETITION]
    assert np.diff(np.log10(sorted(doses))) == pytest.approx(np.log10(3.16), rel=1e-4)


def test_the_statement_names_runs_where_wells_cannot_help():
    plan = replace(PLAN, between_run_sd=0.15)
    result = reach_target_precision(plan, CURVES, 2.0)
    assert math.isinf(result.times_wells)
    assert "More wells cannot help" in result.statement
    assert pooled_width(expected_precision(plan, CURVES)[0].se_log10, 0.15, result.runs) <= 2.0
    assert pooled_width(expected_precision(plan, CURVES)[0].se_log10, 0.15, result.runs - 1) > 2.0


def test_more_wells_reach_the_target_where_runs_agree():
    noisy = replace(PLAN, between_run_sd=0.005, cv=0.2)
    now = expected_precision(noisy, CURVES)[0]
    result = reach_target_precision(noisy, CURVES, 1.0 + 0.7 * (now.pooled - 1.0))
    assert 1.0 < result.times_wells < 100.0
    assert pooled_width(now.se_log10 / math.sqrt(result.times_wells), 0.005, 3) == pytest.approx(
        result.width, rel=1e-6
    )


def test_a_width_that_no_number_of_runs_reaches_is_reported():
    assert runs_for(0.02, 0.3, 1.001) is None
    assert (
        "not even"
        in reach_target_precision(replace(PLAN, between_run_sd=0.3), CURVES, 1.001).statement
    )
    with pytest.raises(InputError, match="above 1"):
        reach_target_precision(PLAN, CURVES, 0.9)


def test_advice_that_resolves_a_warning_comes_first():
    crowded = replace(PLAN, truth=replace(PLAN.truth, bmax_fmol_per_mg=5000.0))
    assert "tracer_bound" in design_warnings(crowded)
    result = advise(crowded, CURVES)
    assert "tracer_bound" in result[0].resolves
    assert result[0].bound_percent <= 10.0
    assert {c.lever for c in result} == {
        "radioligand",
        "protein",
        "volume",
        "counting time",
        "replicates",
        "runs",
    }
    gains = [c.gain for c in result if not c.resolves and not c.raises]
    assert gains == sorted(gains, reverse=True)


def test_advice_on_replicates_agrees_with_the_doubled_plate():
    (advice,) = [c for c in advise(PLAN, CURVES) if c.lever == "replicates"]
    doubled = replace(PLAN, layout=competition_layout(384, "drug", 1e-6, 10, 6, 12, 12))
    assert advice.pooled == pytest.approx(expected_precision(doubled, CURVES)[0].pooled, rel=1e-6)
    assert advice.one_plate == pytest.approx(
        expected_precision(doubled, CURVES)[0].one_plate, rel=1e-3
    )


@pytest.mark.parametrize(
    "wrong",
    [{"cv": 1.2}, {"runs": 0}, {"between_run_sd": -0.1}],
    ids=["cv", "runs", "between runs"],
)
def test_an_impossible_plan_is_refused(wrong):
    with pytest.raises(InputError):
        replace(PLAN, **wrong)


def test_a_plate_that_is_too_small_is_refused():
    with pytest.raises(InputError, match="larger plate"):
        competition_layout(24, "drug", 1e-6, 10, 3, 6, 6)
    with pytest.raises(InputError, match="replicates fits a plate"):
        propose(
            replace(PLAN, layout=competition_layout(24, "drug", 1e-6, 6, 1, 3, 3)),
            CURVES,
            replicates=6,
        )
