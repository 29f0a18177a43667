"""Outliers are suggested by default; the result without them stands beside the one of all wells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.runs import analyse_runs
from tricyclic.assays.binding.suspects import LABEL, SUFFIX
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.plate import Plate, Role
from tricyclic.curves import CURVES
from tricyclic.reports.section import WITHOUT_SUSPECTS, primary_estimates

KI = 5.0
QUICK = AnalysisOptions(classical=False)


def spoilt(plate: Plate, factor: float, rng: np.random.Generator) -> tuple[Plate, str]:
    """One competition well with more than a tenth of the counts multiplied, and its name."""
    wells = [w for w in plate.wells if w.role is Role.COMPETITION]
    high = [w for w in wells if w.value > 0.6 * max(other.value for other in wells)]
    chosen = high[rng.integers(len(high))].name
    changed = tuple(
        replace(w, value=w.value * factor) if w.name == chosen else w for w in plate.wells
    )
    return replace(plate, wells=changed), chosen


def analysed(make_sites_plate, seed: int, factor: float = 1.0, method=QUICK):
    rng = np.random.default_rng(seed)
    plate, conditions = make_sites_plate(rng, name=f"run {seed}", kis_nM=(KI,))
    plate, name = spoilt(plate, factor, rng)
    result = analyse_plate(plate, conditions, kind="competition", curves=CURVES, method=method)
    return result, name


def test_one_well_at_five_times_its_counts_is_suggested_and_the_result_without_it_is_beside(
    make_sites_plate,
):
    result, name = analysed(make_sites_plate, 1, factor=5.0)
    (check,) = [check for check in result.checks if check.name == "outlier"]
    assert name in check.message
    assert "the result without it is given beside" in check.advice
    without = {e.name: e for e in dict(result.classical)[LABEL]}["Ki"]
    assert without.low < KI < without.high
    with_all = result.estimate("Ki")
    assert with_all.high / with_all.low > 3 * without.high / without.low


def test_the_result_without_it_is_that_of_a_plate_whose_well_was_excluded(make_sites_plate):
    rng = np.random.default_rng(1)
    plate, conditions = make_sites_plate(rng, name="run 1", kis_nM=(KI,))
    plate, name = spoilt(plate, 5.0, rng)
    wells = tuple(replace(w, excluded="x") if w.name == name else w for w in plate.wells)
    by_hand = analyse_plate(
        replace(plate, wells=wells), conditions, kind="competition", curves=CURVES, method=QUICK
    )
    result, _ = analysed(make_sites_plate, 1, factor=5.0)
    suggested = {e.name: e for e in dict(result.classical)[LABEL]}["Ki"]
    assert suggested.value == pytest.approx(by_hand.estimate("Ki").value, rel=1e-6)
    assert suggested.high == pytest.approx(by_hand.estimate("Ki").high, rel=1e-6)


def test_the_pooled_result_without_suggested_wells_takes_the_other_runs_as_they_are(
    make_sites_plate,
):
    plates = [analysed(make_sites_plate, 1, factor=5.0)[0], analysed(make_sites_plate, 2)[0]]
    assert LABEL not in dict(plates[1].classical)
    assay = analyse_runs(plates, name="assay", title="", kind="competition")
    pooled = {e.name: e for e in assay.pooled}
    other = pooled[f"Ki{SUFFIX}"]
    one = {e.name: e for e in dict(plates[0].classical)[LABEL]}["Ki"].value
    assert other.value == pytest.approx((one * plates[1].estimate("Ki").value) ** 0.5, rel=1e-12)
    assert other.n_experiments == pooled["Ki"].n_experiments == 2
    assert f", {WITHOUT_SUSPECTS}" == SUFFIX
    assert [e.name for e in primary_estimates(assay)] == ["Ki", f"Ki{SUFFIX}"]


def test_without_outliers_and_without_suggestions_nothing_stands_beside(make_sites_plate):
    clean, _ = analysed(make_sites_plate, 3)
    quiet, _ = analysed(
        make_sites_plate, 1, factor=5.0, method=AnalysisOptions(classical=False, outliers="none")
    )
    for result in (clean, quiet):
        assert LABEL not in dict(result.classical)
        assert "outlier" not in {check.name for check in result.checks}


@pytest.mark.slow
def test_clean_plates_have_a_suggestion_in_about_one_of_a_hundred(make_sites_plate):
    suggested = sum(
        "outlier" in {check.name for check in analysed(make_sites_plate, seed)[0].checks}
        for seed in range(100, 220)
    )
    # 120 plates at 1 %: more than 5 with a probability of 0.1 %.
    assert suggested <= 5
