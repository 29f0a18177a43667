"""Protocols of experiments on cultured cells: steps, and the numbers that they fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ASSUMED = "assumed"


@dataclass(frozen=True)
class ProtocolNumber:
    """A number of a protocol with its unit, and the key of its source or "assumed"."""

    value: float
    unit: str
    source: str

    @property
    def text(self) -> str:
        """ "48 h", "three" for a plain number."""
        if not self.unit:
            small = ("none", "one", "two", "three", "four", "five", "six")
            whole = int(self.value)
            return small[whole] if whole == self.value and whole < len(small) else f"{self.value:g}"
        return f"{self.value:g} {self.unit}"


@dataclass(frozen=True)
class CultureProtocol:
    """How cultures are treated and sampled.

    Parameters
    ----------
    name, title, description : str
    cells, medium, buffer, controls : str
    numbers : mapping of str to ProtocolNumber
    steps : tuple of (str, str)
        Name and instruction, its numbers written out.
    """

    name: str
    title: str
    description: str
    cells: str
    medium: str
    buffer: str
    controls: str
    numbers: Mapping[str, ProtocolNumber]
    steps: tuple[tuple[str, str], ...]

    @property
    def assumed(self) -> tuple[str, ...]:
        """Names of the numbers without a source."""
        return tuple(name for name, one in self.numbers.items() if one.source == ASSUMED)

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the sources of the numbers."""
        keys = dict.fromkeys(one.source for one in self.numbers.values())
        return tuple(key for key in keys if key != ASSUMED)

    @property
    def methods(self) -> str:
        """The procedure as a paragraph; what is assumed is named, so that it can be corrected."""
        steps = ". ".join(instruction for _, instruction in self.steps)
        text = (
            f"{self.title}. Cells: {self.cells}; medium: {self.medium}; assay buffer: "
            f"{self.buffer}. {steps}. Controls: {self.controls}."
        )
        if self.assumed:
            names = ", ".join(name.replace("_", " ") for name in self.assumed)
            text += f" Assumed by the protocol, to be confirmed: {names}."
        return text
