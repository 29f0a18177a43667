"""What is said about a model in SBML is read again by libSBML itself, and run by the solver."""

from __future__ import annotations

import math

import libsbml
import numpy as np
import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.ode import solver as integrator
from tricyclic.sbml import document as sbml

MODEL = """
model oral()
  unit hour = 3600 second
  unit time_unit = hour
  unit substance = 1e-9 mole
  unit extent = 1e-9 mole
  unit volume = litre
  unit nmol = 1e-9 mole
  unit nM = 1e-9 mole / litre
  unit per_h = 1 / hour
  compartment body = 40
  body has litre
  species plasma in body
  plasma = start
  start = 250; start has nM
  depot' = -ka * depot; depot = 7; depot has nmol
  ka = 1.3; ka has per_h
  ke = 0.21; ke has per_h
  dose = 10; dose has nmol
  absorbed := ka * depot; absorbed has nM_l
  unit nM_l = 1e-9 mole / hour
  J_in: -> plasma; ka * depot
  J_out: plasma -> ; body * ke * plasma
  E_dose: at (time >= when): depot = depot + dose
  when = 12; when has hour
end
"""
TIMES = np.linspace(0.0, 30.0, 16)


@pytest.fixture(scope="module")
def text():
    return integrator.sbml_of(MODEL, "oral")


def run(text, names=("plasma", "depot")):
    return integrator.engine().load(text).run(TIMES, names)


def read(text):
    document = libsbml.readSBMLFromString(text)
    assert document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) == 0
    return document


def test_a_model_whose_units_balance_has_no_complaint(text):
    assert sbml.unit_complaints(text) == ()
    assert sbml.validation_complaints(text) == ()


def test_an_equation_that_adds_what_cannot_be_added_is_told_with_its_line():
    wrong = integrator.sbml_of(
        MODEL.replace("ka * depot; depot", "ka * depot + dose; depot"), "oral"
    )
    complaints = sbml.unit_complaints(wrong)
    assert complaints
    assert all(complaint.startswith("line ") and "\n" not in complaint for complaint in complaints)
    assert sbml.validation_complaints(wrong) == ()


def test_a_number_without_a_unit_is_told():
    bare = integrator.sbml_of(MODEL.replace("ke has per_h", ""), "oral")
    assert any("unit" in complaint for complaint in sbml.unit_complaints(bare))


def test_a_formula_of_something_that_is_not_there_is_invalid(text):
    wrong = text.replace("<ci> ke </ci>", "<ci> kee </ci>")
    assert any("kee" in complaint for complaint in sbml.validation_complaints(wrong))


@pytest.mark.parametrize("broken", ["", "no model at all", "<sbml", "<a></a>"])
def test_what_is_no_sbml_is_refused_in_one_sentence(broken):
    with pytest.raises(InputError, match=r"mine\.xml: this is no SBML") as refused:
        sbml.parse(broken, "mine.xml")
    assert "\n" not in str(refused.value)


def test_sbml_without_a_model_is_refused():
    empty = '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"/>'
    with pytest.raises(InputError, match="holds no model"):
        sbml.parse(empty, "mine.xml")


def test_tables_hold_what_the_text_says(text):
    found = sbml.tables(text)
    parameters = {one.id: one for one in found.parameters}
    assert parameters["ka"] == sbml.Quantity("ka", "", 1.3, "per_h", True, "")
    assert parameters["depot"][2:5] == (7.0, "nmol", False)
    (plasma,) = found.species
    assert (plasma.id, plasma.start, plasma.unit) == ("plasma", "start", "nM")
    assert [(one.id, one.value, one.unit, one.constant) for one in found.compartments] == [
        ("body", 40.0, "litre", True)
    ]
    assert {(one.kind, one.target, one.formula) for one in found.rules} == {
        ("rate", "depot", "-ka * depot"),
        ("assigned", "absorbed", "ka * depot"),
    }
    assert found.reactions[1] == sbml.Reaction(
        "J_out", "", ((1.0, "plasma"),), (), (), "body * ke * plasma"
    )
    assert found.events == (sbml.Event("E_dose", "time >= when", (("depot", "depot + dose"),)),)
    assert found.annotations == {}


def test_addresses_are_read_back_and_not_said_twice(text):
    chebi, uniprot = "https://identifiers.org/CHEBI:47781", "https://identifiers.org/uniprot:P23975"
    once = sbml.annotate(text, {"plasma": [chebi], "J_out": [uniprot, chebi]})
    twice = sbml.annotate(once, {"plasma": [chebi, uniprot]})
    assert sbml.tables(once).annotations == {"plasma": (chebi,), "J_out": (uniprot, chebi)}
    assert sorted(sbml.tables(twice).annotations["plasma"]) == sorted([chebi, uniprot])
    document = read(once)
    term = document.getModel().getSpecies("plasma").getCVTerm(0)
    assert term.getBiologicalQualifierType() == libsbml.BQB_IS
    assert np.array_equal(run(once), run(text))


def test_uncertainty_is_in_the_file_and_changes_no_course(text):
    known = {
        "ka": sbml.Uncertain(mean=1.3, sd=0.4, low=0.5, high=3.0, distribution="lognormal"),
        "ke": sbml.Uncertain(low=0.1, high=0.4, distribution="uniform"),
        "dose": sbml.Uncertain(mean=10.0, sd=1.0, distribution="normal"),
        "plasma": sbml.Uncertain(low=1.0, high=2.0),
    }
    said = sbml.with_uncertainty(text, known)
    assert sbml.validation_complaints(said) == ()
    assert sbml.unit_complaints(said) == ()
    assert np.array_equal(run(said), run(text))
    document = read(said)  # libSBML's parts do not outlive their document
    uncertainty = document.getModel().getParameter("ka").getPlugin("distrib").getUncertainty(0)
    parts = [uncertainty.getUncertParameter(i) for i in range(uncertainty.getNumUncertParameters())]
    numbers = {part.getType(): part.getValue() for part in parts}
    assert numbers[libsbml.DISTRIB_UNCERTTYPE_MEAN] == 1.3
    assert numbers[libsbml.DISTRIB_UNCERTTYPE_STANDARDDEVIATION] == 0.4
    (span,) = [part for part in parts if isinstance(part, libsbml.UncertSpan)]
    assert (span.getValueLower(), span.getValueUpper()) == (0.5, 3.0)
    (density,) = [part for part in parts if part.isSetMath()]
    mu, sigma = (density.getMath().getChild(i).getValue() for i in (0, 1))
    assert math.exp(mu + sigma**2 / 2) == pytest.approx(1.3)
    assert math.sqrt(math.expm1(sigma**2)) * 1.3 == pytest.approx(0.4)


def test_a_distribution_that_lacks_its_numbers_is_refused(text):
    with pytest.raises(InputError, match="The distribution of 'ka' is 'normal'"):
        sbml.with_uncertainty(text, {"ka": sbml.Uncertain(mean=1.0, distribution="normal")})
    with pytest.raises(InputError, match="'cauchy'"):
        sbml.with_uncertainty(text, {"ka": sbml.Uncertain(mean=1.0, sd=1.0, distribution="cauchy")})


def test_a_start_written_into_the_file_is_the_start_given_to_a_run(text):
    model = integrator.engine().load(text)
    start = {"plasma": 3.0, "depot": 90.0}
    given = model.run(
        TIMES, ["plasma", "depot"], start=np.array([start[name] for name in model.states])
    )
    written = sbml.with_initial_values(text, start)
    assert run(written) == pytest.approx(given, rel=1e-12)
    assert sbml.tables(written).species[0].start == ""
    assert sbml.unit_complaints(written) == ()


def test_a_start_of_an_amount_is_an_amount():
    text = integrator.sbml_of(
        "model m()\n compartment c = 4\n substanceOnly species D in c; D = 8\n D -> ; D\nend", "m"
    )
    assert integrator.engine().load(
        sbml.with_initial_values(text, {"D": 6.0})
    ).start() == pytest.approx([6.0])


def test_what_a_rule_assigns_has_no_start(text):
    with pytest.raises(InputError, match="'absorbed' has no start value"):
        sbml.with_initial_values(text, {"absorbed": 1.0})
    with pytest.raises(InputError, match="'J_in' is a reaction and has no value"):
        sbml.with_initial_values(text, {"J_in": 1.0})


def test_names_and_notes_are_kept_as_they_were_written(text):
    said = sbml.with_names(text, {"ka": "absorption, s.c. & i.p."})
    said = sbml.with_notes(said, {"ka": "smith_1999: 0.9 < ka < 1.7\nassumed for mice"})
    document = read(said)
    parameter = document.getModel().getParameter("ka")
    assert parameter.getName() == "absorption, s.c. & i.p."
    assert "0.9 &lt; ka &lt; 1.7" in parameter.getNotesString()
    assert parameter.getNotesString().count("<p>") == 2
    assert sbml.validation_complaints(said) == ()


def test_a_name_that_the_model_lacks_is_answered_with_its_neighbours(text):
    with pytest.raises(UnknownNameError, match="Did you mean 'plasma'"):
        sbml.with_names(text, {"plasm": "x"})


def test_a_safe_model_is_not_refused(text):
    sbml.refuse_unsafe(text)


@pytest.mark.parametrize(
    ("antimony", "words"),
    [
        ("x' = -delay(x, 2); x = 1", "'x' looks back in time by a delay"),
        ("x' = -x; x = 1; E: at 2 after time > 1: x = 3", "The event 'E' waits by a delay"),
    ],
)
def test_what_the_solver_gets_wrong_is_refused(antimony, words):
    with pytest.raises(InputError, match=words):
        sbml.refuse_unsafe(integrator.sbml_of(f"model m()\n {antimony}\nend", "m"))


def test_a_thing_called_time_and_a_fast_reaction_and_a_constraint_equation_are_refused(text):
    with pytest.raises(InputError, match="Something is called 'time'"):
        sbml.refuse_unsafe(
            text.replace('id="dose"', 'id="time"').replace("<ci> dose </ci>", "<ci> time </ci>")
        )
    fast = """<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model>
    <listOfReactions><reaction id="J" reversible="false" fast="true"/></listOfReactions>
    </model></sbml>"""
    with pytest.raises(InputError, match="The reaction 'J' is 'fast'"):
        sbml.refuse_unsafe(fast)
    algebraic = text.replace('<rateRule variable="depot">', "<algebraicRule>").replace(
        "</rateRule>", "</algebraicRule>"
    )
    with pytest.raises(InputError, match="is an algebraic rule"):
        sbml.refuse_unsafe(algebraic)


def test_constants_derived_once_become_rules_and_those_of_a_state_stay():
    text = integrator.sbml_of(
        "model m()\n a = 3; twice = 2 * a; four = 2 * twice; seen = x + 1; also = seen * a\n x' = -x; x = four\nend",
        "m",
    )
    changed = sbml.tables(sbml.derive_always(text))
    assert {rule.target for rule in changed.rules if rule.kind == "assigned"} == {"twice", "four"}
    starts = {one.id: one.start for one in changed.parameters if one.start}
    assert starts == {"seen": "x + 1", "also": "seen * a", "x": "four"}
    assert sbml.validation_complaints(sbml.derive_always(text)) == ()
