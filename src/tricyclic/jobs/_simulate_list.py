"""What a scenario can be asked: its watches, routes and pathways, and every parameter with value, range and source."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tricyclic.core.format import figures
from tricyclic.jobs._simulate_ask import Dosing, ask, unit_says

if TYPE_CHECKING:
    from tricyclic.core.constant import Constant


@dataclass(frozen=True)
class Listed:
    """Names that `--watch` and `--set` know.

    `watches` are (name, quantity, unit, what it is), `quantities` and `pathways` the same without the second;
    `parameters` are (name, value, unit, range, what it is, source or certainty).
    """

    scenario: str
    title: str
    says: str
    species: str
    routes: tuple[str, ...]
    watches: tuple[tuple[str, str, str, str], ...]
    quantities: tuple[tuple[str, str, str], ...]
    parameters: tuple[tuple[str, float, str, str, str, str], ...]
    pathways: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        from tricyclic.core.serialize import as_plain

        plain: dict[str, Any] = as_plain(self)
        return plain

    def as_text(self) -> str:
        """The lists, one name a line."""
        from tricyclic.jobs._simulate_text import aligned

        lines = [self.title, "", *(f"  {line}" for line in self.says.splitlines())]
        lines += ["", f"  {self.species}; routes: {', '.join(self.routes)}"]
        if self.pathways:
            lines += [
                "",
                "pathways, for `tricyclic diagram`",
                *aligned([list(row) for row in self.pathways]),
            ]
        if self.watches:
            lines += ["", "watches, told by default", *aligned([list(row) for row in self.watches])]
        lines += ["", "quantities, for --watch", *aligned([list(row) for row in self.quantities])]
        rows = [
            (name, f"{figures(value, 4)} {unit}".strip(), span, source, says)
            for name, value, unit, span, says, source in self.parameters
        ]
        return "\n".join([*lines, "", "parameters, for --set", *aligned(rows)])


def listed(request: Dosing) -> Listed:
    """List what a scenario, with its drugs, knows."""
    asked = ask(request)
    scenario, composed = asked.scenario, asked.composed
    quantities = tuple(
        (item.name, unit_says(item.unit), item.says)
        for item in composed.quantities.values()
        if item.kind in ("state", "species", "computed")
    )
    parameters = tuple(
        (
            name,
            row.value,
            unit_says(row.unit),
            _range(row),
            composed.quantities[name].says,
            row.source or row.certainty,
        )
        for name, row in composed.parameters.items()
    )
    watches = tuple((w.name, w.quantity, unit_says(w.unit), w.says) for w in scenario.watches)
    return Listed(
        scenario.name,
        scenario.title,
        scenario.says,
        scenario.species,
        scenario.routes,
        watches,
        quantities,
        parameters,
        tuple((pathway.name, pathway.title) for pathway in scenario.pathways),
    )


def _range(row: Constant) -> str:
    if math.isnan(row.low) and math.isnan(row.high):
        return ""
    return f"{figures(row.low)} to {figures(row.high)}"
