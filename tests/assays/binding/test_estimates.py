"""What readings know from one side only is told as a bound, and pooled as one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.competition import Competition
from tricyclic.assays.binding.readings import readings_of
from tricyclic.assays.binding.simulate_plate import Truth, simulate_plate
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.estimate import Estimate
from tricyclic.curves import SHELF
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml


@pytest.fixture(scope="module")
def inactive(net: BindingConditions) -> list[Estimate]:
    """Ki of nine plates with a compound of Ki 3 mM that was tested up to 3 uM."""
    truth = Truth(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 3e6})
    other = replace(net, nsb_drug="mazindol")
    plan = layout_from_toml(protocol("net-nisoxetine").layout)
    found = []
    for seed in range(9):
        plate = simulate_plate(other, plan, truth, np.random.default_rng(seed))
        task = Competition(
            readings_of(plate, other, "competition"), SHELF, BindingMethod(), "plate"
        )
        fit = task.fit()
        found.append(task.estimates(fit)[0])
        assert found[-1].low == pytest.approx(10 ** fit["log10_ki"].low * 1e9)
    return found


def test_an_inactive_compound_is_above_its_lower_limit_and_never_above_the_bound_of_the_search(
    inactive,
):
    assert {ki.relation for ki in inactive} == {">"}
    assert all(ki.value == ki.low < 3e6 and ki.high == np.inf for ki in inactive)


def test_three_runs_of_an_inactive_compound_pool_to_a_bound(inactive):
    for k in range(0, 9, 3):
        pooled = pool_estimates(inactive[k : k + 3])
        assert pooled.relation == ">" and pooled.value < 3e6 and pooled.high == np.inf


def test_what_was_found_as_a_logarithm_is_pooled_as_one_though_it_has_no_unit():
    found = pool_estimates(
        [Estimate("cooperativity", v, "", v / 2, 2 * v, log10_se=0.15) for v in (0.1, 0.1, 10.0)]
    )
    assert found.value == pytest.approx(10 ** (-1 / 3)) and found.low > 0
