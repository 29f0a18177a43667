"""Networks of molecules, receptors and processes, from which pathway diagrams are drawn.

A Node is a molecule, receptor or process. An Edge means that one binds, activates, inhibits or is
converted to another. Compartments are frames of the diagram. How it looks is decided in
`plotting/`.
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
    """One molecule, receptor or process of a network.

    Parameters
    ----------
    name : str
        Its name in edges and results ("net_cortex.occupancy").
    label : str
        Text of the diagram; a line feed starts a new line.
    kind : NodeKind
    compartment : str
        Name of its compartment; empty where it belongs to none.
    value : float or None
        Fold change from baseline (1 = unchanged), 0 or more; None where it is not known.
    occupancy : float or None
        Share of a target that drugs occupy, 0 to 1: the direct effect of a drug, which has no fold
        change because it is 0 at baseline. None for other nodes.

    Raises
    ------
    InputError
        If the name is empty, the fold change is negative or not finite, or the occupancy is not 0
        to 1.
    UnknownNameError
        If there is no such kind.
    """

    name: str
    label: str
    kind: NodeKind
    compartment: str = ""
    value: float | None = None
    occupancy: float | None = None

    def __post_init__(self) -> None:
        if self.occupancy is not None and not 0 <= self.occupancy <= 1:
            raise InputError(
                f"occupancy is {self.occupancy:g}",
                where=f"node {self.name}",
                allowed="An occupancy is a share, 0 to 1",
            )
        if not self.name:
            raise InputError("has no name", where=f"node '{self.label}'")
        if self.kind not in NODE_KINDS:
            raise UnknownNameError.among(
                "kind of node", self.kind, NODE_KINDS, where=f"node {self.name}"
            )
        if self.value is not None and not (math.isfinite(self.value) and self.value >= 0):
            raise InputError(
                f"fold change is {self.value:g}",
                where=f"node {self.name}",
                allowed="A fold change is 0 or more",
                do="Divide by the value at baseline",
            )


@dataclass(frozen=True)
class Edge:
    """One link of a network: how its start acts on its end.

    Parameters
    ----------
    start, end : str
        Names of two nodes; the same name where a node acts on itself.
    kind : LinkKind
    label : str
        Text beside it in the diagram; empty for none.

    Raises
    ------
    UnknownNameError
        If there is no such kind.
    """

    start: str
    end: str
    kind: LinkKind
    label: str = ""

    def __post_init__(self) -> None:
        if self.kind not in LINK_KINDS:
            where = f"link {self.start} -> {self.end}"
            raise UnknownNameError.among("kind of link", self.kind, LINK_KINDS, where=where)


@dataclass(frozen=True)
class Network:
    """Nodes and edges with the compartments of the nodes.

    Parameters
    ----------
    name : str
        File name of its diagram, without suffix.
    title : str
        Title of the diagram ("β₁ adrenoceptor, Gs and cAMP").
    nodes : tuple of Node
        In reading order.
    edges : tuple of Edge
    compartments : tuple of (name, label)
        From the outside inward.
    fold_limit : float
        The largest change, 2 for twice and for half, that the colours have to show; networks with
        the same limit have the same colours. Its own largest change is shown in any case.

    Raises
    ------
    InputError
        If two nodes or two compartments have the same name.
    UnknownNameError
        If an edge or a node names one that does not exist.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    compartments: tuple[tuple[str, str], ...] = ()
    fold_limit: float = 1.0

    def __post_init__(self) -> None:
        where = f"network {self.name}"
        for field in ("nodes", "edges", "compartments"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        nodes = _unique("node", [node.name for node in self.nodes], where)
        compartments = _unique("compartment", [name for name, _ in self.compartments], where)
        for edge in self.edges:
            for end in (edge.start, edge.end):
                if end not in nodes:
                    raise UnknownNameError.among(
                        "node", end, nodes, where=f"{where}, link {edge.start} -> {edge.end}"
                    )
        for node in self.nodes:
            if node.compartment and node.compartment not in compartments:
                raise UnknownNameError.among(
                    "compartment",
                    node.compartment,
                    compartments,
                    where=f"{where}, node {node.name}",
                )

    def coloured(self, values: Mapping[str, float]) -> Network:
        """The same network with fold changes from baseline; nodes without one in `values` lose
        theirs.

        Raises
        ------
        UnknownNameError
            If a name is not that of a node.
        """
        self._check_names(values)
        valued = (
            replace(node, value=float(values[node.name]) if node.name in values else None)
            for node in self.nodes
        )
        return replace(self, nodes=tuple(valued))

    @property
    def largest_change(self) -> float:
        """The largest change of a node as a factor of 1 or more; 1 where none has one."""
        values = [node.value for node in self.nodes if node.value]
        return max((max(value, 1 / value) for value in values), default=1.0)

    def subnetwork(self, names: Iterable[str]) -> Network:
        """Some of the nodes, in the order of the whole network, and the edges among them.

        Raises
        ------
        UnknownNameError
            If a name is not that of a node.
        """
        kept = set(self._check_names(names))
        nodes = tuple(node for node in self.nodes if node.name in kept)
        used = {node.compartment for node in nodes}
        return replace(
            self,
            nodes=nodes,
            edges=tuple(edge for edge in self.edges if edge.start in kept and edge.end in kept),
            compartments=tuple(one for one in self.compartments if one[0] in used),
        )

    def _check_names(self, names: Iterable[str]) -> tuple[str, ...]:
        checked = tuple(names)
        known = {node.name for node in self.nodes}
        for name in checked:
            if name not in known:
                raise UnknownNameError.among("node", name, known, where=f"network {self.name}")
        return checked


def with_common_scale(networks: Iterable[Network]) -> tuple[Network, ...]:
    """The same networks with one limit of their colours: one value has one colour in all."""
    listed = tuple(networks)
    limit = max((network.largest_change for network in listed), default=1.0)
    return tuple(replace(network, fold_limit=limit) for network in listed)


def _unique(kind: str, names: list[str], where: str) -> set[str]:
    known: set[str] = set()
    for name in names:
        if name in known:
            raise InputError(
                f"has two {kind}s called '{name}'",
                where=where,
                do=f"Give each {kind} a name of its own",
            )
        known.add(name)
    return known
