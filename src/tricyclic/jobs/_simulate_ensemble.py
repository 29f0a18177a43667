"""Which members of a scenario's calibrated ensemble a simulation runs, or which one alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tricyclic.errors import InputError

if TYPE_CHECKING:
    from tricyclic.jobs._simulate_ask import Asked

# Members are in random order, so the first hundred tell the band of all; more cost time and sharpen its edges.
USUAL_MEMBERS = 100


def members_of(
    asked: Asked, members: int | None, folder: str = ""
) -> tuple[list[Mapping[str, float]], str, tuple[str, ...]]:
    """Parameters of each member, the name of the ensemble, and what to know of it; none for a single run.

    Raises
    ------
    InputError
        If members are asked for and the scenario has no ensemble, or fewer, or one of another species.
    """
    if members is not None and members < 0:
        raise InputError(f"is {members}", where="members", allowed="0 for a single run, or more")
    from tricyclic.io.library.ensembles import ensemble, ensemble_names
    from tricyclic.jobs._ensemble_group import age_of
    from tricyclic.simulation.calibration.predict import values_for

    if members == 0:
        return [], "", ()
    name = asked.scenario.ensemble or asked.scenario.name
    if name not in ensemble_names(folder or None):
        if members:
            raise InputError(
                "has no calibrated ensemble",
                where=asked.scenario.name,
                do="Leave the number of members out",
            )
        return [], "", ()
    if asked.home and asked.scenario.species != asked.home:
        who = {"rat": "the rat", "human": "people"}
        what = f"the ensemble '{name}' is calibrated for {who[asked.home]}, not for {who[asked.scenario.species]}"
        if members:
            raise InputError(
                what,
                where=asked.scenario.name,
                do="Leave the number of members, or the species, out",
            )
        return [], "", (f"{what[0].upper()}{what[1:]}: one run at the library's values",)
    found = ensemble(name, folder=folder or None)
    if members is not None and members > len(found):
        raise InputError(
            f"asks for {members} members",
            where=asked.scenario.name,
            allowed=f"The ensemble '{name}' has {len(found)}",
        )
    older = age_of(found, folder)
    most = USUAL_MEMBERS if members is None else members
    each: list[Mapping[str, float]] = [
        values_for(asked.composed, member) for member in found.each(most=most)
    ]
    if not any(each):
        return [], "", (f"The ensemble '{name}' has no parameter of this model",)
    return each, f"{name}, version {found.version}", (older,) if older else ()


def at_member(asked: Asked, member: int | None, folder: str = "") -> tuple[Asked, str]:
    """The request at the values of one member of its ensemble, and in a line at which values it now is.

    Parameters
    ----------
    member : int or None
        From 0, the best set; None: the library's values. What the request sets wins.

    Raises
    ------
    InputError
        If the scenario has no ensemble for its species, or not so many members.
    """
    from tricyclic.io.library.ensembles import ensemble, ensemble_names
    from tricyclic.simulation.calibration.predict import values_for

    name = asked.scenario.ensemble or asked.scenario.name
    if (
        not asked.home
        or asked.scenario.species != asked.home
        or name not in ensemble_names(folder or None)
    ):
        if member is None:
            return asked, ""
        raise InputError(
            f"has no calibrated ensemble of the {asked.scenario.species}"
            if asked.home
            else "has no calibrated ensemble",
            where=asked.scenario.name,
            do="Leave the member out",
        )
    if member is None:
        return asked, "at the library's values; --member 0 takes the best calibrated set"
    found = ensemble(name, folder=folder or None)
    if not 0 <= member < len(found):
        raise InputError(
            f"is {member}",
            where="member",
            allowed=f"The ensemble '{name}' has members 0, the best, to {len(found) - 1}",
        )
    values = {**values_for(asked.composed, found.member(member)), **asked.values}
    return replace(
        asked, values=values
    ), f"at member {member} of the ensemble {name}, version {found.version}"
