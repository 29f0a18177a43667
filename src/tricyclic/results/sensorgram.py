"""Rates and affinity from sensorgrams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class SensorgramCycle:
    """One cycle: the readings between two regenerations of the surface.

    Parameters
    ----------
    name : str
        Its column or number.
    injections : tuple of (float, float, float)
        Start and end [min since the first reading of the table] and concentration [M].
    n : int
        Readings.
    residual_sd : float
        Standard deviation of the readings about the curve, in their unit.
    """

    name: str
    injections: tuple[tuple[float, float, float], ...]
    n: int
    residual_sd: float


@dataclass(frozen=True, repr=False)
class SensorgramResult(Renderable):
    """One fit of all cycles by one site.

    Parameters
    ----------
    estimates : tuple of Estimate
        Kd, kon, koff, residence time, Rmax, and what else was fitted.
    cycles : tuple of SensorgramCycle
    fit : Fit
        One part; `fit.parts[0].series` has the readings of all cycles, in their order.
    time_shift_min : float
        Time of the first reading, which the series counts from.
    time_unit : str
        Unit of the times in the table.
    checks : tuple of Check
    unused : tuple of str
        What the table contains beside the readings.
    """

    estimates: tuple[Estimate, ...]
    cycles: tuple[SensorgramCycle, ...]
    fit: Fit
    time_shift_min: float
    time_unit: str
    checks: tuple[Check, ...]
    unused: tuple[str, ...] = ()

    def of_cycle(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Times [min], readings and curve of a cycle, from 0, each of shape (n,)."""
        (part,) = self.fit.parts
        own = part.series.x["cycle"] == number
        time = part.series.x["time_min"][own] + self.time_shift_min
        return time, part.series.y[own], part.expected[own]
