"""Cells and neurites as they were traced in an image. Lengths are in pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from tricyclic.core.neurites import CellState


@dataclass(frozen=True)
class TracedPath:
    """A neurite, or a branch of one.

    Attributes
    ----------
    points : array, shape (n, 2)
        Row and column of the smoothed centre line, from the soma or the parent to the tip.
    length : float
    parent : int
        Index among the paths of the cell; -1 at the soma.
    way : float
        Length from the soma to the tip along the neurite.
    at_border : bool
        Whether it ends at the border of the image.
    """

    points: npt.NDArray[np.float64]
    length: float
    parent: int
    way: float
    at_border: bool


@dataclass(frozen=True)
class TracedCell:
    """A cell and its neurites.

    Attributes
    ----------
    number : int
        As in the labels of the somata.
    center : tuple of float
        Row and column of the soma.
    soma_diameter : float
        Of the disc of the same area.
    to_border : float
        Distance of the soma to the border of the image; 0 where it touches it.
    paths : tuple of TracedPath
    near : tuple of int
        Cells whose neurites cross or touch one of it.
    shared : bool
        Whether a part of a neurite may as well belong to another cell.
    """

    number: int
    center: tuple[float, float]
    soma_diameter: float
    to_border: float
    paths: tuple[TracedPath, ...]
    near: tuple[int, ...] = ()
    shared: bool = False

    @property
    def total(self) -> float:
        """Length of all neurites and branches."""
        return sum(one.length for one in self.paths)

    @property
    def longest(self) -> float:
        """Longest way from the soma to a tip; 0 without a neurite."""
        return max((one.way for one in self.paths), default=0.0)

    @property
    def neurites(self) -> int:
        """Neurites that begin at the soma."""
        return sum(one.parent < 0 for one in self.paths)

    @property
    def branches(self) -> int:
        """Paths that begin at another."""
        return len(self.paths) - self.neurites

    @property
    def is_cut(self) -> bool:
        """Whether a neurite leaves the image, so that its length is a lower limit."""
        return any(one.at_border for one in self.paths)

    def is_decided(self, k: float) -> bool:
        """Whether a neurite of k soma diameters would be seen in every direction.

        Decided by the place of the soma, not by the neurites: to leave out the cells whose
        neurites are cut would leave out long ones.
        """
        return self.to_border > 0.0 and self.to_border >= k * self.soma_diameter

    def is_positive(self, k: float) -> bool:
        """Whether the longest neurite has k soma diameters."""
        return self.longest >= k * self.soma_diameter

    def state(self, k: float) -> tuple[CellState, str]:
        """Whether the cell is used for thresholds up to k, and why not."""
        if self.to_border <= 0.0:
            return "excluded", "the soma is at the border"
        if not self.is_decided(k):
            return "excluded", f"the soma is within {k:g} diameters of the border"
        reasons = []
        if self.near:
            others = ", ".join(str(one) for one in self.near)
            word = "may belong to" if self.shared else "crosses or touches one of"
            reasons.append(f"a neurite {word} cell {others}")
        if self.is_cut:
            reasons.append("a neurite leaves the image")
        return ("ambiguous", "; ".join(reasons)) if reasons else ("measured", "")


@dataclass(frozen=True)
class TracedField:
    """The cells of an image.

    Attributes
    ----------
    cells : tuple of TracedCell
    labels : array of int
        Somata, by number of the cell; 0 elsewhere.
    noise : float
        Standard deviation of a pixel of the background, in camera counts.
    height : float
        Median height of the neurites over the background; nan without any.
    unassigned : float
        Length of lines that belong to no cell.
    without_soma : int
        Nuclei without cytoplasm, which are not counted.
    """

    cells: tuple[TracedCell, ...]
    labels: npt.NDArray[np.int32] = field(repr=False)
    noise: float
    height: float
    unassigned: float = 0.0
    without_soma: int = 0

    @property
    def sn(self) -> float:
        """Height of the median neurite over the noise; nan without neurites."""
        return self.height / self.noise

    def without_labels(self) -> TracedField:
        """The same without the image of the labels, which is large."""
        return replace(self, labels=self.labels[:0])

    def decided(self, k: float) -> tuple[TracedCell, ...]:
        """Cells that are used at a threshold of k soma diameters."""
        return tuple(one for one in self.cells if one.is_decided(k))

    def percent_positive(self, k: float) -> float:
        """Percent of the cells whose longest neurite has k soma diameters; nan without cells."""
        cells = self.decided(k)
        if not cells:
            return math.nan
        return 100.0 * sum(one.is_positive(k) for one in cells) / len(cells)
