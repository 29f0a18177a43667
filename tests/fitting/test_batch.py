"""The batch and the single-plate engine answer the same question alike; F without a curve is what simulation says it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import f as f_distribution

from tricyclic.core.series import Series
from tricyclic.curves import SHELF
from tricyclic.errors import InputError
from tricyclic.fitting.batch import estimates, fit_series, gather, null_f, replicates_p
from tricyclic.fitting.fit import Part, fit
from tricyclic.fitting.replicates import lack_of_fit
from tricyclic.numerics.batch.fit import fit_batch

X = np.linspace(-10.0, -4.0, 10)
R = Path(__file__).parents[1] / "golden" / "r"


def competition(n, seed, *, hill=1.0, spread=1.0):
    rng = np.random.default_rng(seed)
    out = []
    for i in range(n):
        top, c = rng.uniform(1500, 6000), -7 + spread * rng.uniform(-1, 1)
        bottom, h = (
            top * rng.uniform(0.05, 0.2),
            hill * 10 ** rng.uniform(-0.1, 0.1) if hill != 1.0 else 1.0,
        )
        mean = np.repeat(bottom + (top - bottom) / (1 + 10 ** (h * (X - c))), 3)
        y = rng.normal(mean, np.sqrt(mean + (0.05 * mean) ** 2))
        out.append(
            Series(
                f"curve {i}",
                y,
                "cpm",
                {"competitor_M": 10 ** np.repeat(X, 3), "concentration_M": 10 ** np.repeat(X, 3)},
            )
        )
    return out


@pytest.mark.parametrize(
    ("name", "column", "model", "target", "hill"),
    [
        ("one_site_competition", "competitor_M", "3pl", "log10_ic50", 1.0),
        ("logistic_4pl", "concentration_M", "4pl", "log10_ec50", 1.1),
        ("logistic_3pl", "concentration_M", "3pl", "log10_ec50", 1.0),
    ],
)
def test_both_engines_answer_the_same_question_alike(name, column, model, target, hill):
    series = competition(100, 1, hill=hill, spread=1.6)
    batch = fit_series(series, column=column, model=model, bounds=(-15.0, 1.0))
    for i, one in enumerate(series):
        single = fit([Part(one, SHELF[name])], intervals="target")
        found = single[target]
        assert batch.log10_ic50[i] == pytest.approx(found.value, abs=1e-6)
        assert batch.log10_ic50_low[i] == pytest.approx(found.low, abs=1e-5)
        assert batch.log10_ic50_high[i] == pytest.approx(found.high, abs=1e-5)
        assert batch.se_log10_ic50[i] == pytest.approx(found.se, rel=1e-4)
        assert batch.rss[i] == pytest.approx(single.rss, rel=1e-9)
        assert batch.df[i] == single.df


def test_control_wells_are_data_in_both_engines():
    x = {
        "competitor_M": np.concatenate(
            [np.zeros(3), np.repeat(10.0 ** np.linspace(-9, -6, 5), 2), np.zeros(3)]
        ),
        "specific": np.concatenate([np.ones(13), np.zeros(3)]),
    }
    expected = SHELF["one_site_competition"].curve(**x, top=2600.0, bottom=310.0, log10_ic50=-7.4)
    y = expected + np.random.default_rng(3).normal(0, 60, expected.size)
    series = Series("net", y, "dpm", x)
    single = fit(series, SHELF["one_site_competition"])
    batch = fit_series([series], model="3pl", bounds=(-15.0, 1.0))
    assert batch.log10_ic50[0] == pytest.approx(single["log10_ic50"].value, abs=1e-6)
    assert batch.log10_ic50_low[0] == pytest.approx(single["log10_ic50"].low, abs=1e-5)
    assert batch.top[0] == pytest.approx(single["top"].value, rel=1e-6)
    assert batch.bottom[0] == pytest.approx(single["bottom"].value, rel=1e-6)


def test_hill_and_residual_sum_are_those_of_nls_in_r():
    told = json.loads((R / "curves.json").read_text(encoding="utf-8"))
    x, y = np.array(told["x"]), np.array([told["a"]])
    four, three = fit_batch(x, y), fit_batch(x, y, model="3pl")
    assert four.hill[0] == pytest.approx(told["hill_is_1"]["hill"], rel=1e-6)
    f = (three.rss[0] - four.rss[0]) / (four.rss[0] / four.df[0])
    assert f == pytest.approx(told["hill_is_1"]["F"], rel=1e-6)
    assert replicates_p(three)[0] == pytest.approx(told["lack_of_fit"]["p"], rel=1e-6)


@pytest.mark.parametrize(("model", "recorded"), [("3pl", "three"), ("4pl", "four")])
def test_estimates_and_limits_are_those_of_mass_in_r(model, recorded):
    told = json.loads((R / "published_tables.json").read_text(encoding="utf-8"))["competition"]
    names = list(told["readings"])
    y = np.array([told["readings"][name] for name in names], float)
    fits = fit_batch(np.array(told["log10_M"], float), y, model=model)
    for i, case in enumerate(told[recorded][name] for name in names):
        # nls stopped at a relative offset of 1e-5
        assert fits.log10_ic50[i] == pytest.approx(
            case["coef"]["lIC50"], abs=1e-4 * case["se"]["lIC50"]
        )
        assert fits.se_log10_ic50[i] == pytest.approx(case["se"]["lIC50"], rel=1e-3)
        assert fits.rss[i] == pytest.approx(case["rss"], rel=1e-9)
        # MASS interpolates its profile between steps
        width = case["high"]["lIC50"] - case["low"]["lIC50"]
        assert fits.log10_ic50_low[i] == pytest.approx(case["low"]["lIC50"], abs=2e-3 * width)
        assert fits.log10_ic50_high[i] == pytest.approx(case["high"]["lIC50"], abs=2e-3 * width)


def test_the_replicates_test_is_that_of_the_single_engine():
    series = competition(20, 4)
    batch = replicates_p(fit_series(series, model="3pl", bounds=(-15.0, 1.0)))
    for i, one in enumerate(series):
        single = lack_of_fit(fit(one, SHELF["one_site_competition"], intervals="none"))
        assert single is not None
        assert batch[i] == pytest.approx(single.p, rel=1e-5)


def test_f_without_a_curve_is_calibrated_where_the_nominal_one_is_not():
    rng = np.random.default_rng(5)
    null = null_f(X, 3, rng=rng, simulations=40_000)
    fresh = fit_batch(X, rng.standard_normal((200_000, 10, 3)), limits=None).f_flat
    nominal = np.mean(f_distribution.sf(fresh, null.more, null.df) < 0.05)
    assert nominal == pytest.approx(0.035, abs=0.003)
    p = null.p(fresh)
    for level in (0.05, 0.01, 0.001, 1e-4):
        # three standard errors of the count, and of the simulation behind it
        room = 3 * np.sqrt(level * (1 / 200_000 + 1 / 40_000)) + 0.25 * level * (level < 0.005)
        assert np.mean(p < level) == pytest.approx(level, abs=room)


def test_calibrated_p_falls_without_a_step_or_a_floor():
    null = null_f(X, 1, rng=np.random.default_rng(6), simulations=5000)
    f = np.geomspace(0.01, 1e6, 400)
    p = null.p(f)
    assert (np.diff(p) <= 1e-12).all()
    assert p[0] > 0.99 and 0 < p[-1] < 1e-9
    assert np.isnan(null.p([np.nan])[0]) and null.p([np.inf])[0] < 1e-12


def test_a_long_table_in_any_order_gives_the_same_fits():
    rng = np.random.default_rng(7)
    y = 100 / (1 + 10 ** (X[None] + 7 + rng.uniform(-1, 1, (30, 1)))) + rng.normal(0, 2, (30, 10))
    names, doses = np.repeat([f"c{k}" for k in range(30)], 10), np.tile(X, 30)
    straight = gather(names, doses, y.ravel())
    assert straight.log10_molar.shape == (10,)
    shuffled = rng.permutation(names.size)
    mixed = gather(names[shuffled], doses[shuffled], y.ravel()[shuffled])
    one, other = fit_batch(straight.log10_molar, straight.y), fit_batch(mixed.log10_molar, mixed.y)
    place = {name: k for k, name in enumerate(mixed.names)}
    back = [place[name] for name in straight.names]
    np.testing.assert_allclose(one.log10_ic50, other.log10_ic50[back], atol=1e-8)
    shorter = gather(names[:-3], doses[:-3], y.ravel()[:-3])
    assert shorter.log10_molar.shape == (30, 10) and np.isnan(shorter.y[-1, -3:]).all()
    assert fit_batch(shorter.log10_molar, shorter.y).n.tolist() == [10] * 29 + [7]


def test_an_open_curve_becomes_a_censored_estimate():
    noise = np.random.default_rng(8).normal(0, 1, 10)
    rows = np.array([100 / (1 + 10 ** (X + c)) + noise for c in (7.0, 3.5, 10.5)] + [noise])
    told = estimates(fit_batch(X, rows), ["mid", "weak", "strong", "none"])
    assert [one.relation for one in told] == ["=", ">", "<", "="]
    assert (
        told[0].value == pytest.approx(1e-7, rel=0.2) and told[0].low < told[0].value < told[0].high
    )
    assert told[1].value == told[1].low and np.isinf(told[1].high)
    assert told[2].value == told[2].high and told[2].low == 0.0
    assert np.isnan(told[3].value)


def test_a_series_without_the_column_is_said_to_be_without_it():
    with pytest.raises(InputError, match="no column agonist_M"):
        fit_series(competition(1, 9), column="agonist_M")
