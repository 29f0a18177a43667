"""Rates from sensorgrams against numerical solutions of the rate equation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp
from scipy.special import stdtrit

import tricyclic as tca
from tricyclic.assays.sensorgrams.analysis import _affinity, _estimates
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.fit import FitPart, fit

KON, KOFF, RMAX = 2e5, 3e-3, 80.0
LEVELS = (0.0, 3.0, 10.0, 30.0, 100.0)


def trace(time, injections, kon=KON, koff=KOFF, rmax=RMAX):
    """The rate equation by a general solver; injections are (start, end, nM), in s."""
    switches = [(-1e3, 0.0)]
    for start, end, level in injections:
        switches += [(start, level * 1e-9), (end, 0.0)]
    out, bound = np.zeros(time.size), 0.0
    for k, (begin, level) in enumerate(switches):
        end = switches[k + 1][0] if k + 1 < len(switches) else time.max() + 1.0
        own = (time >= begin) & (time < end)
        run = solve_ivp(
            lambda _, b, level=level: kon * level * (rmax - b) - koff * b,
            (begin, end),
            [bound],
            t_eval=np.append(time[own], end),
            rtol=1e-9,
            atol=1e-11,
        )
        out[own], bound = run.y[0][:-1], run.y[0][-1]
    return out


def cycles(seed: int, step: float = 2.0, noise: float = 0.4) -> pd.DataFrame:
    rng, time = np.random.default_rng(seed), np.arange(-30.0, 600.0, step)
    frame = pd.DataFrame({"time_s": time})
    for level in LEVELS:
        clean = trace(time, [(0.0, 180.0, level)])
        frame[f"c{level:g}"] = clean + noise * rng.normal(size=time.size)
    return frame


Y = [f"c{level:g}={level:g}nM" for level in LEVELS]


def values(result) -> dict[str, float]:
    return {one.name: one.value for one in result.estimates}


def test_multi_cycle_kinetics_give_the_true_rates_in_the_units_of_the_field() -> None:
    result = tca.sensorgram(cycles(1), x="time_s", y=Y, injection="0:180")
    table = result.to_frame().set_index("quantity")
    assert table.loc["kon", "unit"] == "1/(M s)"
    assert table.loc["kon", "value"] == pytest.approx(KON, rel=0.01)
    assert table.loc["koff", "unit"] == "1/s"
    assert table.loc["koff", "value"] == pytest.approx(KOFF, rel=0.01)
    assert table.loc["Kd (koff / kon)", "value"] == pytest.approx(15.0, rel=0.01)
    assert table.loc["residence time (1 / koff)", "value"] == pytest.approx(1 / KOFF / 60, rel=0.01)
    assert table.loc["Rmax", "value"] == pytest.approx(RMAX, rel=0.01)
    assert not result.failed


@pytest.mark.slow
def test_limits_include_the_true_kd_as_often_as_they_state() -> None:
    inside = 0
    for seed in range(40):
        result = tca.sensorgram(cycles(100 + seed, step=15.0), x="time_s", y=Y, injection="0:180")
        kd = result.estimates[0]
        inside += kd.low <= 15.0 <= kd.high
    assert inside >= 34


def test_single_cycle_kinetics_need_one_column_and_several_injections() -> None:
    time = np.arange(0.0, 1500.0, 2.0)
    injections = [(60.0, 180.0, 5.0), (300.0, 420.0, 20.0), (540.0, 660.0, 80.0)]
    y = trace(time, injections) + 0.3 * np.random.default_rng(2).normal(size=time.size)
    result = tca.sensorgram(
        pd.DataFrame({"t": time, "RU": y}),
        x="t",
        x_unit="s",
        y="RU",
        injection=[f"{a:g}:{b:g}:{c:g}nM" for a, b, c in reversed(injections)],
    )
    assert values(result)["kon"] == pytest.approx(KON, rel=0.02)
    assert values(result)["koff"] == pytest.approx(KOFF, rel=0.02)
    assert len(result.cycles[0].injections) == 3


@pytest.mark.parametrize(("unit", "seconds"), [("s", 1.0), ("min", 60.0), ("h", 3600.0)])
def test_rates_do_not_depend_on_the_unit_of_time(unit, seconds) -> None:
    frame = cycles(3)
    frame["t"] = frame["time_s"] / seconds
    result = tca.sensorgram(frame, x="t", x_unit=unit, y=Y, injection=f"0:{180 / seconds:.10f}")
    first = tca.sensorgram(frame, x="time_s", y=Y, injection="0:180")
    assert values(result)["kon"] == pytest.approx(values(first)["kon"], rel=1e-5)


def test_switch_times_that_are_later_than_stated_are_fitted() -> None:
    time = np.arange(-30.0, 600.0, 2.0)
    frame = pd.DataFrame({"time_s": time})
    rng = np.random.default_rng(4)
    for level in LEVELS:
        clean = trace(time, [(6.0, 186.0, level)])
        frame[f"c{level:g}"] = clean + 1.5 + 0.3 * rng.normal(size=time.size)
    how = {"x": "time_s", "y": Y, "injection": "0:180"}
    late = values(tca.sensorgram(frame, **how, free=["background", "delay_min"]))
    assert late["delay of the flow"] == pytest.approx(0.1, abs=0.01)
    assert late["baseline"] == pytest.approx(1.5, abs=0.1)
    assert late["kon"] == pytest.approx(KON, rel=0.02)
    stated = tca.sensorgram(frame, **how)
    assert any(one.name == "residual_runs" and one.level == "warn" for one in stated.checks)


def test_a_dissociation_that_hardly_begins_is_reported() -> None:
    time = np.arange(0.0, 240.0, 2.0)
    y = trace(time, [(0.0, 180.0, 50.0)], koff=1e-5)
    y += 0.1 * np.random.default_rng(5).normal(size=time.size)
    frame = pd.DataFrame({"time_s": time, "RU": y})
    result = tca.sensorgram(frame, x="time_s", y="RU=50nM", injection="0:180")
    (check,) = [one for one in result.checks if one.name == "dissociation_too_short"]
    assert check.level == "warn"
    (other,) = [
        one
        for one in tca.sensorgram(cycles(1), x="time_s", y=Y, injection="0:180").checks
        if one.name == "dissociation_too_short"
    ]
    assert other.level == "pass"


def test_concentrations_far_below_the_kd_are_reported() -> None:
    time = np.arange(0.0, 600.0, 4.0)
    frame = pd.DataFrame({"time_s": time})
    rng = np.random.default_rng(6)
    for level in (1.0, 2.0, 4.0):
        clean = trace(time, [(0.0, 180.0, level)])
        frame[f"c{level:g}"] = clean + 0.01 * rng.normal(size=time.size)
    y = ["c1=1nM", "c2=2nM", "c4=4nM"]
    result = tca.sensorgram(frame, x="time_s", y=y, injection="0:180")
    assert any(one.name == "analyte_below_kd" and one.level == "warn" for one in result.checks)


def test_the_readings_of_a_result_are_those_of_the_table() -> None:
    frame = cycles(7)
    result = tca.sensorgram(frame, x="time_s", y=Y[2:4], injection="0:180")
    readings = result.to_frame("readings")
    own = readings[readings["cycle"] == "c10"]
    np.testing.assert_allclose(own["reading"], frame["c10"])
    np.testing.assert_allclose(own["time_min"] * 60, frame["time_s"], atol=1e-9)
    before = own[own["time_min"] < 0]
    assert (before["concentration_nM"] == 0).all() and len(before) == 15
    assert any("c100" in part for part in result.unused)


def test_files_and_figure_are_written(tmp_path) -> None:
    tca.sensorgram(cycles(8, step=10.0), x="time_s", y=Y, injection="0:180", out=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "cycles.csv",
        "estimates.csv",
        "readings.csv",
        "sensorgram.pdf",
        "sensorgram.svg",
        "summary.txt",
    ]


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"injection": ()}, "injection=: no injection is stated. Add injection=START:END."),
        (
            {"injection": "60"},
            (
                "injection=: is '60'. It is START:END in s, or START:END:CONCENTRATION, such as "
                "60:180:10nM."
            ),
        ),
        (
            {"injection": "180:60"},
            (
                "injection=: an injection of c10 lasts from 3 to 1 min. Each ends after it starts, "
                "and before the next starts."
            ),
        ),
        (
            {"injection": "1000:1200"},
            (
                "injection=: an injection of c10 starts at 16.6667 min, after its last reading at "
                "9.5 min."
            ),
        ),
        ({"free": "drifts"}, "free=: no parameter is called 'drifts'. Did you mean 'drift'?"),
        ({"x": "c0"}, "x=: column 'c0' has no unit."),
    ],
)
def test_wrong_input_is_refused_with_one_sentence(how, sentence) -> None:
    options = {"x": "time_s", "y": "c10=10nM", "injection": "0:180", **how}
    with pytest.raises(InputError) as error:
        tca.sensorgram(cycles(9, step=30.0), **options)
    assert str(error.value).startswith(sentence)


def test_an_injection_without_concentration_is_refused() -> None:
    with pytest.raises(InputError) as error:
        tca.sensorgram(cycles(9, step=30.0), x="time_s", y="c10", injection="0:180")
    assert "the concentration of '0:180' in column 'c10' is not stated" in str(error.value)


# Switch times of single-cycle kinetics, stated and true, in s.
STATED = ((60, 160, 5), (240, 340, 20), (420, 520, 80))
TRUE = ((64, 158, 5), (243, 345, 20), (416, 523, 80))


def single_cycle(seed: int, noise: float = 0.4) -> pd.DataFrame:
    time = np.arange(0.0, 800.0, 2.0)
    y = trace(time, TRUE) + noise * np.random.default_rng(seed).normal(size=time.size)
    return pd.DataFrame({"time_s": time, "RU": y})


def test_each_switch_time_is_fitted_by_itself() -> None:
    how = {"x": "time_s", "y": "RU", "injection": [f"{a}:{b}:{c}nM" for a, b, c in STATED]}
    result = tca.sensorgram(single_cycle(5), **how, free="switch_times")
    times = [one for one in result.estimates if one.name.startswith("switch at")]
    truth = [at for injection in TRUE for at in injection[:2]]
    assert [one.name for one in times] == [
        f"switch at {at} s" for injection in STATED for at in injection[:2]
    ]
    for one, true in zip(times, truth, strict=True):
        assert one.unit == "s" and one.value == pytest.approx(true, abs=1.5), one.name
        assert one.low < one.value < one.high
    assert values(result)["kon"] == pytest.approx(KON, rel=0.03)
    assert values(result)["koff"] == pytest.approx(KOFF, rel=0.03)
    assert all(check.level == "pass" for check in result.checks)
    common = tca.sensorgram(single_cycle(5), **how, free="delay_min")
    assert any(one.name == "residual_runs" and one.level == "warn" for one in common.checks)
    assert result.fit.rss < common.fit.rss / 2


@pytest.mark.slow
def test_limits_of_switch_times_and_kd_include_the_truth_as_often_as_they_state() -> None:
    how = {"x": "time_s", "y": "RU", "injection": [f"{a}:{b}:{c}nM" for a, b, c in STATED]}
    truth = {"Kd (koff / kon)": 1e9 * KOFF / KON} | {
        f"switch at {stated} s": true
        for one, other in zip(STATED, TRUE, strict=True)
        for stated, true in zip(one[:2], other[:2], strict=True)
    }
    inside = dict.fromkeys(truth, 0)
    for seed in range(20):
        result = tca.sensorgram(single_cycle(100 + seed), **how, free="switch_times")
        for one in result.estimates:
            if one.name in truth:
                inside[one.name] += one.low <= truth[one.name] <= one.high
    # 19 of 20 are expected; fewer than 16 have a probability of 0.3 %.
    assert min(inside.values()) >= 16, inside
    assert sum(inside.values()) >= 0.9 * 20 * len(truth), inside


def test_switch_times_do_not_depend_on_the_unit_of_time_or_a_shift_of_it() -> None:
    frame = single_cycle(6)
    how = {"y": "RU", "free": "switch_times"}
    seconds = tca.sensorgram(
        frame, x="time_s", injection=[f"{a}:{b}:{c}nM" for a, b, c in STATED], **how
    )
    frame["t_min"] = (frame["time_s"] - 60) / 60
    minutes = tca.sensorgram(
        frame,
        x="t_min",
        injection=[f"{(a - 60) / 60:.9f}:{(b - 60) / 60:.9f}:{c}nM" for a, b, c in STATED],
        **how,
    )
    for one, other in zip(seconds.estimates[5:], minutes.estimates[5:], strict=True):
        assert other.unit == "min"
        assert 60 * other.value + 60 == pytest.approx(one.value, abs=1e-3)
        assert 60 * other.high + 60 == pytest.approx(one.high, abs=1e-2)


def test_a_common_delay_beside_switch_times_is_refused() -> None:
    with pytest.raises(InputError) as error:
        tca.sensorgram(
            cycles(9, step=30.0),
            x="time_s",
            y="c10=10nM",
            injection="0:180",
            free=["switch_times", "delay_min"],
        )
    assert str(error.value) == (
        "free=: delay_min shifts all switches, and each is fitted by itself. Omit delay_min, or "
        "switch_times."
    )


def test_far_below_the_kd_its_lower_limit_is_that_of_brute_force_and_the_upper_one_is_open():
    time = np.tile(np.linspace(0.0, 20.0, 40), 3)
    analyte = np.repeat([0.5e-9, 1e-9, 2e-9], 40)
    model = CURVES["sensorgram"]
    x = {
        "time_min": time,
        "step_min": np.where(time < 10, 0.0, 10.0),
        "concentration_M": np.where(time < 10, analyte, 0.0),
        "cycle": np.repeat([1.0, 2.0, 3.0], 40),
    }
    true = {"rmax": 2e4, "log10_kon": np.log10(0.3 / 1e-6), "log10_koff": np.log10(0.3)}
    idle = {"background": 0.0, "bulk": 0.0, "drift": 0.0, "delay_min": 0.0}
    y = model.curve(**x, **true, **idle) + np.random.default_rng(5).normal(0, 1, time.size)
    part = FitPart(Series("far below", y, "RU", x), model)
    result = fit([part], intervals="none")
    kd = _affinity(result, part)
    assert kd.high == np.inf

    def least(log10_kd: float) -> float:
        """Residual sum at a Kd over a fine grid of koff, with the best Rmax of each."""
        sums = []
        for koff in np.linspace(-0.62, -0.42, 401):
            rates = {"log10_kon": koff - log10_kd, "log10_koff": koff}
            unit = model.curve(**x, rmax=1.0, **rates, **idle)
            sums.append(float(np.sum((y - unit * (unit @ y) / (unit @ unit)) ** 2)))
        return min(sums)

    t = stdtrit(result.df, 0.975)
    assert least(kd.low) == pytest.approx(result.rss * (1 + t**2 / result.df), rel=1e-4)
    one = _estimates(result, [part], "RU")[0]
    assert one.qualifier == ">" and one.value == one.low == pytest.approx(10.0 ** (kd.low + 9))
