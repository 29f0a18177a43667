"""A damaged chromatogram gives traces that are whole or an InputError, within seconds; one that is
cut off gives no reading that the whole file does not have.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from tricyclic.core.chromatogram import ChromatogramFile
from tricyclic.errors import InputError
from tricyclic.io.chromatograms import read_chromatograms

GOLDEN = Path(__file__).parents[1] / "golden" / "chromatograms"
SAMPLES = sorted(path for path in GOLDEN.glob("*__*") if path.suffix not in {".json", ".xlsx"})
CHUNKS = 12


def check(path):
    """Read a file; each trace must be whole."""
    for injection in read_chromatograms(path):
        assert isinstance(injection, ChromatogramFile)
        assert injection.traces or injection.vendor_peaks
        for trace in injection.traces:
            assert trace.time_min.shape == trace.signal.shape
            assert (np.diff(trace.time_min) > 0).all() and np.isfinite(trace.signal).all()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_damaged_chromatogram_gives_a_result_or_a_sentence(chunk, check_damaged_files):
    check_damaged_files(
        check, SAMPLES, chunk, seed=f"damaged chromatogram {chunk}", longest_message=2500
    )


BINARY = ("agilent_ch", "andi_cdf", "mzml_chromatogram")
# Their header states the number of readings.
COUNTED = (*BINARY, "chromeleon_text")


@pytest.mark.parametrize(
    "sample", [path for path in SAMPLES if "REPORT01" not in path.name], ids=lambda path: path.name
)
def test_a_file_that_is_cut_off_gives_no_reading_that_was_not_measured(sample, tmp_path):
    data, path = sample.read_bytes(), tmp_path / sample.name
    whole = [trace for one in read_chromatograms(sample) for trace in one.traces]
    rng = random.Random(f"cut off {sample.name}")
    refused = 0
    for _ in range(12):
        path.write_bytes(data[: rng.randrange(len(data) // 20, len(data) - 3)])
        try:
            injections = read_chromatograms(path)
        except InputError:
            refused += 1
            continue
        read = [trace for one in injections for trace in one.traces]
        for trace, original in zip(read, whole, strict=False):
            # The last number of a text may have lost its last digits.
            kept = len(trace) - 1
            np.testing.assert_allclose(trace.time_min[:kept], original.time_min[:kept], atol=1e-7)
            np.testing.assert_allclose(trace.signal[:kept], original.signal[:kept], atol=1e-7)
    # Version 81 of Agilent states no count, and few readings fit several steps.
    if sample.name.startswith(COUNTED) and "81.ch" not in sample.name:
        assert refused == 12
