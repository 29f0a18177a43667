"""Areas of simulated batches against the numerical integrals of their peaks."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from peak_traces import KnownTrace, Scene, profile, simulate

from tricyclic.assays.chromatography.batch import fit_batch, fit_injection
from tricyclic.core.peak import ManualLimits
from tricyclic.errors import InputError


def calibrated(results, truth):
    """Relative errors of the samples' NE after a line through 0 by the standards, and z values."""
    rows = [(truth[one.injection]["NE"], one["NE"].area, one["NE"].area_se) for one in results]
    standards = np.array(
        [row for row, one in zip(rows, results, strict=True) if "standard" in one.injection],
        dtype=float,
    )
    standards = standards[np.isfinite(standards[:, 1])]
    weights = standards[:, 2] ** -2.0
    slope = np.sum(weights * standards[:, 0] * standards[:, 1]) / np.sum(
        weights * standards[:, 0] ** 2
    )
    samples = np.array(
        [row for row, one in zip(rows, results, strict=True) if "sample" in one.injection],
        dtype=float,
    )
    error = samples[:, 1] / slope / samples[:, 0] - 1.0
    return error, error * samples[:, 0] * slope / samples[:, 2]


@pytest.mark.parametrize(
    ("scene", "limit_percent"),
    [
        (Scene(100.0, tail=1.0), 1.0),
        (Scene(30.0, tail=1.0), 2.0),
        (Scene(100.0, overlap=(1.0, 1.0)), 1.0),
        (Scene(100.0, overlap=(0.7, 3.0)), 1.0),
        (Scene(30.0, overlap=(1.0, 3.0)), 2.0),
    ],
    ids=["tail 100", "tail 30", "Rs 1.0 1:1", "Rs 0.7 3:1", "Rs 1.0 3:1, S/N 30"],
)
@pytest.mark.parametrize("family", ["skew-normal", "Fraser-Suzuki", "Gaussian + exponential"])
def test_amounts_are_right_for_peaks_that_are_no_emg(
    family, scene, limit_percent, make_batch, method
):
    injections, truth = make_batch(family, scene, 8)
    results = fit_batch(injections, method)
    errors, _ = calibrated(results, truth)
    assert np.isfinite(errors).all()
    # The limits are those of medians of many; one of eight scatters by half as much again.
    assert 100.0 * np.median(np.abs(errors)) <= 1.5 * limit_percent
    unknown = [sum(one.beside == "NE" for one in r.unknown) for r in results[6:]]
    assert np.mean(np.array(unknown) >= 1) == (scene.overlap is not None)


def test_the_stated_standard_error_covers_the_truth_at_a_signal_to_noise_of_10(make_batch, method):
    injections, truth = make_batch("Gaussian + exponential", Scene(10.0, tail=1.0), 60, seed=5)
    errors, z = calibrated(fit_batch(injections, method), truth)
    assert 100.0 * np.median(np.abs(errors)) <= 6.0
    # 60 samples and the error of six standards.
    assert np.mean(np.abs(z) < 1.96) >= 0.87


def test_a_blank_and_a_trace_of_it_have_a_state_and_no_number(make_batch, method):
    injections, _ = make_batch("EMG", Scene(10.0), 12, seed=7, amount=0.0)
    blanks = [one["NE"] for one in fit_batch(injections, method)[6:]]
    assert sum(one.state == "not found" for one in blanks) >= 8
    assert {one.state for one in blanks} <= {"not found", "below LOD"}
    assert all(one.area is None and one.area_se is None for one in blanks)
    injections, _ = make_batch("EMG", Scene(10.0), 12, seed=7, amount=0.2)
    traces = [one["NE"] for one in fit_batch(injections, method)[6:]]
    assert sum(one.state in ("below LOD", "not found") for one in traces) >= 8
    assert all(one.area is None for one in traces if one.state in ("below LOD", "not found"))
    assert all(one.area_detectable > 0.0 for one in traces)


def test_an_area_is_never_zero_and_scales_with_the_signal(method, as_injection):
    rng = np.random.default_rng(3)
    trace = simulate(rng, profile("EMG"), Scene(50.0))
    tenfold = KnownTrace(trace.time_min, 10.0 * trace.signal, trace.areas)
    one, ten = (fit_injection(as_injection("a", t), method) for t in (trace, tenfold))
    assert one["NE"].state == ten["NE"].state == "quantified"
    assert ten["NE"].area == pytest.approx(10.0 * one["NE"].area, rel=1e-3)
    assert one["NE"].area == pytest.approx(trace.areas["NE"], rel=0.06)


def test_measures_of_a_peak_equal_their_formulas_for_a_gaussian(method, as_injection):
    trace = simulate(np.random.default_rng(2), profile("Gaussian"), Scene(1000.0, tail=0.05))
    result = fit_injection(as_injection("a", trace), method)
    peak = result["DHBA"]
    assert peak.plates == pytest.approx(8000.0, rel=0.03)
    assert peak.tailing == pytest.approx(1.0, abs=0.03)
    assert peak.width_half_height_min == pytest.approx(5.8 * 2.3548 / np.sqrt(8000.0), rel=0.02)
    # 2 H / h with h some six standard deviations: a third of H over one.
    assert peak.signal_to_noise_usp == pytest.approx(peak.signal_to_noise_rms / 2.7, rel=0.3)
    # E at 4.9 is the nearer one.
    assert peak.nearest == "E"
    expected = 1.18 * 0.9 / (2.3548 * (4.9 + 5.8) / np.sqrt(8000.0))
    assert peak.resolution == pytest.approx(expected, rel=0.02)
    assert result.signal_unit == "nA"
    assert result.reference == "DHBA"


def test_integration_of_the_trace_agrees_for_a_lone_peak_and_is_remarked_on_beside_another(
    make_batch, method, as_injection
):
    trace = simulate(np.random.default_rng(2), profile("EMG"), Scene(300.0))
    lone = fit_injection(as_injection("a", trace), method)["DHBA"]
    assert lone.area_tangent == pytest.approx(lone.area, rel=0.03)
    assert lone.area_drop_line == pytest.approx(lone.area, rel=0.03)
    assert lone.remarks == ()
    injections, _ = make_batch("EMG", Scene(100.0, overlap=(0.7, 3.0)), 1)
    merged = fit_batch(injections, method)[-1]["NE"]
    assert merged.area_tangent > 2.0 * merged.area
    assert any(text.startswith("integration of the trace differs") for text in merged.remarks)
    assert any(text.startswith("an unlisted peak at") for text in merged.remarks)
    assert merged.nearest == "unknown"
    assert merged.resolution == pytest.approx(0.7, abs=0.1)


def test_manual_limits_integrate_over_a_line_and_keep_their_reason(method, as_injection):
    trace = simulate(np.random.default_rng(2), profile("Gaussian"), Scene(300.0, tail=0.05))
    manual = ManualLimits("a", "DHBA", 5.45, 6.2, "shoulder of the front left out")
    (result,) = fit_batch([as_injection("a", trace)], method, manual=[manual])
    peak = result["DHBA"]
    assert peak.manual is manual
    assert peak.area == pytest.approx(trace.areas["DHBA"], rel=0.02)
    assert peak.area_se is None
    assert any("shoulder of the front left out" in text for text in peak.remarks)


def test_uneven_steps_and_spikes_are_named_and_change_no_area(method, as_injection):
    rng = np.random.default_rng(2)
    trace = simulate(rng, profile("EMG"), Scene(100.0))
    plain = fit_injection(as_injection("a", trace), method)["NE"].area
    uneven = trace.time_min + 0.2 / 300.0 * rng.uniform(-1.0, 1.0, trace.time_min.size)
    signal = np.interp(uneven, trace.time_min, trace.signal)
    signal[[1200, 1500]] += 50.0
    result = fit_injection(as_injection("a", KnownTrace(uneven, signal, {})), method)
    assert result["NE"].area == pytest.approx(plain, rel=0.02)
    assert "2 single readings far from both neighbours (spikes) replaced by interpolation" in (
        result.remarks
    )
    assert any("uneven" in text for text in result.remarks)


def test_a_trace_without_its_internal_standard_has_a_remark(method, as_injection):
    rng = np.random.default_rng(2)
    trace = simulate(rng, profile("EMG"), Scene(100.0))
    flat = 0.01 * rng.standard_normal(trace.time_min.size)
    result = fit_injection(as_injection("a", KnownTrace(trace.time_min, flat, {})), method)
    assert result.reference == ""
    assert {peak.state for peak in result.peaks} <= {"not found", "below LOD"}
    assert result.remarks[0].startswith("no peak of DHBA stands out")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: (t.time_min[:1500], t.signal[:1500]),
            (
                "a: the trace ends at 4.99667 min, before DA at 8.6 min. Export the whole run, or "
                "correct the method."
            ),
        ),
    ],
)
def test_a_trace_that_does_not_cover_the_method_is_refused(change, message, method, as_injection):
    trace = simulate(np.random.default_rng(2), profile("EMG"), Scene(100.0))
    time, signal = change(trace)
    with pytest.raises(InputError) as error:
        fit_batch([as_injection("a", KnownTrace(time, signal, {}))], method)
    assert str(error.value) == message


def test_a_batch_is_checked_before_it_is_fitted(method, as_injection):
    trace = simulate(np.random.default_rng(2), profile("EMG"), Scene(100.0))
    one = as_injection("a", trace)
    with pytest.raises(InputError, match="There is no injection to evaluate"):
        fit_batch([], method)
    with pytest.raises(InputError, match="Two injections are called 'a'"):
        fit_batch([one, one], method)
    with pytest.raises(InputError, match="for the injection 'b', which is not in the batch"):
        fit_batch([one], method, manual=[ManualLimits("b", "NE", 3.0, 4.0, "why")])
    with pytest.raises(InputError, match="no compound is called 'NA'"):
        fit_batch([one], method, manual=[ManualLimits("a", "NA", 3.0, 4.0, "why")])
    with pytest.raises(InputError, match=r"are 40 to 41 min, outside of its window"):
        fit_batch([one], method, manual=[ManualLimits("a", "NE", 40.0, 41.0, "why")])


def test_manual_limits_need_a_reason_and_an_order():
    with pytest.raises(InputError, match="a, NE: the manual limits have no reason"):
        ManualLimits("a", "NE", 3.0, 4.0, " ")
    with pytest.raises(InputError, match="the manual limits are 4 to 3 min"):
        ManualLimits("a", "NE", 4.0, 3.0, "why")
