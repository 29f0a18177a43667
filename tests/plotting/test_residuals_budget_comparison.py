"""Residuals, error budgets and compared groups, as drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.core.estimate import Estimate, Fit, FittedPart
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.budget import budget
from tricyclic.plotting.comparison import comparison
from tricyclic.plotting.residuals import residuals
from tricyclic.results.binding import ErrorShare, GroupComparison


def fit_with(residual: list[float]) -> Fit:
    y = np.array(residual) * 2.0 + 100.0
    series = Series("s", y, "dpm", {"competitor_M": np.full(len(y), 1e-9), "specific": 1.0})
    part = FittedPart(series, "m", {}, np.full(len(y), 100.0), np.full(len(y), 2.0))
    return Fit(True, "fits", (), (part,), np.zeros((0, 0)), 1.0, 1, 0.0, 0.0, "constant")


def test_residuals_are_in_standard_deviations_and_those_outside_are_counted(drawn):
    figure = residuals(fit_with([0.0, 1.0, -3.0, 2.5]), name="r", title="Residuals", pdf=False)
    assert "2 of 4 outside ±1.96" in figure.caption
    heights = [y for _, y in drawn(figure).symbols(style.COLOURS[0])]
    assert (heights[2] - heights[0]) / (heights[1] - heights[0]) == pytest.approx(-3)


def test_bars_are_as_long_as_their_shares_and_the_largest_is_on_top(drawn):
    shares = (
        ErrorShare("Kd", "1 nM", 0.01, 0.2, shared=True),
        ErrorShare("curve", "2 nM", 0.02, 0.8),
    )
    figure = budget(shares, name="b", title="b", pdf=False)
    texts = drawn(figure).texts
    assert texts.index("curve") < texts.index("Kd")
    assert {"80 %", "20 %"} <= set(texts)
    assert "standard error of 0.022" in figure.caption
    assert "Hatched" in figure.caption


def test_a_budget_without_a_share_is_refused():
    with pytest.raises(InputError, match="no share of error"):
        budget((ErrorShare("a", "b", math.nan, math.nan),), name="b", title="b", pdf=False)


def test_groups_show_their_runs_their_pool_the_ratio_and_p(drawn):
    runs = {
        "vehicle": [Estimate("Bmax", v, "fmol/mg") for v in (70, 75)],
        "treated": [Estimate("Bmax", 40.0, "fmol/mg")],
    }
    pooled = {
        "vehicle": Estimate("Bmax", 72.5, "fmol/mg", 65, 80),
        "treated": Estimate("Bmax", 40.0, "fmol/mg", -math.inf, math.inf),
    }
    compared = GroupComparison(
        "Bmax", "It falls.", "t", 3e-5, ratio=Estimate("ratio", 0.55, "", 0.5, 0.61)
    )
    figure = comparison(
        runs, pooled, compared, name="c", title="c", y_title="Bmax (fmol/mg)", pdf=False
    )
    drawing = drawn(figure)
    assert "ratio 0.550 (0.500–0.610), p < 0.0001" in drawing.texts
    assert {"vehicle", "treated"} <= set(drawing.texts)
    places = drawing.symbols(style.COLOURS[0])
    assert len(places) >= 2
    assert "vehicle n = 2, treated n = 1" in figure.caption


def test_published_means_are_drawn_with_their_standard_errors_and_no_runs(drawn):
    means = {
        "vehicle": Estimate("Bmax", 60.0, "fmol/mg", 55.0, 65.0, se=5.0, n_experiments=0),
        "treated": Estimate("Bmax", 30.0, "fmol/mg", 27.0, 33.0, se=3.0, n_experiments=8),
    }
    figure = comparison(
        {}, means, None, name="p", title="P", y_title="Bmax (fmol/mg)", published=True, pdf=False
    )
    assert figure.caption == (
        "P. Bar and whiskers: published mean ± SEM; vehicle: n not stated, treated n = 8."
    )
    assert "vehicle 60.0 fmol/mg" in figure.alt and "treated 30.0 fmol/mg" in figure.alt


def test_groups_without_a_number_are_refused():
    with pytest.raises(InputError, match=r"comparison c: has no number\."):
        comparison(
            {"a": [Estimate("Bmax", math.nan, "")]},
            {},
            None,
            name="c",
            title="c",
            y_title="y",
            pdf=False,
        )
