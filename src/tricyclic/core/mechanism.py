"""Mechanism: equations as text, the ports by which they are wired, the values, and what a diagram draws of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from tricyclic.core.constant import Constant
from tricyclic.core.model_unit import model_unit
from tricyclic.core.network import LinkKind, NodeKind
from tricyclic.errors import InputError, UnknownNameError

PortKind = Literal["in", "out", "state", "species", "local"]
PORT_KINDS: tuple[str, ...] = get_args(PortKind)


@dataclass(frozen=True)
class Port:
    """A symbol of the equations: what comes in, goes out, is integrated, or is only computed."""

    name: str
    kind: PortKind
    unit: str
    says: str

    def __post_init__(self) -> None:
        if self.kind not in PORT_KINDS:
            raise UnknownNameError.among("kind of symbol", self.kind, PORT_KINDS, where=self.name)
        model_unit(self.unit, where=self.name)


@dataclass(frozen=True)
class Link:
    """An arrow of the diagram: what one symbol does to another."""

    start: str
    end: str
    kind: LinkKind


@dataclass(frozen=True)
class Drawn:
    """How a symbol looks in a diagram: its kind of node and its label."""

    symbol: str
    kind: NodeKind
    says: str


@dataclass(frozen=True)
class Mechanism:
    """Equations that stand alone.

    Parameters
    ----------
    name, says : str
        Name of its file; the first comment of the file.
    body : tuple of str
        Statements, one each, without the frame `model … end` and without comments.
    ports : tuple of Port
        Every symbol that is not a parameter.
    constants : tuple of Constant
        Its parameters; a row may hold for one part of a scenario only.
    links, drawn, identifiers
        Arrows, looks and annotations (symbol, identifier such as "uniprot:P23975").
    same : mapping of str to str
        Symbols that a diagram draws as another: `// node drive = bound`.
    lacks : tuple of str
        What it leaves out, one sentence each.
    text : str
        The file as it stands, for the page of the mechanism.
    """

    name: str
    says: str
    body: tuple[str, ...]
    ports: tuple[Port, ...]
    constants: tuple[Constant, ...]
    links: tuple[Link, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    lacks: tuple[str, ...] = ()
    text: str = ""
    same: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [port.name for port in self.ports]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"declares '{name}' twice", where=self.name)
        known = {*names, *(row.name for row in self.constants)}
        for symbol in (*self.same, *self.same.values()):
            if symbol not in known:
                raise UnknownNameError.among("symbol", symbol, known, where=f"{self.name}, a node")
        for link in self.links:
            for end in (link.start, link.end):
                if end not in known:
                    raise UnknownNameError.among("symbol", end, known, where=f"{self.name}, a link")

    def port(self, name: str) -> Port | None:
        """The symbol of that name, if it is no parameter."""
        return next((port for port in self.ports if port.name == name), None)

    def of_kind(self, *kinds: PortKind) -> tuple[Port, ...]:
        """Symbols of some kinds, in the order of the file."""
        return tuple(port for port in self.ports if port.kind in kinds)

    def constants_for(self, part: str, species: str = "") -> dict[str, Constant]:
        """Parameters as they hold for one part of a scenario: its own row wins over the species', that over the general one."""
        found: dict[str, Constant] = {}
        for holds_for in dict.fromkeys(("", species, part)):
            for row in self.constants:
                if row.holds_for == holds_for:
                    found[row.name] = row
        return found
