"""Shapes in reduced form, shapes learned from peaks, and peaks fitted in a window."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import nnls

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from peak_traces import FAMILIES, profile

from tricyclic.numerics.peaks.learn import LonePeak, fit_emg, learn_shape, refit
from tricyclic.numerics.peaks.noise import NoiseModel
from tricyclic.numerics.peaks.shape import FWHM, STEP, emg_shape, grid
from tricyclic.numerics.peaks.window import Bend, PeakPlaces, Window, nonnegative

WHITE = NoiseModel(np.empty(0), 0.001, 0.001)


def test_a_gaussian_has_its_textbook_width_symmetry_and_height():
    shape = emg_shape(0.0)
    assert shape.height == pytest.approx(1.0 / np.sqrt(2.0 * np.pi), rel=1e-5)
    front, back = shape.extent(0.5)
    assert (front, back) == pytest.approx((-FWHM / 2.0, FWHM / 2.0), abs=1e-3)
    assert shape.tailing() == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("ratio", [0.0, 0.7, 2.0])
def test_a_reduced_shape_has_area_1_its_apex_at_0_and_half_its_height_2_3548_wide(ratio):
    shape = emg_shape(ratio)
    assert shape.density.sum() * STEP == pytest.approx(1.0, abs=1e-9)
    assert grid()[np.argmax(shape.density)] == pytest.approx(0.0, abs=STEP)
    front, back = shape.extent(0.5)
    assert back - front == pytest.approx(FWHM, rel=1e-3)


def test_columns_interpolate_the_density_and_its_derivative():
    shape = emg_shape(0.7)
    u = np.linspace(-4.0, 9.0, 333)
    value, slope = shape.columns(u)
    high, _ = shape.columns(u + 1e-4)
    low, _ = shape.columns(u - 1e-4)
    np.testing.assert_allclose(slope, (high - low) / 2e-4, atol=2e-3)
    np.testing.assert_allclose(value, np.interp(u, grid(), shape.density), atol=1e-4)
    assert (shape.columns([-1e9, 1e9])[0] == 0.0).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_shape_learned_from_one_clean_peak_is_near_that_of_its_family(family):
    truth = profile(family)
    time = np.linspace(-8.0, 10.0, 300)
    rng = np.random.default_rng(4)
    signal = 5.0 * truth((time - 0.1) / 1.1) / 1.1 + 0.3 + 0.01 * time
    signal = signal + 0.001 * rng.standard_normal(time.size)
    start = LonePeak(time, signal, WHITE, 0.0, 1.0)
    shape = emg_shape(fit_emg(start)[2])
    learned = learn_shape([refit(start, shape)[0]], shape)
    u = np.linspace(-4.0, 6.0, 201)
    expected, got = truth(u), learned.columns(u)[0]
    scale = float(got @ expected / (got @ got))
    assert np.abs(scale * got - expected).max() < 0.02 * truth.height


def test_fitting_an_emg_gives_its_ratio_and_area_back():
    time = np.linspace(-6.0, 10.0, 320)
    signal = 3.0 * profile("EMG")(time) + 0.2
    center, sigma, ratio, area = fit_emg(LonePeak(time, signal, WHITE, 0.0, 1.0))
    assert ratio == pytest.approx(0.7, rel=1e-3)
    assert area == pytest.approx(3.0, rel=1e-4)
    assert center < 0.0 < sigma < 1.0  # the apex is behind the center, the width above sigma


def test_nonnegative_least_squares_equals_lawson_and_hanson():
    rng = np.random.default_rng(5)
    for _ in range(50):
        columns, target = rng.standard_normal((30, 6)), rng.standard_normal(30)
        np.testing.assert_allclose(
            nonnegative(columns, target), nnls(columns, target)[0], atol=1e-8
        )


def test_a_window_gives_areas_and_shifts_of_overlapping_peaks_back_exactly():
    shape = emg_shape(0.6)
    time = np.linspace(-7.0, 12.0, 400)
    quiet = NoiseModel(np.array([0.5]), 1e-6, 1.2e-6)
    value = 2.0 * shape.columns(time - 0.05)[0] + 0.7 * shape.columns((time - 3.1) / 1.2)[0] / 1.2
    signal = value + 0.5 - 0.03 * time + 0.001 * time**2
    places = PeakPlaces(
        np.array([0.0, 3.0]), np.array([1.0, 1.2]), np.array([np.inf, np.inf]), np.array([0.5, 0.5])
    )
    fit = Window(time, signal, shape, quiet).fit(places)
    assert fit.area == pytest.approx([2.0, 0.7], rel=1e-5)
    assert fit.center == pytest.approx([0.05, 3.1], abs=1e-4)
    np.testing.assert_allclose(fit.baseline, 0.5 - 0.03 * time + 0.001 * time**2, atol=1e-4)


def test_the_standard_error_of_an_area_is_the_scatter_of_fits():
    shape = emg_shape(0.6)
    time = np.linspace(-6.0, 8.0, 200)
    places = PeakPlaces(np.array([0.0]), np.array([1.0]), np.array([0.3]), np.array([1.0]))
    rng = np.random.default_rng(6)
    white = NoiseModel(np.empty(0), 0.02, 0.02)
    fits = []
    for _ in range(300):
        signal = shape.columns(time)[0] + 0.1 + 0.02 * rng.standard_normal(time.size)
        fits.append(Window(time, signal, shape, white).fit(places))
    scatter = np.std([fit.area[0] for fit in fits])
    assert np.median([fit.area_se[0] for fit in fits]) == pytest.approx(scatter, rel=0.12)
    assert np.mean([fit.area[0] for fit in fits]) == pytest.approx(1.0, abs=0.01)


def test_a_learned_shape_falls_on_both_sides_of_its_apex_beside_an_unlisted_peak():
    truth = profile("Gaussian + exponential")
    time = np.linspace(-8.0, 10.0, 300)
    rng = np.random.default_rng(4)
    signal = 5.0 * truth(time) + 0.02 * np.exp(-0.5 * ((time + 4.6) / 0.7) ** 2)
    signal = signal + 0.3 + 0.001 * rng.standard_normal(time.size)
    start = LonePeak(time, signal, WHITE, 0.0, 1.0)
    shape = emg_shape(fit_emg(start)[2])
    learned = learn_shape([refit(start, shape)[0]], shape).density
    top = int(np.argmax(learned))
    assert (np.diff(learned[: top + 1]) >= -1e-9).all()
    assert (np.diff(learned[top:]) <= 1e-9).all()


def test_a_baseline_that_does_not_bend_is_a_straight_line_and_a_free_one_a_cubic():
    time = np.linspace(-8.0, 10.0, 300)
    rng = np.random.default_rng(4)
    shape = emg_shape(0.5)
    signal = shape.columns(time)[0] + 0.002 * time**2 + 0.01 * rng.standard_normal(time.size)
    places = PeakPlaces(np.zeros(1), np.ones(1), np.full(1, 0.1), np.ones(1))

    def area(degree, *sd):
        fit = Window(time, signal, shape, WHITE, degree, Bend(sd=sd)).fit(places)
        return float(fit.area[0]), float(fit.area_se[0]), float(fit.baseline[0])

    assert area(3, 1e-9, 1e-9) == pytest.approx(area(1), rel=1e-5)
    assert area(3, 1e9, 1e9) == pytest.approx(area(3), rel=1e-5)
    between = area(3, 1e-3, 1e-3)[0]
    assert min(area(1)[0], area(3)[0]) < between < max(area(1)[0], area(3)[0])


def test_a_known_bend_gives_the_area_and_baseline_of_a_trace_without_it():
    time = np.linspace(-8.0, 10.0, 300)
    rng = np.random.default_rng(4)
    shape = emg_shape(0.5)
    straight = shape.columns(time)[0] + 0.3 * time + 0.01 * rng.standard_normal(time.size)
    bent = 0.7 * (1.5 * np.linspace(-1.0, 1.0, 300) ** 2 - 0.5)
    places = PeakPlaces(np.zeros(1), np.ones(1), np.full(1, 0.1), np.ones(1))
    sd = (1e-3, 1e-3)
    plain = Window(time, straight, shape, WHITE, 3, Bend(sd=sd)).fit(places)
    known = Bend((0.7, 0.0), sd)
    fit = Window(time, straight + bent, shape, WHITE, 3, known).fit(places)
    assert fit.area == pytest.approx(plain.area, rel=1e-9)
    np.testing.assert_allclose(fit.baseline, plain.baseline + bent, atol=1e-9)
    peak = LonePeak(time, straight, WHITE, 0.0, 1.0, Bend(sd=sd))
    other = LonePeak(time, straight + bent, WHITE, 0.0, 1.0, known)
    assert fit_emg(other) == pytest.approx(fit_emg(peak), rel=1e-6)
    assert refit(other, shape)[1] == pytest.approx(refit(peak, shape)[1], rel=1e-9)


def test_readings_that_bend_more_than_is_known_strain_the_baseline():
    time = np.linspace(-8.0, 10.0, 300)
    rng = np.random.default_rng(4)
    shape = emg_shape(0.5)
    noise = 0.001 * rng.standard_normal(time.size)
    places = PeakPlaces(np.zeros(1), np.ones(1), np.full(1, 0.1), np.ones(1))
    for bend, low, high in ((0.0, 0.0, 10.0), (0.2, 500.0, np.inf)):
        signal = shape.columns(time)[0] + bend * np.cos(time / 4.0) + noise
        window = Window(time, signal, shape, WHITE, 3, Bend(sd=(1e-4, 1e-4)))
        fit = window.fit(places)
        strain = window.strain(fit)
        assert low <= strain < high
        free = Window(time, signal, shape, WHITE, 3).fit(places)
        assert strain == pytest.approx(fit.deviance - free.deviance, rel=0.1, abs=0.5)
