"""Checks of a screen's wells against their layout or table: counted, but without a role."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.check import Check
from tricyclic.core.format import pluralize
from tricyclic.core.plate import Plate
from tricyclic.core.plate_layout import listed_wells


def input_checks(plates: Sequence[Plate]) -> tuple[Check, ...]:
    """One warning for all counted wells without a role; none where every well has one."""
    without = [plate for plate in plates if plate.unassigned]
    if not without:
        return ()
    first, wells = without[0], sum(len(plate.unassigned) for plate in without)
    return (
        Check(
            "wells_without_role",
            "warn",
            f"{pluralize(wells, 'well')} on {pluralize(len(without), 'plate')}: counted without a "
            f"role, such as {listed_wells(first.unassigned)} of {first.name}",
            value=float(wells),
            limit=0.0,
            advice="Give them a role, which is empty if they were not used",
        ),
    )
