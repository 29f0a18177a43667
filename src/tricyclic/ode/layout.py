"""Names, keys and indices of states and parameters in a compiled model of libRoadRunner, and the
times of a run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError

Floats = NDArray[np.float64]


class StateLayout(NamedTuple):
    """Names, keys and indices of states and parameters in the library.

    `volumes` has the compartment of each state that is a concentration: the library integrates
    its amount.
    """

    states: tuple[str, ...]
    keys: tuple[str, ...]
    free: tuple[str, ...]
    known: dict[str, str]
    compartments: frozenset[str]
    derived: tuple[str, ...]
    parameters: NDArray[np.int32]
    parameter_states: NDArray[np.intp]
    species: NDArray[np.int32]
    species_states: NDArray[np.intp]
    others: tuple[tuple[int, str], ...]
    ruled: int
    volumes: tuple[tuple[int, str], ...]


def read_layout(solver: Any) -> StateLayout:
    model = solver.model
    parameters, floating = list(model.getGlobalParameterIds()), list(model.getFloatingSpeciesIds())
    boundary, compartments = list(model.getBoundarySpeciesIds()), list(model.getCompartmentIds())
    ruled, assigned = list(model.getRateRuleSymbols()), set(solver.getAssignmentRuleIds())
    states = (*ruled, *(name for name in floating if name not in ruled and name not in assigned))

    def key(name: str) -> str:
        is_species = name in floating or name in boundary
        return f"[{name}]" if is_species and not solver.getHasOnlySubstanceUnits(name) else name

    moved = {*ruled, *assigned}
    free = tuple(name for name in (*parameters, *compartments) if name not in moved)
    everything = (
        *parameters,
        *floating,
        *boundary,
        *compartments,
        *model.getReactionIds(),
        *(name for name in model.getStoichiometryIds() if "(" not in name),
        *ruled,
        "time",
    )
    plain = [i for i, name in enumerate(states) if name in parameters]
    of_species = [
        i
        for i, name in enumerate(states)
        if name in floating and name not in ruled and key(name) != name
    ]
    others = tuple(
        (i, key(name)) for i, name in enumerate(states) if i not in plain and i not in of_species
    )
    return StateLayout(
        states=states,
        keys=tuple(key(name) for name in states),
        free=free,
        known={name: key(name) for name in everything},
        compartments=frozenset(compartments),
        derived=tuple(name for name in solver.getInitialAssignmentIds() if name in free),
        parameters=np.array([parameters.index(states[i]) for i in plain], dtype=np.int32),
        parameter_states=np.array(plain, dtype=np.intp),
        species=np.array([floating.index(states[i]) for i in of_species], dtype=np.int32),
        species_states=np.array(of_species, dtype=np.intp),
        others=others,
        ruled=len(ruled),
        volumes=tuple(
            (i, compartments[model.getCompartmentIndexForFloatingSpecies(floating.index(name))])
            for i, name in enumerate(states)
            if name in floating and key(name) != name
        ),
    )


def why_frozen(sbml: str, at: StateLayout) -> str:
    """The reason why a model can only start as its file does; empty if it can start otherwise."""
    if 'initialValue="false"' in sbml:
        return "an event of the model may fire at time 0, before other states could be set"
    if at.derived:
        return (
            f"'{at.derived[0]}' is derived once, from states at time 0, "
            "and would not follow other states"
        )
    return ""


def checked_times(times: Floats) -> list[float]:
    moments = np.asarray(times, dtype=np.float64)
    if moments.ndim != 1 or not moments.size or not np.isfinite(moments).all():
        raise InputError(
            "the times are not a row of finite numbers",
            allowed="One time or more, each finite",
        )
    if moments[0] < 0.0:
        raise InputError(f"a time is {moments[0]:g}", allowed="Times are 0 or more")
    if (np.diff(moments) <= 0.0).any():
        late = int(np.argmax(np.diff(moments) <= 0.0))
        raise InputError(
            f"time {moments[late + 1]:g} follows time {moments[late]:g}", allowed="Times increase"
        )
    row: list[float] = moments.tolist()
    return row if row[0] == 0.0 else [0.0, *row]
