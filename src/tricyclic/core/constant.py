"""A number of a mechanism or a drug, with its range, its variation and its source."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.core.certainty import CERTAINTIES, SOURCED, Certainty
from tricyclic.core.model_unit import model_unit
from tricyclic.errors import InputError, UnknownNameError


@dataclass(frozen=True)
class Constant:
    """A number that a model needs.

    Parameters
    ----------
    name : str
        Its symbol in the equations, or the name of a drug's constant ("Ki_NET").
    value : float
        In `unit`; nan for an identifier.
    unit : str
        A unit of the models ("per_h").
    low, high : float
        Published or plausible range; nan where there is none. The value lies inside.
    cv : float
        Coefficient of variation between animals or people (fraction); 0 where none is modelled.
    free : bool
        Whether a calibration may change it between low and high.
    description : str
        What it is, in words.
    source : str
        Key of a source; may be empty only where the number is derived, assumed or an initial value.
    certainty : str
        One of `CERTAINTIES`.
    applies_to : str
        Component or species that the row is for; empty for all.
    text : str
        Text of an identifier ("CHEBI:47781").
    alternatives : tuple of Constant
        Other published values of the same constant, listed but not used.
    """

    name: str
    value: float
    unit: str
    low: float = math.nan
    high: float = math.nan
    cv: float = 0.0
    free: bool = False
    description: str = ""
    source: str = ""
    certainty: Certainty = "assumed"
    applies_to: str = ""
    text: str = ""
    alternatives: tuple[Constant, ...] = ()

    def __post_init__(self) -> None:
        model_unit(self.unit, where=self.name)
        if self.certainty not in CERTAINTIES:
            raise UnknownNameError.among("certainty", self.certainty, CERTAINTIES, where=self.name)
        if self.certainty in SOURCED and not self.source:
            raise InputError(
                f"is '{self.certainty}' but has no source",
                where=self.name,
                do="Add its source, or mark it 'assumed'",
            )
        if self.unit == "identifier":
            return
        if not math.isfinite(self.value):
            raise InputError(
                f"is {self.value:g}", where=self.name, allowed="A constant is a finite number"
            )
        if self.low > self.high or self.value < self.low or self.value > self.high:
            raise InputError(
                f"is {self.value:g} {self.unit}, outside its own range "
                f"{self.low:g} to {self.high:g}",
                where=self.name,
                do="Check the unit",
            )
        if self.free and not (
            math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high
        ):
            raise InputError("is free but has no range", where=self.name, do="Provide low and high")
        if not 0 <= self.cv < 5:
            raise InputError(
                f"has a coefficient of variation of {self.cv:g}", where=self.name, allowed="0 to 5"
            )
