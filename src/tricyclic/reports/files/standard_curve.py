"""Unknowns from a standard curve as files: tables, JSON, text and a figure."""

from __future__ import annotations

from tricyclic.io.write_tables import csv_files
from tricyclic.plotting.standard_curve import standard_curve
from tricyclic.reports.frames.standard_curve import interpolation_frames
from tricyclic.reports.json import all_fields, document, encode
from tricyclic.reports.text.standard_curve import interpolation_text
from tricyclic.results.standard_curve import InterpolationResult


def interpolation_files(result: InterpolationResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    tables = csv_files(interpolation_frames(result))
    return {
        **tables,
        "interpolation.json": encode(
            document("curves-interpolate", {"result": all_fields(result)})
        ),
        "summary.txt": (interpolation_text(result) + "\n").encode("utf-8"),
        **standard_curve(result).files("standard_curve"),
    }
