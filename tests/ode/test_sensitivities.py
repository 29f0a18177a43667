"""Derivatives by parameters equal those of analytical solutions."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.ode import solver
from tricyclic.ode.sensitivities import sensitivities

ORAL = """
model oral()
  depot' = -ka * depot; depot = 10000
  plasma' = ka * depot / V - ke * plasma; plasma = 0
  ka = 1.3; ke = 0.21; V = 40; none = 0
end
"""
TIMES = np.linspace(0.5, 24.0, 48)


def load(text):
    return solver.engine().load(solver.antimony_to_sbml(text, "model"))


def plasma(ka, ke, V):
    return 10000.0 / V * ka / (ka - ke) * (np.exp(-ke * TIMES) - np.exp(-ka * TIMES))


def exact(name, at):
    """Differentiate the closed form by ln(parameter), by a complex step, exact to rounding."""
    step = 1e-30
    shifted = {**at, name: at[name] * np.exp(1j * step)}
    return np.imag(plasma(**shifted)) / step


def test_derivatives_of_an_oral_course_are_exact_to_a_ten_thousandth():
    at = {"ka": 1.3, "ke": 0.21, "V": 40.0}
    slopes = sensitivities(load(ORAL), TIMES, ["plasma"], {}, list(at))
    for column, name in enumerate(at):
        expected = exact(name, at)
        assert np.abs(slopes[:, 0, column] - expected).max() / np.abs(expected).max() < 1e-4


def test_derivatives_are_taken_at_the_values_of_the_call():
    at = {"ka": 0.8, "ke": 0.1, "V": 40.0}
    slopes = sensitivities(load(ORAL), TIMES, ["plasma"], {"ka": 0.8, "ke": 0.1}, ["ke"])[:, 0, 0]
    expected = exact("ke", at)
    assert np.abs(slopes - expected).max() / np.abs(expected).max() < 1e-4


def test_the_sensitivity_of_a_reaction_is_not_0():
    # The solver's own sensitivities are 0 here without a warning: d S / d ln k = -k t S.
    model = load("model m()\n species S; S = 5; S -> ; k * S; k = 0.3\nend")
    slopes = sensitivities(model, TIMES, ["S"], {}, ["k"])[:, 0, 0]
    assert slopes == pytest.approx(-0.3 * TIMES * 5.0 * np.exp(-0.3 * TIMES), abs=1e-4)


def test_a_start_that_depends_on_the_parameter_is_differentiated_too():
    model = load("model m()\n x' = made - lost * x; x = 0; made = 3; lost = 0.2\nend")
    slopes = sensitivities(model, TIMES, ["x"], {}, ["made", "lost"], start_of=model.steady_state)
    assert slopes[:, 0, 0] == pytest.approx(15.0, rel=1e-4)
    assert slopes[:, 0, 1] == pytest.approx(-15.0, rel=1e-4)


def test_a_parameter_of_0_or_an_unknown_one_is_refused():
    with pytest.raises(InputError, match="'none' is 0"):
        sensitivities(load(ORAL), TIMES, ["plasma"], {}, ["none"])
    with pytest.raises(UnknownNameError, match="Did you mean 'ke'"):
        sensitivities(load(ORAL), TIMES, ["plasma"], {}, ["kee"])
