"""Lengths of paths, against geometry."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.images.paths import (
    STIFFNESS,
    chain_code_length,
    continued,
    cut_at,
    direction,
    path_length,
    smooth_path,
)


def digital_line(angle_deg: float, length: float) -> np.ndarray:
    """Pixels of a straight line, one for each step along its longer axis."""
    way = np.array([np.sin(np.deg2rad(angle_deg)), np.cos(np.deg2rad(angle_deg))])
    steps = round(length * np.abs(way).max())
    return np.rint(np.linspace(0.0, 1.0, steps + 1)[:, None] * way * length)


@pytest.mark.parametrize("length", [40.0, 100.0, 200.0])
def test_a_digital_straight_line_has_its_length_within_one_percent_at_any_angle(length):
    errors = []
    for angle in np.arange(0.0, 90.5, 0.5):
        line = digital_line(angle, length)
        true = np.hypot(*(line[-1] - line[0]))
        errors.append(path_length(smooth_path(line)) / true - 1.0)
    assert np.abs(errors).max() < 0.01


def test_the_chain_code_is_eight_percent_too_long_at_its_worst_angle():
    line = digital_line(22.5, 200.0)
    true = np.hypot(*(line[-1] - line[0]))
    assert chain_code_length(line) / true - 1.0 == pytest.approx(0.082, abs=0.005)


@pytest.mark.parametrize("radius", [15.0, 30.0, 100.0])
def test_a_digital_arc_has_its_length_within_two_percent(radius):
    turn = np.linspace(0.0, 0.5 * np.pi, round(0.5 * np.pi * radius) + 1)
    arc = np.rint(radius * np.column_stack([np.sin(turn), np.cos(turn)]))
    keep = np.append(True, np.hypot(*np.diff(arc, axis=0).T) > 0)
    assert path_length(smooth_path(arc[keep])) / (0.5 * np.pi * radius) == pytest.approx(
        1, abs=0.02
    )


def test_smoothing_leaves_a_straight_path_as_it_is():
    line = np.column_stack([np.arange(30.0), 0.5 * np.arange(30.0)])
    np.testing.assert_allclose(smooth_path(line), line, atol=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_smoothing_takes_paths_of_any_length(n):
    rng = np.random.default_rng(n)
    points = np.column_stack([np.arange(n), rng.normal(size=n)])
    smooth = smooth_path(points)
    # The same by the full matrix.
    difference = np.diff(np.eye(n), 2, axis=0) if n >= 4 else np.zeros((0, n))
    expected = np.linalg.solve(np.eye(n) + STIFFNESS * difference.T @ difference, points)
    np.testing.assert_allclose(smooth, expected, atol=1e-9)


def test_a_path_is_continued_in_its_own_direction_by_the_exact_length():
    line = np.column_stack([np.zeros(20), np.arange(20.0)])
    more = continued(line, 3.4)
    np.testing.assert_allclose(more, [[0, 20], [0, 21], [0, 22], [0, 22.4]])
    assert continued(line, 0.0).shape == (0, 2)
    np.testing.assert_allclose(direction(line), [0.0, 1.0])


def test_a_path_is_cut_at_a_length():
    line = np.column_stack([np.zeros(5), 2.0 * np.arange(5.0)])
    np.testing.assert_allclose(cut_at(line, 5.0), [[0, 0], [0, 2], [0, 4], [0, 5]])
    assert cut_at(line, 99.0) is line
