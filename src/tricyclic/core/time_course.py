"""Course: one quantity over time, from a simulation, with the band over its ensemble or population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.series import frozen_array
from tricyclic.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Course:
    """A quantity over time.

    Parameters
    ----------
    name, says, unit : str
        As the scenario watches it; unit as people write it ("nM", "Hz", "").
    time_h : array, shape (times,)
        Hours after the start, increasing.
    y : array, shape (times,)
        The run itself, or the median over the members.
    low, high : array, shape (times,), or None
        Limits of the band that holds `share` of the members; None for a single run.
    rest : float
        Value of the drug-free rest (median over the members), in `unit`.
    relative : array, shape (times,), or None
        Percent of each member's own rest: median; with `relative_low`, `relative_high` as limits.
    members : int
        How many runs the band rests on; 1 for a single run.
    share : float
        Share of the members between low and high.
    """

    name: str
    says: str
    unit: str
    time_h: Floats
    y: Floats
    rest: float
    low: Floats | None = None
    high: Floats | None = None
    relative: Floats | None = None
    relative_low: Floats | None = None
    relative_high: Floats | None = None
    members: int = 1
    share: float = 0.9

    def __post_init__(self) -> None:
        time = frozen_array(self.time_h)
        if time.ndim != 1 or time.size == 0 or (np.diff(time) < 0).any():
            raise InputError("has no increasing times", where=self.name)
        object.__setattr__(self, "time_h", time)
        for key in ("y", "low", "high", "relative", "relative_low", "relative_high"):
            value = getattr(self, key)
            if value is None:
                continue
            array = frozen_array(value)
            if array.shape != time.shape:
                raise InputError(
                    f"has {array.size} values of {key} at {time.size} times", where=self.name
                )
            object.__setattr__(self, key, array)

    def __repr__(self) -> str:
        top = int(np.argmax(self.y))
        parts = (
            f"rest {self.rest:.4g}",
            f"highest {self.y[top]:.4g} at {self.time_h[top]:.4g} h",
            f"end {self.y[-1]:.4g} at {self.time_h[-1]:.4g} h",
            f"{self.members} members" if self.members > 1 else "one run",
        )
        return f"Course {self.name}{f' [{self.unit}]' if self.unit else ''}: {', '.join(parts)}"

    def at(self, time_h: float) -> float:
        """Value at a time [h], read between the stored times on a straight line."""
        return float(np.interp(time_h, self.time_h, self.y))


def course_of_members(
    name: str,
    says: str,
    unit: str,
    time_h: Floats,
    members: Floats,
    rests: Floats,
    *,
    relative: bool,
    share: float = 0.9,
) -> Course:
    """Gather many runs of one quantity into a Course.

    Parameters
    ----------
    members : array, shape (members, times)
    rests : array, shape (members,)
        Each member's drug-free value; percent of rest is taken member by member.
    relative : bool
        Whether to tell it as percent of rest as well.
    share : float
        Share of the members that the band holds.
    """
    tails = [50.0, 50.0 * (1 - share), 50.0 * (1 + share)]
    alone = len(members) == 1
    middle, low, high = np.percentile(members, tails, axis=0)
    percent = None
    if relative and (np.abs(rests) > 0).all():
        percent = np.percentile(100.0 * members / rests[:, None], tails, axis=0)
    return Course(
        name,
        says,
        unit,
        time_h,
        middle,
        float(np.median(rests)),
        None if alone else low,
        None if alone else high,
        None if percent is None else percent[0],
        None if percent is None or alone else percent[1],
        None if percent is None or alone else percent[2],
        len(members),
        share,
    )
