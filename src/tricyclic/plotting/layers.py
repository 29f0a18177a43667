"""Assigns the nodes of a network to rows, so that compartments lie one below the other.

Each compartment is a band of rows, in the order of `Network.compartments`; within a band a node is
below the nodes that lead to it. Nodes without a compartment come first. A row too wide for the page
is divided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tricyclic.core.network import Network, Node

Rows = tuple[tuple[Node, ...], ...]


def layer_rows(network: Network, *, width_of: Callable[[Node], float], limit: float) -> Rows:
    """Assign every node to a row.

    Parameters
    ----------
    network : Network
    width_of : function of Node
        Width that a node takes in a row.
    limit : float
        Width of a row, in the same unit.

    Returns
    -------
    tuple of rows, each a tuple of Node
        From the first to the last; the rows of a compartment are adjacent.
    """
    rows: list[tuple[Node, ...]] = []
    for compartment in ("", *(name for name, _ in network.compartments)):
        inside = [node for node in network.nodes if node.compartment == compartment]
        if inside:
            rows += [
                part for row in _band(inside, network) for part in _divided(row, width_of, limit)
            ]
    return tuple(rows)


def _band(inside: Sequence[Node], network: Network) -> list[list[Node]]:
    """Rows of one compartment: a node is below all that lead to it, feedback excepted."""
    names = {node.name for node in inside}
    after: dict[str, list[str]] = {node.name: [] for node in inside}
    led_to = {edge.end for edge in network.edges}
    for start, end in dict.fromkeys((edge.start, edge.end) for edge in network.edges):
        if start in names and end in names and start != end:
            after[start].append(end)
    forward = _without_feedback(after)
    row = dict.fromkeys(after, 0)
    for name in _in_order(forward):
        for other in forward[name]:
            row[other] = max(row[other], row[name] + 1)
    # A node without predecessor is just above what it acts on, not at the top of the band.
    for name in names - led_to:
        if forward[name]:
            row[name] = min(row[other] for other in forward[name]) - 1
    return [
        [node for node in inside if row[node.name] == level]
        for level in range(max(row.values()) + 1)
    ]


def _without_feedback(after: dict[str, list[str]]) -> dict[str, list[str]]:
    """Drop the links that lead back to a node on the path, by a depth-first search."""
    kept: dict[str, list[str]] = {name: [] for name in after}
    on_path: dict[str, bool] = {}
    for first in after:
        if first in on_path:
            continue
        on_path[first] = True
        path = [(first, iter(after[first]))]
        while path:
            name, successors = path[-1]
            for other in successors:
                if on_path.get(other):
                    continue
                kept[name].append(other)
                if other not in on_path:
                    on_path[other] = True
                    path.append((other, iter(after[other])))
                    break
            else:
                on_path[name] = False
                path.pop()
    return kept


def _in_order(forward: dict[str, list[str]]) -> list[str]:
    """Names so that each comes before its targets."""
    waiting = dict.fromkeys(forward, 0)
    for others in forward.values():
        for other in others:
            waiting[other] += 1
    ready = [name for name, count in waiting.items() if count == 0]
    order: list[str] = []
    while ready:
        name = ready.pop(0)
        order.append(name)
        for other in forward[name]:
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    return order


def _divided(
    row: Sequence[Node], width_of: Callable[[Node], float], limit: float
) -> list[tuple[Node, ...]]:
    """Divide a row that is too wide into rows of about the same width."""
    widths = [width_of(node) for node in row]
    parts = max(1, -(-int(sum(widths)) // max(int(limit), 1)))
    share = sum(widths) / parts
    divided: list[list[Node]] = [[] for _ in range(parts)]
    used = 0.0
    for node, width in zip(row, widths, strict=True):
        divided[min(int((used + width / 2) / share), parts - 1)].append(node)
        used += width
    return [tuple(part) for part in divided if part]
