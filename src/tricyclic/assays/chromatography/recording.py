"""Whether the traces of a batch were recorded as a method needs them, before peaks are fitted.

A trace without readings where a compound elutes, with another unit of time or signal than the
others, or with troughs for peaks would give a state or a number that is not that of the sample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tricyclic.assays.chromatography.vendor_areas import signal_factor
from tricyclic.core.chromatogram import Chromatogram, InjectionTrace
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.core.format import list_names, pluralize
from tricyclic.core.peak import InjectionPeaks, Peak
from tricyclic.core.sample_list import SampleList
from tricyclic.core.unused import as_remarks
from tricyclic.errors import InputError

Floats = NDArray[np.float64]

# Names that a message lists.
MAX_LISTED = 4
# Units of time differ by 60 or more; lengths of runs of one method by less than this.
_UNITS_APART = 20.0
# Readings in the window of a compound, at least, where that is not below a part of its retention.
FEWEST_READINGS, _REACH = 10, 0.05
_LOST_READINGS = (
    "Export the whole run again; if it was lost, inject the sample again, or exclude the injection "
    "with a reason"
)
# A gap is longer than this many steps, and than this part of a window.
_GAP_STEPS, _GAP_WINDOW = 10.0, 0.25
# In a peak, a step between two readings is a gap where it is longer than this part of its standard
# deviation, within so many of its center: interpolated, the area differs by more than 1 % beyond.
# A trace whose steps are all about as long has none.
_GAP_SD, _CORE_SD, _GAP_USUAL = 0.6, 2.5, 1.5
_SD_OF_FWHM = float(1.0 / np.sqrt(8.0 * np.log(2.0)))
# A trough is deeper than what rises in the window, and than the scatter of the readings, by these
# factors; its width at half depth is below this part of the window, unlike a bent baseline.
_DEEPER, _CLEAR, _NARROW = 3.0, 30.0, 0.75


def check_recordings(
    traces: Sequence[InjectionTrace], method: ChromatographyMethod, standards: Collection[str]
) -> None:
    """Refuse traces that do not show the compounds of a method.

    Parameters
    ----------
    traces : sequence of InjectionTrace
    method : ChromatographyMethod
    standards : collection of str
        Names of the injections that have all compounds.

    Raises
    ------
    InputError
        With the first trace that has a gap where a compound elutes, another unit of time than the
        others, that begins after a compound or has too few readings of it; or if compounds are
        troughs in most standards.
    """
    for one in traces:
        for compound in method:
            _check_gap(one, compound)
    _check_time_unit(traces)
    for one in traces:
        for compound in method:
            _check_readings(one, compound)
    _check_polarity(traces, method, standards)


def unusable(
    samples: SampleList, traces: Sequence[InjectionTrace], method: ChromatographyMethod
) -> dict[str, str]:
    """Excluded injections whose traces do not show the compounds, and why; they have no number."""
    last = max(one.retention_min for one in method)
    excluded = {row.name for row in samples if row.excluded}
    faults: dict[str, str] = {}
    for one in traces:
        if one.name not in excluded:
            continue
        try:
            for compound in method:
                _check_gap(one, compound)
                _check_readings(one, compound)
        except InputError as error:
            faults[one.name] = error.problem
        end = float(one.chromatogram.time_min[-1])
        if end < last:
            faults[one.name] = f"the trace ends at {end:.5g} min"
    return faults


def in_one_unit(
    traces: Sequence[InjectionTrace],
) -> tuple[tuple[InjectionTrace, ...], tuple[str, ...]]:
    """Traces with readings in the unit that most of them state, and a remark where one changed.

    Raises
    ------
    InputError
        If a trace is in a unit of another kind.
    """
    units = Counter(one.chromatogram.signal_unit for one in traces if one.chromatogram.signal_unit)
    if len(units) == 0 or (len(units) == 1 and units.total() == len(traces)):
        return tuple(traces), ()
    common = units.most_common(1)[0][0]
    same, converted, unknown = [], [], []
    for one in traces:
        own = one.chromatogram.signal_unit
        if not own or own == common:
            if not own:
                unknown.append(one.name)
            same.append(one)
            continue
        factor = signal_factor(own, common)
        if factor is None:
            raise InputError(
                f"the readings of {one.name} are in {own}, those of most injections in {common}",
                where=one.chromatogram.file or one.name,
                allowed="The readings of a batch have one unit",
                do="Name the trace of the detector with --channel, or correct the unit in the file",
            )
        changed = replace(
            one.chromatogram, signal=one.chromatogram.signal * factor, signal_unit=common
        )
        same.append(replace(one, chromatogram=changed))
        converted.append(f"{one.name} from {own}")
    texts = []
    if converted:
        texts.append(f"readings converted to {common}: {list_names(converted, MAX_LISTED)}")
    if unknown:
        listed = list_names(unknown, MAX_LISTED)
        texts.append(f"readings without a unit are taken as {common}: {listed}")
    return tuple(same), as_remarks(texts)


def window_of(chromatogram: Chromatogram, compound: Compound) -> tuple[Floats, Floats]:
    """Times and readings in the window of a compound."""
    time = chromatogram.time_min
    low = compound.retention_min - compound.window_min
    high = compound.retention_min + compound.window_min
    part = (time >= low) & (time <= high)
    return time[part], chromatogram.signal[part]


def _check_gap(one: InjectionTrace, compound: Compound) -> None:
    time = one.chromatogram.time_min
    steps = np.diff(time)
    longest = max(_GAP_STEPS * float(np.median(steps)), _GAP_WINDOW * compound.window_min)
    low = compound.retention_min - compound.window_min
    high = compound.retention_min + compound.window_min
    gaps = np.flatnonzero((steps > longest) & (time[:-1] < high) & (time[1:] > low))
    # Steps that are all long are those of a trace with few readings, or in another unit of time.
    if gaps.size and np.count_nonzero(steps > longest) < 0.1 * steps.size:
        start, end = time[gaps[0]], time[gaps[0] + 1]
        raise InputError(
            f"the trace has no readings from {start:.5g} to {end:.5g} min, where {compound.name} "
            f"elutes",
            where=one.name,
            do=_LOST_READINGS,
        )


def check_peaks_complete(
    samples: SampleList, traces: Sequence[InjectionTrace], injections: Sequence[InjectionPeaks]
) -> None:
    """Refuse traces that lack readings in a peak, whose area would be that of an interpolation.

    Parameters
    ----------
    samples : SampleList
    traces : sequence of InjectionTrace
    injections : sequence of InjectionPeaks
        One for each trace, in the same order.

    Raises
    ------
    InputError
        With the first injection that is used, and the first of its compounds.
    """
    excluded = {row.name for row in samples if row.excluded}
    standards = {row.name for row in samples.of("standard")} - excluded
    widths: dict[str, list[float]] = {}
    for one in injections:
        for peak in one.peaks if one.injection in standards else ():
            if peak.width_half_height_min is not None:
                widths.setdefault(peak.compound, []).append(peak.width_half_height_min)
    for trace, one in zip(traces, injections, strict=True):
        if one.injection in excluded:
            continue
        for peak in one.peaks:
            if peak.compound in widths:
                sd = float(np.median(widths[peak.compound])) * _SD_OF_FWHM
                _check_complete(trace, peak, sd)


def _check_complete(one: InjectionTrace, peak: Peak, sd: float) -> None:
    time = one.chromatogram.time_min
    steps = np.diff(time)
    center = peak.expected_min if peak.retention_min is None else peak.retention_min
    inside = (time[:-1] < center + _CORE_SD * sd) & (time[1:] > center - _CORE_SD * sd)
    longest = max(_GAP_SD * sd, _GAP_USUAL * float(np.median(steps)))
    gaps = np.flatnonzero(inside & (steps > longest))
    if gaps.size:
        start, end = time[gaps[0]], time[gaps[0] + 1]
        raise InputError(
            f"the trace has no readings from {start:.5g} to {end:.5g} min, in the peak of "
            f"{peak.compound}",
            where=one.name,
            do=_LOST_READINGS,
        )


def _check_time_unit(traces: Sequence[InjectionTrace]) -> None:
    ends = np.array([one.chromatogram.time_min[-1] for one in traces])
    usual = float(np.median(ends))
    if not usual > 0.0:
        return
    ratios = ends / usual
    odd = (ratios > _UNITS_APART) | (ratios < 1.0 / _UNITS_APART)
    if not odd.any():
        return
    names = [one.name for one, is_odd in zip(traces, odd, strict=True) if is_odd]
    first = int(np.flatnonzero(odd)[0])
    raise InputError(
        f"the times of {list_names(names, MAX_LISTED)} end at {ends[first]:.6g} min, those of most "
        f"injections at {usual:.6g} min",
        where=traces[first].chromatogram.file or traces[first].name,
        allowed="Chromatograms of a batch are about equally long",
        do='Write the unit of the times in their heading, such as "time_s", or export them in min',
    )


def _check_readings(one: InjectionTrace, compound: Compound) -> None:
    time = one.chromatogram.time_min
    at = compound.retention_min
    if time[0] > at:
        raise InputError(
            f"the trace begins at {time[0]:.5g} min, after {compound.name} at {at:g} min",
            where=one.name,
            do="Export the whole run, or correct the method",
        )
    reach = max(compound.window_min, _REACH * at)
    count = int(np.count_nonzero(np.abs(time - at) <= reach))
    if time[-1] > at and count < FEWEST_READINGS:
        raise InputError(
            f"{pluralize(count, 'reading')} within {reach:.2g} min of {compound.name}, "
            f"{one.chromatogram.step_s:.3g} s apart",
            where=one.name,
            allowed=f"At least {FEWEST_READINGS} are needed",
            do="State the unit of the times with --time-unit where it is not min, or record more "
            "readings per second",
        )


def _check_polarity(
    traces: Sequence[InjectionTrace], method: ChromatographyMethod, standards: Collection[str]
) -> None:
    wanted = [one for one in traces if one.name in standards]
    compounds = [method.internal_standard] if method.internal_standard else method.analytes
    for compound in compounds:
        troughs = [one.name for one in wanted if _is_trough(one.chromatogram, compound)]
        if 2 * len(troughs) > len(wanted):
            raise InputError(
                f"{compound.name} is below the baseline in {len(troughs)} of "
                f"{pluralize(len(wanted), 'standard')} ({list_names(troughs, MAX_LISTED)})",
                where=method.name,
                allowed="Peaks rise from the baseline",
                do="Export the traces with the other polarity",
            )


def _is_trough(chromatogram: Chromatogram, compound: Compound) -> bool:
    time, signal = window_of(chromatogram, compound)
    if time.size < FEWEST_READINGS:
        return False
    above = signal - np.interp(time, time[[0, -1]], signal[[0, -1]])
    depth, height = -float(above.min()), float(above.max())
    scatter = float(np.median(np.abs(np.diff(chromatogram.signal))))
    if not (depth > _DEEPER * max(height, 0.0) and depth > _CLEAR * scatter):
        return False
    width = float(np.count_nonzero(above < -0.5 * depth)) / time.size * (time[-1] - time[0])
    return bool(width < _NARROW * compound.window_min)
