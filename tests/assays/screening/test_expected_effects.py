"""Expected effects: curves with a known lower plateau start at that of their plate."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.assays.screening.curve_hits import curve_hits, group_wells
from tricyclic.assays.screening.plate_arrays import plate_arrays
from tricyclic.core.plate import Plate, Role, Well, row_letters

DOSES = np.logspace(-9, -5, 9)


def plate_of(curves):
    """A plate with one row per compound: effects by name, and controls in the columns 1 and 12."""
    wells = []
    for row in range(8):
        for column, effect, role in ((1, 0.0, Role.TOTAL), (12, 100.0, Role.NON_SPECIFIC)):
            shift = (-1) ** row
            wells.append(
                Well(f"{row_letters(row)}{column:02d}", 1000 - 9 * (effect + shift), role=role)
            )
    for row, (name, effects) in enumerate(curves.items()):
        for k, (dose, effect) in enumerate(zip(DOSES, effects, strict=True)):
            place = f"{row_letters(row)}{k + 2:02d}"
            well = Well(
                place,
                1000 - 9 * effect,
                role=Role.COMPETITION,
                compound=name,
                concentration_M=float(dose),
            )
            wells.append(well)
    return Plate("P", 96, tuple(wells))


def rising(log10_ic50, start):
    noise = 0.3 * np.resize([1.0, -1.0, 0.5], DOSES.size)
    return start + (100 - start) / (1 + 10 ** (log10_ic50 - np.log10(DOSES))) + noise


def expected_at_lowest(share_at_third):
    """Expected effect at the lowest dose of a curve that starts at 0, beside a flat one at 8 %."""
    third = np.log10(DOSES[2])
    ic50 = third - np.log10(share_at_third / (1 - share_at_third))
    flat = 8.0 + 0.5 * np.resize([1.0, -1.0, 0.2, -0.3], DOSES.size)
    arrays = [plate_arrays(plate_of({"flat": flat, "curve": rising(ic50, 0.0)}))]
    curves, _ = group_wells(arrays)
    result = curve_hits(
        arrays,
        curves,
        usable_plates=[True],
        criteria=HitCriteria(),
        rng=np.random.default_rng(1),
        simulations=2_000,
    )
    assert [hit.is_hit for hit in result.hits] == [False, True]
    return result.expected[0]["B02"]


@pytest.mark.parametrize(("share", "shifted"), [(0.02, True), (0.12, False)])
def test_a_curve_starts_at_the_plate_if_its_third_concentration_is_on_the_plateau(share, shifted):
    # The median start of a flat curve at 8 % and a curve from 0 is 4 %.
    assert (expected_at_lowest(share) > 2.5) is shifted
