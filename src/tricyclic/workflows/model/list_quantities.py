"""Lists what can be recorded and changed in a scenario with its drugs."""

from __future__ import annotations

import math

from tricyclic.core.constant import Constant
from tricyclic.core.format import format_number
from tricyclic.core.model_unit import unit_label
from tricyclic.results.model_quantities import (
    ObservableRow,
    ParameterRow,
    PathwayRow,
    QuantitiesResult,
    QuantityRow,
)
from tricyclic.simulation.endpoints import reported_unit
from tricyclic.workflows.model.prepared import PreparedRun


def list_quantities(prepared: PreparedRun) -> QuantitiesResult:
    """Observables, quantities, parameters, routes and pathways."""
    scenario, composed = prepared.scenario, prepared.composed
    return QuantitiesResult(
        scenario.name,
        scenario.title,
        scenario.description,
        scenario.species,
        scenario.routes,
        observables=tuple(
            ObservableRow(
                one.name, one.quantity, reported_unit(one.quantity, one.unit), one.description
            )
            for one in scenario.observables
        ),
        quantities=tuple(
            QuantityRow(item.name, reported_unit(item.name, item.unit), item.description)
            for item in composed.quantities.values()
            if item.kind in ("state", "species", "computed")
        ),
        parameters=tuple(
            ParameterRow(
                name,
                row.value,
                unit_label(composed.quantities[name].unit),
                _range(row),
                composed.quantities[name].description,
                row.source or row.certainty,
            )
            for name, row in composed.parameters.items()
        ),
        pathways=tuple(PathwayRow(one.name, one.title) for one in scenario.pathways),
    )


def _range(row: Constant) -> str:
    if math.isnan(row.low) and math.isnan(row.high):
        return ""
    return f"{format_number(row.low)} to {format_number(row.high)}"
