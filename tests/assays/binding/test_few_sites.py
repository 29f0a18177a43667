"""The slope of a competition curve is tested only if the binding sites are few."""

from __future__ import annotations

import pytest

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.curves import CURVES


@pytest.mark.parametrize(("ki_nM", "tested"), [(0.55, True), (0.33, False)])
def test_a_slope_is_tested_where_the_sites_are_below_a_tenth_of_the_ic50(
    net, make_plate, ki_nM, tested
):
    # 800 fmol/mg in 30 ug and 250 uL are 0.096 nM of sites; the IC50 is 2.25 Ki, so the sites are
    # 0.078 and 0.129 of it. With more sites depletion itself changes the slope.
    truth = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": ki_nM})
    result = analyse_plate(make_plate(1, truth=truth), net, kind="competition", curves=CURVES)
    assert ("Hill slope = 1" in {one.name for one in result.comparisons}) is tested
