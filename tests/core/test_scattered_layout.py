"""Scattered layouts keep every content, spread it evenly, and are read as they are written."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tricyclic.core.plate import Role, well_position
from tricyclic.core.plate_layout import PlateLayout, WellBlock
from tricyclic.core.scattered_layout import scattered_layout
from tricyclic.io.library.protocols import protocol, protocols
from tricyclic.io.plate_layout import layout_from_toml, write_layout_toml

WITH_LAYOUT = [name for name in protocols() if protocol(name).layout]


def contents(layout):
    return Counter(
        (w.role, w.compound, f"{w.concentration_M:.9g}", w.radioligand_nM, w.modulator, w.group)
        for w in layout.planned_wells.values()
    )


@pytest.mark.parametrize("name", WITH_LAYOUT)
def test_each_content_stands_in_as_many_wells_as_before_and_the_file_is_read_back(name):
    layout = layout_from_toml(protocol(name).layout)
    scattered = scattered_layout(layout, np.random.default_rng(1))
    assert contents(scattered) == contents(layout)
    assert scattered.planned_wells.keys() == layout.planned_wells.keys()
    assert scattered.planned_wells != layout.planned_wells
    again = layout_from_toml(write_layout_toml(scattered))
    assert contents(again) == contents(layout)
    placed = scattered.planned_wells
    for name_of_well, well in again.planned_wells.items():
        assert well.role is placed[name_of_well].role
        assert well.concentration_M == pytest.approx(placed[name_of_well].concentration_M)


def test_the_mean_position_of_each_dose_is_near_the_centre():
    layout = layout_from_toml(protocol("net-nisoxetine").layout)

    def share_between_doses(one):
        wells = [w for w in one.planned_wells.values() if w.role is Role.COMPETITION]
        column = np.array([well_position(w.name)[1] for w in wells], float)
        doses = [w.concentration_M for w in wells]
        means = np.array(
            [np.mean([c for c, d in zip(column, doses, strict=True) if d == own]) for own in doses]
        )
        return means.var() / column.var()

    usual = share_between_doses(layout)
    shares = [
        share_between_doses(scattered_layout(layout, np.random.default_rng(seed)))
        for seed in range(5)
    ]
    assert usual > 0.9
    # Without balance the expected share is (12 - 1) / (36 - 1) = 0.31.
    assert max(shares) < 0.31


def test_added_and_background_wells_stay_in_place_and_seeds_differ():
    layout = layout_from_toml(
        'plate = 96\n[[block]]\nwells = "A1:A2"\nrole = "added"\n[[block]]\nwells = "A3"\n'
        'role = "background"\n[[block]]\nwells = "B1:B6"\nrole = "total"\n[[block]]\n'
        'wells = "C1:E6"\nrole = "competition"\ncompound = "x"\ntop = "1 uM"\ndilution = 3\n'
        'direction = "across"\n[[block]]\nwells = "C2"\nexcluded = "bubble"\n'
    )
    one, other = (scattered_layout(layout, np.random.default_rng(seed)) for seed in (1, 2))
    wells = one.planned_wells
    assert [wells[n].role for n in ("A01", "A02", "A03")] == [
        Role.ADDED,
        Role.ADDED,
        Role.BACKGROUND,
    ]
    assert wells["C02"].excluded == "bubble"
    assert one.planned_wells != other.planned_wells


def test_numbers_of_numpy_are_written_as_numbers():
    doses = np.geomspace(5.011872336272725e-11, 1e-6, 6)
    blocks = tuple(
        WellBlock(
            f"{row}1:{row}3",
            Role.COMPETITION,
            compound="x",
            concentrations_M=(dose,),
            radioligand_nM=(np.float64(0.7),),
            times_min=(np.float64(1.25),),
        )
        for row, dose in zip("ABCDEF", doses, strict=True)
    )
    layout = PlateLayout(96, blocks)
    again = layout_from_toml(write_layout_toml(layout))
    assert contents(again) == contents(layout)
