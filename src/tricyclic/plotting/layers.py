"""From a Network to rows: which node stands in which row, so that compartments lie one below the other.

Each place is a band of rows, in the order of `Network.places`; within a band a node stands below what leads to it.
Nodes without a place come first. A row too wide for the page is broken into two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tricyclic.core.network import Network, Node

Rows = tuple[tuple[Node, ...], ...]


def rows_of(network: Network, *, room_of: Callable[[Node], float], limit: float) -> Rows:
    """Give every node its row.

    Parameters
    ----------
    network : Network
    room_of : function of Node
        Room that a node takes across the row.
    limit : float
        Room that a row has, in the same unit.

    Returns
    -------
    tuple of rows, each a tuple of Node
        From the first to the last; the rows of a place are neighbours.
    """
    rows: list[tuple[Node, ...]] = []
    for place in ("", *(name for name, _ in network.places)):
        inside = [node for node in network.nodes if node.place == place]
        if inside:
            rows += [
                part for row in _band(inside, network) for part in _broken(row, room_of, limit)
            ]
    return tuple(rows)


def _band(inside: Sequence[Node], network: Network) -> list[list[Node]]:
    """Rows of one place: a node stands below all in its place that lead to it, feedback left aside."""
    names = {node.name for node in inside}
    after: dict[str, list[str]] = {node.name: [] for node in inside}
    led_to = {edge.end for edge in network.edges}
    for edge in dict.fromkeys((e.start, e.end) for e in network.edges):
        if edge[0] in names and edge[1] in names and edge[0] != edge[1]:
            after[edge[0]].append(edge[1])
    forward = _without_feedback(after)
    row = dict.fromkeys(after, 0)
    for name in _in_order(forward):
        for other in forward[name]:
            row[other] = max(row[other], row[name] + 1)
    # What nothing leads to stands just above what it acts on, not at the top of the band.
    for name in names - led_to:
        if forward[name]:
            row[name] = min(row[other] for other in forward[name]) - 1
    return [
        [node for node in inside if row[node.name] == level]
        for level in range(max(row.values()) + 1)
    ]


def _without_feedback(after: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out the links that lead back to where one came from, starting at the first node."""
    kept: dict[str, list[str]] = {name: [] for name in after}
    state: dict[str, int] = {}
    for first in after:
        if first in state:
            continue
        state[first] = 1
        way = [(first, iter(after[first]))]
        while way:
            name, rest = way[-1]
            for other in rest:
                if state.get(other) == 1:
                    continue
                kept[name].append(other)
                if other not in state:
                    state[other] = 1
                    way.append((other, iter(after[other])))
                    break
            else:
                state[name] = 2
                way.pop()
    return kept


def _in_order(forward: dict[str, list[str]]) -> list[str]:
    """Names so that each comes before what it leads to."""
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


def _broken(
    row: Sequence[Node], room_of: Callable[[Node], float], limit: float
) -> list[tuple[Node, ...]]:
    """Break a row that is too wide into rows of about the same room."""
    rooms = [room_of(node) for node in row]
    parts = max(1, -(-int(sum(rooms)) // max(int(limit), 1)))
    share = sum(rooms) / parts
    broken: list[list[Node]] = [[] for _ in range(parts)]
    used = 0.0
    for node, room in zip(row, rooms, strict=True):
        broken[min(int((used + room / 2) / share), parts - 1)].append(node)
        used += room
    return [tuple(part) for part in broken if part]
