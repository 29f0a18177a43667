"""Published numbers, their conditions and their sources."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from tricyclic.core.certainty import Certainty


@dataclass(frozen=True)
class Source:
    """A paper, book, guide or web page that a number comes from; `caution` names its weaknesses."""

    key: str
    citation: str
    doi: str = ""
    address: str = ""
    caution: str = ""


@dataclass(frozen=True)
class Evidence:
    """One published number and what it was measured on.

    `value`, `low`, `high` are in `unit` (nan where not stated); `certainty` is one of
    `CERTAINTIES`; `quality` is a caution that is shown with the number.
    """

    subject: str
    target: str
    parameter: str
    value: float
    unit: str
    low: float = math.nan
    high: float = math.nan
    qualifier: Literal["=", ">", "<"] = "="
    species: str = ""
    preparation: str = ""
    radioligand: str = ""
    source: str = ""
    certainty: Certainty = "reported"
    quality: str = ""
