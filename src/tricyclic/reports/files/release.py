"""An evoked-release study, and the plan of one, as files: tables, JSON, text and figures."""

from __future__ import annotations

from tricyclic.io.write_tables import csv_files
from tricyclic.reports.frames.release import release_frames
from tricyclic.reports.json import all_fields, document, encode
from tricyclic.reports.plots.release import release_drawings
from tricyclic.reports.text.release import release_text
from tricyclic.results.release import ReleaseResult


def release_files(result: ReleaseResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    tables = csv_files(release_frames(result))
    figures: dict[str, bytes] = {}
    for name, drawing in release_drawings(result).items():
        figures |= drawing.make().files(name)
    return {
        **tables,
        "release.json": encode(document("release-analyse", {"result": all_fields(result)})),
        "summary.txt": (release_text(result) + "\n").encode("utf-8"),
        **({"methods.txt": f"{result.methods}\n".encode()} if result.methods else {}),
        **figures,
    }
