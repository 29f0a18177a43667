"""Neurites traced in images whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.neurites.simulate_cells import FAMILIES, TrueCell, TrueNeurite
from tricyclic.assays.neurites.simulate_images import draw_field, simulate_field
from tricyclic.assays.neurites.trace import TraceSettings, trace_field

PLAIN = replace(
    FAMILIES["PC12-like"],
    shape=(240, 320),
    debris=0,
    vignetting=0.0,
    brightness_log_sd=0.0,
    radius=(1.7, 1.7),
    taper=0.0,
)


def traced(field, **keys):
    return trace_field(field.cytoplasm.astype(np.float32), field.nuclei.astype(np.float32), **keys)


def straight(start, end, *, parent=-1):
    start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    length = float(np.hypot(*(end - start)))
    n = round(length / 0.5) + 1
    path = start + np.linspace(0.0, 1.0, n)[:, None] * (end - start)
    return TrueNeurite(path, length, length, parent, False)


def cell_at(row, column, *neurites, radius=12.0):
    return TrueCell((row, column), np.full(90, radius), tuple(neurites), to_border=99.0)


def scene(*cells, sn=20.0, family=PLAIN):
    return traced(draw_field(np.random.default_rng(11), family, cells, sn=sn))


def at(field, row, column):
    return field.cells[field.labels[row, column] - 1]


def test_a_field_has_its_cells_lengths_and_positives(small_field):
    result = traced(small_field)
    assert len(result.cells) == len(small_field.cells)
    true = sum(c.total_length for c in small_field.cells if not c.at_border)
    total = sum(c.total for c in result.cells if c.to_border > 0)
    assert total == pytest.approx(true, rel=0.05)
    for k in (1.0, 2.0):
        assert result.percent_positive(k) == pytest.approx(
            small_field.percent_positive(k), abs=100.0 / len(result.decided(k)) + 0.1
        )


def test_diameters_of_irregular_somata_are_right_in_the_mean(small_field):
    result = traced(small_field)
    ratios = []
    for number, true in enumerate(small_field.cells, 1):
        own = result.labels[small_field.labels == number]
        if not true.at_border:
            cell = result.cells[int(np.bincount(own[own > 0]).argmax()) - 1]
            ratios.append(cell.soma_diameter / true.soma_diameter)
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.012)
    assert np.std(ratios) < 0.03


def test_without_nuclei_the_same_cells_are_counted(small_field):
    result = trace_field(small_field.cytoplasm.astype(np.float32))
    assert len(result.cells) == len(small_field.cells)


@pytest.mark.parametrize("angle", [0, 17, 33, 45, 62, 78, 90])
def test_one_straight_neurite_has_its_length_at_any_angle(angle):
    way = np.array([np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))])
    center = np.array([80.0, 90.0])
    result = scene(cell_at(80.0, 90.0, straight(center + 12 * way, center + 112 * way)))
    (cell,) = result.cells
    assert cell.neurites == 1 and cell.branches == 0
    assert cell.total == pytest.approx(100.0, abs=1.5)
    assert cell.longest == cell.total
    assert cell.soma_diameter == pytest.approx(24.0, rel=0.03)


def test_a_branch_begins_at_its_trunk_and_adds_its_length():
    trunk = straight((112, 120), (212, 120))
    branch = straight((160, 120), (160 + 28.3, 120 + 28.3), parent=0)
    (cell,) = scene(cell_at(100.0, 120.0, trunk, branch)).cells
    assert (cell.neurites, cell.branches) == (1, 1)
    assert cell.total == pytest.approx(140.0, abs=2.0)
    assert cell.longest == pytest.approx(100.0, abs=1.5)


def test_neurites_that_cross_go_straight_on_and_are_reported():
    one = cell_at(60.0, 60.0, straight((60, 72), (60, 232)))
    other = cell_at(150.0, 150.0, straight((138, 150), (20, 150)))
    result = scene(one, other)
    a, b = at(result, 60, 60), at(result, 150, 150)
    assert a.total == pytest.approx(160.0, abs=2.0)
    assert b.total == pytest.approx(118.0, abs=2.0)
    assert a.near == (b.number,) and b.near == (a.number,)
    assert a.state(2.0)[0] == "ambiguous"
    assert a.state(2.0)[1] == f"a neurite crosses or touches one of cell {b.number}"


def test_a_neurite_that_ends_at_another_does_not_take_it_over():
    one = cell_at(60.0, 60.0, straight((60, 72), (60, 232)))
    other = cell_at(150.0, 110.0, straight((138, 110), (62, 110)))
    result = scene(one, other)
    assert at(result, 60, 60).total == pytest.approx(160.0, abs=3.0)
    assert at(result, 150, 110).total == pytest.approx(77.0, abs=2.5)


def test_cells_without_neurites_have_none_and_lengths_of_zero():
    result = scene(cell_at(80.0, 80.0), cell_at(150.0, 200.0))
    assert [(c.neurites, c.total, c.longest) for c in result.cells] == [(0, 0.0, 0.0)] * 2
    assert result.percent_positive(1.0) == 0.0
    assert np.isnan(result.height)


def test_an_empty_field_has_no_cell():
    result = scene()
    assert result.cells == () and np.isnan(result.percent_positive(1.0))
    assert not result.labels.any()


def test_debris_beside_a_cell_is_no_neurite_and_no_cell():
    family = replace(PLAIN, debris=30, shape=(240, 320))
    result = scene(cell_at(80.0, 80.0), family=family)
    assert len(result.cells) == 1
    assert result.cells[0].longest < result.cells[0].soma_diameter
    assert result.unassigned > 0.0


def test_a_cell_near_the_border_is_not_used_for_the_thresholds_that_it_cannot_decide():
    result = scene(cell_at(50.0, 100.0), cell_at(6.0, 200.0), cell_at(110.0, 180.0))
    near, edge, middle = at(result, 50, 100), at(result, 5, 200), at(result, 110, 180)
    assert near.state(1.0) == ("measured", "")
    assert near.state(2.0) == ("excluded", "the soma is within 2 diameters of the border")
    assert edge.state(1.0) == ("excluded", "the soma is at the border")
    assert middle.state(2.0) == ("measured", "")
    assert len(result.decided(2.0)) == 1 and len(result.decided(1.0)) == 2


def test_a_neurite_that_leaves_the_image_is_reported():
    result = scene(cell_at(120.0, 160.0, straight((120, 172), (120, 340))))
    (cell,) = result.cells
    assert cell.is_cut
    assert cell.state(2.0) == ("ambiguous", "a neurite leaves the image")
    assert cell.total == pytest.approx(320 - 0.5 - 172, abs=2.0)


def test_somata_that_a_person_drew_are_used_as_they_are():
    field = draw_field(
        np.random.default_rng(11),
        PLAIN,
        (cell_at(80.0, 90.0, straight((80, 102), (80, 202))), cell_at(160.0, 200.0)),
        sn=20.0,
    )
    labels = np.where(field.labels == 1, 7, 0).astype(np.int32)
    result = traced(field, labels=labels)
    (cell,) = result.cells
    assert cell.total == pytest.approx(100.0, abs=1.5)
    assert (result.labels > 0).sum() == (field.labels == 1).sum()


def test_shorter_neurites_than_the_smallest_length_are_left_out():
    cell = cell_at(80.0, 90.0, straight((80, 102), (80, 122)))
    field = draw_field(np.random.default_rng(11), PLAIN, (cell,), sn=20.0)
    assert traced(field).cells[0].neurites == 1
    assert traced(field, settings=TraceSettings(shortest=25.0)).cells[0].neurites == 0


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_the_bits_of_the_camera_do_not_matter(bits):
    cells = replace(PLAIN, cells=6)
    field = simulate_field(np.random.default_rng(21), cells, sn=20.0, bits=bits)
    result = traced(field)
    true = sum(c.total_length for c in field.cells if not c.at_border)
    total = sum(c.total for c in result.cells if c.to_border > 0)
    assert len(result.cells) == 6
    assert total == pytest.approx(true, rel=0.04)


def test_counts_that_are_scaled_give_the_same_lengths(small_field):
    plain = traced(small_field)
    image = small_field.cytoplasm.astype(np.float32)
    scaled = trace_field(0.01 * image + 5.0, 3.0 * small_field.nuclei.astype(np.float32))
    assert len(plain.cells) == len(scaled.cells)
    np.testing.assert_allclose(
        [c.total for c in plain.cells], [c.total for c in scaled.cells], rtol=0.01, atol=0.5
    )


def test_a_process_shorter_than_a_third_of_the_soma_is_no_neurite():
    short, long = straight((80, 102), (80, 108)), straight((150, 212), (150, 224))
    result = scene(cell_at(80.0, 90.0, short), cell_at(150.0, 200.0, long))
    assert at(result, 80, 90).neurites == 0
    assert at(result, 150, 200).neurites == 1


def test_masks_of_somata_and_neurites_give_lengths_without_any_brightness():
    cells = (
        cell_at(80.0, 90.0, straight((80, 102), (80, 202))),
        cell_at(160.0, 200.0, straight((150, 194), (90, 150))),
    )
    field = draw_field(np.random.default_rng(11), PLAIN, cells, sn=20.0)
    neurites = np.zeros(field.labels.shape, dtype=bool)
    row, column = np.ogrid[: neurites.shape[0], : neurites.shape[1]]
    for cell in cells:
        for point in cell.neurites[0].path[::2]:
            neurites |= np.hypot(row - point[0], column - point[1]) <= 2.0
    blank = np.random.default_rng(1).normal(100.0, 5.0, neurites.shape).astype(np.float32)
    result = trace_field(blank, labels=field.labels, neurites=neurites)
    for cell, true in zip(result.cells, cells, strict=True):
        # The mask ends two pixels beyond the tip of the path.
        assert cell.total == pytest.approx(true.neurites[0].length + 2.0, abs=2.0)
        assert cell.neurites == 1
