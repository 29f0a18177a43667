"""Maps of plates in the width of a column: letters alone where readings do not fit."""

from __future__ import annotations

import re

import pytest

from tricyclic.core.plate import Plate, Role, Well, row_letters
from tricyclic.errors import InputError
from tricyclic.plotting.drawing import Drawing, svg_bytes
from tricyclic.plotting.plate import plate_map
from tricyclic.plotting.plot_style import PlotStyle


def plate(rows: int, columns: int) -> Plate:
    wells = tuple(
        Well(f"{row_letters(r)}{c + 1:02d}", 1000.0 + 12 * r + c, Role.TOTAL)
        for r in range(rows)
        for c in range(columns)
    )
    return Plate(f"p{rows * columns}", rows * columns, wells, "cpm")


def drawn(rows: int, columns: int, **look: float) -> str:
    drawing = Drawing(lambda: plate_map(plate(rows, columns)), is_flexible=True)
    return svg_bytes(drawing, PlotStyle(**look)).decode()


def size_mm(svg: str) -> tuple[float, float]:
    sizes = dict(re.findall(r'(width|height)="([\d.]+)mm"', svg[: svg.index(">")]))
    return float(sizes["width"]), float(sizes["height"])


def test_a_map_is_laid_out_for_its_width_and_height():
    wide, high = size_mm(drawn(8, 12, width_mm=84.0))
    assert wide == pytest.approx(84.0, abs=0.01) and 45.0 < high < 84.0
    assert size_mm(drawn(8, 12, width_mm=110.0, height_mm=60.0)) == pytest.approx(
        (110.0, 60.0), abs=0.01
    )


def test_readings_stand_in_the_cells_where_they_fit():
    assert ">1013<" in drawn(8, 12, width_mm=110.0)
    narrow = drawn(8, 12, width_mm=60.0)
    assert ">1013<" not in narrow and "T total" in narrow
    # Every second number, where two digits do not fit a column.
    assert ">11<" in narrow and ">12<" not in narrow


@pytest.mark.parametrize(("rows", "columns", "least"), [(8, 12, 50), (16, 24, 65), (32, 48, 106)])
def test_a_map_too_narrow_for_its_cells_is_refused(rows, columns, least):
    assert size_mm(drawn(rows, columns, width_mm=float(least)))[0] == pytest.approx(least, abs=0.01)
    with pytest.raises(InputError, match="This figure needs at least"):
        drawn(rows, columns, width_mm=least - 2.0)
