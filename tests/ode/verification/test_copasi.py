"""COPASI as a second program: against the exact solution, and its errors as sentences."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from tricyclic.errors import InputError, NumericsError
from tricyclic.ode.solver import antimony_to_sbml
from tricyclic.ode.verification import copasi

pytestmark = pytest.mark.skipif(not copasi.is_installed(), reason="COPASI is not installed")

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


def test_decay_with_a_second_dose_follows_its_exponentials():
    time_h = np.array([0.0, 0.5, 1.0, 2.5, 7.0])
    table = copasi.time_course(antimony_to_sbml(DECAY, "decay"), time_h, ["A", "B", "k"])
    later = np.clip(time_h - 2, 0, None)
    exact = 10 * np.exp(-0.3 * time_h) + np.where(time_h > 2, 5 * np.exp(-0.3 * later), 0)
    np.testing.assert_allclose(table[:, 0], exact, rtol=1e-7)
    np.testing.assert_allclose(table[:, 1], 2 * exact, rtol=1e-7)
    assert (table[:, 2] == 0.3).all()


def test_a_file_that_is_no_model_is_refused():
    with pytest.raises(NumericsError, match="COPASI cannot load the exported model"):
        copasi.time_course("<sbml/>", np.array([0.0, 1.0]), ["A"])


def test_without_basico_the_error_names_the_optional_dependency(monkeypatch):
    monkeypatch.setattr(copasi, "is_installed", lambda: False)
    with pytest.raises(InputError) as error:
        copasi.time_course("", np.array([0.0]), [])
    assert str(error.value) == (
        "COPASI is not installed. Install it with: pip install 'tricyclic[verification]'."
    )


def test_the_encoding_of_the_process_is_the_same_after_copasi_ran_a_model():
    program = """
import locale
before = locale.getpreferredencoding(False)
from tricyclic.workflows.model.credibility import run
from tricyclic.workflows.model.options import CredibilityOptions
run(CredibilityOptions("kinetics_and_occupancy", engine="copasi"))
assert locale.getpreferredencoding(False) == before
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
