"""Areas of tall peaks move by less than their stated error with what does not concern the peak."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from peak_traces import Scene, profile, simulate
from scipy.signal import lfilter
from scipy.stats import exponnorm

from tricyclic.assays.chromatography import trace as trace_module
from tricyclic.assays.chromatography.batch import BatchInjection, fit_batch
from tricyclic.core.chromatogram import Chromatogram
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.core.peak import ManualLimits
from tricyclic.io.chromatograms import read_chromatograms

FOLDER = (
    Path(os.environ.get("TRICYCLIC_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    / "chromatograms"
)
# The share of the trace's scatter below which a baseline counts as bent: from half to nearly all.
BENT = (0.5, 0.7, 0.9)
AREA, WIDTH = 12_000.0, 0.08
LEVELS = np.array([0.25, 0.5, 1.0])


def overloaded(level, rng):
    """A peak that fronts the more the taller it is, on a solvent's tail, drift and slow noise."""
    time = np.arange(0.0, 30.0, 1.0 / 150.0)
    peak = exponnorm.pdf(-(time - 14.0) / WIDTH, 0.5 + 0.7 * level) / WIDTH / 60.0
    slow = lfilter([1.0], [1.0, -0.95], rng.standard_normal(time.size))
    background = 30.0 * np.exp(-time / 3.0) + 0.05 * time + 0.003 * slow
    return time, AREA * level * peak + background


@pytest.fixture(scope="module")
def synthetic():
    rng = np.random.default_rng(5)
    traces = [overloaded(level, rng) for level in LEVELS]
    return traces, ("a", 14.0, 0.6), ((4.0, 28.0), (6.0, 22.0))


@pytest.fixture(scope="module")
def real():
    if not FOLDER.is_dir():
        pytest.skip("no real files here")
    traces = []
    for name in ("0.5", "1", "2"):
        (file,) = read_chromatograms(FOLDER / f"chromeleon_adenosine_{name}_mM.txt")
        traces.append((file.traces[0].time_min[::2], file.traces[0].signal[::2]))
    return traces, ("adenosine", 20.44, 0.4), ((5.0, 40.0), (9.0, 33.0))


def areas(traces, compound, limits):
    """Areas and their standard errors."""
    method = ChromatographyMethod("one", (Compound(*compound),), *limits)
    batch = [
        BatchInjection(str(i), Chromatogram("UV", time, signal), standard=True)
        for i, (time, signal) in enumerate(traces)
    ]
    peaks = [one.peaks[0] for one in fit_batch(batch, method)]
    return np.array([(peak.area, peak.area_se) for peak in peaks]).T


def changed(kind, traces, center):
    """The traces with a change that leaves the area of the peak as it is."""
    if kind == "half of the readings":
        return [(time[::2], signal[::2]) for time, signal in traces]
    if kind == "drift":
        return [(t, s + 1e-3 * np.ptp(s[t > 5.0]) * (t - center)) for t, s in traces]
    if kind == "bow":
        return [(t, s + 1e-4 * np.ptp(s[t > 5.0]) * (t - center) ** 2) for t, s in traces]
    return traces


@pytest.mark.parametrize("source", ["synthetic", "real"])
def test_areas_of_overloaded_peaks_do_not_depend_on_what_does_not_concern_them(
    source, request, monkeypatch
):
    traces, compound, (limits, cropped) = request.getfixturevalue(source)
    area, error = areas(traces, compound, limits)
    # A tall peak has an error of its shape and baseline, neither hidden nor everything.
    assert (error / area > 0.002).all() and (error / area < 0.02).all()
    obtained = {
        kind: areas(changed(kind, traces, compound[1]), compound, limits)[0]
        for kind in ("half of the readings", "drift", "bow")
    }
    obtained["cropped"] = areas(traces, compound, cropped)[0]
    scaled = [(time, 100.0 * signal) for time, signal in traces]
    obtained["scaled"] = areas(scaled, compound, limits)[0] / 100.0
    for threshold in BENT:
        monkeypatch.setattr(trace_module, "_BENT", threshold)
        obtained[f"bent below {threshold}"] = areas(traces, compound, limits)[0]
    moved = {name: float(np.max(np.abs(one - area) / error)) for name, one in obtained.items()}
    assert {name: value for name, value in moved.items() if value > 1.0} == {}


def test_areas_of_overloaded_peaks_are_the_true_ones_within_their_error(synthetic):
    traces, compound, (limits, _) = synthetic
    area, error = areas(traces, compound, limits)
    assert (np.abs(area - AREA * LEVELS) < 2.0 * error).all()


def test_a_late_peak_has_the_shape_and_width_that_it_shows():
    # A gradient of temperature or solvent keeps late peaks as narrow as early ones.
    rng = np.random.default_rng(2)
    time = np.arange(0.0, 15.0, 1.0 / 300.0)
    tailing = exponnorm.pdf((time - 3.0) / 0.03, 1.5) / 0.03
    late = np.exp(-0.5 * ((time - 10.0) / 0.04) ** 2) / 0.04 / np.sqrt(2.0 * np.pi)
    signal = (40_000.0 * tailing + 60.0 * late) / 60.0 + 0.01 * rng.standard_normal(time.size)
    method = ChromatographyMethod(
        "gradient",
        (Compound("first", 3.03, 0.15), Compound("late", 10.0, 0.2)),
        void_min=1.0,
    )
    (result,) = fit_batch([BatchInjection("a", Chromatogram("FID", time, signal), True)], method)
    first, second = (result[name] for name in ("first", "late"))
    assert first.area == pytest.approx(40_000.0, abs=2.0 * first.area_se)
    assert second.area == pytest.approx(60.0, rel=0.01)
    assert second.width_half_height_min == pytest.approx(2.3548 * 0.04, rel=0.01)


@pytest.mark.parametrize("separation", [0.7, 1.0])
def test_a_taller_peak_beside_a_tall_one_is_not_taken_for_it(separation, method, as_injection):
    rng = np.random.default_rng(4)
    shape = profile("EMG")
    standards = [simulate(rng, shape, Scene(400.0), level) for level in (0.5, 1.0, 2.0)]
    sample = simulate(rng, shape, Scene(400.0, overlap=(separation, 3.0)))
    batch = [as_injection(str(k), one, True) for k, one in enumerate(standards)]
    peak = fit_batch([*batch, as_injection("sample", sample)], method)[-1]["NE"]
    assert peak.area == pytest.approx(sample.areas["NE"], rel=0.05)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no real files here")
@pytest.mark.parametrize(
    ("names", "compounds", "stated", "tolerance"),
    [
        (
            [f"chemstation_sah_{level}uM.D" for level in (25, 100, 800)],
            [("SAH", 8.08, 0.3)],
            [[154.3], [646.1], [4799.9]],
            (0.02,),
        ),
        # A solvent of 45,700 with a long tail beside peaks of 956 and of 18 with shapes of their
        # own, by the report of its program; the smallest has a neighbour.
        (
            ["chemstation_fid_001F0101.D"],
            [("first", 2.824, 0.1), ("second", 4.057, 0.15), ("third", 9.209, 0.2)],
            [[45713.7, 955.595, 17.714]],
            (0.02, 0.02, 0.02),
        ),
    ],
)
def test_areas_of_real_tall_peaks_are_those_stated(names, compounds, stated, tolerance):
    method = ChromatographyMethod("real", tuple(Compound(*one) for one in compounds), void_min=1.5)
    batch = [
        BatchInjection(name, read_chromatograms(FOLDER / name)[0].traces[0], standard=True)
        for name in names
    ]
    obtained = [[peak.area for peak in one.peaks] for one in fit_batch(batch, method)]
    difference = np.abs(np.array(obtained) / stated - 1.0)
    assert (difference < tolerance).all(), difference


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no real files here")
def test_tangents_are_the_areas_that_the_sah_files_state():
    method = ChromatographyMethod("real", (Compound("SAH", 8.08, 0.3),), void_min=1.5)
    batch = [
        BatchInjection(level, read_chromatograms(FOLDER / name)[0].traces[0], standard=True)
        for level, name in ((n, f"chemstation_sah_{n}uM.D") for n in ("25", "100", "800"))
    ]
    tangents = [one["SAH"].area_tangent for one in fit_batch(batch, method)]
    np.testing.assert_allclose(tangents, [154.3, 646.1, 4799.9], rtol=0.005)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no real files here")
@pytest.mark.parametrize(
    ("compound", "height", "area"),
    [
        (("second", 4.057, 0.15), 149.11475, 955.59546),
        (("third", 9.209, 0.2), 3.40485, 17.71351),
    ],
)
def test_the_baseline_that_a_report_implies_by_its_height_gives_its_area(compound, height, area):
    (file,) = read_chromatograms(FOLDER / "chemstation_fid_001F0101.D")
    time, signal = file.traces[0].time_min, file.traces[0].signal
    near = np.abs(time - compound[1]) < 0.05
    level = signal[near].max() - height
    start = time[(time < compound[1]) & (signal <= level)][-1]
    end = time[(time > compound[1]) & (signal <= level)][0]
    method = ChromatographyMethod("real", (Compound(*compound),), void_min=3.5)
    limits = ManualLimits("a", compound[0], start, end, "where the trace meets that baseline")
    batch = [BatchInjection("a", file.traces[0], standard=True)]
    (by_limits,) = fit_batch(batch, method, manual=[limits])
    assert by_limits.peaks[0].area == pytest.approx(area, rel=0.005)


def between_neighbours(height, rng):
    """A tall peak between the foot of an unlisted one and a hump, and its area."""
    time = np.arange(0.0, 20.0, 1.0 / 150.0)
    peak = exponnorm.pdf((time - 8.05) / 0.032, 0.8) / 0.032
    area = 60.0 * height / peak.max()
    signal = area / 60.0 * peak + 25.0 * np.exp(-0.5 * ((time - 7.55) / 0.07) ** 2)
    signal += 0.8 + 3.0 * np.exp(-0.5 * ((time - 8.65) / 0.13) ** 2)
    for center in (3.0, 5.0, 12.0, 15.0):
        signal += 0.3 * np.exp(-0.5 * ((time - center) / 0.2) ** 2)
    return time, signal + 0.01 * rng.standard_normal(time.size), area


def test_tall_peaks_between_unlisted_ones_have_their_areas_within_their_errors():
    rng = np.random.default_rng(8)
    known = [between_neighbours(height, rng) for height in (24.0, 100.0, 770.0)]
    area, error = areas([one[:2] for one in known], ("a", 8.075, 0.3), (1.5, 18.0))
    true = np.array([one[2] for one in known])
    np.testing.assert_allclose(area, true, rtol=0.02)
    assert (np.abs(area - true) < 2.0 * error).all()
    assert (error < 0.02 * area).all()


def test_a_straight_baseline_between_tall_neighbours_stays_straight():
    rng = np.random.default_rng(3)
    time = np.arange(0.0, 20.0, 1.0 / 150.0)
    width, shape = 0.037, profile("EMG")
    traces, true = [], []
    for height in (24.0, 100.0, 770.0):
        area = 60.0 * height * width / shape.height
        signal = 10.0 - time + 0.01 * rng.standard_normal(time.size)
        signal += area / 60.0 * shape((time - 8.0) / width) / width
        for center, tall, wide in ((7.55, 25.0, 0.07), (8.62, 20.0, 0.09)):
            signal += tall * np.exp(-0.5 * ((time - center) / wide) ** 2)
        for center in (3.0, 5.0, 12.0, 15.0):
            signal += 0.3 * np.exp(-0.5 * ((time - center) / 0.2) ** 2)
        traces.append((time, signal))
        true.append(area)
    area, error = areas(traces, ("a", 8.0, 0.3), (1.5, 18.0))
    np.testing.assert_allclose(area, true, rtol=0.005)
    assert (error < 0.01 * area).all()


def test_readings_at_a_high_rate_do_not_make_an_area_exact():
    # White noise of 1 % of the height leaves an error of 0.1 % of the area; the shape leaves more.
    rng = np.random.default_rng(6)
    time = np.arange(0.0, 14.0, 1.0 / 6000.0)
    peak = np.exp(-0.5 * ((time - 8.0) / 0.05) ** 2)
    traces = [(time, peak + 0.01 * rng.standard_normal(time.size)) for _ in range(3)]
    area, error = areas(traces, ("a", 8.0, 0.3), (2.0, 14.0))
    assert (error > 0.004 * area).all()
    np.testing.assert_allclose(area, 60.0 * 0.05 * np.sqrt(2.0 * np.pi), rtol=0.005)


def window_of(kind, method, as_injection):
    """Widths of the window of norepinephrine, and its area over the true one."""
    rng = np.random.default_rng(3)
    shape = profile("EMG")
    standards = [simulate(rng, shape, Scene(100.0), level) for level in (0.5, 1.0, 2.0)]
    sample = simulate(rng, shape, Scene(100.0))
    width = 3.8 / np.sqrt(8000.0)
    if kind == "unlisted peak":
        u = (sample.time_min - 3.8) / width - 10.0
        sample.signal[:] += 0.5 * np.exp(-0.5 * u**2)
    elif kind == "bent":
        sample.signal[:] += 0.5 * np.cos((sample.time_min - 3.8) / (6.0 * width))
    batch = [as_injection(str(k), one, True) for k, one in enumerate(standards)]
    result = fit_batch([*batch, as_injection("sample", sample)], method)[-1]
    (window,) = (one for one in result.windows if one.compound == "NE")
    reach = float(np.ptp(window.time_min)) / width
    return reach, result["NE"].area / sample.areas["NE"]


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [("quiet", 26.0, 28.0), ("unlisted peak", 20.0, 28.0), ("bent", 15.0, 22.0)],
)
def test_a_window_is_as_wide_as_its_readings_are_those_of_a_baseline(
    kind, least, most, method, as_injection
):
    reach, ratio = window_of(kind, method, as_injection)
    assert least < reach < most
    assert ratio == pytest.approx(1.0, abs=0.03)
