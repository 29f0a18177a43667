"""Predictions of a design against exact equilibria, against known tables, and against its own simulation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.design.advice import changes, doubts, wished
from tricyclic.assays.binding.design.chemistry import counts_in_wells, depletion, time_needed
from tricyclic.assays.binding.design.dilutions import propose
from tricyclic.assays.binding.design.information import pooled_width, runs_for, slopes_of, widths
from tricyclic.assays.binding.design.plan import (
    Plan,
    competition_layout,
    expected_plate,
    saturation_layout,
    sites_M,
)
from tricyclic.assays.binding.design.trial import joined, performance, try_experiments
from tricyclic.assays.binding.simulate_plate import Truth
from tricyclic.core.conditions import BindingConditions, Measured
from tricyclic.core.plate import Role
from tricyclic.curves import SHELF
from tricyclic.errors import InputError
from tricyclic.numerics.equilibrium import one_site

CONDITIONS = BindingConditions(
    target="NET",
    radioligand="[3H]nisoxetine",
    isotope="3H",
    radioligand_nM=Measured(0.8, "nM"),
    radioligand_kd_nM=Measured(0.8, "nM"),
    specific_activity_Ci_per_mmol=Measured(80.0, "Ci/mmol"),
    counting_efficiency=Measured(0.45, ""),
    counting_time_min=1.0,
    background_cpm=20.0,
    volume_uL=250.0,
    protein_ug=Measured(30.0, "ug"),
    nsb_drug="mazindol",
)
PLAN = Plan(
    "competition",
    CONDITIONS,
    Truth(0.8, 600.0, {"drug": 1.0}),
    competition_layout(96, "drug", 1e-6, 10, 3, 6, 6),
    "drug",
)
SATURATION = Plan(
    "saturation",
    replace(CONDITIONS, radioligand_nM=None),
    Truth(0.8, 600.0),
    saturation_layout(96, (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0), 3, 3),
)


def with_sites_at(kd_times: float, ki_times: float, hot_times: float = 0.5) -> Plan:
    """A plate with so many sites, radioligand and Ki, all in multiples of the Kd."""
    density = kd_times * 0.8e-9 / sites_M(CONDITIONS, 1.0)
    truth = Truth(0.8, density, {"drug": 0.8 * ki_times}, nonspecific=0.0)
    return replace(
        PLAN,
        truth=truth,
        conditions=replace(CONDITIONS, radioligand_nM=Measured(0.8 * hot_times, "nM")),
    )


def test_depletion_is_that_of_the_mass_balance():
    told = depletion(PLAN)
    site = sites_M(CONDITIONS, 600.0)
    well = one_site(site, (0.8e-9,), (0.8e-9,), (0.005,))
    held = float(well.bound[0] + 0.005 * well.free[0])
    assert told.bound_percent == pytest.approx(100 * held / 0.8e-9, rel=1e-9)
    assert told.sites_nM == pytest.approx(600.0 * 0.030 / 250.0, rel=1e-9)


@pytest.mark.parametrize(
    ("sites", "ki", "ratio"),
    # Exact over Cheng and Prusoff at L = Kd / 2, to the digits of an independent table made by solving the cubic.
    [
        (0.1, 1.0, 1.07),
        (0.3, 10.0, 1.12),
        (1.0, 0.1, 5.5),
        (1.0, 1.0, 1.9),
        (3.0, 1000.0, 2.6),
        (1.0, 0.01, 42.0),
    ],
)
def test_cheng_and_prusoff_are_high_by_what_is_known(sites, ki, ratio):
    assert depletion(with_sites_at(sites, ki)).cheng_prusoff_ratio == pytest.approx(ratio, rel=0.03)


def test_cheng_and_prusoff_are_right_where_nothing_is_depleted():
    assert depletion(with_sites_at(1e-6, 1.0)).cheng_prusoff_ratio == pytest.approx(1.0, abs=1e-4)


def test_expected_counts_follow_from_femtomoles():
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
    (told,) = time_needed(plan, 1.0)
    assert not told.assumed
    # kobs = kon L + koff, koff = kon Kd; L = Kd / 2.
    assert told.alone_min == pytest.approx(5 * math.log(2) / (1e8 * 1.5 * 0.8e-9), rel=1e-5)


def test_a_slow_competitor_makes_everybody_wait():
    plan = replace(PLAN, truth=replace(PLAN.truth, kon_per_M_min=1e8))
    quick, slow = (time_needed(plan, koff)[0].with_competitor_min for koff in (10.0, 0.001))
    assert slow > 10 * quick
    # In the wells in which it matters the competitor leaves at koff: 3 % takes some half-lives of it.
    assert 0.5 * math.log(2) / 0.001 < slow < 6 * math.log(2) / 0.001


def test_unknown_rates_are_told_as_assumed():
    assert all(row.assumed for row in time_needed(PLAN))
    assert len({row.kon_per_M_min for row in time_needed(PLAN)}) == 3


@pytest.mark.parametrize("plan", [PLAN, SATURATION], ids=["competition", "saturation"])
def test_the_information_predicts_what_simulation_finds(plan):
    tries = try_experiments(
        replace(plan, runs=2, between_run_sd=0.0), SHELF, 120, np.random.default_rng(4)
    )
    found = performance(replace(plan, runs=2, between_run_sd=0.0), tries)
    for predicted, seen in zip(widths(plan, SHELF), found, strict=True):
        # 240 plates: the standard deviation is known within 4.6 %.
        assert seen.sd_log10 == pytest.approx(predicted.se_log10, rel=0.16)
        assert seen.width == pytest.approx(predicted.one_plate, rel=0.06)
        assert 0.93 - 3 * seen.error <= seen.covers_own <= 0.97 + 3 * seen.error
        assert seen.bias == pytest.approx(1.0, abs=0.02)
        assert seen.failed == 0.0


def test_runs_that_differ_show_only_when_they_are_pooled():
    plan = replace(PLAN, between_run_sd=0.15)
    (found,) = performance(plan, try_experiments(plan, SHELF, 60, np.random.default_rng(8)))
    assert found.covers_own > 0.88
    assert found.covers < 0.4
    assert found.pooled_covers > 0.85
    assert np.log10(found.pooled_width) == pytest.approx(
        np.log10(widths(plan, SHELF)[0].pooled), rel=0.35
    )


def test_pieces_join_in_their_order():
    parts = [try_experiments(PLAN, SHELF, 1, np.random.default_rng([1, k])) for k in range(2)]
    whole = joined(parts)
    assert whole.plates.shape == (2, 3, 1, 4)
    assert np.array_equal(whole.plates[1], parts[1].plates[0])


def test_an_assay_read_too_early_is_seen_in_the_bias():
    truth = Truth(
        0.8, 600.0, {"drug": 1.0}, kon_per_M_min=1e8, competitor_koff_per_min={"drug": 0.002}
    )
    early = replace(
        PLAN, truth=truth, conditions=replace(CONDITIONS, incubation_min=20.0), as_incubated=True
    )
    (found,) = performance(early, try_experiments(early, SHELF, 6, np.random.default_rng(2)))
    assert found.bias > 1.3
    assert "incubation_long_enough" in doubts(
        replace(early, conditions=replace(CONDITIONS, incubation_min=5.0))
    )


def test_the_proposal_tells_more_on_no_more_wells_and_reaches_both_plateaus():
    plan, series, optima = propose(PLAN, SHELF, replicates=3)
    proposed, habit, _ = series
    assert proposed.wells <= habit.wells
    assert proposed.over_range > habit.over_range
    assert 0 < proposed.efficiency <= 1
    assert proposed.highest > 4 * 3e-9
    assert proposed.lowest < 1e-9
    doses = sorted({w.concentration_M for w in plan.wells if w.role is Role.COMPETITION})
    assert np.diff(np.log10(doses)) == pytest.approx(0.5, abs=0.001)
    assert sum(share for _, share in optima[0].shares) == pytest.approx(1.0, abs=0.03)
    # What it promises is what the information of the planned wells gives.
    assert widths(plan, SHELF)[0].one_plate == pytest.approx(proposed.width, rel=0.02)


def test_the_optimum_without_counting_and_depletion_is_the_one_of_the_textbook():
    counted = replace(CONDITIONS, counting_time_min=1e15, background_cpm=0.0)
    plan = with_sites_at(1e-6, 1.0)
    plan = replace(
        plan, conditions=replace(counted, radioligand_nM=plan.conditions.radioligand_nM), cv=0.1
    )
    slopes = slopes_of(plan, SHELF)
    expected = np.array([w.value for w in expected_plate(plan).wells])
    # y = (top - bottom) p alone, without non-specific binding: slope in log10 Ki over the sd is ln 10 (1 - p) / cv.
    p = expected / expected.max()
    column = slopes.rows[:, slopes.names.index("log10_ki")]
    competing = [w.role is Role.COMPETITION for w in plan.wells]
    assert column[competing] == pytest.approx(np.log(10) * (1 - p[competing]) / 0.1, rel=2e-3)


def test_a_saturation_reaches_over_its_kd_and_tells_more_than_by_habit():
    plan, series, _ = propose(SATURATION, SHELF, replicates=3)
    levels = sorted({w.radioligand_nM for w in plan.wells})
    assert levels[0] <= 0.35 * 0.8
    assert levels[-1] >= 3 * 0.8
    assert series[0].over_range > series[1].over_range


@pytest.mark.parametrize("size", [24, 96, 384])
def test_layouts_hold_every_well_once_and_controls_lie_among_the_curves(size):
    layout = competition_layout(size, "drug", 1e-6, 6, 3, 3, 3)
    wells = list(layout.held.values())
    assert len(wells) == 24
    rows = {
        role: {w.row for w in wells if w.role is role} for role in (Role.COMPETITION, Role.TOTAL)
    }
    assert min(rows[Role.COMPETITION]) < min(rows[Role.TOTAL]) < max(rows[Role.COMPETITION])


def test_more_concentrations_than_columns_go_on_in_the_next_rows():
    layout = competition_layout(24, "drug", 1e-6, 9, 1, 2, 2)
    doses = [w.concentration_M for w in layout.held.values() if w.role is Role.COMPETITION]
    assert np.diff(np.log10(sorted(doses))) == pytest.approx(np.log10(3.16), rel=1e-4)


def test_runs_dominate_where_wells_cannot_help():
    plan = replace(PLAN, between_run_sd=0.15)
    found = wished(plan, SHELF, 2.0)
    assert math.isinf(found.times_wells)
    assert "More wells cannot help" in found.says
    assert pooled_width(widths(plan, SHELF)[0].se_log10, 0.15, found.runs) <= 2.0
    assert pooled_width(widths(plan, SHELF)[0].se_log10, 0.15, found.runs - 1) > 2.0


def test_more_wells_help_where_runs_agree():
    noisy = replace(PLAN, between_run_sd=0.005, cv=0.2)
    now = widths(noisy, SHELF)[0]
    found = wished(noisy, SHELF, 1.0 + 0.7 * (now.pooled - 1.0))
    assert 1.0 < found.times_wells < 100.0
    assert pooled_width(now.se_log10 / math.sqrt(found.times_wells), 0.005, 3) == pytest.approx(
        found.width, rel=1e-6
    )


def test_a_width_that_no_number_of_runs_gives_is_said_plainly():
    assert runs_for(0.02, 0.3, 1.001) is None
    assert "not even" in wished(replace(PLAN, between_run_sd=0.3), SHELF, 1.001).says
    with pytest.raises(InputError, match="above 1"):
        wished(PLAN, SHELF, 0.9)


def test_what_mends_a_doubt_comes_before_what_only_narrows():
    crowded = replace(PLAN, truth=replace(PLAN.truth, bmax_fmol_per_mg=5000.0))
    assert "tracer_bound" in doubts(crowded)
    found = changes(crowded, SHELF)
    assert "tracer_bound" in found[0].mends
    assert found[0].bound_percent <= 10.0
    assert {c.what for c in found} == {
        "radioligand",
        "protein",
        "volume",
        "counting time",
        "replicates",
        "runs",
    }
    gains = [c.gain for c in found if not c.mends and not c.costs]
    assert gains == sorted(gains, reverse=True)


def test_a_change_does_what_it_promises():
    (told,) = [c for c in changes(PLAN, SHELF) if c.what == "replicates"]
    doubled = replace(PLAN, layout=competition_layout(384, "drug", 1e-6, 10, 6, 12, 12))
    assert told.pooled == pytest.approx(widths(doubled, SHELF)[0].pooled, rel=1e-6)
    assert told.one_plate == pytest.approx(widths(doubled, SHELF)[0].one_plate, rel=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [{"cv": 1.2}, {"runs": 0}, {"between_run_sd": -0.1}],
    ids=["cv", "runs", "between runs"],
)
def test_a_plan_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError):
        replace(PLAN, **wrong)


def test_a_plate_that_is_too_small_is_refused():
    with pytest.raises(InputError, match="larger plate"):
        competition_layout(24, "drug", 1e-6, 10, 3, 6, 6)
    with pytest.raises(InputError, match="replicates fits a plate"):
        propose(
            replace(PLAN, layout=competition_layout(24, "drug", 1e-6, 6, 1, 3, 3)),
            SHELF,
            replicates=6,
        )
