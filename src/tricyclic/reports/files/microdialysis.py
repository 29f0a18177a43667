"""A microdialysis study as files: tables, JSON, text and figures."""

from __future__ import annotations

from tricyclic.io.write_tables import csv_files
from tricyclic.reports.frames.microdialysis import microdialysis_frames
from tricyclic.reports.json import document, encode
from tricyclic.reports.json.microdialysis import microdialysis_json
from tricyclic.reports.plots.microdialysis import microdialysis_drawings
from tricyclic.reports.text.microdialysis import microdialysis_text
from tricyclic.results.microdialysis import MicrodialysisResult


def microdialysis_files(result: MicrodialysisResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    tables = csv_files(microdialysis_frames(result))
    figures: dict[str, bytes] = {}
    for name, drawing in microdialysis_drawings(result).items():
        figures |= drawing.make().files(name)
    return {
        **tables,
        "microdialysis.json": encode(
            document("microdialysis-analyse", {"result": microdialysis_json(result)})
        ),
        "summary.txt": (microdialysis_text(result) + "\n").encode("utf-8"),
        **({"methods.txt": f"{result.methods}\n".encode()} if result.methods else {}),
        **figures,
    }
