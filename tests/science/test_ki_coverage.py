"""A 95 % interval covers the truth 95 times in a hundred, for one plate and for three runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.competition import CompetitionPlate
from tricyclic.assays.binding.readings import plate_readings
from tricyclic.assays.binding.simulate_plate import one_run, simulate_plate
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.estimate import Estimate
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate_layout import PlateLayout
from tricyclic.curves import CURVES
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml

KI_NM = 0.9
TRUTH = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": KI_NM})
METHOD = AnalysisOptions(classical=False)


def conditions() -> BindingConditions:
    stated = protocol("net-nisoxetine").conditions
    return replace(
        stated,
        counting_efficiency=MeasuredValue(0.45, ""),
        counting_time_min=2.0,
        background_cpm=20.0,
    )


def planned() -> PlateLayout:
    return layout_from_toml(protocol("net-nisoxetine").layout)


def ki_of_a_plate(truth: TrueValues, seed: int, *, intervals: bool) -> Estimate:
    rng = np.random.default_rng(seed)
    plate = simulate_plate(conditions(), WELLS, truth, rng, cv=0.05)
    task = CompetitionPlate(
        plate_readings(plate, conditions(), "competition", experiment=str(seed)),
        CURVES,
        METHOD,
        "plate",
    )
    return task.estimates(task.fit(intervals=intervals))[0]


def _wells():
    from tricyclic.core.plate import Plate, Well, row_letters

    empty = Plate(
        "plan", 96, tuple(Well(f"{row_letters(i // 12)}{i % 12 + 1:02d}", 1.0) for i in range(96))
    )
    return planned().apply(empty).wells


WELLS = _wells()


@pytest.mark.slow
def test_the_interval_of_one_plate_has_its_stated_coverage() -> None:
    plates = 1000
    estimates = [ki_of_a_plate(TRUTH, seed, intervals=True) for seed in range(plates)]
    covered = np.mean([ki.low <= KI_NM <= ki.high for ki in estimates])
    assert 0.93 <= covered <= 0.97
    bias = np.mean(np.log10([ki.value for ki in estimates])) - np.log10(KI_NM)
    assert abs(bias) < 0.005


@pytest.mark.slow
def test_the_interval_of_three_runs_has_its_stated_coverage() -> None:
    # Half-normal days: the runs differ by 0.15 log units, far more than a plate's own error.
    rng = np.random.default_rng(20)
    covered = []
    for experiment in range(400):
        runs = [
            ki_of_a_plate(
                one_run(TRUTH, rng, sd_log10_ki=0.15), 10_000 + 3 * experiment + k, intervals=False
            )
            for k in range(3)
        ]
        pooled = pool_estimates(runs)
        covered.append(pooled.low <= KI_NM <= pooled.high)
    assert 0.93 <= np.mean(covered) <= 0.97


@pytest.mark.slow
def test_pooling_the_wells_of_three_runs_would_not_cover() -> None:
    """The trap: wells taken as independent make an interval that is far too narrow (46 % in the
    literature's design).
    """
    rng = np.random.default_rng(21)
    covered = []
    for experiment in range(60):
        runs = [
            ki_of_a_plate(
                one_run(TRUTH, rng, sd_log10_ki=0.15), 50_000 + 3 * experiment + k, intervals=True
            )
            for k in range(3)
        ]
        mean = np.mean([np.log10(run.value) for run in runs])
        se = np.sqrt(np.sum([run.log10_se**2 for run in runs])) / 3
        covered.append(abs(mean - np.log10(KI_NM)) < 1.96 * se)
    assert np.mean(covered) < 0.7
