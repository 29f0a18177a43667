"""`tca.fit` of DataFrames: one curve and groups, against R's drc and nls, and its questions."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.stats
from scipy.optimize import brentq, curve_fit

import tricyclic as tca
from tricyclic.curves import CURVES

GOLDEN = Path(__file__).parents[1] / "golden"
DRC = json.loads((GOLDEN / "drc/ryegrass.json").read_text(encoding="utf-8"))
R = json.loads((GOLDEN / "r/curves.json").read_text(encoding="utf-8"))
RYEGRASS = pd.DataFrame({"conc_mM": DRC["conc_mM"], "rootl_cm": DRC["rootl_cm"]})
# Two competition curves; R fitted them with shared plateaus.
PAIR = pd.DataFrame(
    {
        "conc_M": 10.0 ** np.array(R["x"] * 2),
        "cpm": [*R["a"], *R["b"]],
        "drug": ["a"] * 27 + ["b"] * 27,
    }
)
NM_PER_MM = 1e6


@pytest.fixture(scope="module")
def ryegrass():
    return tca.fit(RYEGRASS, x="conc_mM", y="rootl_cm")


@pytest.fixture(scope="module")
def pair():
    return tca.fit(PAIR, "logistic_4pl", x="conc_M", y="cpm", by="drug")


def many_curves(n=150, *, seed=3):
    """Inhibition curves of known EC50; some are flat, some end before it."""
    rng = np.random.default_rng(seed)
    conc = np.repeat(np.geomspace(1e-3, 100, 10), 2)
    rows = []
    for i in range(n):
        log10_uM = 3.5 if i % 9 == 8 else rng.uniform(-1.5, 1.0)
        span = 0.0 if i % 10 == 9 else 100.0
        y = span / (1 + (10**log10_uM / conc) ** 1.1) + rng.normal(0, 4, conc.size)
        rows.append(
            pd.DataFrame(
                {"compound": f"C{i:03d}/salt, free", "conc_uM": conc, "pct": y, "truth": log10_uM}
            )
        )
    return pd.concat(rows, ignore_index=True)


# One curve, against drc.


def test_the_fit_of_ryegrass_is_that_of_drc(ryegrass):
    for name, drc, sign in (("hill", "b", -1), ("bottom", "c", 1), ("top", "d", 1)):
        assert ryegrass[name].value == pytest.approx(sign * DRC["summary"][drc][0], abs=1e-5)
        assert ryegrass[name].se == pytest.approx(DRC["summary"][drc][1], rel=0.02)
    row = ryegrass.to_frame().iloc[0]
    assert row.ec50_nM == pytest.approx(NM_PER_MM * DRC["summary"]["e"][0], rel=1e-5)
    assert row.residual_sd == pytest.approx(DRC["residual_standard_error"], abs=1e-7)
    assert row.df == DRC["residual_df"] and row.n == 24
    assert row.p_lack_of_fit == pytest.approx(DRC["lack_of_fit_p"], abs=1e-4)
    assert row.pEC50 == pytest.approx(3 - math.log10(DRC["summary"]["e"][0]), abs=1e-6)


@pytest.mark.parametrize("percent", ["10", "20", "50"])
def test_relative_effective_doses_are_those_of_drc(ryegrass, percent):
    value, se, low, high = DRC["ED"][percent]
    dose = ryegrass.ec(float(percent), method="delta")
    assert dose.value == pytest.approx(NM_PER_MM * value, rel=1e-5)
    # drc's limits are symmetrical on the scale of the dose, these on that of its logarithm.
    assert dose.log10_se * math.log(10) * value == pytest.approx(se, rel=0.025)
    profile = ryegrass.ec(float(percent))
    assert profile.method == "profile likelihood" and profile.value == dose.value
    assert profile.low == pytest.approx(NM_PER_MM * low, rel=0.06)
    assert profile.high == pytest.approx(NM_PER_MM * high, rel=0.06)


def test_the_profile_limits_of_an_ec10_are_where_the_constrained_fit_is_just_rejected(ryegrass):
    x, y = np.array(DRC["conc_mM"]), np.array(DRC["rootl_cm"])

    def rss(ec10):
        def curve(c, bottom, top, hill):
            with np.errstate(all="ignore"):
                return bottom + (top - bottom) / (1 + (c / ec10) ** hill / 9.0)

        best, _ = curve_fit(curve, x, y, p0=[0.5, 7.8, 3.0])
        return float(np.sum((y - curve(x, *best)) ** 2))

    from scipy.stats import f

    allowed = ryegrass.rss * (1 + f.ppf(0.95, 1, 20) / 20)
    low = brentq(lambda ec: rss(ec) - allowed, 0.8, 1.45)
    high = brentq(lambda ec: rss(ec) - allowed, 1.47, 2.2)
    dose = ryegrass.ec(10)
    assert dose.low == pytest.approx(NM_PER_MM * low, rel=1e-4)
    assert dose.high == pytest.approx(NM_PER_MM * high, rel=1e-4)


def test_an_absolute_effective_dose_is_where_the_curve_has_the_reading(ryegrass):
    dose = ryegrass.ec(4.0, absolute=True)
    assert ryegrass.predict(dose.value, x_unit="nM") == pytest.approx([4.0], abs=1e-9)
    assert dose.low < dose.value < dose.high
    beyond = ryegrass.ec(9.0, absolute=True)
    assert math.isnan(beyond.value)


def test_relative_and_absolute_effective_doses_agree_at_the_same_reading(ryegrass):
    bottom, top = ryegrass["bottom"].value, ryegrass["top"].value
    relative = ryegrass.ec(30)
    absolute = ryegrass.ec(top - 0.3 * (top - bottom), absolute=True)
    assert absolute.value == pytest.approx(relative.value, rel=1e-9)


def test_effective_doses_of_a_5pl_lie_on_the_curve_at_their_share_of_the_way():
    fit = tca.fit(RYEGRASS, "logistic_5pl", x="conc_mM", y="rootl_cm", fixed={"bottom": 0.3})
    doses = fit.ec([5, 50, 95], method="delta")
    readings = fit.predict(doses.ec_nM, x_unit="nM")
    way = (fit["top"].value - readings) / (fit["top"].value - fit["bottom"].value)
    assert 100 * way == pytest.approx([5, 50, 95], abs=1e-6)


@pytest.mark.parametrize("level", [0, 100, -5, 120])
def test_a_relative_effective_dose_outside_the_plateaus_is_refused(ryegrass, level):
    with pytest.raises(tca.InputError, match="between 0 and 100 %"):
        ryegrass.ec(level)


def test_confint_at_another_level_is_narrower_and_inside(ryegrass):
    wide, narrow = ryegrass.confint(), ryegrass.confint(level=0.8)
    assert list(wide.parameter) == ["bottom", "top", "log10_ec50", "hill"]
    assert (narrow.low > wide.low).all() and (narrow.high < wide.high).all()
    assert list(wide.low) == pytest.approx([p.low for p in ryegrass.parameters], rel=1e-4)


def test_residuals_and_fitted_values_add_up_to_the_readings(ryegrass):
    frame = ryegrass.to_frame("readings")
    assert (ryegrass.fitted + ryegrass.residuals) == pytest.approx(DRC["rootl_cm"])
    assert list(frame.residual) == pytest.approx(list(ryegrass.residuals))
    assert float(np.sum(ryegrass.residuals**2)) == pytest.approx(ryegrass.rss)
    assert frame.standardized_residual.std() == pytest.approx(1, abs=0.1)


def test_a_prediction_interval_contains_the_confidence_interval_and_a_share_of_new_readings():
    rng = np.random.default_rng(5)
    conc = np.repeat(np.geomspace(1, 1e4, 9), 3)
    inside, band, n = 0, 0, 60
    for _ in range(n):
        truth = 10 + 90 / (1 + conc / 200)
        y = truth + rng.normal(0, 5, conc.size)
        fit = tca.fit({"conc_nM": conc, "y": y}, x="conc_nM", y="y", intervals="none")
        new = fit.predict([200.0], interval="prediction")
        curve = fit.predict([200.0], interval="confidence")
        assert new.low[0] < curve.low[0] < curve.high[0] < new.high[0]
        inside += new.low[0] < 55 + rng.normal(0, 5) < new.high[0]
        band += curve.low[0] < 55 < curve.high[0]
    assert inside >= 0.85 * n and band >= 0.85 * n


def test_predictions_take_the_unit_of_the_table(ryegrass):
    assert ryegrass.predict(3.0) == pytest.approx(ryegrass.predict(3e6, x_unit="nM"))
    assert list(ryegrass.predict([1, 3], interval="confidence").columns) == [
        "conc_mM",
        "fitted",
        "low",
        "high",
    ]


# Tables of every kind.


@pytest.mark.parametrize(
    "kind", [pl.from_pandas, pa.Table.from_pandas, lambda df: df.to_dict("list"), pd.DataFrame]
)
def test_every_kind_of_table_gives_the_same_fit(pair, kind):
    again = tca.fit(kind(PAIR), "logistic_4pl", x="conc_M", y="cpm", by="drug")
    pd.testing.assert_frame_equal(again.to_frame(), pair.to_frame())


def test_a_file_is_fitted_by_its_name(pair, tmp_path):
    PAIR.to_csv(tmp_path / "pair.csv", index=False)
    again = tca.fit(tmp_path / "pair.csv", "logistic_4pl", x="conc_M", y="cpm", by="drug")
    assert list(again.to_frame().ec50_nM) == pytest.approx(list(pair.to_frame().ec50_nM))


def test_the_unit_of_x_is_taken_from_its_name_or_stated_and_one_of_them_is_needed(ryegrass):
    renamed = RYEGRASS.rename(columns={"conc_mM": "dose"})
    stated = tca.fit(renamed, x="dose", y="rootl_cm", x_unit="mM")
    assert stated["log10_ec50"].value == pytest.approx(ryegrass["log10_ec50"].value)
    with pytest.raises(tca.InputError) as caught:
        tca.fit(renamed, x="dose", y="rootl_cm")
    assert str(caught.value) == (
        "x=: 'dose' has no unit. Add x_unit=\"nM\", or another unit, such as mg/L, g/ha or "
        "dimensionless."
    )


def test_replicate_columns_are_readings_of_the_same_dose():
    wide = pd.DataFrame({"conc_nM": [1.0, 10, 100, 1000, 1e4]})
    wide["y1"], wide["y2"] = [2.0, 11, 52, 88, 99], [1.0, 8, 49, 92, 101]
    long = pd.DataFrame({"conc_nM": [*wide.conc_nM] * 2, "y": [*wide.y1, *wide.y2]})
    one = tca.fit(wide, x="conc_nM", y=["y1", "y2"])
    other = tca.fit(long, x="conc_nM", y="y")
    assert one.values == pytest.approx(other.values) and one.n == 10


def test_rows_that_are_not_used_are_named():
    table = PAIR.assign(note="x", drug=[None, *PAIR.drug[1:]])
    table.loc[5, "cpm"] = np.nan
    fit = tca.fit(table, x="conc_M", y="cpm", by="drug")
    assert fit.unused == ("column 'note'", "row 1 (no drug)", "row 6 (no reading in 'cpm')")
    assert "not used  column 'note'; row 1 (no drug)" in str(fit)
    assert [curve.n for curve in fit] == [25, 27]


def test_a_curve_of_which_no_reading_is_used_is_named():
    table = PAIR.assign(plate="p1")
    table.loc[table.drug == "b", "cpm"] = np.nan
    fit = tca.fit(table, x="conc_M", y="cpm", by=["drug", "plate"])
    assert fit.keys() == (("a", "p1"),)
    assert "1 curve without a reading: 'b, p1'" in fit.unused
    assert not any(
        "without a reading" in one for one in tca.fit(PAIR, x="conc_M", y="cpm", by="drug").unused
    )


# Groups.


def test_each_group_is_fitted_as_if_it_were_alone(pair):
    for drug in ("a", "b"):
        alone = tca.fit(PAIR[PAIR.drug == drug], "logistic_4pl", x="conc_M", y="cpm")
        assert pair[drug].values == pytest.approx(alone.values)
        assert pair[drug]["hill"].high == pytest.approx(alone["hill"].high)
    assert pair.keys() == ("a", "b") and len(pair) == 2 and "a" in pair and "c" not in pair
    assert [fit["hill"].value for fit in pair] == [fit["hill"].value for _, fit in pair.items()]
    assert dict(pair.items())["b"].status == "fitted"


def test_a_key_of_several_columns_is_a_tuple_and_its_first_part_selects_all():
    table = pd.concat([PAIR.assign(plate=1), PAIR.assign(plate=2)], ignore_index=True)
    fits = tca.fit(table, x="conc_M", y="cpm", by=["drug", "plate"], intervals="none")
    assert fits.keys() == (("a", "1"), ("b", "1"), ("a", "2"), ("b", "2"))
    assert len(fits["a"]) == 2
    assert fits["a", 2]["hill"].value == pytest.approx(fits["a", "1"]["hill"].value)
    assert list(fits.to_frame()[["drug", "plate"]].iloc[2]) == ["a", "2"]


def test_a_wrong_key_is_refused_with_the_known_ones(pair):
    with pytest.raises(tca.InputError, match="There are: a, b"):
        _ = pair["c"]
    with pytest.raises(tca.InputError, match=r"Select one, such as fit\['a'\]"):
        _ = pair.covariance


def test_shared_plateaus_are_those_of_nls():
    fit = tca.fit(PAIR, "logistic_3pl", x="conc_M", y="cpm", by="drug", share=["bottom", "top"])
    expected = R["shared"]["coef"]
    assert fit["bottom"].value == pytest.approx(expected["bottom"], rel=1e-6)
    assert fit["top"].value == pytest.approx(expected["top"], rel=1e-6)
    assert fit["a"]["log10_ec50"].value == pytest.approx(expected["la"], abs=1e-6)
    assert fit["b"]["log10_ec50"].value == pytest.approx(expected["lb"], abs=1e-6)
    assert fit.df == 50 and fit.shared == ("bottom", "top")
    assert list(fit.to_frame().top) == pytest.approx([expected["top"]] * 2, rel=1e-6)
    assert "shared by all curves" in str(fit)


def test_comparing_ec50_is_the_anova_of_nls():
    fit = tca.fit(PAIR, "logistic_3pl", x="conc_M", y="cpm", by="drug", share=["bottom", "top"])
    (one,) = fit.compare("ec50").comparisons
    assert one.test == "extra sum of squares F" and one.df == tuple(R["shared"]["df"])
    assert one.statistic == pytest.approx(R["shared"]["F"], rel=1e-6)
    assert one.p == pytest.approx(R["shared"]["p"], rel=1e-4)
    n, k = 54, 5
    correction = 2 * k * (k + 1) / (n - k - 1) - 2 * (k - 1) * k / (n - k)
    assert one.aicc_difference == pytest.approx(
        R["shared"]["aic_difference"] - correction, abs=1e-4
    )
    assert one.preferred == "separate EC50" == one.preferred_by_aicc


def test_the_ratio_of_two_effective_doses_has_the_limits_of_its_logarithm():
    shared = tca.fit(PAIR, "logistic_3pl", x="conc_M", y="cpm", by="drug", share=["bottom", "top"])
    ratio = shared.ec_ratio("b", "a")
    la, lb = R["shared"]["coef"]["la"], R["shared"]["coef"]["lb"]
    assert ratio.value == pytest.approx(10 ** (lb - la), rel=1e-6)
    # The F test of equal EC50 is the square of t, up to the curvature of the model.
    assert ((lb - la) / ratio.log10_se) ** 2 == pytest.approx(R["shared"]["F"], rel=0.1)
    inverse = shared.ec_ratio("a", "b")
    assert inverse.value == pytest.approx(1 / ratio.value)
    assert (inverse.low, inverse.high) == pytest.approx((1 / ratio.high, 1 / ratio.low))
    separate = tca.fit(PAIR, x="conc_M", y="cpm", by="drug", intervals="none")
    one = separate.ec_ratio("b", "a", level=20)
    errors = [separate[key].ec(20, method="delta").log10_se for key in "ab"]
    assert one.log10_se == pytest.approx(math.hypot(*errors), rel=1e-6)
    with pytest.raises(tca.InputError, match="No curve is called 'c'"):
        separate.ec_ratio("a", "c")


def test_profile_limits_of_shared_curves_use_all_readings():
    shared = tca.fit(PAIR, "logistic_3pl", x="conc_M", y="cpm", by="drug", share=["bottom", "top"])
    alone = tca.fit(PAIR, "logistic_3pl", x="conc_M", y="cpm", by="drug")
    dose = shared["a"].ec(50)
    assert dose.method == "profile likelihood"
    limits = (10 ** (shared["a"]["log10_ec50"].low + 9), 10 ** (shared["a"]["log10_ec50"].high + 9))
    assert (dose.low, dose.high) == pytest.approx(limits, rel=1e-4)
    width = dose.high / dose.low
    assert width < alone["a"].ec(50).high / alone["a"].ec(50).low


def test_many_curves_fitted_together_get_limits_of_first_order():
    rng = np.random.default_rng(4)
    conc = np.geomspace(1, 1e4, 8)
    rows = [
        pd.DataFrame(
            {
                "g": f"g{k:02d}",
                "conc_nM": conc,
                "y": 100 / (1 + 50 * (k + 1) / conc) + rng.normal(0, 3, 8),
            }
        )
        for k in range(12)
    ]
    fit = tca.fit(pd.concat(rows), x="conc_nM", y="y", by="g", share=["bottom", "top"])
    assert fit.limits_method == "first order" and "limits of first order" in str(fit)
    one = fit["g03"]["log10_ec50"]
    assert one.high - one.value == pytest.approx(one.value - one.low)
    profiled = tca.fit(pd.concat(rows[:3]), x="conc_nM", y="y", by="g", share=["bottom", "top"])
    assert profiled.limits_method == "profile likelihood"


def test_an_absolute_dose_of_a_curve_without_plateaus_is_where_it_crosses():
    conc = np.array([0.1, 0.3, 1, 3, 10, 30])
    rng = np.random.default_rng(1)
    table = {"hot_nM": conc, "fmol": 80 * conc / (conc + 2) + rng.normal(0, 0.5, 6)}
    fit = tca.fit(table, "saturation_specific", x="hot_nM", y="fmol")
    dose = fit.ec(40, absolute=True)
    bmax, kd = fit["bmax"].value, 10 ** (fit["log10_kd"].value + 9)
    assert dose.value == pytest.approx(40 * kd / (bmax - 40), rel=1e-6)
    assert dose.method == "profile likelihood" and dose.low < dose.value < dose.high
    with pytest.raises(tca.InputError, match="has no two plateaus"):
        fit.ec(50)


def test_all_comparisons_are_made_by_default_and_a_shared_parameter_is_not_compared_again(pair):
    names = [one.name for one in pair.compare().comparisons]
    assert names == ["one curve for all", "same EC50", "same hill", "same plateaus"]
    assert [one.df[0] for one in pair.compare().comparisons] == [4, 1, 1, 2]
    with pytest.raises(tca.InputError, match="the curves share hill already"):
        pair.compare("hill", share=["hill"])
    with pytest.raises(tca.InputError, match="no parameter to compare is called 'slope'"):
        pair.compare("slope")


@pytest.mark.slow
def test_curves_of_equal_truth_differ_in_about_five_percent_of_experiments():
    rng = np.random.default_rng(11)
    conc = np.repeat(np.geomspace(1, 1e4, 8), 2)
    n, rejected = 60, 0
    for _ in range(n):
        y = [100 / (1 + 300 / conc) + rng.normal(0, 6, conc.size) for _ in "ab"]
        table = pd.DataFrame(
            {"conc_nM": [*conc, *conc], "y": np.concatenate(y), "g": ["a"] * 16 + ["b"] * 16}
        )
        fit = tca.fit(table, x="conc_nM", y="y", by="g", intervals="none")
        rejected += fit.compare("ec50").comparisons[0].p < 0.05
    assert rejected <= 9  # 5 % of 60 are 3; 9 or more have a probability of 0.4 %


def test_nested_models_are_compared_by_compare_fits():
    table = PAIR[PAIR.drug == "a"]
    three = tca.fit(table, "logistic_3pl", x="conc_M", y="cpm")
    four = tca.fit(table, "logistic_4pl", x="conc_M", y="cpm")
    one = tca.compare_fits(three, four)
    assert one.statistic == pytest.approx(R["hill_is_1"]["F"], rel=1e-6)
    assert one.p == pytest.approx(R["hill_is_1"]["p"], rel=1e-5)
    assert one.preferred == "logistic_4pl"
    with pytest.raises(tca.InputError, match="has no more parameters"):
        tca.compare_fits(four, three)


def test_a_modelled_variance_is_compared_by_f_weighted_by_the_fuller_fit():
    options = {"x": "conc_M", "y": "cpm", "by": "drug", "intervals": "none"}
    fit = tca.fit(PAIR, **options, variance="proportional")
    (one,) = fit.compare("hill").comparisons
    shared = tca.fit(PAIR, **options, variance="proportional", share=["hill"])
    y = fit.fitted + fit.residuals
    rss = [float(np.sum(((y - each.fitted) / fit.fitted) ** 2)) for each in (shared, fit)]
    df = len(PAIR) - 8
    f = (rss[0] - rss[1]) / (rss[1] / df)
    assert one.test == "extra sum of squares F" and one.df == (1.0, df)
    assert one.statistic == pytest.approx(f, rel=1e-4)
    assert one.p == pytest.approx(scipy.stats.f.sf(f, 1, df), rel=1e-3)
    weighted = tca.fit(PAIR, **options, weights="1/y^2")
    assert weighted.compare("hill").comparisons[0].statistic == pytest.approx(one.statistic)


@pytest.mark.parametrize(
    ("tables", "most"),
    # Of 60, 3 are expected; chi-squared of the likelihood ratio rejects 10.
    [(12, 2), pytest.param(60, 8, marks=pytest.mark.slow)],
)
def test_small_designs_with_a_modelled_variance_reject_as_often_as_stated(tables, most):
    generator = np.random.default_rng(4)
    dose = np.array([1, 3, 10, 30, 100, 300, 1000, 3000.0])
    mean = 5 + 1000 / (1 + 30 / dose)
    rejected = 0
    for _ in range(tables):
        y = np.concatenate([mean, mean]) * (1 + 0.1 * generator.normal(size=16))
        table = pd.DataFrame({"g": ["A"] * 8 + ["B"] * 8, "conc_nM": np.tile(dose, 2), "y": y})
        fit = tca.fit(table, x="conc_nM", y="y", by="g", variance="proportional", intervals="none")
        rejected += fit.compare("ec50").comparisons[0].p < 0.05
    assert rejected <= most


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_overdispersed_curves_are_compared_by_f_of_their_deviances(family):
    generator = np.random.default_rng(6)
    dose = np.repeat([1.0, 2, 4, 8, 16, 32], 3)
    share = 1 / (1 + (6 / dose) ** 1.8)
    level = generator.beta(3 * share, 3 * (1 - share), size=(2, 18))
    counts = (
        generator.binomial(20, level) if family == "binomial" else generator.poisson(200 * level)
    )
    table = pd.DataFrame(
        {"g": ["A"] * 18 + ["B"] * 18, "dose_ug": np.tile(dose, 2), "n": counts.ravel()}
    ).assign(treated=20)
    options = {"x": "dose_ug", "y": "n", "by": "g", "intervals": "none"}
    if family == "binomial":
        options |= {"trials": "treated", "fixed": {"bottom": 0, "top": 1}}
    plain = tca.fit(table, **options, variance=family).compare("ec50").comparisons[0]
    fit = tca.fit(table, **options, variance=f"quasi{family}")
    one = fit.compare("ec50").comparisons[0]
    fitted, y = fit.fitted, fit.fitted + fit.residuals
    variance = fitted * (1 - fitted) / 20 if family == "binomial" else fitted
    df = 36 - (4 if family == "binomial" else 8)
    dispersion = float(np.sum((y - fitted) ** 2 / variance)) / df
    assert plain.test == "likelihood ratio" and dispersion > 2
    f = plain.statistic / dispersion
    assert one.test == "deviance F" and one.df == (1.0, df)
    assert one.statistic == pytest.approx(f, rel=1e-4)
    assert one.p == pytest.approx(scipy.stats.f.sf(f, 1, df), rel=1e-3)
    assert one.statement.count("F(1,") == 1 and "F(1," in str(fit.compare("ec50"))


def test_binomial_curves_are_compared_as_logistic_regressions():
    dose = np.array([1.0, 3, 10, 30, 100, 300])
    dead = {"m": [1, 3, 8, 19, 26, 30], "f": [0, 1, 4, 11, 20, 28]}
    table = pd.DataFrame(
        [
            (sex, x, k, 30)
            for sex, counts in dead.items()
            for x, k in zip(dose, counts, strict=True)
        ],
        columns=["sex", "dose_nM", "dead", "n"],
    )
    fit = tca.fit(
        table,
        x="dose_nM",
        y="dead",
        by="sex",
        variance="binomial",
        trials="n",
        fixed={"bottom": 0, "top": 1},
    )
    is_female = (table.sex == "f").to_numpy(float)
    design = np.column_stack([1 - is_female, is_female, np.log10(table.dose_nM)])

    def deviance(columns):
        """Of a logistic regression, by Newton's method."""
        beta = np.zeros(columns.shape[1])
        for _ in range(50):
            p = 1 / (1 + np.exp(-columns @ beta))
            step = (columns.T * (30 * p * (1 - p))) @ columns
            beta += np.linalg.solve(step, columns.T @ (table.dead.to_numpy() - 30 * p))
        return -2 * float(np.sum(table.dead * np.log(p) + (30 - table.dead) * np.log(1 - p)))

    slopes = design[:, 2:]
    full = np.column_stack(
        [design[:, :2], slopes * (1 - is_female)[:, None], slopes * is_female[:, None]]
    )
    one = np.column_stack([np.ones(12), slopes])
    rows = fit.compare().to_frame().set_index("comparison")
    assert rows.loc["one curve for all"].statistic == pytest.approx(
        deviance(one) - deviance(full), rel=1e-6
    )
    assert rows.loc["same hill"].statistic == pytest.approx(
        deviance(design) - deviance(full), abs=1e-6
    )
    assert (rows.test == "likelihood ratio").all()


@pytest.mark.parametrize(
    "name", [name for name, one in CURVES.items() if one.sigmoid and one.columns[1:] == ()]
)
@pytest.mark.parametrize("falls", [False, True])
def test_a_relative_effective_dose_has_its_share_of_the_effect_on_every_curve(name, falls):
    model = CURVES[name]
    truth = dict(model.example) | {"bottom": 0.0, "top": 1.0}
    if falls:
        truth["hill"] = -abs(truth["hill"])
    dose = np.logspace(-9, -4, 30)
    y = model.curve(concentration_M=dose, **truth)
    y = y + 1e-4 * np.random.default_rng(1).normal(size=30)
    fit = tca.fit({"conc_M": dose, "y": y}, name, x="conc_M", y="y")
    named = fit.ec([10, 37, 90], method="delta")
    at = model.curve(concentration_M=named.ec_nM.to_numpy() * 1e-9, **truth)
    expected = np.array([0.10, 0.37, 0.90])
    np.testing.assert_allclose(1 - at if falls else at, expected, atol=2e-3)


def by_brute_force(x, y, share):
    """95 % profile limits of log10 of an effective dose over a grid of doses and slopes."""
    hill, dose = np.geomspace(0.05, 1000, 300), np.linspace(-20, 0, 2001)
    apart = np.log10(share / (1 - share)) / hill
    least = np.empty(dose.size)
    for k, one in enumerate(dose):
        z = hill[:, None] * (x[None] - (one - apart)[:, None])
        shape = 1 / (1 + 10 ** np.clip(-z, -300, 300))
        shape = shape - shape.mean(axis=1, keepdims=True)
        size = (shape**2).sum(axis=1)
        span = np.maximum((shape @ (y - y.mean())) / np.maximum(size, 1e-20), 0) * (size > 1e-20)
        least[k] = ((y - y.mean() - span[:, None] * shape) ** 2).sum(axis=1).min()
    df = y.size - 4
    inside = dose[least <= least.min() * (1 + scipy.stats.f.ppf(0.95, 1, df) / df)]
    return inside.min(), inside.max()


@pytest.mark.parametrize("log10_ec50", [-9.0, -9.8, -6.1, -5.4, -7.5])
def test_limits_of_effective_doses_agree_with_brute_force_where_little_is_determined(log10_ec50):
    generator = np.random.default_rng(7)
    x = np.repeat(np.arange(-10.0, -4), 3)
    y = 100 / (1 + 10 ** (log10_ec50 - x)) + 4 * generator.normal(size=18)
    fit = tca.fit({"conc_M": 10**x, "y": y}, x="conc_M", y="y")
    doses = fit.ec([10, 50, 90])
    for row in doses.itertuples():
        low, high = by_brute_force(x, y, row.effect_percent / 100)
        for limit, end, is_open in (
            (row.ec_low_nM, low, low < -13),
            (row.ec_high_nM, high, high > -1),
        ):
            if is_open:
                assert limit in (0.0, np.inf), row
            else:
                assert np.log10(limit) - 9 == pytest.approx(end, abs=0.03), row
    assert doses.ec_low_nM.is_monotonic_increasing and doses.ec_high_nM.is_monotonic_increasing


def test_a_midpoint_at_a_bound_of_the_search_is_no_effective_dose_but_has_its_limit():
    generator = np.random.default_rng(7)
    x = np.repeat(np.arange(-10.0, -4), 3)
    y = 100 / (1 + 10 ** (-5.0 - x)) + 4 * generator.normal(size=18)
    fit = tca.fit({"conc_M": 10**x, "y": y}, x="conc_M", y="y")
    assert fit.to_frame().log10_ec50_M.isna().all()
    row = fit.ec([50]).iloc[0]
    assert np.isnan(row.ec_nM) and row.ec_low_nM == pytest.approx(1000, rel=0.02)
    assert row.ec_high_nM == np.inf
    one = fit.ec(50)
    assert np.isnan(one.value) and str(one)


def test_weights_of_a_column_are_those_of_repeated_readings():
    one = PAIR[PAIR.drug == "a"].assign(w=1.0)
    one.loc[one.index[:3], "w"] = 2.0
    repeated = pd.concat([one, one.iloc[:3]])
    weighted = tca.fit(one, x="conc_M", y="cpm", weights="w")
    plain = tca.fit(repeated, x="conc_M", y="cpm")
    assert weighted.values == pytest.approx(plain.values, rel=1e-6)
    with pytest.raises(tca.InputError, match="no column of weights is called 'ww'"):
        tca.fit(one, x="conc_M", y="cpm", weights="ww")


# Many curves.


def test_many_curves_have_the_numbers_and_verdicts_of_single_fits():
    table = many_curves()
    many = tca.fit(table, x="conc_uM", y="pct", by="compound")
    assert many.by_many
    rows = many.to_frame().set_index("compound")
    for key in list(many.keys())[:12]:
        alone = tca.fit(table[table.compound == key], x="conc_uM", y="pct")
        row = rows.loc[key]
        assert row.status == alone.status, key
        expected = alone.to_frame().iloc[0]
        if row.status in ("fitted", "upper CI unbounded"):
            same = ("log10_ec50_M", "hill", "bottom", "top", "residual_sd", "r_squared")
            for column in (*same, "log10_ec50_se"):
                assert row[column] == pytest.approx(expected[column], rel=2e-3, abs=2e-3), column
        assert row.checks == expected.checks
        assert row.ec50_nM_text[0] == expected.ec50_nM_text[0]


def percent_curves(name: str, full: float) -> pd.DataFrame:
    """Curves of every fate, as readings that begin at 0 and go to `full`, or the reverse."""
    generator = np.random.default_rng(11)
    dose = np.repeat(10.0 ** np.arange(-4, 2), 3)
    rows = []
    for k in range(112):
        log10_ec50 = (-2.0, 1.6, -5.2, 9.0, -9.0, -1.5, -1.0)[k % 7] + 0.2 * generator.normal()
        share = 1 / (1 + 10 ** (log10_ec50 - np.log10(dose)))
        scatter = 30 if k % 7 == 6 else 4
        effect = full * share + (0 if full > 0 else 100) + scatter * generator.normal(size=18)
        rows += [(f"c{k}", d, y) for d, y in zip(dose, effect, strict=True)]
    return pd.DataFrame(rows, columns=["compound", "conc_uM", name])


@pytest.mark.parametrize(
    ("name", "full"), [("pct_inhibition", 100), ("pct of control", -100), ("signal", 100)]
)
def test_printed_values_are_the_same_by_every_way_to_fit(name, full):
    table = percent_curves(name, full)
    by = tca.fit(table, x="conc_uM", y=name, by="compound").to_frame()
    columns = {"curve_column": "compound", "x_column": "conc_uM", "y_column": name}
    file = tca.fit_file(table, **columns).to_frame()
    assert by.status.tolist() == file.status.tolist()
    assert by.ec50_nM_text.tolist() == file.ic50_nM_text.tolist()
    for end in ("", "_low", "_high"):
        np.testing.assert_allclose(by[f"ec50{end}_nM"], file[f"ic50{end}_nM"], rtol=1e-9)
    assert by.ec50_nM.isna().equals(by.ec50_nM_text.str.contains("[<>n]"))
    flat = by[by.status == "flat"]
    expected = {"n.d."} if name == "signal" else {"> 10000", "< 0.1"}
    assert set(flat.ec50_nM_text) == expected and len(flat) > 20
    for key in [*flat.compound[:2], *by.compound[:7]]:  # one of each shape
        one = tca.fit(table[table.compound == key], x="conc_uM", y=name, by="compound")
        row, alone = by[by.compound == key].iloc[0], one.to_frame().iloc[0]
        if row.status != "parameter at bound":
            assert alone.ec50_nM_text == row.ec50_nM_text


def test_many_curves_recover_the_truth_and_print_limits_where_there_is_no_midpoint():
    table = many_curves()
    fits = tca.fit(table, x="conc_uM", y="pct", by="compound")
    rows = fits.to_frame()
    truth = table.groupby("compound", sort=False).truth.first().to_numpy()
    flat = np.arange(len(rows)) % 10 == 9
    beyond = (np.arange(len(rows)) % 9 == 8) & ~flat
    good = ~flat & ~beyond
    error = rows.log10_ec50_M[good] + 6 - truth[good]
    assert np.median(np.abs(error)) < 0.1 and len(rows) == 150
    assert set(rows.ec50_nM_text[flat]) <= {"n.d."} | {
        text for text in rows.ec50_nM_text if text.startswith((">", "<"))
    }
    assert (rows.ec50_nM_text[beyond].str.startswith(">") | rows.status[beyond].ne("fitted")).all()
    assert rows.ec50_nM[rows.status == "flat"].isna().all()
    doses = fits.ec([10, 50], method="delta")
    assert len(doses) == 300 and doses.ec_nM[doses["compound"] == rows.compound[9]].isna().all()
    readings = fits.to_frame("readings")
    assert len(readings) == len(table) and readings.fitted.notna().all()


def test_progress_is_reported_for_groups():
    steps = []
    tca.fit(PAIR, x="conc_M", y="cpm", by="drug", intervals="none", on_progress=steps.append)
    assert any("curves fitted" in step.message for step in steps)


# Series and parts, as before.


def test_several_series_are_groups_by_their_name():
    series = [
        tca.Series(
            drug,
            PAIR.cpm[PAIR.drug == drug].to_numpy(),
            "cpm",
            {"concentration_M": PAIR.conc_M[PAIR.drug == drug].to_numpy()},
        )
        for drug in "ab"
    ]
    fits = tca.fit(series, "logistic_3pl", share=["bottom", "top"])
    assert fits["a"]["log10_ec50"].value == pytest.approx(R["shared"]["coef"]["la"], abs=1e-6)


def test_parts_with_different_models_are_one_fit_with_shared_parameters():
    conc = np.geomspace(1e-9, 1e-5, 9)
    down = tca.Series("down", 100 / (1 + conc / 1e-7), "%", {"concentration_M": conc})
    up = tca.Series("up", 90 / (1 + 1e-7 / conc), "%", {"concentration_M": conc})
    model = tca.curve_model("logistic_4pl")
    own = {name: f"{name}_up" for name in ("bottom", "top", "hill")}
    fit = tca.fit([tca.FitPart(down, model), tca.FitPart(up, model, own)])
    assert fit["log10_ec50"].value == pytest.approx(-7, abs=1e-6)
    assert fit["up"]["top"].value == pytest.approx(90, rel=1e-6)
    assert fit["hill_up"].value == pytest.approx(1, rel=1e-6)
    assert len(fit.parts) == 2 and list(fit.to_frame().curve) == ["down", "up"]


# Refusals in Python's words.


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: tca.fit(5, x="a", y="b"),
            (
                "data=: has the type int. It is a DataFrame, a mapping of columns, the name of a "
                "file, a tricyclic.Series, or FitParts."
            ),
        ),
        (
            lambda: tca.fit(PAIR, x="conc_M", y="cmp"),
            (
                "DataFrame: no column is called 'cmp'. Did you mean 'cpm'? There are: conc_M, cpm, "
                "drug."
            ),
        ),
        (lambda: tca.fit(PAIR, x="conc_M"), "y=: no column of readings is named. Add y=COLUMN."),
        (
            lambda: tca.fit(PAIR, x="conc_M", y="cpm", by="drugs"),
            (
                "DataFrame: no column is called 'drugs'. Did you mean 'drug'? There are: conc_M, "
                "cpm, drug."
            ),
        ),
        (
            lambda: tca.fit(PAIR, x="conc_M", y="cpm", share="top"),
            "share=: there is one curve. Add by=COLUMN, whose values are the curves.",
        ),
        (
            lambda: tca.fit(PAIR, x="conc_M", y="cpm", by="drug", share="slope"),
            "share=: no parameter is called 'slope'. There are: bottom, hill, log10_ec50, top.",
        ),
        (
            lambda: tca.fit(PAIR, x="conc_M", y="cpm", fixed={"hill": "one"}),
            "fixed=: hill is 'one'. A fixed value is a number.",
        ),
        (
            lambda: tca.fit(PAIR, "logistic_4p", x="conc_M", y="cpm"),
            "no curve model is called 'logistic_4p'",
        ),
    ],
)
def test_wrong_arguments_are_refused_in_a_sentence(call, sentence):
    with pytest.raises(tca.InputError) as caught:
        call()
    assert sentence.lower() in str(caught.value).lower()
