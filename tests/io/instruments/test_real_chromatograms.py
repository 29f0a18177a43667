"""Chromatograms of real instruments: units, counts, times, and the areas of their programs."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tricyclic.io.chromatograms import read_chromatograms

SHARED = (
    Path(os.environ.get("TRICYCLIC_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    / "chromatograms"
)
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of shared data is not here")


def one(name):
    (injection,) = read_chromatograms(SHARED / name)
    return injection


def area(trace, start, end):
    """Area above the straight line between two times [signal s]."""
    inside = (trace.time_min >= start) & (trace.time_min <= end)
    times, signal = trace.time_min[inside] * 60.0, trace.signal[inside]
    baseline = np.interp(times, times[[0, -1]], signal[[0, -1]])
    return float(np.trapezoid(signal - baseline, times))


def apex(trace, start, end):
    inside = np.flatnonzero((trace.time_min >= start) & (trace.time_min <= end))
    return float(trace.time_min[inside[np.argmax(trace.signal[inside])]])


@pytest.mark.parametrize(("level", "expected"), [("0.5", 4080.0), ("1", 7681.0), ("2", 15117.0)])
def test_chromeleon_with_decimal_commas(level, expected):
    injection = one(f"chromeleon_adenosine_{level}_mM.txt")
    (trace,) = injection.traces
    assert (len(trace), trace.signal_unit, trace.name) == (26401, "mAU", "UV_VIS_1")
    assert (trace.time_min[0], trace.time_min[-1]) == (0.0, 44.0)
    assert trace.injection_volume_uL == 10.0 and trace.injected_at.startswith("02.02.2023")
    assert 20.41 <= apex(trace, 19, 22) <= 20.47
    assert area(trace, 19.7, 21.3) == pytest.approx(expected, rel=0.03)
    assert any("decimal comma" in note and "Windows-1252" in note for note in injection.notes)


@pytest.mark.parametrize(
    ("level", "expected", "first"), [(25, 154.3, -2560), (100, 646.1, -2500), (800, 4799.9, -2460)]
)
def test_chemstation_keeps_the_time_before_the_injection(level, expected, first):
    injection = one(f"chemstation_sah_{level}uM.D")
    (trace,) = injection.traces
    assert (len(trace), trace.signal_unit) == (3001, "mAU")
    assert trace.name == "DAD A, Sig=254,4 Ref=360,100"
    assert trace.time_min[0] == pytest.approx(first / 60_000)
    assert trace.step_s == pytest.approx(0.4)
    assert 8.07 <= apex(trace, 7.9, 8.3) <= 8.10
    assert area(trace, 7.9, 8.35) == pytest.approx(expected, rel=0.02)
    assert any("before the injection" in note for note in injection.notes)


def test_an_fid_trace_has_as_many_times_as_readings_and_agrees_with_its_report():
    injection = one("chemstation_fid_001F0101.D")
    (trace,) = injection.traces
    assert (len(trace), trace.signal_unit, trace.sample) == (3601, "pA", "DFA-708-01")
    # The header states 719.8 s for the last of 3601 readings; the apices of the report fit 0.2 s.
    assert trace.step_s == pytest.approx(0.2) and trace.time_min[-1] == pytest.approx(12.0)
    peaks = injection.peaks_of("FID1A")
    assert [(peak.retention_min, peak.area) for peak in peaks] == [
        (2.824, 45713.7),
        (4.057, 955.59546),
        (9.209, 17.71351),
    ]
    assert {peak.area_unit for peak in peaks} == {"pA s"}
    assert [peak.baseline_type for peak in peaks] == ["BB S", "BB", "BB"]
    for peak in peaks:
        near = apex(trace, peak.retention_min - 0.1, peak.retention_min + 0.1)
        assert near == pytest.approx(peak.retention_min, abs=0.002)
    assert area(trace, 2.65, 3.6) == pytest.approx(45713.7, rel=0.02)
    assert area(trace, 3.93, 4.5) == pytest.approx(955.6, rel=0.02)
    other = injection.peaks_of("TCD2 B")
    assert [(peak.area, peak.area_unit) for peak in other] == [(2608.15039, "25 uV s")]


def test_shimadzu_intensities_have_their_multiplier():
    injection = one("shimadzu_0.txt")
    (trace,) = injection.traces
    assert (len(trace), trace.signal_unit, trace.multiplier) == (1801, "mV", 0.001)
    assert trace.signal[0] == pytest.approx(-0.132)
    assert trace.time_min[-1] == 15.0 and trace.step_s == pytest.approx(0.5)
    assert len(injection.vendor_peaks) == 14
    main = max(injection.vendor_peaks, key=lambda peak: peak.area)
    assert (main.retention_min, main.area, main.height) == (8.063, 2838883.0, 74297.0)
    assert (main.area_unit, main.height_unit, main.name) == ("uV s", "uV", "RT8.063")
    # Above the straight line below all peaks that touch each other, the trace has the heights and
    # areas of the table: one unit of the table is one microvolt.
    start, end = 2.867, 14.967
    ends = np.interp([start, end], trace.time_min, trace.signal)
    for peak in injection.vendor_peaks[2:]:
        inside = (trace.time_min > peak.start_min - 1e-9) & (trace.time_min < peak.end_min + 1e-9)
        times = trace.time_min[inside]
        above = 1000.0 * (trace.signal[inside] - np.interp(times, [start, end], ends))
        assert above.max() == pytest.approx(peak.height, rel=1e-3)
    inside = (trace.time_min >= main.start_min) & (trace.time_min <= main.end_min)
    times = trace.time_min[inside]
    above = 1000.0 * (trace.signal[inside] - np.interp(times, [start, end], ends))
    assert np.trapezoid(above, times * 60.0) == pytest.approx(main.area, rel=0.002)
    assert apex(trace, 7.5, 8.9) == pytest.approx(8.063, abs=0.01)


def test_a_folder_gives_every_injection_in_it():
    injections = read_chromatograms(SHARED)
    assert len(injections) == 8
    assert sum(len(one.traces) for one in injections) == 8
    assert all(trace.time_min.size == trace.signal.size for i in injections for trace in i.traces)
