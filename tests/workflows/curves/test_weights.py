"""Weights from the columns of a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.errors import InputError

DOSE = np.repeat(np.logspace(-1, 4, 9), 2)
RNG = np.random.default_rng(1)
SD = RNG.uniform(0.5, 6.0, DOSE.size)
FRAME = pd.DataFrame(
    {
        "conc_nM": DOSE,
        "y": 5 + 100 / (1 + DOSE / 50) + SD * RNG.normal(size=DOSE.size),
        "SD": SD,
        "w": SD**-2.0,
    }
)


def estimates(frame, **how) -> np.ndarray:
    result = tca.fit(frame, x="conc_nM", y="y", **how)
    return np.array([[one.value, one.low, one.high] for one in result.parameters]).ravel()


def test_one_over_a_column_of_standard_deviations_is_its_column_of_weights() -> None:
    direct = estimates(FRAME, weights="w")
    np.testing.assert_allclose(estimates(FRAME, weights="1/SD^2"), direct, rtol=1e-6)
    assert not np.allclose(direct, estimates(FRAME), rtol=1e-3)


def test_a_column_that_gives_the_weights_is_used() -> None:
    assert not any(
        "SD" in part
        for part in tca.fit(FRAME.drop(columns="w"), x="conc_nM", y="y", weights="1/SD^2").unused
    )


def test_y_in_a_formula_is_the_curve_even_where_a_column_is_called_y() -> None:
    result = tca.fit(FRAME, x="conc_nM", y="y", weights="1/y^2")
    assert result.fit.variance == "proportional"


def test_sd_in_a_formula_is_that_of_the_replicates_where_no_column_is_called_so() -> None:
    two = FRAME.drop(columns=["SD", "w"])
    own = np.repeat(two["y"].to_numpy().reshape(-1, 2).std(axis=1, ddof=1), 2)
    direct = estimates(two.assign(v=own**-2.0), weights="v")
    np.testing.assert_allclose(estimates(two, weights="1/sd^2"), direct, rtol=1e-5)


def test_a_reading_without_a_standard_deviation_is_not_used_and_named() -> None:
    frame = FRAME.assign(SD=np.where(np.arange(DOSE.size) == 3, np.nan, SD))
    result = tca.fit(frame, x="conc_nM", y="y", weights="1/SD^2")
    assert result.fit.n == DOSE.size - 1
    kept = FRAME.drop(index=3)
    np.testing.assert_allclose(
        result["log10_ec50"].value,
        tca.fit(kept, x="conc_nM", y="y", weights="w")["log10_ec50"].value,
        rtol=1e-6,
    )
    assert any("row 4" in part for part in result.unused)


def test_weights_that_are_no_column_and_no_formula_are_refused() -> None:
    with pytest.raises(InputError) as error:
        tca.fit(FRAME, x="conc_nM", y="y", weights="ww")
    assert str(error.value).startswith("weights=: no column of weights is called 'ww'.")


def test_a_derived_quantity_of_a_fit_has_limits() -> None:
    result = tca.fit(FRAME, x="conc_nM", y="y")
    span = result.derived(lambda p: p["top"] - p["bottom"])
    assert span.value == pytest.approx(result["top"].value - result["bottom"].value)
    assert span.low < 100 < span.high
    own = result.derived(lambda p: p["log10_ec50"])
    assert own.low == pytest.approx(result["log10_ec50"].low, abs=1e-3)


def test_a_rate_is_printed_with_its_half_life() -> None:
    time = np.linspace(0, 40, 21)
    y = 10 + 90 * np.exp(-0.1 * time) + np.random.default_rng(2).normal(size=21)
    text = tca.fit({"time_min": time, "y": y}, "one_phase_decay", x="time_min", y="y").summary()
    (line,) = [line for line in text.splitlines() if "half_life" in line]
    value = float(line.split()[1])
    assert value == pytest.approx(np.log(2) / 0.1, rel=0.1)
    low, high = (float(part) for part in line.split("CI ")[1].split("–"))
    assert low < value < high


def test_what_the_variance_model_has_estimated_is_printed() -> None:
    rng = np.random.default_rng(4)
    mean = 5 + 100 / (1 + np.repeat(DOSE, 4) / 50)
    frame = pd.DataFrame(
        {"conc_nM": np.repeat(DOSE, 4), "y": mean * (1 + 0.05 * rng.normal(size=mean.size))}
    )
    result = tca.fit(frame, x="conc_nM", y="y", variance="power")
    assert f"SD ~ reading^{result.fit.power:.2f}"[:20] in result.summary()
    counts = frame.assign(y=rng.poisson(mean))
    quasi = tca.fit(counts, x="conc_nM", y="y", variance="quasipoisson")
    assert " x Poisson variance" in quasi.summary()
    assert "scatter" not in tca.fit(frame, x="conc_nM", y="y").summary()


def standards():
    rng = np.random.default_rng(11)
    conc = np.repeat([1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0], 2)
    mean = 0.05 + 2.4 / (1 + (90 / conc) ** 1.1)
    sd = 0.004 + 0.06 * mean
    y = mean + sd * rng.normal(size=conc.size)
    known = pd.DataFrame({"conc": conc, "od": y, "sd": sd, "w": 1 / sd**2})
    return pd.concat([known, pd.DataFrame({"conc": [np.nan], "od": [1.1]})], ignore_index=True)


@pytest.mark.parametrize("weights", ["w", "1/sd^2"])
def test_a_standard_curve_takes_the_weights_of_columns_as_a_fit_does(weights):
    table = standards()
    result = tca.interpolate(table, x="conc:ng/mL", y="od", weights=weights)
    known = table.dropna(subset=["conc"])
    fit = tca.fit(known, x="conc", x_unit="nM", y="od", weights=weights)
    for name in ("top", "bottom", "hill"):
        assert result.fit[name].value == pytest.approx(fit[name].value, rel=1e-5)
        assert result.fit[name].se == pytest.approx(fit[name].se, rel=1e-4)
    equal = tca.interpolate(table, x="conc:ng/mL", y="od")
    assert equal.fit["bottom"].value != pytest.approx(result.fit["bottom"].value, rel=1e-3)
    assert len(result.samples) == 1


def test_an_unknown_column_of_weights_of_a_standard_curve_is_refused():
    with pytest.raises(tca.InputError, match="no column of weights is called 'weigth'"):
        tca.interpolate(standards(), x="conc:ng/mL", y="od", weights="weigth")


@pytest.mark.parametrize("weights", ["w", "1/sd^2", "1/y"])
def test_logarithms_of_standards_have_no_other_weights(weights):
    with pytest.raises(tca.InputError, match="weights=: has no effect on the curve log_log"):
        tca.interpolate(standards(), x="conc:ng/mL", y="od", weights=weights, curve="log_log")
