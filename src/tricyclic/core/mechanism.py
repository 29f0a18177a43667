"""A mechanism: equations as text, the ports that connect them, parameter values and diagram."""

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
    """A symbol of the equations: an input, an output, a state, or a computed value."""

    name: str
    kind: PortKind
    unit: str
    description: str

    def __post_init__(self) -> None:
        if self.kind not in PORT_KINDS:
            raise UnknownNameError.among("kind of symbol", self.kind, PORT_KINDS, where=self.name)
        model_unit(self.unit, where=self.name)


@dataclass(frozen=True)
class DiagramEdge:
    """An arrow of the diagram: how one symbol acts on another."""

    start: str
    end: str
    kind: LinkKind


@dataclass(frozen=True)
class DiagramNode:
    """How a symbol looks in a diagram: its kind of node and its label."""

    symbol: str
    kind: NodeKind
    label: str


@dataclass(frozen=True)
class Mechanism:
    """Equations that form a model by themselves.

    Parameters
    ----------
    name, description : str
        Name of its file; the first comment of the file.
    body : tuple of str
        Statements, one each, without the frame `model … end` and without comments.
    ports : tuple of Port
        Every symbol that is not a parameter.
    constants : tuple of Constant
        Its parameters; a row may apply to one component of a scenario only.
    diagram_edges, diagram_nodes, identifiers
        Arrows, labels and annotations (symbol, identifier such as "uniprot:P23975").
    limitations : tuple of str
        What is not modelled, one sentence each.
    text : str
        The text of its file, for the page of the mechanism.
    same : mapping of str to str
        Symbols that a diagram draws as another one: `// node drive = bound`.
    """

    name: str
    description: str
    body: tuple[str, ...]
    ports: tuple[Port, ...]
    constants: tuple[Constant, ...]
    diagram_edges: tuple[DiagramEdge, ...] = ()
    diagram_nodes: tuple[DiagramNode, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    limitations: tuple[str, ...] = ()
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
        for link in self.diagram_edges:
            for end in (link.start, link.end):
                if end not in known:
                    raise UnknownNameError.among("symbol", end, known, where=f"{self.name}, a link")

    def port(self, name: str) -> Port | None:
        """The symbol of that name, unless it is a parameter."""
        return next((port for port in self.ports if port.name == name), None)

    def ports_of_kind(self, *kinds: PortKind) -> tuple[Port, ...]:
        """Symbols of the given kinds, in the order of the file."""
        return tuple(port for port in self.ports if port.kind in kinds)

    def constants_for(self, part: str, species: str = "") -> dict[str, Constant]:
        """Parameters of one component of a scenario: its own row first, else that of the
        species, else the general one.
        """
        constants: dict[str, Constant] = {}
        for applies_to in dict.fromkeys(("", species, part)):
            for row in self.constants:
                if row.applies_to == applies_to:
                    constants[row.name] = row
        return constants
