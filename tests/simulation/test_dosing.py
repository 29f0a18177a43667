"""Dosing schedules as text become amounts and times, or an error in a whole sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tricyclic.core.constant import Constant
from tricyclic.core.drug import Drug
from tricyclic.core.scenario import Compartment, Fluid, Scenario
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.simulation.dose_units import parse_amount, parse_hours
from tricyclic.simulation.dosing import (
    build_dosing,
    check_within_horizon,
    parse_all_dosing,
    parse_dosing,
)


def constant(name, value, unit, description="", species=""):
    return Constant(name, value, unit, description=description, applies_to=species)


DMI = Drug("desipramine", "desipramine", (constant("molar_mass", 266.38, "g_per_mol"),))
DRUGS = {
    "desipramine": DMI,
    "idazoxan": Drug(
        "idazoxan",
        "idazoxan",
        (
            constant("molar_mass", 204.23, "g_per_mol"),
            constant("usual_dose", 1.0, "mg_per_kg", "s.c., as antagonist"),
        ),
    ),
    "bdnf": Drug("bdnf", "BDNF", (constant("molar_mass", 27000.0, "g_per_mol"),)),
    "pentazocine": Drug(
        "pentazocine", "(+)-pentazocine", (constant("usual_dose", 1000.0, "nM", "bath"),)
    ),
    "unweighed": Drug("unweighed", "unweighed", ()),
}
PLACES = (Compartment("fluid", "fluid"),)
RAT = Scenario(
    "rat_scenario",
    "t",
    "s",
    "rat",
    "animal",
    ("ip", "sc", "pump", "po", "iv", "probe_cortex"),
    PLACES,
    (Fluid("c", "brain"),),
    (),
    (),
    (),
)
DISH = Scenario(
    "dish", "t", "s", "rat", "culture", ("bath",), PLACES, (Fluid("m", "bath"),), (), (), ()
)


@pytest.mark.parametrize(
    ("dose", "route", "expected"),
    [
        ("10 mg/kg", "ip", 10 / 266.38 * 1e6),
        ("10000 µg/kg", "ip", 10 / 266.38 * 1e6),
        ("37 umol/kg", "ip", 37000.0),
        ("15 mg/kg/d", "pump", 15 / 266.38 * 1e6 / 24),
        ("15 mg/kg/day", "pump", 15 / 266.38 * 1e6 / 24),
        ("1 uM", "probe_cortex", 1000.0),
        ("266.38 ng/mL", "bath", 1000.0),
        ("266.38 ug/L", "bath", 1000.0),
    ],
)
def test_doses_are_converted_to_nmol_per_kg_rates_to_nmol_per_kg_h_and_baths_to_nM(
    dose, route, expected
):
    assert parse_amount(dose, route, DMI) == pytest.approx(expected, rel=1e-12)


def test_a_dose_for_a_person_is_divided_by_the_weight():
    assert parse_amount("70 mg", "po", DMI, weight_kg=70) == pytest.approx(
        parse_amount("1 mg/kg", "po", DMI)
    )


def test_fifty_nanograms_of_bdnf_are_almost_two_nanomolar():
    assert parse_amount("50 ng/mL", "bath", DRUGS["bdnf"]) == pytest.approx(50 / 27)


@given(st.floats(1e-3, 1e3))
def test_the_unit_of_a_dose_changes_nothing(mg_per_kg):
    by_mass = parse_amount(f"{mg_per_kg!r} mg/kg", "ip", DMI)
    assert parse_amount(f"{mg_per_kg * 1000!r} ug/kg", "ip", DMI) == pytest.approx(
        by_mass, rel=1e-12
    )
    assert parse_amount(f"{mg_per_kg / 266.38 * 1000!r} umol/kg", "ip", DMI) == pytest.approx(
        by_mass, rel=1e-12
    )


PER_KG = 'Write it like "10 mg/kg" or "37 umol/kg".'
NO_MOLAR_MASS = (
    "unweighed: has no molar mass, so a dose in mg cannot be converted to an amount of substance. "
    "Add a row molar_mass in g_per_mol, or dose in nmol/kg."
)


@pytest.mark.parametrize(
    ("dose", "route", "sentence"),
    [
        ("10", "ip", f"'10' has no unit. {PER_KG}"),
        ("-10 mg/kg", "ip", "is -10 mg/kg. A dose is a finite number, 0 or more."),
        ("ten mg/kg", "ip", f"'ten mg/kg' is not a dose. {PER_KG}"),
        ("10 mg/kgg", "ip", f"'mg/kgg' is not a unit of a dose by 'ip'. {PER_KG}"),
        (
            "10 mg/kg",
            "pump",
            (
                "'10 mg/kg' is not a rate, and the route is 'pump'. "
                'Write it as a rate, like "15 mg/kg/d".'
            ),
        ),
        ("10 mg/kg/d", "ip", f"'10 mg/kg/d' is a rate, and the route is 'ip'. {PER_KG}"),
        (
            "10 mg/kg",
            "bath",
            '\'mg/kg\' is not a concentration. Write it like "1 uM" or "50 ng/mL".',
        ),
        ("1 uM", "ip", f"'uM' is not a unit of a dose by 'ip'. {PER_KG}"),
        (
            "70 mg",
            "po",
            (
                "'70 mg' is not per kg, and the body weight is not known. "
                "Write it per kg, or give the weight."
            ),
        ),
    ],
)
def test_an_impossible_dose_is_refused_in_a_whole_sentence(dose, route, sentence):
    with pytest.raises(InputError) as error:
        parse_amount(dose, route, DMI)
    assert str(error.value) == f"dose of desipramine: {sentence}"


@pytest.mark.parametrize(("dose", "route"), [("10 mg/kg", "ip"), ("50 ng/mL", "bath")])
def test_a_mass_needs_the_molar_mass(dose, route):
    with pytest.raises(InputError) as error:
        parse_amount(dose, route, DRUGS["unweighed"])
    assert str(error.value) == NO_MOLAR_MASS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12h", 12),
        ("12 h", 12),
        ("14 d", 336),
        ("30 min", 0.5),
        ("90 s", 0.025),
        (7, 7),
        ("2 weeks", 336),
    ],
)
def test_times_are_converted_to_hours(text, expected):
    assert parse_hours(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["-3 h", "-0.1"])
def test_a_negative_time_is_refused(text):
    with pytest.raises(InputError) as error:
        parse_hours(text)
    assert str(error.value) == f"time: the time is {text}. A time is 0 or more."


@pytest.mark.parametrize("text", ["soon", "3 fortnights", ""])
def test_text_that_is_not_a_time_is_refused(text):
    with pytest.raises(UnitError) as error:
        parse_hours(text)
    assert str(error.value) == (
        f'time: \'{text}\' is not a time. Write it like "12 h", "14 d", "30 min".'
    )


def test_a_schedule_in_one_line_equals_the_schedule_of_its_parts():
    line = parse_dosing("desipramine 10 mg/kg i.p. every 12 h for 14 d", RAT, DRUGS)
    pieces = build_dosing(
        "desipramine", RAT, DRUGS, dose="10 mg/kg", route="ip", every="12h", until_h=336
    )
    assert line == pieces
    assert (line.n_doses, line.every_h, line.start_h, line.last_h) == (28, 12.0, 0.0, 324.0)


def test_clauses_may_be_in_any_order():
    one = parse_dosing("desipramine 10 mg/kg ip at 6 h every 24 h x 3", RAT, DRUGS)
    other = parse_dosing("desipramine 10 mg/kg ip x 3 from 6 h every 1 d", RAT, DRUGS)
    assert one == other
    assert (one.n_doses, one.every_h, one.start_h) == (3, 24.0, 6.0)


def test_a_pump_lasts_as_given_or_until_the_treatment_ends():
    assert parse_dosing("desipramine 15 mg/kg/d pump for 14 d", RAT, DRUGS).duration_h == 336
    assert (
        parse_dosing("desipramine 15 mg/kg/d from 24 h", RAT, DRUGS, until_h=360).duration_h == 336
    )
    with pytest.raises(InputError) as error:
        parse_dosing("desipramine 15 mg/kg/d pump", RAT, DRUGS)
    assert str(error.value) == (
        "dosing of desipramine: 'pump' needs a duration. Add it: \"for 24 h\"."
    )


def test_bdnf_is_added_for_a_quarter_of_an_hour_after_two_days():
    dosing = parse_dosing("BDNF 50 ng/mL bath from 48 h for 0.25 h", DISH, DRUGS)
    assert (dosing.drug, dosing.route, dosing.start_h, dosing.duration_h) == (
        "bdnf",
        "bath",
        48.0,
        0.25,
    )


def test_the_default_dose_and_route_of_an_antagonist_are_those_of_its_table():
    dosing = parse_dosing("idazoxan", RAT, DRUGS)
    assert (dosing.route, dosing.n_doses, dosing.start_h) == ("sc", 1, 0.0)
    assert dosing.amount == pytest.approx(1e6 / 204.23)
    dish = parse_dosing("(+)-pentazocine", DISH, DRUGS, until_h=48)
    assert (dish.drug, dish.route, dish.amount, dish.duration_h) == (
        "pentazocine",
        "bath",
        1000.0,
        48.0,
    )


def test_the_usual_dose_of_an_animal_is_not_used_in_a_culture():
    with pytest.raises(InputError) as error:
        parse_dosing("idazoxan", DISH, DRUGS, until_h=48)
    assert str(error.value) == (
        'idazoxan: has no usual dose here, and none is given. Give a dose: "idazoxan 1 uM bath".'
    )


def test_a_sustained_dose_may_be_repeated():
    dosing = parse_dosing("BDNF 50 ng/mL bath every 24 h x 3 for 15 min", DISH, DRUGS)
    assert (dosing.n_doses, dosing.duration_h) == (3, 0.25)


def test_schedules_are_separated_by_semicolons():
    both = parse_all_dosing("desipramine 10 mg/kg ip; idazoxan 1 mg/kg sc at 2 h", RAT, DRUGS)
    assert [(r.drug, r.start_h) for r in both] == [("desipramine", 0.0), ("idazoxan", 2.0)]
    assert parse_all_dosing("", RAT, DRUGS) == ()


NO_DURATION = (
    "is repeated, without a duration of the treatment. Give the days, or the number of doses."
)


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        (
            "desipramin 10 mg/kg ip",
            UnknownNameError,
            (
                "No drug is called 'desipramin'. Did you mean 'desipramine'? "
                "There are: bdnf, desipramine, idazoxan, pentazocine, unweighed."
            ),
        ),
        (
            "desipramine 10 mg/kg iq",
            UnknownNameError,
            (
                "dosing of desipramine, rat_scenario: no route is called 'iq'. "
                "There are: ip, iv, po, probe_cortex, pump, sc."
            ),
        ),
        ("desipramine 10 ip", UnitError, f"dose of desipramine: '10' has no unit. {PER_KG}"),
        (
            "desipramine 10 mg/kg ip at -3 h",
            InputError,
            "dosing of desipramine, start: the time is -3 h. A time is 0 or more.",
        ),
        (
            "desipramine 10 mg/kg ip every 12 h",
            InputError,
            f"dosing of desipramine: {NO_DURATION}",
        ),
        (
            "desipramine 10 mg/kg ip x 3",
            InputError,
            'dosing of desipramine: gives 3 doses and no interval. Add the interval: "every 12 h".',
        ),
        (
            "desipramine 10 mg/kg",
            InputError,
            (
                "dosing of desipramine: names no route. "
                "Routes of rat_scenario are ip, sc, pump, po, iv, probe_cortex. "
                "Add --route, or the route to the dosing schedule."
            ),
        ),
        (
            "desipramine 10 mg/kg ip sometimes",
            InputError,
            (
                "dosing 'desipramine 10 mg/kg ip sometimes': 'sometimes' is not understood. "
                "NAME DOSE ROUTE, then: at T, from T, every T, for T, x N."
            ),
        ),
        (
            "desipramine 10 mg/kg ip every 0 h x 3",
            InputError,
            "dosing of desipramine: the interval is 0 h. It is above 0.",
        ),
        (
            "desipramine",
            InputError,
            (
                "desipramine: has no usual dose here, and none is given. "
                'Give a dose: "desipramine 1 mg/kg ip".'
            ),
        ),
        (
            "desipramine 10 mg/kg ip at 3 h at 4 h",
            InputError,
            "dosing 'desipramine 10 mg/kg ip at 3 h at 4 h': gives the start twice.",
        ),
        (
            "desipramine 10 mg/kg ip for 14 d",
            InputError,
            (
                "dosing of desipramine: is given for 336 h, but a dose by 'ip' is given at once. "
                'Add the interval: "every 12 h"; or leave "for" out.'
            ),
        ),
        (
            "desipramine 10 mg/kg ip every 12 h for 1 d x 4",
            InputError,
            (
                "dosing of desipramine: has both a duration, 24 h, and a number of doses, 4. "
                "Give one of them."
            ),
        ),
        (
            "desipramine 24 mg/kg/d pump every 24 h for 6 h",
            InputError,
            f"dosing of desipramine: {NO_DURATION}",
        ),
        (
            "desipramine 24 mg/kg/d pump every 24 h for 30 h x 2",
            InputError,
            (
                "dosing of desipramine: lasts 30 h and starts again every 24 h. "
                "A sustained dose ends before the next begins."
            ),
        ),
        (
            "desipramine 24 mg/kg/d pump every 24 h",
            InputError,
            (
                "dosing of desipramine: repeats a dose by 'pump' without the duration of each. "
                'Add "for 1 h".'
            ),
        ),
    ],
)
def test_an_impossible_schedule_is_refused_in_a_whole_sentence(text, kind, sentence):
    with pytest.raises(kind) as error:
        parse_dosing(text, RAT, DRUGS)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("desipramine 10 mg/kg ip every 12 h x 29", "has its last dose at 336 h"),
        ("desipramine 15 mg/kg/d pump from 1 h for 14 d", "lasts until 337 h"),
    ],
)
def test_a_dose_past_the_horizon_is_refused(text, sentence):
    check_within_horizon([parse_dosing("desipramine 10 mg/kg ip every 12 h x 28", RAT, DRUGS)], 336)
    check_within_horizon([parse_dosing("desipramine 15 mg/kg/d pump for 14 d", RAT, DRUGS)], 336)
    with pytest.raises(InputError) as error:
        check_within_horizon([parse_dosing(text, RAT, DRUGS)], 336)
    assert str(error.value) == (
        f"dosing of desipramine: {sentence}, and the simulation ends at 336 h. "
        "Simulate longer, or give fewer or earlier doses."
    )


@pytest.mark.parametrize(
    ("text", "until_h", "n", "every_h", "duration_h"),
    [
        ("desipramine 24 mg/kg/d pump every 24 h for 6 h", 72.0, 3, 24.0, 6.0),
        ("desipramine 24 mg/kg/d pump from 24 h every 24 h for 6 h", 72.0, 2, 24.0, 6.0),
        ("desipramine 10 uM probe_cortex from 12 h every 6 h for 1 h", 36.0, 4, 6.0, 1.0),
        # Doses that each end as the next begins are one.
        ("desipramine 24 mg/kg/d pump every 24 h for 24 h", 72.0, 1, 0.0, 72.0),
        ("desipramine 24 mg/kg/d pump every 24 h for 24 h", 60.0, 1, 0.0, 60.0),
        ("desipramine 24 mg/kg/d pump every 24 h for 1 d x 3", None, 1, 0.0, 72.0),
    ],
)
def test_a_sustained_dose_is_repeated_until_the_treatment_ends(
    text, until_h, n, every_h, duration_h
):
    dosing = parse_dosing(text, RAT, DRUGS, until_h=until_h)
    assert (dosing.n_doses, dosing.every_h, dosing.duration_h) == (
        n,
        every_h,
        pytest.approx(duration_h),
    )


def test_a_repeated_bath_equals_the_same_number_of_doses():
    stated = parse_dosing("BDNF 50 ng/mL bath every 24 h x 3 for 15 min", DISH, DRUGS)
    assert (
        parse_dosing("BDNF 50 ng/mL bath every 24 h for 15 min", DISH, DRUGS, until_h=72) == stated
    )
