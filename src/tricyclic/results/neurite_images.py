"""Results of tracing neurites in images."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.neurite_trace import TracedCell, TracedField
from tricyclic.core.neurites import NeuriteCell
from tricyclic.results.base import Renderable

# traced: cells were searched; empty: there is none; refused: not an image that can be traced.
ImageState = Literal["traced", "empty", "refused"]


@dataclass(frozen=True)
class NeuriteImage:
    """One field of view and what was traced in it.

    Attributes
    ----------
    name, file, sha256 : str
        Name of the field; the file and the hash of its bytes.
    group : str
        Folder of the image; "" where all are in the same.
    state : {"traced", "empty", "refused"}
    reason : str
        Why it is empty or refused.
    shape : tuple of int
        Rows and columns.
    pixel_um : float or None
    traced : TracedField or None
        None where it was refused.
    saturated_percent : float
        Pixels at the largest count of the camera [%].
    own_masks : bool
        Whether the somata are those of a label image.
    has_nuclei : bool
    remarks : tuple of str
        What was decided in reading.
    overlay, labels : bytes
        Picture of the traces (JPEG) and label image of the somata (PNG, 16 bit).
    """

    name: str
    file: str
    sha256: str
    group: str
    state: ImageState
    reason: str
    shape: tuple[int, int]
    pixel_um: float | None
    traced: TracedField | None = field(repr=False)
    saturated_percent: float = 0.0
    own_masks: bool = False
    has_nuclei: bool = False
    remarks: tuple[str, ...] = ()
    overlay: bytes = field(default=b"", repr=False)
    labels: bytes = field(default=b"", repr=False)

    @property
    def cells(self) -> tuple[TracedCell, ...]:
        """As traced, in pixels."""
        return self.traced.cells if self.traced is not None else ()

    @property
    def scale(self) -> float:
        """Micrometres per pixel; 1 without a scale, where lengths are in pixels."""
        return self.pixel_um or 1.0

    def used(self, k: float) -> tuple[TracedCell, ...]:
        """Cells that are used at a threshold of k soma diameters."""
        return self.traced.decided(k) if self.traced is not None else ()


@dataclass(frozen=True, repr=False)
class NeuriteImagesResult(Renderable):
    """Neurites traced in the images of an experiment.

    Parameters
    ----------
    images : tuple of NeuriteImage
        In the order of the files.
    thresholds : tuple of float
        Lengths of a neurite that count, in soma diameters, ascending.
    checks : tuple of Check
    title : str
    unused : tuple of str
        What was given and not used.
    """

    images: tuple[NeuriteImage, ...]
    thresholds: tuple[float, ...] = (1.0, 2.0)
    checks: tuple[Check, ...] = ()
    title: str = ""
    unused: tuple[str, ...] = ()

    @property
    def length_unit(self) -> str:
        """Of all lengths: "um", or "px" where an image has no scale."""
        scales = [one.pixel_um for one in self.images if one.traced is not None]
        return "um" if scales and all(scales) else "px"

    def scale_of(self, image: NeuriteImage) -> float:
        """What lengths of an image in pixels are multiplied by."""
        return image.scale if self.length_unit == "um" else 1.0

    @property
    def cells(self) -> tuple[NeuriteCell, ...]:
        """The cells of all images, as an analysis takes them."""
        return tuple(self.as_cell(image, one) for image in self.images for one in image.cells)

    def as_cell(self, image: NeuriteImage, cell: TracedCell) -> NeuriteCell:
        """A cell in the unit of the result."""
        scale = self.scale_of(image)
        state, reason = cell.state(self.thresholds[-1])
        return NeuriteCell(
            str(cell.number),
            scale * cell.longest,
            scale * cell.total,
            scale * cell.soma_diameter,
            cell.neurites,
            cell.branches,
            state,
            reason,
            field=image.name,
        )

    def percent_positive(self, k: float, group: str | None = None) -> float:
        """Percent of the used cells with a neurite of k soma diameters; nan without cells."""
        cells = [
            one
            for image in self.images
            if group is None or image.group == group
            for one in image.used(k)
        ]
        return 100.0 * float(np.mean([one.is_positive(k) for one in cells])) if cells else np.nan

    @property
    def groups(self) -> tuple[str, ...]:
        """Folders of the images, in order."""
        return tuple(dict.fromkeys(one.group for one in self.images))
