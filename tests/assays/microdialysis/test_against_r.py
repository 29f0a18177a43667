"""A whole microdialysis study against R, from its table (tests/golden/r/dialysis.R)."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import tricyclic as tca

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden" / "r" / "dialysis.json").read_text(encoding="utf-8")
)
# multcomp integrates the multivariate t by Monte Carlo.
MONTE_CARLO = 2e-3


def table(*groups):
    frame = pd.DataFrame(GOLDEN["rows"])
    frame = frame[frame.group.isin(groups)] if groups else frame
    return frame.rename(columns={"value": "NE_nM"})


def analysed(*groups, **options):
    return tca.microdialysis(table(*groups), window=(0, 110), **options)


@pytest.fixture(scope="module")
def three():
    return analysed()


def test_summaries_of_the_animals_are_those_of_r(three):
    frame = three.to_frame("animals").set_index("animal")
    for row in GOLDEN["animals"]:
        own = frame.loc[row["animal"]]
        assert own.baseline_nM == pytest.approx(row["base"], rel=1e-9)
        assert own.baseline_cv_percent == pytest.approx(row["cv"], rel=1e-9)
        assert own.window_mean_nM == pytest.approx(row["window"], rel=1e-9)
        assert own.log_ratio == pytest.approx(row["log_ratio"], rel=1e-9)
        assert own.auc_net_percent_min == pytest.approx(row["auc"], rel=1e-8, abs=1e-6)


def test_two_groups_are_compared_by_the_welch_test_of_r():
    (effect,) = analysed("vehicle", "high").effects.effects
    welch = GOLDEN["welch"]
    assert (effect.ratio, effect.low, effect.high) == pytest.approx(
        (welch["ratio"], welch["low"], welch["high"]), rel=1e-9
    )
    assert effect.p == pytest.approx(welch["p"], rel=1e-7)
    assert effect.df == pytest.approx(welch["df"], rel=1e-9)


@pytest.mark.parametrize(
    ("primary", "name"), [("log-ratio", "dunnett"), ("ancova", "ancova_dunnett")]
)
def test_several_groups_are_compared_with_the_control_as_by_multcomp(primary, name):
    effects = analysed(primary=primary).effects.effects
    golden = GOLDEN[name]
    assert [e.group for e in effects] == ["low", "high"]
    assert [e.ratio for e in effects] == pytest.approx(golden["ratio"], rel=1e-8)
    assert [e.low for e in effects] == pytest.approx(golden["low"], rel=MONTE_CARLO)
    assert [e.high for e in effects] == pytest.approx(golden["high"], rel=MONTE_CARLO)
    assert [e.p for e in effects] == pytest.approx(golden["p"], abs=MONTE_CARLO)


def test_the_analysis_of_covariance_is_that_of_lm():
    effects = analysed("vehicle", "high", primary="ancova").effects
    golden, (effect,) = GOLDEN["ancova"], effects.effects
    assert effect.ratio == pytest.approx(golden["ratio"], rel=1e-9)
    assert (effect.low, effect.high) == pytest.approx(tuple(golden["limits"]), rel=1e-8)
    assert effect.p == pytest.approx(golden["p"], rel=1e-6)
    assert effects.slope.value == pytest.approx(golden["slope"], rel=1e-9)


def test_complete_courses_are_tested_as_by_anova_mlm(three):
    courses, golden = three.effects.courses, GOLDEN["courses"]
    assert courses.epsilon == pytest.approx(golden["epsilon"], rel=1e-3)
    assert courses.interaction.statistic == pytest.approx(golden["f"], rel=1e-8)
    assert courses.interaction.p == pytest.approx(golden["gg_p"], rel=1e-6)


def test_single_times_are_welch_tests_with_the_correction_of_holm(three):
    golden = {(row["group"], row["middle"]): row for row in GOLDEN["times"]}
    assert len(three.effects.at_times) == len(golden)
    for one in three.effects.at_times:
        row = golden[one.group, one.middle_min]
        assert one.ratio == pytest.approx(row["ratio"], rel=1e-9)
        assert one.p_alone == pytest.approx(row["p"], rel=1e-7)
        assert one.p_holm == pytest.approx(row["holm"], rel=1e-7)


def test_no_net_flux_is_the_regression_of_lm_with_the_limits_of_fieller():
    golden = GOLDEN["flux"]
    frame = pd.DataFrame({"inlet_nM": golden["inlet"], "outlet_nM": golden["outlet"]})
    fit = tca.no_net_flux(frame).animals[0].fit
    assert fit.extraction.value == pytest.approx(golden["slope"], rel=1e-9)
    assert fit.extraction.se == pytest.approx(golden["se"], rel=1e-9)
    assert fit.intercept.value == pytest.approx(golden["intercept"], rel=1e-9)
    assert fit.concentration == pytest.approx(golden["concentration"], rel=1e-9)
    assert (fit.low, fit.high) == pytest.approx((golden["low"], golden["high"]), rel=1e-8)
