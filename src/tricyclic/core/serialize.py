"""Any record as plain dictionaries, lists, numbers and text, ready for JSON.

Numbers JSON cannot hold become text where they mean something: an open limit is "inf" or "-inf"; a
missing number is null.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

import numpy as np


def as_plain(thing: Any) -> Any:
    """Turn a record, array, mapping or sequence into what `json.dumps(..., allow_nan=False)` takes."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {
            field.name: as_plain(getattr(thing, field.name)) for field in dataclasses.fields(thing)
        }
    if isinstance(thing, Enum):
        return as_plain(thing.value)
    if isinstance(thing, np.ndarray):
        return as_plain(thing.tolist())
    if isinstance(thing, Mapping):
        return {str(key): as_plain(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple, set, frozenset)):
        return [
            as_plain(item)
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
        return as_plain(thing.item())
    if isinstance(thing, date):
        return thing.isoformat()
    raise TypeError(f"no plain form for {type(thing).__name__}")
