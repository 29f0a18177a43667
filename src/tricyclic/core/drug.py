"""Identity, kinetics and affinities of a drug, each with its source."""

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
    """A compound: all rows of its table; a row applies to one species or to all."""

    name: str
    description: str
    constants: tuple[Constant, ...]

    def constant(self, name: str, species: str = "") -> Constant | None:
        """Its constant of that name, for the species if there is one; None if it has none."""
        rows = {row.applies_to: row for row in reversed(self.constants) if row.name == name}
        return rows.get(species, rows.get(""))

    def value(self, name: str, species: str = "") -> float:
        """The value of a constant that the drug must have.

        Raises
        ------
        InputError
            If it has none; the sentence lists those that it has.
        """
        constant = self.constant(name, species)
        if constant is None:
            known = sorted({row.name for row in self.constants if row.applies_to in ("", species)})
            raise InputError(
                f"has no {name}" + (f" for the {species}" if species else ""),
                where=self.name,
                allowed=f"It has {', '.join(known)}",
                do=f"Add a row {name} with its unit and source",
            )
        return constant.value

    def identifier(self, name: str) -> str:
        """Text of an identifier row ("chebi"); empty where there is none."""
        constant = self.constant(name)
        return constant.text if constant else ""

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets with a known affinity."""
        return tuple(
            dict.fromkeys(
                row.name.removeprefix("Ki_") for row in self.constants if row.name.startswith("Ki_")
            )
        )

    def metabolites(self, species: str = "") -> tuple[tuple[str, str, Constant], ...]:
        """Its metabolites: (pathway, metabolite, fraction of what the pathway removes)."""
        metabolites = []
        for name in dict.fromkeys(row.name for row in self.constants):
            match = _TO.match(name)
            row = self.constant(name, species) if match else None
            if match and row is not None and row.value > 0:
                metabolites.append((match[1], match[2], row))
        return tuple(metabolites)

    def nmol_per_kg(self, mg_per_kg: float) -> float:
        """Amount of substance of a dose by mass; needs the molar mass.

        Raises
        ------
        InputError
            If the molar mass is missing.
        """
        molar_mass = self.constant("molar_mass")
        if molar_mass is None or not (math.isfinite(molar_mass.value) and molar_mass.value > 0):
            raise InputError(
                "has no molar mass, so a dose in mg cannot be converted to an amount of substance",
                where=self.name,
                do="Add a row molar_mass in g_per_mol, or dose in nmol/kg",
            )
        return mg_per_kg * 1e6 / molar_mass.value


def metabolite_names(drugs: Mapping[str, Drug], species: str, names: list[str]) -> list[str]:
    """Drugs and all their metabolites, parents first.

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
