"""A user's own SBML runs unchanged, with doses added."""

from __future__ import annotations

import libsbml
import numpy as np
import pytest

from tricyclic.core.dosing import Dosing
from tricyclic.errors import InputError
from tricyclic.ode.solver import antimony_to_sbml
from tricyclic.ode.verification.scipy_engine import time_course
from tricyclic.sbml.parts import parse
from tricyclic.simulation.import_sbml import import_sbml
from tricyclic.simulation.run import Simulator

CHAIN = antimony_to_sbml(
    """
model chain()
  compartment c = 1
  species A in c, B in c
  A -> B; k*A
  B -> ; q*B
  A = 7; B = 1; k = 1; q = 0.2
end
""",
    "chain",
)
TIME = np.linspace(0, 10, 41)


def bateman(time, dose, k=1.0, q=0.2):
    late = np.maximum(time, 0.0)
    return np.where(time >= 0, dose * k / (k - q) * (np.exp(-q * late) - np.exp(-k * late)), 0.0)


def test_the_file_starts_at_its_own_initial_values():
    table = Simulator(import_sbml(CHAIN, "chain")).run(TIME, ["A", "B"])
    np.testing.assert_allclose(table[:, 0], 7 * np.exp(-TIME), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        table[:, 1], bateman(TIME, 7) + np.exp(-0.2 * TIME), rtol=1e-4, atol=1e-5
    )


def test_doses_are_added_to_the_amount_in_the_model():
    model = import_sbml(CHAIN, "chain", [Dosing("A", "into", 100.0, 0.0, 4.0, 3)])
    table = Simulator(model).run(TIME, ["B"])[:, 0]
    expected = sum(bateman(TIME - start, 100.0) for start in (0.0, 4.0, 8.0))
    np.testing.assert_allclose(
        table, expected + bateman(TIME, 7) + np.exp(-0.2 * TIME), rtol=1e-4, atol=1e-4
    )


def test_a_parameter_of_the_file_can_be_set():
    slow = Simulator(import_sbml(CHAIN, "chain")).run(TIME, ["A"], {"k": 0.1})[:, 0]
    np.testing.assert_allclose(slow, 7 * np.exp(-0.1 * TIME), rtol=1e-4)


def test_a_dose_into_an_unknown_species_names_the_known_ones():
    with pytest.raises(InputError, match=r"'C'.*A"):
        import_sbml(CHAIN, "chain", [Dosing("C", "into", 1.0)])


@pytest.mark.parametrize(
    "text", ["", "no xml at all", "<sbml>", "<html></html>", CHAIN[: len(CHAIN) // 2]]
)
def test_a_file_that_is_not_sbml_is_refused(text):
    with pytest.raises(InputError):
        import_sbml(text, "broken", where="broken.xml")


def test_the_network_has_the_reactions_as_edges():
    edges = {
        (edge.start, edge.end, edge.kind) for edge in import_sbml(CHAIN, "chain").network.edges
    }
    assert edges == {("A", "B", "converts")}


# Words of Antimony, constants and functions of formulas; SBML allows each of them as an id.
@pytest.mark.parametrize(
    "name", ["gamma", "in", "at", "species", "unit", "pi", "avogadro", "delta", "model", "true"]
)
def test_a_dose_goes_into_a_species_whose_id_is_a_word_of_another_language(name):
    model = import_sbml(CHAIN.replace('"B"', f'"{name}"').replace(" B ", f" {name} "), "chain")
    assert name in model.quantities
    dosed = import_sbml(
        CHAIN.replace('"B"', f'"{name}"').replace(" B ", f" {name} "),
        "chain",
        [Dosing(name, "into", 3.0, 2.0, 4.0, 2), Dosing("A", "into", 1.0, 0.0)],
    )
    table = Simulator(dosed).run(TIME, [name])[:, 0]
    given = sum(np.where(t <= TIME, 3.0 * np.exp(-0.2 * (TIME - t)), 0.0) for t in (2.0, 6.0))
    expected = bateman(TIME, 8) + np.exp(-0.2 * TIME) + given
    np.testing.assert_allclose(table, expected, rtol=1e-4, atol=1e-4)


def test_a_dose_changes_no_id_and_no_value_of_the_file():
    dosed = import_sbml(CHAIN, "chain", [Dosing("A", "into", 1.0, 2.0)])
    plain, given = Simulator(import_sbml(CHAIN, "chain")).model, Simulator(dosed).model
    assert set(given.states) == set(plain.states)
    own = {"dose1_amount": 1.0, "dose1_given": 0.0}
    assert given.values() == {**plain.values(), **own}


def test_the_parameters_of_a_dose_have_other_names_than_those_of_the_file():
    text = CHAIN.replace('"k"', '"dose1_amount"').replace(" k ", " dose1_amount ")
    dosed = import_sbml(text, "chain", [Dosing("B", "into", 5.0, 1.0)])
    assert [dose.amount for dose in dosed.doses] == ["added_dose1_amount"]
    table = Simulator(dosed).run(TIME, ["A"])[:, 0]
    np.testing.assert_allclose(table, 7 * np.exp(-TIME), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("level", "version"), [(1, 2), (2, 1), (2, 4), (2, 5), (3, 1), (3, 2)])
def test_a_file_of_any_level_of_sbml_is_dosed(level, version):
    document = parse(CHAIN)
    assert document.setLevelAndVersion(level, version, False)
    text = libsbml.writeSBMLToString(document)
    dosed = import_sbml(text, "chain", [Dosing("A", "into", 3.0, 1e-05, 4.0, 2)])
    table = Simulator(dosed).run(TIME, ["A"])[:, 0]
    given = sum(np.where(t <= TIME, 3.0 * np.exp(t - TIME), 0.0) for t in (1e-05, 4.00001))
    np.testing.assert_allclose(table, 7 * np.exp(-TIME) + given, rtol=1e-4, atol=1e-4)


BOUNDARY = antimony_to_sbml(
    """
model fed()
  compartment c = 1
  species A in c, $supply in c
  $supply -> A; k*supply
  A = 0; supply = 0; k = 0.5
end
""",
    "fed",
)


def test_a_dose_into_a_boundary_species_is_given_after_time_0_or_refused_with_the_reason():
    later = import_sbml(BOUNDARY, "fed", [Dosing("supply", "into", 4.0, 1.0)])
    table = Simulator(later).run(TIME, ["A"])[:, 0]
    np.testing.assert_allclose(table, 2.0 * np.maximum(TIME - 1.0, 0.0), rtol=1e-4, atol=1e-6)
    with pytest.raises(InputError) as refused:
        import_sbml(BOUNDARY, "fed", [Dosing("supply", "into", 4.0)], where="fed.xml")
    assert str(refused.value) == (
        "fed.xml: 'supply' has no rate of change, and a dose at time 0 is added only to a quantity "
        "that has one. Give the dose just after time 0, with --start."
    )


def test_a_dose_into_a_constant_species_is_refused():
    document = parse(BOUNDARY)
    document.getModel().getSpecies("supply").setConstant(True)
    text = libsbml.writeSBMLToString(document)
    with pytest.raises(InputError) as refused:
        import_sbml(text, "fed", [Dosing("supply", "into", 4.0, 1.0)], where="fed.xml")
    assert str(refused.value) == (
        "fed.xml: the species 'supply' is constant, so that no dose can be added to it. "
        'Write constant="false" in the file, or name another species.'
    )


def edited(change):
    """The chain with changes that Antimony cannot write."""
    document = parse(CHAIN)
    change(document.getModel())
    return libsbml.writeSBMLToString(document)


def add_parameter(model, value=None, name="note"):
    one = model.createParameter()
    one.setId(name)
    one.setConstant(True)
    if value is not None:
        one.setValue(value)


@pytest.mark.parametrize("value", [None, np.nan, np.inf])
def test_a_parameter_without_a_value_that_nothing_uses_changes_nothing(value):
    model = import_sbml(edited(lambda model: add_parameter(model, value)), "chain")
    table = Simulator(model).run(TIME, ["A"])[:, 0]
    np.testing.assert_allclose(table, 7 * np.exp(-TIME), rtol=1e-4, atol=1e-6)
    assert "note" not in model.parameters and "k" in model.parameters


@pytest.mark.parametrize("value", [None, np.nan])
def test_a_parameter_without_a_value_that_a_rate_needs_is_named_with_the_file(value):
    def unset(model):
        one = model.getParameter("q")
        one.unsetValue() if value is None else one.setValue(value)

    with pytest.raises(InputError) as refused:
        import_sbml(edited(unset), "chain", where="chain.xml")
    assert str(refused.value) == (
        "chain.xml: the parameter 'q' has no value, and the rate of the reaction '_J1' depends on "
        "it. Give it a value in the file."
    )


def behind_a_rule(model, formula):
    add_parameter(model)
    model.getParameter("q").setConstant(False)
    rule = model.createAssignmentRule()
    rule.setVariable("q")
    rule.setMath(libsbml.parseL3Formula(formula))


def test_a_parameter_without_a_value_is_named_behind_the_rule_that_uses_it():
    with pytest.raises(InputError) as refused:
        import_sbml(edited(lambda model: behind_a_rule(model, "2 * note")), "chain", where="c.xml")
    assert str(refused.value) == (
        "c.xml: the parameter 'note' has no value, and the rule of 'q' depends on it. "
        "Give it a value in the file."
    )


def test_a_parameter_without_a_value_in_a_case_that_never_occurs_is_not_needed():
    text = edited(lambda model: behind_a_rule(model, "piecewise(note, time > 100, 0.2)"))
    table = Simulator(import_sbml(text, "chain")).run(TIME, ["B"])[:, 0]
    np.testing.assert_allclose(table, bateman(TIME, 7) + np.exp(-0.2 * TIME), rtol=1e-4, atol=1e-5)


def add_event(model, with_trigger):
    event = model.createEvent()
    event.setId("never")
    event.setUseValuesFromTriggerTime(True)
    if with_trigger:
        trigger = event.createTrigger()
        trigger.setInitialValue(True)
        trigger.setPersistent(True)
    change = event.createEventAssignment()
    change.setVariable("A")
    change.setMath(libsbml.parseL3Formula("5"))


@pytest.mark.parametrize("with_trigger", [False, True])
def test_an_event_without_a_condition_never_fires(with_trigger):
    # Optional from level 3 version 2 on: the trigger itself, and its formula.
    text = edited(lambda model: add_event(model, with_trigger))
    table = Simulator(import_sbml(text, "chain")).run(TIME, ["A"])[:, 0]
    np.testing.assert_allclose(table, 7 * np.exp(-TIME), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        time_course(text, TIME, ["A"])[:, 0], 7 * np.exp(-TIME), rtol=1e-6, atol=1e-9
    )


def test_a_start_value_without_a_formula_leaves_the_value_of_the_file():
    def empty(model):
        model.createInitialAssignment().setSymbol("k")

    table = Simulator(import_sbml(edited(empty), "chain")).run(TIME, ["A"])[:, 0]
    np.testing.assert_allclose(table, 7 * np.exp(-TIME), rtol=1e-4, atol=1e-6)
