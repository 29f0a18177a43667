"""Noise below a bent baseline, and compounds that elute elsewhere in their window."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.assays.chromatography.batch import BatchInjection, fit_batch
from tricyclic.core.chromatogram import Chromatogram
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound

SD = 0.02


def injections(rng, *, solvent=0.0, at=3.8):
    """Standards with an analyte and a tall internal standard, and white noise."""
    time = np.arange(0.0, 8.0, 0.008)
    rows = []
    for k, amount in enumerate((1.0, 2.0, 5.0, 10.0, 20.0, 50.0)):
        signal = solvent * np.exp(-time / 0.8) + 0.3 - 0.02 * time
        for where, height in ((at, amount), (5.8, 60.0)):
            sigma = where / np.sqrt(8000.0)
            signal = signal + height * np.exp(-0.5 * ((time - where) / sigma) ** 2)
        signal = signal + SD * rng.standard_normal(time.size)
        rows.append(BatchInjection(f"s{k}", Chromatogram("EC", time, signal, "nA"), True))
    return rows


def method(retention=3.8, window=0.3):
    return ChromatographyMethod(
        "NE",
        (
            Compound("NE", retention, window),
            Compound("DHBA", 5.8, 0.3, "internal standard"),
        ),
        1.5,
    )


@pytest.mark.parametrize("solvent", [0.0, 100.0])
def test_the_tail_of_the_solvent_is_no_noise(solvent):
    rng = np.random.default_rng(11)
    fitted = fit_batch(injections(rng, solvent=solvent), method())
    noise = np.median([one.noise_rms for one in fitted])
    assert noise == pytest.approx(SD, rel=0.12)


@pytest.mark.parametrize("stated", [3.58, 3.7, 3.8, 3.9, 4.02])
def test_a_compound_is_located_anywhere_in_its_window(stated):
    rng = np.random.default_rng(12)
    fitted = fit_batch(injections(rng), method(stated))
    for one, amount in zip(fitted, (1.0, 2.0, 5.0, 10.0, 20.0, 50.0), strict=True):
        peak = one["NE"]
        assert peak.retention_min == pytest.approx(3.8, abs=0.01)
        area = amount * 3.8 / np.sqrt(8000.0) * np.sqrt(2.0 * np.pi) * 60.0
        assert peak.area == pytest.approx(area, rel=0.02)


def test_a_compound_outside_of_its_window_is_not_taken():
    rng = np.random.default_rng(13)
    fitted = fit_batch(injections(rng), method(4.3, 0.3))
    assert all(one["NE"].state in ("not found", "below LOD") for one in fitted)
