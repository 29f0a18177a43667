"""Which scenarios share an ensemble, and whether one is older than what it was calibrated with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tricyclic.core.ensemble import Ensemble
    from tricyclic.core.scenario import Scenario


def group_of(name: str, folder: str = "") -> tuple[str, tuple[Scenario, ...]]:
    """Name of a scenario's ensemble, and all scenarios that name the same one, itself among them."""
    from tricyclic.io.library.mechanisms import scenario, scenario_names

    own = scenario(name, folder=folder or None)
    if not own.ensemble:
        return own.name, (own,)
    others = (
        scenario(other, folder=folder or None)
        for other in scenario_names(folder or None)
        if other != own.name
    )
    return own.ensemble, (own, *(other for other in others if other.ensemble == own.ensemble))


def age_of(found: Ensemble, folder: str = "") -> str:
    """One plain line if the model or the observations have changed since the ensemble was calibrated; else empty."""
    from tricyclic.io.library.mechanisms import drugs, mechanisms
    from tricyclic.io.library.observations import hash_of, observations
    from tricyclic.simulation.model_hash import model_hash

    place = folder or None
    _, scenarios = group_of(found.scenario, folder)
    rows = [row for scenario in scenarios for row in observations(scenario.name, folder=place)]
    seen = [
        scenario for scenario in scenarios if any(row.scenario == scenario.name for row in rows)
    ]
    known = drugs(place)
    # A drug that is gone has changed the model too.
    names = [name for name in found.drugs if name in known]
    watched = {name for row in rows for name in row.quantities}
    now = (
        model_hash(seen, mechanisms(place), known, names, watched)
        if len(names) == len(found.drugs)
        else "gone"
    )
    return found.age(now, hash_of(rows))
