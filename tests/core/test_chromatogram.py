"""A chromatogram has as many times as readings, in increasing order, and all of them finite."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.chromatogram import (
    Chromatogram,
    ChromatogramFile,
    VendorPeak,
    with_unique_names,
)
from tricyclic.errors import InputError


@pytest.mark.parametrize(
    ("times", "signal", "message"),
    [
        ([0, 1, 2], [1, 2], "run.ch, FID1 A: has 2 readings at 3 times."),
        ([0], [1], "run.ch, FID1 A: a chromatogram with 1 reading. It has two or more."),
        ([0, np.nan], [1, 2], "run.ch, FID1 A: time 2 is nan, not a number."),
        ([0, 1], [1, np.inf], "run.ch, FID1 A: reading 2 is inf, not a number."),
        (
            [0, 1, 1],
            [1, 2, 3],
            (
                "run.ch, FID1 A: time 1 min follows 1 min. The times of a chromatogram increase. "
                "Export the file again."
            ),
        ),
    ],
)
def test_a_trace_that_is_none_is_refused(times, signal, message):
    with pytest.raises(InputError) as error:
        Chromatogram("FID1 A", times, signal, file="run.ch")
    assert str(error.value) == message


def test_the_arrays_are_copies_that_cannot_be_changed():
    times = np.array([0.0, 1.0])
    trace = Chromatogram("UV", times, times)
    times[0] = 9.0
    assert trace.time_min[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        trace.signal[0] = 1.0


def test_a_trace_prints_its_range_and_an_unknown_unit():
    trace = Chromatogram("UV", [-0.04, 0.0, 0.04], [1.0, 5.0, 2.0])
    assert repr(trace) == ("Chromatogram UV: 3 readings, -0.04 to 0.04 min, 1 to 5 (unit unknown)")
    assert len(trace) == 3 and trace.step_s == pytest.approx(2.4) and trace.evenly_spaced
    assert not Chromatogram("UV", [0.0, 1.0, 2.1], [1.0, 5.0, 2.0]).evenly_spaced


def test_rounding_of_the_times_in_a_text_export_is_no_uneven_step():
    times = np.round(np.arange(1000) / 600, 5)
    assert Chromatogram("UV", times, times).evenly_spaced


def test_a_file_gives_its_traces_and_peaks_by_channel():
    traces = tuple(Chromatogram(name, [0, 1], [0, 1]) for name in ("FID1 A", "TCD2 B"))
    peak = VendorPeak("TCD2 B", 2.8, area=2608.0)
    file = ChromatogramFile("run.D", traces, (peak,))
    assert file["tcd2 b"] is traces[1]
    assert file.peaks_of("TCD2 B") == (peak,) and file.peaks_of("FID1 A") == ()
    with pytest.raises(InputError, match=r"run\.D: no trace is called 'FID3 C'"):
        file["FID3 C"]


def test_a_peak_without_a_finite_retention_is_refused():
    with pytest.raises(InputError, match="not finite"):
        VendorPeak("UV", float("nan"))


def test_a_name_that_repeats_has_a_number():
    same = [Chromatogram(name, [0, 1], [0, 1]) for name in ("UV", "UV", "", "UV")]
    assert with_unique_names(same) == ("UV", "UV (2)", "signal", "UV (3)")
