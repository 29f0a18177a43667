"""Encoding, line ends, delimiter and decimal mark are detected, or the file is refused."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import text_sheet
from tricyclic.numerals import NumberFormat

ROWS = [["well", "cpm"], ["A1", "4630.5"], ["A2", "312.25"], ["A3", "57.0"]]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("delimiter", "mark"),
    [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), ("  ", ","), (" ", ".")],
)
def test_a_table_reads_the_same_however_it_was_saved(encoding, end, delimiter, mark):
    text = end.join(delimiter.join(cell.replace(".", mark) for cell in row) for row in ROWS)
    sheet = text_sheet(text.encode(encoding))
    assert [len(row) for row in sheet.rows] == [2, 2, 2, 2]
    assert [sheet.numbers.read(row[1]) for row in sheet.rows[1:]] == [4630.5, 312.25, 57.0]


@pytest.mark.parametrize(
    "names", ["name,y", "my name,y", "compound name,signal of plate", "plate,conc_uM,y"]
)
@pytest.mark.parametrize("cell", ["A 1", "plate 12", "compound 3"])
def test_commas_divide_cells_that_end_with_a_number_after_a_blank(names, cell):
    more = ["7"] * (names.count(",") - 1)
    rows = [names.split(","), *[[cell, *more, y] for y in ("4500", "4400", "4300")]]
    sheet = text_sheet("\n".join(map(",".join, rows)).encode())
    assert [list(row) for row in sheet.rows] == rows


@pytest.mark.parametrize("names", ["x y", "x,y", "x, y"])
def test_decimal_commas_between_two_numbers_do_not_divide_them(names):
    sheet = text_sheet(f"{names}\n0,5 20,5\n1,5 30,25\n2,5 40,5\n".encode())
    assert sheet.numbers.read(sheet.rows[2][1]) == 30.25


def test_a_quoted_cell_may_contain_the_delimiter():
    sheet = text_sheet(b'well,note\nA1,"hot, shaken"\nA2,cold\n')
    assert sheet.rows[1] == ("A1", "hot, shaken")


@pytest.mark.parametrize(
    ("decimal", "cell", "value"),
    [
        (".", "4,630.5", 4630.5),
        (",", "4.630,5", 4630.5),
        (".", "1 234 567", 1234567.0),
        (",", "12'345,6", 12345.6),
        (".", "1e3", 1000.0),
        (".", "−3", -3.0),
        (".", ".5", 0.5),
        (".", "4,63", None),
        (",", "4.63", None),
        (".", "12,34,567", None),
        (".", "nan", None),
        (".", "inf", None),
        (".", "0x10", None),
        (".", "1_000", None),
    ],
)
def test_numbers_are_read_by_one_decimal_mark_and_groups_of_three(decimal, cell, value):
    assert NumberFormat(decimal).read(cell) == value


def test_a_number_that_can_be_read_in_two_ways_is_refused_until_the_mark_is_specified():
    sheet = text_sheet(b"well;cpm\nA1;4,630\nA2;5,120\n")
    with pytest.raises(InputError) as caught:
        _ = sheet.numbers
    assert str(caught.value) == (
        "line 2: '4,630' may be 4630 or 4.630. "
        'Choose the decimal mark: --decimal "," or --decimal ".".'
    )
    assert text_sheet(b"well;cpm\nA1;4,630\nA2;5,120\n", decimal=",").numbers.read("4,630") == 4.63
    assert text_sheet(b"well;cpm\nA1;4,630\nA2;5,120\n", decimal=".").numbers.read("4,630") == 4630


def test_one_clear_number_decides_how_ambiguous_ones_are_read():
    assert text_sheet(b"well;cpm\nA1;4,630\nA2;57,5\n").numbers.read("4,630") == 4.63
    assert text_sheet(b"well;cpm\nA1;4,630\nA2;1,234,567\n").numbers.read("4,630") == 4630


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty. Export it again from the instrument."),
        (b"\n\r\n  \n", "The file is empty. Export it again from the instrument."),
        (b"a,b\n1,\x012\n", "line 2: is not a text file. Export it as CSV, text or XLSX."),
        (
            b'a,b\n1,2\n3,"4\n5,6\n',
            "line 3: a quotation mark is out of place. Export the file again.",
        ),
        (b"\xff\xfea\x00b", "line 1: is not text in UTF-16. Save it again as CSV in UTF-8."),
    ],
)
def test_a_file_that_is_not_a_table_is_refused_with_a_sentence(data, message):
    with pytest.raises(InputError) as caught:
        text_sheet(data)
    assert str(caught.value) == message


def test_a_file_with_both_decimal_marks_is_refused():
    with pytest.raises(InputError) as caught:
        _ = text_sheet(b"well;cpm\nA1;4,5\nA2;5.25\n").numbers
    assert str(caught.value) == (
        "Decimals are written with a comma and with a point. "
        'Choose the decimal mark: --decimal "," or --decimal ".".'
    )
