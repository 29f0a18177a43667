"""Readings exactly on their curve, as in tables of textbooks: tests state that the curve fits and
do not divide by zero.
"""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.choose import compare_models
from tricyclic.fitting.fit import fit
from tricyclic.fitting.replicates import lack_of_fit, without_scatter

DOSE = np.repeat(10.0 ** np.arange(-11.0, -4.9, 0.5), 2)
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


def exact(of_second_site: float = 0.0) -> Series:
    bound = (1 - of_second_site) / (1 + DOSE / 3e-9) + of_second_site / (1 + DOSE / 3e-7)
    return Series("exact", 20.0 + 480.0 * bound, "fmol/mg", {"competitor_M": DOSE})


@pytest.mark.parametrize("variance", ["constant", "proportional"])
@pytest.mark.parametrize("name", ["one_site_competition", "one_site_competition_hill"])
def test_exact_readings_deviate_from_their_curve_by_nothing(name, variance):
    result = fit(exact(), CURVES[name], variance=variance)
    assert without_scatter(result)
    assert result["log10_ic50"].value == pytest.approx(np.log10(3e-9), abs=1e-6)
    half = result["log10_ic50"]
    assert half.low == half.value == half.high
    (check,) = (one for one in result.checks if one.name == "no_scatter")
    assert check.level == "warn"
    test = lack_of_fit(result)
    assert test is not None and test.p == pytest.approx(1.0)
    assert "no more than replicates scatter" in test.statement
    assert np.isfinite(result.parts[0].residuals).all()


@pytest.mark.parametrize(("share", "p"), [(0.0, 1.0), (0.4, 0.0)])
def test_exact_readings_decide_between_curves(share, p):
    series = exact(share)
    simple, full = (
        fit(series, CURVES[name]) for name in ("one_site_competition", "two_site_competition")
    )
    result = compare_models(simple, full, simple_name="one site", full_name="two sites")
    assert result.p == pytest.approx(p, abs=1e-6)
    preferred = "two sites preferred" if share else "one site adequate"
    assert result.statement.startswith(preferred)
    assert result.statement.endswith(
        "the readings lie exactly on two sites, so that AICc is not defined"
    )


def test_readings_with_little_scatter_are_not_exact():
    series = exact()
    y = series.y * (1 + 1e-6 * np.random.default_rng(1).standard_normal(series.n))
    result = fit(
        Series("fine", y, "fmol/mg", {"competitor_M": DOSE}), CURVES["one_site_competition"]
    )
    assert not without_scatter(result)
