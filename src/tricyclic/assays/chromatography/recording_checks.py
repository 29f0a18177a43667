"""Checks of the traces of a batch: what the detector and the export made of the injections."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.assays.chromatography.recording import window_of
from tricyclic.assays.chromatography.trace import smallest_step
from tricyclic.core.check import Check
from tricyclic.core.chromatogram import InjectionTrace
from tricyclic.core.chromatography_method import ChromatographyMethod
from tricyclic.core.format import list_names, pluralize
from tricyclic.results.chromatography import BatchResult

Floats = NDArray[np.float64]

# Names that a message lists.
MAX_LISTED = 6
# Share of the usual length of a run, below which a trace is short [%].
SHORT_PERCENT = 95.0
# Runs for monoamines are shorter; longer ones may have times in seconds [min].
LONGEST_MIN = 180.0
# Equal readings in a row at an end of the range, and readings of a trace there, that no peak has.
_FLAT_READINGS, _FLAT_SHARE = 5, 0.05
# Copies differ by rounding at most: in mean and in each reading, in scatters of the readings.
_SAME = 0.02
OWN = "default of tricyclic"


def recording_checks(result: BatchResult) -> tuple[Check, ...]:
    """Checks of the traces of a batch that are not excluded."""
    used = {row.name for row in result.samples.injected if not row.excluded}
    traces = [one for one in result.traces if one.name in used]
    if not traces or result.method is None:
        return ()
    return (
        _constant(traces),
        _short(traces),
        _copied(traces),
        _saturated(traces, result.method),
        *_long(traces),
    )


def _constant(traces: Sequence[InjectionTrace]) -> Check:
    flat = [one for one in traces if not np.ptp(one.chromatogram.signal) > 0.0]
    names = [one.name for one in flat]
    return Check(
        "trace_constant",
        "warn" if flat else "pass",
        f"{pluralize(len(flat), 'trace')} with one reading throughout ({_listed(names)}): "
        f"{flat[0].chromatogram.signal[0]:.6g} in {flat[0].name}"
        if flat
        else "no trace is constant",
        "",
        float(len(flat)),
        0.0,
        advice="Look whether the detector was on, and whether this is its trace" if flat else "",
        source=OWN,
    )


def _short(traces: Sequence[InjectionTrace]) -> Check:
    ends = np.array([one.chromatogram.time_min[-1] for one in traces])
    usual = float(np.median(ends))
    short = [k for k in range(ends.size) if ends[k] < SHORT_PERCENT / 100.0 * usual]
    names = [traces[k].name for k in short]
    least = min(short, key=lambda k: ends[k], default=0)
    return Check(
        "trace_short",
        "warn" if short else "pass",
        f"{pluralize(len(short), 'trace')} shorter than the others ({_listed(names)}): "
        f"{traces[least].name} ends at {ends[least]:.4g} min, most at {usual:.4g} min"
        if short
        else "the traces are equally long",
        "",
        100.0 * float(ends.min()) / usual if usual > 0.0 else None,
        SHORT_PERCENT,
        "%",
        "The run was stopped, or the file is truncated: export it again" if short else "",
        OWN,
    )


def _long(traces: Sequence[InjectionTrace]) -> tuple[Check, ...]:
    """A warning where runs are so long that their times may be seconds; none for other runs."""
    usual = float(np.median([one.chromatogram.time_min[-1] for one in traces]))
    if usual <= LONGEST_MIN:
        return ()
    return (
        Check(
            "run_length",
            "warn",
            f"the runs end at {usual:.4g} min, which is {usual / 60:.3g} min if their times are "
            "seconds",
            "",
            usual,
            LONGEST_MIN,
            "min",
            "State --time-unit s where they are, with retention times in min in the method",
            OWN,
        ),
    )


def _copied(traces: Sequence[InjectionTrace]) -> Check:
    groups = copies(traces)
    shown = "; ".join(" and ".join(group[:MAX_LISTED]) for group in groups[:MAX_LISTED])
    return Check(
        "trace_copied",
        "fail" if groups else "pass",
        f"injections with the readings of another one: {shown}"
        if groups
        else "no injection has the readings of another one",
        "",
        float(len(groups)),
        0.0,
        advice="Noise does not repeat: a file was copied or exported twice. Export it again"
        if groups
        else "",
        source=OWN,
    )


def copies(traces: Sequence[InjectionTrace]) -> list[list[str]]:
    """Names of injections whose readings are the same but for rounding; constant ones aside."""
    by_length: dict[int, list[tuple[float, float, str, Floats]]] = {}
    for one in traces:
        signal = one.chromatogram.signal
        scatter = float(np.median(np.abs(np.diff(signal))))
        if scatter > 0.0:
            row = (float(signal.mean()), scatter, one.name, signal)
            by_length.setdefault(signal.size, []).append(row)
    groups: list[list[str]] = []
    for rows in by_length.values():
        rows.sort(key=lambda row: row[:2])
        last = None
        for row in rows:
            if last is not None and _are_same(last, row):
                if last[2] in (groups[-1] if groups else ()):
                    groups[-1].append(row[2])
                else:
                    groups.append([last[2], row[2]])
            last = row
    return groups


def _are_same(
    one: tuple[float, float, str, Floats], other: tuple[float, float, str, Floats]
) -> bool:
    allowed = _SAME * min(one[1], other[1])
    return abs(one[0] - other[0]) <= allowed and bool(np.abs(one[3] - other[3]).max() <= allowed)


def _saturated(traces: Sequence[InjectionTrace], method: ChromatographyMethod) -> Check:
    top = [one for one in traces if _is_clipped_in_a_window(one, method)]
    low = [one for one in traces if _is_cut_below(one)]
    texts = []
    if top:
        names = _listed([one.name for one in top])
        most = float(top[0].chromatogram.signal.max())
        texts.append(
            f"peaks cut at the upper end of the detector in {pluralize(len(top), 'injection')} "
            f"({names}), at {most:.6g} in {top[0].name}"
        )
    if low:
        names = _listed([one.name for one in low])
        least = float(low[0].chromatogram.signal.min())
        texts.append(
            f"baselines cut at the lower end of the detector in "
            f"{pluralize(len(low), 'injection')} ({names}), at {least:.6g} in {low[0].name}"
        )
    return Check(
        "detector_saturated",
        "fail" if top else "warn" if low else "pass",
        "; ".join(texts) or "no reading is at an end of the detector",
        "",
        float(len({one.name for one in (*top, *low)})),
        0.0,
        advice="Areas are too small where a peak is cut: dilute, or choose a wider range"
        if top
        else "Choose a range of the detector with the whole baseline"
        if low
        else "",
        source=OWN,
    )


def _is_clipped_in_a_window(one: InjectionTrace, method: ChromatographyMethod) -> bool:
    signal = one.chromatogram.signal
    most = float(signal.max())
    for compound in method:
        part = window_of(one.chromatogram, compound)[1]
        if part.size and float(part.max()) == most and _longest_flat(part, most) > 0:
            return True
    return False


def _is_cut_below(one: InjectionTrace) -> bool:
    signal = one.chromatogram.signal
    least = float(signal.min())
    share = float(np.count_nonzero(signal == least)) / signal.size
    return _FLAT_SHARE < share < 1.0 and _longest_flat(-signal, -least) > 0


def _longest_flat(signal: Floats, most: float) -> int:
    """Readings in the longest run at the maximum that ends abruptly on both sides; 0 without one.

    The top of a peak in coarse digits is flat too; its next readings are one step of the digits
    lower.
    """
    step = smallest_step(signal)
    at = np.concatenate(([False], signal == most, [False]))
    edges = np.flatnonzero(np.diff(at.astype(int))).reshape(-1, 2)
    runs = [
        int(end - start)
        for start, end in edges
        if end - start >= _FLAT_READINGS
        and start > 0
        and end < signal.size
        and most - max(signal[start - 1], signal[end]) > 2.0 * step
    ]
    return max(runs, default=0)


def _listed(names: Sequence[str]) -> str:
    return list_names(list(names), MAX_LISTED)
