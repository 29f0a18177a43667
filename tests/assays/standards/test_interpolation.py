"""Unknowns from a standard curve: Fieller's interval, coverage, ranges and tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.optimize import brentq
from scipy.special import stdtrit

import tricyclic as tca
from tricyclic.assays.standards.curve import StandardCurve
from tricyclic.assays.standards.interpolation import (
    InterpolationMethod,
    SampleReadings,
    StandardReadings,
    interpolate_samples,
)
from tricyclic.errors import InputError
from tricyclic.fitting.fit import fit as fit_curve

LEVELS = np.repeat([2.0, 5, 10, 25, 50, 100, 250, 500], 2)
WEIGHTED = InterpolationMethod(weights="1/y^2")


def elisa(x):
    return 0.06 + (2.9 - 0.06) / (1.0 + (90.0 / np.maximum(x, 1e-12)) ** 1.2)


def ria(x):
    return 800.0 + (12000.0 - 800.0) / (1.0 + (np.maximum(x, 1e-12) / 30.0) ** 0.9)


def readings(curve, x, rng, cv=0.04):
    mean = curve(np.asarray(x, float))
    return mean * (1.0 + cv * rng.normal(size=mean.size))


def standards(curve, seed, x=LEVELS, cv=0.04, **more) -> StandardReadings:
    return StandardReadings(x, readings(curve, x, np.random.default_rng(seed), cv), **more)


@pytest.mark.parametrize("m", [1, 3])
def test_limits_on_a_straight_line_are_fiellers(m) -> None:
    rng = np.random.default_rng(2)
    x = np.repeat(np.arange(1.0, 9.0), 2)
    y = 0.1 + 0.25 * x + 0.05 * rng.normal(size=16)
    y0 = np.full(m, 1.35)
    method = InterpolationMethod(curve="straight_line")
    (one,) = interpolate_samples(StandardReadings(x, y), [SampleReadings("u", y0)], method).samples
    design = np.column_stack([np.ones(16), x])
    (a, b), rss = np.linalg.lstsq(design, y, rcond=None)[:2]
    s2, t = float(rss[0]) / 14, float(stdtrit(14, 0.975))
    sxx = float(np.sum((x - x.mean()) ** 2))
    # Graybill's closed form: roots of (y0 - a - b x)^2 = t^2 s2 (1/m + 1/n + (x - mean)^2 / Sxx).
    c2 = b**2 - t**2 * s2 / sxx
    d = 1.35 - a - b * x.mean()
    half = t * math.sqrt(s2 * (c2 * (1 / m + 1 / 16) + d**2 / sxx)) / c2
    assert one.concentration == pytest.approx((1.35 - a) / b, rel=1e-9)
    assert one.low == pytest.approx(x.mean() + b * d / c2 - half, rel=1e-4)
    assert one.high == pytest.approx(x.mean() + b * d / c2 + half, rel=1e-4)


@pytest.mark.parametrize("curve", [elisa, ria])
@pytest.mark.parametrize("m", [1, 2])
@pytest.mark.slow
def test_limits_include_the_concentration_as_often_as_they_state(curve, m) -> None:
    rng = np.random.default_rng(11)
    truth = np.array([6.0, 30.0, 120.0])
    inside = done = 0
    for seed in range(80):
        drawn = [SampleReadings(str(x), readings(curve, np.full(m, x), rng)) for x in truth]
        result = interpolate_samples(standards(curve, seed), drawn, WEIGHTED)
        for one, x in zip(result.samples, truth, strict=True):
            done += one.status == "in range"
            inside += one.status == "in range" and one.low <= x <= one.high
    assert done >= 235
    assert inside / done == pytest.approx(0.95, abs=0.035)


@pytest.mark.parametrize("name", ["logistic_4pl", "logistic_5pl"])
@pytest.mark.parametrize("curve", [elisa, ria])
def test_a_concentration_is_where_the_fitted_curve_takes_the_reading(name, curve) -> None:
    known = standards(curve, 4)
    own = StandardCurve(known.concentration, known.reading, curve=name, weights="1/y^2")
    y0 = float(curve(np.array([37.0]))[0])
    expected = brentq(lambda x: own.expected(np.array([x]))[0] - y0, 2, 500, xtol=1e-12)
    method = InterpolationMethod(curve=name, weights="1/y^2")
    (one,) = interpolate_samples(known, [SampleReadings("u", np.array([y0]))], method).samples
    assert one.concentration == pytest.approx(expected, rel=1e-9)
    assert one.low < one.concentration < one.high


def test_the_curve_of_the_standards_is_the_fit_of_the_curve_model() -> None:
    known = standards(elisa, 5)
    series = tca.Series("s", known.reading, "OD", {"concentration_M": known.concentration})
    direct = fit_curve(series, tca.curve_model("logistic_4pl"), weights="1/y^2")
    result = interpolate_samples(known, [], WEIGHTED)
    for one in direct.parameters:
        assert result.fit[one.name].value == one.value
        assert result.fit[one.name].low == one.low


def test_log_log_is_the_regression_of_the_logarithms() -> None:
    x = np.repeat([0.5, 2.0, 10.0, 40.0], 3)
    y = readings(lambda v: 3.0 * v**0.8, x, np.random.default_rng(6))
    slope, level = np.polyfit(np.log10(x), np.log10(y), 1)
    sample = np.array([20.0, 23.0])
    result = interpolate_samples(
        StandardReadings(x, y), [SampleReadings("u", sample)], InterpolationMethod(curve="log_log")
    )
    expected = 10 ** ((np.log10(sample).mean() - level) / slope)
    assert result.samples[0].concentration == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e6])
def test_concentrations_do_not_depend_on_the_unit_of_the_standards(unit) -> None:
    known = standards(elisa, 7)
    sample = [SampleReadings("u", np.array([0.7, 0.72]))]
    (one,) = interpolate_samples(known, sample, WEIGHTED).samples
    other = StandardReadings(known.concentration * unit, known.reading)
    (two,) = interpolate_samples(other, sample, WEIGHTED).samples
    for name in ("concentration", "low", "high"):
        assert getattr(two, name) == pytest.approx(getattr(one, name) * unit, rel=1e-5)


@pytest.mark.parametrize("curve", [elisa, ria])
def test_nothing_is_extrapolated_beyond_the_standards(curve) -> None:
    known = standards(curve, 8, cv=0.01)
    drawn = [
        SampleReadings(name, curve(np.array([x])), 10.0)
        for name, x in (("low", 0.3), ("high", 1500.0), ("inside", 40.0))
    ]
    low, high, inside = interpolate_samples(known, drawn, WEIGHTED).samples
    assert (low.status, high.status, inside.status) == ("below range", "above range", "in range")
    assert math.isnan(low.concentration) and math.isnan(high.concentration)
    assert (low.bound, high.bound) == (20.0, 5000.0)
    assert inside.concentration == pytest.approx(400.0, rel=0.05)


def test_a_reading_beyond_the_plateau_is_above_the_range() -> None:
    known = standards(elisa, 9, cv=0.01)
    (one,) = interpolate_samples(known, [SampleReadings("u", np.array([3.9]))], WEIGHTED).samples
    assert one.status == "above range"
    assert one.high == math.inf


def test_the_limit_of_a_concentration_near_the_end_of_the_standards_is_open() -> None:
    known = standards(elisa, 10, cv=0.05)
    drawn = [SampleReadings("u", elisa(np.array([350.0])))]
    (one,) = interpolate_samples(known, drawn, WEIGHTED).samples
    assert one.status == "in range"
    assert one.high == math.inf
    assert 100 < one.low < 400


def test_standards_are_rated_by_what_the_curve_gives_back() -> None:
    known = standards(elisa, 12, cv=0.01)
    y = known.reading.copy()
    y[:2] *= 1.25
    method = InterpolationMethod(weights="1/x", acceptance_percent=8.0)
    result = interpolate_samples(StandardReadings(known.concentration, y), [], method)
    own = StandardCurve(known.concentration, y, curve="logistic_4pl", weights="1/x")
    for level in result.standards:
        back = own.back_calculated(y[known.concentration == level.concentration])
        assert level.back_calculated == pytest.approx(back.mean())
        assert level.recovery_percent == pytest.approx(100 * back.mean() / level.concentration)
        assert level.cv_percent == pytest.approx(100 * back.std(ddof=1) / back.mean())
        good = abs(level.recovery_percent - 100) <= 8 and level.cv_percent <= 8
        assert level.accepted == good
    accepted = [level.concentration for level in result.standards if level.accepted]
    assert (result.lowest, result.highest) == (min(accepted), max(accepted))
    assert not result.standards[0].accepted


def test_the_lowest_standard_may_deviate_more() -> None:
    known = standards(elisa, 13, cv=0.01)
    y = known.reading.copy()
    y[:2] *= 1.25
    strict = InterpolationMethod(weights="1/x", acceptance_percent=8.0)
    wide = InterpolationMethod(
        weights="1/x", acceptance_percent=8.0, acceptance_at_lloq_percent=60.0
    )
    changed = StandardReadings(known.concentration, y)
    assert interpolate_samples(changed, [], strict).lowest > 2.0
    assert interpolate_samples(changed, [], wide).lowest == 2.0


def test_a_parabola_that_turns_within_the_standards_ends_the_range_there() -> None:
    x = np.repeat([1.0, 5, 10, 15, 20], 2)
    y = 0.1 + 0.2 * x - 0.006 * x**2 + np.tile([0.004, -0.004], 5)
    method = InterpolationMethod(curve="quadratic")
    result = interpolate_samples(StandardReadings(x, y), [SampleReadings("u", y[:1])], method)
    assert result.highest == pytest.approx(0.2 / 0.012, rel=0.05)
    assert "standard_curve_turns" in {check.name for check in result.checks}


FRAME = pd.DataFrame(
    {
        "name": ["s"] * 8 + ["a", "a", "b", "ctrl"],
        "conc": [*LEVELS[::2], None, None, None, 80.0],
        "role": ["std"] * 8 + ["unknown"] * 3 + ["QC1"],
        "OD1": [*elisa(LEVELS[::2]) * 1.01, 0.5, 0.52, 2.0, 1.37],
        "OD2": [*elisa(LEVELS[::2]) * 0.99, 0.51, None, 2.1, 1.39],
        "dil": ["neat"] * 8 + ["1:10", "1/10", "4", ""],
    }
)


@pytest.mark.parametrize("frame", [FRAME, pl.from_pandas(FRAME)])
def test_a_dataframe_gives_samples_replicates_dilutions_and_controls(frame) -> None:
    result = tca.interpolate(
        frame,
        x="conc:ng/mL",
        y=["OD1", "OD2"],
        sample="name",
        role="role",
        dilution="dil",
        weights="1/y^2",
    )
    table = result.to_frame().set_index("sample")
    assert list(table.index) == ["a", "b", "ctrl"]
    assert table.loc["a", "n"] == 3
    assert table.loc["a", "dilution"] == 10
    own = StandardCurve(
        np.repeat(LEVELS[::2], 2),
        np.column_stack([FRAME["OD1"][:8], FRAME["OD2"][:8]]).ravel(),
        curve="logistic_4pl",
        weights="1/y^2",
    )
    expected = 10 * own.back_calculated(np.array([(0.5 + 0.52 + 0.51) / 3]))[0]
    assert table.loc["a", "concentration_ng_per_mL"] == pytest.approx(expected, rel=1e-6)
    assert table.loc["ctrl", "recovery_percent"] == pytest.approx(100, abs=5)
    assert table.loc["ctrl", "kind"] == "qc"
    assert result.to_frame("standards").shape == (8, 9)


def test_unknowns_may_be_in_a_second_table_and_blanks_are_standards_of_zero(tmp_path) -> None:
    lines = [
        "role,conc,y",
        *(f"std,{x:g},{y:g}" for x, y in zip(LEVELS, elisa(LEVELS), strict=True)),
    ]
    rng = np.random.default_rng(1)
    lines += [f"blank,,{v:.4f}" for v in 0.06 * (1 + 0.02 * rng.normal(size=2))]
    (tmp_path / "standards.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "unknowns.csv").write_text("conc,y\n,0.5\n,1.4\n")
    result = tca.interpolate(
        tmp_path / "standards.csv",
        x="conc:pg/mL",
        y="y",
        role="role",
        unknowns=tmp_path / "unknowns.csv",
    )
    assert [one.sample for one in result.samples] == ["row 1", "row 2"]
    both = (
        (tmp_path / "unknowns.csv").write_text("id,y\nserum-1,0.5\nserum-1,0.51\nserum-2,1.4\n"),
        (tmp_path / "standards.csv").write_text(
            "\n".join(f"{line},{'id' if k == 0 else f's{k}'}" for k, line in enumerate(lines))
            + "\n"
        ),
    )
    assert all(both)
    named = tca.interpolate(
        tmp_path / "standards.csv",
        x="conc:pg/mL",
        y="y",
        role="role",
        sample="id",
        unknowns=tmp_path / "unknowns.csv",
    )
    assert [(one.sample, one.n) for one in named.samples] == [("serum-1", 2), ("serum-2", 1)]
    assert result.standards[0].concentration == 0.0


def test_the_unit_of_the_standards_is_that_of_the_option_of_the_name_or_none() -> None:
    how = {"y": ["OD1", "OD2"], "sample": "name", "dilution": "dil"}
    named = FRAME.rename(columns={"conc": "conc_nM"})
    assert tca.interpolate(FRAME, x="conc", x_unit="IU/mL", **how).unit == "IU/mL"
    assert tca.interpolate(FRAME, x="conc:IU/mL", **how).unit == "IU/mL"
    assert tca.interpolate(named, x="conc_nM", **how).unit == "nM"
    assert tca.interpolate(FRAME, x="conc", **how).unit == ""


def test_what_is_not_used_is_named() -> None:
    frame = FRAME.assign(well="A1")
    frame.loc[10, ["OD1", "OD2"]] = None
    result = tca.interpolate(frame, x="conc", y=["OD1", "OD2"], sample="name", dilution="dil")
    assert any("'well'" in part for part in result.unused)
    assert any("row 11 (no reading)" in part for part in result.unused)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"y": "OD"}, "DataFrame: no column is called 'OD'. Did you mean 'OD2' or 'OD1'?"),
        ({"x": "conc:nM", "x_unit": "uM"}, "x_unit=: is uM, and x states nM. State the unit once."),
        ({"accept": 150.0}, "accept=: is 150. It lies between 0 and 100 %, such as 20."),
        (
            {"accept_at_lloq": 25.0},
            (
                "accept_at_lloq=: has no effect here. It goes with a limit for all standards. Add "
                "accept=20, or omit accept_at_lloq=."
            ),
        ),
        (
            {"curve": "log_log", "weights": "1/y"},
            (
                "weights=: has no effect on the curve log_log. Logarithms of readings have a "
                "constant "
                "relative error. Omit it."
            ),
        ),
        ({"dilution": "name"}, "DataFrame: a dilution is 's'. Such as 10, 1:10, 1/10 or neat."),
    ],
)
def test_wrong_input_is_refused_with_one_sentence(how, sentence) -> None:
    options = {"x": "conc", "y": ["OD1", "OD2"], **how}
    with pytest.raises(InputError) as error:
        tca.interpolate(FRAME, **options)
    assert str(error.value).startswith(sentence)


def test_files_of_a_result_are_equal_and_complete(tmp_path) -> None:
    options = {"x": "conc:ng/mL", "y": ["OD1", "OD2"], "sample": "name", "dilution": "dil"}
    one = tca.interpolate(FRAME, **options, out=tmp_path / "one")
    tca.interpolate(FRAME, **options, out=tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == [
        "interpolation.json",
        "parameters.csv",
        "samples.csv",
        "standard_curve.pdf",
        "standard_curve.svg",
        "standards.csv",
        "summary.txt",
    ]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    text = one.summary()
    assert "EC50" in text
    assert "ng/mL" in text and "range  2.00 to 500 ng/mL" in text
