"""The plan of a microdialysis study as files: tables, JSON, text and a figure."""

from __future__ import annotations

from tricyclic.io.write_tables import csv_files
from tricyclic.plotting.dialysis_power import power_plot
from tricyclic.reports.frames.microdialysis_design import microdialysis_design_frames
from tricyclic.reports.json import all_fields, document, encode
from tricyclic.reports.text.microdialysis_design import microdialysis_design_text
from tricyclic.results.microdialysis_design import MicrodialysisDesignResult


def microdialysis_design_files(result: MicrodialysisDesignResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    tables = csv_files(microdialysis_design_frames(result))
    return {
        **tables,
        "design.json": encode(document("microdialysis-design", {"result": all_fields(result)})),
        "summary.txt": (microdialysis_design_text(result) + "\n").encode("utf-8"),
        **power_plot(result).files("power"),
    }
