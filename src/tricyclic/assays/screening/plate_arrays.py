"""A plate of a screen as arrays: readings, controls, compound wells and their effects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tricyclic.core.plate import Plate, Role, Well
from tricyclic.errors import InputError

Floats = np.ndarray

# From a median absolute deviation to a standard deviation, for normal readings.
MAD_TO_SD = 1.4826022185056018


@dataclass(frozen=True)
class PlateArrays:
    """The used wells of a plate as arrays of shape (wells,).

    Parameters
    ----------
    plate : Plate
    row, column, value : array
        Position and reading.
    high, low, tested : array of bool
        Controls without effect (`total`) and with full effect (`non_specific`), compound wells.
    activity : array
        Effect in percent of the control window, 0 like the high, 100 like the low control.
    """

    plate: Plate
    row: np.ndarray
    column: np.ndarray
    value: Floats
    high: np.ndarray
    low: np.ndarray
    tested: np.ndarray
    activity: Floats

    @property
    def window(self) -> float:
        """Mean of the high controls minus mean of the low controls."""
        return float(self.value[self.high].mean() - self.value[self.low].mean())

    @cached_property
    def used_wells(self) -> list[Well]:
        """The wells, in the order of the arrays."""
        return [well for well in self.plate.wells if well.used]

    def by_well(self, values: Mapping[str, float]) -> Floats:
        """Values by name of the well as an array over the used wells; nan where there is none."""
        return np.array([values.get(well.name, math.nan) for well in self.used_wells])


def plate_arrays(plate: Plate) -> PlateArrays:
    """Turn a plate into arrays.

    Raises
    ------
    InputError
        If it has no control wells of one kind, or both kinds read the same.
    """
    used = [well for well in plate.wells if well.used]
    roles = np.array([well.role.value for well in used])
    value = np.array([well.value for well in used], float)
    places = np.array([(well.row, well.column) for well in used], int).reshape(-1, 2)
    high, low = roles == Role.TOTAL.value, roles == Role.NON_SPECIFIC.value
    for mask, name in ((high, "total (no effect)"), (low, "non_specific (full effect)")):
        if not mask.any():
            raise InputError(
                f"no control well is {name}",
                where=plate.name,
                allowed="A screen needs controls without and with full effect on every plate",
                do="State the control wells in the layout",
            )
    top, bottom = float(value[high].mean()), float(value[low].mean())
    if top == bottom:
        raise InputError(
            "both kinds of control wells read the same",
            where=plate.name,
            do="Check the file and the layout",
        )
    return PlateArrays(
        plate,
        places[:, 0],
        places[:, 1],
        value,
        high,
        low,
        np.isin(roles, (Role.COMPETITION.value, Role.RESPONSE.value)),
        100.0 * (top - value) / (top - bottom),
    )
