"""Two curves of one run are compared in one fit: ratio by profile likelihood, F test of one Ki."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.compare_curves import compare_in_one_run
from tricyclic.assays.compare_measurements import compare_measurements
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Role
from tricyclic.curves import CURVES
from tricyclic.results.comparison import MeasuredQuantity

NAMES = ("desipramine", "nisoxetine")


def analysed(net, make_plate, seed: int, ratio: float = 1.0):
    """A plate with two compounds, rows B and D of one and row C of the other."""
    one = make_plate(seed, cv=0.03)
    truth = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 0.9 * ratio})
    other = make_plate(seed + 100, truth=truth, cv=0.03)
    weak = {w.name: w.value for w in other.wells}
    wells = tuple(
        replace(w, compound="nisoxetine", value=weak[w.name])
        if w.role is Role.COMPETITION and w.name[0] == "C"
        else w
        for w in one.wells
    )
    return analyse_plate(replace(one, wells=wells), net, kind="competition", curves=CURVES)


def measurements(plates, names=NAMES):
    return [
        MeasuredQuantity("Ki", e, ((plate.experiment, e),), name, source=plate.name)
        for plate, name in zip(plates, names, strict=True)
        for e in [plate.estimate("Ki", name)]
    ]


def compared(plates, names=NAMES):
    first = compare_measurements(*measurements(plates, names), names)
    outcome = compare_in_one_run(first, plates, CURVES)
    assert outcome is not None
    return first, outcome


def test_the_ratio_of_one_plate_has_the_covariance_of_its_fit(net, make_plate):
    plate = analysed(net, make_plate, 1, ratio=5.0)
    first, outcome = compared((plate, plate))
    logs = [plate.fit[f"log10_ki[{name}]"].value for name in NAMES]
    assert math.log10(outcome.ratio.value) == pytest.approx(logs[1] - logs[0], abs=1e-5)
    free = [p.name for p in plate.fit.free]
    i, j = (free.index(f"log10_ki[{name}]") for name in NAMES)
    cov = plate.fit.covariance
    se = math.sqrt(cov[i, i] + cov[j, j] - 2 * cov[i, j])
    assert outcome.ratio.log10_se == pytest.approx(se, rel=0.02)
    # The counts of a plate are near normal: the profile is close to its curvature.
    width = math.log10(outcome.ratio.high / outcome.ratio.low)
    assert width == pytest.approx(2 * 2.0 * se, rel=0.06)
    assert outcome.ratio.low < 5.0 < outcome.ratio.high
    assert outcome.p < 1e-6 and "of one plate" in outcome.test
    # Without the covariance of the shared controls it is another number.
    assert first.ratio.log10_se != pytest.approx(se, rel=1e-3)


def test_f_of_one_ki_is_the_square_of_the_difference_over_its_error(net, make_plate):
    plate = analysed(net, make_plate, 2, ratio=1.1)
    _, outcome = compared((plate, plate))
    t = math.log10(outcome.ratio.value) / outcome.ratio.log10_se
    assert outcome.statistic == pytest.approx(t**2, rel=0.1, abs=0.05)
    assert outcome.df[0] == 1


def test_two_plates_of_one_run_each_have_their_own_controls(net, make_plate):
    plates = tuple(
        analyse_plate(make_plate(seed, name=f"p{seed}"), net, kind="competition", curves=CURVES)
        for seed in (3, 4)
    )
    first, outcome = compared(plates, ("desipramine", "desipramine"))
    assert "of two plates" in outcome.test
    # Independent plates: the errors add, as in the difference of the two estimates.
    assert outcome.ratio.value == pytest.approx(first.ratio.value, rel=1e-3)
    assert outcome.ratio.log10_se == pytest.approx(first.ratio.log10_se, rel=0.15)


def test_the_remark_states_what_one_run_can_show(net, make_plate):
    plate = analysed(net, make_plate, 5)
    _, outcome = compared((plate, plate))
    (remark,) = outcome.remarks
    assert remark == (
        "one run on each side: the interval is that of the wells of single runs and does not "
        "contain the variation between runs; repeat the experiment on other days to compare the "
        "compounds"
    )


@pytest.mark.slow
def test_the_interval_of_one_plate_covers_the_ratio(net, make_plate):
    hits = [
        (outcome := compared((plate, plate))[1]).ratio.low <= 2.0 <= outcome.ratio.high
        for seed in range(100)
        for plate in [analysed(net, make_plate, 1000 + 3 * seed, ratio=2.0)]
    ]
    assert abs(np.mean(hits) - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 100)
