"""Sensed: what a sensitivity analysis gives the doors: what matters most for each endpoint, tables, files to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.format import figures
from tricyclic.core.population import Endpoint
from tricyclic.errors import UnknownNameError
from tricyclic.results.sensitivity import Elasticities, SobolTable

Floats = NDArray[np.float64]
TOLD = 5
# An elasticity or a share below this is not worth a line.
WORTH_TELLING = 0.01
# Limits of a Sobol index wider than this rank nothing.
WIDE = 0.3


@dataclass(frozen=True)
class Sensed:
    """A sensitivity analysis.

    Parameters
    ----------
    scenario, title, species, says : str
        The scenario and what is given.
    horizon_h : float
    values : mapping of str to float
        Typical values that the request set.
    drawn : tuple of str
        Endpoints that are told and drawn; the tables hold all.
    elasticities : Elasticities
    sobol : SobolTable or None
    remarks : tuple of str
    to_write : mapping of path to bytes
    """

    scenario: str
    title: str
    species: str
    says: str
    horizon_h: float
    values: Mapping[str, float]
    drawn: tuple[str, ...]
    elasticities: Elasticities
    sobol: SobolTable | None = None
    remarks: tuple[str, ...] = ()
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    def as_text(self) -> str:
        """For each endpoint the parameters that matter most."""
        from tricyclic.jobs._virtual_ask import several

        own = self.elasticities
        lines = [
            "   ".join(part for part in (self.title, self.species, self.says or "no drug") if part),
            f"{several(len(own.parameters), 'parameter')}; elasticity: % change of the endpoint per % of the parameter",
            "",
        ]
        width = max(len(name) for name in self.drawn)
        names = [endpoint.name for endpoint in own.endpoints]
        for name in self.drawn:
            column = own.table[:, names.index(name)]
            top = _top(column)
            unit = own.endpoints[names.index(name)].unit
            at = f"{figures(float(own.typical[names.index(name)]))} {unit}".strip()
            told = (
                ", ".join(f"{own.parameters[k].name} {column[k]:+.2f}" for k in top)
                or "hangs on none of them"
            )
            lines.append(f"{name.ljust(width)}   {at}   {told}")
        if self.sobol is not None:
            lines += ["", *self._sobol_lines(self.sobol)]
        lines += [f"  look   {remark}" for remark in (*self.remarks, *own.failed)]
        return "\n".join(lines)

    def _sobol_lines(self, found: SobolTable) -> list[str]:
        names = [endpoint.name for endpoint in found.endpoints]
        count = len(found.parameters)
        lines = [
            f"Variance explained by each of {count} parameters over its range, with interactions (alone); {found.runs:,} runs"
        ]
        width = max(len(name) for name in self.drawn)
        for name in self.drawn:
            k = names.index(name)
            told = ", ".join(
                f"{found.parameters[row].name} {found.total[row, k]:.2f} ({max(0.0, found.first[row, k]):.2f})"
                for row in _top(found.total[:, k])
            )
            lines.append(f"{name.ljust(width)}   {told or 'does not vary'}")
        wide = _widest(found, [names.index(name) for name in self.drawn])
        if wide > WIDE:
            lines.append(
                f"  look   the {found.confidence * 100:g} % limits of an index are up to {wide:.2f} wide; take more base points than {found.n}"
            )
        if found.failed:
            lines.append(
                f"  look   {found.failed} of {found.runs:,} runs failed; their base points were left out"
            )
        return lines

    def as_json(self) -> dict[str, Any]:
        """Both tables in full."""
        from tricyclic.core.serialize import as_plain

        plain: dict[str, Any] = {
            "scenario": self.scenario,
            "title": self.title,
            "species": self.species,
            "treatment": self.says,
            "horizon_h": self.horizon_h,
            "values": dict(self.values),
            "drawn": list(self.drawn),
            "elasticities": as_plain(self.elasticities),
            "sobol": as_plain(self.sobol),
            "remarks": list(self.remarks),
        }
        return plain


def drawn_endpoints(wanted: Sequence[str], endpoints: Sequence[Endpoint]) -> tuple[str, ...]:
    """Endpoints to tell: those that were asked for, or the last day of each watch, in percent of rest where there is one.

    Raises
    ------
    UnknownNameError
        If one is not known, or is a time, which has no derivative.
    """
    from tricyclic.simulation.sensitivity import NO_DERIVATIVE

    known = [endpoint.name for endpoint in endpoints if not endpoint.name.endswith(NO_DERIVATIVE)]
    for name in wanted:
        if name not in known:
            raise UnknownNameError.among("endpoint", name, known, where="endpoint")
    return tuple(wanted) or tuple(
        name
        for name in known
        if name.endswith(".last_day_percent")
        or (name.endswith(".last_day") and f"{name}_percent" not in known)
    )


def _top(column: Floats) -> list[int]:
    size = np.where(np.isfinite(column), np.abs(column), 0.0)
    return [int(k) for k in np.argsort(-size, kind="stable")[:TOLD] if size[k] >= WORTH_TELLING]


def _widest(found: SobolTable, columns: Sequence[int]) -> float:
    width = (found.total_high - found.total_low)[:, list(columns)]
    return float(np.nanmax(width)) if np.isfinite(width).any() else 0.0
