"""Bells, curves that readings cannot show, and curves that one well makes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.screening.analysis import analyse_screen
from tricyclic.assays.screening.curve_hits import pooled_potencies
from tricyclic.core.plate import Plate, Role, Well, row_letters

DOSES = np.logspace(-9, -4.5, 10)


def sigmoid(log10_ic50, doses=DOSES, top=100.0):
    return top / (1 + 10 ** (log10_ic50 - np.log10(doses)))


def bell(doses=DOSES):
    return sigmoid(-7.5, doses) * (1 - sigmoid(-5.7, doses) / 100.0)


def screen_of(curves, *, doses=DOSES, sd=5.0, seed=0, faults=None, name="P"):
    """Curves one below the other: one row each, controls in columns 1, 2, 23 and 24."""
    rng = np.random.default_rng(seed)
    wells = []
    for row in range(16):
        for column in (0, 1, 22, 23):
            role, effect = (Role.TOTAL, 0.0) if column < 2 else (Role.NON_SPECIFIC, 100.0)
            value = 1000.0 - 9.0 * (effect + sd * rng.standard_normal())
            wells.append(Well(f"{row_letters(row)}{column + 1:02d}", value, role))
    for row, (compound, effects) in enumerate(curves.items()):
        noisy = effects + sd * rng.standard_normal(len(doses))
        noisy += (faults or {}).get(compound, 0.0)
        for k, (dose, effect) in enumerate(zip(doses, noisy, strict=True)):
            place = f"{row_letters(row)}{k + 3:02d}"
            value = 1000.0 - 9.0 * float(effect)
            wells.append(Well(place, value, Role.COMPETITION, compound, float(dose)))
    return Plate(name, 384, tuple(wells))


def curves_of(plates):
    result = analyse_screen(plates, rng=np.random.default_rng(1))
    return {curve.compound: curve for curve in result.curves}


FLAT = {f"flat {k}": np.zeros(10) for k in range(8)}


@pytest.mark.slow
def test_bells_are_not_monotone_and_have_no_ic50():
    kinds = []
    for seed in range(4):
        plate = screen_of({**FLAT, **{f"bell {k}": bell() for k in range(6)}}, seed=seed)
        for name, curve in curves_of([plate]).items():
            if name.startswith("bell"):
                kinds.append(curve.kind)
                assert curve.is_hit or curve.to_confirm or curve.kind != "not monotone"
                # The effect reaches 80 %, so the IC50 is not above the highest concentration.
                assert not (curve.ic50.qualifier == ">" and math.isfinite(curve.ic50.value))
            else:
                assert curve.kind == "flat"
    assert kinds.count("not monotone") >= 0.9 * len(kinds)


@pytest.mark.slow
def test_no_sigmoid_is_called_not_monotone():
    rng = np.random.default_rng(3)
    for seed in range(4):
        curves = {f"C{k}": sigmoid(rng.uniform(-8.5, -5.5)) for k in range(14)}
        kinds = {curve.kind for curve in curves_of([screen_of(curves, seed=seed)]).values()}
        assert "not monotone" not in kinds


def test_five_points_of_a_complete_curve_are_not_called_flat():
    doses = np.logspace(-9, -5, 5)
    curves = {f"C{k}": sigmoid(-7.0, doses) for k in range(14)}
    kinds = [curve.kind for curve in curves_of([screen_of(curves, doses=doses)]).values()]
    assert "flat" not in kinds
    undecided = [
        curve
        for curve in curves_of([screen_of(curves, doses=doses, sd=12.0)]).values()
        if curve.kind == "not distinguishable from flat"
    ]
    assert undecided
    assert all(math.isnan(curve.ic50.value) and not curve.is_hit for curve in undecided)


def test_readings_without_effect_are_flat_with_the_highest_concentration_as_limit():
    for curve in curves_of([screen_of(FLAT)]).values():
        assert curve.kind == "flat"
        assert curve.ic50.value == pytest.approx(1e9 * DOSES[-1])


def test_a_curve_that_crosses_half_is_not_above_the_highest_concentration():
    # Half of a span of 300 % lies beyond the tested range; 50 % is reached within it.
    curves = {f"C{k}": np.minimum(sigmoid(-4.3, top=300.0), 1e9) for k in range(6)}
    for curve in curves_of([screen_of({**FLAT, **curves}, sd=2.0)]).values():
        if curve.compound in FLAT or curve.ic50.qualifier != ">":
            continue
        true = -4.3 + math.log10((50 / 300) / (1 - 50 / 300))
        assert math.log10(curve.ic50.value) - 9 == pytest.approx(true, abs=0.2)
        assert curve.description.startswith("crosses 50 % at")


def test_an_effect_of_one_well_needs_confirmation():
    wrong = np.zeros(10)
    wrong[9] = 90.0
    curves = {**FLAT, "one well": np.zeros(10), "active": sigmoid(-7.0)}
    named = curves_of([screen_of(curves, faults={"one well": wrong})])
    assert named["active"].is_hit
    assert not named["one well"].is_hit
    if named["one well"].to_confirm:
        assert named["one well"].remark == "without one of its wells there is no effect"


def test_plates_that_disagree_are_fitted_together():
    doses = np.logspace(-9, -5, 5)
    weak = {"weak": sigmoid(-5.6, doses), **{f"flat {k}": np.zeros(5) for k in range(13)}}
    plates = [screen_of(weak, doses=doses, sd=9.0, seed=k, name=f"P{k}") for k in range(4)]
    result = analyse_screen(plates, rng=np.random.default_rng(1))
    one = next(curve for curve in result.curves if curve.compound == "weak")
    undecided = replace(one, kind="not distinguishable from flat")
    undecided = replace(undecided, ic50=replace(one.ic50, value=math.nan))
    exact = replace(one, kind="full curve, both plateaus", ic50=replace(one.ic50, value=100.0))
    (pooled,) = pooled_potencies([exact, undecided])
    assert pooled.curves == 2
    assert pooled.ic50.method == "one fit of the mean effects of 2 plates"
    assert pooled.ic50.value != 100.0
