"""The lack-of-fit test against R, and that it finds a curve of the wrong shape."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tricyclic.core.series import Series
from tricyclic.curves import SHELF
from tricyclic.fitting.fit import fit
from tricyclic.fitting.replicates import lack_of_fit

R = json.loads((Path(__file__).parents[1] / "golden/r/curves.json").read_text(encoding="utf-8"))
ONE = SHELF["one_site_competition"]
DOSE = 10.0 ** np.array(R["x"])


def test_lack_of_fit_is_that_of_r():
    tested = lack_of_fit(fit(Series("a", R["a"], "cpm", {"competitor_M": DOSE}), ONE))
    assert (tested.statistic, tested.p) == pytest.approx(
        (R["lack_of_fit"]["F"], R["lack_of_fit"]["p"]), rel=1e-6
    )
    assert tested.df == tuple(R["lack_of_fit"]["df"])
    assert "as replicates lie about their mean" in tested.says


def test_two_sites_read_as_one_are_noticed():
    y = 300 + 1100 / (1 + DOSE / 1e-9) + 1100 / (1 + DOSE / 1e-7) + np.tile([-20.0, 0.0, 20.0], 9)
    tested = lack_of_fit(fit(Series("two", y, "cpm", {"competitor_M": DOSE}), ONE))
    assert tested.p < 1e-6
    assert "misses its points" in tested.says


def test_without_replicates_there_is_nothing_to_judge_by():
    single = Series("single", R["a"][::3], "cpm", {"competitor_M": DOSE[::3]})
    assert lack_of_fit(fit(single, ONE)) is None


def test_with_as_many_parameters_as_doses_there_is_nothing_to_judge_by():
    three = np.repeat(10.0 ** np.array([-9.0, -8.0, -7.0]), 3)
    y = 300 + 2000 / (1 + three / 1e-8) + np.tile([-20.0, 5.0, 20.0], 3)
    assert lack_of_fit(fit(Series("three doses", y, "cpm", {"competitor_M": three}), ONE)) is None


def test_weights_follow_the_variance_model():
    # Proportional scatter: by absolute residuals the tops would drown the rest.
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
