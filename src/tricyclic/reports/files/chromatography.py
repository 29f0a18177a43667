"""A quantified batch as files: tables, JSON, text, and figures."""

from __future__ import annotations

from tricyclic.io.write_tables import csv_files
from tricyclic.plotting.batch import batch_overview
from tricyclic.plotting.injection_pages import injection_book
from tricyclic.reports.frames.chromatography import batch_frames
from tricyclic.reports.json import encode
from tricyclic.reports.json.chromatography import batch_json
from tricyclic.reports.text.chromatography import batch_text
from tricyclic.results.chromatography import BatchResult


def batch_files(result: BatchResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    tables = csv_files(batch_frames(result))
    files = {
        **tables,
        "batch.json": encode(batch_json(result)),
        "summary.txt": (batch_text(result) + "\n").encode("utf-8"),
        "injections.pdf": injection_book(result),
    }
    for analyte in result:
        name = "batch" if len(result.analytes) == 1 else f"batch-{analyte}"
        files |= batch_overview(result, analyte).files(name)
    return files
