"""Chromatograms that were read, as text: one line per trace, then the integrated peaks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile, VendorPeak

# Integrated peaks of one trace that are listed.
MAX_PEAKS = 40


def injection_lines(one: ChromatogramFile, *, head: str) -> list[str]:
    """Sample and method, traces, notes, and integrated peaks of an injection.

    Parameters
    ----------
    one : ChromatogramFile
    head : str
        What is before the sample, such as the name of the file.
    """
    first = one.traces[0] if one.traces else None
    about = [f"sample {one.sample}"] if one.sample else []
    if first is not None:
        about += [first.injected_at] if first.injected_at else []
        about += [f"method {first.method}"] if first.method else []
        if first.injection_volume_uL is not None:
            about.append(f"{first.injection_volume_uL:g} uL injected")
    lines = ["   ".join([head, *about])] if head or about else []
    lines += [_trace(trace) for trace in one.traces]
    lines += [f"  {note}" for note in one.notes]
    for channel in dict.fromkeys(peak.channel for peak in one.vendor_peaks):
        lines += _peaks(channel, one.peaks_of(channel))
    return lines


def _trace(trace: Chromatogram) -> str:
    step = f"every {trace.step_s:.4g} s" if trace.evenly_spaced else f"about {trace.step_s:.4g} s"
    unit = trace.signal_unit or "(unit unknown)"
    return (
        f"chromatogram {trace.name}   {len(trace)} readings   "
        f"{trace.time_min[0]:.4g} to {trace.time_min[-1]:.4g} min, {step}   "
        f"{trace.signal.min():.4g} to {trace.signal.max():.4g} {unit}"
    )


def _peaks(channel: str, peaks: Sequence[VendorPeak]) -> list[str]:
    """The peaks of one channel as a table; columns that no peak has are left out."""
    reports = ", ".join(dict.fromkeys(peak.file for peak in peaks))
    area_unit, height_unit = peaks[0].area_unit, peaks[0].height_unit
    columns: list[tuple[str, list[str], bool]] = [
        ("min", [f"{peak.retention_min:.3f}" for peak in peaks], True),
        (f"area [{area_unit or '?'}]", _numbers(peak.area for peak in peaks), True),
        (f"height [{height_unit or '?'}]", _numbers(peak.height for peak in peaks), True),
        ("start", _times(peak.start_min for peak in peaks), True),
        ("end", _times(peak.end_min for peak in peaks), True),
        ("type", [peak.baseline_type for peak in peaks], False),
        ("name", [peak.name for peak in peaks], False),
    ]
    kept = [(title, cells, right) for title, cells, right in columns if any(cells)]
    widths = [max(len(cell) for cell in (title, *cells)) for title, cells, _ in kept]
    lines = [f"  peaks of {channel or 'the report'}, as the program integrated them ({reports})"]
    for row in range(-1, min(len(peaks), MAX_PEAKS)):
        cells = [
            f"{text:>{width}}" if right else f"{text:<{width}}"
            for (title, values, right), width in zip(kept, widths, strict=True)
            for text in [title if row < 0 else values[row]]
        ]
        lines.append(("    " + "   ".join(cells)).rstrip())
    if len(peaks) > MAX_PEAKS:
        lines.append(f"    … {len(peaks) - MAX_PEAKS} more")
    return lines


def _numbers(values: Iterable[float | None]) -> list[str]:
    return ["" if value is None else f"{value:.7g}" for value in values]


def _times(values: Iterable[float | None]) -> list[str]:
    return ["" if value is None else f"{value:.3f}" for value in values]
