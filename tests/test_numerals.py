"""Numbers are written in the digits 0 to 9: the number read, written again, is the text."""

from __future__ import annotations

import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.library.tables import table_number
from tricyclic.numerals import (
    NumberFormat,
    digits_advice,
    is_whole_number,
    parse_number,
    plain_marks,
)

OTHER_DIGITS = [
    character
    for character in map(chr, range(128, sys.maxunicode + 1))
    if unicodedata.category(character) == "Nd"
]
SPACES = [" ", "\u00a0", "\u2007", "\u2009", "\u202f"]
ALPHABET = "0123456789+-.,eE'’−_ nai２٣५²½" + "".join(SPACES[1:])


@pytest.mark.parametrize("decimal", [".", ","])
def test_no_digit_of_another_script_is_part_of_a_number(decimal):
    assert len(OTHER_DIGITS) > 600
    for digit in OTHER_DIGITS:
        for text in (digit, f"1{digit}34", f"{digit}2", f"12{decimal}{digit}", f"1e{digit}"):
            assert NumberFormat(decimal).read(text) is None, text
            assert parse_number(text) is None, text


@given(
    whole=st.integers(0, 10**12),
    fraction=st.from_regex(r"[0-9]{0,6}", fullmatch=True),
    group=st.sampled_from(["", ".", ",", "'", "’", *SPACES]),
    decimal=st.sampled_from([".", ","]),
    sign=st.sampled_from(["", "+", "-", "−"]),
)
def test_a_number_written_with_groups_is_read_as_the_number(whole, fraction, group, decimal, sign):
    if group == decimal:
        return
    text = sign + f"{whole:_}".replace("_", group) + (decimal + fraction if fraction else "")
    expected = float(f"{sign.replace('−', '-')}{whole}.{fraction or 0}")
    assert NumberFormat(decimal).read(text) == expected


@given(text=st.text(ALPHABET, max_size=12), decimal=st.sampled_from([".", ","]))
@example(text="1２34", decimal=".")
@example(text="12٣4", decimal=".")
@example(text="1.234", decimal=",")
def test_the_number_read_written_again_is_the_text(text, decimal):
    value = NumberFormat(decimal).read(text)
    if value is None:
        return
    ungrouped = text
    for mark in {".", ",", "'", "’", *SPACES} - {decimal}:
        ungrouped = ungrouped.replace(mark, "")
    ungrouped = ungrouped.replace("−", "-").replace(decimal, ".")
    assert ungrouped.isascii()
    assert float(ungrouped) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), (" −2e3 ", -2000.0), (".5", 0.5), ("7.", 7.0), ("1e400", float("inf"))],
)
def test_a_number_with_a_decimal_point_is_read(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text", ["", "-", "1.2.3", "1,5", "1_000", "nan", "inf", "0x10", "1 000", "١٢", "1e", "--5"]
)
def test_what_python_reads_beyond_the_digits_is_no_number(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "whole"), [("12", True), ("", False), ("²", False), ("３", False), ("1.0", False)]
)
def test_a_whole_number_has_only_the_digits_0_to_9(text, whole):
    assert is_whole_number(text) is whole


def test_a_digit_of_another_script_is_named():
    sentence = "Numbers are written with the digits 0 to 9; '{}' is none of them"
    assert digits_advice("4４0") == sentence.format("４")
    assert digits_advice("5²") == sentence.format("²")
    assert digits_advice("word μ 50") == ""


@pytest.mark.parametrize(("cell", "digit"), [("90７1", "７"), ("2٥0", "٥"), ("４５６", "４")])
def test_a_cell_with_another_digit_is_refused_with_its_place(cell, digit):
    sheet = text_sheet(f"well,cpm\nB1,{cell}\nB2,812\n".encode())
    with pytest.raises(InputError) as caught:
        sheet.number(cell, sheet.where(1))
    assert str(caught.value) == (
        f"line 2: '{cell}' is not a number. "
        f"Numbers are written with the digits 0 to 9; '{digit}' is none of them. "
        "Type the number again."
    )


def test_a_cell_of_a_library_table_with_another_digit_is_refused():
    with pytest.raises(InputError) as caught:
        table_number("1７", "drugs.csv, line 4")
    assert str(caught.value) == (
        "drugs.csv, line 4: '1７' is not a number. "
        "Numbers are written with the digits 0 to 9; '７' is none of them."
    )


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("decimal", [",", "."])
def test_spaces_group_the_digits_of_a_table(space, delimiter, decimal):
    rows = [["", "1", "2"], ["A", "3_120.5", "811.25"], ["B", "1_204_877.0", "6_002"]]
    text = "\n".join(
        delimiter.join(cell.replace(".", decimal).replace("_", space) for cell in row)
        for row in rows
    )
    sheet = text_sheet(text.encode())
    assert [[sheet.numbers.read(cell) for cell in row[1:]] for row in sheet.rows[1:]] == [
        [3120.5, 811.25],
        [1204877.0, 6002.0],
    ]


@pytest.mark.parametrize("decimal", [",", "."])
@pytest.mark.parametrize("group", [*SPACES, "'", "’"])
def test_grouped_digits_before_a_mark_decide_that_it_is_the_decimal_mark(decimal, group):
    text = f"well;cpm\nC1;5{group}120{decimal}4\nC2;7{group}003{decimal}250\n"
    assert text_sheet(text.encode()).numbers.decimal == decimal


@pytest.mark.parametrize("space", SPACES[1:])
def test_a_special_space_inside_a_number_separates_no_cells(space):
    text = f"well cpm\nD1 4{space}080,5\nD2{space}6{space}200,5\n"
    sheet = text_sheet(text.encode())
    assert [len(row) for row in sheet.rows[:3]] == [2, 2, 2]
    assert [sheet.numbers.read(row[1]) for row in sheet.rows[1:3]] == [4080.5, 6200.5]


@pytest.mark.parametrize("decimal", [".", ","])
def test_the_fast_path_of_simple_numbers_agrees_with_the_pattern(decimal):
    rng = np.random.default_rng(20261129)
    alphabet = list("0123456789") * 3 + list(".,-+eE' \u00a0\u202f\uff12\u0663_n")
    numbers = NumberFormat(decimal)
    accepted = 0
    for length in rng.integers(1, 12, 20_000):
        text = "".join(rng.choice(alphabet, length))
        plain = plain_marks(text)
        exact = None
        if numbers._pattern.fullmatch(plain):
            for mark in {".", ",", " ", "'", "\u2019"} - {decimal}:
                plain = plain.replace(mark, "")
            exact = float(plain.replace(decimal, "."))
        assert numbers.read(text) == exact, text
        accepted += exact is not None
    assert accepted > 1000
    # Too long for a number, although its digits are simple.
    assert numbers.read("1" * 61) is None
