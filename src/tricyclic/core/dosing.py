"""Regimen: which drug is given, by which route, how much, when and how often."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.errors import InputError

SUSTAINED = ("pump", "bath", "infusion")  # and every probe: a level that lasts, not a bolus


def is_sustained(route: str) -> bool:
    """Whether a route holds a rate or level for a while, rather than giving a dose at once."""
    return route in SUSTAINED or route.startswith("probe_")


@dataclass(frozen=True)
class Regimen:
    """One drug by one route.

    Parameters
    ----------
    drug, route : str
        Names; routes are those of the scenario ("ip", "sc", "po", "iv", "pump", "probe_cortex", "bath").
    amount : float
        nmol/kg for a dose; nmol/(kg h) for a pump; nM in the perfusate or the medium. 0 or more.
    start_h : float
        Time of the first dose [h], 0 or more.
    every_h : float
        Interval between doses [h]; 0 where there is one.
    n : int
        Number of doses.
    duration_h : float
        How long each sustained dose lasts [h]; 0 for a bolus.
    says : str
        The regimen as it was asked for.
    """

    drug: str
    route: str
    amount: float
    start_h: float = 0.0
    every_h: float = 0.0
    n: int = 1
    duration_h: float = 0.0
    says: str = ""

    def __post_init__(self) -> None:
        where = f"regimen of {self.drug}"
        for says, value in (
            ("amount", self.amount),
            ("start", self.start_h),
            ("interval", self.every_h),
            ("duration", self.duration_h),
        ):
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"the {says} is {value:g}", where=where, allowed="It is 0 or more")
        if self.n < 1:
            raise InputError(f"has {self.n} doses", where=where, allowed="One or more")
        if self.n > 1 and not self.every_h > 0:
            raise InputError(
                f"gives {self.n} doses and no interval",
                where=where,
                do="State every how many hours",
            )
        if is_sustained(self.route):
            if not self.duration_h > 0:
                raise InputError(
                    f"'{self.route}' needs a duration",
                    where=where,
                    do="State for how long it is given",
                )
            if self.n > 1 and self.duration_h >= self.every_h:
                raise InputError(
                    f"lasts {self.duration_h:g} h and starts again every {self.every_h:g} h",
                    where=where,
                    allowed="A sustained dose ends before the next begins",
                )

    @property
    def last_h(self) -> float:
        """Time of the last dose, or of the end of the last sustained one [h]."""
        return self.start_h + (self.n - 1) * self.every_h + self.duration_h

    @property
    def at_start(self) -> bool:
        """Whether the first dose is given at t = 0."""
        return self.start_h == 0.0
