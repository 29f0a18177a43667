"""Figures of files that were read."""

from __future__ import annotations

from functools import partial

from tricyclic.plotting.chromatogram import channel_panels, chromatogram_figure, draw_channel
from tricyclic.plotting.drawing import Drawing
from tricyclic.results.files import FileContentResult


def file_content_drawings(result: FileContentResult) -> dict[str, Drawing]:
    """The chromatograms of the files; none for plates and tables."""
    panels = channel_panels(result.injections)
    if not panels:
        return {}
    return {
        "chromatograms": Drawing(
            partial(chromatogram_figure, result.injections),
            (lambda axes: draw_channel(axes, panels[0])) if len(panels) == 1 else None,
            is_flexible=True,
        )
    }
