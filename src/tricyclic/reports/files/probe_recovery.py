"""Recovery of probes as files: tables, JSON, text and figures."""

from __future__ import annotations

from tricyclic.io.write_tables import csv_files
from tricyclic.reports.frames.probe_recovery import probe_recovery_frames
from tricyclic.reports.json import all_fields, document, encode
from tricyclic.reports.plots.microdialysis import probe_recovery_drawings
from tricyclic.reports.text.probe_recovery import probe_recovery_text
from tricyclic.results.probe_recovery import ProbeRecoveryResult


def probe_recovery_files(result: ProbeRecoveryResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    tables = csv_files(probe_recovery_frames(result))
    figures: dict[str, bytes] = {}
    for name, drawing in probe_recovery_drawings(result).items():
        figures |= drawing.make().files(name)
    return {
        **tables,
        "probe_recovery.json": encode(
            document("microdialysis-recovery", {"result": all_fields(result)})
        ),
        "summary.txt": (probe_recovery_text(result) + "\n").encode("utf-8"),
        **figures,
    }
