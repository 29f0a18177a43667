"""Batches whose widths do not follow retention: a nominal width must not split a peak."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import exponnorm

import tricyclic as tca

LEVELS = (1, 2, 5, 10, 20, 50)
TRUE = {f"f{k}": 4.0 + 3.0 * k for k in range(6)}


def test_a_peak_wider_than_its_retention_suggests_is_one_peak(tmp_path):
    rng = np.random.default_rng(3)
    time = np.arange(0.0, 10.0, 1.0 / 60.0)

    def peak(area, center, sd, tail):
        return area * exponnorm.pdf(time, tail / sd, loc=center, scale=sd)

    amounts = {f"s{level}{r}": float(level) for r in "ab" for level in LEVELS} | TRUE
    traces = {"time (min)": time}
    for name, amount in amounts.items():
        volume = rng.normal(1.0, 0.02)
        traces[name] = (
            0.3
            + 1.2 * np.exp(-time / 0.8)
            + peak(0.02 * amount * volume, 5.6 * rng.normal(1.0, 0.002), 0.085, 0.05)
            + peak(0.4 * volume, 7.3, 0.1, 0.06)
            + rng.normal(0.0, 0.003, time.size)
        )
    pd.DataFrame(traces).to_csv(tmp_path / "traces.csv", index=False)
    samples = pd.DataFrame(
        {
            "name": list(amounts),
            "role": ["sample" if name in TRUE else "standard" for name in amounts],
            "amount_fmol": [np.nan if name in TRUE else amounts[name] for name in amounts],
        }
    )
    method = pd.DataFrame(
        {
            "compound": ["DA", "DHBA"],
            "retention_min": [5.6, 7.3],
            "role": ["analyte", "internal standard"],
        }
    )
    result = tca.quantify(samples, method=method, folder=tmp_path)
    obtained = result.to_frame().set_index("injection").amount_fmol
    assert [obtained[name] for name in TRUE] == pytest.approx(list(TRUE.values()), rel=0.02)
    assert result.to_frame("unlisted_peaks").empty
