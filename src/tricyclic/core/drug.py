"""Drug: a compound's identity, kinetics and affinities, each with its source."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tricyclic.core.constant import Constant
from tricyclic.errors import InputError, UnknownNameError

_TO = re.compile(r"^(CYP2C19|CYP2D6|other)_to_(\w+)$")


@dataclass(frozen=True)
class Drug:
    """A compound: all rows of its table; a row holds for one species or for any."""

    name: str
    says: str
    constants: tuple[Constant, ...]

    def constant(self, name: str, species: str = "") -> Constant | None:
        """Its constant of that name: the row of the species first, then the row for any; None if it has none."""
        rows = [row for row in self.constants if row.name == name]
        for holds_for in (species, ""):
            found = next((row for row in rows if row.holds_for == holds_for), None)
            if found is not None:
                return found
        return None

    def value(self, name: str, species: str = "") -> float:
        """The number of a constant that the drug must have.

        Raises
        ------
        InputError
            If it has none, with what it does have.
        """
        found = self.constant(name, species)
        if found is None:
            known = sorted({row.name for row in self.constants if row.holds_for in ("", species)})
            raise InputError(
                f"has no {name}" + (f" for the {species}" if species else ""),
                where=self.name,
                allowed=f"It has {', '.join(known)}",
                do=f"Add a row {name} with its unit and source",
            )
        return found.value

    def identifier(self, name: str) -> str:
        """Text of an identifier row ("chebi"); empty where there is none."""
        found = self.constant(name)
        return found.text if found else ""

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets with a stated affinity."""
        return tuple(
            dict.fromkeys(
                row.name.removeprefix("Ki_") for row in self.constants if row.name.startswith("Ki_")
            )
        )

    def metabolites(self, species: str = "") -> tuple[tuple[str, str, Constant], ...]:
        """What it becomes: (path, metabolite, fraction of what the path removes)."""
        found = []
        for name in dict.fromkeys(row.name for row in self.constants):
            match = _TO.match(name)
            row = self.constant(name, species) if match else None
            if match and row is not None and row.value > 0:
                found.append((match[1], match[2], row))
        return tuple(found)

    def nmol_per_kg(self, mg_per_kg: float) -> float:
        """Amount of substance of a dose by mass; needs the molar mass.

        Raises
        ------
        InputError
            If the molar mass is missing.
        """
        found = self.constant("molar_mass")
        if found is None or not (math.isfinite(found.value) and found.value > 0):
            raise InputError(
                "has no molar mass, so a dose by mass cannot become an amount",
                where=self.name,
                do="Add a row molar_mass in g_per_mol, or dose in nmol/kg",
            )
        return mg_per_kg * 1e6 / found.value


def metabolite_names(drugs: Mapping[str, Drug], species: str, names: list[str]) -> list[str]:
    """The drugs of a request and all that they become, parents first.

    Raises
    ------
    UnknownNameError
        If a drug or a metabolite is not among `drugs`.
    """
    order: list[str] = []
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name in order:
            continue
        if name not in drugs:
            raise UnknownNameError.among("drug", name, drugs)
        order.append(name)
        waiting += [metabolite for _, metabolite, _ in drugs[name].metabolites(species)]
    return order
