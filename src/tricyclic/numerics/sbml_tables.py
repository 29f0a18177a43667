"""The rows into which a model's SBML is taken apart, and what can be said of how well a value is known."""

from __future__ import annotations

import math
from typing import NamedTuple

from tricyclic.errors import InputError


class Quantity(NamedTuple):
    """A parameter, species or compartment; `start` is the formula of its start value where it has one."""

    id: str
    name: str
    value: float | None
    unit: str
    constant: bool
    start: str


class Rule(NamedTuple):
    """What moves a quantity: kind is "rate" (its rate of change) or "assigned" (its value at all times)."""

    kind: str
    target: str
    formula: str


class Reaction(NamedTuple):
    """Species turned into species, each with its count; what else acts on it; its rate."""

    id: str
    name: str
    reactants: tuple[tuple[float, str], ...]
    products: tuple[tuple[float, str], ...]
    modifiers: tuple[str, ...]
    formula: str


class Event(NamedTuple):
    """Changes that happen when a condition begins to hold."""

    id: str
    trigger: str
    changes: tuple[tuple[str, str], ...]


class Tables(NamedTuple):
    """A model in rows; `annotations` maps an id to the addresses that say what it is."""

    parameters: tuple[Quantity, ...]
    species: tuple[Quantity, ...]
    compartments: tuple[Quantity, ...]
    rules: tuple[Rule, ...]
    reactions: tuple[Reaction, ...]
    events: tuple[Event, ...]
    annotations: dict[str, tuple[str, ...]]


class Uncertain(NamedTuple):
    """How well a value is known.

    Attributes
    ----------
    mean, sd : float, optional
        In the unit of the value itself, also where the distribution is log-normal.
    low, high : float, optional
        Range in which the value lies.
    distribution : str
        "normal" or "lognormal" (need mean and sd), "uniform" (needs low and high), or empty.
    """

    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    distribution: str = ""

    def formula(self, name: str) -> str:
        """Write the distribution as SBML's distrib package does, where `lognormal` takes moments of the log."""
        if self.distribution == "uniform" and self.low is not None and self.high is not None:
            return f"uniform({self.low!r}, {self.high!r})"
        if self.mean is not None and self.sd is not None:
            if self.distribution == "normal":
                return f"normal({self.mean!r}, {self.sd!r})"
            if self.distribution == "lognormal" and self.mean > 0.0:
                spread = math.log1p((self.sd / self.mean) ** 2)
                return f"lognormal({math.log(self.mean) - 0.5 * spread!r}, {math.sqrt(spread)!r})"
        raise InputError(
            f"the distribution of '{name}' is '{self.distribution}' with mean {self.mean}, sd {self.sd}, low {self.low}, high {self.high}",
            allowed="normal and lognormal need a mean and an sd (lognormal a mean above 0), uniform needs low and high",
        )
