"""The second engine runs what it makes of a file, so nothing but names of a model may get into it."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.ode.scipy_engine import SciPyEngine, expression_of

MODEL = (
    '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="m"><listOfParameters>'
    '<parameter id="{}" value="2" constant="true"/></listOfParameters></model></sbml>'
)


def test_a_plain_id_is_a_name():
    assert SciPyEngine().load(MODEL.format("k_1")).values() == {"k_1": 2.0}


@pytest.mark.parametrize("name", ["lambda", "exp", "time", "y", "None"])
def test_an_id_that_means_something_to_python_or_to_the_engine_is_refused(name):
    with pytest.raises(InputError, match=f"has the id '{name}'"):
        SciPyEngine().load(MODEL.format(name))


def test_a_name_in_a_formula_that_is_no_id_is_refused():
    import libsbml

    node = libsbml.ASTNode(libsbml.AST_NAME)
    node.setName("(1).__class__")
    with pytest.raises(InputError, match="has the id"):
        expression_of(node)
