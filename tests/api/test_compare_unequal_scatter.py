"""Curves that scatter differently, or with an estimated power, in comparisons: check and level."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.optimize
import scipy.stats
from click.testing import CliRunner

import tricyclic as tca
from tricyclic.cli.main import main
from tricyclic.errors import InputError
from tricyclic.fitting.scatter_of_curves import bartlett

DOSE = np.logspace(-9, -5, 8)


def pair(seed: int, sds=(5.0, 5.0), repeats=(1, 1), ratio: float = 1.0, power: float = 0.0):
    """Two curves; `sds` at a reading of 100, from where they change with a power of the mean."""
    rng = np.random.default_rng(seed)
    parts = []
    for name, sd, times, shift in zip("ab", sds, repeats, (1.0, ratio), strict=True):
        dose = np.repeat(DOSE, times)
        mean = 20 + 400 / (1 + 1e-7 * shift / dose)
        noise = sd * (mean / 100) ** power * rng.normal(size=dose.size)
        parts.append(pd.DataFrame({"drug": name, "conc_M": dose, "y": mean + noise}))
    return pd.concat(parts, ignore_index=True)


HOW = {"x": "conc_M", "y": "y", "by": "drug", "intervals": "none"}


def test_bartlett_is_that_of_scipy():
    rng = np.random.default_rng(2)
    samples = [rng.normal(size=n) * sd for n, sd in ((5, 1), (9, 2), (7, 1.5))]
    variances = np.array([one.var(ddof=1) for one in samples])
    df = np.array([one.size - 1.0 for one in samples])
    assert bartlett(variances, df) == pytest.approx(scipy.stats.bartlett(*samples).pvalue)


def test_curves_that_scatter_differently_are_named_with_their_ratio():
    fit = tca.fit(pair(3, sds=(2.0, 16.0), repeats=(3, 3)), **HOW)
    (check,) = fit.compare("ec50").checks
    assert (check.name, check.level) == ("unequal_scatter", "warn")
    sd = [fit[name].to_frame()["residual_sd"][0] for name in "ab"]
    assert f"the readings of b scatter {sd[1] / sd[0]:.2g} times as much as those of a" in str(
        check.message
    )
    assert "add own_scatter=, or" in str(fit.compare("ec50"))
    (alike,) = tca.fit(pair(3), **HOW).compare("ec50").checks
    assert alike.level == "pass" and "unequal" not in str(tca.fit(pair(3), **HOW).compare("ec50"))


def test_scatter_that_grows_with_the_reading_is_no_difference_under_its_variance_model():
    table = pair(5, repeats=(3, 3), power=1.0)
    table.loc[table.drug == "b", "y"] *= 10
    assert tca.fit(table, **HOW).compare("ec50").checks[0].level == "warn"
    proportional = tca.fit(table, **HOW, variance="proportional")
    assert proportional.compare("ec50").checks[0].level == "pass"


def test_shared_parameters_with_own_scatter_are_the_maximum_of_the_likelihood():
    table = pair(4, sds=(3.0, 15.0), repeats=(2, 2))
    shared = ["bottom", "top", "hill", "log10_ec50"]
    fit = tca.fit(table, **HOW, own_scatter=True, share=shared)
    groups = [table[table.drug == name] for name in "ab"]

    def minus_log_likelihood(p):
        total = 0.0
        for one in groups:
            mean = p[0] + (p[1] - p[0]) / (1 + (10 ** p[2] / one.conc_M) ** p[3])
            rss = np.sum((one.y - mean) ** 2)
            total += 0.5 * len(one) * np.log(rss)
        return total

    best = scipy.optimize.minimize(
        minus_log_likelihood,
        [20, 420, -7, 1],
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 5000},
    ).x
    values = [fit.joint[name].value for name in ("bottom", "top", "log10_ec50", "hill")]
    assert values == pytest.approx(best, rel=1e-4)
    common = tca.fit(table, **HOW, share=shared)
    assert abs(common.joint["bottom"].value - best[0]) > 0.5
    assert fit.joint["bottom"].se < common.joint["bottom"].se


def test_own_scatter_weights_both_fits_by_the_scatter_of_the_simpler_one():
    table = pair(6, sds=(3.0, 12.0), repeats=(2, 2))
    one = tca.fit(table, **HOW, own_scatter=True).compare("ec50").comparisons[0]
    simple = tca.fit(table, **HOW, own_scatter=True, share=["log10_ec50"])
    sd = np.concatenate([part.sd for part in simple.joint.parts])
    again = tca.fit(table.assign(w=1 / sd**2), **HOW, weights="w").compare("ec50").comparisons[0]
    assert (one.statistic, one.p) == (pytest.approx(again.statistic), pytest.approx(again.p))
    assert one.df == again.df


def test_compare_fits_of_an_estimated_power_weights_by_the_simpler_fit():
    table = pair(9, repeats=(3, 1), power=1.0)
    one = table[table.drug == "a"]
    options = {"x": "conc_M", "y": "y", "intervals": "none", "variance": "power"}
    simple = tca.fit(one, "logistic_3pl", **options)
    full = tca.fit(one, "logistic_4pl", **options)
    compared = tca.compare_fits(simple, full)
    weight = 1 / simple.fit.parts[0].sd ** 2
    sums = [float(weight @ fit.residuals**2) for fit in (simple, full)]
    f = max(sums[0] - sums[1], 0.0) / (sums[1] / full.fit.df)
    assert compared.statistic == pytest.approx(f, rel=1e-6)
    assert compared.p == pytest.approx(scipy.stats.f.sf(f, 1, full.fit.df), rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "options", "highest"),
    [
        # Of 60 experiments 3 are expected; 9 or more have a probability of 0.4 %.
        ({"sds": (5.0, 20.0), "repeats": (3, 1)}, {"own_scatter": True}, 8),
        ({"power": 1.0, "sds": (7.0, 7.0)}, {"variance": "power"}, 8),
        ({"power": 0.5, "sds": (9.0, 9.0)}, {"variance": "power"}, 8),
    ],
)
def test_equal_curves_differ_as_often_as_the_level_states(how, options, highest):
    ps = np.array(
        [
            tca.fit(pair(1000 + seed, **how), **HOW, **options).compare("ec50").comparisons[0].p
            for seed in range(60)
        ]
    )
    assert (ps < 0.05).sum() <= highest
    assert (ps < 0.5).mean() == pytest.approx(0.5, abs=0.2)


@pytest.mark.slow
def test_the_check_of_scatter_has_its_level_and_finds_a_factor_of_four():
    flagged = {}
    for factor in (1.0, 4.0):
        tables = [pair(seed, sds=(4.0, 4.0 * factor), repeats=(2, 2)) for seed in range(60)]
        checks = [tca.fit(table, **HOW).compare("hill").checks[0] for table in tables]
        flagged[factor] = sum(check.level == "warn" for check in checks)
    assert flagged[1.0] <= 3 and flagged[4.0] >= 54, flagged


def test_counts_have_no_standard_deviation_of_a_curve():
    table = pair(1).assign(y=lambda t: t.y.round().clip(lower=0))
    with pytest.raises(InputError) as error:
        tca.fit(table, **HOW, variance="poisson", own_scatter=True)
    assert str(error.value) == (
        "own_scatter=: the variance model 'poisson' has no standard deviation of a curve. Omit "
        "own_scatter=, or choose another variance model."
    )
    assert tca.fit(table, **HOW, variance="poisson").compare("ec50").checks == ()


def test_the_shell_refuses_the_option_where_it_does_nothing_and_compares_with_it(tmp_path):
    file = tmp_path / "pair.csv"
    pair(6, sds=(3.0, 12.0), repeats=(2, 2)).to_csv(file, index=False)
    command = ["fit", str(file), "--curve", "logistic_4pl", "--x", "conc_M", "--y", "y", "--by"]
    alone = CliRunner().invoke(main, [*command, "drug", "--own-scatter"])
    assert alone.exit_code == 3 and "has no effect here" in alone.output
    plain = CliRunner().invoke(main, [*command, "drug", "--compare", "ec50"])
    assert "add --own-scatter" in plain.output and plain.exit_code == 0
    own = CliRunner().invoke(main, [*command, "drug", "--compare", "ec50", "--own-scatter"])
    assert own.exit_code == 0 and "unequal" not in own.output and "scatter 4" not in own.output
