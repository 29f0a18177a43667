"""Simulated cells: the truth is what is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.neurites.simulate_cells import FAMILIES, STEP
from tricyclic.assays.neurites.simulate_images import simulate_field

SMALL = replace(FAMILIES["PC12-like"], shape=(300, 400), cells=8, debris=0, vignetting=0.0)


def test_the_same_seed_gives_the_same_image_and_another_seed_another():
    one, two, other = (simulate_field(np.random.default_rng(seed), SMALL) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.cytoplasm, two.cytoplasm)
    np.testing.assert_array_equal(one.nuclei, two.nuclei)
    assert (one.cytoplasm != other.cytoplasm).any()


def test_the_length_of_a_neurite_is_that_of_its_path():
    field = simulate_field(np.random.default_rng(3), SMALL)
    for cell in field.cells:
        for one in cell.neurites:
            drawn = np.hypot(*np.diff(one.path, axis=0).T).sum()
            assert drawn == pytest.approx(one.length, abs=0.01)
            assert one.whole_length >= one.length


def test_neurites_begin_at_the_outline_of_their_soma_and_branches_at_their_parent():
    field = simulate_field(np.random.default_rng(4), SMALL)
    assert any(cell.neurites for cell in field.cells)
    for cell in field.cells:
        for one in cell.neurites:
            if one.parent < 0:
                away = np.hypot(*(one.path[0] - cell.center))
                assert cell.radii.min() - 0.1 <= away <= cell.radii.max() + 0.1
            else:
                trunk = cell.neurites[one.parent].path
                assert np.hypot(*(trunk - one.path[0]).T).min() < STEP


@pytest.mark.parametrize("sn", [20.0, 8.0, 4.0])
def test_the_height_of_neurites_over_the_noise_is_as_stated(sn):
    still = replace(SMALL, brightness_log_sd=0.0, cells=6, branch_every=1e9, bend_sd=0.0)
    field = simulate_field(np.random.default_rng(5), still, sn=sn, bits=16)
    image = field.cytoplasm.astype(float)
    paths = [n.path for c in field.cells for n in c.neurites]
    far = np.ones(image.shape, dtype=bool)
    for points in [np.array([cell.center]) for cell in field.cells] + paths:
        for row, column in points[::8]:
            r, c = np.ogrid[: image.shape[0], : image.shape[1]]
            far &= np.hypot(r - row, c - column) > 30.0
    level, noise = image[far].mean(), image[far].std()
    middles = np.concatenate([path[20:-20] for path in paths if len(path) > 60])
    rows, columns = np.rint(middles).astype(int).T
    inside = (rows >= 0) & (rows < image.shape[0]) & (columns >= 0) & (columns < image.shape[1])
    height = np.median(image[rows[inside], columns[inside]]) - level
    assert height / noise == pytest.approx(sn, rel=0.15)


@pytest.mark.parametrize(("bits", "dtype"), [(8, np.uint8), (12, np.uint16), (16, np.uint16)])
def test_the_camera_has_its_bits(bits, dtype):
    field = simulate_field(np.random.default_rng(6), SMALL, bits=bits)
    assert field.cytoplasm.dtype == dtype
    assert 0.5 * 2**bits < field.cytoplasm.max() < 2**bits


def test_percent_positive_counts_the_cells_far_enough_from_the_border():
    field = simulate_field(np.random.default_rng(7), SMALL)
    far = [c for c in field.cells if c.to_border >= 2.0 * c.soma_diameter]
    assert 0 < len(far) < len(field.cells)
    positive = sum(c.longest >= 2.0 * c.soma_diameter for c in far)
    assert field.percent_positive(2.0) == pytest.approx(100.0 * positive / len(far))
