"""The plan of an evoked-release study as files: tables, JSON, text and a figure."""

from __future__ import annotations

from tricyclic.io.write_tables import csv_files
from tricyclic.plotting.release_power import release_power
from tricyclic.reports.frames.release_design import release_design_frames
from tricyclic.reports.json import all_fields, document, encode
from tricyclic.reports.text.release_design import release_design_text
from tricyclic.results.release_design import ReleaseDesignResult


def release_design_files(result: ReleaseDesignResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    return {
        **csv_files(release_design_frames(result)),
        "design.json": encode(document("release-design", {"result": all_fields(result)})),
        "summary.txt": (release_design_text(result) + "\n").encode("utf-8"),
        **release_power(result).files("power"),
    }
