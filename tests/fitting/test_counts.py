"""Poisson and binomial readings by their exact likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import expit, ndtr, ndtri, stdtrit
from scipy.stats import binom, chi2, norm, poisson

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.fit import FitPart, band, fit
from tricyclic.fitting.outliers import detect_outliers_rout
from tricyclic.fitting.verdict import with_verdict

LOGISTIC, EXPONENTIAL = CURVES["logistic_4pl"], CURVES["dissociation"]
# Tobacco budworm moths, males and females, 20 at each dose of trans-cypermethrin [ug]
# (the example of R's predict.glm, from Venables & Ripley 2002, pp. 190-2).
BUDWORM_DOSE = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
MALES, FEMALES = np.array([1, 4, 9, 13, 18, 20]), np.array([0, 2, 6, 10, 12, 16])
LEVELS = {"bottom": 0.0, "top": 1.0}


def shares(dose, hits, trials) -> Series:
    hits, trials = np.asarray(hits, float), np.asarray(trials, float)
    return Series("s", hits / trials, "", {"concentration_M": dose}, trials=trials)


def irls(dose, hits, trials):
    """Logistic regression on log dose by iteratively reweighted least squares."""
    design = np.column_stack([np.ones(len(dose)), np.log(dose)])
    b = np.zeros(2)
    for _ in range(100):
        p = expit(design @ b)
        w = trials * p * (1 - p)
        b = b + np.linalg.solve(design.T @ (w[:, None] * design), design.T @ (hits - trials * p))
    return b, np.linalg.inv(design.T @ (w[:, None] * design))


def test_the_budworm_slopes_are_those_of_r() -> None:
    # R: glm(cbind(dead, alive) ~ sex * log2(dose), binomial); coefficients 0.9060364 and, for
    # males, 0.3529130 more.
    for hits, slope in ((FEMALES, 0.9060364), (MALES, 0.9060364 + 0.3529130)):
        series = shares(BUDWORM_DOSE, hits, np.full(6, 20))
        result = fit(series, LOGISTIC, fixed=LEVELS, variance="binomial", intervals="none")
        assert result["hill"].value * np.log(2) == pytest.approx(slope, abs=2e-7)


def deviance(hits, trials, p):
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(hits > 0, hits * np.log(hits / (trials * p)), 0.0)
        two = np.where(
            hits < trials, (trials - hits) * np.log((trials - hits) / (trials * (1 - p))), 0
        )
    return 2.0 * float(np.sum(one + two))


@pytest.mark.parametrize("hits", [MALES, FEMALES])
def test_a_log_logistic_of_shares_is_the_logistic_regression(hits) -> None:
    trials = np.full(6, 20.0)
    b, cov = irls(BUDWORM_DOSE, hits, trials)
    result = fit(shares(BUDWORM_DOSE, hits, trials), LOGISTIC, fixed=LEVELS, variance="binomial")
    assert result["hill"].value == pytest.approx(b[1], rel=1e-6)
    assert result["hill"].se == pytest.approx(np.sqrt(cov[1, 1]), rel=1e-5)
    assert result["log10_ec50"].value == pytest.approx(-b[0] / b[1] / np.log(10), abs=1e-7)
    gradient = np.array([-1 / b[1], b[0] / b[1] ** 2]) / np.log(10)
    assert result["log10_ec50"].se == pytest.approx(np.sqrt(gradient @ cov @ gradient), rel=1e-5)
    p = expit(b[0] + b[1] * np.log(BUDWORM_DOSE))
    assert result.deviance == pytest.approx(deviance(hits, trials, p), rel=1e-7)
    assert result.log_likelihood == pytest.approx(np.sum(binom.logpmf(hits, 20, p)), rel=1e-8)
    assert result.dispersion == pytest.approx(
        np.sum((hits - 20 * p) ** 2 / (20 * p * (1 - p))) / 4, rel=0.02
    )


@pytest.mark.parametrize("variance", ["binomial", "quasibinomial"])
def test_limits_are_where_the_deviance_has_risen_by_its_quantile(variance) -> None:
    hits, trials = np.array([3, 2, 9, 8, 19, 14]), np.full(6, 20.0)
    result = fit(shares(BUDWORM_DOSE, hits, trials), LOGISTIC, fixed=LEVELS, variance=variance)
    b, _ = irls(BUDWORM_DOSE, hits, trials)
    p = expit(b[0] + b[1] * np.log(BUDWORM_DOSE))
    pearson = float(np.sum((hits - 20 * p) ** 2 / (20 * p * (1 - p)))) / 4
    assert pearson > 1.5
    rise = chi2.ppf(0.95, 1)
    if variance == "quasibinomial":
        rise = stdtrit(4, 0.975) ** 2 * pearson

    def profile(log10_ec50):
        def of_hill(hill):
            x = hill * (np.log(BUDWORM_DOSE) - np.log(10) * log10_ec50)
            return deviance(hits, trials, expit(x))

        return minimize_scalar(of_hill, bounds=(0.01, 9), method="bounded").fun

    best = -b[0] / b[1] / np.log(10)
    least = deviance(hits, trials, p)
    low = brentq(lambda v: profile(v) - least - rise, best - 1.5, best)
    high = brentq(lambda v: profile(v) - least - rise, best, best + 1.5)
    assert result["log10_ec50"].low == pytest.approx(low, abs=2e-3)
    assert result["log10_ec50"].high == pytest.approx(high, abs=2e-3)


def test_natural_responses_are_a_fitted_bottom_as_in_abbotts_formula() -> None:
    dose = np.array([0.0, 1, 2, 4, 8, 16, 32]) * 1e-6
    trials = np.full(7, 40.0)
    hits = np.array([6, 8, 12, 22, 33, 38, 40])
    result = fit(shares(dose, hits, trials), LOGISTIC, fixed={"top": 1.0}, variance="binomial")

    def minus(v):
        with np.errstate(divide="ignore"):
            share = expit(v[2] * (np.log(np.maximum(dose, 1e-300)) - v[1]))
        p = v[0] + (1 - v[0]) * np.where(dose > 0, share, 0.0)
        return -np.sum(binom.logpmf(hits, trials, p)) if 0 < v[0] < 1 else np.inf

    best = minimize(
        minus,
        [0.15, np.log(4e-6), 2.0],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000},
    ).x
    assert result["bottom"].value == pytest.approx(best[0], rel=1e-4)
    assert result["log10_ec50"].value == pytest.approx(best[1] / np.log(10), abs=1e-5)
    assert result["hill"].value == pytest.approx(best[2], rel=1e-4)


def test_a_probit_of_shares_is_the_optimum_of_an_independent_likelihood() -> None:
    trials = np.full(6, 20.0)
    result = fit(
        shares(BUDWORM_DOSE * 1e-6, MALES, trials),
        CURVES["probit"],
        fixed=LEVELS,
        variance="binomial",
    )

    def minus(v):
        z = v[1] * (np.log10(BUDWORM_DOSE) - v[0])
        return -np.sum(MALES * norm.logcdf(z) + (20 - MALES) * norm.logcdf(-z))

    best = minimize(minus, [0.6, 2.0], method="Nelder-Mead", options={"xatol": 1e-10}).x
    assert result["log10_ec50"].value == pytest.approx(best[0] - 6, abs=1e-5)
    assert result["hill"].value == pytest.approx(best[1], rel=1e-4)
    # Probits are about 1.7 logits apart: slopes agree in that ratio, medians hardly differ.
    logit = fit(
        shares(BUDWORM_DOSE * 1e-6, MALES, trials), LOGISTIC, fixed=LEVELS, variance="binomial"
    )
    assert result["log10_ec50"].value == pytest.approx(logit["log10_ec50"].value, abs=0.02)
    assert float(ndtr(ndtri(0.9))) == pytest.approx(0.9)


def test_counts_that_decay_are_the_poisson_regression() -> None:
    time = np.repeat(np.arange(0.0, 60.0, 5.0), 2)
    y = np.random.default_rng(3).poisson(3.0 + 60.0 * np.exp(-0.08 * time)).astype(float)
    result = fit(Series("c", y, "counts", {"time_min": time}), EXPONENTIAL, variance="poisson")

    def minus(v):
        mean = v[1] + (v[0] - v[1]) * np.exp(-(10 ** v[2]) * time)
        return -np.sum(poisson.logpmf(y, mean)) if (mean > 0).all() else np.inf

    best = minimize(
        minus,
        [60, 3, -1.1],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000},
    )
    for name, value in zip(("start", "bottom", "log10_koff"), best.x, strict=True):
        assert result[name].value == pytest.approx(value, rel=1e-4)
    assert result.log_likelihood == pytest.approx(-best.fun, rel=1e-8)
    assert result.aicc == pytest.approx(2 * best.fun + 6 + 24 / (y.size - 4), rel=1e-8)


def test_the_mean_of_counts_has_its_known_standard_error_and_limits() -> None:
    level = CurveModel(
        "level",
        (Column("time_min", "time"),),
        (Parameter("mean", "y", "level", low=0.0),),
        lambda time_min, mean: mean + 0.0 * time_min,
        lambda s, given: [{"mean": 1.0 + s.y.mean()}],
        ("doi:10.1000/x",),
        name="level",
    )
    y = np.array([3.0, 5, 0, 4, 7, 2])
    result = fit(Series("m", y, "counts", {"time_min": np.arange(6.0)}), level, variance="poisson")
    assert result["mean"].value == pytest.approx(3.5, rel=1e-7)
    assert result["mean"].se == pytest.approx(np.sqrt(3.5 / 6), rel=1e-6)

    def rise(mean):
        return 2 * (6 * (mean - 3.5) - 21 * np.log(mean / 3.5)) - chi2.ppf(0.95, 1)

    assert result["mean"].low == pytest.approx(brentq(rise, 1.0, 3.5), rel=1e-3)
    assert result["mean"].high == pytest.approx(brentq(rise, 3.5, 9.0), rel=1e-3)


def test_no_response_in_the_controls_puts_the_bottom_at_zero() -> None:
    dose = np.array([0.0, 1, 2, 4, 8, 16, 32]) * 1e-6
    result = fit(
        shares(dose, [0, 0, 3, 10, 17, 20, 20], np.full(7, 20)), LOGISTIC, variance="binomial"
    )
    assert result["bottom"].value == pytest.approx(0.0, abs=1e-6)
    assert result["top"].value == pytest.approx(1.0, abs=1e-6)
    assert np.isfinite([result["log10_ec50"].low, result["log10_ec50"].high]).all()


def verdict(series, variance):
    part = FitPart(series, LOGISTIC)
    return with_verdict(fit(series, LOGISTIC, fixed=LEVELS, variance=variance), (part,))


def test_shares_that_do_not_change_with_the_dose_are_not_distinguishable_from_flat() -> None:
    result = verdict(shares(BUDWORM_DOSE, [9, 11, 10, 9, 11, 10], np.full(6, 20)), "binomial")
    assert result.status == "not distinguishable from flat"
    assert verdict(shares(BUDWORM_DOSE, MALES, np.full(6, 20)), "binomial").status == "fitted"


def litters(seed: int) -> Series:
    """Litters of 20 at each dose whose shares scatter (beta-binomial), about an ED50 of 4.7 ug."""
    rng = np.random.default_rng(seed)
    dose = np.repeat(BUDWORM_DOSE, 5)
    p = expit(1.8 * np.log(dose / 4.7))
    return shares(dose, rng.binomial(20, rng.beta(6 * p, 6 * (1 - p))), np.full(30, 20))


def test_quasibinomial_errors_and_limits_have_finneys_heterogeneity_factor() -> None:
    series = litters(3)
    dose, hits = series.x["concentration_M"], np.round(series.y * 20)
    (a, b), cov = irls(dose, hits, series.trials)
    p = expit(a + b * np.log(dose))
    factor = float(np.sum((hits - 20 * p) ** 2 / (20 * p * (1 - p)))) / 28
    assert factor > 1.5
    result = fit(series, LOGISTIC, fixed=LEVELS, variance="quasibinomial")
    plain = fit(series, LOGISTIC, fixed=LEVELS, variance="binomial")
    assert result.dispersion == pytest.approx(factor, rel=1e-5)
    for name in ("log10_ec50", "hill"):
        assert result[name].value == pytest.approx(plain[name].value, abs=1e-7)
        assert result[name].se == pytest.approx(plain[name].se * np.sqrt(factor), rel=1e-5)
    assert result["hill"].se == pytest.approx(np.sqrt(factor * cov[1, 1]), rel=1e-4)
    # Fieller's limits of -a / b with t and the factor (Finney's fiducial limits).
    v11, v12, v22 = factor * cov[0, 0], factor * cov[0, 1], factor * cov[1, 1]
    t = float(stdtrit(28, 0.975))
    roots = np.roots([b**2 - t**2 * v22, 2 * (a * b - t**2 * v12), a**2 - t**2 * v11])
    fieller = np.sort(roots) / np.log(10)
    one = result["log10_ec50"]
    assert (one.low, one.high) == pytest.approx(tuple(fieller), abs=0.02)
    assert one.high - one.low > 1.2 * (plain["log10_ec50"].high - plain["log10_ec50"].low)


@pytest.mark.slow
def test_limits_of_litters_include_the_truth_only_with_the_heterogeneity_factor() -> None:
    inside = {"binomial": 0, "quasibinomial": 0}
    for seed in range(80):
        for variance in inside:
            result = fit(
                litters(500 + seed),
                LOGISTIC,
                fixed=LEVELS,
                variance=variance,
                intervals=["log10_ec50"],
            )["log10_ec50"]
            inside[variance] += result.low <= np.log10(4.7) <= result.high
    # Of 80, 76 are expected; 70 or fewer have a probability of 1 %.
    assert inside["quasibinomial"] >= 71 and inside["binomial"] <= 66, inside


def test_the_test_of_overdispersion_has_its_level_and_finds_litters() -> None:
    rng = np.random.default_rng(1)
    dose, trials = np.repeat(BUDWORM_DOSE, 4), np.full(24, 20)
    p = expit(1.8 * np.log(dose) - 2.8)
    raised = 0
    for _ in range(60):
        checks = verdict(shares(dose, rng.binomial(20, p), trials), "binomial").checks
        raised += any(c.name == "overdispersion" and c.level == "warn" for c in checks)
    assert raised <= 4
    litters = rng.beta(3 * p + 1e-9, 3 * (1 - p) + 1e-9)
    results = verdict(shares(dose, rng.binomial(20, litters), trials), "binomial")
    (check,) = [c for c in results.checks if c.name == "overdispersion"]
    assert check.level == "warn"
    assert "quasibinomial" in check.advice


@pytest.mark.slow
def test_limits_of_shares_include_the_truth_as_often_as_they_state() -> None:
    rng = np.random.default_rng(7)
    dose, trials = np.logspace(-8, -5, 7), np.full(7, 12)
    p = expit(1.5 * (np.log(dose) - np.log(3e-7)))
    inside = done = 0
    for _ in range(200):
        result = fit(
            shares(dose, rng.binomial(trials, p), trials),
            LOGISTIC,
            fixed=LEVELS,
            variance="binomial",
            intervals=("log10_ec50",),
        )
        if result.ok:
            done += 1
            one = result["log10_ec50"]
            inside += one.low <= np.log10(3e-7) <= one.high
    assert done > 190
    assert inside / done == pytest.approx(0.95, abs=0.035)


@pytest.mark.parametrize(
    ("series", "variance", "sentence"),
    [
        (
            Series("s", [0.1, 0.5, 0.9], "", {"concentration_M": [1, 2, 3]}),
            "binomial",
            (
                "s: the variance model 'binomial' needs the number of trials of each reading. Give "
                "trials, the number of subjects at each dose."
            ),
        ),
        (
            Series("s", [0.11, 0.5, 0.9], "", {"concentration_M": [1, 2, 3]}, trials=[10, 10, 10]),
            "quasibinomial",
            (
                "s: 0.11 of 10 trials is no whole number. A share times its trials is the number "
                "that "
                "responded. Give the number that responded, with the number of trials."
            ),
        ),
        (
            Series("s", [1.0, 2.5, 3.0], "", {"concentration_M": [1, 2, 3]}),
            "poisson",
            (
                "s: the variance model 'poisson' needs counts and a counting time, or readings "
                "that "
                "are counts; one is 2.5. Counts are whole numbers of 0 or more. Give the "
                "counting time, or "
                "choose the variance model 'constant' or 'proportional'."
            ),
        ),
        (
            Series("s", [1.0, 2.0, 3.0], "", {"concentration_M": [1, 2, 3]}, weight=[1, 2, 3]),
            "quasipoisson",
            (
                "s: has weights, and the variance model 'quasipoisson' sets those of counts "
                "itself. "
                "Omit the weights, or choose the variance model 'constant'."
            ),
        ),
    ],
)
def test_readings_that_are_no_counts_are_refused_with_one_sentence(series, variance, sentence):
    with pytest.raises(InputError) as error:
        fit(series, LOGISTIC, variance=variance)
    assert str(error.value) == sentence


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(InputError) as error:
        Series("s", [55.0], "", {"concentration_M": [1]}, trials=[100])
    assert str(error.value) == (
        "s: the share of trials that responded is 55. It lies between 0 and 1. Give the number "
        "that responded and the number of trials, or the share as a fraction."
    )


def test_outliers_are_not_looked_for_among_shares() -> None:
    with pytest.raises(InputError, match="not looked for under the variance model 'binomial'"):
        detect_outliers_rout(
            shares(BUDWORM_DOSE, MALES, np.full(6, 20)), LOGISTIC, variance="binomial"
        )


def test_the_band_of_shares_is_that_of_the_logistic_regression_and_within_its_range() -> None:
    trials = np.full(6, 20.0)
    series = shares(BUDWORM_DOSE, MALES, trials)
    result = fit(series, LOGISTIC, fixed=LEVELS, variance="binomial")
    b, cov = irls(BUDWORM_DOSE, MALES, trials)
    at = np.array([0.01, 0.5, 3.0, 10.0, 500.0])
    design = np.column_stack([np.ones(5), np.log(at)])
    se = np.sqrt(np.einsum("ij,jk,ik->i", design, cov, design))
    low, high = band(result, LOGISTIC, {"concentration_M": at})
    np.testing.assert_allclose(low, expit(design @ b - norm.ppf(0.975) * se), rtol=1e-3)
    np.testing.assert_allclose(high, expit(design @ b + norm.ppf(0.975) * se), rtol=1e-3)


def test_the_band_of_counts_stays_above_zero() -> None:
    time = np.arange(0.0, 100.0, 5.0)
    y = np.random.default_rng(3).poisson(40.0 * np.exp(-time / 15)).astype(float)
    result = fit(
        Series("c", y, "counts", {"time_min": time}),
        EXPONENTIAL,
        variance="poisson",
        fixed={"bottom": 0.0},
    )
    low, high = band(result, EXPONENTIAL, {"time_min": time})
    assert (low > 0).all() and (high > low).all()


def test_predictions_of_shares_have_the_band_of_the_curve_and_none_of_a_new_reading() -> None:
    import tricyclic as tca

    data = {"dose_ug": BUDWORM_DOSE, "dead": MALES, "n": np.full(6, 20)}
    how = {"x": "dose_ug", "y": "dead", "trials": "n", "variance": "binomial", "fixed": LEVELS}
    result = tca.fit(data, "logistic_4pl", **how)
    table = result.predict([3.0, 100.0], interval="confidence")
    b, cov = irls(BUDWORM_DOSE, MALES, np.full(6, 20.0))
    at = np.array([1.0, np.log(3.0)])
    reach = norm.ppf(0.975) * np.sqrt(at @ cov @ at)
    assert table["low"][0] == pytest.approx(expit(at @ b - reach), rel=1e-3)
    assert table["high"][1] <= 1.0
    with pytest.raises(InputError, match="a new reading has no limits of its own"):
        result.predict([3.0], interval="prediction")
