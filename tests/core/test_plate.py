"""Plates refuse impossible wells; well names have one standard form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tricyclic.core.plate import Plate, Role, Well, row_letters, well_name, well_position
from tricyclic.errors import InputError


@pytest.mark.parametrize(
    ("text", "name"),
    [("b7", "B07"), (" A1 ", "A01"), ("P24", "P24"), ("h012", "H12"), ("AF48", "AF48")],
)
def test_well_names_have_one_standard_form(text: str, name: str) -> None:
    assert well_name(text) == name


@pytest.mark.parametrize("text", ["", "7B", "A0", "A", "AAA1", "A100", "B-1"])
def test_text_that_is_not_a_well_name_is_refused(text: str) -> None:
    with pytest.raises(InputError) as error:
        well_position(text)
    assert str(error.value) == (
        f"'{text}' is not a well. A well is a row letter and a column number, such as B7."
    )


@given(st.integers(0, 701))
def test_row_letters_count_like_columns_of_a_spreadsheet(row: int) -> None:
    assert well_position(f"{row_letters(row)}1")[0] == row


def test_a_well_outside_the_plate_or_twice_is_refused() -> None:
    with pytest.raises(InputError, match="outside a 96-well plate"):
        Plate("p", 96, (Well("I01", 1.0),))
    with pytest.raises(InputError, match="appears twice"):
        Plate("p", 96, (Well("A01", 1.0), Well("A01", 2.0)))
    with pytest.raises(InputError, match="a plate of 95 wells"):
        Plate("p", 95, ())


def test_an_exclusion_needs_a_reason_and_leaves_the_plate_as_it_was() -> None:
    plate = Plate("p", 96, (Well("A01", 5.0, Role.TOTAL), Well("A02", 6.0, Role.TOTAL)))
    without = plate.excluding({"a1": "pipetting error"})
    assert [well.name for well in without.used(Role.TOTAL)] == ["A02"]
    assert [well.name for well in plate.used(Role.TOTAL)] == ["A01", "A02"]
    assert without.wells[0].value == 5.0
    with pytest.raises(
        InputError, match=r"^p: the exclusion of well A01 has no reason\. Give one\.$"
    ):
        plate.excluding({"A01": " "})
    sentence = r"^p: an exclusion names well H12, which the plate does not have\.$"
    with pytest.raises(InputError, match=sentence):
        plate.excluding({"H12": "x"})


def test_a_well_that_was_not_counted_is_not_a_zero() -> None:
    plate = Plate("p", 24, (Well("A01", float("nan"), Role.TOTAL), Well("B02", 0.0, Role.TOTAL)))
    assert [well.name for well in plate.used()] == ["B02"]
    grid = plate.grid()
    assert grid.shape == (4, 6) and np.isnan(grid[0, 0]) and grid[1, 1] == 0.0
