"""Plain delimited text against Python's own reading of numbers."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest

from tricyclic.numerics.batch.compiler import interpreted
from tricyclic.numerics.delimited_rows import (
    FIRST_TEXT,
    IGNORED,
    NOT_PLAIN,
    PADDING,
    POWERS,
    read_rows,
)


def read(text, roles, delimiter=","):
    """Rows, numbers and texts of a text."""
    raw = text.encode()
    data = np.frombuffer(raw + bytes(PADDING), np.uint8).copy()
    lines = raw.count(b"\n")
    roles = np.array(roles, np.int64)
    numbers = np.zeros((max(int((roles >= 0).sum()), 1), lines))
    texts = max(int((roles <= FIRST_TEXT).sum()), 1)
    codes = np.zeros((texts, lines), np.int32)
    runs, counts = np.zeros((texts, lines, 2), np.int64), np.zeros(texts, np.int64)
    last = np.zeros((numbers.shape[0], 2), np.int64)
    delimiter = ord(delimiter)
    # Without compilation NumPy warns of products that wrap around, as they are meant to.
    with np.errstate(over="ignore"):
        rows = read_rows(
            data, len(raw), delimiter, roles, POWERS, numbers, codes, runs, counts, last
        )
    if rows == NOT_PLAIN:
        return NOT_PLAIN, None, None
    named = [
        [raw[slice(*runs[t, code])].decode() for code in codes[t, :rows]] for t in range(texts)
    ]
    return rows, numbers[:, :rows], named


def as_written(rng, count):
    """Numbers as programs write them: all digits, few decimals, exponents, whole numbers."""
    for _ in range(count):
        value = rng.normal() * 10.0 ** rng.uniform(-14, 14)
        yield repr(float(value))
        yield f"{value:.{rng.integers(0, 19)}e}"
        yield f"{rng.normal() * 100:.{rng.integers(0, 17)}f}"
        yield f"{rng.normal() * 1e-6:.{rng.integers(0, 24)}f}"
        yield str(rng.integers(-(2**62), 2**62))
        yield f"{rng.integers(0, 10**6):07d}.{rng.integers(0, 10**9)}"


def halfway(rng, count):
    """Numbers exactly between two neighbours of double precision, and next to such."""
    with localcontext() as context:
        context.prec = 60
        for _ in range(count):
            middle = 2 * int(rng.integers(2**52, 2**53)) + 1
            exact = Decimal(middle) * Decimal(2) ** int(rng.integers(-4, 8))
            yield from (str(exact), str(exact + 1), str(exact - 1))


def test_numbers_are_rounded_like_those_of_python():
    rng = np.random.default_rng(20260301)
    texts = [*as_written(rng, 5000), *halfway(rng, 3000)]
    plain = 0
    for text in texts:
        rows, numbers, _ = read(f"{text}\n", [0])
        if rows == NOT_PLAIN:
            continue
        plain += 1
        assert numbers[0, 0] == float(text), text
        assert np.signbit(numbers[0, 0]) == np.signbit(float(text)), text
    # Those of more than 19 digits are left to others.
    assert plain > 0.9 * len(texts)


def test_rows_have_their_names_and_numbers():
    rows, numbers, (names,) = read(
        'a,-9,1\na,-9,2\n"b, 2",-8,\n"b, 2",inf,1e3\r\nb,-inf,-0.0\n', [FIRST_TEXT, 0, 1]
    )
    assert rows == 5
    assert names == ["a", "a", '"b, 2"', '"b, 2"', "b"]
    np.testing.assert_array_equal(numbers[0], [-9, -9, -8, np.inf, -np.inf])
    np.testing.assert_array_equal(numbers[1], [1, 2, np.nan, 1000, 0])
    assert np.signbit(numbers[1, 4])


def test_a_longer_or_shorter_text_is_not_the_one_above():
    _, numbers, (names,) = read("ab;1;11\nabc;11;1\na;1;111\na;1;11\n", [FIRST_TEXT, 0, 1], ";")
    assert names == ["ab", "abc", "a", "a"]
    np.testing.assert_array_equal(numbers, [[1, 11, 1, 1], [11, 1, 111, 11]])


def test_columns_without_role_may_contain_anything_but_quotes_inside():
    rows, numbers, _ = read('x y,1,"a,b"\n,2,\n', [IGNORED, 0, IGNORED])
    assert rows == 2
    np.testing.assert_array_equal(numbers[0], [1, 2])


@pytest.mark.parametrize(
    "line",
    [
        "a,1",
        "a,1,2,3",
        "",
        "a,word,2",
        "a,1, 2",
        "a,+1,2",
        "a,.5,2",
        "a,1,-",
        "a,1,1e",
        "a,1,1e999",
        "a,1,12345678901234567890",
        "a,1,infinity",
        'a,"1",2',
        '"a""b",1,2',
        '"a,1,2',
        'a"b,1,2',
        "a,1,2\rb,1,2",
    ],
)
def test_a_line_that_is_not_plain_stops_the_reading(line):
    assert read(f"a,1,2\n{line}\na,1,2\n", [FIRST_TEXT, 0, 1])[0] == NOT_PLAIN


def test_rows_are_the_same_without_the_compiler():
    text = 'abcdefghij,-9,12345678.9\nabcdefghij,-8.5,1e-3\n"b",inf,\n'
    compiled = read(text, [FIRST_TEXT, 0, 1])
    with interpreted():
        plain = read(text, [FIRST_TEXT, 0, 1])
    assert compiled[0] == plain[0] == 3
    assert compiled[2] == plain[2]
    np.testing.assert_array_equal(compiled[1], plain[1])
