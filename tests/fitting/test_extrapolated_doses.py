"""Effective doses beyond the tested ones are marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca


def test_a_dose_beyond_the_tested_ones_is_marked_as_extrapolated():
    """EC99 of slope 1 is 99 times the EC50, beyond a highest dose of ten times the EC50."""
    doses = np.repeat([1.0, 3, 10, 30, 100, 300, 1000], 2)
    wobble = np.resize([0.3, -0.2, 0.1, -0.3, 0.2], doses.size)
    frame = pd.DataFrame({"conc_nM": doses, "y": 100 / (1 + 100 / doses) + wobble})
    fit = tca.fit(frame, "logistic_4pl", x="conc_nM", y="y")
    table = fit.ec([0.1, 50, 99])
    assert table["extrapolated"].tolist() == [True, False, True]
    assert table["ec_nM"].tolist() == pytest.approx([0.1, 100, 9900], rel=0.2)
    assert fit.ec(99).method == "profile likelihood, extrapolated above the tested doses"
    assert fit.ec(50).method == "profile likelihood"
    assert fit.ec(0.1).method.endswith("extrapolated below the tested doses")
    text = tca.fit_file(frame, curve="logistic_4pl", x="conc_nM", y="y", ec=[50, 99]).summary()
    lines = [line for line in text.splitlines() if line.strip().startswith("EC")]
    assert ["extrapolated" in line for line in lines][-2:] == [False, True]
