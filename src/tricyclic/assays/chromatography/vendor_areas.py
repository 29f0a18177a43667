"""Areas of the program of the instrument beside those of the fit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tricyclic.core.chromatogram import InjectionTrace, VendorPeak
from tricyclic.core.chromatography_method import ChromatographyMethod
from tricyclic.core.peak import InjectionPeaks, Peak
from tricyclic.results.chromatography import VendorArea

# A peak of the program is this one where the times agree within this part of its width at half
# height.
_SAME_PEAK = 0.5
_SECONDS = {"s": 1.0, "sec": 1.0, "min": 60.0}
_PREFIXES = {"": 1.0, "m": 1e-3, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "n": 1e-9, "p": 1e-12, "k": 1e3}
_UNIT = re.compile(r"([mµμunpk]?)(AU|A|V)", re.ASCII)


def vendor_areas(
    traces: Sequence[InjectionTrace],
    injections: Sequence[InjectionPeaks],
    method: ChromatographyMethod,
) -> tuple[VendorArea, ...]:
    """The areas that files state for the compounds of a method, and ours in the same unit.

    Areas are compared only where the unit of the trace and of the table are known and of one kind.
    """
    rows = []
    for trace, injection in zip(traces, injections, strict=True):
        unit = trace.chromatogram.signal_unit
        for compound in method:
            peak = injection[compound.name]
            theirs = _same(trace.vendor_peaks, peak, compound.window_min)
            if theirs is None or theirs.area is None:
                continue
            factor = area_factor(unit, theirs.area_unit)
            area = None if peak.area is None or factor is None else peak.area * factor
            rows.append(
                VendorArea(
                    trace.name,
                    compound.name,
                    theirs.retention_min,
                    area if factor is not None else peak.area,
                    theirs.area,
                    theirs.area_unit if factor is not None else None,
                )
            )
    return tuple(rows)


def area_factor(signal_unit: str | None, area_unit: str | None) -> float | None:
    """What an area in signal x s is multiplied by to be in a unit such as "mAU min".

    Returns
    -------
    float or None
        None where a unit is unknown, or they are of different kinds.
    """
    if not signal_unit or not area_unit:
        return None
    signal, _, time = area_unit.replace("*", " ").strip().rpartition(" ")
    if time not in _SECONDS:
        return None
    factor = signal_factor(signal_unit, signal)
    return None if factor is None else factor / _SECONDS[time]


def signal_factor(unit: str, to: str) -> float | None:
    """What a reading in one unit is multiplied by to be in another; None where kinds differ."""
    if unit.strip() == to.strip():
        return 1.0
    own, theirs = _UNIT.fullmatch(unit.strip()), _UNIT.fullmatch(to.strip())
    if own is None or theirs is None or own[2] != theirs[2]:
        return None
    return _PREFIXES[own[1]] / _PREFIXES[theirs[1]]


def _same(peaks: Sequence[VendorPeak], peak: Peak, window_min: float) -> VendorPeak | None:
    """The program's peak at the place of one of ours."""
    if peak.retention_min is None:
        return None
    expected = peak.retention_min
    width = peak.width_half_height_min or window_min
    near = [p for p in peaks if abs(p.retention_min - expected) <= _SAME_PEAK * width]
    return min(near, key=lambda p: abs(p.retention_min - expected), default=None)
