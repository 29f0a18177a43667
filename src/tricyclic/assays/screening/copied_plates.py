"""Plates of a screen with the readings of an earlier one under another name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.format import list_names
from tricyclic.core.plate import Plate

# So many different readings do not agree in every digit by chance.
MIN_DIFFERENT_READINGS = 8
MAX_LISTED = 5


def copied_plates(plates: Sequence[Plate]) -> dict[int, int]:
    """Index of each plate whose readings are those of an earlier plate -> index of that plate.

    The readings of every counted well are compared in the order of the wells, whatever the layout
    and the names of compounds are.
    """
    first: dict[bytes, int] = {}
    copies = {}
    for number, plate in enumerate(plates):
        counted = [well for well in plate.wells if well.counted]
        values = np.array([well.value for well in counted], float)
        if np.unique(values).size < MIN_DIFFERENT_READINGS:
            continue
        digest = hashlib.sha256(values.tobytes())
        digest.update(" ".join(well.name for well in counted).encode())
        earlier = first.setdefault(digest.digest(), number)
        if earlier != number:
            copies[number] = earlier
    return copies


def copied_plate_check(plate: Plate, original: Plate) -> Check:
    """The check of one copy."""
    return Check(
        "copied_plates",
        "fail",
        f"all readings are those of plate {original.name}",
        plate.name,
        advice="Replace the file by that of this plate, or leave the plate out",
        source="exact comparison",
    )


def copied_plates_check(plates: Sequence[Plate], copies: Mapping[int, int]) -> Check:
    """The check of the whole screen."""
    pairs = [f"{plates[copy].name} = {plates[first].name}" for copy, first in copies.items()]
    listed = f" ({list_names(pairs, MAX_LISTED)})" if pairs else ""
    return Check(
        "copied_plates",
        "fail" if copies else "pass",
        f"{len(copies)} of {len(plates)} plates have the readings of an earlier one{listed}",
        value=float(len(copies)),
        limit=0.0,
        source="exact comparison",
        advice="A copy is no second measurement: nothing is called from it" if copies else "",
    )
