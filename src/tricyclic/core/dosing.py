"""Dosing schedule: which drug is given, by which route, how much, when and how often."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.errors import InputError

# Routes that maintain a rate or concentration for a while, as every probe does; others give a
# bolus.
SUSTAINED = ("pump", "bath", "infusion")


def is_sustained(route: str) -> bool:
    """Whether a route maintains a rate or concentration, rather than giving a dose at once."""
    return route in SUSTAINED or route.startswith("probe_")


@dataclass(frozen=True)
class Dosing:
    """One drug by one route.

    Parameters
    ----------
    drug, route : str
        Names; routes are those of the scenario ("ip", "sc", "po", "iv", "pump", "probe_cortex",
        "bath").
    amount : float
        nmol/kg for a dose; nmol/(kg h) for a pump; nM in the perfusate or the medium. 0 or more.
    start_h : float
        Time of the first dose [h], 0 or more.
    every_h : float
        Interval between doses [h]; 0 for a single dose.
    n_doses : int
        Number of doses.
    duration_h : float
        How long each sustained dose lasts [h]; 0 for a bolus.
    description : str
        The schedule as it was typed.
    """

    drug: str
    route: str
    amount: float
    start_h: float = 0.0
    every_h: float = 0.0
    n_doses: int = 1
    duration_h: float = 0.0
    description: str = ""

    def __post_init__(self) -> None:
        where = f"dosing of {self.drug}"
        for name, value in (
            ("amount", self.amount),
            ("start", self.start_h),
            ("interval", self.every_h),
            ("duration", self.duration_h),
        ):
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"the {name} is {value:g}", where=where, allowed="It is 0 or more")
        if self.n_doses < 1:
            raise InputError(f"has {self.n_doses} doses", where=where, allowed="One or more")
        if self.n_doses > 1 and not self.every_h > 0:
            raise InputError(
                f"has {self.n_doses} doses but no interval",
                where=where,
                do="Provide the interval in hours",
            )
        if is_sustained(self.route):
            if not self.duration_h > 0:
                raise InputError(
                    f"'{self.route}' needs a duration",
                    where=where,
                    do="Provide how long it is given",
                )
            if self.n_doses > 1 and self.duration_h >= self.every_h:
                raise InputError(
                    f"lasts {self.duration_h:g} h and starts again every {self.every_h:g} h",
                    where=where,
                    allowed="A sustained dose ends before the next begins",
                )

    @property
    def last_h(self) -> float:
        """Time of the last dose, or of the end of the last sustained one [h]."""
        return self.start_h + (self.n_doses - 1) * self.every_h + self.duration_h

    @property
    def at_start(self) -> bool:
        """Whether the first dose is given at t = 0."""
        return self.start_h == 0.0
