"""Does a 95 % interval hold the truth 95 times in a hundred? For one plate, and for three runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.competition import Competition
from tricyclic.assays.binding.readings import readings_of
from tricyclic.assays.binding.simulate_plate import Truth, one_run, simulate_plate
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.conditions import BindingConditions, Measured
from tricyclic.core.estimate import Estimate
from tricyclic.core.plate_layout import Layout
from tricyclic.curves import SHELF
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml

KI_NM = 0.9
TRUTH = Truth(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": KI_NM})
METHOD = BindingMethod(classical=False)


def conditions() -> BindingConditions:
    stated = protocol("net-nisoxetine").conditions
    return replace(
        stated,
        counting_efficiency=Measured(0.45, ""),
        counting_time_min=2.0,
        background_cpm=20.0,
    )


def planned() -> Layout:
    return layout_from_toml(protocol("net-nisoxetine").layout)


def ki_of_a_plate(truth: Truth, seed: int, *, limits: bool) -> Estimate:
    rng = np.random.default_rng(seed)
    plate = simulate_plate(conditions(), WELLS, truth, rng, cv=0.05)
    task = Competition(
        readings_of(plate, conditions(), "competition", experiment=str(seed)),
        SHELF,
        METHOD,
        "plate",
    )
    return task.estimates(task.fit(limits=limits))[0]


def _wells():
    from tricyclic.core.plate import Plate, Well, row_letters

    empty = Plate(
        "plan", 96, tuple(Well(f"{row_letters(i // 12)}{i % 12 + 1:02d}", 1.0) for i in range(96))
    )
    return planned().apply(empty).wells


WELLS = _wells()


def test_the_interval_of_one_plate_covers_as_it_says() -> None:
    plates = 1000
    found = [ki_of_a_plate(TRUTH, seed, limits=True) for seed in range(plates)]
    covered = np.mean([ki.low <= KI_NM <= ki.high for ki in found])
    assert 0.93 <= covered <= 0.97
    bias = np.mean(np.log10([ki.value for ki in found])) - np.log10(KI_NM)
    assert abs(bias) < 0.005


def test_the_interval_of_three_runs_covers_as_it_says() -> None:
    # Half-normal days: the runs differ by 0.15 log units, far more than a plate's own error.
    rng = np.random.default_rng(20)
    covered = []
    for experiment in range(400):
        runs = [
            ki_of_a_plate(
                one_run(TRUTH, rng, sd_log10_ki=0.15), 10_000 + 3 * experiment + k, limits=False
            )
            for k in range(3)
        ]
        pooled = pool_estimates(runs)
        covered.append(pooled.low <= KI_NM <= pooled.high)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_pooling_the_wells_of_three_runs_would_not_cover() -> None:
    """The trap: wells taken as independent make an interval that is far too narrow (46 % in the literature's design)."""
    rng = np.random.default_rng(21)
    covered = []
    for experiment in range(60):
        runs = [
            ki_of_a_plate(
                one_run(TRUTH, rng, sd_log10_ki=0.15), 50_000 + 3 * experiment + k, limits=True
            )
            for k in range(3)
        ]
        mean = np.mean([np.log10(run.value) for run in runs])
        se = np.sqrt(np.sum([run.log10_se**2 for run in runs])) / 3
        covered.append(abs(mean - np.log10(KI_NM)) < 1.96 * se)
    assert np.mean(covered) < 0.7
