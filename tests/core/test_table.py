"""A column that is not all numbers is refused with the cell that is none."""

from __future__ import annotations

import pytest

from tricyclic.core.table import DataTable
from tricyclic.errors import InputError


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            ("12", "8３", "n.a."),
            (
                "Doses: column 'signal' is not all numbers: '8３' in row 2. "
                "Numbers are written with the digits 0 to 9; '３' is none of them."
            ),
        ),
        (("12", "n.a.", "4.4.1"), "Doses: column 'signal' is not all numbers: '4.4.1' in row 3."),
        (("vehicle", "drug"), "Doses: column 'signal' is not all numbers: 'vehicle' in row 1."),
        (("", ""), "Doses: column 'signal' is not all numbers."),
    ],
)
def test_the_cell_that_is_no_number_is_named(cells, sentence):
    table = DataTable(
        name="Doses", columns=("signal",), values={}, text={"signal": cells}, units={}
    )
    with pytest.raises(InputError) as caught:
        table.numbers("signal")
    assert str(caught.value) == sentence


def test_the_place_of_the_cell_is_that_of_the_file():
    table = DataTable(
        name="Doses",
        columns=("signal",),
        values={},
        text={"signal": ("12", "", "x")},
        lines=("line 3", "line 4", "line 7"),
    )
    with pytest.raises(InputError) as caught:
        table.numbers("signal")
    assert str(caught.value) == "Doses: column 'signal' is not all numbers: 'x' in line 7."
