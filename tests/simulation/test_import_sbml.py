"""A user's own SBML runs unchanged, with doses added."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.dosing import Dosing
from tricyclic.errors import InputError
from tricyclic.ode.solver import antimony_to_sbml
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
