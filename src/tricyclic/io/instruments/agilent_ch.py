"""Trace of one detector in binary form, `.ch`, of Agilent ChemStation and OpenLab.

Versions 30 and 130 (differences, LC), 81 and 181 (second differences, GC) and 179 (numbers) are
read. The file has the times of its first and last reading but no step, and some files state a last
time that is one step early, so the step is the one that is a whole number of milliseconds.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions

_CUT_OFF = "Copy the file again from the instrument; it may be cut off"
# Places in the header.
_START_BLOCK, _COUNT, _FIRST_TIME = 0x108, 0x116, 0x11A
_BLOCK = 512
# Distance of the last time from that of an even step [ms], by the rounding of the header.
_ROUNDING_MS = 0.6
# Steps are whole milliseconds, short ones tenths of them, or whole numbers of readings per second.
_GRID_MS, _SHORT_GRID_MS, _SHORT_MS = 1.0, 0.1, 20.0
_MOST_READINGS = 20_000_000


@dataclass(frozen=True)
class _Places:
    """Places of the texts and of the scale in a header; `wide` texts have two bytes a character."""

    sample: int
    date: int
    method: int
    units: int
    signal: int
    scale: int
    intercept: int
    wide: bool


@dataclass(frozen=True)
class _Layout:
    """One version: its header, the form of its times, and how its readings are stored."""

    places: _Places
    float_times: bool
    decode: Callable[[bytes, int], NDArray[np.float64]]


def sniff(raw: RawFile) -> float:
    """Whether the file begins with the number of a version, and names its kind of data."""
    version = _version(raw.data)
    if version not in _LAYOUTS and version not in _OTHER_VERSIONS:
        return 0.0
    kind = _text(raw.data, 0x15B, wide=True) + _text(raw.data, 0x4, wide=False)
    is_trace = any(word in kind.upper() for word in ("LC", "GC", "OL", "DATA"))
    return 1.0 if is_trace and len(raw.data) > 0x200 else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The trace of the file."""
    data, version = raw.data, _version(raw.data)
    if version not in _LAYOUTS:
        known = ", ".join(_LAYOUTS)
        raise InputError(
            f"is a file of the version {version}" if version else "is no .ch file of Agilent",
            allowed=f"The versions {known} are read",
            do="Export the signal as CSV or AIA",
        )
    layout = _LAYOUTS[version]
    places = layout.places
    start = (_integer(data, _START_BLOCK) - 1) * _BLOCK if version != "179" else 0x1800
    if not 0x200 <= start < len(data):
        raise InputError("ends before its readings", do=_CUT_OFF)
    counts = layout.decode(data, start)
    stated = _integer(data, _COUNT) if version == "179" else 0
    if counts.size < 2 or stated > counts.size:
        about = f", and its header states {stated}" if stated > counts.size else ""
        raise InputError(f"contains {counts.size} readings{about}", do=_CUT_OFF)
    scale, intercept = _number(data, places.scale), _number(data, places.intercept)
    if not math.isfinite(scale) or scale == 0.0 or abs(scale) > 1e12:
        raise InputError(f"has a scale of {scale:g} in its header", do=_CUT_OFF)
    offset = intercept if math.isfinite(intercept) and 1e-12 < abs(intercept) < 1e12 else 0.0
    times, time_note = _times(data, layout, counts.size)
    unit = _text(data, places.units, wide=places.wide) or None
    trace = Chromatogram(
        name=_text(data, places.signal, wide=places.wide) or raw.stem,
        time_min=times,
        signal=counts * scale + offset,
        signal_unit=unit,
        multiplier=scale,
        sample=_text(data, places.sample, wide=places.wide),
        injected_at=_text(data, places.date, wide=places.wide),
        method=_text(data, places.method, wide=places.wide),
        file=raw.name,
        position=f"bytes {start} to {len(data)}",
    )
    notes = [f"version {version}, {counts.size} readings", time_note]
    notes += [f"offset {offset:g} added"] if offset else []
    notes += ["the file states no unit"] if unit is None else []
    if times[0] < 0:
        notes.append(
            f"recorded from {times[0]:.4g} min before the injection; kept".replace("-", "")
        )
    return FileContent(injections=(ChromatogramFile(raw.name, (trace,), notes=tuple(notes)),))


def _version(data: bytes) -> str:
    """The number at the beginning, behind its length ("\\x03130"); empty if there is none."""
    if not data or not 1 <= data[0] <= 3:
        return ""
    text = data[1 : 1 + data[0]].decode("latin-1")
    return text if text.isascii() and text.isdigit() else ""


def _integer(data: bytes, place: int) -> int:
    if len(data) < place + 4:
        raise InputError("ends within its header", do=_CUT_OFF)
    return int(struct.unpack_from(">i", data, place)[0])


def _number(data: bytes, place: int) -> float:
    if len(data) < place + 8:
        raise InputError("ends within its header", do=_CUT_OFF)
    return float(struct.unpack_from(">d", data, place)[0])


def _text(data: bytes, place: int, *, wide: bool) -> str:
    """A text with its length before it, of one or two bytes for each character."""
    if place >= len(data):
        return ""
    size = data[place] * (2 if wide else 1)
    part = data[place + 1 : place + 1 + size]
    text = part.decode("utf-16-le" if wide else "cp1252", "replace")
    return " ".join("".join(ch for ch in text if ch.isprintable() or ch == " ").split())


def _times(data: bytes, layout: _Layout, count: int) -> tuple[NDArray[np.float64], str]:
    """Times [min] of so many readings, and a note on the step."""
    form = ">ff" if layout.float_times else ">ii"
    first, last = map(float, struct.unpack_from(form, data, _FIRST_TIME))
    if not (math.isfinite(first) and math.isfinite(last)) or not -1e7 < first < last < 1e10:
        raise InputError(f"states times from {first:g} to {last:g} ms in its header", do=_CUT_OFF)
    note = ""
    for readings in (count, count - 1):
        step = (last - first) / max(readings - 1, 1)
        if _is_even(step, readings):
            if readings < count:
                note = "; its header states a last time that is one step early"
            step = _even(step, readings)
            times = np.asarray((first + step * np.arange(count)) / 60_000.0, dtype=np.float64)
            return times, f"one reading every {step:g} ms{note}"
    raise InputError(
        f"has {count} readings, which its times, {first / 6e4:.4g} to {last / 6e4:.4g} min, do not "
        "divide evenly",
        do=f"{_CUT_OFF}. If it is complete, export the signal as CSV or AIA",
    )


def _candidates(step: float) -> tuple[float, ...]:
    rate = 1000.0 / step
    whole = (1000.0 / round(rate),) if round(rate) >= 1 else ()
    grid = _GRID_MS if step >= _SHORT_MS else _SHORT_GRID_MS
    return (round(step / grid) * grid, *whole)


def _is_even(step: float, readings: int) -> bool:
    return step > 0 and any(
        abs(even - step) * (readings - 1) <= _ROUNDING_MS for even in _candidates(step)
    )


def _even(step: float, readings: int) -> float:
    return min(_candidates(step), key=lambda even: abs(even - step))


def _differences(data: bytes, start: int) -> NDArray[np.float64]:
    """Segments of differences of 16 bits; -32768 announces a whole value of 32 bits."""
    values: list[int] = []
    place, value, end = start, 0, len(data)
    while place + 2 <= end and data[place] == 0x10:
        count = data[place + 1]
        place += 2
        for _ in range(count):
            if place + 2 > end:
                raise InputError("ends within its readings", do=_CUT_OFF)
            (difference,) = struct.unpack_from(">h", data, place)
            place += 2
            if difference == -0x8000:
                if place + 4 > end:
                    raise InputError("ends within its readings", do=_CUT_OFF)
                (value,) = struct.unpack_from(">i", data, place)
                place += 4
            else:
                value += difference
            values.append(value)
    if data[place : place + 2] != b"\x00\x00":
        raise InputError(f"ends after {len(values)} readings without its end mark", do=_CUT_OFF)
    return np.array(values, dtype=float)


def _second_differences(data: bytes, start: int) -> NDArray[np.float64]:
    """Second differences of 16 bits; 32767 announces a whole value of 48 bits."""
    values: list[int] = []
    place, value, slope, end = start, 0, 0, len(data)
    while place + 2 <= end:
        (second,) = struct.unpack_from(">h", data, place)
        place += 2
        if second == 0x7FFF:
            if place + 6 > end:
                raise InputError("ends within its readings", do=_CUT_OFF)
            high, low = struct.unpack_from(">hI", data, place)
            value, slope, place = high * 2**32 + low, 0, place + 6
        else:
            slope += second
            value += slope
        values.append(value)
    if place != end:
        raise InputError("ends within its readings", do=_CUT_OFF)
    return np.array(values, dtype=float)


def _numbers(data: bytes, start: int) -> NDArray[np.float64]:
    """Numbers of 64 bits; older programs store numbers of 32 bits, each after an empty one."""
    body = data[start:]
    if len(body) % 8:
        raise InputError("ends within its readings", do=_CUT_OFF)
    if len(body) // 8 > _MOST_READINGS:
        raise InputError(f"states {len(body) // 8} readings", do=_CUT_OFF)
    kind = _text(data, 0x15B, wide=True).upper()
    program = _text(data, 0xC11, wide=True)
    with np.errstate(invalid="ignore"):
        if kind.startswith("GC") and not program.startswith("Mustang"):
            values = np.frombuffer(body, "<f4")[1::2].astype(float)
        else:
            values = np.frombuffer(body, "<f8").astype(float)
    if not np.isfinite(values).all():
        raise InputError("contains readings that are not numbers", do=_CUT_OFF)
    return values


_LATER = _Places(0x35A, 0x957, 0xA0E, 0x104C, 0x1075, scale=0x127C, intercept=0x1274, wide=True)
_EARLIER = _Places(0x18, 0xB2, 0xE4, 0x244, 0x254, scale=0x284, intercept=0x27C, wide=False)
_LAYOUTS: dict[str, _Layout] = {
    "30": _Layout(_EARLIER, float_times=False, decode=_differences),
    "81": _Layout(_EARLIER, float_times=True, decode=_second_differences),
    "130": _Layout(_LATER, float_times=False, decode=_differences),
    "179": _Layout(_LATER, float_times=True, decode=_numbers),
    "181": _Layout(_LATER, float_times=True, decode=_second_differences),
}
# Spectra, mass spectra and traces of versions that are not read; they are refused by number.
_OTHER_VERSIONS = frozenset({"2", "8", "31", "131", "180"})

READER = Reader(
    description="binary trace (.ch) of Agilent ChemStation and OpenLab",
    sniff=sniff,
    read=read,
    chromatograms=True,
    seen="ChemStation A.10.02 (LC, version 30), B.04.03 (GC, version 181)",
    words=("ChemStation",),
)
