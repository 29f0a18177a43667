"""A composed model: its Antimony text, quantities, doses and network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Dosing
from tricyclic.core.drug import Drug
from tricyclic.core.network import Network
from tricyclic.core.scenario import Scenario
from tricyclic.errors import UnknownNameError
from tricyclic.simulation.antimony import to_identifier

QuantityKind = Literal["state", "species", "parameter", "computed", "dosing"]


@dataclass(frozen=True)
class ModelQuantity:
    """One named quantity of a composed model.

    Parameters
    ----------
    name, id : str
        Name as printed ("cortex.NE"), and identifier in the model ("cortex__NE").
    unit, description, compartment : str
        A unit of the models; what it is; the compartment that it belongs to.
    kind : str
        state | species (both integrated) | parameter | computed | dosing (set by the doses).
    constant : Constant or None
        A parameter's value with its range and source.
    identifiers : tuple of str
        Entries in public databases ("uniprot:P23975").
    mechanism : str
        The mechanism that it comes from; empty for binding sites and doses.
    """

    name: str
    id: str
    unit: str
    description: str
    kind: QuantityKind
    compartment: str = ""
    constant: Constant | None = None
    identifiers: tuple[str, ...] = ()
    mechanism: str = ""


@dataclass(frozen=True)
class DoseInput:
    """How one dosing schedule enters the model.

    `amount` is the parameter that contains one dose, `feeds` the state, rate or concentration that
    the dose changes.
    """

    dosing: Dosing
    name: str
    amount: str
    feeds: str
    sustained: bool


@dataclass(frozen=True)
class ComposedModel:
    """A scenario with its drugs and doses as one model.

    `sbml` is the user's own file with the doses added where the model was read from one; then
    `text` is empty, and the model starts at its own initial values (`has_steady_state` is False).

    `text` is Antimony and reproduces the run by itself, except for doses at time 0: the solver
    would fire an event at time 0 before the states are set, so `Simulator` adds them to the states.
    """

    name: str
    text: str
    quantities: Mapping[str, ModelQuantity]
    doses: tuple[DoseInput, ...]
    network: Network
    scenario: Scenario
    drugs: Mapping[str, Drug]
    sbml: str = ""
    has_steady_state: bool = True

    def quantity(self, name: str) -> ModelQuantity:
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
        """Parameters with which no dose is given: the drug-free animal."""
        return {to_identifier("subject.dosing"): 0.0} if self.has_steady_state else {}
