"""A screen as files: one page that sorts and filters, everything as JSON, tables as CSV."""

from __future__ import annotations

from tricyclic.assays.screening.plate_checks import MIN_Z_PRIME
from tricyclic.core.document import Figure
from tricyclic.plotting.screen_map import median_map, plate_course
from tricyclic.reports.files.screen_tables import screen_tables
from tricyclic.reports.json import document, encode
from tricyclic.reports.json.screening import screen_json
from tricyclic.reports.screen_page import screen_html
from tricyclic.results.screening import ScreeningResult


def screen_files(screen: ScreeningResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same screen gives the same bytes."""
    return {
        "screen.html": screen_html(screen, screen_figures(screen)).encode("utf-8"),
        "screen.json": encode(document("screen-run", {"result": screen_json(screen)})),
        **screen_tables(screen),
    }


def screen_figures(screen: ScreeningResult) -> list[Figure]:
    """Z' and controls over the plates, and the median residual at each position."""
    figures = [plate_course(screen.plates, limit=MIN_Z_PRIME, pdf=False)]
    for size, residual in screen.median_by_position.items():
        count = sum(plate.size == size for plate in screen.plates)
        figures.append(median_map(residual, plates=count, name=f"median-{size}", pdf=False))
    return figures
