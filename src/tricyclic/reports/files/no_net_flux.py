"""No net flux as files: tables, JSON, text and figures."""

from __future__ import annotations

from tricyclic.io.write_tables import csv_files
from tricyclic.reports.frames.no_net_flux import no_net_flux_frames
from tricyclic.reports.json import all_fields, document, encode
from tricyclic.reports.plots.microdialysis import no_net_flux_drawings
from tricyclic.reports.text.no_net_flux import no_net_flux_text
from tricyclic.results.no_net_flux import NoNetFluxResult


def no_net_flux_files(result: NoNetFluxResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    tables = csv_files(no_net_flux_frames(result))
    figures: dict[str, bytes] = {}
    for name, drawing in no_net_flux_drawings(result).items():
        figures |= drawing.make().files(name)
    return {
        **tables,
        "no_net_flux.json": encode(
            document("microdialysis-no-net-flux", {"result": all_fields(result)})
        ),
        "summary.txt": (no_net_flux_text(result) + "\n").encode("utf-8"),
        **figures,
    }
