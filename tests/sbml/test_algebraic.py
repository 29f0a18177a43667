"""Algebraic rules that are linear in what they determine are solved; others stay."""

from __future__ import annotations

import libsbml
import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.ode.solver import antimony_to_sbml, engine
from tricyclic.sbml.algebraic import solve_algebraic_rules
from tricyclic.sbml.checks import refuse_unsafe

# Free ligand L decays; D is a drug in 2 litres that decays at 0.2.
BODY = """
  L = 8; L' = -0.5 * L; unknown = 1; other = 1; total = 10; k = 4
  compartment c = 2; species D in c; D = 3; D -> ; 0.2 * D * c
"""


def with_rules(*formulas, body=BODY, functions=""):
    """The model with algebraic rules."""
    text = antimony_to_sbml(f"{functions}model m()\n{body}\nend\n", "m")
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    for name in ("unknown", "other"):
        if model.getParameter(name) is not None:
            model.getParameter(name).setConstant(False)
    for formula in formulas:
        model.createAlgebraicRule().setMath(libsbml.parseL3Formula(formula))
    return libsbml.writeSBMLToString(document)


def end_of(text, *names, time=2.0):
    return engine().load(text).run(np.array([0.0, time]), names, rtol=1e-9, atol=1e-12)[-1]


LIGAND, DRUG = 8 * np.exp(-1.0), 3 * np.exp(-0.4)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("total - L - unknown", 10 - LIGAND),
        ("unknown - total + L + D", 10 - LIGAND - DRUG),
        ("-unknown + 2 * L", 2 * LIGAND),
        ("-(unknown - L)", LIGAND),
        ("k * (unknown + L) - total * D", 10 * DRUG / 4 - LIGAND),
        ("unknown / k - L / (L + 1)", 4 * LIGAND / (LIGAND + 1)),
        ("(unknown - L) / (L + D)", LIGAND),
        ("L * unknown * D - exp(-L)", np.exp(-LIGAND) / LIGAND / DRUG),
        ("unknown + unknown - L", LIGAND / 2),
        ("L - unknown * (1 - 3)", -LIGAND / 2),
    ],
)
def test_a_linear_rule_is_solved(formula, value):
    text, (sentence,) = solve_algebraic_rules(with_rules(formula))
    assert sentence.endswith(" is solved for unknown")
    refuse_unsafe(text)
    assert end_of(text, "unknown")[0] == pytest.approx(value, rel=1e-7)


def test_rules_that_use_each_other_are_solved_in_turn():
    text, solved = solve_algebraic_rules(with_rules("other + unknown - total", "unknown - L"))
    assert len(solved) == 2
    unknown, other = end_of(text, "unknown", "other")
    assert (unknown, other) == pytest.approx((LIGAND, 10 - LIGAND), rel=1e-7)


def test_a_rule_inside_a_function_is_solved():
    functions = "function gap(a, b)\n a - b\nend\n"
    text, _ = solve_algebraic_rules(
        with_rules("gap(unknown, L)", functions=functions, body=f"{BODY} y := gap(L, 1)")
    )
    assert end_of(text, "unknown")[0] == pytest.approx(LIGAND, rel=1e-7)


def test_a_rule_for_a_species_at_the_boundary_is_that_of_its_concentration():
    body = f"{BODY} species $B in c; B = 1; B -> D; 0 * c"
    text, (sentence,) = solve_algebraic_rules(with_rules("B - 2 * D", body=body))
    assert sentence.endswith("is solved for B")
    assert end_of(text, "B")[0] == pytest.approx(2 * DRUG, rel=1e-7)


@pytest.mark.parametrize(
    "formula",
    [
        "unknown * unknown - L",
        "exp(unknown) - L",
        "L / unknown - 2",
        "unknown + other - L",
        "total - k",
    ],
)
def test_a_rule_that_is_not_linear_or_leaves_its_quantity_open_is_refused(formula):
    text, solved = solve_algebraic_rules(with_rules(formula))
    assert solved == ()
    sentence = (
        "is an algebraic rule that is not linear in one quantity that nothing else determines, "
        "which the solver does not support"
    )
    with pytest.raises(InputError, match=sentence):
        refuse_unsafe(text)


def test_a_model_without_algebraic_rules_stays_as_it_is():
    text = antimony_to_sbml(f"model m()\n{BODY}\nend\n", "m")
    assert solve_algebraic_rules(text) == (text, ())
