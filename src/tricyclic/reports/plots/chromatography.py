"""Figures of a quantified batch: an overview of each analyte, and a picture of each injection."""

from __future__ import annotations

from functools import partial

from tricyclic.plotting.batch import batch_overview
from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.injection_pages import injection_book, injection_page, number_of_pages
from tricyclic.results.chromatography import BatchResult


def batch_drawings(result: BatchResult) -> dict[str, Drawing]:
    """The overviews; "injections" has all pages as PDF, "injections-2" the second one."""
    several = len(result.analytes) > 1
    drawings = {
        f"batch-{name}" if several else "batch": Drawing(partial(batch_overview, result, name))
        for name in result
    }
    if not result.traces:
        return drawings
    for number in range(1, number_of_pages(result) + 1):
        drawings["injections" if number == 1 else f"injections-{number}"] = Drawing(
            partial(injection_page, result, number),
            is_part=True,
            book=partial(injection_book, result, () if number == 1 else (number,)),
        )
    return drawings
