"""Doses of many curves: what cannot be log10 molar is refused in a sentence."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tricyclic.errors import InputError
from tricyclic.io.curves.columns import checked_doses

NAMES = pa.array(["A", "B"])
STARTS = np.array([0, 3, 6])


def test_a_zero_among_log10_molar_doses_is_taken_for_no_compound_and_refused():
    x = np.array([-9.0, -7.0, -5.0, 0.0, -7.0, -5.0])
    with pytest.raises(InputError, match=r"curve 'B' has a dose of 0.*-inf"):
        checked_doses(x, STARTS, NAMES, molar=False, where="file.csv")


def test_one_mole_per_litre_on_top_of_a_series_is_a_dose():
    x = np.array([-3.0, -2.0, -1.0, -2.0, -1.0, 0.0])
    assert checked_doses(x, STARTS, NAMES, molar=False, where="file.csv").max() == 0.0
