"""Constant: a number of a mechanism or a drug, with its range, its spread and where it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from tricyclic.core.model_unit import model_unit
from tricyclic.errors import InputError, UnknownNameError

Sureness = Literal["read", "recalled", "guide", "derived", "assumed", "start"]
SURENESSES: tuple[str, ...] = get_args(Sureness)


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
        Range that is published or held possible; nan where none is stated. The value lies inside.
    cv : float
        Coefficient of variation between animals or people (fraction); 0 where none is modelled.
    free : bool
        Whether a calibration may move it between low and high.
    says : str
        What it is, in words.
    source : str
        Key of a source; may be empty only where the number is derived, assumed or a start value.
    certainty : str
        read | recalled | guide | derived | assumed | start (a free parameter's start value).
    holds_for : str
        Part or species that the row is for; empty for all.
    text : str
        An identifier's text ("CHEBI:47781").
    also : tuple of Constant
        Other published values of the same constant, shown beside it and not used.
    """

    name: str
    value: float
    unit: str
    low: float = math.nan
    high: float = math.nan
    cv: float = 0.0
    free: bool = False
    says: str = ""
    source: str = ""
    certainty: Sureness = "assumed"
    holds_for: str = ""
    text: str = ""
    also: tuple[Constant, ...] = ()

    def __post_init__(self) -> None:
        model_unit(self.unit, where=self.name)
        if self.certainty not in SURENESSES:
            raise UnknownNameError.among("certainty", self.certainty, SURENESSES, where=self.name)
        if self.certainty in ("read", "recalled", "guide") and not self.source:
            raise InputError(
                f"is '{self.certainty}' and names no source",
                where=self.name,
                do="Name its source, or mark it 'assumed'",
            )
        if self.unit == "identifier":
            return
        if not math.isfinite(self.value):
            raise InputError(
                f"is {self.value:g}", where=self.name, allowed="A constant is a finite number"
            )
        if self.low > self.high or self.value < self.low or self.value > self.high:
            raise InputError(
                f"is {self.value:g} {self.unit}, outside its own range {self.low:g} to {self.high:g}",
                where=self.name,
                do="Check the unit",
            )
        if self.free and not (
            math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high
        ):
            raise InputError("is free and has no range", where=self.name, do="State low and high")
        if not 0 <= self.cv < 5:
            raise InputError(
                f"has a coefficient of variation of {self.cv:g}", where=self.name, allowed="0 to 5"
            )
