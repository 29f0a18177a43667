"""Cells and neurites in the images of an experiment, several at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from tricyclic.assays.neurites.appearance import appearance_of
from tricyclic.assays.neurites.image_checks import image_checks
from tricyclic.assays.neurites.trace import TraceSettings, trace_field
from tricyclic.core.cell_image import CellImage
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.errors import InputError
from tricyclic.io.images.pictures import label_picture, overlay_picture
from tricyclic.io.images.read import (
    ImageOptions,
    ImageSource,
    find_images,
    read_cell_image,
    read_labels,
)
from tricyclic.results.neurite_images import NeuriteImage, NeuriteImagesResult
from tricyclic.workflows.base import available_cores
from tricyclic.workflows.neurites.trace_options import TraceNeuritesOptions
from tricyclic.workflows.output import check_output_folder

_USUAL_THRESHOLDS = (1.0, 2.0)
_NOT_FLUORESCENCE = (
    "objects are darker than the background, or have dark halos, as in bright field or phase "
    "contrast, whose segmentation is not offered; use images of fluorescence, or masks of somata "
    "and neurites from another program"
)


def run(
    options: TraceNeuritesOptions, on_progress: ProgressCallback | None = None
) -> NeuriteImagesResult:
    """Read each image, trace it, and draw its overlay; a few images are in memory at a time."""
    check_output_folder(options.out)
    _check(options)
    channels = ImageOptions(options.cytoplasm, options.nuclei, options.pixel_um, options.inverted)
    sources = find_images(
        [Path(one) for one in options.images],
        channels,
        Path(options.masks) if options.masks else None,
        Path(options.neurite_masks) if options.neurite_masks else None,
    )
    settings = TraceSettings(
        line_sigma=options.line_sigma, gap=options.gap, shortest=options.shortest
    )
    folders = {one.path.parent for one in sources}
    images: dict[int, NeuriteImage] = {}
    workers = options.workers or available_cores()
    report_progress(on_progress, 0, len(sources), "images traced")
    errors: dict[int, InputError] = {}
    for number, image in _traced(sources, channels, settings, options.threshold, workers):
        if isinstance(image, InputError):
            errors[number] = image
            image = _unreadable(sources[number], image)
        images[number] = image
        report_progress(on_progress, len(images), len(sources), "images traced")
    if len(errors) == len(sources):
        raise errors[0]
    in_order = tuple(
        replace(images[number], group=source.path.parent.name if len(folders) > 1 else "")
        for number, source in enumerate(sources)
    )
    usual = [one for one in _USUAL_THRESHOLDS if one < options.threshold]
    thresholds = (*usual, options.threshold)
    return NeuriteImagesResult(
        in_order, thresholds, image_checks(in_order, thresholds), options.title
    )


def _check(options: TraceNeuritesOptions) -> None:
    for name, low, high in (
        ("threshold", 0.1, 20.0),
        ("line_sigma", 0.8, 10.0),
        ("gap", 0.0, 100.0),
        ("shortest", 2.0, 500.0),
    ):
        value = getattr(options, name)
        if not low <= value <= high:
            raise InputError(f"is {value:g}", where=name, allowed=f"It is {low:g} to {high:g}")
    if options.pixel_um is not None and not 0.01 <= options.pixel_um <= 20.0:
        raise InputError(
            f"is {options.pixel_um:g} um", where="pixel_um", allowed="It is 0.01 to 20 um"
        )
    if options.neurite_masks and not options.masks:
        raise InputError(
            "needs label images of the somata", where="neurite_masks", do="Add --masks FOLDER"
        )
    if options.workers is not None and options.workers < 1:
        raise InputError(f"is {options.workers}", where="workers", allowed="It is 1 or more")


def _traced(
    sources: list[ImageSource],
    channels: ImageOptions,
    settings: TraceSettings,
    k: float,
    workers: int,
) -> Iterator[tuple[int, NeuriteImage | InputError]]:
    """Number and result of each image, or why it cannot be read, as they are finished; at most one
    waits per thread.
    """
    waiting: dict[Future[NeuriteImage], int] = {}
    with ThreadPoolExecutor(workers) as pool:
        try:
            for number, source in enumerate(sources):
                waiting[pool.submit(trace_image, source, channels, settings, k)] = number
                while len(waiting) > workers:
                    yield from _finished(waiting)
            while waiting:
                yield from _finished(waiting)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _finished(
    waiting: dict[Future[NeuriteImage], int],
) -> Iterator[tuple[int, NeuriteImage | InputError]]:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        number = waiting.pop(future)
        try:
            yield number, future.result()
        except InputError as error:
            if isinstance(error.__cause__, ImportError):
                raise
            yield number, error


def _unreadable(source: ImageSource, error: InputError) -> NeuriteImage:
    """A damaged file among others, which does not end the analysis of those."""
    return NeuriteImage(
        source.name,
        source.path.name,
        "",
        "",
        "refused",
        error.problem,
        (0, 0),
        None,
        None,
        math.nan,
    )


def trace_image(
    source: ImageSource, channels: ImageOptions, settings: TraceSettings, k: float
) -> NeuriteImage:
    """One image: read, traced, drawn; only paths and pictures are kept.

    Parameters
    ----------
    source : ImageSource
    channels : ImageOptions
    settings : TraceSettings
    k : float
        Largest threshold, in soma diameters.
    """
    image = read_cell_image(source, channels)
    labels = read_labels(source.masks, image.shape) if source.masks is not None else None
    lines = read_labels(source.neurites, image.shape) > 0 if source.neurites else None
    look = appearance_of(image.cytoplasm, image.top)
    if look.is_constant:
        return _without(image, "empty", "all pixels are equal")
    if not look.is_fluorescence and lines is None:
        return _without(image, "refused", _NOT_FLUORESCENCE)
    traced = trace_field(
        image.cytoplasm, image.nuclei, labels=labels, neurites=lines, settings=settings
    )
    picture = overlay_picture(image.cytoplasm, traced, pixel_um=image.pixel_um, k=k)
    reason = "" if traced.cells else "no soma was seen"
    return NeuriteImage(
        image.name,
        image.file,
        image.sha256,
        "",
        "traced" if traced.cells else "empty",
        reason,
        image.shape,
        image.pixel_um,
        traced.without_labels(),
        100.0 * look.saturated,
        labels is not None,
        image.nuclei is not None,
        image.remarks,
        picture,
        label_picture(traced.labels),
    )


def _without(image: CellImage, state: str, reason: str) -> NeuriteImage:
    return NeuriteImage(
        image.name,
        image.file,
        image.sha256,
        "",
        "empty" if state == "empty" else "refused",
        reason,
        image.shape,
        image.pixel_um,
        None,
        math.nan,
        has_nuclei=image.nuclei is not None,
        remarks=image.remarks,
    )
