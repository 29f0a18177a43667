"""The fixture `equal_models_once`: a model is shared only where its text is equal."""

import numpy as np
import pytest

from tricyclic.ode.solver import engine
from tricyclic.simulation import run

TEXT = "model m; k = {k}; S1 = 3; J: S1 -> ; k * S1; end"
TIMES = np.linspace(0.0, 5.0, 7)


def solved(k):
    sbml = run.antimony_to_sbml(TEXT.format(k=k), "m")
    model = engine().load(sbml)
    return model, model.run(TIMES, ["S1"]).tobytes()


@pytest.fixture(scope="module")
def anew():
    """Models and their courses before the fixture."""
    return {k: solved(k) for k in (0.5, 0.7)}


def test_a_shared_model_gives_the_course_of_one_compiled_anew(anew, equal_models_once):
    first, course = solved(0.5)
    assert first is not anew[0.5][0]
    assert course == anew[0.5][1]
    # Runs with other values in between leave nothing behind.
    first.run(TIMES, ["S1"], values={"k": 2.0})
    again, later = solved(0.5)
    assert again is first
    assert later == course
    other, faster = solved(0.7)
    assert other is not first
    assert faster == anew[0.7][1] != course
