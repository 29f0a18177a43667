"""The figures of the fits of many curves: thumbnails, page by page."""

from __future__ import annotations

from functools import partial

from tricyclic.plotting.curve_pages import curve_page, curve_pages, number_of_pages
from tricyclic.plotting.drawing import Drawing
from tricyclic.results.curves import BatchFitResult


def batch_fit_drawings(result: BatchFitResult) -> dict[str, Drawing]:
    """All pages as one figure, whose PDF has every page; further pages one by one."""
    if result.first is None:
        return {}
    pages = {
        f"page-{number}": Drawing(partial(curve_page, result, number), is_part=True)
        for number in range(2, number_of_pages(result) + 1)
    }
    return {"thumbnails": Drawing(partial(curve_pages, result)), **pages}
