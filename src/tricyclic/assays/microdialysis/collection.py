"""When the fluid of a fraction passed the membrane, and how much was collected.

Fluid reaches the vial late by the dead volume of the tubing behind the membrane. With a constant
flow that is one lag; after a change of the flow, or while the pump stood still, it is not, so the
volume that was pumped is followed instead of a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tricyclic.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flow:
    """Flow of the perfusate of one animal, constant from each change to the next.

    Parameters
    ----------
    rates_uL_per_min : tuple of float
        0 or more; 0 while the pump stands still.
    from_min : tuple of float
        Time from which each rate holds [min], increasing; the first also holds before its time.
    """

    rates_uL_per_min: tuple[float, ...]
    from_min: tuple[float, ...] = (0.0,)
    _volumes: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rates, start = np.asarray(self.rates_uL_per_min, float), np.asarray(self.from_min, float)
        if rates.size == 0 or rates.shape != start.shape:
            raise InputError(f"{rates.size} flows from {start.size} times", where="flow")
        if not (np.isfinite(rates).all() and (rates >= 0).all()):
            raise InputError(
                "a flow is not a number", where="flow", allowed="Flows are uL/min, 0 or more"
            )
        if not np.isfinite(start).all() or (np.diff(start) <= 0).any():
            raise InputError(
                "the times of the flow do not increase", where="flow", do="List them in order"
            )
        if rates[0] == 0.0:
            raise InputError(
                "the first flow is 0", where="flow", allowed="The pump ran before the first change"
            )
        steps = rates[:-1] * np.diff(start)
        object.__setattr__(self, "_volumes", np.concatenate([[0.0], np.cumsum(steps)]))

    def pumped_uL(self, time_min: ArrayLike) -> Floats:
        """Volume pumped from the first time of the flow until a time [uL]; negative before it."""
        at = np.asarray(time_min, float)
        start = np.asarray(self.from_min, float)
        row = np.maximum(np.searchsorted(start, at, side="right") - 1, 0)
        rates = np.asarray(self.rates_uL_per_min, float)
        return np.asarray(self._volumes[row] + rates[row] * (at - start[row]))

    def time_of_min(self, volume_uL: float, *, first: bool) -> float:
        """Time by which a volume was pumped [min]; inf where it never is.

        Parameters
        ----------
        volume_uL : float
        first : bool
            While the pump stands still, a volume holds for a while: the begin of it, or its end.
        """
        row = int(np.searchsorted(self._volumes, volume_uL, side="left" if first else "right"))
        row = max(row - 1, 0)
        rate, start = self.rates_uL_per_min[row], self.from_min[row]
        beyond = volume_uL - float(self._volumes[row])
        if rate == 0.0:
            return start if beyond <= 0 else float("inf")
        return start + beyond / rate


@dataclass(frozen=True)
class MembraneWindow:
    """When the fluid of a fraction passed the membrane.

    Parameters
    ----------
    start_min, end_min : float
        On the clock of the fractions [min].
    volume_uL : float
        Collected, as the pump delivered it.
    """

    start_min: float
    end_min: float
    volume_uL: float


def membrane_window(
    start_min: float, end_min: float, flow: Flow, dead_volume_uL: float, *, where: str = "fraction"
) -> MembraneWindow:
    """Window in which the fluid of a vial passed the membrane.

    Parameters
    ----------
    start_min, end_min : float
        When the vial was put under the outlet and taken away [min].
    flow : Flow
    dead_volume_uL : float
        Volume from the membrane to the tip of the outlet, 0 or more.
    where : str
        Name of the fraction, for errors.

    Returns
    -------
    MembraneWindow

    Raises
    ------
    InputError
        If the fraction does not end after it starts, or nothing was pumped into it.

    Notes
    -----
    Plug flow: dispersion in the tubing is not corrected.
    """
    if not (np.isfinite(start_min) and np.isfinite(end_min) and end_min > start_min):
        raise InputError(
            f"is collected from {start_min:g} to {end_min:g} min",
            where=where,
            allowed="A fraction ends after it starts",
        )
    if not (np.isfinite(dead_volume_uL) and dead_volume_uL >= 0):
        raise InputError(
            f"a dead volume of {dead_volume_uL:g} uL", where=where, allowed="It is 0 or more"
        )
    first, last = (float(v) for v in flow.pumped_uL([start_min, end_min]))
    if last <= first:
        raise InputError(
            f"nothing was pumped from {start_min:g} to {end_min:g} min",
            where=where,
            do="State the fraction as lost, or mend the times of the flow",
        )
    return MembraneWindow(
        flow.time_of_min(first - dead_volume_uL, first=False),
        flow.time_of_min(last - dead_volume_uL, first=True),
        last - first,
    )
