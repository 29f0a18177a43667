"""Chromatograms as an instrument recorded them, and the peaks that its program integrated."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.series import frozen_array
from tricyclic.errors import InputError, UnknownNameError

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Chromatogram:
    """The signal of one detector channel over the run of one injection.

    Parameters
    ----------
    name : str
        Detector or channel, as the file names it ("UV_VIS_1", "FID1 A"); unique in its file.
    time_min : array, shape (readings,)
        Minutes after the injection as recorded, increasing; some programs begin before 0.
    signal : array, shape (readings,)
        Readings in `signal_unit`, with the multiplier of the file applied.
    signal_unit : str or None
        As the file states it ("mAU", "pA"); None where it states none.
    multiplier : float
        Factor by which the stored numbers were multiplied.
    sample : str
        Name of the sample; empty where the file has none.
    injected_at : str
        Date and time of the injection, as the file writes it.
    method : str
        Name of the method of the data system.
    injection_volume_uL : float or None
        As the file states it.
    file : str
        Name of the file.
    position : str
        Where the readings are in the file ("lines 44 to 26444", "bytes 6144 to 34946").

    Raises
    ------
    InputError
        If there are fewer than two readings, not as many times as readings, a time or reading that
        is not finite, or times that do not increase.
    """

    name: str
    time_min: Floats
    signal: Floats
    signal_unit: str | None = None
    multiplier: float = 1.0
    sample: str = ""
    injected_at: str = ""
    method: str = ""
    injection_volume_uL: float | None = None
    file: str = ""
    position: str = ""

    def __post_init__(self) -> None:
        times, signal = frozen_array(self.time_min), frozen_array(self.signal)
        where = f"{self.file}, {self.name}" if self.file else self.name
        if times.ndim != 1 or times.shape != signal.shape:
            raise InputError(f"has {signal.size} readings at {times.size} times", where=where)
        if times.size < 2:
            raise InputError(
                f"a chromatogram with {times.size} reading{'s' if times.size != 1 else ''}",
                where=where,
                allowed="It has two or more",
            )
        for kind, values in (("time", times), ("reading", signal)):
            if not np.isfinite(values).all():
                k = int(np.flatnonzero(~np.isfinite(values))[0])
                raise InputError(f"{kind} {k + 1} is {values[k]:g}, not a number", where=where)
        if (np.diff(times) <= 0).any():
            k = int(np.flatnonzero(np.diff(times) <= 0)[0])
            raise InputError(
                f"time {times[k + 1]:.10g} min follows {times[k]:.10g} min",
                where=where,
                allowed="The times of a chromatogram increase",
                do="Export the file again",
            )
        object.__setattr__(self, "time_min", times)
        object.__setattr__(self, "signal", signal)

    def __len__(self) -> int:
        return int(self.time_min.size)

    def __repr__(self) -> str:
        return (
            f"Chromatogram {self.name}: {len(self)} readings, {self.time_min[0]:g} to "
            f"{self.time_min[-1]:g} min, {self.signal.min():.6g} to {self.signal.max():.6g} "
            f"{self.signal_unit or '(unit unknown)'}"
        )

    @property
    def step_s(self) -> float:
        """Time between two readings [s]; the median where the steps are uneven."""
        if self.evenly_spaced:
            return float((self.time_min[-1] - self.time_min[0]) / (len(self) - 1) * 60.0)
        return float(np.median(np.diff(self.time_min)) * 60.0)

    @property
    def evenly_spaced(self) -> bool:
        """Whether the times are on a straight line, within 1 % of a step and their rounding."""
        even = np.linspace(self.time_min[0], self.time_min[-1], len(self))
        step = float(even[1] - even[0])
        # Text exports round the times, often to 0.001 min.
        rounding = next(
            (
                0.5 * 10.0**-decimals
                for decimals in range(2, 7)
                if np.abs(np.round(self.time_min, decimals) - self.time_min).max() < 1e-9
            ),
            0.0,
        )
        allowed = 0.01 * step + 1.01 * min(2 * rounding, 0.3 * step)
        return bool(np.abs(self.time_min - even).max() <= allowed)


@dataclass(frozen=True)
class VendorPeak:
    """A peak as the program of the instrument integrated it.

    Parameters
    ----------
    channel : str
        Detector or channel, as the file names it; `Chromatogram.name` where the trace is known.
    retention_min : float
        Time of the apex [min].
    area : float or None
        In `area_unit`; None where the table has none.
    area_unit : str or None
        Signal times time ("mAU s", "pA s", "mAU min"); None where the file does not state it.
    height : float or None
        In `height_unit`.
    height_unit : str or None
        None where the file does not state it.
    name : str
        Compound; empty for a peak without a name.
    start_min, end_min : float or None
        Limits of the integration [min].
    baseline_type : str
        As the program writes it ("BB S", "VV", "BMB").
    file : str
        Name of the file.
    """

    channel: str
    retention_min: float
    area: float | None = None
    area_unit: str | None = None
    height: float | None = None
    height_unit: str | None = None
    name: str = ""
    start_min: float | None = None
    end_min: float | None = None
    baseline_type: str = ""
    file: str = ""

    def __post_init__(self) -> None:
        numbers = (self.retention_min, self.area, self.height, self.start_min, self.end_min)
        if any(number is not None and not math.isfinite(number) for number in numbers):
            raise InputError(
                f"a peak of {self.channel or 'the table'} has a number that is not finite",
                where=self.file,
            )


@dataclass(frozen=True)
class ChromatogramFile:
    """One injection: the traces and integrated peaks of a file, or of a folder such as `NAME.D`.

    Parameters
    ----------
    file : str
        Name of the file or folder.
    traces : tuple of Chromatogram
        In the order of the file; none where it has only a peak table.
    vendor_peaks : tuple of VendorPeak
        In the order of the file.
    reader : str
        Name of the reader; several, divided by commas, for a folder.
    sha256 : str
        Hash of the bytes; of a folder, of the hashes of its files.
    notes : tuple of str
        Decisions of the reader (encoding, delimiter, decimal mark) and remarks of the file.
    unused : tuple of str
        Parts of the file that were not read.
    sample_name : str
        As a report states it; empty where a trace does.
    """

    file: str
    traces: tuple[Chromatogram, ...] = ()
    vendor_peaks: tuple[VendorPeak, ...] = ()
    reader: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    sample_name: str = ""

    def __getitem__(self, channel: str) -> Chromatogram:
        """The trace of a channel, by its name; case does not matter.

        Raises
        ------
        InputError
            If the file has no such trace.
        """
        wanted = channel.strip().lower()
        for trace in self.traces:
            if trace.name.lower() == wanted:
                return trace
        names = [trace.name for trace in self.traces]
        raise UnknownNameError.among("trace", channel, names, where=self.file)

    @property
    def sample(self) -> str:
        """Name of the sample; empty where the file has none."""
        return next((trace.sample for trace in self.traces if trace.sample), self.sample_name)

    def peaks_of(self, channel: str) -> tuple[VendorPeak, ...]:
        """The integrated peaks of a channel."""
        wanted = channel.strip().lower()
        return tuple(peak for peak in self.vendor_peaks if peak.channel.lower() == wanted)


@dataclass(frozen=True)
class InjectionTrace:
    """The trace of one injection of a batch, and what the program of the instrument integrated.

    Parameters
    ----------
    name : str
        Of the injection, as the sample list has it.
    chromatogram : Chromatogram
    vendor_peaks : tuple of VendorPeak
        Of this trace.
    """

    name: str
    chromatogram: Chromatogram
    vendor_peaks: tuple[VendorPeak, ...] = ()


def with_unique_names(traces: Iterable[Chromatogram]) -> tuple[str, ...]:
    """Names for traces in their order; a name that repeats has a number behind it."""
    names: list[str] = []
    for trace in traces:
        base = trace.name or "signal"
        name, number = base, 2
        while name in names:
            name, number = f"{base} ({number})", number + 1
        names.append(name)
    return tuple(names)
