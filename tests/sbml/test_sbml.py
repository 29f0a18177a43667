"""Additions to an SBML model are read back by libSBML itself, and run by the solver."""

from __future__ import annotations

import math

import libsbml
import numpy as np
import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.sbml_text import sbml_text
from tricyclic.ode import solver
from tricyclic.sbml.checks import find_unit_problems, find_validity_problems, refuse_unsafe
from tricyclic.sbml.parts import parse
from tricyclic.sbml.tables import SbmlEvent, SbmlQuantity, SbmlReaction, tables
from tricyclic.sbml.write import (
    SbmlUncertainty,
    annotate,
    derive_always,
    with_initial_values,
    with_names,
    with_notes,
    with_uncertainty,
)

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
    return solver.antimony_to_sbml(MODEL, "oral")


def run(text, names=("plasma", "depot")):
    return solver.engine().load(text).run(TIMES, names)


def read(text):
    document = libsbml.readSBMLFromString(text)
    assert document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) == 0
    return document


def test_a_model_whose_units_balance_has_no_problem(text):
    assert find_unit_problems(text) == ()
    assert find_validity_problems(text) == ()


def test_an_equation_that_adds_different_units_is_reported_with_its_line():
    wrong = solver.antimony_to_sbml(
        MODEL.replace("ka * depot; depot", "ka * depot + dose; depot"), "oral"
    )
    problems = find_unit_problems(wrong)
    assert problems
    assert all(problem.startswith("line ") and "\n" not in problem for problem in problems)
    assert find_validity_problems(wrong) == ()


def test_a_number_without_a_unit_is_reported():
    bare = solver.antimony_to_sbml(MODEL.replace("ke has per_h", ""), "oral")
    assert any("unit" in problem for problem in find_unit_problems(bare))


def test_a_formula_with_an_unknown_symbol_is_invalid(text):
    wrong = text.replace("<ci> ke </ci>", "<ci> kee </ci>")
    assert any("kee" in problem for problem in find_validity_problems(wrong))


@pytest.mark.parametrize("broken", ["", "no model at all", "<sbml", "<a></a>"])
def test_text_that_is_not_sbml_is_refused_in_one_sentence(broken):
    with pytest.raises(
        InputError, match=r"mine\.xml: this is not valid SBML: line \d+: "
    ) as refused:
        parse(broken, "mine.xml")
    assert "\n" not in str(refused.value)


def test_sbml_without_a_model_is_refused():
    empty = '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"/>'
    with pytest.raises(InputError, match=r"^mine\.xml: this SBML has no model\.$"):
        parse(empty, "mine.xml")


def test_tables_contain_the_quantities_and_equations_of_the_text(text):
    read_back = tables(text)
    parameters = {one.id: one for one in read_back.parameters}
    assert parameters["ka"] == SbmlQuantity("ka", "", 1.3, "per_h", True, "")
    assert parameters["depot"][2:5] == (7.0, "nmol", False)
    (plasma,) = read_back.species
    assert (plasma.id, plasma.start, plasma.unit) == ("plasma", "start", "nM")
    assert [(one.id, one.value, one.unit, one.constant) for one in read_back.compartments] == [
        ("body", 40.0, "litre", True)
    ]
    assert {(one.kind, one.target, one.formula) for one in read_back.rules} == {
        ("rate", "depot", "-ka * depot"),
        ("assigned", "absorbed", "ka * depot"),
    }
    assert read_back.reactions[1] == SbmlReaction(
        "J_out", "", ((1.0, "plasma"),), (), (), "body * ke * plasma"
    )
    assert read_back.events == (SbmlEvent("E_dose", "time >= when", (("depot", "depot + dose"),)),)
    assert read_back.annotations == {}


def test_addresses_are_read_back_and_written_once(text):
    chebi, uniprot = "https://identifiers.org/CHEBI:47781", "https://identifiers.org/uniprot:P23975"
    once = annotate(text, {"plasma": [chebi], "J_out": [uniprot, chebi]})
    twice = annotate(once, {"plasma": [chebi, uniprot]})
    assert tables(once).annotations == {"plasma": (chebi,), "J_out": (uniprot, chebi)}
    assert sorted(tables(twice).annotations["plasma"]) == sorted([chebi, uniprot])
    document = read(once)
    term = document.getModel().getSpecies("plasma").getCVTerm(0)
    assert term.getBiologicalQualifierType() == libsbml.BQB_IS
    assert np.array_equal(run(once), run(text))


def test_uncertainty_is_in_the_file_and_does_not_change_a_time_course(text):
    known = {
        "ka": SbmlUncertainty(mean=1.3, sd=0.4, low=0.5, high=3.0, distribution="lognormal"),
        "ke": SbmlUncertainty(low=0.1, high=0.4, distribution="uniform"),
        "dose": SbmlUncertainty(mean=10.0, sd=1.0, distribution="normal"),
        "plasma": SbmlUncertainty(low=1.0, high=2.0),
    }
    changed = with_uncertainty(text, known)
    assert find_validity_problems(changed) == ()
    assert find_unit_problems(changed) == ()
    assert np.array_equal(run(changed), run(text))
    document = read(changed)  # a reference to the document keeps its parts alive
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


def test_a_distribution_without_its_numbers_is_refused(text):
    with pytest.raises(InputError, match="The distribution of 'ka' is 'normal'"):
        with_uncertainty(text, {"ka": SbmlUncertainty(mean=1.0, distribution="normal")})
    with pytest.raises(InputError, match="'cauchy'"):
        with_uncertainty(text, {"ka": SbmlUncertainty(mean=1.0, sd=1.0, distribution="cauchy")})


def test_initial_values_of_the_file_equal_those_given_to_a_run(text):
    model = solver.engine().load(text)
    start = {"plasma": 3.0, "depot": 90.0}
    given = model.run(
        TIMES, ["plasma", "depot"], start=np.array([start[name] for name in model.states])
    )
    written = with_initial_values(text, start)
    assert run(written) == pytest.approx(given, rel=1e-12)
    assert tables(written).species[0].start == ""
    assert find_unit_problems(written) == ()


def test_the_initial_value_of_an_amount_is_an_amount():
    text = solver.antimony_to_sbml(
        "model m()\n compartment c = 4\n substanceOnly species D in c; D = 8\n D -> ; D\nend", "m"
    )
    assert solver.engine().load(with_initial_values(text, {"D": 6.0})).start() == pytest.approx(
        [6.0]
    )


def test_a_quantity_that_a_rule_assigns_has_no_initial_value(text):
    with pytest.raises(
        InputError, match=r"^'absorbed' has no initial value: a rule assigns it at all times\.$"
    ):
        with_initial_values(text, {"absorbed": 1.0})
    with pytest.raises(InputError, match=r"^'J_in' is a reaction and has no value\.$"):
        with_initial_values(text, {"J_in": 1.0})


def test_names_and_notes_are_kept_as_they_were_written(text):
    changed = with_names(text, {"ka": "absorption, s.c. & i.p."})
    changed = with_notes(changed, {"ka": "smith_1999: 0.9 < ka < 1.7\nassumed for mice"})
    document = read(changed)
    parameter = document.getModel().getParameter("ka")
    assert parameter.getName() == "absorption, s.c. & i.p."
    assert "0.9 &lt; ka &lt; 1.7" in parameter.getNotesString()
    assert parameter.getNotesString().count("<p>") == 2
    assert find_validity_problems(changed) == ()


def test_an_unknown_name_is_answered_with_similar_names(text):
    with pytest.raises(UnknownNameError, match="Did you mean 'plasma'"):
        with_names(text, {"plasm": "x"})


def test_a_safe_model_is_not_refused(text):
    refuse_unsafe(text)


ADVICE = r"\. Write the model without it\.$"
NOT_SUPPORTED = f", which the solver does not support{ADVICE}"


@pytest.mark.parametrize(
    ("antimony", "sentence"),
    [
        ("x' = -delay(x, 2); x = 1", f"^'x' is computed with a delayed value{NOT_SUPPORTED}"),
        (
            "x' = -k; x = 1; k = normal(2, 1)",
            r"^'k' is computed with random numbers \(normal\), so that no two runs are the same"
            + ADVICE,
        ),
    ],
)
def test_a_delayed_value_and_a_random_number_are_refused(antimony, sentence):
    with pytest.raises(InputError, match=sentence):
        refuse_unsafe(solver.antimony_to_sbml(f"model m()\n {antimony}\nend", "m"))


def test_an_event_with_a_delay_is_not_refused():
    refuse_unsafe(
        solver.antimony_to_sbml("model m()\n x' = -x; x = 1; at 2 after time > 1: x = 3\nend", "m")
    )


def test_an_element_called_time_a_fast_reaction_and_an_algebraic_rule_are_refused(text):
    called_time = "An element is called 'time', which is the name of the simulated time in results"
    with pytest.raises(InputError, match=f"^{called_time}{ADVICE}"):
        refuse_unsafe(
            text.replace('id="dose"', 'id="time"').replace("<ci> dose </ci>", "<ci> time </ci>")
        )
    fast = """<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
    <model><listOfReactions><reaction id="J" reversible="false" fast="true"/></listOfReactions>
    </model></sbml>"""
    with pytest.raises(InputError, match=f"^The reaction 'J' is 'fast'{NOT_SUPPORTED}"):
        refuse_unsafe(fast)
    algebraic = text.replace('<rateRule variable="depot">', "<algebraicRule>").replace(
        "</rateRule>", "</algebraicRule>"
    )
    with pytest.raises(
        InputError,
        match="is an algebraic rule that is not linear in one quantity that nothing else determines"
        f"{NOT_SUPPORTED}",
    ):
        refuse_unsafe(algebraic)


def test_constants_computed_once_become_rules_unless_they_depend_on_a_state():
    text = solver.antimony_to_sbml(
        "model m()\n a = 3; twice = 2 * a; four = 2 * twice; seen = x + 1; also = seen * a\n"
        " x' = -x; x = four\nend",
        "m",
    )
    changed = tables(derive_always(text))
    assert {rule.target for rule in changed.rules if rule.kind == "assigned"} == {"twice", "four"}
    starts = {one.id: one.start for one in changed.parameters if one.start}
    assert starts == {"seen": "x + 1", "also": "seen * a", "x": "four"}
    assert find_validity_problems(derive_always(text)) == ()


RULES = (
    '<listOfRules><assignmentRule variable="p"><math xmlns="http://www.w3.org/1998/Math/MathML">'
    '<ci>q</ci></math></assignmentRule><assignmentRule variable="q"><math xmlns="http://www.w3.org/'
    '1998/Math/MathML"><apply><plus/><ci>p</ci><cn>1</cn></apply></math></assignmentRule>'
)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<ci> k </ci>", "<ci> nowhere </ci>", "uses 'nowhere' that is not the id"),
        ('id="q"', 'id="p"', "id 'p' conflicts with the previously defined <parameter> id 'p'"),
        ("<listOfRules>", RULES, "'p' creates a cycle with the <assignmentRule> with variable 'q'"),
    ],
)
def test_ids_and_rules_that_mean_nothing_are_refused_by_file_and_line(old, new, sentence):
    text = solver.antimony_to_sbml(
        "model m()\n k = 1; p = 1; q = 1; x = 1; x' = -k * x\nend", "m"
    ).replace('constant="true"', 'constant="false"')
    assert old in text
    refuse_unsafe(text, "own.xml")
    with pytest.raises(InputError) as caught:
        refuse_unsafe(text.replace(old, new, 1), "own.xml")
    assert str(caught.value).startswith("own.xml: this is not valid SBML: line ")
    assert sentence in str(caught.value)


def test_a_long_comment_costs_no_time_and_moves_no_line(tmp_path):
    text = solver.antimony_to_sbml("model m()\n x = 1; x' = -x\nend", "m")
    long = "<!--" + "word - \n" * 2_000_000 + "-->"
    file = tmp_path / "own.xml"
    file.write_text(text.replace("<model", f"{long}<model", 1), encoding="utf-8")
    read = sbml_text(file)
    assert read.count("\n") == text.count("\n") + 2_000_000
    assert read.replace("\n", "") == text.replace("\n", "")
