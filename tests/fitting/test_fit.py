"""Fits against closed forms: a straight line has exact answers for all that a fit reports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.fit import FitPart, band, fit, predict

LINE = CurveModel(
    description="a straight line",
    columns=(Column("dose", "dose"),),
    parameters=(Parameter("slope", "y", "slope"), Parameter("level", "y", "level at 0")),
    curve=lambda dose, slope, level: level + slope * dose,
    first_guess=lambda series, given: [{"slope": 1.0, "level": 1.0}],
    sources=(),
    target="slope",
    name="line",
)
LEVEL = CurveModel(
    description="a level",
    columns=(Column("dose", "dose"),),
    parameters=(Parameter("level", "y", "mean", low=0.0),),
    curve=lambda dose, level: level + 0.0 * dose,
    first_guess=lambda series, given: [{"level": 1.0}],
    sources=(),
    target="level",
    name="level",
)
SIGMOID = CurveModel(
    description="one site",
    columns=(Column("competitor_M", "competitor"),),
    parameters=(
        Parameter("top", "y", "top"),
        Parameter("bottom", "y", "bottom"),
        Parameter("log10_ic50", "log10 M", "IC50", -13, -2),
    ),
    curve=lambda competitor_M, top, bottom, log10_ic50: (
        bottom + (top - bottom) / (1 + competitor_M / 10.0**log10_ic50)
    ),
    first_guess=lambda series, given: [
        {"top": series.y.max(), "bottom": series.y.min(), "log10_ic50": -8.0}
    ],
    sources=(),
    target="log10_ic50",
    name="sigmoid",
)


def line_data(seed: int = 1, n: int = 12) -> Series:
    rng = np.random.default_rng(seed)
    dose = np.linspace(0, 5, n)
    return Series("line", 3 + 2 * dose + rng.normal(0, 0.4, n), "y", {"dose": dose})


def test_a_line_is_the_solution_of_the_normal_equations() -> None:
    series = line_data()
    result = fit(series, LINE)
    exact = stats.linregress(series.x["dose"], series.y)
    assert result["slope"].value == pytest.approx(exact.slope, rel=1e-9)
    assert result["level"].value == pytest.approx(exact.intercept, rel=1e-9)
    assert result["slope"].se == pytest.approx(exact.stderr, rel=1e-7)
    assert result["level"].se == pytest.approx(exact.intercept_stderr, rel=1e-7)


def test_profile_limits_of_a_line_are_its_t_limits() -> None:
    series = line_data()
    result = fit(series, LINE, confidence=0.9)
    exact = stats.linregress(series.x["dose"], series.y)
    reach = stats.t.ppf(0.95, 10) * exact.stderr
    assert (result["slope"].low, result["slope"].high) == pytest.approx(
        (exact.slope - reach, exact.slope + reach), rel=1e-6
    )


def test_the_band_of_a_line_is_the_textbook_band() -> None:
    series = line_data()
    result = fit(series, LINE)
    at = np.array([0.0, 2.5, 7.0])
    low, high = band(result, LINE, {"dose": at})
    dose = series.x["dose"]
    s = np.sqrt(result.rss / result.df)
    reach = (
        stats.t.ppf(0.975, result.df)
        * s
        * np.sqrt(1 / dose.size + (at - dose.mean()) ** 2 / np.sum((dose - dose.mean()) ** 2))
    )
    middle = predict(result, LINE, {"dose": at})
    assert middle - low == pytest.approx(reach, rel=1e-6)
    assert high - middle == pytest.approx(reach, rel=1e-6)


def test_log_likelihood_and_aicc_are_those_of_the_normal_distribution() -> None:
    series = line_data()
    result = fit(series, LINE)
    residual = series.y - result.parts[0].expected
    sigma = np.sqrt(np.mean(residual**2))
    expected = stats.norm.logpdf(residual, scale=sigma).sum()
    assert result.log_likelihood == pytest.approx(expected, rel=1e-9)
    assert result.aicc == pytest.approx(2 * 3 - 2 * expected + 2 * 3 * 4 / (12 - 4), rel=1e-9)


def test_aicc_exists_from_two_readings_more_than_parameters_and_scatter() -> None:
    for n, correction in ((5, 24.0), (4, np.inf)):
        result = fit(line_data(n=n), LINE, intervals="none")
        assert result.aicc == pytest.approx(6 - 2 * result.log_likelihood + correction)


def test_no_reading_is_more_precise_than_its_counts() -> None:
    counts = np.array([100.0, 101, 99, 100])
    series = Series(
        "quiet",
        counts,
        "counts",
        {"dose": np.zeros(4)},
        counting_slope=np.ones(4),
        counting_offset=np.zeros(4),
    )
    result = fit(series, LEVEL, variance="poisson")
    assert result.parts[0].sd == pytest.approx(10.0)
    assert result["level"].se == pytest.approx(5.0, rel=1e-6)


def test_a_proportional_error_is_at_least_that_of_a_thousandth_of_the_largest_reading() -> None:
    dose = np.linspace(0.0, 1.0, 21)
    y = 1000.0 * dose * (1.0 + 0.05 * np.random.default_rng(4).standard_normal(21)) + 0.01
    result = fit(Series("line", y, "y", {"dose": dose}), LINE, variance="proportional")
    (part,) = result.parts
    assert abs(part.expected[0]) < 0.5
    assert part.sd[0] == pytest.approx(1e-3 * part.sd[-1], rel=1e-3)
    assert part.sd[10] == pytest.approx(0.5 * part.sd[-1], rel=1e-2)


def test_a_parameter_near_its_bound_is_not_at_it() -> None:
    y = 0.005 + 0.001 * np.array([-1.0, 0.5, -0.5, 1.0])
    result = fit(Series("low", y, "y", {"dose": np.zeros(4)}), LEVEL)
    assert result["level"].at_bound == "" and not result.checks
    assert result["level"].value == pytest.approx(0.005)


def test_a_shared_slope_is_that_of_the_joint_regression() -> None:
    one, two = line_data(1), line_data(2)
    parts = [
        FitPart(one, LINE, {"level": "level one"}, "same"),
        FitPart(two, LINE, {"level": "level two"}, "same"),
    ]
    result = fit(parts)
    dose = one.x["dose"]
    design = np.column_stack(
        [np.r_[dose, dose], np.r_[np.ones(12), np.zeros(12)], np.r_[np.zeros(12), np.ones(12)]]
    )
    exact = np.linalg.lstsq(design, np.r_[one.y, two.y], rcond=None)[0]
    assert [result[n].value for n in ("slope", "level one", "level two")] == pytest.approx(
        exact, rel=1e-8
    )


def test_parts_that_scatter_differently_are_weighted_by_their_own_scatter() -> None:
    rng = np.random.default_rng(3)
    dose = np.zeros(200)
    quiet = Series("quiet", 10 + rng.normal(0, 0.1, 200), "y", {"dose": dose})
    loud = Series("loud", 10 + rng.normal(0, 5.0, 200), "y", {"dose": dose})
    result = fit([FitPart(quiet, LEVEL), FitPart(loud, LEVEL)])
    weight = [1 / quiet.y.var(), 1 / loud.y.var()]
    exact = (weight[0] * quiet.y.mean() + weight[1] * loud.y.mean()) / sum(weight)
    assert result["level"].value == pytest.approx(exact, abs=1e-4)


def test_the_poisson_mean_is_the_mean_of_the_counts() -> None:
    counts = np.array([3.0, 7, 5, 4, 9, 2])
    series = Series(
        "counts",
        counts,
        "counts",
        {"dose": np.zeros(6)},
        counting_slope=np.ones(6),
        counting_offset=np.zeros(6),
    )
    result = fit(series, LEVEL, variance="poisson")
    assert result["level"].value == pytest.approx(counts.mean(), rel=1e-6)
    dispersion = max(1.0, np.sum((counts - counts.mean()) ** 2) / counts.mean() / 5)
    assert result["level"].se == pytest.approx(np.sqrt(dispersion * counts.mean() / 6), rel=1e-5)


def test_the_pipetting_share_is_estimated_beside_the_counting_noise() -> None:
    rng = np.random.default_rng(5)
    result = []
    for _ in range(40):
        dose = np.linspace(0, 1, 60)
        mean = 200 + 4000 * dose
        counts = rng.poisson(mean * (1 + rng.normal(0, 0.06, 60))).astype(float)
        series = Series(
            "plate",
            counts,
            "counts",
            {"dose": dose},
            counting_slope=np.ones(60),
            counting_offset=np.zeros(60),
        )
        result.append(fit(series, LINE, variance="counting", intervals="none").parts[0].cv)
    assert np.mean(result) == pytest.approx(0.06, abs=0.004)


def test_the_optimum_is_that_of_an_independent_optimiser() -> None:
    rng = np.random.default_rng(11)
    dose = np.repeat(10.0 ** np.arange(-11, -4.9, 0.5), 3)
    y = 100 + 3000 / (1 + dose / 10**-8.2) + rng.normal(0, 60, dose.size)
    result = fit(Series("c", y, "cpm", {"competitor_M": dose}), SIGMOID)
    exact, cov = optimize.curve_fit(
        lambda x, top, bottom, mid: bottom + (top - bottom) / (1 + 10 ** (np.log10(x) - mid)),
        dose,
        y,
        [3000, 100, -8],
        xtol=1e-14,
        ftol=1e-14,
    )
    assert [p.value for p in result.parameters] == pytest.approx(exact, rel=1e-6)
    assert [p.se for p in result.parameters] == pytest.approx(np.sqrt(np.diag(cov)), rel=1e-4)


def test_an_interval_that_does_not_close_is_open() -> None:
    dose = np.repeat(10.0 ** np.arange(-11, -7.9, 0.5), 3)
    rng = np.random.default_rng(2)
    series = Series(
        "weak",
        1000 / (1 + dose / 1e-6) + rng.normal(0, 20, dose.size),
        "cpm",
        {"competitor_M": dose},
    )
    result = fit(series, SIGMOID, fixed={"bottom": 0.0})["log10_ic50"]
    assert result.low > -9 and result.high == np.inf


def test_scaling_the_readings_scales_only_parameters_in_their_unit() -> None:
    rng = np.random.default_rng(11)
    dose = np.repeat(10.0 ** np.arange(-11, -4.9, 0.5), 3)
    y = 100 + 3000 / (1 + dose / 10**-8.2) + rng.normal(0, 60, dose.size)
    one = fit(Series("c", y, "cpm", {"competitor_M": dose}), SIGMOID)
    kilo = fit(Series("c", y / 1000, "kcpm", {"competitor_M": dose}), SIGMOID)
    assert kilo["log10_ic50"].value == pytest.approx(one["log10_ic50"].value, abs=1e-8)
    assert kilo["log10_ic50"].high == pytest.approx(one["log10_ic50"].high, abs=1e-6)
    assert kilo["top"].value * 1000 == pytest.approx(one["top"].value, rel=1e-8)


def test_a_parameter_at_its_bound_is_reported() -> None:
    series = Series("low", np.array([-1.0, -2.0, -1.5, -1.2]), "y", {"dose": np.zeros(4)})
    result = fit(series, LEVEL)
    assert result["level"].value == 0.0
    assert result["level"].at_bound == "low"
    # Sum of (y - x)^2 has risen by t^2 * s^2 there.
    rise = stats.t.ppf(0.975, 3) ** 2 * np.sum(series.y**2) / 3
    assert 4 * result["level"].high ** 2 - 2 * series.y.sum() * result[
        "level"
    ].high == pytest.approx(rise, rel=1e-5)
    (check,) = result.checks
    assert (check.name, check.level, check.value, check.limit) == (
        "parameter_at_bound",
        "warn",
        0.0,
        0.0,
    )
    assert check.message == "mean (level) lies on its bound 0"


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([1.0, 2.0], "2 readings cannot determine 2 parameters"),
        (
            [4.0, 4.0, 4.0, 4.0],
            "all readings of line are equal (4): there is no curve in them",
        ),
    ],
)
def test_a_fit_that_is_not_possible_gives_the_reason(y: list[float], message: str) -> None:
    result = fit(Series("line", np.array(y), "y", {"dose": np.arange(len(y))}), LINE)
    assert not result.ok
    assert result.message == message
    (check,) = result.checks
    assert (check.name, check.level, check.message) == ("fit_failed", "fail", message)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"model": SIGMOID},
            (
                "line: has no column competitor_M (competitor), which the curve sigmoid needs. "
                "Its columns are: dose."
            ),
        ),
        (
            {"model": LINE, "fixed": {"slop": 1.0}},
            "line: no parameter is called 'slop'. Did you mean 'slope'? There are: level, slope.",
        ),
        (
            {"model": LINE, "fixed": {"slope": np.inf}},
            "line: slope is fixed at inf. A fixed value is a finite number.",
        ),
        (
            {"model": LINE, "variance": "counting"},
            (
                "line: the variance model 'counting' needs counts and a counting time. Give the "
                "counting time, or choose the variance model 'constant' or 'proportional'."
            ),
        ),
        ({"model": None}, "line: no curve model is given. See: tricyclic curves models."),
        (
            {"model": LINE, "confidence": 2.0},
            "confidence: is 2. It lies between 0.5 and 1, such as 0.95.",
        ),
        (
            {"model": LINE, "intervals": ["slop"]},
            "No parameter is called 'slop'. Did you mean 'slope'? There are: level, slope.",
        ),
    ],
)
def test_input_that_cannot_be_used_is_refused_with_one_sentence(arguments, sentence) -> None:
    with pytest.raises(InputError) as error:
        fit(line_data(), **arguments)
    assert str(error.value) == sentence


def test_a_value_that_the_curve_needs_is_requested_by_its_name() -> None:
    needed = replace(
        LINE, parameters=(LINE.parameters[0], replace(LINE.parameters[1], fixed_by_default=True))
    )
    with pytest.raises(InputError) as error:
        fit(line_data(), needed)
    assert str(error.value) == (
        "line: level (level at 0) has no value, and the curve line needs one. Give its value."
    )


def test_nothing_to_fit_is_refused() -> None:
    with pytest.raises(InputError) as error:
        fit([])
    assert str(error.value) == "There is nothing to fit. Pass at least one series with its curve."


def test_fixed_parameters_are_not_counted_as_fitted() -> None:
    result = fit(line_data(), LINE, fixed={"level": 3.0})
    assert result.df == 11
    assert result["level"].fixed and result["level"].value == 3.0


def test_a_fit_prints_as_a_table_of_its_parameters():
    dose = np.array([0, 1, 3, 10, 30, 100, 300, 1000, 3000]) * 1e-9
    series = Series("c", [102, 98, 93, 79, 57, 31, 16, 9, 6], "cpm", {"concentration_M": dose})
    result = fit(series, CURVES["logistic_4pl"], fixed={"top": 100.0})
    assert str(result) == repr(result)
    assert str(result).splitlines() == [
        "9 readings   fitted",
        "  bottom       5.209 cpm        95 % CI 3.17–7.14",
        "  top          100.0 cpm        fixed",
        "  log10_ec50   -7.437 log10 M   95 % CI -7.48 to -7.40",
        "    EC50       36.5 nM          95 % CI 33.5–40.0",
        "  hill         -0.9842          95 % CI -1.06 to -0.917",
    ]


def test_an_open_limit_of_a_logarithm_is_open_for_the_concentration():
    dose = np.array([0, 1, 3, 10, 30, 100, 300, 1000, 3000]) * 1e-9
    series = Series("c", [102, 98, 93, 79, 57, 31, 16, 9, 6], "cpm", {"concentration_M": dose})
    result = fit(series, CURVES["logistic_4pl"])
    for low, high, interval in (
        (-8.0, np.inf, "95 % CI > 10.0"),
        (-np.inf, -7.0, "95 % CI < 100"),
        (-np.inf, np.inf, "95 % CI unbounded"),
    ):
        parameters = tuple(replace(p, low=low, high=high) for p in result.parameters)
        lines = str(replace(result, parameters=parameters)).splitlines()
        assert lines[4].split()[:3] == ["EC50", "35.2", "nM"]
        assert lines[4].endswith(interval)


def test_wrong_arguments_of_a_fit_are_named():
    dose = np.array([0, 1, 3, 10, 30, 100, 300, 1000, 3000]) * 1e-9
    series = Series("c", [102, 98, 93, 79, 57, 31, 16, 9, 6], "cpm", {"concentration_M": dose})
    with pytest.raises(InputError) as error:
        fit(series, CURVES["logistic_4pl"], variance="prop")
    assert str(error.value) == (
        "No variance model is called 'prop'. Did you mean 'proportional'? "
        "There are: binomial, constant, counting, poisson, power, proportional, quasibinomial, "
        "quasipoisson."
    )
    with pytest.raises(InputError) as error:
        fit([1, 2, 3], CURVES["logistic_4pl"])
    assert str(error.value) == (
        "parts: 'int' cannot be fitted. It is a Series, a FitPart, or several FitPart."
    )
    result = fit(series, CURVES["logistic_3pl"])
    with pytest.raises(KeyError, match="no parameter is called 'ec50'; there are bottom, top, log"):
        result["ec50"]


def test_a_parameter_that_is_not_determined_has_no_unit():
    series = Series("c", [1, 2], "cpm", {"concentration_M": [1e-9, 1e-8]})
    assert str(fit(series, CURVES["logistic_4pl"])).splitlines()[:2] == [
        "2 readings   2 readings cannot determine 4 parameters",
        "  bottom       not determined",
    ]


def test_a_parameter_without_influence_is_not_determined() -> None:
    idle = CurveModel(
        description="a level and nothing else",
        columns=(Column("dose", "dose"),),
        parameters=(Parameter("level", "y", "level"), Parameter("idle", "", "no influence")),
        curve=lambda dose, level, idle: level + 0.0 * idle * dose,
        first_guess=lambda series, given: [{"level": 1.0, "idle": 1.0}],
        sources=(),
        target="level",
        name="idle",
    )
    result = fit(line_data(), idle)
    assert np.isnan(result["idle"].se)
    assert (result["idle"].low, result["idle"].high) == (-np.inf, np.inf)
    (check,) = result.checks
    assert (check.name, check.level) == ("not_determined", "warn")
    assert (
        check.message == "no influence (idle) is not determined: the readings do not change with it"
    )
