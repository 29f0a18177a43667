"""Doses of many curves that cannot be log10 molar are refused with a sentence."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tricyclic.errors import InputError
from tricyclic.io.curves.doses import checked_doses

NAMES = pa.array(["A", "B"])
STARTS = np.array([0, 3, 6])


def test_a_zero_among_log10_molar_doses_is_refused():
    x = np.array([-9.0, -7.0, -5.0, 0.0, -7.0, -5.0])
    with pytest.raises(InputError) as caught:
        checked_doses(x, STARTS, NAMES, where="file.csv", name="log10_molar", unit="log10 M")
    assert str(caught.value) == (
        "file.csv, column 'log10_molar': curve 'B' has a dose of 0, which is 1 mol/L, and no other "
        "dose is above 0.01 mol/L. Write -inf for a well without compound."
    )


def test_one_mole_per_litre_on_top_of_a_series_is_a_dose():
    x = np.array([-3.0, -2.0, -1.0, -2.0, -1.0, 0.0])
    assert (
        checked_doses(x, STARTS, NAMES, where="file.csv", name="log10_molar", unit="log10 M").max()
        == 0.0
    )
