"""Readings over time, for comparison with a simulated time course."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.series import frozen_array
from tricyclic.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MeasuredTimeCourse:
    """Readings of one quantity over time.

    Parameters
    ----------
    name : str
        The observable, or the quantity of the model, that was measured.
    unit : str
        As the file states it ("nM", "% of baseline", "Hz").
    time_h : array, shape (n,)
        Hours after the start of the simulation, 0 or more.
    y : array, shape (n,)
        Readings, finite.
    error : array, shape (n,)
        Their standard errors or deviations, above 0; nan where none is stated.
    """

    name: str
    unit: str
    time_h: Floats
    y: Floats
    error: Floats

    def __post_init__(self) -> None:
        for key in ("time_h", "y", "error"):
            object.__setattr__(self, key, frozen_array(getattr(self, key)))
        if self.y.size == 0 or {self.time_h.shape, self.error.shape} != {self.y.shape}:
            raise InputError("has no readings, or columns of unequal length", where=self.name)
        if not np.isfinite(self.y).all():
            raise InputError("has a reading that is not a number", where=self.name)
        if not (np.isfinite(self.time_h).all() and (self.time_h >= 0).all()):
            raise InputError(
                "has a negative time", where=self.name, allowed="Times are hours, 0 or more"
            )
        if (self.error <= 0).any():
            raise InputError(
                "has an error that is not above 0",
                where=self.name,
                do="Leave the cell empty where none is known",
            )
