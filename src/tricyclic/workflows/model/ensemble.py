"""The parameter sets of a scenario's calibrated ensemble that a run uses, and whether the ensemble
is up to date.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from tricyclic.core.ensemble import Ensemble
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.library.observations import observations_hash
from tricyclic.simulation.calibration.predict import values_for
from tricyclic.simulation.model_hash import model_hash
from tricyclic.workflows.model.prepare import SPECIES_NAMES
from tricyclic.workflows.model.prepared import PreparedRun

logger = logging.getLogger(__name__)

# The sets are in random order, so the first hundred give the band of all; more cost time and
# sharpen its edges.
DEFAULT_SIZE = 100

# What the size of an ensemble applies to.
ENSEMBLE_ONLY = "runs with the ensemble, and --point-estimate makes none"


def ensemble_parameter_sets(
    prepared: PreparedRun,
    library: Library,
    *,
    size: int | None = None,
    point_estimate: bool = False,
) -> tuple[list[Mapping[str, float]], str, tuple[str, ...]]:
    """Values of each parameter set, the name of the ensemble, and remarks; no set for a single run.

    Parameters
    ----------
    prepared : PreparedRun
    library : Library
    size : int, optional
        Number of sets; up to 100 by default.
    point_estimate : bool
        Whether to make a single run with the library's values.

    Raises
    ------
    InputError
        If sets are requested and the scenario has no ensemble, or fewer, or one of another species.
    """
    if size is not None and size < 1:
        raise InputError(f"is {size}", where="ensemble_size", allowed="It is 1 or more")
    if point_estimate:
        return [], "", ()
    name = ensemble_name(prepared.scenario)
    if name not in library.ensemble_names:
        if size:
            raise InputError(
                "has no calibrated ensemble",
                where=prepared.scenario.name,
                do="Leave the ensemble size out",
            )
        return [], "", ()
    if prepared.native_species and prepared.scenario.species != prepared.native_species:
        own, other = (
            SPECIES_NAMES[one] for one in (prepared.native_species, prepared.scenario.species)
        )
        problem = f"the ensemble '{name}' is calibrated for {own}, not for {other}"
        if size:
            raise InputError(
                problem,
                where=prepared.scenario.name,
                do="Leave the ensemble size, or the species, out",
            )
        return [], "", (f"{problem[0].upper()}{problem[1:]}: one run with the library's values",)
    ensemble = library.ensemble(name)
    if size is not None and size > len(ensemble):
        raise InputError(
            f"{size} parameter sets are requested",
            where=prepared.scenario.name,
            allowed=f"The ensemble '{name}' has {len(ensemble)}",
        )
    sets: list[Mapping[str, float]] = [
        values_for(prepared.composed, one)
        for one in ensemble.each(most=DEFAULT_SIZE if size is None else size)
    ]
    if not any(sets):
        return [], "", (f"The ensemble '{name}' has no parameter of this model",)
    outdated = outdated_warning(ensemble, library)
    logger.info("ensemble %s, version %s: %d parameter sets", name, ensemble.version, len(sets))
    return sets, f"{name}, version {ensemble.version}", (outdated,) if outdated else ()


def at_parameter_set(
    prepared: PreparedRun, library: Library, index: int | None
) -> tuple[PreparedRun, str]:
    """The run with the values of one parameter set, and a remark that names the set.

    Parameters
    ----------
    prepared : PreparedRun
    library : Library
    index : int or None
        From 0, the best set; None: the library's values. Values that the options set take
        precedence.

    Raises
    ------
    InputError
        If the scenario has no ensemble for its species, or not so many sets.
    """
    name = ensemble_name(prepared.scenario)
    native = prepared.native_species
    if not native or prepared.scenario.species != native or name not in library.ensemble_names:
        if index is None:
            return prepared, ""
        species = f" of the {prepared.scenario.species}" if native else ""
        raise InputError(
            f"has no calibrated ensemble{species}",
            where=prepared.scenario.name,
            do="Leave the parameter set out",
        )
    if index is None:
        return (
            prepared,
            "with the library's values; --parameter-set 0 takes the best calibrated set",
        )
    ensemble = library.ensemble(name)
    if not 0 <= index < len(ensemble):
        raise InputError(
            f"is {index}",
            where="parameter_set",
            allowed=f"The ensemble '{name}' has sets 0, the best, to {len(ensemble) - 1}",
        )
    values = {
        **values_for(prepared.composed, ensemble.parameter_set(index)),
        **prepared.values,
    }
    label = f"with parameter set {index} of the ensemble {name}, version {ensemble.version}"
    return replace(prepared, values=values), label


def ensemble_name(scenario: Scenario) -> str:
    """The ensemble of a scenario; its own name where it names none."""
    return scenario.ensemble or scenario.name


def scenarios_sharing_ensemble(name: str, library: Library) -> tuple[str, tuple[Scenario, ...]]:
    """Name of a scenario's ensemble, and all scenarios that share it, itself first."""
    own = library.scenario(name)
    if not own.ensemble:
        return own.name, (own,)
    others = (library.scenario(other) for other in library.scenario_names if other != own.name)
    return own.ensemble, (own, *(one for one in others if one.ensemble == own.ensemble))


def outdated_warning(ensemble: Ensemble, library: Library) -> str:
    """A sentence if the model or the observations have changed since the ensemble was calibrated;
    else empty.
    """
    _, scenarios = scenarios_sharing_ensemble(ensemble.scenario, library)
    rows = [row for scenario in scenarios for row in library.observations(scenario.name)]
    observed = [one for one in scenarios if any(row.scenario == one.name for row in rows)]
    # A drug that is gone has changed the model too.
    drugs = [name for name in ensemble.drugs if name in library.drugs]
    quantities = {name for row in rows for name in row.quantities}
    now = (
        model_hash(observed, library.mechanisms, library.drugs, drugs, quantities)
        if len(drugs) == len(ensemble.drugs)
        else "gone"
    )
    return ensemble.age(now, observations_hash(rows))
