"""A quantified batch as plain data: amounts, lines, criteria, peaks; no readings of traces."""

from __future__ import annotations

from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.reports.frames.chromatography import batch_frames
from tricyclic.reports.json import document
from tricyclic.reports.json.curves import rows_of
from tricyclic.reports.text.chromatography import criteria_verdict
from tricyclic.results.chromatography import BatchResult


def batch_json(result: BatchResult) -> dict[str, Any]:
    """Settings, and every table as a list of rows."""
    tables = {name: rows_of(columns) for name, columns in batch_frames(result).items()}
    return document(
        "microdialysis-quantify",
        {
            "title": result.title,
            "unit": result.unit,
            "internal_standard": result.internal_standard,
            "analytes": list(result),
            "verdicts": {one.analyte: criteria_verdict(one) for one in result.analytes},
            "lost": [row.name for row in result.samples.lost],
            **to_jsonable(tables),
            "remarks": list(result.remarks),
            "unused": list(result.unused),
        },
    )
