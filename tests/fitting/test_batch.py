"""Batch fits agree with fits of single curves; F without a curve is distributed as simulated."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import f as f_distribution

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.batch import (
    NullDistribution,
    estimates,
    fit_series,
    gather,
    null_f,
    replicates_p,
)
from tricyclic.fitting.fit import FitPart, fit
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
def test_batch_and_single_fits_give_the_same_numbers(name, column, model, target, hill):
    series = competition(100, 1, hill=hill, spread=1.6)
    batch = fit_series(series, column=column, model=model)
    for i, one in enumerate(series):
        single = fit([FitPart(one, CURVES[name])], intervals="target")
        result = single[target]
        assert batch.log10_ic50[i] == pytest.approx(result.value, abs=1e-6)
        assert batch.log10_ic50_low[i] == pytest.approx(result.low, abs=1e-5)
        assert batch.log10_ic50_high[i] == pytest.approx(result.high, abs=1e-5)
        assert batch.se_log10_ic50[i] == pytest.approx(result.se, rel=1e-4)
        assert batch.rss[i] == pytest.approx(single.rss, rel=1e-9)
        assert batch.df[i] == single.df


def test_control_wells_are_data_in_both_kinds_of_fit():
    x = {
        "competitor_M": np.concatenate(
            [np.zeros(3), np.repeat(10.0 ** np.linspace(-9, -6, 5), 2), np.zeros(3)]
        ),
        "specific": np.concatenate([np.ones(13), np.zeros(3)]),
    }
    expected = CURVES["one_site_competition"].curve(
        **x, top=2600.0, bottom=310.0, log10_ic50=-7.4, hill=-1.0
    )
    y = expected + np.random.default_rng(3).normal(0, 60, expected.size)
    series = Series("net", y, "dpm", x)
    single = fit(series, CURVES["one_site_competition"])
    batch = fit_series([series], model="3pl")
    assert batch.log10_ic50[0] == pytest.approx(single["log10_ic50"].value, abs=1e-6)
    assert batch.log10_ic50_low[0] == pytest.approx(single["log10_ic50"].low, abs=1e-5)
    assert batch.top[0] == pytest.approx(single["top"].value, rel=1e-6)
    assert batch.bottom[0] == pytest.approx(single["bottom"].value, rel=1e-6)


def test_hill_and_residual_sum_are_those_of_nls_in_r():
    recorded = json.loads((R / "curves.json").read_text(encoding="utf-8"))
    x, y = np.array(recorded["x"]), np.array([recorded["a"]])
    four, three = fit_batch(x, y), fit_batch(x, y, model="3pl")
    assert four.hill[0] == pytest.approx(-recorded["hill_is_1"]["hill"], rel=1e-6)
    f = (three.rss[0] - four.rss[0]) / (four.rss[0] / four.df[0])
    assert f == pytest.approx(recorded["hill_is_1"]["F"], rel=1e-6)
    assert replicates_p(three)[0] == pytest.approx(recorded["lack_of_fit"]["p"], rel=1e-6)


@pytest.mark.parametrize(("model", "recorded"), [("3pl", "three"), ("4pl", "four")])
def test_estimates_and_limits_are_those_of_mass_in_r(model, recorded):
    table = json.loads((R / "published_tables.json").read_text(encoding="utf-8"))["competition"]
    names = list(table["readings"])
    y = np.array([table["readings"][name] for name in names], float)
    fits = fit_batch(np.array(table["log10_M"], float), y, model=model)
    for i, case in enumerate(table[recorded][name] for name in names):
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


def test_the_replicates_test_is_that_of_the_single_fit():
    series = competition(20, 4)
    batch = replicates_p(fit_series(series, model="3pl"))
    for i, one in enumerate(series):
        single = lack_of_fit(fit(one, CURVES["one_site_competition"], intervals="none"))
        assert single is not None
        assert batch[i] == pytest.approx(single.p, rel=1e-5)


def test_f_without_a_curve_is_calibrated_where_the_nominal_one_is_not():
    rng = np.random.default_rng(5)
    null = null_f(X, 3, rng=rng, simulations=40_000)
    fresh = fit_batch(X, rng.standard_normal((200_000, 10, 3)), confidence=None).f_flat
    nominal = np.mean(f_distribution.sf(fresh, null.more, null.df) < 0.05)
    assert nominal == pytest.approx(0.035, abs=0.003)
    p = null.p(fresh)
    for level in (0.05, 0.01, 0.001, 1e-4):
        # three standard errors of the count, and of the simulation behind it
        tolerance = 3 * np.sqrt(level * (1 / 200_000 + 1 / 40_000)) + 0.25 * level * (level < 0.005)
        assert np.mean(p < level) == pytest.approx(level, abs=tolerance)


def test_calibrated_p_decreases_smoothly_and_without_limit():
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
    readings = np.array([100 / (1 + 10 ** (X + c)) + noise for c in (7.0, 3.5, 10.5)] + [noise])
    rows = estimates(fit_batch(X, readings), ["mid", "weak", "strong", "none"])
    assert [one.qualifier for one in rows] == ["=", ">", "<", "="]
    assert (
        rows[0].value == pytest.approx(1e-7, rel=0.2) and rows[0].low < rows[0].value < rows[0].high
    )
    assert rows[1].value == rows[1].low and np.isinf(rows[1].high)
    assert rows[2].value == rows[2].high and rows[2].low == 0.0
    assert np.isnan(rows[3].value)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: fit_series(competition(1, 9), column="agonist_M"),
            "curve 0: has no column agonist_M. Its columns are: competitor_M, concentration_M.",
        ),
        (lambda: fit_series([]), "There is nothing to fit. Pass at least one series."),
        (
            lambda: gather(["a", "b"], [-9.0], [1.0, 2.0]),
            (
                "The columns of the table differ in length. Every reading has a curve, a dose and "
                "a response."
            ),
        ),
        (
            lambda: null_f(X[None], rng=np.random.default_rng(0)),
            "A design is one series of doses. Call null_f once per design.",
        ),
        (
            lambda: null_f(X, rng=np.random.default_rng(0), bottom=0.0),
            (
                "A null distribution is simulated about a level that is fitted. Leave top and "
                "bottom free."
            ),
        ),
        (
            lambda: null_f(X[:3], rng=np.random.default_rng(0), simulations=100),
            "A design of 3 points cannot determine the curve. Add doses or replicates.",
        ),
    ],
)
def test_input_that_cannot_be_used_is_refused_with_one_sentence(call, sentence):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == sentence


def test_a_table_without_readings_gives_no_curves():
    table = gather([], [], [])
    assert table.names.size == 0 and table.y.shape == (0, 0) and table.weight is None


def test_p_is_counted_up_to_the_995_permille_point_and_follows_the_nominal_tail_beyond():
    simulated = np.sort(np.random.default_rng(1).f(3, 6, 1000))
    null = NullDistribution(simulated, 3, 6)
    above = np.array([200, 50, 6])
    between = 0.5 * (simulated[-above] + simulated[-above - 1])
    np.testing.assert_allclose(null.p(between), (above + 1) / 1001, rtol=1e-12)
    point = simulated[-5]
    far = null.p(10.0 * point)
    nominal = f_distribution.sf(10.0 * point, 3, 6) / f_distribution.sf(point, 3, 6)
    assert far == pytest.approx(0.005 * nominal, rel=1e-9)
