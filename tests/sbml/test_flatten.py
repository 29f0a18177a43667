"""Submodels are put into one model with the same meaning."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.ode.solver import antimony_to_sbml, engine
from tricyclic.sbml.flatten import flatten_submodels

COMP = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"
 xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version1" comp:required="true">
  <model id="whole">
    <listOfParameters><parameter id="speed" value="0.5" constant="true"/></listOfParameters>
    <comp:listOfSubmodels>
      <comp:submodel comp:id="left" comp:modelRef="decay"/>
      <comp:submodel comp:id="right" comp:modelRef="decay"/>
    </comp:listOfSubmodels>
  </model>
  <comp:listOfModelDefinitions>
    <comp:modelDefinition id="decay">
      <listOfParameters>
        <parameter id="x" value="8" constant="false"/>
        <parameter id="k" value="0.25" constant="true"/>
      </listOfParameters>
      <listOfRules>
        <rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML">
          <apply><minus/><apply><times/><ci>k</ci><ci>x</ci></apply></apply></math></rateRule>
      </listOfRules>
    </comp:modelDefinition>
  </comp:listOfModelDefinitions>
</sbml>
"""
REPLACED = """<parameter id="speed" value="0.5" constant="true"><comp:listOfReplacedElements>
<comp:replacedElement comp:idRef="k" comp:submodelRef="right"/></comp:listOfReplacedElements>
</parameter>"""


def test_a_model_without_submodels_stays_as_it_is():
    text = antimony_to_sbml("model m()\n x = 1; x' = -x\nend", "m")
    assert flatten_submodels(text) == text


def test_each_submodel_has_its_own_quantities():
    model = engine().load(flatten_submodels(COMP))
    end = model.run(np.array([0.0, 4.0]), ["left__x", "right__x"])[-1]
    np.testing.assert_allclose(end, 8 * np.exp(-1.0), rtol=1e-5)


def test_an_element_that_is_replaced_is_that_of_the_whole():
    text = COMP.replace('<parameter id="speed" value="0.5" constant="true"/>', REPLACED)
    model = engine().load(flatten_submodels(text))
    end = model.run(np.array([0.0, 4.0]), ["left__x", "right__x"])[-1]
    np.testing.assert_allclose(end, [8 * np.exp(-1.0), 8 * np.exp(-2.0)], rtol=1e-5)


def test_a_submodel_of_another_file_is_refused_and_never_opened():
    external = """<comp:listOfExternalModelDefinitions><comp:externalModelDefinition
    comp:id="other" comp:source="other.xml"/></comp:listOfExternalModelDefinitions>"""
    text = COMP.replace("</sbml>", f"{external}</sbml>")
    sentence = (
        r"^model\.xml: a submodel is defined in another file \(other\.xml\)\. "
        r"Write the submodels into the file\.$"
    )
    with pytest.raises(InputError, match=sentence):
        flatten_submodels(text, "model.xml")


def test_a_submodel_without_a_definition_is_refused_with_the_reason():
    text = COMP.replace(
        'comp:id="left" comp:modelRef="decay"', 'comp:id="left" comp:modelRef="gone"'
    )
    with pytest.raises(
        InputError, match=r"^model\.xml: its submodels cannot be put together: line"
    ):
        flatten_submodels(text, "model.xml")
