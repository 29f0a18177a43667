"""Virtual wells and fractions: what they hold by the laws of washing, counting and dialysis, and how often effects are seen."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import solve_ivp

from tricyclic.core.dosing import Regimen
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario
from tricyclic.simulation.compose import compose
from tricyclic.simulation.run import Bench
from tricyclic.simulation.virtual import microdialysis as virtual_dialysis
from tricyclic.simulation.virtual import neurites as virtual_neurites
from tricyclic.simulation.virtual import release as virtual_glutamate
from tricyclic.simulation.virtual.common import (
    Condition,
    half_way,
    need_of_groups,
    need_of_pairs,
    stream,
    subjects_of,
)
from tricyclic.simulation.virtual.microdialysis import (
    DialysisAssay,
    dialysates,
    dialysis_readings,
    means_of_fractions,
    percent_of_baseline,
)
from tricyclic.simulation.virtual.neurites import NeuriteAssay, neurite_counts, neurite_shares
from tricyclic.simulation.virtual.release import (
    GlutamateAssay,
    glutamate_in_samples,
    glutamate_readings,
)

MECHANISMS, DRUGS = dict(mechanisms()), dict(drugs())
BDNF_NM, NGF_NM = 50e3 / 27000, 2.5e3 / 27000
REST_NM, UPTAKE_PER_H = 300.0, 8.3


@functools.cache
def neurons() -> Bench:
    return Bench(
        compose(
            scenario(virtual_glutamate.SCENARIO),
            MECHANISMS,
            DRUGS,
            GlutamateAssay().regimens("imipramine", "bd1047"),
        )
    )


@functools.cache
def pc12() -> Bench:
    return Bench(
        compose(
            scenario(virtual_neurites.SCENARIO),
            MECHANISMS,
            DRUGS,
            NeuriteAssay().regimens("imipramine", "ne_100"),
        )
    )


@functools.cache
def rat() -> Bench:
    dose = Regimen("desipramine", "ip", 1.0, start_h=DialysisAssay().dose_h)
    return Bench(compose(scenario(virtual_dialysis.SCENARIO), MECHANISMS, DRUGS, [dose]))


PLAIN = GlutamateAssay()


def net(condition: Condition, assay: GlutamateAssay = PLAIN) -> float:
    before, after = glutamate_in_samples(neurons(), assay, [condition], [{}])[0, 0]
    return float(after - before)


def shares(*conditions: Condition) -> np.ndarray:
    return neurite_shares(pc12(), NeuriteAssay(), conditions, [{}])[0]


# ---- glutamate


@pytest.mark.parametrize("settle_min", [5.0, 30.0, 120.0])
def test_after_the_wash_the_cells_refill_the_buffer_as_uptake_has_it(settle_min):
    assay = GlutamateAssay(settle_min=settle_min, stimulus_min=10.0)
    found = glutamate_in_samples(neurons(), assay, [Condition("nothing")], [{}])[0, 0]
    times = np.array([settle_min, settle_min + 10.0]) / 60
    assert found == pytest.approx(REST_NM * (1 - np.exp(-UPTAKE_PER_H * times)), rel=1e-5)


def test_the_washed_course_is_that_of_a_well_emptied_and_integrated_anew():
    assay, condition = GlutamateAssay(), Condition("both", 3000.0, 0.0, BDNF_NM)
    values = assay.levels(tuple(dose.regimen for dose in neurons().composed.doses), condition)
    times = np.unique(
        np.r_[0.0, np.linspace(assay.pretreatment_h, assay.end_h, 4001), assay.baseline_h]
    )
    released = neurons().run(times, ["release.release"], values)[:, 0]
    well = solve_ivp(
        lambda t, g: np.interp(t, times, released) - UPTAKE_PER_H * g,
        (assay.pretreatment_h, assay.end_h),
        [0.0],
        t_eval=[assay.baseline_h, assay.end_h],
        max_step=0.005,
        rtol=1e-8,
    )
    found = glutamate_in_samples(neurons(), assay, [condition], [{}])[0, 0]
    assert found == pytest.approx(well.y[0], rel=1e-3)


def test_imipramine_potentiates_by_dose_and_bd1047_abolishes_it():
    vehicle = net(Condition("vehicle", factor_nM=BDNF_NM))
    folds = [
        net(Condition("drug", nM, 0.0, BDNF_NM)) / vehicle
        for nM in (100.0, 300.0, 1000.0, 3000.0, 10000.0)
    ]
    assert np.all(np.diff([1.0, *folds]) > 0)
    assert 1.3 < folds[2] < 2.0
    assert net(Condition("both", 1000.0, 1000.0, BDNF_NM)) / vehicle < 1.15
    assert net(Condition("none")) < 0.05 * vehicle


def test_a_drug_that_is_washed_away_potentiates_less_than_one_that_stays():
    condition, vehicle = (
        Condition("drug", 10000.0, 0.0, BDNF_NM),
        Condition("vehicle", factor_nM=BDNF_NM),
    )
    folds = [
        net(condition, GlutamateAssay(kept=kept)) / net(vehicle) for kept in (0.0, 0.03, 0.1, 1.0)
    ]
    assert np.all(np.diff(folds) > 0)
    assert folds[0] > 1.0


def test_readings_scatter_as_the_assay_says():
    assay = GlutamateAssay(well_cv=0.2, reading_cv=0.05, reading_sd_nM=8.0)
    samples = np.array([[[300.0, 700.0]]])
    seen = glutamate_readings(assay, [Condition("one")], samples, 4000, 1)[0, 0]
    assert seen.mean(axis=0) == pytest.approx(samples[0, 0], rel=0.02)
    # Both samples of a well share its cells; each has its own error of reading.
    expected = (700 * 0.2) ** 2 + (700 * 0.05) ** 2 * (1 + 0.2**2) + 8.0**2
    assert seen[:, 1].std() == pytest.approx(math.sqrt(expected), rel=0.06)
    assert np.cov(seen.T)[0, 1] == pytest.approx(300 * 700 * 0.2**2, rel=0.12)


def test_a_well_reads_the_same_whatever_else_is_on_the_plate():
    one, other = Condition("one"), Condition("other")
    alone = glutamate_readings(GlutamateAssay(), [other], np.full((1, 1, 2), 500.0), 2, 7)
    among = glutamate_readings(GlutamateAssay(), [one, other], np.full((3, 2, 2), 500.0), 5, 7)
    assert np.array_equal(alone[0, 0], among[0, 1, :2])
    assert not np.array_equal(among[0, 0], among[0, 1])


# ---- neurites


def test_no_neurites_without_ngf_and_more_with_drug_unless_ne_100_is_there():
    drug, held = 3000.0, 10000.0
    none, plain, high, more, blocked = shares(
        Condition("drug alone", drug),
        Condition("NGF", factor_nM=NGF_NM),
        Condition("high NGF", factor_nM=20 * NGF_NM),
        Condition("both", drug, 0.0, NGF_NM),
        Condition("blocked", drug, held, NGF_NM),
    )
    assert none == pytest.approx(0.0, abs=1e-9)
    assert plain < more and plain < high
    assert blocked == pytest.approx(plain, rel=0.05)


def test_counts_of_cells_are_binomial_and_of_neurites_poisson():
    assay = NeuriteAssay(cells=50, well_cv=0.0, miscalled=0.0)
    bearing, neurites = neurite_counts(assay, [Condition("one")], np.array([[0.3]]), 3000, 1)
    counts = np.bincount(bearing[0, 0].astype(int), minlength=51)
    expected = stats.binom.pmf(np.arange(51), 50, 0.3) * 3000
    kept = expected > 10
    assert (
        stats.chisquare(
            np.r_[counts[kept], counts[~kept].sum()], np.r_[expected[kept], expected[~kept].sum()]
        ).pvalue
        > 1e-3
    )
    mean = -50 * math.log(0.7)
    assert neurites.mean() == pytest.approx(mean, abs=4 * math.sqrt(mean / 3000))
    assert neurites.var() == pytest.approx(mean, rel=0.12)


def test_bare_cells_that_are_miscalled_raise_the_count_by_their_share():
    assay = NeuriteAssay(cells=1000, well_cv=0.0, miscalled=0.05)
    bearing, _ = neurite_counts(assay, [Condition("one")], np.array([[0.2]]), 200, 1)
    assert bearing.mean() / 1000 == pytest.approx(0.2 + 0.8 * 0.05, abs=0.004)


def test_wells_that_differ_scatter_more_than_counting():
    alike, unlike = (
        neurite_counts(
            NeuriteAssay(cells=200, well_cv=cv), [Condition("one")], np.array([[0.3]]), 500, 1
        )[0].std()
        for cv in (0.0, 0.3)
    )
    assert unlike > 1.5 * alike


# ---- microdialysis


def test_a_fraction_is_the_mean_of_the_course_in_it():
    times = np.linspace(0.0, 4.0, 41)
    edges = np.array([0.0, 0.55, 1.0, 3.33, 4.0])
    assert means_of_fractions(times, np.full(41, 7.0), edges) == pytest.approx(7.0)
    assert means_of_fractions(times, 2 + 3 * times, edges) == pytest.approx(
        2 + 3 * (edges[1:] + edges[:-1]) / 2
    )
    course = np.exp(-times) * np.sin(3 * times) + 2
    total = (means_of_fractions(times, course, edges) * np.diff(edges)).sum()
    assert total == pytest.approx(np.trapezoid(course, times))
    # What was before the start was as at the start: the drug-free rest.
    assert means_of_fractions(times, 2 + 3 * times, edges - 1)[0] == pytest.approx(2.0)


def test_vehicle_stays_at_baseline_and_more_desipramine_gives_more_norepinephrine():
    assay = DialysisAssay(probe_cv=0.0)
    amounts = [DRUGS["desipramine"].nmol_per_kg(dose) for dose in (0.0, 1.0, 3.0, 10.0)]
    dialysate, fluid = dialysates(rat(), assay, amounts, [{}], 1)
    percent = percent_of_baseline(assay, dialysate)[0]
    assert percent[0] == pytest.approx(100.0)
    assert percent[:, : assay.baseline_fractions] == pytest.approx(100.0)
    after = percent[:, assay.baseline_fractions :].mean(axis=1)
    assert np.all(np.diff(after) > 0)
    assert 150 < after[3] < 320
    # A blocked transporter draws less towards the probe: dialysate shows less than the fluid around it holds.
    assert percent_of_baseline(assay, fluid)[0, 3, -1] > percent[3, -1]


def test_recovery_at_rest_follows_the_flow_as_an_extraction_does():
    rest = [
        dialysates(rat(), DialysisAssay(probe_cv=0.0, flow_uL_per_min=flow), [0.0], [{}], 1)
        for flow in (0.75, 1.5, 3.0)
    ]
    seen = [float(dialysate[0, 0, 0] / fluid[0, 0, 0]) for dialysate, fluid in rest]
    resistance = 1.86 + 0.463
    assert seen == pytest.approx(
        [1 - math.exp(-1 / (resistance * flow / 1.5)) for flow in (0.75, 1.5, 3.0)], rel=1e-6
    )


def test_a_dead_volume_shows_the_brain_so_much_later():
    amount = [DRUGS["desipramine"].nmol_per_kg(10.0)]
    prompt, _ = dialysates(rat(), DialysisAssay(probe_cv=0.0, dead_volume_uL=0.0), amount, [{}], 1)
    # 30 uL at 1.5 uL/min is one fraction of 20 min.
    late, _ = dialysates(rat(), DialysisAssay(probe_cv=0.0, dead_volume_uL=30.0), amount, [{}], 1)
    assert late[0, 0, 1:] == pytest.approx(prompt[0, 0, :-1], rel=1e-3)


def test_percent_of_baseline_is_blind_to_recovery():
    assay = DialysisAssay(reading_sd_fmol=0.0)
    readings = dialysis_readings(assay, ["vehicle"], np.full((3, 1, 13), 4.0), 1)
    percent = percent_of_baseline(assay, readings)
    assert percent[..., :4].mean(axis=-1) == pytest.approx(100.0)
    assert percent_of_baseline(assay, 0.2 * readings) == pytest.approx(percent)
    assert np.isnan(percent_of_baseline(assay, -readings)).all()


def test_an_amount_in_a_fraction_is_its_concentration_times_its_volume():
    assay = DialysisAssay(
        fraction_cv=0.0, reading_cv=0.0, reading_sd_fmol=0.0, flow_uL_per_min=2.0, fraction_min=15.0
    )
    assert dialysis_readings(assay, ["vehicle"], np.full((1, 1, 5), 3.0), 1) == pytest.approx(90.0)


# ---- subjects, power


def test_a_culture_is_the_same_whatever_the_number_of_cultures_and_no_two_are_alike():
    few = subjects_of(neurons().composed, MECHANISMS, 3, 5, further_cv={"sigma1.expression": 0.2})
    many = subjects_of(neurons().composed, MECHANISMS, 30, 5, further_cv={"sigma1.expression": 0.2})
    assert few == many[:3]
    assert len({culture["sigma1.expression"] for culture in many}) == 30
    assert len({culture["release.glutamate_rest"] for culture in many}) == 30


def test_power_is_that_of_the_noncentral_t():
    rng = np.random.default_rng(1)
    difference = rng.normal(1.0, 1.0, 20_000)
    need = need_of_pairs("effect", difference, np.zeros(20_000), (4, 8, 12), 2000, rng)
    for n, power in zip(need.sizes, need.power, strict=True):
        limit = stats.t.ppf(0.975, n - 1)
        expected = stats.nct.sf(limit, n - 1, math.sqrt(n))
        assert power == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 2000))
    assert need.enough == 12


def test_power_of_two_groups_is_that_of_the_noncentral_t():
    rng = np.random.default_rng(2)
    need = need_of_groups(
        "effect", rng.normal(1.0, 1.0, 20_000), rng.normal(0.0, 1.0, 20_000), (8, 20), 2000, rng
    )
    for n, power in zip(need.sizes, need.power, strict=True):
        expected = stats.nct.sf(stats.t.ppf(0.975, 2 * n - 2), 2 * n - 2, math.sqrt(n / 2))
        assert power == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 2000) + 0.01)


def test_where_nothing_happens_an_effect_is_seen_in_a_fortieth_of_experiments():
    rng = np.random.default_rng(3)
    need = need_of_pairs("none", rng.normal(0.0, 1.0, 20_000), np.zeros(20_000), (4, 10), 2000, rng)
    assert all(power < 0.05 for power in need.power)
    assert need.enough is None


def test_sizes_that_a_pool_cannot_bear_are_left_out():
    rng = stream(1, "power")
    assert need_of_pairs(
        "effect", rng.normal(1, 1, 40), np.zeros(40), (2, 5, 10, 20), 10, rng
    ).sizes == (
        2,
        5,
        10,
    )


def test_half_way_finds_the_ec50_of_a_rising_and_of_a_falling_curve():
    x = np.logspace(0, 6, 241)
    for sign in (1.0, -1.0):
        assert half_way(x, sign * x / (x + 750.0)) == pytest.approx(750.0, rel=0.01)
    assert math.isnan(half_way(x, np.zeros(241)))


# ---- what is refused


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: GlutamateAssay(kept=1.5),
        lambda: GlutamateAssay(stimulus_min=0.0),
        lambda: GlutamateAssay(well_cv=-0.1),
        lambda: NeuriteAssay(cells=0),
        lambda: NeuriteAssay(cells=10**7),
        lambda: GlutamateAssay(pretreatment_h=1e6),
        lambda: DialysisAssay(after_h=1e6),
        lambda: NeuriteAssay(miscalled=1.0),
        lambda: DialysisAssay(baseline_fractions=1),
        lambda: DialysisAssay(after_h=0.1),
        lambda: DialysisAssay(flow_uL_per_min=0.0),
    ],
)
def test_an_assay_that_cannot_be_is_refused_in_a_sentence(wrong):
    with pytest.raises(InputError):
        wrong()


def test_an_unknown_region_is_told_with_those_that_exist():
    with pytest.raises(UnknownNameError, match="cortex"):
        DialysisAssay(region="cortx")
