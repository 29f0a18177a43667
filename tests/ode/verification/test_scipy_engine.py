"""The second engine executes what it makes of a file, so only names of a model may get into it."""

from __future__ import annotations

import libsbml
import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.ode.solver import antimony_to_sbml
from tricyclic.ode.verification import scipy_engine
from tricyclic.ode.verification.formulas import FUNCTIONS, to_python_expression
from tricyclic.ode.verification.scipy_engine import SciPyModel

SBML = (
    '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">'
    '<model id="m"><listOfParameters><parameter id="{}" value="2" constant="true"/>'
    "</listOfParameters></model></sbml>"
)
DECAY = """
model decay
  compartment C = 1
  species A in C
  A = 10; k = 0.3
  A' = -k*A
  B := 2*A
  E: at time >= 2: A = A + 5
end
"""


def test_a_plain_id_is_a_parameter():
    assert SciPyModel(SBML.format("k_1")).values() == {"k_1": 2.0}


def test_decay_with_a_second_dose_follows_its_exponentials():
    time_h = np.array([0.0, 0.5, 1.0, 2.5, 7.0])
    table = scipy_engine.time_course(antimony_to_sbml(DECAY, "decay"), time_h, ["A", "B", "k"])
    later = np.clip(time_h - 2, 0, None)
    exact = 10 * np.exp(-0.3 * time_h) + np.where(time_h > 2, 5 * np.exp(-0.3 * later), 0)
    np.testing.assert_allclose(table[:, 0], exact, rtol=1e-7)
    np.testing.assert_allclose(table[:, 1], 2 * exact, rtol=1e-7)
    assert (table[:, 2] == 0.3).all()


@pytest.mark.parametrize("name", ["lambda", "exp", "time", "y", "None"])
def test_an_id_with_a_meaning_in_python_or_in_the_engine_is_refused(name):
    with pytest.raises(InputError) as error:
        SciPyModel(SBML.format(name))
    assert str(error.value) == (
        f"the model: has the id '{name}'. Letters, digits and _ that are no word of Python or of "
        "this engine. Rename it."
    )


def test_a_name_in_a_formula_that_is_no_id_is_refused():
    node = libsbml.ASTNode(libsbml.AST_NAME)
    node.setName("(1).__class__")
    with pytest.raises(InputError, match="has the id"):
        to_python_expression(node)


def test_rules_that_need_each_other_are_refused():
    # The solver of the package, and Antimony, refuse such a file themselves.
    rule = (
        '<assignmentRule variable="{}"><math xmlns="http://www.w3.org/1998/Math/MathML">'
        "<apply><plus/><ci>{}</ci><cn>1</cn></apply></math></assignmentRule>"
    )
    parameters = "".join(f'<parameter id="{name}" constant="false"/>' for name in "ab")
    text = SBML[: SBML.index("<parameter ")] + parameters
    text += f"</listOfParameters><listOfRules>{rule.format('a', 'b')}{rule.format('b', 'a')}"
    with pytest.raises(InputError) as error:
        SciPyModel(text + "</listOfRules></model></sbml>")
    assert str(error.value) == "Assignment rules form a circle: a, b."


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("root(3, 8)", 2.0),
        ("sqrt(9)", 3.0),
        ("log(2, 8)", 3.0),
        ("log10(1000)", 3.0),
        ("piecewise(1, 2 > 3, 4, 3 > 2, 5)", 4.0),
        ("piecewise(1, 2 > 3)", 0.0),
        ("-(2 - 5)", 3.0),
        ("min(3, 2)^3", 8.0),
        ("piecewise(1, !(2 > 3), 0)", 1.0),
    ],
)
def test_a_formula_has_the_value_that_sbml_gives_it(formula, value):
    expression = to_python_expression(libsbml.parseL3Formula(formula))
    assert eval(expression, dict(FUNCTIONS)) == pytest.approx(value)
