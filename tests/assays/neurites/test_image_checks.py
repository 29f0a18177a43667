"""Each check of traced images: passes in a good field and is raised by its fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.neurites.image_checks import image_checks
from tricyclic.core.neurite_trace import TracedCell, TracedField
from tricyclic.results.neurite_images import NeuriteImage

CELLS = tuple(TracedCell(number, (100.0, 30.0 * number), 20.0, 80.0, ()) for number in range(1, 21))
FIELD = TracedField(CELLS, np.zeros((4, 4), np.int32), noise=10.0, height=200.0)
GOOD = NeuriteImage("f", "f.tif", "", "", "traced", "", (4, 4), 0.65, FIELD)


def levels(**changes):
    image = replace(GOOD, traced=replace(FIELD, **changes))
    return {check.name: check.level for check in image_checks([image], (1.0, 2.0))}


def test_a_good_field_passes():
    assert set(levels().values()) == {"pass"}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("neurite_signal", {"height": 30.0}),
        ("cells_used", {"cells": CELLS[:5]}),
        ("ambiguous_cells", {"cells": tuple(replace(cell, near=(1,)) for cell in CELLS)}),
        ("unassigned_length", {"unassigned": 500.0}),
    ],
)
def test_a_check_is_raised_by_its_fault(name, changes):
    assert levels(**changes)[name] == "warn"
    assert {key for key, level in levels(**changes).items() if level != "pass"} == {name}
