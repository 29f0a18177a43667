"""Gaps in a skeleton, closed where a line goes on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from tricyclic.numerics.images.masks import labelled
from tricyclic.numerics.images.paths import direction, path_length
from tricyclic.numerics.images.skeleton import SkeletonGraph, skeleton_graph

Mask = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Image = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]

# A line goes on where it turns by less than this [degrees].
_TURN = 40.0
# Darkest point of a link, as a share of the height of the line.
_BRIGHT = 0.4
# Ends of lines shorter than this have no direction [pixels].
_SHORTEST = 6.0


def links_across_gaps(skeleton: Mask, anchored: Mask, smooth: Image, gap: float) -> Mask:
    """Straight links from parts of a skeleton without an anchor to other parts.

    Parameters
    ----------
    skeleton : array of bool
    anchored : array of bool
        Pixels that belong to an object, such as a cell body: two parts that both touch one are
        not linked.
    smooth : array
        The image at the scale of the lines, without background.
    gap : float
        Longest link [pixels]; none is longer than the part that it links.

    Returns
    -------
    array of bool
        Pixels of the links, both ends included.
    """
    done = np.zeros_like(skeleton)
    graph = skeleton_graph(skeleton)
    tips, ways, sizes = [], [], []
    heights = []
    for points in _free_ends(graph):
        tips.append(points[0])
        ways.append(-direction(points))
        sizes.append(path_length(points))
        row, column = np.rint(points).astype(int).T
        heights.append(float(np.median(smooth[row, column])))
    if not len(tips):
        return done
    part = labelled(skeleton)
    is_anchored = np.zeros(int(part.max()) + 1, dtype=bool)
    is_anchored[np.unique(part[skeleton & anchored])] = True
    group = np.arange(is_anchored.size)
    pixels = np.argwhere(skeleton)
    tree = cKDTree(pixels)
    links = []
    for number, (tip, way) in enumerate(zip(tips, ways, strict=True)):
        own = part[tuple(np.rint(tip).astype(int))]
        near = pixels[tree.query_ball_point(tip, min(gap, sizes[number]))]
        near = near[part[near[:, 0], near[:, 1]] != own]
        if not near.size:
            continue
        step = near - tip
        length = np.hypot(*step.T)
        ahead = (step @ way) / length > np.cos(np.deg2rad(_TURN))
        for index in np.flatnonzero(ahead):
            links.append((float(length[index]), number, tuple(near[index])))
    used = set()
    for _, number, pixel in sorted(links):
        start = tuple(np.rint(tips[number]).astype(int))
        one, other = _top(group, part[start]), _top(group, part[pixel])
        if number in used or one == other or (is_anchored[one] and is_anchored[other]):
            continue
        row, column = _pixels_between(start, pixel)
        # A gap in a line is bright; ground between a line and a speck is not.
        if float(smooth[row, column].min()) < _BRIGHT * heights[number]:
            continue
        used.add(number)
        group[other] = one
        is_anchored[one] |= is_anchored[other]
        done[row, column] = True
    return done


def _top(group: npt.NDArray[np.intp], number: int) -> int:
    while group[number] != number:
        number = int(group[number])
    return int(number)


def _free_ends(graph: SkeletonGraph) -> list[FloatArray]:
    """The points of each edge with a free end, from there."""
    degree = graph.degrees()
    return [
        points
        for edge in graph.edges
        if edge.points.shape[0] >= _SHORTEST
        for node, points in ((edge.start, edge.points), (edge.end, edge.points[::-1]))
        if degree[node] == 1
    ]


def _pixels_between(start: tuple[int, ...], end: tuple[int, ...]) -> tuple[IntArray, IntArray]:
    n = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    share = np.arange(n + 1) / n
    row = np.rint(start[0] + share * (end[0] - start[0])).astype(np.intp)
    column = np.rint(start[1] + share * (end[1] - start[1])).astype(np.intp)
    return row, column
