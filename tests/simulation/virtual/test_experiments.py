"""Simulated wells and fractions follow the laws of washing, counting and dialysis; the power is
that of the t test.
"""

from __future__ import annotations

import functools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import solve_ivp

from tricyclic.core.dosing import Dosing
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.simulation.compose import compose
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.virtual import microdialysis, neurites, release
from tricyclic.simulation.virtual.common import (
    Arm,
    draw_experiment_subjects,
    half_maximal_concentration,
    stream,
)
from tricyclic.simulation.virtual.microdialysis import (
    DialysisAssay,
    dialysate_concentrations,
    dialysis_readings,
    means_of_fractions,
    percent_of_baseline,
)
from tricyclic.simulation.virtual.neurites import (
    NeuriteAssay,
    fractions_with_neurites,
    neurite_counts,
)
from tricyclic.simulation.virtual.power import group_power, paired_power
from tricyclic.simulation.virtual.release import (
    GlutamateAssay,
    glutamate_in_samples,
    glutamate_readings,
)

library = Library()
BDNF_NM, NGF_NM = 50e3 / 27000, 2.5e3 / 27000
BASELINE_NM, UPTAKE_PER_H = 300.0, 8.3


def simulator_of(scenario: str, doses) -> Simulator:
    own = library.scenario(scenario)
    return Simulator(compose(own, library.mechanisms, library.drugs, doses))


@functools.cache
def neurons() -> Simulator:
    return simulator_of(release.SCENARIO, GlutamateAssay().dosing("imipramine", "bd1047"))


@functools.cache
def pc12() -> Simulator:
    return simulator_of(neurites.SCENARIO, NeuriteAssay().dosing("imipramine", "ne_100"))


@functools.cache
def rat() -> Simulator:
    dose = Dosing("desipramine", "ip", 1.0, start_h=DialysisAssay().dose_h)
    return simulator_of(microdialysis.SCENARIO, [dose])


def desipramine(*mg_per_kg: float) -> list[Arm]:
    drug = library.drugs["desipramine"]
    return [Arm(f"{dose:g} mg/kg", drug.nmol_per_kg(dose)) for dose in mg_per_kg]


PLAIN = GlutamateAssay()


def net_release(arm: Arm, assay: GlutamateAssay = PLAIN) -> float:
    before, after = glutamate_in_samples(neurons(), assay, [arm], [{}])[0, 0]
    return float(after - before)


def fractions(*arms: Arm) -> np.ndarray:
    return fractions_with_neurites(pc12(), NeuriteAssay(), arms, [{}])[0]


# ---- glutamate


@pytest.mark.parametrize("equilibration_min", [5.0, 30.0, 120.0])
def test_after_the_wash_glutamate_returns_at_the_rate_of_its_uptake(equilibration_min):
    assay = GlutamateAssay(equilibration_min=equilibration_min, stimulus_min=10.0)
    samples = glutamate_in_samples(neurons(), assay, [Arm("nothing")], [{}])[0, 0]
    times = np.array([equilibration_min, equilibration_min + 10.0]) / 60
    assert samples == pytest.approx(BASELINE_NM * (1 - np.exp(-UPTAKE_PER_H * times)), rel=1e-5)


def test_the_course_after_the_wash_is_that_of_an_empty_well_integrated_from_the_wash():
    assay, arm = GlutamateAssay(), Arm("both", 3000.0, 0.0, BDNF_NM)
    values = assay.dose_parameters(neurons().composed.doses, arm)
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
    samples = glutamate_in_samples(neurons(), assay, [arm], [{}])[0, 0]
    assert samples == pytest.approx(well.y[0], rel=1e-3)


def test_imipramine_potentiates_by_dose_and_bd1047_abolishes_it():
    vehicle = net_release(Arm("vehicle", factor_nM=BDNF_NM))
    folds = [
        net_release(Arm("drug", nM, 0.0, BDNF_NM)) / vehicle
        for nM in (100.0, 300.0, 1000.0, 3000.0, 10000.0)
    ]
    assert np.all(np.diff([1.0, *folds]) > 0)
    assert 1.3 < folds[2] < 2.0
    assert net_release(Arm("both", 1000.0, 1000.0, BDNF_NM)) / vehicle < 1.15
    assert net_release(Arm("none")) < 0.05 * vehicle


def test_a_drug_that_the_wash_removes_potentiates_less():
    arm, vehicle = (
        Arm("drug", 10000.0, 0.0, BDNF_NM),
        Arm("vehicle", factor_nM=BDNF_NM),
    )
    folds = [
        net_release(arm, GlutamateAssay(retained_fraction=retained)) / net_release(vehicle)
        for retained in (0.0, 0.03, 0.1, 1.0)
    ]
    assert np.all(np.diff(folds) > 0)
    assert folds[0] > 1.0


def test_readings_scatter_by_the_settings_of_the_assay():
    assay = GlutamateAssay(well_cv=0.2, reading_cv=0.05, reading_sd_nM=8.0)
    samples = np.array([[[300.0, 700.0]]])
    readings = glutamate_readings(assay, [Arm("one")], samples, 4000, 1)[0, 0]
    assert readings.mean(axis=0) == pytest.approx(samples[0, 0], rel=0.02)
    # Both samples of a well share its cells; each has its own error of reading.
    expected = (700 * 0.2) ** 2 + (700 * 0.05) ** 2 * (1 + 0.2**2) + 8.0**2
    assert readings[:, 1].std() == pytest.approx(math.sqrt(expected), rel=0.06)
    assert np.cov(readings.T)[0, 1] == pytest.approx(300 * 700 * 0.2**2, rel=0.12)


def test_the_reading_of_a_well_does_not_depend_on_other_wells():
    one, other = Arm("one"), Arm("other")
    alone = glutamate_readings(GlutamateAssay(), [other], np.full((1, 1, 2), 500.0), 2, 7)
    among = glutamate_readings(GlutamateAssay(), [one, other], np.full((3, 2, 2), 500.0), 5, 7)
    assert np.array_equal(alone[0, 0], among[0, 1, :2])
    assert not np.array_equal(among[0, 0], among[0, 1])


# ---- neurites


def test_neurites_need_ngf_and_the_drug_adds_unless_ne_100_blocks_it():
    drug, antagonist = 3000.0, 10000.0
    none, plain, high, more, blocked = fractions(
        Arm("drug alone", drug),
        Arm("NGF", factor_nM=NGF_NM),
        Arm("high NGF", factor_nM=20 * NGF_NM),
        Arm("both", drug, 0.0, NGF_NM),
        Arm("blocked", drug, antagonist, NGF_NM),
    )
    assert none == pytest.approx(0.0, abs=1e-9)
    assert plain < more and plain < high
    assert blocked == pytest.approx(plain, rel=0.05)


@pytest.mark.parametrize(
    ("percent", "fraction"), [(-5.0, 0.0), (30.0, 0.3), (99.5, 0.995), (99.95, 0.999)]
)
def test_a_fraction_of_cells_is_between_0_and_0_999(percent, fraction):
    class OneNumber:
        """A simulator whose scenario ends at `percent`."""

        composed = SimpleNamespace(doses=())

        def steady_state(self, values):
            return np.zeros(1)

        def run(self, times, names, values, *, start):
            return np.array([[0.0], [percent]])

    computed = fractions_with_neurites(OneNumber(), NeuriteAssay(), [Arm("one")], [{}])
    assert computed == pytest.approx(fraction)


def test_counts_of_cells_are_binomial_and_of_neurites_poisson():
    assay = NeuriteAssay(cells=50, well_cv=0.0, false_positive_fraction=0.0)
    positive, neurites = neurite_counts(assay, [Arm("one")], np.array([[0.3]]), 3000, 1)
    counts = np.bincount(positive[0, 0].astype(int), minlength=51)
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


def test_false_positives_raise_the_count_by_their_fraction_of_bare_cells():
    assay = NeuriteAssay(cells=1000, well_cv=0.0, false_positive_fraction=0.05)
    positive, _ = neurite_counts(assay, [Arm("one")], np.array([[0.2]]), 200, 1)
    assert positive.mean() / 1000 == pytest.approx(0.2 + 0.8 * 0.05, abs=0.004)


def test_wells_that_differ_scatter_more_than_by_counting_alone():
    equal, different = (
        neurite_counts(
            NeuriteAssay(cells=200, well_cv=cv), [Arm("one")], np.array([[0.3]]), 500, 1
        )[0].std()
        for cv in (0.0, 0.3)
    )
    assert different > 1.5 * equal


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
    # Before the start the course has its first value, the drug-free steady state.
    assert means_of_fractions(times, 2 + 3 * times, edges - 1)[0] == pytest.approx(2.0)


def test_vehicle_stays_at_baseline_and_more_desipramine_gives_more_norepinephrine():
    assay = DialysisAssay(probe_cv=0.0)
    arms = desipramine(0.0, 1.0, 3.0, 10.0)
    dialysate, fluid = dialysate_concentrations(rat(), assay, arms, [{}], 1)
    percent = percent_of_baseline(assay, dialysate)[0]
    assert percent[0] == pytest.approx(100.0)
    assert percent[:, : assay.baseline_fractions] == pytest.approx(100.0)
    after = percent[:, assay.baseline_fractions :].mean(axis=1)
    assert np.all(np.diff(after) > 0)
    assert 150 < after[3] < 320
    # A blocked transporter lets less reach the probe: dialysate rises less than the fluid.
    assert percent_of_baseline(assay, fluid)[0, 3, -1] > percent[3, -1]


def test_recovery_at_baseline_depends_on_the_flow_as_an_extraction():
    flows = (0.75, 1.5, 3.0)
    recoveries = []
    for flow in flows:
        assay = DialysisAssay(probe_cv=0.0, flow_uL_per_min=flow)
        dialysate, fluid = dialysate_concentrations(rat(), assay, [Arm("vehicle")], [{}], 1)
        recoveries.append(float(dialysate[0, 0, 0] / fluid[0, 0, 0]))
    resistance = 1.86 + 0.463
    assert recoveries == pytest.approx(
        [1 - math.exp(-1 / (resistance * flow / 1.5)) for flow in flows], rel=1e-6
    )


def test_a_dead_volume_delays_the_fractions_by_its_time_of_flow():
    arms = desipramine(10.0)
    none, thirty = (DialysisAssay(probe_cv=0.0, dead_volume_uL=uL) for uL in (0.0, 30.0))
    prompt, _ = dialysate_concentrations(rat(), none, arms, [{}], 1)
    # 30 uL at 1.5 uL/min is one fraction of 20 min.
    late, _ = dialysate_concentrations(rat(), thirty, arms, [{}], 1)
    assert late[0, 0, 1:] == pytest.approx(prompt[0, 0, :-1], rel=1e-3)


def test_percent_of_baseline_does_not_depend_on_recovery():
    assay = DialysisAssay(reading_sd_fmol=0.0)
    readings = dialysis_readings(assay, [Arm("vehicle")], np.full((3, 1, 13), 4.0), 1)
    percent = percent_of_baseline(assay, readings)
    assert percent[..., :4].mean(axis=-1) == pytest.approx(100.0)
    assert percent_of_baseline(assay, 0.2 * readings) == pytest.approx(percent)
    assert np.isnan(percent_of_baseline(assay, -readings)).all()


def test_an_amount_in_a_fraction_is_its_concentration_times_its_volume():
    assay = DialysisAssay(
        fraction_cv=0.0, reading_cv=0.0, reading_sd_fmol=0.0, flow_uL_per_min=2.0, fraction_min=15.0
    )
    assert dialysis_readings(assay, [Arm("vehicle")], np.full((1, 1, 5), 3.0), 1) == pytest.approx(
        90.0
    )


# ---- subjects, power


def test_a_culture_does_not_depend_on_the_number_of_cultures_and_all_differ():
    few = draw_experiment_subjects(
        neurons().composed, library.mechanisms, 3, 5, extra_cv={"sigma1.expression": 0.2}
    )
    many = draw_experiment_subjects(
        neurons().composed, library.mechanisms, 30, 5, extra_cv={"sigma1.expression": 0.2}
    )
    assert few == many[:3]
    assert len({culture["sigma1.expression"] for culture in many}) == 30
    assert len({culture["release.glutamate_baseline"] for culture in many}) == 30


def test_the_subjects_of_a_seed_are_always_the_same():
    first = draw_experiment_subjects(neurons().composed, library.mechanisms, 1, 5)[0]
    # Numbers of earlier versions: a renamed parameter keeps its random stream.
    assert first["release.glutamate_baseline"] == pytest.approx(154.67569873900672, rel=1e-12)
    assert first["ip3.IP3_baseline"] == pytest.approx(149.28322775042588, rel=1e-12)


def test_paired_power_is_that_of_the_noncentral_t():
    rng = np.random.default_rng(1)
    difference = rng.normal(1.0, 1.0, 20_000)
    estimate = paired_power("effect", difference, np.zeros(20_000), (4, 8, 12), 2000, rng)
    for n, power in zip(estimate.sizes, estimate.power, strict=True):
        limit = stats.t.ppf(0.975, n - 1)
        expected = stats.nct.sf(limit, n - 1, math.sqrt(n))
        assert power == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 2000))
    assert estimate.required_size == 12


def test_power_of_two_groups_is_that_of_the_noncentral_t():
    rng = np.random.default_rng(2)
    estimate = group_power(
        "effect", rng.normal(1.0, 1.0, 20_000), rng.normal(0.0, 1.0, 20_000), (8, 20), 2000, rng
    )
    for n, power in zip(estimate.sizes, estimate.power, strict=True):
        expected = stats.nct.sf(stats.t.ppf(0.975, 2 * n - 2), 2 * n - 2, math.sqrt(n / 2))
        assert power == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 2000) + 0.01)


def test_without_an_effect_one_experiment_in_forty_shows_one_in_the_given_direction():
    rng = np.random.default_rng(3)
    estimate = paired_power(
        "none", rng.normal(0.0, 1.0, 20_000), np.zeros(20_000), (4, 10), 2000, rng
    )
    assert all(power < 0.05 for power in estimate.power)
    assert estimate.required_size is None


def test_sizes_above_a_quarter_of_the_subjects_are_left_out():
    rng = stream(1, "power")
    assert paired_power(
        "effect", rng.normal(1, 1, 40), np.zeros(40), (2, 5, 10, 20), 10, rng
    ).sizes == (
        2,
        5,
        10,
    )


def test_the_half_maximal_concentration_is_the_ec50_of_a_rising_and_of_a_falling_curve():
    x = np.logspace(0, 6, 241)
    for sign in (1.0, -1.0):
        assert half_maximal_concentration(x, sign * x / (x + 750.0)) == pytest.approx(
            750.0, rel=0.01
        )
    assert math.isnan(half_maximal_concentration(x, np.zeros(241)))


# ---- settings


@pytest.mark.parametrize(
    ("assay", "setting", "sentence"),
    [
        (
            GlutamateAssay,
            {"retained_fraction": 1.5},
            "retained_fraction: is 1.5. A fraction from 0 to 1.",
        ),
        (GlutamateAssay, {"stimulus_min": 0.0}, "stimulus_min: is 0. It is above 0."),
        (GlutamateAssay, {"reading_sd_nM": -1.0}, "reading_sd_nM: is -1. It is 0 or more."),
        (
            GlutamateAssay,
            {"well_cv": -0.1},
            "well_cv: is -0.1. A fraction from 0 to 2, such as 0.1 or 10%.",
        ),
        (
            GlutamateAssay,
            {"well_cv": 2.5},
            "well_cv: is 2.5. A fraction from 0 to 2, such as 0.1 or 10%.",
        ),
        (
            GlutamateAssay,
            {"pretreatment_h": 720.0},
            "glutamate: the experiment lasts 720.667 h. At most 720 h in all.",
        ),
        (NeuriteAssay, {"cells": 0}, "cells: is 0. It is above 0."),
        (NeuriteAssay, {"cells": 20_001}, "cells: is 20001. At most 20000 in a well."),
        (NeuriteAssay, {"days": 61.0}, "days: is 61. At most 60."),
        (
            NeuriteAssay,
            {"false_positive_fraction": 1.0},
            "false_positive_fraction: is 1. A fraction below 1.",
        ),
        (DialysisAssay, {"flow_uL_per_min": 0.0}, "flow_uL_per_min: is 0. It is above 0."),
        (DialysisAssay, {"baseline_fractions": 1}, "baseline_fractions: is 1. 2 or more."),
        (
            DialysisAssay,
            {"after_h": 100.0},
            "microdialysis: too many fractions. At most 300 of one rat.",
        ),
        (
            DialysisAssay,
            {"after_h": 0.1},
            "microdialysis: sampling for 0.1 h gives no fraction of 20 min. One fraction or more.",
        ),
        (
            DialysisAssay,
            {"region": "cortx"},
            "No region is called 'cortx'. Did you mean 'cortex'? There are: cortex, lc.",
        ),
    ],
)
def test_a_setting_that_is_not_possible_is_refused_in_a_sentence(assay, setting, sentence):
    with pytest.raises(InputError) as refused:
        assay(**setting)
    assert str(refused.value) == sentence


def test_the_limit_of_detection_is_three_standard_deviations_of_a_blank():
    assert GlutamateAssay(reading_sd_nM=7.0).limit_of_detection_nM == 21.0
    assert DialysisAssay(reading_sd_fmol=0.5).limit_of_detection_fmol == 1.5
