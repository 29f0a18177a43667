"""Rows of plain delimited text as numbers and names, several times faster than by a general reader.

Plain are names with at most a pair of quotation marks around them, and numbers such as -8, 0.25,
1.5e-9, inf or an empty cell. At anything else the reading stops, and a general reader has to take
over. The numbers are rounded correctly, by the method of Eisel and Lemire: the digits times a power
of ten in 128 bits [Lemire 2021, Software: Practice and Experience 51, 1700].
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from tricyclic.numerics.batch.compiler import compiled

# Roles of columns that are no number; a column of numbers has its index, text t has -2 - t.
IGNORED, FIRST_TEXT = -1, -2
# What `read_rows` gives instead of a number of rows where the text is not plain.
NOT_PLAIN = -1
# Bytes behind the text that may be read, but are not used.
PADDING = 8
# Digits of a number that fit into 64 bits.
_MOST_DIGITS = 19
# Powers of ten in the table; a number beyond them is not plain.
_LOWEST_POWER, _HIGHEST_POWER = -80, 60

_U1, _U63 = np.uint64(1), np.uint64(63)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_TEN = np.uint64(10)
_ALL_BUT_9 = np.uint64(0x1FF)
_HIDDEN, _BEYOND = np.uint64(1 << 52), np.uint64(2 << 52)
_ZEROS, _ALL_DIGITS = np.uint64(0x3030303030303030), np.uint64(0x3333333333333333)
_HIGH_NIBBLES, _SIXES = np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x0606060606060606)
_PAIRS, _QUADS = np.uint64(0x000000FF000000FF), np.uint64(0x000F424000000064)
_QUADS_2 = np.uint64(0x0000271000000001)
_EIGHT_DIGITS = np.uint64(100_000_000)
_NEWLINE, _RETURN, _QUOTE, _PLUS, _MINUS, _POINT = (ord(c) for c in '\n\r"+-.')
_ZERO, _NINE, _SMALL_E, _LARGE_E = (ord(c) for c in "09eE")
_I, _N, _F = (ord(c) for c in "inf")


def powers_of_ten() -> np.ndarray:
    """The 128 most significant bits of the powers of five that belong to powers of ten, array of
    uint64, shape (powers, 2): the high and the low half.
    """
    table = []
    for q in range(_LOWEST_POWER, _HIGHEST_POWER + 1):
        power = 5 ** abs(q)
        if q >= 0:
            # Cut off below the 128 bits.
            shift = 128 - power.bit_length()
            bits = power << shift if shift >= 0 else power >> -shift
        else:
            # The reciprocal, rounded up.
            bits = (1 << (127 + (power - 1).bit_length())) // power + 1
        table.append((bits >> 64, bits & 0xFFFFFFFFFFFFFFFF))
    return np.array(table, np.uint64)


POWERS = powers_of_ten()


def _byte(data: Any, i: Any) -> Any:
    return np.int64(data[i])


def _eight_bytes(data: Any, i: Any) -> Any:
    return np.uint64(data[i : i + 8].copy().view(np.uint64)[0])


def _as_float(bits: np.uint64) -> np.float64:
    return np.uint64(bits).view(np.float64)


@intrinsic
def _loaded_byte(typing_context, data, i):
    def build(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = builder.load(builder.gep(array.data, [arguments[1]]))
        return builder.zext(byte, context.get_value_type(types.int64))

    return types.int64(data, types.int64), build


@intrinsic
def _loaded_word(typing_context, data, i):
    def build(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(array.data, [arguments[1]])
        word = context.get_value_type(types.uint64)
        return builder.load(builder.bitcast(place, word.as_pointer()), align=1)

    return types.uint64(data, types.int64), build


@intrinsic
def _cast_float(typing_context, bits):
    def build(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.uint64), build


# In Python the functions above run; in compiled code these, without the test whether an index
# counts from the end.
@overload(_byte, jit_options={"forceinline": True})
def _compiled_byte(data, i):
    return lambda data, i: _loaded_byte(data, i)  # type: ignore[call-arg]


@overload(_eight_bytes, jit_options={"forceinline": True})
def _compiled_eight_bytes(data, i):
    return lambda data, i: _loaded_word(data, i)  # type: ignore[call-arg]


@overload(_as_float, jit_options={"forceinline": True})
def _compiled_as_float(bits):
    return lambda bits: _cast_float(bits)  # type: ignore[call-arg]


@compiled(allocates=False)
def _product(a, b):
    """High and low half of the product of two numbers of 64 bits."""
    a_low, a_high = a & _LOW, a >> _HALF
    b_low, b_high = b & _LOW, b >> _HALF
    low = a_low * b_low
    one, two = a_high * b_low, a_low * b_high
    middle = (low >> _HALF) + (one & _LOW) + (two & _LOW)
    high = a_high * b_high + (one >> _HALF) + (two >> _HALF) + (middle >> _HALF)
    return high, (middle << _HALF) | (low & _LOW)


@compiled(allocates=False)
def _nearest(digits, power, powers):
    """The number of double precision next to digits * 10^power; nan where the table ends."""
    if digits == np.uint64(0):
        return 0.0
    if power < _LOWEST_POWER or power > _HIGHEST_POWER:
        return math.nan
    zeros = 0
    shifted = digits
    for step in (32, 16, 8, 4, 2, 1):
        if shifted >> np.uint64(64 - step) == np.uint64(0):
            shifted <<= np.uint64(step)
            zeros += step
    high, low = _product(shifted, powers[power - _LOWEST_POWER, 0])
    if high & _ALL_BUT_9 == _ALL_BUT_9:
        more, _ = _product(shifted, powers[power - _LOWEST_POWER, 1])
        low += more
        if more > low:
            high += _U1
    upper = high >> _U63
    mantissa = high >> (upper + np.uint64(9))
    exponent = ((217706 * power) >> 16) + 63 + np.int64(upper) - zeros + 1023
    # A tie between two numbers, which is possible for these powers only, goes to the even one.
    if (
        low <= _U1
        and -4 <= power <= 23
        and mantissa & np.uint64(3) == _U1
        and mantissa << (upper + np.uint64(9)) == high
    ):
        mantissa &= ~_U1
    mantissa += mantissa & _U1
    mantissa >>= _U1
    if mantissa >= _BEYOND:
        mantissa = _HIDDEN
        exponent += 1
    mantissa &= ~_HIDDEN
    return _as_float(mantissa | (np.uint64(exponent) << np.uint64(52)))


@compiled(allocates=False)
def _read_number(data, i, powers):
    """A number that begins at i, and where it ends; -1 where it is not plain."""
    negative = _byte(data, i) == _MINUS
    if negative:
        i += 1
    if _byte(data, i) == _I and _byte(data, i + 1) == _N and _byte(data, i + 2) == _F:
        return (-math.inf if negative else math.inf), i + 3
    # `count` is that of digits from the first one that is not 0.
    digits, count, first = np.uint64(0), 0, i
    while _ZERO <= _byte(data, i) <= _NINE:
        digits = digits * _TEN + np.uint64(_byte(data, i) - _ZERO)
        count += digits != np.uint64(0)
        i += 1
    if i == first:
        return 0.0, -1
    power = np.int64(0)
    if _byte(data, i) == _POINT:
        i += 1
        start = i
        while count + 8 <= _MOST_DIGITS:
            word = _eight_bytes(data, i)
            is_digit = word & _HIGH_NIBBLES | ((word + _SIXES) & _HIGH_NIBBLES) >> np.uint64(4)
            if is_digit != _ALL_DIGITS:
                break
            # Eight digits at once: two, four and eight neighbours are joined.
            word -= _ZEROS
            word = word * _TEN + (word >> np.uint64(8))
            word = (
                (word & _PAIRS) * _QUADS + ((word >> np.uint64(16)) & _PAIRS) * _QUADS_2
            ) >> _HALF
            if digits == np.uint64(0):
                left = word
                while left != np.uint64(0):
                    left //= _TEN
                    count += 1
            else:
                count += 8
            digits = digits * _EIGHT_DIGITS + word
            i += 8
        while _ZERO <= _byte(data, i) <= _NINE:
            digits = digits * _TEN + np.uint64(_byte(data, i) - _ZERO)
            count += digits != np.uint64(0)
            i += 1
        power = start - i
    if count > _MOST_DIGITS:
        return 0.0, -1
    if _byte(data, i) == _SMALL_E or _byte(data, i) == _LARGE_E:
        i += 1
        falls = _byte(data, i) == _MINUS
        if falls or _byte(data, i) == _PLUS:
            i += 1
        first, exponent = i, np.int64(0)
        while _ZERO <= _byte(data, i) <= _NINE and i - first < 4:
            exponent = exponent * 10 + np.int64(_byte(data, i) - _ZERO)
            i += 1
        if i == first:
            return 0.0, -1
        power += -exponent if falls else exponent
    value = _nearest(digits, np.int64(power), powers)
    if math.isnan(value):
        return 0.0, -1
    return (-value if negative else value), i


@compiled(allocates=False)
def _end_of_text(data, i, delimiter):
    """Where a cell of text ends; -1 where a quotation mark is inside."""
    if _byte(data, i) == _QUOTE:
        i += 1
        while _byte(data, i) != _QUOTE:
            if _byte(data, i) == _NEWLINE or _byte(data, i) == _RETURN:
                return -1
            i += 1
        return i + 1
    while _byte(data, i) != delimiter and _byte(data, i) != _NEWLINE and _byte(data, i) != _RETURN:
        if _byte(data, i) == _QUOTE:
            return -1
        i += 1
    return i


@compiled(allocates=False)
def _ends_cell(byte, delimiter):
    return byte in (delimiter, _NEWLINE, _RETURN)


@compiled(allocates=False)
def _end_of_same(data, i, before, length, end, delimiter):
    """Where the cell ends that stands at `before` and at i again; -1 where it does not."""
    if i + length >= end:
        return -1
    k = 0
    while k + 8 <= length:
        if _eight_bytes(data, i + k) != _eight_bytes(data, before + k):
            return -1
        k += 8
    while k < length:
        if _byte(data, i + k) != _byte(data, before + k):
            return -1
        k += 1
    return i + length if _ends_cell(_byte(data, i + length), delimiter) else -1


@compiled(entry=True, allocates=False, nogil=True)
def read_rows(data, end, delimiter, roles, powers, numbers, codes, runs, counts, last):
    """Read complete lines.

    Parameters
    ----------
    data : array of uint8, shape (end + PADDING,) or longer
        Text; the last byte before `end` is the end of a line.
    end : int
    delimiter : int
        A byte.
    roles : array of int, shape (columns,)
        Index among numbers, IGNORED, or FIRST_TEXT - t for text t.
    powers : array
        POWERS.
    numbers : array, shape (columns of numbers, rows)
        Filled; nan for an empty cell.
    codes : array of int32, shape (columns of text, rows)
        Filled: the run of each row, a run being neighbouring rows of the same text.
    runs : array of int64, shape (columns of text, rows, 2)
        Filled: where the text of each run begins and ends, quotation marks included.
    counts : array of int64, shape (columns of text,)
        Filled: number of runs.
    last : array of int64, shape (columns of numbers, 2)
        Scratch space.

    Returns
    -------
    int
        Number of rows; NOT_PLAIN where a line is empty, has another number of cells, or has a cell
        that is not plain.
    """
    counts[:] = 0
    columns = roles.size
    i, row = np.int64(0), 0
    while i < end:
        if _byte(data, i) == _NEWLINE or _byte(data, i) == _RETURN or row >= codes.shape[1]:
            return NOT_PLAIN
        for column in range(columns):
            role = roles[column]
            if role >= 0:
                before, length = last[role, 0], last[role, 1] - last[role, 0]
                after = (
                    _end_of_same(data, i, before, length, end, delimiter)
                    if row > 0
                    else np.int64(-1)
                )
                if after >= 0:
                    # Replicates have the same dose.
                    numbers[role, row] = numbers[role, row - 1]
                    i = after
                else:
                    last[role, 0] = i
                    if _ends_cell(_byte(data, i), delimiter):
                        numbers[role, row] = math.nan
                    else:
                        numbers[role, row], i = _read_number(data, i, powers)
                    last[role, 1] = i
            elif role == IGNORED:
                i = _end_of_text(data, i, delimiter)
            else:
                text = FIRST_TEXT - role
                run = counts[text] - 1
                after = np.int64(-1)
                if run >= 0:
                    before, length = runs[text, run, 0], runs[text, run, 1] - runs[text, run, 0]
                    after = _end_of_same(data, i, before, length, end, delimiter)
                if after < 0:
                    after = _end_of_text(data, i, delimiter)
                    run += 1
                    runs[text, run, 0], runs[text, run, 1] = i, after
                    counts[text] += 1
                codes[text, row] = run
                i = after
            if i < 0:
                return NOT_PLAIN
            if column < columns - 1:
                if _byte(data, i) != delimiter:
                    return NOT_PLAIN
                i += 1
        if _byte(data, i) == _RETURN:
            i += 1
        if _byte(data, i) != _NEWLINE:
            return NOT_PLAIN
        i += 1
        row += 1
    return row
