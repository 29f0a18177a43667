"""Simulated fields of cells, small ones for speed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.neurites.simulate_cells import FAMILIES
from tricyclic.assays.neurites.simulate_images import SimulatedField, simulate_field

SMALL = replace(FAMILIES["PC12-like"], shape=(520, 700), cells=18, debris=8)


@pytest.fixture(scope="session")
def small_field() -> SimulatedField:
    """Eighteen cells at S/N 20."""
    return simulate_field(np.random.default_rng(2001), SMALL, sn=20.0)
