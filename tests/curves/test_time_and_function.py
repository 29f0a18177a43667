"""Exponential phases, sensorgrams and functional antagonists against independent solutions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, curve_fit

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.choose import compare_models
from tricyclic.fitting.fit import fit


def noisy(name: str, y, share: float, x, seed: int = 1, **more) -> Series:
    rng = np.random.default_rng(seed)
    return Series(name, y + rng.normal(0, share * np.ptp(y), y.size), "RU", x, **more)


@pytest.mark.parametrize("name", ["one_phase_decay", "one_phase_association"])
@pytest.mark.parametrize("k", [3e-4, 0.02, 1.7, 400.0])
def test_one_phase_is_that_of_scipy_for_any_rate(name, k) -> None:
    t = np.linspace(0, 4 / k, 16)
    y0, plateau = (90.0, 12.0) if name.endswith("decay") else (5.0, 240.0)
    y = plateau + (y0 - plateau) * np.exp(-k * t)
    series = noisy("e", y, 0.02, {"time_min": t})
    result = fit(series, CURVES[name])
    best, cov = curve_fit(
        lambda t, a, b, k: b + (a - b) * np.exp(-k * t), t, series.y, p0=[y0, plateau, k]
    )
    assert result["y0"].value == pytest.approx(best[0], rel=1e-4)
    assert result["plateau"].value == pytest.approx(best[1], rel=1e-4)
    assert 10 ** result["log10_rate"].value == pytest.approx(best[2], rel=1e-4)
    assert result["plateau"].se == pytest.approx(np.sqrt(cov[1, 1]), rel=1e-3)


def test_a_decay_that_begins_later_has_its_lag() -> None:
    t = np.linspace(0, 60, 61)
    y = 3.0 + 97.0 * np.exp(-0.15 * np.maximum(t - 12.0, 0.0))
    result = fit(noisy("l", y, 0.01, {"time_min": t}), CURVES["one_phase_decay"], free=["lag_min"])
    assert result["lag_min"].value == pytest.approx(12.0, abs=0.5)
    assert result["lag_min"].low < 12.0 < result["lag_min"].high
    assert 10 ** result["log10_rate"].value == pytest.approx(0.15, rel=0.1)


@pytest.mark.parametrize(
    ("fast", "slow", "share"), [(1.0, 0.03, 0.5), (40.0, 4.0, 0.7), (0.02, 0.002, 0.3)]
)
def test_two_phases_are_separated_for_any_rates(fast, slow, share) -> None:
    t = np.geomspace(0.05 / fast, 5 / slow, 40)
    y = 10 + 90 * (share * np.exp(-fast * t) + (1 - share) * np.exp(-slow * t))
    series = noisy("t", y, 0.004, {"time_min": t})
    two = fit(series, CURVES["two_phase_decay"])
    assert 10 ** two["log10_rate_fast"].value == pytest.approx(fast, rel=0.15)
    assert 10 ** two["log10_rate_slow"].value == pytest.approx(slow, rel=0.15)
    assert two["fraction_fast"].low < share < two["fraction_fast"].high
    one = fit(series, CURVES["one_phase_decay"], intervals="none")
    assert compare_models(one, two).p < 1e-6


def integrated(times, steps, rmax, kon, koff):
    """The rate equation by a general solver, step by step."""
    out, bound = np.zeros(times.size), 0.0
    ends = [begin for begin, _ in steps[1:]] + [times.max() + 1.0]
    for (begin, level), end in zip(steps, ends, strict=True):
        own = (times >= begin) & (times < end)
        run = solve_ivp(
            lambda t, b, level=level: kon * level * (rmax - b) - koff * b,
            (begin, end),
            [bound],
            t_eval=np.append(times[own], end),
            rtol=1e-10,
            atol=1e-12,
        )
        out[own], bound = run.y[0][:-1], run.y[0][-1]
    return out


STEPS = [(0.0, 0.0), (2.0, 5e-9), (5.0, 0.0), (7.0, 2e-8), (10.0, 0.0), (12.0, 8e-8), (15.0, 0.0)]


def traced(times, steps):
    begins = np.array([begin for begin, _ in steps])
    which = np.searchsorted(begins, times, side="right") - 1
    return {
        "time_min": times,
        "step_min": begins[which],
        "concentration_M": np.array([level for _, level in steps])[which],
    }


def test_a_single_cycle_sensorgram_is_the_solution_of_its_rate_equation() -> None:
    times = np.linspace(0, 30, 301)
    truth = integrated(times, STEPS, 120.0, 1.5e7, 0.2)
    values = {"rmax": 120.0, "log10_kon": np.log10(1.5e7), "log10_koff": np.log10(0.2)}
    others = {"background": 0.0, "bulk": 0.0, "drift": 0.0, "delay_min": 0.0}
    curve = CURVES["sensorgram"].curve(
        **traced(times, STEPS), cycle=np.ones(301), **values, **others
    )
    np.testing.assert_allclose(curve, truth, rtol=1e-7, atol=1e-7)


def test_a_single_cycle_sensorgram_is_fitted() -> None:
    times = np.linspace(0, 40, 2001)
    x = traced(times, STEPS)
    y = integrated(times, STEPS, 120.0, 1.5e7, 0.2)
    result = fit(noisy("single", y, 0.01, x), CURVES["sensorgram"])
    assert 10 ** result["log10_kon"].value == pytest.approx(1.5e7, rel=0.02)
    assert 10 ** result["log10_koff"].value == pytest.approx(0.2, rel=0.02)
    assert result["rmax"].value == pytest.approx(120.0, abs=4 * result["rmax"].se)


def test_cycles_are_fitted_together_with_baseline_bulk_drift_and_the_delay_of_the_flow() -> None:
    times, levels = np.linspace(0, 12, 241), (0.0, 3e-9, 1e-8, 3e-8, 9e-8)
    x: dict[str, list] = {"time_min": [], "step_min": [], "concentration_M": [], "cycle": []}
    y = []
    for number, level in enumerate(levels):
        steps = [(0.0, 0.0), (2.0, level), (6.0, 0.0)]
        late = [(begin + 0.15 * (begin > 0), c) for begin, c in steps]
        own = traced(times, steps)
        current = traced(times, late)["concentration_M"]
        y.append(integrated(times, late, 80.0, 6e6, 0.35) + 1.5 + 0.08 * times + 5e7 * current)
        for name, column in {**own, "cycle": np.full(241, number)}.items():
            x[name].append(column)
    series = noisy("multi", np.concatenate(y), 0.004, {k: np.concatenate(v) for k, v in x.items()})
    free = ["background", "bulk", "drift", "delay_min"]
    result = fit(series, CURVES["sensorgram"], free=free, intervals="target")
    assert 10 ** result["log10_kon"].value == pytest.approx(6e6, rel=0.02)
    assert 10 ** result["log10_koff"].value == pytest.approx(0.35, rel=0.02)
    assert result["delay_min"].value == pytest.approx(0.15, abs=0.02)
    assert result["drift"].value == pytest.approx(0.08, abs=0.01)
    assert result["bulk"].value == pytest.approx(5e7, rel=0.05)


@pytest.mark.parametrize(("agonist", "n"), [(3e-7, 1.0), (1e-7, 1.6), (2e-6, 0.8)])
def test_leff_dougall_gives_the_ki_of_a_competitive_antagonist(agonist, n) -> None:
    ec50, ki = 1e-7, 4e-9

    def response(antagonist):
        return 1.0 / (1.0 + (ec50 * (1.0 + antagonist / ki) / agonist) ** n)

    # The antagonist that halves the response to the agonist, from the Gaddum equation alone.
    ic50 = 10 ** brentq(lambda v: response(10**v) - 0.5 * response(0.0), -12, -2)
    model = CURVES["leff_dougall"]
    doses = np.array([0.0, *np.geomspace(1e-4, 1e4, 25) * ic50])
    y = 2000.0 / (1.0 + doses / ic50)
    x = {"antagonist_M": doses, "agonist_M": np.full(doses.size, agonist)}
    fixed = {"log10_ec50": np.log10(ec50), "agonist_hill": n}
    result = fit(noisy("f", y, 0.005, x), model, fixed=fixed)
    assert result["log10_ki"].value == pytest.approx(np.log10(ki), abs=0.02)
    assert result["log10_ki"].low < np.log10(ki) < result["log10_ki"].high
    cheng = ic50 / (1.0 + agonist / ec50)
    assert (10 ** result["log10_ki"].value == pytest.approx(cheng, rel=0.05)) == (n == 1.0)


def test_without_agonist_slope_leff_dougall_is_cheng_prusoff() -> None:
    from tricyclic.curves.leff_dougall import shift

    ratio = np.array([0.01, 0.3, 1.0, 30.0])
    np.testing.assert_allclose(shift(ratio * 1e-7, -7.0, 1.0), 1.0 + ratio, rtol=1e-12)
