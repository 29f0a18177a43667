"""Source, Evidence: a paper; one published number and its conditions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Certainty = Literal["read", "recalled", "guide", "derived", "assumed"]


@dataclass(frozen=True)
class Source:
    """A paper, book, guide or web page that a number comes from; `caution` is what to know before trusting it."""

    key: str
    citation: str
    doi: str = ""
    address: str = ""
    caution: str = ""


@dataclass(frozen=True)
class Evidence:
    """One published number, with what it was measured on.

    `value`, `low`, `high` are in `unit` (nan where not stated); `certainty` says whether the number was read
    in the source, recalled, taken from a guide, derived or assumed; `quality` is a caution to show with it.
    """

    subject: str
    target: str
    parameter: str
    value: float
    unit: str
    low: float = math.nan
    high: float = math.nan
    relation: Literal["=", ">", "<"] = "="
    species: str = ""
    preparation: str = ""
    radioligand: str = ""
    source: str = ""
    certainty: Certainty = "read"
    quality: str = ""
