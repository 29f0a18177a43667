"""The loss of potency in the living brain that an occupancy was computed with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tricyclic.core.constant import Constant
from tricyclic.core.scenario import Observable
from tricyclic.results.simulation import Interval, PotencyShift
from tricyclic.simulation.endpoints import is_occupancy
from tricyclic.workflows.model.prepared import PreparedRun
from tricyclic.workflows.model.summarise import median_interval

SHIFT = "potency_shift"
PUBLISHED_KI = "published Ki"


def potency_shift(
    observable: Observable,
    prepared: PreparedRun,
    parameter_sets: Sequence[Mapping[str, float]],
    ensemble: str,
    coverage: float,
) -> PotencyShift | None:
    """The factor between the Ki in the living brain and the published Ki of an occupancy.

    None in a culture, where there is no living brain, and in a model of the user's own, of which it
    is not known. An occupancy whose mechanism has no
    such factor is computed with the published Ki.
    """
    if prepared.composed.sbml or prepared.scenario.system == "culture":
        return None
    component = observable.quantity.rpartition(".")[0]
    name = _shift_of(component, prepared)
    row = prepared.composed.parameters.get(name)
    if row is None:
        return PotencyShift(Interval(1.0), PUBLISHED_KI)
    if name in prepared.values:
        return PotencyShift(Interval(prepared.values[name]), "set for this run", name)
    values = [one[name] for one in parameter_sets if name in one]
    if values:
        return PotencyShift(median_interval(values, coverage), f"ensemble {ensemble}", name)
    return PotencyShift(Interval(row.value), _basis(row), name)


def _basis(row: Constant) -> str:
    """Where a value comes from: "assumed", "initial value", "derived from takano_2014"."""
    if row.certainty in ("assumed", "initial value") or not row.source:
        return row.certainty
    return f"derived from {row.source}" if row.certainty == "derived" else row.source


def potency_remarks(
    observables: Sequence[Observable],
    prepared: PreparedRun,
    parameter_sets: Sequence[Mapping[str, float]],
    ensemble: str,
) -> tuple[str, ...]:
    """One line that states the loss of potency of each occupancy that has one."""
    stated = []
    for one in observables:
        if not is_occupancy(one):
            continue
        shift = potency_shift(one, prepared, parameter_sets, ensemble, coverage=0.9)
        if shift is not None and shift.parameter:
            stated.append(f"{one.name} {shift.factor.value:.3g} ({shift.basis})")
    return (f"Ki in the living brain over published Ki: {', '.join(stated)}",) if stated else ()


def _shift_of(component: str, prepared: PreparedRun) -> str:
    """Name of the parameter, also where the component takes it from another one."""
    wires = {one.name: one.wires for one in prepared.scenario.components}
    wired = wires.get(component, {}).get(SHIFT)
    return wired if wired else f"{component}.{SHIFT}"
