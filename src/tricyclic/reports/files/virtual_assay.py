"""A simulated experiment as files: tables as CSV, everything as JSON and text, figures as SVG and
PDF.
"""

from __future__ import annotations

from typing import Any

from tricyclic.core.plot_data import CurvePlot
from tricyclic.io.write_tables import Columns, csv_bytes
from tricyclic.plotting.course import plot_courses
from tricyclic.plotting.curve import curve
from tricyclic.reports.frames.microdialysis import microdialysis_frames
from tricyclic.reports.frames.neurites import neurites_frames
from tricyclic.reports.json import document, encode
from tricyclic.reports.json.virtual_assay import virtual_assay_json
from tricyclic.reports.plots.microdialysis import microdialysis_drawings
from tricyclic.reports.plots.neurites import neurites_drawings
from tricyclic.reports.text.virtual_assay import virtual_assay_text
from tricyclic.results.virtual_assay import VirtualAssayResult

# Tables of rats that were analysed like a measured study.
MEASURED = ("animals", "effects", "sensitivity", "groups", "times", "means")
# Tables of wells that were analysed like a measured experiment; "cultures" are curves already.
COUNTED = ("arms", "effects", "antagonists", "fields")


def virtual_assay_files(result: VirtualAssayResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same experiment gives the same bytes."""
    tables: dict[str, Any] = dict(result.tables)
    if result.power:
        tables["power"] = power_table(result)
    if result.microdialysis is not None:
        # The readings of all fractions are in "fractions" already.
        measured = microdialysis_frames(result.microdialysis)
        tables |= {name: measured[name] for name in MEASURED if name in measured}
    if result.neurites is not None:
        counted = neurites_frames(result.neurites)
        tables |= {name: counted[name] for name in COUNTED if name in counted}
    files = {
        f"{name}.csv": csv_bytes(_marked(columns, result.seed)) for name, columns in tables.items()
    }
    content = {"result": virtual_assay_json(result)}
    files["result.json"] = encode(document("model-virtual-assay", content))
    files["summary.txt"] = (virtual_assay_text(result) + "\n").encode("utf-8")
    for plot in result.plots:
        figure = curve(plot) if isinstance(plot, CurvePlot) else plot_courses(plot)
        files |= figure.files()
    if result.microdialysis is not None:
        for name, drawing in microdialysis_drawings(result.microdialysis).items():
            files |= drawing.make().files(name)
    if result.neurites is not None:
        for name, drawing in neurites_drawings(result.neurites).items():
            files |= drawing.make().files(name)
    return files


def power_table(result: VirtualAssayResult) -> Columns:
    """Power by effect and size, one row each."""
    rows = [
        (estimate, size, power)
        for estimate in result.power
        for size, power in zip(estimate.sizes, estimate.power, strict=True)
    ]
    return {
        "effect": [estimate.effect for estimate, _, _ in rows],
        "n": [float(size) for _, size, _ in rows],
        "power": [power for _, _, power in rows],
        "experiments": [float(estimate.experiments) for estimate, _, _ in rows],
    }


def _marked(columns: Columns, seed: int) -> Columns:
    """The table with a last column that marks every row as synthetic."""
    n = len(next(iter(columns.values())))
    return {**columns, "synthetic": [f"simulated, no experiment; seed {seed}"] * n}
