"""The false discovery rate is controlled, active compounds are called, bounds stay bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.screening import curve_null
from tricyclic.assays.screening.analysis import analyse_screen
from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.assays.screening.curve_classes import CLASSES
from tricyclic.assays.screening.simulate_screen import simulate_curves, simulate_single
from tricyclic.core.plate import Plate, Role, Well, row_letters

DOSES = np.logspace(-9, -5, 10)


def primary(plates, *, seed=1, **settings):
    return simulate_single(plates, np.random.default_rng(seed), **settings)


def curves(plates, *, seed=1, **settings):
    return simulate_curves(plates, np.random.default_rng(seed), **settings)


def analysed(plates, seed=0, **settings):
    return analyse_screen(plates, rng=np.random.default_rng(seed), criteria=HitCriteria(**settings))


def plate_of_curves(effects, *, sd=1.0, seed=0, doses=DOSES, twice=True):
    """A plate with controls and one compound per effect function of the dose, in duplicate."""
    rng = np.random.default_rng(seed)
    places = [f"{row_letters(r)}{c + 1:02d}" for r in range(16) for c in range(24)]
    wells = []

    def put(effect, role, **content):
        place = places[len(wells)]
        wells.append(
            Well(place, float(1000 - 9 * (effect + rng.normal(0, sd))), role=role, **content)
        )

    for _ in range(8):
        put(0.0, Role.TOTAL)
        put(100.0, Role.NON_SPECIFIC)
    for name, effect_at in effects.items():
        for dose in np.repeat(doses, 2 if twice else 1):
            put(effect_at(dose), Role.COMPETITION, compound=name, concentration_M=float(dose))
    return Plate("curves", 384, tuple(wells))


def hill(log10_ic50, *, slope=1.0, start=0.0, end=100.0):
    return lambda dose: start + (end - start) / (1 + 10 ** (slope * (log10_ic50 - np.log10(dose))))


def test_strong_hits_are_called_and_nothing_else():
    plates, active = primary(6, seed=2)
    called = {hit.compound for hit in analysed(plates).wells if hit.is_hit}
    assert called == active


def test_the_false_discovery_rate_of_weak_wells_is_controlled():
    false = total = detected = present = 0
    for seed in range(6):
        plates, active = primary(4, seed=seed, share=0.05, effect=(10.0, 25.0))
        called = {
            hit.compound
            for hit in analysed(plates, fdr=0.1, min_effect_percent=0.0).wells
            if hit.is_hit
        }
        false, total = false + len(called - active), total + len(called)
        detected, present = detected + len(called & active), present + len(active)
    assert false / total <= 0.13
    assert detected / present > 0.4


def test_inactive_wells_have_uniform_p_values():
    plates, _ = primary(10, seed=3, share=0.0)
    p = np.array([hit.p for hit in analysed(plates).wells])
    for level in (0.5, 0.1, 0.01):
        assert np.mean(p < level) == pytest.approx(level, abs=4 * np.sqrt(level / p.size))


def test_replicates_of_a_compound_are_combined_by_the_root_of_their_number():
    (plate,), _ = primary(1, seed=4, share=0.0)
    apart = {hit.wells[0]: hit.z for hit in analysed([plate]).wells}
    two = ("C05", "D05")
    renamed = tuple(replace(w, compound="twice") if w.name in two else w for w in plate.wells)
    result = next(
        hit for hit in analysed([Plate("P", 384, renamed)]).wells if hit.compound == "twice"
    )
    assert result.wells == two
    assert result.z == pytest.approx((apart["C05"] + apart["D05"]) / np.sqrt(2))


@pytest.mark.slow
def test_flat_curves_are_called_no_more_often_than_the_rate_allows():
    plates, _ = curves(12, seed=5, share=0.0)
    p = np.array([curve.p for curve in analysed(plates).curves])
    assert p.size == 384
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.035)
    assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.1)
    assert sum(curve.is_hit for curve in analysed(plates, min_effect_percent=0.0).curves) <= 2


def test_active_curves_are_called_with_the_simulated_ic50():
    plates, truth = curves(6, seed=6)
    screen = analysed(plates)
    active = [curve for curve in screen.curves if truth[curve.compound] is not None]
    assert all(curve.is_hit for curve in active)
    assert not any(curve.is_hit for curve in screen.curves if truth[curve.compound] is None)
    closed = [
        c for c in active if c.ic50.qualifier == "=" and c.ic50.low > 0 and np.isfinite(c.ic50.high)
    ]
    inside = [c.ic50.low <= 10 ** (truth[c.compound] + 9) <= c.ic50.high for c in closed]
    assert len(closed) > 40
    assert np.mean(inside) > 0.87


CASES = {
    "full curve, both plateaus": hill(-7.0),
    "partial effect, both plateaus": hill(-7.0, end=55.0),
    "upper plateau missing": hill(-5.4),
    "lower plateau missing": hill(-8.7),
    "flat": lambda dose: 0.0,
    "effect at every concentration": lambda dose: 98.0,
    "inverted": hill(-7.0, end=-80.0),
    "steep": hill(-7.0, slope=5.0),
    "shallow": hill(-7.0, slope=0.33),
    "IC50 above range": hill(-4.7),
    "IC50 below range": hill(-9.3),
}


@pytest.fixture(scope="module")
def every_class():
    """A plate with a curve of every class but the shallow one, which needs more decades."""
    shapes = {name: shape for name, shape in CASES.items() if name != "shallow"}
    return analysed([plate_of_curves(shapes, sd=0.8)])


@pytest.mark.parametrize("kind", CASES)
def test_each_class_is_given_to_the_curve_its_rule_describes(kind, every_class):
    if kind == "shallow":
        doses = np.logspace(-11, -3, 16)
        every_class = analysed([plate_of_curves({kind: CASES[kind]}, sd=0.8, doses=doses)])
    (result,) = (curve for curve in every_class.curves if curve.compound == kind)
    assert result.kind == kind
    assert kind in CLASSES


def test_every_class_that_can_be_given_has_a_rule_and_is_shown_with_it(every_class):
    rules = dict(every_class.classes)
    assert {curve.kind for curve in every_class.curves} <= set(rules)
    assert rules == CLASSES


def test_an_inverted_curve_is_not_a_hit_and_has_no_pooled_potency():
    screen = analysed(
        [plate_of_curves({"up": CASES["inverted"], "down": CASES["full curve, both plateaus"]})]
    )
    by_name = {curve.compound: curve for curve in screen.curves}
    assert not by_name["up"].is_hit
    assert by_name["down"].is_hit
    assert [potency.compound for potency in screen.potencies] == ["down"]


def test_a_compound_without_effect_is_a_bound_at_the_highest_concentration():
    (result,) = analysed([plate_of_curves({"drug": CASES["flat"]})]).curves
    assert result.ic50.qualifier == ">"
    assert result.ic50.value == pytest.approx(1e4)  # nM
    assert result.description == "flat"


def test_a_compound_with_full_effect_at_every_concentration_is_a_hit_and_never_inactive():
    screen = analysed([plate_of_curves({"strong": lambda dose: 98.0, "none": CASES["flat"]})])
    by_name = {curve.compound: curve for curve in screen.curves}
    assert by_name["strong"].is_hit
    assert not by_name["none"].is_hit
    assert by_name["strong"].ic50.qualifier == "<"
    assert by_name["strong"].ic50.value == pytest.approx(1.0)  # nM
    assert {p.compound: p.ic50.qualifier for p in screen.potencies} == {"strong": "<", "none": ">"}


def test_half_way_points_beyond_the_concentrations_are_bounds():
    by_name = {
        c.compound: c
        for c in analysed(
            [
                plate_of_curves(
                    {"weak": CASES["IC50 above range"], "strong": CASES["IC50 below range"]}, sd=0.1
                )
            ]
        ).curves
    }
    assert by_name["weak"].ic50.qualifier == ">"
    assert by_name["weak"].description == "IC50 above 10.0 uM"
    assert by_name["strong"].ic50.qualifier == "<"
    assert by_name["strong"].ic50.value == pytest.approx(1.0)


def test_a_bound_is_carried_into_the_mean_over_plates():
    first = plate_of_curves({"drug": hill(-5.6)}, seed=1, sd=0.5)
    second = plate_of_curves({"drug": hill(-5.4)}, seed=2, sd=0.5)
    third = plate_of_curves({"drug": lambda dose: 0.0}, seed=3, sd=0.5)
    named = [Plate(name, 384, p.wells) for name, p in (("a", first), ("b", second), ("c", third))]
    (result,) = analysed(named).potencies
    assert result.curves == 3
    assert result.hits == 2
    measured = 10 ** ((-5.6 - 5.4) / 2 + 9)
    assert result.ic50.value > measured
    assert "bounds" in result.ic50.method


def test_few_concentrations_are_single_wells_and_few_readings_are_reported():
    plate = plate_of_curves({"three": hill(-7.0)}, doses=DOSES[::4])
    screen = analysed([plate])
    assert not screen.curves
    assert {hit.compound for hit in screen.wells} == {"three"}
    four = analysed([plate_of_curves({"four": hill(-7.0)}, doses=DOSES[::3], twice=False)])
    (result,) = four.curves
    assert result.kind == "not fitted"
    assert "too few points" in result.description
    assert np.isnan(result.ic50.value)
    assert not four.potencies


def test_missing_wells_are_another_design():
    plate = plate_of_curves({"a": hill(-7.0), "b": lambda dose: 0.0})
    thinned = Plate("p", 384, tuple(w for k, w in enumerate(plate.wells) if k % 7))
    by_name = {c.compound: c for c in analysed([thinned]).curves}
    assert by_name["a"].is_hit
    assert not by_name["b"].is_hit
    assert 0 < by_name["b"].p <= 1


def test_the_same_seed_gives_the_same_screen():
    plates, _ = curves(2, seed=7)
    a, b = analysed(plates, seed=3), analysed(plates, seed=3)
    curve_null._null_of.cache_clear()  # The second screen took the distribution of the first.
    c = analysed(plates, seed=3)
    for other in (b, c):
        assert [curve.p for curve in a.curves] == [curve.p for curve in other.curves]


def test_a_distribution_that_was_kept_leaves_the_generator_where_a_new_one_does():
    plates, _ = curves(1, seed=7)
    after = []
    for _ in range(2):
        rng = np.random.default_rng(11)
        analyse_screen(plates, rng=rng, criteria=HitCriteria())
        after.append(rng.random())
    assert after[0] == after[1] != np.random.default_rng(11).random()
