"""A user's own SBML runs as it stands, with doses laid beside it."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.dosing import Regimen
from tricyclic.errors import InputError
from tricyclic.ode.solver import sbml_of
from tricyclic.simulation.import_sbml import imported
from tricyclic.simulation.run import Bench

CHAIN = sbml_of(
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


def test_it_starts_at_its_own_initial_values():
    table = Bench(imported(CHAIN, "chain")).run(TIME, ["A", "B"])
    np.testing.assert_allclose(table[:, 0], 7 * np.exp(-TIME), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        table[:, 1], bateman(TIME, 7) + np.exp(-0.2 * TIME), rtol=1e-4, atol=1e-5
    )


def test_doses_are_added_to_what_is_there():
    found = imported(CHAIN, "chain", [Regimen("A", "into", 100.0, 0.0, 4.0, 3)])
    table = Bench(found).run(TIME, ["B"])[:, 0]
    expected = sum(bateman(TIME - start, 100.0) for start in (0.0, 4.0, 8.0))
    np.testing.assert_allclose(
        table, expected + bateman(TIME, 7) + np.exp(-0.2 * TIME), rtol=1e-4, atol=1e-4
    )


def test_a_parameter_of_the_file_can_be_set():
    slow = Bench(imported(CHAIN, "chain")).run(TIME, ["A"], {"k": 0.1})[:, 0]
    np.testing.assert_allclose(slow, 7 * np.exp(-0.1 * TIME), rtol=1e-4)


def test_a_dose_into_what_is_not_there_names_what_is():
    with pytest.raises(InputError, match=r"'C'.*A"):
        imported(CHAIN, "chain", [Regimen("C", "into", 1.0)])


@pytest.mark.parametrize(
    "text", ["", "no xml at all", "<sbml>", "<html></html>", CHAIN[: len(CHAIN) // 2]]
)
def test_a_file_that_is_no_sbml_is_refused_in_a_sentence(text):
    with pytest.raises(InputError):
        imported(text, "broken", where="broken.xml")


def test_its_network_shows_what_becomes_what():
    edges = {(edge.start, edge.end, edge.kind) for edge in imported(CHAIN, "chain").network.edges}
    assert edges == {("A", "B", "converts")}
