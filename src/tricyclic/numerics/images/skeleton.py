"""The graph of a skeleton: end points, junctions and the chains of pixels between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class SkeletonEdge:
    """A chain of pixels between two nodes.

    Attributes
    ----------
    start, end : int
        Nodes.
    points : array, shape (n, 2)
        Rows and columns, those of the nodes included.
    """

    start: int
    end: int
    points: FloatArray


@dataclass(frozen=True)
class SkeletonGraph:
    """Nodes and edges of a skeleton.

    Attributes
    ----------
    nodes : array, shape (n, 2)
        Rows and columns; of junctions, the mean of their pixels.
    edges : tuple of SkeletonEdge
    """

    nodes: FloatArray
    edges: tuple[SkeletonEdge, ...]

    def degrees(self) -> IntArray:
        """Edges of each node; one that begins and ends there counts twice."""
        ends = [node for edge in self.edges for node in (edge.start, edge.end)]
        return np.bincount(np.asarray(ends, dtype=np.intp), minlength=self.nodes.shape[0])


def _neighbours(skeleton: npt.NDArray[np.bool_]) -> tuple[IntArray, sparse.csr_array]:
    """Pixels of a skeleton, and which touch; a diagonal counts where no straight way exists."""
    row, column = np.nonzero(skeleton)
    number = np.full((skeleton.shape[0] + 2, skeleton.shape[1] + 2), -1, dtype=np.intp)
    number[row + 1, column + 1] = np.arange(row.size)
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        other = number[row + 1 + down, column + 1 + right]
        keep = other >= 0
        if down and right:
            keep &= (number[row + 1 + down, column + 1] < 0) & (
                number[row + 1, column + 1 + right] < 0
            )
        pairs.append(np.column_stack([np.flatnonzero(keep), other[keep]]))
    links = np.concatenate(pairs)
    size = (row.size, row.size)
    one = sparse.coo_array((np.ones(links.shape[0], dtype=np.int8), links.T), shape=size)
    return np.column_stack([row, column]), sparse.csr_array(one + one.T)


def skeleton_graph(skeleton: npt.NDArray[np.bool_]) -> SkeletonGraph:
    """The graph of a skeleton that is one pixel wide.

    Isolated pixels are left out; a closed ring without junction gets a node at one of its pixels.
    """
    pixels, touching = _neighbours(skeleton)
    n = pixels.shape[0]
    if n == 0:
        return SkeletonGraph(np.empty((0, 2)), ())
    starts, neighbours = touching.indptr, touching.indices
    degree = np.diff(starts)
    special = degree != 2
    # A ring has no special pixel: its first becomes one.
    _, component = csgraph.connected_components(touching, directed=False)
    has_node = np.zeros(component.max() + 1, dtype=bool)
    has_node[component[special]] = True
    rings, first = np.unique(component, return_index=True)
    special[first[~has_node[rings]]] = True
    # Junction pixels that touch are one node.
    junction = np.flatnonzero(degree > 2)
    node = np.full(n, -1, dtype=np.intp)
    count = 0
    if junction.size:
        count, cluster = csgraph.connected_components(touching[junction][:, junction])
        node[junction] = cluster
    others = np.flatnonzero(special & (degree <= 2))
    node[others] = count + np.arange(others.size)
    nodes = np.zeros((count + others.size, 2))
    sizes = np.bincount(node[node >= 0], minlength=nodes.shape[0])
    for axis in (0, 1):
        total = np.bincount(node[node >= 0], pixels[node >= 0, axis], minlength=nodes.shape[0])
        nodes[:, axis] = total / sizes
    edges = []
    done = np.zeros(n, dtype=bool)
    for begin in np.flatnonzero(special):
        for second in neighbours[starts[begin] : starts[begin + 1]]:
            if node[second] >= 0:
                # Two nodes that touch; each pair once.
                if node[second] != node[begin] and begin < second:
                    edges.append(_edge(nodes, node, pixels, [int(begin), int(second)]))
                continue
            if done[second]:
                continue
            chain = [int(begin), int(second)]
            while node[chain[-1]] < 0:
                done[chain[-1]] = True
                here = neighbours[starts[chain[-1]] : starts[chain[-1] + 1]]
                chain.append(int(here[0] if here[0] != chain[-2] else here[1]))
            edges.append(_edge(nodes, node, pixels, chain))
    return SkeletonGraph(nodes, tuple(edges))


def _edge(nodes: FloatArray, node: IntArray, pixels: IntArray, chain: list[int]) -> SkeletonEdge:
    start, end = int(node[chain[0]]), int(node[chain[-1]])
    inner = pixels[chain[1:-1]].astype(float)
    points = np.concatenate([nodes[start][None], inner, nodes[end][None]])
    return SkeletonEdge(start, end, points)


def without_spurs(
    graph: SkeletonGraph, shortest: float, keep: npt.NDArray[np.bool_]
) -> SkeletonGraph:
    """The graph without its short dead ends at junctions; chains across a junction of two join.

    Parameters
    ----------
    graph : SkeletonGraph
    shortest : float
        Dead ends below this length are removed, the shortest first [pixels].
    keep : array of bool
        Nodes whose edges remain.
    """
    degree = graph.degrees()
    lengths = [_length(edge) for edge in graph.edges]
    removed = set()
    for index in np.argsort(lengths):
        edge = graph.edges[index]
        if lengths[index] >= shortest:
            break
        for free, other in ((edge.start, edge.end), (edge.end, edge.start)):
            if degree[free] == 1 and degree[other] > 2 and not keep[free]:
                degree[[free, other]] -= 1
                removed.add(int(index))
                break
    edges = tuple(edge for i, edge in enumerate(graph.edges) if i not in removed)
    return joined(SkeletonGraph(graph.nodes, edges), keep)


def joined(graph: SkeletonGraph, keep: npt.NDArray[np.bool_]) -> SkeletonGraph:
    """The graph with the two chains of every node of degree two made one."""
    edges: dict[int, SkeletonEdge] = dict(enumerate(graph.edges))
    at: dict[int, set[int]] = {}
    for index, edge in edges.items():
        at.setdefault(edge.start, set()).add(index)
        at.setdefault(edge.end, set()).add(index)
    for node, indices in at.items():
        if len(indices) != 2 or keep[node]:
            continue
        one, two = (edges[index] for index in sorted(indices))
        if node in (one.start, one.end) and one.start == one.end:
            continue
        if two.start == two.end:
            continue
        first = one.points if one.end == node else one.points[::-1]
        second = two.points if two.start == node else two.points[::-1]
        start = one.start if one.end == node else one.end
        end = two.end if two.start == node else two.start
        low, high = sorted(indices)
        # The node of a removed spur is beside the line, so its place is left out.
        inner = first[:-1] if first.shape[0] > 2 else first
        edges[low] = SkeletonEdge(start, end, np.concatenate([inner, second[1:]]))
        del edges[high]
        at[end].discard(high)
        at[end].add(low)
        at[start].add(low)
    return SkeletonGraph(graph.nodes, tuple(edges.values()))


def _length(edge: SkeletonEdge) -> float:
    return float(np.hypot(*np.diff(edge.points, axis=0).T).sum())
