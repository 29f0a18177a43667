"""Simulated plates of the desipramine assay with known true values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Plate, Well, row_letters
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml

TRUTH = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 0.9})


@pytest.fixture(scope="session")
def net() -> BindingConditions:
    """Conditions of the NET assay, complete for the conversion of counts to amounts."""
    stated = protocol("net-nisoxetine").conditions
    return replace(
        stated,
        counting_efficiency=MeasuredValue(0.45, ""),
        counting_time_min=2.0,
        background_cpm=20.0,
        radioligand_kd_nM=MeasuredValue(0.8, "nM", 0.08),
    )


@pytest.fixture(scope="session")
def make_plate(net: BindingConditions) -> Callable[..., Plate]:
    """Simulate a competition plate: `make_plate(seed, truth=..., name=...)`."""
    plan = layout_from_toml(protocol("net-nisoxetine").layout)
    empty = Plate(
        "plan", 96, tuple(Well(f"{row_letters(i // 12)}{i % 12 + 1:02d}", 1.0) for i in range(96))
    )
    wells = plan.apply(empty).wells

    def made(
        seed: int, *, truth: TrueValues = TRUTH, name: str = "plate", cv: float = 0.04
    ) -> Plate:
        return simulate_plate(net, wells, truth, np.random.default_rng(seed), name=name, cv=cv)

    return made
