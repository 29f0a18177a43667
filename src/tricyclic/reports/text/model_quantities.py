"""What can be recorded and changed in a scenario, as text."""

from __future__ import annotations

from tricyclic.core.format import align_columns, format_quantity
from tricyclic.results.model_quantities import QuantitiesResult


def quantities_text(result: QuantitiesResult) -> str:
    """One name per line, by kind."""
    lines = [result.title, "", *(f"  {line}" for line in result.description.splitlines())]
    routes = f"routes: {', '.join(result.routes)}"
    lines += ["", f"  {result.species}; {routes}" if result.species else f"  {routes}"]
    if result.pathways:
        lines += ["", "pathways, for `tricyclic model diagram`", *align_columns(result.pathways)]
    if result.observables:
        lines += ["", "observables, reported by default", *align_columns(result.observables)]
    lines += ["", "quantities, for --observable", *align_columns(result.quantities)]
    rows = [
        (p.name, format_quantity(p.value, p.unit, 4), p.range, p.source, p.description)
        for p in result.parameters
    ]
    return "\n".join([*lines, "", "parameters, for --set", *align_columns(rows)])
