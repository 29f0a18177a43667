"""Neurites of the cells of one image: bright lines, followed from the somata and measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tricyclic.assays.neurites.assign import Forest, NeuriteStep, assign
from tricyclic.assays.neurites.somata import Somata, find_nuclei, find_somata
from tricyclic.core.neurite_trace import TracedCell, TracedField, TracedPath
from tricyclic.numerics.images.filters import (
    Image,
    Ridges,
    background,
    noise_of,
    ridges,
    sampled,
    smoothed,
    to_ridge_line,
)
from tricyclic.numerics.images.gaps import links_across_gaps
from tricyclic.numerics.images.masks import (
    Labels,
    above_with_seeds,
    nearest_label,
    skeleton_of,
)
from tricyclic.numerics.images.paths import continued, cut_at, path_length, smooth_path
from tricyclic.numerics.images.skeleton import SkeletonGraph, skeleton_graph, without_spurs

FloatArray = npt.NDArray[np.float64]

# The somata with this margin are no neurites [pixels].
_MARGIN = 2.0
# A line that ends this near to that margin begins there [pixels].
_REACH = 1.5
# How far a line is continued to see which soma it points at [pixels].
_AHEAD = 10.0
# A process shorter than this share of the soma's diameter is no neurite.
_LEAST_OF_SOMA = 1.0 / 3.0
# Distance from its trunk at which a branch is a line of its own [pixels].
_CLEAR = 5.0
# Length over which the height of a line is taken before its tip, and how far a tip may be [pixels].
_BEFORE, _BEYOND = 14.0, 8.0


@dataclass(frozen=True)
class TraceSettings:
    """How lines are detected.

    Attributes
    ----------
    line_sigma : float
        Scale of the lines: about half of their width [pixels].
    weak, strong : float
        A line is where the curvature across is `weak` times its noise, and somewhere `strong`.
    gap : float
        Longest gap that is closed [pixels].
    shortest : float
        Neurites and branches below this length are left out [pixels]; neurites also below a
        third of the diameter of their soma.
    """

    line_sigma: float = 1.6
    weak: float = 3.0
    strong: float = 5.0
    gap: float = 12.0
    shortest: float = 5.0


def trace_field(
    cytoplasm: Image,
    nuclei: Image | None = None,
    *,
    labels: Labels | None = None,
    neurites: npt.NDArray[np.bool_] | None = None,
    settings: TraceSettings = TraceSettings(),
) -> TracedField:
    """Cells and neurites of an image.

    Parameters
    ----------
    cytoplasm : array
        Camera counts of cytoplasm or beta-III tubulin, bright on dark.
    nuclei : array, optional
        Camera counts of the nuclei.
    labels : array of int, optional
        Somata as a person corrected them; then none is searched.
    neurites : array of bool, optional
        Where neurites are, for images in which they are no bright lines; needs `labels`.
    settings : TraceSettings
    """
    bare = np.asarray(cytoplasm - background(cytoplasm), dtype=np.float32)
    noise = noise_of(cytoplasm)
    lines = ridges(bare, settings.line_sigma)
    if neurites is not None:
        lines = _lines_of_mask(neurites, settings.line_sigma)
    mask = above_with_seeds(lines.strength, settings.weak, settings.strong)
    if labels is None:
        seeds = find_nuclei(nuclei) if nuclei is not None else None
        somata = find_somata(bare, noise, _typical_height(mask, lines), seeds)
    else:
        somata = Somata.of_labels(labels)
    distance, nearest = nearest_label(somata.cores)
    # What is strong within a soma is no reason to follow a weak line beside it.
    outside = np.where(distance > _MARGIN + 1.0, lines.strength, 0.0)
    mask &= distance <= _MARGIN + 1.0
    mask |= above_with_seeds(outside, settings.weak, settings.strong)
    graph, soma_of_node = _graph(mask, lines.smooth, distance, nearest, settings)
    attached = _attached(graph, soma_of_node, smoothed(bare, 1.0), distance)
    forest = assign(graph, soma_of_node, attached, 2.0 * settings.line_sigma)
    cells = _cells(forest, somata, lines, distance, settings)
    on_lines = [sampled(bare, p.points) for c in cells for p in c.paths if neurites is None]
    height = float(np.median(np.concatenate(on_lines))) if on_lines else np.nan
    return TracedField(cells, somata.labels, noise, height, forest.unassigned, somata.without_soma)


def _lines_of_mask(neurites: npt.NDArray[np.bool_], sigma: float) -> Ridges:
    """Lines whose brightness is 1 within a mask, and certain everywhere in it."""
    bright = neurites.astype(np.float32)
    return Ridges(sigma, smoothed(bright, sigma), np.where(neurites, np.inf, 0.0), bright)


def _typical_height(mask: npt.NDArray[np.bool_], lines: Ridges) -> float:
    skeleton = skeleton_of(mask)
    values = lines.smooth[skeleton]
    return float(np.median(values)) if values.size else 0.0


def _graph(
    mask: npt.NDArray[np.bool_],
    smooth: Image,
    distance: Image,
    nearest: Labels,
    settings: TraceSettings,
) -> tuple[SkeletonGraph, npt.NDArray[np.int32]]:
    """Skeleton of the lines outside of the somata, and the cell that each node touches."""
    soma = distance <= _MARGIN
    skeleton = skeleton_of(mask | soma) & ~soma
    anchored = distance <= _MARGIN + _REACH
    # A gap may lie between a line and the soma: its outline is part of what is linked.
    outline = (distance > _MARGIN) & (distance <= _MARGIN + 1.0) & ~skeleton
    skeleton |= links_across_gaps(skeleton | outline, anchored, smooth, settings.gap)
    graph = skeleton_graph(skeleton)
    touching = _soma_of_node(graph, distance, nearest)
    graph = without_spurs(graph, 0.7 * settings.shortest, touching > 0)
    return graph, _soma_of_node(graph, distance, nearest)


def _soma_of_node(graph: SkeletonGraph, distance: Image, nearest: Labels) -> npt.NDArray[np.int32]:
    """By node, the cell whose soma a line touches there: the one it points at, or the nearest."""
    row, column = np.rint(graph.nodes).astype(int).T
    touches = (distance[row, column] <= _MARGIN + _REACH) & (graph.degrees() == 1)
    cells = np.where(touches, nearest[row, column], 0).astype(np.int32)
    shape = np.asarray(distance.shape)
    for edge in graph.edges:
        for node, points in ((edge.start, edge.points[::-1]), (edge.end, edge.points)):
            if not touches[node] or points.shape[0] < 4:
                continue
            ahead = np.rint(continued(points, _AHEAD)).astype(int)
            ahead = ahead[((ahead >= 0) & (ahead < shape)).all(axis=1)]
            inside = distance[ahead[:, 0], ahead[:, 1]] < 0.5
            if inside.any():
                cells[node] = nearest[tuple(ahead[int(inside.argmax())])]
    return cells


def _attached(
    graph: SkeletonGraph, soma_of_node: npt.NDArray[np.int32], smooth: Image, distance: Image
) -> FloatArray:
    """By node, the darkest point between a line and the soma that it touches, over its height."""
    share = np.ones(graph.nodes.shape[0])
    for edge in graph.edges:
        height = float(np.median(sampled(smooth, edge.points)))
        for node, points in ((edge.start, edge.points), (edge.end, edge.points[::-1])):
            if not soma_of_node[node] or points.shape[0] < 4:
                continue
            ahead = continued(points[::-1], _MARGIN + _REACH)
            where = np.concatenate([points[:4], ahead])
            outside = sampled(distance, where) > 1.0
            if outside.any() and height > 0.0:
                share[node] = float(sampled(smooth, where[outside]).min()) / height
    return share


@dataclass(frozen=True)
class _Measure:
    """What lengths are measured in: the lines, the distance to the somata, the smallest length."""

    lines: Ridges
    distance: Image
    shortest: float


def _cells(
    forest: Forest, somata: Somata, lines: Ridges, distance: Image, settings: TraceSettings
) -> tuple[TracedCell, ...]:
    diameters, centers = somata.diameters, somata.centers
    measure = _Measure(lines, distance, settings.shortest)
    cells = []
    for number in range(1, somata.count + 1):
        paths: list[TracedPath] = []
        shared = False
        least = max(settings.shortest, _LEAST_OF_SOMA * float(diameters[number]))
        for root in forest.roots.get(number, ()):
            _add_paths(paths, root, measure, least)
            shared |= _is_shared(root)
        cells.append(
            TracedCell(
                number,
                (float(centers[number, 0]), float(centers[number, 1])),
                float(diameters[number]),
                float(somata.to_border[number]),
                tuple(paths),
                tuple(sorted(forest.crossed.get(number, ()))),
                shared,
            )
        )
    return tuple(cells)


def _is_shared(step: NeuriteStep) -> bool:
    return bool(step.shared_with) or any(_is_shared(one) for one in step.after)


def _reach(step: NeuriteStep) -> float:
    return path_length(step.points) + max((_reach(one) for one in step.after), default=0.0)


def _add_paths(paths: list[TracedPath], root: NeuriteStep, measure: _Measure, least: float) -> None:
    """The longest way of a tree as one path, then its branches."""
    waiting: list[tuple[NeuriteStep, int]] = [(root, -1)]
    while waiting:
        step, parent = waiting.pop(0)
        chain = [step]
        branches = []
        while chain[-1].after:
            ways = sorted(chain[-1].after, key=_reach)
            branches += ways[:-1]
            chain.append(ways[-1])
        points = np.concatenate([chain[0].points, *(one.points[1:] for one in chain[1:])])
        path = _measured(points, chain[-1].has_tip, parent, paths, measure)
        if parent < 0:
            # A corner of a soma leads nowhere.
            away = float(sampled(measure.distance, path.points).max())
            too_short = path.length < least or away < measure.shortest
        else:
            too_short = path.length < measure.shortest
        if not too_short:
            paths.append(path)
            waiting += [(one, len(paths) - 1) for one in branches]


def _measured(
    points: FloatArray,
    has_tip: bool,
    parent: int,
    paths: list[TracedPath],
    measure: _Measure,
) -> TracedPath:
    lines, distance = measure.lines, measure.distance
    line = smooth_path(to_ridge_line(points, lines))
    shape = np.asarray(lines.smooth.shape)
    end = line[-1]
    at_border = bool((end < 3.0).any() or (end > shape - 4.0).any())
    if at_border:
        line = np.concatenate([line, _to_border(line, shape)])
    elif has_tip:
        line = _to_tip(line, lines, distance)
    before = 0.0
    if parent < 0:
        row, column = np.clip(np.rint(line[0]).astype(int), 0, shape - 1)
        start = max(float(distance[row, column]) - 0.5, 0.0)
        line = np.concatenate([continued(line[::-1], start)[::-1], line])
        length = path_length(line)
    else:
        trunk = paths[parent].points
        k, line = _from_trunk(line, trunk)
        before = paths[parent].way - paths[parent].length + path_length(trunk[: k + 1])
        length = path_length(line)
    return TracedPath(line, length, parent, before + length, at_border)


def _from_trunk(line: FloatArray, trunk: FloatArray) -> tuple[int, FloatArray]:
    """A branch from the point of its trunk that it comes from, and the index of that point.

    Two lines that part at a small angle are one ridge for some pixels, and their skeleton leaves
    the trunk too late: the branch is continued backwards in the direction that it has beyond.
    """
    away = np.hypot(*(line[:, None, :] - trunk[None, :, :]).transpose(2, 0, 1)).min(axis=1)
    clear = np.flatnonzero(away >= _CLEAR)
    first = min(int(clear[0]) if clear.size else 0, max(line.shape[0] - 4, 0))
    own = line[first:]
    back = np.concatenate([own[:1], continued(own[::-1], _CLEAR + 10.0)])
    gaps = np.hypot(*(back[:, None, :] - trunk[None, :, :]).transpose(2, 0, 1))
    near = gaps.min(axis=1)
    # The first minimum: further back the line is on the other side.
    k = int(np.argmax(np.append(np.diff(near) > 0.0, True)))
    index = int(gaps[k].argmin())
    return index, np.concatenate([trunk[index][None], back[1:k][::-1], own])


def _to_border(line: FloatArray, shape: npt.NDArray[np.int_]) -> FloatArray:
    more = continued(line, 8.0)
    inside = ((more > -0.5) & (more < shape - 0.5)).all(axis=1)
    return more[: int((~inside).argmax())] if not inside.all() else more[:0]


def _to_tip(line: FloatArray, lines: Ridges, distance: Image) -> FloatArray:
    """The path as far as its brightness is half of that before the tip."""
    longer = np.concatenate([line, continued(line, _BEYOND)])
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(longer, axis=0).T))])
    end = path_length(line)
    at = np.arange(max(0.0, end - _BEFORE), steps[-1], 0.25)
    where = np.column_stack([np.interp(at, steps, longer[:, axis]) for axis in (0, 1)])
    height = sampled(lines.smooth, where)
    # What lies within a soma has no tip.
    height[sampled(distance, where) < 1.0] = 0.0
    before = at < end - 4.0
    if before.sum() < 4:
        before = at < max(end - 1.0, at[0] + 1.0)
    half = 0.5 * float(np.median(height[before]))
    below = (height < half) & (at > end - 6.0)
    if not below.any():
        return line
    k = int(below.argmax())
    if k == 0:
        return line
    share = (height[k - 1] - half) / max(height[k - 1] - height[k], 1e-12)
    return cut_at(longer, float(at[k - 1] + 0.25 * np.clip(share, 0.0, 1.0)))
