"""A neurite experiment and its plan as files: tables, JSON, text and figures."""

from __future__ import annotations

from tricyclic.io.write_tables import csv_files
from tricyclic.reports.frames.neurites import neurites_design_frames, neurites_frames
from tricyclic.reports.json import all_fields, document, encode
from tricyclic.reports.json.neurites import neurites_json
from tricyclic.reports.plots.neurites import neurites_design_drawings, neurites_drawings
from tricyclic.reports.text.neurites import neurites_text
from tricyclic.reports.text.neurites_design import neurites_design_text
from tricyclic.results.neurites import NeuritesResult
from tricyclic.results.neurites_design import NeuritesDesignResult


def neurites_files(result: NeuritesResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    tables = csv_files(neurites_frames(result))
    figures: dict[str, bytes] = {}
    for name, drawing in neurites_drawings(result).items():
        figures |= drawing.make().files(name)
    return {
        **tables,
        "neurites.json": encode(document("neurites-analyse", {"result": neurites_json(result)})),
        "summary.txt": (neurites_text(result) + "\n").encode("utf-8"),
        **({"methods.txt": f"{result.methods}\n".encode()} if result.methods else {}),
        **figures,
    }


def neurites_design_files(result: NeuritesDesignResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    figures: dict[str, bytes] = {}
    for name, drawing in neurites_design_drawings(result).items():
        figures |= drawing.make().files(name)
    return {
        **csv_files(neurites_design_frames(result)),
        "neurites_design.json": encode(document("neurites-design", {"result": all_fields(result)})),
        "summary.txt": (neurites_design_text(result) + "\n").encode("utf-8"),
        **figures,
    }
