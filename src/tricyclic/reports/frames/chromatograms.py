"""Tables of chromatograms that were read: one row per trace, per reading, per integrated peak."""

from __future__ import annotations

import numpy as np

from tricyclic.io.frames import Columns
from tricyclic.reports.frames.columns import from_rows
from tricyclic.results.files import FileContentResult

_TRACES = (
    "file",
    "sample",
    "trace",
    "readings",
    "first_min",
    "last_min",
    "step_s",
    "lowest",
    "highest",
    "unit",
    "injected_at",
    "method",
    "injection_volume_uL",
)
_PEAKS = (
    "file",
    "sample",
    "trace",
    "retention_min",
    "name",
    "area",
    "area_unit",
    "height",
    "height_unit",
    "start_min",
    "end_min",
    "baseline_type",
    "report",
)


def chromatogram_frames(result: FileContentResult) -> dict[str, Columns]:
    """ "chromatograms": one row per trace; "readings": all readings; "vendor_peaks"."""
    traces, peaks = [], []
    parts = []
    for one in result.injections:
        for trace in one.traces:
            traces.append(
                (
                    one.file,
                    trace.sample,
                    trace.name,
                    len(trace),
                    float(trace.time_min[0]),
                    float(trace.time_min[-1]),
                    trace.step_s,
                    float(trace.signal.min()),
                    float(trace.signal.max()),
                    trace.signal_unit,
                    trace.injected_at,
                    trace.method,
                    trace.injection_volume_uL,
                )
            )
            parts.append((one.file, trace))
        peaks += [
            (
                one.file,
                one.sample,
                peak.channel,
                peak.retention_min,
                peak.name,
                peak.area,
                peak.area_unit,
                peak.height,
                peak.height_unit,
                peak.start_min,
                peak.end_min,
                peak.baseline_type,
                peak.file,
            )
            for peak in one.vendor_peaks
        ]
    times = [trace.time_min for _, trace in parts]
    signals = [trace.signal for _, trace in parts]
    readings: Columns = {
        "file": [file for file, trace in parts for _ in range(len(trace))],
        "sample": [trace.sample for _, trace in parts for _ in range(len(trace))],
        "trace": [trace.name for _, trace in parts for _ in range(len(trace))],
        "time_min": np.concatenate(times).tolist() if times else [],
        "signal": np.concatenate(signals).tolist() if signals else [],
        "unit": [trace.signal_unit for _, trace in parts for _ in range(len(trace))],
    }
    return {
        "chromatograms": from_rows(_TRACES, traces),
        "readings": readings,
        "vendor_peaks": from_rows(_PEAKS, peaks),
    }
