"""The graph of a skeleton, against shapes that are known."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.images.gaps import links_across_gaps
from tricyclic.numerics.images.paths import path_length
from tricyclic.numerics.images.skeleton import skeleton_graph, without_spurs


def drawn(*lines: tuple[int, int, int, int], shape: tuple[int, int] = (40, 40)) -> np.ndarray:
    """Straight lines from (row, column) to (row, column)."""
    image = np.zeros(shape, dtype=bool)
    for r0, c0, r1, c1 in lines:
        n = max(abs(r1 - r0), abs(c1 - c0)) + 1
        image[
            np.rint(np.linspace(r0, r1, n)).astype(int), np.rint(np.linspace(c0, c1, n)).astype(int)
        ] = True
    return image


def counts(graph) -> tuple[int, int, int]:
    """Edges, free ends, junctions."""
    degree = graph.degrees()
    return len(graph.edges), int((degree == 1).sum()), int((degree > 2).sum())


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([(5, 5, 5, 30)], (1, 2, 0)),
        ([(5, 5, 30, 30)], (1, 2, 0)),
        ([(20, 5, 20, 35), (20, 20, 5, 20)], (3, 3, 1)),  # T
        ([(5, 5, 35, 35), (5, 35, 35, 5)], (4, 4, 1)),  # X
        ([(5, 20, 35, 20), (20, 5, 20, 35)], (4, 4, 1)),  # +
        ([(5, 5, 35, 5), (5, 30, 35, 30), (20, 5, 20, 30)], (5, 4, 2)),  # H
        ([(5, 5, 5, 30), (20, 5, 20, 30)], (2, 4, 0)),  # two lines
        ([(5, 10, 20, 10), (20, 10, 20, 30), (20, 30, 5, 30), (5, 30, 5, 10)], (1, 0, 0)),  # ring
    ],
)
def test_shapes_have_their_edges_ends_and_junctions(lines, expected):
    assert counts(skeleton_graph(drawn(*lines))) == expected


def test_every_pixel_is_on_one_edge_and_edges_begin_and_end_at_their_nodes():
    rng = np.random.default_rng(3)
    lines = [tuple(rng.integers(2, 38, 4)) for _ in range(6)]
    image = drawn(*lines)
    graph = skeleton_graph(image)
    pixels = np.concatenate([edge.points[1:-1] for edge in graph.edges])
    assert len(np.unique(pixels, axis=0)) == len(pixels)
    for edge in graph.edges:
        np.testing.assert_array_equal(edge.points[0], graph.nodes[edge.start])
        np.testing.assert_array_equal(edge.points[-1], graph.nodes[edge.end])
        assert np.abs(np.diff(edge.points[1:-1], axis=0)).max(initial=1) == 1


def test_an_empty_image_and_a_single_pixel_have_no_edge():
    assert skeleton_graph(np.zeros((5, 5), dtype=bool)).edges == ()
    one = np.zeros((5, 5), dtype=bool)
    one[2, 2] = True
    assert skeleton_graph(one).edges == ()


def test_a_short_dead_end_is_removed_and_the_line_through_it_becomes_one():
    graph = skeleton_graph(drawn((20, 5, 20, 35), (20, 20, 17, 20)))
    keep = np.zeros(len(graph.nodes), dtype=bool)
    assert len(graph.edges) == 3
    (line,) = without_spurs(graph, 5.0, keep).edges
    assert path_length(line.points) == pytest.approx(30.0, abs=0.5)
    assert len(without_spurs(graph, 2.0, keep).edges) == 3


def test_a_short_dead_end_that_touches_a_soma_remains():
    graph = skeleton_graph(drawn((20, 5, 20, 35), (20, 20, 17, 20)))
    keep = np.hypot(*(graph.nodes - [17, 20]).T) < 1.0
    assert len(without_spurs(graph, 5.0, keep).edges) == 3


def gap_scene(brightness: float) -> np.ndarray:
    image = drawn((20, 3, 20, 15), (20, 22, 20, 38))
    anchored = np.zeros_like(image)
    anchored[20, 3] = True
    smooth = np.where(drawn((20, 3, 20, 38)), brightness, 0.0).astype(np.float32)
    smooth[image] = 1.0
    return links_across_gaps(image, anchored, smooth, 12.0)


def test_a_gap_in_a_line_is_closed_where_the_ground_in_it_is_bright():
    links = gap_scene(0.8)
    assert links[20, 15:23].all()
    assert links.sum() == 8


def test_a_dark_gap_remains():
    assert not gap_scene(0.1).any()


def test_two_parts_that_both_touch_a_soma_are_not_linked():
    image = drawn((20, 3, 20, 15), (20, 22, 20, 38))
    anchored = image.copy()
    assert not links_across_gaps(image, anchored, np.ones((40, 40), dtype=np.float32), 12.0).any()
