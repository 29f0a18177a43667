"""Masks and labels of objects; the only place that imports scikit-image."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from tricyclic.errors import InputError

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int32]
Image = npt.NDArray[np.float32]


def _skimage() -> tuple[ModuleType, ModuleType, ModuleType]:
    try:
        from skimage import filters, morphology, segmentation
    except ImportError as error:
        raise InputError(
            "scikit-image is not installed, which images of cells need",
            do='Install it by: pip install "tricyclic[images]"',
        ) from error
    return filters, morphology, segmentation


def skeleton_of(mask: Mask) -> Mask:
    """A mask thinned to lines one pixel wide (Zhang & Suen 1984)."""
    return np.asarray(_skimage()[1].skeletonize(mask), dtype=bool)


def between_two_classes(values: npt.NDArray[Any]) -> float:
    """Threshold that divides readings into two classes (Otsu 1979)."""
    return float(_skimage()[0].threshold_otsu(values))


def above_with_seeds(image: Image, low: float, high: float) -> Mask:
    """Pixels above `low` that are connected to one above `high`."""
    labels, count = ndimage.label(image > low, structure=np.ones((3, 3)))
    if not count:
        return np.zeros(image.shape, dtype=bool)
    keep = np.zeros(count + 1, dtype=bool)
    keep[np.unique(labels[image > high])] = True
    keep[0] = False
    return np.asarray(keep[labels])


def filled(mask: Mask, largest: float) -> Mask:
    """A mask without holes of at most `largest` pixels."""
    holes, _ = ndimage.label(~mask)
    area = np.bincount(holes.ravel())
    small = area <= largest
    small[0] = True
    return np.asarray(small[holes])


def labelled(mask: Mask) -> Labels:
    """Connected parts of a mask, numbered from 1."""
    labels, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    return np.asarray(labels, dtype=np.int32)


def areas_of(labels: Labels) -> npt.NDArray[np.intp]:
    """Pixels of each label; that of the background is 0."""
    counts = np.bincount(labels.ravel())
    counts[0] = 0
    return counts


def kept(labels: Labels, keep: Mask) -> Labels:
    """The labels for which `keep` is true, numbered anew from 1 in their order."""
    keep = keep.copy()
    keep[0] = False
    numbers = np.where(keep, np.cumsum(keep), 0).astype(np.int32)
    return np.asarray(numbers[labels])


def depth(mask: Mask) -> Image:
    """Distance of each pixel to the outside of the mask; the border of the image is no outside."""
    return np.asarray(ndimage.distance_transform_edt(mask), dtype=np.float32)


def opened(mask: Mask, radius: float) -> Mask:
    """The parts of a mask that a disc of this radius fits into."""
    core = depth(mask) > radius
    out = np.zeros_like(mask)
    labels = labelled(core)
    margin = int(np.ceil(radius)) + 2
    for _, where in _places(labels):
        wide = tuple(slice(max(0, one.start - margin), one.stop + margin) for one in where)
        away = ndimage.distance_transform_edt(~core[wide])
        out[wide] |= away <= radius
    return np.asarray(out & mask)


def opened_each(labels: Labels, share: float) -> Labels:
    """Each label without what is narrow: opened by a disc of a share of its largest inner disc."""
    out = np.zeros_like(labels)
    for number, where in _places(labels):
        own = np.pad(labels[where] == number, 1, mode="edge")
        inside = ndimage.distance_transform_edt(np.pad(own, 1))[1:-1, 1:-1]
        radius = share * float(inside.max())
        away = ndimage.distance_transform_edt(inside <= radius)
        round_ = (own & (away <= radius))[1:-1, 1:-1]
        out[where][round_] = number
    return out


def parts_of_touching(mask: Mask, least_depth: float) -> Labels:
    """Round objects that touch, divided where they are narrow (watershed of the distance).

    Parameters
    ----------
    mask : array of bool
    least_depth : float
        By how much the distance to the outside must fall between two objects [pixels].
    """
    _, morphology, segmentation = _skimage()
    inside = depth(mask)
    markers = np.zeros(mask.shape, dtype=np.int32)
    labels = labelled(mask)
    count = 0
    for number, where in _places(labels):
        own = np.where(labels[where] == number, inside[where], 0.0)
        # Summits whose saddle is less than `least_depth` lower become one plateau.
        level = morphology.reconstruction(np.pad(own - least_depth, 1), np.pad(own, 1))
        summits = morphology.local_maxima(level)[1:-1, 1:-1] & (own > 0.0)
        peaks, number_of_peaks = ndimage.label(summits, structure=np.ones((3, 3)))
        view = markers[where]
        view[peaks > 0] = peaks[peaks > 0] + count
        count += number_of_peaks
    return np.asarray(segmentation.watershed(-inside, markers, mask=mask), dtype=np.int32)


def grown_from(markers: Labels, landscape: Image, mask: Mask) -> Labels:
    """Labels grown from markers over a mask, from low to high values of a landscape."""
    grown = _skimage()[2].watershed(landscape, markers, mask=mask)
    return np.asarray(grown, dtype=np.int32)


def nearest_label(labels: Labels) -> tuple[Image, Labels]:
    """For each pixel, the distance to the nearest label and that label; both 0 without any."""
    if not labels.any():
        return np.full(labels.shape, np.inf, dtype=np.float32), labels
    distance, (row, column) = ndimage.distance_transform_edt(labels == 0, return_indices=True)
    return np.asarray(distance, dtype=np.float32), np.asarray(labels[row, column])


def at_border(labels: Labels) -> Mask:
    """For each label, whether it touches the border of the image."""
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touches = np.zeros(int(labels.max(initial=0)) + 1, dtype=bool)
    touches[edge] = True
    touches[0] = False
    return touches


def centers_of(labels: Labels) -> npt.NDArray[np.float64]:
    """Mean row and column of each label, shape (n + 1, 2); nan for the background."""
    counts = np.maximum(np.bincount(labels.ravel()), 1).astype(float)
    row, column = np.nonzero(labels)
    number = labels[row, column]
    size = counts.size
    centers = np.column_stack(
        [
            np.bincount(number, row, minlength=size) / counts,
            np.bincount(number, column, minlength=size) / counts,
        ]
    )
    centers[0] = np.nan
    return np.asarray(centers)


def distances_to_border(labels: Labels) -> npt.NDArray[np.float64]:
    """For each label, pixels between it and the border of the image; nan for the background."""
    rows, columns = labels.shape
    least = np.full(int(labels.max(initial=0)) + 1, np.nan)
    for number, where in _places(labels):
        row, column = where
        least[number] = min(row.start, column.start, rows - row.stop, columns - column.stop)
    return least


def _places(labels: Labels) -> list[tuple[int, tuple[slice, slice]]]:
    """The labels that occur, and the part of the image that each is in."""
    objects: list[Any] = ndimage.find_objects(labels)
    return [(number, where) for number, where in enumerate(objects, 1) if where is not None]
