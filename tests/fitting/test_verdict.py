"""One verdict for one curve, whether it is fitted alone or in a file of many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

import tricyclic as tca
from tricyclic.core.estimate import format_parameters
from tricyclic.errors import InputError
from tricyclic.numerics.batch.fit import fit_batch

X = np.linspace(-10.0, -5.0, 10)


def sigmoid(x, c=-7.5, hill=1.0, top=100.0, bottom=0.0):
    return bottom + (top - bottom) / (1 + 10 ** (hill * (c - x)))


def series(x, y, unit="unknown", name="s", column="concentration_M"):
    y = np.asarray(y, float)
    replicates = y.size // np.size(x)
    dose = np.where(np.isinf(x), 0.0, 10.0 ** np.asarray(x))
    return tca.Series(name, y.ravel(), unit, {column: np.repeat(dose, replicates)})


def random_curve(rng):
    """A curve of any kind: complete, incomplete, flat, steep, bell; with or without vehicle."""
    x = np.linspace(-10, -5, rng.integers(5, 13))
    if rng.random() < 0.3:
        x = np.append(-np.inf, x)
    c, hill = rng.uniform(-11, -4), rng.uniform(0.5, 3) * rng.choice([-1, 1])
    span, sd = rng.choice([0, 100, 100, 100]), rng.choice([1, 5, 15])
    y = sigmoid(x, c, hill, span)
    if rng.random() < 0.15:
        y = y - sigmoid(x, c + 2, 1.5, span)
    return x, y[:, None] + sd * rng.standard_normal((x.size, rng.integers(1, 4)))


def names(fit):
    return {check.name for check in fit.checks if check.level != "pass"}


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3, 4))]
)
def test_a_curve_has_the_same_status_and_checks_alone_and_among_many(seed):
    rng = np.random.default_rng([5, seed])
    for _ in range(12):
        x, y = random_curve(rng)
        many = fit_batch(x, y[None])
        one = tca.fit(series(x, y), "logistic_4pl")
        # Where one search ends in a lower minimum, the two are fits of different curves.
        if one.rss < many.rss[0] * (1 - 1e-6):
            continue
        assert one.status == many.words[0]
        assert names(one) == set(filter(None, many.check_names[0].split(", ")))


def test_fixed_plateaus_and_slopes_give_the_same_verdict_too():
    rng = np.random.default_rng(9)
    for fixed, model in (
        ({"bottom": 0.0}, "logistic_4pl"),
        ({"top": 100.0, "bottom": 0.0}, "logistic_4pl"),
        ({}, "logistic_3pl"),
        ({"hill": -1.0}, "logistic_4pl"),
    ):
        for _ in range(4):
            x, y = random_curve(rng)
            many = fit_batch(x, y[None], model=model[-3:], **fixed)
            one = tca.fit(series(x, y), model, fixed=fixed)
            if one.rss < many.rss[0] * (1 - 1e-6):
                continue
            assert one.status == many.words[0]
            assert names(one) == set(filter(None, many.check_names[0].split(", ")))


def test_three_doses_cannot_determine_four_parameters():
    x = np.array([-8.0, -7.0, -6.0])
    fit = tca.fit(series(x, sigmoid(x)[:, None] + [[-1, 0, 1]]), "logistic_4pl")
    assert (fit.ok, fit.status) == (False, "too few points")
    assert fit.message == (
        "3 different doses cannot determine 4 parameters, however often they are read"
    )
    # Two parameters are determined by three doses.
    fixed = tca.fit(
        series(x, sigmoid(x)[:, None] + [[-1, 0, 1]]), "logistic_3pl", fixed={"top": 100}
    )
    assert fixed.ok


def test_an_ec50_beyond_the_reach_of_the_doses_is_not_given_as_a_number():
    y = sigmoid(X, c=-1.0, hill=1.0, top=1e6)[:, None] + np.array([[-0.2, 0.0, 0.2]])
    fit = tca.fit(series(X, y), "logistic_3pl")
    half = fit["log10_ec50"]
    assert half.at_bound == "high"
    assert half.high == np.inf
    assert "ic50_outside_range" in names(fit)
    line = next(line for line in str(fit).splitlines() if "log10_ec50" in line)
    assert "not determined" in line


@pytest.mark.parametrize("exponent", [-300, -160, -90, -20, 20, 90, 160, 300])
def test_readings_of_any_size_give_one_answer_or_are_refused(exponent):
    x = np.array([-9, -8.5, -8, -7, -6, -5.0])
    y = np.array([98, 95, 80, 50, 11, 3.0])
    expected = tca.fit(series(x, y), "logistic_4pl")["log10_ec50"]
    if abs(exponent) > 100:
        with pytest.raises(InputError, match="the largest reading is"):
            series(x, y * 10.0**exponent)
        return
    scaled = tca.fit(series(x, y * 10.0**exponent), "logistic_4pl")["log10_ec50"]
    np.testing.assert_allclose(
        [scaled.value, scaled.low, scaled.high],
        [expected.value, expected.low, expected.high],
        atol=2e-4,
    )


@pytest.mark.parametrize("seed", range(4))
def test_no_bound_is_advised_that_the_confidence_limit_does_not_support(seed):
    rng = np.random.default_rng(seed)
    x = np.repeat(np.linspace(-9, -6, 7), 2)
    y = sigmoid(x, c=-5.6) + rng.normal(0, 4.0, x.size)
    fit = tca.fit(series(x, y), "logistic_4pl")
    advice = [check.advice for check in fit.checks if "Report" in check.advice]
    bounds = {tca.convert(text.split(",")[0].split("> ")[1], "M").value for text in advice}
    low = 10 ** fit["log10_ec50"].low
    assert bounds
    for bound in bounds:
        assert bound <= low * 1.01


def test_a_five_parameter_curve_is_checked_with_its_own_shape():
    rng = np.random.default_rng(3)
    x = np.linspace(-10, -5, 21)
    model = tca.curve_model("logistic_5pl")
    values = {**model.example, "log10_asymmetry": -0.8}
    y = model.curve(concentration_M=10.0**x, **values)[:, None] + 8 * rng.standard_normal((21, 3))
    good = tca.fit(series(x, y), "logistic_5pl")
    assert good.status == "fitted"
    assert not names(good)
    assert "lack_of_fit" in names(tca.fit(series(x, y), "logistic_4pl"))


@pytest.mark.parametrize(("kd", "check"), [(-6.0, "kd_outside_range"), (-8.3, "plateau_missing")])
def test_a_saturation_needs_its_kd_among_the_concentrations(kd, check):
    x = np.linspace(-10, -8, 8)
    y = 1000 * 10.0**x / (10.0**x + 10.0**kd)
    y = y * (1 + 0.01 * np.random.default_rng(1).standard_normal((3, 8)))
    hot = series(x, y.T, column="radioligand_M")
    fit = tca.fit(hot, "saturation_specific")
    level = {c.name: c.level for c in fit.checks}
    assert level[check] == ("fail" if check == "kd_outside_range" else "warn")


def test_a_competition_that_does_not_reach_its_midpoint_fails():
    x = np.linspace(-10, -7, 8)
    y = 3000 - 2800 * sigmoid(x, c=-6.0, top=1.0)
    y = y[:, None] + 20 * np.random.default_rng(1).standard_normal((8, 3))
    own = series(x, y, column="competitor_M")
    part = tca.Series("s", own.y, "cpm", {**own.x, "radioligand_M": np.full(own.n, 1e-9)})
    fit = tca.fit(part, "competition_ki", fixed={"log10_kd": -9.0, "nonspecific": 2e11})
    assert "ic50_outside_range" in names(fit)


@pytest.mark.parametrize(("factor", "warns"), [(1.0, False), (3.0, True), (0.1, True)])
def test_the_dispersion_of_counts_is_compared_with_poisson(factor, warns):
    rng = np.random.default_rng(4)
    mean = sigmoid(X, top=9000, bottom=1000)[:, None]
    counts = mean + np.sqrt(factor * mean) * rng.standard_normal((10, 4))
    own = series(X, counts)
    part = tca.Series(
        "s", own.y, "counts", own.x, counting_slope=np.ones(40), counting_offset=np.zeros(40)
    )
    fit = tca.fit(part, "logistic_4pl", variance="poisson")
    check = next(c for c in fit.checks if c.name == "counts_dispersion")
    assert check.level == ("warn" if warns else "pass")
    assert check.value == pytest.approx(fit.rss / fit.df)
    p = min(chi2.sf(fit.rss, fit.df), chi2.cdf(fit.rss, fit.df))
    assert (p < 0.01) == warns


def test_replicates_that_the_curve_misses_are_reported():
    steps = 0.5 * (sigmoid(X, -8.8, 1.5) + sigmoid(X, -6.2, 1.5))
    y = steps[:, None] + 0.5 * np.random.default_rng(2).standard_normal((10, 3))
    fit = tca.fit(series(X, y), "logistic_4pl")
    check = next(c for c in fit.checks if c.name == "lack_of_fit")
    assert check.level == "warn"
    assert check.value < 1e-5
    assert "(p " in check.message


@pytest.mark.parametrize("status", ["flat", "not distinguishable from flat", "not monotone"])
def test_a_curve_without_midpoint_has_no_concentration_in_its_text(status):
    y = sigmoid(X) + np.tile([0.5, -0.5], 5)
    result = tca.fit(series(X, y), "logistic_4pl").fit
    assert any("EC50 " in line for line in format_parameters(result))
    lines = format_parameters(replace(result, status=status))
    assert [line.split()[1:] for line in lines if "ec50" in line.lower()] == [["not", "determined"]]


@pytest.mark.parametrize("seed", [1469, 2372])
def test_a_ridge_that_ends_on_a_bound_is_followed_to_its_end_also_without_limits(seed):
    # An exponential fits best: the farther the midpoint, the lower the sum, down to its bound.
    rng = np.random.default_rng(seed)
    points, replicates = int(rng.integers(6, 13)), int(rng.integers(1, 4))
    x = np.linspace(-9, -4, points)
    span = 0 if seed % 3 == 0 else rng.normal(0, 15) if seed % 3 == 1 else 60
    hill, middle = rng.uniform(0.3, 3), rng.uniform(-9, -4)
    mean = np.repeat(sigmoid(x, middle, hill, 100 + span, 100), replicates)
    y = mean + rng.normal(size=mean.size) * rng.choice([1, 5, 20])
    fit = tca.fit(series(x, y), "logistic_4pl", intervals="none").fit
    many = fit_batch(np.repeat(x, replicates), y[None, :, None])
    assert fit.rss == pytest.approx(many.rss[0], rel=1e-7)
    assert fit["log10_ec50"].value == pytest.approx(many.log10_ic50[0], abs=1e-3)
    assert not any(check.name == "converged" for check in fit.checks)
    assert fit.status != "not converged"
