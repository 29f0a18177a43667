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
        (("", ""), "Doses: column 'signal' is empty."),
        (
            ("2026-03-04 10:00:00", "2026-03-05"),
            "Doses: column 'signal' has dates ('2026-03-04'), not numbers.",
        ),
        (
            ("12", "3.4.2026", "7"),
            (
                "Doses: column 'signal' is not all numbers: '3.4.2026' in row 2 is a date. "
                "Spreadsheet programs turn numbers such as 3-4 and 1.2 into dates. Format the "
                "cell as a number and type its reading again."
            ),
        ),
        (
            ("12.3", "45,6", "7.1"),
            (
                "Doses, row 2, column 'signal': '45,6' is not a number. The decimal mark "
                "elsewhere in this column is '.'. Write 45.6."
            ),
        ),
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


def test_columns_of_numbers_are_offered_where_a_column_of_text_was_named():
    table = DataTable(
        name="Doses",
        columns=("plate", "conc_nM", "signal"),
        values={"conc_nM": [1.0], "signal": [2.0]},
        text={"plate": ("P1",)},
    )
    with pytest.raises(InputError) as caught:
        table.numbers("plate")
    assert str(caught.value) == (
        "Doses: column 'plate' is not all numbers: 'P1' in row 1. Columns of numbers are "
        "'conc_nM', 'signal'."
    )
