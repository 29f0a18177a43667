"""Published tables give the published numbers: G. Koncevicius (2016), "Binding Assay Exercise", a
teaching data set.

The second witness is R (nls, profile limits of MASS); its script and record lie in tests/golden/r.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tricyclic.assays.binding.affinity import ki_from_ic50, selectivity
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.estimate import Estimate
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.choose import compare, compare_models, fixed_or_free
from tricyclic.fitting.fit import FitPart, fit

R = json.loads(
    (Path(__file__).parents[1] / "golden/r/published_tables.json").read_text(encoding="utf-8")
)

CONC_NM = np.array([2.4, 4.8, 7.2, 9.6, 14.4, 36.0, 72.0])
TOTAL = np.array([8.49, 13.8, 19.38, 24.45, 33.12, 62.34, 99.12])
NONSPECIFIC = np.array([2.01, 3.39, 4.5, 6.51, 9.54, 27.27, 57.3])
LOG10_M = np.array([-6, -6.5, -7, -7.5, -8, -8.5, -9, -9.5, -10, -10.5, -11])
COMPOUNDS = {
    "compound1": [0, 6, 1, 3, 61, 88, 93, 114, 116, 125, 128],
    "compound2": [0, 0, 0, 2, 9, 33, 61, 99, 118, 125, 126],
    "compound3": [0, 2, 2, 6, 20, 45, 74, 104, 120, 129, 128],
}


@pytest.fixture
def both_wells():
    columns = {"radioligand_M": np.tile(CONC_NM * 1e-9, 2), "specific": np.repeat([1.0, 0.0], 7)}
    return Series("saturation", np.concatenate([TOTAL, NONSPECIFIC]), "fmol/mg", columns)


def competition(compound: str) -> Series:
    return Series(
        compound,
        np.array(COMPOUNDS[compound], float),
        "fmol/mg",
        {"concentration_M": 10.0**LOG10_M},
    )


def nM(log10_molar: float) -> float:
    return 1e9 * 10.0**log10_molar


def test_three_analyses_of_one_saturation_table_disagree_as_published(both_wells):
    difference = Series(
        "specific", TOTAL - NONSPECIFIC, "fmol/mg", {"radioligand_M": CONC_NM * 1e-9}
    )
    subtracted = fit(difference, CURVES["saturation_specific"])
    together = fit(both_wells, CURVES["saturation"])
    with_background = fit(both_wells, CURVES["saturation"], free=["background"])
    kd = [nM(f["log10_kd"].value) for f in (subtracted, with_background, together)]
    assert kd == pytest.approx([18.2, 19.2, 21.7], abs=0.05)


def test_the_global_saturation_fit_has_the_profile_limits_of_r(both_wells):
    result = fit(both_wells, CURVES["saturation"])
    kd, witness = result["log10_kd"], R["saturation"]["global"]
    assert (nM(kd.low), nM(kd.high)) == pytest.approx((18.23, 25.79), abs=0.006)
    assert kd.value == pytest.approx(witness["coef"]["lKd"] - 9, abs=2e-6)
    assert kd.se == pytest.approx(witness["se"]["lKd"], rel=1e-4)
    assert (result["bmax"].value, result["bmax"].low, result["bmax"].high) == pytest.approx(
        (witness["coef"]["Bmax"], witness["low"]["Bmax"], witness["high"]["Bmax"]), rel=2e-4
    )
    assert result.rss == pytest.approx(witness["rss"], rel=1e-8)
    assert result.log_likelihood == pytest.approx(witness["log_likelihood"], rel=1e-8)


def test_whether_the_saturation_table_needs_a_background_is_the_same_f_test_as_in_r(both_wells):
    model = CURVES["saturation"]
    compared = compare_models(fit(both_wells, model), fit(both_wells, model, free=["background"]))
    assert compared.statistic == pytest.approx(R["saturation"]["background"]["F"], rel=1e-6)
    assert compared.p == pytest.approx(0.064, abs=0.0006)
    assert compared.p == pytest.approx(R["saturation"]["background"]["p"], rel=1e-6)


@pytest.mark.parametrize(
    ("compound", "log10_ic50", "low", "high", "ki"),
    [
        ("compound1", -8.1404, -8.4325, -7.8648, 5.07),
        ("compound2", -9.0005, -9.0523, -8.9485, 0.699),
    ],
)
def test_competition_gives_the_published_ic50_limits_and_ki(compound, log10_ic50, low, high, ki):
    result = fit(competition(compound), CURVES["logistic_3pl"])["log10_ec50"]
    assert (result.value, result.low, result.high) == pytest.approx(
        (log10_ic50, low, high), abs=6e-5
    )
    # Printed with three figures: 5.07 and 0.699.
    assert (
        float(f"{ki_from_ic50(nM(result.value), radioligand_nM=0.6, radioligand_kd_nM=1.4):.3g}")
        == ki
    )


@pytest.mark.parametrize("compound", COMPOUNDS)
def test_competition_curves_come_out_as_in_r(compound):
    witness = R["competition"]["three"][compound]
    result = fit(competition(compound), CURVES["logistic_3pl"])
    for ours, theirs in (("bottom", "bottom"), ("top", "top"), ("log10_ec50", "lIC50")):
        parameter = result[ours]
        # R's own stopping rule leaves its fifth digit open where a plateau is near zero.
        assert parameter.value == pytest.approx(witness["coef"][theirs], abs=2e-5 * 120)
        assert parameter.se == pytest.approx(witness["se"][theirs], rel=2e-3)
        assert parameter.low == pytest.approx(witness["low"][theirs], abs=0.02 * parameter.se)
        assert parameter.high == pytest.approx(witness["high"][theirs], abs=0.02 * parameter.se)
    assert result.rss == pytest.approx(witness["rss"], rel=1e-6)


@pytest.mark.parametrize("compound", COMPOUNDS)
def test_the_slope_test_is_the_f_test_of_r(compound):
    simple, full = fixed_or_free(
        FitPart(competition(compound), CURVES["logistic_4pl"]), {"hill": 1.0}
    )
    compared = compare(simple, full)
    witness = R["competition"]["hill_is_1"][compound]
    assert compared.statistic == pytest.approx(witness["F"], rel=2e-4)
    assert compared.p == pytest.approx(witness["p"], rel=2e-4)
    assert ("hill fitted" in compared.statement.split(":")[0]) == (witness["p"] < 0.05)


def test_compound_2_is_some_seven_times_more_affine_than_compound_1():
    ki = []
    for compound in ("compound1", "compound2"):
        result = fit(competition(compound), CURVES["logistic_3pl"])["log10_ec50"]
        shift = np.log10(1 + 0.6 / 1.4)
        ki.append(
            Estimate(
                "Ki",
                nM(result.value - shift),
                "nM",
                nM(result.low - shift),
                nM(result.high - shift),
                log10_se=result.se,
                subject=compound,
            )
        )
    ratio = selectivity(ki[1], ki[0])
    assert ratio.value == pytest.approx(5.07 / 0.699, rel=2e-3)
    assert ratio.low < ratio.value < ratio.high
    assert "within-run error only" in ratio.method
    assert pool_estimates([ki[0]]).n_experiments == 1
