"""Neurites in images of cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from tricyclic.api._call import call, options_from
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.neurite_images import NeuriteImagesResult
from tricyclic.workflows.neurites.trace import run
from tricyclic.workflows.neurites.trace_options import TraceNeuritesOptions

Images: TypeAlias = str | Path | Sequence[str | Path]


@checked_arguments
def trace_neurites(
    images: Images,
    *,
    cytoplasm: str | int = "",
    nuclei: str | int = "",
    pixel_um: float | None = None,
    inverted: bool = False,
    masks: str | Path = "",
    neurite_masks: str | Path = "",
    threshold: float = 2.0,
    line_sigma: float = 1.6,
    gap: float = 12.0,
    shortest: float = 5.0,
    workers: int | None = None,
    title: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> NeuriteImagesResult:
    """Cells and neurites in fluorescence images.

    Somata are detected with or without a channel of nuclei, neurites as bright lines, which are
    followed from the somata; lengths are those of smoothed paths between the outline of the soma
    and the tip. What crosses or touches a neurite of another cell is ambiguous. Cells nearer to
    the border than the threshold are not used. Images are replicates: compare treatments by
    culture.

    Parameters
    ----------
    images
        Images (.tif, .ome.tif, .png), or folders of images; the folders are the groups.
    cytoplasm
        Channel in which neurites are seen (cytoplasm, beta-III tubulin): its number from 1, its
        name, or what its files have in their names, such as "_w1".
    nuclei
        Channel of the nuclei, in the same way; default: by the names of the channels.
    pixel_um
        Side of a pixel, um, where the files do not state it; without a scale lengths are in pixels.
    inverted
        Whether the signal is dark on bright. Phase contrast is not segmented.
    masks
        Folder of label images of the somata, corrected by hand or from another program.
    neurite_masks
        Folder of masks of the neurites, with `masks`, for images in which neurites are no bright
        lines, such as phase contrast.
    threshold
        Largest length of a neurite that is counted, in soma diameters; cells nearer to the border
        are left out.
    line_sigma
        Scale of the neurites, about half of their width, pixels.
    gap
        Longest gap that is closed, pixels.
    shortest
        Shortest neurite or branch, pixels.
    workers
        Threads; default: one per core.
    title
        Title of the experiment.
    out
        Folder for tables, overlays, masks and SWC.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    NeuriteImagesResult
        `.images`, `.cells`, `.percent_positive(1)`, `.checks`; `.to_frame()`,
        `.to_frame("fields")`, `.to_frame("curve")`, `.to_frame("neurites")`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.

    Examples
    --------
    >>> import tricyclic as tca
    >>> traced = tca.trace_neurites("images", nuclei=2)  # doctest: +SKIP
    >>> traced.to_frame("fields")  # doctest: +SKIP
    """
    cytoplasm, nuclei = str(cytoplasm), str(nuclei)
    return call(run, options_from(TraceNeuritesOptions, locals()), on_progress)
