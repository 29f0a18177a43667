"""Which neurite belongs to which cell.

Ways lead from the somata along the edges of the skeleton. At a place where edges meet, going
straight on is free and turning costs length, so that a neurite that crosses another, or ends at
it, goes on as a person would follow it. Where two pairs of edges are straight, nothing turns.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tricyclic.numerics.images.paths import direction, path_length
from tricyclic.numerics.images.skeleton import SkeletonGraph

FloatArray = npt.NDArray[np.float64]

# Turning back would cost twice this length [pixels].
TURN_COST = 60.0
# Two lines that cross are straight within this [degrees].
_CROSSING = 45.0
# Direction of an edge is taken over this length [pixels].
_ARM = 10.0


@dataclass
class NeuriteStep:
    """An edge, walked from one of its ends, in the tree of a cell.

    Attributes
    ----------
    edge : int
    points : array, shape (n, 2)
        In the order of the walk.
    cell : int
    before : NeuriteStep or None
        None at the soma.
    after : list of NeuriteStep
    has_tip : bool
        Whether the line has an end of its own there: not at the side of another or at a soma.
    shared_with : set of int
        Other cells that walk along the same edge.
    """

    edge: int
    points: FloatArray
    cell: int
    before: NeuriteStep | None
    has_tip: bool
    after: list[NeuriteStep] = field(default_factory=list)
    shared_with: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Forest:
    """Trees of all cells.

    Attributes
    ----------
    roots : dict
        By cell, the first steps of its neurites.
    crossed : dict
        By cell, cells whose neurites cross or touch one of it.
    unassigned : float
        Length of edges that no cell reaches [pixels].
    """

    roots: dict[int, list[NeuriteStep]]
    crossed: dict[int, set[int]]
    unassigned: float


@dataclass(frozen=True)
class _Place:
    """Ends of edges that meet: pairs (edge, end), with end 0 at the start of its points."""

    ends: tuple[tuple[int, int], ...]
    cost: dict[tuple[tuple[int, int], tuple[int, int]], float]


@dataclass(frozen=True)
class _Ways:
    """By edge and the end at which it is entered: cost of the way from a soma, the edge before it,
    and the cell.
    """

    best: dict[tuple[int, int], float]
    before: dict[tuple[int, int], tuple[int, int] | None]
    owner: dict[tuple[int, int], int]


def assign(
    graph: SkeletonGraph,
    soma_of_node: npt.NDArray[np.int32],
    attached: FloatArray,
    width: float,
) -> Forest:
    """The trees of the cells.

    Parameters
    ----------
    graph : SkeletonGraph
    soma_of_node : array of int
        By node, the cell whose soma it touches; 0 for none.
    attached : array of float
        By node, how bright the line is where it meets the soma, over its usual height.
    width : float
        Width of a neurite: junctions nearer than three times this are one place [pixels].
    """
    short = _between_near_junctions(graph, soma_of_node, 3.0 * width)
    group = _groups(graph, short)
    edges = [i for i in range(len(graph.edges)) if i not in short]
    place_of: dict[tuple[int, int], int] = {}
    at: dict[int, list[tuple[int, int]]] = {}
    for i in edges:
        for end, node in ((0, graph.edges[i].start), (1, graph.edges[i].end)):
            place_of[i, end] = int(group[node])
            at.setdefault(int(group[node]), []).append((i, end))
    ways = {
        (i, end): direction(graph.edges[i].points[:: 1 if end == 0 else -1], _ARM)
        for i in edges
        for end in (0, 1)
    }
    places = {number: _place(ends, ways) for number, ends in at.items()}
    length = {i: path_length(graph.edges[i].points) for i in edges}
    soma_of_place = {int(group[node]): int(cell) for node, cell in enumerate(soma_of_node) if cell}
    # A line that fades before a soma ends there rather than begins.
    entry_cost = {
        int(group[node]): TURN_COST * float(np.clip(1.0 - attached[node], 0.0, 1.0))
        for node in np.flatnonzero(soma_of_node)
    }
    ways_of = _walk(places, place_of, length, soma_of_place, entry_cost)
    return _trees(graph, length, ways_of, places, place_of, soma_of_place)


def _between_near_junctions(
    graph: SkeletonGraph, soma_of_node: npt.NDArray[np.int32], nearest: float
) -> set[int]:
    degree = graph.degrees()
    return {
        i
        for i, edge in enumerate(graph.edges)
        if edge.start != edge.end
        and degree[edge.start] > 2
        and degree[edge.end] > 2
        and not soma_of_node[edge.start]
        and not soma_of_node[edge.end]
        and path_length(edge.points) <= nearest
    }


def _groups(graph: SkeletonGraph, short: set[int]) -> npt.NDArray[np.intp]:
    group = np.arange(graph.nodes.shape[0])
    for i in short:
        one, other = group[graph.edges[i].start], group[graph.edges[i].end]
        group[group == other] = one
    return group


def _place(ends: list[tuple[int, int]], ways: dict[tuple[int, int], FloatArray]) -> _Place:
    """What it costs to go on from one edge to another."""
    straight = {
        (one, other): float(-ways[one] @ ways[other])
        for one in ends
        for other in ends
        if one != other
    }
    cost = {pair: TURN_COST * (1.0 - cosine) for pair, cosine in straight.items()}
    if len(ends) == 4:
        a, b, c, d = ends
        pairings = [((a, b), (c, d)), ((a, c), (b, d)), ((a, d), (b, c))]
        least = float(np.cos(np.deg2rad(_CROSSING)))
        first, second = max(pairings, key=lambda p: straight[p[0]] + straight[p[1]])
        if straight[first] > least and straight[second] > least:
            cost = {}
            for one, other in (first, second):
                cost[one, other] = cost[other, one] = 0.0
    return _Place(tuple(ends), cost)


def _walk(
    places: dict[int, _Place],
    place_of: dict[tuple[int, int], int],
    length: dict[int, float],
    soma_of_place: dict[int, int],
    entry_cost: dict[int, float],
) -> _Ways:
    """Cheapest way from a soma to each edge, entered at each of its ends (Dijkstra)."""
    best: dict[tuple[int, int], float] = {}
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    owner: dict[tuple[int, int], int] = {}
    queue: list[tuple[float, tuple[int, int], tuple[int, int] | None, int]] = []
    for number, cell in sorted(soma_of_place.items()):
        for entry in places[number].ends if number in places else ():
            heapq.heappush(queue, (entry_cost[number], entry, None, cell))
    while queue:
        cost, entry, last, cell = heapq.heappop(queue)
        if entry in best:
            continue
        best[entry], before[entry], owner[entry] = cost, last, cell
        exit_ = (entry[0], 1 - entry[1])
        number = place_of[exit_]
        if number in soma_of_place:
            continue
        for other in places[number].ends:
            turn = places[number].cost.get((exit_, other))
            if turn is not None and other not in best:
                heapq.heappush(queue, (cost + length[entry[0]] + turn, other, entry, cell))
    return _Ways(best, before, owner)


def _trees(
    graph: SkeletonGraph,
    length: dict[int, float],
    ways: _Ways,
    places: dict[int, _Place],
    place_of: dict[tuple[int, int], int],
    soma_of_place: dict[int, int],
) -> Forest:
    steps: dict[tuple[int, int], NeuriteStep] = {}
    roots: dict[int, list[NeuriteStep]] = {}

    def step_of(entry: tuple[int, int]) -> NeuriteStep:
        if entry in steps:
            return steps[entry]
        last = ways.before[entry]
        parent = step_of(last) if last is not None else None
        points = graph.edges[entry[0]].points
        far = place_of[entry[0], 1 - entry[1]]
        step = NeuriteStep(
            entry[0],
            points if entry[1] == 0 else points[::-1],
            ways.owner[entry],
            parent,
            len(places[far].ends) in (1, 4) and far not in soma_of_place,
        )
        steps[entry] = step
        if parent is None:
            roots.setdefault(step.cell, []).append(step)
        else:
            parent.after.append(step)
        return step

    unassigned = 0.0
    for i in length:
        reached = [(ways.best[i, end], (i, end)) for end in (0, 1) if (i, end) in ways.best]
        if reached:
            step_of(min(reached)[1])
        else:
            unassigned += length[i]
    crossed: dict[int, set[int]] = {}
    cells_at: dict[int, set[int]] = {}
    cells_on: dict[int, set[int]] = {}
    for step in steps.values():
        cells_on.setdefault(step.edge, set()).add(step.cell)
        for end in (0, 1):
            number = place_of[step.edge, end]
            cells_at.setdefault(number, set()).add(step.cell)
            if number in soma_of_place:
                cells_at[number].add(soma_of_place[number])
    for cells in cells_at.values():
        for cell in cells:
            if len(cells) > 1:
                crossed.setdefault(cell, set()).update(cells - {cell})
    for step in steps.values():
        step.shared_with = cells_on[step.edge] - {step.cell}
    return Forest(roots, crossed, unassigned)
