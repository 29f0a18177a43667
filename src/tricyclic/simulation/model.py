"""What composing gives: one model text, its quantities by name, what doses do at the start, and its diagrams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Regimen
from tricyclic.core.drug import Drug
from tricyclic.core.network import Network
from tricyclic.core.scenario import Scenario
from tricyclic.errors import UnknownNameError
from tricyclic.simulation.antimony import flat

QuantityKind = Literal["state", "species", "parameter", "computed", "dosing"]


@dataclass(frozen=True)
class Quantity:
    """One named quantity of a composed model.

    Parameters
    ----------
    name, id : str
        As people say it ("cortex.NE"), and as the model writes it ("cortex__NE").
    unit, says, place : str
        A unit of the models; words; the compartment it belongs to.
    kind : str
        state | species (both integrated) | parameter | computed | dosing (what the regimens set).
    constant : Constant or None
        A parameter's value with its range and source.
    identifiers : tuple of str
        What it is in public databases ("uniprot:P23975").
    mechanism : str
        The mechanism it comes from; empty for sites and doses.
    """

    name: str
    id: str
    unit: str
    says: str
    kind: QuantityKind
    place: str = ""
    constant: Constant | None = None
    identifiers: tuple[str, ...] = ()
    mechanism: str = ""


@dataclass(frozen=True)
class Dose:
    """How one regimen enters the model: the state or level that it feeds, and the parameters that events read."""

    regimen: Regimen
    name: str
    amount: str
    feeds: str
    sustained: bool


@dataclass(frozen=True)
class Composed:
    """A scenario with its drugs and regimens as one model.

    `sbml` is the user's own file where the model was read from one; then `text` is empty, or that file with
    doses added, and it starts at its own initial values (`at_rest` is False).

    `text` is Antimony and alone reproduces the run, but for doses at time 0, which `start_values` and
    `doses` tell (the solver would fire an event at time 0 before the states are set).
    """

    name: str
    text: str
    quantities: Mapping[str, Quantity]
    doses: tuple[Dose, ...]
    network: Network
    scenario: Scenario
    drugs: Mapping[str, Drug]
    sbml: str = ""
    at_rest: bool = True

    def quantity(self, name: str) -> Quantity:
        """The quantity of that name.

        Raises
        ------
        UnknownNameError
            If there is none; the nearest are suggested.
        """
        if name not in self.quantities:
            raise UnknownNameError.among("quantity", name, self.quantities, where=self.name)
        return self.quantities[name]

    @property
    def parameters(self) -> dict[str, Constant]:
        """Every parameter that has a value of its own, by name."""
        return {
            name: item.constant
            for name, item in self.quantities.items()
            if item.constant is not None
        }

    def dosing_off(self) -> dict[str, float]:
        """Parameters by which no dose is ever given: the drug-free animal."""
        return {flat("subject.dosing"): 0.0} if self.at_rest else {}
