"""Encoding, line ends, delimiter and decimal mark are found together, and doubt is a question."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import Numbers, text_sheet

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


def test_a_quoted_cell_may_hold_the_delimiter():
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
    assert Numbers(decimal).read(cell) == value


def test_a_number_that_can_be_read_in_two_ways_is_asked_about():
    sheet = text_sheet(b"well;cpm\nA1;4,630\nA2;5,120\n")
    with pytest.raises(InputError, match=r"line 2: '4,630' may be 4630 or 4\.630\. Say which mark"):
        _ = sheet.numbers
    assert text_sheet(b"well;cpm\nA1;4,630\nA2;5,120\n", decimal=",").numbers.read("4,630") == 4.63
    assert text_sheet(b"well;cpm\nA1;4,630\nA2;5,120\n", decimal=".").numbers.read("4,630") == 4630


def test_one_sure_number_settles_the_doubtful_ones():
    assert text_sheet(b"well;cpm\nA1;4,630\nA2;57,5\n").numbers.read("4,630") == 4.63
    assert text_sheet(b"well;cpm\nA1;4,630\nA2;1,234,567\n").numbers.read("4,630") == 4630


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"\n\r\n  \n", "the file is empty"),
        (b"a,b\n1,\x012\n", "line 2: is no text file"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "line 3: a quotation mark is out of place"),
        (b"\xff\xfea\x00b", "is no text in UTF-16"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(data, said):
    with pytest.raises(InputError) as caught:
        text_sheet(data)
    assert said.lower() in str(caught.value).lower()
