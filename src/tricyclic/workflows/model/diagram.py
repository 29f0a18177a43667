"""Draws the pathways of a scenario from its model; with a drug, coloured by the change from
baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.format import format_duration, format_quantity
from tricyclic.core.model_unit import unit_label
from tricyclic.core.network import Network, with_common_scale
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.results.model_exports import DiagramResult
from tricyclic.simulation.dose_units import parse_hours
from tricyclic.simulation.endpoints import reported_unit
from tricyclic.simulation.network import pathway_network
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.model.ensemble import at_parameter_set
from tricyclic.workflows.model.options import DiagramOptions
from tricyclic.workflows.model.prepare import prepare_run
from tricyclic.workflows.model.prepared import PreparedRun, split_list
from tricyclic.workflows.model.run_ensemble import EnsembleRuns, run_ensemble
from tricyclic.workflows.output import check_output_folder

# A baseline below this counts as 0: no fold change can be given.
MIN_BASELINE = 1e-9
# The end of a run lies inside its last dosing interval.
BEFORE_END = 1 - 1e-9
# Options that change the run, which a diagram without a drug does not have.
NOT_DRAWN = ("days", "hours", "start", "washout", "set", "phenotype", "weight", "parameter_set")


@dataclass(frozen=True)
class _BaselineChanges:
    """Fold changes of quantities, occupancies, values of others that are 0 at baseline, and when,
    in words.
    """

    folds: dict[str, float]
    occupancies: dict[str, float]
    levels: dict[str, str]
    caption: str


def run(options: DiagramOptions, on_progress: ProgressCallback | None = None) -> DiagramResult:
    """Cut the pathways out of the scenario's network; simulate where a drug is given.

    Raises
    ------
    InputError
        If the scenario has no pathway, a name or a time is not possible.
    """
    check_output_folder(options.out)
    library = Library(options.library)
    prepared, values_label = at_parameter_set(
        prepare_run(options, library), library, options.parameter_set
    )
    names = split_list(options.pathway) or [one.name for one in prepared.scenario.pathways]
    if not names:
        raise InputError("has no pathway to draw", where=prepared.scenario.name)
    networks = [
        pathway_network(prepared.composed.network, prepared.scenario, name) for name in names
    ]
    if not prepared.dosing:
        if options.at:
            raise InputError("is given without a dose", where="at", do="Add --drug")
        refuse_without_effect(
            options, NOT_DRAWN, "diagrams that show the effect of a drug, and none is given"
        )
        return DiagramResult(prepared.scenario.name, tuple(networks))
    changes = _changes(prepared, _time_h(options.at, prepared), networks, on_progress)
    return DiagramResult(
        prepared.scenario.name,
        with_common_scale(_coloured(network, changes) for network in networks),
        (values_label,) if values_label else (),
    )


def _time_h(text: str, prepared: PreparedRun) -> float:
    """Time at which the changes are shown [h]; the end by default."""
    if not text:
        return prepared.horizon_h * BEFORE_END
    time_h = parse_hours(text, where="at")
    if time_h > prepared.horizon_h:
        raise InputError(
            f"is {time_h:g} h, and the simulation ends at {prepared.horizon_h:g} h",
            where="at",
            do="Simulate longer",
        )
    return time_h


def _changes(
    prepared: PreparedRun,
    time_h: float,
    networks: Sequence[Network],
    on_progress: ProgressCallback | None,
) -> _BaselineChanges:
    """Simulate once, and compare every quantity that is a node with its baseline."""
    quantities = prepared.composed.quantities
    nodes = {node.name for network in networks for node in network.nodes}
    names = sorted(nodes & quantities.keys())
    runs = run_ensemble(prepared, names, np.unique([0.0, time_h]), on_progress=on_progress)
    folds: dict[str, float] = {}
    occupancies: dict[str, float] = {}
    levels: dict[str, str] = {}
    for name in names:
        baseline, value = _baseline_and_value(runs, name)
        if not np.isfinite(value):
            continue
        if baseline > MIN_BASELINE:
            folds[name] = max(value / baseline, 0.0)
        elif reported_unit(name, quantities[name].unit) == "%":
            occupancies[name] = min(max(value, 0.0), 1.0)
        else:
            levels[name] = _format_level(value, quantities[name].unit)
    doses = "; ".join(dosing.description for dosing in prepared.dosing)
    caption = f"{format_duration(time_h)} after the start of {doses}"
    return _BaselineChanges(folds, occupancies, levels, caption)


def _baseline_and_value(runs: EnsembleRuns, name: str) -> tuple[float, float]:
    return float(runs.baseline(name)[0]), float(runs.values(name)[0, -1])


def _coloured(network: Network, changes: _BaselineChanges) -> Network:
    """The network with its fold changes and occupancies, and the value of what else is 0 at
    baseline.
    """
    nodes = tuple(
        replace(node, label=f"{node.label}\n{changes.levels[node.name]}")
        if node.name in changes.levels
        else replace(node, occupancy=changes.occupancies.get(node.name))
        for node in network.nodes
    )
    folds = {
        node.name: changes.folds[node.name] for node in network.nodes if node.name in changes.folds
    }
    title = f"{network.title}\n{changes.caption}"
    return replace(network, nodes=nodes, title=title).coloured(folds)


def _format_level(value: float, unit: str) -> str:
    """A value with its unit; a fraction in percent."""
    if unit == "dimensionless" and value <= 1:
        return format_quantity(100 * value, "%", 2)
    return format_quantity(value, unit_label(unit), 2)
