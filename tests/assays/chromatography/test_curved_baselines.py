"""Areas on baselines that bend, against the areas with which the traces were made."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import exponnorm

from tricyclic.assays.chromatography.batch import BatchInjection, fit_batch
from tricyclic.core.chromatogram import Chromatogram
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.core.peak import UNFITTED

WIDTH_MIN, READINGS_PER_MIN, INJECTIONS = 0.045, 120.0, 16
METHOD = ChromatographyMethod(
    "two peaks",
    (Compound("NE", 5.05, 0.3), Compound("DHBA", 8.1, 0.3, "internal standard")),
    void_min=1.0,
)
BASELINES = {
    "flat": lambda t: 10.0 + 0.0 * t,
    "slope": lambda t: 10.0 + 20.0 * (t - 5.0),
    "bowl": lambda t: 10.0 + 5.0 * (t - 5.0) ** 2,
    "hill": lambda t: 10.0 - 5.0 * (t - 5.0) ** 2,
    "solvent": lambda t: 2000.0 * np.exp(-t / 0.8),
}


def errors(baseline, height, extra=lambda t: 0.0 * t, injections=INJECTIONS):
    """Errors of the areas in injections with noise of 1, and their standard errors."""
    rng = np.random.default_rng(0)
    time = np.arange(0.0, 12.0, 1.0 / READINGS_PER_MIN)
    unit = exponnorm.pdf((time - 5.0) / WIDTH_MIN, 0.6)
    other = exponnorm.pdf((time - 8.0) / (1.6 * WIDTH_MIN), 0.6)
    area = 60.0 * WIDTH_MIN * height / unit.max()
    signal = height * (unit + 3.0 * other) / unit.max() + baseline(time) + extra(time)
    batch = [
        BatchInjection(
            str(k),
            Chromatogram("ED", time, signal + rng.standard_normal(time.size)),
            standard=k < injections // 2,
        )
        for k in range(injections)
    ]
    peaks = [one["NE"] for one in fit_batch(batch, METHOD)]
    return np.array([(one.area - area, one.area_se) for one in peaks]).T / area


@pytest.mark.parametrize("height", [12.0, 50.0, 200.0])
@pytest.mark.parametrize("kind", list(BASELINES))
def test_areas_do_not_depend_on_how_the_baseline_bends(kind, height):
    error, se = errors(BASELINES[kind], height)
    assert abs(float(np.mean(error / se))) < 0.8
    assert float(np.mean(np.abs(error) < 1.96 * se)) >= 0.85
    # Of a peak of this width at even noise, with its place and a straight baseline fitted.
    assert float(np.mean(se)) < 0.5 / height + 0.007


def test_a_peak_on_a_hump_that_the_stretches_beside_it_do_not_show_keeps_its_area():
    def hump(time):
        return 100.0 * np.exp(-0.5 * ((time - 5.2) / 0.6) ** 2)

    error, _ = errors(BASELINES["flat"], 50.0, hump)
    assert abs(float(np.mean(error))) < 0.03


def batch_with(extra, height):
    """Peaks of the analyte in eight injections, and their true area."""
    rng = np.random.default_rng(1)
    time = np.arange(0.0, 12.0, 1.0 / READINGS_PER_MIN)
    unit = exponnorm.pdf((time - 5.0) / WIDTH_MIN, 0.6)
    other = exponnorm.pdf((time - 8.0) / (1.6 * WIDTH_MIN), 0.6)
    area = 60.0 * WIDTH_MIN * height / unit.max()
    signal = height * (unit + 3.0 * other) / unit.max() + 10.0 + extra(time)
    batch = [
        BatchInjection(
            str(k),
            Chromatogram("ED", time, signal + rng.standard_normal(time.size)),
            standard=k < 4,
        )
        for k in range(8)
    ]
    return [one["NE"] for one in fit_batch(batch, METHOD)], area


@pytest.mark.parametrize(("height", "depth"), [(12.0, 20.0), (50.0, 60.0), (50.0, 20.0)])
@pytest.mark.parametrize("width", [0.045, 0.06])
def test_a_dip_behind_a_peak_is_fitted_and_no_part_of_it(height, depth, width):
    peaks, area = batch_with(lambda t: -depth * np.exp(-0.5 * ((t - 5.3) / width) ** 2), height)
    errors = np.array([one.area / area - 1.0 for one in peaks])
    assert np.abs(errors).max() < 2.0 / height
    assert all("a dip at 5." in " ".join(one.remarks) for one in peaks)


@pytest.mark.parametrize("height", [12.0, 50.0])
def test_a_step_in_the_window_of_a_peak_is_named_and_widens_its_error(height):
    peaks, _ = batch_with(lambda t: 20.0 * (t > 5.3), height)
    plain, _ = batch_with(lambda t: 0.0 * t, height)
    for one, other in zip(peaks, plain, strict=True):
        assert any(remark.startswith(UNFITTED) for remark in one.remarks)
        assert not any(remark.startswith(UNFITTED) for remark in other.remarks)
        assert one.area_se > 2.0 * other.area_se
