"""Predictions of a panel are compared with kinetics that are known in closed form."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.core.observation import Observation
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario
from tricyclic.simulation.calibration.predict import build_arms, treatment_arms, values_for

RAT = "kinetics_and_occupancy"
DRUGS = drugs()
CLONIDINE = DRUGS["clonidine"]
V, CL, MASS = (CLONIDINE.value(name, "rat") for name in ("V", "CL", "molar_mass"))
DOSE = "clonidine 0.1 mg/kg iv"


def observation(name="row", **changes):
    plain = Observation(
        name,
        name,
        "toy",
        name,
        RAT,
        DOSE,
        "",
        "clonidine.plasma_total",
        "at",
        0.0,
        2.0,
        "is",
        1.0,
        math.nan,
        math.nan,
        math.nan,
        0.2,
        "assumed",
        "nM",
        certainty="assumed",
    )
    return replace(plain, **changes)


def predict(*rows, values=None):
    return build_arms(rows, {RAT: scenario(RAT)}, mechanisms(), DRUGS).predict(values or {})


def level(hours):
    return 0.1e6 / MASS / V * np.exp(-CL / V * hours)


def test_a_level_at_a_time_is_that_of_one_compartment():
    assert predict(observation())[0] == pytest.approx(level(2.0), rel=1e-4)


def test_peak_and_trough_of_an_injection_are_its_first_and_last_level():
    peak, trough = predict(observation("a", measure="peak"), observation("b", measure="trough"))
    assert [peak, trough] == pytest.approx([level(0.0), level(2.0)], rel=1e-4)


def test_an_area_is_dose_over_clearance_and_its_unit_takes_the_molar_mass():
    nM_h, ng = predict(
        observation("a", measure="auc", to_h=40.0, unit="nM h"),
        observation("b", measure="auc", to_h=40.0, unit="ng/mL h"),
    )
    assert nM_h == pytest.approx(0.1e6 / MASS / CL, rel=2e-3)
    assert ng == pytest.approx(nM_h * MASS / 1000.0)


def test_the_mean_is_the_area_over_the_window():
    mean, area = predict(
        observation("a", measure="mean"), observation("b", measure="auc", unit="nM h")
    )
    assert mean == pytest.approx(area / 2.0, rel=1e-3)


def test_the_half_time_of_recovery_is_that_of_elimination():
    assert predict(observation(measure="recovery", from_h=1.0, to_h=6.0, unit="h"))[
        0
    ] == pytest.approx(math.log(2) * V / CL, rel=1e-3)


def test_a_rise_is_the_end_less_the_start():
    assert predict(
        observation(measure="rise", from_h=0.0, to_h=2.0, dosing="clonidine 0.1 mg/kg iv at 1 h")
    )[0] == pytest.approx(level(1.0), rel=1e-4)


def test_a_second_arm_is_measured_in_the_same_way():
    ratio, percent, share = predict(
        observation("a", reference="clonidine 0.05 mg/kg iv", unit="fold"),
        observation("b", reference="clonidine 0.05 mg/kg iv", unit="%"),
        observation(
            "c", reference="clonidine 0.2 mg/kg iv | clonidine 0.05 mg/kg iv", unit="fraction"
        ),
    )
    assert [ratio, percent, share] == pytest.approx([2.0, 200.0, 1.0 / 3.0], rel=1e-4)


def test_closest_finds_the_stated_value_where_the_course_passes_it():
    inside, beyond = predict(
        observation("a", measure="closest", value=level(1.0), low=1.0, high=1e3),
        observation("b", measure="closest", value=1e4, low=1.0, high=1e5),
    )
    assert inside == pytest.approx(level(1.0), rel=0.01)
    assert beyond == pytest.approx(level(0.0), rel=1e-4)


def test_two_quantities_are_predicted_as_their_ratio():
    assert predict(
        observation(quantity="clonidine.plasma_free / clonidine.plasma_total", unit="fold")
    )[0] == pytest.approx(CLONIDINE.value("fu", "rat"))


def test_an_absorption_is_one_parameter_whatever_dose_carries_it():
    first = observation("a", dosing="clonidine 0.1 mg/kg ip", measure="auc", to_h=60.0, unit="nM h")
    later = observation(
        "b",
        dosing="idazoxan 1 mg/kg ip; clonidine 0.1 mg/kg ip",
        measure="auc",
        to_h=60.0,
        unit="nM h",
    )
    full, half = (predict(first, later, values={"clonidine.F_ip": share}) for share in (0.9, 0.45))
    assert half / full == pytest.approx([0.5, 0.5], rel=1e-3)


def test_parameters_of_drugs_that_an_arm_does_not_have_are_left_out():
    panel = build_arms((observation(),), {RAT: scenario(RAT)}, mechanisms(), DRUGS)
    composed = next(iter(panel.composed.values()))
    assert values_for(composed, {"desipramine.CL": 2.0}) == {}


def test_one_drug_free_steady_state_serves_all_arms_of_a_scenario():
    from tricyclic.simulation.compose import compose
    from tricyclic.simulation.dosing import parse_all_dosing
    from tricyclic.simulation.run import Simulator

    synapse = scenario("noradrenergic_synapse")
    regimens = parse_all_dosing("desipramine 10 mg/kg ip", synapse, DRUGS)
    values = {"cortex.other_share": 0.06, "locus_alpha2.K_S": 9.0}
    dosed, plain = (
        Simulator(compose(synapse, mechanisms(), DRUGS, given)) for given in (regimens, ())
    )
    own = dict(zip(dosed.model.states, dosed.steady_state(values), strict=True))
    shared = dict(zip(plain.model.states, plain.steady_state(values), strict=True))
    assert all(
        own[name] == pytest.approx(shared.get(name, 0.0), rel=1e-6, abs=1e-9) for name in own
    )


def test_a_panel_travels_to_another_process_and_predicts_the_same():
    panel = build_arms((observation(),), {RAT: scenario(RAT)}, mechanisms(), DRUGS)
    assert np.array_equal(pickle.loads(pickle.dumps(panel)).predict({}), panel.predict({}))


def test_every_arm_is_named_once():
    rows = (observation("a", reference="clonidine 0.2 mg/kg iv | "), observation("b"))
    assert [arm.dosing for arm in treatment_arms(rows)] == ["", DOSE, "clonidine 0.2 mg/kg iv"]


def test_an_unknown_quantity_is_refused_with_the_name_of_the_row():
    with pytest.raises(UnknownNameError, match="observation row"):
        predict(observation(quantity="clonidine.plasma_totle"))


def test_a_unit_that_the_scenario_does_not_have_is_refused():
    with pytest.raises(InputError) as error:
        predict(observation(unit="fmol/mg"))
    assert str(error.value) == (
        "row: the unit is fmol/mg, but 'clonidine.plasma_total' of the scenario is in nM."
    )
