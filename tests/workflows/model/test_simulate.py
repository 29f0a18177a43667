"""A simulation of a small scenario has the closed-form results of its pharmacokinetics."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.errors import InputError, NumericsError
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.simulation.run import Simulator

# Elimination rate of the test compound [1/h].
K = 2 / 20


def numbers(result, compartment="plasma, total"):
    (one,) = [one for one in result.exposures if one.compartment == compartment]
    return {name: interval.value for name, interval in one.numbers.items()}


def test_an_intravenous_dose_shows_its_volume_clearance_and_half_life(simulate):
    result = numbers(simulate(drug="testamine", dose="1 mg/kg", route="iv", days=3))
    assert result["cmax"] == pytest.approx(4000 / 20, rel=1e-5)
    assert result["auc_inf"] == pytest.approx(4000 / 2, rel=1e-4)
    assert result["half_life_h"] == pytest.approx(math.log(2) / K, rel=1e-4)
    assert result["mrt_h"] == pytest.approx(1 / K, rel=1e-3)


def test_an_intraperitoneal_dose_has_its_bioavailability_and_time_of_peak(simulate):
    result = numbers(simulate(drug="testamine", dose="1 mg/kg", route="ip", days=3))
    assert result["auc_inf"] == pytest.approx(0.8 * 4000 / 2, rel=1e-3)
    assert result["tmax_h"] == pytest.approx(math.log(3 / K) / (3 - K), abs=0.08)


def test_repeated_doses_accumulate_exponentially(simulate):
    result = numbers(simulate(drug="testamine", dose="1 mg/kg", route="iv", every="12h", days=14))
    assert result["accumulation"] == pytest.approx(1 / (1 - math.exp(-12 * K)), rel=1e-3)
    assert result["cavg_last"] == pytest.approx(4000 / 2 / 12, rel=1e-3)


def test_a_pump_reaches_rate_over_clearance_and_the_occupancy_of_its_free_concentration(simulate):
    result = simulate(drug="testamine", rate="6 mg/kg/d", days=14)
    level = 6 * 4000 / 24 / 2
    assert numbers(result)["cavg_last"] == pytest.approx(level, rel=1e-4)
    free = level * 0.1 * 0.5
    (occupancy,) = result.occupancies
    assert occupancy.end.value == pytest.approx(100 * free / (free + 5), rel=1e-4)
    (amine,) = result.observables
    assert amine.end.value == pytest.approx(10 * (1 + free / 5), rel=1e-4)
    assert amine.end_percent_of_baseline.value == pytest.approx(100 * (1 + free / 5), rel=1e-4)


def test_after_the_pump_stops_the_amine_returns_to_baseline(simulate):
    result = simulate(drug="testamine", rate="6 mg/kg/d", days=7, washout="7 d")
    assert result["amine"].y[-1] == pytest.approx(10.0, rel=1e-3)
    assert numbers(result)["half_life_h"] == pytest.approx(math.log(2) / K, rel=1e-3)


def test_a_person_of_twice_the_weight_has_half_the_concentration(simulate):
    light, heavy = (
        numbers(
            simulate(drug="testamine", dose="70 mg", route="po", species="human", weight=weight)
        )["cmax"]
        for weight in ("70 kg", "140 kg")
    )
    assert heavy == pytest.approx(light / 2, rel=1e-4)
    assert numbers(simulate(drug="testamine", dose="70 mg", route="po", species="human"))[
        "cmax"
    ] == pytest.approx(light, rel=1e-4)


def test_the_weight_that_divides_a_dose_is_that_of_the_model(simulate):
    given = {"drug": "testamine", "dose": "70 mg", "route": "po", "species": "human"}
    assert dict(simulate(**given, weight="80 kg").values) == {"subject.body_weight": 80.0}
    with pytest.raises(InputError) as error:
        simulate(**given, set=("body_weight=45 kg",))
    assert str(error.value) == (
        "set body_weight: doses are divided by the body weight when they are read. "
        'Use --weight "45 kg".'
    )


def test_no_weight_differs_between_subjects_whose_doses_are_per_kg():
    assert [row.cv for row in mechanisms()["subject"].constants if row.name == "body_weight"] == [
        0.0,
        0.0,
    ]


def test_the_unit_of_the_dose_changes_nothing(simulate):
    by_mass, by_amount = (
        simulate(drug="testamine", dose=dose, route="ip", hours=12)["amine"].y
        for dose in ("2 mg/kg", "8 umol/kg")
    )
    assert by_mass == pytest.approx(by_amount, rel=1e-12)


def test_no_drug_gives_no_change(simulate):
    result = simulate(days=60)
    assert result["amine"].y == pytest.approx(np.full(result["amine"].y.size, 10.0), rel=1e-6)
    assert "within 0.1 % of baseline: amine" in str(result)


def test_a_set_value_takes_effect_and_gives_a_remark_outside_its_range(simulate):
    result = simulate(
        drug="testamine", dose="1 mg/kg", route="iv", days=3, set=("testamine.CL=8", "k=6")
    )
    assert numbers(result)["auc_inf"] == pytest.approx(4000 / 8, rel=1e-3)
    assert dict(result.values) == {"testamine.CL": 8.0, "amine.k": 6.0}
    assert result.remarks == ("testamine.CL is 8.00, outside the plausible range 1.00 to 4.00",)


def test_the_usual_dose_of_the_table_is_the_default(simulate):
    usual, given = (
        simulate(drug="testamine"),
        simulate(drug="testamine", dose="2 mg/kg", route="ip"),
    )
    assert usual["amine"].y == pytest.approx(given["amine"].y)
    assert usual.horizon_h == 24.0


def test_a_second_ligand_adds_to_the_first(simulate):
    both = simulate(
        drug="testamine", dose="1 mg/kg", route="iv", antagonist=("testamine 1 mg/kg iv",), hours=12
    )
    once = simulate(drug="testamine", dose="2 mg/kg", route="iv", hours=12)
    assert both["amine"].y == pytest.approx(once["amine"].y, rel=1e-4)


def test_a_dose_event_is_given_at_its_time(simulate):
    result = simulate(dose_event=("testamine 1 mg/kg iv at 6 h",), hours=12)
    level = result["testamine, plasma, total"]
    assert level.y[level.time_h < 6].max() == pytest.approx(0, abs=1e-9)
    assert level.at(6.0) == pytest.approx(200, rel=1e-5)
    assert simulate(dose_event=("testamine 1 mg/kg iv at 6 h",)).horizon_h == 30.0


def test_a_probe_delivers_to_the_fluid_and_not_to_the_blood(simulate):
    result = simulate(drug="testamine", dose="1 uM", route="probe_cortex", duration="2 h", hours=6)
    assert [one.compartment for one in result.exposures] == ["cortex by the probe, free"]
    assert result.observables[0].peak_percent_of_baseline.value > 150


def test_any_quantity_can_be_an_observable(simulate):
    result = simulate(
        drug="testamine",
        dose="1 mg/kg",
        route="iv",
        observable=("amine.level,testamine.plasma_free",),
    )
    assert [course.name for course in result.observable_courses] == [
        "amine.level",
        "testamine.plasma_free",
    ]
    assert result.observable_courses[1].y.max() == pytest.approx(20.0, rel=1e-5)


def test_a_repeated_pump_delivers_each_dose_and_without_a_pause_never_stops(simulate):
    given = {"drug": "testamine", "dose": "24 mg/kg/d", "route": "pump", "every": "24h", "days": 3}
    thrice = simulate(**given, duration="6h", washout="7 d")
    assert thrice.dosing[0].n_doses == 3
    total = 24 * 4000 / 24 * 6 * 3
    assert numbers(thrice)["auc_inf"] == pytest.approx(total / 2, rel=2e-3)
    without = simulate(**given, duration="24h")
    assert numbers(without)["cavg_last"] == pytest.approx(
        4000 / 2 * (1 - math.exp(-48 * K) * (1 - math.exp(-24 * K)) / (24 * K)), rel=2e-3
    )


def test_a_probe_does_not_change_the_intervals_of_plasma(simulate):
    given = {"drug": "testamine", "dose": "1 mg/kg", "route": "iv", "every": "24h", "hours": 48}
    perfused = ("testamine 10 uM probe_cortex from 12 h every 6 h x 4 for 1 h",)
    alone, beside = simulate(**given), simulate(**given, dose_event=perfused)
    for name in ("tau_h", "cavg_last", "accumulation", "half_life_h", "tmax_last_h"):
        assert numbers(beside)[name] == pytest.approx(numbers(alone)[name], rel=1e-3)
    # Around the probe both add up, and have no common interval.
    both = numbers(beside, "cortex by the probe, free")
    assert math.isnan(both["tau_h"]) and math.isnan(both["accumulation"])
    probe = numbers(simulate(hours=48, dose_event=perfused), "cortex by the probe, free")
    assert probe["tau_h"] == 6.0 and probe["tmax_last_h"] == pytest.approx(1.0, abs=0.05)
    assert probe["accumulation"] == pytest.approx(1.0, rel=1e-3)


def test_the_mean_of_an_incomplete_interval_is_not_reported(simulate):
    result = simulate(drug="testamine", dose="1 mg/kg", route="iv", every="24h", hours=60)
    assert math.isnan(numbers(result)["cavg_last"])
    assert "Cavg" not in str(result) and "accumulation" not in str(result) and "Cmax" in str(result)


def test_a_phenotype_without_effect_gives_a_remark(simulate):
    result = simulate(drug="testamine", dose="1 mg/kg", route="iv", phenotype=("CYP2D6=poor",))
    assert result.remarks == (
        "No drug of this model is cleared by CYP2D6 in the rat: its phenotype changes nothing",
    )
    effective = simulate(
        drug="testamine",
        dose="1 mg/kg",
        route="iv",
        phenotype=("CYP2D6=poor",),
        set=("testamine.share_CYP2D6=0.5",),
        days=4,
    )
    assert not effective.remarks and numbers(effective)["auc_inf"] == pytest.approx(
        4000 / 1, rel=1e-3
    )


def test_values_with_which_the_model_cannot_be_solved_are_named(typed, monkeypatch):
    def never(*_, **__):
        raise NumericsError("there is no steady state")

    monkeypatch.setattr(Simulator, "steady_state", never)
    reply = typed("--set", "amine.k=7")
    assert reply.exit_code == 3
    assert (
        "cannot be solved with amine.k = 7" in reply.stderr
        and "There is no steady state" in reply.stderr
    )
    assert typed().exit_code == 1


@pytest.mark.parametrize("days", ["200", "366"])
def test_most_of_a_year_can_be_simulated(typed, days):
    reply = typed("--drug", "testamine", "--dose", "1 mg/kg", "--route", "iv", "--days", days)
    assert reply.exit_code == 0, reply.output


def test_a_run_too_short_for_a_half_life_gives_a_remark_and_a_washout_gives_the_half_life(simulate):
    dosing = {"drug": "testamine", "dose": "1 mg/kg", "route": "iv"}
    short = simulate(**dosing, hours=6.0)
    assert math.isnan(numbers(short)["half_life_h"]) and math.isnan(numbers(short)["auc_inf"])
    remark = (
        "no half-life of testamine: less than one lies after the last dose; "
        'add --washout "2 d" or longer'
    )
    assert remark in short.remarks
    in_python = remark.replace("--washout ", "washout=")
    assert f"warn {in_python}" in " ".join(short.summary().split())
    washed = simulate(**dosing, hours=6.0, washout="3 d")
    assert numbers(washed)["half_life_h"] == pytest.approx(math.log(2) / K, rel=1e-4)
    assert not any("half-life" in remark for remark in washed.remarks)
