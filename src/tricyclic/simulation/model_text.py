"""The Antimony text of a model while it is composed, with the quantities that it declares."""

from __future__ import annotations

from tricyclic.core.constant import Constant
from tricyclic.simulation.antimony import to_identifier
from tricyclic.simulation.model import ModelQuantity, QuantityKind


class ModelText:
    """Lines of Antimony, and the quantities by name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.quantities: dict[str, ModelQuantity] = {}

    def add(
        self,
        name: str,
        unit: str,
        description: str,
        kind: QuantityKind,
        *,
        compartment: str = "",
        constant: Constant | None = None,
        identifiers: tuple[str, ...] = (),
        mechanism: str = "",
    ) -> None:
        """Declare a quantity: its value where it has one, its unit and its description."""
        identifier = to_identifier(name)
        self.quantities[name] = ModelQuantity(
            name, identifier, unit, description, kind, compartment, constant, identifiers, mechanism
        )
        if constant is not None:
            self.lines.append(f"  {identifier} = {constant.value!r}")
        if kind == "species":
            self.lines.append(f"  species {identifier} in {compartment}")
        else:
            self.lines.append(f"  {identifier} has {unit}")
        self.lines.append(f'  {identifier} is "{quoted(description)}"')

    def add_dosing(self, name: str, value: float, unit: str, description: str) -> None:
        """Declare a quantity that doses set."""
        identifier = to_identifier(name)
        self.quantities[name] = ModelQuantity(name, identifier, unit, description, "dosing")
        self.lines += [f"  {identifier} = {value!r}", f"  {identifier} has {unit}"]

    def comment(self, comment: str) -> None:
        """Start a paragraph with a comment."""
        self.lines += ["", f"  // {comment}"]


def quoted(text: str) -> str:
    """Text that can be put in double quotes."""
    return text.replace('"', "'")
