"""A drift along the columns: unseen where the doses lie along them, seen on a scattered layout."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.residual_checks import _tied
from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Plate, Well, row_letters, well_position
from tricyclic.core.scattered_layout import scattered_layout
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml

KI, DRIFT = 0.9, 0.25


def analysed(net, seed: int, *, scattered: bool, drift: float):
    rng = np.random.default_rng(seed)
    layout = layout_from_toml(protocol("net-nisoxetine").layout)
    if scattered:
        layout = scattered_layout(layout, rng)
    empty = Plate(
        "plan", 96, tuple(Well(f"{row_letters(i // 12)}{i % 12 + 1:02d}", 1.0) for i in range(96))
    )
    truth = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": KI})
    plate = simulate_plate(net, layout.apply(empty).wells, truth, rng, name="plate", cv=0.05)
    wells = tuple(
        replace(w, value=w.value * (1 + drift * (well_position(w.name)[1] / 11 - 0.5)))
        for w in plate.wells
    )
    method = AnalysisOptions(classical=False, outliers="none")
    result = analyse_plate(
        replace(plate, wells=wells), net, kind="competition", curves=CURVES, method=method
    )
    return result, {check.name: check for check in result.checks}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_scattered_layout_sees_the_drift_and_keeps_the_ki(net, seed):
    result, checks = analysed(net, seed, scattered=True, drift=DRIFT)
    assert checks["column_drift"].level == "warn"
    assert checks["column_drift"].value == pytest.approx(100 * DRIFT, abs=10)
    assert "drift_resolution" not in checks
    ki = result.estimate("Ki")
    assert ki.low / 1.1 < KI < ki.high * 1.1


def test_the_usual_layout_states_which_drift_it_cannot_see(net):
    _, checks = analysed(net, 4, scattered=False, drift=0.0)
    check = checks["drift_resolution"]
    assert check.message.startswith("each dose has its own column, and a drift of 20 % along the ")
    assert check.level == ("warn" if check.value is None or check.value > 20 else "pass")
    assert ("could not be distinguished" in check.message) is (check.level == "warn")
    assert check.value is None or check.value > 10


def test_a_scattered_layout_without_drift_has_no_warning_about_it(net):
    _, checks = analysed(net, 5, scattered=True, drift=0.0)
    assert checks["column_drift"].level == checks["row_drift"].level == "pass"


@pytest.mark.parametrize(
    ("columns", "tied"),
    [
        # Radioligand along the columns of a saturation, replicates down.
        ([0, 1, 2, 3, 0, 1, 2, 3], True),
        ([0, 1, 2, 3, 3, 2, 1, 0], False),
    ],
)
def test_the_doses_of_a_saturation_are_those_of_the_radioligand(columns, tied):
    levels = np.array([1, 2, 4, 8, 1, 2, 4, 8]) * 1e-9
    series = Series(
        "s", np.arange(8.0), "cpm", {"radioligand_M": levels, "competitor_M": np.zeros(8)}
    )
    assert _tied((series,), np.array(columns, float)) is tied
    one = replace(series, x={"radioligand_M": np.full(8, 1e-9)})
    assert not _tied((one,), np.array(columns, float))
