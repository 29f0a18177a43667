"""Areas of real calibration series, where the folder of real files is there."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tricyclic.assays.chromatography.batch import BatchInjection, fit_batch
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.io.chromatograms import read_chromatograms

FOLDER = (
    Path(os.environ.get("TRICYCLIC_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    / "chromatograms"
)
# Concentration in mM, and the area in mAU s that the folder states, to 3 %.
SERIES = {"0.5": (0.5, 4080.0), "1": (1.0, 7681.0), "2": (2.0, 15117.0)}


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no real files here")
def test_overloaded_fronting_peaks_of_a_real_series_give_their_areas_and_their_levels_back():
    method = ChromatographyMethod(
        "adenosine", (Compound("adenosine", 20.44, 0.4),), void_min=5.0, end_min=40.0
    )
    injections = []
    for name in SERIES:
        (file,) = read_chromatograms(FOLDER / f"chromeleon_adenosine_{name}_mM.txt")
        injections.append(BatchInjection(name, file.traces[0], standard=True))
    peaks = [one["adenosine"] for one in fit_batch(injections, method)]
    level, stated = np.array(list(SERIES.values())).T
    area = np.array([peak.area for peak in peaks])
    np.testing.assert_allclose(area, stated, rtol=0.02)
    # A line through 0 with the weights 1/x^2.
    np.testing.assert_allclose(area / level / np.mean(area / level), 1.0, atol=0.05)
    assert all(peak.tailing < 0.9 for peak in peaks)
