"""Dataclasses, arrays and mappings as dictionaries, lists, numbers and text, ready for JSON.

JSON has no infinities and no nan: an unbounded limit becomes "inf" or "-inf", a missing number
null.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

import numpy as np


def to_jsonable(thing: Any) -> Any:
    """Convert a dataclass, array, mapping or sequence for `json.dumps(..., allow_nan=False)`."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {
            field.name: to_jsonable(getattr(thing, field.name))
            for field in dataclasses.fields(thing)
        }
    if isinstance(thing, Enum):
        return to_jsonable(thing.value)
    if isinstance(thing, np.ndarray):
        return to_jsonable(thing.tolist())
    if isinstance(thing, Mapping):
        return {str(key): to_jsonable(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple, set, frozenset)):
        return [
            to_jsonable(item)
            for item in (sorted(thing) if isinstance(thing, (set, frozenset)) else thing)
        ]
    if isinstance(thing, (bool, type(None), str, int)):
        return thing
    if isinstance(thing, (float, np.floating)):
        value = float(thing)
        return (
            None
            if math.isnan(value)
            else ("inf" if value > 0 else "-inf")
            if math.isinf(value)
            else value
        )
    if isinstance(thing, np.generic):
        return to_jsonable(thing.item())
    if isinstance(thing, date):
        return thing.isoformat()
    raise TypeError(f"{type(thing).__name__} cannot be converted for JSON")
