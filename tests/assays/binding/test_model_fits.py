"""The check of whether the readings follow the curve of the estimates, beside the numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import combine_pvalues

from tricyclic.assays.binding.analysis import analyse_plate, analyse_table
from tricyclic.assays.binding.model_fits import model_fits
from tricyclic.assays.binding.model_tests import slope_curve
from tricyclic.assays.binding.runs import analyse_runs
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.results.binding import GroupComparison, PlateResult
from tricyclic.stats.statistics import combined_probability

QUICK = AnalysisOptions(classical=False)


@pytest.fixture
def runs_of(make_sites_plate) -> Callable[..., list[PlateResult]]:
    """Analysed plates of one truth: `runs_of(seed, n=3, shares=..., kis_nM=...)`."""

    def analysed(
        seed: int, n: int = 3, method: AnalysisOptions = QUICK, **truth: Any
    ) -> list[PlateResult]:
        rng = np.random.default_rng(seed)
        plates = [make_sites_plate(rng, name=f"run {i}", **truth) for i in range(n)]
        return [
            analyse_plate(plate, conditions, kind="competition", curves=CURVES, method=method)
            for plate, conditions in plates
        ]

    return analysed


def check_of(plates: list[PlateResult]) -> Check:
    (check,) = model_fits(plates, "assay")
    return check


def test_fishers_method_agrees_with_scipy():
    p = [0.03, 0.4, 0.011]
    assert combined_probability(p) == pytest.approx(combine_pvalues(p, method="fisher").pvalue)
    assert combined_probability([0.2, math.nan]) == pytest.approx(0.2)
    assert math.isnan(combined_probability([math.nan]))
    assert combined_probability([0.0, 0.5]) < 1e-100


def test_one_site_passes_and_two_sites_fail_with_both_affinities(runs_of):
    assert check_of(runs_of(1, n=1)).level == "pass"
    check = check_of(runs_of(2, shares=(0.5, 0.5), kis_nM=(4.0, 160.0)))
    assert check.level == "fail"
    assert check.value is not None and check.value < 1e-4
    high, low = (
        float(check.message.split(f"Ki {site} ")[1].split(" nM")[0]) for site in ("high", "low")
    )
    assert high == pytest.approx(4.0, rel=0.5)
    assert low == pytest.approx(160.0, rel=0.5)
    assert "with the model two_site_competition_with_depletion" in check.advice
    assert "(geometric mean of 3 runs)" in check.message


def test_a_shallow_slope_fails_also_on_one_plate_and_its_slope_is_in_the_message(runs_of):
    check = check_of(runs_of(3, n=1, slope=0.6))
    assert check.level == "fail"
    assert check.message.startswith("the readings do not follow 'competition_with_depletion': ")
    assert float(check.message.split("the Hill slope is ")[1].split(",")[0]) == pytest.approx(
        0.6, abs=0.1
    )


@pytest.mark.slow
def test_errors_of_the_concentrations_do_not_fail_as_a_wrong_curve(runs_of):
    # They move all replicates of a point, so that only points, not wells, are independent.
    levels = [check_of(runs_of(seed, dose_cv=0.15)).level for seed in range(40, 44)]
    assert "fail" not in levels


@pytest.mark.slow
@pytest.mark.parametrize(("sites_nM", "ki_nM"), [(1.0, 400.0), (1.0, 0.4), (4.0, 30.0)])
def test_depletion_is_not_taken_for_a_slope(runs_of, sites_nM, ki_nM):
    # 38 % and 76 % of the radioligand are bound, and sites are up to 2.5 times the Ki; an IC50
    # curve has other slopes here.
    (plate,) = runs_of(5, n=1, sites_nM=sites_nM, kis_nM=(ki_nM,), cv=0.005)
    slope = plate.estimate("Hill slope")
    assert slope.value == pytest.approx(1.0, abs=0.05)
    assert slope.low < 1.0 < slope.high


def test_the_slope_curve_is_the_curve_itself_at_a_slope_of_1():
    for name in ("competition_ki", "competition_with_depletion", "competition_under_mask"):
        model = CURVES[name]
        curve = slope_curve(model)
        assert curve is not None
        x = {c: np.asarray(v, float) for c, v in model.design.items()}
        columns = {c.name: x.get(c.name, np.full(15, c.default or 0.0)) for c in model.columns}
        size = len(next(iter(x.values())))
        columns = {key: np.broadcast_to(value[:size], size) for key, value in columns.items()}
        same = curve.curve(**columns, **model.example, hill=1.0)
        assert same == pytest.approx(model.curve(**columns, **model.example), rel=1e-12)
        assert not np.allclose(curve.curve(**columns, **model.example, hill=0.7), same, rtol=1e-3)


@pytest.mark.parametrize("name", ["two_site_competition", "one_site_competition_hill"])
def test_a_curve_with_its_own_slope_or_two_sites_has_no_further_slope(name):
    assert slope_curve(CURVES[name]) is None


def test_two_sites_that_were_chosen_are_not_rejected_for_not_being_one(runs_of):
    method = AnalysisOptions(model="two_site_competition_with_depletion", classical=False)
    plates = runs_of(6, n=1, method=method, shares=(0.5, 0.5), kis_nM=(4.0, 160.0))
    test = next(c for c in plates[0].comparisons if c.name == "one site or two")
    assert test.p < 1e-4 and not test.tests_fit
    assert check_of(plates).level == "pass"


def _with_p(plate: PlateResult, p: float, name: str) -> PlateResult:
    test = GroupComparison(name, "", "F", p, tests_fit=True)
    return replace(plate, comparisons=(test,))


@pytest.mark.parametrize(
    ("name", "p", "level"),
    [
        ("Hill slope = 1", 0.0101, "pass"),
        ("Hill slope = 1", 0.0099, "warn"),
        ("Hill slope = 1", 0.000101, "warn"),
        ("Hill slope = 1", 0.000099, "fail"),
        ("one phase or several", 0.000099, "fail"),
        # Errors of concentrations do the same, so that this test alone does not fail a number.
        ("replicates test", 1e-9, "warn"),
        ("background = 0", 1e-9, "warn"),
    ],
)
def test_the_limits_of_the_check_are_p_001_and_00001(runs_of, name, p, level):
    (plate,) = runs_of(7, n=1, doses=8, replicates=2)
    assert check_of([_with_p(plate, p, name)]).level == level


def test_the_check_stands_in_the_assay_for_each_group(runs_of):
    plates = [replace(plate, group=f"group {i % 2}") for i, plate in enumerate(runs_of(8, n=2))]
    result = analyse_runs(plates, name="assay", title="", kind="competition")
    places = [check.where for check in result.checks if check.name == "model_fits"]
    assert places == ["assay, group 0", "assay, group 1"]


def _dissociation(rng: np.random.Generator, fast: float, slow: float) -> PlateResult:
    t = np.repeat([0, 1, 2, 4, 8, 15, 30, 60, 90, 120, 180.0], 3)
    y = 300 + 2000 * (0.5 * np.exp(-fast * t) + 0.5 * np.exp(-slow * t))
    blank = np.full(6, 300.0)
    times, y = np.concatenate([t, np.zeros(6)]), np.concatenate([y, blank])
    series = Series(
        "run",
        y * (1 + 0.04 * rng.standard_normal(y.size)),
        "cpm",
        {"time_min": times, "specific": np.concatenate([np.ones(t.size), np.zeros(6)])},
    )
    conditions = BindingConditions(radioligand="[3H]ligand", target="site")
    return analyse_table(series, conditions, kind="dissociation", curves=CURVES, method=QUICK)


def test_two_phases_of_dissociation_fail_and_one_passes():
    rng = np.random.default_rng(9)
    assert check_of([_dissociation(rng, 0.05, 0.05)]).level == "pass"
    check = check_of([_dissociation(rng, 0.3, 0.015)])
    assert check.level == "fail"
    assert "there is more than one phase" in check.message


def test_two_sites_of_a_saturation_fail_with_both_kd():
    rng = np.random.default_rng(10)
    L = np.repeat(np.geomspace(0.05, 60, 12), 3)
    specific = 800 * L / (0.4 + L) + 2500 * L / (25 + L)
    y = np.concatenate([specific + 8 * L, 8 * L]) + 0.0
    series = Series(
        "run",
        y * (1 + 0.04 * rng.standard_normal(y.size)),
        "cpm",
        {
            "radioligand_M": np.concatenate([L, L]) * 1e-9,
            "specific": np.concatenate([np.ones(L.size), np.zeros(L.size)]),
        },
    )
    conditions = BindingConditions(
        radioligand="[3H]ligand", target="site", radioligand_nM=MeasuredValue(1.0, "nM")
    )
    method = AnalysisOptions(classical=False, variance="proportional")
    plate = analyse_table(series, conditions, kind="saturation", curves=CURVES, method=method)
    check = check_of([plate])
    assert check.level == "fail"
    assert float(check.message.split("Kd high ")[1].split(" nM")[0]) == pytest.approx(0.4, rel=0.5)
    assert float(check.message.split("Kd low ")[1].split(" nM")[0]) == pytest.approx(25, rel=0.6)
