"""Checks of the wells of a plate against its layout: counted without a role, or not counted."""

from __future__ import annotations

from collections.abc import Iterator

from tricyclic.core.check import Check
from tricyclic.core.plate import Plate, Role
from tricyclic.core.plate_layout import listed_wells

MAX_WORDS = 6


def well_checks(plate: Plate) -> Iterator[Check]:
    """Wells that were counted but have no role, and wells with a role that were not counted.

    Parameters
    ----------
    plate : Plate
        With its layout applied.
    """
    if plate.unassigned:
        yield Check(
            "wells_without_role",
            "warn",
            f"counted without a role in the layout: {listed_wells(plate.unassigned)}",
            where=plate.name,
            value=float(len(plate.unassigned)),
            limit=0.0,
            advice="Add them to the layout, with the role empty if they were not used",
        )
    missing = [
        well.name
        for well in plate.wells
        if well.role is not Role.EMPTY and not well.counted and not well.excluded
    ]
    if missing:
        yield Check(
            "wells_not_counted",
            "warn",
            f"in the layout, but not counted: {listed_wells(missing)}{_words(plate, missing)}",
            where=plate.name,
            value=float(len(missing)),
            limit=0.0,
            advice="Count them, or exclude them with the reason",
        )


def _words(plate: Plate, names: list[str]) -> str:
    """The words that stand in these wells instead of a number: "; E07 'spilled'"."""
    words = [
        f"{well.name} '{well.flag}'" for well in plate.wells if well.name in names and well.flag
    ]
    return "; " + ", ".join(words[:MAX_WORDS]) if words else ""
