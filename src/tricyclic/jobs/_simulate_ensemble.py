"""Which members of a scenario's calibrated ensemble a simulation runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tricyclic.errors import InputError

if TYPE_CHECKING:
    from tricyclic.jobs._simulate_ask import Asked


def members_of(
    asked: Asked, members: int | None, folder: str = ""
) -> tuple[list[Mapping[str, float]], str, tuple[str, ...]]:
    """Parameters of each member, the name of the ensemble, and what to know of it; none for a single run.

    Raises
    ------
    InputError
        If members are asked for and the scenario has no ensemble, or fewer.
    """
    if members is not None and members < 0:
        raise InputError(f"is {members}", where="members", allowed="0 for a single run, or more")
    if members == 0:
        return [], "", ()
    if members:
        raise InputError(
            "has no calibrated ensemble",
            where=asked.scenario.name,
            do="Leave --members out, or run: tricyclic calibrate",
        )
    return [], "", ()
