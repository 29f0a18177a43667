"""Background, noise, ridges and masks, against images that are known."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.images.filters import background, noise_of, ridges, to_ridge_line
from tricyclic.numerics.images.masks import (
    at_border,
    centers_of,
    distances_to_border,
    filled,
    nearest_label,
    opened,
    parts_of_touching,
    skeleton_of,
)


def disc(shape, row, column, radius):
    r, c = np.ogrid[: shape[0], : shape[1]]
    return np.hypot(r - row, c - column) <= radius


def test_noise_has_its_standard_deviation():
    rng = np.random.default_rng(0)
    image = rng.normal(100.0, 7.0, (400, 500)).astype(np.float32)
    # Of the darker half: a Gaussian image is the worst case.
    assert noise_of(image) == pytest.approx(7.0, rel=0.03)


def test_noise_does_not_see_a_slope_or_bright_objects():
    rng = np.random.default_rng(1)
    image = rng.normal(100.0, 7.0, (400, 500)) + np.linspace(0.0, 300.0, 500)
    image[disc(image.shape, 100, 100, 60)] += 2000.0
    assert noise_of(image.astype(np.float32)) == pytest.approx(7.0, rel=0.05)


def test_the_background_under_objects_is_that_around_them():
    rng = np.random.default_rng(2)
    true = 200.0 + 100.0 * np.linspace(0.0, 1.0, 480)[None, :] * np.ones((360, 1))
    image = true + rng.normal(0.0, 5.0, true.shape)
    for row in range(40, 360, 70):
        for column in range(40, 480, 70):
            image[disc(image.shape, row, column, 14)] += 900.0
    error = background(image.astype(np.float32)) - true
    assert np.abs(error[20:-20, 20:-20]).max() < 6.0
    assert abs(np.mean(error)) < 2.0


@pytest.mark.parametrize("shape", [(20, 20), (31, 70), (33, 33), (1040, 40)])
def test_small_and_odd_images_have_a_background(shape):
    image = np.full(shape, 50.0, dtype=np.float32)
    np.testing.assert_allclose(background(image), 50.0, atol=1e-3)


def test_the_strength_of_noise_is_in_units_of_its_standard_deviation():
    rng = np.random.default_rng(3)
    image = rng.normal(0.0, 3.0, (400, 500)).astype(np.float32)
    lines = ridges(image, 1.6)
    # Second differences of the smoothed image along one axis.
    second = np.diff(lines.smooth, 2, axis=0)
    assert np.median(lines.noise) == pytest.approx(second.std(), rel=0.05)


@pytest.mark.parametrize("angle", [0.0, 20.0, 45.0, 70.0, 90.0, 130.0])
def test_points_beside_a_line_move_to_its_crest(angle):
    row, column = np.mgrid[:80, :80].astype(float)
    way = np.array([np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))])
    across = (row - 40.3) * way[1] - (column - 39.8) * way[0]
    image = np.exp(-0.5 * (across / 1.7) ** 2).astype(np.float32)
    along = np.arange(-20.0, 20.0)[:, None] * way + [40.3, 39.8]
    moved = to_ridge_line(np.rint(along), ridges(image, 1.6))
    off = (moved[:, 0] - 40.3) * way[1] - (moved[:, 1] - 39.8) * way[0]
    assert np.abs(off).max() < 0.1


def test_opening_keeps_a_disc_and_removes_a_line():
    mask = disc((80, 80), 40, 40, 12)
    line = np.zeros_like(mask)
    line[38:42, :] = True
    result = opened(mask | line, 6.0)
    assert (result & ~mask).sum() < 12
    assert (mask & ~result).sum() < 12


def test_discs_that_touch_are_divided_and_an_ellipse_is_not():
    pair = disc((80, 120), 40, 40, 14) | disc((80, 120), 40, 66, 14)
    assert parts_of_touching(pair, 2.0).max() == 2
    r, c = np.ogrid[:80, :120]
    ellipse = np.hypot((r - 40) / 12.0, (c - 60) / 20.0) <= 1.0
    assert parts_of_touching(ellipse, 2.0).max() == 1


def test_a_small_hole_is_filled_and_a_large_one_is_not():
    mask = disc((80, 80), 40, 40, 30) & ~disc((80, 80), 40, 40, 15)
    mask &= ~disc((80, 80), 40, 62, 2)
    result = filled(mask, 60.0)
    assert result[40, 62] and not result[40, 40]


def test_labels_know_their_center_and_the_border():
    labels = np.zeros((40, 60), dtype=np.int32)
    labels[10:15, 20:31] = 1
    labels[0:5, 50:55] = 2
    np.testing.assert_allclose(centers_of(labels)[1:], [[12, 25], [2, 52]])
    assert at_border(labels).tolist() == [False, False, True]
    assert distances_to_border(labels)[1:].tolist() == [10, 0]
    distance, nearest = nearest_label(labels)
    assert nearest[30, 25] == 1 and distance[30, 25] == 16.0


def test_a_skeleton_is_one_pixel_wide():
    mask = np.zeros((30, 60), dtype=bool)
    mask[12:17, 5:55] = True
    skeleton = skeleton_of(mask)
    assert skeleton.sum(axis=0).max() == 1 and skeleton[14].sum() > 40
