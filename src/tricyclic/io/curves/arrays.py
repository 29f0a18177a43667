"""Arrow arrays from numbers and back without pandas.

`pyarrow.array` and `to_numpy` import pandas where it is installed, which takes longer than reading
a hundred thousand curves.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa

_NUMBERS = {
    np.dtype(np.float64): pa.float64(),
    np.dtype(np.int64): pa.int64(),
    np.dtype(np.int32): pa.int32(),
    np.dtype(np.uint8): pa.uint8(),
}


# Options of `mallopt` of glibc: number of heaps; bytes from which memory is taken from the system
# and given back by itself; free bytes at the end of the heap from which they are given back.
M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -8, -3, -1
# Readings of a large row group are above the first. Smaller arrays, which come and go all the time,
# are below it: each time the system clears what it gives.
LARGE, KEPT_AT_END = 8_000_000, 64_000_000
# Characters below this take one byte.
ASCII = 128


@contextmanager
def reused_memory() -> Iterator[None]:
    """Take memory of Arrow from the allocator of the system meanwhile.

    Its own allocator gives memory back to the system after some milliseconds: blocks of a file that
    are read one after another then take twice the time. All threads take it from one heap from now
    on, where the system has that choice (glibc): a heap for each may keep more. Large arrays are
    outside of it, because small ones in the place of a large one that is gone keep the next from
    fitting there, and the heap grows with the number of blocks.
    """
    _set_up_heap()
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
        release_free_memory()


def release_free_memory() -> None:
    """Give free memory within the heap back to the system, where the system can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _set_up_heap() -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_TRIM_THRESHOLD, KEPT_AT_END)


def arrow_numbers(values: np.ndarray) -> Any:
    """An Arrow array of numbers; nan is missing.

    Parameters
    ----------
    values : array, shape (rows,)
        Of float64, int64, int32, uint8 or bool.
    """
    if values.dtype == np.bool_:
        bits = pa.py_buffer(np.packbits(values, bitorder="little"))
        return pa.Array.from_buffers(pa.bool_(), values.size, [None, bits])
    if values.dtype not in _NUMBERS:
        return pa.array(values, from_pandas=True)
    values = np.ascontiguousarray(values)
    valid = None
    if values.dtype.kind == "f" and (missing := np.isnan(values)).any():
        valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    kind = _NUMBERS[values.dtype]
    return pa.Array.from_buffers(kind, values.size, [valid, pa.py_buffer(values)])


def arrow_text(words: Sequence[str] | np.ndarray) -> Any:
    """An Arrow array of text."""
    if isinstance(words, np.ndarray) and words.dtype.kind == "U" and words.size:
        characters = np.ascontiguousarray(words).view(np.uint32).reshape(words.size, -1)
        # NumPy fills a text up with zeros at its end.
        used = characters != 0
        if characters.max(initial=0) < ASCII and (used[:, 1:] <= used[:, :-1]).all():
            ends = np.zeros(words.size + 1, np.int32)
            np.cumsum(used.sum(axis=1), out=ends[1:])
            data = characters[used].astype(np.uint8)
            buffers = [None, pa.py_buffer(ends), pa.py_buffer(data)]
            return pa.Array.from_buffers(pa.string(), words.size, buffers)
    parts = [str(word).encode() for word in words]
    ends = np.zeros(len(parts) + 1, np.int32)
    np.cumsum([len(part) for part in parts], out=ends[1:])
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(parts))]
    return pa.Array.from_buffers(pa.string(), len(parts), buffers)


def arrow_values(values: Sequence[Any], kind: Any) -> Any:
    """An Arrow array of a type from Python values, as they are in a column of names."""
    if pa.types.is_string(kind):
        return arrow_text(values)
    if pa.types.is_integer(kind):
        return arrow_numbers(np.array(values, np.int64)).cast(kind)
    return pa.array(values, kind)


def numpy_numbers(column: Any, missing: float = float("nan")) -> np.ndarray:
    """The numbers of an Arrow column; not to be written to, since they are copied only if needed.

    Parameters
    ----------
    column : Arrow array or chunked array
        Of numbers or of bool.
    missing : float
        Stands for missing ones; whole numbers need a whole number here, if some are missing.
    """
    if isinstance(column, pa.ChunkedArray):
        if column.num_chunks != 1:
            chunks = [numpy_numbers(chunk, missing) for chunk in column.chunks]
            return np.concatenate(chunks or [np.zeros(0)])
        column = column.chunk(0)
    rows = slice(column.offset, column.offset + len(column))
    valid, data = column.buffers()
    if data is None or not len(column):
        return np.zeros(0, column.type.to_pandas_dtype())
    if pa.types.is_boolean(column.type):
        return _bits(data)[rows].view(np.bool_)
    values = np.frombuffer(data, column.type.to_pandas_dtype())[rows]
    if column.null_count:
        return np.where(_bits(valid)[rows], values, np.array(missing, values.dtype))
    return values


def _bits(buffer: Any) -> np.ndarray:
    return np.unpackbits(np.frombuffer(buffer, np.uint8), bitorder="little")
