"""What a person writes becomes the amount and the times that were meant, or a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tricyclic.core.constant import Constant
from tricyclic.core.drug import Drug
from tricyclic.core.scenario import Fluid, Place, Scenario
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.simulation.dosing import amount_of, hours, regimen, regimen_of, regimens_of, within


def constant(name, value, unit, says="", holds_for=""):
    return Constant(name, value, unit, says=says, holds_for=holds_for)


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
PLACES = (Place("fluid", "fluid"),)
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
def test_a_dose_becomes_nmol_per_kg_a_rate_nmol_per_kg_and_hour_a_bath_nM(dose, route, expected):
    assert amount_of(dose, route, DMI) == pytest.approx(expected, rel=1e-12)


def test_a_dose_for_a_person_is_shared_by_the_weight():
    assert amount_of("70 mg", "po", DMI, weight_kg=70) == pytest.approx(
        amount_of("1 mg/kg", "po", DMI)
    )
    with pytest.raises(InputError, match="body weight is not known"):
        amount_of("70 mg", "po", DMI)


def test_fifty_nanograms_of_bdnf_are_almost_two_nanomolar():
    assert amount_of("50 ng/mL", "bath", DRUGS["bdnf"]) == pytest.approx(50 / 27)


@given(st.floats(1e-3, 1e3))
def test_the_unit_of_a_dose_changes_nothing(mg_per_kg):
    by_mass = amount_of(f"{mg_per_kg!r} mg/kg", "ip", DMI)
    assert amount_of(f"{mg_per_kg * 1000!r} ug/kg", "ip", DMI) == pytest.approx(by_mass, rel=1e-12)
    assert amount_of(f"{mg_per_kg / 266.38 * 1000!r} umol/kg", "ip", DMI) == pytest.approx(
        by_mass, rel=1e-12
    )


@pytest.mark.parametrize(
    ("dose", "route", "drug", "says"),
    [
        ("10", "ip", DMI, "'10' has no unit"),
        ("-10 mg/kg", "ip", DMI, "A dose is 0 or more"),
        ("ten mg/kg", "ip", DMI, "is no dose"),
        ("10 mg/kgg", "ip", DMI, "no unit of a dose"),
        ("10 mg/kg", "pump", DMI, "no rate"),
        ("10 mg/kg/d", "ip", DMI, "is a rate"),
        ("10 mg/kg", "bath", DMI, "no unit that tricyclic knows|no concentration"),
        ("1 uM", "ip", DMI, "no unit of a dose"),
        ("10 mg/kg", "ip", DRUGS["unweighed"], "no molar mass"),
        ("50 ng/mL", "bath", DRUGS["unweighed"], "no molar mass"),
    ],
)
def test_a_dose_that_cannot_be_meant_is_a_sentence(dose, route, drug, says):
    with pytest.raises(InputError, match=says):
        amount_of(dose, route, drug)


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
def test_times_are_hours(text, expected):
    assert hours(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["-3 h", "-0.1"])
def test_no_time_is_negative(text):
    with pytest.raises(InputError, match="0 or more"):
        hours(text)


@pytest.mark.parametrize("text", ["soon", "3 fortnights", ""])
def test_what_is_no_time_is_told(text):
    with pytest.raises(UnitError, match="is no time"):
        hours(text)


def test_a_regimen_in_one_line_is_the_regimen_stated_piece_by_piece():
    line = regimen_of("desipramine 10 mg/kg i.p. every 12 h for 14 d", RAT, DRUGS)
    pieces = regimen(
        "desipramine", RAT, DRUGS, dose="10 mg/kg", route="ip", every="12h", until_h=336
    )
    assert line == pieces
    assert (line.n, line.every_h, line.start_h, line.last_h) == (28, 12.0, 0.0, 324.0)


def test_words_may_stand_in_any_order():
    one = regimen_of("desipramine 10 mg/kg ip at 6 h every 24 h x 3", RAT, DRUGS)
    other = regimen_of("desipramine 10 mg/kg ip x 3 from 6 h every 1 d", RAT, DRUGS)
    assert one == other
    assert (one.n, one.every_h, one.start_h) == (3, 24.0, 6.0)


def test_a_pump_lasts_as_long_as_it_is_said_or_until_the_treatment_ends():
    assert regimen_of("desipramine 15 mg/kg/d pump for 14 d", RAT, DRUGS).duration_h == 336
    assert regimen_of("desipramine 15 mg/kg/d from 24 h", RAT, DRUGS, until_h=360).duration_h == 336
    with pytest.raises(InputError, match="needs a duration"):
        regimen_of("desipramine 15 mg/kg/d pump", RAT, DRUGS)


def test_bdnf_is_added_for_a_quarter_of_an_hour_after_two_days():
    found = regimen_of("BDNF 50 ng/mL bath from 48 h for 0.25 h", DISH, DRUGS)
    assert (found.drug, found.route, found.start_h, found.duration_h) == (
        "bdnf",
        "bath",
        48.0,
        0.25,
    )


def test_an_antagonist_without_a_dose_gets_its_usual_one_by_its_usual_route():
    found = regimen_of("idazoxan", RAT, DRUGS)
    assert (found.route, found.n, found.start_h) == ("sc", 1, 0.0)
    assert found.amount == pytest.approx(1e6 / 204.23)
    dish = regimen_of("(+)-pentazocine", DISH, DRUGS, until_h=48)
    assert (dish.drug, dish.route, dish.amount, dish.duration_h) == (
        "pentazocine",
        "bath",
        1000.0,
        48.0,
    )


def test_a_usual_dose_of_the_animal_is_not_put_into_a_culture():
    with pytest.raises(InputError, match="no usual dose here"):
        regimen_of("idazoxan", DISH, DRUGS, until_h=48)


def test_a_sustained_dose_may_be_repeated():
    found = regimen_of("BDNF 50 ng/mL bath every 24 h x 3 for 15 min", DISH, DRUGS)
    assert (found.n, found.duration_h) == (3, 0.25)


def test_several_regimens_stand_between_semicolons():
    both = regimens_of("desipramine 10 mg/kg ip; idazoxan 1 mg/kg sc at 2 h", RAT, DRUGS)
    assert [(r.drug, r.start_h) for r in both] == [("desipramine", 0.0), ("idazoxan", 2.0)]
    assert regimens_of("", RAT, DRUGS) == ()


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("desipramin 10 mg/kg ip", UnknownNameError, "Did you mean 'desipramine'"),
        ("desipramine 10 mg/kg iq", UnknownNameError, "no route is called 'iq'"),
        ("desipramine 10 ip", UnitError, "has no unit"),
        ("desipramine 10 mg/kg ip at -3 h", InputError, "0 or more"),
        ("desipramine 10 mg/kg ip every 12 h", InputError, "for how long"),
        ("desipramine 10 mg/kg ip x 3", InputError, "no interval"),
        ("desipramine 10 mg/kg", InputError, "names no route"),
        ("desipramine 10 mg/kg ip sometimes", InputError, "'sometimes' is not understood"),
        ("desipramine 10 mg/kg ip every 0 h x 3", InputError, "above 0"),
        ("desipramine", InputError, "no usual dose"),
        ("desipramine 10 mg/kg ip at 3 h at 4 h", InputError, "twice"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_with_the_nearest_names(text, kind, says):
    with pytest.raises(kind, match=says):
        regimen_of(text, RAT, DRUGS)


def test_a_regimen_past_the_horizon_is_refused():
    within([regimen_of("desipramine 10 mg/kg ip every 12 h x 28", RAT, DRUGS)], 336)
    within([regimen_of("desipramine 15 mg/kg/d pump for 14 d", RAT, DRUGS)], 336)
    for late in (
        "desipramine 10 mg/kg ip every 12 h x 29",
        "desipramine 15 mg/kg/d pump from 1 h for 14 d",
    ):
        with pytest.raises(InputError, match="ends at 336 h"):
            within([regimen_of(late, RAT, DRUGS)], 336)


@pytest.mark.parametrize(
    ("text", "until_h", "n", "every_h", "duration_h"),
    [
        ("desipramine 24 mg/kg/d pump every 24 h for 6 h", 72.0, 3, 24.0, 6.0),
        ("desipramine 24 mg/kg/d pump from 24 h every 24 h for 6 h", 72.0, 2, 24.0, 6.0),
        ("desipramine 10 uM probe_cortex from 12 h every 6 h for 1 h", 36.0, 4, 6.0, 1.0),
        # One that ends as the next begins is one.
        ("desipramine 24 mg/kg/d pump every 24 h for 24 h", 72.0, 1, 0.0, 72.0),
        ("desipramine 24 mg/kg/d pump every 24 h for 24 h", 60.0, 1, 0.0, 60.0),
        ("desipramine 24 mg/kg/d pump every 24 h for 1 d x 3", None, 1, 0.0, 72.0),
    ],
)
def test_a_sustained_dose_is_repeated_until_the_treatment_ends(
    text, until_h, n, every_h, duration_h
):
    found = regimen_of(text, RAT, DRUGS, until_h=until_h)
    assert (found.n, found.every_h, found.duration_h) == (n, every_h, pytest.approx(duration_h))


def test_a_repeated_bath_and_its_number_of_doses_say_the_same():
    stated = regimen_of("BDNF 50 ng/mL bath every 24 h x 3 for 15 min", DISH, DRUGS)
    assert regimen_of("BDNF 50 ng/mL bath every 24 h for 15 min", DISH, DRUGS, until_h=72) == stated


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("desipramine 10 mg/kg ip for 14 d", "given at once"),
        ("desipramine 10 mg/kg ip every 12 h for 1 d x 4", "both for 24 h and 4 doses"),
        ("desipramine 24 mg/kg/d pump every 24 h for 6 h", "nothing says for how long"),
        ("desipramine 24 mg/kg/d pump every 24 h for 30 h x 2", "ends before the next begins"),
        ("desipramine 24 mg/kg/d pump every 24 h", "does not say how long each lasts"),
    ],
)
def test_nothing_that_was_said_is_dropped(text, says):
    with pytest.raises(InputError, match=says):
        regimen_of(text, RAT, DRUGS)
