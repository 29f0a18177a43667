"""The engine against closed forms: a straight line has exact answers for everything the engine reports."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.fit import Part, band, fit, predict

LINE = CurveModel(
    says="a straight line",
    columns=(Column("dose", "dose"),),
    parameters=(Parameter("slope", "y", "slope"), Parameter("level", "y", "level at 0")),
    curve=lambda dose, slope, level: level + slope * dose,
    first_guess=lambda series, given: [{"slope": 1.0, "level": 1.0}],
    sources=(),
    target="slope",
    name="line",
)
LEVEL = CurveModel(
    says="a level",
    columns=(Column("dose", "dose"),),
    parameters=(Parameter("level", "y", "mean", low=0.0),),
    curve=lambda dose, level: level + 0.0 * dose,
    first_guess=lambda series, given: [{"level": 1.0}],
    sources=(),
    target="level",
    name="level",
)
SIGMOID = CurveModel(
    says="one site",
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


def test_a_line_is_fitted_as_the_normal_equations_have_it() -> None:
    series = line_data()
    found = fit(series, LINE)
    exact = stats.linregress(series.x["dose"], series.y)
    assert found["slope"].value == pytest.approx(exact.slope, rel=1e-9)
    assert found["level"].value == pytest.approx(exact.intercept, rel=1e-9)
    assert found["slope"].se == pytest.approx(exact.stderr, rel=1e-7)
    assert found["level"].se == pytest.approx(exact.intercept_stderr, rel=1e-7)


def test_profile_limits_of_a_line_are_its_t_limits() -> None:
    series = line_data()
    found = fit(series, LINE, confidence=0.9)
    exact = stats.linregress(series.x["dose"], series.y)
    reach = stats.t.ppf(0.95, 10) * exact.stderr
    assert (found["slope"].low, found["slope"].high) == pytest.approx(
        (exact.slope - reach, exact.slope + reach), rel=1e-6
    )


def test_the_band_of_a_line_is_the_textbook_band() -> None:
    series = line_data()
    found = fit(series, LINE)
    at = np.array([0.0, 2.5, 7.0])
    low, high = band(found, LINE, {"dose": at})
    dose = series.x["dose"]
    s = np.sqrt(found.rss / found.df)
    reach = (
        stats.t.ppf(0.975, found.df)
        * s
        * np.sqrt(1 / dose.size + (at - dose.mean()) ** 2 / np.sum((dose - dose.mean()) ** 2))
    )
    middle = predict(found, LINE, {"dose": at})
    assert middle - low == pytest.approx(reach, rel=1e-6)
    assert high - middle == pytest.approx(reach, rel=1e-6)


def test_log_likelihood_and_aicc_are_those_of_the_normal_distribution() -> None:
    series = line_data()
    found = fit(series, LINE)
    residual = series.y - found.parts[0].expected
    sigma = np.sqrt(np.mean(residual**2))
    expected = stats.norm.logpdf(residual, scale=sigma).sum()
    assert found.log_likelihood == pytest.approx(expected, rel=1e-9)
    assert found.aicc == pytest.approx(2 * 3 - 2 * expected + 2 * 3 * 4 / (12 - 4), rel=1e-9)


def test_a_shared_slope_is_that_of_the_joint_regression() -> None:
    one, two = line_data(1), line_data(2)
    parts = [
        Part(one, LINE, {"level": "level one"}, "same"),
        Part(two, LINE, {"level": "level two"}, "same"),
    ]
    found = fit(parts)
    dose = one.x["dose"]
    design = np.column_stack(
        [np.r_[dose, dose], np.r_[np.ones(12), np.zeros(12)], np.r_[np.zeros(12), np.ones(12)]]
    )
    exact = np.linalg.lstsq(design, np.r_[one.y, two.y], rcond=None)[0]
    assert [found[n].value for n in ("slope", "level one", "level two")] == pytest.approx(
        exact, rel=1e-8
    )


def test_parts_that_scatter_differently_are_weighted_by_their_own_scatter() -> None:
    rng = np.random.default_rng(3)
    dose = np.zeros(200)
    quiet = Series("quiet", 10 + rng.normal(0, 0.1, 200), "y", {"dose": dose})
    loud = Series("loud", 10 + rng.normal(0, 5.0, 200), "y", {"dose": dose})
    found = fit([Part(quiet, LEVEL), Part(loud, LEVEL)])
    weight = [1 / quiet.y.var(), 1 / loud.y.var()]
    exact = (weight[0] * quiet.y.mean() + weight[1] * loud.y.mean()) / sum(weight)
    assert found["level"].value == pytest.approx(exact, abs=1e-4)


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
    found = fit(series, LEVEL, variance="poisson")
    assert found["level"].value == pytest.approx(counts.mean(), rel=1e-6)
    dispersion = max(1.0, np.sum((counts - counts.mean()) ** 2) / counts.mean() / 5)
    assert found["level"].se == pytest.approx(np.sqrt(dispersion * counts.mean() / 6), rel=1e-5)


def test_the_pipetting_share_is_found_next_to_the_counting_noise() -> None:
    rng = np.random.default_rng(5)
    found = []
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
        found.append(fit(series, LINE, variance="counting", intervals="none").parts[0].cv)
    assert np.mean(found) == pytest.approx(0.06, abs=0.004)


def test_the_optimum_is_that_of_an_independent_optimiser() -> None:
    rng = np.random.default_rng(11)
    dose = np.repeat(10.0 ** np.arange(-11, -4.9, 0.5), 3)
    y = 100 + 3000 / (1 + dose / 10**-8.2) + rng.normal(0, 60, dose.size)
    found = fit(Series("c", y, "cpm", {"competitor_M": dose}), SIGMOID)
    exact, cov = optimize.curve_fit(
        lambda x, top, bottom, mid: bottom + (top - bottom) / (1 + 10 ** (np.log10(x) - mid)),
        dose,
        y,
        [3000, 100, -8],
        xtol=1e-14,
        ftol=1e-14,
    )
    assert [p.value for p in found.parameters] == pytest.approx(exact, rel=1e-6)
    assert [p.se for p in found.parameters] == pytest.approx(np.sqrt(np.diag(cov)), rel=1e-4)


def test_an_interval_that_does_not_close_is_open() -> None:
    dose = np.repeat(10.0 ** np.arange(-11, -7.9, 0.5), 3)
    rng = np.random.default_rng(2)
    series = Series(
        "weak",
        1000 / (1 + dose / 1e-6) + rng.normal(0, 20, dose.size),
        "cpm",
        {"competitor_M": dose},
    )
    found = fit(series, SIGMOID, given={"bottom": 0.0})["log10_ic50"]
    assert found.low > -9 and found.high == np.inf


def test_scaling_the_readings_scales_only_what_is_in_their_unit() -> None:
    rng = np.random.default_rng(11)
    dose = np.repeat(10.0 ** np.arange(-11, -4.9, 0.5), 3)
    y = 100 + 3000 / (1 + dose / 10**-8.2) + rng.normal(0, 60, dose.size)
    one = fit(Series("c", y, "cpm", {"competitor_M": dose}), SIGMOID)
    kilo = fit(Series("c", y / 1000, "kcpm", {"competitor_M": dose}), SIGMOID)
    assert kilo["log10_ic50"].value == pytest.approx(one["log10_ic50"].value, abs=1e-8)
    assert kilo["log10_ic50"].high == pytest.approx(one["log10_ic50"].high, abs=1e-6)
    assert kilo["top"].value * 1000 == pytest.approx(one["top"].value, rel=1e-8)


def test_a_parameter_on_its_bound_says_so() -> None:
    series = Series("low", np.array([-1.0, -2.0, -1.5, -1.2]), "y", {"dose": np.zeros(4)})
    found = fit(series, LEVEL)
    assert found["level"].value == 0.0
    assert found["level"].at_bound == "low"
    # Sum of (y - x)^2 has risen by t^2 * s^2 there.
    rise = stats.t.ppf(0.975, 3) ** 2 * np.sum(series.y**2) / 3
    assert 4 * found["level"].high ** 2 - 2 * series.y.sum() * found["level"].high == pytest.approx(
        rise, rel=1e-5
    )
    assert [check.name for check in found.checks] == ["bound_touched"]


@pytest.mark.parametrize(
    ("y", "says"),
    [([1.0, 2.0], "cannot bear"), ([4.0, 4.0, 4.0, 4.0], "all readings of line are equal")],
)
def test_a_fit_that_cannot_be_says_why(y: list[float], says: str) -> None:
    found = fit(Series("line", np.array(y), "y", {"dose": np.arange(len(y))}), LINE)
    assert not found.ok
    assert says in found.says
    assert found.checks[0].level == "stop"


def test_what_is_missing_is_named() -> None:
    series = line_data()
    with pytest.raises(InputError, match="no column competitor_M"):
        fit(series, SIGMOID)
    with pytest.raises(InputError, match="no parameter is called 'slop'"):
        fit(series, LINE, given={"slop": 1.0})
    with pytest.raises(InputError, match="needs counts"):
        fit(series, LINE, variance="counting")
    with pytest.raises(InputError, match="no curve was named"):
        fit(series)
    with pytest.raises(InputError, match="onfidence is 2"):
        fit(series, LINE, confidence=2.0)


def test_held_parameters_are_not_counted_as_fitted() -> None:
    found = fit(line_data(), LINE, given={"level": 3.0})
    assert found.df == 11
    assert found["level"].fixed and found["level"].value == 3.0
