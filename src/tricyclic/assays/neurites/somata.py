"""Cell bodies in an image, with or without a channel of nuclei."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tricyclic.numerics.images.filters import Image, background, noise_of, smoothed
from tricyclic.numerics.images.masks import (
    Labels,
    Mask,
    areas_of,
    at_border,
    between_two_classes,
    centers_of,
    depth,
    distances_to_border,
    filled,
    grown_from,
    kept,
    labelled,
    opened,
    opened_each,
    parts_of_touching,
)

# Level of the outline of a soma, as a share of its own brightness.
OUTLINE = 0.25
# Objects with less than this share of the typical area are debris.
LEAST_SHARE = 0.3
# A soma is wider than this share of the median nucleus or soma, and of its own inner disc.
_OPENING = 0.6
_OWN_OPENING = 0.5
# What is left of a soma in which no neurite begins yet: opened further.
_CORE = 0.8
# How much narrower than themselves two touching objects are where they touch, over the radius.
_WAIST_OF_NUCLEI = 0.15
_WAIST_OF_SOMATA = 0.15
# Holes up to this area are parts of a soma or nucleus, not ground between neurites [pixels].
_LARGEST_HOLE = 60.0
# Smallest signal over noise of the smoothed image.
_DETECTED = 6.0


@dataclass(frozen=True)
class Somata:
    """Cell bodies of an image.

    Attributes
    ----------
    labels : array of int
        Number of the cell, from 1; 0 elsewhere.
    at_border : array of bool
        By number, whether the soma touches the border of the image.
    without_soma : int
        Nuclei in which there is no cytoplasm.
    """

    labels: Labels
    at_border: Mask
    without_soma: int = 0

    @property
    def count(self) -> int:
        """Cells, those at the border included."""
        return self.at_border.size - 1

    @property
    def diameters(self) -> npt.NDArray[np.float64]:
        """By number, diameter of the disc of the same area [pixels]."""
        return np.asarray(2.0 * np.sqrt(areas_of(self.labels) / np.pi))

    @property
    def centers(self) -> npt.NDArray[np.float64]:
        """By number, row and column of the middle."""
        return centers_of(self.labels)

    @property
    def cores(self) -> Labels:
        """The somata without the foot of each neurite, outside of which lengths are measured."""
        return opened_each(self.labels, _CORE)

    @property
    def to_border(self) -> npt.NDArray[np.float64]:
        """By number, distance to the border of the image [pixels]."""
        return distances_to_border(self.labels)

    @classmethod
    def of_labels(cls, labels: Labels) -> Somata:
        """Cell bodies as labels give them, numbered from 1 without a gap."""
        numbered = kept(labels, areas_of(labels) > 0)
        return cls(numbered, at_border(numbered))


def find_nuclei(image: Image) -> Labels:
    """Nuclei, those that touch divided.

    Parameters
    ----------
    image : array
        Channel of the nuclei in camera counts.
    """
    bare = image - background(image)
    noise = noise_of(image)
    smooth = smoothed(bare, 1.5)
    # Noise of the smoothed image: 1 / (2 sigma sqrt(pi)) of that of a pixel.
    low = _DETECTED * noise / (2.0 * 1.5 * np.sqrt(np.pi))
    bright = smooth[smooth > low]
    if bright.size < 10:
        return np.zeros(image.shape, dtype=np.int32)
    level = max(low, 0.35 * between_two_classes(bright))
    mask = filled(smooth > level, _LARGEST_HOLE)
    deepest = _deepest(mask)
    parts = parts_of_touching(mask, max(0.75, _WAIST_OF_NUCLEI * float(np.median(deepest))))
    area = areas_of(parts)
    sizes = np.sort(area[area > 12])
    if not sizes.size:
        return np.zeros(image.shape, dtype=np.int32)
    # Size of the object that the median pixel is in: specks may be many.
    typical = sizes[np.searchsorted(np.cumsum(sizes), 0.5 * sizes.sum())]
    keep = area >= LEAST_SHARE * typical
    keep |= at_border(parts) & (area > 12)
    return kept(parts, keep)


def find_somata(
    bare: Image, noise: float, neurite_height: float, nuclei: Labels | None = None
) -> Somata:
    """Cell bodies: bright parts that are too wide for a neurite.

    Parameters
    ----------
    bare : array
        Channel of the cytoplasm without its background.
    noise : float
        Standard deviation of a pixel of the background.
    neurite_height : float
        Typical height of a neurite over the background; 0 where none is seen.
    nuclei : array of int, optional
        Labels; each nucleus is one cell.
    """
    smooth = smoothed(bare, 1.0)
    low = max(_DETECTED * noise / (2.0 * np.sqrt(np.pi)), 0.5 * neurite_height)
    mask = filled(smooth > low, _LARGEST_HOLE)
    if nuclei is not None and nuclei.max(initial=0) > 0:
        radius = float(np.sqrt(np.median(areas_of(nuclei)[1:]) / np.pi))
    else:
        deepest = _deepest(mask)
        if not deepest.size:
            return Somata(np.zeros(bare.shape, dtype=np.int32), np.zeros(1, dtype=bool))
        radius = float(np.median(deepest))
    wide = opened(mask, _OPENING * radius)
    without = 0
    if nuclei is not None:
        markers, without = _with_cytoplasm(nuclei, wide)
        landscape = depth(nuclei == 0)
    else:
        markers = parts_of_touching(wide, max(0.75, _WAIST_OF_SOMATA * radius))
        landscape = -depth(wide)
    labels = grown_from(markers, landscape, wide)
    labels = _at_own_level(labels, smooth, low)
    area = areas_of(labels)
    inside = area[(area > 0) & ~at_border(labels)]
    least = LEAST_SHARE * float(np.median(inside)) if inside.size else 1.0
    keep = (area >= least) | (at_border(labels) & (area > 0))
    labels = kept(labels, keep)
    return Somata(labels, at_border(labels), without)


def _deepest(mask: Mask) -> npt.NDArray[np.float64]:
    """Largest distance to the outside in each object that is wider than a neurite may be."""
    inside = depth(mask)
    labels = labelled(mask)
    most = np.zeros(int(labels.max(initial=0)) + 1)
    np.maximum.at(most, labels.ravel(), inside.ravel())
    most = most[1:]
    # Specks and neurites are many and narrow: the widest quarter gives the scale.
    return most[most >= 0.5 * np.quantile(most, 0.95)] if most.size else most


def _with_cytoplasm(nuclei: Labels, wide: Mask) -> tuple[Labels, int]:
    covered = np.bincount(nuclei[wide], minlength=int(nuclei.max(initial=0)) + 1)
    keep = covered >= 0.5 * np.maximum(areas_of(nuclei), 1)
    keep[0] = False
    markers = kept(nuclei, keep)
    return np.where(wide, markers, 0).astype(np.int32), int(nuclei.max(initial=0) - keep.sum())


def _at_own_level(labels: Labels, smooth: Image, low: float) -> Labels:
    """Each soma cut at a share of its own brightness, and rid of what is narrow."""
    count = int(labels.max(initial=0))
    if not count:
        return labels
    row, column = np.nonzero(labels)
    number = labels[row, column]
    order = np.lexsort((smooth[row, column], number))
    ends = np.cumsum(np.bincount(number, minlength=count + 1))
    at = (ends[:-1] + 0.75 * np.diff(ends)).astype(int)
    plateau = smooth[row, column][order][np.minimum(at, order.size - 1)]
    level = np.concatenate([[np.inf], np.maximum(low, OUTLINE * plateau)])
    mask = filled(smooth > level[labels], _LARGEST_HOLE)
    return opened_each(np.where(mask, labels, 0).astype(np.int32), _OWN_OPENING)
