"""Estimates that the readings limit from one side only are bounds, and are pooled as bounds."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.competition import CompetitionPlate
from tricyclic.assays.binding.estimates import magnitude
from tricyclic.assays.binding.readings import plate_readings
from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.estimate import Estimate
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.curves import CURVES
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml


@pytest.fixture(scope="module")
def inactive(net: BindingConditions) -> list[Estimate]:
    """Ki of nine plates with a compound of Ki 3 mM that was tested up to 3 uM."""
    truth = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 3e6})
    other = replace(net, nsb_drug="mazindol")
    plan = layout_from_toml(protocol("net-nisoxetine").layout)
    result = []
    for seed in range(9):
        plate = simulate_plate(other, plan, truth, np.random.default_rng(seed))
        task = CompetitionPlate(
            plate_readings(plate, other, "competition"), CURVES, AnalysisOptions(), "plate"
        )
        fit = task.fit()
        estimates = task.estimates(fit)
        # A slope of a curve of which only a bound is known means nothing.
        assert "Hill slope" not in {e.name for e in estimates}
        result.append(estimates[0])
        # The bound is the lower limit, and at most the Ki of an IC50 at the highest dose, 3 uM.
        tested = 3000 / (1 + net.radioligand_nM.value / net.radioligand_kd_nM.value)
        assert result[-1].low == pytest.approx(min(10 ** fit["log10_ki"].low * 1e9, tested))
    return result


def test_an_inactive_compound_is_above_its_lower_limit_and_never_above_the_bound_of_the_search(
    inactive,
):
    assert {ki.qualifier for ki in inactive} == {">"}
    assert all(ki.value == ki.low < 3e6 and ki.high == np.inf for ki in inactive)


def test_three_runs_of_an_inactive_compound_pool_to_a_bound(inactive):
    for k in range(0, 9, 3):
        pooled = pool_estimates(inactive[k : k + 3])
        assert pooled.qualifier == ">" and pooled.value < 3e6
        assert pooled.value == pytest.approx(min(ki.value for ki in inactive[k : k + 3]))


def test_a_number_fitted_as_a_logarithm_is_pooled_as_one_without_a_unit():
    result = pool_estimates(
        [Estimate("cooperativity", v, "", v / 2, 2 * v, log10_se=0.15) for v in (0.1, 0.1, 10.0)]
    )
    assert result.value == pytest.approx(10 ** (-1 / 3)) and result.low > 0


@pytest.mark.parametrize(
    ("signed", "absolute"),
    [
        ((-0.9, -1.0, -0.8), (0.9, 0.8, 1.0)),
        ((0.9, 0.8, 1.0), (0.9, 0.8, 1.0)),
        ((-0.9, -math.inf, -0.8), (0.9, 0.8, math.inf)),
    ],
)
def test_a_hill_slope_is_printed_without_its_sign_and_with_its_limits_in_order(signed, absolute):
    estimate = magnitude(Estimate("Hill slope", signed[0], "", signed[1], signed[2], se=0.05))
    assert (estimate.value, estimate.low, estimate.high) == absolute
    assert estimate.se == 0.05
