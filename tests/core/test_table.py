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
                "Doses: column 'signal' is not all numbers: '8３'. "
                "Numbers are written with the digits 0 to 9; '３' is none of them."
            ),
        ),
        (("12", "n.a.", "4.4.1"), "Doses: column 'signal' is not all numbers: '4.4.1'."),
        (("vehicle", "drug"), "Doses: column 'signal' is not all numbers: 'vehicle'."),
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
