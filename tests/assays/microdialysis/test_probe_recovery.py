"""Recovery of probes in a bath, against scipy and a simulated membrane."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import tricyclic as tca
from tricyclic.assays.microdialysis.probe_recovery import relative_recovery

BATH_NM = 10.0


def outlet_of_a_membrane(inlet, bath, conductance, flow):
    """Concentration at the end of a probe whose fluid exchanges with the bath as it flows along.

    Integrated in small steps of the length, not by the exponential that follows from it.
    """
    c, steps = inlet, 20000
    for _ in range(steps):
        c += (bath - c) * conductance / flow / steps
    return c


def table(probes=4, n=3, seed=2, cv=0.03):
    """Readings by gain: each probe has its own recovery, about 12 %."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(probes):
        share = 0.12 * np.exp(0.08 * rng.standard_normal())
        rows += [(f"p{k + 1}", BATH_NM, share * BATH_NM * (1 + cv * e)) for e in rng.normal(size=n)]
    return pd.DataFrame(rows, columns=["probe", "bath_nM", "dialysate_nM"])


def test_a_simulated_membrane_has_one_recovery_by_gain_by_loss_and_by_difference():
    flow, conductance = 1.2, 0.16
    exact = 1.0 - np.exp(-conductance / flow)
    for inlet, bath in ((0.0, 10.0), (10.0, 0.0), (2.0, 10.0), (10.0, 2.0)):
        out = outlet_of_a_membrane(inlet, bath, conductance, flow)
        assert relative_recovery(out, bath, inlet) == pytest.approx(exact, rel=1e-4)


def test_each_probe_is_the_mean_of_its_readings_with_the_interval_of_scipy():
    frame = table()
    result = tca.probe_recovery(frame)
    for one in result.probes:
        own = frame[frame.probe == one.probe]
        ratio = own.dialysate_nM / own.bath_nM
        assert one.mean.value == pytest.approx(ratio.mean())
        interval = stats.t.interval(0.95, len(ratio) - 1, ratio.mean(), stats.sem(ratio))
        assert (one.mean.low, one.mean.high) == pytest.approx(interval)
        assert one.cv_percent == pytest.approx(100 * stats.variation(ratio, ddof=1))


def test_the_mean_counts_probes_and_not_readings():
    frame = table(probes=5, n=4)
    (mean,) = tca.probe_recovery(frame, confidence=0.9).means
    of_probes = (frame.dialysate_nM / frame.bath_nM).groupby(frame.probe).mean()
    assert (mean.n, mean.over) == (5, "probes")
    assert mean.mean.value == pytest.approx(of_probes.mean())
    interval = stats.t.interval(0.9, 4, of_probes.mean(), stats.sem(of_probes))
    assert (mean.mean.low, mean.mean.high) == pytest.approx(interval)
    assert mean.cv_percent == pytest.approx(100 * stats.variation(of_probes, ddof=1))


def test_one_probe_is_the_mean_of_its_readings():
    frame = table(probes=1, n=5).drop(columns="probe")
    result = tca.probe_recovery(frame)
    (mean,) = result.means
    assert (mean.n, mean.over) == (5, "readings")
    assert mean.mean == result.probes[0].mean


def test_one_reading_has_no_limits_and_no_cv():
    result = tca.probe_recovery({"bath_nM": [10.0], "dialysate_nM": [1.3]})
    assert result["the probe"].value == pytest.approx(0.13)
    assert not np.isfinite(result["the probe"].low)
    assert "one reading" in result.summary()
    (check,) = (one for one in result.checks if one.name == "recovery_readings")
    assert (check.level, check.value) == ("warn", 1)


def test_loss_from_the_perfusate_is_the_share_that_is_gone():
    frame = pd.DataFrame(
        {"perfusate in (nM)": [20.0] * 3, "perfusate out (nM)": [17.0, 17.2, 16.8]}
    )
    result = tca.probe_recovery(frame)
    assert [one.method for one in result.means] == ["loss"]
    assert result.means[0].mean.value == pytest.approx(0.15)
    assert "retrodialysis" in result.summary()


def both(gain, loss):
    """Three readings by gain and by loss of one probe."""
    wobble = np.array([-0.002, 0.0, 0.002])
    return pd.DataFrame(
        {
            "bath_nM": [10.0] * 3 + [0.0] * 3,
            "perfusate_nM": [0.0] * 3 + [10.0] * 3,
            "dialysate_nM": [*(10.0 * (gain + wobble)), *(10.0 * (1.0 - loss - wobble))],
        }
    )


@pytest.mark.parametrize(("loss", "level"), [(0.12, "pass"), (0.20, "warn")])
def test_gain_and_loss_that_differ_beyond_their_scatter_are_named(loss, level):
    result = tca.probe_recovery(both(0.12, loss))
    assert [one.mean.value for one in result.means] == pytest.approx([0.12, loss])
    (check,) = (one for one in result.checks if one.name == "recovery_methods")
    assert check.level == level
    assert ("adsorption" in check.advice) == (level == "warn")


def test_each_flow_has_its_own_mean():
    slow, fast = table(seed=1).assign(flow=1.0), table(seed=2).assign(flow=2.0)
    fast["dialysate_nM"] /= 2
    result = tca.probe_recovery(pd.concat([slow, fast]).rename(columns={"flow": "flow (uL/min)"}))
    alone = [tca.probe_recovery(one.drop(columns="flow")).means[0] for one in (slow, fast)]
    assert result.flows == (1.0, 2.0)
    assert [one.mean for one in result.means] == [one.mean for one in alone]
    per_hour = slow.rename(columns={"flow": "flow (µL/h)"})
    assert tca.probe_recovery(per_hour).flows == pytest.approx((1 / 60,))


def test_units_of_bath_and_dialysate_are_made_the_same():
    plain = tca.probe_recovery(table())
    other = table()
    other["dialysate (pM)"] = 1000.0 * other.pop("dialysate_nM")
    assert tca.probe_recovery(other).means[0].mean.value == pytest.approx(plain.means[0].mean.value)
    masses = table().rename(columns={"bath_nM": "bath (ng/mL)"})
    masses["dialysate (pg/mL)"] = 1000.0 * masses.pop("dialysate_nM")
    assert tca.probe_recovery(masses).means[0].mean.value == pytest.approx(
        plain.means[0].mean.value
    )


def test_amounts_of_one_volume_are_compared_as_they_are():
    names = {"bath_nM": "bath (fmol/20 uL)", "dialysate_nM": "dialysate (fmol/20 uL)"}
    result = tca.probe_recovery(table().rename(columns=names))
    assert result.unit == "fmol/20 uL"
    assert result.means[0].mean.value == tca.probe_recovery(table()).means[0].mean.value


def test_missing_dialysates_are_counted_and_left_out():
    frame = table().astype({"dialysate_nM": object})
    frame.loc[1, "dialysate_nM"] = "lost"
    result = tca.probe_recovery(frame)
    assert result.probes[0].readings.size == 2
    assert "1 of 12 rows have no concentration of dialysate" in result.remarks
    assert "'lost'" in result.summary()


def test_a_cell_that_is_empty_beside_the_other_solution_is_free_of_the_analyte_and_is_stated():
    frame = both(0.12, 0.12)
    exact = tca.probe_recovery(frame)
    frame.loc[frame.bath_nM == 0, "bath_nM"] = np.nan
    result = tca.probe_recovery(frame)
    assert [one.mean for one in result.means] == [one.mean for one in exact.means]
    assert any("(3 rows), is taken as free of the analyte" in one for one in result.remarks)
    assert not exact.remarks
    assert not tca.probe_recovery(table()).remarks


@pytest.mark.parametrize(
    ("factor", "level"), [(1.0, "pass"), (8.2, "warn"), (12.0, "fail")], ids=str
)
def test_a_recovery_above_100_percent_is_flagged(factor, level):
    frame = pd.DataFrame({"bath_nM": [10.0] * 3, "dialysate_nM": [1.1, 1.2, 1.25]})
    frame["dialysate_nM"] *= factor
    result = tca.probe_recovery(frame)
    (check,) = (one for one in result.checks if one.name == "recovery_range")
    assert check.level == level
    assert result.failed == (level == "fail")
    assert ("To use it" in result.summary()) == (level != "fail")


@pytest.mark.parametrize(("spread", "level"), [(0.15, "pass"), (0.25, "warn")])
def test_readings_and_probes_that_scatter_by_more_than_20_percent_are_flagged(spread, level):
    # Three values 1 - s, 1, 1 + s have the CV s.
    steps = np.array([1 - spread, 1.0, 1 + spread])
    one_probe = tca.probe_recovery({"bath_nM": [10.0] * 3, "dialysate_nM": 1.2 * steps})
    of_readings = [one for one in one_probe.checks if one.name == "recovery_scatter"]
    assert [(one.level, round(one.value, 6)) for one in of_readings] == [(level, 100 * spread)]
    frame = pd.DataFrame(
        {
            "probe": np.repeat(["a", "b", "c"], 3),
            "bath_nM": 10.0,
            "dialysate_nM": np.repeat(1.2 * steps, 3),
        }
    )
    checks = [one for one in tca.probe_recovery(frame).checks if one.name == "recovery_scatter"]
    assert [one.level for one in checks] == ["pass", "pass", "pass", level]


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        (
            lambda f: f.drop(columns="dialysate_nM"),
            {},
            (
                "no column of dialysate concentrations is recognised among 'probe', 'bath_nM'. Add "
                "dialysate=COLUMN"
            ),
        ),
        (
            lambda f: f.drop(columns="bath_nM"),
            {},
            "it has no column of bath or perfusate concentrations. Add bath=COLUMN",
        ),
        (lambda f: f.assign(bath_nM=0.0), {}, "bath and perfusate both have 0. Recovery needs a"),
        (lambda f: f.assign(bath_nM=np.nan), {}, "none of bath or perfusate"),
        (lambda f: f.assign(dialysate_nM=np.nan), {}, "no row has a concentration of dialysate"),
        (lambda f: f.assign(dialysate_nM=-1.0), {}, "a concentration is -1. It is a number of 0"),
        (lambda f: f.rename(columns={"bath_nM": "bath"}), {}, "unit of the other is not stated"),
        (
            lambda f: f.rename(columns={"bath_nM": "bath (ng/mL)"}),
            {},
            "cannot be converted",
        ),
        (
            lambda f: f.rename(columns={"bath_nM": "bath (fmol/20 uL)"}),
            {},
            "the concentrations are in nM and fmol/20 uL",
        ),
        (lambda f: f, {"unit": "min"}, "It is a concentration, such as nM"),
        (lambda f: f, {"confidence": 95.0}, "confidence=: is 95"),
        (lambda f: f, {"bath": "beaker"}, "beaker"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_sentence(change, options, sentence):
    with pytest.raises(tca.InputError) as error:
        tca.probe_recovery(change(table()), **options)
    assert sentence in str(error.value)


def test_every_output_has_the_probes_and_the_means(tmp_path):
    result = tca.probe_recovery(table(), out=tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "means.csv",
        "probe_recovery.json",
        "probes.csv",
        "readings.csv",
        "recovery.pdf",
        "recovery.svg",
        "summary.txt",
    }
    frame = result.to_frame()
    assert frame.probe.tolist() == ["p1", "p2", "p3", "p4"]
    assert frame.recovery.tolist() == pytest.approx([one.mean.value for one in result.probes])
    readings = result.to_frame("readings")
    assert (readings.dialysate_nM / readings.bath_nM).tolist() == pytest.approx(
        readings.recovery.tolist()
    )
    assert result.to_json()["means"][0]["n"] == 4
    svg = (tmp_path / "out" / "recovery.svg").read_text(encoding="utf-8")
    assert "Probe recovery in vitro" in svg
    assert "n = 4 probes" in svg
