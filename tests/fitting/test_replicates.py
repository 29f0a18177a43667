"""The lack-of-fit test against R, and that it finds a curve of the wrong shape."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tricyclic.core.format import format_number
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.fit import fit
from tricyclic.fitting.replicates import lack_of_fit

R = json.loads((Path(__file__).parents[1] / "golden/r/curves.json").read_text(encoding="utf-8"))
ONE = CURVES["one_site_competition"]
DOSE = 10.0 ** np.array(R["x"])


def test_lack_of_fit_is_that_of_r():
    test = lack_of_fit(fit(Series("a", R["a"], "cpm", {"competitor_M": DOSE}), ONE))
    assert (test.statistic, test.p) == pytest.approx(
        (R["lack_of_fit"]["F"], R["lack_of_fit"]["p"]), rel=1e-6
    )
    assert test.df == tuple(R["lack_of_fit"]["df"])
    numbers = f"F(6, 18) = {test.statistic:.2g}, p = {test.p:.2g}"
    assert test.statement == (
        f"the points deviate from the curve no more than replicates scatter ({numbers})"
    )


def test_two_sites_fitted_as_one_do_not_fit():
    y = 300 + 1100 / (1 + DOSE / 1e-9) + 1100 / (1 + DOSE / 1e-7) + np.tile([-20.0, 0.0, 20.0], 9)
    test = lack_of_fit(fit(Series("two", y, "cpm", {"competitor_M": DOSE}), ONE))
    assert test.p < 1e-6
    assert re.fullmatch(
        r"the points deviate from the curve by more than replicates scatter "
        r"\(F\(6, 18\) = \d+, p = \S+\): wrong curve, pipetting error or wrong settings",
        test.statement,
    )


def test_there_is_no_test_without_replicates():
    single = Series("single", R["a"][::3], "cpm", {"competitor_M": DOSE[::3]})
    assert lack_of_fit(fit(single, ONE)) is None


def test_there_is_no_test_with_as_many_parameters_as_doses():
    three = np.repeat(10.0 ** np.array([-9.0, -8.0, -7.0]), 3)
    y = 300 + 2000 / (1 + three / 1e-8) + np.tile([-20.0, 5.0, 20.0], 3)
    assert lack_of_fit(fit(Series("three doses", y, "cpm", {"competitor_M": three}), ONE)) is None


def test_weights_follow_the_variance_model():
    # Proportional scatter: absolute residuals at the top would outweigh all others.
    rng = np.random.default_rng(3)
    mean = 100 + 9900 / (1 + DOSE / 1e-8)
    ps = []
    for _ in range(60):
        y = mean * (1 + 0.05 * rng.standard_normal(27))
        ps.append(
            lack_of_fit(
                fit(Series("p", y, "cpm", {"competitor_M": DOSE}), ONE, variance="proportional")
            ).p
        )
    assert 0.35 < np.mean(ps) < 0.65
    assert np.mean(np.array(ps) < 0.05) <= 0.15


def test_a_deviation_within_chance_is_no_lack_of_fit():
    zigzag = 10.0 * np.repeat([1, -1, 1, -1, 1, -1, 1, -1, 1], 3)
    y = 300 + 2000 / (1 + DOSE / 1e-8) + np.tile([-20.0, 0.0, 20.0], 9) + zigzag
    test = lack_of_fit(fit(Series("zigzag", y, "cpm", {"competitor_M": DOSE}), ONE))
    assert 0.05 < test.p < 0.5
    assert test.statement == (
        "the points deviate from the curve no more than replicates scatter (F(6, 18) = "
        f"{format_number(test.statistic, 2)}, p = {format_number(test.p, 2)})"
    )


def test_a_failed_fit_is_refused():
    flat = fit(Series("flat", np.full(27, 5.0), "cpm", {"competitor_M": DOSE}), ONE)
    with pytest.raises(InputError) as error:
        lack_of_fit(flat)
    assert str(error.value) == (
        "The fit failed: all readings of flat are equal (5): there is no curve in them. Test a fit "
        "that succeeded."
    )
