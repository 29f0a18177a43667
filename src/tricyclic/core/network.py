"""Network: who acts on whom, the stuff of every diagram of a pathway.

A Node is a molecule, a receptor or a process; an Edge says that one binds, activates, inhibits or is converted to
another; places are the compartments that a diagram frames. Nothing here knows how a network is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from tricyclic.errors import InputError, UnknownNameError

NodeKind = Literal[
    "drug",
    "receptor",
    "transporter",
    "enzyme",
    "messenger",
    "process",
    "gene",
    "signal",
    "transmitter",
]
LinkKind = Literal["binds", "activates", "inhibits", "converts"]

NODE_KINDS: tuple[NodeKind, ...] = get_args(NodeKind)
LINK_KINDS: tuple[LinkKind, ...] = get_args(LinkKind)


@dataclass(frozen=True)
class Node:
    """One thing of a network.

    Parameters
    ----------
    name : str
        What edges and results call it ("net_cortex.occupancy").
    says : str
        What a diagram writes on it; a line feed starts a new line.
    kind : NodeKind
    place : str
        Name of the compartment it lies in; empty: outside all.
    value : float or None
        Its fold change against rest (1 = unchanged), 0 or more; None: not known.
    """

    name: str
    says: str
    kind: NodeKind
    place: str = ""
    value: float | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise InputError("has no name", where=f"node '{self.says}'")
        if self.kind not in NODE_KINDS:
            raise UnknownNameError.among(
                "kind of node", self.kind, NODE_KINDS, where=f"node {self.name}"
            )
        if self.value is not None and not (math.isfinite(self.value) and self.value >= 0):
            raise InputError(
                f"fold change is {self.value:g}",
                where=f"node {self.name}",
                allowed="A fold change is 0 or more",
                do="Divide by the value at rest",
            )


@dataclass(frozen=True)
class Edge:
    """One link of a network: what its start does to its end.

    Parameters
    ----------
    start, end : str
        Names of two nodes; the same one for a thing that acts on itself.
    kind : LinkKind
    says : str
        What a diagram writes beside it; empty: nothing.
    """

    start: str
    end: str
    kind: LinkKind
    says: str = ""

    def __post_init__(self) -> None:
        if self.kind not in LINK_KINDS:
            where = f"link {self.start} -> {self.end}"
            raise UnknownNameError.among("kind of link", self.kind, LINK_KINDS, where=where)


@dataclass(frozen=True)
class Network:
    """Nodes and edges with the places in which the nodes lie.

    Parameters
    ----------
    name : str
        File name of its diagram, without ending.
    title : str
        What is shown ("β₁ adrenoceptor, Gs and cAMP").
    nodes : tuple of Node
        In the order in which a reader should meet them.
    edges : tuple of Edge
    places : tuple of (name, label)
        Compartments, from the outside inward.

    Raises
    ------
    InputError
        If two nodes or two places share a name, or an edge or a node points to what is not there.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    places: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        where = f"network {self.name}"
        for field in ("nodes", "edges", "places"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        nodes = _each_once("node", [node.name for node in self.nodes], where)
        places = _each_once("place", [name for name, _ in self.places], where)
        for edge in self.edges:
            for end in (edge.start, edge.end):
                if end not in nodes:
                    raise UnknownNameError.among(
                        "node", end, nodes, where=f"{where}, link {edge.start} -> {edge.end}"
                    )
        for node in self.nodes:
            if node.place and node.place not in places:
                raise UnknownNameError.among(
                    "place", node.place, places, where=f"{where}, node {node.name}"
                )

    def coloured(self, values: Mapping[str, float]) -> Network:
        """Give the same network with the fold changes of some nodes.

        Parameters
        ----------
        values : mapping of node name to float
            Fold change against rest (1 = unchanged); nodes that it does not name lose theirs.
        """
        known = {node.name for node in self.nodes}
        for name in values:
            if name not in known:
                raise UnknownNameError.among("node", name, known, where=f"network {self.name}")
        valued = (
            replace(node, value=float(values[node.name]) if node.name in values else None)
            for node in self.nodes
        )
        return replace(self, nodes=tuple(valued))

    def part(self, names: Iterable[str]) -> Network:
        """Give the network of some nodes: they alone, in the order of the whole, and the edges among them."""
        wanted = tuple(names)
        known = {node.name for node in self.nodes}
        for name in wanted:
            if name not in known:
                raise UnknownNameError.among("node", name, known, where=f"network {self.name}")
        kept = set(wanted)
        nodes = tuple(node for node in self.nodes if node.name in kept)
        used = {node.place for node in nodes}
        return replace(
            self,
            nodes=nodes,
            edges=tuple(edge for edge in self.edges if edge.start in kept and edge.end in kept),
            places=tuple(place for place in self.places if place[0] in used),
        )


def _each_once(kind: str, names: list[str], where: str) -> set[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(
                f"has two {kind}s called '{name}'",
                where=where,
                do=f"Give each {kind} a name of its own",
            )
        seen.add(name)
    return seen
